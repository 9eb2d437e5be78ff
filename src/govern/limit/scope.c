#include "govern/limit/scope.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "govern/limit/scope_window.h"

/* Where no limit is published a call is assumed to cost this much until it was measured. */
static const double unpublished_call_pct = 0.2;
/* A reading that is not sent is effectively zero (reference 1.2): below this. */
static const double absent_pct = 1.0;
static const int64_t floor_half_ms = 2 * 3600 * 1000;

double gate_items(const struct gate_call *call)
{
    return call->items > 0 ? call->items : 1;
}

double gate_units(const struct gate_call *call)
{
    return call->cost > 0 ? call->cost : gate_items(call);
}

/* Ties slot i to what all scopes of the kind have shown. */
static void slot_tie(struct slot *slot, struct scope_common *common, int i)
{
    slot->decay = &common->decay[i];
    slot->drain = usage_source_is_hourly(slot->source) ? NULL : &common->drain[i];
    slot->cost.common = &common->known[i];
    slot->ours.common = &common->ours[i];
}

static void slot_init(struct scope *s, struct scope_common *common, enum usage_source source,
                      double period_s)
{
    int i = s->slot_count++;
    struct slot *slot = &s->slots[i];
    slot->source = source;
    call_cost_init(&slot->cost, &common->known[i], usage_source_is_hourly(source) ? 1 : 0.01);
    slot_tie(slot, common, i);
    if (slot->decay->period_s <= 0) {
        *slot->decay = decay_prior(period_s);
        /* Until drain.h knows better. */
        slot->decay->shape = usage_source_is_load(source) ? DECAY_EVEN : DECAY_SLOWER;
    }
}

static void slots_init(struct scope *s, struct scope_common *common)
{
    double period = (double)limit_row(s->kind, s->use_case, ACCESS_UNKNOWN)->period_s;
    switch (s->kind) {
    case SCOPE_APP:
        slot_init(s, common, USAGE_APP, period);
        break;
    case SCOPE_APP_INSIGHTS:
        slot_init(s, common, USAGE_INSIGHTS_APP, period);
        break;
    case SCOPE_ACCOUNT:
        slot_init(s, common, USAGE_ACCOUNT, period);
        s->slots[0].cost.driver = COST_BY_ITEMS; /* a read is a point, however heavy */
        break;
    case SCOPE_USE_CASE:
        slot_init(s, common, USAGE_BUC, period);
        if (s->use_case == USE_CASE_ADS_INSIGHTS) {
            /* load per second, not an hour's quota: it falls as fast as the score at least */
            slot_init(s, common, USAGE_INSIGHTS, 300);
        }
        break;
    case SCOPE_TOKEN:
    case SCOPE_KIND_COUNT:
        break;
    }
}

struct scope *scope_create(enum scope_kind kind, enum use_case use_case, const char *account_id,
                           struct scope_common *common)
{
    struct scope *s = calloc(1, sizeof *s);
    bool hourly = kind == SCOPE_USE_CASE || kind == SCOPE_APP;
    if (!s || (hourly && !(s->window = calloc(1, sizeof *s->window)))) {
        free(s);
        return NULL;
    }
    s->kind = kind;
    s->use_case = use_case;
    s->last_start_ms = INT64_MIN / 2;
    snprintf(s->account_id, sizeof s->account_id, "%s", account_id);
    if (kind == SCOPE_USE_CASE) {
        snprintf(s->scope_id, sizeof s->scope_id, "%s/%s", account_id, use_case_name(use_case));
    } else {
        snprintf(s->scope_id, sizeof s->scope_id, "%s",
                 kind == SCOPE_ACCOUNT ? account_id
                 : kind == SCOPE_TOKEN ? "token"
                                       : "app");
    }
    slots_init(s, common);
    return s;
}

void scope_destroy(struct scope *s)
{
    if (s) {
        free(s->window);
        free(s);
    }
}

struct scope *scope_copy(const struct scope *s, struct scope_common *common)
{
    struct scope *copy = malloc(sizeof *copy);
    struct window_model *window = s->window ? malloc(sizeof *window) : NULL;
    if (!copy || (s->window && !window)) {
        free(copy);
        free(window);
        return NULL;
    }
    *copy = *s;
    copy->window = window;
    if (window) {
        *window = *s->window;
    }
    for (int i = 0; i < copy->slot_count; i++) {
        slot_tie(&copy->slots[i], common, i);
        copy->slots[i].drain = NULL;
    }
    return copy;
}

