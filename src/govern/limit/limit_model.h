/*
 * limit_model: our own calls counted against the published limit of a tier (reference 2.1): the ad
 * account score (a read is a point, decays over 300 s) and the hourly use-case quotas (rolling
 * minute buckets, grow with active ads). Headers do not predict every throttle; this does not need
 * them. Pure.
 */
#ifndef GOVERN_LIMIT_MODEL_H
#define GOVERN_LIMIT_MODEL_H

#include <stdint.h>

#include "model/usage.h"

struct limit_row {
    enum scope_kind kind;
    enum use_case use_case;
    enum access_tier tier;
    double max;           /* points, or calls an hour; 0 = not published */
    double per_active_ad; /* added per active ad */
    int64_t period_s;
    int64_t block_s; /* published, or our default where the API names no end */
};
/* Never NULL; an unknown tier counts as development. */
const struct limit_row *limit_row(enum scope_kind kind, enum use_case use_case,
                                  enum access_tier tier);
double limit_max(const struct limit_row *row, int64_t active_ads);

/* Leaky score: decays by a share of itself per second, the slowest shape that fits the text. */
struct score_model {
    double points; /* as of at_ms */
    int64_t at_ms;
};
void score_model_add(struct score_model *m, double points, int64_t period_s, int64_t now_ms);
double score_model_points(const struct score_model *m, int64_t period_s, int64_t now_ms);

/* Rolling hour, in minutes; a minute leaves an hour after it ended, a little late on purpose. */
enum { WINDOW_MODEL_BUCKETS = 64 };
struct window_model {
    int64_t minute[WINDOW_MODEL_BUCKETS]; /* since the epoch; 0 = empty */
    float items[WINDOW_MODEL_BUCKETS];
    float units[WINDOW_MODEL_BUCKETS];
    float rise[WINDOW_MODEL_BUCKETS]; /* per cent that the header rose by in it */
};
struct window_sum {
    double items, units, rise;
    double bare_items, bare_units; /* of minutes without a rise */
};
void window_model_add(struct window_model *m, double items, double units, int64_t now_ms);
void window_model_rose(struct window_model *m, double pct, int64_t now_ms);
/* Sums of what was added at or before `since_ms` and still counts at now_ms. */
struct window_sum window_model_sum(const struct window_model *m, int64_t since_ms, int64_t now_ms);

#endif
