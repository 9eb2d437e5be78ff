/* worker: the threads that sync. Each has a Graph client of its own and one job at a time. */
#ifndef ENGINE_WORKER_H
#define ENGINE_WORKER_H

#include <stdbool.h>

#include "base/err.h"

struct engine;
struct engine_options;
struct graph;
struct job;

bool workers_start(struct engine *engine, struct err *err);
/* After engine->stopping is set: waits for all of them. */
void workers_stop(struct engine *engine);
/* Their clients, once no job has a request left in one. */
void workers_destroy(struct engine *engine);
/* Makes the worker that has the job look at it again. The lock is held. */
void worker_stir(struct engine *engine, const struct job *job);
/* A client as the workers have it. */
struct graph *worker_graph(const struct engine *engine, struct err *err);

#endif
