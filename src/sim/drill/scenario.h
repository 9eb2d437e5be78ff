/*
 * scenario: a drill as a file of data/scenarios. Its head comment says what the person on call
 * should see and conclude; then sections of key = value:
 *
 *   [sim]          options of the command line (latency, limits_scale, access_tier, scale, seed,
 *                  big_account, evolution, clock_speed); what the command line says wins
 *   [limits]       single figures: see rates.h
 *   [fault NAME]   keys of fault.h
 *   [mutate NAME]  keys of mutation.h, and `every`, `times` to repeat it
 *   [others NAME]  keys of others.h, and `at`, `every`, `times`
 *   [adtop NAME]   settings of adtop.conf's [NAME] for the engine of `adtop demo`; not read here
 *   [set NAME]     at = instant, then latency, limits_scale, access_tier or any of [limits]
 *
 * Instants are "+5m" from the simulator's start, in simulated time; account:<n> stands for the id
 * of the n-th account, the heaviest being 0.
 */
#ifndef SIM_DRILL_SCENARIO_H
#define SIM_DRILL_SCENARIO_H

#include "base/err.h"
#include "sim/sim.h"

struct scenario;
/* A file, or the name of one that came with the program. */
struct scenario *scenario_load(const char *name, struct err *err);
void scenario_destroy(struct scenario *scenario);

/* [sim] onto options that the command line left open. */
bool scenario_options(const struct scenario *scenario, struct sim_options *options,
                      struct err *err);
/* Faults and limits, once the sim stands. False = a section makes no sense; err names the line. */
bool scenario_start(struct scenario *scenario, struct sim *sim, struct err *err);
/* Does what is due. Cheap when nothing is; any thread. */
void scenario_advance(struct scenario *scenario, struct sim *sim, int64_t now_ms);

#endif
