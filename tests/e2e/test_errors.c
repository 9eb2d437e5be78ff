/* What a person sees when something is wrong: one clear line, the documented exit code, no loss. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/e2e/harness.h"
#include "json/json.h"

enum { WAIT_MS = 60000 };

static struct outcome outcome;

/* One line on standard error, in the house form, naming each of the given words. */
static void assert_one_line(const char *a, const char *b)
{
    size_t n = strlen(outcome.err);
    assert_true(n > 1);
    assert_int_equal(strncmp(outcome.err, "adtop: ", 7), 0);
    if (strchr(outcome.err, '\n') != outcome.err + n - 1) {
        fail_msg("more than one line: %s", outcome.err);
    }
    if (!strstr(outcome.err, a) || !strstr(outcome.err, b)) {
        fail_msg("'%s' and '%s' are not both in: %s", a, b, outcome.err);
    }
}

static void write_file(const char *path, const char *text, mode_t mode)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), strlen(text));
    close(fd);
}

static void test_unknown_command_names_the_nearest(void **state)
{
    (void)state;
    const char *const args[] = {"stauts", NULL};
    adtop_run(&outcome, NULL, args);
    assert_int_equal(outcome.exit_code, 2);
    assert_one_line("stauts", "did you mean 'status'");
}

static void test_unknown_option(void **state)
{
    (void)state;
    const char *const args[] = {"--frobnicate", NULL};
    adtop_run(&outcome, NULL, args);
    assert_int_equal(outcome.exit_code, 2);
    assert_one_line("--frobnicate", "--help");
}

static void test_help_and_version_need_nothing(void **state)
{
    (void)state;
    const char *const help[] = {"--help", NULL};
    const char *const version[] = {"--version", NULL};
    const char *const about[] = {"sync", "--help", NULL};
    adtop_run(&outcome, NULL, help);
    assert_int_equal(outcome.exit_code, 0);
    assert_non_null(strstr(outcome.out, "prioritize"));
    adtop_run(&outcome, NULL, version);
    assert_int_equal(outcome.exit_code, 0);
    assert_int_equal(strncmp(outcome.out, "adtop ", 6), 0);
    adtop_run(&outcome, NULL, about);
    assert_int_equal(outcome.exit_code, 0);
    assert_non_null(strstr(outcome.out, "--wait"));
}

static void test_broken_configuration_names_file_and_line(void **state)
{
    (void)state;
    struct state dir;
    char path[256];
    state_make(&dir);
    snprintf(path, sizeof path, "%s/adtop.conf", dir.dir);
    write_file(path, "[engine]\nworkers = many\n", 0600);
    const char *const args[] = {"--config", path, "--state-dir", dir.dir, "status", NULL};
    adtop_run(&outcome, NULL, args);
    assert_int_equal(outcome.exit_code, 2);
    assert_one_line("adtop.conf:2", "workers");
    write_file(path, "[engine]\nworkerz = 3\n", 0600);
    adtop_run(&outcome, NULL, args);
    assert_int_equal(outcome.exit_code, 2);
    assert_one_line("workerz", "workers");
    state_remove(&dir);
}

static void test_missing_token(void **state)
{
    (void)state;
    struct state dir;
    state_make(&dir);
    const char *const args[] = {"--state-dir",        dir.dir, "--base-url",
                                "http://127.0.0.1:1", "sync",  NULL};
    adtop_run(&outcome, NULL, args);
    assert_int_equal(outcome.exit_code, 5);
    assert_one_line("token", "META_ACCESS_TOKEN");
    state_remove(&dir);
}

static void test_wrong_token(void **state)
{
    (void)state;
    struct state dir;
    struct sim sim;
    const char *const sim_args[] = {"--token", "the-right-token", NULL};
    state_make(&dir);
    sim_start(&sim, sim_args);
    const char *const args[] = {"--state-dir", dir.dir, "--base-url", sim.url, "sync", NULL};
    adtop_run(&outcome, "the-wrong-token", args);
    assert_int_equal(outcome.exit_code, 5);
    assert_one_line("token", "META_ACCESS_TOKEN");
    assert_true(state_lacks(&dir, "the-wrong-token"));
    assert_null(strstr(outcome.err, "the-wrong-token"));
    sim_stop(&sim);
    state_remove(&dir);
}

