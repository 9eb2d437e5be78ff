#include <math.h>
#include <stdio.h>

#include "govern/limit/pace.h"
#include "govern/limit/scope.h"

static const int64_t answer_ms = 1000; /* look again when something under way may have come back */
static const int64_t first_answer_ms = 200;
static const int64_t horizon_ms = 2 * 3600 * 1000;
/* A single call that is larger than the line goes alone once the scope is this empty. */
static const double lone_share = 0.25;

/* The figures of one slot that a verdict rests on. */
struct figures {
    const struct slot *slot;
    int i;
    double used, line, threshold;
    double call_mean, call_high, flight_mean, flight_high;
    double item_high; /* per item, the dearer of both rates */
    double target;    /* where the call may go; the line, or lower for what it may cost */
    bool known;       /* something tells what a call costs */
    enum access_tier tier;
};

static enum hold_reason reason_of(const struct scope *s, const struct figures *f)
{
    if (f && f->slot->source == USAGE_INSIGHTS) {
        return HOLD_QUOTA_INSIGHTS;
    }
    switch (s->kind) {
    case SCOPE_APP:
        return HOLD_QUOTA_APP;
    case SCOPE_APP_INSIGHTS:
        return HOLD_QUOTA_INSIGHTS;
    case SCOPE_TOKEN:
        return HOLD_QUOTA_TOKEN;
    case SCOPE_ACCOUNT:
        return HOLD_QUOTA_ACCOUNT;
    case SCOPE_USE_CASE:
        return HOLD_QUOTA_USE_CASE;
    case SCOPE_KIND_COUNT:
        break;
    }
    return HOLD_UNKNOWN;
}

static void say_scope(const struct scope *s, const struct figures *f, int64_t until_ms,
                      struct gate_verdict *out)
{
    *out = (struct gate_verdict){.reason = reason_of(s, f), .scope = s->kind, .until_ms = until_ms};
    snprintf(out->scope_id, sizeof out->scope_id, "%s", s->scope_id);
}

static bool hold_block(const struct scope *s, int64_t now_ms, struct gate_verdict *out)
{
    static const char *const phases[] = {"none", "blocked", "probe", "ramp"};
    const struct block *b = &s->block;
    enum block_phase phase = block_phase(b, now_ms);
    bool closed = phase == BLOCK_CLOSED;
    say_scope(s, NULL, closed ? b->resume_ms : now_ms + answer_ms, out);
    out->until_exact = closed && b->exact;
    double pct = s->slot_count > 0 ? scope_used_pct(s, 0, s->tier, now_ms) : -1;
    snprintf(out->detail, sizeof out->detail,
             "{\"rule\":\"%s\",\"code\":%d,\"block_since\":%lld,\"block_until\":%lld,"
             "\"named_by_api\":%s,\"strikes\":%d,\"ramp\":%d,\"in_flight\":%d,\"pct\":%.2f}",
             phases[phase], b->code, (long long)b->since_ms, (long long)b->until_ms,
             b->exact ? "true" : "false", b->strikes, b->ramp, s->in_flight, pct);
    return false;
}

static bool hold_line(const struct scope *s, const struct figures *f, const char *rule,
                      int64_t until_ms, int64_t now_ms, struct gate_verdict *out)
{
    const struct usage_reading *r = &f->slot->reading;
    bool seen = f->slot->seen;
    say_scope(s, f, until_ms, out);
    if (f->item_high > 0 && 0.9 * f->line / f->item_high < 1e5) {
        double fit = floor(0.9 * f->line / f->item_high);
        out->items_fit = fit > 1 ? (int)fit : 1;
    }
    snprintf(out->detail, sizeof out->detail,
             "{\"rule\":\"%s\",\"pct\":%.2f,\"threshold\":%.1f,\"target\":%.2f,\"header_pct\":%.2f,"
             "\"source\":\"%s\",\"age_s\":%lld,\"model_pct\":%.2f,\"call_pct\":%.3f,"
             "\"reserved_pct\":%.2f,\"in_flight\":%d,\"stuck\":%s,\"tier\":\"%s\"}",
             rule, f->used, f->threshold, f->target, seen ? r->pct : -1.0,
             seen ? usage_source_header(f->slot->source) : "model",
             seen ? (long long)((now_ms - r->at) / 1000) : -1LL,
             f->i == 0 ? scope_model_pct(s, f->tier, now_ms) : -1.0, f->call_mean, f->flight_mean,
             s->in_flight, f->slot->stuck.stuck ? "true" : "false", access_tier_name(f->tier));
    return false;
}

