/* Retention: raw rows go by age, what they said stays queryable, and the file stops growing. */
#include "tests/unit/store/store_fixture.h"

#include "store/actions.h"
#include "store/calls.h"
#include "store/checks.h"
#include "store/daily.h"
#include "store/engines.h"
#include "store/ledger.h"
#include "store/overrides.h"
#include "store/read_limiters.h"
#include "store/read_stats.h"
#include "store/retention.h"
#include "store/runs.h"

static const struct clock noon = {.speed = 1e-9, .anchor_ms = NOON};

static void put_call(struct place *place, int64_t at, const char *message)
{
    struct call_record call = {.at = at,
                               .call_class = CALL_ADS,
                               .path = "act/ads",
                               .http_status = message ? 400 : 200,
                               .code = message ? 17 : 0,
                               .ms = 100,
                               .bytes = 10,
                               .rows = 5,
                               .cost = 1};
    snprintf(call.account_id, sizeof call.account_id, "%s", ACCOUNT);
    assert_true(store_call_append(place->store, &call, message, &place->err));
}

static void put_year(struct place *place)
{
    for (int day = 0; day < 400; day += 10) {
        int64_t at = NOON - (int64_t)day * DAY_MS;
        struct ledger_entry entry = {.day = TODAY - day,
                                     .hour = 12,
                                     .call_class = CALL_ADS,
                                     .calls = 1,
                                     .cost = 1,
                                     .account_id = ACCOUNT};
        struct run run = {
            .account_id = ACCOUNT, .started_at = at, .status = RUN_SUCCESS, .finished_at = at + 5};
        put_call(place, at, day % 20 ? "limit" : NULL);
        place_put_reading(place, at, day / 4.0);
        assert_true(store_ledger_add(place->store, &entry, &place->err));
        assert_true(store_run_create(place->store, &run, &place->err));
        run.status = RUN_SUCCESS;
        assert_true(store_run_finish(place->store, &run, &place->err));
    }
    for (int day = 390; day >= 0; day -= 10) {
        place_hold(place, HOLD_QUOTA_APP, NOON - (int64_t)day * DAY_MS, 0);
        place_hold(place, HOLD_QUEUED, NOON - (int64_t)day * DAY_MS + 1000, 0);
    }
}

static void retain(struct place *place, int64_t now)
{
    struct store_retention keep = {.calls_ms = 30 * (int64_t)DAY_MS,
                                   .usage_ms = 90 * (int64_t)DAY_MS,
                                   .log_ms = 90 * (int64_t)DAY_MS,
                                   .history_ms = 200 * (int64_t)DAY_MS,
                                   .batch = 3};
    bool more = true;
    int steps = 0;
    for (; more && steps < 100; steps++) {
        if (!store_retain(place->store, &keep, now, &more, &place->err)) {
            fail_msg("%s", place->err.message);
        }
    }
    assert_in_range(steps, 5, 99);
}

static void test_raw_rows_go_by_age_and_their_sums_stay(void **unused)
{
    (void)unused;
    struct place place;
    place_open(&place);
    put_year(&place);
    retain(&place, NOON);
    assert_sql(&place, "SELECT count(*) FROM api_calls", "4");
    assert_sql(&place, "SELECT count(*) FROM usage_log", "10");
    assert_sql(&place, "SELECT count(*) FROM sync_runs", "21");
    assert_sql(&place, "SELECT count(*) FROM budget_ledger", "21");
    assert_sql(&place,
               "SELECT count(*) || ' ' || sum(calls) || ' ' || sum(failed) || ' ' || "
               "sum(throttled) FROM calls_daily",
               "17 17 8 8"); /* 40 to 200 days old: younger are raw, older are gone */
    assert_sql(&place,
               "SELECT count(*) || ' ' || min(max_pct) || ' ' || max(max_pct) FROM "
               "usage_hourly",
               "11 25.0 50.0");
    /* The routine ones that ended in the last 30 days alone, the others of 200; one is open. */
    assert_sql(&place,
               "SELECT group_concat(n) FROM (SELECT count(*) AS n FROM holds GROUP BY "
               "reason ORDER BY reason)",
               "5,21");
    assert_sql(&place, "SELECT sum(holds) FROM holds_daily WHERE reason = 'queued'", "17");
    place_close(&place);
}

