#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <string.h>

#include <cmocka.h>

#include "tests/unit/govern/governor_case.h"

/* ---- readings and lines ---- */

/* Readings as they were recorded (reference 1.1, 1.2), the account's line at 70. */
static void test_governor_reading_decides(void **state)
{
    (void)state;
    static const struct {
        enum usage_source source;
        const char *scope_id;
        double pct;
        bool go;
        enum hold_reason reason;
    } cases[] = {
        {USAGE_ACCOUNT, "act_1", 9.67, true,  HOLD_RUNNING       },
        {USAGE_ACCOUNT, "act_1", 69,   false, HOLD_QUOTA_ACCOUNT }, /* paced */
        {USAGE_ACCOUNT, "act_1", 100,  false, HOLD_QUOTA_ACCOUNT },
        {USAGE_ACCOUNT, "act_2", 100,  true,  HOLD_RUNNING       }, /* another's */
        {USAGE_APP,     "app",   28,   true,  HOLD_RUNNING       },
        {USAGE_APP,     "app",   85,   false, HOLD_QUOTA_APP     },
        {USAGE_BUC,     "act_1", 95,   false, HOLD_QUOTA_USE_CASE},
        {USAGE_BUC,     "act_1", 118,  false, HOLD_QUOTA_USE_CASE}, /* airbyte#8773 */
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct governor *g = make();
        struct gate_call call = meta_call("act_1"), other = meta_call("act_2");
        served(g, &call, NULL, start_ms);
        served(g, &other, NULL, start_ms);
        struct usage_reading r =
            reading(cases[i].source, cases[i].scope_id, cases[i].pct, start_ms + 1000);
        r.use_case = cases[i].source == USAGE_BUC ? USE_CASE_ADS_MANAGEMENT : USE_CASE_NONE;
        served(g, strcmp(cases[i].scope_id, "act_2") == 0 ? &other : &call, &r, start_ms + 1000);
        struct gate_verdict verdict;
        governor_peek(g, &call, start_ms + 1001, &verdict);
        assert_int_equal(verdict.go, cases[i].go);
        assert_int_equal(verdict.reason, cases[i].reason);
        if (!verdict.go) {
            assert_true(verdict.until_ms > start_ms + 1001);
            assert_non_null(strstr(verdict.detail, "\"threshold\":"));
            assert_non_null(strstr(verdict.detail, "\"age_s\":0"));
        }
        governor_destroy(g);
    }
}

static void test_governor_insights_load_holds_insights_alone(void **state)
{
    (void)state;
    struct governor *g = make();
    struct gate_call insights = meta_call("act_1"), entities = meta_call("act_1");
    insights.call_class = CALL_INSIGHTS;
    struct usage_reading r = reading(USAGE_INSIGHTS_APP, "app", 96.5, start_ms);
    served(g, &insights, &r, start_ms);
    struct gate_verdict verdict;
    governor_peek(g, &insights, start_ms + 1, &verdict);
    assert_false(verdict.go);
    assert_int_equal(verdict.reason, HOLD_QUOTA_INSIGHTS);
    assert_true(may(g, &entities, start_ms + 1));
    governor_destroy(g);
}

static void test_governor_reading_ages_and_decays(void **state)
{
    (void)state;
    struct governor *g = make();
    struct gate_call call = meta_call("act_1");
    struct usage_reading r = reading(USAGE_ACCOUNT, "act_1", 60, start_ms);
    served(g, &call, &r, start_ms);
    double last = 61;
    for (int s = 0; s <= 600; s += 60) {
        struct scope_view v = view(g, SCOPE_ACCOUNT, "act_1", start_ms + s * 1000);
        assert_true(v.pct < last);
        assert_true(v.pct > 0); /* old, never zero */
        assert_true(v.header_pct == 60 && v.header_at == start_ms);
        assert_int_equal(v.header_source, USAGE_ACCOUNT);
        assert_int_equal(v.age, s <= 60 ? READING_FRESH : READING_OLD);
        last = v.pct;
    }
    assert_true(last < 15);
    governor_destroy(g);
}

