/*
 * runs: sync_runs. A run is RUNNING from its creation to its finish. Threads: see store.h.
 */
#ifndef STORE_RUNS_H
#define STORE_RUNS_H

#include "base/arena.h"
#include "model/run.h"
#include "store/store.h"

/* Inserts it as RUNNING and sets run->run_id. */
bool store_run_create(struct store *store, struct run *run, struct err *err);
/* Every figure of a run that goes on; status stays RUNNING. */
bool store_run_update(struct store *store, const struct run *run, struct err *err);
/* Every column; status is anything but RUNNING. finished_at has to be set. */
bool store_run_finish(struct store *store, const struct run *run, struct err *err);

bool store_split_append(struct store *store, const struct run_split *split, struct err *err);

struct store_runs {
    struct run *rows;
    size_t count;
};
/* At start: what is still RUNNING becomes FAILED with the reason "interrupted". out: those runs, as
 * closed; arena-owned. */
bool store_runs_interrupted(struct store *store, struct arena *arena, int64_t at,
                            struct store_runs *out, struct err *err);

#endif
