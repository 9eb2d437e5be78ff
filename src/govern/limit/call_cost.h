/*
 * call_cost: how many per cent of one limiter a call costs, learned from its readings. Per item and
 * per weighted unit; which of the two a limiter follows is published (account score: calls), told
 * by its header (the three figures of reference 1.1), or taken as the dearer of both.
 *
 * Until a rise was measured, each reading is an upper bound: all that it shows may be ours. What
 * other scopes of the same kind have shown is taken before that, for limits are those of the app's
 * tier. With neither, nothing is known: one call goes alone, and its answer tells. Pure.
 */
#ifndef GOVERN_CALL_COST_H
#define GOVERN_CALL_COST_H

#include <stdbool.h>
#include <stdint.h>

enum { RATES_MAX = 9 };

/* The last RATES_MAX values; their median is used. */
struct rates {
    double value[RATES_MAX];
    int count, next;
};
void rates_add(struct rates *r, double value);
double rates_median(const struct rates *r); /* 0 for none */

struct cost_known {
    struct rates per_item, per_unit; /* measured rises */
    bool bounded;
    double bound_item, bound_unit; /* at most so much */
};

enum cost_driver { COST_BY_BOTH, COST_BY_ITEMS, COST_BY_UNITS };

struct call_cost {
    enum cost_driver driver;
    struct cost_known own;
    struct cost_known *common;     /* of all scopes of the kind; owned by the governor */
    double resolution;             /* of its header: 1 for whole per cent */
    double sent_items, sent_units; /* answered since the base, or ever before the first reading */
    double base_pct;
    double base_fall;  /* decay given back since then, per cent */
    int64_t base_ms;   /* 0 = none */
    int64_t absent_ms; /* readings have been left out since; 0 = the last one was there */
};

struct slot_costs {
    double item_pct, unit_pct; /* rise per item and per weighted unit */
    int samples;               /* measured ones behind them, of this scope */
    enum cost_driver driver;
    bool known; /* measured or bounded, here or elsewhere; false = a guess */
};

void call_cost_init(struct call_cost *c, struct cost_known *common, double resolution);
/* What drives a header with three figures; -1 = not given. */
enum cost_driver cost_driver_of(double call_count, double total_cputime, double total_time);
/* A call was answered. */
void call_cost_sent(struct call_cost *c, double items, double units);
/* A reading of pct; period_s: after a quarter of it without a sample the base is taken anew. */
void call_cost_read(struct call_cost *c, double pct, double period_s, int64_t now_ms);
/* A reading that says nothing of costs: the next ones are measured from it. */
void call_cost_rebase(struct call_cost *c, double pct, int64_t now_ms);
/* Decay by `fall` per cent lies between the last reading and the one that comes. */
void call_cost_fell(struct call_cost *c, double fall);
/* Answered without a reading: below absent_pct (reference 1.2). */
void call_cost_absent(struct call_cost *c, double absent_pct, double period_s, int64_t now_ms);
/* prior: per cent a call by the published limit, or an assumption. */
struct slot_costs call_cost_get(const struct call_cost *c, double prior);

/* As likely, and as much as it may be. */
double slot_cost_mean(const struct slot_costs *c, double items, double units);
double slot_cost_high(const struct slot_costs *c, double items, double units);

#endif
