/* What the console does beyond one view or one action: the clock it goes by, filters on real
 * columns, an engine that will not stop. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "console_case.h"
#include "store/overrides.h"

enum { WAIT_MS = 40000 };

/* Whoever looks at a simulated day, or at another machine's database, means that clock. */
static void test_console_at_goes_by_the_engines_clock(void **state)
{
    (void)state;
    static const char *const said[] = {"10:19", "2026-11-24T10:19:00Z"};
    char *screens[2] = {NULL, NULL};
    for (int i = 0; i < 2; i++) {
        const char *const args[] = {"--at", said[i], NULL};
        struct console_case c;
        struct console_options options = {.state = FIXTURE_BURNING, .args = args};
        console_open(&c, &options);
        assert_true(screen_wait(c.screen, " PAST ", WAIT_MS));
        screens[i] = screen_text(c.screen);
        console_press(&c, ":at 10:02\r");
        assert_true(screen_wait(c.screen, "10:02:00", WAIT_MS));
        console_press(&c, ":at 15m\r"); /* so long ago */
        assert_true(screen_wait(c.screen, "10:04:41", WAIT_MS));
        console_press(&c, ":at 2h ago\r"); /* as the line's help has it */
        assert_true(screen_wait(c.screen, "08:19:41", WAIT_MS));
        console_close(&c);
    }
    assert_string_equal(screens[0], screens[1]);
    free(screens[0]);
    free(screens[1]);
}

/* The words people know, where letters and rounded figures are shown. */
static void test_console_filters_take_known_words(void **state)
{
    (void)state;
    static const struct {
        const char *keys, *wanted;
    } cases[] = {
        {"2/tier:medium\r",        "Accounts 4 of 12"                },
        {"/\025tier:high\r",       "Accounts 4 of 12"                },
        {"/\025tier:M\r",          "Accounts 4 of 12"                },
        {"/\025tier:pinned\r",     "Accounts 1 of 12"                },
        {"/\025state:throttled\r", "Accounts 3 of 12"                },
        {"/\025state:paused\r",    "Accounts 1 of 12"                },
        {"/\025why:quota_acc\r",   "Accounts 2 of 12"                },
        {"/\025lag:>6h\r",         "Accounts 3 of 12"                },
        {"/\025until:<10:30\r",    "Accounts 3 of 12"                },
        {"/\025LAST:failed\r",     "Accounts 3 of 12"                },
        {"/\025account:act_105\r", "Accounts 1 of 12"                },
        {"/\025nosuch:>3",         "no column \"nosuch\" here"       },
        {"\025usage:",             "usage: the limiter that holds it"},
        {"\025us\t",               "/usage:"                         },
        {"\025!why:account ti\t",  "/!why:account tier:"             },
        {"\025\r8/level:error\r",  "Log 0 of 12"                     },
        {"/\025level:warning\r",   "Log 4 of 12"                     },
        {"4/status:ok\r",          "Runs 19 of 25"                   },
    };
    struct console_case c;
    struct console_options options = {.state = FIXTURE_BURNING, .rows = 30, .cols = 110};
    console_open(&c, &options);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        screen_keys(c.screen, cases[i].keys);
        if (!screen_wait(c.screen, cases[i].wanted, WAIT_MS)) {
            char *text = screen_text(c.screen);
            fail_msg("%s: not \"%s\" but\n%s", cases[i].keys, cases[i].wanted, text);
        }
    }
    console_close(&c);
}

/* Refused, the engine is nobody's to have stopped: when it dies later, that is told as it is. */
static void test_console_forgets_a_stop_that_was_refused(void **state)
{
    (void)state;
    struct console_case c;
    struct console_options options = {.state = FIXTURE_BURNING};
    console_open(&c, &options);
    fixture_refuse(c.fixture, "you are not an operator");
    screen_keys(c.screen, "Qystop\r");
    assert_true(screen_wait(c.screen, "stop refused: you are not an operator", WAIT_MS));
    fixture_engine_stop(c.fixture);
    assert_true(screen_wait(c.screen, "the engine is gone; what is shown keeps its age", WAIT_MS));
    console_close(&c);
}