static void test_a_second_step_adds_to_the_sums(void **unused)
{
    (void)unused;
    struct place place;
    bool more = false;
    struct store_retention keep = {.calls_ms = DAY_MS, .batch = 2};
    place_open(&place);
    for (int i = 0; i < 5; i++) {
        put_call(&place, NOON + i, NULL); /* one day, three batches */
    }
    for (int i = 0; i < 3; i++) {
        assert_true(
            store_retain(place.store, &keep, NOON + 2 * (int64_t)DAY_MS, &more, &place.err));
    }
    assert_false(more);
    assert_sql(&place, "SELECT calls || ' ' || ms || ' ' || rows || ' ' || cost FROM calls_daily",
               "5 500 25 5.0");
    assert_sql(&place, "SELECT count(*) FROM api_calls", "0");
    place_close(&place);
}

/* ---- what is asked for is answered as before ----------------------------------------------------
 */

struct answers {
    int64_t then, calls, failed, throttled, hours, readings, hour_calls, hour_failed;
    double cost, hour_cost, peak, sum, mean;
};

static struct answers answers_of(struct place *place)
{
    struct answers out = {.peak = -1};
    struct store_reader *reader = store_reader_open(place->db, &noon, &place->err);
    struct day_rows days;
    struct hour_rows hours;
    struct peak_rows peaks;
    struct limiter_rows limiters;
    int64_t from = NOON - 399 * (int64_t)DAY_MS;
    assert_non_null(reader);
    assert_true(read_run_days(reader, place->arena, 0, NULL, from, &days, &place->err));
    assert_true(read_usage_hours(reader, place->arena, 0, NULL, from, &hours, &place->err));
    assert_true(read_usage_peaks(reader, place->arena, 0, ACCOUNT, from, &peaks, &place->err));
    for (int day = 0; day < 400; day += 50) { /* the limiter is drawn as of every instant */
        int64_t at = NOON - day * (int64_t)DAY_MS + HOUR_MS;
        assert_true(read_limiters(reader, place->arena, at, ACCOUNT, &limiters, &place->err));
        assert_int_equal(limiters.count, 1);
        out.then += (int64_t)(limiters.rows[0].pct * 1000);
    }
    for (size_t i = 0; i < days.count; i++) {
        out.calls += days.rows[i].calls;
        out.failed += days.rows[i].failed;
        out.throttled += days.rows[i].throttled;
        out.cost += days.rows[i].cost;
    }
    out.hours = (int64_t)hours.count;
    for (size_t i = 0; i < hours.count; i++) {
        out.hour_calls += hours.rows[i].calls;
        out.hour_failed += hours.rows[i].failed;
        out.hour_cost += hours.rows[i].cost;
        out.mean += hours.rows[i].mean_pct;
    }
    for (size_t i = 0; i < peaks.count; i++) {
        out.peak = peaks.rows[i].peak_pct > out.peak ? peaks.rows[i].peak_pct : out.peak;
        out.readings += peaks.rows[i].readings;
        out.sum += peaks.rows[i].mean_pct * (double)peaks.rows[i].readings;
    }
    store_reader_close(reader);
    return out;
}

static void test_a_year_is_answered_from_sums_as_from_rows(void **unused)
{
    (void)unused;
    struct place place;
    struct store_retention keep = {.calls_ms = 30 * (int64_t)DAY_MS,
                                   .usage_ms = 90 * (int64_t)DAY_MS,
                                   .history_ms = 400 * (int64_t)DAY_MS,
                                   .batch = 7};
    bool more = true;
    place_open(&place);
    put_year(&place);
    struct answers before = answers_of(&place);
    assert_int_equal(before.calls, 40);
    assert_true(before.peak > 90);
    while (more) {
        assert_true(store_retain(place.store, &keep, NOON, &more, &place.err));
    }
    assert_sql(&place, "SELECT (SELECT count(*) FROM api_calls) || ' ' || count(*) FROM usage_log",
               "4 10");
    struct answers after = answers_of(&place);
    assert_memory_equal(&after, &before, sizeof after);
    place_close(&place);
}

/* ---- the rest goes by age as well
 * ----------------------------------------------------------------
 */

static void put_check(struct place *place, int64_t at, enum check_result result)
{
    struct check_row row = {.at = at, .account_id = ACCOUNT, .kind = "checksum", .result = result};
    assert_true(store_check_append(place->store, &row, &place->err));
}

