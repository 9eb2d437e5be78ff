#include "ui/pace.h"

/* Looked every EAGER_MS an awaited effect seems immediate. */
enum { EVERY_MS = 900, EAGER_MS = 100, LOAD_SHARE = 10 };

int64_t pace_load_at(const struct pace *pace)
{
    int64_t share = pace->load_took * LOAD_SHARE;
    return pace->loaded_at + (share > EVERY_MS || pace->eager ? share : EVERY_MS);
}

int pace_wait_ms(const struct pace *pace)
{
    int64_t wait = pace->stale || pace->eager ? EAGER_MS : pace->to_refresh;
    int64_t load = pace_load_at(pace) - pace->now;
    if (pace->changed && load < wait) {
        wait = load;
    }
    return wait > 0 ? (int)wait : 0;
}
