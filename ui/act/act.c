#include "ui/act/act.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ui/commands.h"
#include "ui/console.h"
#include "ui/when.h"

enum { UNDO_MS = 30000, TARGETS_SHOWN = 5 };

void act_fini(struct request *request)
{
    targets_fini(request->sets);
    memset(request, 0, sizeof *request);
}

struct targets *act_targets(struct console *console)
{
    return &console->request.sets[console->request.scope];
}

void act_begin(struct console *console, enum op_kind op)
{
    act_fini(&console->request);
    control_request_init(&console->request.control);
    console->request.control.op = op;
}

/* "all", "marked", an account: what stood behind the command in a ":" line. */
static bool capture_words(struct console *console, target_fits *fits)
{
    struct request *request = &console->request;
    struct subject subject;
    if (target_scope_parse(console->words, &request->scope)) {
        return act_targets(console)->count > 0;
    }
    if (!target_find(&console->env, console->words, &subject)) {
        return false;
    }
    targets_fini(request->sets);
    request->scope = TARGET_ROW;
    return targets_add(&request->sets[TARGET_ROW], &console->env, &subject) &&
           (!fits || fits(&request->sets[TARGET_ROW].subjects[0]));
}

bool act_capture(struct console *console, enum op_kind op, target_fits *fits, const char *nobody)
{
    struct request *request = &console->request;
    act_begin(console, op);
    if (!targets_capture(console_view(console), &console->env, fits, request->sets)) {
        console_say(console, ROLE_ALARM, "out of memory");
        return false;
    }
    bool found = true;
    if (console->words[0]) {
        found = capture_words(console, fits);
    } else {
        request->scope = request->sets[TARGET_MARKED].count ? TARGET_MARKED : TARGET_ROW;
        found = act_targets(console)->count > 0;
    }
    if (!found) {
        console_say(console, ROLE_WARN, "%s: %s", op_kind_name(op), nobody);
    }
    return found;
}

static void say_targets(struct console *console)
{
    const struct targets *targets = act_targets(console);
    struct dialog *dialog = &console->dialog;
    for (size_t i = 0; i < targets->count && i < TARGETS_SHOWN; i++) {
        const struct subject *s = &targets->subjects[i];
        dialog_aside(dialog, "%.60s (%s, %s tier)", target_name(targets, i), s->account_id,
                     tier_name(s->tier));
    }
    if (targets->count > TARGETS_SHOWN) {
        int tiers[TIER_COUNT] = {0};
        for (size_t i = 0; i < targets->count; i++) {
            tiers[targets->subjects[i].tier]++;
        }
        dialog_line(dialog, ROLE_TEXT, "and %zu more: %d high, %d medium, %d low in all",
                    targets->count - TARGETS_SHOWN, tiers[TIER_HIGH], tiers[TIER_MEDIUM],
                    tiers[TIER_LOW]);
    }
}

/* Everything in the dialog that depends on what is chosen in it. */
static void refresh(struct console *console)
{
    struct request *request = &console->request;
    struct dialog *dialog = &console->dialog;
    int options = 0;
    for (int i = 0; i < TARGET_SCOPES; i++) {
        bool offered = request->sets[i].count > 0;
        if (offered && dialog_chosen(dialog, "accounts") == options) {
            request->scope = (enum target_scope)i;
        }
        options += offered;
    }
    const struct targets *targets = act_targets(console);
    dialog_facts_reset(dialog);
    say_targets(console);
    if (request->ask->facts) {
        request->ask->facts(console);
    }
    if (targets->count == 1) {
        snprintf(dialog->question, sizeof dialog->question, "%s %.60s?", request->ask->verb,
                 target_name(targets, 0));
    } else if (targets->count) {
        snprintf(dialog->question, sizeof dialog->question, "%s these %zu accounts?",
                 request->ask->verb, targets->count);
    }
    if (targets_weighty(targets, &console->env)) {
        snprintf(dialog->must_type, sizeof dialog->must_type, "%zu", targets->count);
    }
}

static bool accepted(struct console *console)
{
    return console->request.ask->accept(console);
}

void act_dialog(struct console *console, const struct ask *ask)
{
    struct request *request = &console->request;
    int options = 0, chosen = 0;
    request->ask = ask;
    dialog_init(&console->dialog, ask->title, ask->verb);
    for (int i = 0; i < TARGET_SCOPES; i++) {
        options += request->sets[i].count > 0;
    }
    for (int i = 0, option = 0; i < TARGET_SCOPES && options > 1; i++) {
        char text[TARGET_TEXT];
        if (request->sets[i].count) {
            target_text(&request->sets[i], (enum target_scope)i, text);
            dialog_option(&console->dialog, "accounts", "%s", text);
            chosen = (enum target_scope)i == request->scope ? option : chosen;
            option++;
        }
    }
    dialog_choose(&console->dialog, "accounts", chosen);
    console->dialog.at = console->dialog.field_count;
}

void act_show(struct console *console)
{
    console->overlay = OVERLAY_DIALOG;
    console->accept = accepted;
    console->changed = refresh;
    refresh(console);
}

