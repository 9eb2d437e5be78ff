/* policy: the configuration, and what operators changed of it for the day, in the governor's
 * words. Pure. */
#ifndef ENGINE_POLICY_H
#define ENGINE_POLICY_H

#include <stddef.h>

#include "govern/budget.h"
#include "govern/governor.h"
#include "govern/tier_rule.h"

struct config;
struct override_row;

void policy_tier(const struct config *config, struct tier_policy *out);
/* The rows in force; a name nobody knows is ignored. account_id NULL = the shared figures. */
void policy_governor(const struct config *config, const struct override_row *rows, size_t count,
                     struct governor_config *out);
void policy_budget(const struct config *config, const struct override_row *rows, size_t count,
                   const char *account_id, struct budget_policy *out);
/* Whether an operator may set it, and within which bounds: "daily", "account" for a budget,
 * "account", "app", "insights", "use_case" for a threshold. NULL = no such name. */
struct policy_setting {
    const char *op;   /* "budget", "threshold" */
    const char *name; /* what the operator types */
    const char *key;  /* override_row.name */
    double min, max;
    bool of_account; /* it can be set for one account alone */
};
const struct policy_setting *policy_setting(const char *op, const char *name);
double policy_configured(const struct config *config, const struct policy_setting *setting);
/* The row in force for an account ("" = all), its own before everybody's; NULL = none. */
const struct override_row *policy_override(const struct override_row *rows, size_t count,
                                           const char *key, const char *account_id);

#endif
