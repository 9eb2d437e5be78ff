#include "config/config.h"

#include <assert.h>
#include <ctype.h>
#include <errno.h>
#include <ini.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/utf8.h"
#include "config/setting.h"

#define KEYS_SECTION "keys"
#define COMMANDS_SECTION "commands"
enum { FILE_MAX = 1024 * 1024, SETTINGS_MAX = 128 };

void config_defaults(struct config *out)
{
    size_t count;
    const struct setting *all = settings(&count);
    memset(out, 0, sizeof *out);
    for (size_t i = 0; i < count; i++) {
        bool ok = setting_parse(&all[i], all[i].fallback, out, NULL);
        assert(ok); /* the table's own; test_settings goes through all */
        (void)ok;
    }
}

/* One reading of a text. inih hands out neither line numbers nor lines that are too long for its
 * buffer, so lines come to it through here. */
struct reading {
    const char *name, *next; /* of the file; the text not yet read */
    const char *raw;         /* the line being read */
    struct config *config;
    int line;
    bool continued; /* the line starts with white space: inih takes it for a value's rest */
    int set_at[SETTINGS_MAX]; /* line of each setting, 0 = not set */
    struct err *err;
    int error_line; /* of the first error, 0 = none */
};

static int refuse(struct reading *r)
{
    r->error_line = r->line;
    return 0;
}

static char *read_line(char *buf, int size, void *stream)
{
    struct reading *r = stream;
    if (*r->next == '\0' || size < 2) {
        return NULL;
    }
    size_t n = strcspn(r->next, "\n"), room = (size_t)size - 1;
    r->line++;
    r->raw = r->next;
    r->continued = *r->next == ' ' || *r->next == '\t';
    if (n > room && r->error_line == 0) {
        err_set(r->err, ERR_CONFIG,
                "%s:%d: longer than %zu characters; continue a list in a line that starts with a "
                "space",
                r->name, r->line, room);
        (void)refuse(r);
    }
    size_t take = n < room ? n : room;
    memcpy(buf, r->next, take);
    buf[take] = '\0';
    r->next += n + (r->next[n] == '\n');
    return buf;
}

static int unknown(struct reading *r, const char *section, const char *key)
{
    const char *near;
    if (section[0] == '\0') {
        err_set(r->err, ERR_CONFIG,
                "%s:%d: %.60s: stands before the first [section]; put it into one", r->name,
                r->line, key);
    } else if ((near = setting_nearest(section, key)) != NULL) {
        err_set(r->err, ERR_CONFIG, "%s:%d: %.60s: no setting of [%.40s]; did you mean %s?",
                r->name, r->line, key, section, near);
    } else if (setting_nearest_section(section) != NULL &&
               strcmp(setting_nearest_section(section), section) != 0) {
        err_set(r->err, ERR_CONFIG, "%s:%d: %.60s: no section [%.40s]; did you mean [%s]?", r->name,
                r->line, key, section, setting_nearest_section(section));
    } else {
        err_set(r->err, ERR_CONFIG,
                "%s:%d: %.60s: no setting of [%.40s]; remove it, or see "
                "adtop.conf for those there are",
                r->name, r->line, key, section);
    }
    return refuse(r);
}

/* A list may go on in the next line. */
static int continue_list(struct reading *r, const struct setting *setting, const char *value)
{
    struct str whole;
    str_init(&whole, 4096);
    bool ok = setting_format(setting, r->config, &whole) && str_addf(&whole, ",%s", value) &&
              setting_parse(setting, str_text(&whole), r->config, r->err);
    str_fini(&whole);
    if (!ok) {
        err_prefix(r->err, "%s:%d: %s", r->name, r->line, setting->key);
        return refuse(r);
    }
    return 1;
}

