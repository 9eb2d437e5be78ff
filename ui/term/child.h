/*
 * child: a command of /bin/sh beside the console. In the foreground the terminal is its own until
 * it ends: it is a process group of its own, so that Ctrl-C ends it and not the console, and Ctrl-Z
 * stops both, as a shell expects; continued, it goes on. In the background it has no terminal at
 * all. Nothing of the console's is open in it, and no signal is ignored or blocked in it. Main
 * thread only; the terminal has to be open.
 */
#ifndef UI_TERM_CHILD_H
#define UI_TERM_CHILD_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/err.h"

struct child {
    const char *line;
    char *const *vars; /* "NAME=value" is set, "NAME" is taken out; NULL-ended */
};

enum child_end {
    CHILD_ENDED,
    CHILD_FAILED,
    CHILD_LEFT /* the console is asked to end meanwhile */
};

/* Lends it the terminal; child_done has to follow. Its wait status when it has ended. */
enum child_end child_run(const struct child *child, int *status, struct err *err);
/* Waits for a key below this text, so that what the command has written can be read, and takes the
 * terminal back; NULL = does not wait. False when the console is asked to end meanwhile. */
bool child_done(const char *text);
/* Its process id, -1 = it could not be started. waitpid tells its end. */
pid_t child_start(const struct child *child, struct err *err);

#endif
