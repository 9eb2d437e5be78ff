/*
 * readers DATABASE [ACCOUNTS [DAYS]]: how long the console's reads take at 1,000 accounts and a
 * year of history, and how large such a database is. Makes the database when it is not there (some
 * minutes, some GB), with the retention of the default configuration already applied. Exit 1 when a
 * read of the console takes more than 20 ms (median of seven) now, as of an instant that everything
 * is still known of, or as of one long ago, when the last run of every account had failed.
 */
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "base/date.h"
#include "store/alerts.h"
#include "store/engines.h"
#include "store/limiters.h"
#include "store/logs.h"
#include "store/overrides.h"
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
#include "store/store.h"

/* Noon of 2026-01-01 is now. */
#define NOW INT64_C(1767268800000)
enum { TODAY = 20454, HOUR_MS = 3600000, DAY_MS = 86400000, ROUNDS = 7, LIMIT_US = 20000 };
#define BIG "act_1000000" /* 100,000 entities */

/* ---- the year -----------------------------------------------------------------------------------
 * :n accounts, :d days. Account i runs 48, 12 or 2 times a day; run k of it starts at `at`. */

#define SERIES(name, most)                                                                         \
    name "(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM " name " WHERE i + 1 < " most ")"
#define PER_DAY "(CASE a.account_no % 10 WHEN 0 THEN 48 WHEN 1 THEN 12 WHEN 2 THEN 12 ELSE 2 END)"
#define NOW_TEXT "1767268800000"
/* Every run of the last `days` days, as (account_id, account_no, at, k). */
#define RUNS(days)                                                                                 \
    "WITH RECURSIVE " SERIES("day", days) ", " SERIES(                                             \
        "slot", "48") ", r AS MATERIALIZED (SELECT a.account_id, a.account_no, " NOW_TEXT          \
                      " - day.i * 86400000 - slot.i * (86400000 / " PER_DAY                        \
                      ") - a.account_no % 1000 * 700 AS at, day.i * 48 + slot.i AS k FROM day, "   \
                      "slot, account a WHERE slot.i < " PER_DAY " ORDER BY at) "

