/*
 * term: the terminal. The folder is the only user of curses, and one of the few places with state
 * of the process: there is one terminal. Main thread only. term opens, sizes and gives it back;
 * paint draws on it, keyboard reads from it, osc talks to it beside the screen, signs asks it how
 * it lays out what terminals disagree on.
 *
 * It is given back on every exit: term_close, and the handlers of fatal signals. Other signals are
 * turned into bytes on term_signal_fd. ncurses compares each frame with the screen and writes what
 * differs; a frame equal to the last one is not even compared.
 */
#ifndef UI_TERM_TERM_H
#define UI_TERM_TERM_H

#include <stdbool.h>

#include "base/err.h"

struct term_caps {
    int colours; /* 0 = none or unwanted (NO_COLOR) */
    bool direct; /* truecolor */
    bool utf8;
    bool lines; /* line drawing without UTF-8 */
};

enum term_signal { TERM_NONE, TERM_RESIZE, TERM_SUSPEND, TERM_CONTINUE, TERM_QUIT };

/* False when standard input and output are no terminal, or it cannot place its cursor (dumb). */
bool term_usable(void);
bool term_open(struct err *err);
void term_close(void);
const struct term_caps *term_caps(void);
void term_size(int *rows, int *cols);
/* After TERM_RESIZE. */
void term_resize(void);
/* The next frame is written whole (Ctrl-L, after resume). */
void term_redraw(void);
/* Gives it to another program for a while: lines are edited and echoed, the screen is the one from
 * before. The next frame after term_take_back is written whole. */
void term_lend(void);
void term_take_back(void);
/* Gives the terminal back, stops the process group, and takes it again when it is continued. */
void term_suspend(void);

int term_input_fd(void);
int term_signal_fd(void);
enum term_signal term_next_signal(void);

void term_bell(void);

#endif
