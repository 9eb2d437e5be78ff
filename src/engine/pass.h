/*
 * pass: a foreground pass while it goes on. The scheduler starts only what the pass asked for, and
 * publishes how far it is; the calling thread looks and tells.
 */
#ifndef ENGINE_PASS_H
#define ENGINE_PASS_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/engine.h"

struct api_error;
struct engine_account;

/* All guarded by the engine's lock once the threads run. */
struct pass {
    const struct pass_request *request;
    int64_t deadline; /* adtop's clock: what is held beyond it ends as THROTTLED */
    bool wished;      /* the accounts are known and asked for */
    bool over;
    struct err err; /* why nothing could be done at all */
    struct pass_account *rows;
    size_t count, finished;
};

/* Scheduler: a listing of accounts ended; error NULL = well. */
void pass_listed(struct engine *engine, const struct api_error *error);
/* Scheduler: a run of the account could not even be made, for want of disk say. */
void pass_failed(struct engine *engine, struct engine_account *slot, const char *why);
/* Scheduler, every turn: ends what is held for too long, publishes. */
void pass_review(struct engine *engine);

#endif
