#include "console_case.h"

#include <stdlib.h>
#include <string.h>

#include "fixture_rows.h"

/* A key that changes nothing is answered by nothing: that is waited for no longer than this. */
enum { ANSWER_MS = 1500 };
enum { ARGS_MAX = 24, FIRST_FRAME_MS = 10000, QUIET_MS = 30, SETTLE_MS = 3000, LOADED_MS = 40000 };

/* Quiet, and nothing that the console says it has yet to read. */
static void settle(struct screen *screen)
{
    do {
        screen_settle(screen, QUIET_MS, SETTLE_MS);
    } while (screen_has(screen, "loading") && screen_wait_gone(screen, "loading", LOADED_MS));
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
    fixture_check(screen_wait(c->screen, "10:19", FIRST_FRAME_MS), "no first frame");
    settle(c->screen);
}

void console_close(struct console_case *c)
{
    screen_stop(c->screen);
    fixture_destroy(c->fixture);
}

void console_press(struct console_case *c, const char *keys)
{
    uint64_t before = screen_bytes(c->screen);
    screen_keys(c->screen, keys);
    for (int waited = 0; screen_bytes(c->screen) == before && waited < ANSWER_MS; waited += 20) {
        screen_read_for(c->screen, 20);
    }
    settle(c->screen);
}
