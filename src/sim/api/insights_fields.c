#include <string.h>

#include "base/date.h"
#include "sim/api/entity_fields.h"
#include "sim/api/insights.h"
#include "sim/api/put.h"
#include "sim/net/out.h"

enum { DEVICES = 3 };

static const struct world_metrics *metrics(const struct emit *e)
{
    return &e->row->row->metrics;
}

static void put_count(const struct emit *e, int64_t value)
{
    put_key(e);
    out_quoted_int(e->out, value);
}

static void put_date(const struct emit *e, int32_t day)
{
    put_key(e);
    out_string(e->out, date_text(day).text);
}

/* Derived figures are left out when they do not apply (reference 6.2). */
static void put_ratio(const struct emit *e, int64_t numerator, int64_t denominator, int64_t factor)
{
    if (denominator > 0) {
        put_key(e);
        out_quoted_ratio(e->out, numerator, denominator, factor);
    }
}

/* ---- who and when */

static void i_account_id(const struct emit *e)
{
    put_id(e, e->account->id);
}
static void i_account_name(const struct emit *e)
{
    put_key(e);
    write_name(e->out, &e->account->name);
}
static void i_currency(const struct emit *e)
{
    put_text(e, e->account->currency);
}
static void i_campaign_id(const struct emit *e)
{
    put_id(e, e->row->row->entity.campaign_id);
}
static void i_adset_id(const struct emit *e)
{
    put_id(e, e->row->row->entity.adset_id);
}
static void i_ad_id(const struct emit *e)
{
    put_id(e, e->row->query->world.level == LEVEL_AD ? e->row->row->entity.id : 0);
}
static void put_name(const struct emit *e, enum entity_kind kind)
{
    if (e->row->names[kind].len > 0) {
        put_key(e);
        str_addn(e->out, str_text(&e->row->names[kind]), e->row->names[kind].len);
    }
}
static void i_campaign_name(const struct emit *e)
{
    put_name(e, ENTITY_CAMPAIGN);
}
static void i_adset_name(const struct emit *e)
{
    put_name(e, ENTITY_ADSET);
}
static void i_ad_name(const struct emit *e)
{
    put_name(e, ENTITY_AD);
}
static void i_start(const struct emit *e)
{
    put_date(e, e->row->row->date_start);
}
static void i_stop(const struct emit *e)
{
    put_date(e, e->row->row->date_stop);
}
static void put_day_of(const struct emit *e, int64_t ms)
{
    if (ms > 0) {
        put_date(e, tz_day(e->account->tz, ms));
    }
}
static void i_created(const struct emit *e)
{
    put_day_of(e, e->row->row->entity.created_ms);
}
static void i_updated(const struct emit *e)
{
    put_day_of(e, e->row->row->entity.updated_ms);
}
static void i_objective(const struct emit *e)
{
    put_text(e, e->row->row->entity.objective);
}
static void i_optimization(const struct emit *e)
{
    put_text(e, e->row->row->entity.optimization_goal);
}
static void i_buying(const struct emit *e)
{
    put_text(e, "AUCTION");
}
static void i_setting(const struct emit *e)
{
    put_text(e, "7d_click_1d_view");
}
static void i_label(const struct emit *e)
{
    for (int i = 0; i < WORLD_DIMENSION_COUNT; i++) {
        if (strcmp(world_dimension_key((enum world_dimension)i), e->item->key) == 0) {
            put_text(e, e->row->row->label[i]);
        }
    }
}

/* ---- figures */

