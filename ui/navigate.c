/* navigate: moving about, filters, sorting and columns. */
#include <stdio.h>
#include <string.h>

#include "ui/commands.h"
#include "ui/console.h"
#include "ui/prompt.h"
#include "ui/remember.h"
#include "ui/term/keyboard.h"
#include "ui/term/term.h"

static struct table *focused_table(struct console *console)
{
    struct view *view = console_view(console);
    return &view->panes[view->focus].table;
}

void command_move(struct console *console, int delta)
{
    struct view *view = console_view(console);
    struct row_source source = view_source(view, view->focus, &console->env);
    table_move(focused_table(console), &source, delta);
}

void command_page(struct console *console, int direction)
{
    command_move(console, direction * focused_table(console)->page);
}

void command_edge(struct console *console, int end)
{
    int rows = (int)focused_table(console)->shown;
    command_move(console, end ? rows : -rows);
}

void command_next_pane(struct console *console, int direction)
{
    struct view *view = console_view(console);
    int count = view->class->pane_count;
    view->focus = (view->focus + direction + count) % count;
}

void command_view(struct console *console, int id)
{
    struct subject subject = {0};
    if (!console_subject(console, &subject) && console->words[0]) {
        console_say(console, ROLE_WARN, "no account, or more than one, is \"%s\"", console->words);
        return;
    }
    if ((enum view_id)id == VIEW_TRIAGE) {
        while (console->depth > 0) {
            console_pop(console);
        }
        return;
    }
    if (console_view(console)->class->id == (enum view_id)id) {
        return;
    }
    while (console->depth > 0) {
        console_pop(console);
    }
    console_push(console, (enum view_id)id, &subject);
}

void command_enter(struct console *console, int unused)
{
    (void)unused;
    struct view *view = console_view(console);
    const struct pane_class *pane = view->class->panes[view->focus];
    enum view_id next = pane->enter;
    struct subject subject;
    if (pane->toggle) {
        struct row_source source = view_source(view, view->focus, &console->env);
        const void *row = table_row(&view->panes[view->focus].table, &source);
        console->stale = row && pane->toggle(view, row);
        if (!console->stale) {
            console_say(console, ROLE_HINT, "nothing to open here");
        }
        return;
    }
    if (next == VIEW_COUNT || !view_selection(view, &console->env, &subject)) {
        console_say(console, ROLE_HINT, "nothing to open here");
        return;
    }
    if (next == VIEW_RUN && !subject.run_id) {
        next = VIEW_ACCOUNT;
    }
    if (next == VIEW_ACCOUNT && !subject.account_id[0]) {
        console_say(console, ROLE_HINT, "this row is about no single account");
    } else {
        console_push(console, next, &subject);
    }
}

static void refilter(struct console *console)
{
    struct view *view = console_view(console);
    view_update(view, view->focus, &console->env);
}

void command_back(struct console *console, int unused)
{
    (void)unused;
    struct table *table = focused_table(console);
    if (table->find[0]) {
        prompt_find(console, "");
    } else if (table->filter[0]) {
        table->filter[0] = '\0';
        refilter(console);
    } else if (console->depth > 0) {
        console_pop(console);
    } else if (console->at) {
        command_live(console, 0);
    } else {
        console_say(console, ROLE_HINT, "this is the top; q leaves, the engine %s",
                    console->options->demo ? "of a demo ends too" : "goes on");
    }
}

void command_quit(struct console *console, int unused)
{
    (void)unused;
    console->quit = true;
}

/* Columns and sorting outlive the view and the console. */
static void remember(struct console *console)
{
    struct err err = {0};
    remember_note(&console->tables, console_view(console));
    if (!remember_save(&console->tables, &err)) {
        console_say(console, ROLE_WARN, "not remembered: %s", err.message);
    }
}

static void sort_chosen(struct console *console, int item)
{
    table_sort(focused_table(console), item - 1);
    refilter(console);
    remember(console);
}

