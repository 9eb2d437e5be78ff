#include "ui/command_line.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/utf8.h"
#include "ui/commands.h"
#include "ui/console.h"
#include "ui/link.h"
#include "ui/prompt.h"
#include "ui/settings.h"
#include "ui/view/rows.h"

static void line_filter(struct console *console, const char *words)
{
    struct view *view = console_view(console);
    struct table *table = &view->panes[view->focus].table;
    snprintf(table->filter, sizeof table->filter, "%s", words);
    view_update(view, view->focus, &console->env);
}

static void line_find(struct console *console, const char *words)
{
    if (!view_is_table(console_view(console), console_view(console)->focus)) {
        console_say(console, ROLE_WARN, "find: this pane is no table; Tab goes to the next one");
        return;
    }
    prompt_find(console, words);
    command_find_next(console, 1);
}

/* A slip of the finger changes nothing. */
static void line_theme(struct console *console, const char *words)
{
    struct theme theme;
    struct err err = {0};
    if (theme_load(words, &theme, &err)) {
        console_use_theme(console, words);
    } else {
        console_say(console, ROLE_WARN, "%.200s; nothing has changed", err.message);
    }
}

static void line_problems(struct console *console, const char *words)
{
    char line[256];
    size_t count = settings_problem(console, 0, line, sizeof line);
    (void)words;
    if (!count) {
        console_say(console, ROLE_HINT, "nothing is wrong with the theme or the configured keys");
        return;
    }
    sheet_init(&console->sheet, "Theme and configured keys", console->canvas.cols);
    for (size_t i = 0; i < count; i++) {
        settings_problem(console, i, line, sizeof line);
        sheet_add(&console->sheet, ROLE_WARN, "%s", line);
    }
    console->overlay = OVERLAY_SHEET;
}

static void line_quit(struct console *console, const char *words)
{
    (void)words;
    command_quit(console, 0);
}

static void open_account(struct console *console, const struct subject *subject)
{
    console_push(console, VIEW_ACCOUNT, subject);
}

static void line_account(struct console *console, const char *words)
{
    struct subject subject;
    if (target_find(&console->env, words, &subject)) {
        open_account(console, &subject);
    } else {
        console_say(console, ROLE_WARN, "account: none, or more than one, is \"%s\"", words);
    }
}

static void line_run(struct console *console, const char *words)
{
    struct subject subject = {0};
    char *end = NULL;
    subject.run_id = strtoll(words, &end, 10);
    if (end == words || *end || subject.run_id <= 0) {
        console_say(console, ROLE_WARN, "run: \"%s\" is no number of a run", words);
    } else {
        console_push(console, VIEW_RUN, &subject);
    }
}

static const struct line_command lines[] = {
    {"at",       "TIME: as it was then, 03:10, 2h ago, 2026-11-24T03:10:00Z", WORDS_NONE,    line_at,       false},
    {"account",  "NAME: opens it",                                            WORDS_ACCOUNT, line_account,  false},
    {"run",      "NUMBER: opens it",                                          WORDS_NONE,    line_run,      false},
    {"since",    "TIME: graphs and lists from then on, 03:10 or 2h ago",      WORDS_RANGE,   line_since,
     false                                                                                                       },
    {"range",    "15m 1h 6h 24h 7d: of graphs and lists",                     WORDS_RANGE,   line_range,    false},
    {"pane",     "TITLE: gives it the keys",                                  WORDS_PANE,    link_pane,     false},
    {"sort",     "COLUMN: sorts by it; +COLUMN up, -COLUMN down, none",       WORDS_COLUMN,  link_sort,     false},
    {"filter",   "TERMS: text !text ~letters column:text column:>9",          WORDS_COLUMN,  line_filter,
     false                                                                                                       },
    {"find",     "TERMS: goes to the next row that matches, hides nothing",   WORDS_COLUMN,  line_find,
     false                                                                                                       },
    {"select",   "ID: the row with that id",                                  WORDS_NONE,    link_select,   false},
    {"link",     "live: the same picture, but as it goes on",                 WORDS_NONE,    link_line,     true },
    {"theme",    "NAME: draws with it",                                       WORDS_THEME,   line_theme,    false},
    {"problems", "what is wrong with the theme or the configured keys",       WORDS_NONE,    line_problems,
     false                                                                                                       },
    {"q",        "leave; the engine goes on",                                 WORDS_NONE,    line_quit,     true },
};
enum { LINES_COUNT = sizeof lines / sizeof lines[0] };