static void i_spend(const struct emit *e)
{
    put_key(e);
    out_quoted_micros(e->out, metrics(e)->spend_micros, e->account->decimals);
}
static void i_impressions(const struct emit *e)
{
    put_count(e, metrics(e)->impressions);
}
static void i_clicks(const struct emit *e)
{
    put_count(e, metrics(e)->clicks);
}
/* Hours know no people; of breakdowns too far back nothing is said of them at all. */
static void i_reach(const struct emit *e)
{
    if (!e->row->query->reach_hidden) {
        put_count(e, e->row->query->hourly ? 0 : metrics(e)->reach);
    }
}
static void i_frequency(const struct emit *e)
{
    if (e->row->query->hourly) {
        put_count(e, 0);
    } else if (!e->row->query->reach_hidden) {
        put_ratio(e, metrics(e)->impressions, metrics(e)->reach, 1);
    }
}
static void i_ctr(const struct emit *e)
{
    put_ratio(e, metrics(e)->clicks, metrics(e)->impressions, 100);
}
static void i_cpc(const struct emit *e)
{
    put_ratio(e, metrics(e)->spend_micros, metrics(e)->clicks * 1000000, 1);
}
static void i_cpm(const struct emit *e)
{
    put_ratio(e, metrics(e)->spend_micros, metrics(e)->impressions * 1000, 1);
}
static void i_cpp(const struct emit *e)
{
    const struct insights_query *query = e->row->query;
    if (!query->reach_hidden && !query->hourly) {
        put_ratio(e, metrics(e)->spend_micros, metrics(e)->reach * 1000, 1);
    }
}
static void i_link_clicks(const struct emit *e)
{
    int64_t clicks = metrics(e)->count[WORLD_LINK_CLICK][WORLD_DEFAULT];
    if (clicks > 0) {
        put_count(e, clicks);
    }
}
static void i_link_ctr(const struct emit *e)
{
    int64_t clicks = metrics(e)->count[WORLD_LINK_CLICK][WORLD_DEFAULT];
    put_ratio(e, clicks, clicks > 0 ? metrics(e)->impressions : 0, 100);
}
static void i_unique_clicks(const struct emit *e)
{
    put_count(e, metrics(e)->clicks - metrics(e)->clicks / 8);
}
static void i_zero(const struct emit *e)
{
    put_count(e, 0);
}

/* ---- lists of actions */

/* A device's part of a figure; the parts add up to it. */
static int64_t device_share(int64_t value, int device)
{
    int64_t phone = value * 6 / 10, tablet = value / 10;
    return device == 0 ? phone : device == 1 ? tablet : value - phone - tablet;
}

static void put_entry(const struct emit *e, const char *list_key, enum world_action action,
                      const int64_t windows[WORLD_WINDOW_COUNT], bool money, bool *any, int device)
{
    static const char *const devices[DEVICES] = {"iphone", "ipad", "desktop"};
    const struct insights_query *query = e->row->query;
    int64_t values[WORLD_WINDOW_COUNT];
    bool shown = false;
    for (int w = 0; w < WORLD_WINDOW_COUNT; w++) {
        values[w] = device >= 0 ? device_share(windows[w], device) : windows[w];
        shown = shown || (values[w] != 0 && (w == WORLD_DEFAULT || (query->windows >> w & 1) != 0));
    }
    if (!shown) {
        return;
    }
    if (!*any) {
        out_key(e->out, list_key);
        str_addc(e->out, '[');
    } else {
        str_addc(e->out, ',');
    }
    *any = true;
    str_add(e->out, "{\"action_type\":\"");
    str_add(e->out, world_action_type(action));
    str_addc(e->out, '"');
    if (device >= 0) {
        out_key(e->out, "action_device");
        out_string(e->out, devices[device]);
    }
    for (int w = 0; w < WORLD_WINDOW_COUNT; w++) {
        if (w != WORLD_DEFAULT && ((query->windows >> w & 1) == 0 || values[w] == 0)) {
            continue;
        }
        out_key(e->out, world_window_key((enum world_window)w));
        if (money) {
            out_quoted_micros(e->out, values[w], e->account->decimals);
        } else {
            out_quoted_int(e->out, values[w]);
        }
    }
    str_addc(e->out, '}');
}

