#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>

#include "sim/limit/load.h"
#include "sim/limit/meter.h"
#include "sim/limit/rates.h"
#include "sim/limit/score.h"
#include "sim/limit/window.h"

#define NOW 1795000000000

static const struct score_limit dev = {.max = 60, .decay_s = 300, .block_s = 300};
static const struct score_limit std = {.max = 9000, .decay_s = 300, .block_s = 60};

static void test_score_decays_linearly(void **state)
{
    (void)state;
    static const struct {
        double points;
        int64_t passed_ms;
        double left;
        int64_t reset_s;
    } cases[] = {
        {60,  0,      60,  300},
        {60,  150000, 30,  150},
        {60,  300000, 0,   0  },
        {60,  999000, 0,   0  },
        {10,  5000,   9,   45 },
        {0.1, 0,      0.1, 1  },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct score score = {.points = cases[i].points, .at_ms = NOW};
        int64_t now = NOW + cases[i].passed_ms;
        assert_true(fabs(score_points(&score, &dev, now) - cases[i].left) < 1e-9);
        assert_int_equal(score_reset_s(&score, &dev, now), cases[i].reset_s);
    }
}

/* Reference 2.1: dev tier sustains one read per 5 s. */
static void test_score_sustains_published_pace(void **state)
{
    (void)state;
    struct score score = {0};
    for (int i = 0; i < 2000; i++) {
        assert_true(score_admit(&score, &dev, 1, NOW + i * 5000));
    }
    struct score fast = {0};
    int admitted = 0;
    while (admitted < 1000 && score_admit(&fast, &dev, 1, NOW + admitted * 4000)) {
        admitted++;
    }
    assert_true(admitted >= 60 && admitted < 400);
}

static void test_score_block(void **state)
{
    (void)state;
    static const struct {
        const struct score_limit *limit;
        int64_t block_ms;
        double left_pct;
    } cases[] = {
        {&dev, 300000, 0.0 },
        {&std, 60000,  80.0}
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct score_limit *limit = cases[i].limit;
        struct score score = {0};
        int calls = 0;
        while (score_admit(&score, limit, 1, NOW)) {
            calls++;
        }
        assert_int_equal(calls, (int)limit->max);
        assert_int_equal(score.blocked_until_ms, NOW + cases[i].block_ms);
        assert_int_equal(score_reset_s(&score, limit, NOW), cases[i].block_ms / 1000);
        /* Quiet to the end: free. */
        struct score quiet = score;
        assert_true(score_admit(&quiet, limit, 1, NOW + cases[i].block_ms));
        assert_true(fabs(score_pct(&score, limit, NOW + cases[i].block_ms) - cases[i].left_pct) <
                    0.1);
        /* A call half way: the block begins anew. */
        assert_false(score_admit(&score, limit, 1, NOW + cases[i].block_ms / 2));
        assert_int_equal(score.blocked_until_ms, NOW + cases[i].block_ms * 3 / 2);
        assert_false(score_admit(&score, limit, 1, NOW + cases[i].block_ms));
    }
}

static void test_window_rolls(void **state)
{
    (void)state;
    struct window_limit limit = {.calls = 100, .cpu_ms = 1000, .wall_ms = 2000};
    struct window window = {0};
    for (int i = 0; i < 30; i++) {
        assert_true(window_admit(&window, &limit, NOW + i * 60000));
    }
    assert_true(fabs(window_use(&window, &limit, NOW + 29 * 60000).calls_pct - 30) < 1e-9);
    assert_true(fabs(window_use(&window, &limit, NOW + 60 * 60000).calls_pct - 29) < 1e-9);
    assert_true(fabs(window_use(&window, &limit, NOW + 200 * 60000).calls_pct) < 1e-9);
}

