/*
 * state: what outlives the simulator with --state FILE: the world with its mutations, the limiters,
 * the reports. One JSON object.
 */
#ifndef SIM_CONTROL_STATE_H
#define SIM_CONTROL_STATE_H

#include "base/err.h"
#include "sim/sim.h"

bool state_save(struct sim *sim, struct err *err);
/* A file that is not there is a fresh start. */
bool state_load(struct sim *sim, struct err *err);

#endif
