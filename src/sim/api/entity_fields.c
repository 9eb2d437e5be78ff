#include "sim/api/entity_fields.h"

#include <stdio.h>
#include <string.h>

#include "base/date.h"
#include "base/tz.h"
#include "sim/api/insights.h"
#include "sim/api/listing.h"
#include "sim/net/out.h"

void write_time(struct str *out, int64_t ms, const struct tz *tz)
{
    int64_t at = ms / 1000;
    int32_t offset = tz != NULL ? tz_offset_s(tz, at) : 0;
    int64_t local = at + offset;
    int32_t day = (int32_t)(local / 86400);
    int32_t rest = (int32_t)(local % 86400);
    int32_t away = offset < 0 ? -offset : offset;
    struct date_text date = date_text(day);
    char text[40];
    int n =
        snprintf(text, sizeof text, "\"%sT%02d:%02d:%02d%c%02d%02d\"", date.text, rest / 3600,
                 rest / 60 % 60, rest % 60, offset < 0 ? '-' : '+', away / 3600, away / 60 % 60);
    str_addn(out, text, n > 0 ? (size_t)n : 0);
}

void write_id(struct str *out, uint64_t id)
{
    out_quoted_int(out, (int64_t)id);
}

void write_name(struct str *out, const struct world_name *name)
{
    str_addc(out, '"');
    world_name_json(name, out);
    str_addc(out, '"');
}

static void key(const struct emit *emit)
{
    out_key(emit->out, emit->item->key);
}

static void put_id(const struct emit *emit, uint64_t id)
{
    if (id != 0) {
        key(emit);
        write_id(emit->out, id);
    }
}

static void put_text(const struct emit *emit, const char *text)
{
    if (text != NULL) {
        key(emit);
        out_string(emit->out, text);
    }
}

static void put_raw(const struct emit *emit, const char *json)
{
    key(emit);
    out_raw(emit->out, json);
}

/* A numeric string; below zero = absent. */
static void put_amount(const struct emit *emit, int64_t amount)
{
    if (amount >= 0) {
        key(emit);
        out_quoted_int(emit->out, amount);
    }
}

static void put_time(const struct emit *emit, int64_t ms)
{
    if (ms > 0) {
        key(emit);
        write_time(emit->out, ms, emit->account->tz);
    }
}

/* ---- entities */

