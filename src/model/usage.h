/*
 * usage: the limiters of the API and their readings. Percentages are 0..n: the API reports above
 * 100. Sources: the five usage headers (reference 1.1).
 */
#ifndef MODEL_USAGE_H
#define MODEL_USAGE_H

#include <stdbool.h>
#include <stdint.h>

#include "model/ids.h"

/* What a limit applies to. The governor's scopes. */
enum scope_kind {
    SCOPE_APP,          /* x-app-usage, code 4 */
    SCOPE_APP_INSIGHTS, /* x-fb-ads-insights-throttle app_id_util_pct, code 4/1504022 */
    SCOPE_TOKEN,        /* code 17 without subcode; no header */
    SCOPE_ACCOUNT,      /* x-ad-account-usage, 17/2446079, 613 */
    SCOPE_USE_CASE,     /* x-business-use-case-usage; account x use case; 80000, 80004 */
    SCOPE_KIND_COUNT
};
const char *
scope_kind_name(enum scope_kind kind); /* "app", "app_insights", "token", "account", "use_case" */
bool scope_kind_parse(const char *text, enum scope_kind *out);

enum use_case { USE_CASE_NONE, USE_CASE_ADS_MANAGEMENT, USE_CASE_ADS_INSIGHTS, USE_CASE_COUNT };
const char *use_case_name(enum use_case use_case); /* "ads_management" */
bool use_case_parse(const char *text, enum use_case *out);

enum access_tier { ACCESS_UNKNOWN, ACCESS_DEVELOPMENT, ACCESS_STANDARD };
const char *access_tier_name(enum access_tier tier); /* "development_access" */
/* Unknown strings count as development access, the lower one; NULL or "" = unknown. */
enum access_tier access_tier_parse(const char *text);

/* Which header a reading came from: the scope words of usage_log. */
enum usage_source {
    USAGE_APP,          /* x-app-usage */
    USAGE_ACCOUNT,      /* x-ad-account-usage */
    USAGE_BUC,          /* x-business-use-case-usage */
    USAGE_INSIGHTS_APP, /* x-fb-ads-insights-throttle, app */
    USAGE_INSIGHTS,     /* x-fb-ads-insights-throttle, account */
    USAGE_SOURCE_COUNT
};
const char *
usage_source_name(enum usage_source source); /* "app","account","buc","app_insights","insights" */
const char *usage_source_header(enum usage_source source);
/* Of the app as a whole; of a rolling hour, in whole per cent; of insights load. */
bool usage_source_is_app(enum usage_source source);
bool usage_source_is_hourly(enum usage_source source);
bool usage_source_is_load(enum usage_source source);

struct usage_reading {
    int64_t at; /* ms, when the response arrived */
    enum usage_source source;
    char scope_id[ID_SIZE];                       /* "app", or the account id ("act_...") */
    enum use_case use_case;                       /* USAGE_BUC only */
    double pct;                                   /* the worst of those below */
    double call_count, total_time, total_cputime; /* percent; -1 = not given */
    int64_t regain_s; /* seconds until access, 0 = now, -1 = not given */
    enum access_tier access_tier;
    int64_t run_id;
};

#endif