static enum access_tier tier_of(const struct scope *s, enum access_tier tier)
{
    return s->tier != ACCESS_UNKNOWN ? s->tier : tier;
}

static const struct limit_row *row_of(const struct scope *s, enum access_tier tier)
{
    return limit_row(s->kind, s->use_case, tier_of(s, tier));
}

double scope_published_pct(const struct scope *s, enum access_tier tier, int64_t now_ms)
{
    const struct limit_row *row = row_of(s, tier);
    double max = limit_max(row, s->active_ads);
    if (max <= 0) {
        return -1;
    }
    double items = 0;
    if (s->window) {
        items = window_model_sum(s->window, now_ms, now_ms).items;
    } else {
        items = score_model_points(&s->score, row->period_s, now_ms);
    }
    return 100 * items / max;
}

/* What one per cent of the published model is worth in header per cent. */
static double model_ratio(const struct scope *s, int64_t now_ms)
{
    double ratio = s->ratio.count > 0 ? rates_median(&s->ratio) : 1;
    double age = (double)(now_ms - s->floor_ms) / (double)floor_half_ms;
    double floor = s->ratio_floor > 0 ? s->ratio_floor * pow(0.5, age > 0 ? age : 0) : 0;
    return ratio > floor ? ratio : floor;
}

/* The header of a score names its reset. */
static bool resets_evenly(const struct slot *slot)
{
    const struct usage_reading *r = &slot->reading;
    return slot->source == USAGE_ACCOUNT && r->regain_s > 0 && slot->level_ms == r->at;
}

/* The last level, decayed; what was answered since is not in it. */
static double level_now(const struct scope *s, const struct slot *slot, int64_t now_ms)
{
    if (usage_source_is_hourly(slot->source)) {
        return scope_window_left(s, slot, now_ms);
    }
    if (resets_evenly(slot)) {
        return decay_to_reset(slot->level_pct, slot->reading.regain_s, now_ms - slot->level_ms);
    }
    return decay_after(slot->decay, slot->level_pct, now_ms - slot->level_ms);
}

static double after_share(const struct slot *slot, int64_t now_ms)
{
    double dt = (double)(now_ms - slot->after_ms);
    return dt > 0 ? exp(-dt / 1000.0 / slot->decay->period_s) : 1;
}

struct slot_costs scope_costs(const struct scope *s, int i, enum access_tier tier)
{
    const struct slot *slot = &s->slots[i];
    double max = limit_max(row_of(s, tier), s->active_ads);
    bool published = max > 0 && slot->source != USAGE_INSIGHTS;
    double prior = published ? 100 / max : unpublished_call_pct;
    return call_cost_get(&slot->cost, prior);
}

double scope_header_pct(const struct scope *s, int i, enum access_tier tier, int64_t now_ms)
{
    const struct slot *slot = &s->slots[i];
    if (!slot->seen) {
        return -1;
    }
    struct slot_costs costs = scope_costs(s, i, tier);
    double share = after_share(slot, now_ms);
    return level_now(s, slot, now_ms) +
           share * slot_cost_mean(&costs, slot->items_after, slot->units_after);
}

double scope_model_pct(const struct scope *s, enum access_tier tier, int64_t now_ms)
{
    double published = scope_published_pct(s, tier, now_ms);
    return published < 0 ? -1 : published * model_ratio(s, now_ms);
}

double scope_used_pct(const struct scope *s, int i, enum access_tier tier, int64_t now_ms)
{
    const struct slot *slot = &s->slots[i];
    double pct = slot->stuck.stuck ? -1 : scope_header_pct(s, i, tier, now_ms);
    /* The model falls in the slowest shape there is; not where the header tells the shape, unless
     * it was not worth trusting of late. */
    bool told = !slot->stuck.stuck && resets_evenly(slot) && s->ratio_floor <= 0;
    double model = i == 0 && !told ? scope_model_pct(s, tier, now_ms) : -1;
    return model > pct ? model : pct;
}

void scope_start(struct scope *s, const struct gate_call *call, int64_t now_ms)
{
    s->in_flight++;
    s->items_flight += gate_items(call);
    s->units_flight += gate_units(call);
    s->last_start_ms = now_ms;
}

