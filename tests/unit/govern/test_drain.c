/* How a limiter's fall and the cost of calls are told apart: recorded readings, generated ones. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <math.h>

#include <cmocka.h>

#include "base/rand.h"
#include "govern/limit/drain.h"

static const double period_s = 300;

/* x-fb-ads-insights-throttle of a busy hour at a server whose load drains in 60 s (app_id_util_pct)
 * and in 180 s (acc_id_util_pct of several accounts): before, after, gap, kind of answer. */
static const struct drain_pair app_minute[] = {
    {9.2,   10.29, 0.9,   1},
    {10.29, 10.64, 0.06,  1},
    {10.64, 31.18, 0.72,  2},
    {31.18, 72.27, 2.16,  3},
    {72.27, 69.45, 2.04,  2},
    {69.45, 73.76, 2.4,   1},
    {73.76, 20.32, 69.66, 1},
    {20.32, 40.75, 1.5,   2},
    {40.75, 63.27, 1.38,  1},
    {63.27, 42.25, 0.48,  1},
    {42.25, 83.11, 1.2,   2},
    {83.11, 99.75, 0.24,  2},
    {99.75, 20.54, 89.82, 2},
    {20.54, 37.48, 1.62,  2},
    {37.48, 56.31, 1.68,  2},
    {56.31, 76.25, 0.72,  2},
    {76.25, 20.54, 60.96, 2},
    {20.54, 57.61, 1.8,   2},
    {57.61, 6.91,  40.26, 4},
    {6.91,  20.54, 5.82,  2},
    {20.54, 38.38, 1.98,  2},
    {38.38, 20.54, 24.48, 2},
    {20.54, 25.88, 9.6,   2},
    {25.88, 20.54, 50.7,  2},
    {20.54, 37.98, 1.44,  2},
    {37.98, 57.61, 0.54,  2},
    {57.61, 30.95, 28.44, 2},
    {30.95, 43.89, 0.96,  2},
    {43.89, 54.29, 3.12,  2},
    {54.29, 55.33, 11.64, 2},
    {55.33, 65.46, 6.66,  2},
    {65.46, 46.2,  23.52, 2},
    {46.2,  64.54, 1.14,  2},
    {64.54, 50.28, 21.12, 2},
    {50.28, 65.11, 3.24,  2},
    {65.11, 49.15, 21.96, 2},
    {49.15, 65.39, 3.06,  2},
    {65.39, 47.73, 22.68, 2},
    {47.73, 65.16, 1.98,  2},
    {65.16, 48.1,  22.2,  2},
    {48.1,  65.24, 2.16,  2},
    {65.24, 30.03, 21.72, 1},
    {30.03, 31.42, 0.24,  5},
    {31.42, 34.32, 0.12,  6},
    {34.32, 56.32, 0.78,  6},
    {56.32, 28.13, 19.56, 3},
    {28.13, 30.1,  0.72,  6},
    {30.1,  31.16, 0.12,  7},
    {31.16, 32.02, 0.12,  7},
    {32.02, 52.35, 0.96,  2},
    {52.35, 39.85, 7.68,  1},
    {39.85, 43.87, 0.36,  3},
    {43.87, 44.67, 0.72,  1},
    {44.67, 44.87, 0.42,  8},
};
static const struct drain_pair account_three_minutes[] = {
    {19.61, 20.17, 4.02,  1 },
    {41.08, 44.06, 4.26,  2 },
    {44.06, 41.08, 87,    3 },
    {41.08, 41.08, 153.5, 4 },
    {41.08, 81.38, 1.32,  4 },
    {41.08, 13.82, 233.1, 5 },
    {41.08, 66.05, 29.4,  6 },
    {41.08, 41.08, 211.3, 7 },
    {13.82, 2.98,  88.44, 8 },
    {41.08, 41.08, 79.2,  7 },
    {41.08, 78.22, 7.26,  7 },
    {81.38, 41.08, 293,   4 },
    {41.08, 75.42, 12.18, 4 },
    {7.84,  10.7,  0.18,  9 },
    {78.22, 41.08, 246.2, 7 },
    {41.08, 46.73, 0.66,  10},
    {41.08, 30.99, 110.6, 11},
    {46.73, 40.25, 17.22, 12},
    {40.25, 43.27, 3.24,  10},
    {43.27, 43.49, 4.08,  13},
    {75.42, 41.08, 260.3, 4 },
    {41.08, 74.58, 13.74, 4 },
    {41.08, 41.08, 146.2, 3 },
    {41.08, 47.52, 62.58, 3 },
    {47.52, 47.16, 74.34, 3 },
    {47.16, 82.33, 10.62, 3 },
    {74.58, 41.08, 285,   4 },
    {41.08, 44.4,  10.08, 14},
    {44.4,  42.88, 8.34,  15},
    {42.88, 47.05, 3.66,  16},
    {47.05, 45,    8.1,   17},
    {45,    24.01, 57.06, 14},
    {82.33, 41.08, 235.7, 3 },
    {41.08, 72.68, 16.92, 3 },
    {41.08, 41.08, 222.6, 18},
    {72.68, 41.08, 163.6, 3 },
    {41.08, 41.08, 98.82, 18},
    {41.08, 61.22, 36.06, 3 },
    {41.08, 41.08, 191.9, 19},
    {61.22, 41.08, 131.2, 3 },
    {41.08, 75.05, 13.08, 3 },
    {41.08, 41.08, 242.2, 18},
    {41.08, 41.08, 74.28, 18},
    {41.08, 41.08, 242.6, 19},
    {75.05, 41.08, 218.6, 3 },
};

