/* What lasts from one instant to another: history, holds, the past as readers see it. */
#include "tests/unit/store/store_fixture.h"

#include "store/calls.h"
#include "store/engines.h"
#include "store/ledger.h"
#include "store/read_accounts.h"
#include "store/read_holds.h"
#include "store/read_limiters.h"
#include "store/read_runs.h"
#include "store/runs.h"

static const struct clock noon = {.speed = 1e-9, .anchor_ms = NOON + 2 * DAY_MS};

static struct store_reader *look(struct place *place)
{
    struct store_reader *reader = store_reader_open(place->db, &noon, &place->err);
    assert_non_null(reader);
    return reader;
}

static struct account_row account_at(struct place *place, int64_t at)
{
    struct account_row row;
    struct store_reader *reader = look(place);
    if (!read_account(reader, place->arena, at, ACCOUNT, &row, &place->err)) {
        fail_msg("%s", place->err.message);
    }
    store_reader_close(reader);
    return row;
}

/* ---- accounts -----------------------------------------------------------------------------------
 */

static void test_changes_are_intervals_and_the_past_is_drawn_from_them(void **unused)
{
    (void)unused;
    struct place place;
    place_open(&place);
    assert_true(
        store_account_set_tier(place.store, ACCOUNT, TIER_HIGH, false, NOON + HOUR_MS, &place.err));
    assert_true(store_account_set_tier(place.store, ACCOUNT, TIER_HIGH, false, NOON + 2 * HOUR_MS,
                                       &place.err)); /* no change, no interval */
    assert_true(store_account_set_tier(place.store, ACCOUNT, TIER_MEDIUM, true, NOON + 3 * HOUR_MS,
                                       &place.err));
    assert_true(store_account_set_priority(place.store, ACCOUNT, 4, NOON + HOUR_MS, &place.err));
    assert_true(store_account_set_paused(place.store, ACCOUNT, NOON + DAY_MS, NOON + 2 * HOUR_MS,
                                         &place.err));
    assert_sql(&place,
               "SELECT group_concat(value || ' ' || ((since - 1767268800000) / 3600000) || '-' || "
               "coalesce((until - 1767268800000) / 3600000, ''), ', ') FROM (SELECT * FROM "
               "account_history WHERE field = 'tier' ORDER BY since)",
               "high 1-3, medium 3-");
    struct account_row then = account_at(&place, NOON + 2 * HOUR_MS - 1);
    assert_int_equal(then.account.tier, TIER_HIGH);
    assert_int_equal(then.account.priority, 4);
    assert_int_equal(then.account.paused_until, 0);
    struct account_row now = account_at(&place, 0);
    assert_int_equal(now.account.tier, TIER_MEDIUM);
    assert_true(now.account.tier_pinned);
    assert_int_equal(now.account.paused_until, NOON + DAY_MS);
    place_close(&place);
}

/* Before it was listed it was not there; before its first insights nothing is told of its spend. */
static void test_an_account_has_a_beginning(void **unused)
{
    (void)unused;
    struct place place;
    struct account_rows rows;
    place_open(&place);
    struct run run = {.account_id = ACCOUNT, .started_at = NOON + HOUR_MS};
    assert_true(store_run_create(place.store, &run, &place.err));
    run.status = RUN_SUCCESS;
    run.finished_at = NOON + 2 * HOUR_MS;
    assert_true(store_run_finish(place.store, &run, &place.err));
    assert_true(store_account_set_spend(place.store, ACCOUNT, 7, 8, &place.err));
    struct store_reader *reader = look(&place);
    assert_true(read_accounts(reader, place.arena, NOON - 1, true, &rows, &place.err));
    assert_int_equal(rows.count, 0);
    store_reader_close(reader);
    assert_int_equal(account_at(&place, NOON + HOUR_MS + 1).account.spend_7d, 0);
    assert_int_equal(account_at(&place, NOON + 2 * HOUR_MS).account.spend_7d, 7);
    assert_int_equal(account_at(&place, 0).account.spend_7d_base, 8);
    place_close(&place);
}

