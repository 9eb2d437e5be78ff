#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/date.h"
#include "govern/alert_rules.h"
#include "govern/cost.h"
#include "govern/fx.h"
#include "govern/tier_rule.h"

#define UNITS(n) ((int64_t)((n)*1e6))

/* ---- tiers ---- */

static void test_tier_decide_with_hysteresis(void **state)
{
    (void)state;
    static const struct {
        bool known, pinned;
        enum tier present;
        double spend;
        enum tier tier;
    } cases[] = {
        {false, false, TIER_LOW,    100.01, TIER_HIGH  }, /* unknown: the plain lines */
        {false, false, TIER_LOW,    100,    TIER_MEDIUM},
        {false, false, TIER_LOW,    10.01,  TIER_MEDIUM},
        {false, false, TIER_LOW,    10,     TIER_LOW   },
        {true,  false, TIER_MEDIUM, 119,    TIER_MEDIUM}, /* up needs 20 % more than the line */
        {true,  false, TIER_MEDIUM, 121,    TIER_HIGH  },
        {true,  false, TIER_HIGH,   81,     TIER_HIGH  }, /* down needs 20 % less */
        {true,  false, TIER_HIGH,   80,     TIER_MEDIUM},
        {true,  false, TIER_HIGH,   0,      TIER_LOW   }, /* all the way at once */
        {true,  false, TIER_HIGH,   9,      TIER_MEDIUM}, /* but only past both lines */
        {true,  false, TIER_LOW,    1000,   TIER_HIGH  },
        {true,  false, TIER_LOW,    110,    TIER_MEDIUM},
        {true,  true,  TIER_LOW,    1000,   TIER_LOW   }, /* pinned */
        {true,  false, TIER_LOW,    -5,     TIER_LOW   },
    };
    struct tier_policy policy;
    tier_policy_defaults(&policy);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct tier_input in = {.known = cases[i].known,
                                .pinned = cases[i].pinned,
                                .present = cases[i].present,
                                .spend_7d_base = UNITS(cases[i].spend)};
        struct tier_decision out;
        tier_decide(&policy, &in, &out);
        assert_int_equal(out.tier, cases[i].tier);
        assert_int_equal(out.changed, !in.known || out.tier != in.present);
        assert_non_null(strstr(out.detail, "\"spend_7d_base\":"));
    }
}

/* An account that wavers about a line by less than the hysteresis changes once. */
static void test_tier_does_not_flap(void **state)
{
    (void)state;
    struct tier_policy policy;
    struct rand rand;
    tier_policy_defaults(&policy);
    rand_seed(&rand, 5, 5);
    struct tier_input in = {.known = true, .present = TIER_MEDIUM};
    int changes = 0;
    for (int i = 0; i < 1000; i++) {
        struct tier_decision out;
        in.spend_7d_base = UNITS(85 + 34 * rand_unit(&rand));
        tier_decide(&policy, &in, &out);
        changes += out.changed;
        in.present = out.tier;
    }
    assert_in_range(changes, 0, 1);
}

static void test_tier_next_due_is_never_late(void **state)
{
    (void)state;
    struct tier_policy policy;
    struct rand rand;
    tier_policy_defaults(&policy);
    rand_seed(&rand, 1, 1);
    int64_t start = 1795000000000, distinct = 0, last = 0;
    for (int i = 0; i < 100; i++) {
        int64_t due = tier_next_due(&policy, TIER_HIGH, ACCOUNT_ACTIVE, start, &rand);
        assert_in_range(due - start, 1800000 * 95 / 100 - 1, 1800000);
        distinct += due != last;
        last = due;
    }
    assert_in_range(distinct, 90, 100);
    /* what is not active at Meta is looked at once a day, unless it is looked at less often */
    assert_int_equal(tier_cadence_ms(&policy, TIER_HIGH, ACCOUNT_DISABLED), 86400000);
    assert_int_equal(tier_cadence_ms(&policy, TIER_LOW, 3), 86400000);
    assert_int_equal(tier_cadence_ms(&policy, TIER_LOW, ACCOUNT_ACTIVE), 43200000);
}

/* ---- cost ---- */

