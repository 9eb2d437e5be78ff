#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/govern/governor_case.h"

static const struct api_error account_throttle = {.error_class = ERROR_THROTTLE,
                                                  .reach = REACH_SCOPE,
                                                  .scope = SCOPE_ACCOUNT,
                                                  .http_status = 400,
                                                  .code = 17,
                                                  .subcode = 2446079};

static void test_governor_block_lets_nothing_through_then_one_then_a_ramp(void **state)
{
    (void)state;
    struct governor *g = make();
    struct gate_call call = meta_call("act_1"), force = meta_call("act_1");
    struct gate_call other = meta_call("act_2");
    force.critical = true;
    served(g, &call, NULL, start_ms);
    assert_true(admit(g, &call, start_ms + 1).go);
    refused(g, &call, account_throttle, start_ms + 2);
    struct gate_verdict verdict = admit(g, &call, start_ms + 3);
    assert_false(verdict.go);
    assert_int_equal(verdict.reason, HOLD_QUOTA_ACCOUNT);
    assert_string_equal(verdict.scope_id, "act_1");
    int64_t resume = verdict.until_ms;
    for (int64_t t = start_ms + 3; t < resume; t += 1000) {
        assert_false(may(g, &call, t));
        assert_false(may(g, &force, t)); /* not even a force with override */
        assert_true(may(g, &other, t));
    }
    assert_true(admit(g, &call, resume).go);
    assert_false(may(g, &call, resume)); /* exactly one first */
    struct gate_outcome ok = {.ok = true};
    governor_observe(g, &call, &ok, resume + 200);
    int at_once = 0;
    while (admit(g, &call, resume + 300).go) {
        at_once++;
    }
    assert_in_range(at_once, 1, 4);
    governor_destroy(g);
}

static void test_governor_block_of_its_own_end(void **state)
{
    (void)state;
    struct governor *g = make();
    struct gate_call call = meta_call("act_1");
    served(g, &call, NULL, start_ms);
    assert_true(admit(g, &call, start_ms).go);
    struct usage_reading r = reading(USAGE_BUC, "act_1", 118, start_ms);
    r.use_case = USE_CASE_ADS_MANAGEMENT;
    r.regain_s = 47 * 60;
    struct gate_outcome outcome = {.readings = &r, .count = 1, .error = account_throttle};
    outcome.error.scope = SCOPE_USE_CASE;
    outcome.error.code = 80004;
    governor_observe(g, &call, &outcome, start_ms);
    struct gate_verdict verdict;
    governor_peek(g, &call, start_ms + 1, &verdict);
    assert_int_equal(verdict.reason, HOLD_QUOTA_USE_CASE);
    assert_true(verdict.until_exact);
    /* To the minute the header was given in. */
    assert_in_range(verdict.until_ms - start_ms, 47 * 60000, 48 * 60000);
    assert_true(view(g, SCOPE_USE_CASE, "act_1", start_ms + 1).blocked_exact);
    /* What the error table says is not the API's word. */
    struct gate_call other = meta_call("act_2");
    served(g, &other, NULL, start_ms);
    assert_true(admit(g, &other, start_ms).go);
    struct api_error by_table = account_throttle;
    by_table.wait_ms = 5 * 60000;
    refused(g, &other, by_table, start_ms);
    governor_peek(g, &other, start_ms + 1, &verdict);
    assert_false(verdict.go || verdict.until_exact);
    assert_true(verdict.until_ms >= start_ms + by_table.wait_ms);
    governor_destroy(g);
}

/* A success that says "regain access in 5 minutes" is a block all the same. */
static void test_governor_header_alone_blocks(void **state)
{
    (void)state;
    struct governor *g = make();
    struct gate_call call = meta_call("act_1");
    struct usage_reading r = reading(USAGE_BUC, "act_1", 101, start_ms);
    r.use_case = USE_CASE_ADS_MANAGEMENT;
    r.regain_s = 300;
    served(g, &call, &r, start_ms);
    assert_false(may(g, &call, start_ms + 299000));
    governor_destroy(g);
}

