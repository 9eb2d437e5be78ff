#include "store/retention.h"

#include "store/internal.h"

enum { BATCH = 5000, DAY_MS = 86400000, SUMS = 2, LISTS = 20, LIST_DAYS = 31 };

/* What is deleted is first summed: readings by hour, calls by day. */
static const char sum_usage[] =
    "INSERT INTO usage_hourly (scope_id, scope, buc_type, hour, readings, max_pct, sum_pct, "
    "last_pct) SELECT scope_id, scope, buc_type, at / 3600000, count(*), max(pct), sum(pct), pct "
    "FROM (SELECT * FROM usage_log WHERE at < :before ORDER BY at LIMIT :batch) GROUP BY scope_id, "
    "scope, buc_type, at / 3600000 ON CONFLICT DO UPDATE SET readings = readings + "
    "excluded.readings, max_pct = max(max_pct, excluded.max_pct), sum_pct = sum_pct + "
    "excluded.sum_pct, last_pct = excluded.last_pct";
static const char sum_calls[] =
    "INSERT INTO calls_daily (day, account_id, class, calls, failed, throttled, ms, bytes, rows, "
    "cost) SELECT date(at / 1000, 'unixepoch'), coalesce(account_id, ''), class, count(*), "
    "sum(failed), total(code IN (4, 17, 613, 80000, 80004)), sum(ms), sum(bytes), sum(rows), "
    "sum(cost) FROM (SELECT * FROM api_calls WHERE at < :before ORDER BY at LIMIT :batch) GROUP BY "
    "1, 2, 3 ON CONFLICT DO UPDATE SET calls = calls + excluded.calls, failed = failed + "
    "excluded.failed, throttled = throttled + excluded.throttled, ms = ms + excluded.ms, bytes = "
    "bytes + excluded.bytes, rows = rows + excluded.rows, cost = cost + excluded.cost";
/* A minute that two batches share counts as its larger part. */
static const char sum_call_hours[] =
    "INSERT INTO calls_hourly (hour, class, calls, failed, busiest_minute, cost) "
    "SELECT minute / 60, class, sum(n), sum(failed), max(n), sum(cost) FROM ("
    "SELECT at / 60000 AS minute, class, count(*) AS n, sum(failed) AS failed, sum(cost) AS cost "
    "FROM (SELECT * FROM api_calls WHERE at < :before ORDER BY at LIMIT :batch) "
    "GROUP BY 1, 2) GROUP BY 1, 2 ON CONFLICT DO UPDATE SET calls = calls + excluded.calls, "
    "failed = failed + excluded.failed, busiest_minute = "
    "max(busiest_minute, excluded.busiest_minute), cost = cost + excluded.cost";

/* A hold counts in the day it ended on. */
#define SUM_HOLDS(condition)                                                                       \
    "INSERT INTO holds_daily (day, account_id, reason, holds, ms) SELECT date(ended_at / 1000, "   \
    "'unixepoch'), coalesce(account_id, ''), reason, count(*), sum(ended_at - since) FROM "        \
    "(SELECT * FROM holds WHERE ended_at < :before" condition " ORDER BY ended_at LIMIT :batch) "  \
    "GROUP BY 1, 2, 3 ON CONFLICT DO UPDATE SET holds = holds + excluded.holds, ms = ms + "        \
    "excluded.ms"
#define DROP_HOLDS(condition)                                                                      \
    "DELETE FROM holds WHERE hold_id IN (SELECT hold_id FROM holds WHERE ended_at < "              \
    ":before" condition " ORDER BY ended_at LIMIT :batch)"
#define ROUTINE " AND reason IN ('running', 'due', 'queued', 'concurrency')"
/* By row number, oldest first. */
#define DROP(table, key, at)                                                                       \
    "DELETE FROM " table " WHERE " key " IN (SELECT " key " FROM " table " WHERE " at              \
    " < :before ORDER BY " at " LIMIT :batch)"
#define DROP_DAYS(table, key)                                                                      \
    "DELETE FROM " table " WHERE (" key ") IN (SELECT " key " FROM " table                         \
    " WHERE day < date(:before / 1000, 'unixepoch') ORDER BY day LIMIT :batch)"

enum age { AGE_CALLS, AGE_USAGE, AGE_LOG, AGE_HISTORY, AGE_DATA, AGE_COUNT };

static const char drop_usage[] = DROP("usage_log", "usage_id", "at");
static const char drop_calls[] = DROP("api_calls", "call_id", "at");
static const char drop_log[] = DROP("log", "log_id", "at");
static const char drop_splits[] = DROP("run_splits", "split_id", "at");
static const char drop_checks[] = DROP("integrity_checks", "check_id", "at");
static const char drop_good_checks[] = "DELETE FROM integrity_checks WHERE check_id IN (SELECT "
                                       "check_id FROM integrity_checks WHERE at "
                                       "< :before AND result = 'ok' ORDER BY at LIMIT :batch)";
