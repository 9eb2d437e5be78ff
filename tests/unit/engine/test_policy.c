#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "config/config.h"
#include "engine/policy.h"
#include "store/overrides.h"

static struct override_row row(const char *name, const char *scope, double value)
{
    struct override_row r = {.value = value};
    snprintf(r.name, sizeof r.name, "%s", name);
    snprintf(r.scope, sizeof r.scope, "%s", scope);
    return r;
}

static void test_what_an_operator_set_wins(void **state)
{
    (void)state;
    struct config config;
    struct governor_config governor;
    struct budget_policy budget;
    config_defaults(&config);
    struct override_row rows[] = {row("threshold.account", "", 55), row("budget.daily", "", 123),
                                  row("budget.account", "act_1", 9), row("unheard.of", "", 1)};
    policy_governor(&config, rows, 4, &governor);
    assert_true(governor.account_pct == 55);
    assert_true(governor.app_pct == config.limit_app_pct);
    policy_budget(&config, rows, 4, "act_1", &budget);
    assert_true(budget.daily == 123);
    assert_true(budget.per_account == 9);
    policy_budget(&config, rows, 4, "act_2", &budget);
    assert_true(budget.per_account == config.budget_per_account);
}

static void test_defaults_are_the_documented_lines(void **state)
{
    (void)state;
    struct config config;
    struct governor_config governor;
    struct tier_policy tiers;
    config_defaults(&config);
    policy_governor(&config, NULL, 0, &governor);
    policy_tier(&config, &tiers);
    assert_true(governor.account_pct == 70 && governor.app_pct == 80);
    assert_true(governor.insights_pct == 60 && governor.use_case_pct == 75);
    assert_int_equal(tiers.cadence_ms[TIER_HIGH], 30 * 60 * 1000);
    assert_int_equal(tiers.high_micros, 100 * 1000000);
    assert_int_equal(tiers.medium_micros, 10 * 1000000);
}

static void test_settings_are_found_by_operation_and_name(void **state)
{
    (void)state;
    assert_string_equal(policy_setting("threshold", "account")->key, "threshold.account");
    assert_string_equal(policy_setting("budget", "account")->key, "budget.account");
    assert_null(policy_setting("budget", "app"));
    assert_null(policy_setting("threshold", ""));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_an_operator_set_wins),
        cmocka_unit_test(test_defaults_are_the_documented_lines),
        cmocka_unit_test(test_settings_are_found_by_operation_and_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
