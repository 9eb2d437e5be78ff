/*
 * operate: what an operator may do. Ids are captured when the dialog opens; the engine checks
 * permission, does it and writes the audit row; the answer comes back through console_answered.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/date.h"
#include "ui/commands.h"
#include "ui/console.h"
#include "ui/estimate.h"
#include "ui/format.h"

enum {
    UNDO_MS = 30000,
    PAUSE_DEFAULT_MS = 4 * 3600 * 1000,
    ASK_TYPED = 50, /* above this many accounts their number has to be typed */
    ENGINE_START_MS = 10000
};

void console_request_fini(struct request *request)
{
    free(request->subjects);
    free(request->ids);
    memset(request, 0, sizeof *request);
}

static void add_target(struct request *request, const struct subject *subject)
{
    for (size_t i = 0; i < request->count; i++) {
        if (strcmp(request->ids[i], subject->account_id) == 0) {
            return;
        }
    }
    request->subjects[request->count] = *subject;
    snprintf(request->ids[request->count++], ID_SIZE, "%s", subject->account_id);
}

/* The marked rows' accounts, or the selected one. */
static bool capture(struct console *console, enum op_kind op)
{
    struct request *request = &console->request;
    struct view *view = console_view(console);
    const struct pane_class *class = view->class->panes[view->focus];
    const struct pane *pane = &view->panes[view->focus];
    size_t marks = class->columns && class->subject ? pane->table.mark_count : 0;
    console_request_fini(request);
    control_request_init(&request->control);
    request->control.op = op;
    request->subjects = calloc(marks + 1, sizeof *request->subjects);
    request->ids = calloc(marks + 1, sizeof *request->ids);
    if (!request->subjects || !request->ids) {
        console_say(console, ROLE_ALARM, "out of memory");
        return false;
    }
    for (size_t i = 0; marks && i < pane->count; i++) {
        char id[ROW_ID];
        struct subject subject = {0};
        class->row_id(pane->rows[i], id);
        class->subject(pane->rows[i], &subject);
        if (subject.account_id[0] && table_marked(&pane->table, id) && request->count <= marks) {
            add_target(request, &subject);
        }
    }
    struct subject subject;
    if (!request->count && view_selection(view, &console->env, &subject) && subject.account_id[0]) {
        add_target(request, &subject);
    }
    return true;
}

static const char *target_name(const struct request *request, size_t i)
{
    const struct subject *subject = &request->subjects[i];
    return subject->name[0] ? subject->name : subject->account_id;
}

static bool send_request(struct console *console)
{
    struct request *request = &console->request;
    struct err err = {0};
    request->control.targets = request->ids;
    request->control.target_count = request->count;
    control_origin(request->control.origin);
    if (!console->control || !control_send(console->control, &request->control, &err)) {
        console_say(console, ROLE_ALARM, "%s: %s", op_kind_name(request->control.op),
                    err.message[0] ? err.message : "no engine runs");
        return true;
    }
    console->request_pending = true;
    return true;
}

static void open_dialog(struct console *console, bool (*accept)(struct console *console))
{
    struct request *request = &console->request;
    for (size_t i = 0; i < request->count && i < TARGETS_SHOWN; i++) {
        const struct subject *s = &request->subjects[i];
        dialog_line(&console->dialog, ROLE_TEXT, "%.60s (%s, %s tier)", target_name(request, i),
                    s->account_id, tier_name(s->tier));
    }
    if (request->count > TARGETS_SHOWN) {
        dialog_line(&console->dialog, ROLE_TEXT, "and %zu more", request->count - TARGETS_SHOWN);
    }
    if (request->count > ASK_TYPED) {
        snprintf(console->dialog.must_type, sizeof console->dialog.must_type, "%zu",
                 request->count);
    }
    console->overlay = OVERLAY_DIALOG;
    console->accept = accept;
}

static void question_of(const struct request *request, const char *verb, char out[DIALOG_LINE])
{
    if (request->count == 1) {
        snprintf(out, DIALOG_LINE, "%s %.60s?", verb, target_name(request, 0));
    } else {
        snprintf(out, DIALOG_LINE, "%s these %zu accounts?", verb, request->count);
    }
}

