/*
 * link: a picture of the console as the command line that opens the same one: view and what it is
 * about, range, and of the focused pane (of others as far as somebody changed them) sort, filter
 * and selected row. A live picture is linked as of the instant shown, so that the reader sees what
 * the writer saw. Of what comes from outside only ids are in it; a filter is quoted for the shell.
 * Columns, marks, what was looked for, theme and how far somebody has scrolled are the reader's
 * own.
 */
#ifndef UI_LINK_H
#define UI_LINK_H

#include <stdbool.h>

#include "base/err.h"
#include "base/str.h"

struct console;

enum { LINK_MAX = 8192 };

/* Words of the line are parted by gap: " ", or for one option a line " \\\n  ". False when a filter
 * holds what nobody could paste. */
bool link_text(struct console *console, bool live, const char *gap, struct str *out,
               struct err *err);

/* The ":" lines it is made of, besides those of keys. */
void link_line(struct console *console, const char *words);
void link_pane(struct console *console, const char *words);
void link_sort(struct console *console, const char *words);
void link_select(struct console *console, const char *words);

/* Runs the lines the console was started with; false with a reason when one says no. */
bool link_open(struct console *console, struct err *err);

#endif
