/* Each of the rules, by the facts that raise it in an engine that stands still: raised once,
 * stored, acknowledged, cleared when it is over and not before, and raised anew as another row. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "config/config.h"
#include "engine/accounts.h"
#include "engine/alerts.h"
#include "engine/policy.h"
#include "engine/state.h"
#include "govern/governor.h"
#include "store/accounts.h"
#include "store/alerts.h"
#include "store/calls.h"
#include "store/ledger.h"
#include "store/read_alerts.h"
#include "store/store.h"
#include "tests/unit/store/store_fixture.h"

/* 2026-11-20 00:00 UTC: a budget's day is ahead. */
#define MIDNIGHT INT64_C(1795132800000)
enum { MINUTE_MS = 60000, MINUTES_MAX = 600 };

struct stand {
    struct place at;
    struct config config;
    struct engine engine;
};

static void pass_time(struct stand *stand, int64_t ms)
{
    stand->engine.clock.anchor_ms += ms;
}

static int setup(void **state)
{
    struct stand *stand = calloc(1, sizeof *stand);
    struct governor_config governor;
    struct err err = {0};
    char name[] = "One";
    struct account row = {.account_id = "act_1",
                          .name = name,
                          .currency = "USD",
                          .timezone_name = "UTC",
                          .account_status = ACCOUNT_ACTIVE,
                          .tier = TIER_HIGH};
    place_make(&stand->at);
    config_defaults(&stand->config);
    stand->engine.config = &stand->config;
    stand->engine.clock = (struct clock){.speed = 1e-9, .anchor_ms = MIDNIGHT + 30 * MINUTE_MS};
    stand->engine.store = stand->at.store = store_open(stand->at.db, NULL, &err);
    assert_non_null(stand->engine.store);
    stand->engine.reader = store_reader_open(stand->at.db, &stand->engine.clock, &err);
    assert_non_null(stand->engine.reader);
    assert_true(store_accounts_put(stand->engine.store, &row, 1, MIDNIGHT, &err));
    assert_true(
        store_account_set_tier(stand->engine.store, "act_1", TIER_HIGH, true, MIDNIGHT, &err));
    pthread_mutex_init(&stand->engine.lock, NULL);
    policy_tier(&stand->config, &stand->engine.tiers);
    governor_config_defaults(&governor);
    stand->engine.governor = governor_create(&governor);
    assert_non_null(stand->engine.governor);
    assert_true(accounts_load(&stand->engine, stand->at.arena, &err));
    *state = stand;
    return 0;
}

static int teardown(void **state)
{
    struct stand *stand = *state;
    accounts_free(&stand->engine);
    store_reader_close(stand->engine.reader);
    governor_destroy(stand->engine.governor);
    pthread_mutex_destroy(&stand->engine.lock);
    place_close(&stand->at);
    free(stand);
    return 0;
}

/* ---- the facts: called once a minute ---- */

/* One call and its answer; what the governor does not admit is waited for. */
static void call_once(struct stand *stand, const struct api_error *error)
{
    struct gate_call call = {.call_class = CALL_ADS, .account_id = "act_1", .cost = 1, .items = 1};
    struct gate_outcome outcome = {.ok = error == NULL};
    struct gate_verdict verdict = {0};
    for (int i = 0; i < 100 && !verdict.go; i++) {
        int64_t now = engine_now(&stand->engine);
        governor_admit(stand->engine.governor, &call, now, &verdict);
        if (!verdict.go) {
            pass_time(stand, verdict.until_ms > now ? verdict.until_ms - now : 1);
        }
    }
    assert_true(verdict.go);
    if (error) {
        outcome.error = *error;
    }
    governor_observe(stand->engine.governor, &call, &outcome, engine_now(&stand->engine));
}

static void throttle(struct stand *stand)
{
    static const struct api_error error = {.error_class = ERROR_THROTTLE,
                                           .reach = REACH_SCOPE,
                                           .scope = SCOPE_ACCOUNT,
                                           .http_status = 400,
                                           .code = 17,
                                           .subcode = 2446079,
                                           .wait_ms = 40 * MINUTE_MS};
    struct scope_view view = {0};
    if (!governor_scope_find(stand->engine.governor, SCOPE_ACCOUNT, "act_1", USE_CASE_NONE,
                             engine_now(&stand->engine), &view) ||
        !view.throttled_since) {
        call_once(stand, &error);
    }
}

static void nothing(struct stand *stand)
{
    (void)stand;
}

static void data_old(struct stand *stand)
{
    stand->engine.accounts[0]->account.data_as_of = MIDNIGHT - 20 * MINUTE_MS;
}

static void data_new(struct stand *stand)
{
    stand->engine.accounts[0]->account.data_as_of = engine_now(&stand->engine) - MINUTE_MS;
}

static void token_dead(struct stand *stand)
{
    stand->engine.token_state.invalid = true;
}

static void token_good(struct stand *stand)
{
    stand->engine.token_state.invalid = false;
}

