#include "cli/cli.h"

#include <errno.h>
#include <ftw.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/utf8.h"
#include "base/version.h"
#include "cli/usage.h"

enum {
    OPTION_STATE_DIR = 256,
    OPTION_CONFIG,
    OPTION_BASE_URL,
    OPTION_CLOCK,
    OPTION_READ_ONLY,
    OPTION_PLAIN,
    OPTION_THEME,
    OPTION_AT,
    OPTION_HELP,
    OPTION_VERSION
};

/* Help and parser read the same rows. */
const struct cli_option cli_options[] = {
    {"state-dir",   "DIR",  OPTION_STATE_DIR, "database, lock and socket (~/.local/state/adtop)"},
    {"config",      "FILE", OPTION_CONFIG,    "configuration instead of the usual places"       },
    {"base-url",    "URL",  OPTION_BASE_URL,  "another Graph API server, such as adtop-sim"     },
    {"clock-speed", "N@T",  OPTION_CLOCK,     "simulated time: N times as fast from Unix time T"},
    {"read-only",   NULL,   OPTION_READ_ONLY, "look, do not act; starts no engine"              },
    {"plain",       NULL,   OPTION_PLAIN,     "one line per change instead of the console"      },
    {"theme",       "NAME", OPTION_THEME,     "colours and glyphs of the console"               },
    {"at",          "TIME", OPTION_AT,        "the console as of that instant"                  },
    {"help",        NULL,   OPTION_HELP,      "this, or the help of a command"                  },
    {"version",     NULL,   OPTION_VERSION,   "the version"                                     },
    {NULL,          NULL,   0,                NULL                                              },
};

int cli_fail(const struct err *err)
{
    char clean[1024];
    utf8_clean(err->message, clean, sizeof clean);
    fprintf(stderr, "adtop: %s\n", clean);
    return err->code == ERR_USAGE || err->code == ERR_CONFIG ? EXIT_USAGE : EXIT_ERROR;
}

int64_t cli_now(const struct cli *cli)
{
    return clock_now_ms(&cli->clock);
}

/* ~/.local/state/adtop, as the XDG base directory specification has it. */
static bool default_state_dir(struct cli *cli, struct err *err)
{
    const char *state = getenv("ADTOP_STATE_DIR");
    const char *xdg = getenv("XDG_STATE_HOME");
    const char *home = getenv("HOME");
    int n = 0;
    if (state && state[0]) {
        n = snprintf(cli->state_dir, sizeof cli->state_dir, "%s", state);
    } else if (xdg && xdg[0] == '/') {
        n = snprintf(cli->state_dir, sizeof cli->state_dir, "%s/adtop", xdg);
    } else if (home && home[0] == '/') {
        n = snprintf(cli->state_dir, sizeof cli->state_dir, "%s/.local/state/adtop", home);
    } else {
        return err_set(err, ERR_USAGE, "state directory: HOME is not set; give --state-dir");
    }
    return (n > 0 && (size_t)n < sizeof cli->state_dir) ||
           err_set(err, ERR_USAGE, "state directory: the path is too long; give --state-dir");
}

struct parsed {
    const char *config, *base_url, *at;
    bool help, version;
};

static bool take_option(struct cli *cli, struct parsed *parsed, int option, const char *value,
                        struct err *err)
{
    switch (option) {
    case OPTION_STATE_DIR:
        if (strlen(value) >= sizeof cli->state_dir || value[0] == '\0') {
            return err_set(err, ERR_USAGE, "--state-dir: not a usable path");
        }
        snprintf(cli->state_dir, sizeof cli->state_dir, "%s", value);
        return true;
    case OPTION_CONFIG:
        parsed->config = value;
        return true;
    case OPTION_BASE_URL:
        parsed->base_url = value;
        return true;
    case OPTION_CLOCK:
        cli->clock_given = true;
        return clock_parse(value, &cli->clock, err);
    case OPTION_READ_ONLY:
        cli->read_only = true;
        return true;
    case OPTION_PLAIN:
        cli->plain = true;
        return true;
    case OPTION_THEME:
        cli->theme = value;
        return true;
    case OPTION_AT:
        parsed->at = value;
        return true;
    case OPTION_HELP:
        parsed->help = true;
        return true;
    case OPTION_VERSION:
        parsed->version = true;
        return true;
    default:
        return err_set(err, ERR_USAGE, "unknown option; 'adtop --help' lists them");
    }
}

