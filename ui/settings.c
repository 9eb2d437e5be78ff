#include "ui/settings.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/tz.h"
#include "config/config.h"
#include "ui/console.h"
#include "ui/term/keyboard.h"
#include "ui/term/signs.h"
#include "ui/term/term.h"

enum { FOLLOW_MS = 1000 };

const char *console_environment(const struct console *console)
{
    const char *given = console->options->environment;
    return given && *given ? given : console->config->environment;
}

void settings_accent(struct console *console)
{
    const char *colour = console->config->accent;
    bool production = strcasestr(console_environment(console), "prod") != NULL;
    if (!*colour && production) {
        colour = "red";
    }
    if (*colour && !theme_accent(&console->theme, colour)) {
        console_say(console, ROLE_WARN, "accent: no colour \"%.15s\" in theme %.60s", colour,
                    console->theme.name);
    }
}

/* Files are told apart by what changes when an editor or a tool writes them. */
static struct file_stamp stamp_of(const char *path)
{
    struct stat st;
    if (!*path || stat(path, &st) != 0) {
        return (struct file_stamp){0};
    }
    return (struct file_stamp){.inode = (int64_t)st.st_ino,
                               .size = (int64_t)st.st_size,
                               .ms = st.st_mtim.tv_sec * INT64_C(1000) +
                                     st.st_mtim.tv_nsec / 1000000};
}

static bool same_stamp(const struct file_stamp *a, const struct file_stamp *b)
{
    return a->inode == b->inode && a->size == b->size && a->ms == b->ms;
}

static void stamp_files(struct console *console)
{
    char path[CONFIG_PATH_SIZE];
    bool found = config_path(console->options->config_path, path);
    console->config_stamp = stamp_of(found ? path : "");
    console->theme_stamp = stamp_of(console->theme.path);
}

/* Zone, keys, glyphs: what a configuration says of the console but its theme. */
static bool take(struct console *console, const struct config *config, struct err *err)
{
    const char *name = config->zone;
    char path[CONFIG_PATH_SIZE];
    struct tz *zone = NULL;
    if (name[0] && strcmp(name, "local") != 0) {
        zone = tz_load(name, err);
        if (!zone) {
            return false;
        }
    }
    tz_destroy(console->zone);
    console->zone = zone;
    console->config = config;
    console->overview_of.at = 0;
    keymap_init(&console->keymap);
    (void)config_path(console->options->config_path, path); /* no file has no keys */
    const char *slash = strrchr(path, '/'), *file = slash ? slash + 1 : path;
    keymap_apply(&console->keymap, config, file, console->key_problems);
    own_apply(console, file);
    return true;
}

bool settings_start(struct console *console, struct err *err)
{
    const struct config *config = console->options->config;
    if (!config) {
        console->own_config = calloc(1, sizeof *console->own_config);
        if (!console->own_config) {
            return err_set(err, ERR_MEMORY, "console: out of memory");
        }
        config_defaults(console->own_config);
        config = console->own_config;
    }
    return take(console, config, err);
}

size_t settings_problem(const struct console *console, size_t i, char *out, size_t size)
{
    const char *const texts[] = {console->theme_problem, console->key_problems,
                                 console->own.problems};
    size_t count = 0;
    out[0] = '\0';
    for (size_t t = 0; t < sizeof texts / sizeof texts[0]; t++) {
        for (const char *line = texts[t]; *line;) {
            size_t n = strcspn(line, "\n");
            if (n && count++ == i) {
                snprintf(out, size, "%.*s", (int)n, line);
            }
            line += n + (line[n] == '\n');
        }
    }
    return count;
}

/* The first; there is one line for them. */
static void say_problems(struct console *console)
{
    char first[256];
    size_t count = settings_problem(console, 0, first, sizeof first);
    if (count > 1) {
        console_say(console, ROLE_WARN, "%zu problems, ':problems' lists them: %.180s", count,
                    first);
    } else if (count) {
        console_say(console, ROLE_WARN, "%s", first);
    }
}

void settings_show(struct console *console)
{
    const char *theme = console->options->theme;
    console_use_theme(console, theme && *theme ? theme : console->config->theme);
    console->mouse = console->config->mouse;
    keyboard_mouse(console->mouse);
    say_problems(console);
    stamp_files(console);
}

/* ASCII or not, as configured and as the terminal can; signs as it is known by now to place them.
 */
void console_glyphs(struct console *console)
{
    enum config_ascii ascii = console->config->ascii;
    console->canvas.ascii =
        ascii == CONFIG_ASCII_AUTO ? !term_caps()->utf8 : ascii == CONFIG_ASCII_ON;
    for (int sign = 0; sign < UTF8_SIGNS; sign++) {
        console->canvas.own_column[sign] = signs_place((enum utf8_sign)sign) == SIGN_COLUMN;
    }
}

static void read_config(struct console *console)
{
    struct err err = {0};
    struct config *fresh = malloc(sizeof *fresh), *old = console->own_config;
    char theme[CONFIG_PATH_SIZE];
    snprintf(theme, sizeof theme, "%s", console->config->theme);
    bool mouse = console->config->mouse;
    if (!fresh || !config_load(console->options->config_path, fresh, &err) ||
        !take(console, fresh, &err)) {
        free(fresh);
        console_say(console, ROLE_ALARM, "%.200s; the old settings stay",
                    err.message[0] ? err.message : "out of memory");
        return;
    }
    console->own_config = fresh;
    free(old);
    console_say(console, ROLE_OK, "the configuration was read again");
    /* What was chosen by hand stays, unless the file says something new. */
    console_use_theme(console,
                      strcmp(theme, fresh->theme) != 0 ? fresh->theme : console->theme_name);
    if (mouse != fresh->mouse) {
        console->mouse = fresh->mouse;
        keyboard_mouse(console->mouse);
    }
    console_glyphs(console);
    say_problems(console);
    console->stale = true;
}

void settings_follow(struct console *console)
{
    char path[CONFIG_PATH_SIZE];
    int64_t now = clock_mono_ms();
    if (now - console->followed_at < FOLLOW_MS) {
        return;
    }
    console->followed_at = now;
    bool found = config_path(console->options->config_path, path);
    struct file_stamp config = stamp_of(found ? path : "");
    struct file_stamp theme = stamp_of(console->theme.path);
    if (!same_stamp(&config, &console->config_stamp)) {
        console->config_stamp = config;
        read_config(console);
        console->theme_stamp = stamp_of(console->theme.path);
    } else if (!same_stamp(&theme, &console->theme_stamp)) {
        console_say(console, ROLE_OK, "the theme was read again");
        console_use_theme(console, console->theme_name);
        console->theme_stamp = theme;
    }
}
