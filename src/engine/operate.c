#include "engine/operate.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/date.h"
#include "base/log.h"
#include "base/str.h"
#include "engine/operate_parts.h"
#include "engine/record.h"
#include "engine/state.h"
#include "store/actions.h"
#include "json/write.h"

/* What a line of the log holds, with some room for what stands before it. */
enum { AUDIT_LINE = 1900 };

/* What an operation is about. */
enum operand { ON_ACCOUNTS, ON_ACCOUNT_OR_NUMBER, ON_NUMBER, ON_SETTING, ON_ENGINE };

static const struct {
    enum operand operand;
    bool (*act)(struct deed *deed, struct err *err);
} operations[OP_KIND_COUNT] = {
    [OP_PAUSE] = {ON_ACCOUNTS,          act_pause     },
    [OP_RESUME] = {ON_ACCOUNTS,          act_resume    },
    [OP_PRIORITIZE] = {ON_ACCOUNTS,          act_prioritize},
    [OP_PIN] = {ON_ACCOUNTS,          act_pin       },
    [OP_FORCE] = {ON_ACCOUNTS,          act_force     },
    [OP_CANCEL] = {ON_ACCOUNT_OR_NUMBER, act_cancel    },
    [OP_RETRY] = {ON_ACCOUNT_OR_NUMBER, act_retry     },
    [OP_ACK] = {ON_NUMBER,            act_ack       },
    [OP_UNDO] = {ON_NUMBER,            act_undo      },
    [OP_BUDGET_SET] = {ON_SETTING,           act_setting   },
    [OP_THRESHOLD_SET] = {ON_SETTING,           act_setting   },
    [OP_STOP] = {ON_ENGINE,            act_stop      },
};

static void arguments_of(const struct control_request *request, char out[256])
{
    struct str json;
    struct jw w;
    str_init(&json, 255);
    jw_init(&w, &json);
    jw_object_begin(&w);
    if (request->op == OP_FORCE) {
        jw_put_text(&w, "mode", run_mode_name(request->mode));
        jw_put_bool(&w, "override", request->override_holds);
        if (request->since_day) {
            jw_put_text(&w, "since", date_text(request->since_day).text);
        }
    }
    if (request->setting[0]) {
        jw_put_text(&w, "setting", request->setting);
    }
    if (request->op == OP_BUDGET_SET || request->op == OP_THRESHOLD_SET) {
        jw_put_double(&w, "value", request->value);
    }
    if (request->op == OP_PRIORITIZE) {
        jw_put_i64(&w, "priority", request->priority);
    }
    if (request->op == OP_PIN) {
        jw_put_text(&w, "tier", request->unpin ? NULL : tier_name(request->tier));
    }
    if (request->number) {
        jw_put_i64(&w, "number", request->number);
    }
    jw_object_end(&w);
    snprintf(out, 256, "%s", jw_ok(&w) ? str_text(&json) : "{}");
    str_fini(&json);
}

static void put_state(struct jw *w, const char *key, const char *json)
{
    jw_key(w, key);
    jw_raw(w, json[0] ? json : "null");
}

static bool write_deed(const struct operator_action *action, const char *reason, struct str *out)
{
    struct jw w;
    str_init(out, AUDIT_LINE);
    jw_init(&w, out);
    jw_object_begin(&w);
    jw_put_i64(&w, "action_id", action->action_id);
    jw_put_time(&w, "at", action->at);
    jw_put_text(&w, "actor", action->actor);
    jw_put_i64(&w, "uid", action->uid);
    jw_put_text(&w, "origin", action->origin);
    jw_put_text(&w, "action", op_kind_name(action->kind));
    jw_put_text(&w, "target", action->target);
    put_state(&w, "args", action->args);
    jw_put_text(&w, "reason", reason);
    jw_put_time(&w, "expires_at", action->expires_at);
    put_state(&w, "before", action->before);
    put_state(&w, "after", action->after);
    jw_put_text(&w, "result", action->result);
    jw_object_end(&w);
    return jw_ok(&w);
}

/* The audit line for machines: one JSON object in the log, whole whatever the texts in it. */
static void log_deed(struct engine *engine, const struct operator_action *action)
{
    const char *account = strncmp(action->target, "act_", 4) == 0 ? action->target : NULL;
    struct str json;
    if (!write_deed(action, action->reason, &json)) { /* hardly anything but escapes */
        str_fini(&json);
        write_deed(action, NULL, &json);
    }
    record_log(engine, LOG_INFO, account, 0, "operator %s", str_text(&json));
    str_fini(&json);
}