static void put_run(struct place *place, int hour, enum run_status status)
{
    struct run run = {.account_id = ACCOUNT, .started_at = NOON + hour * HOUR_MS};
    assert_true(store_run_create(place->store, &run, &place->err));
    run.status = status;
    run.finished_at = run.started_at + HOUR_MS;
    assert_true(store_run_finish(place->store, &run, &place->err));
}

/* A run counts from its end on, whatever came of those after it. */
static void test_an_account_was_synced_by_runs_that_had_ended(void **unused)
{
    (void)unused;
    static const struct {
        int half_hours, synced, as_of; /* since noon, in hours */
    } then[] = {
        {3,  0, 0},
        {5,  1, 1},
        {7,  1, 1},
        {9,  3, 1},
        {13, 3, 1},
        {15, 3, 1},
        {17, 7, 7}
    };
    struct place place;
    place_open(&place);
    put_run(&place, 1, RUN_SUCCESS);
    put_run(&place, 3, RUN_PARTIAL);
    put_run(&place, 5, RUN_FAILED);
    put_run(&place, 7, RUN_SUCCESS);
    for (size_t i = 0; i < sizeof then / sizeof then[0]; i++) {
        struct account_row row = account_at(&place, NOON + then[i].half_hours * HOUR_MS / 2);
        int64_t synced = then[i].synced ? NOON + then[i].synced * HOUR_MS : 0;
        int64_t as_of = then[i].as_of ? NOON + then[i].as_of * HOUR_MS : 0;
        assert_int_equal(row.account.last_synced_at, synced);
        assert_int_equal(row.account.data_as_of, as_of);
    }
    place_close(&place);
}

static void test_an_account_not_listed_any_more_is_kept_as_removed(void **unused)
{
    (void)unused;
    struct place place;
    size_t removed = 0;
    struct account_rows rows;
    place_open(&place);
    char name[] = "renamed";
    struct account only = {.account_id = OTHER,
                           .name = name,
                           .currency = "KWD",
                           .timezone_name = "UTC",
                           .account_status = 2,
                           .tier = TIER_HIGH};
    assert_true(store_accounts_put(place.store, &only, 1, NOON + 5, &place.err));
    assert_true(store_accounts_remove_unlisted(place.store, NOON + 5, &removed, &place.err));
    assert_int_equal(removed, 1);
    struct store_reader *reader = look(&place);
    assert_true(read_accounts(reader, place.arena, 0, false, &rows, &place.err));
    assert_int_equal(rows.count, 1);
    assert_string_equal(rows.rows[0].account.name, "renamed");
    assert_int_equal(rows.rows[0].account.tier, TIER_LOW); /* ours, not the listing's */
    assert_true(read_accounts(reader, place.arena, 0, true, &rows, &place.err));
    assert_int_equal(rows.count, 2);
    store_reader_close(reader);
    place_put_account(&place, ACCOUNT, "USD"); /* and back again */
    assert_sql(&place, "SELECT count(*) FROM accounts WHERE removed_at IS NULL", "2");
    place_close(&place);
}

/* ---- holds --------------------------------------------------------------------------------------
 */

