/* Replays of a recorded log: costs are learned from it, and other settings are tried on it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "govern/replay.h"

enum { CALLS = 240, MINUTE_MS = 60000, RUN_CALLS = 6 };

static struct replay_call calls[CALLS];
static struct usage_reading readings[CALLS];

/* A log of answered calls (what was refused stands in it again, and its refusal is no demand).
 * Two accounts, a run of six calls each every quarter of an hour. A call raises the account's
 * limiter by the given per cent, which falls with its 300 s. */
static void record(double call_pct)
{
    double pct[2] = {0, 0};
    int64_t last[2] = {0, 0};
    for (int i = 0; i < CALLS; i++) {
        int account = (i / RUN_CALLS) % 2;
        int64_t at = (int64_t)(i / (2 * RUN_CALLS) + 1) * 15 * MINUTE_MS +
                     (int64_t)(i % RUN_CALLS) * 1000 + account * MINUTE_MS;
        for (int64_t s = (at - last[account]) / 1000; s > 0 && last[account]; s--) {
            pct[account] *= 1 - 1.0 / 300;
        }
        last[account] = at;
        pct[account] += call_pct;
        calls[i] = (struct replay_call){
            .at_ms = at,
            .took_ms = 200,
            .run_id = 1 + i / RUN_CALLS,
            .call = {.call_class = CALL_ADS, .cost = 1, .items = 1},
            .readings = &readings[i],
            .reading_count = 1
        };
        snprintf(calls[i].call.account_id, sizeof calls[i].call.account_id, "act_%d", account + 1);
        readings[i] = (struct usage_reading){.at = at,
                                             .source = USAGE_ACCOUNT,
                                             .pct = pct[account],
                                             .call_count = pct[account],
                                             .total_time = -1,
                                             .total_cputime = -1,
                                             .regain_s = -1,
                                             .access_tier = ACCESS_STANDARD};
        snprintf(readings[i].scope_id, sizeof readings[i].scope_id, "act_%d", account + 1);
    }
}

static struct replay_setting at_threshold(double account_pct)
{
    struct replay_setting setting = {.cadence = 1};
    governor_config_defaults(&setting.governor);
    setting.governor.account_pct = account_pct;
    return setting;
}

static void test_replay_learn_finds_what_a_call_costs(void **state)
{
    (void)state;
    struct governor_config config;
    struct scope_view view;
    record(8);
    governor_config_defaults(&config);
    struct governor *g = replay_learn(&config, calls, CALLS);
    assert_non_null(g);
    assert_true(governor_scope_find(g, SCOPE_ACCOUNT, "act_1", USE_CASE_NONE,
                                    calls[CALLS - 1].at_ms, &view));
    assert_true(view.calibration_samples > 0);
    assert_true(view.pct_per_call > 6 && view.pct_per_call < 10);
    /* The settings are those given, not the open ones of the learning. */
    assert_true(view.threshold_pct > 69 && view.threshold_pct < 71);
    governor_destroy(g);
}

/* A copy decides as the first does, and neither sees what the other is told. */
static void test_governor_copy_is_its_own(void **state)
{
    (void)state;
    struct governor_config config;
    struct gate_verdict first, second;
    record(8);
    governor_config_defaults(&config);
    struct governor *g = replay_learn(&config, calls, CALLS);
    int64_t now = calls[CALLS - 1].at_ms + 10 * MINUTE_MS;
    const struct api_error access = {
        .error_class = ERROR_ACCESS, .reach = REACH_ACCOUNT, .http_status = 400, .code = 200};
    const struct gate_outcome lost = {.error = access};
    governor_observe(g, &calls[0].call, &lost, now); /* act_1; the last call is of act_2 */
    struct governor *copy = governor_copy(g);
    assert_non_null(copy);
    governor_peek(copy, &calls[0].call, now, &first);
    assert_int_equal(first.reason, HOLD_NO_ACCESS);
    struct usage_reading full = readings[CALLS - 1];
    struct gate_outcome outcome = {.ok = true, .readings = &full, .count = 1};
    assert_int_equal(governor_scope_count(copy), governor_scope_count(g));
    governor_peek(g, &calls[CALLS - 1].call, now, &first);
    governor_peek(copy, &calls[CALLS - 1].call, now, &second);
    assert_memory_equal(&first, &second, sizeof first);
    assert_true(first.go);
    full.at = now;
    full.pct = full.call_count = 95;
    governor_admit(g, &calls[CALLS - 1].call, now, &first);
    governor_observe(g, &calls[CALLS - 1].call, &outcome, now);
    governor_peek(g, &calls[CALLS - 1].call, now + 1, &first);
    governor_peek(copy, &calls[CALLS - 1].call, now + 1, &second);
    assert_false(first.go);
    assert_true(second.go);
    governor_destroy(g);
    governor_peek(copy, &calls[CALLS - 1].call, now + 1, &second);
    assert_true(second.go);
    governor_destroy(copy);
}

