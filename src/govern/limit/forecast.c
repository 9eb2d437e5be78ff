#include "govern/limit/forecast.h"

#include "govern/calibrate.h"

static const int64_t together_ms = 5000;
static const int64_t span_ms = 15 * 60 * 1000;
static const double hour_ms = 3600e3;

void forecast_add(struct forecast *f, double pct, int64_t at_ms)
{
    int last = (f->next + FORECAST_POINTS - 1) % FORECAST_POINTS;
    int before = (f->next + FORECAST_POINTS - 2) % FORECAST_POINTS;
    /* replaces the last point while that one is still young, seen from the point before it */
    bool replace = f->count >= 2 && f->at_ms[last] - f->at_ms[before] < together_ms;
    int slot = replace ? last : f->next;
    f->at_ms[slot] = at_ms;
    f->pct[slot] = pct;
    if (!replace) {
        f->next = (f->next + 1) % FORECAST_POINTS;
        f->count += f->count < FORECAST_POINTS;
    }
}

double forecast_slope_h(const struct forecast *f, int64_t now_ms)
{
    double x[FORECAST_POINTS], y[FORECAST_POINTS];
    size_t n = 0;
    for (int i = 0; i < f->count; i++) {
        if (now_ms - f->at_ms[i] <= span_ms) {
            x[n] = (double)(f->at_ms[i] - now_ms) / hour_ms;
            y[n++] = f->pct[i];
        }
    }
    return n < 3 ? 0 : calibrate_theil_sen(x, y, n);
}

int64_t forecast_reach(double pct, double slope_h, double line, int64_t now_ms)
{
    if (pct >= line) {
        return now_ms;
    }
    double hours = slope_h > 0 ? (line - pct) / slope_h : 25;
    return hours > 24 ? 0 : now_ms + (int64_t)(hours * hour_ms);
}
