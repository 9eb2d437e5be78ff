/* console_case: a console over a fixture, as most screen tests need one. */
#ifndef TESTS_UI_CONSOLE_CASE_H
#define TESTS_UI_CONSOLE_CASE_H

#include "fixture.h"
#include "screen.h"

struct console_case {
    struct fixture *fixture;
    struct screen *screen;
};

struct console_options {
    enum fixture_state state;
    int rows, cols;
    const char *term;          /* NULL = xterm-256color */
    const char *const *env;    /* see screen.h */
    const char *const *args;   /* further arguments, NULL-ended; NULL = none */
    bool no_engine;            /* nobody answers on the socket */
    bool silent, signs_inside; /* see screen.h */
};

/* Starts it and waits for its first whole frame. Fails the test. */
void console_open(struct console_case *c, const struct console_options *options);
void console_close(struct console_case *c);
/* Waits until the console has done what the keys wanted and has nothing left to read. Fails the
 * test. */
void console_settle(struct console_case *c);
/* Waits until the open dialog asks: all keys have gone by its fields, and all it says is there. */
void console_await_question(struct screen *screen);
/* Sends keys, and settles. */
void console_press(struct console_case *c, const char *keys);

#endif