static void test_cost_of_shapes(void **state)
{
    (void)state;
    static const struct {
        struct cost_shape shape;
        double cost;
    } cases[] = {
        {{.call_class = CALL_CAMPAIGNS, .daily = true, .breakdowns = true, .days = 365}, 1 },
        {{.call_class = CALL_INSIGHTS, .days = 7},                                       1 },
        {{.call_class = CALL_INSIGHTS, .days = 7, .breakdowns = true},                   3 },
        {{.call_class = CALL_INSIGHTS, .days = 7, .daily = true},                        5 },
        {{.call_class = CALL_INSIGHTS, .days = 90},                                      2 },
        {{.call_class = CALL_INSIGHTS, .days = 89},                                      1 },
        {{.call_class = CALL_INSIGHTS, .days = 7, .action_breakdowns = true},            4 },
 /* the example of the requirements: age and gender, daily, 90 days */
        {{.call_class = CALL_INSIGHTS, .breakdowns = true, .daily = true, .days = 90},   30},
        {{.call_class = CALL_REPORT,
          .breakdowns = true,
          .daily = true,
          .days = 90,
          .action_breakdowns = true},
         120                                                                               },
    };
    struct cost_weights w;
    cost_weights_defaults(&w);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_true(cost_call(&w, &cases[i].shape) == cases[i].cost);
    }
    struct cost_shape plan[] = {
        {.call_class = CALL_ADS, .calls = 3   },
        { .call_class = CALL_INSIGHTS,            .calls = 2, .daily = true}
    };
    double calls;
    assert_true(cost_total(&w, plan, 2, &calls) == 13);
    assert_true(calls == 5);
    assert_false(cost_action_breakdowns(""));
    assert_false(cost_action_breakdowns("action_type"));
    assert_true(cost_action_breakdowns("action_type,action_device"));
}

/* ---- rates of exchange ---- */

static const char rates_text[] = "base = USD\n"
                                 "[2026-01-01]\n"
                                 "EUR = 1.10 # a note\n"
                                 "JPY = 0.0064\n"
                                 "[2026-06-01]\n"
                                 "EUR = 1.20\n";

static void test_fx_latest_rate_not_after_the_day(void **state)
{
    (void)state;
    struct err err = {0};
    struct fx *fx = fx_create();
    assert_true(fx_load(fx, "fx.conf", rates_text, &err));
    static const struct {
        const char *currency, *base, *day;
        double rate;
        bool missing;
    } cases[] = {
        {"EUR", "USD", "2026-03-01", 1.1,          false},
        {"EUR", "USD", "2026-06-01", 1.2,          false},
        {"EUR", "USD", "2025-01-01", 1.1,          false}, /* before all: the oldest */
        {"USD", "USD", "2026-03-01", 1,            false},
        {"USD", "EUR", "2026-07-01", 1 / 1.2,      false},
        {"JPY", "EUR", "2026-03-01", 0.0064 / 1.1, false}, /* across */
        {"ZZZ", "USD", "2026-03-01", 1,            true }, /* counts 1:1 and says so */
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int32_t day;
        assert_true(date_parse(cases[i].day, &day));
        struct fx_amount out = fx_convert(fx, cases[i].currency, UNITS(10000), cases[i].base, day);
        assert_int_equal(out.missing, cases[i].missing);
        assert_int_equal(out.micros / 1000, (int64_t)(UNITS(10000) * cases[i].rate) / 1000);
        assert_int_equal(out.rate_day == 0, cases[i].missing);
    }
    fx_destroy(fx);
}

static void test_fx_load_takes_all_or_nothing(void **state)
{
    (void)state;
    static const char *const bad[] = {"EUR = 1\n",
                                      "[2026-13-01]\nEUR = 1\n",
                                      "[2026-01-01]\nEUR = 2\nEURO = 1\n",
                                      "[2026-01-01]\nEUR = -1\n",
                                      "[2026-01-01]\nEUR = x\n",
                                      "[2026-01-01\nEUR = 1\n",
                                      "nonsense\n"};
    struct fx *fx = fx_create();
    struct err err = {0};
    assert_true(fx_load(fx, "first", rates_text, &err));
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        memset(&err, 0, sizeof err);
        assert_false(fx_load(fx, "second", bad[i], &err));
        assert_int_equal(err.code, ERR_CONFIG);
        assert_memory_equal(err.message, "second:", 7);
    }
    int32_t day;
    assert_true(date_parse("2026-03-01", &day));
    assert_int_equal(fx_convert(fx, "EUR", UNITS(1), "USD", day).micros, 1100000);
    assert_true(fx_load(fx, "third", "[2026-01-01]\nEUR = 1.5\n", &err)); /* later wins */
    assert_int_equal(fx_convert(fx, "EUR", UNITS(1), "USD", day).micros, 1500000);
    fx_destroy(fx);
}

/* ---- alerts ---- */