static const char *const year[] = {
    "INSERT INTO account (account_id, name, currency, timezone_name, timezone_offset_min, "
    "account_status, disable_reason, tier, last_synced_at, data_as_of, next_due_at, listed_at) "
    "WITH "
    "RECURSIVE " SERIES(
        "n", ":n") " SELECT 'act_' || (1000000 + i), 'Account ' || i, 'USD', 'UTC', "
                   "0, 1, 0, CASE i % 10 WHEN 0 THEN 'high' WHEN 1 THEN 'medium' ELSE 'low' "
                   "END, " NOW_TEXT ", " NOW_TEXT ", " NOW_TEXT " + i * 1000, " NOW_TEXT " FROM n",
    "INSERT INTO account_history (account_id, field, value, since, until) WITH RECURSIVE " SERIES(
        "n", "12") " SELECT a.account_id, f.column1, f.column2 || n.i % 2, " NOW_TEXT
                   " - (:d - n.i * 30) * 86400000, CASE n.i WHEN 11 THEN NULL ELSE " NOW_TEXT
                   " - (:d - n.i * 30 - 30) * 86400000 END FROM n, account a, (VALUES ('tier', "
                   "'high'), ('name', "
                   "'N'), ('priority', ''), ('paused', ''), ('status', '')) f",
    "INSERT INTO entity (entity_no, fetched_at, account_no, kind, campaign_no, parent_no, "
    "updated_time, status, effective_status, name) WITH RECURSIVE " SERIES(
        "n", "100000") " SELECT a.account_no * 1000000 + n.i, " NOW_TEXT
                       ", a.account_no, CASE WHEN n.i < 10 THEN 0 "
                       "WHEN n.i < 60 THEN 1 ELSE 2 END, CASE WHEN n.i < 10 THEN NULL ELSE "
                       "a.account_no * 1000000 + "
                       "n.i % 10 END, CASE WHEN n.i < 10 THEN NULL WHEN n.i < 60 THEN a.account_no "
                       "* 1000000 + n.i % "
                       "10 ELSE a.account_no * 1000000 + 10 + n.i % 50 END, " NOW_TEXT
                       ", 'ACTIVE', CASE n.i % 3 WHEN "
                       "0 THEN 'PAUSED' ELSE 'ACTIVE' END, 'Entity ' || n.i FROM n, account a "
                       "WHERE n.i < 200 OR "
                       "a.account_no = 1",
    "INSERT INTO insight SELECT e.account_no, 3, 20454 - d.i, e.entity_no, 20454 - d.i, "
    "0, " NOW_TEXT
    ", 1, 1000000, 100, 3, NULL, 2, 0, 0, 1, 5000000, '[[1,\"2\"]]' FROM (WITH RECURSIVE " SERIES(
        "n", ":d") " SELECT i FROM n) d, entity e WHERE e.kind = 2 AND e.entity_no % 1000000 < 65",
    "INSERT INTO insight SELECT e.account_no, 3, 20454 - d.i, e.entity_no, 20454 - d.i, "
    "0, " NOW_TEXT
    ", 1, 1000000, 100, 3, NULL, 2, 0, 0, 1, 5000000, NULL FROM (WITH RECURSIVE " SERIES(
        "n", "8") " SELECT i FROM n) d, entity e WHERE e.kind = 2 AND e.account_no = 1 AND "
                  "e.entity_no % 1000000 >= 65",
    "INSERT INTO daily_sum SELECT a.account_no, 0, 20454 - d.i, 0, 5000000, 500 + 9993500 * "
    "(a.account_no = 1 AND d.i < 8), 15, 10, 0, 0, 5, 25000000, 3 FROM (WITH RECURSIVE " SERIES(
        "n", ":d") " SELECT i FROM n) d, account a",
    "INSERT INTO daily_sum SELECT e.account_no, e.kind + 1, 20454 - d.i, e.entity_no, 1000000, "
    "100, "
    "3, 2, 0, 0, 1, 5000000, NULL FROM (WITH RECURSIVE " SERIES(
        "n", ":d") " SELECT i FROM n) d, entity e WHERE e.kind < 2 AND e.entity_no % 1000000 < 16",
    "INSERT INTO sync_runs (account_id, mode, trigger, status, started_at, finished_at, "
    "duration_ms, "
    "campaigns_fetched, adsets_fetched, ads_fetched, insights_called, insight_rows, api_calls, "
    "retries, bytes, entity_fetch_ms, insight_fetch_ms, db_ms, estimated_cost, actual_cost, "
    "usage_snapshot, error_code, error_message) " RUNS(
        ":d") "SELECT account_id, 'delta', 'schedule', CASE k % 50 WHEN 0 THEN 'FAILED' WHEN 1 "
              "THEN "
              "'PARTIAL' ELSE 'SUCCESS' END, at, at + 2000 + k % 700, 2000 + k % 700, 1, 2, 5, 1, "
              "40, "
              "5, 0, 90000, 900, 800, 20, 5, 5, '{\"account\":12.5,\"app\":3}', CASE k % 50 WHEN 0 "
              "THEN 17 END, CASE k % 50 WHEN 0 THEN 'limit' END FROM r",
    "INSERT INTO api_calls (at, run_id, account_id, class, path, http_status, code, ms, bytes, "
    "rows, "
    "cost, failed, message) " RUNS("30") "SELECT at + c.i * 300, k, account_id, 'ads', account_id "
                                         "|| '/ads?fields=id,name,status', "
                                         "CASE (k + c.i) % 100 WHEN 0 THEN 400 ELSE 200 END, CASE "
                                         "(k + c.i) % 100 WHEN 0 THEN 17 "
                                         "END, 250, 9000, 50, 1, (k + c.i) % 100 = 0, CASE (k + "
                                         "c.i) % 100 WHEN 0 THEN 'limit' END "
                                         "FROM r, (WITH RECURSIVE " SERIES(
                                             "n", "5") " SELECT i FROM n) c",
    "INSERT INTO usage_log (at, scope, scope_id, buc_type, pct, run_id) " RUNS(
        "90") "SELECT at, s.column1, CASE s.column1 WHEN 'app' THEN 'app' ELSE account_id END, "
              "s.column2, k % 90, k FROM r, (VALUES ('account', ''), ('buc', 'ads_insights'), "
              "('buc', "
              "'ads_management'), ('app', '')) s",
    "INSERT INTO usage_latest (scope_id, scope, buc_type, at, logged_at, pct) SELECT DISTINCT "
    "CASE s.column1 WHEN 'app' THEN 'app' ELSE a.account_id END, s.column1, s.column2, " NOW_TEXT
    ", " NOW_TEXT ", 5 FROM account a, (VALUES ('account', ''), ('buc', 'ads_insights'), ('buc', "
    "'ads_management'), ('app', '')) s",
    "INSERT INTO usage_hourly SELECT DISTINCT CASE s.column1 WHEN 'app' THEN 'app' ELSE "
    "a.account_id "
    "END, s.column1, s.column2, (" NOW_TEXT
    " / 3600000) - h.i, 3, 50, 120, 40 FROM (WITH RECURSIVE " SERIES(
        "n",
        ":d * 24") " SELECT i FROM n WHERE i > 90 * 24) h, account a, (VALUES ('account', ''), "
                   "('buc', 'ads_insights'), ('buc', 'ads_management')) s WHERE h.i % (24 / "
                   "min(24, " PER_DAY ")) = 0",
    "INSERT INTO holds (account_id, reason, since, until, ended_at, detail) " RUNS(
        "30") "SELECT account_id, h.column2, at + h.column1 - 10000, NULL, at + h.column1, "
              "'{\"rule\":\"tier\"}' FROM r, (VALUES (0, 'due'), (2000, 'queued'), (10000, "
              "'running')) h",
    "INSERT INTO holds (account_id, reason, scope, scope_id, since, until, ended_at, detail) " RUNS(
        ":d") "SELECT account_id, 'quota_account', 'account', account_id, at + 20000, at + 90000, "
              "at + "
              "90000, '{\"pct\":81,\"threshold\":70}' FROM r WHERE k % 48 = 0",
    "INSERT INTO holds (account_id, reason, since, detail) SELECT account_id, 'due', " NOW_TEXT
    " - 1000, '{}' FROM account",
    "INSERT INTO log (at, level, source, account_id, run_id, message) " RUNS(
        "90") "SELECT at, CASE k % 50 WHEN 0 THEN 'error' ELSE 'info' END, 'engine', account_id, "
              "k, "
              "'delta SUCCESS' FROM r",
    "INSERT INTO integrity_checks (at, account_id, run_id, kind, field, expected, actual, "
    "result) " RUNS(":d") "SELECT at, account_id, k, 'checksum', 'spend', 5, CASE k % 997 WHEN 0 "
                          "THEN 4 ELSE 5 END, "
                          "CASE k % 997 WHEN 0 THEN 'differs' ELSE 'ok' END FROM r WHERE k % 2 = 0",
    "INSERT INTO budget_ledger SELECT date(" NOW_TEXT " / 1000 - d.i * 86400, 'unixepoch'), "
    "a.account_id, c.column1, 40, 60 FROM (WITH RECURSIVE " SERIES(
        "n", ":d") " SELECT i FROM n) d, account a, (VALUES ('campaigns'), ('adsets'), ('ads'), "
                   "('insights'), ('insights_total')) c",
    "INSERT INTO budget_hourly SELECT date(" NOW_TEXT " / 1000 - d.i * 86400, 'unixepoch'), h.i, "
    "c.column1, 40, 60, 1 FROM (WITH RECURSIVE " SERIES(
        "n",
        ":d") " SELECT i FROM n) d, (WITH RECURSIVE " SERIES("m",
                                                             "24") " SELECT i FROM m) h, (VALUES "
                                                                   "('campaigns'), ('adsets'), "
                                                                   "('ads'), ('insights'), "
                                                                   "('insights_total')) c",
    "INSERT INTO calls_daily SELECT date(" NOW_TEXT " / 1000 - d.i * 86400, 'unixepoch'), "
    "a.account_id, c.column1, 40, 1, 1, 9000, 400000, 900, 60 FROM (WITH RECURSIVE " SERIES(
        "n",
        ":d") " SELECT i FROM n WHERE i > 30) d, account a, (VALUES ('campaigns'), ('adsets'), "
              "('ads'), ('insights'), ('insights_total')) c",
    "INSERT INTO holds_daily SELECT date(" NOW_TEXT " / 1000 - d.i * 86400, 'unixepoch'), "
    "a.account_id, c.column1, 9, 90000 FROM (WITH RECURSIVE " SERIES(
        "n", ":d") " SELECT i FROM n WHERE i > 30) d, account a, (VALUES ('due'), ('queued'), "
                   "('running')) c",
    "INSERT INTO limiters (scope, scope_id, use_case, pct, reading_pct, source, reading_at, "
    "slope_per_min, threshold, stuck, updated_at) SELECT s.column1, a.account_id || s.column3, "
    "s.column2, a.account_no % 90, a.account_no % 90, 'account', " NOW_TEXT ", 0, 70, 0, " NOW_TEXT
    " FROM account a, (VALUES ('account', '', ''), ('use_case', 'ads_insights', ''), ('use_case', "
    "'ads_management', '')) s",
    "INSERT INTO operator_actions (at, actor, uid, action, target, result) WITH RECURSIVE " SERIES(
        "n", "5000") " SELECT " NOW_TEXT
                     " - i * 6000000, 'eve', 1000, 'pause', 'act_' || (1000000 + i % "
                     ":n), 'ok' FROM n",
    "INSERT INTO alerts (rule, scope, severity, since, cleared_at) WITH RECURSIVE " SERIES(
        "n", "5000") " SELECT 'throttled', 'act_' || i, 'warn', " NOW_TEXT
                     " - i * 6000000, CASE WHEN i > 3 "
                     "THEN " NOW_TEXT " - i * 6000000 + 900000 END FROM n",
    "INSERT INTO schema_drift SELECT date(" NOW_TEXT " / 1000 - d.i * 86400, 'unixepoch'), "
    "a.account_id, 'ads', 'novelty', 'unknown', " NOW_TEXT " - d.i * 86400000, 5, 'x' FROM (WITH "
    "RECURSIVE " SERIES("n", ":d") " SELECT i FROM n) d, account a WHERE a.account_no % 10 = 0",
    "INSERT INTO engine (started_at, heartbeat_at, pid, workers, clock_speed, clock_anchor_ms) "
    "VALUES "
    "(" NOW_TEXT " - 9000, " NOW_TEXT ", 1, 3, 1, 0)",
};

