/* run: forcing, cancelling and retrying syncs. Each states what it will do and asks. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/date.h"
#include "config/config.h"
#include "store/reader.h"
#include "ui/act/estimate.h"
#include "ui/commands.h"
#include "ui/console.h"
#include "ui/format.h"

static const enum run_mode offered[] = {RUN_DELTA, RUN_FULL, RUN_SWEEP, RUN_WINDOW};
enum { OFFERED = sizeof offered / sizeof offered[0] };

static void say_mode(struct dialog *dialog, enum run_mode mode, const struct config *config)
{
    static const char *const listing[] = {[RUN_DELTA] = "what changed since the last listing",
                                          [RUN_FULL] = "every campaign, ad set and ad again",
                                          [RUN_SWEEP] = "ids and statuses; finds what vanished"};
    if (mode == RUN_WINDOW) {
        dialog_aside(dialog, "window: the insights from since (or the last %d days) on",
                     config->restate_days);
    } else {
        dialog_aside(dialog, "%s: %s; the last %d days' insights", run_mode_name(mode),
                     listing[mode], config->window_days);
    }
}

static enum run_mode chosen_mode(const struct console *console)
{
    int chosen = dialog_chosen(&console->dialog, "mode");
    return chosen >= 0 && chosen < OFFERED ? offered[chosen] : RUN_DELTA;
}

static bool is_held(const struct subject *subject)
{
    return subject->has_state &&
           (hold_reason_is_quota(subject->reason) || subject->reason == HOLD_BUDGET);
}

static void say_held(struct console *console)
{
    const struct targets *targets = act_targets(console);
    const struct subject *first = NULL;
    size_t held = 0;
    for (size_t i = 0; i < targets->count; i++) {
        if (is_held(&targets->subjects[i])) {
            const struct subject *s = &targets->subjects[i];
            first = !first || (s->until && s->until < first->until) ? s : first;
            held++;
        }
    }
    if (!held) {
        return;
    }
    struct text when = format_time(first->until, console->env.now, console->env.offset_s);
    if (targets->count == 1) {
        dialog_line(&console->dialog, ROLE_ALARM, "held now: %s until %s; the API would refuse it",
                    hold_reason_text(first->reason), first->until ? when.text : "a person acts");
    } else {
        dialog_line(&console->dialog, ROLE_ALARM,
                    "%zu of them are held (the first until %s) and will be refused", held,
                    first->until ? when.text : "a person acts");
    }
}

static struct force_shape chosen_shape(const struct console *console)
{
    struct force_shape shape = {.mode = chosen_mode(console)};
    if (shape.mode == RUN_WINDOW) {
        date_parse(dialog_value(&console->dialog, "since"), &shape.since_day);
    }
    return shape;
}

/* Of dozens of accounts it takes longer than a key may wait. */
static void read_cost(struct console *console)
{
    struct request *request = &console->request;
    const struct targets *targets = act_targets(console);
    struct force_shape shape = chosen_shape(console);
    struct estimate estimate;
    bool read = estimate_force(&console->env, &shape, targets->subjects, targets->count, &estimate);
    if (store_reader_stopped(console->store)) {
        return;
    }
    request->cost.done = true;
    request->cost.read = read;
    request->cost.shape = shape;
    request->cost.scope = request->scope;
    request->cost.estimate = estimate;
    act_say_again(console);
}

/* Whether what was read is of what is chosen now. */
static bool cost_is_known(const struct request *request, const struct force_shape *shape)
{
    return request->cost.done && request->cost.scope == request->scope &&
           request->cost.shape.mode == shape->mode &&
           request->cost.shape.since_day == shape->since_day;
}

static void force_facts(struct console *console)
{
    struct request *request = &console->request;
    struct force_shape shape = chosen_shape(console);
    bool known = cost_is_known(request, &shape);
    say_mode(&console->dialog, shape.mode, console->config);
    console->fill = known ? NULL : read_cost;
    if (!known) {
        console->dialog.waiting = true;
        dialog_line(&console->dialog, ROLE_TEXT, "what it would cost: loading");
    } else if (request->cost.read) {
        estimate_words(&request->cost.estimate, &console->env, &console->dialog);
    } else {
        dialog_line(&console->dialog, ROLE_WARN, "what it would cost cannot be read");
    }
    say_held(console);
}

/* A forced sync of what a limit holds is refused here with the time it would be of use; the engine
 * refuses it as well, unless it is overridden with a reason. */
