/* engines: the engine table, a row for every start. Threads: see store.h. */
#ifndef STORE_ENGINES_H
#define STORE_ENGINES_H

#include "base/clock.h"
#include "store/store.h"

struct engine_row {
    int64_t engine_id; /* given by the store */
    int64_t started_at, heartbeat_at, stopped_at;
    int64_t pid;
    char host[64];
    char version[32];
    char mode[16]; /* "engine", "sync", "demo" */
    char base_url[256];
    int workers;
    struct clock clock;
    char reason[128]; /* why it stopped: "stop", "signal", "crashed" */
};
/* Rows of earlier starts without an end get one: "crashed", at their last heartbeat. crashed: how
 * many (may be NULL). Sets engine->engine_id. */
bool store_engine_start(struct store *store, struct engine_row *engine, size_t *crashed,
                        struct err *err);
bool store_engine_beat(struct store *store, int64_t engine_id, int64_t at, struct err *err);
bool store_engine_stop(struct store *store, int64_t engine_id, int64_t at, const char *reason,
                       struct err *err);

#endif
