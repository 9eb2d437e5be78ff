#include "engine/policy.h"

#include <string.h>

#include "config/config.h"
#include "store/overrides.h"

static const struct policy_setting settings[] = {
    {"budget",    "daily",    "budget.daily",       1, 1e9},
    {"budget",    "account",  "budget.account",     1, 1e9},
    {"threshold", "account",  "threshold.account",  1, 95 },
    {"threshold", "app",      "threshold.app",      1, 95 },
    {"threshold", "insights", "threshold.insights", 1, 95 },
    {"threshold", "use_case", "threshold.use_case", 1, 95 },
};

const struct policy_setting *policy_setting(const char *op, const char *name)
{
    for (size_t i = 0; i < sizeof settings / sizeof *settings; i++) {
        if (strcmp(settings[i].op, op) == 0 && strcmp(settings[i].name, name) == 0) {
            return &settings[i];
        }
    }
    return NULL;
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

/* The value in force for key and scope, else the given one. */
static double in_force(const struct override_row *rows, size_t count, const char *key,
                       const char *scope, double value)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(rows[i].name, key) == 0 && strcmp(rows[i].scope, scope) == 0) {
            value = rows[i].value;
        }
    }
    return value;
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
    out->per_account = in_force(rows, count, "budget.account", "", config->budget_per_account);
    if (account_id) {
        out->per_account = in_force(rows, count, "budget.account", account_id, out->per_account);
    }
    out->operator_reserve_pct = config->operator_reserve_pct;
    out->day_starts_ms = config->budget_day_starts_ms;
}
