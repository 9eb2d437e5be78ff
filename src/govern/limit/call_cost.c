#include "govern/limit/call_cost.h"

#include <math.h>
#include <string.h>

#include "govern/calibrate.h"

/* A rise of so many steps of the header is a sample; so many items without one are a sample too. */
static const double steps_needed = 2;
static const double least_rise = 0.3;
static const double many_items = 200;

void rates_add(struct rates *r, double value)
{
    r->value[r->next] = value;
    r->next = (r->next + 1) % RATES_MAX;
    r->count += r->count < RATES_MAX;
}

double rates_median(const struct rates *r)
{
    double copy[RATES_MAX];
    memcpy(copy, r->value, sizeof copy);
    return calibrate_median(copy, (size_t)r->count);
}

void call_cost_init(struct call_cost *c, struct cost_known *common, double resolution)
{
    *c = (struct call_cost){.common = common, .resolution = resolution};
}

enum cost_driver cost_driver_of(double call_count, double total_cputime, double total_time)
{
    static const double clearly = 2; /* times the other */
    double load = fmax(total_cputime, total_time);
    if (call_count < 0 || load < 0) {
        return COST_BY_BOTH;
    }
    return call_count >= clearly * load   ? COST_BY_ITEMS
           : load >= clearly * call_count ? COST_BY_UNITS
                                          : COST_BY_BOTH;
}

void call_cost_sent(struct call_cost *c, double items, double units)
{
    c->sent_items += items;
    c->sent_units += units;
}

static void bound(struct cost_known *k, double item, double unit)
{
    k->bound_item = k->bounded ? fmin(k->bound_item, item) : item;
    k->bound_unit = k->bounded ? fmin(k->bound_unit, unit) : unit;
    k->bounded = true;
}

/* At most `pct` came from what was sent since the base. */
static void bound_both(struct call_cost *c, double pct)
{
    bound(&c->own, pct / c->sent_items, pct / c->sent_units);
    bound(c->common, pct / c->sent_items, pct / c->sent_units);
}

static void sample(struct cost_known *k, double item, double unit)
{
    rates_add(&k->per_item, item);
    rates_add(&k->per_unit, unit);
}

static void start_base(struct call_cost *c, double pct, int64_t now_ms)
{
    c->base_pct = pct;
    c->base_ms = now_ms;
    c->absent_ms = 0;
    c->base_fall = 0;
    c->sent_items = 0;
    c->sent_units = 0;
}

void call_cost_rebase(struct call_cost *c, double pct, int64_t now_ms)
{
    start_base(c, pct, now_ms);
}

void call_cost_read(struct call_cost *c, double pct, double period_s, int64_t now_ms)
{
    bool first = c->base_ms == 0;
    double rise = pct - c->base_pct + c->base_fall;
    rise = rise > 0 ? rise : 0;
    bool sent = c->sent_items >= 1;
    if (sent) {
        bound_both(c, rise + c->resolution);
    }
    double needed = fmax(steps_needed * c->resolution, least_rise);
    bool enough = !first && sent && (rise >= needed || c->sent_items >= many_items);
    if (enough) {
        sample(&c->own, rise / c->sent_items, rise / c->sent_units);
        sample(c->common, rise / c->sent_items, rise / c->sent_units);
    }
    bool stale = now_ms - c->base_ms > (int64_t)(period_s * 250);
    if (first || enough || stale) {
        start_base(c, pct, now_ms);
    }
}

void call_cost_fell(struct call_cost *c, double fall)
{
    c->base_fall += fall;
}

void call_cost_absent(struct call_cost *c, double absent_pct, double period_s, int64_t now_ms)
{
    if (c->sent_items >= 1) {
        bound_both(c, absent_pct);
    }
    c->base_ms = 0;
    c->absent_ms = c->absent_ms ? c->absent_ms : now_ms;
    if (now_ms - c->absent_ms > (int64_t)(period_s * 250)) { /* decay hides what is older */
        c->absent_ms = now_ms;
        c->sent_items = 0;
        c->sent_units = 0;
    }
}

struct slot_costs call_cost_get(const struct call_cost *c, double prior)
{
    const struct cost_known *own = &c->own, *common = c->common;
    struct slot_costs out = {.item_pct = prior,
                             .unit_pct = prior,
                             .samples = own->per_item.count,
                             .driver = c->driver,
                             .known = true};
    const struct cost_known *measured = own->per_item.count > 0      ? own
                                        : common->per_item.count > 0 ? common
                                                                     : NULL;
    const struct cost_known *bounded = own->bounded ? own : common->bounded ? common : NULL;
    if (measured) {
        out.item_pct = rates_median(&measured->per_item);
        out.unit_pct = rates_median(&measured->per_unit);
    } else if (bounded) {
        out.item_pct = fmax(prior, bounded->bound_item);
        out.unit_pct = fmax(prior, bounded->bound_unit);
    } else {
        out.known = false;
    }
    return out;
}

double slot_cost_mean(const struct slot_costs *c, double items, double units)
{
    double a = items * c->item_pct, b = units * c->unit_pct;
    return c->driver == COST_BY_ITEMS ? a : c->driver == COST_BY_UNITS ? b : 0.5 * (a + b);
}

double slot_cost_high(const struct slot_costs *c, double items, double units)
{
    double a = items * c->item_pct, b = units * c->unit_pct;
    return c->driver == COST_BY_ITEMS ? a : c->driver == COST_BY_UNITS ? b : fmax(a, b);
}
