#include "sim/limit/meter.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

struct meter {
    pthread_mutex_t lock;
    size_t account_count;
    /* guarded by lock */
    enum access_tier tier;
    struct rates rates;
    struct window app;
    struct load app_load;
    int64_t app_told_until_ms[LIMITER_COUNT];
    struct meter_account *accounts;
};

const char *limiter_name(enum limiter limiter)
{
    static const char *const names[LIMITER_COUNT] = {
        [LIMITER_NONE] = "none",
        [LIMITER_APP] = "app",
        [LIMITER_INSIGHTS_APP] = "insights_app",
        [LIMITER_INSIGHTS_ACCOUNT] = "insights_account",
        [LIMITER_ACCOUNT] = "account",
        [LIMITER_BUC_MANAGEMENT] = "buc_management",
        [LIMITER_BUC_INSIGHTS] = "buc_insights",
    };
    return names[limiter];
}

struct meter *meter_create(size_t accounts, const struct rates *rates, enum access_tier tier)
{
    struct meter *meter = calloc(1, sizeof *meter);
    if (meter == NULL) {
        return NULL;
    }
    meter->accounts = calloc(accounts > 0 ? accounts : 1, sizeof *meter->accounts);
    if (meter->accounts == NULL) {
        free(meter);
        return NULL;
    }
    pthread_mutex_init(&meter->lock, NULL);
    meter->account_count = accounts;
    meter->rates = *rates;
    meter->tier = tier;
    return meter;
}

void meter_destroy(struct meter *meter)
{
    if (meter == NULL) {
        return;
    }
    pthread_mutex_destroy(&meter->lock);
    free(meter->accounts);
    free(meter);
}

struct window_limit meter_quota(const struct rates *rates, enum use_case use_case,
                                int64_t active_ads, int64_t user_errors)
{
    bool insights = use_case == USE_CASE_ADS_INSIGHTS;
    struct window_limit limit = {.calls = rates->management_calls +
                                          rates->management_per_active_ad * (double)active_ads,
                                 .cpu_ms = rates->management_cpu_ms};
    if (insights) {
        limit.calls = rates->insights_calls + rates->insights_per_active_ad * (double)active_ads -
                      rates->insights_per_user_error * (double)user_errors;
        limit.cpu_ms = rates->insights_cpu_ms;
    }
    limit.wall_ms = limit.cpu_ms * rates->wall_factor;
    return limit;
}

static struct meter_account *meter_account_of(struct meter *meter, int account)
{
    return account >= 0 && (size_t)account < meter->account_count ? &meter->accounts[account]
                                                                  : NULL;
}

static enum limiter meter_admit_account(struct meter *meter, struct meter_account *account,
                                        const struct meter_call *call, int64_t now_ms)
{
    const struct rates *rates = &meter->rates;
    bool insights = call->use_case == USE_CASE_ADS_INSIGHTS;
    struct window_limit quota =
        meter_quota(rates, call->use_case, account->active_ads, account->user_errors);
    if (!score_admit(&account->score, &rates->score, call->points, now_ms)) {
        return LIMITER_ACCOUNT;
    }
    if (!window_admit(insights ? &account->insights : &account->management, &quota, now_ms)) {
        return insights ? LIMITER_BUC_INSIGHTS : LIMITER_BUC_MANAGEMENT;
    }
    return LIMITER_NONE;
}

static enum limiter meter_admit_load(struct meter *meter, struct meter_account *account,
                                     double chance, int64_t now_ms)
{
    if (!load_admit(&meter->app_load, &meter->rates.app_load, chance, now_ms)) {
        return LIMITER_INSIGHTS_APP;
    }
    if (account != NULL &&
        !load_admit(&account->load, &meter->rates.account_load, chance, now_ms)) {
        return LIMITER_INSIGHTS_ACCOUNT;
    }
    return LIMITER_NONE;
}

/* Where it is noted until when a client was told of a limiter's block. */
static int64_t *meter_told(struct meter *meter, enum limiter limiter, int account)
{
    struct meter_account *entry = meter_account_of(meter, account);
    bool app = limiter == LIMITER_APP || limiter == LIMITER_INSIGHTS_APP || entry == NULL;
    return app ? &meter->app_told_until_ms[limiter] : &entry->told_until_ms[limiter];
}

