/*
 * settings: takes a configuration over into the console, at the start and again whenever its file
 * or the theme's changes. What is wrong with the new one is said, and the old one stays.
 */
#ifndef UI_SETTINGS_H
#define UI_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

struct console;

/* The configuration the console was started with; before there is a terminal. */
bool settings_start(struct console *console, struct err *err);
/* Theme, mouse and what was wrong, once there is a terminal. */
void settings_show(struct console *console);
/* Once a second: looks whether the files have changed. */
void settings_follow(struct console *console);
/* What is wrong with theme, keys and own commands: how many things, and the ith of them in a line,
 * "" = none. */
size_t settings_problem(const struct console *console, size_t i, char *out, size_t size);
/* Gives the accent its colour: the configured one, or red where the environment is production. */
void settings_accent(struct console *console);

#endif
