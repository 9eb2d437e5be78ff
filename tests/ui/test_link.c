/* ":link" and --open: a picture, and the command line that opens it again. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "console_case.h"

enum { ROWS = 40, COLS = 120, WAIT_MS = 30000, STEP_MS = 50, LINE = 8192 };

static int digit_of(char c)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const char *at = c ? strchr(digits, c) : NULL;
    return at ? (int)(at - digits) : -1;
}

/* What the terminal was last asked to put on the clipboard. */
static void copied(const struct screen *screen, char out[LINE])
{
    size_t n = 0, used = 0;
    const char *raw = screen_raw(screen, &n), *last = NULL;
    for (const char *at = raw; (at = strstr(at, "\033]52;c;")) != NULL; at++) {
        last = at + 7;
    }
    assert_non_null(last);
    for (unsigned bits = 0, have = 0; digit_of(*last) >= 0 && used + 1 < LINE; last++) {
        bits = bits << 6 | (unsigned)digit_of(*last);
        have += 6;
        if (have >= 8) {
            have -= 8;
            out[used++] = (char)(bits >> have & 0xff);
        }
    }
    out[used] = '\0';
}

/* Opens a shell with the line, as somebody does who pastes it. */
static struct screen *paste(const char *line)
{
    char path[LINE], program[LINE];
    const char *const argv[] = {"/bin/sh", "-c", line, NULL}, *adtop = getenv("ADTOP");
    char *absolute = realpath(adtop, NULL);
    assert_non_null(absolute);
    (void)snprintf(program, sizeof program, "%s", absolute);
    free(absolute);
    *strrchr(program, '/') = '\0';
    (void)snprintf(path, sizeof path, "PATH=%.4000s:/usr/bin:/bin", program);
    const char *const env[] = {path, NULL};
    struct screen_options options = {.rows = ROWS, .cols = COLS, .argv = argv, .env = env};
    return screen_start(&options);
}

static bool becomes(struct screen *screen, const char *wanted)
{
    for (int waited = 0; waited < WAIT_MS; waited += STEP_MS) {
        screen_read_for(screen, STEP_MS);
        char *now = screen_dump(screen);
        bool same = strcmp(now, wanted) == 0;
        free(now);
        if (same) {
            return true;
        }
    }
    return false;
}

/* Presses keys, links, and compares the two screens. */
static void goes_round(struct console_case *c, const char *link, const char *keys)
{
    char line[LINE];
    console_press(c, keys);
    screen_keys(c->screen, link);
    assert_true(screen_wait(c->screen, "Link: copied", WAIT_MS));
    copied(c->screen, line);
    screen_keys(c->screen, "x");
    assert_true(screen_wait_gone(c->screen, "Link: copied", WAIT_MS));
    console_settle(c);
    char *wanted = screen_dump(c->screen);
    struct screen *other = paste(line);
    if (!becomes(other, wanted)) {
        char *got = screen_dump(other);
        (void)fprintf(stderr, "%s\n---- from ----\n%s\n---- to ----\n%s\n", line, wanted, got);
        free(got);
        fail_msg("%s", keys);
    }
    free(wanted);
    screen_stop(other);
}

static const char *const pictures[] = {
    "",
    "jjj",
    "\tj",
    "\t\tjj",
    "2",
    "1:sort -lag\rjj",
    "2/tier:medium\rj",
    "3jjjj",
    "3t\033[B\033[B\r",
    "4/status:failed\r",
    "4:sort none\rj",
    "5",
    "6\t\tj",
    "7jj",
    "7\t",
    "8",
    "8kkk",
    "9j",
    ":since 08:19\rH",
    "1:account act_102\r",
    "1:account act_102\r\t\t\t\tj",
    "1:run 23\r",
    "1:run 23\r\tjj",
    "1:entities act_101\r\rj\r",
};
enum { PICTURES = sizeof pictures / sizeof pictures[0] };

static void test_link_opens_the_same_picture_of_the_past(void **state)
{
    (void)state;
    struct console_case c;
    struct console_options options = {.state = FIXTURE_BURNING, .rows = ROWS, .cols = COLS};
    console_open(&c, &options);
    console_press(&c, ":at 10:15\r");
    for (size_t i = 0; i < PICTURES; i++) {
        goes_round(&c, ":link\r", pictures[i]);
    }
    console_close(&c);
}

