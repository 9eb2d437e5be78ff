/* A pass of the real program over the simulator: every figure equals the server's own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/e2e/harness.h"
#include "tests/e2e/truth.h"
#include "json/json.h"

static struct outcome outcome;

static const char token[] = "EAAB-a-token-to-look-for";

static void run_sync(const struct sim *sim, const struct state *state, const char *extra)
{
    const char *const args[] = {"--state-dir", state->dir, "--base-url", sim->url,
                                "sync",        extra,      NULL};
    adtop_run(&outcome, token, args);
}

static void assert_synced(void)
{
    if (outcome.exit_code != 0) {
        fail_msg("exit %d: %s", outcome.exit_code, outcome.err);
    }
}

static void sync_to_truth(const struct sim *sim, const struct state *state)
{
    run_sync(sim, state, NULL);
    assert_synced();
    assert_truth(sim, state);
}

static void assert_well_behaved(const struct sim *sim)
{
    struct json_doc *doc = sim_get(sim, "/sim/stats");
    assert_int_equal(json_number(json_root(doc), "tokens_in_urls"), 0);
    assert_int_equal(json_number(json_root(doc), "calls_while_blocked"), 0);
    assert_in_range(json_number(json_root(doc), "peak_accounts"), 1, 3);
    json_free(doc);
}

static void test_a_pass_equals_the_truth_and_a_second_changes_nothing(void **unused)
{
    (void)unused;
    struct sim sim;
    struct state state;
    const char *const args[] = {NULL};
    state_make(&state);
    sim_start(&sim, args);
    sync_to_truth(&sim, &state);
    int64_t rows = state_number(&state, "SELECT count(*) FROM insights");
    int64_t entities = state_number(&state, "SELECT count(*) FROM entities");
    assert_true(rows > 0);
    assert_int_equal(state_number(&state, "SELECT count(*) FROM accounts"), 12);
    assert_int_equal(
        state_number(&state, "SELECT count(*) FROM sync_runs WHERE status = 'SUCCESS'"), 12);
    assert_int_equal(state_number(&state, "SELECT count(*) FROM sync_runs WHERE api_calls > 5 + 6"),
                     0);
    sync_to_truth(&sim, &state);
    assert_int_equal(state_number(&state, "SELECT count(*) FROM insights"), rows);
    assert_in_range(state_number(&state, "SELECT count(*) FROM entities"), entities - 2,
                    entities + 2);
    assert_well_behaved(&sim);
    assert_true(state_lacks(&state, token));
    char *integrity = state_text(&state, "PRAGMA integrity_check");
    assert_string_equal(integrity, "ok");
    free(integrity);
    sim_stop(&sim);
    state_remove(&state);
}

static void test_deleted_ads_are_tombstones(void **unused)
{
    (void)unused;
    struct sim sim;
    struct state state;
    const char *const args[] = {NULL};
    state_make(&state);
    sim_start(&sim, args);
    run_sync(&sim, &state, NULL);
    assert_synced();
    assert_true(state_number(&state, "SELECT count(*) FROM entities WHERE deleted_at IS NOT NULL "
                                     "AND kind = 'ad'") > 0);
    assert_int_equal(
        state_number(&state,
                     "SELECT count(*) FROM insights i WHERE level = 'ad' AND NOT EXISTS (SELECT 1 "
                     "FROM entities e WHERE e.entity_id = i.entity_id)"),
        0);
    sim_stop(&sim);
    state_remove(&state);
}

static void test_ten_times_the_data(void **unused)
{
    (void)unused;
    struct sim sim;
    struct state state;
    const char *const args[] = {"--scale", "10", NULL};
    state_make(&state);
    sim_start(&sim, args);
    sync_to_truth(&sim, &state);
    assert_well_behaved(&sim);
    sim_stop(&sim);
    state_remove(&state);
}

static void test_a_dropped_row_makes_it_partial(void **unused)
{
    (void)unused;
    struct sim sim;
    struct state state;
    const char *const args[] = {NULL};
    state_make(&state);
    sim_start(&sim, args);
    run_sync(&sim, &state, NULL);
    assert_synced();
    char *row = state_text(
        &state,
        "SELECT format('{\"kind\":\"drop_row\",\"entity\":\"%s\",\"day\":\"%s\"}', "
        "entity_id, date_start) FROM insights WHERE level = 'ad' AND spend > 0 AND "
        "date_start < (SELECT min(date_start) FROM insights) || 'z' ORDER BY spend DESC LIMIT "
        "1");
    json_free(sim_post(&sim, "/sim/fault", row));
    run_sync(&sim, &state, "--full");
    assert_int_equal(outcome.exit_code, 3);
    char *account = state_text(&state, "SELECT account_id FROM sync_runs WHERE status = 'PARTIAL'");
    char *day = strstr(row, "\"day\":\"") + 7;
    day[10] = '\0';
    assert_non_null(strstr(outcome.err, account));
    assert_non_null(strstr(outcome.err, day));
    assert_non_null(strstr(outcome.err, "difference"));
    free(row);
    free(account);
    sim_stop(&sim);
    state_remove(&state);
}

/* Insights that come only as a report, which takes its time: no quota is short, so a pass sees it
 * through however little it may wait for one. */
