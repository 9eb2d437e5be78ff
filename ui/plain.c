#include "ui/plain.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/utf8.h"
#include "ui/console.h"
#include "ui/format.h"
#include "ui/term/tty_signals.h"

enum { SECOND_MS = 1000, LINE_MAX_BYTES = 700, NAME_BYTES = 200 };

/* What was last said of an account. */
struct said {
    char account_id[ID_SIZE];
    enum hold_reason reason;
    int64_t until;
};

struct plain {
    struct console *console;
    struct said *said;
    size_t count, cap;
    char verdict[160];
    char problem[LINE_MAX_BYTES];
};

static bool print_line(const struct plain *plain, const char *text, struct err *err)
{
    char line[LINE_MAX_BYTES + 16];
    const struct env *env = &plain->console->env;
    struct text clock = format_clock(env->now, env->offset_s);
    int n = snprintf(line, sizeof line, "%s %s\n", clock.text, text);
    return fd_write_all(STDOUT_FILENO, line, (size_t)n, err);
}

static struct said *find_said(struct plain *plain, const char *account_id)
{
    for (size_t i = 0; i < plain->count; i++) {
        if (strcmp(plain->said[i].account_id, account_id) == 0) {
            return &plain->said[i];
        }
    }
    if (plain->count == plain->cap) {
        size_t cap = plain->cap ? plain->cap * 2 : 32;
        struct said *grown = realloc(plain->said, cap * sizeof *grown);
        if (!grown) {
            return NULL;
        }
        plain->said = grown;
        plain->cap = cap;
    }
    struct said *said = &plain->said[plain->count++];
    *said = (struct said){.reason = HOLD_REASON_COUNT};
    snprintf(said->account_id, sizeof said->account_id, "%s", account_id);
    return said;
}

static bool say_account(struct plain *plain, const struct subject *subject, struct err *err)
{
    struct said *said = find_said(plain, subject->account_id);
    char name[NAME_BYTES], line[LINE_MAX_BYTES];
    const struct env *env = &plain->console->env;
    if (!said) {
        return err_set(err, ERR_MEMORY, "console: out of memory");
    }
    bool same = said->reason == subject->reason &&
                (said->until == subject->until || subject->reason == HOLD_DUE);
    if (same) {
        return true;
    }
    said->reason = subject->reason;
    said->until = subject->until;
    utf8_clean(subject->name, name, sizeof name);
    struct text until = format_time(subject->until, env->now, env->offset_s);
    bool ends = subject->until > env->now && subject->until < INT64_MAX;
    snprintf(line, sizeof line, "%s \"%s\" %s%s%s", subject->account_id, name,
             hold_reason_text(subject->reason), ends ? " until " : "", ends ? until.text : "");
    return print_line(plain, line, err);
}

static bool say_verdict(struct plain *plain, struct err *err)
{
    const struct verdict *v = &plain->console->overview.verdict;
    char text[160];
    snprintf(text, sizeof text, "%s%s%s", v->word, v->detail[0] ? " " : "", v->detail);
    if (strcmp(text, plain->verdict) == 0) {
        return true;
    }
    snprintf(plain->verdict, sizeof plain->verdict, "%s", text);
    return print_line(plain, text, err);
}

/* Why nothing can be read; else a line that does not come would be taken for one of no change. */
static bool say_problem(struct plain *plain, struct err *err)
{
    const char *problem = plain->console->problem;
    if (strncmp(problem, plain->problem, sizeof plain->problem - 1) == 0) {
        return true;
    }
    snprintf(plain->problem, sizeof plain->problem, "%s", problem);
    return !problem[0] || print_line(plain, plain->problem, err);
}

static bool say_changes(struct plain *plain, struct err *err)
{
    struct console *console = plain->console;
    const struct view *view = console_view(console);
    const struct pane_class *class = view->class->panes[0];
    if (!say_problem(plain, err)) {
        return false;
    }
    if (!console->overview.loaded) {
        return true;
    }
    if (!say_verdict(plain, err)) {
        return false;
    }
    for (size_t i = 0; i < view->panes[0].count; i++) {
        struct subject subject = {0};
        class->subject(view->panes[0].rows[i], &subject);
        if (!say_account(plain, &subject, err)) {
            return false;
        }
    }
    return true;
}

/* True when a signal asks to end. */
static bool wait_a_second(struct console *console)
{
    struct pollfd fds[2] = {
        {.fd = tty_signals_fd(),                                     .events = POLLIN},
        {.fd = console->control ? control_fd(console->control) : -1, .events = POLLIN}
    };
    int wait = (int)(SECOND_MS - clock_real_ms() % SECOND_MS);
    int ready = poll(fds, 2, wait);
    if (ready > 0 && fds[1].revents) {
        console_listen(console);
    }
    int signal_number = ready > 0 && fds[0].revents ? tty_signals_next() : 0;
    return signal_number == SIGINT || signal_number == SIGTERM || signal_number == SIGHUP ||
           signal_number == SIGQUIT;
}

bool plain_run(struct console *console, struct err *err)
{
    struct plain plain = {.console = console};
    bool ok = tty_signals_open(err);
    if (!ok) {
        return false;
    }
    console_load(console);
    while (ok && !console->quit) {
        ok = say_changes(&plain, err);
        if (console->at) {
            break;
        }
        console->quit = console->quit || wait_a_second(console);
        console_tick(console);
    }
    tty_signals_close();
    free(plain.said);
    return ok;
}
