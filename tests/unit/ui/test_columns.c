/* Cells that could say something wrong: a time of another day, a name for a letter. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "ui/view/rows.h"

#define NOW INT64_C(1795515581500) /* 2026-11-24 10:19:41 UTC */

static const struct column *find(const struct column *columns, size_t count, const char *key)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(columns[i].key, key) == 0) {
            return &columns[i];
        }
    }
    fail_msg("no column %s", key);
    return NULL;
}

/* A bare clock is today's: 03:10 of yesterday says so. */
static void test_columns_log_time_tells_the_day(void **state)
{
    (void)state;
    static const struct {
        int64_t ago;
        const char *wanted;
    } cases[] = {
        {0,                  "10:19:41"    },
        {10 * 3600000LL,     "00:19:41"    },
        {11 * 3600000LL,     "23 Nov 23:19"},
        {8 * 24 * 3600000LL, "16 Nov 10:19"},
    };
    const struct column *time = find(log_columns, LOG_COLUMNS, "time");
    const struct env env = {.now = NOW};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct log_line row = {.at = NOW - cases[i].ago};
        struct cell_out out = {.gauge = -1};
        time->format(&row, &env, &out);
        assert_string_equal(out.text, cases[i].wanted);
        assert_true(strlen(out.text) <= time->ideal);
    }
}

static void test_columns_letters_have_names(void **state)
{
    (void)state;
    const struct env env = {.now = NOW};
    for (int reason = 0; reason < HOLD_REASON_COUNT; reason++) {
        struct account_line row = {.reason = (enum hold_reason)reason, .pct = -1};
        struct cell_out out = {.gauge = -1};
        find(account_columns, ACCOUNT_COLUMNS, "state")->format(&row, &env, &out);
        assert_string_equal(out.names[0], hold_reason_name((enum hold_reason)reason));
    }
    for (int tier = 0; tier < TIER_COUNT; tier++) {
        struct account_line row = {.tier = (enum tier)tier};
        struct cell_out out = {.gauge = -1};
        find(account_columns, ACCOUNT_COLUMNS, "tier")->format(&row, &env, &out);
        assert_string_equal(out.names[0], tier_name((enum tier)tier));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_columns_log_time_tells_the_day),
        cmocka_unit_test(test_columns_letters_have_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