static struct decay fitted(const struct drain_pair *pairs, size_t count)
{
    struct drain d = {0};
    struct decay out = decay_prior(period_s);
    for (size_t i = 0; i < count; i++) {
        if (drain_add(&d, &pairs[i], period_s)) {
            drain_fit(&d, &out);
        }
    }
    return out;
}

/* How long the fall from 60 to 40 is said to take, of how long it takes. */
static double said(const struct decay *d, double true_s)
{
    return (double)decay_time_ms(d, 60, 40) / 1000.0 / true_s;
}

static void assert_within(double value, double low, double high)
{
    if (!(value >= low && value <= high)) {
        print_message("%f is not within %f and %f\n", value, low, high);
        fail();
    }
}

static void test_drain_fits_recorded_readings(void **state)
{
    (void)state;
    static const struct {
        const struct drain_pair *pairs;
        size_t count;
        double drains_s; /* from 100 to 0 */
    } cases[] = {
        {app_minute,            sizeof app_minute / sizeof *app_minute,                       60 },
        {account_three_minutes, sizeof account_three_minutes / sizeof *account_three_minutes, 180},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct decay d = fitted(cases[i].pairs, cases[i].count);
        assert_int_equal(d.shape, DECAY_EVEN);
        assert_within(said(&d, 0.2 * cases[i].drains_s), 0.97, 1.05);
        /* On the way there an end may be late, not early. */
        for (size_t n = 1; n <= cases[i].count; n++) {
            d = fitted(cases[i].pairs, n);
            assert_within(said(&d, 0.2 * cases[i].drains_s), 0.95, 11);
        }
    }
}

/* A limiter that falls by this law, and is asked at gaps of many lengths. */
struct law {
    enum decay_shape shape;
    double rate;
    double noise; /* of a cost, as a share of it */
    double odd;   /* share of readings that others spoil */
};

static struct decay learned(const struct law *law, struct rand *rand, int pairs)
{
    struct drain d = {0};
    struct decay out = decay_prior(period_s);
    const struct decay truth = {law->shape, law->rate, law->rate, period_s};
    double level = 0;
    for (int i = 0; i < pairs; i++) {
        int kind = 1 + (int)rand_below(rand, 3);
        double dt = level > 50 ? 5 + 25 * rand_unit(rand) : 1 + 5 * rand_unit(rand);
        double cost = (kind == 1   ? 2
                       : kind == 2 ? 8
                                   : 20) *
                      (1 + law->noise * (2 * rand_unit(rand) - 1));
        cost += rand_unit(rand) < law->odd ? 30 * rand_unit(rand) : 0;
        double after = decay_after(&truth, level, (int64_t)(dt * 1000)) + cost;
        struct drain_pair pair = {level, round(after * 100) / 100, dt, (uint32_t)kind};
        drain_add(&d, &pair, period_s);
        level = pair.after;
    }
    drain_fit(&d, &out);
    return out;
}

