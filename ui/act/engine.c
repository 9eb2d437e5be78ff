/* engine: what concerns no single account: budgets and thresholds for the day, alerts, and the
 * engine itself. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config/config.h"
#include "store/read_alerts.h"
#include "store/read_budget.h"
#include "ui/commands.h"
#include "ui/console.h"
#include "ui/format.h"
#include "ui/view/rows.h"

enum {
    ENGINE_START_MS = 10000,
    CHUNK = 16 * 1024,
    ALERTS_SHOWN = MENU_ITEMS - 1,
    DAY_MS = 86400000
};

/* What can be set for the day: the option's place in the dialog is its place here. */
struct setting_row {
    const char *name;   /* as the engine calls it */
    const char *option; /* in the dialog */
    const char *key;    /* of the override row */
    size_t configured;  /* offset in struct config */
    bool of_account;    /* for the selected account alone */
};

#define BUDGET_ROW(name, option, member, own)                                                      \
    {                                                                                              \
        name, option, "budget." name, offsetof(struct config, member), own                         \
    }
#define THRESHOLD_ROW(name, member)                                                                \
    {                                                                                              \
        name, name, "threshold." name, offsetof(struct config, member), false                      \
    }

static const struct setting_row budget_rows[] = {
    BUDGET_ROW("daily", "all together", budget_daily, false),
    BUDGET_ROW("account", "each account", budget_per_account, false),
    BUDGET_ROW("account", NULL, budget_per_account, true),
};
static const struct setting_row threshold_rows[] = {
    THRESHOLD_ROW("account", limit_account_pct),
    THRESHOLD_ROW("app", limit_app_pct),
    THRESHOLD_ROW("insights", limit_insights_pct),
    THRESHOLD_ROW("use_case", limit_use_case_pct),
};

static const struct setting_row *chosen_setting(const struct console *console)
{
    bool budget = console->request.control.op == OP_BUDGET_SET;
    int chosen = dialog_chosen(&console->dialog, "of");
    return &(budget ? budget_rows : threshold_rows)[chosen < 0 ? 0 : chosen];
}

/* What is in force: an operator's value of today, else the configured one. */
static double in_force(struct console *console, const struct setting_row *setting,
                       struct override_row *by)
{
    struct arena *arena = arena_create(CHUNK);
    struct budget_report report = {0};
    const struct targets *row = &console->request.sets[TARGET_ROW];
    const char *scope = setting->of_account && row->count ? row->ids[0] : "";
    double value =
        *(const double *)(const void *)((const char *)console->config + setting->configured);
    int32_t day = (int32_t)(console->env.now / DAY_MS);
    by->actor[0] = '\0';
    if (arena && read_budget(console->store, arena, 0, day, &report, NULL)) {
        for (size_t i = 0; i < report.override_count; i++) {
            const struct override_row *o = &report.overrides[i];
            bool here = strcmp(o->scope, scope) == 0 || (!o->scope[0] && !by->actor[0]);
            if (strcmp(o->name, setting->key) == 0 && here) {
                value = o->value;
                *by = *o;
            }
        }
    }
    arena_destroy(arena);
    return value;
}

static void setting_facts(struct console *console)
{
    const struct setting_row *setting = chosen_setting(console);
    bool budget = console->request.control.op == OP_BUDGET_SET;
    const struct overview *o = &console->overview;
    struct override_row by;
    double value = in_force(console, setting, &by);
    const char *unit = budget ? "weighted units a day" : "percent";
    if (by.actor[0]) {
        struct text until = format_time(by.until, console->env.now, console->env.offset_s);
        dialog_line(&console->dialog, ROLE_TEXT, "now %g %s, set by %.32s until %s", value, unit,
                    by.actor, by.until ? until.text : "changed");
    } else {
        dialog_line(&console->dialog, ROLE_TEXT, "now %g %s, as configured", value, unit);
    }
    if (budget) {
        dialog_line(&console->dialog, ROLE_TEXT, "%s weighted used today by all accounts",
                    format_cost(o->budget_used).text);
    } else {
        dialog_line(&console->dialog, ROLE_TEXT,
                    "No call starts at or above it. Raised, it risks a block of Meta's.");
    }
    struct text ends = format_time(o->budget_ends, console->env.now, console->env.offset_s);
    dialog_line(&console->dialog, ROLE_TEXT, "It holds until the budget's day ends%s%s.",
                o->budget_ends ? ", " : "", o->budget_ends ? ends.text : "");
}

