#include "sim/api/entity_fields.h"

#include <stdio.h>
#include <string.h>

#include "sim/api/insights.h"
#include "sim/api/listing.h"
#include "sim/api/put.h"
#include "sim/net/out.h"

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
    put_key(e);
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
        put_key(e);
        out_int(e->out, e->entity->bid_amount);
    }
}
/* A map of ints. */
static void f_bid_info(const struct emit *e)
{
    if (e->entity->bid_amount >= 0) {
        put_key(e);
        str_addf(e->out, "{\"ACTIONS\":%lld}", (long long)e->entity->bid_amount);
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
    put_key(e);
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
    put_key(e);
    str_addf(e->out, "{\"pixel_id\":\"%llu\",\"custom_event_type\":\"PURCHASE\"}",
             (unsigned long long)(e->account->id % 1000000000000000ull));
}
static void f_targeting(const struct emit *e)
{
    unsigned age = 18 + (unsigned)(e->entity->key % 20);
    put_key(e);
    str_addf(e->out,
             "{\"age_max\":65,\"age_min\":%u,\"geo_locations\":{\"countries\":[\"US\",\"CA\"],"
             "\"location_types\":[\"home\",\"recent\"]},\"brand_safety_content_filter_levels\":"
             "[\"FACEBOOK_STANDARD\",\"AN_STANDARD\"],\"targeting_automation\":"
             "{\"advantage_audience\":%u}}",
             age, (unsigned)(e->entity->key >> 8 & 1));
}
static void f_learning(const struct emit *e)
{
    put_key(e);
    str_addf(e->out, "{\"attribution_windows\":[],\"last_sig_edit_ts\":%lld,\"status\":\"%s\"}",
             (long long)(e->entity->updated_ms / 1000),
             (e->entity->key >> 16 & 3) == 0 ? "LEARNING" : "SUCCESS");
}
/* Keys with dots, as Meta has them. */
static void f_tracking(const struct emit *e)
{
    put_key(e);
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
        put_key(e);
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
    put_key(e);
    account_write(e->item->nested, e->call, e->account, e->out);
}
static void f_creative(const struct emit *e)
{
    put_key(e);
    creative_write(e->item->nested, e->call, e->account, e->entity, e->out);
}
void entity_children(const struct emit *e)
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

static const struct field_row rows[] = {
    {"id",                     ON_ENTITY,              f_id,               NULL,       0 },
    {"account_id",             ON_ENTITY,              f_account_id,       NULL,       0 },
    {"campaign_id",            ON_ADSET | ON_AD,       f_campaign_id,      NULL,       0 },
    {"adset_id",               ON_AD,                  f_adset_id,         NULL,       0 },
    {"name",                   ON_ENTITY,              f_name,             NULL,       0 },
    {"status",                 ON_ENTITY,              f_status,           NULL,       0 },
    {"configured_status",      ON_ENTITY,              f_status,           NULL,       0 },
    {"effective_status",       ON_ENTITY,              f_effective,        NULL,       0 },
    {"created_time",           ON_ENTITY,              f_created,          NULL,       0 },
    {"updated_time",           ON_ENTITY,              f_updated,          NULL,       0 },
    {"start_time",             ON_CAMPAIGN | ON_ADSET, f_start,            NULL,       0 },
    {"stop_time",              ON_CAMPAIGN,            f_stop,             NULL,       0 },
    {"end_time",               ON_ADSET,               f_stop,             NULL,       0 },
    {"daily_budget",           ON_CAMPAIGN | ON_ADSET, f_daily_budget,     NULL,       0 },
    {"lifetime_budget",        ON_CAMPAIGN | ON_ADSET, f_lifetime_budget,  NULL,       0 },
    {"budget_remaining",       ON_CAMPAIGN | ON_ADSET, f_budget_remaining, NULL,       0 },
    {"spend_cap",              ON_CAMPAIGN,            f_spend_cap,        NULL,       0 },
    {"bid_amount",             ON_ADSET,               f_bid_amount,       NULL,       0 },
    {"bid_info",               ON_ADSET,               f_bid_info,         NULL,       0 },
    {"objective",              ON_CAMPAIGN,            f_objective,        NULL,       0 },
    {"buying_type",            ON_CAMPAIGN,            f_buying_type,      NULL,       0 },
    {"bid_strategy",           ON_CAMPAIGN | ON_ADSET, f_bid_strategy,     NULL,       0 },
    {"billing_event",          ON_ADSET,               f_billing_event,    NULL,       0 },
    {"optimization_goal",      ON_ADSET,               f_optimization,     NULL,       0 },
    {"source_campaign_id",     ON_CAMPAIGN,            f_source,           NULL,       0 },
    {"source_adset_id",        ON_ADSET,               f_source,           NULL,       0 },
    {"source_ad_id",           ON_AD,                  f_source,           NULL,       0 },
    {"special_ad_categories",  ON_CAMPAIGN,            f_categories,       NULL,       0 },
    {"special_ad_category",    ON_CAMPAIGN,            f_category,         NULL,       0 },
    {"smart_promotion_type",   ON_CAMPAIGN,            f_promotion,        NULL,       0 },
    {"budget_rebalance_flag",  ON_CAMPAIGN,            f_false,            NULL,       0 },
    {"issues_info",            ON_ENTITY,              f_issues,           NULL,       2 },
    {"ad_review_feedback",     ON_AD,                  f_review,           NULL,       2 },
    {"attribution_spec",       ON_ADSET,               f_attribution,      NULL,       0 },
    {"promoted_object",        ON_ADSET,               f_promoted,         NULL,       0 },
    {"targeting",              ON_ADSET,               f_targeting,        NULL,       8 },
    {"learning_stage_info",    ON_ADSET,               f_learning,         NULL,       2 },
    {"tracking_specs",         ON_AD,                  f_tracking,         NULL,       2 },
    {"conversion_specs",       ON_AD,                  f_conversion,       NULL,       2 },
    {"bid_type",               ON_AD,                  f_bid_type,         NULL,       0 },
    {"last_updated_by_app_id", ON_AD,                  f_app,              NULL,       0 },
    {"campaign",               ON_ADSET | ON_AD,       f_campaign,         "campaign", 2 },
    {"adset",                  ON_AD,                  f_adset,            "adset",    2 },
    {"account",                ON_ENTITY,              f_account,          "account",  2 },
    {"creative",               ON_AD,                  f_creative,         "creative", 4 },
    {"adsets",                 ON_CAMPAIGN,            entity_children,    "adset",    40},
    {"ads",                    ON_CAMPAIGN | ON_ADSET, entity_children,    "ad",       40},
    {"insights",               ON_ENTITY,              insights_nested,    "insights", 60},
};

#define NODE(bit, title, more)                                                                     \
    {                                                                                              \
        .on = (bit), .name = (title), .rows = rows, .row_count = sizeof rows / sizeof rows[0],     \
        .id_always = true, .known = (more)                                                         \
    }
const struct node_type node_campaign = NODE(ON_CAMPAIGN, "Campaign", known_campaign);
const struct node_type node_adset = NODE(ON_ADSET, "AdSet", known_adset);
const struct node_type node_ad = NODE(ON_AD, "Ad", known_ad);

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

void entity_write(const struct plan *plan, struct call *call, const struct world_account *account,
                  const struct world_entity *entity, struct str *out)
{
    struct emit emit = {.call = call, .out = out, .account = account, .entity = entity};
    char id[24];
    snprintf(id, sizeof id, "%llu", (unsigned long long)entity->id);
    plan_write(plan, &emit, id);
}
