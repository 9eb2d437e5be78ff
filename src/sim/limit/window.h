/*
 * window: a rolling hour of calls, cpu time and wall time in minute buckets, as behind
 * x-business-use-case-usage and x-app-usage (reference 2.1). At 100 % of any of the three calls are
 * refused until enough of the hour has rolled out; a refused call counts, and adds a minute.
 *
 * Pure: time is an argument. Times are simulated milliseconds.
 */
#ifndef SIM_LIMIT_WINDOW_H
#define SIM_LIMIT_WINDOW_H

#include <stdbool.h>
#include <stdint.h>

enum { WINDOW_MINUTES = 60 };

struct window_limit {
    double calls; /* per rolling hour */
    double cpu_ms;
    double wall_ms;
};

struct window_bucket {
    int64_t minute; /* since the epoch; a bucket older than the hour counts as empty */
    double calls, cpu_ms, wall_ms;
};

struct window {
    struct window_bucket buckets[WINDOW_MINUTES];
    int64_t blocked_until_ms; /* 0 = never was */
};

struct window_use {
    double calls_pct, cpu_pct, wall_pct;
    double worst_pct;
    double calls;
};

struct window_use window_use(const struct window *window, const struct window_limit *limit,
                             int64_t now_ms);
/* Counts one call; false = refused. */
bool window_admit(struct window *window, const struct window_limit *limit, int64_t now_ms);
/* Calls that were made without asking. */
void window_charge_calls(struct window *window, const struct window_limit *limit, double calls,
                         int64_t now_ms);
/* What an admitted call turned out to cost. */
void window_charge(struct window *window, const struct window_limit *limit, double cpu_ms,
                   double wall_ms, int64_t now_ms);
/* estimated_time_to_regain_access: whole minutes, 0 = not blocked. */
int64_t window_regain_min(const struct window *window, int64_t now_ms);

#endif
