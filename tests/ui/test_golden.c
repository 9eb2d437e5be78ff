/* Every view of the real program against its recorded screen; `make golden` records them anew. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "console_case.h"

enum { WAIT_MS = 30000 };

static const struct {
    int rows, cols;
} sizes[] = {
    {24, 80 },
    {40, 120},
    {60, 200},
    {10, 40 }
};
enum { SIZES = sizeof sizes / sizeof sizes[0] };

static const struct {
    const char *name, *keys;
} views[] = {
    {"accounts",      "2"           },
    {"usage",         "3"           },
    {"runs",          "4"           },
    {"queue",         "5"           },
    {"budget",        "6"           },
    {"errors",        "7"           },
    {"log",           "8"           },
    {"actions",       "9"           },
    {"handover",      "H"           },
    {"account",       "1\r"         },
    {"run",           "4\r"         },
    {"entities",      "1:entities\r"},
    {"entities-down", "\rj\r"       },
    {"help",          "1?"          },
};

static int mismatches(struct console_case *c, const char *name, const char *state, int rows,
                      int cols)
{
    char path[128];
    snprintf(path, sizeof path, "%s-%s-%dx%d", name, state, cols, rows);
    return screen_matches(c->screen, path) ? 0 : 1;
}

static int views_of(enum fixture_state state, const char *name, int size, const char *const *env)
{
    struct console_case c;
    struct console_options options = {
        .state = state, .rows = sizes[size].rows, .cols = sizes[size].cols, .env = env};
    console_open(&c, &options);
    int bad = mismatches(&c, "triage", name, options.rows, options.cols);
    for (size_t v = 0; v < sizeof views / sizeof views[0]; v++) {
        console_press(&c, views[v].keys);
        bad += mismatches(&c, views[v].name, name, options.rows, options.cols);
    }
    console_close(&c);
    return bad;
}

static void test_golden_healthy(void **state)
{
    (void)state;
    int bad = 0;
    for (int size = 0; size < SIZES; size++) {
        bad += views_of(FIXTURE_HEALTHY, "healthy", size, NULL);
    }
    assert_int_equal(bad, 0);
}

static void test_golden_burning(void **state)
{
    (void)state;
    int bad = 0;
    for (int size = 0; size < SIZES; size++) {
        bad += views_of(FIXTURE_BURNING, "burning", size, NULL);
    }
    assert_int_equal(bad, 0);
}

static void test_golden_without_colour(void **state)
{
    (void)state;
    static const char *const env[] = {"NO_COLOR=1", NULL};
    int bad = 0;
    for (int size = 0; size < SIZES; size++) {
        bad += views_of(FIXTURE_BURNING, "mono", size, env);
    }
    assert_int_equal(bad, 0);
}

static const struct {
    const char *name, *keys;
} overlays[] = {
    {"why",       "w"                  },
    {"pause",     "qp"                 },
    {"force",     "\x1bjjjS"           },
    {"sort-menu", "\x1bs"              },
    {"columns",   "\x1b"
                "c"     },
    {"themes",    "\x1bT"              },
    {"range",     "\x1bt"              },
    {"filter",    "\x1b/acme"          },
    {"why-error", "\x1b\x1b"
                  "7w"},
    {"why-run",   "\x1b"
                "4jw"   },
    {"command",   "\x1b:re\t"          },
};

static void test_golden_overlays(void **state)
{
    (void)state;
    struct console_case c;
    struct console_options options = {.state = FIXTURE_BURNING, .rows = 24, .cols = 80};
    int bad = 0;
    console_open(&c, &options);
    for (size_t i = 0; i < sizeof overlays / sizeof overlays[0]; i++) {
        console_press(&c, overlays[i].keys);
        bad += mismatches(&c, overlays[i].name, "overlay", 24, 80);
    }
    console_close(&c);
    assert_int_equal(bad, 0);
}

/* Matches beside what is around them: while they are typed, and with the selection on another. */
static void test_golden_find(void **state)
{
    (void)state;
    static const char *const mono[] = {"NO_COLOR=1", NULL};
    static const struct {
        int rows, cols;
        const char *name;
        const char *const *env;
    } looks[] = {
        {24, 80, "find",      NULL},
        {10, 40, "find",      NULL},
        {24, 80, "find-mono", mono}
    };
    int bad = 0;
    for (size_t i = 0; i < sizeof looks / sizeof looks[0]; i++) {
        struct console_case c;
        struct console_options options = {.state = FIXTURE_BURNING,
                                          .rows = looks[i].rows,
                                          .cols = looks[i].cols,
                                          .env = looks[i].env};
        console_open(&c, &options);
        console_press(&c, "8");
        console_press(&c, "fslow");
        bad += mismatches(&c, "log-typed", looks[i].name, options.rows, options.cols);
        console_press(&c, "\rn");
        bad += mismatches(&c, "log", looks[i].name, options.rows, options.cols);
        console_press(&c, "2f~acl state:t\r");
        bad += mismatches(&c, "accounts", looks[i].name, options.rows, options.cols);
        console_close(&c);
    }
    assert_int_equal(bad, 0);
}

