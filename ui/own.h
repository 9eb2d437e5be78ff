/*
 * own: a person's own commands, from [commands] of the configuration: run by /bin/sh under a key or
 * as ":title". They are about ids, which they get in their environment and nowhere else: nothing is
 * put into the text of a command, and no name from outside is given at all. The token is not in
 * their environment.
 *
 * They have the rights their user has in any shell, so --read-only, which is about the engine, does
 * not concern them; a link (--open) never runs one.
 */
#ifndef UI_OWN_H
#define UI_OWN_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "config/config.h"

struct console;

enum { OWN_VARS = 12, OWN_PROBLEMS = 512, OWN_UNSEEN = 4 };

struct own {
    int keys[CONFIG_COMMANDS_MAX]; /* by command, 0 = it has none that works */
    char problems[OWN_PROBLEMS];   /* one a line */
    int asked;                     /* the command in the open dialog, */
    char *vars[OWN_VARS];          /* and what it is about, captured when that opened */
    struct {
        pid_t pid; /* 0 = free */
        char title[32];
    } unseen[OWN_UNSEEN]; /* those that still run */
};

/* Takes the configuration's commands over, after the keymap; file is its name in problems. */
void own_apply(struct console *console, const char *file);
void own_fini(struct own *own);
/* True when the key, or the whole ":" line, is one of them. */
bool own_key(struct console *console, int key);
bool own_line(struct console *console, const char *line);
/* Notices the end of those that run unseen. */
void own_tick(struct console *console);
/* Their part of the help. */
void own_help(struct console *console, bool names);

#endif