static void test_governor_without_reading_shows_the_model(void **state)
{
    (void)state;
    struct governor *g = make();
    struct gate_call call = meta_call("act_1");
    assert_true(admit(g, &call, start_ms).go);
    struct scope_view v = view(g, SCOPE_ACCOUNT, "act_1", start_ms);
    assert_int_equal(v.age, READING_MODEL);
    v = view(g, SCOPE_APP, NULL, start_ms); /* no published figure, no reading: unknown, not zero */
    assert_int_equal(v.age, READING_NONE);
    assert_true(v.pct == -1);
    governor_destroy(g);
}

/* acc_id_util_pct stands at 100 while calls succeed (airbyte#11984). */
static void test_governor_stuck_reading_is_ignored_until_it_moves(void **state)
{
    (void)state;
    struct governor *g = make();
    struct gate_call call = meta_call("act_1");
    int64_t now = start_ms;
    int probes = 0;
    bool stuck = false;
    while (!stuck) {
        struct usage_reading r = reading(USAGE_ACCOUNT, "act_1", 100, now);
        r.regain_s = 300;
        struct gate_outcome outcome = {.ok = true, .readings = &r, .count = 1};
        struct gate_verdict verdict = admit(g, &call, now);
        if (verdict.go) {
            probes++;
            assert_int_equal(governor_in_flight(g), 1); /* one at a time above the line */
            assert_false(may(g, &call, now));
            governor_observe(g, &call, &outcome, now);
            stuck = view(g, SCOPE_ACCOUNT, "act_1", now).stuck;
            now += 1000;
        } else {
            assert_true(verdict.until_ms > now);
            now = verdict.until_ms;
        }
        assert_in_range(probes, 0, 3);
    }
    assert_int_equal(probes, 3);
    assert_in_range(now - start_ms, 0, 400 * 1000); /* its reset once, then the fall to the line */
    assert_true(may(g, &call, now + 10000));
    struct usage_reading moved = reading(USAGE_ACCOUNT, "act_1", 90, now + 10000);
    served(g, &call, &moved, now + 10000);
    assert_false(view(g, SCOPE_ACCOUNT, "act_1", now + 10000).stuck);
    assert_false(may(g, &call, now + 10001));
    governor_destroy(g);
}

/* A reading that stands says nothing of what calls cost: the account is not held for that. */
static void test_governor_stuck_reading_teaches_no_costs(void **state)
{
    (void)state;
    struct governor *g = make();
    struct gate_call call = meta_call("act_1");
    int64_t now = start_ms;
    struct usage_reading r = reading(USAGE_ACCOUNT, "act_1", 0.5, now);
    served(g, &call, &r, now);
    for (int i = 0; i < 3; i++) {
        now += 600000; /* a run now and then: the level has fallen in between */
        r = reading(USAGE_ACCOUNT, "act_1", 100, now);
        assert_true(may(g, &call, now));
        served(g, &call, &r, now);
    }
    assert_true(view(g, SCOPE_ACCOUNT, "act_1", now).stuck);
    assert_true(may(g, &call, now + 1000));
    governor_destroy(g);
}

/* The header tells when the score is zero: what is said of the end of a wait follows it, and
 * neither the slowest shape of a decay nor our own count of points holds an account for longer. */
static void test_governor_score_falls_evenly_to_its_reset(void **state)
{
    (void)state;
    struct governor *g = make();
    struct gate_call call = meta_call("act_1");
    struct usage_reading r = reading(USAGE_ACCOUNT, "act_1", 64, start_ms);
    r.access_tier = ACCESS_DEVELOPMENT;
    r.regain_s = 192;
    served(g, &call, &r, start_ms);
    static const struct {
        int64_t after_ms;
        double pct;
    } cases[] = {
        {0,      64},
        {48000,  48},
        {96000,  32},
        {192000, 0 },
        {600000, 0 }
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        double pct = view(g, SCOPE_ACCOUNT, "act_1", start_ms + cases[i].after_ms).pct;
        assert_true(pct > cases[i].pct - 0.1 && pct < cases[i].pct + 0.1);
    }
    governor_destroy(g);
}

