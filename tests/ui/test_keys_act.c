/* Every action by its keys, against a stand-in for the engine: what was asked, and what was said.
 * The console starts on the account that waits for a person, act_103. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "console_case.h"

enum { WAIT_MS = 30000, HOUR_MS = 3600000, MINUTE_MS = 60000 };

static void open_console(struct console_case *c, const char *const *args)
{
    struct console_options options = {
        .state = FIXTURE_BURNING, .rows = 30, .cols = 100, .args = args};
    console_open(c, &options);
}

/* Presses, waits for the words, and hands out what the engine was asked. */
static struct fixture_request asked(struct console_case *c, const char *keys, const char *words)
{
    struct fixture_request request = {0};
    screen_keys(c->screen, keys);
    assert_true(screen_wait(c->screen, words, WAIT_MS));
    fixture_last_request(c->fixture, &request);
    return request;
}

/* What asks is answered when it does: before all that it says is there, yes is no answer. */
static struct fixture_request confirmed(struct console_case *c, const char *keys, const char *words)
{
    char before[128];
    size_t n = strlen(keys) - 1;
    if (n && keys[n] == 'y') {
        snprintf(before, sizeof before, "%.*s", (int)n, keys);
        screen_keys(c->screen, before);
        console_await_question(c->screen);
        keys += n;
    }
    return asked(c, keys, words);
}

/* Selected by name, whatever the order. */
#define SELECT_ACME ":filter acme\r"
#define SELECT_DELTA ":filter delta\r"
#define SELECT_ESKER ":filter esker\r"
#define SELECT_RUNNING ":filter act:RUN\r"

static void test_keys_act_each(void **state)
{
    (void)state;
    static const struct {
        const char *keys, *said;
        enum op_kind op;
        const char *target;
        size_t count;
        const char *reason;
    } cases[] = {
        {SELECT_ACME "pclient asks\r\ry",          "Acme Retail EU: paused until 14:19", OP_PAUSE,      "act_101",
         1,                                                                                                            "client asks"},
        {SELECT_ACME "p\r18:30\ry",                "paused until 18:30",                 OP_PAUSE,      "act_101", 1,  ""           },
        {SELECT_ESKER "p",                         "resumed; u undoes",                  OP_RESUME,     "act_106", 1,  ""           },
        {":resume\rback again\ry",                 "resumed; u undoes",                  OP_RESUME,     "act_103", 1,  "back again" },
        {SELECT_ACME "+",                          "priority +1; u undoes",              OP_PRIORITIZE, "act_101", 1,  ""           },
        {SELECT_ACME "-",                          "priority -1; u undoes",              OP_PRIORITIZE, "act_101", 1,  ""           },
        {SELECT_ACME "Pl\ry",                      "tier pinned to low",                 OP_PIN,        "act_101", 1,  ""           },
        {SELECT_ACME "Pb\ry",                      "tier by spend again",                OP_PIN,        "act_101", 1,  ""           },
        {SELECT_DELTA "Sf\r\rtold to\ry\ry",       "full sync forced",                   OP_FORCE,      "act_105", 1,  "told to"    },
        {":force act_109\rs\r\r\r\ry",             "sweep sync forced",                  OP_FORCE,      "act_109", 1,  ""           },
        {":cancel act_104\rslow\ry",               "run 25 cancelled",                   OP_CANCEL,     "act_104", 1,  "slow"       },
        {":retry act_107\r\ry",                    "due again at once",                  OP_RETRY,      "act_107", 1,  ""           },
        {":pause all\rnight\r2h\r12\r",            "12 accounts: paused until 12:19",    OP_PAUSE,      "act_101", 12,
         "night"                                                                                                                    },
        {":filter account:o\r:pause shown\r\r\ry", "6 accounts: paused",                 OP_PAUSE,      "act_103", 6,
         ""                                                                                                                         },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct console_case c;
        open_console(&c, NULL);
        struct fixture_request got = confirmed(&c, cases[i].keys, cases[i].said);
        if (got.count != 1 || got.request.op != cases[i].op ||
            strcmp(got.first_target, cases[i].target) != 0 || got.target_count != cases[i].count ||
            strcmp(got.request.reason, cases[i].reason) != 0) {
            fail_msg("%s: %d requests, op %d on %s, %zu targets, \"%s\"", cases[i].keys, got.count,
                     (int)got.request.op, got.first_target, got.target_count, got.request.reason);
        }
        console_close(&c);
    }
}

