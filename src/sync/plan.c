#include "sync/plan.h"

#include <stdio.h>
#include <string.h>

#include "base/hash.h"
#include "base/tz.h"

/* A row of a sweep is a tenth of a full one: four times the rows still make a small page. */
enum { SWEEP_LIMIT_FACTOR = 4 };

/* A report is created and polled a few times before its pages are read. */
enum { REPORT_EXTRA_CALLS = 4 };

/* A schedule's jitter makes a run earlier; a period counts as over when an eighth of it is left,
 * so that a twelve-hourly account still meets its daily window every second run. */
static bool period_over(int64_t since_ms, int64_t period_ms, int64_t now_ms)
{
    return since_ms == 0 || now_ms - since_ms >= period_ms - period_ms / 8;
}

const char *plan_window_name(enum plan_window window)
{
    static const char *const names[] = {"open", "week", "month"};
    return window < PLAN_WINDOW_COUNT ? names[window] : "?";
}

const char *listing_how_name(enum listing_how how)
{
    static const char *const names[] = {"none", "full", "delta", "sweep"};
    return how <= LISTING_SWEEP ? names[how] : "?";
}

void plan_window_days(const struct plan_policy *policy, enum plan_window window, int32_t today,
                      int32_t *first, int32_t *last)
{
    const int32_t back[PLAN_WINDOW_COUNT] = {1, policy->week_days, policy->month_days};
    *first = today - back[window];
    *last = today;
}

uint64_t plan_listing_key(enum entity_kind kind)
{
    uint64_t key = hash_u64((uint64_t)kind + 1);
    for (const char *const *s = entity_kind_statuses(kind); *s; s++) {
        key = hash_bytes(*s, strlen(*s), key);
    }
    return key ? key : 1;
}

/* ---- listings ---------------------------------------------------------------------------------
 */

static enum run_mode choose_mode(const struct plan_input *in)
{
    const struct account *a = in->account;
    if (!in->request->automatic) {
        return in->request->mode;
    }
    if (period_over(a->last_full_at, in->policy->full_ms, in->now_ms)) {
        return RUN_FULL;
    }
    if (in->request->foreground) {
        return RUN_SWEEP;
    }
    int64_t last = a->last_sweep_at > a->last_full_at ? a->last_sweep_at : a->last_full_at;
    return period_over(last, in->policy->sweep_ms[a->tier], in->now_ms) ? RUN_SWEEP : RUN_DELTA;
}

static enum listing_how choose_listing(const struct plan_input *in, enum run_mode mode,
                                       enum entity_kind kind)
{
    const struct plan_marks *m = in->marks;
    bool marked = m->listing[kind].server_ms != 0 && m->listing[kind].key == plan_listing_key(kind);
    if (!marked || mode == RUN_FULL) {
        return LISTING_FULL;
    }
    if (mode == RUN_WINDOW) {
        return LISTING_NONE;
    }
    if (mode == RUN_DELTA) {
        return LISTING_DELTA;
    }
    /* What fits one page costs one call either way, and the full row says more. */
    return m->listing[kind].entities <= in->policy->entity_limit ? LISTING_FULL : LISTING_SWEEP;
}

static void plan_listings(const struct plan_input *in, struct sync_plan *out)
{
    for (int k = 0; k < ENTITY_KIND_COUNT; k++) {
        enum entity_kind kind = (enum entity_kind)k;
        struct plan_listing *l = &out->listing[k];
        l->how = choose_listing(in, out->mode, kind);
        l->key = plan_listing_key(kind);
        l->limit = l->how == LISTING_SWEEP ? in->policy->sweep_limit : in->policy->entity_limit;
        if (l->how == LISTING_DELTA) {
            int64_t since = in->marks->listing[k].server_ms - in->policy->overlap_ms;
            l->since_ms = since > 0 ? since : 0;
        }
    }
}

/* ---- insights ---------------------------------------------------------------------------------
 */

