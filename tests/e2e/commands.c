#include "tests/e2e/commands.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <stdio.h>
#include <string.h>

#include <cmocka.h>

const char commands_account[] = "act_832805948480073";

struct outcome outcome;
struct sim sim;
struct state state;

void run(const char *const *words)
{
    const char *args[24] = {"--state-dir", state.dir};
    size_t n = 2;
    for (size_t i = 0; words[i]; i++) {
        args[n++] = words[i];
    }
    adtop_run(&outcome, NULL, args);
}

void assert_code(int code)
{
    if (outcome.exit_code != code) {
        fail_msg("exit %d instead of %d: %s%s", outcome.exit_code, code, outcome.out, outcome.err);
    }
}

void assert_says(const char *text, const char *word)
{
    if (!strstr(text, word)) {
        fail_msg("'%s' is not in: %s", word, text);
    }
}

int commands_begin(void **unused)
{
    const char *const sim_args[] = {"--evolution", "0", NULL};
    (void)unused;
    state_make(&state);
    sim_start(&sim, sim_args);
    const char *const args[] = {"--state-dir", state.dir, "--base-url", sim.url, "sync", NULL};
    adtop_run(&outcome, "t", args);
    return outcome.exit_code;
}

int commands_end(void **unused)
{
    (void)unused;
    sim_stop(&sim);
    state_remove(&state);
    return 0;
}

static bool answers(void *ctx)
{
    (void)ctx;
    RUN("status", "--json");
    return strstr(outcome.out, "\"engine_alive\":true") != NULL;
}

pid_t engine_start(const char *config)
{
    const char *args[] = {"--state-dir", state.dir, "--base-url", sim.url,
                          "engine",      NULL,      NULL,         NULL};
    if (config) {
        args[5] = "--config";
        args[6] = config;
    }
    pid_t pid = adtop_start("t", NULL, args);
    assert_true(eventually(answers, NULL, 60000));
    return pid;
}

void engine_stop(pid_t pid)
{
    RUN("stop");
    assert_code(0);
    assert_int_equal(process_wait(pid, 60000), 0);
}

size_t lines_in(const char *text)
{
    size_t n = 0;
    for (; *text; text++) {
        n += *text == '\n';
    }
    return n;
}
