#include "ui/act/estimate.h"

#include <string.h>

#include "config/config.h"
#include "govern/forecast_plan.h"
#include "govern/limit/limit_model.h"
#include "store/read_entities.h"
#include "store/read_limiters.h"
#include "store/read_runs.h"
#include "ui/format.h"
#include "ui/overview.h"
#include "ui/view/view.h"
#include "ui/widget/dialog.h"

enum { CHUNK = 32 * 1024, RUNS_LOOKED_AT = 20, ACCOUNTS_LOOKED_AT = 40, READINGS_MAX = 2000 };
enum { OPEN_DAYS = 2 };

/* One account's share. */
struct share {
    struct arena *arena;
    const char *account_id;
    const struct run *same, *last; /* good runs: the newest of that mode, of any; NULL = none */
    struct entity_totals totals;
    struct usage_rows readings; /* while `last` ran */
    double calls, insights_calls, cost;
};

static void weights_of(const struct config *config, struct cost_weights *out)
{
    *out = (struct cost_weights){.call = config->cost_call,
                                 .breakdowns = config->cost_breakdowns,
                                 .daily = config->cost_daily,
                                 .window_90d = config->cost_window_90d,
                                 .action_breakdowns = config->cost_action_breakdowns};
}

/* What the mode would ask for, by what the account holds. */
static void plan_share(const struct env *env, enum run_mode mode, struct share *share)
{
    const struct config *config = env->config;
    const int64_t *present = share->totals.present;
    struct cost_weights weights;
    struct forecast_plan plan;
    struct forecast_request request = {.entities = mode != RUN_WINDOW,
                                       .daily = true,
                                       .days = mode == RUN_DELTA  ? OPEN_DAYS
                                               : mode == RUN_FULL ? config->restate_days + 1
                                                                  : config->window_days + 1,
                                       .total = mode == RUN_FULL || mode == RUN_WINDOW,
                                       .page_entities = config->page_size_entities,
                                       .page_insights = config->page_size_insights};
    for (size_t i = 0; i < config->level_count && mode != RUN_SWEEP; i++) {
        request.levels[config->levels[i]] = true;
    }
    request.entity_count[LEVEL_ACCOUNT] = 1;
    request.entity_count[LEVEL_CAMPAIGN] = (double)present[ENTITY_CAMPAIGN];
    request.entity_count[LEVEL_ADSET] = (double)present[ENTITY_ADSET];
    request.entity_count[LEVEL_AD] = (double)share->totals.active;
    if (mode != RUN_DELTA) { /* of a listing of changes a page each is what to expect */
        request.listed[0] = (double)present[ENTITY_CAMPAIGN];
        request.listed[1] = (double)present[ENTITY_ADSET];
        request.listed[2] = (double)present[ENTITY_AD];
    }
    weights_of(config, &weights);
    forecast_plan(&request, &weights, NULL, 0, -1, &plan);
    share->calls = plan.calls;
    share->cost = plan.cost;
    for (size_t i = 0; i < plan.shape_count; i++) {
        bool insights = call_class_is_insights(plan.shapes[i].call_class);
        share->insights_calls += insights ? plan.shapes[i].calls : 0;
    }
}

static bool load_share(const struct env *env, enum run_mode mode, struct share *share)
{
    struct run_rows runs = {0};
    struct run_query query = {.account_id = share->account_id,
                              .statuses = 1u << RUN_SUCCESS | 1u << RUN_PARTIAL,
                              .limit = RUNS_LOOKED_AT};
    if (!read_runs(env->store, share->arena, env->at, &query, &runs, NULL) ||
        !read_entity_totals(env->store, share->account_id, &share->totals, NULL)) {
        return false;
    }
    for (size_t i = 0; i < runs.count; i++) {
        share->last = share->last ? share->last : &runs.rows[i];
        share->same = share->same || runs.rows[i].mode != mode ? share->same : &runs.rows[i];
    }
    if (share->same) {
        share->calls = (double)share->same->api_calls;
        share->insights_calls = (double)share->same->insights_called;
        share->cost = share->same->actual_cost;
    } else {
        plan_share(env, mode, share);
    }
    return !share->last ||
           read_usage_log(env->store, share->arena, NULL, share->last->started_at - 1,
                          share->last->finished_at, READINGS_MAX, &share->readings, NULL);
}

