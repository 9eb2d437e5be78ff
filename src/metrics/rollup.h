/*
 * rollup: brings daily_metrics and the account's 7-day spend up to date after insights changed. The
 * caller is the engine, after a run's listings. Any thread.
 */
#ifndef METRICS_ROLLUP_H
#define METRICS_ROLLUP_H

#include "model/insight.h"
#include "store/insights.h"
#include "store/store.h"

struct rollup_request {
    const char *account_id;
    enum insight_level source; /* the lowest level that is synced */
    int32_t day_from, day_to;  /* days whose insights changed */
    int32_t today;             /* the account's; spend_7d is the 7 complete days before it */
    int64_t rate_e9;           /* base currency per unit of the account's, x 1e9; 0 = 1:1 */
};
struct rollup_result {
    int64_t rows;          /* sums written */
    int64_t spend_7d;      /* micros of the account's currency */
    int64_t spend_7d_base; /* micros of the base currency */
};
bool rollup_account(struct store *store, const struct rollup_request *request,
                    struct rollup_result *out, struct err *err);
/* What counts as a purchase, a lead, ...: for store_options.events. */
const struct store_event_map *rollup_events(void);

#endif
