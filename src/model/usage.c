#include "model/usage.h"

#include <string.h>

#include "model/names.h"

static const char *const scopes[SCOPE_KIND_COUNT] = {"app", "app_insights", "token", "account",
                                                     "use_case"};
static const char *const use_cases[USE_CASE_COUNT] = {"", "ads_management", "ads_insights"};
static const char *const sources[USAGE_SOURCE_COUNT] = {"app", "account", "buc", "app_insights",
                                                        "insights"};
static const char *const headers[USAGE_SOURCE_COUNT] = {
    "x-app-usage",
    "x-ad-account-usage",
    "x-business-use-case-usage",
    "x-fb-ads-insights-throttle",
    "x-fb-ads-insights-throttle",
};

const char *scope_kind_name(enum scope_kind kind)
{
    return names_get(scopes, SCOPE_KIND_COUNT, (int)kind);
}

bool scope_kind_parse(const char *text, enum scope_kind *out)
{
    int value = 0;
    if (!names_find(scopes, SCOPE_KIND_COUNT, text, &value)) {
        return false;
    }
    *out = (enum scope_kind)value;
    return true;
}

const char *use_case_name(enum use_case use_case)
{
    return names_get(use_cases, USE_CASE_COUNT, (int)use_case);
}

bool use_case_parse(const char *text, enum use_case *out)
{
    int value = 0;
    if (!names_find(use_cases, USE_CASE_COUNT, text, &value)) {
        return false;
    }
    *out = (enum use_case)value;
    return true;
}

const char *access_tier_name(enum access_tier tier)
{
    return tier == ACCESS_STANDARD      ? "standard_access"
           : tier == ACCESS_DEVELOPMENT ? "development_access"
                                        : "";
}

enum access_tier access_tier_parse(const char *text)
{
    if (!text || text[0] == '\0') {
        return ACCESS_UNKNOWN;
    }
    /* The dashboard's newer word for the same tier (reference 1.1). */
    bool full = strcmp(text, "standard_access") == 0 || strcmp(text, "full_access") == 0;
    return full ? ACCESS_STANDARD : ACCESS_DEVELOPMENT;
}

const char *usage_source_name(enum usage_source source)
{
    return names_get(sources, USAGE_SOURCE_COUNT, (int)source);
}

const char *usage_source_header(enum usage_source source)
{
    return names_get(headers, USAGE_SOURCE_COUNT, (int)source);
}

bool usage_source_is_app(enum usage_source source)
{
    return source == USAGE_APP || source == USAGE_INSIGHTS_APP;
}

bool usage_source_is_hourly(enum usage_source source)
{
    return source == USAGE_APP || source == USAGE_BUC;
}

bool usage_source_is_load(enum usage_source source)
{
    return source == USAGE_INSIGHTS_APP || source == USAGE_INSIGHTS;
}