static void test_alert_rules_are_complete(void **state)
{
    (void)state;
    for (int kind = 0; kind < ALERT_KIND_COUNT; kind++) {
        const struct alert_rule *rule = alert_rule((enum alert_kind)kind);
        enum alert_kind parsed;
        assert_int_equal(rule->kind, kind);
        assert_true(alert_kind_parse(rule->name, &parsed) && parsed == rule->kind);
        assert_true(rule->clear < rule->fire); /* hysteresis */
        assert_true(strlen(rule->text) > 10 && strlen(rule->action) > 10);
    }
    enum alert_kind kind;
    assert_false(alert_kind_parse("no_such_rule", &kind));
}

static void test_alert_step_fires_once_and_clears_once(void **state)
{
    (void)state;
    static const int64_t minute_ms = 60000;
    const struct alert_rule *rule = alert_rule(ALERT_BUDGET_ENDING); /* 1 h for 5 min; 0.25, 10 */
    static const struct {
        int minute;
        double figure;
        enum alert_change change;
    } steps[] = {
        {0,  2,   ALERT_STAYS },
        {4,  2,   ALERT_STAYS }, /* not yet for five minutes */
        {5,  0.9, ALERT_STAYS }, /* and back: counts from anew */
        {6,  2,   ALERT_STAYS },
        {11, 2,   ALERT_FIRES },
        {12, 2,   ALERT_STAYS }, /* once */
        {13, 0.5, ALERT_STAYS }, /* between the lines: it stays */
        {30, 0.5, ALERT_STAYS },
        {31, 0.2, ALERT_STAYS },
        {41, 0.2, ALERT_CLEARS},
        {42, 0.2, ALERT_STAYS },
    };
    struct alert_state state_of = {0};
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        int64_t now = 1795000000000 + steps[i].minute * minute_ms;
        assert_int_equal(alert_step(rule, &state_of, steps[i].figure, now), steps[i].change);
    }
    assert_true(state_of.fired_at < state_of.cleared_at);
}

static void test_alert_figures(void **state)
{
    (void)state;
    static const int64_t now = 1795000000000;
    assert_true(alert_figure_throttled(0, now) == 0);
    assert_true(alert_figure_throttled(now - 900000, now) == 15);
    assert_true(alert_figure_stale(now - 2400000, 1800000, now) == 10); /* 40 min at 30 */
    assert_true(alert_figure_stale(now, 1800000, now) == 0);
    assert_true(alert_figure_stale(0, 1800000, now) == 0); /* never synced is no staleness */
    assert_true(alert_figure_budget(now, now + 7200000) == 2);
    assert_true(alert_figure_budget(0, now) == 0);
    assert_true(alert_figure_error_rate(10.5, 15) == 70);
}

static void test_alert_figures_of_calls(void **state)
{
    (void)state;
    struct call_health recent = {.all = 100, .passing = 6}, before = {0};
    assert_true(alert_figure_failing(&recent) == 6);
    recent.all = 19; /* too few to tell */
    assert_true(alert_figure_failing(&recent) == 0);
    recent = (struct call_health){.all = 30, .passing = 2};
    assert_true(alert_figure_failing(&recent) == 0);
    recent.calls[CALL_ADS] = 20;
    recent.ms[CALL_ADS] = 20 * 2400;
    recent.calls[CALL_INSIGHTS] = 50; /* of which nothing is known from before */
    recent.ms[CALL_INSIGHTS] = 50 * 9000;
    before.calls[CALL_ADS] = 400;
    before.ms[CALL_ADS] = 400 * 600;
    assert_true(alert_figure_slow(&recent, &before) == 4);
    before.calls[CALL_ADS] = 5;
    assert_true(alert_figure_slow(&recent, &before) == 0);
    before = (struct call_health){0};
    before.calls[CALL_ADS] = 400;
    before.ms[CALL_ADS] = 400 * 50;
    recent.ms[CALL_ADS] = 20 * 500; /* ten times as long, and quick all the same */
    assert_true(alert_figure_slow(&recent, &before) == 0);
    assert_true(call_health_mean_ms(&before) == 50);
    before = (struct call_health){0};
    assert_true(call_health_mean_ms(&before) == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tier_decide_with_hysteresis),
        cmocka_unit_test(test_tier_does_not_flap),
        cmocka_unit_test(test_tier_next_due_is_never_late),
        cmocka_unit_test(test_cost_of_shapes),
        cmocka_unit_test(test_fx_latest_rate_not_after_the_day),
        cmocka_unit_test(test_fx_load_takes_all_or_nothing),
        cmocka_unit_test(test_alert_rules_are_complete),
        cmocka_unit_test(test_alert_step_fires_once_and_clears_once),
        cmocka_unit_test(test_alert_figures),
        cmocka_unit_test(test_alert_figures_of_calls),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
