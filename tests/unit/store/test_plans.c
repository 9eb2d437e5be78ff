/* Query plans: every statement that readers and writer keep prepared is explained; none of them may
 * walk over a table that grows. */
#include "tests/unit/store/store_fixture.h"

#include "store/alerts.h"
#include "store/calls.h"
#include "store/checks.h"
#include "store/cursors.h"
#include "store/daily.h"
#include "store/holds.h"
#include "store/internal.h"
#include "store/ledger.h"
#include "store/logs.h"
#include "store/read_accounts.h"
#include "store/read_actions.h"
#include "store/read_alerts.h"
#include "store/read_budget.h"
#include "store/read_changes.h"
#include "store/read_engine.h"
#include "store/read_entities.h"
#include "store/read_errors.h"
#include "store/read_holds.h"
#include "store/read_limiters.h"
#include "store/read_log.h"
#include "store/read_queue.h"
#include "store/read_runs.h"
#include "store/read_stats.h"
#include "store/reader_internal.h"
#include "store/retention.h"
#include "store/runs.h"
#include "store/usage.h"

/* What may be walked over: as many rows as there are accounts or limiters, what a subquery left,
 * and by their aliases a = account, u = usage_latest, s = stray (those not settled yet),
 * l = the four levels. */
static const char *const small[] = {
    "account",
    "a",
    "engine",
    "limiters",
    "usage_latest",
    "u",
    "s",
    "l",
    "alerts",
    "overrides",
    "CONSTANT ROW",
    "(subquery",
    "schema_migrations",
    "sqlite_schema",
    "stray",
    "day",
    "d",
    "breakdown",
};

/* What a WITH left, by its alias in that statement: a page of entities, sums by hour and by day. */
static const struct {
    const char *step, *sql;
} left[] = {
    {"SCAN p", "p AS MATERIALIZED"},
    {"SCAN m", "FROM minutes m "  },
    {"SCAN c", "FROM calls c "    },
};

/* A walk in the order of an index that a LIMIT ends is none: "SCAN x USING INDEX y". */
static bool is_walk(const char *step, const char *sql)
{
    if (strncmp(step, "SCAN ", 5) != 0 || strstr(step, " USING ")) {
        return false;
    }
    for (size_t i = 0; i < sizeof left / sizeof left[0]; i++) {
        if (strcmp(step, left[i].step) == 0 && strstr(sql, left[i].sql)) {
            return false;
        }
    }
    for (size_t i = 0; i < sizeof small / sizeof small[0]; i++) {
        size_t n = strlen(small[i]);
        if (strncmp(step + 5, small[i], n) == 0 && strchr(" -", step[5 + n])) {
            return false;
        }
    }
    return true;
}

static int explain(sqlite3 *db, const char *sql)
{
    static char text[16384];
    sqlite3_stmt *stmt = NULL;
    int walks = 0;
    snprintf(text, sizeof text, "EXPLAIN QUERY PLAN %s", sql);
    if (sqlite3_prepare_v2(db, text, -1, &stmt, NULL) != SQLITE_OK) {
        fail_msg("%s: %s", sql, sqlite3_errmsg(db));
    }
    while (sqlite3_step(stmt) == SQLITE_ROW) {
        const char *step = (const char *)sqlite3_column_text(stmt, 3);
        if (is_walk(step, sql)) {
            print_message("%s\n    in: %s\n", step, sql);
            walks++;
        }
    }
    sqlite3_finalize(stmt);
    return walks;
}

/* Routine holds that go lie between others that stay: they are found by an index of their own. */
static void assert_routine_index(sqlite3 *db, const char *sql)
{
    static char text[16384];
    sqlite3_stmt *stmt = NULL;
    bool found = false;
    snprintf(text, sizeof text, "EXPLAIN QUERY PLAN %s", sql);
    assert_int_equal(sqlite3_prepare_v2(db, text, -1, &stmt, NULL), SQLITE_OK);
    while (sqlite3_step(stmt) == SQLITE_ROW) {
        const char *step = (const char *)sqlite3_column_text(stmt, 3);
        found = found || strstr(step, "holds_routine") != NULL;
    }
    sqlite3_finalize(stmt);
    if (!found) {
        fail_msg("no index of routine holds in: %s", sql);
    }
}

