#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <string.h>

#include <cmocka.h>

#include "base/rand.h"
#include "govern/budget.h"

static const int64_t day_ms = 86400000;
static const int64_t midnight_ms = 1794960000000; /* 2026-11-18T00:00:00Z */

static const struct budget_policy policy = {
    .daily = 20000, .per_account = 5000, .operator_reserve_pct = 15};

static void test_budget_day_boundary(void **state)
{
    (void)state;
    static const int64_t six_ms = 6 * 3600 * 1000;
    static const struct {
        int64_t now, starts, day_starts_at;
    } cases[] = {
        {0,               0,      0              },
        {day_ms - 1,      0,      0              },
        {day_ms,          0,      day_ms         },
        {six_ms - 1,      six_ms, six_ms - day_ms}, /* before six it is still yesterday */
        {six_ms,          six_ms, six_ms         },
        {day_ms + six_ms, six_ms, day_ms + six_ms},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct budget_day day = budget_day(midnight_ms + cases[i].now, cases[i].starts);
        assert_int_equal(day.starts_ms, midnight_ms + cases[i].day_starts_at);
        assert_int_equal(day.ends_ms, day.starts_ms + day_ms);
    }
    assert_int_equal(budget_day(-1, 0).day, -1);
}

static void test_budget_decide(void **state)
{
    (void)state;
    static const struct {
        struct budget_state used;
        enum budget_who who;
        double cost;
        bool fits, by_account, never;
        double left;
    } cases[] = {
        {{0, 0, 0, 0, 0, 0},        BUDGET_SCHEDULE, 100,  true,  true,  false, 4250},
        {{0, 0, 4200, 0, 0, 0},     BUDGET_SCHEDULE, 50,   true,  true,  false, 50  },
        {{0, 0, 4200, 0, 0, 0},     BUDGET_SCHEDULE, 51,   false, true,  false, 50  },
        {{0, 0, 4200, 0, 0, 0},     BUDGET_OPERATOR, 51,   true,  true,  false, 800 }, /* the reserve */
        {{0, 0, 4200, 100, 0, 0},   BUDGET_SCHEDULE, 1,    false, true,  false, 0   }, /* reserved */
        {{16999, 0, 0, 0, 0, 0},    BUDGET_SCHEDULE, 2,    false, false, false, 1   },
        {{16999, 0, 0, 0, 0, 0},    BUDGET_OPERATOR, 2,    true,  false, false, 3001},
        {{10000, 6990, 0, 0, 0, 0}, BUDGET_SCHEDULE, 20,   false, false, false, 10  },
        {{30000, 0, 9000, 0, 0, 0}, BUDGET_OPERATOR, 1,    false, false, false, 0   },
        {{30000, 0, 9000, 0, 0, 0}, BUDGET_OVERRIDE, 9999, true,  false, true,  0   },
        {{0, 0, 0, 0, 0, 0},        BUDGET_SCHEDULE, 4251, false, true,  true,  4250}, /* on no day */
  /* What operators spend comes out of their share, not out of the schedule's. */
        {{0, 0, 4700, 0, 0, 500},   BUDGET_SCHEDULE, 50,   true,  true,  false, 50  },
        {{0, 0, 4700, 0, 0, 500},   BUDGET_SCHEDULE, 51,   false, true,  false, 50  },
        {{0, 0, 4900, 0, 0, 2000},  BUDGET_SCHEDULE, 101,  false, true,  false, 100 },
        {{18000, 0, 0, 0, 1000, 0}, BUDGET_SCHEDULE, 1,    false, false, false, 0   },
        {{17990, 0, 0, 0, 1000, 0}, BUDGET_SCHEDULE, 10,   true,  false, false, 10  },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct budget_verdict out;
        budget_decide(&policy, &cases[i].used, cases[i].who, cases[i].cost, midnight_ms + 1000,
                      &out);
        assert_int_equal(out.fits, cases[i].fits);
        assert_int_equal(out.by_account, cases[i].by_account);
        assert_int_equal(out.never, cases[i].never);
        assert_true(out.left == cases[i].left);
        assert_int_equal(out.until_ms, out.fits ? 0 : midnight_ms + day_ms);
        assert_non_null(strstr(out.detail, "\"limit\":"));
    }
}

