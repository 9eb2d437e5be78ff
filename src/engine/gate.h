/* gate: where every call of every run asks the governor. Any worker thread. */
#ifndef ENGINE_GATE_H
#define ENGINE_GATE_H

#include "sync/run.h"

struct engine;
struct token_state;

struct sync_gate gate_of(struct engine *engine);
/* Takes the lock: answers change it on worker threads. */
struct token_state gate_token(struct engine *engine);

#endif
