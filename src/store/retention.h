/*
 * retention: raw logs are deleted by age after they were rolled up (usage_hourly, calls_daily,
 * holds_daily), so a year stays queryable and the file bounded. Threads: see store.h.
 */
#ifndef STORE_RETENTION_H
#define STORE_RETENTION_H

#include "store/store.h"

struct store_retention {
    int64_t calls_ms;   /* api_calls, holds of routine (running, due, queued); 0 = keep, as below */
    int64_t usage_ms;   /* usage_log */
    int64_t log_ms;     /* log */
    int64_t history_ms; /* sync_runs, holds, checks, drift, alerts, ledger, tiers, all rollups */
    int64_t insights_ms; /* insights and daily_metrics by date */
    size_t batch;        /* rows deleted of a table a call at most; 0 = 5,000 */
};
/* One bounded step, some ms long; *more says that another is worth it. */
bool store_retain(struct store *store, const struct store_retention *retention, int64_t now,
                  bool *more, struct err *err);

#endif