static void die(const char *what, const char *why)
{
    fprintf(stderr, "readers: %s: %s\n", what, why);
    exit(1);
}

static void run_sql(sqlite3 *db, const char *sql, int accounts, int days)
{
    sqlite3_stmt *stmt = NULL;
    if (sqlite3_prepare_v2(db, sql, -1, &stmt, NULL) != SQLITE_OK) {
        die(sql, sqlite3_errmsg(db));
    }
    int n = sqlite3_bind_parameter_index(stmt, ":n"), d = sqlite3_bind_parameter_index(stmt, ":d");
    if (n) {
        sqlite3_bind_int(stmt, n, accounts);
    }
    if (d) {
        sqlite3_bind_int(stmt, d, days);
    }
    if (sqlite3_step(stmt) != SQLITE_DONE) {
        die(sql, sqlite3_errmsg(db));
    }
    sqlite3_finalize(stmt);
}

static void make_year(const char *path, int accounts, int days)
{
    sqlite3 *db = NULL;
    struct err err = {0};
    struct store *store = store_open(path, NULL, &err);
    if (!store) {
        die(path, err.message);
    }
    store_close(store);
    if (sqlite3_open(path, &db) != SQLITE_OK) {
        die(path, sqlite3_errmsg(db));
    }
    sqlite3_exec(db,
                 "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -200000",
                 NULL, NULL, NULL);
    for (size_t i = 0; i < sizeof year / sizeof year[0]; i++) {
        int64_t began = clock_mono_ms();
        run_sql(db, year[i], accounts, days);
        fprintf(stderr, "%6lld ms %9d rows  %.46s\n", (long long)(clock_mono_ms() - began),
                sqlite3_changes(db), year[i]);
    }
    sqlite3_exec(db, "PRAGMA journal_mode = WAL", NULL, NULL, NULL);
    sqlite3_close(db);
}

