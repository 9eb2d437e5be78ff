/*
 * decay: how a limiter's percentage falls while nothing is sent. The shapes are unpublished
 * (reference 13): a share per second (exponential), or per cent per second (even). drain.h sees
 * which of the two it is; where it is in doubt the slower one is taken. Pure.
 */
#ifndef GOVERN_DECAY_H
#define GOVERN_DECAY_H

#include <stdint.h>

enum decay_shape { DECAY_SLOWER, DECAY_EVEN, DECAY_SHARE };

struct decay {
    enum decay_shape shape;
    double share_s;  /* 1/s; prior: 1 / period */
    double linear_s; /* per cent per second; prior: 100 / period */
    double period_s; /* the published one: 300 s for scores, 3,600 s for hourly windows */
};

struct decay decay_prior(double period_s);
/* pct after dt_ms; at least 0. */
double decay_after(const struct decay *d, double pct, int64_t dt_ms);
/* The same where a header names the time to zero (reset_time_duration, reference 1.1): to there it
 * falls evenly. */
double decay_to_reset(double pct, int64_t reset_s, int64_t dt_ms);
/* Milliseconds until pct has fallen to target (0 if it is there; at most 24 h). */
int64_t decay_time_ms(const struct decay *d, double pct, double target);
/* Per cent per second at pct. */
double decay_rate(const struct decay *d, double pct);

#endif