static void test_governor_blocks_in_a_row_double_to_an_hour(void **state)
{
    (void)state;
    struct governor *g = make();
    struct gate_call call = meta_call("act_1");
    served(g, &call, NULL, start_ms);
    int64_t now = start_ms, last = 0;
    for (int i = 0; i < 8; i++) {
        assert_true(admit(g, &call, now).go);
        refused(g, &call, account_throttle, now);
        struct scope_view v = view(g, SCOPE_ACCOUNT, "act_1", now);
        int64_t length = v.blocked_until - now;
        assert_true(length >= last);
        assert_true(length <= 3600000);
        assert_int_equal(v.strikes, i + 1);
        assert_int_equal(v.throttled_since, start_ms); /* one series of blocks */
        last = length;
        now = v.resume_at;
    }
    assert_int_equal(last, 3600000);
    governor_destroy(g);
}

static void test_governor_accounts_freed_together_resume_apart(void **state)
{
    (void)state;
    enum { ACCOUNTS = 20 };
    struct governor *g = make();
    int64_t resume[ACCOUNTS];
    for (int i = 0; i < ACCOUNTS; i++) {
        char id[ID_SIZE];
        snprintf(id, sizeof id, "act_%d", i);
        struct gate_call call = meta_call(id);
        struct usage_reading r = reading(USAGE_BUC, id, 100, start_ms);
        r.use_case = USE_CASE_ADS_MANAGEMENT;
        r.regain_s = 600;
        served(g, &call, &r, start_ms);
        resume[i] = view(g, SCOPE_USE_CASE, id, start_ms).resume_at;
        assert_in_range(resume[i], start_ms + 600000, start_ms + 660000);
    }
    int together = 0;
    for (int i = 0; i < ACCOUNTS; i++) {
        for (int k = i + 1; k < ACCOUNTS; k++) {
            together += llabs(resume[i] - resume[k]) < 50;
        }
    }
    assert_in_range(together, 0, 3);
    governor_destroy(g);
}

static void test_governor_app_block_holds_every_account(void **state)
{
    (void)state;
    struct governor *g = make();
    struct gate_call call = meta_call("act_1"), other = meta_call("act_2"), none = meta_call("");
    struct api_error error = account_throttle;
    error.scope = SCOPE_APP;
    error.code = 4;
    served(g, &call, NULL, start_ms);
    assert_true(admit(g, &call, start_ms).go);
    refused(g, &call, error, start_ms);
    const struct gate_call *calls[] = {&call, &other, &none};
    for (size_t i = 0; i < 3; i++) {
        struct gate_verdict verdict;
        governor_peek(g, calls[i], start_ms + 1, &verdict);
        assert_int_equal(verdict.reason, HOLD_QUOTA_APP);
    }
    governor_destroy(g);
}

static void test_governor_block_outlives_a_restart(void **state)
{
    (void)state;
    struct governor *g = make();
    struct gate_call call = meta_call("act_1");
    governor_restore_block(g, SCOPE_ACCOUNT, "act_1", USE_CASE_NONE, start_ms, start_ms + 600000);
    assert_false(may(g, &call, start_ms + 599000));
    struct usage_reading r = reading(USAGE_ACCOUNT, "act_2", 99, start_ms);
    governor_restore_reading(g, &r);
    struct gate_call other = meta_call("act_2");
    assert_false(may(g, &other, start_ms + 1000));
    governor_destroy(g);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_governor_block_lets_nothing_through_then_one_then_a_ramp),
        cmocka_unit_test(test_governor_block_of_its_own_end),
        cmocka_unit_test(test_governor_header_alone_blocks),
        cmocka_unit_test(test_governor_blocks_in_a_row_double_to_an_hour),
        cmocka_unit_test(test_governor_accounts_freed_together_resume_apart),
        cmocka_unit_test(test_governor_app_block_holds_every_account),
        cmocka_unit_test(test_governor_block_outlives_a_restart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
