/* What operations on settings, alerts, earlier actions and the engine itself do. */
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
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

enum { UNDO_WINDOW_MS = 30000, CHUNK = 4096 };

bool act_ack(struct deed *deed, struct err *err)
{
    struct engine *engine = deed->engine;
    const char *by = deed->action.actor;
    int64_t number = deed->request->number, now = engine_now(engine);
    bool ok = strcmp(deed->request->setting, "log") == 0
                  ? store_log_ack(engine->store, number, LOG_WARN, by, now, err)
                  : store_alert_ack(engine->store, number, by, now, err);
    if (ok) {
        deed_word(deed->action.before, "acked_by", NULL);
        deed_word(deed->action.after, "acked_by", by);
    }
    return ok;
}

/* What is in force for it, whoever decided that. */
static bool setting_now(struct engine *engine, const struct policy_setting *setting,
                        const char *account_id, char out[256], struct err *err)
{
    struct arena *arena = arena_create(CHUNK);
    struct store_overrides rows = {0};
    bool ok = (arena || err_set(err, ERR_MEMORY, "%s: out of memory", setting->name)) &&
              store_overrides_load(engine->store, arena, engine_now(engine), &rows, err);
    if (ok) {
        const struct override_row *row =
            policy_override(rows.rows, rows.count, setting->key, account_id);
        deed_value(out, row ? row->value : policy_configured(engine->config, setting),
                   row ? row->until : 0);
    }
    arena_destroy(arena);
    return ok;
}

/* Why it may not be set so; what it is about stands in its place. */
static const struct policy_setting *allowed_setting(const struct deed *deed, struct err *err)
{
    const struct control_request *request = deed->request;
    const char *op = request->op == OP_BUDGET_SET ? "budget" : "threshold";
    const struct policy_setting *setting = policy_setting(op, request->setting);
    if (!setting) {
        err_set(err, ERR_USAGE, "%s '%.40s': no such name; %s", op, request->setting,
                request->op == OP_BUDGET_SET ? "daily or account"
                                             : "account, app, insights or use_case");
    } else if (!(request->value >= setting->min && request->value <= setting->max)) {
        err_set(err, ERR_USAGE, "%s %s: from %g to %g", op, setting->name, setting->min,
                setting->max);
    } else if (request->target_count && !setting->of_account) {
        err_set(err, ERR_REFUSED, "%s %s: it is for all accounts together; name none", op,
                setting->name);
    } else if (request->target_count > 1) {
        err_set(err, ERR_REFUSED, "%s %s: one account at a time", op, setting->name);
    } else if (request->target_count && engine_find(deed->engine, request->targets[0]) < 0) {
        err_set(err, ERR_NOT_FOUND, "no such account; 'adtop accounts' lists them");
    } else if (request->until && request->until <= engine_now(deed->engine)) {
        err_set(err, ERR_REFUSED, "its end has passed already");
    } else {
        return setting;
    }
    return NULL;
}

static bool settings_changed(struct engine *engine, struct err *err)
{
    for (size_t i = 0; i < engine->account_count; i++) {
        engine->accounts[i]->budget_held = false; /* decided again at the next start */
    }
    return limits_reconfigure(engine, err);
}

bool act_setting(struct deed *deed, struct err *err)
{
    struct engine *engine = deed->engine;
    const struct control_request *request = deed->request;
    const char *account_id = request->target_count ? request->targets[0] : "";
    const struct policy_setting *setting = allowed_setting(deed, err);
    if (!setting || !setting_now(engine, setting, account_id, deed->action.before, err)) {
        return false;
    }
    int64_t now = engine_now(engine);
    struct budget_day day = budget_day(now, engine->config->budget_day_starts_ms);
    struct override_row row = {.value = request->value,
                               .since = now,
                               .until = request->until ? request->until : day.ends_ms,
                               .action_id = deed->action.action_id};
    snprintf(row.name, sizeof row.name, "%s", setting->key);
    snprintf(row.scope, sizeof row.scope, "%s", account_id);
    snprintf(row.actor, sizeof row.actor, "%s", deed->action.actor);
    if (!store_override_set(engine->store, &row, err)) {
        return false;
    }
    deed->action.expires_at = row.until;
    deed_value(deed->action.after, request->value, row.until);
    char end[32];
    date_format_rfc3339(row.until, 0, end);
    snprintf(deed->message, sizeof deed->message, "%s %s is %g until %s", setting->op,
             setting->name, request->value, end);
    return settings_changed(engine, err);
}

