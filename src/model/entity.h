/*
 * entity: a campaign, an ad set or an ad as an edge listing gave it. Texts are lent by the page
 * (arena or JSON document) they were decoded from; NULL = the field was absent.
 */
#ifndef MODEL_ENTITY_H
#define MODEL_ENTITY_H

#include <stdbool.h>
#include <stdint.h>

enum entity_kind { ENTITY_CAMPAIGN, ENTITY_ADSET, ENTITY_AD, ENTITY_KIND_COUNT };
const char *entity_kind_name(enum entity_kind kind); /* "campaign", "adset", "ad" */
const char *entity_kind_edge(enum entity_kind kind); /* "campaigns", "adsets", "ads" */
bool entity_kind_parse(const char *text, enum entity_kind *out);
/* The effective_status values a listing of this kind accepts, DELETED left out
 * (reference 4.3, 4.4); NULL-terminated. */
const char *const *entity_kind_statuses(enum entity_kind kind);

/* Our own effective_status for what no listing returns and reading by id refuses (100/33): deleted
 * for good, or hidden from this token. */
#define ENTITY_INACCESSIBLE "INACCESSIBLE"

struct entity {
    enum entity_kind kind;
    const char *entity_id;
    const char *campaign_id; /* of an ad set or ad; of a campaign: NULL */
    const char *parent_id;   /* ad: adset_id; ad set: campaign_id; campaign: NULL */
    const char *name;
    const char *status;
    const char *effective_status;
    const char *objective;    /* campaigns */
    const char *daily_budget; /* decimal text in the currency's minor unit */
    const char *lifetime_budget;
    int64_t created_time; /* ms, 0 = absent */
    int64_t updated_time;
};

#endif
