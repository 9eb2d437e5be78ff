/* What the console writes: nothing while nothing changes, and never the whole screen for a key. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "console_case.h"

enum { IDLE_MS = 1200, MOVES = 20 };

static const struct {
    int rows, cols;
    uint64_t move_bytes; /* at most, for a step of the selection with all that hangs on it */
} cases[] = {
    {24, 80,  1200},
    {40, 120, 1500},
    {60, 200, 3200}
};

/* Time stands still in the fixture, the header's clock with it: what is written is waste. */
static void test_bytes_idle_is_silent(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct console_case c;
        struct console_options options = {
            .state = FIXTURE_BURNING, .rows = cases[i].rows, .cols = cases[i].cols};
        console_open(&c, &options);
        uint64_t before = screen_bytes(c.screen);
        screen_read_for(c.screen, IDLE_MS);
        assert_int_equal(screen_bytes(c.screen), before);
        console_close(&c);
    }
}

static void test_bytes_a_key_repaints_little(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct console_case c;
        struct console_options options = {
            .state = FIXTURE_BURNING, .rows = cases[i].rows, .cols = cases[i].cols};
        console_open(&c, &options);
        uint64_t before = screen_bytes(c.screen);
        for (int k = 0; k < MOVES; k++) {
            console_press(&c, k % 2 ? "k" : "j");
        }
        uint64_t a_move = (screen_bytes(c.screen) - before) / MOVES;
        if (a_move > cases[i].move_bytes) {
            fail_msg("%dx%d: %llu bytes a move", cases[i].cols, cases[i].rows,
                     (unsigned long long)a_move);
        }
        size_t n = 0;
        const char *raw = screen_raw(c.screen, &n);
        const char *clears = strstr(raw, "\x1b[2J");
        assert_true(!clears || !strstr(clears + 1, "\x1b[2J")); /* once, at the start */
        console_close(&c);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bytes_idle_is_silent),
        cmocka_unit_test(test_bytes_a_key_repaints_little),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