static bool reads(const struct usage_reading *reading, const struct limiter_row *row)
{
    return strcmp(reading->scope_id, row->scope_id) == 0 && reading->source == row->source &&
           (row->scope != SCOPE_USE_CASE || reading->use_case == row->use_case);
}

/* Points that one call added, by the readings that came with the last run's; -1 = cannot tell. */
static double measured_per_call(const struct share *share, const struct limiter_row *row)
{
    double first = -1, most = -1;
    int calls = 0;
    for (size_t i = 0; i < share->readings.count; i++) {
        const struct usage_reading *reading = &share->readings.rows[i];
        if (reading->run_id == share->last->run_id && reads(reading, row)) {
            calls += first >= 0;
            first = first < 0 ? reading->pct : first;
            most = reading->pct > most ? reading->pct : most;
        }
    }
    return calls > 0 && most > first ? (most - first) / calls : -1;
}

static double published_per_call(const struct share *share, const struct limiter_row *row)
{
    const struct limit_row *limit = limit_row(row->scope, row->use_case, row->access_tier);
    double max = limit_max(limit, share->totals.active);
    return max > 0 ? 100 / max : -1;
}

static bool same_limiter(const struct estimate_limiter *a, const struct limiter_row *row)
{
    return a->scope == row->scope && a->use_case == row->use_case;
}

static bool is_shared(enum scope_kind scope)
{
    return scope == SCOPE_APP || scope == SCOPE_APP_INSIGHTS;
}

/* Calls of the share that count against it. */
static double calls_against(const struct share *share, const struct limiter_row *row)
{
    if (row->scope == SCOPE_APP_INSIGHTS || row->use_case == USE_CASE_ADS_INSIGHTS) {
        return share->insights_calls;
    }
    return row->use_case == USE_CASE_ADS_MANAGEMENT ? share->calls - share->insights_calls
                                                    : share->calls;
}

/* factor: how many accounts this one stands for, where they share the limiter. */
static struct estimate_limiter limiter_after(const struct share *share,
                                             const struct limiter_row *row, double factor)
{
    double per_call = share->last ? measured_per_call(share, row) : -1;
    struct estimate_limiter out = {.scope = row->scope,
                                   .use_case = row->use_case,
                                   .now_pct = row->pct,
                                   .after_pct = -1,
                                   .threshold = row->threshold,
                                   .at = row->reading_at,
                                   .measured = per_call >= 0};
    per_call = per_call >= 0 ? per_call : published_per_call(share, row);
    if (per_call >= 0) {
        double rise = per_call * calls_against(share, row) * (is_shared(row->scope) ? factor : 1);
        out.after_pct = (row->pct > 0 ? row->pct : 0) + rise;
    }
    return out;
}

/* What accounts share adds up; of what each has of its own, the one that gets highest is told. */
static void merge(struct estimate_limiter *have, const struct estimate_limiter *more)
{
    if (!is_shared(have->scope)) {
        *have =
            more->after_pct - more->threshold > have->after_pct - have->threshold ? *more : *have;
    } else if (have->after_pct >= 0 && more->after_pct >= 0) {
        have->after_pct += more->after_pct - (more->now_pct > 0 ? more->now_pct : 0);
    }
}

static void add_limiter(struct estimate *out, const struct share *share,
                        const struct limiter_row *row, double factor)
{
    struct estimate_limiter one = limiter_after(share, row, factor);
    for (size_t i = 0; i < out->limiter_count; i++) {
        if (same_limiter(&out->limiters[i], row)) {
            merge(&out->limiters[i], &one);
            return;
        }
    }
    if (out->limiter_count < ESTIMATE_LIMITERS) {
        out->limiters[out->limiter_count++] = one;
    }
}