static void test_link_live_opens_what_goes_on(void **state)
{
    (void)state;
    struct console_case c;
    struct console_options options = {.state = FIXTURE_BURNING, .rows = ROWS, .cols = COLS};
    console_open(&c, &options);
    for (size_t i = 0; i < PICTURES; i += 3) {
        goes_round(&c, ":link live\r", pictures[i]);
    }
    console_close(&c);
}

static void test_link_quotes_any_filter(void **state)
{
    (void)state;
    static const char *const filters[] = {
        "2/it's\r",
        "2/\"$(touch /tmp/adtop-link)\" `id` $HOME\r",
        "2/a;b|c&d<e>f*?[g]~#!h\\\r",
        "2/--open 'pause all'\r",
        "2/\xc3\xa9t\xc3\xa9 \xe6\x9d\xb1\xe4\xba\xac\r",
    };
    struct console_case c;
    struct console_options options = {.state = FIXTURE_BURNING, .rows = ROWS, .cols = COLS};
    console_open(&c, &options);
    for (size_t i = 0; i < sizeof filters / sizeof filters[0]; i++) {
        goes_round(&c, ":link live\r", filters[i]);
        console_press(&c, "\033");
    }
    assert_int_not_equal(access("/tmp/adtop-link", F_OK), 0);
    console_close(&c);
}

/* A live picture is of its instant; names are not in it, and the sheet can be pasted as well. */
static void test_link_says_what_it_is(void **state)
{
    (void)state;
    char line[LINE], wanted[LINE];
    struct console_case c;
    struct console_options options = {.state = FIXTURE_BURNING, .rows = ROWS, .cols = COLS};
    console_open(&c, &options);
    console_press(&c, ":acme\r");
    console_press(&c, ":link\r");
    assert_true(screen_wait(c.screen, "as of the instant shown", WAIT_MS));
    assert_true(screen_has(c.screen, "--open 'account act_101'"));
    copied(c.screen, line);
    (void)snprintf(wanted, sizeof wanted,
                   "adtop --state-dir %s --at 2026-11-24T10:19:41.500Z --open 'account act_101'",
                   fixture_dir(c.fixture));
    assert_int_equal(strncmp(line, wanted, strlen(wanted)), 0);
    assert_null(strstr(line, "Acme"));
    struct screen *other = paste(line);
    assert_true(screen_wait(other, "PAST", WAIT_MS));
    assert_true(screen_wait(other, "Acme Retail EU  act_101", WAIT_MS));
    assert_true(screen_has(other, "10:19:41"));
    screen_stop(other);
    console_press(&c, "x:link there\r");
    assert_true(screen_wait(c.screen, "\"there\" means nothing", WAIT_MS));
    console_close(&c);
}

static void test_link_says_what_tmux_needs(void **state)
{
    (void)state;
    static const char *const env[] = {"TMUX=/tmp/tmux,1,0", NULL};
    struct console_case c;
    struct console_options options = {
        .state = FIXTURE_BURNING, .rows = ROWS, .cols = COLS, .env = env};
    console_open(&c, &options);
    screen_keys(c.screen, ":link\r");
    assert_true(screen_wait(c.screen, "tmux passes it on with", WAIT_MS));
    console_close(&c);
}

/* Ends with 2 and one line that says so. */
static void refused(const struct fixture *fixture, const char *const *words, const char *wanted)
{
    const char *argv[12] = {getenv("ADTOP"), "--state-dir", fixture_dir(fixture), NULL};
    int status = 0;
    for (size_t i = 0; words[i]; i++) {
        argv[3 + i] = words[i];
        argv[4 + i] = NULL;
    }
    struct screen_options options = {.rows = 24, .cols = 200, .argv = argv};
    struct screen *screen = screen_start(&options);
    assert_true(screen_wait_exit(screen, WAIT_MS, &status));
    char *text = screen_text(screen);
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 2 || !strstr(text, wanted)) {
        fail_msg("%s: status %d, '%s' is not in: %s", words[1], status, wanted, text);
    }
    const char *first = strstr(text, "adtop: ");
    assert_non_null(first);
    assert_null(strstr(first + 1, "adtop: "));
    assert_true(screen_is_cooked(screen));
    assert_false(screen_is_fullscreen(screen));
    free(text);
    screen_stop(screen);
}