/* ---- nothing known yet ---- */

static void test_governor_unknown_scope_is_entered_by_one_call(void **state)
{
    (void)state;
    struct governor *g = make();
    struct gate_call call = meta_call("act_1");
    assert_true(admit(g, &call, start_ms).go);
    struct gate_verdict second = admit(g, &call, start_ms);
    assert_false(second.go);
    assert_non_null(strstr(second.detail, "first_answer"));
    struct usage_reading r = reading(USAGE_ACCOUNT, "act_1", 55.56, start_ms + 200);
    struct gate_outcome outcome = {.ok = true, .readings = &r, .count = 1};
    governor_observe(g, &call, &outcome, start_ms + 200);
    /* All of it may be what that call cost: another one would pass the line of 70. */
    assert_false(may(g, &call, start_ms + 200));
    governor_destroy(g);
}

/* The app's limits are made for many accounts: some of them may begin side by side. */
static void test_governor_unknown_app_is_entered_by_six(void **state)
{
    (void)state;
    struct governor *g = make();
    for (int i = 0; i < 7; i++) {
        char id[ID_SIZE];
        snprintf(id, sizeof id, "act_%d", i);
        struct gate_call call = meta_call(id);
        assert_int_equal(admit(g, &call, start_ms).go, i < 6);
    }
    governor_destroy(g);
    g = make();
    for (int i = 0; i < 3; i++) { /* how heavy a query of insights is shows with the first */
        char id[ID_SIZE];
        snprintf(id, sizeof id, "act_%d", i);
        struct gate_call call = meta_call(id);
        call.call_class = CALL_INSIGHTS;
        assert_int_equal(admit(g, &call, start_ms).go, i < 1);
    }
    governor_destroy(g);
}

static void test_governor_new_account_starts_from_what_others_cost(void **state)
{
    (void)state;
    struct governor *g = make();
    struct gate_call call = meta_call("act_1"), next = meta_call("act_2");
    for (int i = 1; i <= 4; i++) {
        struct usage_reading r = reading(USAGE_ACCOUNT, "act_1", 5.0 * i, start_ms + i);
        served(g, &call, &r, start_ms + i);
    }
    int admitted = 0;
    while (admit(g, &next, start_ms + 10).go) {
        admitted++;
    }
    /* Five per cent a call was measured: side by side from the start, and never past 70. */
    assert_in_range(admitted, 2, 14);
    governor_destroy(g);
}

/* ---- token, access, error rate ---- */

static void test_governor_dead_token_stops_all_but_a_try(void **state)
{
    (void)state;
    struct governor *g = make();
    struct gate_call call = meta_call("act_1"), try = {.call_class = CALL_TOKEN, .critical = true};
    assert_true(admit(g, &call, start_ms).go);
    refused(g, &call, (struct api_error){.error_class = ERROR_AUTH, .code = 190, .subcode = 463},
            start_ms);
    struct gate_verdict verdict;
    governor_peek(g, &call, start_ms, &verdict);
    assert_int_equal(verdict.reason, HOLD_TOKEN_INVALID);
    assert_int_equal(verdict.until_ms, 0); /* a person must act */
    assert_true(may(g, &try, start_ms));
    governor_token_renewed(g);
    assert_true(may(g, &call, start_ms));
    governor_destroy(g);
}

