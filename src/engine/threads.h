/* threads: starting and stopping them all, for the two ways the engine runs. */
#ifndef ENGINE_THREADS_H
#define ENGINE_THREADS_H

#include <stdbool.h>

#include "base/err.h"

struct control_server;
struct engine;

bool engine_start_threads(struct engine *engine, struct err *err);
void engine_stop_threads(struct engine *engine);
struct control_server *engine_listen(struct engine *engine, struct err *err);

#endif
