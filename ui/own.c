#include "ui/own.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/wait.h>

#include "base/date.h"
#include "base/utf8.h"
#include "ui/act/target.h"
#include "ui/console.h"
#include "ui/term/child.h"

/* One string of an environment may be no longer than 128 KiB. */
enum { ACCOUNTS_MAX = 120 * 1024, NOT_EXECUTABLE = 126, NOT_FOUND = 127 };

/* ---- configuration ---- */

static void add_problem(struct own *own, const char *file, int line, const char *key,
                        const char *why)
{
    size_t used = strlen(own->problems);
    int n = snprintf(own->problems + used, sizeof own->problems - used,
                     "%s%.64s:%d: commands: %s %s", used ? "\n" : "", file, line, key, why);
    if (n < 0 || (size_t)n >= sizeof own->problems - used) {
        own->problems[used] = '\0';
    }
}

static int index_of(const struct console *console, int key)
{
    for (int i = 0; key && i < console->config->command_count; i++) {
        if (console->own.keys[i] == key) {
            return i;
        }
    }
    return -1;
}

/* False with the reason. */
static bool take_key(const struct console *console, const struct config_command *command, int *code,
                     char why[80])
{
    if (!key_parse(command->key, code)) {
        snprintf(why, 80, "is no key");
        return false;
    }
    const struct binding *binding = keymap_find(&console->keymap, *code);
    int other = index_of(console, *code);
    /* The table's rule for what acts: no Ctrl key, and nothing that edits. */
    bool edits = *code < 0x20 || *code == K_BACKSPACE || *code == K_DELETE;
    bool answers = command->ask && *code == 'y';
    if (binding || other >= 0) {
        snprintf(why, 80, "already means %s",
                 binding ? binding->name : console->config->commands[other].title);
    } else if (edits) {
        snprintf(why, 80, "never runs a command; choose a letter");
    } else if (answers) {
        snprintf(why, 80, "would also be the answer; choose another key");
    }
    return !binding && other < 0 && !edits && !answers;
}

static bool accepted(struct console *console);

void own_apply(struct console *console, const char *file)
{
    struct own *own = &console->own;
    memset(own->keys, 0, sizeof own->keys);
    own->problems[0] = '\0';
    if (console->accept == accepted) { /* the one it asks about may be another now */
        console_close_overlay(console);
    }
    for (int i = 0; i < console->config->command_count; i++) {
        const struct config_command *command = &console->config->commands[i];
        char why[80];
        int code = 0;
        if (take_key(console, command, &code, why)) {
            own->keys[i] = code;
        } else {
            add_problem(own, file, command->at, command->key, why);
        }
        if (console_has_command(command->title)) {
            add_problem(own, file, command->at, command->title,
                        "is a command of the console; choose another title");
        }
    }
}

/* ---- what it is about ---- */

static void forget(struct own *own)
{
    for (int i = 0; i < OWN_VARS; i++) {
        free(own->vars[i]);
        own->vars[i] = NULL;
    }
}

void own_fini(struct own *own)
{
    forget(own);
}

/* value NULL or "" = it is taken out: an inherited one would be about something else. */
static bool put(struct own *own, const char *name, const char *value)
{
    bool set = value && *value;
    for (int i = 0; i < OWN_VARS - 1; i++) { /* the last one ends the list */
        if (!own->vars[i]) {
            return asprintf(&own->vars[i], "%s%s%s", name, set ? "=" : "", set ? value : "") >= 0;
        }
    }
    return false;
}

/* Ids come from outside as well: none that a shell could take for more than a word. */
static const char *plain(const char *id)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";
    return id[strspn(id, letters)] ? "" : id;
}

