#include <stdio.h>

#include "base/tz.h"
#include "sim/api/entity_fields.h"
#include "sim/api/insights.h"
#include "sim/api/put.h"
#include "sim/net/out.h"

/* ---- accounts */

static void a_id(const struct emit *e)
{
    put_key(e);
    str_addf(e->out, "\"act_%llu\"", (unsigned long long)e->account->id);
}
static void a_number(const struct emit *e)
{
    put_id(e, e->account->id);
}
static void a_name(const struct emit *e)
{
    put_key(e);
    write_name(e->out, &e->account->name);
}
static void a_status(const struct emit *e)
{
    put_int(e, e->account->status);
}
static void a_disable(const struct emit *e)
{
    put_int(e, e->account->disable_reason);
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
    put_int(e, e->account->timezone_id);
}
static void a_offset(const struct emit *e)
{
    double hours = (double)tz_offset_s(e->account->tz, e->call->now_ms / 1000) / 3600.0;
    put_key(e);
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
    put_int(e, e->account->min_daily_budget);
}
static void a_created(const struct emit *e)
{
    put_time(e, e->account->created_ms);
}
static void a_age(const struct emit *e)
{
    put_key(e);
    str_addf(e->out, "%.10f", (double)(e->call->now_ms - e->account->created_ms) / 86400000.0);
}
static void a_business(const struct emit *e)
{
    put_key(e);
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
    put_int(e, 0);
}

static const struct field_row rows[] = {
    {"account_id",                   ON_ACCOUNT, a_number,        NULL,       0 },
    {"campaigns",                    ON_ACCOUNT, entity_children, "campaign", 40},
    {"adsets",                       ON_ACCOUNT, entity_children, "adset",    40},
    {"ads",                          ON_ACCOUNT, entity_children, "ad",       40},
    {"insights",                     ON_ACCOUNT, insights_nested, "insights", 60},
    {"id",                           ON_ACCOUNT, a_id,            NULL,       0 },
    {"name",                         ON_ACCOUNT, a_name,          NULL,       0 },
    {"account_status",               ON_ACCOUNT, a_status,        NULL,       0 },
    {"disable_reason",               ON_ACCOUNT, a_disable,       NULL,       0 },
    {"currency",                     ON_ACCOUNT, a_currency,      NULL,       0 },
    {"timezone_name",                ON_ACCOUNT, a_zone,          NULL,       0 },
    {"timezone_id",                  ON_ACCOUNT, a_zone_id,       NULL,       0 },
    {"timezone_offset_hours_utc",    ON_ACCOUNT, a_offset,        NULL,       0 },
    {"amount_spent",                 ON_ACCOUNT, a_spent,         NULL,       4 },
    {"balance",                      ON_ACCOUNT, a_balance,       NULL,       0 },
    {"spend_cap",                    ON_ACCOUNT, a_cap,           NULL,       0 },
    {"min_daily_budget",             ON_ACCOUNT, a_least,         NULL,       0 },
    {"min_campaign_group_spend_cap", ON_ACCOUNT, a_cap,           NULL,       0 },
    {"created_time",                 ON_ACCOUNT, a_created,       NULL,       0 },
    {"age",                          ON_ACCOUNT, a_age,           NULL,       0 },
    {"business",                     ON_ACCOUNT, a_business,      NULL,       2 },
    {"business_name",                ON_ACCOUNT, a_business_name, NULL,       0 },
    {"user_tasks",                   ON_ACCOUNT, a_tasks,         NULL,       0 },
    {"is_personal",                  ON_ACCOUNT, a_personal,      NULL,       0 },
    {"funding_source",               ON_ACCOUNT, NULL,            NULL,       0 },
    {"funding_source_details",       ON_ACCOUNT, NULL,            NULL,       0 },
    {"is_prepay_account",            ON_ACCOUNT, NULL,            NULL,       0 },
};

const struct node_type node_account = {.on = ON_ACCOUNT,
                                       .name = "AdAccount",
                                       .rows = rows,
                                       .row_count = sizeof rows / sizeof rows[0],
                                       .id_always = true,
                                       .known = known_account};

void account_write(const struct plan *plan, struct call *call, const struct world_account *account,
                   struct str *out)
{
    struct emit emit = {.call = call, .out = out, .account = account};
    char id[32];
    snprintf(id, sizeof id, "act_%llu", (unsigned long long)account->id);
    plan_write(plan, &emit, id);
}