static void test_a_slow_report_is_waited_for(void **unused)
{
    (void)unused;
    struct sim sim;
    struct state state;
    const char *const args[] = {NULL};
    state_make(&state);
    sim_start(&sim, args);
    json_free(sim_post(&sim, "/sim/fault",
                       "{\"kind\":\"api_error\",\"class\":\"insights\",\"http\":400,"
                       "\"code\":100,\"subcode\":1504018,\"message\":\"Request Timed Out\","
                       "\"account\":\"account:1\",\"count\":1}"));
    json_free(sim_post(&sim, "/sim/fault", "{\"kind\":\"run_slow\",\"ms\":3000}"));
    const char *const sync[] = {"--state-dir", state.dir, "--base-url", sim.url,
                                "sync",        "--wait",  "1s",         NULL};
    adtop_run(&outcome, token, sync);
    assert_synced();
    assert_truth(&sim, &state);
    assert_true(state_number(&state, "SELECT count(*) FROM api_calls WHERE class = 'report'") >= 3);
    sim_stop(&sim);
    state_remove(&state);
}

static void set_fault(const struct sim *sim, int account, const char *rest)
{
    char fault[512];
    snprintf(fault, sizeof fault, "{\"account\":\"account:%d\",%s}", account, rest);
    json_free(sim_post(sim, "/sim/fault", fault));
}

/* Reads of more than a day are refused of three accounts: a few refusals each at first, none once
 * it is known. */
static void test_reads_of_many_days_are_refused(void **unused)
{
    (void)unused;
    static const char failed[] = "SELECT count(*) FROM api_calls WHERE failed = 1";
    struct sim sim;
    struct state state;
    const char *const args[] = {NULL};
    state_make(&state);
    sim_start(&sim, args);
    for (int account = 1; account <= 3; account++) {
        set_fault(&sim, account, "\"kind\":\"reduce\",\"class\":\"insights\",\"days\":1");
        set_fault(&sim, account, "\"kind\":\"reduce\",\"class\":\"insights_total\",\"days\":1");
    }
    sync_to_truth(&sim, &state);
    assert_in_range(state_number(&state, failed), 3 * 2, 3 * 3);
    assert_int_equal(state_number(&state, "SELECT count(*) FROM run_splits WHERE became = 'report' "
                                          "AND code = 1 AND why LIKE '%reduce the amount%'"),
                     3 * 2);
    int64_t before = state_number(&state, failed);
    sync_to_truth(&sim, &state);
    assert_int_equal(state_number(&state, failed), before);
    sim_stop(&sim);
    state_remove(&state);
}

/* Finished reports that are gone when they are read, or empty: read again, made again, divided. */
static void test_reports_that_cannot_be_read(void **unused)
{
    (void)unused;
    static const char *const reads[] = {
        "\"kind\":\"run_expired\",\"count\":1", "\"kind\":\"run_expired\",\"count\":4",
        "\"kind\":\"run_expired\",\"count\":8", "\"kind\":\"run_empty\",\"count\":2"};
    struct sim sim;
    struct state state;
    const char *const args[] = {NULL};
    state_make(&state);
    sim_start(&sim, args);
    for (int i = 0; i < 4; i++) {
        char fault[256];
        snprintf(fault, sizeof fault, "%s,\"class\":\"report\",\"path\":\"/insights\"", reads[i]);
        set_fault(&sim, 1 + i, "\"kind\":\"reduce\",\"class\":\"insights\",\"days\":1");
        set_fault(&sim, 1 + i, fault);
    }
    sync_to_truth(&sim, &state);
    assert_int_equal(
        state_number(&state, "SELECT count(*) FROM run_splits WHERE became = 'report again'"), 2);
    assert_int_equal(state_number(&state, "SELECT count(*) FROM run_splits WHERE became = 'parts' "
                                          "AND parts = 2 AND code = 100 AND subcode = 33"),
                     1);
    sim_stop(&sim);
    state_remove(&state);
}