/* The marked ones, else that of the row. */
static bool put_accounts(struct console *console, const char *account)
{
    struct targets sets[TARGET_SCOPES] = {0};
    struct str ids;
    str_init(&ids, ACCOUNTS_MAX);
    bool ok = targets_capture(console_view(console), &console->env, NULL, sets);
    const struct targets *marked = &sets[TARGET_MARKED];
    for (size_t i = 0; ok && i < marked->count; i++) {
        const char *id = plain(marked->ids[i]);
        str_addf(&ids, "%s%s", ids.len && *id ? " " : "", id);
    }
    ok = ok && !ids.overflow &&
         put(&console->own, "ADTOP_ACCOUNTS", marked->count ? str_text(&ids) : account);
    targets_fini(sets);
    str_fini(&ids);
    return ok;
}

static bool capture(struct console *console)
{
    struct subject subject = {0};
    char run[24] = "", at[32] = "";
    char *dir = realpath(console->options->state_dir, NULL);
    char *config =
        console->options->config_path ? realpath(console->options->config_path, NULL) : NULL;
    view_selection(console_view(console), &console->env, &subject);
    const char *account = plain(subject.account_id);
    if (subject.run_id) {
        snprintf(run, sizeof run, "%lld", (long long)subject.run_id);
    }
    if (console->env.at) { /* of what is shown, as the rest */
        date_format_rfc3339(console->env.at, 0, at);
    }
    forget(&console->own);
    bool ok = put(&console->own, "META_ACCESS_TOKEN", NULL) &&
              put(&console->own, "META_APP_SECRET", NULL) &&
              put(&console->own, "CREDENTIALS_DIRECTORY", NULL) &&
              put(&console->own, "ADTOP_STATE_DIR", dir ? dir : console->options->state_dir) &&
              put(&console->own, "ADTOP_CONFIG", config) &&
              put(&console->own, "ADTOP_VIEW", console_view(console)->class->name) &&
              put(&console->own, "ADTOP_ACCOUNT", account) &&
              put(&console->own, "ADTOP_RUN", run) && put(&console->own, "ADTOP_AT", at) &&
              put_accounts(console, account);
    free(dir);
    free(config);
    return ok;
}

/* ---- running ---- */

/* "done", "exit 3", ...; whether all is well. */
static bool outcome_text(int status, char out[80])
{
    int code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    if (code < 0) {
        snprintf(out, 80, "ended by signal %d (%s)", WTERMSIG(status), strsignal(WTERMSIG(status)));
    } else if (code) {
        snprintf(out, 80, "%sexit %d",
                 code == NOT_FOUND        ? "there is no such command: "
                 : code == NOT_EXECUTABLE ? "it cannot be executed: "
                                          : "",
                 code);
    } else {
        snprintf(out, 80, "done");
    }
    return code == 0;
}

static void say_outcome(struct console *console, const char *title, int status)
{
    char text[80];
    bool well = outcome_text(status, text);
    console_say(console, well ? ROLE_OK : ROLE_WARN, "%s: %s", title, text);
}

static void run_seen(struct console *console, const struct config_command *command,
                     const struct child *child)
{
    struct err err = {0};
    char text[160], clean[160], outcome[80];
    int status = 0;
    enum child_end end = child_run(child, &status, &err);
    if (end == CHILD_ENDED) {
        outcome_text(status, outcome);
        snprintf(text, sizeof text, "[%s: %s] press a key ", command->title, outcome);
        utf8_clean(text, clean, sizeof clean);
        console->quit = !child_done(clean);
        say_outcome(console, command->title, status);
    } else {
        child_done(NULL);
        console->quit = end == CHILD_LEFT;
        console_say(console, ROLE_ALARM, "%s: could not be started: %s", command->title,
                    err.message);
    }
    console->stale = true;
}

