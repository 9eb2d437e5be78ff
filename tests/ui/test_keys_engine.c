/* Consoles over a real engine: what one does the others see, who did it is kept, and an engine that
 * dies is told and brought back by a key. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

#include <cmocka.h>

#include "console_case.h"
#include "tests/e2e/harness.h"

enum { WAIT_MS = 40000, GONE_MS = 30000 };

struct engine_case {
    struct sim sim;
    struct state state;
};

static struct screen *console(const struct engine_case *e, bool read_only, const char *ssh)
{
    char connection[64];
    (void)snprintf(connection, sizeof connection, "SSH_CONNECTION=%s 50000 10.0.0.1 22", ssh);
    const char *const env[] = {"META_ACCESS_TOKEN=t", connection, NULL};
    const char *argv[] = {getenv("ADTOP"),
                          "--state-dir",
                          e->state.dir,
                          "--base-url",
                          e->sim.url,
                          read_only ? "--read-only" : NULL,
                          NULL};
    struct screen_options options = {.rows = 30, .cols = 120, .argv = argv, .env = env};
    struct screen *screen = screen_start(&options);
    assert_true(screen_wait(screen, "Northwind", WAIT_MS));
    return screen;
}

static void press(struct screen *screen, const char *keys, const char *wanted)
{
    screen_keys(screen, keys);
    assert_true(screen_wait(screen, wanted, WAIT_MS));
}

static void expect_text(const struct engine_case *e, const char *sql, const char *wanted)
{
    char *text = state_text(&e->state, sql);
    if (!text || !strstr(text, wanted)) {
        fail_msg("%s: %s, not %s", sql, text ? text : "nothing", wanted);
    }
    free(text);
}

static void consoles_see_each_other(const struct engine_case *e, struct screen *a)
{
    struct screen *b = console(e, false, "198.51.100.4");
    struct screen *c = console(e, true, "198.51.100.5");
    press(a, ":filter northwind\r:pause northwind\rclient asks\r2h\ry", ": paused until");
    press(b, ":filter northwind\r", "paused");
    press(b, "9", "client asks");
    press(c, "9", "client asks");
    press(c, "p", "this console was started with --read-only");
    expect_text(e,
                "SELECT actor || ' ' || origin || ' ' || reason || ' ' || result FROM "
                "operator_actions WHERE action = 'pause'",
                " 203.0.113.9 client asks ok");
    expect_text(e, "SELECT before FROM operator_actions WHERE action = 'pause'",
                "{\"paused_until\":null}");
    expect_text(e, "SELECT after FROM operator_actions WHERE action = 'pause'",
                "{\"paused_until\":\"2");
    expect_text(e, "SELECT message FROM log WHERE message LIKE 'operator {%'",
                "\"origin\":\"203.0.113.9\",\"action\":\"pause\",\"target\":\"act_");
    /* What cannot be done now is refused by the engine, in its words. */
    screen_keys(b, ":force northwind\r\r\r\r\r");
    console_await_question(b);
    press(b, "y", "force refused: it is paused until ");
    /* From another console it is resumed, with a reason and another origin. */
    press(b, ":resume northwind\rthey called\ry", ": resumed");
    press(a, "9", "they called");
    expect_text(e, "SELECT origin || ' ' || reason FROM operator_actions WHERE action = 'resume'",
                "198.51.100.4 they called");
    press(b, "1B\r123\r\ry", "daily budget is 123 for the day");
    press(b, "6", " of 123, "); /* and so it is wherever the budget is shown */
    press(b, "u", "undone");
    press(b, "6", " of 20,000, ");
    expect_text(e,
                "SELECT count(*) FROM operator_actions WHERE action = 'budget_set' AND "
                "undone_by IS NOT NULL",
                "1");
    screen_stop(b);
    screen_stop(c);
}