/* The end a hold was given first stays beside the one it has now. */
static void test_holds_keep_the_end_they_were_given_first(void **unused)
{
    (void)unused;
    struct place place;
    place_open(&place);
    struct account_row row;
    place_hold(&place, HOLD_QUOTA_APP, NOON, NOON + HOUR_MS);
    place_hold(&place, HOLD_QUOTA_APP, NOON + 1000, NOON + 2 * HOUR_MS);
    place_hold(&place, HOLD_QUOTA_APP, NOON + 2000, NOON + 3 * HOUR_MS);
    struct store_reader *reader = look(&place);
    assert_true(read_account(reader, place.arena, 0, ACCOUNT, &row, &place.err));
    assert_true(row.hold_until == NOON + 3 * HOUR_MS);
    assert_true(row.hold_first_until == NOON + HOUR_MS);
    /* It was to run, found no worker, and waits again: the same wait. */
    place_hold(&place, HOLD_QUEUED, NOON + 3 * HOUR_MS, 0);
    place_hold(&place, HOLD_CONCURRENCY, NOON + 3 * HOUR_MS + 1000, 0);
    place_hold(&place, HOLD_QUOTA_APP, NOON + 3 * HOUR_MS + 2000, NOON + 4 * HOUR_MS);
    assert_true(read_account(reader, place.arena, 0, ACCOUNT, &row, &place.err));
    assert_true(row.hold_first_until == NOON + HOUR_MS);
    place_hold(&place, HOLD_QUOTA_ACCOUNT, NOON + 4 * HOUR_MS,
               NOON + 5 * HOUR_MS); /* another limit's */
    assert_true(read_account(reader, place.arena, 0, ACCOUNT, &row, &place.err));
    assert_true(row.hold_first_until == NOON + 5 * HOUR_MS);
    place_hold(&place, HOLD_RUNNING, NOON + 5 * HOUR_MS, 0); /* it got on meanwhile */
    place_hold(&place, HOLD_QUOTA_ACCOUNT, NOON + 5 * HOUR_MS + 1000, NOON + 6 * HOUR_MS);
    assert_true(read_account(reader, place.arena, 0, ACCOUNT, &row, &place.err));
    assert_true(row.hold_first_until == NOON + 6 * HOUR_MS);
    store_reader_close(reader);
    place_close(&place);
}

/* Queued 12:00:00, held 12:00:01, running from 12:00:03 on. */
static void test_holds_that_touch_a_time_and_those_that_ended(void **unused)
{
    (void)unused;
    struct place place;
    place_open(&place);
    struct hold_rows rows;
    int64_t ended[HOLD_REASON_COUNT];
    place_hold(&place, HOLD_QUEUED, NOON, 0);
    place_hold(&place, HOLD_QUOTA_ACCOUNT, NOON + 1000, NOON + HOUR_MS);
    place_hold(&place, HOLD_RUNNING, NOON + 3000, 0);
    struct store_reader *reader = look(&place);
    struct hold_query later = {.account_id = ACCOUNT, .from = NOON + 2000};
    assert_true(read_holds(reader, place.arena, 0, &later, &rows, &place.err));
    assert_int_equal(rows.count, 2);
    assert_int_equal(rows.rows[0].reason, HOLD_RUNNING);
    assert_int_equal(rows.rows[1].reason, HOLD_QUOTA_ACCOUNT);
    later.from = NOON - HOUR_MS; /* before all of them */
    assert_true(read_holds(reader, place.arena, 0, &later, &rows, &place.err));
    assert_int_equal(rows.count, 3);
    assert_true(read_holds_ended(reader, NOON + 2000, NOON + 4000, ended, &place.err));
    assert_int_equal(ended[HOLD_QUOTA_ACCOUNT], 1);
    assert_int_equal(ended[HOLD_QUEUED], 0);
    assert_int_equal(ended[HOLD_RUNNING], 0);
    assert_true(read_holds_ended(reader, NOON + 2000, NOON + 2500, ended, &place.err));
    assert_int_equal(ended[HOLD_QUOTA_ACCOUNT], 0);
    store_reader_close(reader);
    place_close(&place);
}