void command_sort_menu(struct console *console, int unused)
{
    (void)unused;
    const struct table *table = focused_table(console);
    menu_init(&console->menu, "Sort by", false);
    menu_item(&console->menu, table->sort < 0, "the view's own order");
    for (size_t i = 0; i < table->column_count; i++) {
        char text[96];
        snprintf(text, sizeof text, "%-10s %s", table->columns[i].key,
                 table->columns[i].help ? table->columns[i].help : "");
        menu_item(&console->menu, table->sort == (int)i, text);
    }
    console->menu.at = table->sort + 1;
    console->overlay = OVERLAY_MENU;
    console->chosen = sort_chosen;
}

void command_sort_step(struct console *console, int delta)
{
    table_sort_step(focused_table(console), delta);
    refilter(console);
    remember(console);
}

void command_invert(struct console *console, int unused)
{
    (void)unused;
    struct table *table = focused_table(console);
    if (table->sort < 0) {
        console_say(console, ROLE_HINT, "the view's own order has no reverse; < > choose a column");
        return;
    }
    table->descending = !table->descending;
    refilter(console);
    remember(console);
}

static void columns_toggled(struct console *console, int item)
{
    struct table *table = focused_table(console);
    (void)item;
    table->hidden = 0;
    for (int i = 0; i < console->menu.count; i++) {
        table->hidden |= console->menu.items[i].on ? 0 : 1u << i;
    }
    remember(console);
}

void command_columns(struct console *console, int unused)
{
    (void)unused;
    const struct table *table = focused_table(console);
    menu_init(&console->menu, "Columns: Space shows or hides", true);
    for (size_t i = 0; i < table->column_count; i++) {
        char text[96];
        snprintf(text, sizeof text, "%-10s %s", table->columns[i].key,
                 table->columns[i].help ? table->columns[i].help : "");
        menu_item(&console->menu, !(table->hidden & (1u << i)), text);
    }
    console->overlay = OVERLAY_MENU;
    console->moved = columns_toggled;
    console->chosen = columns_toggled;
}

void command_mark(struct console *console, int unused)
{
    (void)unused;
    struct table *table = focused_table(console);
    char id[ROW_ID];
    snprintf(id, sizeof id, "%s", table->selected);
    table_mark(table, id, !table_marked(table, id));
    command_move(console, 1);
}

void command_mark_all(struct console *console, int unused)
{
    (void)unused;
    struct view *view = console_view(console);
    struct row_source source = view_source(view, view->focus, &console->env);
    table_mark_shown(focused_table(console), &source);
}

void command_unmark_all(struct console *console, int unused)
{
    (void)unused;
    table_unmark_all(focused_table(console));
}

void command_redraw(struct console *console, int unused)
{
    (void)unused;
    console->stale = true;
    term_redraw();
}

void command_mouse(struct console *console, int unused)
{
    (void)unused;
    console->mouse = !console->mouse;
    keyboard_mouse(console->mouse);
    console_say(console, ROLE_HINT,
                console->mouse ? "mouse on: click selects, wheel scrolls"
                               : "mouse off: the terminal selects text again");
}

void command_click(struct console *console, int wheel)
{
    struct view *view = console_view(console);
    for (int i = 0; i < view->class->pane_count; i++) {
        struct rect r = view->rects[i];
        int y = console->key.y, x = console->key.x;
        if (y < r.y || y >= r.y + r.h || x < r.x || x >= r.x + r.w) {
            continue;
        }
        view->focus = i;
        if (!view_is_table(view, i)) {
            return;
        }
        if (wheel) {
            command_move(console, wheel);
            return;
        }
        struct row_source source = view_source(view, i, &console->env);
        int heading = r.h - 1 >= 3 ? 1 : 0;
        table_click(&view->panes[i].table, &source, y - r.y - heading);
        return;
    }
}