#define ALL_ACTIONS ((1u << WORLD_ACTION_COUNT) - 1)
#define ON_META                                                                                    \
    (1u << WORLD_LINK_CLICK | 1u << WORLD_POST_ENGAGEMENT | 1u << WORLD_PAGE_ENGAGEMENT |          \
     1u << WORLD_VIDEO_VIEW | 1u << WORLD_LEAD_GROUPED)

static void put_list(const struct emit *e, unsigned actions,
                     const int64_t table[WORLD_ACTION_COUNT][WORLD_WINDOW_COUNT], bool money)
{
    bool any = false;
    actions &= e->row->query->on_meta_only ? ON_META : ALL_ACTIONS;
    for (unsigned action = 0; action < WORLD_ACTION_COUNT; action++) {
        if ((actions >> action & 1) == 0) {
            continue;
        }
        bool split = e->row->query->by_device;
        for (int device = split ? 0 : -1; device < (split ? DEVICES : 0); device++) {
            put_entry(e, e->item->key, (enum world_action)action, table[action], money, &any,
                      device);
        }
    }
    if (any) {
        str_addc(e->out, ']');
    }
}

static void i_actions(const struct emit *e)
{
    put_list(e, ALL_ACTIONS, metrics(e)->count, false);
}
static void i_action_values(const struct emit *e)
{
    put_list(e, ALL_ACTIONS, metrics(e)->value_micros, true);
}
static void i_outbound(const struct emit *e)
{
    const int64_t(*count)[WORLD_WINDOW_COUNT] = metrics(e)->count;
    if (count[WORLD_LINK_CLICK][WORLD_DEFAULT] > 0) {
        put_key(e);
        str_addf(e->out, "[{\"action_type\":\"outbound_click\",\"value\":\"%lld\"}]",
                 (long long)count[WORLD_LINK_CLICK][WORLD_DEFAULT]);
    }
}
static void i_videos(const struct emit *e)
{
    put_list(e, 1u << WORLD_VIDEO_VIEW, metrics(e)->count, false);
}

/* Custom conversions: none here, so the list is left out. */
static void i_absent(const struct emit *e)
{
    (void)e;
}

static void put_per_action(const struct emit *e, unsigned actions, bool roas)
{
    bool any = false;
    const struct world_metrics *m = metrics(e);
    actions &= e->row->query->on_meta_only ? ON_META : ALL_ACTIONS;
    for (unsigned action = 0; action < WORLD_ACTION_COUNT; action++) {
        int64_t count = m->count[action][WORLD_DEFAULT];
        int64_t value = m->value_micros[action][WORLD_DEFAULT];
        bool shown = roas ? value > 0 && m->spend_micros > 0 : count > 0;
        if ((actions >> action & 1) == 0 || !shown) {
            continue;
        }
        if (!any) {
            put_key(e);
        }
        str_add(e->out, any ? ",{\"action_type\":\"" : "[{\"action_type\":\"");
        str_add(e->out, world_action_type((enum world_action)action));
        str_add(e->out, "\",\"value\":");
        if (roas) {
            out_quoted_ratio(e->out, value, m->spend_micros, 1);
        } else {
            out_quoted_ratio(e->out, m->spend_micros, count * 1000000, 1);
        }
        str_addc(e->out, '}');
        any = true;
    }
    if (any) {
        str_addc(e->out, ']');
    }
}
static void i_cost_per_action(const struct emit *e)
{
    put_per_action(e, ALL_ACTIONS, false);
}
static void i_roas(const struct emit *e)
{
    put_per_action(e, 1u << WORLD_OMNI_PURCHASE, true);
}
static void i_website_roas(const struct emit *e)
{
    put_per_action(e, 1u << WORLD_PIXEL_PURCHASE, true);
}

