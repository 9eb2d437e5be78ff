/* Whose usage it is: what our own calls explain of a limiter's reading. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "govern/limit/ours.h"
#include "governor_case.h"

enum { CALLS = 40, MINUTE_MS = 60000 };

/* The app's reading, its three figures included. */
static struct usage_reading app_reading(double pct, int64_t at)
{
    struct usage_reading r = reading(USAGE_APP, "app", pct, at);
    r.call_count = pct;
    r.total_time = r.total_cputime = 0;
    return r;
}

/* One call a minute, a quarter of a per cent each, as the header rounds it. */
static int64_t send_calls(struct governor *g, int64_t now, int count, double before_pct)
{
    for (int i = 0; i < count; i++) {
        struct gate_call call = meta_call("act_1");
        struct usage_reading r = app_reading((double)(int)(before_pct + (i + 1) * 0.25), now);
        served(g, &call, &r, now);
        now += MINUTE_MS;
    }
    return now;
}

/* Another program has filled the app: the next call is refused, and this is said of it. */
static struct scope_view fill_app(struct governor *g, int64_t now)
{
    struct gate_call call = meta_call("act_1");
    struct usage_reading full = app_reading(104, now);
    struct gate_outcome refusal = {
        .error = {.http_status = 400, .code = 4, .error_class = ERROR_THROTTLE, .scope = SCOPE_APP},
        .readings = &full,
        .count = 1
    };
    assert_true(admit(g, &call, now).go);
    governor_observe(g, &call, &refusal, now);
    struct scope_view v = view(g, SCOPE_APP, NULL, now + 1000);
    assert_true(v.pct > 100);
    return v;
}

static void test_ours_is_all_of_it_when_nobody_else_calls(void **state)
{
    (void)state;
    struct governor *g = make();
    int64_t now = send_calls(g, start_ms, CALLS, 0);
    struct scope_view v = view(g, SCOPE_APP, NULL, now);
    assert_true(v.pct > 8 && v.ours_pct > 0.6 * v.pct && v.ours_pct <= v.pct);
    governor_destroy(g);
}

static void test_ours_is_little_of_it_when_another_program_fills_the_app(void **state)
{
    (void)state;
    struct governor *g = make();
    int64_t now = send_calls(g, start_ms, CALLS, 0);
    struct scope_view v = fill_app(g, now);
    assert_true(v.ours_pct >= 5 && v.ours_pct < 30);
    governor_destroy(g);
}

/* An app that nearly nobody uses sends no header at all, until another program fills it. */
static void test_ours_is_little_where_the_header_came_with_the_others(void **state)
{
    (void)state;
    struct governor *g = make();
    struct gate_call call = meta_call("act_1");
    int64_t now = start_ms;
    for (int i = 0; i < 12; i++, now += 20000) {
        served(g, &call, NULL, now);
    }
    struct scope_view v = fill_app(g, now);
    assert_true(v.ours_pct >= 0 && v.ours_pct < 30);
    governor_destroy(g);
}

static void test_ours_knows_nothing_before_a_call_has_shown_its_cost(void **state)
{
    (void)state;
    struct governor *g = make();
    struct gate_call call = meta_call("act_1");
    governor_restore_call(g, &call, start_ms - MINUTE_MS);
    assert_true(view(g, SCOPE_APP, NULL, start_ms).ours_pct < 0);
    governor_destroy(g);
}

/* What was sent before a restart still counts for the hour: else the first reading after it would
 * look like somebody else's. */
static void test_ours_counts_the_calls_of_before_a_restart(void **state)
{
    (void)state;
    struct governor *fresh = make(), *g = make();
    for (int i = CALLS; i > 0; i--) {
        struct gate_call call = meta_call("act_1");
        governor_restore_call(g, &call, start_ms - i * (int64_t)MINUTE_MS);
    }
    send_calls(g, start_ms, 10, 10);
    send_calls(fresh, start_ms, 10, 10);
    int64_t now = start_ms + 10 * (int64_t)MINUTE_MS;
    struct scope_view after = view(g, SCOPE_APP, NULL, now),
                      none = view(fresh, SCOPE_APP, NULL, now);
    assert_true(after.ours_pct > 2 * none.ours_pct);
    struct scope_view quota = view(g, SCOPE_USE_CASE, "act_1", now);
    assert_true(quota.published_pct > 4 * view(fresh, SCOPE_USE_CASE, "act_1", now).published_pct);
    governor_destroy(g);
    governor_destroy(fresh);
}

