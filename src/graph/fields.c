#include "graph/fields.h"

#include <string.h>

#include "base/str.h"

#define AT(level) (1U << (level))
#define BELOW_CAMPAIGN (AT(LEVEL_ADSET) | AT(LEVEL_AD))
#define BELOW_ACCOUNT (AT(LEVEL_CAMPAIGN) | BELOW_CAMPAIGN)

enum { NEEDED = FIELD_REQUIRED | FIELD_ALWAYS };

static const struct field account_fields[] = {
    {"id",                        NEEDED,       0},
    {"name",                      FIELD_ALWAYS, 0},
    {"account_status",            NEEDED,       0},
    {"disable_reason",            0,            0},
    {"currency",                  NEEDED,       0},
    {"timezone_name",             NEEDED,       0},
    {"timezone_offset_hours_utc", FIELD_ALWAYS, 0},
};

/* Budgets are absent when they live on another level. */
static const struct field campaign_fields[] = {
    {"id",               NEEDED | FIELD_SWEEP,       0},
    {"name",             FIELD_ALWAYS,               0},
    {"status",           FIELD_ALWAYS,               0},
    {"effective_status", NEEDED | FIELD_SWEEP,       0},
    {"objective",        0,                          0},
    {"daily_budget",     0,                          0},
    {"lifetime_budget",  0,                          0},
    {"created_time",     FIELD_ALWAYS,               0},
    {"updated_time",     FIELD_ALWAYS | FIELD_SWEEP, 0},
};

static const struct field adset_fields[] = {
    {"id",               NEEDED | FIELD_SWEEP,       0},
    {"campaign_id",      NEEDED,                     0},
    {"name",             FIELD_ALWAYS,               0},
    {"status",           FIELD_ALWAYS,               0},
    {"effective_status", NEEDED | FIELD_SWEEP,       0},
    {"daily_budget",     0,                          0},
    {"lifetime_budget",  0,                          0},
    {"created_time",     FIELD_ALWAYS,               0},
    {"updated_time",     FIELD_ALWAYS | FIELD_SWEEP, 0},
};

static const struct field ad_fields[] = {
    {"id",               NEEDED | FIELD_SWEEP,       0},
    {"campaign_id",      NEEDED,                     0},
    {"adset_id",         NEEDED,                     0},
    {"name",             FIELD_ALWAYS,               0},
    {"status",           FIELD_ALWAYS,               0},
    {"effective_status", NEEDED | FIELD_SWEEP,       0},
    {"created_time",     FIELD_ALWAYS,               0},
    {"updated_time",     FIELD_ALWAYS | FIELD_SWEEP, 0},
};

/* Metrics that are zero or do not apply are left out of a row (reference 6.2), base counters are
 * not. date_start and date_stop come unasked. */
static const struct field insight_fields[] = {
    {"campaign_id",   NEEDED,                 BELOW_ACCOUNT },
    {"campaign_name", 0,                      BELOW_ACCOUNT },
    {"adset_id",      NEEDED,                 BELOW_CAMPAIGN},
    {"adset_name",    0,                      BELOW_CAMPAIGN},
    {"ad_id",         NEEDED,                 AT(LEVEL_AD)  },
    {"ad_name",       0,                      AT(LEVEL_AD)  },
    {"spend",         NEEDED,                 0             },
    {"impressions",   FIELD_ALWAYS,           0             },
    {"clicks",        0,                      0             },
    {"reach",         0,                      0             },
    {"actions",       0,                      0             },
    {"action_values", 0,                      0             },
    {"date_start",    NEEDED | FIELD_IMPLIED, 0             },
    {"date_stop",     NEEDED | FIELD_IMPLIED, 0             },
};

static const struct field total_fields[] = {
    {"spend",       NEEDED,                 0},
    {"impressions", FIELD_ALWAYS,           0},
    {"clicks",      0,                      0},
    {"date_start",  NEEDED | FIELD_IMPLIED, 0},
    {"date_stop",   NEEDED | FIELD_IMPLIED, 0},
};