static void test_drain_finds_rate_and_shape(void **state)
{
    (void)state;
    static const struct law laws[] = {
        {DECAY_EVEN,  1.667, 0.1, 0  },
        {DECAY_EVEN,  0.556, 0.1, 0  },
        {DECAY_EVEN,  1.0,   0.3, 0.1},
        {DECAY_SHARE, 0.03,  0.1, 0  },
        {DECAY_SHARE, 0.01,  0.1, 0  },
        {DECAY_SHARE, 0.02,  0.3, 0.1},
    };
    for (size_t i = 0; i < sizeof laws / sizeof *laws; i++) {
        const struct decay truth = {laws[i].shape, laws[i].rate, laws[i].rate, period_s};
        double true_s = (double)decay_time_ms(&truth, 60, 40) / 1000.0;
        struct rand rand;
        rand_seed(&rand, 40 + i, 1);
        for (int n = 0; n < 20; n++) {
            struct decay d = learned(&laws[i], &rand, DRAIN_PAIRS);
            assert_within(said(&d, true_s), 0.9, 1.15);
        }
    }
}

static void test_drain_claims_nothing_on_little(void **state)
{
    (void)state;
    struct drain d = {0};
    struct decay out = decay_prior(period_s);
    const struct drain_pair told = {60, 40, 20, 7};
    for (int i = 1; i < DRAIN_PAIRS_MIN; i++) {
        assert_true(drain_add(&d, &told, period_s));
        assert_false(drain_fit(&d, &out));
    }
    /* Nothing to fall from, no gap, a gap after which nothing is left anyway. */
    static const struct drain_pair mute[] = {
        {1,  3,  5,   7},
        {60, 60, 0,   7},
        {60, 20, 700, 7}
    };
    for (size_t i = 0; i < sizeof mute / sizeof *mute; i++) {
        assert_false(drain_add(&d, &mute[i], period_s));
    }
    assert_int_equal(d.count, DRAIN_PAIRS_MIN - 1);
    /* Equal gaps with equal answers: fall and cost cannot be told apart, the published one stays.
     */
    for (int i = 0; i < DRAIN_PAIRS; i++) {
        drain_add(&d, &told, period_s);
    }
    assert_true(drain_fit(&d, &out));
    assert_within(out.linear_s, 0.99 * 100 / period_s, 20 / 20.0 + 0.1);
}

/* With few pairs at every one, with many when an eighth is new. */
static void test_drain_is_due_when_enough_is_new(void **state)
{
    (void)state;
    struct drain d = {0};
    const struct drain_pair told = {60, 40, 20, 7};
    int fits = 0;
    for (int i = 0; i < 8; i++) {
        drain_add(&d, &told, period_s);
        assert_true(drain_due(&d));
        assert_int_equal(drain_due(&d), false);
    }
    for (int i = 0; i < 10 * DRAIN_PAIRS; i++) {
        drain_add(&d, &told, period_s);
        fits += drain_due(&d);
    }
    assert_in_range(fits, 80, 100);
}

static void test_drain_kinds_differ_by_what_costs(void **state)
{
    (void)state;
    uint32_t kind = drain_kind("act_1", 4, 5, 20000, true);
    assert_int_equal(kind, drain_kind("act_1", 4, 5, 17000, true));
    assert_int_not_equal(kind, drain_kind("act_2", 4, 5, 20000, true));
    assert_int_not_equal(kind, drain_kind("act_1", 5, 5, 20000, true));
    assert_int_not_equal(kind, drain_kind("act_1", 4, 15, 20000, true));
    assert_int_not_equal(kind, drain_kind("act_1", 4, 5, 2000, true));
    assert_int_not_equal(kind, drain_kind("act_1", 4, 5, 20000, false));
    assert_int_not_equal(drain_kind(NULL, 0, 0, 0, false), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_drain_fits_recorded_readings),
        cmocka_unit_test(test_drain_finds_rate_and_shape),
        cmocka_unit_test(test_drain_claims_nothing_on_little),
        cmocka_unit_test(test_drain_is_due_when_enough_is_new),
        cmocka_unit_test(test_drain_kinds_differ_by_what_costs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
