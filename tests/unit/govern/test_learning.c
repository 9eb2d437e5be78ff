/* What the governor learns: costs, decay, slopes, calibration; and what a plan would cost. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <math.h>
#include <string.h>

#include <cmocka.h>

#include "base/rand.h"
#include "govern/calibrate.h"
#include "govern/forecast_plan.h"
#include "govern/limit/call_cost.h"
#include "govern/limit/decay.h"
#include "govern/limit/forecast.h"
#include "govern/limit/limit_model.h"
#include "govern/limit/pace.h"

static const int64_t now_ms = 1795000000000;

static void assert_near(double value, double expected, double slack)
{
    if (fabs(value - expected) > slack) {
        print_message("%f is not %f\n", value, expected);
        fail();
    }
}

/* ---- what a call costs ---- */

static void test_call_cost_is_bounded_before_it_is_measured(void **state)
{
    (void)state;
    struct cost_known common = {0};
    struct call_cost c;
    call_cost_init(&c, &common, 0.01);
    struct slot_costs costs = call_cost_get(&c, 1.67);
    assert_false(costs.known);
    assert_near(costs.item_pct, 1.67, 1e-9); /* a guess: the published one */
    call_cost_sent(&c, 1, 1);
    call_cost_read(&c, 55, 300, now_ms);
    costs = call_cost_get(&c, 1.67);
    assert_true(costs.known);
    assert_near(costs.item_pct, 55.01, 1e-9); /* all of it may be ours */
    call_cost_sent(&c, 10, 50);
    call_cost_read(&c, 60, 300, now_ms + 1000);
    costs = call_cost_get(&c, 1.67);
    assert_int_equal(costs.samples, 1);
    assert_near(costs.item_pct, 0.5, 1e-9); /* five per cent for ten calls */
    assert_near(costs.unit_pct, 0.1, 1e-9);
    /* A new scope of the same kind starts from there. */
    struct call_cost other;
    call_cost_init(&other, &common, 0.01);
    costs = call_cost_get(&other, 1.67);
    assert_true(costs.known);
    assert_int_equal(costs.samples, 0);
    assert_near(costs.item_pct, 0.5, 1e-9);
}

static void test_call_cost_silence_is_a_bound_too(void **state)
{
    (void)state;
    struct cost_known common = {0};
    struct call_cost c;
    call_cost_init(&c, &common, 1);
    for (int i = 1; i <= 10; i++) {
        call_cost_sent(&c, 1, 1);
        call_cost_absent(&c, 1.0, 3600, now_ms + i);
        assert_near(c.own.bound_item, 1.0 / i, 1e-9);
    }
    assert_near(call_cost_get(&c, 0.001).item_pct, 0.1, 1e-9);
    assert_near(call_cost_get(&c, 5).item_pct, 5, 1e-9); /* never below what is published */
}

static void test_call_cost_gives_decay_back(void **state)
{
    (void)state;
    struct cost_known common = {0};
    struct call_cost c;
    call_cost_init(&c, &common, 0.01);
    call_cost_read(&c, 50, 300, now_ms);
    call_cost_sent(&c, 4, 4);
    call_cost_fell(&c, 10);
    call_cost_read(&c, 48, 300, now_ms + 30000);
    assert_near(call_cost_get(&c, 1).item_pct, 2, 1e-9); /* 40 + 4 x 2 */
}

static void test_cost_driver_is_read_from_the_header(void **state)
{
    (void)state;
    static const struct {
        double calls, cpu, time;
        enum cost_driver driver;
    } cases[] = {
        {95, 20,  20, COST_BY_ITEMS}, /* reference 1.1 */
        {5,  113, 40, COST_BY_UNITS}, /* reference 1.2: cpu bound */
        {28, 25,  25, COST_BY_BOTH },
        {-1, -1,  -1, COST_BY_BOTH },
        {17, -1,  -1, COST_BY_BOTH },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_equal(cost_driver_of(cases[i].calls, cases[i].cpu, cases[i].time),
                         cases[i].driver);
    }
    struct slot_costs c = {.item_pct = 2, .unit_pct = 1, .driver = COST_BY_ITEMS};
    assert_near(slot_cost_high(&c, 1, 5), 2, 1e-9);
    c.driver = COST_BY_UNITS;
    assert_near(slot_cost_high(&c, 1, 5), 5, 1e-9);
    c.driver = COST_BY_BOTH;
    assert_near(slot_cost_high(&c, 1, 5), 5, 1e-9);
    assert_near(slot_cost_mean(&c, 1, 5), 3.5, 1e-9);
}