#define TABLE(array) (array), sizeof(array) / sizeof((array)[0])

static const struct edge_row {
    const char *name;
    const struct field *fields;
    size_t count;
} edges[EDGE_COUNT] = {
    [EDGE_ACCOUNTS] = {"accounts",  TABLE(account_fields) },
    [EDGE_CAMPAIGNS] = {"campaigns", TABLE(campaign_fields)},
    [EDGE_ADSETS] = {"adsets",    TABLE(adset_fields)   },
    [EDGE_ADS] = {"ads",       TABLE(ad_fields)      },
    [EDGE_INSIGHTS] = {"insights",  TABLE(insight_fields) },
    [EDGE_TOTALS] = {"totals",    TABLE(total_fields)   },
};

const char *edge_name(enum edge edge)
{
    return edges[edge].name;
}

enum edge edge_of_kind(enum entity_kind kind)
{
    static const enum edge of[ENTITY_KIND_COUNT] = {EDGE_CAMPAIGNS, EDGE_ADSETS, EDGE_ADS};
    return of[kind];
}

const struct field *fields_of(enum edge edge, size_t *count)
{
    *count = edges[edge].count;
    return edges[edge].fields;
}

bool field_is_asked(enum edge edge, size_t index, enum insight_level level, uint64_t dropped)
{
    const struct field *field = &edges[edge].fields[index];
    return (dropped >> index & 1) == 0 && (field->levels == 0 || (field->levels & AT(level)) != 0);
}

static bool add_name(struct str *out, const char *name, bool *first)
{
    bool ok = (*first || str_addc(out, ',')) && str_add(out, name);
    *first = false;
    return ok;
}

bool fields_text(enum edge edge, enum insight_level level, uint64_t dropped, struct str *out)
{
    bool first = true;
    bool ok = true;
    for (size_t i = 0; i < edges[edge].count; i++) {
        const struct field *field = &edges[edge].fields[i];
        if ((field->flags & FIELD_IMPLIED) == 0 && field_is_asked(edge, i, level, dropped)) {
            ok = add_name(out, field->name, &first) && ok;
        }
    }
    return ok;
}

bool fields_sweep_text(enum edge edge, uint64_t dropped, struct str *out)
{
    bool first = true;
    bool ok = true;
    for (size_t i = 0; i < edges[edge].count; i++) {
        const struct field *field = &edges[edge].fields[i];
        if ((field->flags & FIELD_SWEEP) != 0 && (dropped >> i & 1) == 0) {
            ok = add_name(out, field->name, &first) && ok;
        }
    }
    return ok;
}

bool fields_drop(enum edge edge, const char *name, uint64_t *dropped)
{
    for (size_t i = 0; i < edges[edge].count; i++) {
        if (strcmp(edges[edge].fields[i].name, name) == 0) {
            uint64_t bit = (uint64_t)1 << i;
            if ((edges[edge].fields[i].flags & FIELD_REQUIRED) != 0 || (*dropped & bit) != 0) {
                return false;
            }
            *dropped |= bit;
            return true;
        }
    }
    return false;
}

bool fields_dropped_text(enum edge edge, uint64_t dropped, struct str *out)
{
    bool first = true;
    bool ok = true;
    for (size_t i = 0; i < edges[edge].count; i++) {
        if ((dropped >> i & 1) != 0) {
            ok = add_name(out, edges[edge].fields[i].name, &first) && ok;
        }
    }
    return ok;
}

uint64_t fields_dropped_parse(enum edge edge, const char *names)
{
    uint64_t dropped = 0;
    const char *at = names == NULL ? "" : names;
    while (*at != '\0') {
        size_t n = strcspn(at, ",");
        char name[64];
        if (n < sizeof name) {
            memcpy(name, at, n);
            name[n] = '\0';
            fields_drop(edge, name, &dropped);
        }
        at += n + (at[n] == ',');
    }
    return dropped;
}
