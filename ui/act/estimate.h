/*
 * estimate: what a sync would cost and what it would do to every limiter. Calls and cost are
 * those of the account's last good run of that mode, forced or scheduled alike (the schedule's ask
 * for less); before there is one, and for a window, they are planned from what it holds. What a
 * call does to a limiter is measured from the readings of its newest good runs, else the published
 * limit. The words say which it was.
 */
#ifndef UI_ACT_ESTIMATE_H
#define UI_ACT_ESTIMATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/run.h"
#include "model/usage.h"

struct env;
struct dialog;
struct subject;

enum { ESTIMATE_LIMITERS = 6 };

struct estimate_limiter {
    enum scope_kind scope;
    enum use_case use_case;
    double now_pct, after_pct; /* now -1 = never read; after -1 = unknown what a call does */
    double threshold;
    int64_t at; /* of the reading, ms */
    bool measured;
};

struct estimate {
    size_t accounts, looked_at; /* beyond a few dozen the rest is taken to be like those */
    size_t measured;            /* of those looked at: by a run that was forced so */
    int64_t taken_at;           /* when that run started, of a single account */
    double calls, cost;         /* weighted units, all accounts together */
    /* The shared ones with all accounts' calls; of each account's own the one that gets highest. */
    struct estimate_limiter limiters[ESTIMATE_LIMITERS];
    size_t limiter_count;
    double budget_left, budget_limit; /* weighted units for all accounts today; limit 0 = unknown */
    enum run_mode mode;
};

/* What is asked for. */
struct force_shape {
    enum run_mode mode;
    bool scheduled;    /* not forced: the schedule's own next run */
    int32_t since_day; /* of a window; 0 = its own */
};
/* Calls and cost of one account's, nothing of limiters; false when the store cannot be read. */
bool estimate_calls(const struct env *env, const struct force_shape *shape, const char *account_id,
                    struct estimate *out);
/* False when the store cannot be read, or the read was stopped. */
bool estimate_force(const struct env *env, const struct force_shape *shape,
                    const struct subject *subjects, size_t count, struct estimate *out);
void estimate_words(const struct estimate *estimate, const struct env *env, struct dialog *dialog);

#endif