static void test_window_blocks_on_each_of_three(void **state)
{
    (void)state;
    static const struct {
        double cpu, wall;
        int calls;
    } cases[] = {
        {0,    0,    100},
        {1000, 0,    1  },
        {0,    2000, 1  },
        {600,  100,  1  }
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct window_limit limit = {.calls = 100, .cpu_ms = 1000, .wall_ms = 2000};
        struct window window = {0};
        for (int k = 0; k < cases[i].calls; k++) {
            assert_true(window_admit(&window, &limit, NOW));
        }
        window_charge(&window, &limit, cases[i].cpu, cases[i].wall, NOW);
        bool blocked = i < 3;
        assert_int_equal(window_regain_min(&window, NOW) > 0, blocked);
        assert_int_equal(window_admit(&window, &limit, NOW), !blocked);
    }
}

static void test_window_regain_is_when_the_hour_has_rolled(void **state)
{
    (void)state;
    struct window_limit limit = {.calls = 10, .cpu_ms = 1e9, .wall_ms = 1e9};
    struct window window = {0};
    int64_t start = NOW - NOW % 60000;
    for (int i = 0; i < 10; i++) {
        assert_true(window_admit(&window, &limit, start + i * 60000));
    }
    int64_t now = start + 9 * 60000;
    assert_int_equal(window_regain_min(&window, now), 51);
    struct window probed = window;
    assert_false(window_admit(&probed, &limit, now + 1000));
    assert_true(window_regain_min(&probed, now + 1000) > 51);
    assert_true(window_admit(&window, &limit, start + 60 * 60000));
}

static void test_load(void **state)
{
    (void)state;
    struct load_limit limit = {
        .capacity_ms = 1000, .drain_s = 60, .block_s = 60, .partial_pct = 90};
    static const struct {
        double level, chance;
        bool admitted;
    } cases[] = {
        {0,   0.0,  true },
        {890, 0.0,  true },
        {950, 0.2,  false},
        {950, 0.6,  true },
        {990, 0.8,  false},
        {990, 0.95, true },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct load load = {.level_ms = cases[i].level, .at_ms = NOW};
        assert_int_equal(load_admit(&load, &limit, cases[i].chance, NOW), cases[i].admitted);
    }
    struct load load = {0};
    load_charge(&load, &limit, 1200, NOW);
    assert_true(fabs(load_pct(&load, &limit, NOW) - 120) < 1e-9);
    assert_int_equal(load.blocked_until_ms, NOW + 60000);
    assert_false(load_admit(&load, &limit, 1.0, NOW + 30000));
    assert_int_equal(load.blocked_until_ms, NOW + 90000);
    assert_true(load_admit(&load, &limit, 0.0, NOW + 90000));
}

static void test_quota_follows_active_ads_and_tier(void **state)
{
    (void)state;
    static const struct {
        enum access_tier tier;
        enum use_case use_case;
        int64_t active, errors;
        double scale, calls;
    } cases[] = {
        {ACCESS_DEVELOPMENT, USE_CASE_ADS_MANAGEMENT, 0,  0,    1,    300   },
        {ACCESS_DEVELOPMENT, USE_CASE_ADS_MANAGEMENT, 10, 0,    1,    700   },
        {ACCESS_DEVELOPMENT, USE_CASE_ADS_INSIGHTS,   2,  0,    1,    1400  },
        {ACCESS_STANDARD,    USE_CASE_ADS_MANAGEMENT, 1,  0,    1,    100040},
        {ACCESS_STANDARD,    USE_CASE_ADS_INSIGHTS,   1,  1000, 1,    190399},
        {ACCESS_STANDARD,    USE_CASE_ADS_INSIGHTS,   0,  0,    0.02, 3800  },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct rates rates = rates_of(cases[i].tier, cases[i].scale);
        struct window_limit quota =
            meter_quota(&rates, cases[i].use_case, cases[i].active, cases[i].errors);
        assert_true(fabs(quota.calls - cases[i].calls) < 1e-6);
    }
}

static void test_rates_set_by_name(void **state)
{
    (void)state;
    struct rates rates = rates_of(ACCESS_STANDARD, 1);
    for (size_t i = 0; rates_name(i) != NULL; i++) {
        assert_true(rates_set(&rates, rates_name(i), 42));
        for (size_t k = i + 1; rates_name(k) != NULL; k++) {
            assert_string_not_equal(rates_name(i), rates_name(k));
        }
    }
    assert_true(fabs(rates.score.max - 42) < 1e-9);
    assert_false(rates_set(&rates, "nothing", 1));
}

