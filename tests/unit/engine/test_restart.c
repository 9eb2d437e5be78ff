/* An engine that stands still: alerts of what runs find, and what an engine before this one left.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "config/config.h"
#include "engine/accounts.h"
#include "engine/alerts.h"
#include "engine/limits.h"
#include "engine/state.h"
#include "store/accounts.h"
#include "store/alerts.h"
#include "store/calls.h"
#include "store/holds.h"
#include "store/store.h"
#include "store/usage.h"
#include "sync/run.h"
#include "tests/unit/store/store_fixture.h"

struct stand {
    struct place at;
    struct engine engine;
};

static int setup(void **state)
{
    struct stand *stand = calloc(1, sizeof *stand);
    struct err err = {0};
    place_make(&stand->at);
    stand->engine.store = stand->at.store = store_open(stand->at.db, NULL, &err);
    assert_non_null(stand->engine.store);
    *state = stand;
    return 0;
}

static int teardown(void **state)
{
    struct stand *stand = *state;
    place_close(&stand->at);
    free(stand);
    return 0;
}

static struct store_alerts open_alerts(struct stand *stand)
{
    struct store_alerts open = {0};
    struct err err = {0};
    assert_true(store_alerts_load(stand->engine.store, stand->at.arena, &open, &err));
    return open;
}

static void test_alerts_of_a_checksum_end_with_the_next_good_one(void **state)
{
    struct stand *stand = *state;
    struct sync_findings bad = {.compared = true, .mismatches = 2}, not_compared = {0};
    struct sync_findings good = {.compared = true};
    alerts_run_ended(&stand->engine, "act_1", &bad);
    alerts_run_ended(&stand->engine, "act_2", &good);
    struct store_alerts open = open_alerts(stand);
    assert_int_equal(open.count, 1);
    assert_string_equal(open.rows[0].rule, "checksum");
    assert_string_equal(open.rows[0].scope, "act_1");
    alerts_run_ended(&stand->engine, "act_1", &bad); /* once */
    alerts_run_ended(&stand->engine, "act_1", &not_compared);
    assert_int_equal(open_alerts(stand).count, 1);
    alerts_run_ended(&stand->engine, "act_1", &good);
    assert_int_equal(open_alerts(stand).count, 0);
    assert_int_equal(stand->engine.watch_count, 0);
}

static void test_alerts_of_drift_name_each_edge(void **state)
{
    struct stand *stand = *state;
    struct sync_findings findings = {
        .drifted = {"ads", "insights"},
          .drifted_count = 2
    };
    alerts_run_ended(&stand->engine, "act_1", &findings);
    alerts_run_ended(&stand->engine, "act_2", &findings);
    struct store_alerts open = open_alerts(stand);
    assert_int_equal(open.count, 2);
    assert_string_equal(open.rows[0].rule, "schema_drift");
}

/* The engine was restarted: an alert that it did not open itself is cleared all the same. */
static void test_alerts_left_open_are_watched_to_their_end(void **state)
{
    struct stand *stand = *state;
    struct sync_findings bad = {.compared = true, .mismatches = 1}, good = {.compared = true};
    struct err err = {0};
    alerts_run_ended(&stand->engine, "act_1", &bad);
    stand->engine.watch_count = 0; /* what a new process knows */
    assert_true(alerts_restore(&stand->engine, stand->at.arena, &err));
    assert_int_equal(stand->engine.watch_count, 1);
    alerts_run_ended(&stand->engine, "act_1", &bad); /* not a second one */
    assert_int_equal(open_alerts(stand).count, 1);
    alerts_run_ended(&stand->engine, "act_1", &good);
    assert_int_equal(open_alerts(stand).count, 0);
}

