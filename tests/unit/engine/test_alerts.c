/* Each of the rules, by the facts that raise it in an engine that stands still: raised once,
 * stored, acknowledged, cleared when it is over and not before, and raised anew as another row. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/arena.h"
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

/* 2026-11-20 00:00 UTC: a budget's day is ahead. */
#define MIDNIGHT INT64_C(1795132800000)
enum { MINUTE_MS = 60000, MINUTES_MAX = 600 };

struct place {
    char dir[64], db[96];
    struct config config;
    struct engine engine;
    struct arena *arena;
};

static void pass_time(struct place *place, int64_t ms)
{
    place->engine.clock.anchor_ms += ms;
}

static int setup(void **state)
{
    struct place *place = calloc(1, sizeof *place);
    struct governor_config governor;
    struct err err = {0};
    char name[] = "One";
    struct account row = {.account_id = "act_1",
                          .name = name,
                          .currency = "USD",
                          .timezone_name = "UTC",
                          .account_status = ACCOUNT_ACTIVE,
                          .tier = TIER_HIGH};
    snprintf(place->dir, sizeof place->dir, "/tmp/adtop-alerts-XXXXXX");
    assert_non_null(mkdtemp(place->dir));
    snprintf(place->db, sizeof place->db, "%s/adtop.db", place->dir);
    config_defaults(&place->config);
    place->engine.config = &place->config;
    place->engine.clock = (struct clock){.speed = 1e-9, .anchor_ms = MIDNIGHT + 30 * MINUTE_MS};
    place->engine.store = store_open(place->db, NULL, &err);
    assert_non_null(place->engine.store);
    assert_true(store_accounts_put(place->engine.store, &row, 1, MIDNIGHT, &err));
    assert_true(
        store_account_set_tier(place->engine.store, "act_1", TIER_HIGH, true, MIDNIGHT, &err));
    place->arena = arena_create(65536);
    pthread_mutex_init(&place->engine.lock, NULL);
    policy_tier(&place->config, &place->engine.tiers);
    governor_config_defaults(&governor);
    place->engine.governor = governor_create(&governor);
    assert_non_null(place->engine.governor);
    assert_true(accounts_load(&place->engine, place->arena, &err));
    *state = place;
    return 0;
}

static int teardown(void **state)
{
    struct place *place = *state;
    static const char *const suffixes[] = {"", "-wal", "-shm"};
    accounts_free(&place->engine);
    governor_destroy(place->engine.governor);
    pthread_mutex_destroy(&place->engine.lock);
    store_close(place->engine.store);
    arena_destroy(place->arena);
    for (size_t i = 0; i < 3; i++) {
        char path[128];
        snprintf(path, sizeof path, "%s%s", place->db, suffixes[i]);
        unlink(path);
    }
    rmdir(place->dir);
    free(place);
    return 0;
}

/* ---- the facts: called once a minute ------------------------------------------------------------
 */

/* One call and its answer; what the governor does not admit is waited for. */
static void call_once(struct place *place, const struct api_error *error)
{
    struct gate_call call = {.call_class = CALL_ADS, .account_id = "act_1", .cost = 1, .items = 1};
    struct gate_outcome outcome = {.ok = error == NULL};
    struct gate_verdict verdict = {0};
    for (int i = 0; i < 100 && !verdict.go; i++) {
        int64_t now = engine_now(&place->engine);
        governor_admit(place->engine.governor, &call, now, &verdict);
        if (!verdict.go) {
            pass_time(place, verdict.until_ms > now ? verdict.until_ms - now : 1);
        }
    }
    assert_true(verdict.go);
    if (error) {
        outcome.error = *error;
    }
    governor_observe(place->engine.governor, &call, &outcome, engine_now(&place->engine));
}

static void throttle(struct place *place)
{
    static const struct api_error error = {.error_class = ERROR_THROTTLE,
                                           .reach = REACH_SCOPE,
                                           .scope = SCOPE_ACCOUNT,
                                           .http_status = 400,
                                           .code = 17,
                                           .subcode = 2446079,
                                           .wait_ms = 40 * MINUTE_MS};
    struct scope_view view = {0};
    if (!governor_scope_find(place->engine.governor, SCOPE_ACCOUNT, "act_1", USE_CASE_NONE,
                             engine_now(&place->engine), &view) ||
        !view.throttled_since) {
        call_once(place, &error);
    }
}

