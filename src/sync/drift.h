/*
 * drift: what a run saw of the API's shape that is not as it was: one line per edge, field and
 * kind, counted, written once per run. Bounded: past DRIFT_MAX lines the rest is only counted.
 */
#ifndef SYNC_DRIFT_H
#define SYNC_DRIFT_H

#include <stddef.h>
#include <stdint.h>

#include "graph/decode.h"

enum { DRIFT_MAX = 32 };

struct drift_line {
    enum edge edge;
    enum drift_kind kind;
    char field[64];
    char sample[96];
    int64_t count;
};

struct drift {
    struct drift_line lines[DRIFT_MAX];
    size_t count;
    int64_t beyond; /* notes that found no line */
};

/* A drift_fn; ctx is the struct drift. */
void drift_add(void *ctx, const struct drift_note *note);

#endif
