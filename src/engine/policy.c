#include "engine/policy.h"

#include <string.h>

#include "config/config.h"
#include "store/overrides.h"

#define SETTING(op, name, min, max, member, own)                                                   \
    {                                                                                              \
        {op, name, op "." name, min, max, own}, offsetof(struct config, member)                    \
    }

static const struct {
    struct policy_setting setting;
    size_t configured; /* offset in struct config */
} settings[] = {
    SETTING("budget", "daily", 1, 1e9, budget_daily, false),
    SETTING("budget", "account", 1, 1e9, budget_per_account, true),
    SETTING("threshold", "account", 1, 95, limit_account_pct, false),
    SETTING("threshold", "app", 1, 95, limit_app_pct, false),
    SETTING("threshold", "insights", 1, 95, limit_insights_pct, false),
    SETTING("threshold", "use_case", 1, 95, limit_use_case_pct, false),
};

const struct policy_setting *policy_setting(const char *op, const char *name)
{
    for (size_t i = 0; i < sizeof settings / sizeof *settings; i++) {
        const struct policy_setting *setting = &settings[i].setting;
        if (strcmp(setting->op, op) == 0 && strcmp(setting->name, name) == 0) {
            return setting;
        }
    }
    return NULL;
}

double policy_configured(const struct config *config, const struct policy_setting *setting)
{
    for (size_t i = 0; i < sizeof settings / sizeof *settings; i++) {
        if (&settings[i].setting == setting) {
            return *(const double *)(const void *)((const char *)config + settings[i].configured);
        }
    }
    return 0;
}

const struct override_row *policy_override(const struct override_row *rows, size_t count,
                                           const char *key, const char *account_id)
{
    const struct override_row *found = NULL;
    for (size_t i = 0; i < count; i++) {
        bool own = account_id[0] && strcmp(rows[i].scope, account_id) == 0;
        if (strcmp(rows[i].name, key) == 0 && (own || (!rows[i].scope[0] && !found))) {
            found = &rows[i];
        }
    }
    return found;
}

void policy_tier(const struct config *config, struct tier_policy *out)
{
    tier_policy_defaults(out);
    out->high_micros = config->tier_high_spend;
    out->medium_micros = config->tier_medium_spend;
    out->hysteresis_pct = config->tier_hysteresis_pct;
    memcpy(out->cadence_ms, config->cadence_ms, sizeof out->cadence_ms);
    out->cadence_disabled_ms = config->cadence_disabled_ms;
    out->jitter_pct = config->jitter_pct;
}

/* The value in force, else the given one. */
static double in_force(const struct override_row *rows, size_t count, const char *key,
                       const char *account_id, double value)
{
    const struct override_row *row = policy_override(rows, count, key, account_id);
    return row ? row->value : value;
}

void policy_governor(const struct config *config, const struct override_row *rows, size_t count,
                     struct governor_config *out)
{
    governor_config_defaults(out);
    out->account_pct = in_force(rows, count, "threshold.account", "", config->limit_account_pct);
    out->app_pct = in_force(rows, count, "threshold.app", "", config->limit_app_pct);
    out->insights_pct = in_force(rows, count, "threshold.insights", "", config->limit_insights_pct);
    out->use_case_pct = in_force(rows, count, "threshold.use_case", "", config->limit_use_case_pct);
    out->pacing_start_pct = config->pacing_start_pct;
    out->error_rate_pct = config->user_error_rate_pct;
}

void policy_budget(const struct config *config, const struct override_row *rows, size_t count,
                   const char *account_id, struct budget_policy *out)
{
    out->daily = in_force(rows, count, "budget.daily", "", config->budget_daily);
    out->per_account = in_force(rows, count, "budget.account", account_id ? account_id : "",
                                config->budget_per_account);
    out->operator_reserve_pct = config->operator_reserve_pct;
    out->day_starts_ms = config->budget_day_starts_ms;
}