static enum limiter admit(struct meter *meter, int account, enum use_case use_case, int64_t now,
                          bool *told)
{
    struct meter_call call = {.account = account, .use_case = use_case, .points = 1};
    return meter_admit(meter, &call, 0.5, now, told);
}

static void test_limiters_are_independent(void **state)
{
    (void)state;
    struct rates rates = rates_of(ACCESS_DEVELOPMENT, 1);
    struct meter *meter = meter_create(2, &rates, ACCESS_DEVELOPMENT);
    bool told = false;
    for (int i = 0; i < 60; i++) {
        assert_int_equal(admit(meter, 0, USE_CASE_ADS_MANAGEMENT, NOW, &told), LIMITER_NONE);
    }
    assert_int_equal(admit(meter, 0, USE_CASE_ADS_MANAGEMENT, NOW, &told), LIMITER_ACCOUNT);
    assert_int_equal(admit(meter, 0, USE_CASE_ADS_INSIGHTS, NOW, &told), LIMITER_ACCOUNT);
    assert_int_equal(admit(meter, 1, USE_CASE_ADS_MANAGEMENT, NOW, &told), LIMITER_NONE);
    assert_int_equal(admit(meter, -1, USE_CASE_NONE, NOW, &told), LIMITER_NONE);
    rates.score.max = 1e9;
    rates.management_calls = 5;
    meter_set_rates(meter, &rates);
    for (int i = 0; i < 4; i++) {
        assert_int_equal(admit(meter, 1, USE_CASE_ADS_MANAGEMENT, NOW, &told), LIMITER_NONE);
    }
    assert_int_equal(admit(meter, 1, USE_CASE_ADS_MANAGEMENT, NOW, &told), LIMITER_BUC_MANAGEMENT);
    assert_int_equal(admit(meter, 1, USE_CASE_ADS_INSIGHTS, NOW, &told), LIMITER_NONE);
    struct meter_call call = {.account = 1, .use_case = USE_CASE_ADS_INSIGHTS, .points = 1};
    meter_charge(meter, &call, rates.app_load.capacity_ms * 2, NOW);
    assert_int_equal(admit(meter, 1, USE_CASE_ADS_INSIGHTS, NOW, &told), LIMITER_INSIGHTS_APP);
    assert_int_equal(admit(meter, 0, USE_CASE_ADS_INSIGHTS, NOW, &told), LIMITER_INSIGHTS_APP);
    meter_destroy(meter);
}

/* A query larger than a load limit bears is refused for itself, of insights alone, and only where
 * that is asked for. */
static void test_a_query_may_be_too_large_for_a_load_limit(void **state)
{
    (void)state;
    struct rates rates = rates_of(ACCESS_STANDARD, 1);
    double app = rates.app_load.capacity_ms, own = rates.account_load.capacity_ms;
    struct meter *meter = meter_create(1, &rates, ACCESS_STANDARD);
    struct meter_call call = {.account = 0, .use_case = USE_CASE_ADS_INSIGHTS, .points = 1};
    struct meter_call other = {.account = 0, .use_case = USE_CASE_ADS_MANAGEMENT, .points = 1};
    assert_true(own < app);
    assert_int_equal(meter_too_large(meter, &call, app * 2), LIMITER_NONE);
    assert_true(rates_set(&rates, "largest_query_pct", 50));
    meter_set_rates(meter, &rates);
    assert_int_equal(meter_too_large(meter, &call, own * 0.5), LIMITER_NONE);
    assert_int_equal(meter_too_large(meter, &call, own * 0.51), LIMITER_INSIGHTS_ACCOUNT);
    assert_int_equal(meter_too_large(meter, &call, app * 0.51), LIMITER_INSIGHTS_APP);
    assert_int_equal(meter_too_large(meter, &other, app * 2), LIMITER_NONE);
    meter_destroy(meter);
}

