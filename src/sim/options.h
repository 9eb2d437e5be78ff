/*
 * options: the command line of adtop-sim, one row an option. The same words, with '_' for '-', are
 * the [sim] section of a scenario.
 */
#ifndef SIM_OPTIONS_H
#define SIM_OPTIONS_H

#include <stdbool.h>
#include <stdio.h>

#include "base/err.h"
#include "sim/sim.h"

void options_default(struct sim_options *options);
/* given: it came from the command line and is not to be overridden afterwards. */
bool options_set(struct sim_options *options, const char *name, const char *value, bool given,
                 struct err *err);
enum options_result { OPTIONS_RUN, OPTIONS_HELP, OPTIONS_BAD };
enum options_result options_parse(int argc, char **argv, struct sim_options *options,
                                  struct err *err);
void options_help(FILE *out);

#endif
