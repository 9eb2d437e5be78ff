/* command_line: ":" lines. Every key's command by name, and a few that take words. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "base/date.h"
#include "ui/commands.h"
#include "ui/console.h"
#include "ui/when.h"

enum { THEMES_MAX = 64 };

static void line_at(struct console *console, const char *words)
{
    int64_t at = 0;
    if (!when_parse(words, console_live_now(console), console->env.offset_s, false, &at)) {
        console_say(console, ROLE_WARN,
                    "at: \"%s\" is no instant; try 03:10 or 2026-11-24T03:10:00Z", words);
        return;
    }
    console->at = at;
    console->stale = true;
}

static void line_range(struct console *console, const char *words)
{
    int64_t range = 0;
    if (!duration_parse(words, &range) || range < 60000) {
        console_say(console, ROLE_WARN, "range: \"%s\" is no duration; try 1h", words);
        return;
    }
    console->env.range = range;
    console->stale = true;
}

static void line_sort(struct console *console, const char *words)
{
    struct view *view = console_view(console);
    struct table *table = &view->panes[view->focus].table;
    for (size_t i = 0; i < table->column_count; i++) {
        if (strcasecmp(table->columns[i].key, words) == 0) {
            table_sort(table, (int)i);
            view_update(view, view->focus, &console->env);
            return;
        }
    }
    console_say(console, ROLE_WARN, "sort: no column \"%s\" here", words);
}

static void line_filter(struct console *console, const char *words)
{
    struct view *view = console_view(console);
    struct table *table = &view->panes[view->focus].table;
    snprintf(table->filter, sizeof table->filter, "%s", words);
    view_update(view, view->focus, &console->env);
}

static void line_theme(struct console *console, const char *words)
{
    console_use_theme(console, words);
}

static void line_quit(struct console *console, const char *words)
{
    (void)words;
    command_quit(console, 0);
}

static const struct line_command {
    const char *name, *words;
    void (*run)(struct console *console, const char *words);
} lines[] = {
    {"at",     "TIME",             line_at    },
    {"range",  "15m 1h 6h 24h 7d", line_range },
    {"sort",   "COLUMN",           line_sort  },
    {"filter", "TERMS",            line_filter},
    {"theme",  "NAME",             line_theme },
    {"q",      NULL,               line_quit  },
};
enum { LINES_COUNT = sizeof lines / sizeof lines[0] };

void console_command(struct console *console, const char *line)
{
    char name[EDIT_MAX];
    line += strspn(line, " ");
    size_t n = strcspn(line, " ");
    if (!n) {
        return;
    }
    memcpy(name, line, n);
    name[n] = '\0';
    const char *words = line + n + strspn(line + n, " ");
    const struct binding *binding = keymap_by_name(name);
    for (size_t i = 0; i < LINES_COUNT; i++) {
        if (strcmp(lines[i].name, name) == 0 && (*words || !binding)) {
            lines[i].run(console, words);
            return;
        }
    }
    if (!binding) {
        console_say(console, ROLE_WARN, "no command \"%s\"; Tab completes, ? lists them", name);
        return;
    }
    struct binding wanted = *binding;
    if (*words && (binding->need & NEED_OPERATOR)) { /* they say who is meant */
        wanted.need &= ~(unsigned)(NEED_ACCOUNT | NEED_ROW);
        snprintf(console->words, sizeof console->words, "%s", words);
    }
    const char *refusal = console_refusal(console, &wanted);
    if (refusal) {
        console_say(console, ROLE_WARN, "%s: %s", name, refusal);
    } else {
        binding->run(console, binding->argument);
    }
    console->words[0] = '\0';
}

/* The nth name that starts with stem; NULL when there are fewer. */
static const char *nth_command(const char *stem, int nth)
{
    size_t count = 0;
    const struct binding *table = keymap_table(&count);
    for (size_t i = 0; i < LINES_COUNT; i++) {
        if (strncmp(lines[i].name, stem, strlen(stem)) == 0 && nth-- == 0) {
            return lines[i].name;
        }
    }
    for (size_t i = 0; i < count; i++) {
        if (strncmp(table[i].name, stem, strlen(stem)) == 0 && nth-- == 0) {
            return table[i].name;
        }
    }
    return NULL;
}

static const char *nth_word(struct console *console, const char *stem, int nth, char out[64])
{
    struct theme_entry themes[THEMES_MAX];
    if (strncmp(stem, "theme ", 6) == 0) {
        size_t count = theme_list(themes, THEMES_MAX);
        for (size_t i = 0; i < count && i < THEMES_MAX; i++) {
            if (strncmp(themes[i].name, stem + 6, strlen(stem + 6)) == 0 && nth-- == 0) {
                snprintf(out, 64, "%s", themes[i].name);
                return out;
            }
        }
    } else if (strncmp(stem, "sort ", 5) == 0) {
        const struct table *table =
            &console_view(console)->panes[console_view(console)->focus].table;
        for (size_t i = 0; i < table->column_count; i++) {
            if (strncmp(table->columns[i].key, stem + 5, strlen(stem + 5)) == 0 && nth-- == 0) {
                return table->columns[i].key;
            }
        }
    }
    return NULL;
}

void console_complete(struct console *console)
{
    char text[EDIT_MAX], word[64];
    if (console->completion == 0) {
        snprintf(console->completion_stem, sizeof console->completion_stem, "%s",
                 console->prompt.text);
    }
    const char *stem = console->completion_stem;
    const char *space = strchr(stem, ' ');
    for (int tries = 0; tries < 2; tries++) {
        const char *found = space ? nth_word(console, stem, console->completion, word)
                                  : nth_command(stem, console->completion);
        if (found) {
            snprintf(text, sizeof text, "%.*s%.63s", space ? (int)(space - stem) + 1 : 0, stem,
                     found);
            edit_set(&console->prompt, text);
            console->completion++;
            return;
        }
        if (console->completion == 0) {
            return;
        }
        console->completion = 0; /* past the last: round again */
    }
}
