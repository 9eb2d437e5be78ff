/* Every reading command as a person or a script uses it, over the simulator. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "store/runs.h"
#include "tests/e2e/commands.h"
#include "json/json.h"

/* ---- reading ---- */

static const struct {
    const char *words[4];
    bool table;
} readings[] = {
    {{"status"},                            false},
    {{"accounts"},                          true },
    {{"usage"},                             true },
    {{"usage", "--peaks"},                  true },
    {{"usage", "--calibration"},            true },
    {{"usage", "--hours"},                  true },
    {{"runs"},                              true },
    {{"runs", "--stats"},                   false},
    {{"runs", "1"},                         false},
    {{"budget"},                            true },
    {{"errors"},                            true },
    {{"actions"},                           true },
    {{"queue"},                             true },
    {{"alerts"},                            true },
    {{"why", commands_account},             false},
    {{"plan", commands_account, "--daily"}, false},
    {{"advise"},                            false},
    {{"check"},                             true },
};
enum { READINGS = sizeof readings / sizeof *readings };

static void run_reading(size_t which, const char *extra)
{
    const char *words[6] = {NULL};
    size_t n = 0;
    while (n < 4 && readings[which].words[n]) {
        words[n] = readings[which].words[n];
        n++;
    }
    words[n] = extra;
    run(words);
}

static void assert_documented(const struct json *object, const char *help)
{
    char line[80];
    for (const struct json *member = json_first(object); member; member = json_next(member)) {
        const char *key = json_key(member);
        bool frame =
            strcmp(key, "command") == 0 || strcmp(key, "as_of") == 0 || strcmp(key, "rows") == 0;
        snprintf(line, sizeof line, "\n  %s ", key);
        if (!frame && json_type(member) == JSON_ARRAY &&
            json_type(json_first(member)) == JSON_OBJECT && !strstr(help, line)) {
            assert_documented(json_first(member), help); /* a table of its own */
        } else if (!frame && json_type(member) != JSON_ARRAY && !strstr(help, line)) {
            fail_msg("%s is not documented in: %s", key, help);
        }
    }
}

static void test_every_field_of_json_is_in_the_help(void **unused)
{
    static struct outcome help;
    (void)unused;
    for (size_t i = 0; i < READINGS; i++) {
        RUN(readings[i].words[0], "--help");
        help = outcome;
        run_reading(i, "--json");
        bool checks = strcmp(readings[i].words[0], "check") == 0; /* no token here: 1 */
        assert_code(checks ? 1 : 0);
        struct json_doc *doc = json_parse(outcome.out, strlen(outcome.out), NULL, NULL);
        assert_non_null(doc);
        const struct json *root = json_root(doc);
        assert_non_null(json_text(json_get(root, "command")));
        assert_non_null(json_text(json_get(root, "as_of")));
        const struct json *rows = json_get(root, "rows");
        assert_int_equal(rows != NULL, readings[i].table);
        assert_documented(rows ? json_first(rows) : root, help.out);
        json_free(doc);
    }
}

static void test_csv_has_the_rows_of_json(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < READINGS; i++) {
        run_reading(i, "--csv");
        if (!readings[i].table) {
            assert_code(2);
            continue;
        }
        size_t lines = lines_in(outcome.out);
        assert_true(strstr(outcome.out, "\r\n") != NULL);
        run_reading(i, "--json");
        struct json_doc *doc = json_parse(outcome.out, strlen(outcome.out), NULL, NULL);
        assert_non_null(doc);
        assert_int_equal(lines, 1 + json_size(json_get(json_root(doc), "rows")));
        json_free(doc);
    }
    RUN("accounts", "--json", "--csv");
    assert_code(2);
    assert_says(outcome.err, "not both");
}

/* ESC, C1 controls, bidi overrides: none reaches a terminal, whatever is printed. */
static void assert_harmless(const char *text)
{
    for (const unsigned char *c = (const unsigned char *)text; *c; c++) {
        bool control = *c < 0x20 && *c != '\n' && *c != '\r';
        bool c1 = c[0] == 0xc2 && c[1] >= 0x80 && c[1] <= 0x9f;
        bool bidi = c[0] == 0xe2 && c[1] == 0x80 && c[2] >= 0xaa && c[2] <= 0xae;
        if (control || *c == 0x7f || c1 || bidi) {
            fail_msg("byte %02x in: %.2000s", *c, text);
        }
    }
}