static const char drop_overrides[] = DROP("overrides", "override_id", "ended_at");
/* The latest engine says how the clock runs. */
static const char drop_engines[] =
    "DELETE FROM engine WHERE engine_id IN (SELECT engine_id FROM engine "
    "WHERE stopped_at < :before AND engine_id < (SELECT max(engine_id) FROM engine) "
    "ORDER BY stopped_at LIMIT :batch)";
static const char drop_actions[] = DROP("operator_actions", "action_id", "at");
/* Tombstones whose insights have gone as well; parents after their children. */
static const char drop_tombstones[] =
    "DELETE FROM entity WHERE entity_no IN (SELECT e.entity_no FROM entity e WHERE e.deleted_at < "
    ":before - 40 * 86400000 AND NOT EXISTS (SELECT 1 FROM entity c WHERE c.account_no = "
    "e.account_no AND c.kind = e.kind + 1 AND c.parent_no = e.entity_no) LIMIT :batch)";
static const char drop_alerts[] = DROP("alerts", "alert_id", "cleared_at");
static const char drop_runs[] =
    "DELETE FROM sync_runs WHERE run_id IN (SELECT run_id FROM sync_runs WHERE started_at < "
    ":before AND status <> 'RUNNING' ORDER BY started_at LIMIT :batch)";
static const char drop_changes[] =
    "DELETE FROM account_history WHERE history_id IN (SELECT history_id FROM account_history WHERE "
    "since < :before AND until < :before ORDER BY since LIMIT :batch)";
static const char drop_drift[] =
    "DELETE FROM schema_drift WHERE (day, account_id, edge, field, kind) IN (SELECT day, "
    "account_id, edge, field, kind FROM schema_drift WHERE at < :before ORDER BY at LIMIT :batch)";
static const char drop_hours[] =
    "DELETE FROM usage_hourly WHERE (scope_id, scope, buc_type, hour) IN (SELECT scope_id, scope, "
    "buc_type, hour FROM usage_hourly WHERE hour < :before / 3600000 ORDER BY hour LIMIT :batch)";
static const char drop_call_hours[] =
    "DELETE FROM calls_hourly WHERE (hour, class) IN (SELECT hour, class FROM calls_hourly WHERE "
    "hour < :before / 3600000 ORDER BY hour LIMIT :batch)";
static const char drop_ledger[] = DROP_DAYS("budget_ledger", "day, account_id, class");
static const char drop_ledger_hours[] = DROP_DAYS("budget_hourly", "day, hour, class");
static const char drop_call_days[] = DROP_DAYS("calls_daily", "day, account_id, class");
static const char drop_hold_days[] = DROP_DAYS("holds_daily", "day, account_id, reason");
static const char sum_routine[] = SUM_HOLDS(ROUTINE), drop_routine[] = DROP_HOLDS(ROUTINE);
static const char sum_holds[] = SUM_HOLDS(""), drop_holds[] = DROP_HOLDS("");

/* What goes is summed first, where it is. Routine holds go early: they are most of them. */
static const struct sweep {
    enum age age;
    const char *sums[SUMS], *drop;
} sweeps[] = {
    {AGE_USAGE,   {sum_usage},                 drop_usage       },
    {AGE_CALLS,   {sum_calls, sum_call_hours}, drop_calls       },
    {AGE_CALLS,   {sum_routine},               drop_routine     },
    {AGE_CALLS,   {NULL},                      drop_good_checks },
    {AGE_LOG,     {NULL},                      drop_log         },
    {AGE_HISTORY, {sum_holds},                 drop_holds       },
    {AGE_HISTORY, {NULL},                      drop_runs        },
    {AGE_HISTORY, {NULL},                      drop_splits      },
    {AGE_HISTORY, {NULL},                      drop_checks      },
    {AGE_HISTORY, {NULL},                      drop_alerts      },
    {AGE_HISTORY, {NULL},                      drop_changes     },
    {AGE_HISTORY, {NULL},                      drop_drift       },
    {AGE_HISTORY, {NULL},                      drop_overrides   },
    {AGE_HISTORY, {NULL},                      drop_engines     },
    {AGE_HISTORY, {NULL},                      drop_ledger      },
    {AGE_HISTORY, {NULL},                      drop_ledger_hours},
    {AGE_HISTORY, {NULL},                      drop_call_days   },
    {AGE_HISTORY, {NULL},                      drop_call_hours  },
    {AGE_HISTORY, {NULL},                      drop_hold_days   },
    {AGE_HISTORY, {NULL},                      drop_hours       },
    {AGE_DATA,    {NULL},                      drop_actions     },
    {AGE_DATA,    {NULL},                      drop_tombstones  },
};

