/* What operations on settings, alerts, earlier actions and the engine itself do. */
#include <stdio.h>
#include <string.h>

#include "base/date.h"
#include "config/config.h"
#include "engine/accounts.h"
#include "engine/limits.h"
#include "engine/operate_parts.h"
#include "engine/policy.h"
#include "engine/state.h"
#include "store/accounts.h"
#include "store/actions.h"
#include "store/alerts.h"
#include "store/logs.h"
#include "store/overrides.h"

enum { UNDO_WINDOW_MS = 30000 };

bool act_ack(struct deed *deed, struct err *err)
{
    struct engine *engine = deed->engine;
    int64_t number = deed->request->number, now = engine_now(engine);
    if (strcmp(deed->request->setting, "log") == 0) {
        return store_log_ack(engine->store, number, LOG_WARN, deed->action.actor, now, err);
    }
    return store_alert_ack(engine->store, number, deed->action.actor, now, err);
}

bool act_setting(struct deed *deed, struct err *err)
{
    struct engine *engine = deed->engine;
    const struct control_request *request = deed->request;
    const char *op = request->op == OP_BUDGET_SET ? "budget" : "threshold";
    const struct policy_setting *setting = policy_setting(op, request->setting);
    if (!setting) {
        return err_set(err, ERR_USAGE, "%s '%.40s': no such name; %s", op, request->setting,
                       request->op == OP_BUDGET_SET ? "daily or account"
                                                    : "account, app, insights or use_case");
    }
    if (!(request->value >= setting->min && request->value <= setting->max)) {
        return err_set(err, ERR_USAGE, "%s %s: from %g to %g", op, setting->name, setting->min,
                       setting->max);
    }
    int64_t now = engine_now(engine);
    struct budget_day day = budget_day(now, engine->config->budget_day_starts_ms);
    struct override_row row = {.value = request->value,
                               .since = now,
                               .until = request->until ? request->until : day.ends_ms,
                               .action_id = deed->action.action_id};
    snprintf(row.name, sizeof row.name, "%s", setting->key);
    snprintf(row.scope, sizeof row.scope, "%s", request->target_count ? request->targets[0] : "");
    snprintf(row.actor, sizeof row.actor, "%s", deed->action.actor);
    if (!store_override_set(engine->store, &row, err)) {
        return false;
    }
    deed->action.expires_at = row.until;
    deed_value(deed->action.after, request->value);
    char end[32];
    date_format_rfc3339(row.until, 0, end);
    snprintf(deed->message, sizeof deed->message, "%s %s is %g until %s", op, setting->name,
             request->value, end);
    for (size_t i = 0; i < engine->account_count; i++) {
        engine->accounts[i]->budget_held = false; /* decided again at the next start */
    }
    return limits_reconfigure(engine, err);
}

static bool take_back(struct engine *engine, const struct operator_action *action,
                      struct engine_account *slot, double before, struct err *err)
{
    const char *id = slot ? slot->account.account_id : "";
    int64_t now = engine_now(engine);
    switch (action->kind) {
    case OP_PAUSE:
    case OP_RESUME:
        return store_account_set_paused(
            engine->store, id, before >= (double)INT64_MAX ? INT64_MAX : (int64_t)before, now, err);
    case OP_PRIORITIZE:
        return store_account_set_priority(engine->store, id, (int)before, now, err);
    case OP_PIN:
        return store_account_set_tier(engine->store, id,
                                      before < 0 ? slot->account.tier : (enum tier)before,
                                      before >= 0, now, err);
    case OP_FORCE:
        slot->wish.wanted = false;
        return !slot->job.run || err_set(err, ERR_REFUSED, "it is running by now; cancel it");
    case OP_BUDGET_SET:
    case OP_THRESHOLD_SET:
    case OP_CANCEL:
    case OP_RETRY:
    case OP_ACK:
    case OP_UNDO:
    case OP_STOP:
    case OP_KIND_COUNT:
        break;
    }
    return err_set(err, ERR_REFUSED, "a %s cannot be undone", op_kind_name(action->kind));
}

/* A budget or threshold goes back to what it was before. */
static bool take_back_setting(struct engine *engine, const struct operator_action *action,
                              struct err *err)
{
    char name[48] = "", scope[48] = "";
    sscanf(action->target, "%47s %47s", name, scope);
    const char *op = action->kind == OP_BUDGET_SET ? "budget" : "threshold";
    const struct policy_setting *setting = policy_setting(op, name);
    if (!setting) {
        return err_set(err, ERR_NOT_FOUND, "setting '%s' is unknown", name);
    }
    return store_override_end(engine->store, setting->key, scope, engine_now(engine), err) &&
           limits_reconfigure(engine, err);
}

bool act_undo(struct deed *deed, struct err *err)
{
    struct engine *engine = deed->engine;
    struct operator_action action;
    double before = 0;
    if (!store_action_get(engine->store, deed->request->number, &action, err)) {
        return false;
    }
    int64_t age = clock_to_real_ms(&engine->clock, engine_now(engine) - action.at);
    if (action.undone_by || strcmp(action.result, "ok") != 0) {
        return err_set(err, ERR_REFUSED, "action %lld %s", (long long)action.action_id,
                       action.undone_by ? "is undone already" : "did nothing");
    }
    if (age > UNDO_WINDOW_MS) {
        return err_set(err, ERR_REFUSED, "it is more than 30 s ago; do the opposite instead");
    }
    bool setting = action.kind == OP_BUDGET_SET || action.kind == OP_THRESHOLD_SET;
    long at = engine_find(engine, action.target);
    struct engine_account *slot = at >= 0 ? engine->accounts[at] : NULL;
    if (!setting && (!slot || !deed_value_read(action.before, &before))) {
        return err_set(err, ERR_REFUSED, "a %s cannot be undone", op_kind_name(action.kind));
    }
    if (!(setting ? take_back_setting(engine, &action, err)
                  : take_back(engine, &action, slot, before, err)) ||
        (slot && !accounts_refresh(engine, slot, err))) {
        return false;
    }
    snprintf(deed->message, sizeof deed->message, "%s of %.60s undone", op_kind_name(action.kind),
             action.target);
    return store_action_undone(engine->store, action.action_id, deed->action.action_id, err);
}

bool act_stop(struct deed *deed, struct err *err)
{
    (void)err;
    deed->engine->stop_why = "stop";
    snprintf(deed->message, sizeof deed->message, "the engine is stopping");
    engine_stop(deed->engine);
    return true;
}
