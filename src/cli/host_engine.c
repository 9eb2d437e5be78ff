/* engine: the engine without a terminal. */
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "base/date.h"
#include "base/secret.h"
#include "cli/cli.h"
#include "cli/host.h"
#include "cli/signals.h"
#include "engine/engine.h"

int host_engine(struct cli *cli, int argc, char **argv, struct err *err)
{
    static const struct option options[] = {
        {"for", required_argument, NULL, 'f'},
        {NULL,  0,                 NULL, 0  }
    };
    int64_t for_ms = 0;
    optind = 0;
    opterr = 0;
    for (int option; (option = getopt_long(argc, argv, "", options, NULL)) != -1;) {
        if (option != 'f' || !duration_parse(optarg, &for_ms)) {
            err_set(err, ERR_USAGE, "engine: --for 2h; nothing else");
            return EXIT_USAGE;
        }
    }
    struct secret *token = cli_token(cli, err);
    if (!token) {
        return EXIT_ERROR;
    }
    struct secret *app_secret = cli_app_secret(cli, err);
    struct engine_options engine_options = {.state_dir = cli->state_dir,
                                            .config = &cli->config,
                                            .clock = cli->clock,
                                            .token = token,
                                            .app_secret = app_secret};
    struct engine *engine = err->code == ERR_NONE ? engine_create(&engine_options, err) : NULL;
    bool ok = engine != NULL;
    if (ok) {
        signals_stop(engine);
        ok = engine_run(engine, for_ms, err);
        signals_default();
        engine_destroy(engine);
    }
    secret_destroy(token);
    secret_destroy(app_secret);
    return ok ? EXIT_OK : EXIT_ERROR;
}