/* When the scope has fallen to target if nothing is sent; INT64_MAX = not within the horizon. */
static int64_t falls_to(const struct scope *s, const struct figures *f, double target,
                        int64_t now_ms)
{
    int64_t low = now_ms, high = now_ms + horizon_ms;
    if (target < 0 || scope_used_pct(s, f->i, f->tier, high) > target) {
        return INT64_MAX;
    }
    while (high - low > 100) {
        int64_t middle = low + (high - low) / 2;
        if (scope_used_pct(s, f->i, f->tier, middle) > target) {
            low = middle;
        } else {
            high = middle;
        }
    }
    return high;
}

/* How long a reading of 100 or more holds: to the reset it names, which may be the end of a block;
 * once it stood through that, calls were served all the same, and it is asked again as soon as it
 * ought to have fallen to the line. */
static int64_t over_ms(const struct slot *slot, double line)
{
    const struct usage_reading *r = &slot->reading;
    if (r->regain_s > 0) {
        double part = slot->stuck.successes > 1 ? 1 - line / r->pct : 1;
        return (int64_t)(1000.0 * (double)r->regain_s * part);
    }
    /* Full load is refused for a while, however fast it drains (reference 3.2, 4/1504022). */
    int64_t refused_ms =
        usage_source_is_load(slot->source)
            ? limit_row(SCOPE_APP_INSIGHTS, USE_CASE_NONE, r->access_tier)->block_s * 1000
            : 0;
    int64_t falls_ms = decay_time_ms(slot->decay, r->pct, line);
    return falls_ms > refused_ms ? falls_ms : refused_ms;
}

/* A reading on or above the line: one call at a time, and at 100 not before its reset or decay. */
static bool pass_over(const struct scope *s, const struct figures *f, int64_t now_ms,
                      struct gate_verdict *out)
{
    const struct slot *slot = f->slot;
    bool over = slot->seen && !slot->stuck.stuck && slot->level_ms == slot->reading.at &&
                slot->reading.pct >= f->line;
    if (!over) {
        return true;
    }
    if (s->in_flight > 0) {
        return hold_line(s, f, "one_at_a_time", now_ms + answer_ms, now_ms, out);
    }
    int64_t free_ms = slot->reading.at;
    if (slot->reading.pct >= 100) {
        free_ms += over_ms(slot, f->line);
    }
    if (now_ms < free_ms) {
        hold_line(s, f, "full", free_ms, now_ms, out);
        out->until_exact = slot->reading.regain_s > 0;
        return false;
    }
    return true;
}

/* Nothing tells what a call costs here: how many first ones may go side by side. One into an
 * account; two into a use case of it, which that one has shown to be open; the app's limits are
 * made for many accounts, but how heavy a query of insights is shows only with the first. */
static bool pass_unknown(const struct scope *s, const struct figures *f, int64_t now_ms,
                         struct gate_verdict *out)
{
    static const int first_calls[SCOPE_KIND_COUNT] = {[SCOPE_APP] = 6,
                                                      [SCOPE_APP_INSIGHTS] = 1,
                                                      [SCOPE_TOKEN] = 6,
                                                      [SCOPE_ACCOUNT] = 1,
                                                      [SCOPE_USE_CASE] = 2};
    return f->known || s->in_flight < first_calls[s->kind] ||
           hold_line(s, f, "first_answer", now_ms + first_answer_ms, now_ms, out);
}

