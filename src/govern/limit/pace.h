/*
 * pace: how long after the last call of a scope the next one may start, so that its line is
 * approached and not hit. Free below the pacing start; from there spacing grows with the cube of
 * the way to the line and equals the scope's recovery nine tenths of the way: a backlog settles at
 * about 0.96 of the line, whatever the shape of the decay. Pure.
 */
#ifndef GOVERN_PACE_H
#define GOVERN_PACE_H

#include <stdint.h>

struct pace_input {
    double used_pct;      /* worst of header reading and local model, with what is in flight */
    double threshold_pct; /* configured line for this scope */
    double start_pct;     /* per cent of the threshold where spacing begins */
    double period_s;      /* in which the scope recovers; recovery at the line = threshold/period */
    double call_pct;      /* learned cost of the next call */
};

/* Milliseconds between starts; 0 = at once. Never negative, at most one hour. */
int64_t pace_spacing_ms(const struct pace_input *in);

#endif
