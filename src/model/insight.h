/*
 * insight: one row of an insights listing. Money in micros of the account currency's major unit,
 * parsed from the decimal text. Texts are lent as in entity.h.
 */
#ifndef MODEL_INSIGHT_H
#define MODEL_INSIGHT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum insight_level { LEVEL_ACCOUNT, LEVEL_CAMPAIGN, LEVEL_ADSET, LEVEL_AD, LEVEL_COUNT };
const char *insight_level_name(enum insight_level level); /* "account", "campaign", "adset", "ad" */
bool insight_level_parse(const char *text, enum insight_level *out);

struct insight_action {
    const char *action_type;
    const char *attribution; /* "default" = the API's `value`, else the window's key */
    const char *count;       /* decimal text as given; NULL = only a value came */
    bool has_value;
    int64_t value; /* micros, from action_values */
};

struct insight {
    enum insight_level level;
    const char *entity_id; /* of the level; the account id ("act_...") at LEVEL_ACCOUNT */
    const char *ad_name;   /* with these an ad no listing returns becomes a tombstone */
    const char *adset_id, *adset_name;
    const char *campaign_id, *campaign_name;
    int32_t date_start, date_stop; /* days since 1970-01-01, account time zone, inclusive */
    const char *breakdown;         /* "" = none, else "age=18-24,gender=female" */
    int64_t spend;                 /* micros */
    int64_t impressions, clicks;
    int64_t reach; /* -1 = not given */
    const struct insight_action *actions;
    size_t action_count;
};

#endif
