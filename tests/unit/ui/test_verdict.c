#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "ui/verdict.h"

static struct verdict_input healthy(void)
{
    struct verdict_input in = {.engine_runs = true, .now = 1000000, .accounts = 12};
    in.reasons[HOLD_DUE] = 12;
    return in;
}

static void test_verdict_ok_is_quiet(void **state)
{
    (void)state;
    struct verdict_input in = healthy();
    struct verdict v = verdict_of(&in);
    assert_int_equal(v.kind, VERDICT_OK);
    assert_string_equal(v.detail, "");
    assert_int_equal(v.needs_person, 0);
}

static void test_verdict_throttled_names_count_blame_since_and_end(void **state)
{
    (void)state;
    struct verdict_input in = healthy();
    in.reasons[HOLD_QUOTA_ACCOUNT] = 2;
    in.since[HOLD_QUOTA_ACCOUNT] = 500;
    in.reasons[HOLD_QUOTA_APP] = 1;
    in.since[HOLD_QUOTA_APP] = 400;
    in.clears_first = 2000;
    in.clears_last = 3000;
    struct verdict v = verdict_of(&in);
    assert_int_equal(v.kind, VERDICT_DEGRADED);
    assert_string_equal(v.word, "DEGRADED");
    assert_string_equal(v.detail, "3 throttled");
    assert_string_equal(v.cause, "Meta's limits");
    assert_int_equal(v.held, 3);
    assert_int_equal(v.since, 400);
    assert_int_equal(v.clears_first, 2000);
    assert_int_equal(v.clears_last, 3000);
    in.reasons[HOLD_QUOTA_APP] = 0;
    assert_string_equal(verdict_of(&in).cause, "account quota");
    in.failing = 1;
    assert_string_equal(verdict_of(&in).cause, "account quota, Meta");
}

/* Is it us or somebody else? */
static void test_verdict_says_whose_usage_it_is(void **state)
{
    (void)state;
    struct verdict_input in = healthy();
    in.reasons[HOLD_QUOTA_APP] = 9;
    assert_string_equal(verdict_of(&in).cause, "app quota");
    in.quota_used = 900;
    in.quota_ours = 20;
    assert_string_equal(verdict_of(&in).cause, "app quota (mostly not us)");
    in.quota_ours = 450;
    assert_string_equal(verdict_of(&in).cause, "app quota (partly us)");
    in.quota_ours = 800;
    in.reasons[HOLD_QUOTA_INSIGHTS] = 1;
    in.reasons[HOLD_BUDGET] = 1;
    assert_string_equal(verdict_of(&in).cause, "Meta's limits (mostly us), our budget");
    in.reasons[HOLD_BUDGET] = 0;
    in.late = 2; /* us again: said once */
    assert_string_equal(verdict_of(&in).cause, "Meta's limits (mostly us)");
    in.quota_ours = 20;
    assert_string_equal(verdict_of(&in).cause, "Meta's limits (mostly not us), us");
}

/* An end that is a guess is told as one, and what it was when it has moved on. */
static void test_verdict_end_that_moved(void **state)
{
    (void)state;
    static const int64_t minute = 60000;
    struct verdict_input in = healthy();
    in.reasons[HOLD_QUOTA_APP] = 9;
    in.clears_first = 100 * minute;
    in.clears_last = 110 * minute;
    in.clears_before = 109 * minute;
    in.clears_estimated = true;
    struct verdict v = verdict_of(&in);
    assert_true(v.clears_estimated);
    assert_int_equal(v.clears_before, 0); /* a minute is no move */
    in.clears_before = 100 * minute;
    assert_int_equal(verdict_of(&in).clears_before, 100 * minute);
    in.clears_before = 120 * minute; /* sooner than it was told is no bad news */
    assert_int_equal(verdict_of(&in).clears_before, 0);
}

/* Nothing is held, and yet Meta fails: that is not OK. */
static void test_verdict_calls_that_fail_or_take_long_are_meta(void **state)
{
    (void)state;
    struct verdict_input in = healthy();
    in.api = (struct verdict_api){.failing = true, .since = 700, .failed_pct = 12.4};
    struct verdict v = verdict_of(&in);
    assert_int_equal(v.kind, VERDICT_DEGRADED);
    assert_string_equal(v.detail, "12% of calls fail");
    assert_string_equal(v.cause, "Meta");
    assert_int_equal(v.since, 700);
    assert_non_null(strstr(v.advice, "wait"));
    in.api.answer_ms = 900;
    assert_string_equal(verdict_of(&in).detail, "12% of calls fail");
    in.api.answer_ms = 2400; /* slow, though nobody knows what is usual */
    assert_string_equal(verdict_of(&in).detail, "12% of calls fail, answers take 2.4s");
    in.api.slow = true;
    in.late = 2; /* because answers take long, not because we are too few */
    v = verdict_of(&in);
    assert_string_equal(v.detail, "12% of calls fail, answers take 2.4s, 2 late");
    assert_string_equal(v.cause, "Meta");
    in.reasons[HOLD_TOKEN_INVALID] = 12;
    v = verdict_of(&in);
    assert_int_equal(v.kind, VERDICT_TOKEN);
    assert_string_equal(v.advice, ""); /* waiting is of no use then */
}