static void test_an_account_has_one_open_hold(void **unused)
{
    (void)unused;
    struct place place;
    struct hold_rows rows;
    place_open(&place);
    place_hold(&place, HOLD_DUE, NOON, 0);
    int64_t quota = place_hold(&place, HOLD_QUOTA_ACCOUNT, NOON + 1000, NOON + HOUR_MS);
    assert_int_equal(place_hold(&place, HOLD_QUOTA_ACCOUNT, NOON + 2000, NOON + 2 * HOUR_MS),
                     quota);
    place_hold(&place, HOLD_RUNNING, NOON + 3000, 0);
    assert_sql(&place,
               "SELECT group_concat(reason || ':' || (since - 1767268800000) || '-' || "
               "coalesce(ended_at - 1767268800000, '')) FROM holds",
               "due:0-1000,quota_account:1000-3000,running:3000-");
    assert_sql(&place, "SELECT until - 1767268800000 FROM holds WHERE reason = 'quota_account'",
               "7200000");
    struct store_reader *reader = look(&place);
    struct hold_query open = {.account_id = ACCOUNT};
    assert_true(read_holds(reader, place.arena, NOON + 1500, &open, &rows, &place.err));
    assert_int_equal(rows.count, 1);
    assert_int_equal(rows.rows[0].reason, HOLD_QUOTA_ACCOUNT);
    assert_int_equal(rows.rows[0].ended_at, 0); /* it ended later */
    store_reader_close(reader);
    assert_int_equal(account_at(&place, NOON + 1500).reason, HOLD_QUOTA_ACCOUNT);
    assert_int_equal(account_at(&place, NOON + 500).reason, HOLD_DUE);
    assert_int_equal(account_at(&place, 0).reason, HOLD_RUNNING);
    place_close(&place);
}

/* ---- runs and readings of the past --------------------------------------------------------------
 */

static void test_a_run_is_running_until_it_ended(void **unused)
{
    (void)unused;
    struct place place;
    struct run run = {.account_id = ACCOUNT, .mode = RUN_FULL, .started_at = NOON}, seen;
    place_open(&place);
    assert_true(store_run_create(place.store, &run, &place.err));
    run.status = RUN_PARTIAL;
    run.finished_at = NOON + 60000;
    run.error_code = 17;
    snprintf(run.error_message, sizeof run.error_message, "why");
    assert_true(store_run_finish(place.store, &run, &place.err));
    struct store_reader *reader = look(&place);
    assert_true(read_run(reader, NOON + 30000, run.run_id, &seen, &place.err));
    assert_int_equal(seen.status, RUN_RUNNING);
    assert_true(read_run(reader, 0, run.run_id, &seen, &place.err));
    assert_int_equal(seen.status, RUN_PARTIAL);
    assert_int_equal(seen.error_code, 17);
    assert_string_equal(seen.error_message, "why");
    store_reader_close(reader);
    assert_int_equal(account_at(&place, NOON + 30000).running_run_id, run.run_id);
    assert_int_equal(account_at(&place, 0).last_status, RUN_PARTIAL);
    place_close(&place);
}

/* What operators force comes out of their own share of the budget: it is told apart. */
static void test_what_operators_forced_is_summed_apart(void **unused)
{
    (void)unused;
    struct place place;
    place_open(&place);
    static const struct {
        enum run_trigger trigger;
        int64_t at;
        double cost;
    } runs[] = {
        {TRIGGER_OPERATOR, -1, 7  },
        {TRIGGER_OPERATOR, 0,  20 },
        {TRIGGER_SCHEDULE, 5,  300},
        {TRIGGER_OPERATOR, 9,  1  }
    };
    for (size_t i = 0; i < sizeof runs / sizeof *runs; i++) {
        struct run run = {
            .account_id = ACCOUNT, .started_at = NOON + runs[i].at, .trigger = runs[i].trigger};
        assert_true(store_run_create(place.store, &run, &place.err));
        run.status = RUN_SUCCESS;
        run.actual_cost = runs[i].cost;
        run.finished_at = NOON + runs[i].at + 1;
        assert_true(store_run_finish(place.store, &run, &place.err));
    }
    double cost = -1;
    assert_true(store_ledger_forced(place.store, NOON, ACCOUNT, &cost, &place.err));
    assert_true(cost == 21);
    assert_true(store_ledger_forced(place.store, NOON, "act_9", &cost, &place.err));
    assert_true(cost == 0);
    place_close(&place);
}

