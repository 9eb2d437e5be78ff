/*
 * drill: what a scenario says about the engine. The simulator reads everything else of the file;
 * sections named [adtop SECTION] hold settings of adtop.conf's [SECTION] for the demo's engine and
 * console.
 */
#ifndef CLI_DRILL_H
#define CLI_DRILL_H

#include "cli/cli.h"

/* Puts the scenario's settings into cli->config and, when there are any, writes the whole as
 * adtop.conf into cli->demo_dir for the engine. scenario: a file, or the name of one built in. */
bool drill_configure(struct cli *cli, const char *scenario, struct err *err);

/* The same from a text, into config; *count says how many there were. */
bool drill_settings(const char *text, struct config *config, size_t *count, struct err *err);

#endif