static void test_hostile_names_are_harmless_in_every_output(void **unused)
{
    static const char *const forms[] = {NULL, "--json", "--csv"};
    (void)unused;
    assert_true(state_number(&state, "SELECT count(*) FROM accounts WHERE name GLOB '*' || "
                                     "char(27) || '*'") > 0);
    for (size_t i = 0; i < READINGS; i++) {
        for (size_t f = 0; f < sizeof forms / sizeof *forms; f++) {
            run_reading(i, forms[f]);
            assert_harmless(outcome.out);
            assert_harmless(outcome.err);
        }
    }
    RUN("why", "act_861616782440647");
    assert_code(0);
    assert_harmless(outcome.out);
    RUN("stat\x1b[31mus");
    assert_code(2);
    assert_harmless(outcome.err);
}

static void test_a_run_tells_what_it_divided(void **unused)
{
    (void)unused;
    char path[600];
    struct err err = {0};
    struct run_split split = {.at = state_number(&state, "SELECT min(started_at) FROM sync_runs"),
                              .run_id = 1,
                              .level = "ad",
                              .node = "act_77",
                              .first_day = 20511,
                              .last_day = 20517,
                              .became = "parts",
                              .parts = 7,
                              .code = 1,
                              .why = "reduce the amount"};
    snprintf(path, sizeof path, "%s/adtop.db", state.dir);
    struct store *store = store_open(path, NULL, &err);
    assert_non_null(store);
    assert_true(store_split_append(store, &split, &err));
    store_close(store);
    RUN("runs", "1", "--json");
    assert_code(0);
    struct json_doc *doc = json_parse(outcome.out, strlen(outcome.out), NULL, NULL);
    const struct json *head = json_first(json_get(json_root(doc), "runs"));
    const struct json *row = json_first(json_get(json_root(doc), "splits"));
    assert_int_equal(json_number(head, "splits"), 1);
    assert_int_equal(json_number(row, "parts"), 7);
    assert_int_equal(json_number(row, "code"), 1);
    assert_string_equal(json_text(json_get(row, "node")), "act_77");
    assert_string_equal(json_text(json_get(row, "became")), "parts");
    assert_string_equal(json_text(json_get(row, "why")), "reduce the amount");
    assert_string_equal(json_text(json_get(row, "first_day")), "2026-02-27");
    assert_string_equal(json_text(json_get(row, "last_day")), "2026-03-05");
    json_free(doc);
    RUN("runs", "--json");
    assert_says(outcome.out, "\"splits\":1,");
    RUN("runs", "2");
    assert_says(outcome.out, "every read came in one answer");
    RUN("runs", "999");
    assert_code(1);
}

/* No engine ever ran on this store: readings were logged, and nothing has drawn a line. */
static void test_why_claims_no_line_that_is_not_known(void **unused)
{
    (void)unused;
    RUN("why", commands_account, "--at", "0s");
    assert_code(0);
    assert_says(outcome.out, "%, read ");
    assert_null(strstr(outcome.out, "% of "));
    RUN("why", commands_account, "--at", "0s", "--json");
    assert_says(outcome.out, "\"threshold\":null");
    assert_null(strstr(outcome.out, "\"threshold\":0"));
}

/* Milliseconds since 1970 in powers of ten are nobody's idea of an instant. */
static void test_why_tells_a_blocks_instants_as_such(void **unused)
{
    (void)unused;
    state_number(&state,
                 "UPDATE holds SET detail = '{\"block_until\":1795715042000,\"strikes\":8}' "
                 "WHERE hold_id = (SELECT max(hold_id) FROM holds WHERE ended_at IS NULL "
                 "AND account_id IS NOT NULL) RETURNING hold_id");
    char *account = state_text(&state, "SELECT account_id FROM holds WHERE detail LIKE "
                                       "'%block_until%'");
    RUN("why", account);
    assert_code(0);
    assert_says(outcome.out, ":44:02");
    assert_says(outcome.out, "    strikes: 8\n");
    assert_null(strstr(outcome.out, "e+12"));
    free(account);
    state_number(&state, "UPDATE holds SET detail = '{}' WHERE detail LIKE '%block_until%' "
                         "RETURNING hold_id");
}

static void test_since_and_at_are_instants_of_the_past(void **unused)
{
    (void)unused;
    RUN("runs", "--since", "1h", "--json");
    assert_says(outcome.out, "\"run_id\":1");
    RUN("runs", "--since", "0s", "--json");
    assert_says(outcome.out, "\"rows\":[]");
    RUN("runs", "--at", "2h", "--json");
    assert_says(outcome.out, "\"rows\":[]");
    RUN("runs", "--limit", "3", "--csv");
    assert_int_equal(lines_in(outcome.out), 4);
    RUN("runs", "--at", "yesterday");
    assert_code(2);
    assert_says(outcome.err, "--at");
    RUN("--read-only", "--at", "yesterday"); /* the console */
    assert_code(2);
    assert_says(outcome.err, "--at");
    RUN("queue", "--at", "2h");
    assert_code(2);
    assert_says(outcome.err, "--at");
}

