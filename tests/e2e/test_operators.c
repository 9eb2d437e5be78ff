/* Commands that act: with an engine and without one, by those who may and those who may not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/e2e/commands.h"

/* ---- acting ---- */

static int64_t audited(const char *action)
{
    char sql[160];
    snprintf(sql, sizeof sql, "SELECT count(*) FROM operator_actions WHERE action = '%s'", action);
    return state_number(&state, sql);
}

static void act_on_the_account(const char *why_not)
{
    int64_t pauses = audited("pause");
    RUN("pause", commands_account, "--until", "2h", "--reason", "a test");
    assert_code(0);
    assert_says(outcome.out, "paused until");
    assert_true(outcome.err[0] == '\0');
    assert_int_equal(audited("pause"), pauses + 1);
    RUN("accounts", commands_account, "--csv");
    assert_says(outcome.out, ",paused,");
    RUN("force", commands_account);
    assert_code(1);
    assert_says(outcome.err, why_not);
    RUN("resume", commands_account);
    assert_code(0);
    RUN("prioritize", "-3", commands_account);
    assert_code(0);
    RUN("pin", "high", commands_account);
    assert_code(0);
    RUN("accounts", commands_account, "--csv");
    assert_says(outcome.out, ",high,true,-3,");
    RUN("pin", "none", commands_account);
    assert_code(0);
    RUN("prioritize", "0", commands_account);
    assert_code(0);
}

static void test_actions_work_without_an_engine(void **unused)
{
    (void)unused;
    /* Nothing would ever make the sync that is asked for. */
    act_on_the_account("no engine runs");
    RUN("retry", commands_account);
    assert_code(1);
    assert_says(outcome.err, "no engine runs");
    RUN("actions", "--csv");
    assert_says(outcome.out, "a test");
}

static void test_actions_work_through_the_engine(void **unused)
{
    (void)unused;
    pid_t pid = engine_start(NULL);
    act_on_the_account("it is paused until ");
    RUN("threshold", "set", "account", "60", "--until", "2h");
    assert_code(0);
    RUN("usage", "--csv");
    assert_code(0);
    RUN("undo", "1000000");
    assert_code(1);
    engine_stop(pid);
}

static void test_budget_of_one_account(void **unused)
{
    (void)unused;
    RUN("budget", "set", "account", "8000", commands_account);
    assert_code(0);
    RUN("budget", commands_account, "--csv");
    assert_says(outcome.out, "8000.000");
    RUN("budget", "act_81873967220340211", "--csv");
    assert_says(outcome.out, "5000.000");
    RUN("budget", "set", "daily", "lots");
    assert_code(2);
    RUN("threshold", "set", "account", "60", commands_account);
    assert_code(2);
}

static void test_read_only_acts_on_nothing(void **unused)
{
    static const char *const acts[][3] = {
        {"pause",           commands_account},
        {"resume",                 commands_account},
        {"force",commands_account},
        {"cancel",           commands_account},
        {"retry",                 commands_account},
        {"ack","1"},
        {"undo",           "1"},
        {"stop"                },
        {"sync"                       },
        {"engine"           },
    };
    (void)unused;
    int64_t before = state_number(&state, "SELECT count(*) FROM operator_actions");
    for (size_t i = 0; i < sizeof acts / sizeof *acts; i++) {
        RUN("--read-only", acts[i][0], acts[i][1]);
        assert_code(1);
        assert_says(outcome.err, "--read-only");
    }
    assert_int_equal(state_number(&state, "SELECT count(*) FROM operator_actions"), before);
    RUN("--read-only", "status");
    assert_code(0);
}

/* ---- the audit trail ---- */

static char last_action[24];

/* A member of the newest row of operator_actions. */
static void assert_audited(const char *column, const char *value)
{
    char sql[160];
    snprintf(sql, sizeof sql,
             "SELECT coalesce(%s, '-') FROM operator_actions ORDER BY action_id DESC LIMIT 1",
             column);
    char *text = state_text(&state, sql);
    if (strcmp(text, value) != 0) {
        fail_msg("%s: \"%s\", not \"%s\"", column, text, value);
    }
    free(text);
}

static void note_action(void)
{
    int64_t id = state_number(&state, "SELECT max(action_id) FROM operator_actions");
    snprintf(last_action, sizeof last_action, "%lld", (long long)id);
}

