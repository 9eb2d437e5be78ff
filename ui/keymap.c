#include "ui/keymap.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "config/config.h"
#include "ui/commands.h"
#include "ui/key.h"
#include "ui/view/view.h"

#define MOVE "Move"
#define GO "Go to"
#define TABLE "Table"
#define READ "Read"
#define ACT "Act"
#define SELF "Console"

/* One binding is one entry of two lines. */
/* clang-format off */
static const struct binding bindings[] = {
    {"up", {'k', K_UP}, NEED_TABLE, NULL, 0,
     "the row above", MOVE, command_move, -1},
    {"down", {'j', K_DOWN}, NEED_TABLE, NULL, 0,
     "the row below", MOVE, command_move, 1},
    {"page-up", {K_PAGE_UP, K_CTRL('B')}, NEED_TABLE, NULL, 0,
     "a page up", MOVE, command_page, -1},
    {"page-down", {K_PAGE_DOWN, K_CTRL('F')}, NEED_TABLE, NULL, 0,
     "a page down", MOVE, command_page, 1},
    {"first", {'g', K_HOME}, NEED_TABLE, NULL, 0,
     "the first row", MOVE, command_edge, 0},
    {"last", {'G', K_END}, NEED_TABLE, NULL, 0,
     "the last row", MOVE, command_edge, 1},
    {"next-pane", {K_TAB}, NEED_NOTHING, "pane", 60,
     "the next pane", MOVE, command_next_pane, 1},
    {"previous-pane", {K_BACK_TAB}, NEED_NOTHING, NULL, 0,
     "the previous pane", MOVE, command_next_pane, -1},
    {"open", {K_ENTER, K_RIGHT}, NEED_ROW, "open", 80,
     "drill into the row", MOVE, command_enter, 0},
    {"back", {K_ESC, K_LEFT}, NEED_NOTHING, NULL, 0,
     "close, clear find, then filter, go back", MOVE, command_back, 0},

    {"triage", {'1'}, NEED_NOTHING, NULL, 0,
     "home: everything at a glance", GO, command_view, VIEW_TRIAGE},
    {"accounts", {'2'}, NEED_NOTHING, NULL, 0,
     "all accounts, all columns", GO, command_view, VIEW_ACCOUNTS},
    {"usage", {'3'}, NEED_NOTHING, NULL, 0,
     "every limiter", GO, command_view, VIEW_USAGE},
    {"runs", {'4', 'h'}, NEED_NOTHING, NULL, 0,
     "sync runs", GO, command_view, VIEW_RUNS},
    {"queue", {'5'}, NEED_NOTHING, NULL, 0,
     "what starts next, and when", GO, command_view, VIEW_QUEUE},
    {"budget", {'6'}, NEED_NOTHING, NULL, 0,
     "cost against budget", GO, command_view, VIEW_BUDGET},
    {"errors", {'7', 'e'}, NEED_NOTHING, NULL, 0,
     "errors, what they mean, what to do", GO, command_view, VIEW_ERRORS},
    {"log", {'8', 'l'}, NEED_NOTHING, NULL, 0,
     "the engine's log", GO, command_view, VIEW_LOG},
    {"actions", {'9'}, NEED_NOTHING, NULL, 0,
     "who did what", GO, command_view, VIEW_ACTIONS},
    {"entities", {0}, NEED_ACCOUNT, NULL, 0,
     "campaigns, ad sets and ads of the account", GO, command_view, VIEW_ENTITIES},
    {"handover", {'H'}, NEED_NOTHING, NULL, 0,
     "what changed since a moment", GO, command_view, VIEW_HANDOVER},
    {"command", {':'}, NEED_NOTHING, "cmd", 30,
     "a command by name, or by letters and Tab", GO, command_prompt, 0},

    {"filter", {'/'}, NEED_TABLE, "filter", 70,
     "text !text ~letters column:>9 column:text", TABLE, command_filter, 0},
    {"find", {'f'}, NEED_TABLE, "find", 15,
     "go to rows that match, hiding none", TABLE, command_find, 0},
    {"find-next", {'n'}, NEED_TABLE, NULL, 0,
     "the next match below", TABLE, command_find_next, 1},
    {"find-previous", {'N'}, NEED_TABLE, NULL, 0,
     "the next match above", TABLE, command_find_next, -1},
    {"sort", {'s'}, NEED_TABLE, "sort", 25,
     "choose the sort column", TABLE, command_sort_menu, 0},
    {"sort-left", {'<'}, NEED_TABLE, NULL, 0,
     "sort by the column to the left", TABLE, command_sort_step, -1},
    {"sort-right", {'>'}, NEED_TABLE, NULL, 0,
     "sort by the column to the right", TABLE, command_sort_step, 1},
    {"invert", {'I'}, NEED_TABLE, NULL, 0,
     "turn the sort order round", TABLE, command_invert, 0},
    {"columns", {'c'}, NEED_TABLE, NULL, 0,
     "choose columns", TABLE, command_columns, 0},
    {"mark", {' '}, NEED_ROW, NULL, 0,
     "mark the row", TABLE, command_mark, 0},
    {"mark-all", {'*'}, NEED_TABLE, NULL, 0,
     "mark every row shown", TABLE, command_mark_all, 0},
    {"unmark-all", {'U'}, NEED_TABLE, NULL, 0,
     "unmark all", TABLE, command_unmark_all, 0},

    {"why", {'w'}, TAKES_ACCOUNT, "why", 90,
     "why it waits, and until when", READ, command_why, 0},
    {"row", {'v'}, NEED_ROW, NULL, 0,
     "the whole row, nothing cut", READ, command_row, 0},
    {"freeze", {'z'}, NEED_NOTHING, "freeze", 20,
     "hold the display at this instant", READ, command_freeze, 0},
    {"earlier", {'['}, NEED_NO_ROWS, NULL, 0,
     "a minute earlier", READ, command_step, -1},
    {"later", {']'}, NEED_NO_ROWS, NULL, 0,
     "a minute later", READ, command_step, 1},
    {"much-earlier", {'{'}, NEED_NO_ROWS, NULL, 0,
     "ten minutes earlier", READ, command_step, -10},
    {"much-later", {'}'}, NEED_NO_ROWS, NULL, 0,
     "ten minutes later", READ, command_step, 10},
    {"live", {'0'}, NEED_NO_ROWS, NULL, 0,
     "back to now", READ, command_live, 0},
    {"range", {'t'}, NEED_NOTHING, NULL, 0,
     "time range of graphs and lists", READ, command_range, 0},
    {"copy", {'y'}, NEED_ROW | TOUCHES, NULL, 0,
     "copy the row's id (OSC 52)", READ, command_copy, 0},
    {"copy-row", {'Y'}, NEED_ROW | TOUCHES, NULL, 0,
     "copy the row (OSC 52)", READ, command_copy, 1},
    {"link", {0}, TOUCHES, NULL, 0,
     "copy the command that opens this picture", READ, command_link, 0},
    {"dump", {'d'}, TOUCHES, NULL, 0,
     "write the screen to a file", READ, command_dump, 0},

    {"pause", {'p'}, NEED_ACCOUNT | NEED_OPERATOR, "pause", 85,
     "pause, or resume what is paused", ACT, command_pause, 0},
    {"resume", {0}, NEED_ACCOUNT | NEED_OPERATOR, NULL, 0,
     "resume", ACT, command_resume, 0},
    {"raise", {'+', '='}, NEED_ACCOUNT | NEED_OPERATOR, "prio", 50,
     "priority up", ACT, command_priority, 1},
    {"lower", {'-'}, NEED_ACCOUNT | NEED_OPERATOR, NULL, 0,
     "priority down", ACT, command_priority, -1},
    {"pin", {'P'}, NEED_ACCOUNT | NEED_OPERATOR, NULL, 0,
     "pin the tier", ACT, command_pin, 0},
    {"force", {'S'}, NEED_ACCOUNT | NEED_OPERATOR, "sync", 84,
     "force a sync: shows its cost, asks", ACT, command_force, 0},
    {"cancel", {'X'}, NEED_ACCOUNT | NEED_OPERATOR, "cancel", 40,
     "cancel the run; asks", ACT, command_cancel, 0},
    {"retry", {'R'}, NEED_ACCOUNT | NEED_OPERATOR, NULL, 0,
     "try a failed account again; asks", ACT, command_retry, 0},
    {"ack", {'!'}, NEED_OPERATOR, NULL, 0,
     "acknowledge the alert or log line", ACT, command_ack, 0},
    {"undo", {'u'}, NEED_OPERATOR, NULL, 0,
     "take back the last action, for 30 s", ACT, command_undo, 0},
    {"budget-set", {'B'}, NEED_OPERATOR, NULL, 0,
     "change the budget for the day; asks", ACT, command_budget, 0},
    {"threshold-set", {'L'}, NEED_OPERATOR, NULL, 0,
     "change a threshold for the day; asks", ACT, command_threshold, 0},
    {"start-engine", {'E'}, TOUCHES, NULL, 0,
     "start an engine when none runs", ACT, command_start_engine, 0},
    {"stop-engine", {'Q'}, NEED_OPERATOR, NULL, 0,
     "stop the engine; asks", ACT, command_stop_engine, 0},

    {"help", {'?', K_F1}, NEED_NOTHING, "help", 100,
     "every key", SELF, command_help, 0},
    {"theme", {'T'}, NEED_NOTHING, NULL, 0,
     "choose a theme, with preview", SELF, command_theme, 0},
    {"mouse", {'m'}, TOUCHES | NEED_NO_ROWS, NULL, 0,
     "mouse on or off", SELF, command_mouse, 0},
    {"redraw", {K_CTRL('L')}, NEED_NOTHING, NULL, 0,
     "draw everything again", SELF, command_redraw, 0},
    {"quit", {'q'}, TOUCHES | NEED_NO_ROWS, "quit", 75,
     "leave; the engine goes on", SELF, command_quit, 0},
    {"click", {K_MOUSE}, NEED_NOTHING, NULL, 0,
     "select", SELF, command_click, 0},
    {"wheel-up", {K_WHEEL_UP}, NEED_NOTHING, NULL, 0,
     "scroll up", SELF, command_click, -3},
    {"wheel-down", {K_WHEEL_DOWN}, NEED_NOTHING, NULL, 0,
     "scroll down", SELF, command_click, 3},
};
/* clang-format on */

