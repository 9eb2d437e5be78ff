#include "ui/prompt.h"

#include <stdio.h>
#include <string.h>

#include "ui/commands.h"
#include "ui/console.h"
#include "ui/widget/table_find.h"

static const char *const labels[] = {
    [PROMPT_COMMAND] = ":", [PROMPT_FILTER] = "/", [PROMPT_FIND] = "find "};

static struct table *focused_table(struct console *console)
{
    struct view *view = console_view(console);
    return &view->panes[view->focus].table;
}

static struct row_source focused_source(struct console *console)
{
    struct view *view = console_view(console);
    return view_source(view, view->focus, &console->env);
}

static void open_prompt(struct console *console, enum prompt_kind kind, const char *before,
                        const char *text)
{
    const struct table *table = focused_table(console);
    console->overlay = OVERLAY_PROMPT;
    console->prompt_kind = kind;
    console->completion = 0;
    console->prompt_top = table->top;
    console->prompt_touched = table->touched;
    snprintf(console->prompt_before, sizeof console->prompt_before, "%s", before);
    snprintf(console->prompt_selected, sizeof console->prompt_selected, "%s", table->selected);
    edit_set(&console->prompt, text);
}

void command_prompt(struct console *console, int unused)
{
    (void)unused;
    open_prompt(console, PROMPT_COMMAND, "", "");
}

/* A filter is changed, what to find is typed anew. */
void command_filter(struct console *console, int unused)
{
    (void)unused;
    const char *filter = focused_table(console)->filter;
    open_prompt(console, PROMPT_FILTER, filter, filter);
}

void command_find(struct console *console, int unused)
{
    (void)unused;
    open_prompt(console, PROMPT_FIND, focused_table(console)->find, "");
}

void prompt_find(struct console *console, const char *terms)
{
    struct row_source source = focused_source(console);
    table_find(focused_table(console), &source, terms);
    if (*terms) {
        snprintf(console->find_last, sizeof console->find_last, "%s", terms);
    }
}

void command_find_next(struct console *console, int direction)
{
    struct table *table = focused_table(console);
    struct row_source source = focused_source(console);
    if (!table->find[0]) {
        table_find(table, &source, console->find_last);
    }
    if (!table->find[0]) {
        console_say(console, ROLE_HINT, "nothing has been looked for yet; f does");
        return;
    }
    switch (table_find_step(table, &source, direction)) {
    case FIND_NONE:
        console_say(console, ROLE_WARN, "nothing here matches \"%.100s\"", table->find);
        return;
    case FIND_ONLY:
        console_say(console, ROLE_HINT, "this is the only match");
        return;
    case FIND_WRAPPED:
        console_say(console, ROLE_HINT, "wrapped to the %s", direction > 0 ? "first" : "last");
        break;
    case FIND_MOVED:
        break;
    }
}

/* As it was before the line was opened. */
static void restore_place(struct console *console)
{
    struct table *table = focused_table(console);
    struct row_source source = focused_source(console);
    table_select(table, &source, console->prompt_selected);
    table->top = console->prompt_top;
    table->held = false;
}

/* Both apply while they are typed. */
static void typed(struct console *console)
{
    struct view *view = console_view(console);
    struct table *table = focused_table(console);
    if (console->prompt_kind == PROMPT_FILTER) {
        snprintf(table->filter, sizeof table->filter, "%s", console->prompt.text);
        view_update(view, view->focus, &console->env);
    } else if (console->prompt_kind == PROMPT_FIND) {
        struct row_source source = focused_source(console);
        restore_place(console);
        table_find(table, &source, console->prompt.text);
        table_find_here(table, &source);
    }
}

static void abandon(struct console *console)
{
    if (console->prompt_kind != PROMPT_COMMAND) {
        edit_set(&console->prompt, console->prompt_before);
        typed(console);
        restore_place(console);
        focused_table(console)->touched = console->prompt_touched;
    }
    console_close_overlay(console);
}

static void take(struct console *console)
{
    char line[EDIT_MAX];
    enum prompt_kind kind = console->prompt_kind;
    snprintf(line, sizeof line, "%s", console->prompt.text);
    console_close_overlay(console);
    if (kind == PROMPT_COMMAND) {
        console_command(console, line);
    } else if (kind == PROMPT_FIND && !*line) { /* the same again */
        prompt_find(console, console->prompt_before);
        command_find_next(console, 1);
    } else if (kind == PROMPT_FIND) {
        prompt_find(console, line);
        if (!focused_table(console)->found_count) {
            console_say(console, ROLE_WARN, "nothing here matches \"%.100s\"", line);
        }
    }
}

void prompt_key(struct console *console, struct key key)
{
    if (key.code == K_ESC) {
        abandon(console);
    } else if (key.code == K_ENTER) {
        take(console);
    } else if (key.code == K_TAB) {
        console_complete(console);
        typed(console);
    } else if (key.code == K_BACKSPACE && !console->prompt.length) {
        if (console->prompt_kind == PROMPT_FIND) {
            abandon(console);
        }
        console_close_overlay(console);
    } else if (edit_key(&console->prompt, key)) {
        console->completion = 0;
        typed(console);
    }
}

void prompt_draw(struct console *console, int y)
{
    struct canvas *canvas = &console->canvas;
    const char *label = labels[console->prompt_kind];
    int x = text_width(label);
    char help[PROMPT_HELP];
    canvas_fill(canvas, (struct rect){y, 0, 1, canvas->cols}, ROLE_INPUT);
    canvas_text(canvas, y, 0, x, ROLE_KEY, label);
    console_prompt_help(console, help);
    int wide = text_width(help), needed = x + text_width(console->prompt.text) + wide + 4;
    if (needed <= canvas->cols) {
        canvas_text(canvas, y, canvas->cols - wide - 1, wide, ROLE_HINT, help);
    } else {
        wide = 0;
    }
    edit_draw(&console->prompt, canvas, y, x, canvas->cols - wide - 1 - x, ROLE_INPUT, true);
}
