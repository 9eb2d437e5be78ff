/* The app's limit as another program fills it: what refusals, and answers without a header, tell.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/govern/governor_case.h"

/* Another program fills the app and is gone an hour later. What its rise made a call seem to cost
 * must not keep us at a call every twenty minutes for the rest of the day: answers that show no
 * header any more tell that the app is nearly empty. */
static void test_full_app_that_is_empty_again_is_used_again(void **state)
{
    (void)state;
    struct governor *g = make();
    struct gate_call call = meta_call("act_1");
    struct usage_reading low = reading(USAGE_APP, "", 2, start_ms);
    served(g, &call, &low, start_ms);
    struct usage_reading high = reading(USAGE_APP, "", 32, start_ms + 60000);
    served(g, &call, &high, start_ms + 60000);
    int64_t now = start_ms + 2 * 3600000LL;
    for (int i = 0; i < 20; i++, now += 20000) {
        served(g, &call, NULL, now); /* asserts that it may go */
    }
    governor_destroy(g);
}

/* Where the header is left out of every answer and yet the app is full, a refusal is all that tells
 * of it: the answers after it do not say that the app is empty, until its window has gone by. */
static void test_full_app_silence_after_a_refusal_tells_nothing(void **state)
{
    (void)state;
    struct governor *g = make();
    struct gate_call call = meta_call("act_1");
    struct usage_reading low = reading(USAGE_APP, "", 2, start_ms);
    served(g, &call, &low, start_ms);
    struct usage_reading high = reading(USAGE_APP, "", 32, start_ms + 60000);
    served(g, &call, &high, start_ms + 60000);
    int64_t at = start_ms + 2 * 3600000LL, now = at;
    served(g, &call, NULL, now);
    refused(g, &call,
            (struct api_error){.error_class = ERROR_THROTTLE, .reach = REACH_APP, .code = 4}, now);
    int went = 0, went_later = 0;
    for (; now < at + 3600000LL; now += 20000) {
        if (may(g, &call, now)) {
            served(g, &call, NULL, now);
            went++;
        }
    }
    assert_in_range(went, 1, 12); /* by what the last rise made a call seem to cost */
    for (; now < at + 2 * 3600000LL; now += 20000) {
        if (may(g, &call, now)) {
            served(g, &call, NULL, now);
            went_later++;
        }
    }
    assert_true(went_later > 100);
    governor_destroy(g);
}

/* Another program keeps the app full for an hour, and each of our probes is refused at the same
 * figure. What the governor thought had fallen meanwhile is not what a probe costs. */
static void test_full_app_does_not_make_probes_look_dear(void **state)
{
    (void)state;
    struct governor *g = make();
    struct gate_call call = meta_call("act_1");
    int64_t now = start_ms;
    for (int i = 0; i < 20; i++, now += 1000) {
        served(g, &call, NULL, now);
    }
    struct api_error error = {
        .error_class = ERROR_THROTTLE, .reach = REACH_APP, .code = 4, .http_status = 403};
    for (int probes = 0; probes < 3; now += 1000) {
        if (admit(g, &call, now).go) {
            struct usage_reading full = reading(USAGE_APP, "", 104, now);
            struct gate_outcome outcome = {.error = error, .readings = &full, .count = 1};
            governor_observe(g, &call, &outcome, now);
            probes++;
        }
    }
    assert_true(view(g, SCOPE_APP, NULL, now).pct_per_call < 1);
    governor_destroy(g);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_full_app_that_is_empty_again_is_used_again),
        cmocka_unit_test(test_full_app_silence_after_a_refusal_tells_nothing),
        cmocka_unit_test(test_full_app_does_not_make_probes_look_dear),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