static bool setting_accepted(struct console *console)
{
    struct control_request *control = &console->request.control;
    const struct setting_row *setting = chosen_setting(console);
    const char *text = dialog_value(&console->dialog, "value");
    bool budget = control->op == OP_BUDGET_SET;
    char *end = NULL;
    double value = strtod(text, &end);
    if (end == text || *end || value < 1 || (!budget && value > 95)) {
        dialog_problem(&console->dialog, "value",
                       budget ? "a budget is a number from 1 on"
                              : "a threshold is from 1 to 95 percent");
        return false;
    }
    /* Whether it is about the selected account alone is the setting's own matter. */
    console->request.scope = setting->of_account ? TARGET_ROW : TARGET_SHOWN;
    snprintf(control->setting, sizeof control->setting, "%s", setting->name);
    snprintf(control->reason, sizeof control->reason, "%s",
             dialog_value(&console->dialog, "reason"));
    control->value = value;
    snprintf(console->request.done, sizeof console->request.done, "%s %s is %g for the day",
             setting->name, budget ? "budget" : "threshold", value);
    return act_send(console);
}

/* The selected account is an option of its own; nobody else is ever meant. */
static void open_setting(struct console *console, enum op_kind op, const struct setting_row *rows,
                         size_t count, const struct ask *ask)
{
    struct request *request = &console->request;
    struct subject subject = {0};
    act_begin(console, op);
    request->scope = TARGET_SHOWN;
    request->undoable = true;
    act_dialog(console, ask);
    if (view_selection(console_view(console), &console->env, &subject) && subject.account_id[0]) {
        targets_add(&request->sets[TARGET_ROW], &console->env, &subject);
    }
    for (size_t i = 0; i < count; i++) {
        if (!rows[i].of_account) {
            dialog_option(&console->dialog, "of", "%s", rows[i].option);
        } else if (request->sets[TARGET_ROW].count) {
            dialog_option(&console->dialog, "of", "%.20s",
                          target_name(&request->sets[TARGET_ROW], 0));
        }
    }
    dialog_field(&console->dialog, "value", "");
    dialog_field(&console->dialog, "reason", "");
    act_show(console);
}

void command_budget(struct console *console, int unused)
{
    static const struct ask ask = {"Budget of the day", "Change the budget for the day?",
                                   setting_facts, setting_accepted};
    (void)unused;
    open_setting(console, OP_BUDGET_SET, budget_rows, sizeof budget_rows / sizeof budget_rows[0],
                 &ask);
}

void command_threshold(struct console *console, int unused)
{
    static const struct ask ask = {"Threshold of the day", "Change the threshold for the day?",
                                   setting_facts, setting_accepted};
    (void)unused;
    open_setting(console, OP_THRESHOLD_SET, threshold_rows,
                 sizeof threshold_rows / sizeof threshold_rows[0], &ask);
}

static void ack_chosen(struct console *console, int item)
{
    size_t all = console->alert_count;
    int64_t *ids = calloc(all + 1, sizeof *ids);
    size_t count = 0;
    for (size_t i = 0; ids && i < all; i++) {
        if (item == (int)i || item == (int)all) {
            ids[count++] = console->alert_ids[i];
        }
    }
    act_send_each(console, OP_ACK, ids, count);
}

/* In the log: this line and what is older. */
static void ack_log(struct console *console, int64_t log_id)
{
    act_begin(console, OP_ACK);
    snprintf(console->request.control.setting, sizeof console->request.control.setting, "log");
    console->request.control.number = log_id;
    snprintf(console->request.done, sizeof console->request.done,
             "warnings and errors up to here are acknowledged");
    act_send(console);
}