/* Insights weigh too differently. */
static void test_ours_says_nothing_of_insights_load(void **state)
{
    (void)state;
    struct governor *g = make();
    int64_t now = start_ms;
    for (int i = 0; i < 8; i++, now += 20000) {
        struct gate_call call = meta_call("act_1");
        call.call_class = CALL_INSIGHTS;
        struct usage_reading r = reading(USAGE_INSIGHTS_APP, "app", 1 + 3 * i, now);
        served(g, &call, &r, now);
    }
    struct scope_view v = view(g, SCOPE_APP_INSIGHTS, NULL, now);
    assert_true(v.pct > 15);
    assert_true(v.ours_pct < 0);
    governor_destroy(g);
}

/* Three side by side, one answered after the other: each answer shows what the others cost too. And
 * what decays between two readings was there all the same. */
static void test_ours_of_calls_side_by_side(void **state)
{
    (void)state;
    struct ours_costs common = {0};
    struct ours o = {.common = &common};
    int64_t now = start_ms;
    double pct = 0;
    ours_read(&o, pct, 0.01, 300, 0, now);
    for (int round = 0; round < 6; round++) {
        now += 9000;
        pct = pct * 0.91 + 12; /* four per cent each */
        for (int left = 2; left >= 0; left--) {
            now += 6000;
            ours_sent(&o, 1);
            ours_read(&o, pct, 0.01, 300, left, now);
        }
    }
    double each = ours_pct(&o, 1);
    assert_true(each > 3.5 && each < 5);
}

/* What is high already falls by more than a call costs: such a stretch tells nothing. */
static void test_ours_learns_nothing_at_the_top(void **state)
{
    (void)state;
    struct ours_costs common = {0};
    struct ours o = {.common = &common};
    int64_t now = start_ms;
    for (int i = 0; i < 40; i++, now += 60000) {
        ours_sent(&o, 10);
        ours_read(&o, i, 1, 3600, 0, now); /* a tenth each */
    }
    double before = ours_pct(&o, 10);
    for (int i = 0; i < 40; i++, now += 300000) {
        ours_sent(&o, 1);
        ours_read(&o, 104, 1, 3600, 0, now);
    }
    double after = ours_pct(&o, 10);
    assert_true(before > 0.9 && before < 2);
    assert_true(after < 1.1 * before && after > 0.9 * before);
}

/* A reading right after another, before our call has come to anything, shows no cheap call. */
static void test_ours_waits_until_a_call_shows(void **state)
{
    (void)state;
    struct ours_costs common = {0};
    struct ours o = {.common = &common};
    int64_t now = start_ms;
    for (int i = 0; i < 9; i++) {
        ours_read(&o, 4 * i, 0.01, 3600, 0, now);
        ours_sent(&o, 1);
        ours_read(&o, 4 * i, 0.01, 3600, 0, now + 1000);
        now += 61000;
        ours_read(&o, 4 * i + 4, 0.01, 3600, 0, now);
    }
    double each = ours_pct(&o, 1);
    assert_true(each > 3.5 && each < 5);
}

/* One stretch of nine in which somebody else sent a lot. */
static void test_ours_takes_a_burst_of_others_for_what_it_is(void **state)
{
    (void)state;
    struct ours_costs common = {0};
    struct ours o = {.common = &common};
    int64_t now = start_ms;
    for (int i = 0; i < 9; i++, now += 60000) {
        ours_sent(&o, 10);
        ours_read(&o, i == 4 ? 60 : 0.1 * i, 0.01, 3600, 0, now);
    }
    double pct = ours_pct(&o, 100);
    assert_true(pct > 0.5 && pct < 5);       /* a hundredth each */
    struct ours young = {.common = &common}; /* one of the same kind has shown it */
    assert_true(ours_pct(&young, 100) > 0.5 && ours_pct(&young, 100) < 5);
    struct ours_costs none = {0};
    young.common = &none;
    assert_true(ours_pct(&young, 1) < 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ours_is_all_of_it_when_nobody_else_calls),
        cmocka_unit_test(test_ours_is_little_of_it_when_another_program_fills_the_app),
        cmocka_unit_test(test_ours_is_little_where_the_header_came_with_the_others),
        cmocka_unit_test(test_ours_knows_nothing_before_a_call_has_shown_its_cost),
        cmocka_unit_test(test_ours_counts_the_calls_of_before_a_restart),
        cmocka_unit_test(test_ours_says_nothing_of_insights_load),
        cmocka_unit_test(test_ours_of_calls_side_by_side),
        cmocka_unit_test(test_ours_learns_nothing_at_the_top),
        cmocka_unit_test(test_ours_waits_until_a_call_shows),
        cmocka_unit_test(test_ours_takes_a_burst_of_others_for_what_it_is),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
