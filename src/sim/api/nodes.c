#include "sim/api/nodes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/date.h"
#include "base/hash.h"
#include "sim/api/entity_fields.h"
#include "sim/api/errors.h"
#include "sim/api/page.h"
#include "sim/api/put.h"
#include "sim/net/out.h"

#define APP_ID "1842025062890417"
#define USER_ID "122093451892003377"

enum { ACCOUNTS_LIMIT = 500, ACTIVITIES_LIMIT = 1000, ACTIVITIES_MAX = 20000, WEEK_S = 7 * 86400 };

/* The fields parameter, or `without` when there is none. False = refused. */
static bool read_fields(struct call *call, const char *without, struct field **out)
{
    const char *bad = "", *text = call_param(call, "fields");
    bool given = text != NULL && text[0] != '\0';
    if (!fields_parse(call->request->arena, given ? text : without, out, &bad)) {
        errors_reply(call->reply, GRAPH_BAD_PARAM, "Syntax error in the fields parameter");
        return false;
    }
    return true;
}

static void u_id(const struct emit *e)
{
    out_key(e->out, "id");
    out_string(e->out, USER_ID);
}
static void u_name(const struct emit *e)
{
    out_key(e->out, "name");
    out_string(e->out, "adtop system user");
}

void nodes_me(struct call *call)
{
    static const struct field_row rows[] = {
        {"id",   ON_USER, u_id,   NULL, 0},
        {"name", ON_USER, u_name, NULL, 0},
    };
    static const struct node_type node_user = {.on = ON_USER,
                                               .name = "User",
                                               .rows = rows,
                                               .row_count = sizeof rows / sizeof rows[0],
                                               .id_always = true};
    struct field *fields = NULL;
    if (!read_fields(call, "id,name", &fields)) {
        return;
    }
    struct plan *plan = plan_build(call, &node_user, fields);
    if (plan != NULL) {
        struct emit emit = {.call = call, .out = &call->reply->body};
        plan_write(plan, &emit, USER_ID);
    }
}

static unsigned count_accessible(const struct call *call)
{
    unsigned count = 0;
    for (uint32_t i = 0; i < call->sim->account_count; i++) {
        struct world_account account;
        world_account(call->sim->world, i, call->now_ms, &account);
        count += account.accessible ? 1 : 0;
    }
    return count;
}

void nodes_adaccounts(struct call *call)
{
    struct field *fields = NULL;
    struct page page;
    if (!read_fields(call, "account_id", &fields)) {
        return;
    }
    struct plan *plan = plan_build(call, &node_account, fields);
    if (plan == NULL || !page_begin(&page, call, call->request, ACCOUNTS_LIMIT)) {
        return;
    }
    struct str out;
    str_init(&out, REPLY_MAX);
    sim_lock(call->sim);
    page_open(&out);
    uint64_t at = page.from.at;
    for (; at < call->sim->account_count && !page.empty; at++) {
        struct world_account account;
        world_account(call->sim->world, (uint32_t)at, call->now_ms, &account);
        if (!account.accessible) {
            continue;
        }
        if (page.rows == page.limit) {
            page.more = true;
            break;
        }
        if (page_skips(&page, at + 1, 0, 0)) {
            continue;
        }
        if (page.rows > 0) {
            str_addc(&out, ',');
        }
        account_write(plan, call, &account, &out);
        page.rows++;
    }
    page.to.at = at;
    page_close(&page, call, &out);
    if (call_wants_summary(call)) {
        str_addf(&out, ",\"summary\":{\"total_count\":%u}", count_accessible(call));
    }
    sim_unlock(call->sim);
    str_addc(&out, '}');
    call->reply->cpu_ms += 0.05 * (double)page.rows * (double)(plan->weight + 1);
    reply_take(call->reply, &out);
}

void nodes_permissions(struct call *call)
{
    str_add(&call->reply->body, "{\"data\":[{\"permission\":\"ads_read\",\"status\":\"granted\"},"
                                "{\"permission\":\"business_management\",\"status\":\"granted\"},"
                                "{\"permission\":\"ads_management\",\"status\":\"declined\"},"
                                "{\"permission\":\"public_profile\",\"status\":\"granted\"}]}");
}

static void add_targets(struct call *call, struct str *out)
{
    bool first = true;
    str_add(out, ",\"granular_scopes\":[{\"scope\":\"ads_read\",\"target_ids\":[");
    sim_lock(call->sim);
    for (uint32_t i = 0; i < call->sim->account_count; i++) {
        struct world_account account;
        world_account(call->sim->world, i, call->now_ms, &account);
        if (account.accessible) {
            str_addf(out, "%s\"%s\"", first ? "" : ",", call->sim->accounts[i].number);
            first = false;
        }
    }
    sim_unlock(call->sim);
    str_add(out, "]}]");
}