void command_ack(struct console *console, int unused)
{
    (void)unused;
    struct subject subject = {0};
    if (console_view(console)->class->id == VIEW_LOG &&
        view_selection(console_view(console), &console->env, &subject) && subject.number) {
        ack_log(console, subject.number);
        return;
    }
    struct arena *arena = arena_create(CHUNK);
    struct alert_rows alerts = {0};
    menu_init(&console->menu, "Acknowledge", false);
    console->alert_count = 0;
    bool ok = arena && read_alerts(console->store, arena, 0, 0, &alerts, NULL);
    for (size_t i = 0; ok && i < alerts.count && console->alert_count < ALERTS_SHOWN; i++) {
        const struct alert_row *alert = &alerts.rows[i];
        if (!alert->acked_at && !alert->cleared_at) {
            char text[96];
            const struct account_line *line = overview_account(&console->overview, alert->scope);
            snprintf(text, sizeof text, "%-8.8s %-18.18s %.24s  %.30s",
                     alert_severity_name(alert->severity), alert->rule,
                     line ? line->name : alert->scope, alert->detail);
            menu_item(&console->menu, false, text);
            console->alert_ids[console->alert_count++] = alert->alert_id;
        }
    }
    arena_destroy(arena);
    if (!console->alert_count) {
        console_say(console, ROLE_HINT,
                    "ack: no alert waits for it; in the Log, ! is about a line");
        return;
    }
    if (console->alert_count > 1) {
        menu_item(&console->menu, false, "all of them");
    }
    console->overlay = OVERLAY_MENU;
    console->chosen = ack_chosen;
}

static bool stop_accepted(struct console *console)
{
    snprintf(console->request.done, sizeof console->request.done, "the engine is stopping");
    console->stopping = true;
    return act_send(console);
}

static void stop_facts(struct console *console)
{
    const struct overview *o = &console->overview;
    dialog_line(&console->dialog, ROLE_TEXT,
                "%d run%s under way stop%s within 10 s; what is stored "
                "stays.",
                o->reasons[HOLD_RUNNING], o->reasons[HOLD_RUNNING] == 1 ? "" : "s",
                o->reasons[HOLD_RUNNING] == 1 ? "s" : "");
    dialog_line(&console->dialog, ROLE_TEXT, "%s",
                console->options->demo ? "q alone ends the demo: console, engine and simulator."
                                       : "q alone leaves this console and the engine at work.");
}

static void stop_facts_again(struct console *console)
{
    dialog_line(&console->dialog, ROLE_ALARM,
                "None of %d accounts is synced until somebody starts an engine again.",
                console->overview.accounts);
    snprintf(console->dialog.must_type, sizeof console->dialog.must_type, "stop");
}

static bool stop_asked_again(struct console *console)
{
    static const struct ask ask = {"Stop the engine", "Really stop it?", stop_facts_again,
                                   stop_accepted};
    act_dialog(console, &ask);
    act_show(console);
    return false;
}

void command_stop_engine(struct console *console, int unused)
{
    static const struct ask ask = {"Stop the engine", "Stop it?", stop_facts, stop_asked_again};
    (void)unused;
    act_begin(console, OP_STOP);
    act_dialog(console, &ask);
    act_show(console);
}

void command_start_engine(struct console *console, int unused)
{
    (void)unused;
    struct err err = {0};
    if (console->control) {
        console_say(console, ROLE_HINT, "an engine runs already");
    } else if (console->options->read_only) {
        console_say(console, ROLE_WARN, "this console was started with --read-only");
    } else if (!console->options->spawn_argv) {
        console_say(console, ROLE_WARN, "start-engine: start one with: adtop engine");
    } else if (!control_spawn_engine(console->options->state_dir, console->options->spawn_argv,
                                     ENGINE_START_MS, &err)) {
        console_say(console, ROLE_ALARM, "%s", err.message);
    } else {
        console->rejoin_at = 0;
        console_connect(console);
        console_say(console, ROLE_OK, "the engine has been started");
        console->stale = true;
    }
}
