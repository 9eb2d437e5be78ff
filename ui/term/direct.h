/*
 * direct: a description of the terminal with direct colour. Few systems have one installed
 * (ncurses-term), so it is made here from the one of $TERM: the same but for its colours. Numbers
 * below DIRECT_OWN are the terminal's own palette, as its owner made it; from there on they are
 * 0xRRGGBB.
 */
#ifndef UI_TERM_DIRECT_H
#define UI_TERM_DIRECT_H

#include <stdbool.h>
#include <stddef.h>

enum { DIRECT_OWN = 16, DIRECT_TEXT = 64 * 1024 };
extern const char direct_name[];

/* Does the terminal say that it shows direct colour ($COLORTERM), and can that be believed? */
bool direct_wanted(void);
/* As $TERMINFO takes it, for the name direct_name; false when $TERM is unknown, is no xterm and
 * knows fewer than 256 colours, or is too large to describe. Before the screen is opened. */
bool direct_describe(char out[DIRECT_TEXT]);

#endif