/* Nor do they share what all limiters of a kind have shown: the copy sees calls four times as dear,
 * and the first says of an account of its own what it said before. */
static void test_governor_copy_teaches_the_first_nothing(void **state)
{
    (void)state;
    struct governor_config config;
    struct scope_view before, after;
    struct gate_verdict verdict;
    record(8);
    governor_config_defaults(&config);
    struct governor *g = replay_learn(&config, calls, CALLS);
    assert_non_null(g);
    int64_t now = calls[CALLS - 1].at_ms + MINUTE_MS;
    struct gate_call first = {.call_class = CALL_ADS, .account_id = "act_3", .cost = 1, .items = 1};
    struct usage_reading told = readings[CALLS - 1];
    struct gate_outcome outcome = {.ok = true, .readings = &told, .count = 1};
    memcpy(told.scope_id, first.account_id, sizeof told.scope_id);
    told.at = now;
    told.pct = told.call_count = 60;
    governor_admit(g, &first, now, &verdict);
    governor_observe(g, &first, &outcome, now);
    assert_true(governor_scope_find(g, SCOPE_ACCOUNT, "act_3", USE_CASE_NONE, now, &before));
    assert_true(before.ours_pct > 5 && before.ours_pct < 20);
    struct governor *copy = governor_copy(g);
    assert_non_null(copy);
    for (int i = 0; i < 60; i++) {
        told.at = now + i * 10000;
        told.pct = told.call_count = 30 * (i % 4);
        governor_observe(copy, &first, &outcome, told.at);
    }
    assert_true(governor_scope_find(g, SCOPE_ACCOUNT, "act_3", USE_CASE_NONE, now, &after));
    assert_true(after.ours_pct == before.ours_pct);
    governor_destroy(copy);
    governor_destroy(g);
}

static void test_replay_run_holds_instead_of_being_refused(void **state)
{
    (void)state;
    record(24); /* six of them are 140 per cent */
    struct replay_setting loose = at_threshold(1000), tight = at_threshold(60);
    struct replay_outcome refused, held;
    loose.governor.use_case_pct = loose.governor.insights_pct = loose.governor.app_pct = 1000;
    struct governor *g = replay_learn(&tight.governor, calls, CALLS);
    assert_non_null(g);
    assert_true(replay_run(calls, CALLS, g, &loose, &refused));
    assert_true(replay_run(calls, CALLS, g, &tight, &held));
    assert_true(refused.refused > 0);
    assert_true(refused.blocked_ms > 0);
    assert_int_equal(held.refused, 0);
    assert_int_equal(held.blocked_ms, 0);
    assert_true(held.held_ms > 0);
    governor_destroy(g);
}

static void test_replay_run_is_as_recorded_when_nothing_is_near(void **state)
{
    (void)state;
    record(1);
    struct replay_setting setting = at_threshold(70);
    struct replay_outcome outcome, slower;
    struct governor *g = replay_learn(&setting.governor, calls, CALLS);
    assert_non_null(g);
    assert_true(replay_run(calls, CALLS, g, &setting, &outcome));
    assert_int_equal(outcome.refused, 0);
    assert_int_equal(outcome.close, 0);
    assert_int_equal(outcome.calls, CALLS); /* the last run ends after the span, and counts */
    assert_int_equal(outcome.runs, CALLS / RUN_CALLS);
    assert_int_equal(outcome.unfinished, 0);
    assert_in_range(outcome.age_mean_ms, 14 * MINUTE_MS, 16 * MINUTE_MS);
    setting.cadence = 2;
    assert_true(replay_run(calls, CALLS, g, &setting, &slower));
    assert_in_range(slower.calls, CALLS / 2 - 2 * RUN_CALLS, CALLS / 2 + 2 * RUN_CALLS);
    assert_in_range(slower.age_mean_ms, 29 * MINUTE_MS, 31 * MINUTE_MS);
    governor_destroy(g);
}

