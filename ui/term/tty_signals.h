/* tty_signals: turns signals into bytes of a pipe, and gives the terminal back when the process
 * dies of one. */
#ifndef UI_TERM_TTY_SIGNALS_H
#define UI_TERM_TTY_SIGNALS_H

#include <stdbool.h>
#include <stddef.h>
#include <termios.h>

#include "base/err.h"

/* restore: bytes that end full-screen mode; saved: the line settings to go back to. */
bool tty_signals_open(struct err *err);
void tty_signals_arm(const char *restore, size_t n, const struct termios *saved);
void tty_signals_close(void);
int tty_signals_fd(void);
/* The next pending signal number, 0 = none. */
int tty_signals_next(void);
/* Stops the whole process group as Ctrl-Z does; returns when it is continued. */
void tty_signals_stop(void);

#endif