static void f_id(const struct emit *e)
{
    put_id(e, e->entity->id);
}
static void f_account_id(const struct emit *e)
{
    put_id(e, e->account->id);
}
static void f_campaign_id(const struct emit *e)
{
    put_id(e, e->entity->campaign_id);
}
static void f_adset_id(const struct emit *e)
{
    put_id(e, e->entity->adset_id);
}
static void f_name(const struct emit *e)
{
    key(e);
    write_name(e->out, &e->entity->name);
}
static void f_status(const struct emit *e)
{
    put_text(e, world_status_text(e->entity->status));
}
static void f_effective(const struct emit *e)
{
    put_text(e, world_effective_text(e->entity->effective));
}
static void f_created(const struct emit *e)
{
    put_time(e, e->entity->created_ms);
}
static void f_updated(const struct emit *e)
{
    put_time(e, e->entity->updated_ms);
}
static void f_start(const struct emit *e)
{
    put_time(e, e->entity->start_ms);
}
static void f_stop(const struct emit *e)
{
    put_time(e, e->entity->stop_ms);
}
static void f_daily_budget(const struct emit *e)
{
    put_amount(e, e->entity->daily_budget);
}
static void f_lifetime_budget(const struct emit *e)
{
    put_amount(e, e->entity->lifetime_budget);
}
static void f_budget_remaining(const struct emit *e)
{
    put_amount(e, e->entity->budget_remaining);
}
static void f_spend_cap(const struct emit *e)
{
    put_amount(e, e->entity->spend_cap);
}
static void f_bid_amount(const struct emit *e)
{
    if (e->entity->bid_amount >= 0) {
        key(e);
        out_int(e->out, e->entity->bid_amount);
    }
}
static void f_objective(const struct emit *e)
{
    put_text(e, e->entity->objective);
}
static void f_buying_type(const struct emit *e)
{
    put_text(e, e->entity->buying_type);
}
static void f_bid_strategy(const struct emit *e)
{
    put_text(e, e->entity->bid_strategy);
}
static void f_billing_event(const struct emit *e)
{
    put_text(e, e->entity->billing_event);
}
static void f_optimization(const struct emit *e)
{
    put_text(e, e->entity->optimization_goal);
}
/* "0" when there is none. */
static void f_source(const struct emit *e)
{
    key(e);
    write_id(e->out, e->entity->source_id);
}
static void f_categories(const struct emit *e)
{
    put_raw(e, "[]");
}
static void f_category(const struct emit *e)
{
    put_text(e, "NONE");
}
static void f_promotion(const struct emit *e)
{
    put_text(e, "GUIDED_CREATION");
}
static void f_false(const struct emit *e)
{
    put_raw(e, "false");
}
static void f_bid_type(const struct emit *e)
{
    put_text(e, "ABSOLUTE_OCPM");
}
static void f_app(const struct emit *e)
{
    put_text(e, "119211728144504");
}
static void f_issues(const struct emit *e)
{
    if (e->entity->effective == WORLD_EFF_WITH_ISSUES) {
        put_raw(e, "[{\"level\":\"AD\",\"error_code\":1815869,\"error_summary\":\"Ad issue\","
                   "\"error_message\":\"This ad has an issue.\",\"error_type\":\"SOFT_ERROR\"}]");
    }
}
static void f_review(const struct emit *e)
{
    if (e->entity->effective == WORLD_EFF_DISAPPROVED) {
        put_raw(e, "{\"global\":{\"MISLEADING_CLAIMS\":\"Ads may not make misleading claims.\"}}");
    }
}
static void f_attribution(const struct emit *e)
{
    put_raw(e, "[{\"event_type\":\"CLICK_THROUGH\",\"window_days\":7},"
               "{\"event_type\":\"VIEW_THROUGH\",\"window_days\":1}]");
}
static void f_promoted(const struct emit *e)
{
    key(e);
    str_addf(e->out, "{\"pixel_id\":\"%llu\",\"custom_event_type\":\"PURCHASE\"}",
             (unsigned long long)(e->account->id % 1000000000000000ull));
}
static void f_targeting(const struct emit *e)
{
    unsigned age = 18 + (unsigned)(e->entity->key % 20);
    key(e);
    str_addf(e->out,
             "{\"age_max\":65,\"age_min\":%u,\"geo_locations\":{\"countries\":[\"US\",\"CA\"],"
             "\"location_types\":[\"home\",\"recent\"]},\"brand_safety_content_filter_levels\":"
             "[\"FACEBOOK_STANDARD\",\"AN_STANDARD\"],\"targeting_automation\":"
             "{\"advantage_audience\":%u}}",
             age, (unsigned)(e->entity->key >> 8 & 1));
}
static void f_learning(const struct emit *e)
{
    key(e);
    str_addf(e->out, "{\"attribution_windows\":[],\"last_sig_edit_ts\":%lld,\"status\":\"%s\"}",
             (long long)(e->entity->updated_ms / 1000),
             (e->entity->key >> 16 & 3) == 0 ? "LEARNING" : "SUCCESS");
}
/* Keys with dots, as Meta has them. */
static void f_tracking(const struct emit *e)
{
    key(e);
    str_addf(e->out,
             "[{\"action.type\":[\"offsite_conversion\"],\"fb_pixel\":[\"%llu\"]},"
             "{\"action.type\":[\"post_engagement\"],\"post.wall\":[\"%llu\"]}]",
             (unsigned long long)(e->account->id % 1000000000000000ull),
             (unsigned long long)(e->entity->key % 1000000000000ull));
}
static void f_conversion(const struct emit *e)
{
    put_raw(e, "[{\"action.type\":[\"offsite_conversion\"]}]");
}

/* ---- nested nodes and edges */

static bool related(const struct emit *e, enum entity_kind kind, struct world_entity *out)
{
    struct world_ref ref = {.account = e->entity->ref.account,
                            .kind = kind,
                            .index = kind == ENTITY_CAMPAIGN ? e->entity->campaign_index
                                                             : e->entity->adset_index};
    return world_entity(e->call->sim->world, ref, e->call->now_ms, out);
}

