#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <string.h>

#include <cmocka.h>

#include "engine/waiting.h"
#include "sync/run.h"

enum { NOW = 1000000 };

static struct account account;

static struct waiting_facts idle(void)
{
    memset(&account, 0, sizeof account);
    account.account_status = ACCOUNT_ACTIVE;
    struct waiting_facts facts = {
        .now_ms = NOW, .account = &account, .due_at = NOW + 5000, .workers = 3};
    facts.verdict.go = true;
    return facts;
}

static struct hold decide(const struct waiting_facts *facts)
{
    struct hold hold = {0};
    waiting_decide(facts, &hold);
    return hold;
}

static void test_each_reason_is_found(void **state)
{
    (void)state;
    struct waiting_facts f = idle();
    struct hold hold = decide(&f);
    assert_int_equal(hold.reason, HOLD_DUE);
    assert_int_equal(hold.until, NOW + 5000);

    f.running = true;
    assert_int_equal(decide(&f).reason, HOLD_RUNNING);

    f = idle();
    account.account_status = ACCOUNT_DISABLED;
    hold = decide(&f);
    assert_int_equal(hold.reason, HOLD_DISABLED);
    assert_non_null(strstr(hold.detail, "DISABLED"));

    f = idle();
    f.due = true;
    f.queue_position = 3;
    hold = decide(&f);
    assert_int_equal(hold.reason, HOLD_QUEUED);
    assert_string_equal(hold.detail, "{\"behind\":2}");

    f.queue_position = 1;
    f.workers_busy = 3;
    assert_int_equal(decide(&f).reason, HOLD_CONCURRENCY);

    f.backoff_until = NOW + 1;
    assert_int_equal(decide(&f).reason, HOLD_BACKOFF);

    f.backoff_until = 0;
    f.budget_held = true;
    f.budget_until = NOW + 77;
    hold = decide(&f);
    assert_int_equal(hold.reason, HOLD_BUDGET);
    assert_int_equal(hold.until, NOW + 77);
}

static void test_a_quota_is_told_with_scope_and_figures(void **state)
{
    (void)state;
    struct waiting_facts f = idle();
    f.due = true;
    f.verdict = (struct gate_verdict){.reason = HOLD_QUOTA_ACCOUNT,
                                      .scope = SCOPE_ACCOUNT,
                                      .until_ms = NOW + 60000,
                                      .scope_id = "act_1",
                                      .detail = "{\"pct\":91}"};
    struct hold hold = decide(&f);
    assert_int_equal(hold.reason, HOLD_QUOTA_ACCOUNT);
    assert_string_equal(hold.scope, "account");
    assert_string_equal(hold.scope_id, "act_1");
    assert_string_equal(hold.detail, "{\"pct\":91}");
    assert_int_equal(hold.until, NOW + 60000);
    f.override_holds = true;
    assert_int_equal(decide(&f).reason, HOLD_QUEUED);
}

static void test_a_person_comes_before_a_quota(void **state)
{
    (void)state;
    struct waiting_facts f = idle();
    f.due = true;
    f.verdict.go = false;
    f.verdict.reason = HOLD_QUOTA_APP;
    f.token_invalid = true;
    assert_int_equal(decide(&f).reason, HOLD_TOKEN_INVALID);
    assert_int_equal(decide(&f).until, 0);
    account.paused_until = NOW + 9;
    assert_int_equal(decide(&f).reason, HOLD_PAUSED);
    assert_int_equal(decide(&f).until, NOW + 9);
    account.paused_until = INT64_MAX;
    assert_int_equal(decide(&f).until, 0);
    account.paused_until = 0;
    f.token_invalid = false;
    f.no_access = true;
    assert_int_equal(decide(&f).reason, HOLD_NO_ACCESS);
}

static void test_hostile_errors_stay_json(void **state)
{
    (void)state;
    struct waiting_facts f = idle();
    f.token_invalid = true;
    strcpy(f.last_error, "bad \"token\"\n\x1b[31m");
    struct hold hold = decide(&f);
    assert_null(strchr(hold.detail, '\n'));
    assert_null(strchr(hold.detail, 0x1b));
    assert_non_null(strstr(hold.detail, "\\\"token\\\""));
}

