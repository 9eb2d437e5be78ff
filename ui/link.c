#include "ui/link.h"

#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/date.h"
#include "base/utf8.h"
#include "ui/commands.h"
#include "ui/console.h"
#include "ui/term/osc.h"

enum { OPENED_MAX = 16 };

/* ---- writing it ---- */

struct link {
    struct str *out;
    const char *gap;
    bool harmless;
};

/* As one word of a POSIX shell. */
static void add_word(struct str *out, const char *word)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                "_@%+=:,./-";
    if (*word && !word[strspn(word, plain)]) {
        str_add(out, word);
        return;
    }
    str_addc(out, '\'');
    for (; *word; word++) {
        str_add(out, *word == '\'' ? "'\\''" : (const char[]){*word, '\0'});
    }
    str_addc(out, '\'');
}

static void add_option(struct link *link, const char *option, const char *value)
{
    char clean[PATH_MAX];
    utf8_clean(value, clean, sizeof clean);
    link->harmless = link->harmless && strcmp(clean, value) == 0;
    str_addf(link->out, "%s%s ", link->gap, option);
    add_word(link->out, value);
}

static void add_path(struct link *link, const char *option, const char *path)
{
    char *absolute = realpath(path, NULL);
    add_option(link, option, absolute ? absolute : path);
    free(absolute);
}

static void add_line(struct link *link, const char *command, const char *words)
{
    char line[OPEN_LINE];
    int n = snprintf(line, sizeof line, "%s%s%s", command, *words ? " " : "", words);
    link->harmless = link->harmless && n > 0 && (size_t)n < sizeof line;
    add_option(link, "--open", line);
}

static void add_view(struct link *link, const struct view *view)
{
    const char *id = view->subject.account_id;
    char number[24];
    snprintf(number, sizeof number, "%" PRId64, view->subject.run_id);
    switch (view->class->id) {
    case VIEW_TRIAGE: /* it begins there */
        break;
    case VIEW_ACCOUNT:
    case VIEW_ENTITIES:
        add_line(link, view->class->name, id);
        break;
    case VIEW_RUN:
        add_line(link, "run", number);
        break;
    case VIEW_ACCOUNTS:
    case VIEW_USAGE:
    case VIEW_RUNS:
    case VIEW_QUEUE:
    case VIEW_BUDGET:
    case VIEW_ERRORS:
    case VIEW_LOG:
    case VIEW_ACTIONS:
    case VIEW_HANDOVER:
    case VIEW_COUNT:
        add_line(link, view->class->name, "");
        break;
    }
}

/* The title up to a comma, in lower case: what link_pane finds it by. */
static void pane_name(const struct view *view, int pane, char out[64])
{
    const char *title = view->class->panes[pane]->title;
    snprintf(out, 64, "%.*s", (int)strcspn(title, ","), title);
    for (char *c = out; *c; c++) {
        *c = (char)(*c >= 'A' && *c <= 'Z' ? *c + 'a' - 'A' : *c);
    }
}

/* Rows of a tree that have others below them here; the parent before its child. */
static void add_opened(struct link *link, const struct view *view, int pane)
{
    const struct pane_class *class = view->class->panes[pane];
    const struct pane *rows = &view->panes[pane];
    int count = 0;
    for (size_t i = 0; class->depth && i + 1 < rows->count && count < OPENED_MAX; i++) {
        char id[ROW_ID];
        if (class->depth(rows->rows[i + 1]) > class->depth(rows->rows[i])) {
            class->row_id(rows->rows[i], id);
            add_line(link, "select", id);
            add_line(link, "open", "");
            count++;
        }
    }
}

static bool own_order(const struct view *view, int pane)
{
    const struct table *table = &view->panes[pane].table;
    int own = view->class->panes[pane]->sort - 1;
    return table->sort == own && (own < 0 || table->descending == table->columns[own].descending);
}