const struct line_command *command_line_table(size_t *count)
{
    *count = LINES_COUNT;
    return lines;
}

const struct line_command *command_line_find(const char *name)
{
    for (size_t i = 0; i < LINES_COUNT; i++) {
        if (strcmp(lines[i].name, name) == 0) {
            return &lines[i];
        }
    }
    return NULL;
}

/* A key's command; words say whom it is about. */
static void run_binding(struct console *console, const struct binding *binding, const char *words)
{
    struct binding wanted = *binding;
    if (*words && (binding->need & (NEED_ACCOUNT | TAKES_ACCOUNT))) {
        wanted.need &= ~(unsigned)(NEED_ACCOUNT | NEED_ROW);
        snprintf(console->words, sizeof console->words, "%s", words);
    }
    const char *refusal = console_refusal(console, &wanted);
    if (refusal) {
        console_say(console, ROLE_WARN, "%s: %s", binding->name, refusal);
    } else {
        binding->run(console, binding->argument);
    }
    console->words[0] = '\0';
}

/* A line's parts: which of the two tables knows its first word, and what stands behind it. */
struct parts {
    const struct binding *binding;
    const struct line_command *command; /* NULL when the binding is meant */
    const char *words;
    char name[EDIT_MAX]; /* cut when it is longer, which no command is */
};

static struct parts parts_of(const char *line)
{
    struct parts parts = {0};
    line += strspn(line, " ");
    size_t n = strcspn(line, " ");
    snprintf(parts.name, sizeof parts.name, "%.*s", (int)n, line);
    parts.words = line + n + strspn(line + n, " ");
    parts.binding = keymap_by_name(parts.name);
    const struct line_command *command = command_line_find(parts.name);
    if (command && (*parts.words || !parts.binding)) {
        parts.command = command;
        parts.binding = NULL;
    }
    return parts;
}

bool console_has_command(const char *name)
{
    return keymap_by_name(name) || command_line_find(name);
}

void console_command(struct console *console, const char *line)
{
    struct subject subject;
    struct parts parts = parts_of(line);
    line += strspn(line, " ");
    if (!*line) {
        return;
    }
    if (own_line(console, line)) {
        return;
    }
    if (parts.command) {
        parts.command->run(console, parts.words);
    } else if (parts.binding) {
        run_binding(console, parts.binding, parts.words);
    } else if (target_find(&console->env, line, &subject)) {
        open_account(console, &subject);
    } else {
        console_say(console, ROLE_WARN, "no command \"%s\"; Tab completes, ? lists them",
                    parts.name);
    }
}

bool console_line_looks(const char *line, struct err *err)
{
    char clean[OPEN_LINE];
    struct parts parts = parts_of(line);
    if (!parts.name[0]) {
        return err_set(err, ERR_USAGE, "--open: is empty; give a ':' command, such as errors");
    }
    utf8_clean(line, clean, sizeof clean);
    if (strcmp(line, clean) != 0) {
        return err_set(err, ERR_USAGE,
                       "--open '%.60s': is too long or holds what cannot be typed; correct it",
                       line);
    }
    bool acts = parts.binding && (parts.binding->need & (NEED_OPERATOR | TOUCHES));
    if (acts || (parts.command && parts.command->touches)) {
        return err_set(err, ERR_USAGE,
                       "--open '%.60s': does more than look; open the console and give ':%s' there",
                       line, parts.name);
    }
    return true;
}

bool console_subject(struct console *console, struct subject *out)
{
    if (!console->words[0]) {
        struct env env = console_env(console);
        return view_selection(console_view(console), &env, out);
    }
    return target_find(&console->env, console->words, out);
}