static void test_unreachable_host_gives_up_soon(void **state)
{
    (void)state;
    struct state dir;
    state_make(&dir);
    const char *const args[] = {"--state-dir",        dir.dir, "--base-url",
                                "http://127.0.0.1:1", "sync",  NULL};
    adtop_run(&outcome, "t", args);
    assert_int_equal(outcome.exit_code, 5);
    assert_one_line("127.0.0.1", "connect");
    state_remove(&dir);
}

static void test_plain_http_beyond_loopback_is_refused(void **state)
{
    (void)state;
    struct state dir;
    state_make(&dir);
    const char *const args[] = {"--state-dir",        dir.dir, "--base-url",
                                "http://203.0.113.9", "sync",  NULL};
    adtop_run(&outcome, "t", args);
    assert_true(outcome.exit_code == 2 || outcome.exit_code == 5);
    assert_one_line("http", "https");
    state_remove(&dir);
}

static void test_unwritable_state_directory(void **state)
{
    (void)state;
    struct state dir;
    char path[256];
    state_make(&dir);
    snprintf(path, sizeof path, "%s/file", dir.dir);
    write_file(path, "", 0600);
    snprintf(path, sizeof path, "%s/file/below", dir.dir); /* even root cannot make this one */
    const char *const args[] = {"--state-dir",        path,   "--base-url",
                                "http://127.0.0.1:1", "sync", NULL};
    adtop_run(&outcome, "t", args);
    assert_int_equal(outcome.exit_code, 1);
    assert_one_line("/file", "state-dir");
    state_remove(&dir);
}

/* As root, somebody else is played. */
static void test_a_directory_of_somebody_else(void **state)
{
    (void)state;
    struct state dir;
    uid_t me = geteuid(), other = me == 0 ? 65534 : me;
    state_make(&dir);
    assert_int_equal(chmod(dir.dir, me == 0 ? 0755 : 0500), 0);
    const char *const args[] = {"--state-dir",        dir.dir, "--base-url",
                                "http://127.0.0.1:1", "sync",  NULL};
    /* The leak checker of a sanitized build cannot look into a process of another user. */
    char sanitizer[256];
    const char *was = getenv("ASAN_OPTIONS");
    snprintf(sanitizer, sizeof sanitizer, "%s", was ? was : "");
    setenv("ASAN_OPTIONS", "detect_leaks=0", 1);
    assert_int_equal(setresuid(other, other, me), 0);
    adtop_run(&outcome, "t", args);
    assert_int_equal(setresuid(me, me, me), 0);
    setenv("ASAN_OPTIONS", sanitizer, 1);
    assert_int_equal(chmod(dir.dir, 0700), 0);
    state_remove(&dir);
    if (outcome.exit_code == 127) {
        skip(); /* the program itself lies where nobody else may look */
    }
    assert_int_equal(outcome.exit_code, 1);
    assert_one_line("Permission denied", "choose another --state-dir");
}

/* The file may not grow past a limit in mid-pass: one line, and a later pass goes on. */
static void test_a_full_disk_ends_the_pass_and_loses_nothing(void **state)
{
    (void)state;
    struct state dir;
    struct sim sim;
    struct rlimit old, low;
    const char *const none[] = {NULL};
    state_make(&dir);
    sim_start(&sim, none);
    const char *const args[] = {"--state-dir", dir.dir, "--base-url", sim.url, "sync", NULL};
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
    low = old;
    low.rlim_cur = 1500 * 1024;
    signal(SIGXFSZ, SIG_IGN); /* inherited: a write fails instead */
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &low), 0);
    adtop_run(&outcome, "t", args);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
    signal(SIGXFSZ, SIG_DFL);
    assert_int_equal(outcome.exit_code, 5);
    assert_one_line("disk", "act_");
    adtop_run(&outcome, "t", args);
    assert_int_equal(outcome.exit_code, 0);
    assert_true(state_number(&dir, "SELECT count(*) FROM entities WHERE deleted_at IS NULL") >=
                1833);
    char *integrity = state_text(&dir, "PRAGMA integrity_check");
    assert_string_equal(integrity, "ok");
    free(integrity);
    sim_stop(&sim);
    state_remove(&dir);
}