enum { BINDINGS = sizeof bindings / sizeof bindings[0] };
_Static_assert(sizeof bindings / sizeof bindings[0] <= KEYMAP_MAX,
               "the keymap holds every binding");

const struct binding *keymap_table(size_t *count)
{
    *count = BINDINGS;
    return bindings;
}

void keymap_init(struct keymap *keymap)
{
    memset(keymap, 0, sizeof *keymap);
    for (int i = 0; i < BINDINGS; i++) {
        memcpy(keymap->keys[i], bindings[i].keys, sizeof bindings[i].keys);
    }
}

const struct binding *keymap_find(const struct keymap *keymap, int key)
{
    for (int i = 0; key && i < BINDINGS; i++) {
        for (int k = 0; k < BINDING_KEYS; k++) {
            if (keymap->keys[i][k] == key) {
                return &bindings[i];
            }
        }
    }
    return NULL;
}

const struct binding *keymap_by_name(const char *name)
{
    for (int i = 0; i < BINDINGS; i++) {
        if (strcmp(bindings[i].name, name) == 0) {
            return &bindings[i];
        }
    }
    return NULL;
}

bool keymap_is_dangerous(const struct binding *binding)
{
    return (binding->need & NEED_OPERATOR) && isupper(binding->keys[0]);
}