static bool changed(const struct view *view, int pane)
{
    const struct table *table = &view->panes[pane].table;
    return view_is_table(view, pane) &&
           (table->filter[0] || table->touched || !own_order(view, pane));
}

/* The order always: what the reader has in mind for this table may be another. */
static void add_pane(struct link *link, const struct view *view, int pane)
{
    const struct table *table = &view->panes[pane].table;
    if (!view_is_table(view, pane)) {
        return;
    }
    char order[64] = "none";
    if (table->sort >= 0) {
        snprintf(order, sizeof order, "%c%s", table->descending ? '-' : '+',
                 table->columns[table->sort].key);
    }
    add_opened(link, view, pane);
    add_line(link, "sort", order);
    if (table->filter[0]) {
        add_line(link, "filter", table->filter);
    }
    if (table->touched && table->selected[0]) {
        add_line(link, "select", table->selected);
    }
}

static void add_panes(struct link *link, const struct view *view)
{
    char name[64];
    int at = view->class->first_focus;
    for (int i = 0; i <= view->class->pane_count; i++) {
        int pane = i < view->class->pane_count ? i : view->focus; /* the focused one last */
        bool last = i == view->class->pane_count;
        if (!last && (pane == view->focus || !changed(view, pane))) {
            continue;
        }
        if (pane != at) {
            pane_name(view, pane, name);
            add_line(link, "pane", name);
            at = pane;
        }
        add_pane(link, view, pane);
    }
}

/* To the millisecond: what was written in this second was seen, or was not. */
static void add_instant(struct link *link, int64_t at)
{
    char second[32], text[48];
    date_format_rfc3339(at, 0, second);
    snprintf(text, sizeof text, "%.19s.%03dZ", second, (int)(at % 1000));
    add_option(link, "--at", at % 1000 ? text : second);
}

bool link_text(struct console *console, bool live, const char *gap, struct str *out,
               struct err *err)
{
    const struct ui_options *options = console->options;
    const struct view *view = console_view(console);
    struct link link = {.out = out, .gap = gap, .harmless = true};
    str_add(out, "adtop");
    add_path(&link, "--state-dir", options->state_dir);
    if (options->config_path) {
        add_path(&link, "--config", options->config_path);
    }
    if (!live) {
        add_instant(&link, console->env.now);
    } else if (options->read_only) {
        str_addf(out, "%s--read-only", gap);
    }
    add_view(&link, view);
    if (console->env.range != RANGE_MS) {
        char range[24];
        duration_format(console->env.range, range);
        add_line(&link, "range", range);
    }
    add_panes(&link, view);
    if (out->overflow || !link.harmless) {
        return err_set(err, ERR_USAGE,
                       "link: the filter, or a path, is too long for a command "
                       "line or holds what cannot be typed; change it");
    }
    return true;
}

static void show(struct console *console, bool live, enum osc_copied copied, const char *text)
{
    static const char *const titles[] = {
        [OSC_COPIED] = "Link: copied",
        [OSC_COPY_TOO_LONG] = "Link: too long to copy through a terminal",
        [OSC_COPY_UNKNOWN] = "Link (this terminal is not known to take copies)",
    };
    sheet_init(&console->sheet, titles[copied], console->canvas.cols);
    for (const char *line = text; *line;) {
        size_t n = strcspn(line, "\n");
        sheet_add(&console->sheet, ROLE_TEXT, "%.*s", (int)n, line);
        if (n >= SHEET_LINE) {
            sheet_add(&console->sheet, ROLE_WARN, "cut here; the copy is whole");
        }
        line += n + (line[n] == '\n');
    }
    sheet_add(&console->sheet, ROLE_TEXT, " ");
    if (copied == OSC_COPIED && osc_copy_needs()[0]) {
        sheet_add(&console->sheet, ROLE_HINT, "%s", osc_copy_needs());
    }
    sheet_add(&console->sheet, ROLE_HINT, "%s",
              live ? "opens this picture and goes on from now; :link holds the instant shown"
                   : "opens this picture as of the instant shown; ':link live' goes on from now");
    if (!live && console_view(console)->class->live_only) {
        sheet_add(&console->sheet, ROLE_WARN, "%s knows only now: it will have moved on",
                  console_view(console)->class->title);
    }
    console->overlay = OVERLAY_SHEET;
}