static void put_parent(const struct emit *e, enum entity_kind kind)
{
    struct world_entity parent;
    if (related(e, kind, &parent)) {
        key(e);
        entity_write(e->item->nested, e->call, e->account, &parent, e->out);
    }
}
static void f_campaign(const struct emit *e)
{
    put_parent(e, ENTITY_CAMPAIGN);
}
static void f_adset(const struct emit *e)
{
    put_parent(e, ENTITY_ADSET);
}
static void f_account(const struct emit *e)
{
    key(e);
    account_write(e->item->nested, e->call, e->account, e->out);
}
static void f_creative(const struct emit *e)
{
    key(e);
    creative_write(e->item->nested, e->call, e->account, e->entity, e->out);
}
static void f_children(const struct emit *e)
{
    static const struct {
        const char *name;
        enum entity_kind kind;
    } edges[] = {
        {"campaigns", ENTITY_CAMPAIGN},
        {"adsets",    ENTITY_ADSET   },
        {"ads",       ENTITY_AD      },
    };
    for (size_t i = 0; i < sizeof edges / sizeof edges[0]; i++) {
        if (strcmp(edges[i].name, e->item->key) == 0) {
            listing_nested(e, edges[i].kind);
        }
    }
}
static void f_insights(const struct emit *e)
{
    insights_nested(e);
}

/* ---- creatives: the entity is the ad that uses it */

static void c_id(const struct emit *e)
{
    put_id(e, e->entity->creative_id);
}
static void c_name(const struct emit *e)
{
    key(e);
    str_addf(e->out, "\"Creative %llu\"", (unsigned long long)(e->entity->key % 100000));
}
static void c_type(const struct emit *e)
{
    put_text(e, (e->entity->key >> 4 & 3) == 0 ? "VIDEO" : "SHARE");
}
static void c_title(const struct emit *e)
{
    put_text(e, (e->entity->key >> 6 & 1) == 0 ? "New season, new looks" : "Order by Sunday");
}
static void c_body(const struct emit *e)
{
    put_text(e, "Free returns for 30 days.\nOnline and in store.");
}
static void c_button(const struct emit *e)
{
    put_text(e, (e->entity->key >> 7 & 1) == 0 ? "SHOP_NOW" : "LEARN_MORE");
}
static void c_hash(const struct emit *e)
{
    key(e);
    str_addf(e->out, "\"%016llx%016llx\"", (unsigned long long)e->entity->key,
             (unsigned long long)~e->entity->key);
}
/* Signed and different on every read (reference 4.2). */
static void c_url(const struct emit *e)
{
    key(e);
    str_addf(e->out,
             "\"https:\\/\\/scontent.xx.fbcdn.net\\/v\\/t45.1600-4\\/%llu_n.png?_nc_cat=1"
             "&oh=00_%llx&oe=%llX\"",
             (unsigned long long)e->entity->creative_id,
             (unsigned long long)(e->entity->key ^ (uint64_t)e->call->now_ms),
             (unsigned long long)(e->call->now_ms / 1000 + 86400));
}
static void c_video(const struct emit *e)
{
    if ((e->entity->key >> 4 & 3) == 0) {
        put_id(e, e->entity->key % 10000000000000000ull);
    }
}
static void c_story(const struct emit *e)
{
    key(e);
    str_addf(e->out, "\"%llu_%llu\"", (unsigned long long)(e->account->id % 1000000000000ull),
             (unsigned long long)(e->entity->key % 1000000000000000ull));
}
static void c_story_spec(const struct emit *e)
{
    key(e);
    str_addf(e->out,
             "{\"page_id\":\"%llu\",\"link_data\":{\"link\":\"https:\\/\\/example.com\\/\","
             "\"message\":\"Free returns for 30 days.\",\"call_to_action\":{\"type\":"
             "\"SHOP_NOW\"},\"image_hash\":\"%016llx\"}}",
             (unsigned long long)(e->account->id % 1000000000000ull),
             (unsigned long long)e->entity->key);
}
static void c_tags(const struct emit *e)
{
    put_text(e, "utm_source=facebook&utm_campaign={{campaign.id}}");
}

/* ---- accounts */

