/* reading: help, why, time travel, themes, copies and dumps. Nothing here changes the engine. */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/date.h"
#include "base/fd.h"
#include "base/utf8.h"
#include "store/reader.h"
#include "ui/commands.h"
#include "ui/console.h"
#include "ui/format.h"
#include "ui/settings.h"
#include "ui/term/osc.h"
#include "ui/term/paint.h"
#include "ui/when.h"
#include "ui/why.h"

enum {
    HELP_NAMES = 64,
    MINUTE_MS = 60000,
    RANGE_MIN_MS = MINUTE_MS,
    THEMES_MAX = MENU_ITEMS,
    DUMP_MAX = 4 * 1024 * 1024
};

static void add_signs(struct console *console)
{
    static const struct {
        enum glyph glyph;
        const char *meaning;
    } signs[] = {
        {GLYPH_NEW,  "before a state: it began less than 2 minutes ago"      },
        {GLYPH_UP,   "before a usage: near its line, and it rises"           },
        {GLYPH_DOWN, "before a usage: near its line or blocked, and it falls"},
        {GLYPH_MARK, "before a row: you marked it"                           },
    };
    const struct canvas *canvas = &console->canvas;
    sheet_add(&console->sheet, ROLE_DIALOG_TITLE, "Signs");
    for (size_t i = 0; i < sizeof signs / sizeof signs[0]; i++) {
        enum glyph glyph = signs[i].glyph;
        sheet_add(&console->sheet, ROLE_TEXT, "  %s%-*s %s",
                  canvas->ascii ? console->theme.ascii[glyph] : console->theme.utf8[glyph],
                  canvas->cols >= HELP_NAMES ? 13 : 2, "", signs[i].meaning);
    }
}

void command_help(struct console *console, int unused)
{
    (void)unused;
    size_t count = 0;
    const struct binding *table = keymap_table(&count);
    const char *group = "";
    sheet_init(&console->sheet, "Help: keys, any other key closes", console->canvas.cols);
    for (size_t i = 0; i < count; i++) {
        char keys[48];
        if (strcmp(group, table[i].group) != 0) {
            group = table[i].group;
            sheet_add(&console->sheet, ROLE_DIALOG_TITLE, "%s", group);
        }
        keymap_keys_text(&console->keymap, &table[i], keys);
        enum role role = console_refusal(console, &table[i]) ? ROLE_DIM : ROLE_TEXT;
        if (console->canvas.cols >= HELP_NAMES) {
            sheet_add(&console->sheet, role, "  %-14s :%-14s %s", keys[0] ? keys : "-",
                      table[i].name, table[i].help);
        } else if (keys[0]) { /* no room for the names; what has no key is found behind ":" */
            sheet_add(&console->sheet, role, "  %-11s %s", keys, table[i].help);
        }
    }
    own_help(console, console->canvas.cols >= HELP_NAMES);
    add_signs(console);
    sheet_add(&console->sheet, ROLE_DIALOG_TITLE, "States");
    for (int i = 0; i < HOLD_REASON_COUNT; i++) {
        sheet_add(&console->sheet, ROLE_TEXT, "  %-*s %s",
                  console->canvas.cols >= HELP_NAMES ? 14 : 3,
                  hold_reason_label((enum hold_reason)i), hold_reason_text((enum hold_reason)i));
    }
    console->overlay = OVERLAY_SHEET;
}

/* The row the sheet was opened on, where it has reasons of its own and is still there. */
static const void *row_to_explain(const struct console *console, const struct env *env)
{
    const struct view *view = console_view(console);
    struct row_source source = view_source(view, view->focus, env);
    const void *row = table_row(&view->panes[view->focus].table, &source);
    char id[ROW_ID];
    if (!row || !console->why_row[0]) {
        return NULL;
    }
    source.id(row, id);
    return strcmp(id, console->why_row) == 0 ? row : NULL;
}