static bool pause_accepted(struct console *console)
{
    struct control_request *control = &console->request.control;
    const char *end = dialog_value(&console->dialog, 1);
    int64_t lasts = PAUSE_DEFAULT_MS;
    if (end[0] && !duration_parse(end, &lasts)) {
        snprintf(console->dialog.problem, sizeof console->dialog.problem,
                 "\"%.40s\" is no duration; try 4h, 30m or 2d", end);
        console->dialog.at = 1;
        return false;
    }
    snprintf(control->reason, sizeof control->reason, "%s", dialog_value(&console->dialog, 0));
    control->until = console_live_now(console) + lasts;
    snprintf(console->request.done, sizeof console->request.done, "paused for %s", end);
    return send_request(console);
}

static bool all_paused(const struct request *request)
{
    for (size_t i = 0; i < request->count; i++) {
        if (request->subjects[i].reason != HOLD_PAUSED) {
            return false;
        }
    }
    return request->count > 0;
}

void command_resume(struct console *console, int unused)
{
    (void)unused;
    if (capture(console, OP_RESUME) && console->request.count) {
        console->request.undoable = true;
        snprintf(console->request.done, sizeof console->request.done, "resumed");
        send_request(console);
    }
}

void command_pause(struct console *console, int unused)
{
    (void)unused;
    char question[DIALOG_LINE];
    if (!capture(console, OP_PAUSE) || !console->request.count) {
        return;
    }
    if (all_paused(&console->request)) {
        command_resume(console, 0);
        return;
    }
    console->request.undoable = true;
    question_of(&console->request, "Pause", question);
    dialog_init(&console->dialog, "Pause", question);
    dialog_field(&console->dialog, "reason", "");
    dialog_field(&console->dialog, "for", "4h");
    open_dialog(console, pause_accepted);
}

void command_priority(struct console *console, int delta)
{
    if (!capture(console, OP_PRIORITIZE) || !console->request.count) {
        return;
    }
    int wanted = console->request.subjects[0].priority + delta;
    if (wanted < -9 || wanted > 9) {
        console_say(console, ROLE_HINT, "priority goes from -9 to 9");
        return;
    }
    console->request.control.priority = wanted;
    console->request.undoable = true;
    snprintf(console->request.done, sizeof console->request.done, "priority %+d", wanted);
    send_request(console);
}

static void pin_chosen(struct console *console, int item)
{
    console->request.control.unpin = item == TIER_COUNT;
    console->request.control.tier = item < TIER_COUNT ? (enum tier)item : TIER_LOW;
    console->request.undoable = true;
    snprintf(console->request.done, sizeof console->request.done, "%s%s",
             item < TIER_COUNT ? "tier pinned to " : "tier by spend again",
             item < TIER_COUNT ? tier_name((enum tier)item) : "");
    send_request(console);
}

void command_pin(struct console *console, int unused)
{
    (void)unused;
    if (!capture(console, OP_PIN) || !console->request.count) {
        return;
    }
    menu_init(&console->menu, "Pin the tier", false);
    for (int i = 0; i < TIER_COUNT; i++) {
        menu_item(&console->menu, console->request.subjects[0].tier == (enum tier)i,
                  tier_name((enum tier)i));
    }
    menu_item(&console->menu, false, "by spend (not pinned)");
    console->overlay = OVERLAY_MENU;
    console->chosen = pin_chosen;
}

static bool is_yes(const char *text)
{
    return text[0] == 'y' || text[0] == 'Y';
}

/* A forced sync of what a limit holds is refused here with the time it would be of use; the engine
 * refuses it as well, unless it is overridden with a reason. */
static bool force_accepted(struct console *console)
{
    struct dialog *dialog = &console->dialog;
    struct control_request *control = &console->request.control;
    const struct subject *first = &console->request.subjects[0];
    if (!run_mode_parse(dialog_value(dialog, 0), &control->mode)) {
        snprintf(dialog->problem, sizeof dialog->problem,
                 "mode is delta, full, sweep or window, not \"%.40s\"", dialog_value(dialog, 0));
        dialog->at = 0;
        return false;
    }
    control->override_holds = is_yes(dialog_value(dialog, 2));
    snprintf(control->reason, sizeof control->reason, "%s", dialog_value(dialog, 1));
    bool held =
        first->has_state && (hold_reason_is_quota(first->reason) || first->reason == HOLD_BUDGET);
    if (held && !control->override_holds) {
        struct text when = format_time(first->until, console->env.now, console->env.offset_s);
        snprintf(dialog->problem, sizeof dialog->problem, "held by %s%s%s; override: yes",
                 hold_reason_text(first->reason), first->until ? ": of use from " : "",
                 first->until ? when.text : "");
        dialog->at = 2;
        return false;
    }
    if (control->override_holds && !control->reason[0]) {
        snprintf(dialog->problem, sizeof dialog->problem, "an override needs a reason");
        dialog->at = 1;
        return false;
    }
    snprintf(console->request.done, sizeof console->request.done, "%s sync forced",
             run_mode_name(control->mode));
    return send_request(console);
}

