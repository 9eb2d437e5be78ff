/*
 * scheduler: the thread that decides what runs next. It alone starts and ends runs, changes
 * accounts, answers operators and keeps the interval rows; workers only work.
 */
#ifndef ENGINE_SCHEDULER_H
#define ENGINE_SCHEDULER_H

#include <stdbool.h>

#include "base/err.h"

struct engine;

/* What every account waits for as of now. For an engine without threads, which alone calls it. */
void scheduler_record(struct engine *engine);
bool scheduler_start(struct engine *engine, struct err *err);
/* After engine->stopping is set and the workers are gone. */
void scheduler_stop(struct engine *engine);

#endif
