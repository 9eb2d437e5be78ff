#include "engine/limits.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/log.h"
#include "config/config.h"
#include "engine/policy.h"
#include "engine/record.h"
#include "engine/state.h"
#include "govern/replay.h"
#include "store/calls.h"
#include "store/holds.h"
#include "store/ledger.h"
#include "store/limiters.h"
#include "store/overrides.h"
#include "store/usage.h"

enum { ARENA_BYTES = 65536, ROWS_MAX = 512, HOUR_MS = 3600000 };
/* Of the log, what is learned from at the start. */
enum { LEARN_MS = 24 * HOUR_MS, LEARN_CALLS = 1000 };

/* A batch counts its items, which is its cost. */
static struct replay_call call_of(const struct counted_call *row, double speed)
{
    struct replay_call out = {
        .took_ms = (int64_t)((double)row->ms * speed),
        .bytes = row->bytes,
        .failed = row->failed,
        .call = {.call_class = row->call_class, .cost = row->cost, .items = 1},
    };
    out.at_ms = row->at + out.took_ms;
    memcpy(out.call.account_id, row->account_id, sizeof out.call.account_id);
    if (row->call_class == CALL_NODES && row->cost > 1) {
        out.call.items = (int)row->cost;
    }
    return out;
}

/* What was sent in the last hour still counts. What calls cost and how limits fall is learned anew
 * from the newest of the log; an hour before these is counted besides, for their readings. */
static bool restore_calls(struct engine *engine, struct arena *arena, struct err *err)
{
    struct store_calls calls = {0};
    struct store_readings readings = {0};
    int64_t begin = 0, from = engine->started_at - LEARN_MS;
    if (!store_calls_newest(engine->store, LEARN_CALLS, &begin, err)) {
        return false;
    }
    from = begin > from ? begin : from;
    from = from > engine->started_at ? engine->started_at : from;
    if (!store_calls_load(engine->store, arena, from - HOUR_MS, &calls, err) ||
        !store_usage_since(engine->store, arena, from, &readings, err)) {
        return false;
    }
    struct replay_call *log = arena_array(arena, calls.count, sizeof *log);
    for (size_t i = 0; log && i < calls.count; i++) {
        log[i] = call_of(&calls.rows[i], engine->clock.speed);
    }
    if (!log) {
        return err_set(err, ERR_MEMORY, "engine: out of memory");
    }
    replay_sort(log, calls.count);
    return (replay_attach(log, calls.count, readings.rows, readings.count, arena) &&
            replay_remember(engine->governor, log, calls.count, from, arena)) ||
           err_set(err, ERR_MEMORY, "engine: out of memory");
}

/* Blocks outlive a restart: they stand in the limiters' rows. */
static bool restore(struct engine *engine, struct arena *arena, struct err *err)
{
    struct store_readings readings = {0};
    struct store_limiters limiters = {0};
    if (!restore_calls(engine, arena, err) ||
        !store_usage_load(engine->store, arena, &readings, err) ||
        !store_limiters_load(engine->store, arena, &limiters, err)) {
        return false;
    }
    for (size_t i = 0; i < readings.count; i++) {
        governor_restore_reading(engine->governor, &readings.rows[i]);
    }
    for (size_t i = 0; i < limiters.count; i++) {
        const struct limiter_row *row = &limiters.rows[i];
        bool own = strncmp(row->scope_id, "act_", 4) == 0;
        if (row->blocked_until > engine->started_at) {
            governor_restore_block(engine->governor, row->scope, own ? row->scope_id : NULL,
                                   row->use_case, row->updated_at, row->blocked_until);
        }
    }
    return true;
}

bool limits_reconfigure(struct engine *engine, struct err *err)
{
    struct arena *arena = arena_create(ARENA_BYTES);
    struct store_overrides rows = {0};
    struct governor_config config;
    bool ok = arena && store_overrides_load(engine->store, arena, engine_now(engine), &rows, err);
    if (ok) {
        policy_governor(engine->config, rows.rows, rows.count, &config);
        pthread_mutex_lock(&engine->lock);
        governor_configure(engine->governor, &config);
        pthread_mutex_unlock(&engine->lock);
    }
    arena_destroy(arena);
    return ok;
}

bool limits_create(struct engine *engine, struct err *err)
{
    struct governor_config config;
    policy_governor(engine->config, NULL, 0, &config);
    engine->governor = governor_create(&config);
    engine->limiters = calloc(ROWS_MAX, sizeof *engine->limiters);
    struct arena *arena = arena_create(ARENA_BYTES);
    bool ok = (engine->governor && engine->limiters && arena) ||
              err_set(err, ERR_MEMORY, "engine: out of memory");
    ok = ok && restore(engine, arena, err) && limits_reconfigure(engine, err);
    arena_destroy(arena);
    return ok;
}

void limits_destroy(struct engine *engine)
{
    governor_destroy(engine->governor);
    free(engine->limiters);
    engine->governor = NULL;
    engine->limiters = NULL;
}

/* Percent points per hour -> when the line is reached stands in the view already. */
static void row_of(const struct scope_view *view, int64_t now, struct limiter_row *row)
{
    memset(row, 0, sizeof *row);
    row->scope = view->kind;
    row->use_case = view->use_case;
    /* As in the readings and the holds: both of the app's headers are about "app". */
    enum scope_kind whose = view->kind == SCOPE_APP_INSIGHTS ? SCOPE_APP : view->kind;
    const char *id = view->account_id[0] ? view->account_id : scope_kind_name(whose);
    snprintf(row->scope_id, sizeof row->scope_id, "%s", id);
    row->pct = view->pct;
    row->reading_pct = view->header_pct;
    row->source = view->header_source;
    row->reading_at = view->header_at;
    row->model_pct = view->model_pct;
    row->ours_pct = view->ours_pct;
    row->slope_per_min = view->slope_pct_h / 60;
    row->threshold = view->threshold_pct;
    row->eta_threshold_at = view->threshold_at;
    row->eta_full_at = view->full_at;
    row->reset_at = view->resume_at;
    row->blocked_until = view->blocked_until > now ? view->blocked_until : 0;
    row->stuck = view->stuck;
    row->access_tier = view->tier;
    row->updated_at = now;
}

