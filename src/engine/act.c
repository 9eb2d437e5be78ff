/* What operations on accounts and runs do. */
#include <stdio.h>
#include <string.h>

#include "base/date.h"
#include "engine/accounts.h"
#include "engine/gate.h"
#include "engine/limits.h"
#include "engine/operate_parts.h"
#include "engine/record.h"
#include "engine/state.h"
#include "engine/waiting.h"
#include "engine/worker.h"
#include "store/accounts.h"

enum { PAUSE_DEFAULT_MS = 4 * 3600 * 1000 };

static void cancel_job(struct engine *engine, struct engine_account *slot, const char *why)
{
    pthread_mutex_lock(&engine->lock);
    slot->job.cancel = true;
    snprintf(slot->job.cancel_why, sizeof slot->job.cancel_why, "%s", why);
    worker_stir(engine, &slot->job);
    pthread_mutex_unlock(&engine->lock);
}

/* " until 2026-11-26T20:56:59Z" */
static void pause_end(int64_t until, char out[40])
{
    char at[32] = "resumed";
    if (until != INT64_MAX) {
        date_format_rfc3339(until, 0, at);
    }
    snprintf(out, 40, " until %s", at);
}

bool act_pause(struct deed *deed, struct err *err)
{
    struct engine *engine = deed->engine;
    struct engine_account *slot = deed->slot;
    int64_t now = engine_now(engine);
    int64_t until = deed->request->until ? deed->request->until : now + PAUSE_DEFAULT_MS;
    if (until <= now) {
        return err_set(err, ERR_REFUSED, "the end of the pause has passed already");
    }
    if (!store_account_set_paused(engine->store, slot->account.account_id, until, now, err)) {
        return false;
    }
    slot->account.paused_until = until;
    deed->action.expires_at = until == INT64_MAX ? 0 : until;
    char why[200], end[40];
    snprintf(why, sizeof why, "paused by %s", deed->action.actor);
    cancel_job(engine, slot, why);
    pause_end(until, end);
    snprintf(deed->message, sizeof deed->message, "paused%s", end);
    return true;
}

bool act_resume(struct deed *deed, struct err *err)
{
    struct engine *engine = deed->engine;
    struct engine_account *slot = deed->slot;
    int64_t now = engine_now(engine);
    bool access = slot->no_access;
    if (slot->account.paused_until <= now && !access) {
        return err_set(err, ERR_REFUSED, "it is not paused");
    }
    if (!store_account_set_paused(engine->store, slot->account.account_id, 0, now, err)) {
        return false;
    }
    slot->account.paused_until = 0;
    slot->no_access = false;
    pthread_mutex_lock(&engine->lock);
    governor_access_restored(engine->governor, slot->account.account_id);
    pthread_mutex_unlock(&engine->lock);
    snprintf(deed->message, sizeof deed->message, "%s",
             slot->due_at <= now ? "resumed; its run is due at once" : "resumed");
    return true;
}

bool act_prioritize(struct deed *deed, struct err *err)
{
    struct engine *engine = deed->engine;
    struct engine_account *slot = deed->slot;
    int priority = deed->request->priority;
    if (!store_account_set_priority(engine->store, slot->account.account_id, priority,
                                    engine_now(engine), err)) {
        return false;
    }
    snprintf(deed->message, sizeof deed->message, "priority %d, was %d", priority,
             slot->account.priority);
    slot->account.priority = priority;
    return true;
}

bool act_pin(struct deed *deed, struct err *err)
{
    struct engine *engine = deed->engine;
    struct engine_account *slot = deed->slot;
    bool pinned = !deed->request->unpin;
    enum tier tier = pinned ? deed->request->tier : slot->account.tier;
    if (!store_account_set_tier(engine->store, slot->account.account_id, tier, pinned,
                                engine_now(engine), err)) {
        return false;
    }
    slot->account.tier = tier;
    slot->account.tier_pinned = pinned;
    if (!pinned) {
        accounts_retier(engine, slot);
    }
    snprintf(deed->message, sizeof deed->message, "%s %s", pinned ? "pinned to" : "unpinned, now",
             tier_name(slot->account.tier));
    return true;
}