/* As of an instant long ago it may take longer than a key may wait. */
static void read_why(struct console *console)
{
    const struct view *view = console_view(console);
    struct env env = console_env(console);
    struct sheet *sheet = &console->sheet, fresh;
    const void *row = row_to_explain(console, &env);
    sheet_init(&fresh, sheet->title, console->canvas.cols);
    if (row) {
        view->class->panes[view->focus]->explain(row, &env, &fresh);
    } else if (console->why.account_id[0]) {
        why_explain(&env, &console->why, &fresh);
    } else {
        sheet_add(&fresh, ROLE_WARN, "it is no longer in the list");
    }
    if (store_reader_stopped(console->store)) {
        sheet_fini(&fresh);
        return;
    }
    sheet_fini(sheet);
    *sheet = fresh;
}

/* The focused row's own reasons where it has some, else those of its account. */
void command_why(struct console *console, int unused)
{
    (void)unused;
    struct subject subject = {0};
    char title[SHEET_TITLE];
    const struct view *view = console_view(console);
    const struct pane_class *class = view->class->panes[view->focus];
    struct env env = console_env(console);
    bool selected = console_subject(console, &subject), named = console->words[0] != '\0';
    struct row_source source = view_source(view, view->focus, &env);
    const void *row =
        class->explain && !named ? table_row(&view->panes[view->focus].table, &source) : NULL;
    if (!row && (!selected || !subject.account_id[0])) {
        console_say(console, ROLE_WARN, "why: select an account, a run, a call or an error first");
        return;
    }
    snprintf(title, sizeof title, "Why: %.100s",
             subject.name[0]         ? subject.name
             : subject.account_id[0] ? subject.account_id
                                     : class->title);
    console->why = subject;
    console->why_row[0] = '\0';
    if (row) {
        source.id(row, console->why_row);
    }
    sheet_init(&console->sheet, title, console->canvas.cols);
    sheet_add(&console->sheet, ROLE_DIM, "loading");
    console->overlay = OVERLAY_SHEET;
    console->fill = read_why;
}

/* Every column, shown or not, in full. */
void command_row(struct console *console, int unused)
{
    (void)unused;
    const struct view *view = console_view(console);
    const struct table *table = &view->panes[view->focus].table;
    struct env env = console_env(console);
    struct row_source source = view_source(view, view->focus, &env);
    const void *row = table_row(table, &source);
    sheet_init(&console->sheet, view->class->panes[view->focus]->title, console->canvas.cols);
    for (size_t i = 0; row && i < table->column_count; i++) {
        struct cell_out cell = {.gauge = -1};
        table->columns[i].format(row, &env, &cell);
        bool letter = strlen(cell.text) <= 2 && !islower((unsigned char)cell.text[0]);
        bool long_name = cell.names[0] && letter;
        if (cell.text[0] && long_name) {
            snprintf(cell.text + strlen(cell.text), 32, "  %.28s", cell.names[0]);
        }
        why_text(&console->sheet, ROLE_TEXT, table->columns[i].key, cell.text);
    }
    console->overlay = OVERLAY_SHEET;
}

static int64_t asked_now(const struct console *console)
{
    return console->at ? console->at : console_live_now(console);
}

static void look_at(struct console *console, int64_t at)
{
    int64_t live = console_live_now(console);
    console->at = at > live ? live : at;
    console->stale = true;
}

void command_freeze(struct console *console, int unused)
{
    (void)unused;
    if (console->at) {
        command_live(console, 0);
    } else {
        look_at(console, console->env.at ? console_live_now(console) : console->env.now);
        console_say(console, ROLE_HINT, "frozen: [ ] step a minute, { } ten, 0 is live again");
    }
}

void command_step(struct console *console, int minutes)
{
    look_at(console, asked_now(console) + (int64_t)minutes * MINUTE_MS);
}

void command_live(struct console *console, int unused)
{
    (void)unused;
    console->at = 0;
    console->stale = true;
}

/* "2h", and "2h ago". */
static bool ago_parse(const char *words, int64_t *ago)
{
    static const char tail[] = " ago";
    char text[32];
    size_t n = strlen(words);
    if (n >= sizeof tail && strcmp(words + n - (sizeof tail - 1), tail) == 0) {
        n -= sizeof tail - 1;
    }
    snprintf(text, sizeof text, "%.*s", n < sizeof text ? (int)n : 0, words);
    return duration_parse(text, ago);
}