static void put_record(struct place *place, int64_t at)
{
    struct operator_action action = {.at = at, .actor = "ana", .kind = OP_PAUSE, .target = ACCOUNT};
    struct override_row override = {
        .name = "threshold.account", .scope = "", .value = 60, .since = at, .actor = "ana"};
    struct engine_row engine = {
        .started_at = at, .heartbeat_at = at, .pid = 1, .mode = "engine", .clock = {.speed = 1}};
    struct run_split split = {.at = at,
                              .account_id = ACCOUNT,
                              .level = "ad",
                              .node = ACCOUNT,
                              .first_day = TODAY,
                              .last_day = TODAY,
                              .became = "report",
                              .why = "too much"};
    assert_true(store_action_append(place->store, &action, &place->err));
    assert_true(store_override_set(place->store, &override, &place->err));
    assert_true(
        store_override_end(place->store, override.name, override.scope, at + 1, &place->err));
    assert_true(store_engine_start(place->store, &engine, NULL, &place->err));
    assert_true(store_engine_stop(place->store, engine.engine_id, at + 1, "stop", &place->err));
    assert_true(store_split_append(place->store, &split, &place->err));
}

static void test_every_table_that_grows_is_bounded(void **unused)
{
    (void)unused;
    struct place place;
    struct store_retention keep = {.calls_ms = 30 * (int64_t)DAY_MS,
                                   .history_ms = 400 * (int64_t)DAY_MS,
                                   .data_ms = 1000 * (int64_t)DAY_MS,
                                   .batch = 2};
    bool more = true;
    place_open(&place);
    for (int day = 1500; day >= 0; day -= 100) {
        put_record(&place, NOON - day * (int64_t)DAY_MS);
        put_check(&place, NOON - day * (int64_t)DAY_MS, CHECK_OK);
        put_check(&place, NOON - day * (int64_t)DAY_MS, CHECK_DIFFERS);
    }
    while (more) {
        assert_true(store_retain(place.store, &keep, NOON, &more, &place.err));
    }
    assert_sql(&place, "SELECT count(*) FROM operator_actions", "11"); /* 0 to 1,000 days old */
    assert_sql(&place, "SELECT count(*) FROM overrides", "5");         /* 0 to 400 */
    assert_sql(&place, "SELECT count(*) FROM engine", "5");
    assert_sql(&place, "SELECT count(*) FROM run_splits", "5");
    assert_sql(&place, "SELECT count(*) FROM integrity_checks WHERE result = 'differs'", "5");
    assert_sql(&place, "SELECT count(*) FROM integrity_checks WHERE result = 'ok'", "1");
    /* However old it is, the latest engine says how the clock runs. */
    keep.history_ms = 1;
    assert_true(store_retain(place.store, &keep, NOON + DAY_MS, &more, &place.err));
    assert_true(store_retain(place.store, &keep, NOON + DAY_MS, &more, &place.err));
    assert_true(store_retain(place.store, &keep, NOON + DAY_MS, &more, &place.err));
    assert_sql(&place, "SELECT count(*) FROM engine", "1");
    place_close(&place);
}

static void put_insights(struct place *place, int32_t first, int32_t last)
{
    for (int32_t day = first; day <= last; day++) {
        struct store_listing listing = listing_of(day, day, NOON);
        struct insight row = insight_of("120", day, 1000000);
        assert_true(store_insights_put(place->store, &listing, &row, 1, NOON, &place->err));
        assert_true(store_insights_finish(place->store, &listing, NOON, NULL, &place->err));
    }
    assert_true(
        store_daily_rollup(place->store, ACCOUNT, LEVEL_AD, first, last, NULL, &place->err));
}