/* What was read an hour ago is judged by the line that was in force then. */
static void test_console_judges_the_past_by_its_thresholds(void **state)
{
    (void)state;
    enum { MINUTE_MS = 60000 };
    static const struct override_row lowered = {.name = "threshold.account",
                                                .value = 33,
                                                .since = FIXTURE_NOW - 180 * MINUTE_MS,
                                                .until = FIXTURE_NOW - 10 * MINUTE_MS,
                                                .actor = "ann"};
    struct console_case c;
    struct console_options options = {.state = FIXTURE_BURNING, .rows = 40, .cols = 120};
    console_open(&c, &options);
    fixture_override(c.fixture, &lowered);
    console_press(&c, "3:at 10:05\r");
    assert_true(screen_wait(c.screen, " 33% ", WAIT_MS));
    console_press(&c, ":at 10:12\r");
    assert_true(screen_wait_gone(c.screen, " 33% ", WAIT_MS));
    assert_true(screen_wait(c.screen, " 70% ", WAIT_MS));
    console_close(&c);
}

/* What a narrow screen cuts can be read. */
static void test_console_shows_whole_rows(void **state)
{
    (void)state;
    struct console_case c;
    struct console_options options = {.state = FIXTURE_BURNING, .rows = 24, .cols = 60};
    console_open(&c, &options);
    screen_keys(c.screen, "2/act_112\rv"); /* names over two lines, hidden columns, letters */
    assert_true(screen_wait(c.screen, "Long name that goes on and on and on and", WAIT_MS));
    assert_true(screen_wait(c.screen, "on, well beyond any column there is", WAIT_MS));
    assert_true(screen_wait(c.screen, "B  budget", WAIT_MS));
    assert_true(screen_wait(c.screen, "act_112", WAIT_MS));
    assert_true(screen_wait(c.screen, "zone      UTC", WAIT_MS));
    screen_keys(c.screen, "qv");
    assert_true(screen_wait(c.screen, "act_112", WAIT_MS));
    console_close(&c);
    options.rows = 10;
    options.cols = 40;
    console_open(&c, &options);
    screen_keys(c.screen, "?"); /* help leaves the names out, and cuts nothing */
    assert_true(screen_wait(c.screen, "PgUp Ctrl-B a page up", WAIT_MS));
    screen_keys(c.screen, "G");
    assert_true(screen_wait(c.screen, "nothing is known yet", WAIT_MS));
    console_close(&c);
}

static void test_console_range_is_the_tables_too(void **state)
{
    (void)state;
    struct console_case c;
    struct console_options options = {.state = FIXTURE_BURNING, .rows = 30, .cols = 130};
    console_open(&c, &options);
    screen_keys(c.screen, "3");
    assert_true(screen_wait(c.screen, "peaks of the last 1h", WAIT_MS));
    assert_true(screen_wait(c.screen, " PEAK WHEN", WAIT_MS));
    screen_keys(c.screen, "t\033[B\033[B\r");
    assert_true(screen_wait(c.screen, "peaks of the last 24h", WAIT_MS));
    screen_keys(c.screen, ":since 08:19\r");
    assert_true(screen_wait(c.screen, "peaks of the last 2h", WAIT_MS));
    screen_keys(c.screen, ":since 3h ago\r");
    assert_true(screen_wait(c.screen, "peaks of the last 3h", WAIT_MS));
    screen_keys(c.screen, ":since 08:19\r");
    assert_true(screen_wait(c.screen, "peaks of the last 2h", WAIT_MS));
    screen_keys(c.screen, "H");
    assert_true(screen_wait(c.screen, "since 08:19", WAIT_MS));
    assert_true(screen_wait(c.screen, " held ", WAIT_MS));
    screen_keys(c.screen, ":since never\r");
    assert_true(screen_wait(c.screen, "\"never\" is no instant", WAIT_MS));
    console_close(&c);
}