void nodes_debug_token(struct call *call)
{
    const char *input = call_param(call, "input_token");
    struct fault fault;
    if (input == NULL || input[0] == '\0') {
        errors_reply(call->reply, GRAPH_BAD_PARAM, "You must provide an input_token to debug");
        return;
    }
    const char *known = call->sim->options.token;
    bool wrong = known != NULL && strcmp(known, input) != 0;
    bool dead = faults_match(call->sim->faults, FAULT_TOKEN, &call->fault, call->now_ms, &fault);
    struct str *out = &call->reply->body;
    int64_t now_s = call->now_ms / 1000;
    str_add(out, "{\"data\":{\"app_id\":\"" APP_ID "\",\"type\":\"SYSTEM_USER\","
                 "\"application\":\"adtop drill\",\"data_access_expires_at\":0");
    str_addf(out, ",\"expires_at\":0,\"issued_at\":%lld,\"is_valid\":%s",
             (long long)(call->sim->start_ms / 1000 - 30 * 86400),
             wrong || dead ? "false" : "true");
    if (wrong || dead) {
        int subcode = dead ? (fault.subcode != 0 ? fault.subcode : 463) : 0;
        str_addf(out,
                 ",\"error\":{\"code\":190,\"message\":\"Error validating access token: the "
                 "session is not valid since %lld\",\"subcode\":%d}",
                 (long long)now_s, subcode);
    }
    str_add(out, ",\"scopes\":[\"ads_read\",\"business_management\",\"public_profile\"]");
    add_targets(call, out);
    str_add(out, ",\"user_id\":\"" USER_ID "\"}}");
}

void nodes_account(struct call *call)
{
    struct field *fields = NULL;
    if (!read_fields(call, "account_id", &fields)) {
        return;
    }
    struct plan *plan = plan_build(call, &node_account, fields);
    if (plan == NULL) {
        return;
    }
    struct str out;
    struct world_account account;
    str_init(&out, REPLY_MAX);
    sim_lock(call->sim);
    world_account(call->sim->world, (uint32_t)call->account, call->now_ms, &account);
    account_write(plan, call, &account, &out);
    sim_unlock(call->sim);
    call->rows = 1;
    call->reply->cpu_ms += 0.05 * (double)plan->weight;
    reply_take(call->reply, &out);
}

void nodes_object(struct call *call)
{
    struct field *fields = NULL;
    if (!read_fields(call, "", &fields)) {
        return;
    }
    const struct node_type *type = call->creative ? &node_creative : node_of_kind(call->ref.kind);
    struct plan *plan = plan_build(call, type, fields);
    if (plan == NULL) {
        return;
    }
    struct str out;
    struct world_account account;
    struct world_entity entity;
    str_init(&out, REPLY_MAX);
    sim_lock(call->sim);
    world_account(call->sim->world, call->ref.account, call->now_ms, &account);
    bool there = world_entity(call->sim->world, call->ref, call->now_ms, &entity);
    if (there && call->creative) {
        creative_write(plan, call, &account, &entity, &out);
    } else if (there) {
        entity_write(plan, call, &account, &entity, &out);
    }
    sim_unlock(call->sim);
    if (!there) {
        errors_reply(call->reply, GRAPH_NO_OBJECT, call->object_id);
    }
    call->rows = there ? 1 : 0;
    call->reply->cpu_ms += 0.05 * (double)plan->weight;
    reply_take(call->reply, &out);
}

/* ---- change log */

struct activity {
    struct world_change change;
    struct world_entity entity;
};

static const struct activity *at_activity(const struct emit *e)
{
    return e->node;
}

static const char *event_type(const struct activity *activity)
{
    static const char *const types[ENTITY_KIND_COUNT][WORLD_CHANGE_REVIEW + 1] = {
        [ENTITY_CAMPAIGN] = {"create_campaign_group", "update_campaign_name",
                             "update_campaign_budget",                                                   "update_campaign_run_status",
                             "first_delivery_event"                                                                                                          },
        [ENTITY_ADSET] = {"create_ad_set",         "update_ad_set_name",      "update_ad_set_budget",
                             "update_ad_set_run_status",                                                                               "first_delivery_event"},
        [ENTITY_AD] = {"create_ad",             "update_ad_friendly_name", "update_ad_bid_info",
                             "update_ad_run_status",                                                                                   "ad_review_approved"  },
    };
    return types[activity->change.ref.kind][activity->change.kind];
}

static void put(const struct emit *e, const char *text)
{
    out_key(e->out, e->item->key);
    out_string(e->out, text);
}
static void v_type(const struct emit *e)
{
    put(e, event_type(at_activity(e)));
}
static void v_time(const struct emit *e)
{
    out_key(e->out, e->item->key);
    write_time(e->out, at_activity(e)->change.at_ms, NULL); /* activities come in UTC */
}
static void v_object(const struct emit *e)
{
    out_key(e->out, e->item->key);
    write_id(e->out, at_activity(e)->entity.id);
}
static void v_name(const struct emit *e)
{
    out_key(e->out, e->item->key);
    write_name(e->out, &at_activity(e)->entity.name);
}
static void v_kind(const struct emit *e)
{
    static const char *const names[ENTITY_KIND_COUNT] = {"CAMPAIGN_GROUP", "CAMPAIGN", "AD"};
    put(e, names[at_activity(e)->change.ref.kind]);
}
static void v_actor(const struct emit *e)
{
    put(e, USER_ID);
}
static void v_actor_name(const struct emit *e)
{
    put(e, "Ads Manager");
}
static void v_extra(const struct emit *e)
{
    const struct activity *activity = at_activity(e);
    char text[128];
    if (activity->change.kind != WORLD_CHANGE_STATUS) {
        return;
    }
    snprintf(text, sizeof text, "{\"old_value\":\"%s\",\"new_value\":\"%s\"}",
             world_status_text(activity->change.before), world_status_text(activity->change.after));
    put(e, text);
}