/* What others use is not the client's doing: it is refused, and had not been told. */
static void test_others_use_up_each_limit_alone(void **state)
{
    (void)state;
    static const struct {
        enum limiter limiter;
        enum use_case hit, spared;
    } cases[] = {
        {LIMITER_ACCOUNT,          USE_CASE_ADS_MANAGEMENT, USE_CASE_NONE          },
        {LIMITER_BUC_MANAGEMENT,   USE_CASE_ADS_MANAGEMENT, USE_CASE_ADS_INSIGHTS  },
        {LIMITER_BUC_INSIGHTS,     USE_CASE_ADS_INSIGHTS,   USE_CASE_ADS_MANAGEMENT},
        {LIMITER_INSIGHTS_ACCOUNT, USE_CASE_ADS_INSIGHTS,   USE_CASE_ADS_MANAGEMENT},
        {LIMITER_INSIGHTS_APP,     USE_CASE_ADS_INSIGHTS,   USE_CASE_ADS_MANAGEMENT},
        {LIMITER_APP,              USE_CASE_ADS_MANAGEMENT, USE_CASE_NONE          },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct rates rates = rates_of(ACCESS_STANDARD, 1);
        struct meter *meter = meter_create(2, &rates, ACCESS_STANDARD);
        bool told = true, whole = cases[i].limiter == LIMITER_APP;
        meter_use_up(meter, cases[i].limiter, 0, 0.5, NOW);
        assert_int_equal(admit(meter, 0, cases[i].hit, NOW, &told), LIMITER_NONE);
        meter_use_up(meter, cases[i].limiter, 0, 0.6, NOW);
        assert_int_equal(admit(meter, 0, cases[i].hit, NOW, &told), cases[i].limiter);
        assert_false(told);
        assert_int_equal(admit(meter, whole ? -1 : 0, cases[i].spared, NOW, &told),
                         whole ? LIMITER_APP : LIMITER_NONE);
        bool shared = whole || cases[i].limiter == LIMITER_INSIGHTS_APP;
        assert_int_equal(admit(meter, 1, cases[i].hit, NOW, &told),
                         shared ? cases[i].limiter : LIMITER_NONE);
        meter_destroy(meter);
    }
}

/* A call is made knowingly only once the refusal before it has been answered. */
static void test_told_follows_the_answer(void **state)
{
    (void)state;
    struct rates rates = rates_of(ACCESS_DEVELOPMENT, 1.0 / 60);
    struct meter *meter = meter_create(1, &rates, ACCESS_DEVELOPMENT);
    bool told = false;
    assert_int_equal(admit(meter, 0, USE_CASE_ADS_MANAGEMENT, NOW, &told), LIMITER_NONE);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(admit(meter, 0, USE_CASE_ADS_MANAGEMENT, NOW, &told), LIMITER_ACCOUNT);
        assert_false(told);
    }
    meter_tell(meter, LIMITER_ACCOUNT, 0);
    assert_int_equal(admit(meter, 0, USE_CASE_ADS_MANAGEMENT, NOW + 1000, &told), LIMITER_ACCOUNT);
    assert_true(told);
    assert_int_equal(admit(meter, 0, USE_CASE_ADS_MANAGEMENT, NOW + 301000, &told), LIMITER_NONE);
    assert_false(told);
    meter_destroy(meter);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_score_decays_linearly),
        cmocka_unit_test(test_score_sustains_published_pace),
        cmocka_unit_test(test_score_block),
        cmocka_unit_test(test_window_rolls),
        cmocka_unit_test(test_window_blocks_on_each_of_three),
        cmocka_unit_test(test_window_regain_is_when_the_hour_has_rolled),
        cmocka_unit_test(test_load),
        cmocka_unit_test(test_quota_follows_active_ads_and_tier),
        cmocka_unit_test(test_rates_set_by_name),
        cmocka_unit_test(test_limiters_are_independent),
        cmocka_unit_test(test_a_query_may_be_too_large_for_a_load_limit),
        cmocka_unit_test(test_others_use_up_each_limit_alone),
        cmocka_unit_test(test_told_follows_the_answer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