/* Entities are counted as they are now, which is no figure of an instant in the past. */
static void test_status_counts_no_entities_of_the_past(void **unused)
{
    (void)unused;
    RUN("status", "--json");
    assert_null(strstr(outcome.out, "\"entities\":null"));
    RUN("status", "--at", "0s", "--json");
    assert_code(0);
    assert_says(outcome.out, "\"entities\":null,\"tombstones\":null");
    RUN("status", "--at", "0s");
    assert_says(outcome.out, " accounts\n");
    assert_null(strstr(outcome.out, "entities"));
}

static void test_plan_weighs_the_example(void **unused)
{
    (void)unused;
    int64_t calls = 0;
    RUN("plan", commands_account, "--breakdowns", "age,gender", "--daily", "--days", "90",
        "--json");
    assert_code(0);
    struct json_doc *doc = json_parse(outcome.out, strlen(outcome.out), NULL, NULL);
    assert_non_null(doc);
    /* 1 x3 (breakdowns) x5 (daily) x2 (90 days) */
    assert_int_equal(json_number(json_root(doc), "weight"), 30);
    assert_true(json_number(json_root(doc), "cost") > 30);
    assert_true(json_i64(json_get(json_root(doc), "calls"), &calls) && calls > 4);
    assert_true(json_size(json_get(json_root(doc), "limiters")) >= 4);
    json_free(doc);
    RUN("plan", commands_account, "--days", "0");
    assert_code(2);
    RUN("plan", commands_account, "--levels", "ads");
    assert_code(2);
    assert_says(outcome.err, "campaign");
    RUN("plan", "act_1");
    assert_code(1);
    doc = sim_get(&sim, "/sim/stats");
    json_free(doc);
}

static void test_advise_changes_nothing(void **unused)
{
    (void)unused;
    int64_t before = state_number(&state, "SELECT count(*) FROM overrides");
    RUN("advise", "--json");
    assert_code(0);
    assert_says(outcome.out, "\"evidence\":[{\"settings\":\"now\"");
    assert_int_equal(state_number(&state, "SELECT count(*) FROM overrides"), before);
    RUN("advise", "--since", "0s");
    assert_code(1);
    assert_says(outcome.err, "no call");
}

/* ---- check ---- */

static void run_check(const char *token, const char *url, const char *config)
{
    const char *args[] = {"--state-dir", state.dir, "--base-url", url, "check",
                          "--csv",       NULL,      NULL,         NULL};
    if (config) {
        args[6] = "--config";
        args[7] = config;
    }
    adtop_run(&outcome, token, args);
}

static void test_check_sees_a_clock_that_is_wrong(void **unused)
{
    char clock[48];
    (void)unused;
    snprintf(clock, sizeof clock, "2@%lld", (long long)time(NULL) - 3600); /* an hour ahead */
    const char *const args[] = {"--state-dir", state.dir, "--base-url", sim.url, "--clock-speed",
                                clock,         "check",   "--csv",      NULL};
    adtop_run(&outcome, "t", args);
    assert_code(1);
    assert_says(outcome.out, "false,clock,+3");
    assert_says(outcome.out, "NTP");
}

static void test_check_names_what_is_broken(void **unused)
{
    (void)unused;
    run_check("t", sim.url, NULL);
    assert_code(0);
    assert_says(outcome.out, "true,permissions,");
    run_check(NULL, sim.url, NULL);
    assert_code(1);
    assert_says(outcome.out, "false,token,");
    run_check("t", "http://127.0.0.1:1", NULL);
    assert_code(1);
    assert_says(outcome.out, "false,api,");
    struct json_doc *doc = sim_post(&sim, "/sim/fault", "{\"kind\":\"token\",\"subcode\":463}");
    json_free(doc);
    run_check("t", sim.url, NULL);
    assert_code(1);
    assert_says(outcome.out, "false,token,");
    assert_says(outcome.out, "META_ACCESS_TOKEN");
    RUN("--config", "/nonexistent.conf", "check");
    assert_true(outcome.exit_code != 0);
    assert_says(outcome.err, "/nonexistent.conf");
}