static int explain_all(const struct db *db, int least)
{
    int walks = 0, count = 0;
    for (size_t i = 0; i < DB_CACHE; i++) {
        if (db->cache[i].stmt) {
            walks += explain(db->handle, sqlite3_sql(db->cache[i].stmt));
            count++;
        }
    }
    assert_true(count >= least);
    return walks;
}

static void read_of_accounts(struct place *place, struct store_reader *r, int64_t at)
{
    struct arena *a = place->arena;
    struct err *e = &place->err;
    struct account_rows accounts;
    struct account_row account;
    struct history_rows history;
    struct drift_rows drift;
    struct check_rows checks;
    struct run_rows runs;
    struct run run;
    struct call_rows calls;
    struct error_groups errors;
    assert_true(read_accounts(r, a, at, true, &accounts, e));
    assert_true(read_account(r, a, at, ACCOUNT, &account, e));
    assert_true(read_account_history(r, a, at, &(struct history_query){.account_id = ACCOUNT},
                                     &history, e));
    assert_true(read_drift(r, a, at, ACCOUNT, NOON, &drift, e));
    assert_true(read_checks(r, a, at, &(struct check_query){.account_id = ACCOUNT}, &checks, e));
    assert_true(read_checks(r, a, at, &(struct check_query){.bad_only = true}, &checks, e));
    assert_true(read_runs(r, a, at, &(struct run_query){.limit = 5}, &runs, e));
    assert_true(read_runs(r, a, at, &(struct run_query){.account_id = ACCOUNT}, &runs, e));
    read_run(r, at, 1, &run, e);
    assert_true(read_run_calls(r, a, at, 1, 0, 5, &calls, e));
    assert_true(read_errors(r, a, at, NULL, NOON, &errors, e));
    assert_true(read_errors(r, a, at, ACCOUNT, NOON, &errors, e));
}

static void read_of_limits(struct place *place, struct store_reader *r, int64_t at)
{
    struct arena *a = place->arena;
    struct err *e = &place->err;
    struct limiter_key key = {SCOPE_ACCOUNT, ACCOUNT, USE_CASE_NONE};
    struct peak_part part = {NOON - DAY_MS, NOON, 9};
    struct hold_rows holds;
    struct hold_total hold_totals[HOLD_REASON_COUNT];
    int64_t ended[HOLD_REASON_COUNT];
    struct limiter_rows limiters;
    struct limiter_samples samples;
    struct limiter_peaks peaks;
    struct usage_rows usage;
    struct budget_report budget;
    assert_true(read_holds(r, a, at, &(struct hold_query){.from = NOON}, &holds, e));
    assert_true(read_holds(r, a, at, &(struct hold_query){.account_id = ACCOUNT}, &holds, e));
    assert_true(read_hold_totals(r, at, hold_totals, e));
    assert_true(read_holds_ended(r, NOON, NOON + 9, ended, e));
    assert_true(read_limiters(r, a, at, NULL, &limiters, e));
    assert_true(read_limiters(r, a, at, ACCOUNT, &limiters, e));
    assert_true(read_limiters_holding(r, a, &limiters, e));
    assert_true(read_limiter_series(r, a, &key, NOON - DAY_MS, NOON, HOUR_MS, &samples, e));
    assert_true(read_limiter_peaks(r, a, &part, &peaks, e));
    assert_true(read_usage_log(r, a, ACCOUNT, NOON, NOON + 9, 5, &usage, e));
    assert_true(read_usage_log(r, a, NULL, NOON, NOON + 9, 5, &usage, e));
    assert_true(read_usage_latest(r, a, at, NULL, &usage, e));
    assert_true(read_usage_latest(r, a, at, ACCOUNT, &usage, e));
    assert_true(read_budget(r, a, at, TODAY, &budget, e));
}

