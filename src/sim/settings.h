/*
 * settings: what may change while the simulator runs: latency (ms), limits_scale, access_tier, and
 * every figure of rates.h by its name. From scenarios and from POST /sim/set.
 */
#ifndef SIM_SETTINGS_H
#define SIM_SETTINGS_H

#include "base/err.h"
#include "sim/sim.h"

bool settings_apply(struct sim *sim, const char *key, const char *value, struct err *err);

#endif