/* The account goes back to the state that the action found. */
static bool take_back(struct engine *engine, const struct operator_action *action,
                      struct engine_account *slot, struct err *err)
{
    struct deed_state before;
    const char *id = slot->account.account_id;
    int64_t now = engine_now(engine);
    if (!deed_state_read(action->kind, action->before, &before)) {
        return err_set(err, ERR_STORE, "what it was before cannot be read");
    }
    switch (action->kind) {
    case OP_PAUSE:
    case OP_RESUME:
        return store_account_set_paused(engine->store, id, before.paused_until, now, err);
    case OP_PRIORITIZE:
        return store_account_set_priority(engine->store, id, before.priority, now, err);
    case OP_PIN:
        return store_account_set_tier(engine->store, id,
                                      before.pinned ? before.tier : slot->account.tier,
                                      before.pinned, now, err);
    case OP_FORCE:
        slot->wish.wanted = false;
        return true;
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

/* Only what the action itself left is taken back, never what somebody did since. */
static bool still_stands(struct engine *engine, const struct operator_action *action,
                         const struct engine_account *slot, struct err *err)
{
    char now[256];
    if (action->kind == OP_FORCE) {
        return (slot->wish.wanted && slot->wish.action_id == action->action_id) ||
               err_set(err, ERR_REFUSED, "%s",
                       slot->job.run ? "it is running by now; cancel it" : "it has been done");
    }
    deed_state(engine, action->kind, slot, now);
    return strcmp(now, action->after) == 0 ||
           err_set(err, ERR_REFUSED, "it was changed again since; do the opposite instead");
}

static bool undo_account(struct engine *engine, const struct operator_action *action,
                         struct err *err)
{
    long at = engine_find(engine, action->target);
    bool kept = action->kind == OP_PAUSE || action->kind == OP_RESUME ||
                action->kind == OP_PRIORITIZE || action->kind == OP_PIN || action->kind == OP_FORCE;
    if (!kept || at < 0) {
        return err_set(err, ERR_REFUSED, "a %s cannot be undone", op_kind_name(action->kind));
    }
    struct engine_account *slot = engine->accounts[at];
    return still_stands(engine, action, slot, err) && take_back(engine, action, slot, err) &&
           accounts_refresh(engine, slot, err);
}

bool act_undo(struct deed *deed, struct err *err)
{
    struct engine *engine = deed->engine;
    struct operator_action action;
    if (!store_action_get(engine->store, deed->request->number, &action, err)) {
        return false;
    }
    int64_t now = engine_now(engine), age = clock_to_real_ms(&engine->clock, now - action.at);
    if (action.undone_by || strcmp(action.result, "ok") != 0) {
        return err_set(err, ERR_REFUSED, "action %lld %s", (long long)action.action_id,
                       action.undone_by ? "is undone already" : "did nothing");
    }
    if (age > UNDO_WINDOW_MS) {
        return err_set(err, ERR_REFUSED, "it is more than 30 s ago; do the opposite instead");
    }
    bool setting = action.kind == OP_BUDGET_SET || action.kind == OP_THRESHOLD_SET;
    if (setting ? !store_override_undo(engine->store, action.action_id, now, err) ||
                      !settings_changed(engine, err)
                : !undo_account(engine, &action, err)) {
        return false;
    }
    snprintf(deed->action.before, sizeof deed->action.before, "%s", action.after);
    snprintf(deed->action.after, sizeof deed->action.after, "%s", action.before);
    snprintf(deed->message, sizeof deed->message, "%s of %.60s undone", op_kind_name(action.kind),
             action.target);
    return store_action_undone(engine->store, action.action_id, deed->action.action_id, err);
}

bool act_stop(struct deed *deed, struct err *err)
{
    (void)err;
    deed->engine->stop_why = "stop";
    deed_word(deed->action.before, "engine", "running");
    deed_word(deed->action.after, "engine", "stopping");
    snprintf(deed->message, sizeof deed->message, "the engine is stopping");
    engine_stop(deed->engine);
    return true;
}
