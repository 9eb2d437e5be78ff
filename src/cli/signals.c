#include "cli/signals.h"

#include <signal.h>
#include <stddef.h>
#include <string.h>

#include "engine/engine.h"

/* The one thing a handler may know: engine_stop is async-signal-safe. */
static struct engine *volatile stopped_by_signal;

static void on_signal(int number)
{
    (void)number;
    struct engine *engine = stopped_by_signal;
    if (engine) {
        engine_stop(engine);
    }
}

static const int numbers[] = {SIGTERM, SIGINT, SIGHUP};
enum { NUMBERS = sizeof numbers / sizeof *numbers };

static void mask(int how)
{
    sigset_t set;
    sigemptyset(&set);
    for (int i = 0; i < NUMBERS; i++) {
        sigaddset(&set, numbers[i]);
    }
    sigprocmask(how, &set, NULL);
}

static void handle(void (*handler)(int))
{
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_handler = handler;
    sigemptyset(&action.sa_mask);
    for (int i = 0; i < NUMBERS; i++) {
        sigaction(numbers[i], &action, NULL);
    }
    mask(SIG_UNBLOCK);
}

void signals_hold(void)
{
    mask(SIG_BLOCK);
}

void signals_stop(struct engine *engine)
{
    stopped_by_signal = engine;
    handle(on_signal);
}

void signals_ignore(void)
{
    handle(SIG_IGN);
    stopped_by_signal = NULL;
}
