/*
 * plan: what one run of an account is going to ask for. Pure: time, marks and policy are arguments.
 *
 * Windows are whole days in the account's time zone: OPEN = today and yesterday, WEEK = the 7
 * complete days before today, and today, MONTH = the 28 complete days before, and today. The
 * API restates insights every 15 minutes and for 28 days (reference 6.3); a wider read renews the
 * narrower ones. Listings: FULL asks for everything but DELETED, DELTA for what `updated_time`
 * moved past the watermark less an overlap, SWEEP for ids and statuses of everything.
 */
#ifndef SYNC_PLAN_H
#define SYNC_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "config/config.h"
#include "govern/cost.h"
#include "model/account.h"
#include "model/entity.h"
#include "model/insight.h"
#include "model/run.h"

struct tz;

enum plan_window { WINDOW_OPEN, WINDOW_WEEK, WINDOW_MONTH, PLAN_WINDOW_COUNT };
enum listing_how { LISTING_NONE, LISTING_FULL, LISTING_DELTA, LISTING_SWEEP };

enum { PLAN_LEVELS_MAX = LEVEL_COUNT };

/* What the store knows of an account beyond struct account. Times are the server's, ms. */
struct plan_marks {
    struct {
        int64_t server_ms; /* Date when the last complete listing began; 0 = never */
        uint64_t key;      /* of the filter and status set it was made with */
        int64_t entities;  /* rows held that are not deleted */
    } listing[ENTITY_KIND_COUNT];
    int64_t window_at[PLAN_WINDOW_COUNT]; /* last complete read of the window; 0 = never */
    int64_t rows_per_day;                 /* insights rows of the fullest of the last days held */
    int64_t active_ads;
    bool delivering; /* impressions in the last days held, or an ad that may deliver */
};

/* Who asks, and for what. */
struct plan_request {
    enum run_mode mode;
    bool automatic; /* the plan chooses full, delta or sweep; `mode` is ignored */
    enum run_trigger trigger;
    bool foreground;    /* `adtop sync`: WEEK whatever is fresh, and everything gone is found */
    bool force;         /* freshness is no reason to skip anything */
    bool override;      /* an operator's, past thresholds and pacing: every call is critical */
    bool since_given;   /* the insights window begins on `since` */
    int32_t since;      /* day */
    int32_t until;      /* last day; 0 = today */
    size_t level_count; /* 0 = the configured ones */
    enum insight_level levels[PLAN_LEVELS_MAX];
    const char *breakdowns; /* NULL = the configured ones; "" = none */
};

struct plan_policy {
    int64_t overlap_ms; /* below the watermark, asked for again */
    int64_t fresh_ms;   /* insights younger than this are not read again */
    int64_t week_ms;    /* how often WEEK and MONTH are read */
    int64_t month_ms;
    int64_t idle_ms; /* how often an account without delivery is looked at */
    int64_t full_ms; /* how often everything is listed again, whatever was swept */
    int64_t sweep_ms[TIER_COUNT];
    int week_days, month_days;                    /* complete days before today in WEEK and MONTH */
    int entity_limit, insight_limit, sweep_limit; /* first page sizes */
    int64_t async_above_rows; /* a report instead of pages; 0 = only after a failure */
    size_t level_count;
    enum insight_level levels[PLAN_LEVELS_MAX];
    char breakdowns[CONFIG_LIST_SIZE], action_breakdowns[CONFIG_LIST_SIZE];
    struct cost_weights weights;
};

struct plan_listing {
    enum listing_how how;
    int64_t since_ms; /* LISTING_DELTA: watermark less overlap */
    uint64_t key;
    int limit;
};

struct plan_insights {
    enum insight_level level;
    int limit;
    bool report; /* straight to an async report */
    double rows; /* estimate */
};

struct sync_plan {
    char account_id[ID_SIZE];
    enum run_mode mode;
    enum run_trigger trigger;
    bool foreground, forced, critical;
    struct plan_listing listing[ENTITY_KIND_COUNT];
    size_t insights_count; /* one chain per level */
    struct plan_insights insights[PLAN_LEVELS_MAX];
    int32_t first_day, last_day; /* of insights and total, inclusive */
    enum plan_window window;     /* the widest window that the days cover; see window_covered */
    bool window_covered;         /* false: the days cover no named window */
    bool total;                  /* level=account by day over the same days: the checksum */
    int32_t today;               /* in the account's time zone */
    char breakdowns[CONFIG_LIST_SIZE];
    double calls, cost; /* estimate: calls, weighted units */
};

struct plan_input {
    const struct account *account;
    const struct plan_marks *marks;
    const struct plan_policy *policy;
    const struct plan_request *request;
    const struct tz *tz; /* of the account */
    int64_t now_ms;
};

void plan_policy_from_config(const struct config *config, struct plan_policy *out);

void plan_make(const struct plan_input *in, struct sync_plan *out);

/* Weighted units of one call of the plan; total: of CALL_INSIGHTS_TOTAL. */
double plan_call_cost(const struct plan_policy *policy, const struct sync_plan *plan,
                      enum call_class call_class);

/* What a watermark is bound to: the kind and its status set (reference 4.5, pitfall 3 and 10.22).
 */
uint64_t plan_listing_key(enum entity_kind kind);

/* Days of a window as of `today`, inclusive. */
void plan_window_days(const struct plan_policy *policy, enum plan_window window, int32_t today,
                      int32_t *first, int32_t *last);

const char *plan_window_name(enum plan_window window); /* "open", "week", "month" */
const char *listing_how_name(enum listing_how how);    /* "none", "full", "delta", "sweep" */

#endif