static const struct field_row rows[] = {
    {"account_id",                                      ON_INSIGHT, i_account_id,      NULL, 0},
    {"account_name",                                    ON_INSIGHT, i_account_name,    NULL, 0},
    {"account_currency",                                ON_INSIGHT, i_currency,        NULL, 0},
    {"campaign_id",                                     ON_INSIGHT, i_campaign_id,     NULL, 0},
    {"campaign_name",                                   ON_INSIGHT, i_campaign_name,   NULL, 0},
    {"adset_id",                                        ON_INSIGHT, i_adset_id,        NULL, 0},
    {"adset_name",                                      ON_INSIGHT, i_adset_name,      NULL, 0},
    {"ad_id",                                           ON_INSIGHT, i_ad_id,           NULL, 0},
    {"ad_name",                                         ON_INSIGHT, i_ad_name,         NULL, 0},
    {"date_start",                                      ON_INSIGHT, i_start,           NULL, 0},
    {"date_stop",                                       ON_INSIGHT, i_stop,            NULL, 0},
    {"created_time",                                    ON_INSIGHT, i_created,         NULL, 0},
    {"updated_time",                                    ON_INSIGHT, i_updated,         NULL, 0},
    {"objective",                                       ON_INSIGHT, i_objective,       NULL, 0},
    {"optimization_goal",                               ON_INSIGHT, i_optimization,    NULL, 0},
    {"buying_type",                                     ON_INSIGHT, i_buying,          NULL, 0},
    {"attribution_setting",                             ON_INSIGHT, i_setting,         NULL, 0},
    {"age",                                             ON_INSIGHT, i_label,           NULL, 0},
    {"gender",                                          ON_INSIGHT, i_label,           NULL, 0},
    {"country",                                         ON_INSIGHT, i_label,           NULL, 0},
    {"publisher_platform",                              ON_INSIGHT, i_label,           NULL, 0},
    {"region",                                          ON_INSIGHT, i_label,           NULL, 0},
    {"platform_position",                               ON_INSIGHT, i_label,           NULL, 0},
    {"device_platform",                                 ON_INSIGHT, i_label,           NULL, 0},
    {"impression_device",                               ON_INSIGHT, i_label,           NULL, 0},
    {"product_id",                                      ON_INSIGHT, i_label,           NULL, 0},
    {"hourly_stats_aggregated_by_advertiser_time_zone", ON_INSIGHT, i_label,           NULL, 0},
    {"hourly_stats_aggregated_by_audience_time_zone",   ON_INSIGHT, i_label,           NULL, 0},
    {"frequency_value",                                 ON_INSIGHT, i_label,           NULL, 0},
    {"comscore_market",                                 ON_INSIGHT, i_label,           NULL, 0},
    {"spend",                                           ON_INSIGHT, i_spend,           NULL, 0},
    {"impressions",                                     ON_INSIGHT, i_impressions,     NULL, 0},
    {"clicks",                                          ON_INSIGHT, i_clicks,          NULL, 0},
    {"reach",                                           ON_INSIGHT, i_reach,           NULL, 4},
    {"frequency",                                       ON_INSIGHT, i_frequency,       NULL, 4},
    {"ctr",                                             ON_INSIGHT, i_ctr,             NULL, 0},
    {"cpc",                                             ON_INSIGHT, i_cpc,             NULL, 0},
    {"cpm",                                             ON_INSIGHT, i_cpm,             NULL, 0},
    {"cpp",                                             ON_INSIGHT, i_cpp,             NULL, 4},
    {"inline_link_clicks",                              ON_INSIGHT, i_link_clicks,     NULL, 0},
    {"inline_link_click_ctr",                           ON_INSIGHT, i_link_ctr,        NULL, 0},
    {"unique_clicks",                                   ON_INSIGHT, i_unique_clicks,   NULL, 4},
    {"social_spend",                                    ON_INSIGHT, i_zero,            NULL, 0},
    {"actions",                                         ON_INSIGHT, i_actions,         NULL, 4},
    {"action_values",                                   ON_INSIGHT, i_action_values,   NULL, 4},
    {"conversions",                                     ON_INSIGHT, i_absent,          NULL, 2},
    {"outbound_clicks",                                 ON_INSIGHT, i_outbound,        NULL, 1},
    {"video_play_actions",                              ON_INSIGHT, i_videos,          NULL, 2},
    {"cost_per_action_type",                            ON_INSIGHT, i_cost_per_action, NULL, 4},
    {"purchase_roas",                                   ON_INSIGHT, i_roas,            NULL, 2},
    {"website_purchase_roas",                           ON_INSIGHT, i_website_roas,    NULL, 2},
};

