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
    "sum(failed), sum(code IN (4, 17, 613, 80000, 80004)), sum(ms), sum(bytes), sum(rows), "
    "sum(cost) FROM (SELECT * FROM api_calls WHERE at < :before ORDER BY at LIMIT :batch) GROUP BY "
    "1, 2, 3 ON CONFLICT DO UPDATE SET calls = calls + excluded.calls, failed = failed + "
    "excluded.failed, throttled = throttled + excluded.throttled, ms = ms + excluded.ms, bytes = "
    "bytes + excluded.bytes, rows = rows + excluded.rows, cost = cost + excluded.cost";

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

struct sweep {
    const char *sum, *drop; /* sum NULL = none */
};
static const struct sweep raw[] = {
    {sum_usage,
     "DELETE FROM usage_log WHERE usage_id IN (SELECT usage_id FROM usage_log WHERE at < "
     ":before ORDER BY at LIMIT :batch)"                          },
    {sum_calls, "DELETE FROM api_calls WHERE call_id IN (SELECT call_id FROM api_calls WHERE at < "
                ":before ORDER BY at LIMIT :batch)"},
};
static const struct sweep logs[] = {
    {NULL, "DELETE FROM log WHERE log_id IN (SELECT log_id FROM log WHERE at < :before ORDER BY at "
           "LIMIT :batch)"},
};
static const struct sweep history[] = {
    {NULL, "DELETE FROM sync_runs WHERE run_id IN (SELECT run_id FROM sync_runs WHERE started_at < "
           ":before AND status <> 'RUNNING' ORDER BY started_at LIMIT :batch)"},
    {NULL, "DELETE FROM holds WHERE hold_id IN (SELECT hold_id FROM holds WHERE ended_at < :before "
           "ORDER BY ended_at LIMIT :batch)"                                  },
    {NULL, "DELETE FROM integrity_checks WHERE check_id IN (SELECT check_id FROM integrity_checks "
           "WHERE at < :before ORDER BY at LIMIT :batch)"                     },
    {NULL, "DELETE FROM alerts WHERE alert_id IN (SELECT alert_id FROM alerts WHERE cleared_at < "
           ":before ORDER BY cleared_at LIMIT :batch)"                        },
};

static bool sweep_all(struct store *store, const struct sweep *sweeps, size_t count,
                      int64_t keep_ms, int64_t now, int64_t batch, bool *more, struct err *err)
{
    bool waste = false;
    for (size_t i = 0; keep_ms > 0 && i < count; i++) {
        if ((sweeps[i].sum && !step(store, sweeps[i].sum, now - keep_ms, batch, &waste, err)) ||
            !step(store, sweeps[i].drop, now - keep_ms, batch, more, err)) {
            return false;
        }
    }
    return true;
}

bool store_retain(struct store *store, const struct store_retention *retention, int64_t now,
                  bool *more, struct err *err)
{
    int64_t batch = retention->batch ? (int64_t)retention->batch : BATCH;
    *more = false;
    if (!store_begin(store, err)) {
        return false;
    }
    bool ok =
        sweep_all(store, raw, sizeof raw / sizeof *raw, retention->raw_ms, now, batch, more, err) &&
        sweep_all(store, logs, sizeof logs / sizeof *logs, retention->log_ms, now, batch, more,
                  err) &&
        sweep_all(store, history, sizeof history / sizeof *history, retention->history_ms, now,
                  batch, more, err);
    if (ok && retention->insights_ms > 0) {
        int64_t day = (now - retention->insights_ms) / DAY_MS;
        ok = step(store, "DELETE FROM insight WHERE date_start < :before AND :batch > 0", day,
                  batch, more, err) &&
             step(store, "DELETE FROM daily_sum WHERE date < :before AND :batch > 0", day, batch,
                  more, err);
    }
    return store_end(store, ok, err);
}