/* Marks are of rows, so a dialog is about them whatever is selected when it opens. */
static void test_keys_act_on_marked(void **state)
{
    (void)state;
    struct console_case c;
    open_console(&c, NULL);
    struct fixture_request got =
        asked(&c, ":sort account\rg jj Gp\r\ry", "2 accounts: paused until 14:19; u undoes");
    assert_int_equal(got.target_count, 2);
    assert_string_equal(got.first_target, "act_103");
    /* The undo of both: one request each, the last one first. */
    got = asked(&c, "u", "2 undone");
    assert_int_equal(got.count, 3);
    assert_int_equal(got.request.op, OP_UNDO);
    assert_int_equal(got.request.number, 1);
    got = asked(&c, "u", "nothing to undo");
    assert_int_equal(got.count, 3);
    got = asked(&c, "+\x15-3\ry", "2 accounts: priority -3");
    assert_int_equal(got.request.priority, -3);
    console_close(&c);
}

/* Any key but y is No, and says so. */
static void test_keys_act_no_is_the_default(void **state)
{
    (void)state;
    static const char *const opened[] = {
        "p\r\r", "S\r\r\r\r", "Pl\r", "R\r", "B\r9\r\r", "L\r9\r\r", ":cancel act_104\r\r"};
    static const char *const others[] = {"n", "\r", "p", "S", " ", "\x7f"};
    struct console_case c;
    open_console(&c, NULL);
    screen_keys(c.screen, SELECT_DELTA);
    for (size_t i = 0; i < sizeof opened / sizeof opened[0]; i++) {
        for (size_t k = 0; k < sizeof others / sizeof others[0]; k++) {
            screen_keys(c.screen, opened[i]);
            assert_true(screen_wait(c.screen, "y = yes, any other key = No", WAIT_MS));
            screen_keys(c.screen, others[k]);
            assert_true(screen_wait(c.screen, "nothing was done", WAIT_MS));
            console_press(&c, ":\x7f");
        }
    }
    struct fixture_request got;
    assert_false(fixture_last_request(c.fixture, &got));
    console_close(&c);
}

/* Where much is at stake the number has to be typed; a wrong one does nothing. */
static void test_keys_act_many_have_to_be_typed(void **state)
{
    (void)state;
    struct console_case c;
    open_console(&c, NULL);
    screen_keys(c.screen, ":pause all\r\r\r");
    assert_true(screen_wait(c.screen, "Pause these 12 accounts?  type 12:", WAIT_MS));
    screen_keys(c.screen, "y\r");
    assert_true(screen_wait(c.screen, "nothing was done", WAIT_MS));
    /* The choice of fewer takes the word away with it. */
    screen_keys(c.screen, ":pause all\r\x1b[A\x1b[C");
    assert_true(screen_wait(c.screen, "y = yes, any other key = No", WAIT_MS));
    struct fixture_request got;
    assert_false(fixture_last_request(c.fixture, &got));
    console_close(&c);
}

static void test_keys_act_force_says_what_it_costs(void **state)
{
    (void)state;
    static const char *const facts[] = {"about 5 calls, 13 weighted (planned from what it holds)",
                                        "line 70%: over it",
                                        "shared by 12",
                                        "budget today",
                                        "weighted left",
                                        "held now: business use case quota",
                                        "of use from 10:24; override: yes"};
    struct console_case c;
    open_console(&c, NULL);
    screen_keys(c.screen, SELECT_DELTA "S\r\r\r\r");
    console_await_question(c.screen);
    screen_keys(c.screen, "y");
    for (size_t i = 0; i < sizeof facts / sizeof facts[0]; i++) {
        assert_true(screen_wait(c.screen, facts[i], WAIT_MS));
    }
    struct fixture_request got;
    assert_false(fixture_last_request(c.fixture, &got));
    /* The keys are in the field that would allow it, and an override wants a reason. */
    screen_keys(c.screen, "y\ry");
    assert_true(screen_wait(c.screen, "an override needs a reason", WAIT_MS));
    got = asked(&c, "ana said so\r\ry", "delta sync forced");
    assert_true(got.request.override_holds);
    assert_string_equal(got.request.reason, "ana said so");
    console_close(&c);
}