/* What the commands and keys are is checked by the console, which alone knows them. */
static int take_key(struct reading *r, const char *command, const char *key)
{
    struct config *config = r->config;
    for (int i = 0; i < config->key_count; i++) {
        if (strcmp(config->keys[i].command, command) == 0) {
            err_set(r->err, ERR_CONFIG, "%s:%d: %.40s: was set in line %d already; remove one",
                    r->name, r->line, command, config->keys[i].line);
            return refuse(r);
        }
    }
    struct config_key *out = &config->keys[config->key_count];
    if (config->key_count == CONFIG_KEYS_MAX || strlen(command) >= sizeof out->command ||
        strlen(key) >= sizeof out->key) {
        err_set(r->err, ERR_CONFIG, "%s:%d: %.40s: is no command with a key, or one too many",
                r->name, r->line, command);
        return refuse(r);
    }
    memcpy(out->command, command, strlen(command) + 1);
    memcpy(out->key, key, strlen(key) + 1);
    out->line = r->line;
    config->key_count++;
    return 1;
}

/* What inih gives out ends at " ;", which in a shell's line parts two commands. */
static const char *raw_value(const struct reading *r, size_t *n)
{
    const char *value = r->raw, *end = r->raw + strcspn(r->raw, "\n");
    value += r->continued ? 0 : strcspn(value, "=:") + 1;
    for (; value < end && isspace((unsigned char)*value); value++) {
    }
    for (; value < end && isspace((unsigned char)end[-1]); end--) {
    }
    *n = (size_t)(end - value);
    return value;
}

static int no_command(struct reading *r, const char *key, const char *why)
{
    err_set(r->err, ERR_CONFIG, "%s:%d: %.40s: %s", r->name, r->line, key, why);
    return refuse(r);
}

static int continue_command(struct reading *r, struct config_command *command)
{
    size_t n = 0, used = strlen(command->line);
    const char *value = raw_value(r, &n);
    if (used + n + 2 > sizeof command->line) {
        return no_command(r, command->key, "its command is too long; put it into a script");
    }
    snprintf(command->line + used, sizeof command->line - used, "\n%.*s", (int)n, value);
    return 1;
}

/* key = flags title | command line */
static int take_command(struct reading *r, const char *key)
{
    struct config *config = r->config;
    size_t n = 0;
    const char *value = raw_value(r, &n), *bar = memchr(value, '|', n), *end = value + n;
    struct config_command *last = &config->commands[config->command_count], fresh = {0};
    for (int i = 0; i < config->command_count; i++) {
        if (strcmp(config->commands[i].key, key) == 0) {
            return r->continued && i + 1 == config->command_count
                       ? continue_command(r, &config->commands[i])
                       : no_command(r, key, "has a command already; remove one of them");
        }
    }
    for (; value < end && strchr("?@ \t", *value); value++) {
        fresh.ask = fresh.ask || *value == '?';
        fresh.unseen = fresh.unseen || *value == '@';
    }
    size_t title = bar > value ? (size_t)(bar - value) : 0;
    for (; title && isspace((unsigned char)value[title - 1]); title--) {
    }
    const char *line = bar ? bar + 1 + strspn(bar + 1, " \t") : end;
    if (!title || line >= end || title >= sizeof fresh.title || strlen(key) >= sizeof fresh.key ||
        config->command_count == CONFIG_COMMANDS_MAX) {
        return no_command(r, key,
                          "is no key with a short title and a command, or one too many; write it "
                          "as K = title | command");
    }
    memcpy(fresh.key, key, strlen(key));
    memcpy(fresh.title, value, title);
    snprintf(fresh.line, sizeof fresh.line, "%.*s", (int)(end - line), line);
    fresh.at = r->line;
    *last = fresh;
    config->command_count++;
    return 1;
}

