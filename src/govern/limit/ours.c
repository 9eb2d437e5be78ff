#include "govern/limit/ours.h"

#include <math.h>
#include <stddef.h>

#include "govern/limit/call_cost.h"

enum { SAMPLES_TO_BELIEVE = 3 };
static const double agreeing = 4; /* times the least that readings allow */

void ours_left(const struct ours *o, double period_s, int64_t now_ms, double *items, double *units)
{
    double dt_s = now_ms > o->at_ms ? (double)(now_ms - o->at_ms) / 1000.0 : 0;
    double share = exp(-dt_s / period_s);
    *items = o->items * share;
    *units = o->units * share;
}

void ours_add(struct ours *o, double items, double units, double period_s, int64_t now_ms)
{
    double items_left, units_left;
    ours_left(o, period_s, now_ms, &items_left, &units_left);
    *o = (struct ours){items_left + items, units_left + units, now_ms};
}

double ours_pct(const struct call_cost *cost, double items, double units)
{
    const struct cost_known *bounds = cost->own.bounded       ? &cost->own
                                      : cost->common->bounded ? cost->common
                                                              : NULL;
    struct slot_costs median = call_cost_get(cost, 0);
    if (!bounds || !median.known) {
        return items > 0 ? -1 : 0;
    }
    struct slot_costs least = median;
    least.item_pct = fmin(median.item_pct, bounds->bound_item);
    least.unit_pct = fmin(median.unit_pct, bounds->bound_unit);
    double low = slot_cost_mean(&least, items, units);
    double mean = slot_cost_mean(&median, items, units);
    if (cost->driver == COST_BY_ITEMS) {
        return low;
    }
    return median.samples >= SAMPLES_TO_BELIEVE && mean <= agreeing * low ? mean : -1;
}