void line_at(struct console *console, const char *words)
{
    int64_t at = 0, ago = 0, now = console_live_now(console);
    if (ago_parse(words, &ago)) {
        at = now - ago;
    } else if (!when_parse(words, now, console->env.offset_s, false, &at)) {
        console_say(console, ROLE_WARN,
                    "at: \"%s\" is no instant; try 03:10, 2h or 2026-11-24T03:10:00Z", words);
        return;
    }
    console->at = at;
    console->stale = true;
}

void line_range(struct console *console, const char *words)
{
    int64_t range = 0;
    if (!duration_parse(words, &range) || range < RANGE_MIN_MS) {
        console_say(console, ROLE_WARN, "range: \"%s\" is no duration; try 1h", words);
        return;
    }
    console->range = range;
    console->stale = true;
}

/* Graphs and lists from that moment on. */
void line_since(struct console *console, const char *words)
{
    int64_t at = 0, ago = 0, now = asked_now(console);
    if (ago_parse(words, &ago)) {
        at = now - ago;
    } else if (!when_parse(words, now, console->env.offset_s, false, &at)) {
        console_say(console, ROLE_WARN,
                    "since: \"%s\" is no instant; try 03:10, 2h or 2026-11-24T03:10:00Z", words);
        return;
    }
    if (now - at < RANGE_MIN_MS) {
        console_say(console, ROLE_WARN, "since: that is less than a minute ago");
        return;
    }
    console->range = now - at;
    console->stale = true;
}

static const struct {
    const char *text;
    int64_t ms;
} ranges[] = {
    {"15 minutes", 15LL * MINUTE_MS      },
    {"1 hour",     60LL * MINUTE_MS      },
    {"6 hours",    360LL * MINUTE_MS     },
    {"24 hours",   1440LL * MINUTE_MS    },
    {"7 days",     7 * 1440LL * MINUTE_MS}
};
enum { RANGES = sizeof ranges / sizeof ranges[0] };

static void range_chosen(struct console *console, int item)
{
    console->range = ranges[item].ms;
    console->stale = true;
}

void command_range(struct console *console, int unused)
{
    (void)unused;
    menu_init(&console->menu, "Time range", false);
    for (int i = 0; i < RANGES; i++) {
        menu_item(&console->menu, console->range == ranges[i].ms, ranges[i].text);
        console->menu.at = console->range == ranges[i].ms ? i : console->menu.at;
    }
    console->overlay = OVERLAY_MENU;
    console->chosen = range_chosen;
}

static void theme_tried(struct console *console, int item)
{
    struct err err = {0};
    if (!console_select_theme(console, console->menu.items[item].text, &err)) {
        console_say(console, ROLE_WARN, "%s", err.message);
    }
}

static void theme_abandoned(struct console *console)
{
    console_use_theme(console, console->theme_before);
}

void command_theme(struct console *console, int unused)
{
    (void)unused;
    struct theme_entry themes[THEMES_MAX];
    size_t count = theme_list(themes, THEMES_MAX);
    menu_init(&console->menu, "Theme", false);
    for (size_t i = 0; i < count && i < THEMES_MAX; i++) {
        bool current = strcmp(themes[i].name, console->theme.name) == 0;
        menu_item(&console->menu, current, themes[i].name);
        console->menu.at = current ? (int)i : console->menu.at;
    }
    snprintf(console->theme_before, sizeof console->theme_before, "%s", console->theme_name);
    console->overlay = OVERLAY_MENU;
    console->moved = console->chosen = theme_tried;
    console->abandoned = theme_abandoned;
}

bool console_select_theme(struct console *console, const char *name, struct err *err)
{
    bool ok = theme_load(name, &console->theme, err);
    snprintf(console->theme_name, sizeof console->theme_name, "%s", name);
    settings_accent(console);
    console->canvas.theme = &console->theme;
    paint_set_theme(&console->theme);
    return ok;
}