static void test_every_action_says_before_and_after(void **unused)
{
    static const struct {
        const char *words[6], *before, *after;
    } cases[] = {
        {{"prioritize", "4", commands_account},                                     "{\"priority\":0}",     "{\"priority\":4}"                                 },
        {{"prioritize", "0", commands_account},                                     "{\"priority\":4}",     "{\"priority\":0}"                                 },
        {{"pin", "low", commands_account},                                          "{\"pinned\":null}",    "{\"pinned\":\"low\"}"                             },
        {{"pin", "none", commands_account},                                         "{\"pinned\":\"low\"}", "{\"pinned\":null}"                                },
        {{"pause", commands_account, "--until", "2035-01-02T03:04:05Z"},
         "{\"paused_until\":null}",                                                                         "{\"paused_until\":\"2035-01-02T03:04:05Z\"}"      },
        {{"resume", commands_account},
         "{\"paused_until\":\"2035-01-02T03:04:05Z\"}",                                                     "{\"paused_until\":null}"                          },
        {{"threshold", "set", "use_case", "61", "--until", "2035-01-02T03:04:05Z"},
         "{\"value\":75,\"until\":null}",                                                                   "{\"value\":61,\"until\":\"2035-01-02T03:04:05Z\"}"},
    };
    (void)unused;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        run((const char *const[]){cases[i].words[0], cases[i].words[1], cases[i].words[2],
                                  cases[i].words[3], cases[i].words[4], cases[i].words[5], NULL});
        assert_code(0);
        assert_audited("before", cases[i].before);
        assert_audited("after", cases[i].after);
        assert_audited("result", "ok");
    }
    RUN("threshold", "set", "use_case", "62");
    assert_audited("args", "{\"setting\":\"use_case\",\"value\":62}");
    RUN("pause", commands_account);
    assert_int_equal(state_number(&state, "SELECT expires_at - at BETWEEN 14390000 AND 14410000 "
                                          "FROM operator_actions ORDER BY action_id DESC"),
                     1); /* the four hours it lasts unless told */
    RUN("resume", commands_account);
}

/* Whatever the texts in it, the line for machines is a whole document. */
static void test_the_audit_line_is_json(void **unused)
{
    char reason[256];
    (void)unused;
    memset(reason, '\001', sizeof reason - 1);
    reason[sizeof reason - 1] = '\0';
    RUN("prioritize", "1", commands_account, "--reason", reason);
    assert_code(0);
    RUN("prioritize", "0", commands_account, "--reason", "quoted \"so\"");
    assert_code(0);
    assert_int_equal(state_number(&state, "SELECT count(*) FROM log WHERE message LIKE "
                                          "'operator %' AND NOT json_valid(substr(message, 10))"),
                     0);
    char *text = state_text(&state, "SELECT json_extract(substr(message, 10), '$.before.priority')"
                                    " FROM log WHERE message LIKE 'operator %' "
                                    "ORDER BY log_id DESC LIMIT 1");
    assert_string_equal(text, "1");
    free(text);
}

static void assert_threshold(int64_t value)
{
    int64_t now = state_number(&state, "SELECT value FROM overrides WHERE ended_at IS NULL AND "
                                       "name = 'threshold.account'");
    assert_int_equal(now, value);
}

/* An undo takes back what its action did, and nothing that came after it. */
static void test_undo_goes_back_to_what_was(void **unused)
{
    char first[24];
    (void)unused;
    RUN("threshold", "set", "account", "61");
    note_action();
    snprintf(first, sizeof first, "%s", last_action);
    RUN("threshold", "set", "account", "62");
    note_action();
    RUN("undo", first);
    assert_code(1);
    assert_says(outcome.err, "changed again since");
    RUN("undo", last_action);
    assert_code(0);
    assert_threshold(61);
    assert_audited("json_extract(after, '$.value')", "61");
}

static void test_undo_leaves_what_came_since(void **unused)
{
    char first[24];
    (void)unused;
    RUN("prioritize", "2", commands_account);
    note_action();
    snprintf(first, sizeof first, "%s", last_action);
    RUN("prioritize", "5", commands_account);
    note_action();
    RUN("undo", first);
    assert_code(1);
    assert_says(outcome.err, "changed again since");
    RUN("undo", last_action);
    assert_code(0);
    RUN("undo", first);
    assert_code(0);
    assert_audited("before", "{\"priority\":2}");
    assert_audited("after", "{\"priority\":0}");
    RUN("undo", first);
    assert_code(1);
    assert_says(outcome.err, "undone already");
}

