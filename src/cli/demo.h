/* demo: adtop-sim on loopback, an engine over it in a throw-away directory, and the console; all
 * three end together, however the console ends. */
#ifndef CLI_DEMO_H
#define CLI_DEMO_H

#include "base/err.h"

struct cli;
struct words;

int demo_run(struct cli *cli, const struct words *words, struct err *err);

#endif
