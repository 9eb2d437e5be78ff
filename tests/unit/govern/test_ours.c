/* Whose usage it is: what our own calls explain of a limiter's reading. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

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
    assert_true(v.ours_pct >= 5 && v.ours_pct < 30);
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

/* A load that others raise between our calls: the measured rises are theirs too. */
static void test_ours_says_nothing_of_a_load_whose_rises_disagree(void **state)
{
    (void)state;
    struct governor *g = make();
    int64_t now = start_ms;
    double pct = 1;
    for (int i = 0; i < 8; i++, now += 20000) {
        struct gate_call call = meta_call("act_1");
        call.call_class = CALL_INSIGHTS;
        pct += i % 4 == 3 ? 0.01 : 5;
        struct usage_reading r = reading(USAGE_INSIGHTS_APP, "app", pct, now);
        served(g, &call, &r, now);
    }
    struct scope_view v = view(g, SCOPE_APP_INSIGHTS, NULL, now);
    assert_true(v.pct > 20);
    assert_true(v.ours_pct < 0);
    governor_destroy(g);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ours_is_all_of_it_when_nobody_else_calls),
        cmocka_unit_test(test_ours_is_little_of_it_when_another_program_fills_the_app),
        cmocka_unit_test(test_ours_knows_nothing_before_a_call_has_shown_its_cost),
        cmocka_unit_test(test_ours_counts_the_calls_of_before_a_restart),
        cmocka_unit_test(test_ours_says_nothing_of_a_load_whose_rises_disagree),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
