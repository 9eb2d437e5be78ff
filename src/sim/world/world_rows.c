/*
 * Rows of insights. Outermost the entities of the level, then the periods, then the cells; a
 * position is these three in one number. An entity's figures are summed from the ads below it when
 * the iteration reaches it, so a page costs the ads it shows, and passing over an ad that did not
 * deliver costs tens of nanoseconds.
 */
#include "sim/world/world_impl.h"
#include <stdlib.h>
#include <string.h>

#define PERIOD_BITS 16
#define CELL_BITS 16

struct period {
    int32_t start, stop;
};

struct world_rows {
    struct world *world;
    struct account *account;
    struct world_query query;
    int64_t now_ms, as_of_ms;
    int32_t lo, hi;           /* days that can have figures; lo > hi = none */
    struct day_clock *clocks; /* of lo..hi */
    uint32_t entities, cells;
    uint32_t entity, period, cell; /* the next to show */
    bool fresh;                    /* `sums` are those of (entity, period) */
    bool have_entity;
    struct world_entity view;   /* of entity, when have_entity */
    struct world_metrics *sums; /* one a cell */
    uint32_t *weights;          /* cells + 1 */
    uint32_t span_ad;           /* whose spans are kept: a row a day asks for the same ones */
    struct spans spans;
};

static const enum entity_kind kind_of_level[LEVEL_COUNT] = {
    [LEVEL_CAMPAIGN] = ENTITY_CAMPAIGN, [LEVEL_ADSET] = ENTITY_ADSET, [LEVEL_AD] = ENTITY_AD};

/* ---- periods */

/* Months since year 0 of a day, and back to the month's first day. */
static int32_t month_of(int32_t day)
{
    int32_t z = day + 719468;
    int32_t era = z / 146097;
    int32_t doe = z - era * 146097;
    int32_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    int32_t mp = (5 * (doe - (365 * yoe + yoe / 4 - yoe / 100)) + 2) / 153;
    return (yoe + era * 400) * 12 + mp + 2; /* mp 0 = March */
}

static int32_t month_start(int32_t month)
{
    int32_t shifted = month - 2, year = shifted / 12, mp = shifted % 12;
    int32_t era = year / 400, yoe = year - era * 400;
    return era * 146097 + yoe * 365 + yoe / 4 - yoe / 100 + (153 * mp + 2) / 5 - 719468;
}

static struct period period_at(const struct world_query *query, uint32_t index)
{
    struct period out = {query->since, query->until};
    if (query->increment == WORLD_MONTHLY) {
        int32_t month = month_of(query->since) + (int32_t)index;
        out.start = index ? month_start(month) : query->since;
        out.stop = month_start(month + 1) - 1;
    } else if (query->increment > 0) {
        out.start = query->since + (int32_t)index * query->increment;
        out.stop = out.start + query->increment - 1;
    }
    out.stop = out.stop < query->until ? out.stop : query->until;
    return out;
}

static uint32_t period_of(const struct world_query *query, int32_t day)
{
    if (query->increment == WORLD_MONTHLY) {
        return (uint32_t)(month_of(day) - month_of(query->since));
    }
    return query->increment > 0 ? (uint32_t)((day - query->since) / query->increment) : 0;
}

/* ---- which ads count into an entity */

/* Whether the ad lies at or below the scope. */
static bool ad_in_scope(const struct world_rows *rows, uint32_t ad)
{
    const struct world_query *query = &rows->query;
    if (!query->scoped) {
        return true;
    }
    uint32_t index = ad;
    for (enum entity_kind kind = ENTITY_AD; kind > query->scope.kind; kind--) {
        index = rows->account->list[kind].at[index].parent;
    }
    return index == query->scope.index;
}