static bool forced_run_ended(void *ctx)
{
    const int64_t *before = ctx;
    return state_number(&state, "SELECT count(*) FROM sync_runs WHERE trigger = 'operator' AND "
                                "status <> 'RUNNING'") > *before;
}

/* A sync that was forced and has been done is not undone by saying so. */
static void test_undo_of_a_force_that_ran(void **unused)
{
    int64_t before = state_number(&state, "SELECT count(*) FROM sync_runs WHERE trigger = "
                                          "'operator' AND status <> 'RUNNING'");
    (void)unused;
    pid_t pid = engine_start(NULL);
    RUN("force", commands_account, "--since", "2026-11-02");
    assert_code(0);
    note_action();
    assert_audited("args", "{\"mode\":\"window\",\"override\":false,\"since\":\"2026-11-02\"}");
    assert_audited("before", "{\"run\":null,\"asked_for\":null}");
    assert_audited("after", "{\"run\":null,\"asked_for\":\"window\"}");
    assert_true(eventually(forced_run_ended, &before, 60000));
    RUN("undo", last_action);
    assert_code(1);
    /* Its row says so a moment before its slot is free. */
    assert_true(strstr(outcome.err, "it has been done") ||
                strstr(outcome.err, "it is running by now") || strstr(outcome.err, "30 s ago"));
    engine_stop(pid);
}

static void test_settings_that_would_be_without_effect(void **unused)
{
    (void)unused;
    RUN("budget", "set", "daily", "9000", commands_account);
    assert_code(1);
    assert_says(outcome.err, "for all accounts");
    RUN("budget", "set", "account", "9000", "act_1");
    assert_code(1);
    assert_says(outcome.err, "no such account");
}

static void test_usage_errors_exit_2(void **unused)
{
    static const char *const wrong[][4] = {
        {"pause"          },
        {"pause",           commands_account, "--all"},
        {"prioritize",          "10", commands_account},
        {"pin",      "highest", commands_account},
        {"force", commands_account, "--mode", "half"},
        {"cancel",             "none"},
        {"ack", "-1"},
        {"runs",           "--limit", "0"},
        {"demo",         "--for", "soon"},
        {"sync",                 "--wait", "long"},
        {"why"},
    };
    (void)unused;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        run((const char *const[]){wrong[i][0], wrong[i][1], wrong[i][1] ? wrong[i][2] : NULL,
                                  wrong[i][1] && wrong[i][2] ? wrong[i][3] : NULL, NULL});
        assert_code(2);
        assert_int_equal(strncmp(outcome.err, "adtop: ", 7), 0);
        assert_int_equal(lines_in(outcome.err), 1);
    }
}

/* ---- sync ---- */

static void test_sync_through_the_engine(void **unused)
{
    (void)unused;
    pid_t pid = engine_start(NULL);
    RUN("sync", commands_account);
    assert_code(0);
    assert_says(outcome.out, commands_account);
    assert_says(outcome.out, "SUCCESS");
    RUN("sync", "act_1");
    assert_code(5);
    assert_says(outcome.err, "act_1");
    engine_stop(pid);
}

static void test_two_state_directories_are_two_installations(void **unused)
{
    struct state other;
    (void)unused;
    state_make(&other);
    pid_t pid = engine_start(NULL);
    const char *const sync[] = {"--state-dir", other.dir,        "--base-url", sim.url,
                                "sync",        commands_account, NULL};
    const char *const status[] = {"--state-dir", other.dir, "status", NULL};
    adtop_run(&outcome, "t", sync);
    assert_code(0);
    adtop_run(&outcome, NULL, status);
    assert_says(outcome.out, "none runs");
    engine_stop(pid);
    state_remove(&other);
}

