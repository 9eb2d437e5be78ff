/*
 * peaks: the highest reading of every limiter over the shown range. A range may hold more readings
 * than can be read between two frames: they are read a part at a load, and kept until the range or
 * the instant looked at is another, or a twentieth of the range has passed.
 */
#ifndef UI_VIEW_PEAKS_H
#define UI_VIEW_PEAKS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "store/read_limiters.h"

struct env;
struct limiter_line;

struct peaks {
    int64_t at, range; /* what they are of; at 0 = live */
    int64_t begun_at;  /* adtop's clock */
    int64_t from, to;  /* read so far: [from, to) */
    bool whole;        /* from is where the range began */
    size_t count, cap;
    struct limiter_peak rows[]; /* by key */
};

/* Reads what is new, and one part of what is older, into *kept (NULL at first; free() it). */
bool peaks_read(struct peaks **kept, struct arena *arena, const struct env *env, struct err *err);
/* Gives a line its peak; -1 = no reading. */
void peaks_give(const struct peaks *peaks, struct limiter_line *line);

#endif
