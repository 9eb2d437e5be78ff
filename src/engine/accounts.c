#include "engine/accounts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/embed.h"
#include "base/tz.h"
#include "config/config.h"
#include "engine/policy.h"
#include "engine/record.h"
#include "engine/state.h"
#include "govern/fx.h"
#include "govern/tier_rule.h"
#include "store/accounts.h"
#include "store/holds.h"

enum { ARENA_BYTES = 16384 };

long engine_find(const struct engine *engine, const char *account_id)
{
    for (size_t i = 0; i < engine->account_count; i++) {
        if (strcmp(engine->accounts[i]->account.account_id, account_id) == 0) {
            return (long)i;
        }
    }
    return -1;
}

/* The zone follows the account; an unknown one stops its insights, and says so. */
static void take_zone(struct engine *engine, struct engine_account *slot, const char *timezone_name)
{
    if (slot->tz && strcmp(slot->account.timezone_name, timezone_name) == 0) {
        return;
    }
    struct err err = {0};
    struct tz *tz = tz_load(timezone_name, &err);
    if (!tz) {
        record_log(engine, LOG_ERROR, slot->account.account_id, 0, "%s", err.message);
        return;
    }
    tz_destroy(slot->tz);
    slot->tz = tz;
}

static bool take_account(struct engine *engine, struct engine_account *slot,
                         const struct account *row)
{
    char *name = strdup(row->name ? row->name : "");
    if (!name) {
        return false;
    }
    take_zone(engine, slot, row->timezone_name);
    free(slot->account.name);
    slot->account = *row;
    slot->account.name = name;
    return true;
}

static struct engine_account *add_slot(struct engine *engine)
{
    if (engine->account_count == engine->account_cap) {
        size_t cap = engine->account_cap ? engine->account_cap * 2 : 64;
        struct engine_account **grown = calloc(cap, sizeof(struct engine_account *));
        if (!grown) {
            return NULL;
        }
        struct engine_account **old = engine->accounts;
        pthread_mutex_lock(&engine->lock);
        if (old) {
            memcpy(grown, old, engine->account_count * sizeof(struct engine_account *));
        }
        engine->accounts = grown;
        engine->account_cap = cap;
        pthread_mutex_unlock(&engine->lock);
        free(old);
    }
    return calloc(1, sizeof(struct engine_account));
}

static bool add_account(struct engine *engine, const struct account *row)
{
    struct engine_account *slot = add_slot(engine);
    if (!slot || !take_account(engine, slot, row)) {
        free(slot);
        return false;
    }
    slot->due_at = row->next_due_at ? row->next_due_at : engine->started_at;
    pthread_mutex_lock(&engine->lock);
    engine->accounts[engine->account_count++] = slot;
    pthread_mutex_unlock(&engine->lock);
    return true;
}

/* An open interval goes on. A limit that held the account when the engine ended still does: its run
 * was closed as throttled, and what it waits for is not "due later". */
static void take_hold(struct engine_account *slot, const struct hold *hold, int64_t now)
{
    slot->hold = *hold;
    if (!hold_reason_is_quota(hold->reason) || hold->until <= now) {
        return;
    }
    struct sync_pause *pause = &slot->throttle;
    *pause = (struct sync_pause){.at = hold->until, .until = hold->until, .reason = hold->reason};
    scope_kind_parse(hold->scope, &pause->scope);
    snprintf(pause->scope_id, sizeof pause->scope_id, "%s", hold->scope_id);
    snprintf(pause->detail, sizeof pause->detail, "%.511s", hold->detail);
    slot->last_run.status = RUN_THROTTLED;
}

bool accounts_load(struct engine *engine, struct arena *arena, struct err *err)
{
    struct store_accounts rows = {0};
    struct store_holds holds = {0};
    if (!store_accounts_load(engine->store, arena, &rows, err) ||
        !store_holds_load(engine->store, arena, &holds, err)) {
        return false;
    }
    for (size_t i = 0; i < rows.count; i++) {
        long at = engine_find(engine, rows.rows[i].account_id);
        bool ok = at >= 0 ? take_account(engine, engine->accounts[at], &rows.rows[i])
                          : add_account(engine, &rows.rows[i]);
        if (!ok) {
            return err_set(err, ERR_MEMORY, "accounts: out of memory");
        }
    }
    for (size_t i = 0; i < holds.count; i++) {
        long at = engine_find(engine, holds.rows[i].account_id);
        if (at >= 0 && !engine->accounts[at]->hold.hold_id) {
            take_hold(engine->accounts[at], &holds.rows[i], engine->started_at);
        }
    }
    return true;
}

void accounts_free(struct engine *engine)
{
    for (size_t i = 0; i < engine->account_count; i++) {
        tz_destroy(engine->accounts[i]->tz);
        free(engine->accounts[i]->account.name);
        free(engine->accounts[i]);
    }
    free(engine->accounts);
    engine->accounts = NULL;
    engine->account_count = engine->account_cap = 0;
}

bool accounts_refresh(struct engine *engine, struct engine_account *slot, struct err *err)
{
    struct arena *arena = arena_create(ARENA_BYTES);
    struct account row = {0};
    bool ok = arena &&
              store_account_get(engine->store, arena, slot->account.account_id, &row, err) &&
              take_account(engine, slot, &row);
    arena_destroy(arena);
    return ok;
}

void accounts_retier(struct engine *engine, struct engine_account *slot)
{
    struct tier_decision decision;
    struct err err = {0};
    struct tier_input input = {.known = slot->account.last_synced_at != 0,
                               .present = slot->account.tier,
                               .pinned = slot->account.tier_pinned,
                               .spend_7d_base = slot->account.spend_7d_base};
    tier_decide(&engine->tiers, &input, &decision);
    if (!decision.changed) {
        return;
    }
    if (store_account_set_tier(engine->store, slot->account.account_id, decision.tier,
                               slot->account.tier_pinned, engine_now(engine), &err) &&
        store_account_explain(engine->store, slot->account.account_id, "tier", decision.detail,
                              &err)) {
        record_log(engine, LOG_INFO, slot->account.account_id, 0, "tier %s -> %s: %s",
                   tier_name(slot->account.tier), tier_name(decision.tier), decision.detail);
        slot->account.tier = decision.tier;
    } else {
        record_log(engine, LOG_ERROR, slot->account.account_id, 0, "tier: %s", err.message);
    }
}

void accounts_set_due(struct engine *engine, struct engine_account *slot, int64_t due_at)
{
    struct err err = {0};
    slot->due_at = due_at;
    slot->account.next_due_at = due_at;
    if (!store_account_set_due(engine->store, slot->account.account_id, due_at, &err)) {
        record_log(engine, LOG_ERROR, slot->account.account_id, 0, "next run: %s", err.message);
    }
}