static void test_insights_go_by_day_and_tombstones_after_them(void **unused)
{
    (void)unused;
    struct place place;
    struct store_retention keep = {.data_ms = 100 * (int64_t)DAY_MS};
    struct store_listing never = listing_of(TODAY - 150, TODAY, NOON);
    struct entity rows[] = {entity_of(ENTITY_CAMPAIGN, "100", NULL),
                            entity_of(ENTITY_ADSET, "110", "100"),
                            entity_of(ENTITY_AD, "120", "110"), entity_of(ENTITY_AD, "121", "110")};
    bool more = true;
    size_t steps = 0;
    place_open(&place);
    rows[3].effective_status = ENTITY_INACCESSIBLE;
    assert_true(store_entities_put(place.store, ACCOUNT, rows, 4, NOON - 200 * (int64_t)DAY_MS,
                                   &place.err));
    put_insights(&place, TODAY - 250, TODAY);
    never.account_id = OTHER; /* read as well, and nothing came */
    assert_true(store_insights_finish(place.store, &never, NOON, NULL, &place.err));
    for (; more; steps++) {
        assert_true(store_retain(place.store, &keep, NOON, &more, &place.err));
    }
    assert_in_range(steps, 3, 20); /* a month of an account at a time */
    assert_sql(&place, "SELECT count(*) || ' ' || min(date_start) FROM insights", "101 2025-09-23");
    assert_sql(&place, "SELECT min(date) FROM daily_metrics", "2025-09-23");
    assert_sql(&place, "SELECT count(*) FROM insight_day", "202");
    assert_sql(&place, "SELECT group_concat(entity_id) FROM entities ORDER BY 1", "100,110,120");
    /* A day later one more day goes. */
    assert_true(store_retain(place.store, &keep, NOON + DAY_MS, &more, &place.err));
    assert_sql(&place, "SELECT count(*) FROM insights", "100");
    place_close(&place);
}

static void test_a_parents_tombstone_stays_for_its_children(void **unused)
{
    (void)unused;
    struct place place;
    struct store_retention keep = {.data_ms = 100 * (int64_t)DAY_MS};
    struct entity rows[] = {entity_of(ENTITY_CAMPAIGN, "100", NULL),
                            entity_of(ENTITY_ADSET, "110", "100"),
                            entity_of(ENTITY_AD, "120", "110")};
    bool more = true;
    place_open(&place);
    rows[0].effective_status = rows[1].effective_status = ENTITY_INACCESSIBLE;
    assert_true(store_entities_put(place.store, ACCOUNT, rows, 3, NOON - 200 * (int64_t)DAY_MS,
                                   &place.err));
    assert_true(store_retain(place.store, &keep, NOON, &more, &place.err));
    assert_sql(&place, "SELECT count(*) FROM entities", "3");
    place_close(&place);
}

/* With as much coming as going the file stays as large as it is. */
static void test_the_file_stops_growing(void **unused)
{
    (void)unused;
    struct place place;
    struct store_retention keep = {.calls_ms = 5 * (int64_t)DAY_MS,
                                   .usage_ms = 5 * (int64_t)DAY_MS,
                                   .history_ms = 10 * (int64_t)DAY_MS};
    char pages[4][256];
    place_open(&place);
    for (int day = 0; day < 60; day++) {
        int64_t at = NOON + day * (int64_t)DAY_MS;
        bool more = true;
        assert_true(store_begin(place.store, &place.err));
        for (int i = 0; i < 120; i++) {
            put_call(&place, at + i * 60000, i % 40 ? NULL : "limit");
            place_put_reading(&place, at + i * 60000, i);
            place_hold(&place, HOLD_QUOTA_APP, at + i * 60000, 0);
            place_hold(&place, HOLD_QUEUED, at + i * 60000 + 1000, 0);
        }
        assert_true(store_commit(place.store, &place.err));
        while (more) {
            assert_true(store_retain(place.store, &keep, at, &more, &place.err));
        }
        if (day % 15 == 14) {
            place_ask(&place, "PRAGMA page_count", pages[day / 15]);
        }
    }
    assert_in_range(atoi(pages[0]), 40, 2000);
    assert_true(atoi(pages[3]) <= atoi(pages[1]) + atoi(pages[1]) / 20);
    place_close(&place);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_raw_rows_go_by_age_and_their_sums_stay),
        cmocka_unit_test(test_a_second_step_adds_to_the_sums),
        cmocka_unit_test(test_a_year_is_answered_from_sums_as_from_rows),
        cmocka_unit_test(test_every_table_that_grows_is_bounded),
        cmocka_unit_test(test_insights_go_by_day_and_tombstones_after_them),
        cmocka_unit_test(test_a_parents_tombstone_stays_for_its_children),
        cmocka_unit_test(test_the_file_stops_growing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