/* 60 units a minute: the 20,000 of a day are gone by six in the morning. */
static void spend_much(struct stand *stand)
{
    struct err err = {0};
    int64_t now = engine_now(&stand->engine);
    struct ledger_entry entry = {.day = (int32_t)(now / 86400000),
                                 .hour = (int)(now / 3600000 % 24),
                                 .account_id = "act_1",
                                 .calls = 60,
                                 .cost = 60};
    assert_true(store_ledger_add(stand->engine.store, &entry, &err));
}

static void fail_often(struct stand *stand)
{
    static const struct api_error error = {
        .error_class = ERROR_RETRY, .reach = REACH_REQUEST, .http_status = 500, .code = 2};
    for (int i = 0; i < 3; i++) {
        call_once(stand, &error);
    }
}

static void succeed_often(struct stand *stand)
{
    for (int i = 0; i < 20; i++) {
        call_once(stand, NULL);
    }
}

static void differ(struct stand *stand)
{
    static const struct sync_findings bad = {.compared = true, .mismatches = 2};
    alerts_run_ended(&stand->engine, "act_1", &bad);
}

static void agree(struct stand *stand)
{
    static const struct sync_findings good = {.compared = true};
    alerts_run_ended(&stand->engine, "act_1", &good);
}

static void drift(struct stand *stand)
{
    static const struct sync_findings findings = {.drifted = {"ads"}, .drifted_count = 1};
    alerts_run_ended(&stand->engine, "act_1", &findings);
}

static void crash(struct stand *stand)
{
    stand->engine.crashed_before = true;
    stand->engine.started_at = engine_now(&stand->engine);
}

/* So many calls of the minute before `at`, of which some fail by what passes by itself. */
static void put_calls(struct stand *stand, int64_t at, int count, int failed, int64_t ms)
{
    struct err err = {0};
    for (int i = 0; i < count; i++) {
        bool bad = i < failed;
        struct call_record call = {.at = at - i * 1000,
                                   .account_id = "act_1",
                                   .call_class = CALL_ADS,
                                   .path = "act_1/ads",
                                   .http_status = bad ? 500 : 200,
                                   .code = bad ? 2 : 0,
                                   .ms = ms};
        assert_true(
            store_call_append(stand->engine.store, &call, bad ? "unavailable" : NULL, &err));
    }
}

static void calls_fail(struct stand *stand)
{
    put_calls(stand, engine_now(&stand->engine), 10, 2, 200);
}

static void calls_slow(struct stand *stand)
{
    put_calls(stand, engine_now(&stand->engine), 10, 0, 6000);
}

/* And of the hours before, when there is none yet: what is usual is known. */
static void calls_well(struct stand *stand)
{
    int64_t now = engine_now(&stand->engine);
    struct err err = {0};
    assert_true(store_begin(stand->engine.store, &err));
    for (int i = stand->engine.usual_at ? 0 : 300; i >= 0; i--) {
        put_calls(stand, now - i * (int64_t)MINUTE_MS, 10, 0, 200);
    }
    assert_true(store_commit(stand->engine.store, &err));
}

static const struct facts {
    enum alert_kind kind;
    const char *subject;
    void (*bad)(struct stand *stand);
    void (*good)(struct stand *stand);
} facts[] = {
    {ALERT_SCOPE_THROTTLED, "act_1",  throttle,   nothing      },
    {ALERT_STALE_HIGH,      "act_1",  data_old,   data_new     },
    {ALERT_TOKEN_INVALID,   "token",  token_dead, token_good   },
    {ALERT_BUDGET_ENDING,   "daily",  spend_much, nothing      },
    {ALERT_ERROR_RATE,      "app",    fail_often, succeed_often},
    {ALERT_CHECKSUM,        "act_1",  differ,     agree        },
    {ALERT_SCHEMA_DRIFT,    "ads",    drift,      nothing      },
    {ALERT_CRASH_RESTART,   "engine", crash,      nothing      },
    {ALERT_API_FAILING,     "api",    calls_fail, calls_well   },
    {ALERT_API_SLOW,        "api",    calls_slow, calls_well   },
};

/* ---- the rules ---- */

static bool find_open(struct stand *stand, const struct facts *f, struct alert_row *out)
{
    struct store_alerts open = {0};
    struct err err = {0};
    size_t hits = 0;
    assert_true(store_alerts_load(stand->engine.store, stand->at.arena, &open, &err));
    for (size_t i = 0; i < open.count; i++) {
        if (strcmp(open.rows[i].rule, alert_rule(f->kind)->name) == 0) {
            assert_string_equal(open.rows[i].scope, f->subject);
            *out = open.rows[i];
            hits++;
        }
    }
    assert_true(hits <= 1);
    return hits == 1;
}

static void minute(struct stand *stand, void (*happens)(struct stand *stand))
{
    pass_time(stand, MINUTE_MS);
    happens(stand);
    alerts_watch(&stand->engine, engine_now(&stand->engine));
}