/* ---- the reads ----------------------------------------------------------------------------------
 */

struct bench {
    struct store_reader *reader;
    struct arena *arena;
    int64_t at; /* 0 = now */
    struct err err;
};

#define FROM(ms) ((b->at ? b->at : NOW) - (ms))
#define DAY(back) ((int32_t)((b->at ? b->at : NOW) / DAY_MS) - (back))
#define READ(name, out, call)                                                                      \
    static bool name(struct bench *b)                                                              \
    {                                                                                              \
        out;                                                                                       \
        return call;                                                                               \
    }

READ(accounts, struct account_rows r, read_accounts(b->reader, b->arena, b->at, false, &r, &b->err))
READ(account_changes, struct history_rows r,
     read_account_history(b->reader, b->arena, b->at, &(struct history_query){.account_id = BIG},
                          &r, &b->err))
READ(account, struct account_row r, read_account(b->reader, b->arena, b->at, BIG, &r, &b->err))
READ(history, struct history_rows r,
     read_account_history(b->reader, b->arena, b->at,
                          &(struct history_query){.from = FROM(8 * (int64_t)HOUR_MS)}, &r, &b->err))
READ(actions, struct action_rows r,
     read_actions(b->reader, b->arena, b->at, &(struct action_query){.limit = 200}, &r, &b->err))
