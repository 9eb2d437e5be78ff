/*
 * error_rate: our own errors among the last 500 calls. 15 % costs an app its access tier (reference
 * 2.1), so everything slows down on the way there. Pure.
 */
#ifndef GOVERN_ERROR_RATE_H
#define GOVERN_ERROR_RATE_H

#include <stdbool.h>
#include <stdint.h>

enum { ERROR_RATE_WINDOW = 500 };

struct error_rate {
    bool failed[ERROR_RATE_WINDOW];
    int count, next, errors;
};

void error_rate_add(struct error_rate *e, bool failed);
/* Per cent of a whole window, also while fewer calls are known: the rule is about the last 500, and
 * a bad start alone cannot break it. */
double error_rate_pct(const struct error_rate *e);
/* Spacing between any two calls: 0 up to slow_pct of the limit, 10 s at the limit and above. */
int64_t error_rate_spacing_ms(const struct error_rate *e, double limit_pct, double slow_pct);

#endif