/* It was asked again, and that stands in the log. */
static void test_replay_run_asks_for_nothing_that_was_refused(void **state)
{
    (void)state;
    record(1);
    for (int i = 0; i < CALLS; i += 2 * RUN_CALLS) {
        calls[i].throttled = true;
    }
    struct replay_setting setting = at_threshold(70);
    struct replay_outcome outcome;
    struct governor *g = replay_learn(&setting.governor, calls, CALLS);
    assert_non_null(g);
    assert_true(replay_run(calls, CALLS, g, &setting, &outcome));
    assert_int_equal(outcome.calls, CALLS - CALLS / (2 * RUN_CALLS));
    assert_int_equal(outcome.runs, CALLS / RUN_CALLS);
    governor_destroy(g);
}

/* What is advised for a log of calls of so many per cent. */
static struct replay_advice advised(double call_pct, const struct replay_setting *now,
                                    double budget)
{
    struct replay_advice advice;
    record(call_pct);
    struct governor *g = replay_learn(&now->governor, calls, CALLS);
    assert_non_null(g);
    assert_true(replay_advise(calls, CALLS, g, now, budget, &advice));
    governor_destroy(g);
    return advice;
}

/* A log whose demand throttles at the settings of the day: the advice is one under which the same
 * demand is not throttled, also beside a budget that no setting keeps. */
static void test_replay_advise_ends_the_throttling(void **state)
{
    (void)state;
    static const double budgets[] = {0, 1};
    struct replay_setting now = at_threshold(1000);
    now.governor.critical_pct = 2000;
    for (size_t i = 0; i < sizeof budgets / sizeof *budgets; i++) {
        struct replay_advice advice = advised(24, &now, budgets[i]);
        assert_true(advice.now.refused > 0);
        assert_int_equal(advice.then.refused, 0);
        assert_true(advice.tried >= 20);
        assert_true(advice.setting.governor.account_pct <= 90);
    }
}

/* At 100 nothing is refused here, but what others send is not in the log: the advice leaves room,
 * and no more than it needs. */
static void test_replay_advise_stays_clear_of_a_limit(void **state)
{
    (void)state;
    struct replay_setting now = at_threshold(100);
    struct replay_advice advice = advised(18, &now, 0); /* six of them are 106 per cent */
    assert_true(advice.now.close > 0);
    assert_int_equal(advice.then.close, 0);
    assert_int_equal(advice.then.refused, 0);
    assert_in_range(advice.setting.governor.account_pct, 70, 90);
}

static void test_replay_advise_keeps_a_budget(void **state)
{
    (void)state;
    struct replay_setting now = at_threshold(70);
    struct replay_advice tight = advised(1, &now, 300), loose = advised(1, &now, 0);
    assert_true(tight.then.cost <= 300);
    assert_true(loose.setting.cadence < 1); /* there is room: fresher costs nothing else */
}

static void test_replay_of_an_empty_log(void **state)
{
    (void)state;
    struct replay_setting now = at_threshold(70);
    struct replay_outcome outcome;
    struct governor *g = replay_learn(&now.governor, NULL, 0);
    assert_non_null(g);
    assert_true(replay_run(NULL, 0, g, &now, &outcome));
    assert_int_equal(outcome.calls, 0);
    governor_destroy(g);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_replay_learn_finds_what_a_call_costs),
        cmocka_unit_test(test_governor_copy_is_its_own),
        cmocka_unit_test(test_governor_copy_teaches_the_first_nothing),
        cmocka_unit_test(test_replay_run_holds_instead_of_being_refused),
        cmocka_unit_test(test_replay_run_is_as_recorded_when_nothing_is_near),
        cmocka_unit_test(test_replay_run_asks_for_nothing_that_was_refused),
        cmocka_unit_test(test_replay_advise_ends_the_throttling),
        cmocka_unit_test(test_replay_advise_stays_clear_of_a_limit),
        cmocka_unit_test(test_replay_advise_keeps_a_budget),
        cmocka_unit_test(test_replay_of_an_empty_log),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