/* Set but empty it says nothing, as in the console. */
static void test_check_tells_of_no_color(void **unused)
{
    (void)unused;
    static const struct {
        const char *value;
        bool told;
    } cases[] = {
        {"1", true },
        {"",  false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        setenv("NO_COLOR", cases[i].value, 1);
        RUN("check", "--csv");
        unsetenv("NO_COLOR");
        assert_says(outcome.out, ",terminal,");
        assert_int_equal(strstr(outcome.out, "NO_COLOR") != NULL, cases[i].told);
    }
}

/* ---- the rest ---- */

static void test_demo_removes_what_killed_demos_left(void **unused)
{
    char tmp[] = "/tmp/adtop-e2e-XXXXXX", old[64], fresh[64];
    struct stat info;
    (void)unused;
    assert_non_null(mkdtemp(tmp));
    snprintf(old, sizeof old, "%s/adtop-demo-aaaaaa", tmp);
    snprintf(fresh, sizeof fresh, "%s/adtop-demo-bbbbbb", tmp);
    assert_int_equal(mkdir(old, 0700), 0);
    assert_int_equal(mkdir(fresh, 0700), 0);
    struct timespec times[2] = {
        {time(NULL) - 3600, 0},
        {time(NULL) - 3600, 0}
    };
    assert_int_equal(utimensat(AT_FDCWD, old, times, 0), 0);
    setenv("TMPDIR", tmp, 1);
    const char *const args[] = {"demo", "--for", "1s", NULL};
    adtop_run(&outcome, NULL, args);
    unsetenv("TMPDIR");
    assert_code(0);
    assert_says(outcome.out, "adtop demo: scenario busy-day");
    assert_int_not_equal(stat(old, &info), 0);
    assert_int_equal(stat(fresh, &info), 0);
    assert_int_equal(rmdir(fresh), 0);
    assert_int_equal(rmdir(tmp), 0); /* nothing else is left */
}

/* Its directory is gone by the time one could look into the log there. */
static void test_demo_says_why_its_engine_did_not_start(void **unused)
{
    enum { TOO_SMALL = 64 * 1024 };
    struct rlimit before, small;
    (void)unused;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    small = (struct rlimit){TOO_SMALL, before.rlim_max};
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    const char *const args[] = {"demo", "--for", "1s", NULL};
    adtop_run(&outcome, NULL, args);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    signal(SIGXFSZ, SIG_DFL);
    assert_true(outcome.exit_code != 0);
    assert_says(outcome.err, "demo: the engine did not start: ");
    assert_says(outcome.err, "check the disk, its quota and file size limits");
    assert_null(strstr(outcome.err, "engine.log"));
}

/* What is shown of a limiter is looked up by its id among the readings: its course, its peak. The
 * app's own two are about "app" in both. */
static void test_the_limiters_of_the_app_find_their_readings(void **unused)
{
    (void)unused;
    assert_int_equal(state_number(&state, "SELECT count(DISTINCT u.scope) FROM limiters AS l JOIN "
                                          "usage_log AS u ON u.scope_id = l.scope_id AND u.scope = "
                                          "l.scope WHERE l.scope = 'app_insights'"),
                     1);
}

static void test_completion_completes(void **unused)
{
    static const char script[] =
        ". <(\"$ADTOP\" completion); COMP_WORDS=(adtop --theme mono force --m); COMP_CWORD=4; "
        "_adtop; [ \"${COMPREPLY[*]}\" = --mode ] || exit 1; COMP_WORDS=(adtop pri); COMP_CWORD=1; "
        "_adtop; [ \"${COMPREPLY[*]}\" = prioritize ]";
    (void)unused;
    pid_t pid = fork();
    if (pid == 0) {
        execlp("bash", "bash", "-c", script, (char *)NULL);
        _exit(127);
    }
    assert_int_equal(process_wait(pid, 60000), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_field_of_json_is_in_the_help),
        cmocka_unit_test(test_csv_has_the_rows_of_json),
        cmocka_unit_test(test_hostile_names_are_harmless_in_every_output),
        cmocka_unit_test(test_a_run_tells_what_it_divided),
        cmocka_unit_test(test_why_claims_no_line_that_is_not_known),
        cmocka_unit_test(test_why_tells_a_blocks_instants_as_such),
        cmocka_unit_test(test_since_and_at_are_instants_of_the_past),
        cmocka_unit_test(test_status_counts_no_entities_of_the_past),
        cmocka_unit_test(test_plan_weighs_the_example),
        cmocka_unit_test(test_advise_changes_nothing),
        cmocka_unit_test(test_check_sees_a_clock_that_is_wrong),
        cmocka_unit_test(test_check_names_what_is_broken),
        cmocka_unit_test(test_check_tells_of_no_color),
        cmocka_unit_test(test_demo_removes_what_killed_demos_left),
        cmocka_unit_test(test_demo_says_why_its_engine_did_not_start),
        cmocka_unit_test(test_the_limiters_of_the_app_find_their_readings),
        cmocka_unit_test(test_completion_completes),
    };
    return cmocka_run_group_tests(tests, commands_begin, commands_end);
}