static void test_killed_ten_times_it_still_equals_the_truth(void **unused)
{
    (void)unused;
    struct sim sim;
    struct state state;
    const char *const args[] = {"--latency", "40", NULL};
    state_make(&state);
    sim_start(&sim, args);
    const char *const sync[] = {"--state-dir", state.dir, "--base-url", sim.url, "sync", NULL};
    for (int i = 0; i < 10; i++) {
        pid_t pid = adtop_start(token, NULL, sync);
        usleep((useconds_t)(60000 + i * 45000));
        process_kill(pid, SIGKILL);
    }
    sync_to_truth(&sim, &state);
    assert_int_equal(
        state_number(&state, "SELECT count(*) FROM sync_runs WHERE status = 'RUNNING'"), 0);
    assert_int_equal(state_number(&state, "SELECT count(*) FROM sync_runs WHERE status = 'FAILED' "
                                          "AND error_message NOT LIKE '%interrupted%'"),
                     0);
    char *integrity = state_text(&state, "PRAGMA integrity_check");
    assert_string_equal(integrity, "ok");
    free(integrity);
    sim_stop(&sim);
    state_remove(&state);
}

/* What takes more than a coffee: `make check-long` sets it. */
static void only_in_long_runs(void)
{
    if (!getenv("ADTOP_LONG")) {
        skip();
    }
}

static void test_one_account_of_a_hundred_thousand(void **unused)
{
    (void)unused;
    only_in_long_runs();
    struct sim sim;
    struct state state;
    const char *const args[] = {"--big-account", "100000", NULL};
    state_make(&state);
    sim_start(&sim, args);
    run_sync(&sim, &state, NULL);
    assert_synced();
    print_message("peak memory %lld KiB\n", (long long)outcome.peak_kib);
    assert_in_range(outcome.peak_kib, 1, 64 * 1024);
    assert_truth(&sim, &state);
    int64_t rows = state_number(&state, "SELECT count(*) FROM insights");
    sync_to_truth(&sim, &state);
    assert_int_equal(state_number(&state, "SELECT count(*) FROM insights"), rows);
    assert_well_behaved(&sim);
    assert_true(state_lacks(&state, token));
    sim_stop(&sim);
    state_remove(&state);
}

/* Its row is there: whoever comes next sees that it has no end. */
static bool engine_is_recorded(void *ctx)
{
    const struct state *state = ctx;
    const char *const args[] = {"--state-dir", state->dir, "status", NULL};
    adtop_run(&outcome, NULL, args);
    return outcome.exit_code == 0 && strstr(outcome.out, "engine: pid ");
}

static void test_an_engine_killed_ten_times_loses_nothing(void **unused)
{
    (void)unused;
    struct sim sim;
    struct state state;
    const char *const args[] = {"--latency", "40", NULL};
    state_make(&state);
    sim_start(&sim, args);
    const char *const engine[] = {"--state-dir", state.dir, "--base-url", sim.url, "engine", NULL};
    for (int i = 0; i < 10; i++) {
        pid_t pid = adtop_start(token, NULL, engine);
        assert_true(i > 0 || eventually(engine_is_recorded, &state, 60000));
        usleep((useconds_t)(60000 + i * 60000)); /* wherever it has come to by then */
        process_kill(pid, SIGKILL);
    }
    sync_to_truth(&sim, &state);
    assert_int_equal(
        state_number(&state, "SELECT count(*) FROM sync_runs WHERE status = 'RUNNING'"), 0);
    assert_int_equal(
        state_number(&state, "SELECT count(*) FROM (SELECT entity_id, date_start FROM insights "
                             "WHERE level = 'ad' GROUP BY 1, 2 HAVING count(*) > 1)"),
        0);
    assert_true(state_number(&state, "SELECT count(*) FROM engine WHERE reason = 'crashed'") > 0);
    char *integrity = state_text(&state, "PRAGMA integrity_check");
    assert_string_equal(integrity, "ok");
    free(integrity);
    sim_stop(&sim);
    state_remove(&state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_pass_equals_the_truth_and_a_second_changes_nothing),
        cmocka_unit_test(test_deleted_ads_are_tombstones),
        cmocka_unit_test(test_ten_times_the_data),
        cmocka_unit_test(test_a_dropped_row_makes_it_partial),
        cmocka_unit_test(test_a_slow_report_is_waited_for),
        cmocka_unit_test(test_reads_of_many_days_are_refused),
        cmocka_unit_test(test_reports_that_cannot_be_read),
        cmocka_unit_test(test_killed_ten_times_it_still_equals_the_truth),
        cmocka_unit_test(test_an_engine_killed_ten_times_loses_nothing),
        cmocka_unit_test(test_one_account_of_a_hundred_thousand),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
