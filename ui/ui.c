#include "ui/ui.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/tz.h"
#include "store/reader.h"
#include "ui/console.h"
#include "ui/loop.h"
#include "ui/plain.h"
#include "ui/remember.h"
#include "ui/settings.h"
#include "ui/term/term.h"

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
    own_fini(&console->own);
    free(console->undo_ids);
    free(console->series.ids);
    canvas_fini(&console->canvas);
    str_fini(&console->tables);
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
    console->range = console->env.range = RANGE_MS;
    theme_default(&console->theme);
    remember_load(&console->tables);
    console->stack[0] = view_create(VIEW_TRIAGE, NULL);
    if (!console->stack[0]) {
        err_set(err, ERR_MEMORY, "console: out of memory");
    } else {
        remember_apply(str_text(&console->tables), console->stack[0]);
    }
    if (!console->stack[0] || !settings_start(console, err)) {
        console_destroy(console);
        return NULL;
    }
    console_time(console);
    return console;
}

/* What goes on now that nobody looks. */
static void say_goodbye(const struct console *console)
{
    struct control_holder holder;
    bool runs = control_lock_holder(console->options->state_dir, &holder);
    if (console->options->demo) {
        printf("adtop: the demo has ended, its engine and simulator with it\n");
    } else if (runs && !console->stopping) {
        printf("adtop: the engine goes on (pid %lld): 'adtop' comes back to it, 'adtop stop' ends "
               "it\n",
               (long long)holder.pid);
    } else if (!console->options->read_only) {
        printf("adtop: no engine runs; nothing is synced until 'adtop' or 'adtop engine'\n");
    }
    fflush(stdout);
}

bool ui_check_open(const struct ui_options *options, struct err *err)
{
    if (options->open_count && (options->plain || !term_usable())) {
        return err_set(err, ERR_USAGE,
                       "--open: there is no view to open without a console on a terminal; leave it "
                       "out, or see 'adtop --help' for what prints the same");
    }
    for (int i = 0; i < options->open_count; i++) {
        if (!console_line_looks(options->open[i], err)) {
            return false;
        }
    }
    return true;
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
        settings_show(console);
        ok = loop_run(console, err);
        term_close();
        if (ok) {
            say_goodbye(console);
        }
    }
    console_destroy(console);
    return ok;
}
