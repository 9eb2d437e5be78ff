#include "ui/console.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/tz.h"
#include "config/config.h"
#include "store/reader.h"
#include "ui/commands.h"
#include "ui/header.h"
#include "ui/own.h"
#include "ui/prompt.h"
#include "ui/remember.h"
#include "ui/settings.h"
#include "ui/term/term.h"

enum { MESSAGE_MS = 6000, HINT_GAP = 2 };

struct view *console_view(const struct console *console)
{
    return console->stack[console->depth];
}

void console_say(struct console *console, enum role role, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(console->message, sizeof console->message, fmt, ap);
    va_end(ap);
    console->message_role = role;
    console->message_until = clock_mono_ms() + MESSAGE_MS;
}

/* The zone of the configuration, or the one of the user's environment. */
static int32_t offset_at(const struct console *console, int64_t at_ms)
{
    time_t seconds = (time_t)(at_ms / 1000);
    struct tm local = {0};
    if (console->zone) {
        return tz_offset_s(console->zone, at_ms / 1000);
    }
    localtime_r(&seconds, &local);
    return (int32_t)local.tm_gmtoff;
}

int64_t console_live_now(const struct console *console)
{
    return clock_now_ms(&console->clock);
}

void console_time(struct console *console)
{
    console->env.now = console->env.at ? console->env.at : console_live_now(console);
    console->env.offset_s = offset_at(console, console->env.now);
    console->env.config = console->config;
    console->env.overview = &console->overview;
    console->env.store = console->store;
}

void console_push(struct console *console, enum view_id id, const struct subject *subject)
{
    if (console->depth + 1 >= STACK_MAX) {
        console_say(console, ROLE_WARN, "too deep; Esc goes back");
        return;
    }
    struct view *view = view_create(id, subject);
    if (!view) {
        console_say(console, ROLE_ALARM, "out of memory");
        return;
    }
    remember_apply(str_text(&console->tables), view);
    console->stack[++console->depth] = view;
    console->stale = true;
}

void console_pop(struct console *console)
{
    if (console->depth > 0) {
        view_destroy(console->stack[console->depth]);
        console->stack[console->depth--] = NULL;
        console->stale = true;
    }
}

void console_close_overlay(struct console *console)
{
    if (console->overlay == OVERLAY_SHEET) {
        sheet_fini(&console->sheet);
    }
    console->overlay = OVERLAY_NONE;
    console->accept = NULL;
    console->changed = NULL;
    console->fill = NULL;
    console->chosen = console->moved = NULL;
    console->abandoned = NULL;
}

static const char *operator_refusal(struct console *console)
{
    if (console->at || console->env.at) {
        return "this is the past: nothing can be changed here; 0 goes back to now";
    }
    if (console->options->read_only) {
        return "this console was started with --read-only";
    }
    if (!console->control) {
        return "no engine runs: E starts one";
    }
    if (console->may_act_known && !console->may_act) {
        return "you are not in the operators' group of this engine";
    }
    if (console->request_pending) {
        return "the engine has not answered the last action yet";
    }
    return NULL;
}

const char *console_refusal(struct console *console, const struct binding *binding)
{
    struct view *view = console_view(console);
    struct subject subject = {0};
    bool selected = view_selection(view, &console->env, &subject);
    if ((binding->need & NEED_TABLE) && !view_is_table(view, view->focus)) {
        return "this pane is no table; Tab goes to the next one";
    }
    if ((binding->need & NEED_ROW) &&
        (!view_is_table(view, view->focus) || !view->panes[view->focus].table.shown)) {
        return "no row is selected";
    }
    if ((binding->need & NEED_ACCOUNT) && (!selected || !subject.account_id[0])) {
        return "select an account first";
    }
    if ((binding->need & NEED_RUN) && (!selected || !subject.run_id)) {
        return "select a run first";
    }
    return binding->need & NEED_OPERATOR ? operator_refusal(console) : NULL;
}

static void dialog_key_of(struct console *console, struct key key)
{
    switch (dialog_key(&console->dialog, key)) {
    case DIALOG_OPEN:
        break;
    case DIALOG_CHANGED:
        if (console->changed) {
            console->changed(console);
        }
        break;
    case DIALOG_CANCEL:
        console_close_overlay(console);
        console_say(console, ROLE_HINT, "nothing was done");
        break;
    case DIALOG_ACCEPT:
        if (!console->accept || console->accept(console)) {
            console_close_overlay(console);
        }
        break;
    }
}

static void menu_key_of(struct console *console, struct key key)
{
    enum menu_result result = menu_key(&console->menu, key);
    if ((result == MENU_MOVED || result == MENU_TOGGLED) && console->moved) {
        console->moved(console, console->menu.at);
    } else if (result == MENU_CANCEL) {
        void (*abandoned)(struct console *) = console->abandoned;
        console_close_overlay(console);
        if (abandoned) {
            abandoned(console);
        }
    } else if (result == MENU_CHOSEN) {
        void (*chosen)(struct console *, int) = console->chosen;
        int item = console->menu.at;
        console_close_overlay(console);
        if (chosen) {
            chosen(console, item);
        }
    }
}

