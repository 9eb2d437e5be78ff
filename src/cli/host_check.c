/* check: what works, and what to do about the rest. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/secret.h"
#include "base/utf8.h"
#include "cli/cli.h"
#include "cli/host.h"
#include "control/control_client.h"
#include "engine/engine.h"

enum { SKEW_MS = 60000 };

struct checks {
    int failed;
};

static void tell(struct checks *checks, bool ok, const char *what, const char *found,
                 const char *advice)
{
    char clean[512];
    utf8_clean(found, clean, sizeof clean);
    printf("%-4s  %-14s %s%s%s\n", ok ? "ok" : "FAIL", what, clean, ok || !advice[0] ? "" : "; ",
           ok ? "" : advice);
    checks->failed += !ok;
}

static void check_state(struct checks *checks, const struct cli *cli)
{
    struct err err = {0};
    struct statvfs disk;
    struct control_holder holder;
    char text[256];
    bool made = fd_mkdir_private(cli->state_dir, &err) && access(cli->state_dir, W_OK) == 0;
    tell(checks, made, "state", made ? cli->state_dir : err.message, "choose another --state-dir");
    if (made && statvfs(cli->state_dir, &disk) == 0) {
        double gib = (double)disk.f_bavail * (double)disk.f_frsize / (1024.0 * 1024 * 1024);
        snprintf(text, sizeof text, "%.1f GiB free", gib);
        tell(checks, gib > 0.2, "disk", text, "free some room: the database has to grow");
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
    const char *term = getenv("TERM"), *lang = getenv("LC_ALL");
    char text[256];
    lang = lang && lang[0] ? lang : getenv("LC_CTYPE");
    lang = lang && lang[0] ? lang : getenv("LANG");
    bool utf8 = lang && (strstr(lang, "UTF-8") || strstr(lang, "utf8"));
    snprintf(text, sizeof text, "TERM=%.60s, %s%s", term ? term : "(unset)",
             utf8 ? "UTF-8" : "not UTF-8: plain ASCII is drawn",
             getenv("NO_COLOR") ? ", NO_COLOR" : "");
    tell(checks, term && term[0], "terminal", text, "set TERM, for example xterm-256color");
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
    tell(checks, probe.reached, "api", probe.reached ? text : probe.error, "check the network");
    if (!probe.reached) {
        return;
    }
    tell(checks, probe.token_valid, "token", probe.token_valid ? probe.user : probe.error,
         "put a valid one into META_ACCESS_TOKEN");
    if (!probe.token_valid) {
        return;
    }
    tell(checks, probe.ads_read, "permissions",
         probe.permissions[0] ? probe.permissions : probe.error, "the token needs ads_read");
    snprintf(text, sizeof text, "%zu on the first page%s%s", probe.accounts,
             probe.error[0] ? ": " : "", probe.error);
    tell(checks, probe.accounts > 0, "accounts", text, "assign ad accounts to the token's user");
    snprintf(text, sizeof text, "%+.1f s against the server", (double)probe.skew_ms / 1000);
    int64_t skew = probe.skew_ms < 0 ? -probe.skew_ms : probe.skew_ms;
    tell(checks, skew < SKEW_MS, "clock", text, "set the clock: run an NTP client");
}

int host_check(struct cli *cli, int argc, char **argv, struct err *err)
{
    struct checks checks = {0};
    struct err none = {0};
    if (argc > 1) {
        err_set(err, ERR_USAGE, "check: '%.40s' is no option of it", argv[1]);
        return EXIT_USAGE;
    }
    tell(&checks, true, "configuration",
         cli->config_path ? cli->config_path : "defaults and the usual places", "");
    check_state(&checks, cli);
    check_terminal(&checks);
    struct secret *token = cli_token(cli, &none);
    struct secret *app_secret = token ? cli_app_secret(cli, &none) : NULL;
    if (none.code != ERR_NONE) {
        tell(&checks, false, "token", none.message, "");
    } else {
        check_api(&checks, cli, token, app_secret);
    }
    secret_destroy(token);
    secret_destroy(app_secret);
    return checks.failed ? EXIT_ERROR : EXIT_OK;
}