static void test_newer_database_is_left_alone(void **state)
{
    (void)state;
    struct state dir;
    struct sim sim;
    const char *const none[] = {NULL};
    state_make(&dir);
    sim_start(&sim, none);
    const char *const args[] = {"--state-dir", dir.dir, "--base-url", sim.url, "sync", NULL};
    adtop_run(&outcome, "t", args);
    assert_int_equal(outcome.exit_code, 0);
    state_number(&dir, "UPDATE schema_migrations SET version = version + 900 RETURNING 1");
    adtop_run(&outcome, "t", args);
    assert_int_equal(outcome.exit_code, 1);
    assert_one_line("newer", "(schema 9"); /* whatever it was before */
    assert_true(state_number(&dir, "SELECT count(*) FROM entities") > 1833);
    sim_stop(&sim);
    state_remove(&dir);
}

static void test_unknown_account(void **state)
{
    (void)state;
    struct state dir;
    struct sim sim;
    const char *const none[] = {NULL};
    state_make(&dir);
    sim_start(&sim, none);
    const char *const args[] = {"--state-dir", dir.dir, "--base-url", sim.url,
                                "sync",        "act_1", NULL};
    adtop_run(&outcome, "t", args);
    assert_int_equal(outcome.exit_code, 5);
    assert_one_line("act_1", "adtop accounts");
    sim_stop(&sim);
    state_remove(&dir);
}

static void test_a_token_without_accounts_is_told_so(void **state)
{
    (void)state;
    struct state dir;
    struct sim sim;
    const char *const none[] = {NULL};
    state_make(&dir);
    sim_start(&sim, none);
    json_free(sim_post(&sim, "/sim/fault",
                       "{\"kind\":\"empty_page\",\"class\":\"accounts\","
                       "\"count\":3}"));
    const char *const args[] = {"--state-dir", dir.dir, "--base-url", sim.url, "sync", NULL};
    adtop_run(&outcome, "t", args);
    assert_int_equal(outcome.exit_code, 5);
    assert_one_line("no ad account", "another token");
    sim_stop(&sim);
    state_remove(&dir);
}

static void test_malformed_account(void **state)
{
    (void)state;
    struct state dir;
    state_make(&dir);
    const char *const args[] = {"--state-dir", dir.dir, "pause", "Acme", NULL};
    adtop_run(&outcome, "t", args);
    assert_int_equal(outcome.exit_code, 2);
    assert_one_line("Acme", "act_");
    state_remove(&dir);
}

static void test_reading_without_a_database(void **state)
{
    (void)state;
    struct state dir;
    state_make(&dir);
    static const char *const commands[] = {"status", "accounts", "usage",   "runs",
                                           "budget", "errors",   "actions", "queue"};
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
        const char *const args[] = {"--state-dir", dir.dir, commands[i], NULL};
        adtop_run(&outcome, NULL, args);
        assert_int_equal(outcome.exit_code, 1);
        assert_one_line(dir.dir, "adtop engine");
    }
    state_remove(&dir);
}

static bool has_status(void *ctx)
{
    const struct state *dir = ctx;
    const char *const status[] = {"--state-dir", dir->dir, "status", NULL};
    adtop_run(&outcome, NULL, status);
    return outcome.exit_code == 0;
}

