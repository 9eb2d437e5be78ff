/* main: arguments and start-up stages in order, stopped in reverse; nothing else. */
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include "cli/cli.h"
#include "cli/console.h"
#include "ui/ui.h"

/* No secret may end in a core file. */
static void forbid_core(void)
{
    struct rlimit none = {0, 0};
    setrlimit(RLIMIT_CORE, &none);
#ifndef __SANITIZE_ADDRESS__ /* the leak check attaches to its own process */
    prctl(PR_SET_DUMPABLE, 0);
#endif
}

static int open_console(struct cli *cli)
{
    const char *spawn[16];
    struct err err = {0};
    struct ui_options wanted = {
        .open = cli->open, .open_count = cli->open_count, .plain = cli->plain};
    if (!ui_check_open(&wanted, &err) ||
        !console_prepare(cli, spawn, sizeof spawn / sizeof *spawn, &err)) {
        return cli_fail(&err);
    }
    struct ui_options options = {
        .state_dir = cli->state_dir,
        .config = &cli->config,
        .config_path = cli->config_path,
        .theme = cli->theme,
        .at_ms = cli->at_ms,
        .read_only = cli->read_only,
        .demo = cli->engine_pid != 0,
        .plain = cli->plain,
        .open = cli->open,
        .open_count = cli->open_count,
        .for_ms = cli->for_ms,
        .clock = cli->clock,
        .spawn_argv = spawn,
    };
    return ui_run(&options, &err) ? EXIT_OK : cli_fail(&err);
}

int main(int argc, char **argv)
{
    setlocale(LC_ALL, "");
    signal(SIGPIPE, SIG_IGN);
    forbid_core();
    struct cli *cli = calloc(1, sizeof *cli);
    if (!cli) {
        fputs("adtop: start: out of memory\n", stderr);
        return EXIT_ERROR;
    }
    int code = cli_main(cli, argc, argv);
    if (cli->console && code == EXIT_OK) {
        code = open_console(cli);
    }
    cli_fini(cli);
    free(cli);
    return code;
}
