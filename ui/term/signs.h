/*
 * signs: how the terminal lays out the signs of utf8_sign. Nobody but the terminal knows, so it is
 * asked: a letter with such a sign is written where the next frame covers it, and it reports where
 * its cursor stands then. Nobody waits for the report; it comes among the keys, or never. In tmux
 * and screen they answer themselves, whose columns they are.
 *
 * The letters stand in the second row and below: a report from the first one looks like F3. Main
 * thread only; the screen is open meanwhile.
 */
#ifndef UI_TERM_SIGNS_H
#define UI_TERM_SIGNS_H

#include <stdbool.h>

#include "base/utf8.h"

enum sign_place {
    SIGN_UNKNOWN, /* left out: a wrong guess would shift what follows */
    SIGN_COLUMN,  /* in a column of its own */
    SIGN_INSIDE   /* in its letter's */
};

void signs_open(void);
/* Asks. Whatever curses has to write has been written, and its next frame clears the screen. */
void signs_ask(void);
/* A report about the cursor came, row and column from 1. True when something is known now that was
 * not; late, repeated and foreign ones are nothing. */
bool signs_report(int row, int column);
enum sign_place signs_place(enum utf8_sign sign);
/* Asked a moment ago, and the report may still be on its way. */
bool signs_expected(void);

#endif
