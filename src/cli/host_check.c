/* check: what works, and what to do about the rest. */
#include <grp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/secret.h"
#include "cli/cli.h"
#include "cli/host.h"
#include "cli/table.h"
#include "config/config.h"
#include "control/control_client.h"
#include "engine/engine.h"

enum { SKEW_MS = 60000 };
static const double disk_min_gib = 0.2;

static const struct column check_columns[] = {
    {"ok",     "OK",    CELL_BOOL, 0, "it works"                            },
    {"check",  "CHECK", CELL_TEXT, 0, "what was looked at"                  },
    {"found",  "FOUND", CELL_TEXT, 0, "what was found"                      },
    {"advice", "DO",    CELL_TEXT, 0, "what to do about it; empty when well"},
};
const struct table_spec check_spec = TABLE_SPEC("check", "nothing to check", check_columns);

struct checks {
    struct table *table;
    int failed;
};

static void tell(struct checks *checks, bool ok, const char *what, const char *found,
                 const char *advice)
{
    table_bool(checks->table, ok);
    table_text(checks->table, what);
    table_text(checks->table, found);
    table_text(checks->table, ok ? "" : advice);
    checks->failed += !ok;
}

static void check_configuration(struct checks *checks, const struct cli *cli)
{
    const struct config *config = &cli->config;
    const char *const groups[] = {config->operators, config->readers};
    char text[128];
    tell(checks, true, "configuration",
         cli->config_path ? cli->config_path : "defaults and the usual places", "");
    for (size_t i = 0; i < sizeof groups / sizeof *groups; i++) {
        if (groups[i][0] && !getgrnam(groups[i])) {
            snprintf(text, sizeof text, "there is no group %s", groups[i]);
            tell(checks, false, "access", text, "create it, or correct [access]");
        }
    }
}

static void check_state(struct checks *checks, const struct cli *cli)
{
    struct err err = {0};
    struct statvfs disk;
    struct control_holder holder;
    struct stat info;
    char text[256];
    bool made =
        cli->read_only ? stat(cli->state_dir, &info) == 0 : fd_mkdir_private(cli->state_dir, &err);
    bool usable = made && access(cli->state_dir, cli->read_only ? R_OK : W_OK) == 0;
    tell(checks, usable, "state", err.code == ERR_NONE ? cli->state_dir : err.message,
         made ? "you may not write there; choose another --state-dir"
              : "choose another --state-dir");
    if (made && statvfs(cli->state_dir, &disk) == 0) {
        double gib = (double)disk.f_bavail * (double)disk.f_frsize / (1024.0 * 1024 * 1024);
        snprintf(text, sizeof text, "%.1f GiB free", gib);
        tell(checks, gib > disk_min_gib, "disk", text, "free some room: the database has to grow");
    }
    if (control_lock_holder(cli->state_dir, &holder)) {
        snprintf(text, sizeof text, "pid %lld on %s", (long long)holder.pid, holder.host);
        tell(checks, true, "engine", text, "");
    } else {
        tell(checks, true, "engine", "none runs; 'adtop engine' starts one", "");
    }
}

static void check_terminal(struct checks *checks)
{
    const char *term = getenv("TERM"), *lang = getenv("LC_ALL"), *mono = getenv("NO_COLOR");
    char text[256];
    lang = lang && lang[0] ? lang : getenv("LC_CTYPE");
    lang = lang && lang[0] ? lang : getenv("LANG");
    bool utf8 = lang && (strstr(lang, "UTF-8") || strstr(lang, "utf8"));
    bool usable = !isatty(STDOUT_FILENO) || (term && term[0]);
    snprintf(text, sizeof text, "%s%.60s, %s%s", term && term[0] ? "TERM=" : "TERM is not set",
             term ? term : "", utf8 ? "UTF-8" : "not UTF-8: plain ASCII is drawn",
             mono && mono[0] ? ", NO_COLOR" : "");
    tell(checks, usable, "terminal", text, "set TERM, for example xterm-256color");
}

static void check_access(struct checks *checks, const struct engine_probe *probe)
{
    char text[640];
    tell(checks, probe->ads_read, "permissions",
         probe->permissions[0] ? probe->permissions : probe->error,
         "make a token with ads_read; adtop only reads, it needs no more");
    snprintf(text, sizeof text, "%zu on the first page%s%s", probe->accounts,
             probe->error[0] ? ": " : "", probe->error);
    tell(checks, probe->accounts > 0, "accounts", text, "assign ad accounts to the token's user");
    snprintf(text, sizeof text, "%+.1f s against the server", (double)probe->skew_ms / 1000);
    int64_t skew = probe->skew_ms < 0 ? -probe->skew_ms : probe->skew_ms;
    tell(checks, skew < SKEW_MS, "clock", text, "set the clock: run an NTP client");
}

static void check_api(struct checks *checks, const struct cli *cli, const struct secret *token,
                      const struct secret *app_secret)
{
    struct engine_options options = {.state_dir = cli->state_dir,
                                     .config = &cli->config,
                                     .clock = cli->clock,
                                     .token = token,
                                     .app_secret = app_secret};
    struct engine_probe probe;
    struct err err = {0};
    char text[640];
    if (!engine_probe(&options, &probe, &err)) {
        tell(checks, false, "api", err.message, "check [graph] base_url");
        return;
    }
    snprintf(text, sizeof text, "%s, %s", cli->config.base_url,
             probe.served_version[0] ? probe.served_version : cli->config.api_version);
    tell(checks, probe.reached, "api", probe.reached ? text : probe.error,
         "check the network, a proxy, and [graph] base_url");
    if (probe.reached) {
        tell(checks, probe.token_valid, "token", probe.token_valid ? probe.user : probe.error,
             "put a valid one into META_ACCESS_TOKEN or the token file");
    }
    if (probe.reached && probe.token_valid) {
        check_access(checks, &probe);
    }
}

int host_check(struct cli *cli, const struct words *words, struct err *err)
{
    struct checks checks = {.table = table_create(cli, &check_spec)};
    struct err none = {0};
    (void)words;
    if (!checks.table) {
        err_set(err, ERR_MEMORY, "check: out of memory");
        return EXIT_ERROR;
    }
    check_configuration(&checks, cli);
    check_state(&checks, cli);
    check_terminal(&checks);
    struct secret *token = cli_token(cli, &none);
    struct secret *app_secret = token ? cli_app_secret(cli, &none) : NULL;
    if (none.code != ERR_NONE) {
        tell(&checks, false, "token", none.message, "see 'man adtop', ENVIRONMENT");
    } else {
        check_api(&checks, cli, token, app_secret);
    }
    secret_destroy(token);
    secret_destroy(app_secret);
    bool ok = table_print(checks.table, err);
    table_destroy(checks.table);
    return ok && !checks.failed ? EXIT_OK : EXIT_ERROR;
}
