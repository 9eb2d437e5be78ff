/*
 * ours: how much of a limiter's usage our own calls explain; the rest is somebody else's. An
 * estimate, for people: nothing is decided by it. Pure.
 *
 * What a call costs is learned from readings that others raise too, so the least that they allow is
 * taken. Where load drives a limiter (cost_driver in call_cost.h) calls differ too much for that:
 * there the measured rises have to agree with it, else nothing is said.
 */
#ifndef GOVERN_OURS_H
#define GOVERN_OURS_H

#include <stdint.h>

struct call_cost;

/* What was sent and still counts where there is no window: it decays with the limiter's period. */
struct ours {
    double items, units; /* as of at_ms */
    int64_t at_ms;
};
void ours_add(struct ours *o, double items, double units, double period_s, int64_t now_ms);
void ours_left(const struct ours *o, double period_s, int64_t now_ms, double *items, double *units);

/* Per cent that so many items and weighted units cost; -1 = not known. */
double ours_pct(const struct call_cost *cost, double items, double units);

#endif
