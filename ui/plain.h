/* plain: one line per change on standard output, for pipes, logs, screen readers and terminals that
 * cannot place their cursor. */
#ifndef UI_PLAIN_H
#define UI_PLAIN_H

#include "base/err.h"

struct console;

/* Until SIGINT, SIGTERM or SIGHUP, or until standard output is closed. With an instant to show
 * (--at) it prints that state once. */
bool plain_run(struct console *console, struct err *err);

#endif
