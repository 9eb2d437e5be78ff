#include "govern/limit/ours.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

/* Shares of the limiter's period: a stretch is at least so long, and of a longer one nothing is
 * known any more. */
static const double shortest = 1.0 / 60, longest = 1.0 / 4;
/* What may have fallen, against what was seen to rise: of a stretch with more nothing is known. */
static const double drowned = 0.5;
/* Calls under way, for each that was answered, that do not matter. */
static const double under_way = 0.1;
/* One burst of others among so many stretches does not tell. */
static const int enough = 3;
/* Stretches that cost so many times as much as the lower ones had somebody else in them. */
static const double alike = 3;

double ours_left(const struct ours *o, double period_s, int64_t now_ms)
{
    double dt_s = now_ms > o->at_ms ? (double)(now_ms - o->at_ms) / 1000.0 : 0;
    return o->items * exp(-dt_s / period_s);
}

void ours_count(struct ours *o, double items, double period_s, int64_t now_ms)
{
    o->items = ours_left(o, period_s, now_ms) + items;
    o->at_ms = now_ms;
}

void ours_sent(struct ours *o, double items)
{
    o->sent += items;
}

static void begin(struct ours *o, double pct, int64_t now_ms)
{
    o->base_pct = pct;
    o->base_ms = now_ms;
    o->sent = 0;
}

static void keep(struct ours_costs *costs, double rise, double sent, double step)
{
    costs->past[costs->next].rise = rise;
    costs->past[costs->next].sent = sent;
    costs->past[costs->next].step = step;
    costs->next = (costs->next + 1) % OURS_STRETCHES;
    costs->count += costs->count < OURS_STRETCHES;
}

void ours_read(struct ours *o, double pct, double step, double period_s, int in_flight,
               int64_t now_ms)
{
    double passed = (double)(now_ms - o->base_ms) / 1000.0 / period_s;
    bool quiet = in_flight <= o->sent * under_way;
    if (o->base_ms == 0 || passed > longest || o->sent < 1) {
        if (in_flight == 0) {
            begin(o, pct, now_ms);
        } else if (passed > longest) {
            o->base_ms = 0;
        }
        return;
    }
    if (!quiet || passed < shortest) {
        return;
    }
    double fall = o->base_pct * passed, rise = pct - o->base_pct;
    if (fall <= fmax(step, drowned * rise)) {
        keep(&o->own, fmax(0, rise + fall), o->sent, step);
        keep(o->common, fmax(0, rise + fall), o->sent, step);
    }
    begin(o, pct, now_ms);
}

static double cost(const struct ours_costs *costs, int i)
{
    return (costs->past[i].rise + costs->past[i].step) / costs->past[i].sent;
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

double ours_pct(const struct ours *o, double items)
{
    const struct ours_costs *known = o->own.count >= enough ? &o->own : o->common;
    double each[OURS_STRETCHES], rise = 0, sent = 0, step = 0;
    if (known->count < enough) {
        return items > 0 ? -1 : 0;
    }
    for (int i = 0; i < known->count; i++) {
        each[i] = cost(known, i);
    }
    qsort(each, (size_t)known->count, sizeof each[0], by_value);
    double lower = each[(known->count - 1) / 2];
    for (int i = 0; i < known->count; i++) {
        if (cost(known, i) <= alike * lower) {
            rise += known->past[i].rise;
            sent += known->past[i].sent;
            step = fmax(step, known->past[i].step);
        }
    }
    return items * (rise + step) / sent;
}
