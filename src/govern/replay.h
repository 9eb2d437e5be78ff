/*
 * replay: recorded calls and readings, through the same governor that decides live. replay_learn
 * tells what calls cost each limiter; replay_run plays the recorded demand against a server that
 * answers as those costs say, with other thresholds or cadences: what `adtop plan` and
 * `adtop advise` stand on. Pure.
 *
 * The server of a replay is a model: every limiter rises by the learned cost of a call, falls by
 * the shape of its period, and refuses at 100. It knows our calls alone, not those of others.
 */
#ifndef GOVERN_REPLAY_H
#define GOVERN_REPLAY_H

#include <stddef.h>
#include <stdint.h>

#include "govern/governor.h"
#include "model/account.h"

struct arena;

struct replay_call {
    int64_t at_ms;   /* when it was answered */
    int64_t took_ms; /* from sending to answer, on the same clock */
    int64_t run_id;
    struct gate_call call;
    int64_t rows;   /* of the answer; a hint at how heavy it was */
    int64_t bytes;  /* the same; 0 = not known */
    bool failed;    /* answered with an error */
    bool throttled; /* a limit refused it: no demand of its own, it was asked again */
    /* Readings that came with the answer; lent. */
    const struct usage_reading *readings;
    size_t reading_count;
};

/* By at_ms. */
void replay_sort(struct replay_call *calls, size_t count);
/* Gives each call of a sorted log the readings that came with its answer; these in order of time,
 * and to be kept as long as the calls. False = out of memory. */
bool replay_attach(struct replay_call *calls, size_t count, const struct usage_reading *readings,
                   size_t reading_count, struct arena *arena);

/* What a governor that starts knew before: calls that were answered, sorted. Those before
 * learn_from_ms only count; from the others it learns anew what calls cost and how limits fall.
 * False = out of memory. */
bool replay_remember(struct governor *g, const struct replay_call *calls, size_t count,
                     int64_t learn_from_ms, struct arena *arena);

/* A governor that has seen them all (in order of at_ms), at the given settings. NULL = memory. */
struct governor *replay_learn(const struct governor_config *config, const struct replay_call *calls,
                              size_t count);

struct replay_setting {
    struct governor_config governor;
    double cadence; /* gaps between the starts of an account's runs, times this; 1 = as recorded */
};

struct replay_outcome {
    int64_t calls;      /* answered */
    int64_t close;      /* of those, answered while a limiter stood at 90 % or more */
    int64_t refused;    /* by a limit of the server */
    int64_t blocked_ms; /* time in which some limiter was blocked by the server, summed over them */
    int64_t held_ms;    /* time accounts waited for the governor */
    int64_t runs, unfinished;
    double cost;
    int64_t age_mean_ms, age_worst_ms; /* of an account's data when it is renewed */
};

/* calls in order of at_ms, those of a run adjacent in its account; learned: from replay_learn on
 * the same calls. False = out of memory. */
bool replay_run(const struct replay_call *calls, size_t count, const struct governor *learned,
                const struct replay_setting *setting, struct replay_outcome *out);

struct replay_advice {
    struct replay_setting setting; /* the best found */
    struct replay_outcome now, then;
    int tried;
};
/* Looks for better settings, one at a time, from the given ones; budget: weighted units that the
 * recorded span may cost, 0 = no limit. False = out of memory. */
bool replay_advise(const struct replay_call *calls, size_t count, const struct governor *learned,
                   const struct replay_setting *now, double budget, struct replay_advice *out);

#endif