static void test_keys_act_force_a_window(void **state)
{
    (void)state;
    struct console_case c;
    open_console(&c, NULL);
    /* What it costs is said of the days that are asked for. */
    screen_keys(c.screen, ":force act_109\rw");
    assert_true(screen_wait(c.screen, "about 2 calls, 10 weighted", WAIT_MS));
    screen_keys(c.screen, "\r2025-11-01\r");
    assert_true(screen_wait(c.screen, "about 2 calls, 20 weighted", WAIT_MS));
    screen_keys(c.screen, "\x1b");
    assert_true(screen_wait(c.screen, "nothing was done", WAIT_MS));
    screen_keys(c.screen, ":force act_109\rw\rtomorrow\r\r\r");
    console_await_question(c.screen);
    screen_keys(c.screen, "y");
    assert_true(screen_wait(c.screen, "\"tomorrow\" is no date", WAIT_MS));
    struct fixture_request got = confirmed(&c,
                                           "\x15"
                                           "2026-11-01\r\r\ry",
                                           "window sync forced");
    assert_int_equal(got.request.mode, RUN_WINDOW);
    assert_int_equal(got.request.since_day, 20758);
    console_close(&c);
}

static void test_keys_act_settings_for_the_day(void **state)
{
    (void)state;
    static const struct {
        const char *keys, *fact, *said;
        enum op_kind op;
        const char *setting, *target;
        double value;
    } cases[] = {
        {"B\r25000\rsale\ry", "now 20000 weighted units a day, as configured",
         "daily budget is 25000 for the day",                                                              OP_BUDGET_SET,    "daily",    "",        25000},
        {"Be\r100\r\ry",      "now 5000",                                      "account budget is 100",    OP_BUDGET_SET,    "account",  "",        100  },
        {"BD\r100\r\ry",      "Delta",                                         "account budget is 100",    OP_BUDGET_SET,    "account",  "act_105",
         100                                                                                                                                             },
        {"L\r60\r\ry",        "now 70",                                        "account threshold is 60",  OP_THRESHOLD_SET, "account",  "",        60   },
        {"LD\r60\r\ry",       "now 70",                                        "account threshold is 60",  OP_THRESHOLD_SET, "account",  "",        60   },
        {"Lu\r60\r\ry",       "now 75",                                        "use_case threshold is 60", OP_THRESHOLD_SET, "use_case", "",        60   },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct console_case c;
        char first[8];
        open_console(&c, NULL);
        snprintf(first, sizeof first, "%.*s", (int)strcspn(cases[i].keys, "\r"), cases[i].keys);
        screen_keys(c.screen, SELECT_DELTA);
        screen_keys(c.screen, first);
        assert_true(screen_wait(c.screen, cases[i].fact, WAIT_MS));
        struct fixture_request got = asked(&c, cases[i].keys + strlen(first), cases[i].said);
        assert_int_equal(got.request.op, cases[i].op);
        assert_string_equal(got.request.setting, cases[i].setting);
        assert_string_equal(got.first_target, cases[i].target);
        assert_true(got.request.value > cases[i].value - 0.01);
        assert_true(got.request.value < cases[i].value + 0.01);
        console_close(&c);
    }
}

static void test_keys_act_settings_out_of_range(void **state)
{
    (void)state;
    struct console_case c;
    open_console(&c, NULL);
    screen_keys(c.screen, "L\r96\r\ry");
    assert_true(screen_wait(c.screen, "a threshold is from 1 to 95 percent", WAIT_MS));
    screen_keys(c.screen, "\x15x\r\ry");
    assert_true(screen_wait(c.screen, "a threshold is from 1 to 95 percent", WAIT_MS));
    struct fixture_request got;
    assert_false(fixture_last_request(c.fixture, &got));
    console_close(&c);
}