static bool pass_line(const struct scope *s, const struct figures *f, int64_t now_ms,
                      struct gate_verdict *out)
{
    double used = f->used > 0 ? f->used : 0;
    double room = f->line - used - f->flight_high - f->call_high;
    if (room >= 0) {
        return true;
    }
    bool large = f->call_high > f->line * (1 - lone_share);
    double lone = f->line * lone_share;
    bool survives = used + f->call_high < 95 || used < 1;
    if (large && s->in_flight == 0 && used <= lone && survives) {
        return true;
    }
    double target = large ? (f->call_high < 95 ? fmin(lone, 94.9 - f->call_high) : 0.9)
                          : f->line - f->call_high - f->flight_high;
    int64_t until = falls_to(s, f, target, now_ms);
    if (until == INT64_MAX || until <= now_ms) {
        until = now_ms + (s->in_flight > 0 ? answer_ms : 60 * 1000);
    }
    struct figures aimed = *f;
    aimed.target = target;
    return hold_line(s, &aimed, "threshold", until, now_ms, out);
}

static bool pass_pace(const struct scope *s, const struct figures *f, double start_pct,
                      int64_t now_ms, struct gate_verdict *out)
{
    bool hourly = usage_source_is_hourly(f->slot->source);
    struct pace_input in = {
        .used_pct = f->used + f->flight_mean,
        .threshold_pct = f->line,
        .start_pct = start_pct,
        .period_s = hourly ? 3600.0 : f->line / decay_rate(f->slot->decay, f->line),
        .call_pct = f->call_mean,
    };
    int64_t ready = s->last_start_ms + pace_spacing_ms(&in);
    return ready <= now_ms || hold_line(s, f, "pacing", ready, now_ms, out);
}

static struct figures weigh(const struct scope *s, int i, const struct gate_call *call,
                            const struct scope_lines *lines, int64_t now_ms)
{
    enum access_tier tier = s->tier != ACCESS_UNKNOWN ? s->tier : lines->tier;
    struct slot_costs c = scope_costs(s, i, tier);
    double items = gate_items(call), units = gate_units(call);
    double threshold = lines->threshold_pct[i];
    double line = call->critical ? fmax(lines->critical_pct, threshold) : threshold;
    return (struct figures){
        .slot = &s->slots[i],
        .i = i,
        .tier = tier,
        .used = scope_used_pct(s, i, tier, now_ms),
        .threshold = threshold,
        .line = line,
        .target = line,
        .call_mean = slot_cost_mean(&c, items, units),
        .call_high = slot_cost_high(&c, items, units),
        .flight_mean = slot_cost_mean(&c, s->items_flight, s->units_flight),
        .flight_high = slot_cost_high(&c, s->items_flight, s->units_flight),
        .item_high = slot_cost_high(&c, items, units) / items,
        .known = c.known,
    };
}

bool scope_gate(const struct scope *s, const struct gate_call *call,
                const struct scope_lines *lines, int64_t now_ms, struct gate_verdict *out)
{
    if (s->in_flight >= block_allowed(&s->block, now_ms)) {
        return hold_block(s, now_ms, out);
    }
    for (int i = 0; i < s->slot_count; i++) {
        struct figures f = weigh(s, i, call, lines, now_ms);
        bool go = pass_over(s, &f, now_ms, out) && pass_unknown(s, &f, now_ms, out) &&
                  pass_line(s, &f, now_ms, out) &&
                  (call->critical || pass_pace(s, &f, lines->start_pct, now_ms, out));
        if (!go) {
            return false;
        }
    }
    return true;
}

/* The slot whose figure is closest to its line. */
static int worst_slot(const struct scope *s, const struct scope_lines *lines, int64_t now_ms)
{
    int worst = 0;
    double most = -1;
    for (int i = 0; i < s->slot_count; i++) {
        double share = scope_used_pct(s, i, lines->tier, now_ms) / lines->threshold_pct[i];
        if (share > most) {
            most = share;
            worst = i;
        }
    }
    return worst;
}