static void a_id(const struct emit *e)
{
    key(e);
    str_addf(e->out, "\"act_%llu\"", (unsigned long long)e->account->id);
}
static void a_name(const struct emit *e)
{
    key(e);
    write_name(e->out, &e->account->name);
}
static void a_int(const struct emit *e, int64_t value)
{
    key(e);
    out_int(e->out, value);
}
static void a_status(const struct emit *e)
{
    a_int(e, e->account->status);
}
static void a_disable(const struct emit *e)
{
    a_int(e, e->account->disable_reason);
}
static void a_currency(const struct emit *e)
{
    put_text(e, e->account->currency);
}
static void a_zone(const struct emit *e)
{
    put_text(e, e->account->timezone_name);
}
static void a_zone_id(const struct emit *e)
{
    a_int(e, e->account->timezone_id);
}
static void a_offset(const struct emit *e)
{
    double hours = (double)tz_offset_s(e->account->tz, e->call->now_ms / 1000) / 3600.0;
    key(e);
    str_addf(e->out, "%g", hours);
}
static void a_spent(const struct emit *e)
{
    uint32_t account;
    if (world_account_find(e->call->sim->world, e->account->id, &account)) {
        put_amount(e, world_account_spent(e->call->sim->world, account, e->call->now_ms));
    }
}
static void a_balance(const struct emit *e)
{
    put_amount(e, e->account->balance);
}
static void a_cap(const struct emit *e)
{
    put_amount(e, e->account->spend_cap);
}
static void a_least(const struct emit *e)
{
    a_int(e, e->account->min_daily_budget);
}
static void a_created(const struct emit *e)
{
    put_time(e, e->account->created_ms);
}
static void a_age(const struct emit *e)
{
    key(e);
    str_addf(e->out, "%.10f", (double)(e->call->now_ms - e->account->created_ms) / 86400000.0);
}
static void a_business(const struct emit *e)
{
    key(e);
    str_addf(e->out, "{\"id\":\"%llu\",\"name\":", (unsigned long long)e->account->business_id);
    out_string(e->out, e->account->business_name);
    str_addc(e->out, '}');
}
static void a_business_name(const struct emit *e)
{
    put_text(e, e->account->business_name);
}
static void a_tasks(const struct emit *e)
{
    put_raw(e, "[\"DRAFT\",\"ANALYZE\"]");
}
static void a_personal(const struct emit *e)
{
    a_int(e, 0);
}