/* ---- decay, slope, pace, model ---- */

static void test_decay_takes_the_slower_shape(void **state)
{
    (void)state;
    struct rand rand;
    rand_seed(&rand, 3, 1);
    struct decay d = decay_prior(300);
    for (int i = 0; i < 1000; i++) {
        double pct = 150 * rand_unit(&rand);
        int64_t dt = rand_below(&rand, 900000);
        double linear = fmax(0, pct - (double)dt / 1000 / 3),
               exponential = pct * exp(-(double)dt / 300e3);
        double left = decay_after(&d, pct, dt);
        assert_true(left >= fmax(linear, exponential) - 1e-6);
        assert_true(left <= pct);
        double target = pct * rand_unit(&rand);
        int64_t time = decay_time_ms(&d, pct, target);
        assert_true(decay_after(&d, pct, time) <= fmax(target, 0.01) + 0.01);
    }
}

static void test_forecast_reaches_a_line(void **state)
{
    (void)state;
    struct forecast f = {0};
    assert_true(forecast_slope_h(&f, now_ms) == 0);
    for (int i = 0; i < 10; i++) { /* one per cent a minute, and one reading that is off */
        forecast_add(&f, i == 5 ? 90 : 30 + i, now_ms + i * 60000);
    }
    int64_t now = now_ms + 9 * 60000;
    double slope = forecast_slope_h(&f, now);
    assert_near(slope, 60, 3);
    assert_near((double)(forecast_reach(39, 60, 70, now) - now) / 60000, 31, 0.1);
    assert_int_equal(forecast_reach(75, 60, 70, now), now);
    assert_int_equal(forecast_reach(39, -5, 70, now), 0);
    assert_int_equal(forecast_reach(39, 1, 70, now), 0);   /* not within a day */
    assert_true(forecast_slope_h(&f, now + 3600000) == 0); /* all too old */
}

static void test_pace_spacing_grows_towards_the_line(void **state)
{
    (void)state;
    struct pace_input in = {
        .threshold_pct = 70, .start_pct = 60, .period_s = 300, .call_pct = 1.67};
    int64_t last = 0;
    for (int half = 0; half <= 280; half++) {
        double used = 0.5 * half;
        in.used_pct = used;
        int64_t ms = pace_spacing_ms(&in);
        assert_true(ms >= last && ms <= 3600000);
        assert_true(used <= 42 ? ms == 0 : used < 46 || ms > 0);
        last = ms;
    }
    in.used_pct = 42 + 0.9 * 28; /* balance: the scope recovers as fast as it is used */
    assert_near((double)pace_spacing_ms(&in), 1.67 / (70.0 / 300) * 1000, 2);
    in.call_pct = 0;
    assert_int_equal(pace_spacing_ms(&in), 0);
}

static void test_limit_rows_as_published(void **state)
{
    (void)state;
    static const struct {
        enum scope_kind kind;
        enum use_case use_case;
        enum access_tier tier;
        int64_t active_ads;
        double max;
    } cases[] = {
        {SCOPE_ACCOUNT,  USE_CASE_NONE,           ACCESS_DEVELOPMENT, 10, 60    },
        {SCOPE_ACCOUNT,  USE_CASE_NONE,           ACCESS_STANDARD,    10, 9000  },
        {SCOPE_ACCOUNT,  USE_CASE_NONE,           ACCESS_UNKNOWN,     10, 60    },
        {SCOPE_USE_CASE, USE_CASE_ADS_MANAGEMENT, ACCESS_DEVELOPMENT, 10, 700   },
        {SCOPE_USE_CASE, USE_CASE_ADS_MANAGEMENT, ACCESS_STANDARD,    10, 100400},
        {SCOPE_USE_CASE, USE_CASE_ADS_INSIGHTS,   ACCESS_DEVELOPMENT, 10, 4600  },
        {SCOPE_USE_CASE, USE_CASE_ADS_INSIGHTS,   ACCESS_STANDARD,    0,  190000},
        {SCOPE_APP,      USE_CASE_NONE,           ACCESS_STANDARD,    0,  0     },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct limit_row *row = limit_row(cases[i].kind, cases[i].use_case, cases[i].tier);
        assert_near(limit_max(row, cases[i].active_ads), cases[i].max, 1e-9);
        assert_true(row->block_s >= 60);
    }
}