static void view_header(const struct slot *slot, struct scope_view *out)
{
    out->header_source = slot->source;
    out->header_regain_s = -1;
    if (slot->seen) {
        out->header_pct = slot->reading.pct;
        out->header_at = slot->reading.at;
        out->header_run_id = slot->reading.run_id;
        out->header_regain_s = slot->reading.regain_s;
        out->stuck = slot->stuck.stuck;
    }
}

static void view_block(const struct scope *s, int64_t now_ms, struct scope_view *out)
{
    const struct block *b = &s->block;
    enum block_phase phase = block_phase(b, now_ms);
    if (phase == BLOCK_NONE) {
        return;
    }
    bool closed = phase == BLOCK_CLOSED;
    out->throttled_since = closed ? b->series_ms : 0;
    out->blocked_since = b->since_ms;
    out->blocked_until = closed ? b->until_ms : 0;
    out->resume_at = closed ? b->resume_ms : 0;
    out->blocked_exact = b->exact;
    out->block_code = b->code;
    out->strikes = b->strikes;
    out->ramp = phase == BLOCK_PROBE ? 1 : b->ramp;
}

static enum reading_age age_of(const struct slot *slot, double model_pct, int64_t now_ms)
{
    static const int64_t fresh_ms = 60 * 1000;
    if (slot->seen && !slot->stuck.stuck) {
        return now_ms - slot->reading.at <= fresh_ms ? READING_FRESH : READING_OLD;
    }
    return model_pct >= 0 ? READING_MODEL : READING_NONE;
}

void scope_view_fill(const struct scope *s, const struct scope_lines *lines, int64_t now_ms,
                     struct scope_view *out)
{
    enum access_tier tier = s->tier != ACCESS_UNKNOWN ? s->tier : lines->tier;
    *out = (struct scope_view){
        .kind = s->kind,
        .use_case = s->use_case,
        .in_flight = s->in_flight,
        .tier = tier,
        .tier_assumed = s->tier == ACCESS_UNKNOWN,
        .header_pct = -1,
        .header_regain_s = -1,
        .header_decayed_pct = -1,
        .pct = -1,
        .ours_pct = -1,
        .published_pct = scope_published_pct(s, tier, now_ms),
        .model_pct = scope_model_pct(s, tier, now_ms),
        .published_max = limit_max(limit_row(s->kind, s->use_case, tier), s->active_ads),
        .age = READING_NONE,
    };
    snprintf(out->account_id, sizeof out->account_id, "%s", s->account_id);
    snprintf(out->scope_id, sizeof out->scope_id, "%s", s->scope_id);
    view_block(s, now_ms, out);
    if (s->slot_count == 0) {
        return;
    }
    int i = worst_slot(s, lines, now_ms);
    const struct slot *slot = &s->slots[i];
    struct slot_costs c = scope_costs(s, i, tier);
    view_header(slot, out);
    out->header_decayed_pct = scope_header_pct(s, i, tier, now_ms);
    out->pct = scope_used_pct(s, i, tier, now_ms);
    out->ours_pct = scope_ours_pct(s, i, tier, now_ms);
    out->age = age_of(slot, out->model_pct, now_ms);
    out->threshold_pct = lines->threshold_pct[i];
    out->reserved_pct = slot_cost_mean(&c, s->items_flight, s->units_flight);
    out->slope_pct_h = forecast_slope_h(&slot->forecast, now_ms);
    out->threshold_at = forecast_reach(out->pct, out->slope_pct_h, out->threshold_pct, now_ms);
    out->full_at = forecast_reach(out->pct, out->slope_pct_h, 100, now_ms);
    out->pct_per_call = c.item_pct;
    out->pct_per_unit = c.unit_pct;
    out->calibration_samples = c.samples;
    out->cost_driver = c.driver;
}
