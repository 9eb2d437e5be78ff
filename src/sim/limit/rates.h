/*
 * rates: the figures behind every limiter, by access tier (reference 2.1 where published; cpu, wall
 * and load figures are ours, Meta gives none), scaled by --limits-scale and set one by one by
 * scenarios.
 */
#ifndef SIM_LIMIT_RATES_H
#define SIM_LIMIT_RATES_H

#include <stdbool.h>
#include <stddef.h>

#include "model/usage.h"
#include "sim/limit/load.h"
#include "sim/limit/score.h"
#include "sim/limit/window.h"

struct rates {
    struct score_limit score;
    double management_calls, management_per_active_ad; /* per rolling hour */
    double insights_calls, insights_per_active_ad, insights_per_user_error;
    double management_cpu_ms, insights_cpu_ms; /* per account and rolling hour */
    double wall_factor;                        /* wall budget = cpu budget x this */
    struct window_limit app;
    struct load_limit app_load, account_load;
    /* A query that alone takes more of either is refused, of its capacity; 0 = none is. */
    double largest_query_pct;
};

/* scale multiplies every budget; periods stay. */
struct rates rates_of(enum access_tier tier, double scale);
/* Sets one figure by name ("account_max", "app_calls", ...); false = no such name. */
bool rates_set(struct rates *rates, const char *name, double value);
/* The names rates_set() knows, NULL past the last. */
const char *rates_name(size_t i);

#endif