static bool parse_options(struct cli *cli, struct parsed *parsed, int argc, char **argv,
                          struct err *err)
{
    struct option longs[sizeof cli_options / sizeof *cli_options] = {0};
    for (size_t i = 0; cli_options[i].name; i++) {
        longs[i].name = cli_options[i].name;
        longs[i].has_arg = cli_options[i].argument ? required_argument : no_argument;
        longs[i].val = cli_options[i].value;
    }
    opterr = 0;
    optind = 1;
    for (;;) {
        int at = optind;
        int option = getopt_long(argc, argv, "+h", longs, NULL); /* "+": stop at the command */
        if (option == -1) {
            return true;
        }
        if (option == '?') {
            return err_set(err, ERR_USAGE,
                           "option %.80s: unknown, or its value is missing; see 'adtop --help'",
                           argv[at < argc ? at : argc - 1]);
        }
        if (!take_option(cli, parsed, option == 'h' ? OPTION_HELP : option, optarg, err)) {
            return false;
        }
    }
}

static const struct command *find_command(const char *name)
{
    for (const struct command *c = cli_commands; c->name; c++) {
        if (strcmp(c->name, name) == 0) {
            return c;
        }
    }
    return NULL;
}

static bool settle(struct cli *cli, const struct parsed *parsed, struct err *err)
{
    cli->config_path = parsed->config;
    if ((!cli->state_dir[0] && !default_state_dir(cli, err)) ||
        !config_load(parsed->config, &cli->config, err)) {
        return false;
    }
    if (parsed->base_url) {
        cli->base_url_given = true;
        if (strlen(parsed->base_url) >= sizeof cli->config.base_url) {
            return err_set(err, ERR_USAGE, "--base-url: the address is too long");
        }
        snprintf(cli->config.base_url, sizeof cli->config.base_url, "%s", parsed->base_url);
    }
    if (cli->clock_given && !cli_is_loopback(cli->config.base_url)) {
        return err_set(err, ERR_USAGE,
                       "--clock-speed: simulated time is for a simulator; give --base-url "
                       "http://127.0.0.1:PORT");
    }
    return !parsed->at || cli_instant(cli, parsed->at, false, &cli->at_ms, err);
}

int cli_main(struct cli *cli, int argc, char **argv)
{
    struct parsed parsed = {0};
    struct err err = {0};
    cli->clock.speed = 1;
    if (!parse_options(cli, &parsed, argc, argv, &err)) {
        return cli_fail(&err);
    }
    int rest = argc - optind;
    char **words = argv + optind;
    const struct command *command = rest > 0 ? find_command(words[0]) : NULL;
    if (rest > 0 && !command && strcmp(words[0], "help") != 0) {
        err_set(&err, ERR_USAGE,
                "command %.80s: there is no such command%s; 'adtop --help' lists them", words[0],
                usage_nearest(words[0]));
        return cli_fail(&err);
    }
    if (parsed.version) {
        puts("adtop " ADTOP_VERSION);
        return EXIT_OK;
    }
    if (parsed.help || (rest > 0 && !command)) {
        const struct command *about = command ? command : rest > 1 ? find_command(words[1]) : NULL;
        usage_print(stdout, about);
        return EXIT_OK;
    }
    if (command && usage_wants_help(rest, words)) {
        usage_print(stdout, command);
        return EXIT_OK;
    }
    if (!settle(cli, &parsed, &err)) {
        return cli_fail(&err);
    }
    if (!command) {
        cli->console = true;
        return EXIT_OK;
    }
    int code = command->run(cli, rest, words, &err);
    return err.code != ERR_NONE && code != EXIT_OK ? (cli_fail(&err), code) : code;
}

static int remove_one(const char *path, const struct stat *info, int kind, struct FTW *walk)
{
    (void)info;
    (void)kind;
    (void)walk;
    return remove(path);
}

static void end_process(pid_t pid, int patience_ms)
{
    if (pid <= 0) {
        return;
    }
    kill(pid, SIGTERM);
    int64_t deadline = clock_mono_ms() + patience_ms;
    while (waitpid(pid, NULL, WNOHANG) == 0) {
        if (clock_mono_ms() > deadline) {
            kill(pid, SIGKILL);
            waitpid(pid, NULL, 0);
            return;
        }
        usleep(10 * 1000);
    }
}

void cli_fini(struct cli *cli)
{
    end_process(cli->engine_pid, 10000);
    end_process(cli->sim_pid, 2000);
    if (cli->demo_dir[0]) {
        nftw(cli->demo_dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
    }
    cli->engine_pid = cli->sim_pid = 0;
    cli->demo_dir[0] = '\0';
}