static void test_second_engine_names_the_first(void **state)
{
    (void)state;
    struct state dir;
    struct sim sim;
    const char *const none[] = {NULL};
    state_make(&dir);
    sim_start(&sim, none);
    const char *const engine[] = {"--state-dir", dir.dir, "--base-url", sim.url, "engine", NULL};
    pid_t first = adtop_start("t", NULL, engine);
    assert_true(eventually(has_status, &dir, WAIT_MS));
    adtop_run(&outcome, "t", engine);
    assert_int_equal(outcome.exit_code, 1);
    char pid[32];
    snprintf(pid, sizeof pid, "%d", (int)first);
    assert_one_line(dir.dir, pid);
    const char *const stop[] = {"--state-dir", dir.dir, "stop", NULL};
    adtop_run(&outcome, NULL, stop);
    assert_int_equal(outcome.exit_code, 0);
    assert_int_equal(process_wait(first, WAIT_MS), 0);
    sim_stop(&sim);
    state_remove(&dir);
}

/* A pass onto a disk of 600 KiB, seen by this child alone; 0 = as it should be. */
static int pass_onto_a_small_disk(const struct state *dir, const struct sim *sim)
{
    const char *const args[] = {"--state-dir", dir->dir, "--base-url", sim->url, "sync", NULL};
    if (unshare(CLONE_NEWNS) != 0 || mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 ||
        mount("tmpfs", dir->dir, "tmpfs", 0, "size=600k") != 0) {
        return 77; /* not allowed here */
    }
    adtop_run(&outcome, "t", args);
    bool said = outcome.exit_code == 5 && strstr(outcome.err, "the disk is full; free some space");
    if (said && mount("tmpfs", dir->dir, "tmpfs", MS_REMOUNT, "size=60m") == 0) {
        adtop_run(&outcome, "t", args);
    }
    if (outcome.exit_code != 0) {
        print_message("exit %d: %s", outcome.exit_code, outcome.err);
    }
    return outcome.exit_code;
}

static void test_full_disk_is_said_and_loses_nothing(void **state)
{
    (void)state;
    struct state dir;
    struct sim sim;
    const char *const none[] = {NULL};
    state_make(&dir);
    sim_start(&sim, none);
    pid_t pid = fork();
    if (pid == 0) {
        _exit(pass_onto_a_small_disk(&dir, &sim));
    }
    int code = process_wait(pid, 120000);
    if (code == -1) {
        process_kill(pid, SIGKILL);
    }
    sim_stop(&sim);
    state_remove(&dir);
    if (code == 77) {
        skip(); /* takes root to make a small disk */
    }
    assert_int_equal(code, 0);
}

static void test_clock_speed_is_for_simulators(void **state)
{
    (void)state;
    struct state dir;
    state_make(&dir);
    const char *const args[] = {"--state-dir",   dir.dir,      "--clock-speed",
                                "60@1700000000", "--base-url", "https://graph.facebook.com",
                                "status",        NULL};
    adtop_run(&outcome, NULL, args);
    assert_int_equal(outcome.exit_code, 2);
    assert_one_line("--clock-speed", "127.0.0.1");
    state_remove(&dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_unknown_command_names_the_nearest),
        cmocka_unit_test(test_unknown_option),
        cmocka_unit_test(test_help_and_version_need_nothing),
        cmocka_unit_test(test_broken_configuration_names_file_and_line),
        cmocka_unit_test(test_missing_token),
        cmocka_unit_test(test_wrong_token),
        cmocka_unit_test(test_unreachable_host_gives_up_soon),
        cmocka_unit_test(test_plain_http_beyond_loopback_is_refused),
        cmocka_unit_test(test_unwritable_state_directory),
        cmocka_unit_test(test_a_directory_of_somebody_else),
        cmocka_unit_test(test_a_full_disk_ends_the_pass_and_loses_nothing),
        cmocka_unit_test(test_newer_database_is_left_alone),
        cmocka_unit_test(test_unknown_account),
        cmocka_unit_test(test_a_token_without_accounts_is_told_so),
        cmocka_unit_test(test_malformed_account),
        cmocka_unit_test(test_reading_without_a_database),
        cmocka_unit_test(test_second_engine_names_the_first),
        cmocka_unit_test(test_full_disk_is_said_and_loses_nothing),
        cmocka_unit_test(test_clock_speed_is_for_simulators),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
