/*
 * forecast: the slope of a limiter over its last readings (median of pairwise slopes) and when it
 * gets to a line at that slope. Pure.
 */
#ifndef GOVERN_FORECAST_H
#define GOVERN_FORECAST_H

#include <stdbool.h>
#include <stdint.h>

enum { FORECAST_POINTS = 16 };

struct forecast {
    int64_t at_ms[FORECAST_POINTS];
    double pct[FORECAST_POINTS];
    int count, next;
};

/* Readings closer than 5 s replace one another (the later one stays). */
void forecast_add(struct forecast *f, double pct, int64_t at_ms);
/* Per cent per hour over the last 15 min; 0 with fewer than three readings. */
double forecast_slope_h(const struct forecast *f, int64_t now_ms);
/* ms at which pct reaches line; 0 = not within a day, now_ms if it is there. */
int64_t forecast_reach(double pct, double slope_h, double line, int64_t now_ms);

#endif