static void test_open_only_looks(void **state)
{
    (void)state;
    static const struct {
        const char *words[5], *wanted;
    } cases[] = {
        {{"--open", "pause act_101"},          "'pause act_101': does more than look; open the console"},
        {{"--open", " force"},                 "does more than look"                                   },
        {{"--open", "stop-engine"},            "does more than look"                                   },
        {{"--open", "start-engine"},           "does more than look"                                   },
        {{"--open", "quit"},                   "does more than look"                                   },
        {{"--open", "q"},                      "does more than look"                                   },
        {{"--open", "dump"},                   "does more than look"                                   },
        {{"--open", "link live"},              "does more than look"                                   },
        {{"--open", ""},                       "is empty"                                              },
        {{"--open", "filter a\nb"},            "holds what cannot be typed"                            },
        {{"--open", "filter \xff"},            "holds what cannot be typed"                            },
        {{"--open", "nosuch"},                 "--open 'nosuch': no command \"nosuch\""                },
        {{"--open", "account act_9"},          "none, or more than one, is \"act_9\""                  },
        {{"--open", "run x"},                  "\"x\" is no number of a run"                           },
        {{"--open", "range soon"},             "\"soon\" is no duration"                               },
        {{"--open", "at noon"},                "\"noon\" is no instant"                                },
        {{"--open", "sort size"},              "no column \"size\" here"                               },
        {{"--open", "pane x"},                 "none here begins with \"x\""                           },
        {{"--open", "select act_9"},           "no row \"act_9\" here"                                 },
        {{"--open", "runs", "--open", "undo"}, "does more than look"                                   },
        {{"--open", "errors", "--plain"},      "there is no view to open"                              },
        {{"--open", "errors", "status"},       "'status' opens no console"                             },
        {{"status", "--open", "errors"},       "'status' opens no console"                             },
        {{"--read-only", "--open"},            "its value is missing"                                  },
    };
    struct fixture *fixture = fixture_create(FIXTURE_BURNING);
    struct fixture_request last;
    fixture_engine_start(fixture);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        refused(fixture, cases[i].words, cases[i].wanted);
    }
    assert_false(fixture_last_request(fixture, &last));
    fixture_destroy(fixture);
}

static void test_open_takes_what_a_line_takes(void **state)
{
    (void)state;
    static const struct {
        const char *args[7], *wanted;
    } cases[] = {
        {{"--open", "errors"},                                              "Meaning"                },
        {{"--open=runs", "--open", "filter status:failed"},                 "Runs 3 of"              },
        {{"--open", "acme"},                                                "Acme Retail EU  act_101"},
        {{"--open", "why act_101"},                                         "Why: Acme Retail EU"    },
        {{"--open", "accounts", "--open", "why act_101", "--open", "help"}, "any other key closes"   },
        {{"--at", "10:05", "--open", "log"},                                "PAST"                   },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct console_case c;
        struct console_options options = {
            .state = FIXTURE_BURNING, .rows = 24, .cols = 100, .args = cases[i].args};
        c.fixture = fixture_create(options.state);
        fixture_engine_start(c.fixture);
        const char *argv[12] = {getenv("ADTOP"), "--state-dir", fixture_dir(c.fixture), NULL};
        for (size_t w = 0; cases[i].args[w]; w++) {
            argv[3 + w] = cases[i].args[w];
            argv[4 + w] = NULL;
        }
        struct screen_options screen = {.rows = 24, .cols = 100, .argv = argv};
        c.screen = screen_start(&screen);
        if (!screen_wait(c.screen, cases[i].wanted, WAIT_MS)) {
            char *text = screen_text(c.screen);
            fail_msg("%s: no '%s' in %s", cases[i].args[1], cases[i].wanted, text);
        }
        console_close(&c);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_link_opens_the_same_picture_of_the_past),
        cmocka_unit_test(test_link_live_opens_what_goes_on),
        cmocka_unit_test(test_link_quotes_any_filter),
        cmocka_unit_test(test_link_says_what_it_is),
        cmocka_unit_test(test_link_says_what_tmux_needs),
        cmocka_unit_test(test_open_only_looks),
        cmocka_unit_test(test_open_takes_what_a_line_takes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