READ(actions_account, struct action_rows r,
     read_actions(b->reader, b->arena, b->at, &(struct action_query){.target = BIG, .limit = 500},
                  &r, &b->err))
READ(alerts, struct alert_rows r,
     read_alerts(b->reader, b->arena, b->at, FROM(DAY_MS), &r, &b->err))
READ(budget, struct budget_report r, read_budget(b->reader, b->arena, b->at, DAY(0), &r, &b->err))
READ(budget_day, struct budget_report r,
     read_budget_day(b->reader, b->arena, b->at, DAY(0), &r, &b->err))
READ(engine, struct engine_row r, (read_engine(b->reader, b->at, &r, &b->err), true))
READ(totals, struct store_totals r, read_totals(b->reader, &r, &b->err))
READ(campaigns, struct entity_rows r,
     read_entities(b->reader, b->arena,
                   &(struct entity_query){.account_id = BIG,
                                          .day_from = DAY(7),
                                          .day_to = DAY(1),
                                          .limit = 400,
                                          .deleted = true},
                   &r, &b->err))
READ(ads, struct entity_rows r,
     read_entities(b->reader, b->arena,
                   &(struct entity_query){.account_id = BIG,
                                          .parent_id = "1000010",
                                          .day_from = DAY(7),
                                          .day_to = DAY(1),
                                          .limit = 400,
                                          .deleted = true},
                   &r, &b->err))
READ(rows_per_day, int64_t r, read_rows_per_day(b->reader, BIG, LEVEL_AD, 29, &r, &b->err))
READ(entity_totals, struct entity_totals r, read_entity_totals(b->reader, BIG, &r, &b->err))
READ(errors, struct error_groups r,
     read_errors(b->reader, b->arena, b->at, NULL, FROM(HOUR_MS), &r, &b->err))
READ(errors_day, struct error_groups r,
     read_errors(b->reader, b->arena, b->at, NULL, FROM(DAY_MS), &r, &b->err))
READ(call_health, struct call_health r,
     read_call_health(b->reader, FROM(HOUR_MS / 4), FROM(0), &r, &b->err))
READ(changes, struct change_rows r,
     read_changes(b->reader, b->arena, b->at, FROM(HOUR_MS / 2), 200, &r, &b->err))
READ(holds_open, struct hold_rows r,
     read_holds(b->reader, b->arena, b->at, &(struct hold_query){0}, &r, &b->err))
READ(holds_shift, struct hold_rows r,
     read_holds(b->reader, b->arena, b->at,
                &(struct hold_query){.from = FROM(8 * (int64_t)HOUR_MS)}, &r, &b->err))
READ(holds_account, struct hold_rows r,
     read_holds(b->reader, b->arena, b->at,
                &(struct hold_query){.account_id = BIG, .from = FROM(DAY_MS)}, &r, &b->err))
READ(holds_ended, int64_t r[HOLD_REASON_COUNT],
     read_holds_ended(b->reader, FROM(HOUR_MS / 4), FROM(0), r, &b->err))
READ(hold_totals, struct hold_total r[HOLD_REASON_COUNT],
     read_hold_totals(b->reader, b->at, r, &b->err))
READ(limiters, struct limiter_rows r, read_limiters(b->reader, b->arena, b->at, NULL, &r, &b->err))
READ(limiters_account, struct limiter_rows r,
     read_limiters(b->reader, b->arena, b->at, BIG, &r, &b->err))
READ(limiters_holding, struct limiter_rows r,
     read_limiters_holding(b->reader, b->arena, &r, &b->err))
READ(limiters_stuck, struct limiter_rows r, read_limiters_stuck(b->reader, b->arena, &r, &b->err))
READ(readings, struct usage_rows r,
     read_usage_latest(b->reader, b->arena, b->at, NULL, &r, &b->err))
READ(readings_account, struct usage_rows r,
     read_usage_latest(b->reader, b->arena, b->at, BIG, &r, &b->err))
