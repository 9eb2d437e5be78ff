/*
 * term: the terminal. The only user of curses, and one of the few places with state of the process:
 * there is one terminal. Main thread only.
 *
 * It is given back on every exit: term_close, and the handlers of fatal signals. Other signals are
 * turned into bytes on term_signal_fd. ncurses compares each frame with the screen and writes what
 * differs; a frame equal to the last one is not even compared.
 */
#ifndef UI_TERM_TERM_H
#define UI_TERM_TERM_H

#include <stdbool.h>

#include "base/err.h"
#include "ui/key.h"

struct canvas;
struct theme;

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
void term_set_theme(const struct theme *theme);
void term_size(int *rows, int *cols);
/* After TERM_RESIZE. */
void term_resize(void);
/* Copies the canvas; false when nothing differed from the frame before. */
bool term_present(const struct canvas *canvas);
/* The next frame is written whole (Ctrl-L, after resume). */
void term_redraw(void);
/* Gives the terminal back, stops the process group, and takes it again when it is continued. */
void term_suspend(void);

int term_input_fd(void);
int term_signal_fd(void);
enum term_signal term_next_signal(void);
/* K_NONE when no key waits. */
struct key term_next_key(void);

void term_mouse(bool on);
void term_bell(void);
/* Window title and OSC 9 notification; text is made harmless. Nothing on terminals that are not of
 * the xterm family. */
void term_title(const char *text);
void term_notify(const char *text);
/* OSC 52, wrapped for tmux. False when text is too long to be taken by terminals. */
bool term_copy(const char *text);

#endif
