/*
 * retry: which classes of error are tried again, how often, and after how long. Pure.
 * Full jitter (uniform in 0..min(cap, base * 2^attempt)): many accounts failing at once must not
 * come back at once.
 */
#ifndef GRAPH_RETRY_H
#define GRAPH_RETRY_H

#include <stdbool.h>
#include <stdint.h>

#include "model/api_error.h"

struct retry_policy {
    int tries; /* further attempts; 0 = never, RETRY_GOVERNED = as often as the governor admits */
    int64_t base_ms, cap_ms; /* on adtop's clock */
};
enum { RETRY_GOVERNED = -1 };

const struct retry_policy *retry_policy(enum error_class error_class);
/* attempt 0 = the first retry; unit is uniform in [0, 1). */
int64_t retry_backoff_ms(int attempt, int64_t base_ms, int64_t cap_ms, double unit);
/* Whether attempt number `attempt` (0 = first retry) may follow, and after how many ms: never
 * less than the wait the error names. */
bool retry_next(const struct api_error *error, int attempt, double unit, int64_t *wait_ms);

#endif
