/*
 * cli: the command line. One file per command; a command reads the store or asks the engine,
 * prints, and returns an exit code. Errors go to standard error as "adtop: what: why; what to do",
 * one line a command.
 */
#ifndef CLI_CLI_H
#define CLI_CLI_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/clock.h"
#include "base/err.h"
#include "config/config.h"

struct control;
struct secret;
struct store_reader;
struct table_spec;
struct words;

/* Exit codes: a contract, listed in the man page. */
enum {
    EXIT_OK = 0,
    EXIT_ERROR = 1,     /* it could not be done: file, store, engine, refusal */
    EXIT_USAGE = 2,     /* the words or the configuration are wrong */
    EXIT_PARTIAL = 3,   /* sync: some data is missing */
    EXIT_THROTTLED = 4, /* sync: some accounts have to wait */
    EXIT_FAILED = 5     /* sync: some accounts failed */
};

struct cli {
    char state_dir[2048];
    struct config config;
    const char *config_path; /* --config; NULL = the usual places */
    const char *base_url;    /* --base-url; NULL = configured */
    bool help, version;      /* --help, --version */
    struct clock clock;
    bool clock_given; /* --clock-speed, or adopted from the engine's row */
    bool base_url_given;
    bool read_only;
    bool plain;           /* --plain: one line per change instead of the console */
    const char *theme;    /* --theme, NULL = configured */
    const char *at;       /* --at as given; NULL = now */
    int64_t at_ms;        /* its instant on the state directory's clock (cli_settle_at); 0 = now */
    const char *open[64]; /* --open, each a ":" line of the console */
    int open_count;
    bool json, csv;
    /* What demo started; ended by cli_fini. 0 = none. */
    pid_t sim_pid, engine_pid;
    char demo_dir[64];    /* removed by cli_fini; "" = none */
    char demo_config[96]; /* in it, for the demo's engine */
    int64_t for_ms;       /* the console ends by itself after so much real time; 0 = never */
    bool console;         /* the command wants main to open the console */
};

/* A row of the global options. */
struct cli_option {
    const char *name, *argument; /* argument NULL = none */
    int value;
    const char *help;
};
extern const struct cli_option cli_options[]; /* ends with a NULL name */
/* The option whose name are the n bytes at name, or NULL. */
const struct cli_option *cli_option_find(const char *name, size_t n);
bool cli_option_take(struct cli *cli, const struct cli_option *option, const char *value,
                     struct err *err);

enum { COMMAND_TABLES = 4 };

struct command {
    const char *name;
    const char *arguments; /* the plain words: "ACCOUNT..." */
    const char *summary;   /* one line for the list */
    unsigned options;      /* WORD() of those it takes */
    int words_max;         /* plain words at most; -1 = any number */
    int (*run)(struct cli *cli, const struct words *words, struct err *err);
    const char *notes; /* what else its help says; NULL = nothing */
    /* The fields of --json and --csv, one table each; NULL = none. */
    const struct table_spec *tables[COMMAND_TABLES];
};

/* Parses the global options, finds the command and runs it. cli->console says that the console is
 * to be opened. Returns the exit code so far. */
int cli_main(struct cli *cli, int argc, char **argv);
/* Ends what the command left running, removes throw-away directories, wipes. */
void cli_fini(struct cli *cli);

/* Every command, in the order of the help; ends with a NULL name. */
extern const struct command cli_commands[];
const struct command *cli_command_find(const char *name);

/* ---- shared by the commands ---- */

/* "adtop: message" on standard error; the exit code that fits the error. */
int cli_fail(const struct err *err);
int64_t cli_now(const struct cli *cli);
/* The token: META_ACCESS_TOKEN, the configured 0600 file, or a systemd credential. NULL and
 * ERR_AUTH when there is none. The environment variable is wiped once read. */
struct secret *cli_token(const struct cli *cli, struct err *err);
/* NULL without an error when none is configured. */
struct secret *cli_app_secret(const struct cli *cli, struct err *err);
/* Whether cli_token would find one; leaves the environment alone. */
bool cli_token_configured(const struct cli *cli);
/* A reader of the state directory's database. */
struct store_reader *cli_reader(const struct cli *cli, struct err *err);
/* The engine of the state directory; one that is just starting is waited for. NULL and
 * ERR_NOT_FOUND when none runs. */
struct control *cli_connect(const struct cli *cli, struct err *err);
/* Times that are typed are those of the state directory's clock, which need not be ours. */
void cli_adopt_clock(struct cli *cli);
/* Makes an instant of --at, once the clock is that of the state directory. */
bool cli_settle_at(struct cli *cli, struct err *err);
/* "90s", "15m" -> ms; instants: RFC 3339 or HH:MM[:SS] in the console's zone, the most recent past
 * one, or with future the next. */
bool cli_instant(const struct cli *cli, const char *text, bool future, int64_t *ms,
                 struct err *err);
/* A directory and all below it; links are not followed. */
void cli_remove_tree(const char *path);
/* What an engine of this process logs stands in the store: keep it off standard error. */
void cli_quiet(void);
/* printf to standard output, made harmless for a terminal. At most 2 KiB. */
void cli_say(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* Whether an http(s) URL names this machine's loopback interface. */
bool cli_is_loopback(const char *url);
/* Arguments for a process of the same program on the same state: options before the command. */
void cli_forward(const struct cli *cli, const char **argv, size_t size, const char *command);

#endif