static void nothing(struct place *place)
{
    (void)place;
}

static void data_old(struct place *place)
{
    place->engine.accounts[0]->account.data_as_of = MIDNIGHT - 20 * MINUTE_MS;
}

static void data_new(struct place *place)
{
    place->engine.accounts[0]->account.data_as_of = engine_now(&place->engine) - MINUTE_MS;
}

static void token_dead(struct place *place)
{
    place->engine.token_state.invalid = true;
}

static void token_good(struct place *place)
{
    place->engine.token_state.invalid = false;
}

/* 60 units a minute: the 20,000 of a day are gone by six in the morning. */
static void spend_much(struct place *place)
{
    struct err err = {0};
    int64_t now = engine_now(&place->engine);
    struct ledger_entry entry = {.day = (int32_t)(now / 86400000),
                                 .hour = (int)(now / 3600000 % 24),
                                 .account_id = "act_1",
                                 .calls = 60,
                                 .cost = 60};
    assert_true(store_ledger_add(place->engine.store, &entry, &err));
}

static void fail_often(struct place *place)
{
    static const struct api_error error = {
        .error_class = ERROR_RETRY, .reach = REACH_REQUEST, .http_status = 500, .code = 2};
    for (int i = 0; i < 3; i++) {
        call_once(place, &error);
    }
}

static void succeed_often(struct place *place)
{
    for (int i = 0; i < 20; i++) {
        call_once(place, NULL);
    }
}

static void differ(struct place *place)
{
    static const struct sync_findings bad = {.compared = true, .mismatches = 2};
    alerts_run_ended(&place->engine, "act_1", &bad);
}

static void agree(struct place *place)
{
    static const struct sync_findings good = {.compared = true};
    alerts_run_ended(&place->engine, "act_1", &good);
}

static void drift(struct place *place)
{
    static const struct sync_findings findings = {.drifted = {"ads"}, .drifted_count = 1};
    alerts_run_ended(&place->engine, "act_1", &findings);
}

static void crash(struct place *place)
{
    place->engine.crashed_before = true;
    place->engine.started_at = engine_now(&place->engine);
}

/* So many calls of the minute before `at`, of which some fail by what passes by itself. */
static void put_calls(struct place *place, int64_t at, int count, int failed, int64_t ms)
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
            store_call_append(place->engine.store, &call, bad ? "unavailable" : NULL, &err));
    }
}

static void calls_fail(struct place *place)
{
    put_calls(place, engine_now(&place->engine), 10, 2, 200);
}

static void calls_slow(struct place *place)
{
    put_calls(place, engine_now(&place->engine), 10, 0, 6000);
}

/* And of the hours before, when there is none yet: what is usual is known. */
static void calls_well(struct place *place)
{
    int64_t now = engine_now(&place->engine);
    struct err err = {0};
    assert_true(store_begin(place->engine.store, &err));
    for (int i = place->engine.usual_at ? 0 : 300; i >= 0; i--) {
        put_calls(place, now - i * (int64_t)MINUTE_MS, 10, 0, 200);
    }
    assert_true(store_commit(place->engine.store, &err));
}

