/*
 * usage: readings of the usage headers. usage_latest always has the last one; usage_log skips one
 * that repeats its predecessor within 60 s. Threads: see store.h.
 */
#ifndef STORE_USAGE_H
#define STORE_USAGE_H

#include "base/arena.h"
#include "model/usage.h"
#include "store/store.h"

bool store_usage_append(struct store *store, const struct usage_reading *rows, size_t n,
                        struct err *err);

struct store_readings {
    struct usage_reading *rows;
    size_t count;
};
/* The last reading of every scope, for an engine that starts. */
bool store_usage_load(struct store *store, struct arena *arena, struct store_readings *out,
                      struct err *err);

/* Those logged since, oldest first. */
bool store_usage_since(struct store *store, struct arena *arena, int64_t since_ms,
                       struct store_readings *out, struct err *err);

#endif