static void test_a_failed_run_is_found_behind_many_others(void **unused)
{
    (void)unused;
    struct place place;
    struct run_rows rows;
    place_open(&place);
    for (int i = 0; i < 40; i++) {
        struct run run = {.account_id = ACCOUNT, .started_at = NOON + i};
        assert_true(store_run_create(place.store, &run, &place.err));
        run.status = i == 3 ? RUN_FAILED : RUN_SUCCESS;
        run.finished_at = NOON + i + 1000;
        assert_true(store_run_finish(place.store, &run, &place.err));
    }
    struct store_reader *reader = look(&place);
    struct run_query failed = {.statuses = 1U << RUN_FAILED, .limit = 2};
    assert_true(read_runs(reader, place.arena, 0, &failed, &rows, &place.err));
    assert_int_equal(rows.count, 1);
    assert_int_equal(rows.rows[0].started_at, NOON + 3);
    assert_true(read_runs(reader, place.arena, NOON + 500, &failed, &rows, &place.err));
    assert_int_equal(rows.count, 0); /* it was running then */
    struct run_query running = {.statuses = 1U << RUN_RUNNING, .account_id = ACCOUNT};
    assert_true(read_runs(reader, place.arena, NOON + 500, &running, &rows, &place.err));
    assert_int_equal(rows.count, 40);
    assert_int_equal(rows.rows[0].status, RUN_RUNNING);
    store_reader_close(reader);
    place_close(&place);
}

static void test_readings_repeat_once_a_minute(void **unused)
{
    (void)unused;
    struct place place;
    place_open(&place);
    place_put_reading(&place, NOON, 40);
    place_put_reading(&place, NOON + 10000, 40); /* the same again */
    place_put_reading(&place, NOON + 20000, 41.5);
    place_put_reading(&place, NOON + 90000, 41.5);
    assert_sql(&place, "SELECT group_concat(pct || '@' || (at - 1767268800000)) FROM usage_log",
               "40.0@0,41.5@20000,41.5@90000");
    assert_sql(&place, "SELECT at - 1767268800000 FROM usage_latest", "90000");
    place_close(&place);
}

static void test_a_crashed_engine_ends_at_its_last_heartbeat(void **unused)
{
    (void)unused;
    struct place place;
    size_t crashed = 0;
    struct engine_row first = {.started_at = NOON,
                               .heartbeat_at = NOON,
                               .pid = 1,
                               .mode = "engine",
                               .clock = {.speed = 1}};
    place_open(&place);
    assert_true(store_engine_start(place.store, &first, &crashed, &place.err));
    assert_int_equal(crashed, 0);
    assert_true(store_engine_beat(place.store, first.engine_id, NOON + 30000, &place.err));
    struct engine_row second = first;
    assert_true(store_engine_start(place.store, &second, &crashed, &place.err));
    assert_int_equal(crashed, 1);
    assert_sql(&place,
               "SELECT reason || (stopped_at - 1767268800000) FROM engine WHERE engine_id "
               "= 1",
               "crashed30000");
    place_close(&place);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_changes_are_intervals_and_the_past_is_drawn_from_them),
        cmocka_unit_test(test_an_account_has_a_beginning),
        cmocka_unit_test(test_an_account_was_synced_by_runs_that_had_ended),
        cmocka_unit_test(test_an_account_not_listed_any_more_is_kept_as_removed),
        cmocka_unit_test(test_an_account_has_one_open_hold),
        cmocka_unit_test(test_holds_keep_the_end_they_were_given_first),
        cmocka_unit_test(test_holds_that_touch_a_time_and_those_that_ended),
        cmocka_unit_test(test_a_run_is_running_until_it_ended),
        cmocka_unit_test(test_what_operators_forced_is_summed_apart),
        cmocka_unit_test(test_a_failed_run_is_found_behind_many_others),
        cmocka_unit_test(test_readings_repeat_once_a_minute),
        cmocka_unit_test(test_a_crashed_engine_ends_at_its_last_heartbeat),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