static void engine_dies_and_comes_back(const struct engine_case *e, struct screen *a)
{
    pid_t pid = (pid_t)state_number(&e->state, "SELECT pid FROM engine ORDER BY 1 DESC LIMIT 1");
    assert_int_equal(kill(pid, SIGKILL), 0);
    assert_true(screen_wait(a, "the engine is gone; what is shown keeps its age", GONE_MS));
    press(a, "1p", "no engine runs: E starts one");
    press(a, "E", "engine ok");
    pid_t next =
        (pid_t)state_number(&e->state, "SELECT pid FROM engine ORDER BY started_at DESC LIMIT 1");
    assert_int_not_equal(next, pid);
    press(a, "Qystop\r", "the engine has stopped, as asked; E starts one");
    press(a, "q", "no engine runs; nothing is synced until");
}

static void test_engine_of_several_consoles(void **state)
{
    (void)state;
    struct engine_case e;
    static const char *const none[] = {NULL};
    sim_start(&e.sim, none);
    state_make(&e.state);
    struct screen *a = console(&e, false, "203.0.113.9");
    consoles_see_each_other(&e, a);
    engine_dies_and_comes_back(&e, a);
    screen_stop(a);
    state_remove(&e.state);
    sim_stop(&e.sim);
}

/* A killed console leaves the engine at work. */
static void test_engine_of_a_killed_console(void **state)
{
    (void)state;
    struct engine_case e;
    static const char *const none[] = {NULL};
    sim_start(&e.sim, none);
    state_make(&e.state);
    struct screen *a = console(&e, false, "203.0.113.9");
    pid_t pid = (pid_t)state_number(&e.state, "SELECT pid FROM engine");
    assert_int_equal(kill(screen_pid(a), SIGKILL), 0);
    screen_stop(a);
    assert_int_equal(kill(pid, 0), 0);
    a = console(&e, false, "203.0.113.9");
    assert_int_equal(state_number(&e.state, "SELECT count(*) FROM engine"), 1);
    press(a, "Qystop\r", "the engine has stopped, as asked");
    screen_stop(a);
    state_remove(&e.state);
    sim_stop(&e.sim);
}

/* Ended, or a zombie that nobody has asked after. */
static bool has_ended(void *ctx)
{
    char path[64], state = 'Z';
    (void)snprintf(path, sizeof path, "/proc/%d/stat", (int)*(pid_t *)ctx);
    FILE *file = fopen(path, "r");
    if (!file) {
        return true;
    }
    bool read = fscanf(file, "%*d (%*[^)]) %c", &state) == 1;
    (void)fclose(file);
    return !read || state == 'Z';
}

/* However the console of a demo ends, its engine and its simulator end with it. */
static void test_engine_of_a_demo(void **state)
{
    (void)state;
    static const int ways[] = {0, SIGKILL, SIGHUP};
    const char *const argv[] = {getenv("ADTOP"), "demo", NULL};
    for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++) {
        struct state litter; /* a killed one cannot clear up */
        char tmp[160];
        state_make(&litter);
        (void)snprintf(tmp, sizeof tmp, "TMPDIR=%s", litter.dir);
        const char *const env[] = {tmp, NULL};
        struct screen_options options = {.argv = argv, .env = env};
        struct screen *screen = screen_start(&options);
        char path[64];
        pid_t children[2] = {0, 0};
        assert_true(screen_wait(screen, "Northwind", WAIT_MS));
        (void)snprintf(path, sizeof path, "/proc/%d/task/%d/children", (int)screen_pid(screen),
                       (int)screen_pid(screen));
        FILE *file = fopen(path, "r");
        assert_non_null(file);
        assert_int_equal(fscanf(file, "%d %d", &children[0], &children[1]), 2);
        (void)fclose(file);
        if (ways[i]) {
            assert_int_equal(kill(screen_pid(screen), ways[i]), 0);
        } else {
            press(screen, "q", "the demo has ended, its engine and simulator with it");
        }
        assert_true(eventually(has_ended, &children[0], WAIT_MS));
        assert_true(eventually(has_ended, &children[1], WAIT_MS));
        screen_stop(screen);
        state_remove(&litter);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_engine_of_several_consoles),
        cmocka_unit_test(test_engine_of_a_killed_console),
        cmocka_unit_test(test_engine_of_a_demo),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
