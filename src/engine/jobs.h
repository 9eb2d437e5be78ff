/* jobs: runs from their plan to their end. Scheduler only. */
#ifndef ENGINE_JOBS_H
#define ENGINE_JOBS_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/state.h"

/* Plans a run and hands it to the workers; false when it is held (by the budget, by an error: the
 * slot says so). */
bool jobs_start(struct engine *engine, struct engine_account *slot);
/* Ended runs are closed and judged, parked ones woken or given up. */
void jobs_reap(struct engine *engine);
/* The listing of accounts, when it is due. */
void jobs_listing(struct engine *engine);
/* Takes the lock: workers change it too. */
enum job_state jobs_state(struct engine *engine, const struct job *job);
/* READY or ACTIVE ones, the listing left out. With the lock. */
int jobs_unparked(const struct engine *engine);
/* At the end: whatever is left is closed, resumable. */
void jobs_close(struct engine *engine);
/* What the next instant is at which something here changes by itself, ms; INT64_MAX = none. With
 * the lock. */
int64_t jobs_next(const struct engine *engine);

#endif