static void test_keys_act_refused_says_why(void **state)
{
    (void)state;
    struct console_case c;
    open_console(&c, NULL);
    fixture_refuse(c.fixture, "held by account quota until 10:40");
    asked(&c, "+", "prioritize refused: held by account quota until 10:40");
    screen_keys(c.screen, "u");
    assert_true(screen_wait(c.screen, "nothing to undo", WAIT_MS));
    screen_keys(c.screen, SELECT_ACME "X");
    assert_true(screen_wait(c.screen, "cancel: no run of it is under way", WAIT_MS));
    console_close(&c);
}

static void test_keys_act_stop_asks_twice(void **state)
{
    (void)state;
    struct console_case c;
    open_console(&c, NULL);
    screen_keys(c.screen, "Qy");
    assert_true(screen_wait(c.screen, "Really stop it?  type stop:", WAIT_MS));
    screen_keys(c.screen, "y\r");
    assert_true(screen_wait(c.screen, "nothing was done", WAIT_MS));
    struct fixture_request got;
    assert_false(fixture_last_request(c.fixture, &got));
    got = asked(&c, "Qystop\r", "the engine is stopping");
    assert_int_equal(got.request.op, OP_STOP);
    console_close(&c);
}

static void test_keys_act_acknowledges(void **state)
{
    (void)state;
    struct console_case c;
    open_console(&c, NULL);
    screen_keys(c.screen, "!");
    assert_true(screen_wait(c.screen, "ack: no alert waits for it", WAIT_MS));
    fixture_alert(c.fixture, "act_101", "older than it should be");
    fixture_alert(c.fixture, "act_102", "and this one");
    screen_wait(c.screen, "10:19:41", WAIT_MS);
    screen_keys(c.screen, "!");
    assert_true(screen_wait(c.screen, "Borealis Shop", WAIT_MS));
    assert_true(screen_wait(c.screen, "all of them", WAIT_MS));
    struct fixture_request got = asked(&c, "k\r", "2 acknowledged");
    assert_int_equal(got.count, 2);
    assert_int_equal(got.request.op, OP_ACK);
    /* In the log it is about the line: what is older as well. */
    got = asked(&c, "8!", "warnings and errors up to here are acknowledged");
    assert_int_equal(got.count, 3);
    assert_string_equal(got.request.setting, "log");
    assert_int_equal(got.request.number, 12);
    console_close(&c);
}

/* An operator's key does nothing at all where it may not, and says why. */
static void test_keys_act_not_here(void **state)
{
    (void)state;
    static const char *const acting[] = {"p", "+", "-", "P", "S", "X",
                                         "R", "!", "u", "B", "L", "Q"};
    static const char *const read_only[] = {"--read-only", NULL};
    struct console_case c;
    open_console(&c, read_only);
    for (size_t i = 0; i < sizeof acting / sizeof acting[0]; i++) {
        screen_keys(c.screen, acting[i]);
        assert_true(screen_wait(c.screen, "this console was started with --read-only", WAIT_MS));
        screen_keys(c.screen, "#");
        assert_true(screen_wait(c.screen, "# means nothing here", WAIT_MS));
    }
    struct fixture_request got;
    assert_false(fixture_last_request(c.fixture, &got));
    console_close(&c);
    open_console(&c, NULL);
    screen_keys(c.screen, ":at 10:00\r");
    for (size_t i = 0; i < sizeof acting / sizeof acting[0]; i++) {
        screen_keys(c.screen, acting[i]);
        assert_true(screen_wait(c.screen, "this is the past", WAIT_MS));
        screen_keys(c.screen, "#");
        assert_true(screen_wait(c.screen, "# means nothing here", WAIT_MS));
    }
    assert_false(fixture_last_request(c.fixture, &got));
    console_close(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_keys_act_each),
        cmocka_unit_test(test_keys_act_on_marked),
        cmocka_unit_test(test_keys_act_no_is_the_default),
        cmocka_unit_test(test_keys_act_many_have_to_be_typed),
        cmocka_unit_test(test_keys_act_force_says_what_it_costs),
        cmocka_unit_test(test_keys_act_force_a_window),
        cmocka_unit_test(test_keys_act_settings_for_the_day),
        cmocka_unit_test(test_keys_act_settings_out_of_range),
        cmocka_unit_test(test_keys_act_refused_says_why),
        cmocka_unit_test(test_keys_act_stop_asks_twice),
        cmocka_unit_test(test_keys_act_acknowledges),
        cmocka_unit_test(test_keys_act_not_here),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
