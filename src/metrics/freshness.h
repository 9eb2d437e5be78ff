/*
 * freshness: how old data is and whether that is too old. Pure.
 */
#ifndef METRICS_FRESHNESS_H
#define METRICS_FRESHNESS_H

#include <stdbool.h>
#include <stdint.h>

enum freshness {
    FRESH_NEVER,   /* nothing was ever fetched */
    FRESH_CURRENT, /* within its cadence */
    FRESH_LATE,    /* beyond its cadence, within the grace */
    FRESH_STALE    /* beyond cadence and grace */
};
const char *freshness_name(enum freshness freshness); /* "never", "current", "late", "stale" */

struct freshness_input {
    int64_t data_as_of; /* ms; 0 = never */
    int64_t now;
    int64_t cadence_ms;
    int64_t grace_ms;
};
enum freshness freshness_judge(const struct freshness_input *in);
/* Never negative; 0 when there is no data. */
int64_t freshness_lag_ms(int64_t data_as_of, int64_t now);
/* lag / cadence: 1 = just due. Grows without bound; never fetched counts as 1000. */
double freshness_overdue(int64_t data_as_of, int64_t now, int64_t cadence_ms);

/* The days of [from, to] that need fetching: a bit per day from `from` on (at most 64), set when
 * the day's last complete fetch is older than max_age_ms or never was. */
uint64_t freshness_due_days(const int64_t *fetched_at, int days, int64_t now, int64_t max_age_ms);

#endif