void act_say_again(struct console *console)
{
    struct edit typed = console->dialog.typed;
    refresh(console);
    console->dialog.typed = typed;
    console->dialog.problem[0] = '\0';
}

bool act_send(struct console *console)
{
    struct request *request = &console->request;
    struct targets *targets = act_targets(console);
    struct err err = {0};
    request->control.targets = targets->ids;
    request->control.target_count = targets->count;
    control_origin(request->control.origin);
    if (!console->control || !control_send(console->control, &request->control, &err)) {
        console_say(console, ROLE_ALARM, "%s: %s", op_kind_name(request->control.op),
                    err.message[0] ? err.message
                                   : "nothing was done, no engine runs; E starts one");
        console->stopping = false;
        return true;
    }
    console->request_pending = true;
    return true;
}

static void send_next(struct console *console)
{
    struct series *series = &console->series;
    act_begin(console, series->op);
    console->request.control.number = series->ids[--series->count];
    act_send(console);
}

void act_send_each(struct console *console, enum op_kind op, int64_t *ids, size_t count)
{
    struct series *series = &console->series;
    free(series->ids);
    *series = (struct series){.op = op, .ids = ids, .count = count, .all = count};
    if (count) {
        send_next(console);
    }
}

void command_undo(struct console *console, int unused)
{
    (void)unused;
    if (!console->undo_count || clock_mono_ms() > console->undo_until) {
        console->undo_count = 0;
        console_say(console, ROLE_HINT, "nothing to undo: it can be done for 30 s");
        return;
    }
    int64_t *ids = console->undo_ids;
    size_t count = console->undo_count;
    console->undo_ids = NULL;
    console->undo_count = 0;
    act_send_each(console, OP_UNDO, ids, count);
}

static void remember_undo(struct console *console, const struct control_reply *reply)
{
    int64_t *ids = calloc(reply->result_count + 1, sizeof *ids);
    free(console->undo_ids);
    console->undo_ids = ids;
    console->undo_count = 0;
    for (size_t i = 0; ids && i < reply->result_count; i++) {
        if (reply->results[i].ok && reply->results[i].action_id) {
            ids[console->undo_count++] = reply->results[i].action_id;
        }
    }
    console->undo_until = clock_mono_ms() + UNDO_MS;
}

/* What the engine says, its instants by the local clock. */
static const char *localized(const struct console *console, const char *text, char out[256])
{
    when_localize(text, console->env.now, console->env.offset_s, out, 256);
    return out;
}

/* All, some or none of it was done. */
static void say_answer(struct console *console, const struct control_reply *reply)
{
    struct request *request = &console->request;
    const struct targets *targets = act_targets(console);
    const char *op = op_kind_name(request->control.op), *why = reply->message;
    const char *undo = request->undoable ? "; u undoes for 30 s" : "";
    size_t done = 0;
    for (size_t i = 0; i < reply->result_count; i++) {
        done += reply->results[i].ok;
        why = reply->results[i].ok || why[0] ? why : reply->results[i].message;
    }
    char local[256];
    why = localized(console, why, local);
    if (!reply->ok && !done) {
        console_say(console, ROLE_ALARM, "%s refused: %s", op, why);
    } else if (!reply->ok) {
        console_say(console, ROLE_WARN, "%s: %zu of %zu done; refused: %.120s%s", op, done,
                    reply->result_count, why, undo);
    } else if (targets->count > 1) {
        console_say(console, ROLE_OK, "%zu accounts: %s%s", targets->count, request->done, undo);
    } else {
        console_say(console, ROLE_OK, "%.60s%s%s%s", targets->count ? target_name(targets, 0) : "",
                    targets->count ? ": " : "", request->done, undo);
    }
}

/* The answer to one of several; the sentence comes with the last. */
static void answered_of_series(struct console *console, const struct control_reply *reply)
{
    struct series *series = &console->series;
    const char *why = reply->message;
    if (!reply->ok) {
        for (size_t i = 0; i < reply->result_count && !why[0]; i++) {
            why = reply->results[i].message;
        }
        series->refused++;
        localized(console, why, series->refusal);
    }
    if (series->count) {
        send_next(console);
        return;
    }
    const char *done = series->op == OP_ACK ? "acknowledged" : "undone";
    if (series->refused) {
        console_say(console, ROLE_ALARM, "%zu %s, %zu refused: %s", series->all - series->refused,
                    done, series->refused, series->refusal);
    } else if (series->all > 1) {
        console_say(console, ROLE_OK, "%zu %s", series->all, done);
    } else {
        console_say(console, ROLE_OK, "%s", done);
    }
    series->all = 0;
}

void console_answered(struct console *console, const struct control_reply *reply)
{
    console->request_pending = false;
    console->stale = true;
    if (console->request.control.op == OP_STOP && !reply->ok) {
        console->stopping = false;
    }
    if (console->series.all) {
        answered_of_series(console, reply);
        return;
    }
    if (console->request.undoable) {
        remember_undo(console, reply);
    }
    say_answer(console, reply);
}