static const struct facts {
    enum alert_kind kind;
    const char *subject;
    void (*bad)(struct place *place);
    void (*good)(struct place *place);
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

/* ---- the rules ----------------------------------------------------------------------------------
 */

static bool find_open(struct place *place, const struct facts *f, struct alert_row *out)
{
    struct store_alerts open = {0};
    struct err err = {0};
    size_t hits = 0;
    assert_true(store_alerts_load(place->engine.store, place->arena, &open, &err));
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

static void minute(struct place *place, void (*happens)(struct place *place))
{
    pass_time(place, MINUTE_MS);
    happens(place);
    alerts_watch(&place->engine, engine_now(&place->engine));
}

/* Until it is open, or not open any more; the minutes it took. */
static int minutes_until(struct place *place, const struct facts *f, bool open,
                         struct alert_row *out)
{
    for (int i = 1; i <= MINUTES_MAX; i++) {
        minute(place, open ? f->bad : f->good);
        if (find_open(place, f, out) == open) {
            return i;
        }
    }
    fail_msg("%s: not %s in %d minutes", alert_rule(f->kind)->name, open ? "raised" : "cleared",
             MINUTES_MAX);
    return 0;
}

static void assert_cleared(struct place *place, const struct alert_row *raised)
{
    struct alert_rows rows = {0};
    struct err err = {0};
    bool found = false;
    struct store_reader *reader = store_reader_open(place->db, &place->engine.clock, &err);
    assert_non_null(reader);
    assert_true(read_alerts(reader, place->arena, 0, MIDNIGHT, &rows, &err));
    for (size_t i = 0; i < rows.count; i++) {
        if (rows.rows[i].alert_id == raised->alert_id) {
            found = true;
            assert_int_equal(rows.rows[i].cleared_at, engine_now(&place->engine));
            assert_string_equal(rows.rows[i].acked_by, "ana");
        }
    }
    assert_true(found);
    store_reader_close(reader);
}

static void raise_and_clear(struct place *place, const struct facts *f)
{
    const struct alert_rule *rule = alert_rule(f->kind);
    struct alert_row first, row;
    struct err err = {0};
    minute(place, f->good);
    assert_false(find_open(place, f, &row));
    int took = minutes_until(place, f, true, &first);
    assert_true(took * (int64_t)MINUTE_MS >= rule->fire_after_ms);
    assert_int_equal(first.severity, rule->severity);
    assert_non_null(strstr(first.detail, rule->action));
    assert_int_equal(strstr(first.detail, " (") != NULL, rule->unit[0] != '\0');
    assert_true(store_alert_ack(place->engine.store, first.alert_id, "ana",
                                engine_now(&place->engine), &err));
    for (int i = 0; i < 5; i++) {
        minute(place, f->bad);
        assert_true(find_open(place, f, &row));
        assert_int_equal(row.alert_id, first.alert_id);
        assert_string_equal(row.acked_by, "ana"); /* it is known, and not told again */
    }
    took = minutes_until(place, f, false, &row);
    assert_true(took * (int64_t)MINUTE_MS >= rule->clear_after_ms);
    assert_cleared(place, &first);
    minutes_until(place, f, true, &row);
    assert_int_not_equal(row.alert_id, first.alert_id);
    assert_string_equal(row.acked_by, "");
}

static void test_every_rule_is_raised_acknowledged_and_cleared(void **state)
{
    (void)state;
    assert_int_equal(sizeof facts / sizeof facts[0], ALERT_KIND_COUNT);
    for (size_t i = 0; i < sizeof facts / sizeof facts[0]; i++) {
        void *place = NULL;
        assert_int_equal(facts[i].kind, i);
        setup(&place);
        raise_and_clear(place, &facts[i]);
        teardown(&place);
    }
}

/* Between the line that fires and the one that clears nothing changes, whichever it was. */
static void test_between_the_lines_an_alert_stays_as_it_is(void **state)
{
    struct place *place = *state;
    static const struct facts *const rate = &facts[ALERT_ERROR_RATE];
    struct error_rate_view view;
    struct alert_row row;
    minutes_until(place, rate, true, &row);
    for (int i = 0; i < MINUTES_MAX; i++) { /* the window fills with successes, slowly */
        minute(place, succeed_often);
        governor_error_rate(place->engine.governor, &view);
        double share = alert_figure_error_rate(view.pct, view.limit);
        if (share <= alert_rule(ALERT_ERROR_RATE)->clear) {
            break;
        }
        assert_true(find_open(place, rate, &row));
    }
    minutes_until(place, rate, false, &row);
    for (int i = 0; i < MINUTES_MAX; i++) {
        governor_error_rate(place->engine.governor, &view);
        double share = alert_figure_error_rate(view.pct, view.limit);
        if (share >= alert_rule(ALERT_ERROR_RATE)->fire - 8) {
            break;
        }
        minute(place, fail_often);
    }
    assert_false(find_open(place, rate, &row));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_rule_is_raised_acknowledged_and_cleared),
        cmocka_unit_test_setup_teardown(test_between_the_lines_an_alert_stays_as_it_is, setup,
                                        teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
