/*
 * block: a scope that refuses calls, until when, and how it is entered again: nothing inside, then
 * one call, then a ramp. Pure.
 *
 * End: what the API names (regain minutes, reset seconds, or the error table), else the published
 * block of the tier, doubled with each block in a row up to an hour (reference 3.2). The way back
 * in starts a spread after the end, by a hash of the scope, so that those freed together do not
 * come back together.
 */
#ifndef GOVERN_BLOCK_H
#define GOVERN_BLOCK_H

#include <stdbool.h>
#include <stdint.h>

enum block_phase { BLOCK_NONE, BLOCK_CLOSED, BLOCK_PROBE, BLOCK_RAMP };

struct block {
    enum block_phase phase;
    int64_t since_ms, until_ms; /* true end as far as known */
    int64_t series_ms;          /* the first of blocks in a row; none of them was left yet */
    int64_t resume_ms;          /* the first call may go */
    bool exact;                 /* the API named the end */
    int code;                   /* of the error; 0 = a header said so */
    int strikes;                /* blocks in a row */
    int ramp;                   /* calls allowed at once after the probe */
    int drain;                  /* calls that were under way when it began */
    int64_t calm_ms;            /* last success after it */
};

struct block_cause {
    int64_t wait_ms;    /* named by the API or the error table; 0 = not named */
    bool by_api;        /* by a header of the answer */
    bool minutes;       /* wait_ms was given in whole minutes */
    int64_t default_ms; /* of the tier */
    int code;
    int in_flight;    /* others under way */
    const char *name; /* scope id, for the spread */
};

void block_hit(struct block *b, const struct block_cause *cause, int64_t now_ms);
/* Phase as of now: CLOSED turns into PROBE at resume_ms. */
enum block_phase block_phase(const struct block *b, int64_t now_ms);
/* How many calls may be in flight; 0 inside, 1 for the probe, INT32_MAX without a block. */
int block_allowed(const struct block *b, int64_t now_ms);
/* A call of this scope was answered, by anything but its throttle. */
void block_answered(struct block *b, bool ok, int64_t now_ms);
/* An admitted call was never sent. */
void block_unsent(struct block *b);

#endif
