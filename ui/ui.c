#include "ui/ui.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/tz.h"
#include "config/config.h"
#include "store/reader.h"
#include "ui/console.h"
#include "ui/loop.h"
#include "ui/plain.h"
#include "ui/term/keyboard.h"
#include "ui/term/term.h"

enum { RANGE_MS = 3600 * 1000 };

static bool take_config(struct console *console, struct err *err)
{
    const struct ui_options *options = console->options;
    console->config = options->config;
    if (!console->config) {
        console->own_config = calloc(1, sizeof *console->own_config);
        if (!console->own_config) {
            return err_set(err, ERR_MEMORY, "console: out of memory");
        }
        config_defaults(console->own_config);
        console->config = console->own_config;
    }
    const char *zone = console->config->zone;
    if (zone[0] && strcmp(zone, "local") != 0) {
        console->zone = tz_load(zone, err);
        return console->zone != NULL;
    }
    return true;
}

static void console_destroy(struct console *console)
{
    if (!console) {
        return;
    }
    console_close_overlay(console);
    for (int i = console->depth; i >= 0; i--) {
        view_destroy(console->stack[i]);
    }
    control_close(console->control);
    store_reader_close(console->store);
    overview_fini(&console->overview);
    act_fini(&console->request);
    free(console->undo_ids);
    free(console->series.ids);
    canvas_fini(&console->canvas);
    tz_destroy(console->zone);
    free(console->own_config);
    free(console);
}

static struct console *console_create(const struct ui_options *options, struct err *err)
{
    struct console *console = calloc(1, sizeof *console);
    if (!console) {
        err_set(err, ERR_MEMORY, "console: out of memory");
        return NULL;
    }
    console->options = options;
    console->clock = options->clock.speed > 0 ? options->clock : (struct clock){.speed = 1};
    console->started_ms = clock_mono_ms();
    console->at = options->at_ms;
    console->env.range = RANGE_MS;
    keymap_init(&console->keymap);
    theme_default(&console->theme);
    console->stack[0] = view_create(VIEW_TRIAGE, NULL);
    if (!console->stack[0]) {
        err_set(err, ERR_MEMORY, "console: out of memory");
    }
    if (!console->stack[0] || !take_config(console, err)) {
        console_destroy(console);
        return NULL;
    }
    console_time(console);
    return console;
}

static void use_terminal(struct console *console)
{
    const char *theme = console->options->theme;
    console_use_theme(console, theme && *theme ? theme : console->config->theme);
    console->mouse = console->config->mouse;
    keyboard_mouse(console->mouse);
}

bool ui_run(const struct ui_options *options, struct err *err)
{
    struct console *console = console_create(options, err);
    bool ok = false;
    if (!console) {
        return false;
    }
    if (options->plain || !term_usable()) {
        ok = plain_run(console, err);
    } else if (term_open(err)) {
        use_terminal(console);
        ok = loop_run(console, err);
        term_close();
    }
    console_destroy(console);
    return ok;
}