static bool refused_here(struct console *console)
{
    const struct targets *targets = act_targets(console);
    const struct subject *first = &targets->subjects[0];
    bool override = console->request.control.override_holds;
    if (override && !console->request.control.reason[0]) {
        dialog_problem(&console->dialog, "reason", "an override needs a reason");
        return true;
    }
    if (targets->count > 1 || !is_held(first) || override) {
        return false;
    }
    struct text when = format_time(first->until, console->env.now, console->env.offset_s);
    dialog_problem(&console->dialog, "override", "held by %s%s%s; override: yes",
                   hold_reason_text(first->reason), first->until ? ": of use from " : "",
                   first->until ? when.text : "");
    return true;
}

static bool force_accepted(struct console *console)
{
    struct control_request *control = &console->request.control;
    const char *since = dialog_value(&console->dialog, "since");
    control->mode = chosen_mode(console);
    control->override_holds = dialog_chosen(&console->dialog, "override") == 1;
    control->since_day = 0;
    snprintf(control->reason, sizeof control->reason, "%s",
             dialog_value(&console->dialog, "reason"));
    if (since[0] && !date_parse(since, &control->since_day)) {
        dialog_problem(&console->dialog, "since", "\"%.40s\" is no date; try 2026-01-31", since);
        return false;
    }
    if (since[0] && control->mode != RUN_WINDOW) {
        dialog_problem(&console->dialog, "since", "only a window begins on a day of its own");
        return false;
    }
    if (refused_here(console)) {
        return false;
    }
    snprintf(console->request.done, sizeof console->request.done, "%s sync forced",
             run_mode_name(control->mode));
    return act_send(console);
}

void command_force(struct console *console, int unused)
{
    static const struct ask ask = {"Force a sync", "Sync", force_facts, force_accepted};
    (void)unused;
    if (!act_capture(console, OP_FORCE, NULL, "select an account, or mark some")) {
        return;
    }
    console->request.undoable = true;
    act_dialog(console, &ask);
    for (int i = 0; i < OFFERED; i++) {
        dialog_option(&console->dialog, "mode", "%s", run_mode_name(offered[i]));
    }
    dialog_field(&console->dialog, "since", "");
    dialog_field(&console->dialog, "reason", "");
    dialog_option(&console->dialog, "override", "no");
    dialog_option(&console->dialog, "override", "yes");
    act_show(console);
}

static bool is_running(const struct subject *subject)
{
    return subject->running && subject->run_id;
}

static void cancel_facts(struct console *console)
{
    dialog_line(&console->dialog, ROLE_TEXT,
                "Pages already stored stay; the next run goes on from there.");
}

static bool cancel_accepted(struct console *console)
{
    struct request *request = &console->request;
    const struct targets *targets = act_targets(console);
    int64_t run_id = targets->subjects[0].run_id;
    snprintf(request->control.reason, sizeof request->control.reason, "%s",
             dialog_value(&console->dialog, "reason"));
    /* Of one, this very run is meant and no later one. */
    request->control.number = targets->count == 1 ? run_id : 0;
    if (targets->count == 1) {
        snprintf(request->done, sizeof request->done, "run %" PRId64 " cancelled", run_id);
    } else {
        snprintf(request->done, sizeof request->done, "their runs are cancelled");
    }
    return act_send(console);
}

void command_cancel(struct console *console, int unused)
{
    static const struct ask ask = {"Cancel", "Cancel the run of", cancel_facts, cancel_accepted};
    (void)unused;
    if (act_capture(console, OP_CANCEL, is_running, "no run of it is under way")) {
        act_dialog(console, &ask);
        dialog_field(&console->dialog, "reason", "");
        act_show(console);
    }
}

static void retry_facts(struct console *console)
{
    dialog_line(
        &console->dialog, ROLE_TEXT,
        "Its last run is asked for again at once, in the same mode, before its backoff ends.");
    say_held(console);
}

static bool retry_accepted(struct console *console)
{
    snprintf(console->request.control.reason, sizeof console->request.control.reason, "%s",
             dialog_value(&console->dialog, "reason"));
    snprintf(console->request.done, sizeof console->request.done, "due again at once");
    return act_send(console);
}

void command_retry(struct console *console, int unused)
{
    static const struct ask ask = {"Retry", "Try again:", retry_facts, retry_accepted};
    (void)unused;
    if (act_capture(console, OP_RETRY, NULL, "select an account or a run")) {
        act_dialog(console, &ask);
        dialog_field(&console->dialog, "reason", "");
        act_show(console);
    }
}