static bool add_account(const struct env *env, enum run_mode mode, const char *account_id,
                        double factor, struct estimate *out)
{
    struct share share = {.arena = arena_create(CHUNK), .account_id = account_id};
    struct limiter_rows limiters = {0};
    bool ok = share.arena && load_share(env, mode, &share) &&
              read_limiters(env->store, share.arena, env->at, account_id, &limiters, NULL);
    if (ok) {
        out->calls += share.calls * factor;
        out->cost += share.cost * factor;
        out->measured += share.same != NULL;
        out->taken_at = share.same ? share.same->started_at : 0;
        out->looked_at++;
    }
    for (size_t i = 0; ok && i < limiters.count; i++) {
        if (limiters.rows[i].scope != SCOPE_TOKEN) { /* which no header reports */
            add_limiter(out, &share, &limiters.rows[i], factor);
        }
    }
    arena_destroy(share.arena);
    return ok;
}

bool estimate_force(const struct env *env, enum run_mode mode, const struct subject *subjects,
                    size_t count, struct estimate *out)
{
    const struct overview *o = env->overview;
    size_t looked_at = count < ACCOUNTS_LOOKED_AT ? count : ACCOUNTS_LOOKED_AT;
    double factor = looked_at ? (double)count / (double)looked_at : 1;
    *out = (struct estimate){.accounts = count, .mode = mode};
    for (size_t i = 0; i < looked_at; i++) {
        if (!add_account(env, mode, subjects[i].account_id, factor, out)) {
            return false;
        }
    }
    out->budget_limit = o->budget_limit;
    out->budget_left = o->budget_limit - o->budget_used;
    return looked_at > 0;
}

static const char *limiter_label(const struct estimate_limiter *limiter)
{
    return limiter->scope == SCOPE_USE_CASE ? use_case_name(limiter->use_case)
                                            : scope_kind_name(limiter->scope);
}

static void say_source(const struct estimate *e, const struct env *env, struct dialog *dialog)
{
    struct text calls = format_count((int64_t)(e->calls + 0.5)), cost = format_cost(e->cost);
    const char *mode = run_mode_name(e->mode);
    if (e->accounts > 1) {
        dialog_line(dialog, ROLE_TEXT,
                    "about %s calls, %s weighted in all (%zu of %zu by their last %s run)",
                    calls.text, cost.text, e->measured, e->looked_at, mode);
    } else if (e->measured) {
        struct text at = format_time(e->taken_at, env->now, env->offset_s);
        dialog_line(dialog, ROLE_TEXT, "about %s calls, %s weighted (its last %s run, %s)",
                    calls.text, cost.text, mode, at.text);
    } else {
        dialog_line(dialog, ROLE_TEXT, "about %s calls, %s weighted (planned: no %s run of it yet)",
                    calls.text, cost.text, mode);
    }
}

static void say_limiter(const struct estimate_limiter *l, const struct env *env,
                        struct dialog *dialog)
{
    bool trips = l->after_pct >= l->threshold;
    struct text now = format_pct(l->now_pct), after = format_pct(l->after_pct);
    struct text line = format_pct(l->threshold), age = format_age(env->now - l->at);
    char shared[32] = "";
    if (is_shared(l->scope)) {
        snprintf(shared, sizeof shared, ", shared by %d", env->overview->accounts);
    }
    dialog_line(dialog, trips ? ROLE_ALARM : ROLE_TEXT, "%-14s %5s -> %5s, line %s%s%s (%s%s)",
                limiter_label(l), now.text, l->after_pct < 0 ? "?" : after.text, line.text,
                trips ? ": over it" : "", shared,
                l->at            ? age.text
                : l->now_pct < 0 ? "never read"
                                 : "by our own count",
                l->at ? " ago" : "");
}

void estimate_words(const struct estimate *e, const struct env *env, struct dialog *dialog)
{
    say_source(e, env, dialog);
    for (size_t i = 0; i < e->limiter_count; i++) {
        say_limiter(&e->limiters[i], env, dialog);
    }
    if (e->budget_limit > 0) {
        bool tight = e->cost > e->budget_left;
        struct text left = format_cost(e->budget_left > 0 ? e->budget_left : 0);
        struct text share = format_pct(e->cost * 100 / e->budget_limit);
        dialog_line(dialog, tight ? ROLE_ALARM : ROLE_TEXT, "%-14s %s of it; %s weighted left%s",
                    "budget today", share.text, left.text, tight ? ", not enough" : "");
    }
}
