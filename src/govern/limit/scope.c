#include "govern/limit/scope.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "govern/calibrate.h"

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

static void rates_add(struct rates *r, double value)
{
    r->value[r->next] = value;
    r->next = (r->next + 1) % SCOPE_RATES;
    r->count += r->count < SCOPE_RATES;
}

static double rates_median(const struct rates *r)
{
    double copy[SCOPE_RATES];
    memcpy(copy, r->value, sizeof copy);
    return calibrate_median(copy, (size_t)r->count);
}

static void slot_init(struct scope *s, enum usage_source source, double period_s)
{
    struct slot *slot = &s->slots[s->slot_count++];
    slot->source = source;
    slot->decay = decay_prior(period_s);
}

static void slots_init(struct scope *s)
{
    double period = (double)limit_row(s->kind, s->use_case, ACCESS_UNKNOWN)->period_s;
    switch (s->kind) {
    case SCOPE_APP:
        slot_init(s, USAGE_APP, period);
        break;
    case SCOPE_APP_INSIGHTS:
        slot_init(s, USAGE_INSIGHTS_APP, period);
        break;
    case SCOPE_ACCOUNT:
        slot_init(s, USAGE_ACCOUNT, period);
        break;
    case SCOPE_USE_CASE:
        slot_init(s, USAGE_BUC, period);
        if (s->use_case == USE_CASE_ADS_INSIGHTS) {
            /* load per second, not an hour's quota: it falls as fast as the score at least */
            slot_init(s, USAGE_INSIGHTS, 300);
        }
        break;
    case SCOPE_TOKEN:
    case SCOPE_KIND_COUNT:
        break;
    }
}

struct scope *scope_create(enum scope_kind kind, enum use_case use_case, const char *account_id)
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
    slots_init(s);
    return s;
}