/* Whatever is asked for, in whatever order: without an override no day's budget is exceeded, and
 * the schedule leaves the operators their share. */
static void test_budget_is_never_exceeded_without_override(void **state)
{
    (void)state;
    struct rand rand;
    rand_seed(&rand, 31, 1);
    for (int round = 0; round < 200; round++) {
        enum { ACCOUNTS = 6 };
        double account[ACCOUNTS] = {0}, forced[ACCOUNTS] = {0}, all = 0, scheduled = 0;
        for (int i = 0; i < 300; i++) {
            uint32_t a = rand_below(&rand, ACCOUNTS);
            enum budget_who who = rand_below(&rand, 4) ? BUDGET_SCHEDULE : BUDGET_OPERATOR;
            double cost = rand_below(&rand, 900) * rand_unit(&rand);
            double reserved = rand_below(&rand, 2) ? rand_unit(&rand) * 100 : 0;
            struct budget_state used = {.spent_all = all,
                                        .reserved_all = reserved,
                                        .spent_account = account[a],
                                        .operators_all = all - scheduled,
                                        .operators_account = forced[a]};
            struct budget_verdict out;
            budget_decide(&policy, &used, who, cost, midnight_ms, &out);
            if (out.fits) {
                all += cost;
                account[a] += cost;
                scheduled += who == BUDGET_SCHEDULE ? cost : 0;
                forced[a] += who == BUDGET_OPERATOR ? cost : 0;
            }
            assert_true(all <= policy.daily + 1e-6);
            assert_true(account[a] <= policy.per_account + 1e-6);
            assert_true(scheduled <= policy.daily * 0.85 + 1e-6);
            assert_true(account[a] - forced[a] <= policy.per_account * 0.85 + 1e-6);
        }
    }
}

static void test_budget_recent_is_the_last_hour(void **state)
{
    (void)state;
    static const double hours[24] = {[0] = 7, [1] = 60, [2] = 10, [23] = 5};
    static const struct {
        int64_t now, ms;
        double recent;
    } cases[] = {
        {-5,               0,       7 }, /* a clock that is a little behind */
        {60000,            60000,   7 },
        {3600000 + 60000,  3660000, 67}, /* too little of this hour yet */
        {7200000 + 600000, 4200000, 70},
        {9000000,          1800000, 10},
        {25 * 3600000LL,   7200000, 5 },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int64_t ms = -1;
        assert_true(budget_recent(hours, midnight_ms, midnight_ms + cases[i].now, &ms) ==
                    cases[i].recent);
        assert_int_equal(ms, cases[i].ms);
    }
}

static void test_budget_projection(void **state)
{
    (void)state;
    static const struct {
        double spent, recent;
        int64_t recent_ms, now;
        int64_t ends_at;
        double at_end;
    } cases[] = {
        {5000,  1000, 3600000, 12 * 3600000, 0,            17000}, /* lasts */
        {10000, 2000, 3600000, 12 * 3600000, 17 * 3600000, 34000}, /* five hours more */
        {20000, 2000, 3600000, 12 * 3600000, 12 * 3600000, 44000}, /* ended */
        {0,     0,    3600000, 12 * 3600000, 0,            0    },
        {100,   100,  0,       1000,         0,            100  }, /* no time yet: no rate */
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct budget_projection out =
            budget_project(20000, cases[i].spent, cases[i].recent, cases[i].recent_ms,
                           midnight_ms + cases[i].now, midnight_ms + day_ms);
        assert_int_equal(out.ends_at_ms, cases[i].ends_at ? midnight_ms + cases[i].ends_at : 0);
        assert_true(out.at_end > cases[i].at_end - 1 && out.at_end < cases[i].at_end + 1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_budget_day_boundary),
        cmocka_unit_test(test_budget_decide),
        cmocka_unit_test(test_budget_is_never_exceeded_without_override),
        cmocka_unit_test(test_budget_recent_is_the_last_hour),
        cmocka_unit_test(test_budget_projection),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
