#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "ui/pace.h"

enum { SECOND = 1000 };

/* Plays the loop from the last load on: it sleeps as it is told, and looks; a key may wake it
 * before. Returns when the row written at `written` has been read. */
static int64_t read_at(int64_t loaded_at, int64_t took, int64_t written, int64_t key_at, bool eager)
{
    struct pace pace = {
        .now = loaded_at, .loaded_at = loaded_at, .load_took = took, .eager = eager};
    for (int rounds = 0; rounds < 10000; rounds++) {
        pace.changed = pace.now >= written;
        if (pace.changed && pace.now >= pace_load_at(&pace)) {
            return pace.now;
        }
        pace.to_refresh = SECOND - pace.now % SECOND;
        int64_t wake = pace.now + pace_wait_ms(&pace);
        if (wake <= pace.now) {
            fail_msg("loaded %lld: no wait, no load", (long long)loaded_at);
        }
        pace.now = key_at > pace.now && key_at < wake ? key_at : wake;
    }
    fail_msg("loaded %lld, written %lld: never read", (long long)loaded_at, (long long)written);
    return 0;
}

/* Whenever in the second the last load was, whenever somebody else writes, keys or none: what one
 * console does the others show within a second. */
static void test_pace_shows_what_others_write_within_a_second(void **state)
{
    (void)state;
    for (int64_t loaded = 0; loaded < SECOND; loaded += 10) {
        for (int64_t written = loaded + 1; written < loaded + 2 * SECOND; written += 7) {
            for (int64_t key = 0; key < 3 * SECOND; key += 500) {
                int64_t seen = read_at(loaded, 40, written, key, false);
                if (seen - written > SECOND) {
                    fail_msg("loaded %lld, written %lld, key %lld: read %lld ms later",
                             (long long)loaded, (long long)written, (long long)key,
                             (long long)(seen - written));
                }
            }
        }
    }
}

static void test_pace_of_what_was_asked_for(void **state)
{
    (void)state;
    for (int64_t written = 1; written < SECOND; written++) {
        assert_true(read_at(0, 10, written, 0, true) - written <= 100);
    }
}

/* Where a load is slow the console spends a tenth of its time with it, not all. */
static void test_pace_leaves_nine_tenths(void **state)
{
    (void)state;
    static const int64_t took[] = {0, 1, 89, 90, 91, 300, 5000};
    for (size_t i = 0; i < sizeof took / sizeof took[0]; i++) {
        int64_t next = read_at(0, took[i], 1, 0, false);
        assert_true(next >= 10 * took[i] && next >= 900);
        assert_true(read_at(0, took[i], 1, 0, true) >= 10 * took[i]);
    }
}

/* When nothing changes it sleeps until the clock ticks. */
static void test_pace_sleeps_while_nothing_changes(void **state)
{
    (void)state;
    struct pace pace = {.now = 5000, .to_refresh = 700, .loaded_at = 1000, .load_took = 5};
    assert_int_equal(pace_wait_ms(&pace), 700);
    pace.stale = true;
    assert_int_equal(pace_wait_ms(&pace), 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pace_shows_what_others_write_within_a_second),
        cmocka_unit_test(test_pace_of_what_was_asked_for),
        cmocka_unit_test(test_pace_leaves_nine_tenths),
        cmocka_unit_test(test_pace_sleeps_while_nothing_changes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
