/*
 * drain: how fast a limiter falls, learned together with what calls cost it, where no header tells
 * either (insights load, reference 1.1). A pair is two readings in a row with one answer between:
 *
 *     after = fallen(before, dt) + cost of that answer
 *
 * Short gaps show the cost, long ones the fall. For each rate of a grid the cost of each kind of
 * answer is the median of what is left, and the rate with the least sum of absolute deviations
 * explains the pairs best: odd readings, other users and the calls of a heavy page do not bend it.
 * Rates that explain them as well are not told apart; the one nearest to the published period, the
 * slower side as a rule, is taken: an end may be late while little is known, not early. Pure.
 */
#ifndef GOVERN_DRAIN_H
#define GOVERN_DRAIN_H

#include <stdbool.h>
#include <stdint.h>

#include "govern/limit/decay.h"

enum { DRAIN_PAIRS = 96, DRAIN_PAIRS_MIN = 9 };

struct drain_pair {
    double before, after; /* per cent */
    double dt_s;
    uint32_t kind; /* answers of one kind cost about the same */
};

struct drain {
    struct drain_pair pairs[DRAIN_PAIRS];
    int count, next;
    int fresh; /* since drain_due() last said yes */
};

/* What distinguishes costs: a class at a weight with an answer of about this size; of one account,
 * where its size matters to the limiter (NULL = all alike). Never 0. */
uint32_t drain_kind(const char *account_id, int call_class, double cost, int64_t bytes, bool ok);

/* Takes a pair that tells something: a level to fall from, a gap in which it may not yet have
 * fallen to nothing for long. True = taken. */
bool drain_add(struct drain *d, const struct drain_pair *pair, double period_s);

/* Whether an eighth of the pairs is new since it last said so: a fit is not cheap. */
bool drain_due(struct drain *d);

/* The shape and rates the pairs show; false = too few, *out untouched. */
bool drain_fit(const struct drain *d, struct decay *out);

#endif
