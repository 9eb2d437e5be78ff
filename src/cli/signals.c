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

static void handle(void (*handler)(int))
{
    static const int numbers[] = {SIGTERM, SIGINT, SIGHUP};
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_handler = handler;
    sigemptyset(&action.sa_mask);
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        sigaction(numbers[i], &action, NULL);
    }
}

void signals_stop(struct engine *engine)
{
    stopped_by_signal = engine;
    handle(on_signal);
}

void signals_default(void)
{
    handle(SIG_DFL);
    stopped_by_signal = NULL;
}