static void test_console_keeps_the_theme_on_a_slip(void **state)
{
    (void)state;
    static const char *const args[] = {"--theme", "dracula", NULL};
    struct console_case c;
    struct console_options options = {.state = FIXTURE_BURNING, .args = args};
    console_open(&c, &options);
    char *before = screen_dump(c.screen);
    screen_keys(c.screen, ":theme drcula\r");
    assert_true(screen_wait(c.screen, "there is no such theme; nothing has changed", WAIT_MS));
    console_press(&c, "\f"); /* clears no message, draws all */
    screen_keys(c.screen, "j");
    assert_true(screen_wait_gone(c.screen, "nothing has changed", WAIT_MS));
    console_press(&c, "k");
    char *after = screen_dump(c.screen);
    assert_string_equal(before, after);
    free(before);
    free(after);
    console_close(&c);
}

/* "03:10" of another day is not today's. */
static void test_console_in_the_past_tells_the_day(void **state)
{
    (void)state;
    struct console_case c;
    struct console_options options = {.state = FIXTURE_BURNING};
    console_open(&c, &options);
    screen_keys(c.screen, ":at 03:10\r");
    assert_true(screen_wait(c.screen, " 03:10:00", WAIT_MS));
    assert_false(screen_has(c.screen, "Nov 03:10:00"));
    screen_keys(c.screen, ":at 2026-11-20T03:10:00Z\r");
    assert_true(screen_wait(c.screen, "20 Nov 03:10:00", WAIT_MS));
    console_close(&c);
}

/* Where nothing has ever run, the screen says what makes a database, not what SQLite thinks. */
static void test_console_says_that_there_is_no_database(void **state)
{
    (void)state;
    char dir[] = "/tmp/adtop-none-XXXXXX";
    assert_non_null(mkdtemp(dir));
    const char *const argv[] = {getenv("ADTOP"), "--state-dir", dir, "--read-only", NULL};
    const struct screen_options options = {.argv = argv, .rows = 10, .cols = 40};
    struct screen *screen = screen_start(&options);
    assert_true(screen_wait(screen, "there is no database yet;", WAIT_MS));
    assert_true(screen_wait(screen, "makes one", WAIT_MS)); /* of a narrow screen's next line */
    screen_stop(screen);
    rmdir(dir);
}

/* A usage that is not the header's does not name it as its source. */
static void test_console_a_header_that_is_ignored_is_no_source(void **state)
{
    (void)state;
    struct console_case c;
    struct console_options options = {.state = FIXTURE_NOTICED};
    console_open(&c, &options);
    screen_keys(c.screen, "j");
    assert_true(screen_wait(c.screen, "stands at 100% though calls succeed", WAIT_MS));
    screen_keys(c.screen, "w");
    assert_true(screen_wait(c.screen, "12% of 70%, <1m old, our own model", WAIT_MS));
    assert_true(screen_wait(c.screen, "header stuck: ", WAIT_MS));
    console_close(&c);
}

/* Without a screen as well: silence would be taken for "nothing has changed". */
static void test_console_plain_says_that_there_is_no_database(void **state)
{
    (void)state;
    char dir[] = "/tmp/adtop-none-XXXXXX";
    assert_non_null(mkdtemp(dir));
    const char *const argv[] = {getenv("ADTOP"), "--plain", "--state-dir", dir,
                                "--read-only",   NULL};
    const struct screen_options options = {.argv = argv, .rows = 24, .cols = 80};
    struct screen *screen = screen_start(&options);
    assert_true(screen_wait(screen, "there is no database yet;", WAIT_MS));
    screen_stop(screen);
    rmdir(dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_console_at_goes_by_the_engines_clock),
        cmocka_unit_test(test_console_filters_take_known_words),
        cmocka_unit_test(test_console_forgets_a_stop_that_was_refused),
        cmocka_unit_test(test_console_judges_the_past_by_its_thresholds),
        cmocka_unit_test(test_console_shows_whole_rows),
        cmocka_unit_test(test_console_range_is_the_tables_too),
        cmocka_unit_test(test_console_keeps_the_theme_on_a_slip),
        cmocka_unit_test(test_console_in_the_past_tells_the_day),
        cmocka_unit_test(test_console_says_that_there_is_no_database),
        cmocka_unit_test(test_console_plain_says_that_there_is_no_database),
        cmocka_unit_test(test_console_a_header_that_is_ignored_is_no_source),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