static void test_governor_lost_access_holds_one_account(void **state)
{
    (void)state;
    struct governor *g = make();
    struct gate_call call = meta_call("act_1"), other = meta_call("act_2");
    assert_true(admit(g, &call, start_ms).go);
    refused(g, &call,
            (struct api_error){.error_class = ERROR_ACCESS, .reach = REACH_ACCOUNT, .code = 200},
            start_ms);
    struct gate_verdict verdict;
    governor_peek(g, &call, start_ms, &verdict);
    assert_int_equal(verdict.reason, HOLD_NO_ACCESS);
    assert_true(may(g, &other, start_ms));
    governor_access_restored(g, "act_1");
    assert_true(may(g, &call, start_ms));
    governor_destroy(g);
}

/* 15 % of the last 500 calls costs an app its tier (reference 2.1). */
static void test_governor_slows_down_on_the_way_to_the_error_limit(void **state)
{
    (void)state;
    struct governor *g = make();
    struct gate_call call = meta_call("act_1"), force = meta_call("act_1");
    force.critical = true;
    struct error_rate_view rate;
    int64_t now = start_ms, last_wait = -1;
    for (int i = 0; i < 500; i++) {
        struct gate_verdict verdict = admit(g, &call, now);
        now = verdict.go ? now : verdict.until_ms;
        verdict = verdict.go ? verdict : admit(g, &call, now);
        assert_true(verdict.go);
        struct gate_outcome bad = {
            .error = {.error_class = ERROR_PERMANENT, .http_status = 400, .code = 100}
        };
        struct gate_outcome good = {.ok = true};
        governor_observe(g, &call, i >= 400 ? &bad : &good, now);
        governor_error_rate(g, &rate);
        if (rate.pct <= 9) {
            assert_int_equal(rate.wait_ms, 0);
        } else {
            assert_true(rate.wait_ms >= last_wait);
            last_wait = rate.wait_ms;
        }
        now += 100;
    }
    assert_int_equal(rate.errors, 100);
    assert_int_equal(rate.wait_ms, 10000);
    assert_true(admit(g, &call, now + 10000).go);
    struct gate_verdict verdict;
    governor_peek(g, &call, now + 10001, &verdict);
    assert_false(verdict.go);
    assert_int_equal(verdict.reason, HOLD_BACKOFF);
    assert_non_null(strstr(verdict.detail, "error_rate"));
    assert_true(may(g, &force, now + 10001));
    governor_destroy(g);
}

/* A third of a first pass over an API that has a bad day: no tier is in danger. */
static void test_governor_does_not_slow_down_for_a_bad_start(void **state)
{
    (void)state;
    struct governor *g = make();
    struct gate_call call = meta_call("act_1");
    struct error_rate_view rate;
    for (int i = 0; i < 120; i++) {
        struct gate_outcome outcome = {.ok = i % 3 != 0};
        if (!outcome.ok) {
            outcome.error = (struct api_error){.error_class = ERROR_RETRY, .http_status = 500};
        }
        assert_true(admit(g, &call, start_ms + i * 1000).go);
        governor_observe(g, &call, &outcome, start_ms + i * 1000);
    }
    governor_error_rate(g, &rate);
    assert_int_equal(rate.errors, 40);
    assert_int_equal(rate.wait_ms, 0);
    governor_destroy(g);
}

/* ---- thresholds and overrides ---- */

static void test_governor_critical_passes_the_line_not_the_limit(void **state)
{
    (void)state;
    struct governor *g = make();
    struct gate_call call = meta_call("act_1"), force = meta_call("act_1");
    force.critical = true;
    for (int i = 1; i <= 8; i++) { /* 10 per cent a call */
        struct usage_reading r = reading(USAGE_ACCOUNT, "act_1", 10.0 * i, start_ms + i);
        struct gate_outcome outcome = {.ok = true, .readings = &r, .count = 1};
        struct gate_verdict verdict = admit(g, &force, start_ms + i);
        assert_true(verdict.go);
        governor_observe(g, &force, &outcome, start_ms + i);
    }
    assert_false(may(g, &call, start_ms + 9));
    assert_true(admit(g, &force, start_ms + 9).go); /* to 90 */
    assert_false(may(g, &force, start_ms + 9));     /* 100 would be beyond 95 */
    governor_destroy(g);
}