void command_force(struct console *console, int unused)
{
    (void)unused;
    char question[DIALOG_LINE];
    struct estimate estimate;
    if (!capture(console, OP_FORCE) || !console->request.count) {
        return;
    }
    question_of(&console->request, "Sync", question);
    dialog_init(&console->dialog, "Force a sync", question);
    const struct subject *first = &console->request.subjects[0];
    if (console->request.count == 1 && estimate_of(&console->env, first->account_id, &estimate)) {
        estimate_words(&estimate, &console->env, &console->dialog);
    }
    if (first->has_state && hold_reason_is_quota(first->reason)) {
        struct text when = format_time(first->until, console->env.now, console->env.offset_s);
        dialog_line(&console->dialog, ROLE_ALARM, "held now: %s until %s; the API would refuse it",
                    hold_reason_text(first->reason), first->until ? when.text : "a person acts");
    }
    dialog_field(&console->dialog, "mode", "delta");
    dialog_field(&console->dialog, "reason", "");
    dialog_field(&console->dialog, "override", "no");
    open_dialog(console, force_accepted);
}

void command_cancel(struct console *console, int unused)
{
    (void)unused;
    char question[DIALOG_LINE];
    if (!capture(console, OP_CANCEL) || !console->request.count) {
        return;
    }
    const struct subject *first = &console->request.subjects[0];
    if (!first->running || !first->run_id) {
        console_say(console, ROLE_WARN, "cancel: no run of %.60s is under way",
                    target_name(&console->request, 0));
        return;
    }
    console->request.control.number = first->run_id;
    console->request.count = 1;
    snprintf(console->request.done, sizeof console->request.done, "run %" PRId64 " cancelled",
             first->run_id);
    question_of(&console->request, "Cancel the run of", question);
    dialog_init(&console->dialog, "Cancel", question);
    dialog_line(&console->dialog, ROLE_TEXT,
                "Pages already stored stay; the next run goes on from there.");
    open_dialog(console, send_request);
}

void command_retry(struct console *console, int unused)
{
    (void)unused;
    char question[DIALOG_LINE];
    if (!capture(console, OP_RETRY) || !console->request.count) {
        return;
    }
    console->request.control.number = console->request.subjects[0].run_id;
    snprintf(console->request.done, sizeof console->request.done, "due again at once");
    question_of(&console->request, "Try again:", question);
    dialog_init(&console->dialog, "Retry", question);
    open_dialog(console, send_request);
}

void command_ack(struct console *console, int unused)
{
    (void)unused;
    struct subject subject;
    if (!view_selection(console_view(console), &console->env, &subject) || !subject.number) {
        console_say(console, ROLE_HINT, "ack: select an alert or a log line");
        return;
    }
    if (capture(console, OP_ACK)) {
        console->request.control.number = subject.number;
        snprintf(console->request.done, sizeof console->request.done, "acknowledged");
        send_request(console);
    }
}

/* One action a request: the next goes out when the engine has answered the last. */
void command_undo(struct console *console, int unused)
{
    (void)unused;
    if (!console->undo_count || clock_mono_ms() > console->undo_until) {
        console->undo_count = 0;
        console_say(console, ROLE_HINT, "nothing to undo: it can be done for 30 s");
        return;
    }
    console_request_fini(&console->request);
    control_request_init(&console->request.control);
    console->request.control.op = OP_UNDO;
    console->request.control.number = console->undo_ids[--console->undo_count];
    snprintf(console->request.done, sizeof console->request.done, "undone");
    send_request(console);
}

