/*
 * pace: when the console looks at the data, and when it reads it again. Pure; all times are real
 * monotonic ms. What somebody has written is on screen at most a second and a load later; loads
 * take at most a tenth of the time, however long one is.
 */
#ifndef UI_PACE_H
#define UI_PACE_H

#include <stdbool.h>
#include <stdint.h>

struct pace {
    int64_t now;
    int64_t to_refresh; /* ms until the header's clock ticks, 1.. */
    int64_t loaded_at, load_took;
    bool changed; /* somebody has written since then */
    bool eager;   /* an action's effect is awaited */
    bool stale;   /* what is shown has to be loaded again as soon as may be */
};

/* When what has changed may be read. */
int64_t pace_load_at(const struct pace *pace);
/* How long to wait for input before looking again, ms, at least 0. */
int pace_wait_ms(const struct pace *pace);

#endif