static void test_governor_new_thresholds_hold_at_once(void **state)
{
    (void)state;
    struct governor *g = make();
    struct gate_call call = meta_call("act_1");
    struct usage_reading first = reading(USAGE_ACCOUNT, "act_1", 29, start_ms);
    struct usage_reading second = reading(USAGE_ACCOUNT, "act_1", 30, start_ms + 1);
    served(g, &call, &first, start_ms);
    struct governor_config config = *governor_config(g);
    served(g, &call, &second, start_ms + 60000);
    config.account_pct = 20;
    governor_configure(g, &config);
    assert_false(may(g, &call, start_ms + 60000));
    governor_destroy(g);
}

static void test_governor_release_gives_everything_back(void **state)
{
    (void)state;
    struct governor *g = make();
    struct gate_call call = meta_call("act_1");
    served(g, &call, NULL, start_ms);
    struct scope_view before = view(g, SCOPE_ACCOUNT, "act_1", start_ms);
    assert_true(admit(g, &call, start_ms).go);
    assert_true(view(g, SCOPE_ACCOUNT, "act_1", start_ms).reserved_pct > 0);
    governor_release(g, &call);
    struct scope_view after = view(g, SCOPE_ACCOUNT, "act_1", start_ms);
    assert_int_equal(governor_in_flight(g), 0);
    assert_true(after.reserved_pct == 0 && after.pct == before.pct);
    governor_destroy(g);
}

static void test_governor_scopes_are_in_a_stable_order(void **state)
{
    (void)state;
    static const char *const ids[] = {"act_9", "act_1", "act_5"};
    struct governor *g = make();
    for (size_t i = 0; i < 3; i++) {
        struct gate_call call = meta_call(ids[i]);
        admit(g, &call, start_ms);
        governor_release(g, &call);
    }
    struct scope_view v;
    char last[ID_SIZE] = "";
    assert_int_equal(governor_scope_count(g), 3 + 3 * 2);
    for (size_t i = 0; governor_scope_view(g, i, start_ms, &v); i++) {
        assert_true(i < 3 ? v.account_id[0] == '\0' : strcmp(v.account_id, last) >= 0);
        memcpy(last, v.account_id, sizeof last);
    }
    governor_destroy(g);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_governor_reading_decides),
        cmocka_unit_test(test_governor_insights_load_holds_insights_alone),
        cmocka_unit_test(test_governor_reading_ages_and_decays),
        cmocka_unit_test(test_governor_without_reading_shows_the_model),
        cmocka_unit_test(test_governor_stuck_reading_is_ignored_until_it_moves),
        cmocka_unit_test(test_governor_stuck_reading_teaches_no_costs),
        cmocka_unit_test(test_governor_score_falls_evenly_to_its_reset),
        cmocka_unit_test(test_governor_unknown_scope_is_entered_by_one_call),
        cmocka_unit_test(test_governor_unknown_app_is_entered_by_six),
        cmocka_unit_test(test_governor_new_account_starts_from_what_others_cost),
        cmocka_unit_test(test_governor_dead_token_stops_all_but_a_try),
        cmocka_unit_test(test_governor_lost_access_holds_one_account),
        cmocka_unit_test(test_governor_slows_down_on_the_way_to_the_error_limit),
        cmocka_unit_test(test_governor_does_not_slow_down_for_a_bad_start),
        cmocka_unit_test(test_governor_critical_passes_the_line_not_the_limit),
        cmocka_unit_test(test_governor_new_thresholds_hold_at_once),
        cmocka_unit_test(test_governor_release_gives_everything_back),
        cmocka_unit_test(test_governor_scopes_are_in_a_stable_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
