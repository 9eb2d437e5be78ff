/* hold: pausing, resuming, priority and tier. All can be undone. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/date.h"
#include "config/config.h"
#include "ui/commands.h"
#include "ui/console.h"
#include "ui/format.h"
#include "ui/when.h"

/* More accounts than this are asked about, even where it can be undone. */
enum { ASK_ABOVE = 10, PRIORITY_MAX = 9 };

static bool is_paused(const struct subject *subject)
{
    return subject->reason == HOLD_PAUSED || subject->reason == HOLD_NO_ACCESS;
}

static void pause_facts(struct console *console)
{
    const struct targets *targets = act_targets(console);
    size_t running = 0, paused = 0;
    for (size_t i = 0; i < targets->count; i++) {
        running += targets->subjects[i].reason == HOLD_RUNNING;
        paused += targets->subjects[i].reason == HOLD_PAUSED;
    }
    if (running) {
        dialog_line(&console->dialog, ROLE_WARN,
                    "%zu under way: cancelled, what is stored stays; goes on from there", running);
    }
    if (paused) {
        dialog_line(&console->dialog, ROLE_TEXT, "%zu paused already: they get the new end",
                    paused);
    }
    dialog_line(&console->dialog, ROLE_TEXT,
                "No call is made for it until then; everybody sees who and why.");
}

static bool pause_accepted(struct console *console)
{
    struct control_request *control = &console->request.control;
    const char *end = dialog_value(&console->dialog, "until");
    int64_t now = console_live_now(console), lasts = 0, until = 0;
    if (duration_parse(end, &lasts) && lasts > 0) {
        until = now + lasts;
    } else if (!when_parse(end, now, console->env.offset_s, true, &until) || until <= now) {
        dialog_problem(&console->dialog, "until",
                       "\"%.40s\" is no end to come; try 4h, 30m, 2d or 18:00", end);
        return false;
    }
    struct text at = format_time(until, now, console->env.offset_s);
    snprintf(control->reason, sizeof control->reason, "%s",
             dialog_value(&console->dialog, "reason"));
    control->until = until;
    snprintf(console->request.done, sizeof console->request.done, "paused until %s", at.text);
    return act_send(console);
}

static bool resume_accepted(struct console *console)
{
    snprintf(console->request.control.reason, sizeof console->request.control.reason, "%s",
             dialog_value(&console->dialog, "reason"));
    snprintf(console->request.done, sizeof console->request.done, "resumed");
    return act_send(console);
}

void command_resume(struct console *console, int unused)
{
    static const struct ask ask = {"Resume", "Resume", NULL, resume_accepted};
    (void)unused;
    if (!act_capture(console, OP_RESUME, is_paused, "nothing there is paused")) {
        return;
    }
    console->request.undoable = true;
    act_dialog(console, &ask);
    dialog_field(&console->dialog, "reason", "");
    act_show(console);
}

/* What is paused is resumed without a question: it can be undone. */
static bool resumed_at_once(struct console *console)
{
    const struct targets *targets = act_targets(console);
    for (size_t i = 0; i < targets->count; i++) {
        if (targets->subjects[i].reason != HOLD_PAUSED) {
            return false;
        }
    }
    if (targets->count > ASK_ABOVE) {
        command_resume(console, 0);
    } else if (act_capture(console, OP_RESUME, is_paused, "nothing there is paused")) {
        console->request.undoable = true;
        resume_accepted(console);
    }
    return true;
}

void command_pause(struct console *console, int unused)
{
    static const struct ask ask = {"Pause", "Pause", pause_facts, pause_accepted};
    (void)unused;
    if (!act_capture(console, OP_PAUSE, NULL, "select an account, or mark some")) {
        return;
    }
    if (!console->words[0] && resumed_at_once(console)) {
        return;
    }
    console->request.undoable = true;
    act_dialog(console, &ask);
    dialog_field(&console->dialog, "reason", "");
    dialog_field(&console->dialog, "until", "4h");
    act_show(console);
}

static bool send_priority(struct console *console, long priority)
{
    console->request.control.priority = (int)priority;
    console->request.undoable = true;
    snprintf(console->request.done, sizeof console->request.done, "priority %+ld", priority);
    return act_send(console);
}

static bool priority_accepted(struct console *console)
{
    const char *text = dialog_value(&console->dialog, "priority");
    char *end = NULL;
    long priority = strtol(text, &end, 10);
    if (end == text || *end || priority < -PRIORITY_MAX || priority > PRIORITY_MAX) {
        dialog_problem(&console->dialog, "priority", "priority goes from -9 to 9; 0 is normal");
        return false;
    }
    return send_priority(console, priority);
}

void command_priority(struct console *console, int delta)
{
    static const struct ask ask = {"Priority", "Set the priority of", NULL, priority_accepted};
    char text[16];
    if (!act_capture(console, OP_PRIORITIZE, NULL, "select an account, or mark some")) {
        return;
    }
    int wanted = act_targets(console)->subjects[0].priority + delta;
    if (act_targets(console)->count > 1) {
        snprintf(text, sizeof text, "%d", wanted);
        act_dialog(console, &ask);
        dialog_field(&console->dialog, "priority", text);
        act_show(console);
    } else if (wanted < -PRIORITY_MAX || wanted > PRIORITY_MAX) {
        console_say(console, ROLE_HINT, "priority goes from -9 to 9");
    } else {
        send_priority(console, wanted);
    }
}

static bool pin_accepted(struct console *console)
{
    struct control_request *control = &console->request.control;
    int tier = dialog_chosen(&console->dialog, "tier");
    control->unpin = tier == TIER_COUNT;
    control->tier = tier < TIER_COUNT ? (enum tier)tier : TIER_LOW;
    snprintf(console->request.done, sizeof console->request.done, "%s%s",
             control->unpin ? "tier by spend again" : "tier pinned to ",
             control->unpin ? "" : tier_name(control->tier));
    return act_send(console);
}

static void pin_facts(struct console *console)
{
    int tier = dialog_chosen(&console->dialog, "tier");
    if (tier == TIER_COUNT) {
        dialog_line(&console->dialog, ROLE_TEXT, "Spend of the last 7 days decides again.");
    } else {
        struct text every = format_age(console->config->cadence_ms[tier]);
        dialog_line(&console->dialog, ROLE_TEXT, "Synced every %s, whatever is spent.", every.text);
    }
}

void command_pin(struct console *console, int unused)
{
    static const struct ask ask = {"Pin the tier", "Change the tier of", pin_facts, pin_accepted};
    (void)unused;
    if (!act_capture(console, OP_PIN, NULL, "select an account, or mark some")) {
        return;
    }
    console->request.undoable = true;
    act_dialog(console, &ask);
    for (int i = 0; i < TIER_COUNT; i++) {
        dialog_option(&console->dialog, "tier", "%s", tier_name((enum tier)i));
    }
    dialog_option(&console->dialog, "tier", "by spend");
    dialog_choose(&console->dialog, "tier", (int)act_targets(console)->subjects[0].tier);
    act_show(console);
}
