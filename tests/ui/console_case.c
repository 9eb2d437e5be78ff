#include "console_case.h"

#include <stdlib.h>
#include <string.h>

#include "fixture_rows.h"

/* QUIET_MS: more than twice the console's Esc delay. */
enum { ARGS_MAX = 24, QUIET_MS = 60, WAIT_MS = 60000 };

void console_settle(struct console_case *c)
{
    do {
        fixture_check(screen_settle(c->screen, QUIET_MS, WAIT_MS), "the console is still at work");
    } while (screen_has(c->screen, "loading") && screen_wait_gone(c->screen, "loading", WAIT_MS));
}

void console_open(struct console_case *c, const struct console_options *options)
{
    const char *argv[ARGS_MAX] = {getenv("ADTOP"), "--state-dir", NULL};
    size_t n = 3;
    fixture_check(argv[0] != NULL, "ADTOP names the program to test");
    c->fixture = fixture_create(options->state);
    if (!options->no_engine) {
        fixture_engine_start(c->fixture);
    }
    argv[2] = fixture_dir(c->fixture);
    if (options->no_engine) {
        argv[n++] = "--read-only";
    }
    for (const char *const *a = options->args; a && *a && n < ARGS_MAX - 1; a++) {
        argv[n++] = *a;
    }
    struct screen_options screen = {.rows = options->rows,
                                    .cols = options->cols,
                                    .term = options->term,
                                    .argv = argv,
                                    .env = options->env,
                                    .silent = options->silent,
                                    .signs_inside = options->signs_inside};
    c->screen = screen_start(&screen);
    fixture_check(screen_wait(c->screen, "10:19", WAIT_MS), "no first frame");
    console_settle(c);
}

void console_close(struct console_case *c)
{
    screen_stop(c->screen);
    fixture_destroy(c->fixture);
}

void console_await_question(struct screen *screen)
{
    int waited = 0;
    while (!screen_has(screen, "y = yes, any other key = No") ||
           screen_has(screen, "Enter goes on")) {
        fixture_check(waited < WAIT_MS, "no dialog asks");
        screen_read_for(screen, 20);
        waited += 20;
    }
}

void console_press(struct console_case *c, const char *keys)
{
    screen_keys(c->screen, keys);
    console_settle(c);
}
