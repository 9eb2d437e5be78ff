/*
 * ui: the console. A client of one state directory: it reads the store through store/read_*.h on a
 * connection of its own and acts through the control socket; it never sees the engine's inside.
 *
 * ui_run owns the terminal from its first line to its return, and gives it back on every exit,
 * signals included. One thread; it blocks in poll() and costs nothing while nothing changes.
 */
#ifndef UI_UI_H
#define UI_UI_H

#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/err.h"

struct config;

enum { OPEN_LINE = 320 };

struct ui_options {
    const char *state_dir;
    const struct config *config; /* lent; NULL = built-in defaults */
    const char *config_path;     /* where it came from and is read again; NULL = the usual places */
    const char *theme;           /* name or path, NULL or "" = the configured or default one */
    const char *environment;     /* shown in the header ("prod-eu"); NULL or "" = none */
    int64_t at_ms;               /* 0 = live, else the instant to show */
    bool read_only;
    bool demo;               /* the engine ends with the console; the header says so */
    bool plain;              /* one line per change on standard output, no curses */
    int64_t for_ms;          /* ends by itself after so much real time; 0 = never */
    struct clock clock;      /* adtop's clock, as the engine row or the options give it */
    const char *const *open; /* ":" lines to begin with, see ui_check_open */
    int open_count;
    const char *const *spawn_argv; /* how to start an engine when one is asked for; NULL = cannot */
};

/* Whether there is a console to run the lines in, and each of them only looks; ERR_USAGE when not.
 * What only the data can tell (an account, a row) ui_run finds, with the same error. */
bool ui_check_open(const struct ui_options *options, struct err *err);

/* False with a reason when the console could not start or lost its terminal. */
bool ui_run(const struct ui_options *options, struct err *err);

#endif
