#include "model/entity.h"

#include "model/insight.h"
#include "model/names.h"

static const char *const kinds[ENTITY_KIND_COUNT] = {"campaign", "adset", "ad"};
static const char *const edges[ENTITY_KIND_COUNT] = {"campaigns", "adsets", "ads"};
static const char *const levels[LEVEL_COUNT] = {"account", "campaign", "adset", "ad"};

/* Each kind's own list: a value of another kind fails the whole request (reference 4.3). */
static const char *const campaign_statuses[] = {"ACTIVE",     "PAUSED",      "ARCHIVED",
                                                "IN_PROCESS", "WITH_ISSUES", NULL};
static const char *const adset_statuses[] = {
    "ACTIVE", "PAUSED", "CAMPAIGN_PAUSED", "ARCHIVED", "IN_PROCESS", "WITH_ISSUES", NULL};
static const char *const ad_statuses[] = {
    "ACTIVE",         "PAUSED",      "CAMPAIGN_PAUSED",      "ADSET_PAUSED",
    "ARCHIVED",       "IN_PROCESS",  "WITH_ISSUES",          "DISAPPROVED",
    "PENDING_REVIEW", "PREAPPROVED", "PENDING_BILLING_INFO", NULL,
};

const char *entity_kind_name(enum entity_kind kind)
{
    return names_get(kinds, ENTITY_KIND_COUNT, (int)kind);
}

const char *entity_kind_edge(enum entity_kind kind)
{
    return names_get(edges, ENTITY_KIND_COUNT, (int)kind);
}

bool entity_kind_parse(const char *text, enum entity_kind *out)
{
    int value = 0;
    if (!names_find(kinds, ENTITY_KIND_COUNT, text, &value)) {
        return false;
    }
    *out = (enum entity_kind)value;
    return true;
}

const char *const *entity_kind_statuses(enum entity_kind kind)
{
    static const char *const *const lists[ENTITY_KIND_COUNT] = {campaign_statuses, adset_statuses,
                                                                ad_statuses};
    return lists[kind];
}

const char *insight_level_name(enum insight_level level)
{
    return names_get(levels, LEVEL_COUNT, (int)level);
}

bool insight_level_parse(const char *text, enum insight_level *out)
{
    int value = 0;
    if (!names_find(levels, LEVEL_COUNT, text, &value)) {
        return false;
    }
    *out = (enum insight_level)value;
    return true;
}
