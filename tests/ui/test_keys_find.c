/* Finding without hiding, by its keys: f, n and N, in tables of every kind. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "console_case.h"

enum { WAIT_MS = 30000 };

struct step {
    const char *keys, *wanted;
    const char *selected; /* what the line of the selection says besides; NULL = any */
};

static void open_at(struct console_case *c, int rows, int cols)
{
    struct console_options options = {.state = FIXTURE_BURNING, .rows = rows, .cols = cols};
    console_open(c, &options);
}

/* The text on the line that the selection's mark stands in, below the header; NULL = none. */
static bool selection_says(const struct console_case *c, const char *wanted)
{
    bool says = false;
    char *text = screen_text(c->screen), *rest = text;
    for (char *line = strsep(&rest, "\n"); line && !says; line = strsep(&rest, "\n")) {
        says = strncmp(line, "\xe2\x96\x8c", 3) == 0 && strstr(line, wanted);
    }
    free(text);
    return says;
}

static void follow(struct console_case *c, const struct step *steps, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        console_press(c, steps[i].keys);
        if (!screen_wait(c->screen, steps[i].wanted, WAIT_MS)) {
            fail_msg("step %zu, \"%s\"", i, steps[i].keys);
        }
        if (steps[i].selected && !selection_says(c, steps[i].selected)) {
            fail_msg("step %zu, \"%s\": \"%s\" is not selected", i, steps[i].keys,
                     steps[i].selected);
        }
    }
}
#define FOLLOW(c, steps) follow(c, steps, sizeof(steps) / sizeof(steps)[0])

static void test_find_in_the_log(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {"8",                       "Log 12",                       "10:18:41"},
        {"ffjord",                  "1/1 found: fjord",             "10:13:41"}, /* while it is typed, */
        {"\x7f\x7f\x7f\x7f\x7f",    "Log 12 ",                      "10:18:41"}, /* and taken back */
        {"slow",                    "1/4 found: slow",              "10:07:41"}, /* none is below */
        {"\r",                      "10:08:41",                     "10:07:41"}, /* nothing is hidden */
        {"n",                       "2/4 found: slow",              "10:10:41"},
        {"n",                       "3/4 found: slow",              "10:13:41"},
        {"n",                       "4/4 found: slow",              "10:16:41"},
        {"n",                       "wrapped to the first",         "10:07:41"},
        {"N",                       "wrapped to the last",          "10:16:41"},
        {"N",                       "3/4 found: slow",              "10:13:41"},
        {"j",                       " 4 found: slow",               "10:14:41"}, /* beside them */
        {"n",                       "4/4 found: slow",              "10:16:41"},
        {"fzzz",                    "none found: zzz",              "10:16:41"},
        {"\r",                      "nothing here matches \"zzz\"", "10:16:41"},
        {"n",                       "nothing here matches \"zzz\"", "10:16:41"},
        {"flevel:w",                "4/4 found: level:w",           "10:16:41"}, /* terms as in a filter */
        {"\x1b",                    "none found: zzz",              "10:16:41"}, /* what was before */
        {"fslow \"98 %\" !fjord\r", "3/3 found: slow",              "10:16:41"},
        {"f\r",                     "wrapped to the first",         "10:07:41"}, /* the same again */
        {"\x1b",                    "Log 12 \xe2\x94\x80",          "10:07:41"},
    };
    struct console_case c;
    open_at(&c, 24, 80);
    FOLLOW(&c, steps);
    console_close(&c);
}

/* What is typed and what stands in the rows is text and nothing else. */
static void test_find_takes_hostile_text(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {"8f]52;c;aGk=",      "1/1 found: ]52;c;aGk=", "10:09:41"},
        {"\x1b",              "Log 12 \xe2\x94\x80",   "10:18:41"},
        {"f%n%s(*[\\",        "none found: %n%s(*[\\", "10:18:41"},
        {"\x1b",              "Log 12 \xe2\x94\x80",   "10:18:41"},
        {"f\xd9\x85\xd8\xaa", "1/1 found",             "10:14:41"}, /* from right to left */
        {"\x1b",              "Log 12 \xe2\x94\x80",   "10:18:41"},
        {"f\xe5\xbc\x8f",     "1/1 found",             "10:10:41"},
        {"\x1b",              "Log 12 \xe2\x94\x80",   "10:18:41"},
        {"f\xe2\x80\xae",     "1/1 found",             "10:12:41"},
        {"\x1b",              "Log 12 \xe2\x94\x80",   "10:18:41"},
        {"f\"",               "12/12 found: \"",       "10:18:41"}, /* a quote that is not ended holds nothing yet */
        {"\x1b",              "Log 12 \xe2\x94\x80",   "10:18:41"},
        {"f~",                "none found: ~",         "10:18:41"},
        {"\x1b",              "Log 12 \xe2\x94\x80",   "10:18:41"},
        {"f!",                "none found: !",         "10:18:41"},
        {"\x1b",              "Log 12 \xe2\x94\x80",   "10:18:41"},
    };
    struct console_case c;
    open_at(&c, 24, 80);
    FOLLOW(&c, steps);
    size_t n = 0;
    assert_null(strstr(screen_raw(c.screen, &n), "\x1b]52"));
    console_close(&c);
}

static void test_find_with_filter_in_the_past_and_elsewhere(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {"2n",                           "nothing has been looked for yet", NULL           },
        {"/blocked\rfstate:throttled\r", "1/3 found: state:throttled",      "Acme Retail"  },
        {"n",                            "2/3 found",                       "Borealis Shop"},
        {"/",                            "/blocked",                        NULL           },
        {" !borealis\r",                 "found: state:throttled",          NULL           },
        {":at 10:05\r",                  "found: state:throttled",          NULL           },
        {"0",                            "10:19:41",                        NULL           },
        {"\x1b",                         "/blocked",                        NULL           }, /* one thing a time */
        {"\x1b",                         "Accounts 12",                     NULL           },
        {"4",                            "Runs",                            NULL           },
        {"n",                            "none found: state:throttled",     NULL           }, /* the last one */
        {"fborealis\r",                  "found: borealis",                 "Borealis"     },
        {"1n",                           "1/1 found: borealis",             "Borealis"     },
        {":find ~acrt\r",                "1/1 found: ~acrt",                "Acme Retail"  },
        {"\tn",                          "this pane is no table",           NULL           },
    };
    struct console_case c;
    open_at(&c, 30, 110);
    FOLLOW(&c, steps);
    console_close(&c);
}

/* A state that has just begun is told, as of any instant: it is read from when it began. */
static void test_new_states_in_the_past(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {"2:at 10:03:30\r", "+T",                               NULL},
        {"?Gkkkkkkkk",      "it began less than 2 minutes ago", NULL},
    };
    struct console_case c;
    open_at(&c, 24, 80);
    FOLLOW(&c, steps);
    screen_keys(c.screen, "\x1b");
    assert_true(screen_wait_gone(c.screen, "it began", WAIT_MS));
    screen_keys(c.screen, ":at 10:05\r");
    assert_true(screen_wait_gone(c.screen, "+T", WAIT_MS));
    assert_true(screen_wait(c.screen, " T H", WAIT_MS));
    console_close(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_find_in_the_log),
        cmocka_unit_test(test_find_takes_hostile_text),
        cmocka_unit_test(test_new_states_in_the_past),
        cmocka_unit_test(test_find_with_filter_in_the_past_and_elsewhere),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
