/* gate: where every call of every run asks the governor. Any worker thread. */
#ifndef ENGINE_GATE_H
#define ENGINE_GATE_H

#include "sync/run.h"

struct engine;

struct sync_gate gate_of(struct engine *engine);

#endif
