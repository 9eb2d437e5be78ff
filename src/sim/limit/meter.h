/*
 * meter: every limiter of the simulated app, independent of one another (reference 2.1): account
 * scores, use-case budgets per account, the app's own, insights load of the app and per account.
 *
 * Thread-safe: one lock inside. Accounts are indices into the world. Times are simulated ms.
 */
#ifndef SIM_LIMIT_METER_H
#define SIM_LIMIT_METER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/usage.h"
#include "sim/limit/load.h"
#include "sim/limit/rates.h"
#include "sim/limit/score.h"
#include "sim/limit/window.h"

enum limiter {
    LIMITER_NONE,
    LIMITER_APP,
    LIMITER_INSIGHTS_APP,
    LIMITER_INSIGHTS_ACCOUNT,
    LIMITER_ACCOUNT,
    LIMITER_BUC_MANAGEMENT,
    LIMITER_BUC_INSIGHTS,
    LIMITER_COUNT
};
const char *limiter_name(enum limiter limiter); /* "account", "buc_insights", ... */

struct meter_call {
    int account; /* -1 = none */
    enum use_case use_case;
    int64_t active_ads; /* of the account, for its quota */
    double points;
};

/* Everything a response's usage headers or /sim/limits may say about one account. */
struct meter_account {
    struct score score;
    struct window management, insights;
    struct load load;
    int64_t active_ads;  /* as of the last call */
    int64_t user_errors; /* of insights calls; lowers that quota by a thousandth each */
    bool seen;
    /* Until when the client was told that it is blocked: a call before that was made knowingly. */
    int64_t told_until_ms[LIMITER_COUNT];
};

struct meter_view {
    enum access_tier tier;
    struct rates rates;
    struct window app;
    struct load app_load;
    int64_t app_told_until_ms[LIMITER_COUNT];
    struct meter_account account; /* zero when the call has none */
};

struct meter;
struct meter *meter_create(size_t accounts, const struct rates *rates, enum access_tier tier);
void meter_destroy(struct meter *meter);

/* Admits a call or names the limiter that refuses it; chance in 0..1 for partial admission. told:
 * the client had been told of that block before. */
enum limiter meter_admit(struct meter *meter, const struct meter_call *call, double chance,
                         int64_t now_ms, bool *told);
/* A refusal by that limiter has been answered. */
void meter_tell(struct meter *meter, enum limiter limiter, int account);
/* Names the load limit of which a query of so much alone takes more than it may. */
enum limiter meter_too_large(struct meter *meter, const struct meter_call *call, double cpu_ms);
/* What an admitted call turned out to cost. */
void meter_charge(struct meter *meter, const struct meter_call *call, double cpu_ms,
                  int64_t now_ms);
/* What other programs of the app use: a share of the limit, 1 = all of it. */
void meter_use_up(struct meter *meter, enum limiter limiter, int account, double share,
                  int64_t now_ms);
void meter_user_error(struct meter *meter, int account);
/* A copy; account -1 = only the app's. */
void meter_view(struct meter *meter, int account, struct meter_view *out);
/* The limits change in mid-flight (scenarios); what was used stays used. */
void meter_set_rates(struct meter *meter, const struct rates *rates);
void meter_get_rates(struct meter *meter, struct rates *out);
void meter_set_tier(struct meter *meter, enum access_tier tier);
/* For saved state. */
void meter_restore(struct meter *meter, int account, const struct meter_account *saved);
void meter_restore_app(struct meter *meter, const struct window *app, const struct load *load);
void meter_reset(struct meter *meter);

struct window_limit meter_quota(const struct rates *rates, enum use_case use_case,
                                int64_t active_ads, int64_t user_errors);

#endif