/* The key that the words ask for; false when there is none or the command may not have it. */
static bool wanted_key(const char *name, const char *key, const struct binding **binding, int *code,
                       struct err *err)
{
    *binding = keymap_by_name(name);
    if (!*binding) {
        return err_set(err, ERR_CONFIG, "keys: \"%s\" is no command", name);
    }
    if (!key_parse(key, code)) {
        return err_set(err, ERR_CONFIG, "keys: %s: \"%s\" is no key", name, key);
    }
    bool erasing = *code == K_BACKSPACE || *code == K_DELETE;
    if ((*binding)->need & NEED_OPERATOR && (*code < 0x20 || erasing)) {
        return err_set(err, ERR_CONFIG, "keys: %s: %s never acts; choose a letter", name, key);
    }
    if (keymap_is_dangerous(*binding) && !(*code < 0x80 && isupper(*code))) {
        return err_set(err, ERR_CONFIG,
                       "keys: %s: %s: choose an upper-case letter, for it is "
                       "dangerous",
                       name, key);
    }
    return true;
}

static bool assign(struct keymap *keymap, const struct binding *binding, int code, const char *key,
                   struct err *err)
{
    const struct binding *taken = keymap_find(keymap, code);
    if (taken && taken != binding) {
        return err_set(err, ERR_CONFIG, "keys: %s: %s already means %s", binding->name, key,
                       taken->name);
    }
    int *keys = keymap->keys[binding - bindings];
    memset(keys, 0, sizeof keymap->keys[0]);
    keys[0] = code;
    return true;
}