static void do_one(struct engine *engine, const struct control_peer *peer,
                   const struct control_request *request, struct engine_account *slot,
                   const char *target, struct control_reply *reply)
{
    struct deed deed = {.engine = engine, .request = request, .slot = slot};
    struct operator_action *action = &deed.action;
    struct err err = {0};
    action->at = engine_now(engine);
    action->uid = peer->uid;
    action->kind = request->op;
    action->expires_at = request->until;
    snprintf(action->actor, sizeof action->actor, "%s", peer->user);
    snprintf(action->origin, sizeof action->origin, "%s",
             request->origin[0] ? request->origin : "local");
    snprintf(action->target, sizeof action->target, "%s", target);
    snprintf(action->reason, sizeof action->reason, "%s", request->reason);
    arguments_of(request, action->args);
    /* The row comes first, so that what it does can name it. */
    if (!store_action_append(engine->store, action, &err)) {
        control_reply_add(reply, target, false, 0, err.message);
        return;
    }
    if (slot) {
        deed_state(engine, request->op, slot, action->before);
    }
    bool ok = operations[request->op].act(&deed, &err);
    if (slot && ok) {
        deed_state(engine, request->op, slot, action->after);
    }
    snprintf(action->result, sizeof action->result, "%.255s", ok ? "ok" : err.message);
    struct err late = {0};
    if (!store_action_complete(engine->store, action, &late)) {
        record_log(engine, LOG_ERROR, NULL, 0, "audit: %s", late.message);
    }
    log_deed(engine, action);
    reply->code = ok ? reply->code : err.code;
    control_reply_add(reply, target, ok, action->action_id,
                      ok ? (deed.message[0] ? deed.message : "ok") : err.message);
}

static void refuse(struct control_reply *reply, enum err_code code, const char *message)
{
    reply->ok = false;
    reply->code = code;
    snprintf(reply->message, sizeof reply->message, "%s", message);
}

static void on_accounts(struct engine *engine, const struct control_peer *peer,
                        const struct control_request *request, struct control_reply *reply)
{
    for (size_t i = 0; request->all && i < engine->account_count; i++) {
        struct engine_account *slot = engine->accounts[i];
        if (!slot->account.removed_at) {
            do_one(engine, peer, request, slot, slot->account.account_id, reply);
        }
    }
    for (size_t i = 0; !request->all && i < request->target_count; i++) {
        long at = engine_find(engine, request->targets[i]);
        if (at < 0) {
            control_reply_add(reply, request->targets[i], false, 0,
                              "no such account; 'adtop accounts' lists them");
        } else {
            do_one(engine, peer, request, engine->accounts[at], request->targets[i], reply);
        }
    }
    if (reply->result_count == 0) {
        refuse(reply, ERR_NOT_FOUND,
               request->all ? "there is no account yet; wait for the first listing"
                            : "the request names no account");
    }
}

static struct engine_account *slot_of_run(struct engine *engine, int64_t run_id)
{
    for (size_t i = 0; run_id && i < engine->account_count; i++) {
        struct engine_account *slot = engine->accounts[i];
        if ((slot->job.run && slot->job.run_id == run_id) || slot->last_run.run_id == run_id) {
            return slot;
        }
    }
    return NULL;
}

void operate(struct engine *engine, const struct control_peer *peer,
             const struct control_request *request, struct control_reply *reply)
{
    if (request->op >= OP_KIND_COUNT) {
        refuse(reply, ERR_USAGE, "the request asks for nothing");
        return;
    }
    enum operand operand = operations[request->op].operand;
    char target[64] = "engine";
    if (operand == ON_ACCOUNTS ||
        (operand == ON_ACCOUNT_OR_NUMBER && (request->all || request->target_count))) {
        on_accounts(engine, peer, request, reply);
        return;
    }
    if (operand == ON_SETTING) {
        snprintf(target, sizeof target, "%.20s%s%.40s", request->setting,
                 request->target_count ? " " : "",
                 request->target_count ? request->targets[0] : "");
    } else if (operand != ON_ENGINE) {
        snprintf(target, sizeof target, "%lld", (long long)request->number);
    }
    do_one(engine, peer, request,
           operand == ON_ACCOUNT_OR_NUMBER ? slot_of_run(engine, request->number) : NULL, target,
           reply);
}