/* Until it is open, or not open any more; the minutes it took. */
static int minutes_until(struct stand *stand, const struct facts *f, bool open,
                         struct alert_row *out)
{
    for (int i = 1; i <= MINUTES_MAX; i++) {
        minute(stand, open ? f->bad : f->good);
        if (find_open(stand, f, out) == open) {
            return i;
        }
    }
    fail_msg("%s: not %s in %d minutes", alert_rule(f->kind)->name, open ? "raised" : "cleared",
             MINUTES_MAX);
    return 0;
}

static void assert_cleared(struct stand *stand, const struct alert_row *raised)
{
    struct alert_rows rows = {0};
    struct err err = {0};
    bool found = false;
    struct store_reader *reader = store_reader_open(stand->at.db, &stand->engine.clock, &err);
    assert_non_null(reader);
    assert_true(read_alerts(reader, stand->at.arena, 0, MIDNIGHT, &rows, &err));
    for (size_t i = 0; i < rows.count; i++) {
        if (rows.rows[i].alert_id == raised->alert_id) {
            found = true;
            assert_int_equal(rows.rows[i].cleared_at, engine_now(&stand->engine));
            assert_string_equal(rows.rows[i].acked_by, "ana");
        }
    }
    assert_true(found);
    store_reader_close(reader);
}

static void raise_and_clear(struct stand *stand, const struct facts *f)
{
    const struct alert_rule *rule = alert_rule(f->kind);
    struct alert_row first, row;
    struct err err = {0};
    minute(stand, f->good);
    assert_false(find_open(stand, f, &row));
    int took = minutes_until(stand, f, true, &first);
    assert_true(took * (int64_t)MINUTE_MS >= rule->fire_after_ms);
    assert_int_equal(first.severity, rule->severity);
    assert_non_null(strstr(first.detail, rule->action));
    assert_int_equal(strstr(first.detail, " (") != NULL, rule->unit[0] != '\0');
    assert_true(store_alert_ack(stand->engine.store, first.alert_id, "ana",
                                engine_now(&stand->engine), &err));
    for (int i = 0; i < 5; i++) {
        minute(stand, f->bad);
        assert_true(find_open(stand, f, &row));
        assert_int_equal(row.alert_id, first.alert_id);
        assert_string_equal(row.acked_by, "ana"); /* it is known, and not told again */
    }
    took = minutes_until(stand, f, false, &row);
    assert_true(took * (int64_t)MINUTE_MS >= rule->clear_after_ms);
    assert_cleared(stand, &first);
    minutes_until(stand, f, true, &row);
    assert_int_not_equal(row.alert_id, first.alert_id);
    assert_string_equal(row.acked_by, "");
}

static void test_every_rule_is_raised_acknowledged_and_cleared(void **state)
{
    (void)state;
    assert_int_equal(sizeof facts / sizeof facts[0], ALERT_KIND_COUNT);
    for (size_t i = 0; i < sizeof facts / sizeof facts[0]; i++) {
        void *stand = NULL;
        assert_int_equal(facts[i].kind, i);
        setup(&stand);
        raise_and_clear(stand, &facts[i]);
        teardown(&stand);
    }
}

/* Between the line that fires and the one that clears nothing changes, whichever it was. */
static void test_between_the_lines_an_alert_stays_as_it_is(void **state)
{
    struct stand *stand = *state;
    static const struct facts *const rate = &facts[ALERT_ERROR_RATE];
    struct error_rate_view view;
    struct alert_row row;
    minutes_until(stand, rate, true, &row);
    for (int i = 0; i < MINUTES_MAX; i++) { /* the window fills with successes, slowly */
        minute(stand, succeed_often);
        governor_error_rate(stand->engine.governor, &view);
        double share = alert_figure_error_rate(view.pct, view.limit);
        if (share <= alert_rule(ALERT_ERROR_RATE)->clear) {
            break;
        }
        assert_true(find_open(stand, rate, &row));
    }
    minutes_until(stand, rate, false, &row);
    for (int i = 0; i < MINUTES_MAX; i++) {
        governor_error_rate(stand->engine.governor, &view);
        double share = alert_figure_error_rate(view.pct, view.limit);
        if (share >= alert_rule(ALERT_ERROR_RATE)->fire - 8) {
            break;
        }
        minute(stand, fail_often);
    }
    assert_false(find_open(stand, rate, &row));
}

/* An API that is slow for most of a working day: the hours before do not become like it. */
static void test_slow_does_not_become_usual(void **state)
{
    struct stand *stand = *state;
    static const struct facts *const slow = &facts[ALERT_API_SLOW];
    struct alert_row first, row;
    minute(stand, calls_well);
    minutes_until(stand, slow, true, &first);
    for (int i = 0; i < 6 * 60; i++) {
        minute(stand, calls_slow);
        assert_true(find_open(stand, slow, &row));
        assert_int_equal(row.alert_id, first.alert_id);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_rule_is_raised_acknowledged_and_cleared),
        cmocka_unit_test_setup_teardown(test_between_the_lines_an_alert_stays_as_it_is, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_slow_does_not_become_usual, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