static void read_of_the_engine(struct place *place, struct store_reader *r, int64_t at)
{
    struct arena *a = place->arena;
    struct err *e = &place->err;
    struct action_rows actions;
    struct alert_rows alerts;
    struct engine_row engine;
    struct store_totals totals;
    struct log_rows log;
    struct queue_rows queue;
    assert_true(read_actions(r, a, at, &(struct action_query){.limit = 10}, &actions, e));
    assert_true(read_alerts(r, a, at, NOON, &alerts, e));
    read_engine(r, at, &engine, e);
    assert_true(read_totals(r, &totals, e));
    assert_true(read_log(r, a, at, &(struct log_query){.account_id = ACCOUNT}, &log, e));
    assert_true(read_log(r, a, at, &(struct log_query){.text = "x"}, &log, e));
    assert_true(read_log(r, a, at, &(struct log_query){.run_id = 1}, &log, e));
    assert_true(read_queue(r, a, &queue, e));
}

/* Runs, calls and readings over a time, and their sums. */
static void read_of_statistics(struct place *place, struct store_reader *r, int64_t at)
{
    struct arena *a = place->arena;
    struct err *e = &place->err;
    struct peak_rows peaks;
    struct hour_rows hours;
    struct duration_rows durations;
    struct day_rows days;
    struct logged_calls logged;
    struct change_rows changes;
    struct call_health health;
    struct split_rows splits;
    int64_t count;
    assert_true(read_usage_peaks(r, a, at, NULL, NOON - DAY_MS, &peaks, e));
    assert_true(read_usage_hours(r, a, at, NULL, NOON - DAY_MS, &hours, e));
    assert_true(read_run_durations(r, a, at, NULL, NOON - DAY_MS, &durations, e));
    assert_true(read_run_days(r, a, at, NULL, NOON - DAY_MS, &days, e));
    assert_true(read_logged_calls(r, a, at, NOON - DAY_MS, 5, &logged, e));
    assert_true(read_changes(r, a, at, NOON - DAY_MS, 5, &changes, e));
    assert_true(read_call_health(r, NOON - DAY_MS, NOON, &health, e));
    assert_true(read_run_splits(r, a, at, 1, &splits, e));
    assert_true(read_run_split_count(r, at, 1, &count, e));
}

static void read_entity_tree(struct place *place, struct store_reader *r)
{
    struct entity_rows rows;
    struct entity_row row;
    struct entity_totals totals;
    struct entity_query query = {.account_id = ACCOUNT, .day_from = TODAY - 7, .day_to = TODAY};
    assert_true(read_entities(r, place->arena, &query, &rows, &place->err));
    query.parent_id = "100";
    query.deleted = true;
    assert_true(read_entities(r, place->arena, &query, &rows, &place->err));
    query.deleted = false;
    assert_true(read_entities(r, place->arena, &query, &rows, &place->err));
    assert_true(read_entity(r, place->arena, "100", &row, &place->err));
    int64_t rows_per_day;
    assert_true(read_entity_totals(r, ACCOUNT, &totals, &place->err));
    assert_true(read_rows_per_day(r, ACCOUNT, LEVEL_AD, 8, &rows_per_day, &place->err));
}

static void test_readers_walk_over_no_growing_table(void **unused)
{
    (void)unused;
    static const struct clock clock = {.speed = 1e-9, .anchor_ms = NOON};
    struct place place;
    place_open(&place);
    struct entity row = entity_of(ENTITY_CAMPAIGN, "100", NULL);
    assert_true(store_entities_put(place.store, ACCOUNT, &row, 1, NOON, &place.err));
    struct store_reader *reader = store_reader_open(place.db, &clock, &place.err);
    assert_non_null(reader);
    for (int64_t at = 0; at <= NOON; at += NOON) { /* now, and then */
        read_of_accounts(&place, reader, at);
        read_of_limits(&place, reader, at);
        read_of_the_engine(&place, reader, at);
        read_of_statistics(&place, reader, at);
    }
    read_entity_tree(&place, reader);
    assert_int_equal(explain_all(&reader->db, 62), 0);
    store_reader_close(reader);
    place_close(&place);
}