static void test_window_model_is_a_rolling_hour(void **state)
{
    (void)state;
    struct window_model m = {0};
    int64_t minute = now_ms / 60000 * 60000;
    for (int i = 0; i < 60; i++) {
        window_model_add(&m, 1, 5, minute + i * 60000);
    }
    int64_t end = minute + 59 * 60000;
    window_model_rose(&m, 2, minute);
    struct window_sum sum = window_model_sum(&m, end, end);
    assert_near(sum.items, 60, 1e-6);
    assert_near(sum.units, 300, 1e-4);
    assert_near(sum.rise, 2, 1e-6);
    assert_near(sum.bare_items, 59, 1e-6);
    assert_near(sum.bare_units, 295, 1e-4);
    sum = window_model_sum(&m, end, end + 31 * 60000);
    assert_in_range((int)sum.items, 29, 31);
    assert_near(sum.rise, 0, 1e-6); /* left with its minute */
    sum = window_model_sum(&m, end, end + 62 * 60000);
    assert_near(sum.items, 0, 1e-6);
}

/* ---- calibration ---- */

static void test_calibrate_is_robust(void **state)
{
    (void)state;
    struct rand rand;
    rand_seed(&rand, 8, 1);
    struct calibrate_sample samples[100];
    for (int i = 0; i < 100; i++) { /* 0.4 a unit; every fourth spoilt by other users */
        double units = 1 + rand_below(&rand, 30);
        samples[i] =
            (struct calibrate_sample){units, 0.4 * units * (0.95 + 0.1 * rand_unit(&rand))};
        samples[i].rise_pct += i % 4 == 0 ? 40 * rand_unit(&rand) : 0;
    }
    static const struct {
        double assumed;
        enum calibrate_verdict verdict;
    } cases[] = {
        {0.4,  CALIBRATE_FITS},
        {0.25, CALIBRATE_FITS},
        {0.1,  CALIBRATE_HIGH},
        {1.0,  CALIBRATE_LOW },
        {0,    CALIBRATE_FITS},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct calibration out = calibrate(samples, 100, cases[i].assumed);
        assert_near(out.pct_per_unit, 0.4, 0.05);
        assert_true(out.low <= out.pct_per_unit && out.pct_per_unit <= out.high);
        assert_int_equal(out.verdict, cases[i].verdict);
    }
    assert_int_equal(calibrate(samples, 4, 0.4).verdict, CALIBRATE_FEW);
    samples[0].units = 0;
    assert_int_equal(calibrate(samples, 5, 0.4).samples, 4);
}

static void test_calibrate_theil_sen(void **state)
{
    (void)state;
    double x[9], y[9];
    for (int i = 0; i < 9; i++) {
        x[i] = i;
        y[i] = 3 + 2 * i;
    }
    y[4] = 1000;
    assert_near(calibrate_theil_sen(x, y, 9), 2, 1e-9);
    assert_true(calibrate_theil_sen(x, y, 1) == 0);
    const double same[] = {1, 1, 1};
    assert_true(calibrate_theil_sen(same, y, 3) == 0);
    double values[] = {5, 1, 3};
    assert_true(calibrate_median(values, 3) == 3);
    assert_true(calibrate_median(values, 0) == 0);
}

/* ---- plans ---- */

static struct scope_view limiter(enum scope_kind kind, enum use_case use_case, double pct,
                                 double threshold, double per_unit)
{
    return (struct scope_view){.kind = kind,
                               .use_case = use_case,
                               .pct = pct,
                               .threshold_pct = threshold,
                               .tier = ACCESS_STANDARD,
                               .pct_per_call = per_unit,
                               .pct_per_unit = per_unit,
                               .calibration_samples = 5};
}

static void test_forecast_plan_of_the_example(void **state)
{
    (void)state;
    struct cost_weights w;
    cost_weights_defaults(&w);
    struct forecast_request r = {.levels = {[LEVEL_AD] = true},
                                 .daily = true,
                                 .days = 90,
                                 .breakdowns = 2,
                                 .entity_count = {[LEVEL_AD] = 1},
                                 .page_entities = 500,
                                 .page_insights = 10000};
    struct forecast_plan plan;
    forecast_plan(&r, &w, NULL, 0, 60, &plan);
    assert_near(plan.calls, 1, 1e-9);
    assert_near(plan.cost, 30, 1e-9); /* x3 x5 x2 */
    assert_near(plan.budget_share_pct, 50, 1e-9);
    assert_int_equal(plan.first_trip, -1);
    assert_int_equal(plan.split.parts, 1);
}