static bool step(struct store *store, const char *sql, int64_t before, int64_t batch, bool *more,
                 struct err *err)
{
    struct query q = {0};
    if (!db_query(&store->db, &q, sql, err)) {
        return false;
    }
    bind_i64(&q, ":before", before);
    bind_i64(&q, ":batch", batch);
    bool ok = db_run(&q, err);
    *more = *more || (ok && db_changes(&store->db) == batch);
    return ok;
}

static bool sweep_one(struct store *store, const struct sweep *sweep, int64_t before, int64_t batch,
                      bool *more, struct err *err)
{
    bool waste = false;
    for (size_t i = 0; i < SUMS && sweep->sums[i]; i++) {
        if (!step(store, sweep->sums[i], before, batch, &waste, err)) {
            return false;
        }
    }
    return step(store, sweep->drop, before, batch, more, err);
}

/* ---- insights: by account, level and day, as their key goes -------------------------------------
 */

struct old_list {
    int64_t account_no, level, until; /* days before `until` go */
};

/* Days without a row are old too: of accounts that never delivered. */
static const char find_lists[] =
    "SELECT account_no, level, min(:day, least + :days) FROM (SELECT a.account_no, l.level, min("
    "coalesce((SELECT min(i.date_start) FROM insight i "
    "WHERE i.account_no = a.account_no AND i.level = l.level), :day), "
    "coalesce((SELECT min(d.date) FROM insight_day d WHERE d.account_no = a.account_no "
    "AND d.level = l.level AND d.dimensions = ''), :day)) AS least FROM account a, "
    "(SELECT 0 AS level UNION ALL SELECT 1 UNION ALL SELECT 2 UNION ALL SELECT 3) l) "
    "WHERE least < :day LIMIT :lists";

static bool find_old(struct store *store, int64_t day, struct old_list lists[LISTS], size_t *count,
                     struct err *err)
{
    struct query q = {0};
    int got;
    *count = 0;
    if (!db_query(&store->db, &q, find_lists, err)) {
        return false;
    }
    bind_i64(&q, ":day", day);
    bind_i64(&q, ":days", LIST_DAYS);
    bind_i64(&q, ":lists", LISTS);
    while ((got = db_step(&q, err)) > 0) {
        lists[(*count)++] = (struct old_list){col_i64(&q, 0), col_i64(&q, 1), col_i64(&q, 2)};
    }
    db_done(&q);
    return got == 0;
}

static bool drop_list(struct store *store, const struct old_list *list, struct err *err)
{
    static const char *const drops[] = {
        "DELETE FROM insight WHERE account_no = :account AND level = :level AND date_start < "
        ":until",
        /* A sum of upper levels goes with the first level whose days go. */
        "DELETE FROM daily_sum WHERE account_no = :account AND level IN (0, 1, 2, 3) AND date < "
        ":until AND :level >= 0",
        "DELETE FROM insight_day WHERE account_no = :account AND level = :level AND date < :until"};
    for (size_t i = 0; i < sizeof drops / sizeof drops[0]; i++) {
        struct query q = {0};
        if (!db_query(&store->db, &q, drops[i], err)) {
            return false;
        }
        bind_i64(&q, ":account", list->account_no);
        bind_i64(&q, ":level", list->level);
        bind_i64(&q, ":until", list->until);
        if (!db_run(&q, err)) {
            return false;
        }
    }
    return true;
}

/* Once a day has no old rows left it is not looked at again. */
static bool sweep_insights(struct store *store, int64_t day, bool *more, struct err *err)
{
    struct old_list lists[LISTS];
    size_t count = 0;
    if (store->retained_day == day) {
        return true;
    }
    bool ok = find_old(store, day, lists, &count, err);
    for (size_t i = 0; ok && i < count; i++) {
        ok = drop_list(store, &lists[i], err);
    }
    store->retained_day = ok && count == 0 ? day : store->retained_day;
    *more = *more || count > 0;
    return ok;
}

bool store_retain(struct store *store, const struct store_retention *retention, int64_t now,
                  bool *more, struct err *err)
{
    int64_t batch = retention->batch ? (int64_t)retention->batch : BATCH;
    const int64_t keep_ms[AGE_COUNT] = {[AGE_CALLS] = retention->calls_ms,
                                        [AGE_USAGE] = retention->usage_ms,
                                        [AGE_LOG] = retention->log_ms,
                                        [AGE_HISTORY] = retention->history_ms,
                                        [AGE_DATA] = retention->data_ms};
    *more = false;
    if (!store_begin(store, err)) {
        return false;
    }
    bool ok = true;
    for (size_t i = 0; ok && i < sizeof sweeps / sizeof sweeps[0]; i++) {
        int64_t keep = keep_ms[sweeps[i].age];
        ok = keep <= 0 || sweep_one(store, &sweeps[i], now - keep, batch, more, err);
    }
    ok = ok && (retention->data_ms <= 0 ||
                sweep_insights(store, (now - retention->data_ms) / DAY_MS, more, err));
    return store_end(store, ok, err);
}
