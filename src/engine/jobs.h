/* jobs: runs from their plan to their end. Scheduler only. */
#ifndef ENGINE_JOBS_H
#define ENGINE_JOBS_H

#include <stdbool.h>
#include <stdint.h>

struct engine;
struct engine_account;

/* Plans a run and hands it to the workers; false when it is held (by the budget, by an error: the
 * slot says so). */
bool jobs_start(struct engine *engine, struct engine_account *slot);
/* Ended runs are closed and judged, parked ones woken or given up. */
void jobs_reap(struct engine *engine);
/* The listing of accounts, when it is due. */
void jobs_listing(struct engine *engine);
/* READY or ACTIVE ones, the listing left out. */
int jobs_unparked(const struct engine *engine);
/* At the end: whatever is left is closed, resumable. */
void jobs_close(struct engine *engine);
/* What the next instant is at which something here changes by itself, ms; INT64_MAX = none. */
int64_t jobs_next(const struct engine *engine);

#endif