static void test_forecast_plan_trips_and_splits(void **state)
{
    (void)state;
    struct cost_weights w;
    cost_weights_defaults(&w);
    struct scope_view scopes[] = {
        limiter(SCOPE_APP, USE_CASE_NONE, 1, 80, 0.001),
        limiter(SCOPE_USE_CASE, USE_CASE_ADS_INSIGHTS, 20, 75, 0.1),
        limiter(SCOPE_USE_CASE, USE_CASE_ADS_MANAGEMENT, 74, 75, 0.1), /* not concerned */
    };
    struct forecast_request r = {.levels = {[LEVEL_AD] = true},
                                 .daily = true,
                                 .days = 90,
                                 .entity_count = {[LEVEL_AD] = 1000},
                                 .page_entities = 500,
                                 .page_insights = 1000};
    struct forecast_plan plan;
    forecast_plan(&r, &w, scopes, 3, -1, &plan);
    assert_near(plan.calls, 90, 1e-9);
    assert_near(plan.cost, 900, 1e-9);
    assert_near(plan.budget_share_pct, -1, 1e-9);
    assert_int_equal(plan.limiter_count, 2);
    assert_int_equal(plan.first_trip, 1);
    const struct forecast_limiter *l = &plan.limiters[1];
    assert_near(l->peak_pct, 110, 1e-6);
    assert_true(l->trips_after_ms > 0 && l->full_after_ms > l->trips_after_ms);
    /* under 90 days the weight halves, and each part stays below the line */
    assert_in_range(plan.split.parts, 2, 90);
    assert_true(plan.split.cost < plan.cost);
    assert_true(plan.split.cost / plan.split.parts * 0.1 <= 75);
    assert_true(plan.split.spacing_ms > 0 && plan.split.total_ms >= plan.split.spacing_ms);
}

/* Learned beside published: a model that is off by more than two times says so. */
static void test_forecast_plan_judges_what_is_published(void **state)
{
    (void)state;
    static const struct {
        double per_call, published_max;
        int samples;
        enum cost_driver driver;
        enum calibrate_verdict verdict;
        double factor, peak;
    } cases[] = {
        {1.67, 60, 5, COST_BY_ITEMS, CALIBRATE_FITS, 1.0, 1.67},
        {5,    60, 5, COST_BY_ITEMS, CALIBRATE_HIGH, 3.0, 5   },
        {0.5,  60, 5, COST_BY_ITEMS, CALIBRATE_LOW,  0.3, 0.5 },
        {1.67, 60, 0, COST_BY_ITEMS, CALIBRATE_FEW,  0,   1.67},
        {2,    60, 5, COST_BY_UNITS, CALIBRATE_FITS, 0,   10  }, /* a call of five units */
        {2,    0,  5, COST_BY_BOTH,  CALIBRATE_FITS, 0,   10  },
    };
    struct cost_weights w;
    cost_weights_defaults(&w);
    struct forecast_request r = {.levels = {[LEVEL_AD] = true},
                                 .daily = true,
                                 .days = 7,
                                 .entity_count = {[LEVEL_AD] = 10},
                                 .page_insights = 1000};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct scope_view s = limiter(SCOPE_ACCOUNT, USE_CASE_NONE, 0, 70, cases[i].per_call);
        s.published_max = cases[i].published_max;
        s.calibration_samples = cases[i].samples;
        s.cost_driver = cases[i].driver;
        struct forecast_plan plan;
        forecast_plan(&r, &w, &s, 1, -1, &plan);
        assert_int_equal(plan.limiters[0].verdict, cases[i].verdict);
        assert_near(plan.limiters[0].factor, cases[i].factor, 0.01);
        assert_near(plan.limiters[0].peak_pct, cases[i].peak, 0.01 * cases[i].peak);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_call_cost_is_bounded_before_it_is_measured),
        cmocka_unit_test(test_call_cost_silence_is_a_bound_too),
        cmocka_unit_test(test_call_cost_gives_decay_back),
        cmocka_unit_test(test_cost_driver_is_read_from_the_header),
        cmocka_unit_test(test_decay_takes_the_slower_shape),
        cmocka_unit_test(test_forecast_reaches_a_line),
        cmocka_unit_test(test_pace_spacing_grows_towards_the_line),
        cmocka_unit_test(test_limit_rows_as_published),
        cmocka_unit_test(test_window_model_is_a_rolling_hour),
        cmocka_unit_test(test_calibrate_is_robust),
        cmocka_unit_test(test_calibrate_theil_sen),
        cmocka_unit_test(test_forecast_plan_of_the_example),
        cmocka_unit_test(test_forecast_plan_trips_and_splits),
        cmocka_unit_test(test_forecast_plan_judges_what_is_published),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