/* What a run writes and asks, and what goes on around it. */
static void write_everything(struct place *place)
{
    struct store *s = place->store;
    struct err *e = &place->err;
    struct entity row = entity_of(ENTITY_AD, "120", "110");
    struct insight insight = insight_of("120", TODAY, 5);
    struct store_listing listing = listing_of(TODAY - 7, TODAY, NOON);
    struct store_cursor cursor = {.account_id = ACCOUNT, .step = "ads"};
    struct run run = {.account_id = ACCOUNT, .started_at = NOON, .finished_at = NOON};
    struct call_record call = {.at = NOON, .account_id = ACCOUNT, .path = "x"};
    struct usage_reading reading = {.at = NOON, .scope_id = ACCOUNT, .pct = 5};
    struct ledger_entry entry = {.day = TODAY, .account_id = ACCOUNT, .calls = 1};
    struct hold hold = {.account_id = ACCOUNT, .since = NOON};
    struct check_row check = {.at = NOON, .account_id = ACCOUNT, .kind = "checksum"};
    struct store_day days[8];
    struct store_ids ids;
    struct store_runs runs;
    int64_t counts[ENTITY_KIND_COUNT], active = 0, spend = 0;
    bool changed = false, more = false;
    char next[ID_SIZE];
    assert_true(store_entities_put(s, ACCOUNT, &row, 1, NOON, e));
    assert_true(store_entities_count(s, ACCOUNT, counts, &active, e));
    assert_true(store_entities_changed(s, ACCOUNT, &row, 1, &changed, e));
    struct store_unseen unseen = {.kind = ENTITY_CAMPAIGN, .since = NOON, .limit = 5};
    assert_true(store_entities_unseen(s, place->arena, ACCOUNT, &unseen, &ids, e));
    assert_true(store_entities_missing(s, place->arena, ACCOUNT, &unseen, &ids, e));
    assert_true(store_entities_strays(s, place->arena, ACCOUNT, NULL, 5, &ids, e));
    assert_true(store_entities_settle(s, ACCOUNT, NOON, NULL, e));
    assert_true(store_entity_next(s, ACCOUNT, &(struct store_walk){.kind = ENTITY_ADSET}, next, e));
    assert_true(store_insights_put(s, &listing, &insight, 1, NOON, e));
    assert_true(store_insights_finish(s, &listing, NOON, NULL, e));
    assert_true(store_insights_days(s, &listing, days, e));
    assert_true(store_daily_rollup(s, ACCOUNT, LEVEL_AD, TODAY - 7, TODAY, NULL, e));
    assert_true(store_daily_spend(s, ACCOUNT, TODAY - 7, TODAY, &spend, e));
    assert_true(store_cursor_put(s, &cursor, e) && store_cursor_get(s, ACCOUNT, "ads", &cursor, e));
    assert_true(store_run_create(s, &run, e) && store_run_update(s, &run, e));
    assert_true(store_runs_interrupted(s, place->arena, NOON, &runs, e));
    assert_true(store_call_append(s, &call, "m", e) && store_usage_append(s, &reading, 1, e));
    assert_true(store_ledger_add(s, &entry, e) && store_hold_open(s, &hold, e));
    assert_true(store_check_append(s, &check, e));
    assert_true(store_account_set_tier(s, ACCOUNT, TIER_HIGH, false, NOON, e));
    struct store_retention keep = {DAY_MS, DAY_MS, DAY_MS, DAY_MS, DAY_MS, 5};
    assert_true(store_retain(s, &keep, NOON, &more, e));
}

static void test_the_writer_walks_over_no_growing_table(void **unused)
{
    (void)unused;
    struct place place;
    place_open(&place);
    write_everything(&place);
    const struct db *db = &place.store->db;
    int routine = 0;
    assert_int_equal(explain_all(db, 70), 0);
    for (size_t i = 0; i < DB_CACHE; i++) {
        const char *sql = db->cache[i].stmt ? sqlite3_sql(db->cache[i].stmt) : "";
        if (strstr(sql, "reason IN ('running', 'due'")) {
            assert_routine_index(db->handle, sql);
            routine++;
        }
    }
    assert_int_equal(routine, 2);
    place_close(&place);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_readers_walk_over_no_growing_table),
        cmocka_unit_test(test_the_writer_walks_over_no_growing_table),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
