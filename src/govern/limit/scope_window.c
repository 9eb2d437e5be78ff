#include "govern/limit/scope_window.h"

#include <math.h>

#include "govern/limit/scope.h"

static double share_of(double left, double whole)
{
    return whole > 0 ? fmin(1, left / whole) : 0;
}

/* What is left of a rolling hour's reading: what it rose by in a minute leaves when the minute
 * does; so do our calls of minutes without a rise, those of before the first reading, at what a
 * call costs. *others: the part that nothing tells of. */
static double window_seen(const struct scope *s, const struct slot *slot, int64_t now_ms,
                          double *others)
{
    const struct window_sum *then = &slot->sum_at;
    struct window_sum now = window_model_sum(s->window, slot->level_ms, now_ms);
    struct slot_costs costs = call_cost_get(&slot->cost, 0);
    double rose = fmin(slot->level_pct, then->rise);
    double own = fmin(slot->level_pct, slot_cost_high(&costs, then->items, then->units));
    double before = fmax(0, own - rose);
    double calls = then->bare_items > 0
                       ? fmax(share_of(now.bare_items, then->bare_items),
                              share_of(now.bare_units, then->bare_units))
                       : fmax(share_of(now.items, then->items), share_of(now.units, then->units));
    *others = slot->level_pct - rose - before;
    return rose * share_of(now.rise, then->rise) + before * calls;
}

/* What others did is taken to fall evenly. */
double scope_window_left(const struct scope *s, const struct slot *slot, int64_t now_ms)
{
    double others;
    double seen = window_seen(s, slot, now_ms, &others);
    return seen + others * fmax(0, 1.0 - (double)(now_ms - slot->level_ms) / 3600e3);
}

/* Of answers given side by side, which are read in any order, the highest is the last; what the
 * hour's reading rose by stands in the minute. */
double scope_window_level(struct scope *s, const struct slot *slot, const struct usage_reading *r)
{
    double others = 0;
    double left = slot->seen ? window_seen(s, slot, r->at, &others) + others : r->pct;
    if (r->pct < left) {
        return r->at - slot->reading.at <= SIDE_BY_SIDE_MS ? left : r->pct;
    }
    window_model_rose(s->window, r->pct - left, r->at);
    return r->pct;
}