static const struct field_row rows[] = {
    {"id",                           ON_ENTITY,                            f_id,               NULL,       0 },
    {"account_id",                   ON_ENTITY | ON_CREATIVE | ON_ACCOUNT, f_account_id,       NULL,       0 },
    {"campaign_id",                  ON_ADSET | ON_AD,                     f_campaign_id,      NULL,       0 },
    {"adset_id",                     ON_AD,                                f_adset_id,         NULL,       0 },
    {"name",                         ON_ENTITY,                            f_name,             NULL,       0 },
    {"status",                       ON_ENTITY | ON_CREATIVE,              f_status,           NULL,       0 },
    {"configured_status",            ON_ENTITY,                            f_status,           NULL,       0 },
    {"effective_status",             ON_ENTITY,                            f_effective,        NULL,       0 },
    {"created_time",                 ON_ENTITY,                            f_created,          NULL,       0 },
    {"updated_time",                 ON_ENTITY,                            f_updated,          NULL,       0 },
    {"start_time",                   ON_CAMPAIGN | ON_ADSET,               f_start,            NULL,       0 },
    {"stop_time",                    ON_CAMPAIGN,                          f_stop,             NULL,       0 },
    {"end_time",                     ON_ADSET,                             f_stop,             NULL,       0 },
    {"daily_budget",                 ON_CAMPAIGN | ON_ADSET,               f_daily_budget,     NULL,       0 },
    {"lifetime_budget",              ON_CAMPAIGN | ON_ADSET,               f_lifetime_budget,  NULL,       0 },
    {"budget_remaining",             ON_CAMPAIGN | ON_ADSET,               f_budget_remaining, NULL,       0 },
    {"spend_cap",                    ON_CAMPAIGN,                          f_spend_cap,        NULL,       0 },
    {"bid_amount",                   ON_ADSET,                             f_bid_amount,       NULL,       0 },
    {"objective",                    ON_CAMPAIGN,                          f_objective,        NULL,       0 },
    {"buying_type",                  ON_CAMPAIGN,                          f_buying_type,      NULL,       0 },
    {"bid_strategy",                 ON_CAMPAIGN | ON_ADSET,               f_bid_strategy,     NULL,       0 },
    {"billing_event",                ON_ADSET,                             f_billing_event,    NULL,       0 },
    {"optimization_goal",            ON_ADSET,                             f_optimization,     NULL,       0 },
    {"source_campaign_id",           ON_CAMPAIGN,                          f_source,           NULL,       0 },
    {"source_adset_id",              ON_ADSET,                             f_source,           NULL,       0 },
    {"source_ad_id",                 ON_AD,                                f_source,           NULL,       0 },
    {"special_ad_categories",        ON_CAMPAIGN,                          f_categories,       NULL,       0 },
    {"special_ad_category",          ON_CAMPAIGN,                          f_category,         NULL,       0 },
    {"smart_promotion_type",         ON_CAMPAIGN,                          f_promotion,        NULL,       0 },
    {"budget_rebalance_flag",        ON_CAMPAIGN,                          f_false,            NULL,       0 },
    {"issues_info",                  ON_ENTITY,                            f_issues,           NULL,       2 },
    {"ad_review_feedback",           ON_AD,                                f_review,           NULL,       2 },
    {"attribution_spec",             ON_ADSET,                             f_attribution,      NULL,       0 },
    {"promoted_object",              ON_ADSET,                             f_promoted,         NULL,       0 },
    {"targeting",                    ON_ADSET,                             f_targeting,        NULL,       8 },
    {"learning_stage_info",          ON_ADSET,                             f_learning,         NULL,       2 },
    {"tracking_specs",               ON_AD,                                f_tracking,         NULL,       2 },
    {"conversion_specs",             ON_AD,                                f_conversion,       NULL,       2 },
    {"bid_type",                     ON_AD,                                f_bid_type,         NULL,       0 },
    {"last_updated_by_app_id",       ON_AD,                                f_app,              NULL,       0 },
    {"campaign",                     ON_ADSET | ON_AD,                     f_campaign,         "campaign", 2 },
    {"adset",                        ON_AD,                                f_adset,            "adset",    2 },
    {"account",                      ON_ENTITY,                            f_account,          "account",  2 },
    {"creative",                     ON_AD,                                f_creative,         "creative", 4 },
    {"campaigns",                    ON_ACCOUNT,                           f_children,         "campaign", 40},
    {"adsets",                       ON_ACCOUNT | ON_CAMPAIGN,             f_children,         "adset",    40},
    {"ads",                          ON_ACCOUNT | ON_CAMPAIGN | ON_ADSET,  f_children,         "ad",       40},
    {"insights",                     ON_ENTITY | ON_ACCOUNT,               f_insights,         "insights", 60},
    {"id",                           ON_CREATIVE,                          c_id,               NULL,       0 },
    {"name",                         ON_CREATIVE,                          c_name,             NULL,       0 },
    {"object_type",                  ON_CREATIVE,                          c_type,             NULL,       0 },
    {"title",                        ON_CREATIVE,                          c_title,            NULL,       0 },
    {"body",                         ON_CREATIVE,                          c_body,             NULL,       0 },
    {"call_to_action_type",          ON_CREATIVE,                          c_button,           NULL,       0 },
    {"image_hash",                   ON_CREATIVE,                          c_hash,             NULL,       0 },
    {"image_url",                    ON_CREATIVE,                          c_url,              NULL,       4 },
    {"thumbnail_url",                ON_CREATIVE,                          c_url,              NULL,       4 },
    {"video_id",                     ON_CREATIVE,                          c_video,            NULL,       0 },
    {"effective_object_story_id",    ON_CREATIVE,                          c_story,            NULL,       0 },
    {"object_story_spec",            ON_CREATIVE,                          c_story_spec,       NULL,       20},
    {"asset_feed_spec",              ON_CREATIVE,                          c_story_spec,       NULL,       20},
    {"url_tags",                     ON_CREATIVE,                          c_tags,             NULL,       0 },
    {"id",                           ON_ACCOUNT,                           a_id,               NULL,       0 },
    {"name",                         ON_ACCOUNT,                           a_name,             NULL,       0 },
    {"account_status",               ON_ACCOUNT,                           a_status,           NULL,       0 },
    {"disable_reason",               ON_ACCOUNT,                           a_disable,          NULL,       0 },
    {"currency",                     ON_ACCOUNT,                           a_currency,         NULL,       0 },
    {"timezone_name",                ON_ACCOUNT,                           a_zone,             NULL,       0 },
    {"timezone_id",                  ON_ACCOUNT,                           a_zone_id,          NULL,       0 },
    {"timezone_offset_hours_utc",    ON_ACCOUNT,                           a_offset,           NULL,       0 },
    {"amount_spent",                 ON_ACCOUNT,                           a_spent,            NULL,       4 },
    {"balance",                      ON_ACCOUNT,                           a_balance,          NULL,       0 },
    {"spend_cap",                    ON_ACCOUNT,                           a_cap,              NULL,       0 },
    {"min_daily_budget",             ON_ACCOUNT,                           a_least,            NULL,       0 },
    {"min_campaign_group_spend_cap", ON_ACCOUNT,                           a_cap,              NULL,       0 },
    {"created_time",                 ON_ACCOUNT,                           a_created,          NULL,       0 },
    {"age",                          ON_ACCOUNT,                           a_age,              NULL,       0 },
    {"business",                     ON_ACCOUNT,                           a_business,         NULL,       2 },
    {"business_name",                ON_ACCOUNT,                           a_business_name,    NULL,       0 },
    {"user_tasks",                   ON_ACCOUNT,                           a_tasks,            NULL,       0 },
    {"is_personal",                  ON_ACCOUNT,                           a_personal,         NULL,       0 },
    {"funding_source",               ON_ACCOUNT,                           NULL,               NULL,       0 },
    {"funding_source_details",       ON_ACCOUNT,                           NULL,               NULL,       0 },
    {"is_prepay_account",            ON_ACCOUNT,                           NULL,               NULL,       0 },
};