READ(readings_run, struct usage_rows r,
     read_usage_log(b->reader, b->arena, NULL, FROM(10000), FROM(0), 500, &r, &b->err))
READ(peaks, struct limiter_peaks r,
     read_limiter_peaks(b->reader, b->arena,
                        &(struct peak_part){FROM(7 * (int64_t)DAY_MS), FROM(0), 5000}, &r, &b->err))
READ(series, struct limiter_samples r,
     read_limiter_series(b->reader, b->arena,
                         &(struct limiter_key){SCOPE_ACCOUNT, BIG, USE_CASE_NONE},
                         FROM(7 * (int64_t)DAY_MS), FROM(0), HOUR_MS, &r, &b->err))
READ(log_newest, struct log_rows r,
     read_log(b->reader, b->arena, b->at, &(struct log_query){.limit = 200}, &r, &b->err))
READ(log_errors, struct log_rows r,
     read_log(b->reader, b->arena, b->at, &(struct log_query){.level = LOG_ERROR}, &r, &b->err))
READ(log_account, struct log_rows r,
     read_log(b->reader, b->arena, b->at, &(struct log_query){.account_id = BIG}, &r, &b->err))
READ(log_text, struct log_rows r,
     read_log(b->reader, b->arena, b->at, &(struct log_query){.text = "nothing has this"}, &r,
              &b->err))
READ(queue, struct queue_rows r, read_queue(b->reader, b->arena, &r, &b->err))
READ(runs, struct run_rows r,
     read_runs(b->reader, b->arena, b->at, &(struct run_query){.limit = 200}, &r, &b->err))
READ(runs_failed, struct run_rows r,
     read_runs(b->reader, b->arena, b->at,
               &(struct run_query){.statuses = 1U << RUN_FAILED, .since = FROM(DAY_MS)}, &r,
               &b->err))
READ(runs_account, struct run_rows r,
     read_runs(b->reader, b->arena, b->at, &(struct run_query){.account_id = BIG}, &r, &b->err))
READ(runs_good, struct run_rows r,
     read_runs(b->reader, b->arena, b->at,
               &(struct run_query){.account_id = BIG, .statuses = 1U << RUN_SUCCESS}, &r, &b->err))
READ(run_splits, struct split_rows r, read_run_splits(b->reader, b->arena, b->at, 40, &r, &b->err))
READ(run_calls, struct call_rows r,
     read_run_calls(b->reader, b->arena, b->at, 40, 0, 200, &r, &b->err))

static const int days_ago[] = {0, 10, 100};

enum when { ALWAYS, LIVE }; /* LIVE: reads of now alone */
enum whose {
    CONSOLE,
    COMMAND
}; /* COMMAND: the console does not wait for it, the bound is not its */
static const struct {
    const char *name;
    bool (*read)(struct bench *b);
    enum when when;
    enum whose whose;
} reads[] = {
    {"accounts, all",           accounts,         ALWAYS, CONSOLE},
    {"account, one",            account,          ALWAYS, CONSOLE},
    {"account history, 8 h",    history,          ALWAYS, CONSOLE},
    {"history of an account",   account_changes,  ALWAYS, CONSOLE},
    {"actions",                 actions,          ALWAYS, CONSOLE},
    {"actions on an account",   actions_account,  ALWAYS, CONSOLE},
    {"alerts, a day",           alerts,           ALWAYS, CONSOLE},
    {"budget of the day",       budget,           ALWAYS, CONSOLE},
    {"budget of the header",    budget_day,       ALWAYS, CONSOLE},
    {"engine",                  engine,           ALWAYS, CONSOLE},
    {"totals",                  totals,           LIVE,   COMMAND},
    {"campaigns of 100,000",    campaigns,        LIVE,   CONSOLE},
    {"ads of an ad set",        ads,              LIVE,   CONSOLE},
    {"entities counted",        entity_totals,    LIVE,   CONSOLE},
    {"rows of a day, 100,000",  rows_per_day,     LIVE,   CONSOLE},
    {"errors of an hour",       errors,           ALWAYS, CONSOLE},
    {"errors of a day",         errors_day,       ALWAYS, CONSOLE},
    {"calls of a quarter",      call_health,      ALWAYS, CONSOLE},
    {"edits of half an hour",   changes,          ALWAYS, CONSOLE},
    {"holds, open",             holds_open,       ALWAYS, CONSOLE},
    {"holds, 8 h",              holds_shift,      ALWAYS, CONSOLE},
    {"holds of an account",     holds_account,    ALWAYS, CONSOLE},
    {"holds by reason",         hold_totals,      ALWAYS, COMMAND},
    {"holds that ended",        holds_ended,      ALWAYS, CONSOLE},
    {"limiters, all",           limiters,         ALWAYS, CONSOLE},
    {"limiters of an account",  limiters_account, ALWAYS, CONSOLE},
    {"limiters that hold",      limiters_holding, LIVE,   CONSOLE},
    {"limiters that are stuck", limiters_stuck,   LIVE,   CONSOLE},
    {"limiter, 7 days",         series,           ALWAYS, CONSOLE},
    {"limiter peaks, a part",   peaks,            ALWAYS, CONSOLE},
    {"readings, latest",        readings,         ALWAYS, CONSOLE},
    {"readings of an account",  readings_account, ALWAYS, CONSOLE},
    {"readings of a run",       readings_run,     ALWAYS, CONSOLE},
    {"log, newest",             log_newest,       ALWAYS, CONSOLE},
    {"log, errors",             log_errors,       ALWAYS, CONSOLE},
    {"log of an account",       log_account,      ALWAYS, CONSOLE},
    {"log, a text not there",   log_text,         ALWAYS, CONSOLE},
    {"queue",                   queue,            LIVE,   CONSOLE},
    {"runs, newest",            runs,             ALWAYS, CONSOLE},
    {"runs that failed, day",   runs_failed,      ALWAYS, CONSOLE},
    {"runs of an account",      runs_account,     ALWAYS, CONSOLE},
    {"good runs of an account", runs_good,        ALWAYS, CONSOLE},
    {"calls of a run",          run_calls,        ALWAYS, CONSOLE},
    {"splits of a run",         run_splits,       ALWAYS, CONSOLE},
};

