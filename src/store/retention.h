/*
 * retention: raw logs are deleted by age after they were rolled up (usage_hourly, calls_daily,
 * calls_hourly, holds_daily), so a year stays queryable and the file bounded: its free pages are
 * used again. Kept for ever are accounts, entities that exist, and one row each of what is open or
 * latest: they do not grow with time. Threads: see store.h.
 */
#ifndef STORE_RETENTION_H
#define STORE_RETENTION_H

#include "store/store.h"

struct store_retention {
    int64_t calls_ms;   /* api_calls, routine holds (running, due, queued), checks that agreed; 0 =
                           keep, as below */
    int64_t usage_ms;   /* usage_log */
    int64_t log_ms;     /* log */
    int64_t history_ms; /* sync_runs, run_splits, holds, checks that did not, drift, alerts, ledger,
                           tiers, overrides, engines, all rollups */
    int64_t data_ms;    /* insights, daily_metrics, tombstones, operator_actions */
    size_t batch;       /* rows deleted of a table a call at most; 0 = 5,000 */
};
/* One bounded step, some ms long; *more says that another is worth it. */
bool store_retain(struct store *store, const struct store_retention *retention, int64_t now,
                  bool *more, struct err *err);

#endif