static void test_a_lock_left_by_a_crash_is_none(void **unused)
{
    (void)unused;
    pid_t pid = engine_start(NULL);
    process_kill(pid, SIGKILL);
    RUN("status");
    assert_code(0);
    assert_says(outcome.out, "none runs");
    RUN("stop");
    assert_code(1);
    assert_says(outcome.err, "none is running");
    pid = engine_start(NULL);
    kill(pid, SIGTERM);
    assert_int_equal(process_wait(pid, 60000), 0);
}

/* ---- who may ---- */

/* As the given user and group, from the opened program: its folder may be closed to others. */
static int run_as(gid_t group, gid_t other, const char *const *words)
{
    int fd = open(getenv("ADTOP"), O_RDONLY | O_CLOEXEC);
    assert_true(fd >= 0);
    pid_t pid = fork();
    if (pid == 0) {
        enum { NOBODY = 65534 };
        char *argv[16] = {strdup("adtop"), strdup("--state-dir"), strdup(state.dir)};
        char *env[] = {strdup("HOME=/nonexistent"), NULL};
        for (size_t i = 0; i < 12 && words[i]; i++) {
            argv[i + 3] = strdup(words[i]);
        }
        int null = open("/dev/null", O_WRONLY);
        dup2(null, STDOUT_FILENO);
        dup2(null, STDERR_FILENO);
        if (setgroups(1, &other) == 0 && setresgid(group, group, group) == 0 &&
            setresuid(NOBODY, NOBODY, NOBODY) == 0) {
            fexecve(fd, argv, env);
        }
        _exit(127);
    }
    close(fd);
    int code = process_wait(pid, 60000);
    assert_true(code >= 0 && code != 127);
    return code;
}
#define AS(group, other, ...) run_as(group, other, (const char *const[]){__VA_ARGS__, NULL})

static void test_groups_decide_who_may_look_and_act(void **unused)
{
    const struct group *operators = getgrnam("operator");
    gid_t may_act = operators ? operators->gr_gid : 0;
    const struct group *readers = getgrnam("games");
    gid_t may_look = readers ? readers->gr_gid : 0;
    enum { STRANGER = 65534 };
    char path[200];
    (void)unused;
    if (geteuid() != 0 || !may_act || !may_look) {
        skip(); /* takes another user to try */
    }
    snprintf(path, sizeof path, "%s/access.conf", state.dir);
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    static const char text[] = "[access]\noperators = operator\nreaders = games\n";
    assert_int_equal(write(fd, text, sizeof text - 1), sizeof text - 1);
    close(fd);
    pid_t pid = engine_start(path);
    assert_int_equal(AS(STRANGER, STRANGER, "status"), 1);
    assert_int_equal(AS(STRANGER, STRANGER, "pause", commands_account), 1);
    assert_int_equal(AS(may_look, may_look, "status"), 0);
    int64_t pauses = audited("pause");
    assert_int_equal(AS(may_look, may_look, "pause", commands_account), 1);
    assert_int_equal(audited("pause"), pauses);
    assert_int_equal(AS(may_act, may_look, "pause", commands_account), 0);
    assert_int_equal(audited("pause"), pauses + 1);
    char *who = state_text(&state, "SELECT actor FROM operator_actions ORDER BY action_id DESC");
    assert_string_equal(who, "nobody");
    free(who);
    assert_int_equal(AS(may_act, may_look, "resume", commands_account), 0);
    engine_stop(pid);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_actions_work_without_an_engine),
        cmocka_unit_test(test_actions_work_through_the_engine),
        cmocka_unit_test(test_budget_of_one_account),
        cmocka_unit_test(test_read_only_acts_on_nothing),
        cmocka_unit_test(test_every_action_says_before_and_after),
        cmocka_unit_test(test_the_audit_line_is_json),
        cmocka_unit_test(test_undo_goes_back_to_what_was),
        cmocka_unit_test(test_undo_leaves_what_came_since),
        cmocka_unit_test(test_undo_of_a_force_that_ran),
        cmocka_unit_test(test_settings_that_would_be_without_effect),
        cmocka_unit_test(test_usage_errors_exit_2),
        cmocka_unit_test(test_sync_through_the_engine),
        cmocka_unit_test(test_two_state_directories_are_two_installations),
        cmocka_unit_test(test_a_lock_left_by_a_crash_is_none),
        cmocka_unit_test(test_groups_decide_who_may_look_and_act),
    };
    return cmocka_run_group_tests(tests, commands_begin, commands_end);
}
