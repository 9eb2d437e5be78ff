#include <stdio.h>

#include "sim/api/entity_fields.h"
#include "sim/api/put.h"
#include "sim/net/out.h"

/* ---- creatives: the entity is the ad that uses it */

static void c_id(const struct emit *e)
{
    put_id(e, e->entity->creative_id);
}
static void c_account(const struct emit *e)
{
    put_id(e, e->account->id);
}
/* A creative outlives the ad's pauses and its archive. */
static void c_status(const struct emit *e)
{
    put_text(e, e->entity->status == WORLD_DELETED ? "DELETED" : "ACTIVE");
}
static void c_name(const struct emit *e)
{
    unsigned long long number = e->entity->key % 100000;
    put_key(e);
    str_addf(e->out, "\"Creative %llu\"", number);
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
    unsigned long long key = e->entity->key;
    put_key(e);
    str_addf(e->out, "\"%016llx%016llx\"", key, ~key);
}
/* Signed and different on every read (reference 4.2). */
static void c_url(const struct emit *e)
{
    unsigned long long expires = (unsigned long long)e->call->now_ms / 1000 + 86400;
    put_key(e);
    str_addf(e->out,
             "\"https:\\/\\/scontent.xx.fbcdn.net\\/v\\/t45.1600-4\\/%llu_n.png?_nc_cat=1"
             "&oh=00_%llx&oe=%llX\"",
             (unsigned long long)e->entity->creative_id,
             (unsigned long long)(e->entity->key ^ (uint64_t)e->call->now_ms), expires);
}
static void c_video(const struct emit *e)
{
    if ((e->entity->key >> 4 & 3) == 0) {
        put_id(e, e->entity->key % 10000000000000000ull);
    }
}
static void c_story(const struct emit *e)
{
    put_key(e);
    str_addf(e->out, "\"%llu_%llu\"", (unsigned long long)(e->account->id % 1000000000000ull),
             (unsigned long long)(e->entity->key % 1000000000000000ull));
}
static void c_story_spec(const struct emit *e)
{
    put_key(e);
    str_addf(e->out,
             "{\"page_id\":\"%llu\",\"link_data\":{\"link\":\"https:\\/\\/example.com\\/\","
             "\"message\":\"Free returns for 30 days.\",\"call_to_action\":{\"type\":"
             "\"SHOP_NOW\"},\"image_hash\":\"%016llx\"}}",
             (unsigned long long)(e->account->id % 1000000000000ull),
             (unsigned long long)e->entity->key);
}
/* Only of those made from several assets. */
static void c_assets(const struct emit *e)
{
    if ((e->entity->key >> 9 & 7) == 0) {
        put_raw(e,
                "{\"titles\":[{\"text\":\"New season, new looks\"}],\"bodies\":[{\"text\":\"Free "
                "returns for 30 days.\"}],\"call_to_action_types\":[\"SHOP_NOW\"],"
                "\"ad_formats\":[\"SINGLE_IMAGE\"]}");
    }
}
static void c_tags(const struct emit *e)
{
    put_text(e, "utm_source=facebook&utm_campaign={{campaign.id}}");
}

static const struct field_row rows[] = {
    {"account_id",                ON_CREATIVE, c_account,    NULL, 0 },
    {"status",                    ON_CREATIVE, c_status,     NULL, 0 },
    {"id",                        ON_CREATIVE, c_id,         NULL, 0 },
    {"name",                      ON_CREATIVE, c_name,       NULL, 0 },
    {"object_type",               ON_CREATIVE, c_type,       NULL, 0 },
    {"title",                     ON_CREATIVE, c_title,      NULL, 0 },
    {"body",                      ON_CREATIVE, c_body,       NULL, 0 },
    {"call_to_action_type",       ON_CREATIVE, c_button,     NULL, 0 },
    {"image_hash",                ON_CREATIVE, c_hash,       NULL, 0 },
    {"image_url",                 ON_CREATIVE, c_url,        NULL, 4 },
    {"thumbnail_url",             ON_CREATIVE, c_url,        NULL, 4 },
    {"video_id",                  ON_CREATIVE, c_video,      NULL, 0 },
    {"effective_object_story_id", ON_CREATIVE, c_story,      NULL, 0 },
    {"object_story_spec",         ON_CREATIVE, c_story_spec, NULL, 20},
    {"asset_feed_spec",           ON_CREATIVE, c_assets,     NULL, 20},
    {"url_tags",                  ON_CREATIVE, c_tags,       NULL, 0 },
};

const struct node_type node_creative = {.on = ON_CREATIVE,
                                        .name = "AdCreative",
                                        .rows = rows,
                                        .row_count = sizeof rows / sizeof rows[0],
                                        .id_always = true,
                                        .known = known_creative};

void creative_write(const struct plan *plan, struct call *call, const struct world_account *account,
                    const struct world_entity *ad, struct str *out)
{
    struct emit emit = {.call = call, .out = out, .account = account, .entity = ad};
    char id[24];
    snprintf(id, sizeof id, "%llu", (unsigned long long)ad->creative_id);
    plan_write(plan, &emit, id);
}
