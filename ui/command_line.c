/* command_line: ":" lines. Every key's command by name, and a few that take words. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "base/utf8.h"
#include "ui/commands.h"
#include "ui/console.h"
#include "ui/link.h"
#include "ui/prompt.h"
#include "ui/settings.h"
#include "ui/view/rows.h"
#include "ui/widget/fuzzy.h"

enum { THEMES_MAX = 64, COMPLETION_MAX = 128, CANDIDATES = 6 };

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

/* What may stand behind a command, for Tab. */
enum words {
    WORDS_NONE,
    WORDS_THEME,
    WORDS_COLUMN,
    WORDS_PANE,
    WORDS_RANGE,
    WORDS_ACCOUNT,
    WORDS_TARGET
};

static const struct line_command {
    const char *name, *help;
    enum words words;
    void (*run)(struct console *console, const char *words);
    bool touches; /* as TOUCHES of a key's command */
} lines[] = {
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

static const struct line_command *find_line(const char *name)
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
    const struct line_command *command = find_line(parts.name);
    if (command && (*parts.words || !parts.binding)) {
        parts.command = command;
        parts.binding = NULL;
    }
    return parts;
}

bool console_has_command(const char *name)
{
    return keymap_by_name(name) || find_line(name);
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

/* What has been typed of a word, and how a word may go with it: each way only where the one before
 * finds nothing. */
enum fit { FIT_BEGINNING, FIT_LETTERS_FROM_FIRST, FIT_LETTERS };
struct stem {
    const char *text;
    enum fit fit;
};

static bool fits(const char *word, const struct stem *stem)
{
    switch (stem->fit) {
    case FIT_LETTERS_FROM_FIRST:
        return strncasecmp(word, stem->text, 1) == 0 && fuzzy_match(word, stem->text);
    case FIT_LETTERS:
        return fuzzy_match(word, stem->text);
    case FIT_BEGINNING:
        break;
    }
    return strncasecmp(word, stem->text, strlen(stem->text)) == 0;
}

/* The nth account whose name or id goes with the stem: by name where the name can be typed. */
static const char *nth_account(const struct console *console, const struct stem *stem, int nth,
                               char out[COMPLETION_MAX])
{
    const struct overview *o = &console->overview;
    for (size_t i = 0; i < o->account_count; i++) {
        const struct account_line *line = &o->accounts_by_id[i];
        bool by_name = *stem->text && fits(line->name, stem);
        if ((by_name || fits(line->account_id, stem)) && nth-- == 0) {
            utf8_clean(by_name ? line->name : line->account_id, out, COMPLETION_MAX);
            return strcmp(out, line->name) == 0 ? out : line->account_id;
        }
    }
    return NULL;
}

static const char *nth_command(const struct console *console, const struct stem *stem, int nth,
                               char out[COMPLETION_MAX])
{
    size_t count = 0;
    const struct binding *table = keymap_table(&count);
    for (size_t i = 0; i < LINES_COUNT; i++) {
        if (fits(lines[i].name, stem) && nth-- == 0) {
            return lines[i].name;
        }
    }
    for (size_t i = 0; i < count; i++) {
        bool keyed = find_line(table[i].name) != NULL; /* named above already */
        if (!keyed && fits(table[i].name, stem) && nth-- == 0) {
            return table[i].name;
        }
    }
    for (int i = 0; i < console->config->command_count; i++) {
        if (fits(console->config->commands[i].title, stem) && nth-- == 0) {
            return console->config->commands[i].title;
        }
    }
    return *stem->text ? nth_account(console, stem, nth, out) : NULL;
}

static const char *nth_theme(const struct stem *stem, int nth, char out[COMPLETION_MAX])
{
    struct theme_entry themes[THEMES_MAX];
    size_t count = theme_list(themes, THEMES_MAX);
    for (size_t i = 0; i < count && i < THEMES_MAX; i++) {
        if (fits(themes[i].name, stem) && nth-- == 0) {
            snprintf(out, COMPLETION_MAX, "%s", themes[i].name);
            return out;
        }
    }
    return NULL;
}

static const char *nth_of(const char *const *list, const struct stem *stem, int nth)
{
    for (; *list; list++) {
        if (fits(*list, stem) && nth-- == 0) {
            return *list;
        }
    }
    return NULL;
}

static const char *nth_column(const struct console *console, const struct stem *stem, int nth)
{
    const struct view *view = console_view(console);
    const struct table *table = &view->panes[view->focus].table;
    for (size_t i = 0; i < table->column_count; i++) {
        if (fits(table->columns[i].key, stem) && nth-- == 0) {
            return table->columns[i].key;
        }
    }
    return NULL;
}

static const char *nth_pane(const struct console *console, const struct stem *stem, int nth)
{
    const struct view_class *class = console_view(console)->class;
    for (int i = 0; i < class->pane_count; i++) {
        if (fits(class->panes[i]->title, stem) && nth-- == 0) {
            return class->panes[i]->title;
        }
    }
    return NULL;
}

/* The nth word that may stand behind the command that the text begins with. */
static const char *nth_word(const struct console *console, const char *text,
                            const struct stem *stem, int nth, char out[COMPLETION_MAX])
{
    static const char *const ranges[] = {"15m", "1h", "6h", "24h", "7d", NULL};
    static const char *const scopes[] = {"all", "marked", "shown", NULL};
    char name[COMPLETION_MAX];
    snprintf(name, sizeof name, "%.*s", (int)strcspn(text, " "), text);
    const struct line_command *command = find_line(name);
    const struct binding *binding = keymap_by_name(name);
    bool about_accounts = binding && (binding->need & (NEED_ACCOUNT | TAKES_ACCOUNT));
    enum words words = command ? command->words : about_accounts ? WORDS_TARGET : WORDS_NONE;
    const char *found = NULL;
    switch (words) {
    case WORDS_THEME:
        return nth_theme(stem, nth, out);
    case WORDS_COLUMN:
        return nth_column(console, stem, nth);
    case WORDS_PANE:
        return nth_pane(console, stem, nth);
    case WORDS_RANGE:
        return nth_of(ranges, stem, nth);
    case WORDS_TARGET:
        if (binding && (binding->need & NEED_OPERATOR)) {
            for (int i = 0; (found = nth_of(scopes, stem, i)) != NULL; i++) {
                if (nth-- == 0) {
                    return found;
                }
            }
        }
        return nth_account(console, stem, nth, out);
    case WORDS_ACCOUNT:
        return nth_account(console, stem, nth, out);
    case WORDS_NONE:
        break;
    }
    return NULL;
}

static const char *nth_fitting(const struct console *console, const char *text,
                               const struct stem *stem, int nth, char out[COMPLETION_MAX])
{
    return stem->text == text ? nth_command(console, stem, nth, out)
                              : nth_word(console, text, stem, nth, out);
}

static const char *nth_completion(const struct console *console, const char *text, int nth,
                                  char out[COMPLETION_MAX])
{
    const char *space = strchr(text, ' ');
    struct stem stem = {space ? space + strspn(space, " ") : text, FIT_BEGINNING};
    while (stem.fit < FIT_LETTERS && !nth_fitting(console, text, &stem, 0, out)) {
        stem.fit++;
    }
    return nth_fitting(console, text, &stem, nth, out);
}

/* In a filter: a column's name, with what has to follow it. */
static const char *nth_term(const struct console *console, const struct stem *stem, int nth,
                            char out[COMPLETION_MAX])
{
    const char *column = nth_column(console, stem, nth);
    if (column) {
        snprintf(out, COMPLETION_MAX, "%s:", column);
    }
    return column ? out : NULL;
}

/* How much of the text stays as it is: all but the word that is being completed. */
static size_t kept_before(const struct console *console, const char *stem)
{
    const char *space =
        console->prompt_kind != PROMPT_COMMAND ? strrchr(stem, ' ') : strchr(stem, ' ');
    size_t kept = space ? (size_t)(space - stem) + 1 : 0;
    return kept + (console->prompt_kind != PROMPT_COMMAND && stem[kept] == '!');
}

void console_complete(struct console *console)
{
    char text[EDIT_MAX], word[COMPLETION_MAX];
    bool filter = console->prompt_kind != PROMPT_COMMAND;
    if (console->completion == 0) {
        snprintf(console->completion_stem, sizeof console->completion_stem, "%s",
                 console->prompt.text);
    }
    const char *stem = console->completion_stem, *found = NULL;
    size_t kept = kept_before(console, stem);
    const struct stem column = {stem + kept, FIT_BEGINNING};
    for (int tries = 0; tries < 2 && !found; tries++) { /* past the last: round again */
        console->completion = tries ? 0 : console->completion;
        found = filter ? nth_term(console, &column, console->completion, word)
                       : nth_completion(console, stem, console->completion, word);
    }
    if (found) {
        snprintf(text, sizeof text, "%.*s%s", (int)kept, stem, found);
        edit_set(&console->prompt, text);
        console->completion++;
    }
}

static void filter_help(const struct console *console, char out[PROMPT_HELP])
{
    const struct view *view = console_view(console);
    const struct table *table = &view->panes[view->focus].table;
    if (!table_filter_hint(console->prompt.text, table->columns, table->column_count, out,
                           PROMPT_HELP)) {
        snprintf(out, PROMPT_HELP, "%s", keymap_by_name("filter")->help);
    }
}

void console_prompt_help(const struct console *console, char out[PROMPT_HELP])
{
    char word[COMPLETION_MAX];
    const char *text = console->prompt.text;
    size_t used = 0;
    const struct line_command *command = find_line(text);
    const struct binding *binding = keymap_by_name(text);
    out[0] = '\0';
    if (console->prompt_kind != PROMPT_COMMAND) {
        filter_help(console, out);
        return;
    }
    if (command || binding) {
        snprintf(out, PROMPT_HELP, "%s", command ? command->help : binding->help);
        return;
    }
    for (int i = 0; i < CANDIDATES; i++) {
        const char *found = nth_completion(console, text, i, word);
        int n =
            found ? snprintf(out + used, PROMPT_HELP - used, "%s%.20s", i ? "  " : "", found) : -1;
        if (n < 0 || (size_t)n >= PROMPT_HELP - used) {
            return;
        }
        used += (size_t)n;
    }
}
