/* adtop-sim: arguments, start, wait for the end, stop. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "sim/control/state.h"
#include "sim/net/server.h"
#include "sim/options.h"
#include "sim/sim.h"

/* Returns on SIGTERM, SIGINT or, when asked for, at the end of standard input. */
static void wait_for_end(int signals, bool exit_on_eof)
{
    struct pollfd fds[2] = {
        {.fd = signals,                         .events = POLLIN},
        {.fd = exit_on_eof ? STDIN_FILENO : -1, .events = POLLIN}
    };
    char rest[256];
    for (;;) {
        if (poll(fds, 2, -1) < 0 && errno != EINTR) {
            return;
        }
        if (fds[0].revents != 0) {
            return;
        }
        if (fds[1].revents != 0 && read(STDIN_FILENO, rest, sizeof rest) <= 0) {
            return;
        }
    }
}

static int run(const struct sim_options *options, int signals, struct err *err)
{
    struct sim *sim = sim_create(options, err);
    if (sim == NULL) {
        return 1;
    }
    struct server_options server_options = {
        .port = options->port, .clock = &sim->clock, .handle = sim_handle, .ctx = sim};
    struct server *server = server_start(&server_options, err);
    bool ok = server != NULL;
    if (ok) {
        sim_lock(sim);
        snprintf(sim->base_url, sizeof sim->base_url, "http://127.0.0.1:%d", server_port(server));
        printf("READY %s\n", sim->base_url);
        sim_unlock(sim);
        fflush(stdout);
        wait_for_end(signals, options->exit_on_eof);
        server_stop(server);
        ok = sim->options.state == NULL || state_save(sim, err);
    }
    sim_destroy(sim);
    return ok ? 0 : 1;
}

int main(int argc, char **argv)
{
    struct sim_options options;
    struct err err = {0};
    options_default(&options);
    switch (options_parse(argc, argv, &options, &err)) {
    case OPTIONS_HELP:
        options_help(stdout);
        return 0;
    case OPTIONS_BAD:
        fprintf(stderr, "adtop-sim: %s\n", err.message);
        return 2;
    case OPTIONS_RUN:
        break;
    }
    sigset_t ends;
    sigemptyset(&ends);
    sigaddset(&ends, SIGTERM);
    sigaddset(&ends, SIGINT);
    sigaddset(&ends, SIGHUP);
    sigprocmask(SIG_BLOCK, &ends, NULL); /* before any thread: they inherit it */
    signal(SIGPIPE, SIG_IGN);
    int signals = signalfd(-1, &ends, SFD_CLOEXEC);
    int rc = run(&options, signals, &err);
    close(signals);
    if (rc != 0) {
        fprintf(stderr, "adtop-sim: %s\n", err.message);
    }
    return rc;
}