/* Whether the entity of the level can hold ads of the scope: one is the other's ancestor. */
static bool entity_in_scope(const struct world_rows *rows, enum entity_kind kind, uint32_t index)
{
    const struct world_query *query = &rows->query;
    if (!query->scoped) {
        return true;
    }
    enum entity_kind upper = kind < query->scope.kind ? kind : query->scope.kind;
    uint32_t other = query->scope.index;
    for (enum entity_kind at = kind; at > upper; at--) {
        index = rows->account->list[at].at[index].parent;
    }
    for (enum entity_kind at = query->scope.kind; at > upper; at--) {
        other = rows->account->list[at].at[other].parent;
    }
    return index == other;
}

/* Without a look at its schedule: false = it cannot have delivered in the range. */
static bool may_deliver(const struct world_rows *rows, const struct ent *ent)
{
    const struct day_clock *first = &rows->clocks[0], *last = &rows->clocks[rows->hi - rows->lo];
    const struct world *world = rows->world;
    if (world_ms(world, ent->created_s) >= last->to_ms) {
        return false;
    }
    bool ended = ent->stop_s != ENT_OPEN && world_ms(world, ent->stop_s) <= first->from_ms;
    return !ended || (ent->status < WORLD_ARCHIVED && last->to_ms > world->config.base_ms);
}

static bool spans_touch(const struct world_rows *rows, const struct spans *spans,
                        struct period period)
{
    int64_t from = rows->clocks[period.start - rows->lo].from_ms;
    int64_t to = rows->clocks[period.stop - rows->lo].to_ms;
    for (uint32_t i = 0; i < spans->count; i++) {
        if (spans->at[i].from_ms < to && spans->at[i].to_ms > from) {
            return true;
        }
    }
    return false;
}

static bool keep_ad(const struct world_rows *rows, uint32_t ad)
{
    struct world_entity view;
    struct world_ref ref = {rows->account->index, ENTITY_AD, ad};
    return !rows->query.keep_ad || (world_entity(rows->world, ref, rows->now_ms, &view) &&
                                    rows->query.keep_ad(rows->query.ctx, &view));
}

/* The ad's share of a period (clipped to lo..hi) into the sums. */
static void add_ad(struct world_rows *rows, uint32_t ad, struct period period)
{
    const struct ent *ent = &rows->account->list[ENTITY_AD].at[ad];
    if (!may_deliver(rows, ent) || !ad_in_scope(rows, ad)) {
        return;
    }
    if (rows->span_ad != ad) {
        world_spans(rows->world, rows->account, ad, rows->as_of_ms, &rows->spans);
        rows->span_ad = ad;
    }
    if (!spans_touch(rows, &rows->spans, period) || !keep_ad(rows, ad)) {
        return;
    }
    uint64_t key = world_ref_key(rows->world, rows->account, ENTITY_AD, ad);
    if (rows->cells > 1) {
        world_cell_weights(rows->account, rows->query.breakdowns, key, rows->weights);
    }
    for (int32_t day = period.start; day <= period.stop; day++) {
        struct parts parts, cell;
        const struct day_clock *clock = &rows->clocks[day - rows->lo];
        if (!world_parts(&(struct ad){rows->account, ent, key}, clock, &rows->spans, false,
                         &parts)) {
            continue;
        }
        if (rows->cells == 1) {
            world_parts_add(rows->account, &parts, &rows->sums[0]);
            continue;
        }
        uint64_t day_key = world_mix(key, (uint64_t)day);
        for (uint32_t i = 0; i < rows->cells; i++) {
            world_cell_parts(&parts, day_key, rows->weights, i, &cell);
            world_parts_add(rows->account, &cell, &rows->sums[i]);
        }
    }
}

static void add_adset(struct world_rows *rows, uint32_t adset, struct period period)
{
    const struct ents *ads = &rows->account->list[ENTITY_AD];
    uint32_t ad = rows->account->list[ENTITY_ADSET].at[adset].first;
    for (; ad != ENT_NONE; ad = ads->at[ad].next) {
        add_ad(rows, ad, period);
    }
}

static void add_campaign(struct world_rows *rows, uint32_t campaign, struct period period)
{
    const struct ents *adsets = &rows->account->list[ENTITY_ADSET];
    uint32_t adset = rows->account->list[ENTITY_CAMPAIGN].at[campaign].first;
    for (; adset != ENT_NONE; adset = adsets->at[adset].next) {
        add_adset(rows, adset, period);
    }
}