/* The widest window that is due; false = everything is fresh enough. */
static bool choose_window(const struct plan_input *in, enum run_mode mode, enum plan_window *out)
{
    const struct plan_marks *m = in->marks;
    const struct plan_policy *p = in->policy;
    int64_t now = in->now_ms;
    bool forced = in->request->force || in->request->foreground;

    if (in->request->foreground && mode != RUN_WINDOW) {
        *out = WINDOW_WEEK;
        return true;
    }
    if (mode == RUN_WINDOW) {
        *out = WINDOW_MONTH;
        return true;
    }
    bool active = m->delivering && in->account->account_status == ACCOUNT_ACTIVE;
    int64_t month_ms = active ? p->month_ms : p->idle_ms;
    if (period_over(m->window_at[WINDOW_MONTH], month_ms, now)) {
        *out = WINDOW_MONTH;
        return true;
    }
    if (forced || mode == RUN_FULL) {
        *out = WINDOW_WEEK;
        return forced || now - m->window_at[WINDOW_WEEK] >= p->fresh_ms;
    }
    if (!active) {
        return false;
    }
    *out = period_over(m->window_at[WINDOW_WEEK], p->week_ms, now) ? WINDOW_WEEK : WINDOW_OPEN;
    return now - m->window_at[*out] >= p->fresh_ms;
}

/* The widest named window whose days the plan's cover. */
static bool covered_window(const struct plan_policy *policy, const struct sync_plan *plan,
                           enum plan_window *out)
{
    for (int w = PLAN_WINDOW_COUNT - 1; w >= 0; w--) {
        int32_t from, to;
        plan_window_days(policy, (enum plan_window)w, plan->today, &from, &to);
        if (plan->first_day <= from && plan->last_day >= to) {
            *out = (enum plan_window)w;
            return true;
        }
    }
    return false;
}

static bool plan_days(const struct plan_input *in, struct sync_plan *out)
{
    const struct plan_request *r = in->request;
    int32_t today = out->today;
    enum plan_window window = WINDOW_OPEN;
    if (r->since_given) {
        out->first_day = r->since;
        out->last_day = r->until ? r->until : today;
        if (out->first_day > out->last_day) {
            out->first_day = out->last_day;
        }
    } else if (choose_window(in, out->mode, &window)) {
        plan_window_days(in->policy, window, today, &out->first_day, &out->last_day);
    } else {
        return false;
    }
    out->window_covered = covered_window(in->policy, out, &out->window);
    return true;
}

static void plan_insights(const struct plan_input *in, struct sync_plan *out)
{
    const struct plan_request *r = in->request;
    const struct plan_policy *p = in->policy;
    if (!plan_days(in, out)) {
        return;
    }
    const enum insight_level *levels = r->level_count ? r->levels : p->levels;
    out->insights_count = r->level_count ? r->level_count : p->level_count;
    const char *breakdowns = r->breakdowns ? r->breakdowns : p->breakdowns;
    snprintf(out->breakdowns, sizeof out->breakdowns, "%s", breakdowns);

    int64_t per_day = in->marks->rows_per_day;
    if (per_day == 0) {
        per_day = in->marks->active_ads;
    }
    for (size_t i = 0; i < out->insights_count; i++) {
        struct plan_insights *ins = &out->insights[i];
        ins->level = levels[i];
        ins->limit = p->insight_limit;
        ins->rows = (double)per_day * (double)(out->last_day - out->first_day + 1);
        ins->report = p->async_above_rows > 0 && ins->rows > (double)p->async_above_rows;
    }
    /* Sums of broken-down rows need not equal a total without breakdowns: reach-like omissions and
     * rows without the key occur (reference 6.2). */
    bool wide = !out->window_covered || out->window != WINDOW_OPEN;
    out->total = out->breakdowns[0] == '\0' && (wide || out->forced || out->mode == RUN_FULL);
}

/* ---- estimate ---------------------------------------------------------------------------------
 */

static double pages(double rows, int limit)
{
    double n = limit > 0 ? rows / limit : 1;
    double whole = (double)(int64_t)n;
    n = whole < n ? whole + 1 : whole;
    return n < 1 ? 1 : n;
}

