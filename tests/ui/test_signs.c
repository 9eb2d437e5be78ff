/* Vowel signs with a column of their own or none: the terminal is asked, names are drawn as it
 * lays them out, and whatever it answers is never taken for keys. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "console_case.h"

enum { WAIT_MS = 30000 };

#define QUESTION "\033[6n"
/* Devanagari and Bengali, each with an aa that is a sign. */
#define SPACING "\u092d\u093e\u0930\u0924"
#define EXTENDING "\u09ac\u09be\u09b2\u09be"
#define SPACING_LEFT_OUT "\u092d\u0930\u0924"

static size_t count_of(const struct console_case *c, const char *bytes)
{
    size_t n = 0, count = 0;
    for (const char *at = screen_raw(c->screen, &n); (at = strstr(at, bytes)) != NULL; at++) {
        count++;
    }
    return count;
}

static void open_with(struct console_case *c, bool silent, bool inside)
{
    struct console_options options = {
        .state = FIXTURE_HEALTHY, .silent = silent, .signs_inside = inside};
    console_open(c, &options);
}

/* The last line holds nothing but this, and the help that ends one column before its end. */
static bool prompt_holds(const struct console_case *c, const char *typed, size_t columns)
{
    char *text = screen_text(c->screen);
    const char *line = strrchr(text, '/');
    size_t n = strlen(typed);
    bool same = line && strncmp(line, typed, n) == 0 && line[n] == ' ' &&
                columns + strcspn(line + n, "\n") == 80 - 1;
    free(text);
    return same;
}

static void prompt_is(const struct console_case *c, const char *typed, size_t columns)
{
    for (int waited = 0; waited < WAIT_MS && !prompt_holds(c, typed, columns); waited += 20) {
        screen_read_for(c->screen, 20);
    }
    if (!prompt_holds(c, typed, columns)) {
        char *text = screen_text(c->screen);
        fail_msg("\"%s\" and the help in\n%s", typed, text);
    }
}

static void test_signs_in_a_column(void **state)
{
    (void)state;
    struct console_case c;
    open_with(&c, false, false);
    console_press(&c, "/" SPACING " " EXTENDING);
    assert_true(screen_wait(c.screen, "/" SPACING " " EXTENDING, WAIT_MS));
    prompt_is(&c, "/" SPACING " " EXTENDING, 1 + 4 + 1 + 4);
    console_close(&c);
}

/* They are written, and what follows them stands where it would without. */
static void test_signs_inside_their_letters(void **state)
{
    (void)state;
    struct console_case c;
    open_with(&c, false, true);
    console_press(&c, "/" SPACING " " EXTENDING);
    assert_true(screen_wait(c.screen, "/" SPACING_LEFT_OUT " ", WAIT_MS));
    prompt_is(&c, "/" SPACING_LEFT_OUT " \u09ac\u09b2", 1 + 3 + 1 + 2);
    assert_true(count_of(&c, "\u092d\u093e") > 0 && count_of(&c, "\u09ac\u09be\u09b2") > 0);
    console_close(&c);
}

/* Without an answer they are left out; one that comes late is taken, and only the first. */
static void test_signs_of_a_silent_terminal(void **state)
{
    (void)state;
    struct console_case c;
    open_with(&c, true, true);
    assert_int_equal(count_of(&c, QUESTION), 2);
    console_press(&c, "/" SPACING);
    assert_true(screen_wait(c.screen, "/" SPACING_LEFT_OUT, WAIT_MS));
    assert_int_equal(count_of(&c, "\u092d\u093e"), 0);
    screen_keys(c.screen, "\033[2;2R");
    for (int waited = 0; waited < WAIT_MS && !count_of(&c, "\u092d\u093e"); waited += 20) {
        screen_read_for(c.screen, 20);
    }
    assert_true(count_of(&c, "\u092d\u093e") > 0);
    prompt_is(&c, "/" SPACING_LEFT_OUT, 1 + 3);
    console_press(&c, "\033[2;3Rx");
    assert_true(screen_wait(c.screen, "/" SPACING_LEFT_OUT "x", WAIT_MS));
    prompt_is(&c, "/" SPACING_LEFT_OUT "x", 1 + 4);
    console_close(&c);
}

/* In pieces, broken off, out of range, unasked: nothing of it is typed into the prompt. */
static void test_signs_answers_are_no_keys(void **state)
{
    (void)state;
    static const char *const answers[][3] = {
        {"\033[2",   ";2R"              },
        {"\033[2;",  "2R"               },
        {"\033[2;2", "R"                },
        {"\033[3",   ";",                 "2R"},
        {"\033[2;R",          NULL                   },
        {"\033[2;99999999999R",          NULL},
        {"\033[200;1R",          NULL                           },
        {"\033[2;2;2R",          NULL},
        {"\033[2;\033[3;2R",          NULL                      },
        {"\033[2;2R\033[2;2R\033[3;2R",          NULL},
    };
    for (size_t i = 0; i < sizeof answers / sizeof answers[0]; i++) {
        struct console_case c;
        open_with(&c, true, false);
        console_press(&c, "/a");
        for (size_t part = 0; part < 3 && answers[i][part]; part++) {
            screen_keys(c.screen, answers[i][part]);
            /* Longer than the rest is waited for: it is read in parts. */
            assert_true(screen_settle(c.screen, 300, WAIT_MS));
        }
        console_press(&c, "b");
        assert_true(screen_wait(c.screen, "/ab", WAIT_MS));
        prompt_is(&c, "/ab", 3);
        console_close(&c);
    }
}

/* A terminal may be another one after a while: asked again when everything is drawn again. */
static void test_signs_are_asked_for_again(void **state)
{
    (void)state;
    struct console_case c;
    open_with(&c, false, false);
    assert_int_equal(count_of(&c, QUESTION), 2);
    screen_keys(c.screen, "\x0c");
    for (int waited = 0; waited < WAIT_MS && count_of(&c, QUESTION) < 4; waited += 20) {
        screen_read_for(c.screen, 20);
    }
    assert_int_equal(count_of(&c, QUESTION), 4);
    assert_true(screen_wait_gone(c.screen, "\u0928", WAIT_MS)); /* the frame covers it */
    console_close(&c);
}

static void test_signs_are_not_asked_for_in_vain(void **state)
{
    (void)state;
    static const char *const plain[] = {"LC_ALL=C", NULL};
    static const char *const mono[] = {"NO_COLOR=1", NULL};
    static const struct {
        const char *term;
        const char *const *env;
        int rows;
        size_t questions;
    } cases[] = {
        {"tmux-256color",  NULL,  24, 2},
        {"xterm-256color", mono,  24, 2},
        {"xterm-256color", plain, 24, 0},
        {"vt100",          NULL,  24, 0},
        {"xterm-256color", NULL,  2,  0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct console_case c;
        struct console_options options = {.state = FIXTURE_HEALTHY,
                                          .rows = cases[i].rows,
                                          .cols = 80,
                                          .term = cases[i].term,
                                          .env = cases[i].env};
        console_open(&c, &options);
        if (count_of(&c, QUESTION) != cases[i].questions) {
            fail_msg("case %zu: %zu questions", i, count_of(&c, QUESTION));
        }
        console_close(&c);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_signs_in_a_column),
        cmocka_unit_test(test_signs_inside_their_letters),
        cmocka_unit_test(test_signs_of_a_silent_terminal),
        cmocka_unit_test(test_signs_answers_are_no_keys),
        cmocka_unit_test(test_signs_are_asked_for_again),
        cmocka_unit_test(test_signs_are_not_asked_for_in_vain),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
