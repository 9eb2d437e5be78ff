#include "cli/console.h"

#include <string.h>

#include "cli/cli.h"
#include "control/control_client.h"

enum { ENGINE_START_MS = 60000 };

bool console_prepare(struct cli *cli, const char **spawn, size_t size, struct err *err)
{
    if (!cli_settle_at(cli, err)) {
        return false;
    }
    cli_forward(cli, spawn, size, "engine");
    struct control_holder holder;
    if (cli->at) {
        cli_adopt_clock(cli);
    }
    if (!cli_settle_at(cli, err)) {
        return false;
    }
    if (cli->read_only || cli->at_ms || cli->engine_pid ||
        control_lock_holder(cli->state_dir, &holder)) {
        return true;
    }
    if (!cli_token_configured(cli)) { /* said here rather than by a child nobody sees */
        return err_set(err, ERR_AUTH,
                       "console: no engine runs on %s and there is no token to start one; set "
                       "META_ACCESS_TOKEN, or look with --read-only",
                       cli->state_dir);
    }
    return control_spawn_engine(cli->state_dir, spawn, ENGINE_START_MS, err);
}