static void add_metrics(struct world_metrics *sum, const struct world_metrics *day)
{
    sum->spend_micros += day->spend_micros;
    sum->impressions += day->impressions;
    sum->clicks += day->clicks;
    for (int a = 0; a < WORLD_ACTION_COUNT; a++) {
        for (int w = 0; w < WORLD_WINDOW_COUNT; w++) {
            sum->count[a][w] += day->count[a][w];
            sum->value_micros[a][w] += day->value_micros[a][w];
        }
    }
}

static void sum_account(struct world_rows *rows, struct period period)
{
    if (rows->cells == 1 && !rows->query.keep_ad && !rows->query.scoped) {
        for (int32_t day = period.start; day <= period.stop; day++) {
            struct world_metrics scratch;
            add_metrics(&rows->sums[0],
                        world_total(rows->world, rows->account, day, rows->now_ms, &scratch));
        }
        return;
    }
    for (uint32_t ad = 0; ad < rows->account->list[ENTITY_AD].count; ad++) {
        add_ad(rows, ad, period);
    }
}

/* ---- the iteration */

struct world_rows *world_rows_create(struct world *world, const struct world_query *query,
                                     uint64_t position, int64_t now_ms)
{
    struct world_rows *rows = calloc(1, sizeof *rows);
    if (!rows) {
        return NULL;
    }
    struct account *account = &world->accounts[query->account];
    rows->world = world;
    rows->account = account;
    rows->query = *query;
    rows->span_ad = ENT_NONE;
    rows->now_ms = now_ms;
    rows->as_of_ms = world_as_of(now_ms);
    int32_t today = tz_day(account->tz, rows->as_of_ms);
    rows->lo = query->since > account->first_day ? query->since : account->first_day;
    rows->hi = query->until < today ? query->until : today;
    rows->cells = world_cells(account, query->breakdowns);
    rows->entities =
        query->level == LEVEL_ACCOUNT ? 1 : account->list[kind_of_level[query->level]].count;
    rows->sums = calloc(rows->cells, sizeof *rows->sums);
    rows->weights = calloc(rows->cells + 1, sizeof *rows->weights);
    size_t days = rows->lo <= rows->hi ? (size_t)(rows->hi - rows->lo) + 1 : 1;
    rows->clocks = calloc(days, sizeof *rows->clocks);
    if (!rows->sums || !rows->weights || !rows->clocks) {
        world_rows_destroy(rows);
        return NULL;
    }
    for (int32_t day = rows->lo; day <= rows->hi; day++) {
        world_day_clock(account, day, rows->as_of_ms, &rows->clocks[day - rows->lo]);
    }
    rows->entity = (uint32_t)(position >> (PERIOD_BITS + CELL_BITS));
    rows->period = (uint32_t)(position >> CELL_BITS) & 0xffff;
    rows->cell = (uint32_t)position & 0xffff;
    return rows;
}

void world_rows_destroy(struct world_rows *rows)
{
    if (rows) {
        free(rows->sums);
        free(rows->weights);
        free(rows->clocks);
        free(rows);
    }
}

uint64_t world_rows_position(const struct world_rows *rows)
{
    return (uint64_t)rows->entity << (PERIOD_BITS + CELL_BITS) |
           (uint64_t)rows->period << CELL_BITS | rows->cell;
}

static bool has_figures(const struct world_metrics *metrics)
{
    if (metrics->impressions | metrics->spend_micros | metrics->clicks) {
        return true;
    }
    for (int a = 0; a < WORLD_ACTION_COUNT; a++) {
        if (metrics->count[a][WORLD_28D_CLICK] | metrics->count[a][WORLD_DEFAULT]) {
            return true;
        }
    }
    return false;
}