static bool setting_accepted(struct console *console)
{
    struct control_request *control = &console->request.control;
    char *end = NULL;
    double value = strtod(dialog_value(&console->dialog, 1), &end);
    if (end == dialog_value(&console->dialog, 1) || *end || value <= 0) {
        snprintf(console->dialog.problem, sizeof console->dialog.problem,
                 "the value is a number above zero");
        console->dialog.at = 1;
        return false;
    }
    snprintf(control->setting, sizeof control->setting, "%.60s", dialog_value(&console->dialog, 0));
    snprintf(control->reason, sizeof control->reason, "%s", dialog_value(&console->dialog, 2));
    control->value = value;
    snprintf(console->request.done, sizeof console->request.done, "%s set to %.60s for the day",
             control->setting, dialog_value(&console->dialog, 1));
    return send_request(console);
}

static void open_setting(struct console *console, enum op_kind op, const char *title,
                         const char *setting, const char *help)
{
    console_request_fini(&console->request);
    control_request_init(&console->request.control);
    console->request.control.op = op;
    dialog_init(&console->dialog, title, "Change it for the day?");
    dialog_line(&console->dialog, ROLE_TEXT, "%s", help);
    dialog_field(&console->dialog, "setting", setting);
    dialog_field(&console->dialog, "value", "");
    dialog_field(&console->dialog, "reason", "");
    console->overlay = OVERLAY_DIALOG;
    console->accept = setting_accepted;
}

void command_budget(struct console *console, int unused)
{
    (void)unused;
    open_setting(console, OP_BUDGET_SET, "Budget", "daily",
                 "daily (all accounts) or account (each), in weighted units");
}

void command_threshold(struct console *console, int unused)
{
    (void)unused;
    open_setting(console, OP_THRESHOLD_SET, "Threshold", "account",
                 "account, app, insights or use_case, in percent");
}

void command_stop_engine(struct console *console, int unused)
{
    (void)unused;
    console_request_fini(&console->request);
    control_request_init(&console->request.control);
    console->request.control.op = OP_STOP;
    snprintf(console->request.done, sizeof console->request.done, "the engine is stopping");
    dialog_init(&console->dialog, "Stop the engine", "Stop it?");
    dialog_line(&console->dialog, ROLE_TEXT,
                "Every sync stops within 10 s; what is stored stays. q alone leaves it running.");
    console->overlay = OVERLAY_DIALOG;
    console->accept = send_request;
}

void command_start_engine(struct console *console, int unused)
{
    (void)unused;
    struct err err = {0};
    if (console->control) {
        console_say(console, ROLE_HINT, "an engine runs already");
    } else if (!console->options->spawn_argv || console->options->read_only) {
        console_say(console, ROLE_WARN, "start-engine: start one with: adtop engine");
    } else if (!control_spawn_engine(console->options->state_dir, console->options->spawn_argv,
                                     ENGINE_START_MS, &err)) {
        console_say(console, ROLE_ALARM, "%s", err.message);
    } else {
        console_connect(console);
        console_say(console, ROLE_OK, "the engine has been started");
        console->stale = true;
    }
}

static void remember_undo(struct console *console, const struct control_reply *reply)
{
    console->undo_count = 0;
    for (size_t i = 0; i < reply->result_count && console->undo_count < UNDO_MAX; i++) {
        if (reply->results[i].ok && reply->results[i].action_id) {
            console->undo_ids[console->undo_count++] = reply->results[i].action_id;
        }
    }
    console->undo_until = clock_mono_ms() + UNDO_MS;
}

void console_answered(struct console *console, const struct control_reply *reply)
{
    struct request *request = &console->request;
    bool more_to_undo = request->control.op == OP_UNDO && console->undo_count > 0;
    console->request_pending = false;
    console->stale = true;
    if (!reply->ok) {
        const char *why = reply->message;
        for (size_t i = 0; !why[0] && i < reply->result_count; i++) {
            why = reply->results[i].ok ? why : reply->results[i].message;
        }
        console_say(console, ROLE_ALARM, "%s refused: %s", op_kind_name(request->control.op), why);
        return;
    }
    if (request->undoable) {
        remember_undo(console, reply);
    }
    if (request->count > 1) {
        console_say(console, ROLE_OK, "%zu accounts: %s%s", request->count, request->done,
                    request->undoable ? "; u undoes" : "");
    } else {
        console_say(console, ROLE_OK, "%.60s%s%s%s", request->count ? target_name(request, 0) : "",
                    request->count ? ": " : "", request->done,
                    request->undoable ? "; u undoes for 30 s" : "");
    }
    if (more_to_undo) {
        command_undo(console, 0);
    }
}