#define NODE(mask, text)                                                                           \
    {                                                                                              \
        .on = (mask), .name = (text), .rows = rows, .row_count = sizeof rows / sizeof rows[0],     \
        .id_always = true                                                                          \
    }
const struct node_type node_campaign = NODE(ON_CAMPAIGN, "Campaign");
const struct node_type node_adset = NODE(ON_ADSET, "AdSet");
const struct node_type node_ad = NODE(ON_AD, "Ad");
const struct node_type node_creative = NODE(ON_CREATIVE, "AdCreative");
const struct node_type node_account = NODE(ON_ACCOUNT, "AdAccount");

const struct node_type *node_of_kind(enum entity_kind kind)
{
    return kind == ENTITY_CAMPAIGN ? &node_campaign : kind == ENTITY_ADSET ? &node_adset : &node_ad;
}

const struct node_type *node_type_find(const char *target)
{
    static const struct {
        const char *name;
        const struct node_type *type;
    } targets[] = {
        {"campaign", &node_campaign},
        {"adset",    &node_adset   },
        {"ad",       &node_ad      },
        {"creative", &node_creative},
        {"account",  &node_account },
        {"insights", &node_insights},
    };
    for (size_t i = 0; i < sizeof targets / sizeof targets[0]; i++) {
        if (strcmp(targets[i].name, target) == 0) {
            return targets[i].type;
        }
    }
    return NULL;
}

static void id_text(uint64_t id, char out[24])
{
    snprintf(out, 24, "%llu", (unsigned long long)id);
}

void entity_write(const struct plan *plan, struct call *call, const struct world_account *account,
                  const struct world_entity *entity, struct str *out)
{
    struct emit emit = {.call = call, .out = out, .account = account, .entity = entity};
    char id[24];
    id_text(entity->id, id);
    plan_write(plan, &emit, id);
}

void creative_write(const struct plan *plan, struct call *call, const struct world_account *account,
                    const struct world_entity *ad, struct str *out)
{
    struct emit emit = {.call = call, .out = out, .account = account, .entity = ad};
    char id[24];
    id_text(ad->creative_id, id);
    plan_write(plan, &emit, id);
}

void account_write(const struct plan *plan, struct call *call, const struct world_account *account,
                   struct str *out)
{
    struct emit emit = {.call = call, .out = out, .account = account};
    char id[32];
    snprintf(id, sizeof id, "act_%llu", (unsigned long long)account->id);
    plan_write(plan, &emit, id);
}