static void run_unseen(struct console *console, const struct config_command *command,
                       const struct child *child)
{
    struct err err = {0};
    for (int i = 0; i < OWN_UNSEEN; i++) {
        if (console->own.unseen[i].pid > 0) {
            continue;
        }
        pid_t pid = child_start(child, &err);
        if (pid < 0) {
            console_say(console, ROLE_ALARM, "%s: could not be started: %s", command->title,
                        err.message);
            return;
        }
        console->own.unseen[i].pid = pid;
        snprintf(console->own.unseen[i].title, sizeof console->own.unseen[i].title, "%s",
                 command->title);
        console_say(console, ROLE_HINT, "%s: runs", command->title);
        return;
    }
    console_say(console, ROLE_WARN, "%s: %d others still run; wait for one of them", command->title,
                OWN_UNSEEN);
}

static void run(struct console *console, int i)
{
    const struct config_command *command = &console->config->commands[i];
    struct child child = {command->line, console->own.vars};
    if (command->unseen) {
        run_unseen(console, command, &child);
    } else {
        run_seen(console, command, &child);
    }
    forget(&console->own);
}

static bool accepted(struct console *console)
{
    run(console, console->own.asked);
    return true;
}

static void ask(struct console *console, int i)
{
    const struct config_command *command = &console->config->commands[i];
    const char *line = command->line;
    dialog_init(&console->dialog, command->title, "Run it?");
    for (int shown = 0; *line && shown < 4; shown++) {
        size_t n = strcspn(line, "\n");
        dialog_line(&console->dialog, ROLE_TEXT, "%.*s", (int)n, line);
        line += n + (line[n] == '\n');
    }
    for (char *const *var = console->own.vars; *var; var++) {
        if (strncmp(*var, "ADTOP_A", 7) == 0 && strchr(*var, '=')) {
            dialog_line(&console->dialog, ROLE_HINT, "%s", *var);
        }
    }
    console->own.asked = i;
    console->overlay = OVERLAY_DIALOG;
    console->accept = accepted;
}

static void start(struct console *console, int i)
{
    const struct config_command *command = &console->config->commands[i];
    console->message[0] = '\0';
    if (!capture(console)) {
        forget(&console->own);
        console_say(console, ROLE_WARN, "%s: too many accounts are marked for one command",
                    command->title);
    } else if (command->ask) {
        ask(console, i);
    } else {
        run(console, i);
    }
}

bool own_key(struct console *console, int key)
{
    int i = index_of(console, key);
    if (i >= 0) {
        start(console, i);
    }
    return i >= 0;
}

bool own_line(struct console *console, const char *line)
{
    for (int i = 0; i < console->config->command_count; i++) {
        const char *title = console->config->commands[i].title;
        if (strcasecmp(title, line) != 0 || console_has_command(title)) {
            continue;
        }
        if (console->opening) {
            console_say(console, ROLE_WARN, "does more than look; give it in the console");
        } else {
            start(console, i);
        }
        return true;
    }
    return false;
}

void own_tick(struct console *console)
{
    for (int i = 0; i < OWN_UNSEEN; i++) {
        int status = 0;
        if (console->own.unseen[i].pid > 0 &&
            waitpid(console->own.unseen[i].pid, &status, WNOHANG) == console->own.unseen[i].pid) {
            console->own.unseen[i].pid = 0;
            say_outcome(console, console->own.unseen[i].title, status);
        }
    }
}

void own_help(struct console *console, bool names)
{
    if (console->config->command_count) {
        sheet_add(&console->sheet, ROLE_DIALOG_TITLE, "Own commands");
    }
    for (int i = 0; i < console->config->command_count; i++) {
        const struct config_command *command = &console->config->commands[i];
        char key[16] = "-", line[160];
        if (console->own.keys[i]) {
            key_text(console->own.keys[i], key);
        }
        snprintf(line, sizeof line, "%.*s", (int)strcspn(command->line, "\n"), command->line);
        if (names) {
            sheet_add(&console->sheet, ROLE_TEXT, "  %-14s :%-14s %s", key, command->title, line);
        } else {
            sheet_add(&console->sheet, ROLE_TEXT, "  %-11s %s", key, command->title);
        }
    }
}