static void test_same_tolerates_a_small_move_of_the_end(void **state)
{
    (void)state;
    struct hold a = {.reason = HOLD_DUE, .until = NOW}, b = a;
    assert_true(waiting_same(&a, &b));
    b.until += 30000;
    assert_true(waiting_same(&a, &b));
    b.until += 60000;
    assert_false(waiting_same(&a, &b));
    b = a;
    b.until = 0;
    assert_false(waiting_same(&a, &b));
    b = a;
    b.reason = HOLD_QUEUED;
    assert_false(waiting_same(&a, &b));
    b = a;
    strcpy(b.scope_id, "act_2");
    assert_false(waiting_same(&a, &b));
}

/* Accounts take turns at a pace that all share: whoever waits longer than was said is told anew. */
static void test_same_does_not_keep_an_end_that_is_over(void **state)
{
    (void)state;
    struct hold a = {.reason = HOLD_BACKOFF, .since = NOW, .until = NOW + 10000}, b = a;
    b.until += 10000;
    b.since = NOW + 9000;
    assert_true(waiting_same(&a, &b));
    b.since = NOW + 13000;
    assert_false(waiting_same(&a, &b));
    b.until = a.until;
    assert_true(waiting_same(&a, &b)); /* nothing newer to say */
}

static void test_same_is_stricter_with_the_end_of_a_limit(void **state)
{
    (void)state;
    struct hold a = {.reason = HOLD_QUOTA_ACCOUNT, .since = NOW, .until = NOW + 40000}, b = a;
    b.until += 2000;
    assert_true(waiting_same(&a, &b));
    b.until += 2000;
    assert_false(waiting_same(&a, &b));
    a.until = NOW + 3600000;
    b.until = a.until + 30000;
    assert_true(waiting_same(&a, &b));
}

/* A run was closed as throttled: until its account is due again, the limit is what it waits for. */
static void test_waiting_names_the_limit_after_a_throttled_run(void **state)
{
    (void)state;
    struct waiting_facts f = idle();
    struct sync_pause pause = {.at = NOW + 4000,
                               .until = NOW + 4000,
                               .reason = HOLD_QUOTA_USE_CASE,
                               .scope = SCOPE_USE_CASE,
                               .scope_id = "act_1/ads_management",
                               .detail = "{\"pct\":85}"};
    f.throttled = &pause;
    struct hold hold = decide(&f);
    assert_int_equal(hold.reason, HOLD_QUOTA_USE_CASE);
    assert_string_equal(hold.scope_id, "act_1/ads_management");
    assert_string_equal(hold.detail, "{\"pct\":85}");
    assert_int_equal(hold.until, f.due_at);
    account.paused_until = NOW + 9000; /* a person's pause comes first */
    assert_int_equal(decide(&f).reason, HOLD_PAUSED);
    account.paused_until = 0;
    f.due = true; /* and once it is due, what holds it then */
    assert_int_equal(decide(&f).reason, HOLD_QUEUED);
}

/* A run that stands still gives its worker back, however fast the clock goes, and is not said to
 * run: what would end its wait only a person can end, or it lies more than two seconds ahead. */
static void test_a_run_that_stands_still_is_parked(void **state)
{
    (void)state;
    static const struct {
        int64_t at, real_ms;
        enum hold_reason reason;
        bool parks;
    } cases[] = {
        {NOW + 1900,  1900, HOLD_QUOTA_ACCOUNT, false},
        {NOW + 2100,  2100, HOLD_QUOTA_ACCOUNT, true },
        {NOW + 90000, 1500, HOLD_QUOTA_ACCOUNT, true }, /* 60 times as fast */
        {NOW + 90000, 1500, HOLD_BACKOFF,       true },
        {NOW + 2100,  3,    HOLD_QUOTA_ACCOUNT, false}, /* shorter than parking takes */
        {INT64_MAX,   250,  HOLD_TOKEN_INVALID, true },
        {INT64_MAX,   250,  HOLD_RUNNING,       false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct sync_pause pause = {.at = cases[i].at, .reason = cases[i].reason};
        assert_int_equal(waiting_parks(&pause, NOW, cases[i].real_ms), cases[i].parks);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_reason_is_found),
        cmocka_unit_test(test_a_quota_is_told_with_scope_and_figures),
        cmocka_unit_test(test_a_person_comes_before_a_quota),
        cmocka_unit_test(test_hostile_errors_stay_json),
        cmocka_unit_test(test_same_tolerates_a_small_move_of_the_end),
        cmocka_unit_test(test_same_does_not_keep_an_end_that_is_over),
        cmocka_unit_test(test_same_is_stricter_with_the_end_of_a_limit),
        cmocka_unit_test(test_waiting_names_the_limit_after_a_throttled_run),
        cmocka_unit_test(test_a_run_that_stands_still_is_parked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