bool keymap_remap(struct keymap *keymap, const char *name, const char *key, struct err *err)
{
    const struct binding *binding = NULL;
    int code = 0;
    return wanted_key(name, key, &binding, &code, err) && assign(keymap, binding, code, key, err);
}

static void add_problem(char problems[KEYMAP_PROBLEMS], const char *file, int line,
                        const char *text)
{
    size_t used = strlen(problems);
    int n = snprintf(problems + used, KEYMAP_PROBLEMS - used, "%s%.64s:%d: %s", used ? "\n" : "",
                     file, line, text);
    if (n < 0 || (size_t)n >= KEYMAP_PROBLEMS - used) {
        problems[used] = '\0';
    }
}

/* Its own keys again, as far as nobody else has been given them. */
static void restore(struct keymap *keymap, const struct binding *binding)
{
    int *keys = keymap->keys[binding - bindings], n = 0;
    for (int k = 0; k < BINDING_KEYS; k++) {
        if (!keymap_find(keymap, binding->keys[k])) {
            keys[n++] = binding->keys[k];
        }
    }
}

void keymap_apply(struct keymap *keymap, const struct config *config, const char *file,
                  char problems[KEYMAP_PROBLEMS])
{
    const struct binding *wanted[CONFIG_KEYS_MAX] = {NULL};
    int codes[CONFIG_KEYS_MAX];
    problems[0] = '\0';
    for (int i = 0; i < config->key_count; i++) {
        const struct config_key *key = &config->keys[i];
        struct err err = {0};
        if (wanted_key(key->command, key->key, &wanted[i], &codes[i], &err)) {
            memset(keymap->keys[wanted[i] - bindings], 0, sizeof keymap->keys[0]);
        } else {
            wanted[i] = NULL;
            add_problem(problems, file, key->line, err.message);
        }
    }
    for (int i = 0; i < config->key_count; i++) {
        struct err err = {0};
        if (wanted[i] && !assign(keymap, wanted[i], codes[i], config->keys[i].key, &err)) {
            restore(keymap, wanted[i]);
            add_problem(problems, file, config->keys[i].line, err.message);
        }
    }
}

const char *keymap_keys_text(const struct keymap *keymap, const struct binding *binding,
                             char out[48])
{
    const int *keys = keymap->keys[binding - bindings];
    out[0] = '\0';
    for (int k = 0; k < BINDING_KEYS && keys[k]; k++) {
        char name[16];
        size_t used = strlen(out);
        snprintf(out + used, 48 - used, "%s%s", used ? " " : "", key_text(keys[k], name));
    }
    return out;
}