static void test_golden_time_travel(void **state)
{
    (void)state;
    struct console_case c;
    struct console_options options = {.state = FIXTURE_BURNING, .rows = 24, .cols = 80};
    console_open(&c, &options);
    int bad = 0;
    console_press(&c, ":at 10:05\r");
    bad += mismatches(&c, "triage", "past", 24, 80);
    for (size_t v = 0; v < sizeof views / sizeof views[0]; v++) {
        console_press(&c, views[v].keys);
        bad += mismatches(&c, views[v].name, "past", 24, 80);
    }
    console_press(&c, "\x1b"
                      "1w");
    bad += mismatches(&c, "why", "past", 24, 80);
    console_press(&c, "\x1b");
    console_press(&c, "p");
    assert_true(screen_has(c.screen, "this is the past"));
    console_press(&c, "0");
    assert_true(screen_wait(c.screen, "10:19:41", WAIT_MS));
    console_close(&c);
    assert_int_equal(bad, 0);
}

/* The first five seconds of a drill: home, and the reason of its first account. */
static void test_golden_drills(void **state)
{
    (void)state;
    static const struct {
        enum fixture_state state;
        const char *name;
    } drills[] = {
        {FIXTURE_NOTICED,  "noticed" },
        {FIXTURE_FAILING,  "failing" },
        {FIXTURE_APP_FULL, "app-full"}
    };
    int bad = 0;
    for (size_t i = 0; i < 2 * sizeof drills / sizeof drills[0]; i++) {
        int size = i % 2 ? SIZES - 1 : 0;
        struct console_case c;
        struct console_options options = {
            .state = drills[i / 2].state, .rows = sizes[size].rows, .cols = sizes[size].cols};
        console_open(&c, &options);
        bad += mismatches(&c, "triage", drills[i / 2].name, options.rows, options.cols);
        console_press(&c, "w");
        bad += mismatches(&c, "why", drills[i / 2].name, options.rows, options.cols);
        console_close(&c);
    }
    assert_int_equal(bad, 0);
}

static void test_golden_themes(void **state)
{
    (void)state;
    static const char *const themes[] = {"dracula", "light", "colour-blind", "high-contrast"};
    int bad = 0;
    for (size_t i = 0; i < sizeof themes / sizeof themes[0]; i++) {
        const char *const args[] = {"--theme", themes[i], NULL};
        struct console_case c;
        struct console_options options = {
            .state = FIXTURE_BURNING, .rows = 24, .cols = 80, .args = args};
        console_open(&c, &options);
        bad += mismatches(&c, themes[i], "theme", 24, 80);
        console_close(&c);
    }
    assert_int_equal(bad, 0);
}

static void test_golden_ascii(void **state)
{
    (void)state;
    static const char *const env[] = {"LC_ALL=C", NULL};
    struct console_case c;
    struct console_options options = {
        .state = FIXTURE_BURNING, .rows = 24, .cols = 80, .term = "vt100", .env = env};
    console_open(&c, &options);
    int bad = mismatches(&c, "triage", "ascii", 24, 80);
    size_t n = 0;
    const char *raw = screen_raw(c.screen, &n);
    for (size_t i = 0; i < n; i++) {
        assert_true((unsigned char)raw[i] < 0x80);
    }
    console_close(&c);
    assert_int_equal(bad, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_golden_healthy),        cmocka_unit_test(test_golden_burning),
        cmocka_unit_test(test_golden_without_colour), cmocka_unit_test(test_golden_overlays),
        cmocka_unit_test(test_golden_time_travel),    cmocka_unit_test(test_golden_themes),
        cmocka_unit_test(test_golden_ascii),          cmocka_unit_test(test_golden_drills),
        cmocka_unit_test(test_golden_find),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