static int handle(void *user, const char *section, const char *key, const char *value)
{
    struct reading *r = user;
    if (r->error_line > 0) {
        return 1; /* the first one is told */
    }
    const struct setting *setting = setting_find(section, key);
    if (strcmp(section, KEYS_SECTION) == 0) {
        return take_key(r, key, value);
    }
    if (strcmp(section, COMMANDS_SECTION) == 0) {
        return take_command(r, key);
    }
    if (!setting) {
        return unknown(r, section, key);
    }
    size_t count, index = (size_t)(setting - settings(&count));
    assert(count <= SETTINGS_MAX);
    bool list = setting->type == SETTING_LIST || setting->type == SETTING_LEVELS;
    if (r->set_at[index] > 0 && r->continued && list) {
        return continue_list(r, setting, value);
    }
    if (r->set_at[index] > 0 && r->continued) {
        err_set(r->err, ERR_CONFIG,
                "%s:%d: starts with a space, which continues %s; remove the space", r->name,
                r->line, key);
        return refuse(r);
    }
    if (r->set_at[index] > 0) {
        err_set(r->err, ERR_CONFIG, "%s:%d: %s: was set in line %d already; remove one of them",
                r->name, r->line, key, r->set_at[index]);
        return refuse(r);
    }
    r->set_at[index] = r->line;
    if (!setting_parse(setting, value, r->config, r->err)) {
        err_prefix(r->err, "%s:%d: %s", r->name, r->line, key);
        return refuse(r);
    }
    return 1;
}

/* What single values cannot tell. */
static bool check_together(const char *name, const struct config *c, struct err *err)
{
    if (c->tier_medium_spend > c->tier_high_spend) {
        return err_set(err, ERR_CONFIG, "%s: tier_medium_spend: is above tier_high_spend; lower it",
                       name);
    }
    if (c->budget_per_account > c->budget_daily) {
        return err_set(err, ERR_CONFIG, "%s: per_account: is above the daily budget; lower it",
                       name);
    }
    if (c->window_days > c->restate_days) {
        return err_set(err, ERR_CONFIG, "%s: window_days: is above restate_days; lower it", name);
    }
    return true;
}

bool config_load_text(const char *name, const char *text, struct config *out, struct err *err)
{
    struct config config;
    struct err why = {.code = ERR_NONE};
    config_defaults(&config);
    struct reading r = {.name = name, .next = text, .config = &config, .err = &why};
    if (!utf8_valid(text, strlen(text))) {
        return err_set(err, ERR_CONFIG, "%s: is not UTF-8 text; save it as such", name);
    }
    int broken = ini_parse_stream(read_line, &r, handle, &r);
    if (broken < 0) {
        return err_set(err, ERR_MEMORY, "%s: no memory to read it", name);
    }
    if (broken > 0 && (r.error_line == 0 || broken < r.error_line)) {
        return err_set(err, ERR_CONFIG,
                       "%s:%d: neither a [section] nor key = value; correct it or put # before it",
                       name, broken);
    }
    if (r.error_line > 0) {
        return err_set(err, why.code, "%s", why.message);
    }
    if (!check_together(name, &config, err)) {
        return false;
    }
    *out = config;
    return true;
}

static bool load_file(const char *path, struct config *out, struct err *err)
{
    char *text;
    size_t n;
    struct err why;
    if (!fd_read_file(path, FILE_MAX, &text, &n, &why)) {
        enum err_code code = why.code == ERR_NOT_FOUND ? ERR_NOT_FOUND : ERR_CONFIG;
        return err_set(err, code, "%s; correct the path or its permissions", why.message);
    }
    bool ok = strlen(text) == n ? config_load_text(path, text, out, err)
                                : err_set(err, ERR_CONFIG, "%s: is no text file", path);
    free(text);
    return ok;
}

/* The user's own file; false when there is no home to look in. */
static bool user_path(char out[CONFIG_PATH_SIZE])
{
    const char *base = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");
    int n = -1;
    if (base && base[0] == '/') { /* the XDG specification: relative ones are ignored */
        n = snprintf(out, CONFIG_PATH_SIZE, "%s/adtop/adtop.conf", base);
    } else if (home && home[0] == '/') {
        n = snprintf(out, CONFIG_PATH_SIZE, "%s/.config/adtop/adtop.conf", home);
    }
    return n > 0 && n < CONFIG_PATH_SIZE;
}