/* A row is worth writing when a person would see it differ. */
static bool changed(const struct limiter_row *a, const struct limiter_row *b)
{
    return fabs(a->pct - b->pct) >= 0.5 || fabs(a->threshold - b->threshold) > 0.01 ||
           a->reading_at != b->reading_at || a->blocked_until != b->blocked_until ||
           a->stuck != b->stuck || a->access_tier != b->access_tier ||
           (a->eta_threshold_at == 0) != (b->eta_threshold_at == 0);
}

static const struct limiter_row *known(const struct engine *engine, const struct limiter_row *row,
                                       size_t *at)
{
    for (size_t i = 0; i < engine->limiter_count; i++) {
        const struct limiter_row *old = &engine->limiters[i];
        if (old->scope == row->scope && old->use_case == row->use_case &&
            strcmp(old->scope_id, row->scope_id) == 0) {
            *at = i;
            return old;
        }
    }
    *at = engine->limiter_count;
    return NULL;
}

void limits_record(struct engine *engine)
{
    struct limiter_row rows[64];
    size_t count = 0;
    int64_t now = engine_now(engine);
    pthread_mutex_lock(&engine->lock);
    size_t scopes = governor_scope_count(engine->governor);
    for (size_t i = 0; i < scopes && count < sizeof rows / sizeof *rows; i++) {
        struct scope_view view;
        size_t at = (engine->limiter_cursor + i) % scopes;
        if (!governor_scope_view(engine->governor, at, now, &view)) {
            continue;
        }
        row_of(&view, now, &rows[count]);
        size_t slot = 0;
        const struct limiter_row *old = known(engine, &rows[count], &slot);
        if (old && !changed(old, &rows[count])) {
            continue;
        }
        if (slot <
            ROWS_MAX) { /* beyond that many scopes a row is written whenever it is looked at */
            engine->limiters[slot] = rows[count];
            engine->limiter_count += slot == engine->limiter_count;
        }
        count++;
        engine->limiter_cursor = at;
    }
    pthread_mutex_unlock(&engine->lock);
    struct err err = {0};
    if (count > 0 && !store_limiters_put(engine->store, rows, count, &err)) {
        log_write(LOG_ERROR, "engine", "limiters: %s", err.message);
    }
}

void limits_peek(struct engine *engine, const struct engine_account *slot, struct gate_verdict *out)
{
    /* A run begins with listings and insights: what holds either holds the run's start only when
     * it holds both, for they go side by side; insights alone may wait inside the run. */
    struct gate_call call = {.call_class = CALL_CAMPAIGNS, .critical = slot->wish.override_holds};
    memcpy(call.account_id, slot->account.account_id, sizeof call.account_id);
    int64_t now = engine_now(engine);
    pthread_mutex_lock(&engine->lock);
    governor_peek(engine->governor, &call, now, out);
    pthread_mutex_unlock(&engine->lock);
}

bool limits_budget_policy(struct engine *engine, const char *account_id, struct budget_policy *out,
                          struct err *err)
{
    struct arena *arena = arena_create(ARENA_BYTES);
    struct store_overrides rows = {0};
    bool ok = (arena || err_set(err, ERR_MEMORY, "budget: out of memory")) &&
              store_overrides_load(engine->store, arena, engine_now(engine), &rows, err);
    if (ok) {
        policy_budget(engine->config, rows.rows, rows.count, account_id, out);
    }
    arena_destroy(arena);
    return ok;
}

/* What runs under way may still spend: what they have spent stands in the ledger. */
static double reserved_by_runs(struct engine *engine)
{
    double sum = 0;
    pthread_mutex_lock(&engine->lock);
    for (size_t i = 0; i < engine->account_count; i++) {
        const struct job *job = &engine->accounts[i]->job;
        sum += job->state != JOB_NONE ? fmax(0, job->estimate - job->figures.actual_cost) : 0;
    }
    pthread_mutex_unlock(&engine->lock);
    return sum;
}

bool limits_budget(struct engine *engine, const struct engine_account *slot, double cost,
                   enum budget_who who, struct budget_verdict *out, struct err *err)
{
    struct ledger_sum all = {0}, own = {0};
    struct budget_policy policy;
    const char *id = slot->account.account_id;
    int64_t now = engine_now(engine);
    struct budget_day day = budget_day(now, engine->config->budget_day_starts_ms);
    if (!limits_budget_policy(engine, id, &policy, err) ||
        !store_ledger_sum(engine->store, day.day, NULL, &all, err) ||
        !store_ledger_sum(engine->store, day.day, id, &own, err) ||
        !store_ledger_forced(engine->store, day.starts_ms, id, &own.operator_cost, err)) {
        return false;
    }
    struct budget_state state = {.spent_all = all.cost,
                                 .reserved_all = reserved_by_runs(engine),
                                 .spent_account = own.cost,
                                 .operators_all = all.operator_cost,
                                 .operators_account = own.operator_cost};
    budget_decide(&policy, &state, who, cost, now, out);
    return true;
}