static const struct field_row activity_rows[] = {
    {"event_type",            ON_ACTIVITY, v_type,       NULL, 0},
    {"translated_event_type", ON_ACTIVITY, v_type,       NULL, 0},
    {"event_time",            ON_ACTIVITY, v_time,       NULL, 0},
    {"date_time_in_timezone", ON_ACTIVITY, v_time,       NULL, 0},
    {"object_id",             ON_ACTIVITY, v_object,     NULL, 0},
    {"object_name",           ON_ACTIVITY, v_name,       NULL, 0},
    {"object_type",           ON_ACTIVITY, v_kind,       NULL, 0},
    {"actor_id",              ON_ACTIVITY, v_actor,      NULL, 0},
    {"actor_name",            ON_ACTIVITY, v_actor_name, NULL, 0},
    {"extra_data",            ON_ACTIVITY, v_extra,      NULL, 0},
};
static const struct node_type node_activity = {.on = ON_ACTIVITY,
                                               .name = "AdActivity",
                                               .rows = activity_rows,
                                               .row_count =
                                                   sizeof activity_rows / sizeof activity_rows[0]};

/* since and until: Unix seconds or a date; default the last week. */
static int64_t read_instant(struct call *call, const char *name, int64_t without_ms)
{
    const char *text = call_param(call, name);
    int32_t day;
    int64_t ms;
    if (text == NULL || text[0] == '\0') {
        return without_ms;
    }
    if (date_parse(text, &day)) {
        return (int64_t)day * 86400000;
    }
    return fault_parse_time(text, 0, &ms) ? ms : without_ms;
}

/* Whether category and oid let it through. */
static bool activity_asked(const struct call *call, const struct activity *activity)
{
    static const char *const of_kind[ENTITY_KIND_COUNT] = {"CAMPAIGN", "AD_SET", "AD"};
    const char *category = call_param(call, "category"), *oid = call_param(call, "oid");
    const char *own = of_kind[activity->change.ref.kind];
    if (activity->change.kind == WORLD_CHANGE_BUDGET) {
        own = "BUDGET";
    } else if (activity->change.kind == WORLD_CHANGE_STATUS) {
        own = "STATUS";
    }
    bool wanted = category == NULL || category[0] == '\0' || strcmp(category, own) == 0;
    return wanted &&
           (oid == NULL || oid[0] == '\0' || strtoull(oid, NULL, 10) == activity->entity.id);
}

static void write_activities(struct call *call, struct page *page, const struct plan *plan,
                             struct str *out)
{
    int64_t until = read_instant(call, "until", call->now_ms);
    int64_t since = read_instant(call, "since", until - (int64_t)WEEK_S * 1000);
    struct world_change *changes =
        arena_alloc(call->request->arena, ACTIVITIES_MAX * sizeof *changes);
    struct world_account account;
    until = until < call->now_ms ? until : call->now_ms;
    world_account(call->sim->world, (uint32_t)call->account, call->now_ms, &account);
    size_t count = changes != NULL ? world_changes(call->sim->world, (uint32_t)call->account, since,
                                                   until, changes, ACTIVITIES_MAX)
                                   : 0;
    size_t at = (size_t)page->from.at;
    for (; at < count && page->rows < page->limit && !page->empty; at++) {
        struct activity activity = {.change = changes[at]};
        struct emit emit = {.call = call, .out = out, .account = &account, .node = &activity};
        if (!world_entity(call->sim->world, changes[at].ref, call->now_ms, &activity.entity) ||
            !activity_asked(call, &activity) || page_skips(page, at + 1, 0, 0)) {
            continue;
        }
        if (page->rows > 0) {
            str_addc(out, ',');
        }
        plan_write(plan, &emit, NULL);
        page->rows++;
    }
    page->to.at = at;
    page->more = at < count;
}

void nodes_activities(struct call *call)
{
    struct field *fields = NULL;
    struct page page;
    if (!read_fields(call, "event_type,event_time,object_id", &fields)) {
        return;
    }
    struct plan *plan = plan_build(call, &node_activity, fields);
    if (plan == NULL || !page_begin(&page, call, call->request, ACTIVITIES_LIMIT)) {
        return;
    }
    struct str out;
    str_init(&out, REPLY_MAX);
    sim_lock(call->sim);
    page_open(&out);
    write_activities(call, &page, plan, &out);
    page_close(&page, call, &out);
    sim_unlock(call->sim);
    str_addc(&out, '}');
    call->reply->cpu_ms += 0.05 * (double)page.rows * (double)(plan->weight + 1);
    reply_take(call->reply, &out);
}
