/*
 * daily: daily_metrics. Sums of ad sets, campaigns and the account are stored; those of the level
 * that was listed are read off its insight rows. Threads: see store.h.
 */
#ifndef STORE_DAILY_H
#define STORE_DAILY_H

#include "model/insight.h"
#include "store/store.h"

/* Sums the rows of `source` (the lowest level that is synced; no breakdown) upwards, for every day
 * of the range. rows: how many sums there are now. */
bool store_daily_rollup(struct store *store, const char *account_id, enum insight_level source,
                        int32_t day_from, int32_t day_to, int64_t *rows, struct err *err);
/* Micros of the account's currency over the days, from the account's sums. */
bool store_daily_spend(struct store *store, const char *account_id, int32_t day_from,
                       int32_t day_to, int64_t *spend, struct err *err);

#endif
