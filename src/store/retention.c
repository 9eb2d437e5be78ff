#include "store/retention.h"

#include "store/internal.h"

enum { BATCH = 5000, DAY_MS = 86400000 };

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

enum age { AGE_CALLS, AGE_USAGE, AGE_LOG, AGE_HISTORY };

static const char drop_usage[] = DROP("usage_log", "usage_id", "at");
static const char drop_calls[] = DROP("api_calls", "call_id", "at");
static const char drop_log[] = DROP("log", "log_id", "at");
static const char drop_splits[] = DROP("run_splits", "split_id", "at");
static const char drop_checks[] = DROP("integrity_checks", "check_id", "at");
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
static const char drop_ledger[] = DROP_DAYS("budget_ledger", "day, account_id, class");
static const char drop_ledger_hours[] = DROP_DAYS("budget_hourly", "day, hour, class");
static const char drop_call_days[] = DROP_DAYS("calls_daily", "day, account_id, class");
static const char drop_hold_days[] = DROP_DAYS("holds_daily", "day, account_id, reason");
static const char sum_routine[] = SUM_HOLDS(ROUTINE), drop_routine[] = DROP_HOLDS(ROUTINE);
static const char sum_holds[] = SUM_HOLDS(""), drop_holds[] = DROP_HOLDS("");

/* sum NULL = what goes is not summed. Routine holds go first: they are most of them. */
static const struct sweep {
    enum age age;
    const char *sum, *drop;
} sweeps[] = {
    {AGE_USAGE,   sum_usage,   drop_usage       },
    {AGE_CALLS,   sum_calls,   drop_calls       },
    {AGE_CALLS,   sum_routine, drop_routine     },
    {AGE_LOG,     NULL,        drop_log         },
    {AGE_HISTORY, sum_holds,   drop_holds       },
    {AGE_HISTORY, NULL,        drop_runs        },
    {AGE_HISTORY, NULL,        drop_splits      },
    {AGE_HISTORY, NULL,        drop_checks      },
    {AGE_HISTORY, NULL,        drop_alerts      },
    {AGE_HISTORY, NULL,        drop_changes     },
    {AGE_HISTORY, NULL,        drop_drift       },
    {AGE_HISTORY, NULL,        drop_ledger      },
    {AGE_HISTORY, NULL,        drop_ledger_hours},
    {AGE_HISTORY, NULL,        drop_call_days   },
    {AGE_HISTORY, NULL,        drop_hold_days   },
    {AGE_HISTORY, NULL,        drop_hours       },
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

static bool sweep_all(struct store *store, const int64_t keep_ms[], int64_t now, int64_t batch,
                      bool *more, struct err *err)
{
    bool waste = false;
    for (size_t i = 0; i < sizeof sweeps / sizeof sweeps[0]; i++) {
        const struct sweep *sweep = &sweeps[i];
        int64_t before = now - keep_ms[sweep->age];
        if (keep_ms[sweep->age] > 0 &&
            ((sweep->sum && !step(store, sweep->sum, before, batch, &waste, err)) ||
             !step(store, sweep->drop, before, batch, more, err))) {
            return false;
        }
    }
    return true;
}

bool store_retain(struct store *store, const struct store_retention *retention, int64_t now,
                  bool *more, struct err *err)
{
    int64_t batch = retention->batch ? (int64_t)retention->batch : BATCH;
    const int64_t keep_ms[] = {[AGE_CALLS] = retention->calls_ms,
                               [AGE_USAGE] = retention->usage_ms,
                               [AGE_LOG] = retention->log_ms,
                               [AGE_HISTORY] = retention->history_ms};
    *more = false;
    if (!store_begin(store, err)) {
        return false;
    }
    bool ok = sweep_all(store, keep_ms, now, batch, more, err);
    if (ok && retention->insights_ms > 0) {
        int64_t day = (now - retention->insights_ms) / DAY_MS;
        ok = step(store, "DELETE FROM insight WHERE date_start < :before AND :batch > 0", day,
                  batch, more, err) &&
             step(store, "DELETE FROM daily_sum WHERE date < :before AND :batch > 0", day, batch,
                  more, err);
    }
    return store_end(store, ok, err);
}
