#include "govern/limit/stuck.h"

#include <math.h>

static const int successes_needed = 3;
static const int64_t apart_ms = 5000;

void stuck_step(struct stuck *s, double pct, bool ok, int64_t now_ms)
{
    if (pct < 100.0 || fabs(pct - s->pct) > 0.005) {
        *s = (struct stuck){.pct = pct};
    }
    /* Calls side by side are one piece of evidence. */
    bool counts = ok && pct >= 100.0 && (s->successes == 0 || now_ms - s->counted_ms >= apart_ms);
    if (!counts) {
        return;
    }
    s->successes++;
    s->counted_ms = now_ms;
    s->stuck = s->successes >= successes_needed;
}