static void call_shape(const struct plan_policy *policy, const struct sync_plan *plan,
                       enum call_class call_class, struct cost_shape *out)
{
    bool total = call_class == CALL_INSIGHTS_TOTAL;
    memset(out, 0, sizeof *out);
    out->call_class = call_class;
    out->daily = true; /* time_increment=1, always */
    out->days = plan->last_day - plan->first_day + 1;
    out->breakdowns = !total && plan->breakdowns[0] != '\0';
    out->action_breakdowns = !total && cost_action_breakdowns(policy->action_breakdowns);
}

double plan_call_cost(const struct plan_policy *policy, const struct sync_plan *plan,
                      enum call_class call_class)
{
    struct cost_shape shape;
    call_shape(policy, plan, call_class, &shape);
    return cost_call(&policy->weights, &shape);
}

static void plan_estimate(const struct plan_input *in, struct sync_plan *out)
{
    struct cost_shape shapes[ENTITY_KIND_COUNT + PLAN_LEVELS_MAX + 1];
    static const enum call_class listing_class[] = {CALL_CAMPAIGNS, CALL_ADSETS, CALL_ADS};
    size_t n = 0;
    for (int k = 0; k < ENTITY_KIND_COUNT; k++) {
        const struct plan_listing *l = &out->listing[k];
        double rows = l->how == LISTING_DELTA ? 0 : (double)in->marks->listing[k].entities;
        if (l->how != LISTING_NONE) {
            call_shape(in->policy, out, listing_class[k], &shapes[n]);
            shapes[n++].calls = pages(rows, l->limit);
        }
    }
    for (size_t i = 0; i < out->insights_count; i++) {
        const struct plan_insights *ins = &out->insights[i];
        call_shape(in->policy, out, ins->report ? CALL_REPORT : CALL_INSIGHTS, &shapes[n]);
        shapes[n++].calls = pages(ins->rows, ins->limit) + (ins->report ? REPORT_EXTRA_CALLS : 0);
    }
    if (out->total) {
        call_shape(in->policy, out, CALL_INSIGHTS_TOTAL, &shapes[n]);
        shapes[n++].calls = 1;
    }
    out->cost = cost_total(&in->policy->weights, shapes, n, &out->calls);
}

void plan_policy_from_config(const struct config *c, struct plan_policy *out)
{
    memset(out, 0, sizeof *out);
    out->overlap_ms = c->delta_overlap_ms;
    out->fresh_ms = c->fresh_ms;
    out->week_ms = c->recent_every_ms;
    out->month_ms = c->restate_every_ms;
    out->idle_ms = c->idle_every_ms;
    out->full_ms = c->full_every_ms;
    for (int t = 0; t < TIER_COUNT; t++) {
        out->sweep_ms[t] = t == TIER_HIGH ? c->sweep_every_high_ms : c->sweep_every_ms;
    }
    out->week_days = c->window_days;
    out->month_days = c->restate_days;
    out->entity_limit = c->page_size_entities;
    out->insight_limit = c->page_size_insights;
    out->sweep_limit = c->page_size_entities * SWEEP_LIMIT_FACTOR;
    out->async_above_rows = c->async_above_rows;
    out->level_count = c->level_count;
    memcpy(out->levels, c->levels, sizeof out->levels);
    memcpy(out->breakdowns, c->breakdowns, sizeof out->breakdowns);
    memcpy(out->action_breakdowns, c->action_breakdowns, sizeof out->action_breakdowns);
    out->weights.call = c->cost_call;
    out->weights.breakdowns = c->cost_breakdowns;
    out->weights.daily = c->cost_daily;
    out->weights.window_90d = c->cost_window_90d;
    out->weights.action_breakdowns = c->cost_action_breakdowns;
}

void plan_make(const struct plan_input *in, struct sync_plan *out)
{
    memset(out, 0, sizeof *out);
    memcpy(out->account_id, in->account->account_id, sizeof out->account_id);
    out->mode = choose_mode(in);
    out->today = tz_day(in->tz, in->now_ms);
    out->trigger = in->request->trigger;
    out->foreground = in->request->foreground;
    out->critical = in->request->override;
    out->forced = in->request->force || in->request->foreground;
    plan_listings(in, out);
    plan_insights(in, out);
    plan_estimate(in, out);
}