void console_use_theme(struct console *console, const char *name)
{
    struct err err = {0};
    char wanted[CONSOLE_THEME]; /* name may be the console's own */
    snprintf(wanted, sizeof wanted, "%s", name);
    bool ok = console_select_theme(console, wanted, &err);
    snprintf(console->theme_problem, sizeof console->theme_problem,
             ok ? "%.500s" : "%.200s; the default theme is used",
             ok ? console->theme.warnings : err.message);
    if (console->theme_problem[0]) {
        console_say(console, ROLE_WARN, "%.*s", (int)strcspn(console->theme_problem, "\n"),
                    console->theme_problem);
    }
}

/* What stands in a cell, harmless wherever it is shown or pasted. */
static void add_cell(const struct column *column, const void *row, const struct env *env,
                     struct str *out)
{
    struct cell_out cell = {.gauge = -1};
    char clean[CELL_MAX];
    column->format(row, env, &cell);
    utf8_clean(cell.text, clean, sizeof clean);
    str_add(out, clean);
}

void command_copy(struct console *console, int whole)
{
    struct view *view = console_view(console);
    const struct table *table = &view->panes[view->focus].table;
    struct env env = console_env(console);
    struct row_source source = view_source(view, view->focus, &env);
    const void *row = table_row(table, &source);
    struct str text;
    str_init(&text, 8192);
    if (!whole || !row) {
        str_add(&text, table->selected);
    }
    for (size_t i = 0; whole && row && i < table->column_count; i++) {
        str_add(&text, i ? "\t" : "");
        add_cell(&table->columns[i], row, &env, &text);
    }
    switch (osc_copy(str_text(&text))) {
    case OSC_COPIED:
        console_say(console, ROLE_HINT, "copied %.60s%s%s", whole ? "the row" : table->selected,
                    osc_copy_needs()[0] ? "; " : "", osc_copy_needs());
        break;
    case OSC_COPY_TOO_LONG:
        console_say(console, ROLE_WARN, "too long to copy through a terminal");
        break;
    case OSC_COPY_UNKNOWN:
        console_say(console, ROLE_WARN, "this terminal is not known to take copies (OSC 52)");
        break;
    }
    str_fini(&text);
}

static void dump_rows(const struct view *view, const struct env *env, struct str *out)
{
    for (int p = 0; p < view->class->pane_count; p++) {
        const struct table *table = &view->panes[p].table;
        if (!view->class->panes[p]->columns) {
            continue;
        }
        str_addf(out, "\n# %s\n", view->class->panes[p]->title);
        for (size_t c = 0; c < table->column_count; c++) {
            str_addf(out, "%s%s", c ? "\t" : "", table->columns[c].key);
        }
        for (size_t i = 0; i < table->shown; i++) {
            for (size_t c = 0; c < table->column_count; c++) {
                str_add(out, c ? "\t" : "\n");
                add_cell(&table->columns[c], view->panes[p].rows[table->order[i]], env, out);
            }
        }
        str_addc(out, '\n');
    }
}

void command_dump(struct console *console, int unused)
{
    (void)unused;
    char path[1024], when[32];
    struct str out;
    struct err err = {0};
    struct env env;
    console_draw(console); /* keys that share a frame with this one may have moved on since */
    env = console_env(console);
    date_format_rfc3339(console->env.now, console->env.offset_s, when);
    for (char *c = when; *c; c++) {
        *c = *c == ':' ? '-' : *c;
    }
    snprintf(path, sizeof path, "%s/screen-%s.txt", console->options->state_dir, when);
    str_init(&out, DUMP_MAX);
    canvas_dump(&console->canvas, false, &out);
    dump_rows(console_view(console), &env, &out);
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0) {
        console_say(console, ROLE_WARN, "dump: %.200s: %s", path, strerror(errno));
    } else if (!fd_write_all(fd, str_text(&out), out.len, &err)) {
        console_say(console, ROLE_WARN, "dump: %.200s: %s", path, err.message);
    } else {
        console_say(console, ROLE_OK, "written: %.240s", path);
    }
    if (fd >= 0) {
        close(fd);
    }
    str_fini(&out);
}