/* What cannot be looked at counts as there: better an error than silently other settings. */
static bool exists(const char *path)
{
    return access(path, F_OK) == 0 || (errno != ENOENT && errno != ENOTDIR);
}

bool config_path(const char *path, char out[CONFIG_PATH_SIZE])
{
    static const char system_path[] = "/etc/adtop/adtop.conf";
    if (path) {
        int n = snprintf(out, CONFIG_PATH_SIZE, "%s", path);
        return n > 0 && n < CONFIG_PATH_SIZE;
    }
    if (user_path(out) && exists(out)) {
        return true;
    }
    memcpy(out, system_path, sizeof system_path);
    return exists(out);
}

bool config_load(const char *path, struct config *out, struct err *err)
{
    char found[CONFIG_PATH_SIZE];
    if (path) {
        return load_file(path, out, err);
    }
    if (config_path(NULL, found)) {
        return load_file(found, out, err);
    }
    config_defaults(out);
    return true;
}

static void print_range(const struct setting *setting, FILE *out)
{
    if (setting->min) {
        (void)fprintf(out, "; %s to %s", setting->min, setting->max);
    }
}

static void print_commands(const struct config *config, FILE *out)
{
    (void)fputs(
        "\n[" COMMANDS_SECTION "]\n"
        "# own commands of the console: key = title | command for /bin/sh, which may go on\n"
        "# in indented lines. ? before the title asks first, @ shows nothing and does not\n"
        "# wait. What it is about is in the environment: ADTOP_ACCOUNT, ADTOP_ACCOUNTS (the\n"
        "# marked ones), ADTOP_RUN, ADTOP_VIEW, ADTOP_STATE_DIR, in the past ADTOP_AT.\n"
        "# O = runs in less | adtop ${ADTOP_AT:+--at \"$ADTOP_AT\"} runs $ADTOP_ACCOUNT | less\n"
        "# M = ?@ mail why it waits | adtop why $ADTOP_ACCOUNT | mail -s adtop oncall\n",
        out);
    for (int i = 0; i < config->command_count; i++) {
        const struct config_command *command = &config->commands[i];
        (void)fprintf(out, "%s = %s%s%s | ", command->key, command->ask ? "?" : "",
                      command->unseen ? "@" : "", command->title);
        for (const char *c = command->line; *c; c++) {
            (void)fputs(*c == '\n' ? "\n\t" : (const char[]){*c, '\0'}, out);
        }
        (void)fputc('\n', out);
    }
}

void config_print(const struct config *config, FILE *out)
{
    struct config defaults;
    size_t count;
    const struct setting *all = settings(&count);
    const char *section = "";
    if (!config) {
        config_defaults(&defaults);
        config = &defaults;
    }
    (void)fputs(
        "# adtop: every setting with its default. Read from ~/.config/adtop/adtop.conf, else\n"
        "# /etc/adtop/adtop.conf, or from where --config says. Durations are 90s 15m 2h 7d,\n"
        "# lists have commas between their names and may go on in an indented line.\n",
        out);
    for (size_t i = 0; i < count; i++) {
        struct str value;
        str_init(&value, CONFIG_LIST_SIZE);
        setting_format(&all[i], config, &value);
        if (strcmp(section, all[i].section) != 0) {
            section = all[i].section;
            (void)fprintf(out, "\n[%s]\n", section);
        }
        (void)fprintf(out, "# %s", all[i].help);
        print_range(&all[i], out);
        (void)fprintf(out, "\n%s =%s%s\n", all[i].key, value.len > 0 ? " " : "", str_text(&value));
        str_fini(&value);
    }
    (void)fputs(
        "\n[" KEYS_SECTION "]\n"
        "# another key for a command of the console: why = W, theme = Ctrl-T; ? lists both\n",
        out);
    for (int i = 0; i < config->key_count; i++) {
        (void)fprintf(out, "%s = %s\n", config->keys[i].command, config->keys[i].key);
    }
    print_commands(config, out);
}