static void test_verdict_token_wins_and_needs_a_person(void **state)
{
    (void)state;
    struct verdict_input in = healthy();
    in.reasons[HOLD_TOKEN_INVALID] = 12;
    in.reasons[HOLD_QUOTA_APP] = 1;
    struct verdict v = verdict_of(&in);
    assert_int_equal(v.kind, VERDICT_TOKEN);
    assert_string_equal(v.detail, "12 token, 1 throttled");
    assert_int_equal(v.needs_person, 12);
    assert_int_equal(v.held, 1);
    assert_string_equal(v.cause, "token, app quota");
}

static void test_verdict_without_engine_is_stalled_but_not_in_the_past(void **state)
{
    (void)state;
    struct verdict_input in = healthy();
    in.engine_runs = false;
    in.engine_seen_at = 777;
    struct verdict v = verdict_of(&in);
    assert_int_equal(v.kind, VERDICT_STALLED);
    assert_int_equal(v.since, 777);
    in.past = true;
    assert_int_equal(verdict_of(&in).kind, VERDICT_OK);
}

static void test_verdict_disabled_and_paused_are_no_alarm(void **state)
{
    (void)state;
    struct verdict_input in = healthy();
    in.reasons[HOLD_DISABLED] = 2;
    in.reasons[HOLD_PAUSED] = 1;
    struct verdict v = verdict_of(&in);
    assert_int_equal(v.kind, VERDICT_OK);
    assert_string_equal(v.detail, "1 paused, 2 disabled");
    assert_string_equal(v.cause, "");
    assert_int_equal(v.clears_first, 0);
}

static void test_verdict_failing_runs_degrade(void **state)
{
    (void)state;
    struct verdict_input in = healthy();
    in.failing = 3;
    struct verdict v = verdict_of(&in);
    assert_int_equal(v.kind, VERDICT_DEGRADED);
    assert_string_equal(v.detail, "3 failing");
}

/* An engine that runs and moves nothing is worse than one that waits for a reason. */
static void test_verdict_late_without_a_reason(void **state)
{
    (void)state;
    static const int64_t minute = 60000;
    struct verdict_input in = healthy();
    in.now = 100 * minute;
    in.late = 2;
    in.last_finished_at = 90 * minute;
    struct verdict v = verdict_of(&in);
    assert_int_equal(v.kind, VERDICT_DEGRADED);
    assert_string_equal(v.detail, "2 late");
    assert_string_equal(v.cause, "us");
    in.errors_hour = 4;
    assert_string_equal(verdict_of(&in).cause, "Meta");
    in.last_finished_at = 60 * minute;
    v = verdict_of(&in);
    assert_int_equal(v.kind, VERDICT_STALLED);
    assert_int_equal(v.since, 60 * minute);
    in.reasons[HOLD_RUNNING] = 1;
    assert_int_equal(verdict_of(&in).kind, VERDICT_DEGRADED);
}

static void test_verdict_empty_store_is_starting(void **state)
{
    (void)state;
    struct verdict_input in = {.engine_runs = true, .store_empty = true};
    assert_int_equal(verdict_of(&in).kind, VERDICT_EMPTY);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_verdict_ok_is_quiet),
        cmocka_unit_test(test_verdict_throttled_names_count_blame_since_and_end),
        cmocka_unit_test(test_verdict_says_whose_usage_it_is),
        cmocka_unit_test(test_verdict_end_that_moved),
        cmocka_unit_test(test_verdict_calls_that_fail_or_take_long_are_meta),
        cmocka_unit_test(test_verdict_token_wins_and_needs_a_person),
        cmocka_unit_test(test_verdict_without_engine_is_stalled_but_not_in_the_past),
        cmocka_unit_test(test_verdict_disabled_and_paused_are_no_alarm),
        cmocka_unit_test(test_verdict_failing_runs_degrade),
        cmocka_unit_test(test_verdict_late_without_a_reason),
        cmocka_unit_test(test_verdict_empty_store_is_starting),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
