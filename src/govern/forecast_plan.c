#include "govern/forecast_plan.h"

#include <math.h>
#include <string.h>

#include "govern/limit/limit_model.h"

enum { PARTS_MAX = 90 };
static const double default_calls_s = 5;
static const double rows_per_dimension = 4;
/* A part may use this much of a line, so that what we do not know of still fits. */
static const double part_share = 0.9;

/* What one limiter would get. */
struct load {
    double items, units;
};

static double pages(double rows, int page)
{
    double n = ceil(rows / (page > 0 ? page : 1));
    return n > 1 ? n : 1;
}

static double rows_of(const struct forecast_request *r, int level, int days)
{
    double rows = r->entity_count[level] * (r->daily ? days : 1);
    if (r->breakdowns > 0) {
        rows *= r->breakdown_rows > 0 ? r->breakdown_rows
                                      : pow(rows_per_dimension, (double)r->breakdowns);
    }
    return rows;
}

static void add_shape(struct forecast_plan *out, struct cost_shape shape)
{
    out->shapes[out->shape_count++] = shape;
}

/* with_entities: listings do not repeat in every part. */
static void build_shapes(const struct forecast_request *r, int days, bool with_entities,
                         struct forecast_plan *out)
{
    static const enum call_class edges[] = {CALL_CAMPAIGNS, CALL_ADSETS, CALL_ADS};
    out->shape_count = 0;
    out->rows = 0;
    for (int i = 0; with_entities && i < 3; i++) {
        add_shape(out, (struct cost_shape){.call_class = edges[i],
                                           .calls = pages(r->listed[i], r->page_entities)});
    }
    for (int level = 0; level < LEVEL_COUNT; level++) {
        if (!r->levels[level]) {
            continue;
        }
        double rows = rows_of(r, level, days);
        out->rows += rows;
        add_shape(out, (struct cost_shape){
                           .call_class = CALL_INSIGHTS,
                           .calls = pages(rows, r->page_insights),
                           .breakdowns = r->breakdowns > 0,
                           .daily = r->daily,
                           .action_breakdowns = r->action_breakdowns,
                           .days = days,
                       });
    }
    if (r->total) {
        add_shape(out, (struct cost_shape){.call_class = CALL_INSIGHTS_TOTAL,
                                           .calls = pages(r->daily ? days : 1, r->page_insights),
                                           .daily = r->daily,
                                           .days = days});
    }
}

static bool concerns(const struct scope_view *s, enum call_class call_class)
{
    switch (s->kind) {
    case SCOPE_APP_INSIGHTS:
        return call_class_is_insights(call_class);
    case SCOPE_USE_CASE:
        return s->use_case == call_class_use_case(call_class);
    case SCOPE_APP:
    case SCOPE_ACCOUNT:
        return true;
    case SCOPE_TOKEN:
    case SCOPE_KIND_COUNT:
        break;
    }
    return false;
}

static struct load load_of(const struct scope_view *s, const struct forecast_plan *plan,
                           const struct cost_weights *w)
{
    struct load load = {0};
    for (size_t i = 0; i < plan->shape_count; i++) {
        const struct cost_shape *shape = &plan->shapes[i];
        if (concerns(s, shape->call_class)) {
            load.items += shape->calls;
            load.units += shape->calls * cost_call(w, shape);
        }
    }
    return load;
}

static double rise_of(const struct scope_view *s, const struct forecast_plan *plan,
                      const struct cost_weights *w)
{
    struct load load = load_of(s, plan, w);
    struct slot_costs costs = {
        .item_pct = s->pct_per_call, .unit_pct = s->pct_per_unit, .driver = s->cost_driver};
    return slot_cost_high(&costs, load.items, load.units);
}

static double period_s(const struct scope_view *s)
{
    return (double)limit_row(s->kind, s->use_case, s->tier)->period_s;
}

static double now_pct(const struct scope_view *s)
{
    return s->pct > 0 ? s->pct : 0;
}

/* Seconds until a steady rate reaches the line; -1 = it does not within for_s. An hourly window
 * lets nothing go before the hour is over, a score decays meanwhile. */
static double reaches_s(const struct scope_view *s, double rate_s, double for_s, double line)
{
    double now = now_pct(s), tau = period_s(s);
    if (now >= line) {
        return 0;
    }
    double at = -1;
    if (tau >= 3600) {
        at = rate_s > 0 ? (line - now) / rate_s : -1;
    } else if (rate_s * tau > line) {
        at = tau * log((rate_s * tau - now) / (rate_s * tau - line));
    }
    return at >= 0 && at <= for_s ? at : -1;
}

static double peak_pct(const struct scope_view *s, double rate_s, double for_s)
{
    double now = now_pct(s), tau = period_s(s);
    if (tau >= 3600) {
        return now + rate_s * fmin(for_s, tau);
    }
    double kept = exp(-for_s / tau);
    return fmax(now, now * kept + rate_s * tau * (1 - kept));
}

static int64_t to_ms(double s)
{
    return s < 0 ? -1 : (int64_t)(s * 1000);
}