void scope_count_call(struct scope *s, double items, double units, enum access_tier tier,
                      int64_t at_ms)
{
    if (s->window) {
        window_model_add(s->window, items, units, at_ms);
    } else if (s->kind == SCOPE_ACCOUNT) {
        score_model_add(&s->score, items, row_of(s, tier)->period_s, at_ms);
    }
    for (int i = 0; i < s->slot_count; i++) {
        struct slot *slot = &s->slots[i];
        ours_count(&slot->ours, items, slot->decay->period_s, at_ms);
    }
}

double scope_ours_pct(const struct scope *s, int i, enum access_tier tier, int64_t now_ms)
{
    const struct slot *slot = &s->slots[i];
    double used = scope_used_pct(s, i, tier, now_ms);
    double items = ours_left(&slot->ours, slot->decay->period_s, now_ms);
    if (used < 0 || usage_source_is_load(slot->source)) {
        return -1;
    }
    if (usage_source_is_hourly(slot->source)) {
        items = window_model_sum(s->window, now_ms, now_ms).items;
    }
    return fmin(used, ours_pct(&slot->ours, items));
}

void scope_end(struct scope *s, const struct gate_call *call, bool sent, enum access_tier tier,
               int64_t now_ms)
{
    double items = gate_items(call), units = gate_units(call);
    if (s->in_flight > 0) {
        s->in_flight--;
        s->items_flight -= items;
        s->units_flight -= units;
    }
    if (s->in_flight == 0) {
        s->items_flight = 0;
        s->units_flight = 0;
    }
    if (!sent) {
        return;
    }
    scope_count_call(s, items, units, tier, now_ms);
    for (int i = 0; i < s->slot_count; i++) {
        struct slot *slot = &s->slots[i];
        double share = after_share(slot, now_ms);
        slot->items_after = slot->items_after * share + items;
        slot->units_after = slot->units_after * share + units;
        slot->after_ms = now_ms;
        slot->answers++;
        call_cost_sent(&slot->cost, items, units);
        ours_sent(&slot->ours, items);
    }
}

static void learn_ratio(struct scope *s, double pct, enum access_tier tier, int64_t now_ms)
{
    static const double most = 500;
    double published = scope_published_pct(s, tier, now_ms);
    if (published > 0.02 && (pct >= 3 || published >= 10)) {
        double ratio = pct / published;
        rates_add(&s->ratio, ratio < most ? ratio : most);
    }
}

static void set_level(struct scope *s, struct slot *slot, double pct, int64_t now_ms)
{
    slot->level_pct = pct;
    slot->level_ms = now_ms;
    slot->items_after = 0;
    slot->units_after = 0;
    slot->answers = 0;
    if (s->window) {
        slot->sum_at = window_model_sum(s->window, now_ms, now_ms);
    }
}

/* The reading before and this one, with one answer between them. A figure that stands at 100 tells
 * nothing of how it falls. */
static void learn_decay(const struct scope *s, const struct slot *slot,
                        const struct usage_reading *r)
{
    bool alone = s->answer != 0 && slot->answers == 1 && slot->level_ms == slot->reading.at;
    if (!slot->drain || !alone || slot->stuck.stuck || resets_evenly(slot)) {
        return;
    }
    struct drain_pair pair = {.before = slot->level_pct,
                              .after = r->pct,
                              .dt_s = (double)(r->at - slot->level_ms) / 1000.0,
                              .kind = s->answer};
    if (drain_add(slot->drain, &pair, slot->decay->period_s) && drain_due(slot->drain)) {
        drain_fit(slot->drain, slot->decay);
    }
}

static void read_slot(struct scope *s, int i, const struct usage_reading *r, bool ok)
{
    struct slot *slot = &s->slots[i];
    if (slot->seen) {
        call_cost_fell(&slot->cost, slot->level_pct - level_now(s, slot, r->at));
        learn_decay(s, slot, r);
    }
    double level = r->pct;
    if (usage_source_is_hourly(slot->source)) {
        level = scope_window_level(s, slot, r);
        slot->cost.driver = cost_driver_of(r->call_count, r->total_cputime, r->total_time);
    }
    /* At 100 Meta refuses: a call that succeeds there tells that the reading is late or stands,
     * not what the call cost; and from one such reading to the next nothing rose but what was
     * thought to have fallen. */
    if (r->pct >= 100 && (ok || slot->cost.base_pct >= 100)) {
        call_cost_rebase(&slot->cost, r->pct, r->at);
    } else {
        call_cost_read(&slot->cost, r->pct, slot->decay->period_s, r->at);
    }
    stuck_step(&slot->stuck, r->pct, ok, r->at);
    forecast_add(&slot->forecast, r->pct, r->at);
    slot->reading = *r;
    slot->seen = true;
    set_level(s, slot, level, r->at);
}