/* Whether the entity may have rows at all; fills the view where a filter or a row needs it. */
static bool admit_entity(struct world_rows *rows)
{
    const struct world_query *query = &rows->query;
    if (rows->have_entity || query->level == LEVEL_ACCOUNT) {
        return true;
    }
    enum entity_kind kind = kind_of_level[query->level];
    const struct ent *ent = &rows->account->list[kind].at[rows->entity];
    if (!entity_in_scope(rows, kind, rows->entity) ||
        (kind == ENTITY_AD && !may_deliver(rows, ent))) {
        return false;
    }
    struct world_ref ref = {query->account, kind, rows->entity};
    rows->have_entity = world_entity(rows->world, ref, rows->now_ms, &rows->view) &&
                        (!query->keep_row || query->keep_row(query->ctx, &rows->view));
    return rows->have_entity;
}

static void next_entity(struct world_rows *rows)
{
    rows->entity++;
    rows->period = rows->cell = 0;
    rows->fresh = rows->have_entity = false;
}

/* Sums of (entity, period). */
static void sum_period(struct world_rows *rows, struct period period)
{
    memset(rows->sums, 0, rows->cells * sizeof *rows->sums);
    period.start = period.start > rows->lo ? period.start : rows->lo;
    period.stop = period.stop < rows->hi ? period.stop : rows->hi;
    switch (rows->query.level) {
    case LEVEL_AD:
        add_ad(rows, rows->entity, period);
        break;
    case LEVEL_ADSET:
        add_adset(rows, rows->entity, period);
        break;
    case LEVEL_CAMPAIGN:
        add_campaign(rows, rows->entity, period);
        break;
    case LEVEL_ACCOUNT:
    case LEVEL_COUNT:
        sum_account(rows, period);
        break;
    }
    rows->fresh = true;
}

static void emit(struct world_rows *rows, struct period period, struct world_row *out)
{
    bool account = rows->query.level == LEVEL_ACCOUNT;
    if (account) {
        memset(&out->entity, 0, sizeof out->entity);
        out->entity.account_id = rows->account->id;
    } else {
        out->entity = rows->view;
    }
    out->date_start = period.start;
    out->date_stop = period.stop;
    world_cell_label(rows->account, rows->query.breakdowns, rows->cell, out);
    out->metrics = rows->sums[rows->cell];
    uint64_t id = account ? rows->account->id : rows->view.id;
    out->metrics.reach = world_reach(rows->account, rows->query.level, id, out->metrics.impressions,
                                     period.stop - period.start + 1);
}

bool world_rows_next(struct world_rows *rows, struct world_row *out)
{
    if (rows->lo > rows->hi) {
        return false;
    }
    uint32_t first = period_of(&rows->query, rows->lo), last = period_of(&rows->query, rows->hi);
    for (; rows->entity < rows->entities; next_entity(rows)) {
        if (!admit_entity(rows)) {
            continue;
        }
        if (rows->period < first) {
            rows->period = first;
            rows->cell = 0;
        }
        for (; rows->period <= last; rows->period++, rows->cell = 0, rows->fresh = false) {
            struct period period = period_at(&rows->query, rows->period);
            if (!rows->fresh) {
                sum_period(rows, period);
            }
            for (; rows->cell < rows->cells; rows->cell++) {
                if (has_figures(&rows->sums[rows->cell])) {
                    emit(rows, period, out);
                    rows->cell++;
                    return true;
                }
            }
        }
    }
    return false;
}

/* ---- texts */

const char *world_action_type(enum world_action action)
{
    static const char *const types[WORLD_ACTION_COUNT] = {
        "link_click",
        "landing_page_view",
        "post_engagement",
        "page_engagement",
        "video_view",
        "lead",
        "onsite_conversion.lead_grouped",
        "complete_registration",
        "offsite_conversion.fb_pixel_complete_registration",
        "purchase",
        "omni_purchase",
        "offsite_conversion.fb_pixel_purchase"};
    return types[action];
}

const char *world_window_key(enum world_window window)
{
    static const char *const keys[WORLD_WINDOW_COUNT] = {"value", "1d_click", "7d_click",
                                                         "28d_click", "1d_view"};
    return keys[window];
}
