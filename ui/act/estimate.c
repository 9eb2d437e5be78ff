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

enum { CHUNK = 32 * 1024, RUNS_LOOKED_AT = 20, ACCOUNTS_LOOKED_AT = 40, READINGS_MAX = 500 };
enum { RUNS_MEASURED = 4, OPEN_DAYS = 2 };
#define DAY_MS ((int64_t)86400000)

/* One account's share. */
struct share {
    struct arena *arena;
    const char *account_id;
    const struct run *same; /* the newest good one that was asked for the same way; NULL = none */
    struct entity_totals totals;
    bool counted; /* the totals are there */
    int64_t rows_per_day;
    struct run_rows runs;                      /* its newest good ones */
    struct usage_rows readings[RUNS_MEASURED]; /* of the first of them */
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

/* A forced run reads the days of the wide windows, whatever else is still fresh. */
static int days_of(const struct env *env, const struct force_shape *shape)
{
    int32_t today = (int32_t)(env->now / DAY_MS);
    if (shape->since_day) {
        return today > shape->since_day ? today - shape->since_day + 1 : 1;
    }
    if (shape->scheduled) {
        return OPEN_DAYS;
    }
    return (shape->mode == RUN_WINDOW ? env->config->restate_days : env->config->window_days) + 1;
}

/* What the shape would ask for, by what the account holds. */
static void plan_share(const struct env *env, const struct force_shape *shape, struct share *share)
{
    const struct config *config = env->config;
    const int64_t *present = share->totals.present;
    struct cost_weights weights;
    struct forecast_plan plan;
    int64_t ads =
        share->rows_per_day > share->totals.active ? share->rows_per_day : share->totals.active;
    struct forecast_request request = {.entities = shape->mode != RUN_WINDOW,
                                       .daily = true,
                                       .days = days_of(env, shape),
                                       .total = !shape->scheduled && config->breakdowns[0] == '\0',
                                       .page_entities = config->page_size_entities,
                                       .page_insights = config->page_size_insights};
    for (size_t i = 0; i < config->level_count; i++) {
        request.levels[config->levels[i]] = true;
    }
    request.entity_count[LEVEL_ACCOUNT] = 1;
    request.entity_count[LEVEL_CAMPAIGN] = (double)present[ENTITY_CAMPAIGN];
    request.entity_count[LEVEL_ADSET] = (double)present[ENTITY_ADSET];
    request.entity_count[LEVEL_AD] = (double)ads;
    if (shape->mode != RUN_DELTA) { /* of a listing of changes a page each is what to expect */
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

static bool count_entities(const struct env *env, struct share *share)
{
    share->counted =
        share->counted || read_entity_totals(env->store, share->account_id, &share->totals, NULL);
    return share->counted;
}

/* Calls and cost. What an account holds is counted only where no run tells: it may be much. */
static bool load_share(const struct env *env, const struct force_shape *shape, struct share *share)
{
    struct run_query query = {.account_id = share->account_id,
                              .statuses = 1u << RUN_SUCCESS | 1u << RUN_PARTIAL,
                              .limit = RUNS_LOOKED_AT};
    if (!read_runs(env->store, share->arena, env->at, &query, &share->runs, NULL)) {
        return false;
    }
    for (size_t i = 0; i < share->runs.count && !share->same; i++) {
        const struct run *run = &share->runs.rows[i];
        bool same = run->mode == shape->mode &&
                    (run->trigger != TRIGGER_OPERATOR) == shape->scheduled && !shape->since_day &&
                    shape->mode != RUN_WINDOW;
        share->same = same ? run : NULL;
    }
    if (share->same) {
        share->calls = (double)share->same->api_calls;
        share->insights_calls = (double)share->same->insights_called;
        share->cost = share->same->actual_cost;
        return true;
    }
    if (!count_entities(env, share) ||
        !read_rows_per_day(env->store, share->account_id, LEVEL_AD, env->config->window_days + 1,
                           &share->rows_per_day, NULL)) {
        return false;
    }
    plan_share(env, shape, share);
    return true;
}

/* What the newest runs did to the limiters. */
static bool load_readings(const struct env *env, struct share *share)
{
    bool ok = true;
    for (size_t i = 0; i < share->runs.count && i < RUNS_MEASURED && ok; i++) {
        const struct run *run = &share->runs.rows[i];
        ok = read_usage_log(env->store, share->arena, NULL, run->started_at - 1, run->finished_at,
                            READINGS_MAX, &share->readings[i], NULL);
    }
    return ok;
}

static bool reads(const struct usage_reading *reading, const struct limiter_row *row)
{
    return strcmp(reading->scope_id, row->scope_id) == 0 && reading->source == row->source &&
           (row->scope != SCOPE_USE_CASE || reading->use_case == row->use_case);
}

/* Points that one call added, by the readings that came with its newest runs: what they rose by
 * from one to the next, falls left out. -1 = cannot tell. */
static double measured_per_call(const struct share *share, const struct limiter_row *row)
{
    double rise = 0;
    int calls = 0;
    for (size_t r = 0; r < share->runs.count && r < RUNS_MEASURED; r++) {
        double before = -1;
        for (size_t i = 0; i < share->readings[r].count; i++) {
            const struct usage_reading *reading = &share->readings[r].rows[i];
            if (reading->run_id == share->runs.rows[r].run_id && reads(reading, row)) {
                calls += before >= 0;
                rise += before >= 0 && reading->pct > before ? reading->pct - before : 0;
                before = reading->pct;
            }
        }
    }
    return calls > 0 ? rise / calls : -1;
}

static double published_per_call(const struct env *env, struct share *share,
                                 const struct limiter_row *row)
{
    if (!count_entities(env, share)) {
        return -1;
    }
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
static struct estimate_limiter limiter_after(const struct env *env, struct share *share,
                                             const struct limiter_row *row, double factor)
{
    double measured = measured_per_call(share, row);
    double published = measured > 0 ? -1 : published_per_call(env, share, row);
    /* Readings are whole points, some of them: no rise at all says less than the published. */
    double per_call = published < 0 ? measured : published;
    struct estimate_limiter out = {.scope = row->scope,
                                   .use_case = row->use_case,
                                   .now_pct = row->pct,
                                   .after_pct = -1,
                                   .threshold = row->threshold,
                                   .at = row->reading_at,
                                   .measured = measured > 0};
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

static void add_limiter(const struct env *env, struct estimate *out, struct share *share,
                        const struct limiter_row *row, double factor)
{
    struct estimate_limiter one = limiter_after(env, share, row, factor);
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

static bool add_account(const struct env *env, const struct force_shape *shape,
                        const char *account_id, double factor, struct estimate *out)
{
    struct share share = {.arena = arena_create(CHUNK), .account_id = account_id};
    struct limiter_rows limiters = {0};
    bool ok = share.arena && load_share(env, shape, &share) && load_readings(env, &share) &&
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
            add_limiter(env, out, &share, &limiters.rows[i], factor);
        }
    }
    arena_destroy(share.arena);
    return ok;
}

bool estimate_calls(const struct env *env, const struct force_shape *shape, const char *account_id,
                    struct estimate *out)
{
    struct share share = {.arena = arena_create(CHUNK), .account_id = account_id};
    bool ok = share.arena && load_share(env, shape, &share);
    *out = (struct estimate){.accounts = 1, .looked_at = 1, .mode = shape->mode};
    if (ok) {
        out->calls = share.calls;
        out->cost = share.cost;
        out->measured = share.same != NULL;
        out->taken_at = share.same ? share.same->started_at : 0;
    }
    arena_destroy(share.arena);
    return ok;
}

bool estimate_force(const struct env *env, const struct force_shape *shape,
                    const struct subject *subjects, size_t count, struct estimate *out)
{
    const struct overview *o = env->overview;
    size_t looked_at = count < ACCOUNTS_LOOKED_AT ? count : ACCOUNTS_LOOKED_AT;
    double factor = looked_at ? (double)count / (double)looked_at : 1;
    *out = (struct estimate){.accounts = count, .mode = shape->mode};
    for (size_t i = 0; i < looked_at; i++) {
        if (!add_account(env, shape, subjects[i].account_id, factor, out)) {
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
                    "about %s calls, %s weighted in all (%zu of %zu by their last forced %s)",
                    calls.text, cost.text, e->measured, e->looked_at, mode);
    } else if (e->measured) {
        struct text at = format_time(e->taken_at, env->now, env->offset_s);
        dialog_line(dialog, ROLE_TEXT, "about %s calls, %s weighted (its last forced %s, %s)",
                    calls.text, cost.text, mode, at.text);
    } else {
        dialog_line(dialog, ROLE_TEXT, "about %s calls, %s weighted (planned from what it holds)",
                    calls.text, cost.text);
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