void scope_answer(struct scope *s, const struct gate_call *call, int64_t bytes, bool ok)
{
    bool whole_app = s->account_id[0] == '\0';
    s->answer = drain_kind(whole_app ? NULL : s->account_id, (int)call->call_class,
                           gate_units(call), bytes, ok);
}

void scope_answered(struct scope *s)
{
    s->answer = 0;
}

/* A score that falls evenly is lower than it can be by now: the answer was given before the one
 * that was read last, and is part of that one's figure. */
static bool is_older(const struct scope *s, const struct slot *slot, const struct usage_reading *r)
{
    static const double rounding_pct = 0.5;
    return slot->seen && resets_evenly(slot) && r->at - slot->reading.at <= SIDE_BY_SIDE_MS &&
           r->pct + rounding_pct < level_now(s, slot, r->at);
}

/* Left out: it is near zero (reference 1.2), if it was ever sent here. */
static void left_out(struct scope *s, int i, int64_t now_ms)
{
    struct slot *slot = &s->slots[i];
    call_cost_absent(&slot->cost, absent_pct, slot->decay->period_s, now_ms);
    ours_read(&slot->ours, 0, absent_pct, slot->decay->period_s, s->in_flight, now_ms);
    if (slot->seen) {
        double pct = level_now(s, slot, now_ms);
        set_level(s, slot, pct < absent_pct ? pct : absent_pct, now_ms);
        slot->stuck = (struct stuck){0};
    }
}

void scope_read(struct scope *s, int i, const struct usage_reading *reading, bool ok,
                enum access_tier tier, int64_t now_ms)
{
    struct slot *slot = &s->slots[i];
    if (reading && is_older(s, slot, reading)) {
        slot->items_after = 0;
        slot->units_after = 0;
        return;
    }
    if (reading && slot->seen && reading->at < slot->reading.at) {
        return;
    }
    if (reading) {
        if (reading->access_tier != ACCESS_UNKNOWN) {
            s->tier = reading->access_tier;
        }
        read_slot(s, i, reading, ok);
        ours_read(&slot->ours, reading->pct, slot->cost.resolution, slot->decay->period_s,
                  s->in_flight, reading->at);
        if (i == 0 && !slot->stuck.stuck) {
            learn_ratio(s, reading->pct, tier, reading->at);
        }
        return;
    }
    if (ok) {
        left_out(s, i, now_ms);
    }
    if (slot->seen && ok && i == 0) {
        learn_ratio(s, absent_pct, tier, now_ms);
    }
}

void scope_silent(struct scope *s, int i, int64_t now_ms)
{
    const struct slot *slot = &s->slots[i];
    int64_t whole_ms = (int64_t)(slot->decay->period_s * 1000);
    int64_t told_ms = slot->reading.at > s->block.since_ms ? slot->reading.at : s->block.since_ms;
    if (!slot->seen || now_ms - told_ms > whole_ms) {
        left_out(s, i, now_ms);
    }
}

void scope_throttled(struct scope *s, const struct api_error *error, int64_t regain_ms,
                     bool minutes, enum access_tier tier, int64_t now_ms)
{
    const struct limit_row *row = row_of(s, tier);
    int64_t wait = error->wait_ms > regain_ms ? error->wait_ms : regain_ms;
    struct block_cause cause = {
        .wait_ms = wait,
        .by_api = regain_ms > 0 || error->wait_named,
        .minutes = minutes,
        .default_ms = row->block_s * 1000,
        .code = error->code,
        .in_flight = s->in_flight,
        .name = s->scope_id,
    };
    block_hit(&s->block, &cause, now_ms);
    double published = scope_published_pct(s, tier, now_ms);
    double used = s->slot_count > 0 ? scope_used_pct(s, 0, tier, now_ms) : -1;
    /* Not announced: what we had counted by now was a full limit. Below 5 % of the published one
     * it was not our doing, and nothing is learned. */
    if (used < 90 && published >= 5) {
        s->ratio = (struct rates){0};
        s->ratio_floor = 100 / published;
        s->floor_ms = now_ms;
    }
}
