/* console: what comes before the console opens: an engine to attach to, and its clock. */
#ifndef CLI_CONSOLE_H
#define CLI_CONSOLE_H

#include <stddef.h>

#include "base/err.h"

struct cli;

/* Starts an engine when none runs, unless --read-only, --at or demo say otherwise. spawn receives
 * the arguments with which the console may start one again, NULL-ended. */
bool console_prepare(struct cli *cli, const char **spawn, size_t size, struct err *err);

#endif
