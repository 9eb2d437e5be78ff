/*
 * decay: how a limiter's percentage falls while nothing is sent. The shapes are unpublished
 * (reference 13), so the slower of two is taken: a share per second (exponential) and per cent per
 * second (linear), both learned from quiet stretches between readings. Pure.
 */
#ifndef GOVERN_DECAY_H
#define GOVERN_DECAY_H

#include <stdint.h>

struct decay {
    double share_s;  /* 1/s; prior: 1 / period */
    double linear_s; /* per cent per second; prior: 100 / period */
    double period_s; /* the published one: 300 s for scores, 3,600 s for hourly windows */
};

struct decay decay_prior(double period_s);
/* pct after dt_ms; at least 0. */
double decay_after(const struct decay *d, double pct, int64_t dt_ms);
/* Milliseconds until pct has fallen to target (0 if it is there; at most 24 h). */
int64_t decay_time_ms(const struct decay *d, double pct, double target);
/* A fall seen from pct to lower in dt_ms, with next to nothing sent meanwhile. */
void decay_learn(struct decay *d, double pct, double lower, int64_t dt_ms);

#endif
