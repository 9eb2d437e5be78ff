/*
 * waiting: what an account waits for, out of everything that could hold it. Pure. The order of the
 * rules is the answer to "what would have to change first": a person's pause before a dead token,
 * a dead token before a quota, a quota before our own budget, that before the queue.
 */
#ifndef ENGINE_WAITING_H
#define ENGINE_WAITING_H

#include <stdbool.h>
#include <stdint.h>

#include "govern/governor.h"
#include "model/account.h"
#include "model/hold.h"

struct sync_pause;

struct waiting_facts {
    int64_t now_ms;
    const struct account *account;
    bool running; /* a worker has its run */
    bool parked;  /* its run waits for `verdict` */
    bool due;     /* due_at has come, or an operator forced it */
    int64_t due_at;
    int64_t backoff_until; /* 0 = none */
    int failures;          /* in a row */
    char last_error[200];
    bool token_invalid;
    bool no_access;
    bool budget_held;
    int64_t budget_until;
    const char *budget_detail; /* JSON, NULL = none */
    const struct sync_pause
        *throttled;              /* its last run was closed by this hold, which still lasts */
    bool override_holds;         /* an operator's force that ignores quota and budget */
    struct gate_verdict verdict; /* of its next call; .go = nothing in the way */
    int queue_position;          /* 1 = next; 0 = not queued */
    int workers, workers_busy;
    int64_t expected_start; /* of a queued one; 0 = not known */
};

/* Fills reason, scope, scope_id, until and detail (JSON with the figures); the rest is left alone.
 */
void waiting_decide(const struct waiting_facts *facts, struct hold *out);

/* Whether a run that waits gives its worker back: nothing but a person ends its wait, or it is
 * longer than a run may be said to run while it stands still. A wait of less than real_ms = 20 is
 * sat out all the same: parking would take as long. */
bool waiting_parks(const struct sync_pause *pause, int64_t now_ms, int64_t real_ms);

/* What a parked run's own pause says. */
void waiting_parked(const struct sync_pause *pause, struct hold *out);

/* Whether the open interval still tells the truth, so that no new row is needed: same reason and
 * scope, and an end that moved by less than a minute; that of a limit also by no more than a
 * twentieth of the wait, for a short one may be shorter than that minute. b is as of its since: an
 * end that is over by then is not told any longer. */
bool waiting_same(const struct hold *a, const struct hold *b);

#endif