const struct node_type node_insights = {.on = ON_INSIGHT,
                                        .name = "AdsInsights",
                                        .rows = rows,
                                        .row_count = sizeof rows / sizeof rows[0],
                                        .known = known_insights};

void insights_row_init(struct insight_emit *emit, const struct insights_query *query,
                       const struct world_account *account)
{
    *emit = (struct insight_emit){.query = query, .account = account};
    for (int kind = 0; kind < ENTITY_KIND_COUNT; kind++) {
        str_init(&emit->names[kind], 1 << 20);
    }
}

void insights_row_fini(struct insight_emit *emit)
{
    for (int kind = 0; kind < ENTITY_KIND_COUNT; kind++) {
        str_fini(&emit->names[kind]);
    }
}

/* Names of the row's object and of those above, made once for all its days. */
static void row_names(struct insight_emit *emit, const struct world_entity *entity)
{
    if (emit->query->world.level == LEVEL_ACCOUNT) {
        return;
    }
    for (int kind = 0; kind <= (int)entity->ref.kind; kind++) {
        uint64_t id = kind == (int)entity->ref.kind ? entity->id
                      : kind == ENTITY_CAMPAIGN     ? entity->campaign_id
                                                    : entity->adset_id;
        if (emit->name_ids[kind] == id) {
            continue;
        }
        struct world_entity node = *entity;
        struct world_ref ref = {entity->ref.account, (enum entity_kind)kind,
                                kind == ENTITY_CAMPAIGN ? entity->campaign_index
                                                        : entity->adset_index};
        emit->name_ids[kind] = id;
        str_reset(&emit->names[kind]);
        if (kind == (int)entity->ref.kind ||
            world_entity(emit->query->call->sim->world, ref, emit->query->data_ms, &node)) {
            write_name(&emit->names[kind], &node.name);
        }
    }
}

/* A breakdown's keys stand in every row, asked for as fields or not. */
static void row_keys(struct str *out, const struct world_row *row, const struct plan *plan)
{
    for (int i = 0; i < WORLD_DIMENSION_COUNT; i++) {
        const char *key = world_dimension_key((enum world_dimension)i);
        bool given = row->label[i] == NULL;
        for (size_t k = 0; k < plan->count && !given; k++) {
            given = strcmp(plan->items[k].key, key) == 0;
        }
        if (!given) {
            out_key(out, key);
            out_string(out, row->label[i]);
        }
    }
}

void insights_row_write(struct insight_emit *emit, const struct world_row *row, struct str *out)
{
    const struct plan *plan = emit->query->plan;
    struct emit e = {.call = emit->query->call,
                     .out = out,
                     .account = emit->account,
                     .entity = &row->entity,
                     .row = emit};
    bool start = false, stop = false;
    emit->row = row;
    row_names(emit, &row->entity);
    plan_write(plan, &e, NULL);
    for (size_t i = 0; i < plan->count; i++) {
        start = start || strcmp(plan->items[i].key, "date_start") == 0;
        stop = stop || strcmp(plan->items[i].key, "date_stop") == 0;
    }
    out->data[--out->len] = '\0'; /* back before the brace: the dates always come */
    row_keys(out, row, plan);
    if (!start) {
        out_key(out, "date_start");
        out_string(out, date_text(row->date_start).text);
    }
    if (!stop) {
        out_key(out, "date_stop");
        out_string(out, date_text(row->date_stop).text);
    }
    str_addc(out, '}');
}
