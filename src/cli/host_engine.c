/* engine: the engine without a terminal. */
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "base/date.h"
#include "base/secret.h"
#include "cli/cli.h"
#include "cli/host.h"
#include "cli/signals.h"
#include "cli/words.h"
#include "engine/engine.h"

int host_engine(struct cli *cli, const struct words *words, struct err *err)
{
    int64_t for_ms = 0;
    const char *lasts = words->value[WORD_FOR];
    if (lasts && !duration_parse(lasts, &for_ms)) {
        err_set(err, ERR_USAGE, "engine: --for %.40s: give a duration such as 2h", lasts);
        return EXIT_USAGE;
    }
    if (cli->read_only) {
        err_set(err, ERR_REFUSED, "engine: --read-only looks and does not act; leave it out");
        return EXIT_ERROR;
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
    signals_hold();
    struct engine *engine = err->code == ERR_NONE ? engine_create(&engine_options, err) : NULL;
    bool ok = engine != NULL;
    if (ok) {
        signals_stop(engine);
        ok = engine_run(engine, for_ms, err);
    }
    signals_ignore();
    engine_destroy(engine);
    secret_destroy(token);
    secret_destroy(app_secret);
    return ok ? EXIT_OK : EXIT_ERROR;
}