/* A limit that held an account when the engine ended is what it waits for after a restart too. */
static void test_accounts_remember_the_limit_over_a_restart(void **state)
{
    static const int64_t now = 1795000000000;
    struct stand *stand = *state;
    struct err err = {0};
    char name[] = "One";
    struct account row = {.account_id = "act_1",
                          .name = name,
                          .currency = "USD",
                          .timezone_name = "UTC",
                          .account_status = ACCOUNT_ACTIVE};
    struct hold hold = {.account_id = "act_1",
                        .reason = HOLD_QUOTA_USE_CASE,
                        .scope = "use_case",
                        .scope_id = "act_1/ads_management",
                        .since = now - 1000,
                        .until = now + 600000,
                        .detail = "{}"};
    assert_true(store_accounts_put(stand->engine.store, &row, 1, now, &err));
    assert_true(store_hold_open(stand->engine.store, &hold, &err));
    pthread_mutex_init(&stand->engine.lock, NULL);
    stand->engine.started_at = now;
    assert_true(accounts_load(&stand->engine, stand->at.arena, &err));
    assert_int_equal(stand->engine.account_count, 1);
    const struct engine_account *slot = stand->engine.accounts[0];
    assert_int_equal(slot->last_run.status, RUN_THROTTLED);
    assert_int_equal(slot->throttle.reason, HOLD_QUOTA_USE_CASE);
    assert_int_equal(slot->throttle.scope, SCOPE_USE_CASE);
    assert_string_equal(slot->throttle.scope_id, "act_1/ads_management");
    assert_int_equal(slot->throttle.until, now + 600000);
    accounts_free(&stand->engine);
    pthread_mutex_destroy(&stand->engine.lock);
}

/* A server whose insights load is gone after a minute, of which a page takes a fifth. */
enum { PAGES = 60, PAGE_PCT = 20, DRAIN_S = 60 };

/* Pages at gaps of these, which keep the load where it is, up to `end`; the load after the last. */
static double put_pages(struct stand *stand, int64_t end)
{
    static const int gaps_s[] = {4, 16, 6, 22};
    enum { GAPS = sizeof gaps_s / sizeof *gaps_s, ROUND_MS = 48000 };
    struct err err = {0};
    double load = 40;
    int64_t at = end - (int64_t)PAGES / GAPS * ROUND_MS;
    for (int i = 0; i < PAGES; i++) {
        at += gaps_s[i % GAPS] * 1000;
        struct call_record call = {.at = at - 100,
                                   .run_id = 1,
                                   .account_id = "act_1",
                                   .call_class = CALL_INSIGHTS,
                                   .http_status = 200,
                                   .ms = 100,
                                   .bytes = 5000,
                                   .cost = 1};
        load = fmax(0, load - 100.0 * gaps_s[i % GAPS] / DRAIN_S) + PAGE_PCT;
        struct usage_reading reading = {.at = at,
                                        .source = USAGE_INSIGHTS_APP,
                                        .scope_id = "app",
                                        .pct = load,
                                        .call_count = -1,
                                        .total_time = -1,
                                        .total_cputime = -1,
                                        .regain_s = -1,
                                        .access_tier = ACCESS_STANDARD};
        assert_true(store_call_append(stand->engine.store, &call, NULL, &err));
        assert_true(store_usage_append(stand->engine.store, &reading, 1, &err));
    }
    return load;
}

static void test_what_calls_cost_and_limits_fall_is_known_after_a_restart(void **state)
{
    static const int64_t now = 1795000000000;
    struct stand *stand = *state;
    struct config config;
    struct err err = {0};
    config_defaults(&config);
    stand->engine.config = &config;
    stand->engine.started_at = now;
    stand->engine.clock.speed = 1;
    pthread_mutex_init(&stand->engine.lock, NULL);
    double load = put_pages(stand, now - 1000);
    assert_true(limits_create(&stand->engine, &err));
    struct scope_view view;
    assert_true(governor_scope_find(stand->engine.governor, SCOPE_APP_INSIGHTS, NULL, USE_CASE_NONE,
                                    now + 5000, &view));
    assert_int_equal(view.in_flight, 0);
    assert_true(fabs(view.header_pct - load) < 0.01);
    assert_true(fabs(load - view.header_decayed_pct - 100.0 * 6 / DRAIN_S) < 1);
    assert_true(fabs(view.pct_per_call - PAGE_PCT) < 1);
    assert_true(view.calibration_samples > 0);
    limits_destroy(&stand->engine);
    pthread_mutex_destroy(&stand->engine.lock);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_alerts_of_a_checksum_end_with_the_next_good_one, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_alerts_of_drift_name_each_edge, setup, teardown),
        cmocka_unit_test_setup_teardown(test_alerts_left_open_are_watched_to_their_end, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_accounts_remember_the_limit_over_a_restart, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(
            test_what_calls_cost_and_limits_fall_is_known_after_a_restart, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