void scope_destroy(struct scope *s)
{
    if (s) {
        free(s->window);
        free(s);
    }
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
    double items = 0, units = 0;
    if (s->window) {
        window_model_sum(s->window, now_ms, now_ms, &items, &units);
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

/* What is left of a rolling hour's reading: our own calls leave when their minute does, the share
 * of others is taken to fall evenly. */
static double window_left(const struct scope *s, const struct slot *slot, int64_t now_ms)
{
    double even = 1.0 - (double)(now_ms - slot->level_ms) / 3600e3;
    double items = 0, units = 0, left = even > 0 ? even : 0;
    if (slot->items_at >= 10) {
        window_model_sum(s->window, slot->level_ms, now_ms, &items, &units);
        double by_items = items / slot->items_at;
        double by_units = slot->units_at > 0 ? units / slot->units_at : 0;
        left = by_items > by_units ? by_items : by_units;
    }
    return left < 1 ? left : 1;
}

static bool is_window(const struct scope *s, const struct slot *slot)
{
    return s->window && slot->source != USAGE_INSIGHTS;
}

/* The last level, decayed; what was answered since is not in it. */
static double level_now(const struct scope *s, const struct slot *slot, int64_t now_ms)
{
    if (is_window(s, slot)) {
        return slot->level_pct * window_left(s, slot, now_ms);
    }
    const struct usage_reading *r = &slot->reading;
    if (slot->source == USAGE_ACCOUNT && r->regain_s > 0 && now_ms >= r->at + r->regain_s * 1000) {
        return 0; /* reset_time_duration has passed */
    }
    return decay_after(&slot->decay, slot->level_pct, now_ms - slot->level_ms);
}

static double after_share(const struct slot *slot, int64_t now_ms)
{
    double dt = (double)(now_ms - slot->after_ms);
    return dt > 0 ? exp(-dt / 1000.0 / slot->decay.period_s) : 1;
}

struct slot_costs scope_costs(const struct scope *s, int i, enum access_tier tier)
{
    const struct slot *slot = &s->slots[i];
    double max = limit_max(row_of(s, tier), s->active_ads);
    bool published = max > 0 && slot->source != USAGE_INSIGHTS;
    double prior = published ? 100 / max : unpublished_call_pct;
    struct slot_costs out = {prior, prior, slot->per_item.count};
    if (out.samples > 0) {
        out.item_pct = rates_median(&slot->per_item);
        out.unit_pct = rates_median(&slot->per_unit);
    }
    return out;
}

double slot_cost_mean(const struct slot_costs *c, double items, double units)
{
    return 0.5 * (items * c->item_pct + units * c->unit_pct);
}

double slot_cost_high(const struct slot_costs *c, double items, double units)
{
    double a = items * c->item_pct, b = units * c->unit_pct;
    return a > b ? a : b;
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
    double pct = s->slots[i].stuck.stuck ? -1 : scope_header_pct(s, i, tier, now_ms);
    double model = i == 0 ? scope_model_pct(s, tier, now_ms) : -1;
    return model > pct ? model : pct;
}

void scope_start(struct scope *s, const struct gate_call *call, int64_t now_ms)
{
    s->in_flight++;
    s->items_flight += gate_items(call);
    s->units_flight += gate_units(call);
    s->last_start_ms = now_ms;
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
    if (s->window) {
        window_model_add(s->window, items, units, now_ms);
    } else if (s->kind == SCOPE_ACCOUNT) {
        score_model_add(&s->score, items, row_of(s, tier)->period_s, now_ms);
    }
    for (int i = 0; i < s->slot_count; i++) {
        struct slot *slot = &s->slots[i];
        double share = after_share(slot, now_ms);
        slot->items_after = slot->items_after * share + items;
        slot->units_after = slot->units_after * share + units;
        slot->after_ms = now_ms;
        slot->base_items += items;
        slot->base_units += units;
    }
}

/* A new sample of what calls cost once there is enough to see; fractional headers show it sooner.
 */
static void learn_cost(struct slot *slot, double pct, int64_t now_ms)
{
    static const double many_items = 200;
    bool whole = slot->source == USAGE_APP || slot->source == USAGE_BUC;
    double rise = pct - slot->base_pct + slot->base_fall;
    bool enough = slot->base_ms > 0 && slot->base_items >= 1 &&
                  (rise >= (whole ? 2.0 : 0.3) || slot->base_items >= many_items);
    if (enough) {
        double seen = rise > 0 ? rise : 0;
        rates_add(&slot->per_item, seen / slot->base_items);
        rates_add(&slot->per_unit, seen / slot->base_units);
    }
    bool stale = now_ms - slot->base_ms > (int64_t)(slot->decay.period_s * 250);
    if (slot->base_ms == 0 || enough || stale) {
        slot->base_pct = pct;
        slot->base_ms = now_ms;
        slot->base_fall = 0;
        slot->base_items = 0;
        slot->base_units = 0;
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
    if (s->window) {
        window_model_sum(s->window, now_ms, now_ms, &slot->items_at, &slot->units_at);
    }
}

/* The fall between two readings, from what the later one should have been without decay; only a
 * stretch in which next to nothing was sent shows it. */
static void learn_decay(struct scope *s, struct slot *slot, double own_pct,
                        const struct usage_reading *r)
{
    double fall = slot->level_pct - r->pct;
    if (!is_window(s, slot) && own_pct < 0.1 * fall && s->in_flight == 0) {
        decay_learn(&slot->decay, slot->level_pct, r->pct, r->at - slot->level_ms);
    }
}

static void read_slot(struct scope *s, int i, const struct usage_reading *r, bool ok,
                      enum access_tier tier)
{
    struct slot *slot = &s->slots[i];
    if (slot->seen) {
        struct slot_costs costs = scope_costs(s, i, tier);
        double own = slot_cost_mean(&costs, slot->items_after, slot->units_after);
        slot->base_fall += slot->level_pct - level_now(s, slot, r->at);
        learn_decay(s, slot, own, r);
    }
    learn_cost(slot, r->pct, r->at);
    stuck_step(&slot->stuck, r->pct, ok, r->at);
    forecast_add(&slot->forecast, r->pct, r->at);
    slot->reading = *r;
    slot->seen = true;
    set_level(s, slot, r->pct, r->at);
}

void scope_read(struct scope *s, int i, const struct usage_reading *reading, bool ok,
                enum access_tier tier, int64_t now_ms)
{
    struct slot *slot = &s->slots[i];
    if (reading && slot->seen && reading->at < slot->reading.at) {
        return;
    }
    if (reading) {
        if (reading->access_tier != ACCESS_UNKNOWN) {
            s->tier = reading->access_tier;
        }
        read_slot(s, i, reading, ok, tier);
        if (i == 0 && !slot->stuck.stuck) {
            learn_ratio(s, reading->pct, tier, reading->at);
        }
        return;
    }
    /* Others came, this one did not: it is near zero (reference 1.2), if it was ever sent here. */
    if (slot->seen && ok) {
        double pct = level_now(s, slot, now_ms);
        set_level(s, slot, pct < absent_pct ? pct : absent_pct, now_ms);
        slot->base_ms = 0;
        slot->stuck = (struct stuck){0};
        if (i == 0) {
            learn_ratio(s, absent_pct, tier, now_ms);
        }
    }
}

void scope_throttled(struct scope *s, const struct api_error *error, int64_t regain_ms,
                     bool minutes, enum access_tier tier, int64_t now_ms)
{
    const struct limit_row *row = row_of(s, tier);
    int64_t wait = error->wait_ms > regain_ms ? error->wait_ms : regain_ms;
    struct block_cause cause = {
        .wait_ms = wait,
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