void link_line(struct console *console, const char *words)
{
    struct str line, shown;
    struct err err = {0};
    bool live = strcmp(words, "live") == 0;
    if (*words && !live) {
        console_say(console, ROLE_WARN, "link: \"%s\" means nothing; ':link' or ':link live'",
                    words);
        return;
    }
    str_init(&line, LINK_MAX);
    str_init(&shown, LINK_MAX);
    if (link_text(console, live, " ", &line, &err) &&
        link_text(console, live, " \\\n  ", &shown, &err)) {
        show(console, live, osc_copy(str_text(&line)), str_text(&shown));
    } else {
        console_say(console, ROLE_WARN, "%s", err.message);
    }
    str_fini(&line);
    str_fini(&shown);
}

void command_link(struct console *console, int unused)
{
    (void)unused;
    link_line(console, "");
}

/* ---- following it ---- */

static struct table *focused(struct console *console, const char *command)
{
    struct view *view = console_view(console);
    if (view_is_table(view, view->focus)) {
        return &view->panes[view->focus].table;
    }
    console_say(console, ROLE_WARN, "%s: this pane is no table; Tab goes to the next one", command);
    return NULL;
}

void link_pane(struct console *console, const char *words)
{
    struct view *view = console_view(console);
    for (int i = 0; *words && i < view->class->pane_count; i++) {
        if (strncasecmp(view->class->panes[i]->title, words, strlen(words)) == 0) {
            view->focus = i;
            return;
        }
    }
    console_say(console, ROLE_WARN, "pane: none here begins with \"%s\"", words);
}

void link_sort(struct console *console, const char *words)
{
    struct view *view = console_view(console);
    struct table *table = focused(console, "sort");
    bool told = *words == '-' || *words == '+', own = strcmp(words, "none") == 0;
    if (!table) {
        return;
    }
    for (size_t i = 0; own || i < table->column_count; i++) {
        if (own || strcasecmp(table->columns[i].key, words + told) == 0) {
            if (own) {
                table->sort = -1;
            } else if (!told || table->sort != (int)i) {
                table_sort(table, (int)i);
            }
            table->descending = told ? *words == '-' : table->descending && !own;
            view_update(view, view->focus, &console->env);
            return;
        }
    }
    console_say(console, ROLE_WARN, "sort: no column \"%s\" here", words + told);
}

void link_select(struct console *console, const char *words)
{
    struct view *view = console_view(console);
    struct table *table = focused(console, "select");
    if (!table) {
        return;
    }
    struct row_source source = view_source(view, view->focus, &console->env);
    table_select(table, &source, words);
    if (strcmp(table->selected, words) != 0) {
        console_say(console, ROLE_WARN, "select: no row \"%s\" here", words);
    }
}

bool link_open(struct console *console, struct err *err)
{
    const struct ui_options *options = console->options;
    char before[sizeof console->message];
    memcpy(before, console->message, sizeof before);
    for (int i = 0; i < options->open_count; i++) {
        console_close_overlay(console);
        console->message[0] = '\0';
        console->opening = true;
        console_command(console, options->open[i]);
        console->opening = false;
        bool refused = console->message_role == ROLE_WARN || console->message_role == ROLE_ALARM;
        if (console->message[0] && refused) {
            return err_set(err, ERR_USAGE, "--open '%.100s': %s", options->open[i],
                           console->message);
        }
        if (console->stale) {
            console_load(console);
        }
    }
    if (!console->message[0]) {
        memcpy(console->message, before, sizeof before);
    }
    return true;
}
