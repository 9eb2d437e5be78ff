#include "cli/drill.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/embed.h"
#include "base/fd.h"
#include "config/setting.h"

enum { SCENARIO_MAX = 1 << 20, LINE_SIZE = 1024, SECTION_SIZE = 64 };

static const char prefix[] = "[adtop ";

static char *trim(char *text)
{
    text += strspn(text, " \t\r");
    size_t n = strlen(text);
    while (n > 0 && strchr(" \t\r", text[n - 1]) != NULL) {
        text[--n] = '\0';
    }
    return text;
}

/* "[adtop budget]" -> "budget"; of any other section "". */
static void read_section(const char *line, char out[SECTION_SIZE])
{
    size_t n = sizeof prefix - 1;
    out[0] = '\0';
    if (strncmp(line, prefix, n) == 0) {
        snprintf(out, SECTION_SIZE, "%.*s", (int)strcspn(line + n, "]"), line + n);
    }
}

static bool read_setting(char *line, const char *section, struct config *config, struct err *err)
{
    char *equals = strchr(line, '=');
    if (!equals) {
        return err_set(err, ERR_CONFIG, "[adtop %s]: %.60s: not key = value", section, line);
    }
    *equals = '\0';
    const char *key = trim(line);
    const struct setting *setting = setting_find(section, key);
    if (!setting) {
        return err_set(err, ERR_CONFIG, "[adtop %s]: %.60s: adtop.conf has no such setting",
                       section, key);
    }
    return setting_parse(setting, trim(equals + 1), config, err) ||
           err_prefix(err, "[adtop %s]: %s", section, key);
}

bool drill_settings(const char *text, struct config *config, size_t *count, struct err *err)
{
    char buf[LINE_SIZE], section[SECTION_SIZE] = "";
    *count = 0;
    while (*text != '\0') {
        size_t n = strcspn(text, "\n");
        snprintf(buf, sizeof buf, "%.*s", n < INT_MAX ? (int)n : INT_MAX, text);
        text += n + (text[n] == '\n');
        char *line = trim(buf);
        if (*line == '[') {
            read_section(line, section);
        } else if (section[0] != '\0' && *line != '\0' && strchr("#;", *line) == NULL) {
            if (!read_setting(line, section, config, err)) {
                return false;
            }
            ++*count;
        }
    }
    return true;
}

/* A file on disk goes before one of that name built in, as in the simulator. */
static char *scenario_text(const char *scenario, struct err *err)
{
    char path[PATH_MAX], *text = NULL;
    size_t n;
    if (access(scenario, R_OK) == 0) {
        return fd_read_file(scenario, SCENARIO_MAX, &text, &n, err) ? text : NULL;
    }
    snprintf(path, sizeof path, "data/scenarios/%s.conf", scenario);
    const struct embed *embedded = embed_find(path);
    if (!embedded) {
        err_set(err, ERR_NOT_FOUND, "no such file, and none of that name built in");
        return NULL;
    }
    text = strdup(embedded->data);
    if (!text) {
        err_set(err, ERR_MEMORY, "out of memory");
    }
    return text;
}

static bool write_config(struct cli *cli, struct err *err)
{
    snprintf(cli->demo_config, sizeof cli->demo_config, "%s/adtop.conf", cli->demo_dir);
    int fd = open(cli->demo_config, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    FILE *out = fd >= 0 ? fdopen(fd, "w") : NULL;
    if (!out) {
        return err_set(err, ERR_IO, "%s: %s", cli->demo_config, strerror(errno));
    }
    config_print(&cli->config, out);
    cli->config_path = cli->demo_config;
    return fclose(out) == 0 || err_set(err, ERR_IO, "%s: %s", cli->demo_config, strerror(errno));
}

bool drill_configure(struct cli *cli, const char *scenario, struct err *err)
{
    size_t count = 0;
    char *text = scenario_text(scenario, err);
    bool ok = text && drill_settings(text, &cli->config, &count, err);
    free(text);
    /* Read back: settings may be right each and wrong together. */
    if (!ok || (count > 0 &&
                (!write_config(cli, err) || !config_load(cli->demo_config, &cli->config, err)))) {
        return err_prefix(err, "demo: scenario %.60s", scenario);
    }
    return true;
}
