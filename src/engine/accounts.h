/*
 * accounts: the engine's table of ad accounts, from the store and from the API's listing. The
 * scheduler alone changes it; slots never move, so that workers may keep a pointer to a job.
 */
#ifndef ENGINE_ACCOUNTS_H
#define ENGINE_ACCOUNTS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

struct arena;
struct engine;
struct engine_account;

/* From the store; keeps what is known of those already there. Scheduler, or before the threads. */
bool accounts_load(struct engine *engine, struct arena *arena, struct err *err);
void accounts_free(struct engine *engine);
/* One account again, after a run or an action. */
bool accounts_refresh(struct engine *engine, struct engine_account *slot, struct err *err);
/* The tier its spend asks for, recorded when it changed. */
void accounts_retier(struct engine *engine, struct engine_account *slot);
void accounts_set_due(struct engine *engine, struct engine_account *slot, int64_t due_at);

#endif
