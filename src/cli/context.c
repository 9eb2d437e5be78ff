/* What several commands share: secrets, instants, addresses, arguments for another process. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/date.h"
#include "base/log.h"
#include "base/secret.h"
#include "base/utf8.h"
#include "cli/cli.h"
#include "control/control_client.h"
#include "store/reader.h"

enum { DAY_MS = 86400000, STARTING_MS = 30000, STARTING_STEP_US = 50000 };

/* A file that systemd's LoadCredential= put beside us. */
static bool credential_path(const char *name, char *out, size_t size)
{
    const char *dir = getenv("CREDENTIALS_DIRECTORY");
    int n = dir ? snprintf(out, size, "%s/%s", dir, name) : -1;
    return n > 0 && (size_t)n < size && access(out, R_OK) == 0;
}

static struct secret *from_environment(const char *name)
{
    char *value = getenv(name);
    if (!value || value[0] == '\0') {
        return NULL;
    }
    struct secret *secret = secret_create(value, strlen(value));
    explicit_bzero(value, strlen(value)); /* it would stand in /proc/PID/environ for ever */
    unsetenv(name);
    return secret;
}

bool cli_token_configured(const struct cli *cli)
{
    char path[4096];
    const char *value = getenv("META_ACCESS_TOKEN");
    return (value && value[0]) || cli->config.token_file[0] ||
           credential_path("meta_access_token", path, sizeof path);
}

struct secret *cli_token(const struct cli *cli, struct err *err)
{
    char path[4096];
    struct secret *secret = from_environment("META_ACCESS_TOKEN");
    if (secret) {
        return secret;
    }
    const char *file = cli->config.token_file[0] ? cli->config.token_file : NULL;
    if (!file && credential_path("meta_access_token", path, sizeof path)) {
        file = path;
    }
    if (!file) {
        err_set(err, ERR_AUTH,
                "token: none is configured; set META_ACCESS_TOKEN, or [graph] token_file to a "
                "file of mode 0600");
        return NULL;
    }
    return secret_load(file, &secret, err) ? secret : NULL;
}

struct secret *cli_app_secret(const struct cli *cli, struct err *err)
{
    char path[4096];
    struct secret *secret = from_environment("META_APP_SECRET");
    if (secret) {
        return secret;
    }
    const char *file = cli->config.app_secret_file[0] ? cli->config.app_secret_file : NULL;
    if (!file && credential_path("meta_app_secret", path, sizeof path)) {
        file = path;
    }
    return file && secret_load(file, &secret, err) ? secret : NULL;
}

bool cli_is_loopback(const char *url)
{
    static const char *const prefixes[] = {"http://127.",  "http://localhost",  "http://[::1]",
                                           "https://127.", "https://localhost", "https://[::1]"};
    for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++) {
        size_t n = strlen(prefixes[i]);
        if (strncmp(url, prefixes[i], n) == 0) {
            /* "localhost.example.com" is somebody else */
            return strstr(prefixes[i], "127.") || strchr(":/", url[n]) != NULL;
        }
    }
    return false;
}

/* HH:MM[:SS] today in the zone of this process (the console's). */
static bool clock_time(int64_t now_ms, const char *text, int64_t *ms)
{
    int hour = 0, minute = 0, second = 0, used = 0;
    bool short_form = sscanf(text, "%2d:%2d%n", &hour, &minute, &used) == 2 && !text[used];
    bool long_form = !short_form &&
                     sscanf(text, "%2d:%2d:%2d%n", &hour, &minute, &second, &used) == 3 &&
                     !text[used];
    if ((!short_form && !long_form) || hour < 0 || hour > 23 || minute < 0 || minute > 59 ||
        second < 0 || second > 60) {
        return false;
    }
    time_t now = (time_t)(now_ms / 1000);
    struct tm local;
    localtime_r(&now, &local);
    local.tm_hour = hour;
    local.tm_min = minute;
    local.tm_sec = second;
    local.tm_isdst = -1;
    *ms = (int64_t)mktime(&local) * 1000;
    return true;
}

bool cli_instant(const struct cli *cli, const char *text, bool future, int64_t *ms, struct err *err)
{
    int64_t now = cli_now(cli);
    int64_t duration = 0;
    if (duration_parse(text, &duration)) {
        *ms = future ? now + duration : now - duration;
        return true;
    }
    if (clock_time(now, text, ms)) {
        if (future && *ms <= now) {
            *ms += DAY_MS;
        } else if (!future && *ms > now) {
            *ms -= DAY_MS;
        }
        return true;
    }
    return date_parse_rfc3339(text, ms) ||
           err_set(err, ERR_USAGE,
                   "time %.40s: give HH:MM, 2026-11-24T03:10:00Z, or a duration such as 2h", text);
}

static void discard(void *ctx, enum log_level level, const char *source, const char *message)
{
    (void)ctx;
    (void)level;
    (void)source;
    (void)message;
}

void cli_quiet(void)
{
    log_set_sink(discard, NULL);
}

void cli_say(const char *fmt, ...)
{
    char text[2048], clean[2048];
    va_list args;
    va_start(args, fmt);
    vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    utf8_clean(text, clean, sizeof clean);
    puts(clean);
}

struct control *cli_connect(const struct cli *cli, struct err *err)
{
    struct control_holder holder;
    int64_t deadline = clock_mono_ms() + STARTING_MS;
    for (;;) {
        err_clear(err);
        struct control *control = control_connect(cli->state_dir, err);
        bool starting =
            !control && err->code == ERR_NOT_FOUND && control_lock_holder(cli->state_dir, &holder);
        if (!starting || clock_mono_ms() > deadline) {
            return control;
        }
        usleep(STARTING_STEP_US);
    }
}

void cli_adopt_clock(struct cli *cli)
{
    struct store_reader *reader = cli_reader(cli, NULL);
    if (reader) {
        cli->clock = store_reader_clock(reader);
        store_reader_close(reader);
    }
}

bool cli_settle_at(struct cli *cli, struct err *err)
{
    return !cli->at || cli_instant(cli, cli->at, false, &cli->at_ms, err) ||
           err_prefix(err, "--at");
}

void cli_forward(const struct cli *cli, const char **argv, size_t size, const char *command)
{
    static _Thread_local char clock[64];
    size_t n = 0;
    argv[n++] = "--state-dir";
    argv[n++] = cli->state_dir;
    if (cli->config_path) {
        argv[n++] = "--config";
        argv[n++] = cli->config_path;
    }
    if (cli->base_url_given) {
        argv[n++] = "--base-url";
        argv[n++] = cli->config.base_url;
    }
    if (cli->clock_given) {
        snprintf(clock, sizeof clock, "%.17g@%lld", cli->clock.speed,
                 (long long)(cli->clock.anchor_ms / 1000));
        argv[n++] = "--clock-speed";
        argv[n++] = clock;
    }
    argv[n++] = command;
    argv[n] = NULL;
    (void)size;
}
