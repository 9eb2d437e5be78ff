/*
 * forecast_plan: what a sync of a given shape would cost, which limiter it would trip and when, and
 * the cheapest split that would not. Pure: behind `adtop plan` and the force dialog.
 */
#ifndef GOVERN_FORECAST_PLAN_H
#define GOVERN_FORECAST_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "govern/calibrate.h"
#include "govern/cost.h"
#include "govern/scope_view.h"
#include "model/insight.h"

enum { FORECAST_LIMITERS = 8, FORECAST_SHAPES = LEVEL_COUNT + 5 };

struct forecast_request {
    char account_id[ID_SIZE];
    bool entities;            /* list campaigns, ad sets and ads too */
    bool levels[LEVEL_COUNT]; /* insights */
    bool total;               /* level=account checksum */
    bool daily;
    int days;
    int breakdowns;        /* number of breakdown dimensions, 0 = none */
    double breakdown_rows; /* rows an entity and day grows into; 0 = 4 per dimension */
    bool action_breakdowns;
    double entity_count[LEVEL_COUNT]; /* with delivery (insights) */
    double listed[3];                 /* campaigns, ad sets, ads to list */
    int page_entities, page_insights; /* 500, 1,000 */
    double calls_per_s;               /* at which it would run unhindered; 0 = 5 */
};

struct forecast_limiter {
    enum scope_kind kind;
    enum use_case use_case;
    char scope_id[64];
    double now_pct, peak_pct; /* predicted, if sent in one go */
    double threshold_pct;
    int64_t trips_after_ms; /* reaches the threshold; -1 = does not */
    int64_t full_after_ms;  /* reaches 100; -1 = does not */
    double cost_pct;        /* learned, of a call, or of a unit where load drives the limiter */
    double factor;          /* that to the published figure; 0 = none is published */
    enum calibrate_verdict verdict;
    bool assumed; /* no reading and nothing learned: published figures */
};

struct forecast_split {
    int parts; /* 1 = as a whole; 0 = no split of up to 90 parts helps */
    int days_each;
    int64_t spacing_ms; /* between the beginnings of parts */
    int64_t total_ms;
    double cost; /* of all parts */
};

struct forecast_plan {
    size_t shape_count;
    struct cost_shape shapes[FORECAST_SHAPES];
    double calls, cost, rows;
    double budget_share_pct; /* of budget_left; > 100 does not fit; -1 = no budget given */
    size_t limiter_count;
    struct forecast_limiter limiters[FORECAST_LIMITERS];
    int first_trip;              /* index of the limiter that trips first; -1 = none */
    struct forecast_split split; /* cheapest that trips nothing */
};

/* scopes: the app's and the account's limiters as of now (governor_scope_view, or the store's rows
 * turned into views). budget_left < 0 = unknown. */
void forecast_plan(const struct forecast_request *request, const struct cost_weights *weights,
                   const struct scope_view *scopes, size_t scope_count, double budget_left,
                   struct forecast_plan *out);

#endif
