/* The ":" line, filters, numbers and help, by their keys. */
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

static void open_console(struct console_case *c)
{
    struct console_options options = {.state = FIXTURE_BURNING, .rows = 30, .cols = 110};
    console_open(c, &options);
}

static void press_all(const struct console_case *c, const char *keys, const char *wanted)
{
    screen_keys(c->screen, keys);
    if (!screen_wait(c->screen, wanted, WAIT_MS)) {
        fail_msg("%s", keys);
    }
}

static void test_line_completes(void **state)
{
    (void)state;
    static const struct {
        const char *keys, *wanted;
    } cases[] = {
        {":ent\t",             ":entities"                   }, /* views */
        {":qu\t\t",            ":quit"                       },
        {":budget-\t",         ":budget-set"                 }, /* actions */
        {":thr\t",             ":threshold-set"              },
        {":acm\t",             ":Acme Retail EU"             }, /* accounts, by name */
        {":account bor\t",     ":account Borealis Shop"      },
        {":account act_110\t", ":account act_110"            },
        {":account \t\t",      ":account act_102"            },
        {":pause \t",          ":pause all"                  },
        {":pause \t\t\t\t",    ":pause act_101"              },
        {":why del\t",         ":why Delta Foods"            },
        {":theme to\t",        ":theme tokyo-night"          },
        {":range 2\t",         ":range 24h"                  },
        {":sort acc\t",        ":sort account"               },
        {":account zzz\t",     ":account zzz"                },
        {":hov\t",             ":handover"                   }, /* by its letters */
        {":rt\t",              ":retry"                      }, /* the first one's first */
        {":bst\t",             ":budget-set"                 },
        {":acrt\t",            ":Acme Retail EU"             },
        {":account shp\t",     ":account Borealis Shop"      },
        {":why dlf\t",         ":why Delta Foods"            },
        {":theme tkn\t",       ":theme tokyo-night"          },
        {":rsm\t",             ":resume"                     },
        {":pau",               "pause"                       }, /* told beside */
        {":force",             "force a sync: shows its cost"},
        {"/",                  "column:>9"                   },
    };
    struct console_case c;
    open_console(&c);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        press_all(&c, cases[i].keys, cases[i].wanted);
        console_press(&c, "\033");
    }
    console_close(&c);
}

static void test_line_runs(void **state)
{
    (void)state;
    static const struct {
        const char *keys, *wanted;
    } cases[] = {
        {":acme\r",             "Acme Retail EU  act_101"                    },
        {":account act_102\r",  "Borealis Shop  act_102"                     },
        {":account a\r",        "none, or more than one, is \"a\""           },
        {":run 25\r",           "Run 25"                                     },
        {":run x\r",            "\"x\" is no number of a run"                },
        {":why delta foods\r",  "Why: Delta Foods"                           },
        {"q:entities nobody\r", "no account, or more than one, is \"nobody\""},
        {":nosuch\r",           "no command \"nosuch\"; Tab completes"       },
        {":at noon\r",          "\"noon\" is no instant"                     },
        {":range 5s\r",         "\"5s\" is no duration"                      },
        {":1\r",                "no command \"1\""                           },
    };
    struct console_case c;
    open_console(&c);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        press_all(&c, cases[i].keys, cases[i].wanted);
    }
    console_close(&c);
}

static void test_line_numbers_go_to_views(void **state)
{
    (void)state;
    static const char *const views[] = {"Accounts 12", "Limiters", "Runs", "Queue",
                                        "Day",         "Errors",   "Log",  "Actions"};
    struct console_case c;
    open_console(&c);
    for (size_t i = 0; i < sizeof views / sizeof views[0]; i++) {
        char key[2] = {(char)('2' + i), '\0'};
        screen_keys(c.screen, key);
        assert_true(screen_wait_gone(c.screen, "Why Cato", WAIT_MS));
        assert_true(screen_wait(c.screen, views[i], WAIT_MS));
        screen_keys(c.screen, "1");
        assert_true(screen_wait(c.screen, "Why Cato", WAIT_MS));
    }
    console_close(&c);
}

/* Esc takes back one thing at a time, and never leaves; Backspace in an empty line closes it. */
static void test_line_escape_and_backspace(void **state)
{
    (void)state;
    struct console_case c;
    open_console(&c);
    press_all(&c, "2", "Accounts 12");
    press_all(&c, "/acme", "Accounts 1 of 12");
    console_press(&c, "\033"); /* the line goes, and with it what was typed in it */
    assert_true(screen_wait(c.screen, "Accounts 12", WAIT_MS));
    press_all(&c, "/acme\r", "Accounts 1 of 12");
    console_press(&c, "\033"); /* the filter */
    assert_true(screen_wait(c.screen, "Accounts 12", WAIT_MS));
    console_press(&c, "\033"); /* the view */
    console_press(&c, "\033");
    assert_true(screen_wait(c.screen, "this is the top", WAIT_MS));
    press_all(&c, ":xy", ":xy");
    console_press(&c, "\x7f\x7f\x7f");
    assert_true(screen_wait_gone(c.screen, ":x", WAIT_MS));
    press_all(&c, "?", "Help");
    console_press(&c, "\033");
    assert_true(screen_wait_gone(c.screen, "any other key closes", WAIT_MS));
    console_close(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_line_completes),
        cmocka_unit_test(test_line_runs),
        cmocka_unit_test(test_line_numbers_go_to_views),
        cmocka_unit_test(test_line_escape_and_backspace),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