static void sheet_key_of(struct console *console, struct key key)
{
    if (!sheet_key(&console->sheet, key)) {
        console_close_overlay(console);
    }
}

static void binding_key(struct console *console, struct key key)
{
    const struct binding *binding = keymap_find(&console->keymap, key.code);
    if (console->stale && !(binding && (binding->need & NEED_NO_ROWS))) {
        console_load(console); /* the keys before it have asked for what this one is about */
    }
    if (!binding && own_key(console, key.code)) {
        return;
    }
    if (!binding) {
        char name[16];
        console_say(console, ROLE_HINT, "%s means nothing here; ? shows every key",
                    key_text(key.code, name));
        return;
    }
    const char *refusal = console_refusal(console, binding);
    if (refusal) {
        console_say(console, ROLE_WARN, "%s: %s", binding->name, refusal);
        return;
    }
    console->message[0] = '\0';
    binding->run(console, binding->argument);
}

void console_key(struct console *console, struct key key)
{
    console->key = key;
    if (key.code == K_CTRL('L')) {
        command_redraw(console, 0);
        return;
    }
    switch (console->overlay) {
    case OVERLAY_NONE:
        binding_key(console, key);
        break;
    case OVERLAY_PROMPT:
        prompt_key(console, key);
        break;
    case OVERLAY_DIALOG:
        dialog_key_of(console, key);
        break;
    case OVERLAY_MENU:
        menu_key_of(console, key);
        break;
    case OVERLAY_SHEET:
        sheet_key_of(console, key);
        break;
    }
}

struct hint {
    const struct binding *binding;
    char keys[16];
    int width;
    bool shown;
};

/* The weightiest hints that fit, in the table's order. */
static void draw_hints(struct console *console, int y)
{
    struct hint hints[32];
    size_t count = 0, n = 0;
    const struct binding *table = keymap_table(&n);
    for (size_t i = 0; i < n && count < 32; i++) {
        int code = console->keymap.keys[i][0];
        if (table[i].hint && code) {
            struct hint *hint = &hints[count++];
            char name[16];
            *hint = (struct hint){.binding = &table[i]};
            snprintf(hint->keys, sizeof hint->keys, "%s", key_text(code, name));
            hint->width = text_width(hint->keys) + 1 + text_width(table[i].hint) + HINT_GAP;
        }
    }
    int room = console->canvas.cols - 1;
    for (int weight = 255; weight > 0; weight--) {
        for (size_t i = 0; i < count; i++) {
            if (hints[i].binding->weight == weight && hints[i].width <= room + HINT_GAP) {
                hints[i].shown = true;
                room -= hints[i].width;
            }
        }
    }
    int x = 1;
    for (size_t i = 0; i < count; i++) {
        if (hints[i].shown) {
            bool able = !console_refusal(console, hints[i].binding);
            int used =
                canvas_text(&console->canvas, y, x, 16, able ? ROLE_KEY : ROLE_HINT, hints[i].keys);
            canvas_text(&console->canvas, y, x + used + 1, 32, ROLE_HINT, hints[i].binding->hint);
            x += hints[i].width;
        }
    }
}

static void draw_last_line(struct console *console, int y)
{
    struct canvas *canvas = &console->canvas;
    if (console->overlay == OVERLAY_PROMPT) {
        prompt_draw(console, y);
    } else if (console->message[0]) {
        canvas_text(canvas, y, 1, canvas->cols - 1, console->message_role, console->message);
    } else if (y > 0) {
        draw_hints(console, y);
    }
}

void console_draw(struct console *console)
{
    struct canvas *canvas = &console->canvas;
    struct view *view = console_view(console);
    console_time(console);
    canvas_clear(canvas);
    struct env env = console_env(console);
    struct layout layout = view_layout(view, &env, canvas->rows, canvas->cols);
    header_draw(console, layout.header);
    view_draw(view, &env, &layout, canvas);
    if (console->env.at && view->class->live_only && layout.body.h > 1) {
        canvas_textf(canvas, layout.body.y, canvas->cols / 2, canvas->cols / 2, ROLE_BANNER,
                     " %s knows only now, not the past ", view->class->title);
    }
    if (console->problem[0]) {
        int y = layout.body.y + layout.body.h / 2;
        struct rect room = {y, 2, layout.body.y + layout.body.h - y, canvas->cols - 4};
        canvas_wrap(canvas, room, console->store ? ROLE_ALARM : ROLE_TEXT, console->problem);
    }
    if (layout.hints || console->message[0] || console->overlay == OVERLAY_PROMPT) {
        draw_last_line(console, canvas->rows - 1);
    }
    if (console->overlay == OVERLAY_DIALOG) {
        dialog_draw(&console->dialog, canvas);
    } else if (console->overlay == OVERLAY_MENU) {
        menu_draw(&console->menu, canvas);
    } else if (console->overlay == OVERLAY_SHEET) {
        sheet_draw(&console->sheet, canvas);
    }
}