static int64_t meter_blocked_until(const struct meter *meter, enum limiter limiter,
                                   const struct meter_account *account)
{
    static const struct meter_account nobody;
    account = account != NULL ? account : &nobody;
    switch (limiter) {
    case LIMITER_APP:
        return meter->app.blocked_until_ms;
    case LIMITER_INSIGHTS_APP:
        return meter->app_load.blocked_until_ms;
    case LIMITER_INSIGHTS_ACCOUNT:
        return account->load.blocked_until_ms;
    case LIMITER_ACCOUNT:
        return account->score.blocked_until_ms;
    case LIMITER_BUC_MANAGEMENT:
        return account->management.blocked_until_ms;
    case LIMITER_BUC_INSIGHTS:
        return account->insights.blocked_until_ms;
    case LIMITER_NONE:
    case LIMITER_COUNT:
        break;
    }
    return 0;
}

void meter_tell(struct meter *meter, enum limiter limiter, int account)
{
    pthread_mutex_lock(&meter->lock);
    *meter_told(meter, limiter, account) =
        meter_blocked_until(meter, limiter, meter_account_of(meter, account));
    pthread_mutex_unlock(&meter->lock);
}

enum limiter meter_admit(struct meter *meter, const struct meter_call *call, double chance,
                         int64_t now_ms, bool *told)
{
    pthread_mutex_lock(&meter->lock);
    enum limiter refused = LIMITER_NONE;
    struct meter_account *account = meter_account_of(meter, call->account);
    if (account != NULL) {
        account->active_ads = call->active_ads;
        account->seen = true;
    }
    if (!window_admit(&meter->app, &meter->rates.app, now_ms)) {
        refused = LIMITER_APP;
    }
    if (refused == LIMITER_NONE && call->use_case == USE_CASE_ADS_INSIGHTS) {
        refused = meter_admit_load(meter, account, chance, now_ms);
    }
    if (refused == LIMITER_NONE && account != NULL && call->use_case != USE_CASE_NONE) {
        refused = meter_admit_account(meter, account, call, now_ms);
    }
    *told = refused != LIMITER_NONE && now_ms < *meter_told(meter, refused, call->account);
    pthread_mutex_unlock(&meter->lock);
    return refused;
}

enum limiter meter_too_large(struct meter *meter, const struct meter_call *call, double cpu_ms)
{
    pthread_mutex_lock(&meter->lock);
    const struct rates *rates = &meter->rates;
    double share = rates->largest_query_pct / 100.0;
    bool judged = share > 0.0 && call->use_case == USE_CASE_ADS_INSIGHTS;
    enum limiter limiter = LIMITER_NONE;
    if (judged && cpu_ms > share * rates->app_load.capacity_ms) {
        limiter = LIMITER_INSIGHTS_APP;
    } else if (judged && call->account >= 0 && cpu_ms > share * rates->account_load.capacity_ms) {
        limiter = LIMITER_INSIGHTS_ACCOUNT;
    }
    pthread_mutex_unlock(&meter->lock);
    return limiter;
}

void meter_charge(struct meter *meter, const struct meter_call *call, double cpu_ms, int64_t now_ms)
{
    /* Wall time of a query is its cpu time plus waiting for storage. */
    double wall_ms = 1.6 * cpu_ms + 4.0;
    pthread_mutex_lock(&meter->lock);
    const struct rates *rates = &meter->rates;
    struct meter_account *account = meter_account_of(meter, call->account);
    window_charge(&meter->app, &rates->app, cpu_ms, wall_ms, now_ms);
    if (call->use_case == USE_CASE_ADS_INSIGHTS) {
        load_charge(&meter->app_load, &rates->app_load, cpu_ms, now_ms);
    }
    if (account != NULL && call->use_case != USE_CASE_NONE) {
        struct window_limit quota =
            meter_quota(rates, call->use_case, account->active_ads, account->user_errors);
        bool insights = call->use_case == USE_CASE_ADS_INSIGHTS;
        window_charge(insights ? &account->insights : &account->management, &quota, cpu_ms, wall_ms,
                      now_ms);
        if (insights) {
            load_charge(&account->load, &rates->account_load, cpu_ms, now_ms);
        }
    }
    pthread_mutex_unlock(&meter->lock);
}