static int by_value(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

/* The median of ROUNDS, in us. */
static int64_t measure(struct bench *b, bool (*read)(struct bench *b), const char *name)
{
    int64_t us[ROUNDS];
    for (int i = 0; i < ROUNDS; i++) {
        int64_t began = clock_mono_us();
        if (!store_reader_begin(b->reader, &b->err) || !read(b)) { /* as the console does */
            die(name, b->err.message);
        }
        store_reader_end(b->reader);
        us[i] = clock_mono_us() - began;
        arena_reset(b->arena);
    }
    qsort(us, ROUNDS, sizeof us[0], by_value);
    return us[ROUNDS / 2];
}

int main(int argc, char **argv)
{
    static const struct clock clock = {.speed = 1e-9, .anchor_ms = NOW};
    struct bench b = {0};
    struct stat info;
    int slow = 0, fine = 0;
    if (argc < 2) {
        die("usage", "readers DATABASE [ACCOUNTS [DAYS]]");
    }
    if (stat(argv[1], &info) != 0) {
        make_year(argv[1], argc > 2 ? atoi(argv[2]) : 1000, argc > 3 ? atoi(argv[3]) : 365);
    }
    b.arena = arena_create(1 << 20);
    b.reader = store_reader_open(argv[1], &clock, &b.err);
    if (!b.reader || !b.arena || stat(argv[1], &info) != 0) {
        die(argv[1], b.err.message);
    }
    printf("%-26s %10s %12s %12s   (ms, median of %d; %.0f MB)\n", "read", "now", "10 days ago",
           "100 days ago", ROUNDS, (double)info.st_size / 1e6);
    for (size_t i = 0; i < sizeof reads / sizeof reads[0]; i++) {
        bool over = false;
        printf("%-26s", reads[i].name);
        for (size_t k = 0; k < sizeof days_ago / sizeof *days_ago; k++) {
            b.at = days_ago[k] ? NOW - days_ago[k] * (int64_t)DAY_MS : 0;
            int64_t us = reads[i].when == LIVE && k ? 0 : measure(&b, reads[i].read, reads[i].name);
            printf(" %*.2f", k ? 12 : 10, (double)us / 1000);
            over = over || us > LIMIT_US;
        }
        bool bound = reads[i].whose == CONSOLE;
        puts(over && bound ? "   over 20 ms" : bound ? "" : "   of the command line alone");
        slow += over && bound;
        fine += bound && !over;
    }
    store_reader_close(b.reader);
    arena_destroy(b.arena);
    printf("%d passed, %d failed\n", fine, slow);
    return slow > 0;
}