/* Why a force would be of no use now, and when it would be. */
static bool refuse_held(const struct gate_verdict *verdict, struct err *err)
{
    char end[32] = "";
    if (verdict->until_ms) {
        date_format_rfc3339(verdict->until_ms, 0, end);
    }
    return err_set(err, ERR_REFUSED,
                   "held by %s (%s)%s%s; force it then, or with --override and a reason",
                   hold_reason_text(verdict->reason), verdict->scope_id,
                   end[0] ? " until " : " until a person acts", end);
}

static bool may_force(struct deed *deed, struct err *err)
{
    struct engine *engine = deed->engine;
    struct engine_account *slot = deed->slot;
    struct gate_verdict verdict;
    char end[40];
    if (slot->job.run) {
        return err_set(err, ERR_REFUSED, "run %lld of it is under way; cancel that first",
                       (long long)slot->job.run_id);
    }
    if (deed->request->override_holds) {
        return deed->request->reason[0] != '\0' ||
               err_set(err, ERR_REFUSED, "an override needs a reason; give --reason");
    }
    if (slot->account.paused_until > engine_now(engine)) {
        pause_end(slot->account.paused_until, end);
        return err_set(err, ERR_REFUSED, "it is paused%s; resume it first", end);
    }
    struct token_state token = gate_token(engine);
    if (token.invalid) {
        return err_set(err, ERR_REFUSED, "the token is invalid: %.120s; renew it first",
                       token.error);
    }
    limits_peek(engine, slot, &verdict);
    return verdict.go || refuse_held(&verdict, err);
}

static void make_wish(struct deed *deed, enum run_mode mode, int32_t since_day)
{
    struct wish *wish = &deed->slot->wish;
    memset(wish, 0, sizeof *wish);
    wish->wanted = true;
    wish->asked_at = engine_now(deed->engine);
    wish->action_id = deed->action.action_id;
    wish->override_holds = deed->request->override_holds;
    wish->request = (struct plan_request){.mode = mode,
                                          .trigger = TRIGGER_OPERATOR,
                                          .force = true,
                                          .override = deed->request->override_holds,
                                          .since_given = since_day != 0,
                                          .since = since_day};
    deed->slot->backoff_until = 0;
}

bool act_force(struct deed *deed, struct err *err)
{
    if (!may_force(deed, err)) {
        return false;
    }
    make_wish(deed, deed->request->mode, deed->request->since_day);
    snprintf(deed->message, sizeof deed->message, "%s sync asked for",
             run_mode_name(deed->request->mode));
    return true;
}

bool act_cancel(struct deed *deed, struct err *err)
{
    struct engine *engine = deed->engine;
    struct engine_account *slot = deed->slot;
    if (slot && slot->wish.wanted && !slot->job.run && !deed->request->number) {
        slot->wish.wanted = false;
        snprintf(deed->message, sizeof deed->message, "the sync that was asked for is taken back");
        return true;
    }
    if (!slot || !slot->job.run) {
        return err_set(err, ERR_REFUSED, "nothing of it is running");
    }
    if (deed->request->number && slot->job.run_id != deed->request->number) {
        return err_set(err, ERR_REFUSED, "run %lld has ended; run %lld is under way by now",
                       (long long)deed->request->number, (long long)slot->job.run_id);
    }
    char why[200];
    snprintf(why, sizeof why, "cancelled by %s%s%.100s", deed->action.actor,
             deed->request->reason[0] ? ": " : "", deed->request->reason);
    cancel_job(engine, slot, why);
    snprintf(deed->message, sizeof deed->message, "run %lld is being cancelled",
             (long long)slot->job.run_id);
    return true;
}

bool act_retry(struct deed *deed, struct err *err)
{
    if (!deed->slot) {
        return err_set(err, ERR_NOT_FOUND,
                       "not the last run of any account; force the account instead");
    }
    if (!may_force(deed, err)) {
        return false;
    }
    enum run_mode mode = deed->slot->last_run.run_id ? deed->slot->last_run.mode : RUN_DELTA;
    make_wish(deed, mode, 0);
    snprintf(deed->message, sizeof deed->message, "%s sync asked for again", run_mode_name(mode));
    return true;
}
