#include "cli/cli.h"

#include <assert.h>
#include <errno.h>
#include <ftw.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/utf8.h"
#include "base/version.h"
#include "cli/demo.h"
#include "cli/usage.h"
#include "cli/words.h"
#include "config/setting.h"

enum {
    OPTION_STATE_DIR = 256,
    OPTION_CONFIG,
    OPTION_BASE_URL,
    OPTION_CLOCK,
    OPTION_READ_ONLY,
    OPTION_PLAIN,
    OPTION_THEME,
    OPTION_AT,
    OPTION_OPEN,
    OPTION_HELP,
    OPTION_VERSION
};

/* Help and parser read the same rows. */
const struct cli_option cli_options[] = {
    {"state-dir",   "DIR",  OPTION_STATE_DIR, "database, lock and socket (~/.local/state/adtop)"  },
    {"config",      "FILE", OPTION_CONFIG,    "configuration instead of the usual places"         },
    {"base-url",    "URL",  OPTION_BASE_URL,  "another Graph API server, such as adtop-sim"       },
    {"clock-speed", "N@T",  OPTION_CLOCK,     "simulated time: N times as fast from Unix time T"  },
    {"read-only",   NULL,   OPTION_READ_ONLY, "look, do not act; starts no engine"                },
    {"plain",       NULL,   OPTION_PLAIN,     "one line per change instead of the console"        },
    {"theme",       "NAME", OPTION_THEME,     "colours and glyphs of the console"                 },
    {"at",          "TIME", OPTION_AT,        "everything as of that instant: 03:10, 2h, RFC 3339"},
    {"open",        "LINE", OPTION_OPEN,      "a ':' line the console begins with; again for more"},
    {"help",        NULL,   OPTION_HELP,      "this, or the help of a command"                    },
    {"version",     NULL,   OPTION_VERSION,   "the version"                                       },
    {NULL,          NULL,   0,                NULL                                                },
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

const struct cli_option *cli_option_find(const char *name, size_t n)
{
    for (const struct cli_option *o = cli_options; o->name; o++) {
        if (strncmp(o->name, name, n) == 0 && !o->name[n]) {
            return o;
        }
    }
    return NULL;
}

static bool add_open(struct cli *cli, const char *line, struct err *err)
{
    int max = (int)(sizeof cli->open / sizeof cli->open[0]);
    if (cli->open_count == max) {
        return err_set(err, ERR_USAGE, "--open: stands there more than %d times; leave some out",
                       max);
    }
    cli->open[cli->open_count++] = line;
    return true;
}

bool cli_option_take(struct cli *cli, const struct cli_option *option, const char *value,
                     struct err *err)
{
    assert(value || !option->argument);
    switch (option->value) {
    case OPTION_STATE_DIR:
        if (!value || strlen(value) >= sizeof cli->state_dir || value[0] == '\0') {
            return err_set(err, ERR_USAGE, "--state-dir: not a usable path; give a directory");
        }
        snprintf(cli->state_dir, sizeof cli->state_dir, "%s", value);
        return true;
    case OPTION_CONFIG:
        cli->config_path = value;
        return true;
    case OPTION_BASE_URL:
        cli->base_url = value;
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
        cli->at = value;
        return true;
    case OPTION_OPEN:
        return add_open(cli, value, err);
    case OPTION_HELP:
        cli->help = true;
        return true;
    case OPTION_VERSION:
        cli->version = true;
        return true;
    default:
        return err_set(err, ERR_USAGE, "option --%s: it does nothing", option->name);
    }
}

/* "--name", "--name=value", "-h": the option, and where its value begins or NULL. */
static const struct cli_option *option_of(const char *word, const char **value)
{
    const char *name = strcmp(word, "-h") == 0 ? "--help" : word;
    size_t n = strcspn(name, "=");
    *value = name[n] ? name + n + 1 : NULL;
    return n > 2 && strncmp(name, "--", 2) == 0 ? cli_option_find(name + 2, n - 2) : NULL;
}

/* The global options before the command; *at ends at the first word that is none. */
static bool parse_options(struct cli *cli, int argc, char **argv, int *at, struct err *err)
{
    for (*at = 1; *at < argc && argv[*at][0] == '-' && argv[*at][1]; ++*at) {
        const char *word = argv[*at], *value = NULL;
        const struct cli_option *option = option_of(word, &value);
        if (!option) {
            return err_set(err, ERR_USAGE,
                           "option %.80s: there is no such option; see 'adtop --help'", word);
        }
        if (option->argument && !value && *at + 1 < argc) {
            value = argv[++*at];
        }
        if ((option->argument != NULL) != (value != NULL)) {
            return err_set(err, ERR_USAGE, "option %.80s: %s; see 'adtop --help'", word,
                           value ? "it takes no value" : "its value is missing");
        }
        if (!cli_option_take(cli, option, value, err)) {
            return false;
        }
    }
    return true;
}

const struct command *cli_command_find(const char *name)
{
    for (const struct command *c = cli_commands; c->name; c++) {
        if (strcmp(c->name, name) == 0) {
            return c;
        }
    }
    return NULL;
}

static bool settle(struct cli *cli, struct err *err)
{
    const char *wrong = cli->base_url ? setting_check_url(cli->base_url) : NULL;
    if ((!cli->state_dir[0] && !default_state_dir(cli, err)) ||
        !config_load(cli->config_path, &cli->config, err)) {
        return false;
    }
    if (wrong || (cli->base_url && strlen(cli->base_url) >= sizeof cli->config.base_url)) {
        return err_set(err, ERR_USAGE, "--base-url %.100s: %s", cli->base_url,
                       wrong ? wrong : "the address is too long");
    }
    if (cli->base_url) {
        cli->base_url_given = true;
        snprintf(cli->config.base_url, sizeof cli->config.base_url, "%s", cli->base_url);
    }
    if (strcmp(cli->config.zone, "local") != 0) { /* of what is typed and shown from here on */
        setenv("TZ", cli->config.zone, 1);
        tzset();
    }
    if (cli->clock_given && !cli_is_loopback(cli->config.base_url)) {
        return err_set(err, ERR_USAGE,
                       "--clock-speed: simulated time is for a simulator; give --base-url "
                       "http://127.0.0.1:PORT");
    }
    return true;
}

static bool opens(const struct cli *cli, const struct command *command, struct err *err)
{
    return !cli->open_count || command->run == demo_run ||
           err_set(err, ERR_USAGE, "--open: '%s' opens no console; leave one of them out",
                   command->name);
}

/* The command's own words, then what they are about: configuration, state directory. */
static int run_command(struct cli *cli, const struct command *command, int argc, char **argv,
                       struct err *err)
{
    struct words words;
    int code;
    if (usage_wants_help(argc, argv)) {
        usage_print(stdout, command);
        return EXIT_OK;
    }
    if (words_parse(cli, command, argc, argv, &words, err) && opens(cli, command, err) &&
        settle(cli, err)) {
        cli->json = words_given(&words, WORD_JSON);
        cli->csv = words_given(&words, WORD_CSV);
        code = command->run(cli, &words, err);
        if (code != EXIT_OK && err->code != ERR_NONE) {
            cli_fail(err);
        }
    } else {
        code = cli_fail(err);
    }
    words_fini(&words);
    return code;
}

int cli_main(struct cli *cli, int argc, char **argv)
{
    struct err err = {0};
    int at = 1, code = EXIT_OK;
    cli->clock.speed = 1;
    if (!parse_options(cli, argc, argv, &at, &err)) {
        return cli_fail(&err);
    }
    const struct command *command = at < argc ? cli_command_find(argv[at]) : NULL;
    if (at < argc && !command) {
        err_set(&err, ERR_USAGE,
                "command %.80s: there is no such command%s; 'adtop --help' lists them", argv[at],
                usage_nearest(argv[at]));
        return cli_fail(&err);
    }
    if (cli->version) {
        puts("adtop " ADTOP_VERSION);
    } else if (cli->help) {
        usage_print(stdout, command);
    } else if (command) {
        code = run_command(cli, command, argc - at, argv + at, &err);
    } else if (settle(cli, &err)) {
        cli->console = true;
    } else {
        code = cli_fail(&err);
    }
    return code;
}

static int remove_one(const char *path, const struct stat *info, int kind, struct FTW *walk)
{
    (void)info;
    (void)kind;
    (void)walk;
    return remove(path);
}

void cli_remove_tree(const char *path)
{
    nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
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
        cli_remove_tree(cli->demo_dir);
    }
    cli->engine_pid = cli->sim_pid = 0;
    cli->demo_dir[0] = '\0';
}
