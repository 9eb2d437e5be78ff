/* complete: what Tab makes of a line that is being typed, and what is said of it meanwhile. */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/utf8.h"
#include "config/config.h"
#include "ui/command_line.h"
#include "ui/console.h"
#include "ui/view/rows.h"
#include "ui/widget/fuzzy.h"

enum { THEMES_MAX = 64, COMPLETION_MAX = 128, CANDIDATES = 6 };

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
    size_t count = 0, line_count = 0;
    const struct binding *table = keymap_table(&count);
    const struct line_command *lines = command_line_table(&line_count);
    for (size_t i = 0; i < line_count; i++) {
        if (fits(lines[i].name, stem) && nth-- == 0) {
            return lines[i].name;
        }
    }
    for (size_t i = 0; i < count; i++) {
        bool keyed = command_line_find(table[i].name) != NULL; /* named above already */
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
    const struct line_command *command = command_line_find(name);
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
    const struct line_command *command = command_line_find(text);
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
