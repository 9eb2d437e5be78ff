/*
 * screen: a program on a pseudo-terminal, its screen read back through libvterm. For screen tests
 * and for end-to-end tests that need the console. One process per screen; everything times out.
 *
 * The environment of the program is pinned: TZ=UTC, LC_ALL=C.UTF-8, HOME in a throw-away directory,
 * no LINES, COLUMNS, NO_COLOR or COLORTERM; options may add to it and override it.
 */
#ifndef TESTS_UI_SCREEN_H
#define TESTS_UI_SCREEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct screen;

struct screen_options {
    int rows, cols;          /* 0 = 24, 80 */
    const char *term;        /* NULL = xterm-256color */
    const char *const *argv; /* NULL-ended, argv[0] is the program's path */
    const char *const *env;  /* NULL-ended "NAME=value"; "NAME" alone removes it; NULL = none */
    bool silent;             /* a terminal that answers no question */
    bool signs_inside;       /* one that gives the vowel sign aa no column of its own */
};

struct screen *screen_start(const struct screen_options *options);
/* Kills the program if it still runs, and frees everything. */
void screen_stop(struct screen *screen);
pid_t screen_pid(const struct screen *screen);

/* Reads what the program writes until text is on screen (or gone), at most timeout_ms. */
bool screen_wait(struct screen *screen, const char *text, int timeout_ms);
bool screen_wait_gone(struct screen *screen, const char *text, int timeout_ms);
/* Reads until the program has read every key, sleeps and writes nothing, and still does quiet_ms
 * later: longer than it waits for the rest of a key, its Esc delay. However slow the machine is, it
 * is done then. False when it is still at work after timeout_ms. */
bool screen_settle(struct screen *screen, int quiet_ms, int timeout_ms);
/* Reads for this long, whatever comes. */
void screen_read_for(struct screen *screen, int ms);
bool screen_has(const struct screen *screen, const char *text);
/* The line (0-based) that holds text, -1 = none. */
int screen_line_of(const struct screen *screen, const char *text);

void screen_keys(struct screen *screen, const char *keys);
void screen_resize(struct screen *screen, int rows, int cols);
/* From now on what the program writes is counted but not looked at: libvterm does not bear every
 * change of size in mid-sentence. Ended, the screen is blank until the program draws it again. */
void screen_look_away(struct screen *screen, bool away);
/* True with its wait status when the program has ended within timeout_ms. */
bool screen_wait_exit(struct screen *screen, int timeout_ms, int *status);

/* Bytes the program has written so far. */
uint64_t screen_bytes(const struct screen *screen);
/* Everything it wrote, escape sequences included, NUL-terminated (at most the last 1 MiB). */
const char *screen_raw(const struct screen *screen, size_t *n);
/* In full-screen mode now? (the alternate screen) */
bool screen_is_fullscreen(const struct screen *screen);
bool screen_shows_cursor(const struct screen *screen);
/* Are the terminal's lines edited and echoed, as a shell wants them? */
bool screen_is_cooked(const struct screen *screen);
/* The terminal goes away, as when a connection is lost. Nothing is read or written any more. */
void screen_hang_up(struct screen *screen);
/* The grid as lines, trailing blanks cut; the caller frees it. */
char *screen_text(const struct screen *screen);
/* The grid and below it the runs of cells with attributes or colours; the caller frees it. */
char *screen_dump(const struct screen *screen);

/* Compares screen_dump with tests/ui/golden/NAME.screen; with ADTOP_GOLDEN=write it is written
 * instead. Waits a moment for a match; on a difference both are printed and false is returned. */
bool screen_matches(struct screen *screen, const char *name);

#endif
