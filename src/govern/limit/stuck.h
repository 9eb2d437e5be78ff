/*
 * stuck: a reading that stands at 100 or above, unchanged, while calls succeed (reference 1.2:
 * acc_id_util_pct stuck at 100 with nothing running). After three successes it is ignored until it
 * moves. Pure.
 */
#ifndef GOVERN_STUCK_H
#define GOVERN_STUCK_H

#include <stdbool.h>
#include <stdint.h>

struct stuck {
    double pct; /* value being watched */
    int successes;
    int64_t counted_ms; /* last success that counted: they have to be 5 s apart */
    bool stuck;
};

/* A reading that came with a response. */
void stuck_step(struct stuck *s, double pct, bool ok, int64_t now_ms);

#endif