/* What was learned beside what is published: a call by call, or a unit where load drives it. */
static void judge_cost(const struct scope_view *s, struct forecast_limiter *out)
{
    bool by_units = s->cost_driver == COST_BY_UNITS;
    double published = s->published_max > 0 && !by_units ? 100 / s->published_max : 0;
    out->cost_pct = by_units ? s->pct_per_unit : s->pct_per_call;
    out->verdict = s->calibration_samples > 0
                       ? calibrate_judge(out->cost_pct, published, &out->factor)
                       : CALIBRATE_FEW;
}

static void fill_limiter(const struct scope_view *s, const struct forecast_plan *plan,
                         const struct cost_weights *w, double for_s, struct forecast_limiter *out)
{
    double rate = rise_of(s, plan, w) / for_s;
    *out = (struct forecast_limiter){
        .kind = s->kind,
        .use_case = s->use_case,
        .now_pct = s->pct,
        .peak_pct = peak_pct(s, rate, for_s),
        .threshold_pct = s->threshold_pct,
        .trips_after_ms = to_ms(reaches_s(s, rate, for_s, s->threshold_pct)),
        .full_after_ms = to_ms(reaches_s(s, rate, for_s, 100)),
        .assumed = s->calibration_samples == 0,
    };
    judge_cost(s, out);
    memcpy(out->scope_id, s->scope_id, sizeof out->scope_id);
}

/* Whether a part fits under every line, how far apart parts have to begin, and how long the first
 * has to wait for what is used now. */
static bool part_fits(const struct forecast_plan *part, const struct cost_weights *w,
                      const struct scope_view *scopes, size_t count, double *spacing_s,
                      double *wait_s)
{
    *spacing_s = 0;
    *wait_s = 0;
    for (size_t i = 0; i < count; i++) {
        const struct scope_view *s = &scopes[i];
        double rise = rise_of(s, part, w);
        if (rise <= 0 || s->threshold_pct <= 0) {
            continue;
        }
        double line = s->threshold_pct, tau = period_s(s), now = now_pct(s);
        if (rise > part_share * line) {
            return false;
        }
        *spacing_s = fmax(*spacing_s, tau * rise / (part_share * line));
        if (now + rise > line) {
            double share = (line - rise) / now;
            *wait_s = fmax(*wait_s, tau >= 3600 ? tau * (1 - share) : tau * log(1 / share));
        }
    }
    return true;
}

static void find_split(const struct forecast_request *r, const struct cost_weights *w,
                       const struct scope_view *scopes, size_t count, struct forecast_split *out)
{
    int most = r->days < PARTS_MAX ? r->days : PARTS_MAX;
    *out = (struct forecast_split){0};
    for (int parts = 1; parts <= (most > 1 ? most : 1); parts++) {
        struct forecast_plan first = {0}, other = {0};
        int days = (r->days + parts - 1) / parts;
        double spacing, wait;
        build_shapes(r, days, r->entities, &first);
        build_shapes(r, days, false, &other);
        double cost = cost_total(w, first.shapes, first.shape_count, NULL) +
                      (parts - 1) * cost_total(w, other.shapes, other.shape_count, NULL);
        bool cheaper = out->parts == 0 || cost < out->cost;
        if (cheaper && part_fits(&first, w, scopes, count, &spacing, &wait)) {
            *out = (struct forecast_split){
                .parts = parts,
                .days_each = days,
                .spacing_ms = parts > 1 ? to_ms(spacing) : 0,
                .total_ms = to_ms(wait + spacing * (parts - 1)),
                .cost = cost,
            };
        }
    }
}

void forecast_plan(const struct forecast_request *request, const struct cost_weights *weights,
                   const struct scope_view *scopes, size_t scope_count, double budget_left,
                   struct forecast_plan *out)
{
    *out = (struct forecast_plan){.first_trip = -1, .budget_share_pct = -1};
    build_shapes(request, request->days, request->entities, out);
    out->cost = cost_total(weights, out->shapes, out->shape_count, &out->calls);
    if (budget_left >= 0) {
        out->budget_share_pct = budget_left > 0 ? 100 * out->cost / budget_left : 1e6;
    }
    double per_s = request->calls_per_s > 0 ? request->calls_per_s : default_calls_s;
    double for_s = fmax(out->calls / per_s, 0.001);
    for (size_t i = 0; i < scope_count && out->limiter_count < FORECAST_LIMITERS; i++) {
        bool has_line = scopes[i].threshold_pct > 0 && scopes[i].kind != SCOPE_TOKEN;
        if (!has_line || load_of(&scopes[i], out, weights).items <= 0) {
            continue;
        }
        int n = (int)out->limiter_count++;
        struct forecast_limiter *l = &out->limiters[n];
        fill_limiter(&scopes[i], out, weights, for_s, l);
        int64_t first =
            out->first_trip < 0 ? INT64_MAX : out->limiters[out->first_trip].trips_after_ms;
        out->first_trip = l->trips_after_ms >= 0 && l->trips_after_ms < first ? n : out->first_trip;
    }
    find_split(request, weights, scopes, scope_count, &out->split);
}