static void meter_use_up_account(struct meter *meter, struct meter_account *account,
                                 enum limiter limiter, double share, int64_t now_ms)
{
    const struct rates *rates = &meter->rates;
    bool insights = limiter == LIMITER_BUC_INSIGHTS;
    struct window_limit quota =
        meter_quota(rates, insights ? USE_CASE_ADS_INSIGHTS : USE_CASE_ADS_MANAGEMENT,
                    account->active_ads, account->user_errors);
    if (limiter == LIMITER_ACCOUNT) {
        score_charge(&account->score, &rates->score, share * rates->score.max, now_ms);
    } else if (limiter == LIMITER_INSIGHTS_ACCOUNT) {
        load_charge(&account->load, &rates->account_load, share * rates->account_load.capacity_ms,
                    now_ms);
    } else {
        window_charge_calls(insights ? &account->insights : &account->management, &quota,
                            share * quota.calls, now_ms);
    }
}

void meter_use_up(struct meter *meter, enum limiter limiter, int account, double share,
                  int64_t now_ms)
{
    pthread_mutex_lock(&meter->lock);
    const struct rates *rates = &meter->rates;
    struct meter_account *entry = meter_account_of(meter, account);
    if (limiter == LIMITER_APP) {
        window_charge_calls(&meter->app, &rates->app, share * rates->app.calls, now_ms);
    } else if (limiter == LIMITER_INSIGHTS_APP) {
        load_charge(&meter->app_load, &rates->app_load, share * rates->app_load.capacity_ms,
                    now_ms);
    } else if (entry != NULL) {
        meter_use_up_account(meter, entry, limiter, share, now_ms);
    }
    pthread_mutex_unlock(&meter->lock);
}

void meter_user_error(struct meter *meter, int account)
{
    pthread_mutex_lock(&meter->lock);
    struct meter_account *entry = meter_account_of(meter, account);
    if (entry != NULL) {
        entry->user_errors++;
    }
    pthread_mutex_unlock(&meter->lock);
}

void meter_view(struct meter *meter, int account, struct meter_view *out)
{
    pthread_mutex_lock(&meter->lock);
    *out = (struct meter_view){
        .tier = meter->tier, .rates = meter->rates, .app = meter->app, .app_load = meter->app_load};
    memcpy(out->app_told_until_ms, meter->app_told_until_ms, sizeof out->app_told_until_ms);
    const struct meter_account *entry = meter_account_of(meter, account);
    if (entry != NULL) {
        out->account = *entry;
    }
    pthread_mutex_unlock(&meter->lock);
}

void meter_set_rates(struct meter *meter, const struct rates *rates)
{
    pthread_mutex_lock(&meter->lock);
    meter->rates = *rates;
    pthread_mutex_unlock(&meter->lock);
}

void meter_get_rates(struct meter *meter, struct rates *out)
{
    pthread_mutex_lock(&meter->lock);
    *out = meter->rates;
    pthread_mutex_unlock(&meter->lock);
}

void meter_set_tier(struct meter *meter, enum access_tier tier)
{
    pthread_mutex_lock(&meter->lock);
    meter->tier = tier;
    pthread_mutex_unlock(&meter->lock);
}

void meter_restore(struct meter *meter, int account, const struct meter_account *saved)
{
    pthread_mutex_lock(&meter->lock);
    struct meter_account *entry = meter_account_of(meter, account);
    if (entry != NULL) {
        *entry = *saved;
    }
    pthread_mutex_unlock(&meter->lock);
}

void meter_restore_app(struct meter *meter, const struct window *app, const struct load *load)
{
    pthread_mutex_lock(&meter->lock);
    meter->app = *app;
    meter->app_load = *load;
    pthread_mutex_unlock(&meter->lock);
}

void meter_reset(struct meter *meter)
{
    pthread_mutex_lock(&meter->lock);
    meter->app = (struct window){0};
    meter->app_load = (struct load){0};
    memset(meter->app_told_until_ms, 0, sizeof meter->app_told_until_ms);
    for (size_t i = 0; i < meter->account_count; i++) {
        meter->accounts[i] = (struct meter_account){0};
    }
    pthread_mutex_unlock(&meter->lock);
}
