#include "cli/console.h"

#include <string.h>

#include "base/secret.h"
#include "cli/cli.h"
#include "control/control_client.h"

enum { ENGINE_START_MS = 10000 };

bool console_prepare(struct cli *cli, const char **spawn, size_t size, struct err *err)
{
    cli_forward(cli, spawn, size, "engine");
    struct control_holder holder;
    if (cli->read_only || cli->at_ms || cli->engine_pid ||
        control_lock_holder(cli->state_dir, &holder)) {
        return true;
    }
    /* Said here, on the terminal, rather than by a child nobody sees. */
    struct secret *token = cli_token(cli, err);
    if (!token) {
        return err_prefix(err, "console: no engine runs on %s and none can be started",
                          cli->state_dir);
    }
    secret_destroy(token);
    return control_spawn_engine(cli->state_dir, spawn, ENGINE_START_MS, err);
}
