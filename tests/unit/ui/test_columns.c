/* Cells that could say something wrong: a time of another day, a name for a letter. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "config/config.h"
#include "ui/view/rows.h"
#include "ui/widget/table.h"

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

static void expect_result(const struct run_line *row, const char *wanted)
{
    const struct env env = {.now = NOW};
    struct cell_out out = {.gauge = -1};
    find(run_columns, RUN_COLUMNS, "result")->format(row, &env, &out);
    assert_string_equal(out.text, wanted);
}

/* Until when is what must not be cut; what has no end to tell says no "until". */
static void test_columns_parked_run_begins_with_its_end(void **state)
{
    (void)state;
    struct account_line account = {
        .reason = HOLD_QUOTA_ACCOUNT,
        .until = NOW + 40 * 60000,
        .figures = {.rule = RULE_BLOCKED, .named_by_api = true}
    };
    struct run_line row = {.run = {.status = RUN_RUNNING}, .parked_by = &account};
    expect_result(&row, "until 10:59: account blocked");
    account.figures.named_by_api = false;
    expect_result(&row, "until ~10:59: account blocked");
    account = (struct account_line){.reason = HOLD_CONCURRENCY};
    expect_result(&row, "workers busy");
}

static void test_columns_one_is_no_plural(void **state)
{
    (void)state;
    struct run_line row = {
        .run = {.status = RUN_SUCCESS, .insight_rows = 1}
    };
    expect_result(&row, "ok, 1 row");
    row.run.ads_fetched = 1;
    expect_result(&row, "ok, 1 entity");
    row.run.adsets_fetched = 1;
    expect_result(&row, "ok, 2 entities");
}

/* A figure says its currency, and is filtered by what it says. */
static void test_columns_spend_is_in_the_base_currency(void **state)
{
    (void)state;
    const struct config config = {.base_currency = "USD"};
    const struct env env = {.now = NOW, .config = &config};
    const struct account_line row = {.spend_7d_base = INT64_C(4164740000)};
    const struct column *spend = find(account_columns, ACCOUNT_COLUMNS, "spend");
    struct cell_out out = {.gauge = -1};
    spend->format(&row, &env, &out);
    assert_string_equal(out.text, "4,164 USD");
    const void *rows[] = {&row};
    const struct row_source source = {.rows = rows, .count = 1, .env = &env, .now = NOW};
    assert_true(table_match("spend:>4,000", account_columns, ACCOUNT_COLUMNS, &row, &source));
    assert_false(table_match("spend:>5,000", account_columns, ACCOUNT_COLUMNS, &row, &source));
}

/* "19 Nov 15…" is another time. What gives way is what may go, but not what the run came to. */
static void test_columns_times_are_whole_if_that_costs_little(void **state)
{
    (void)state;
    enum { STARTED, ACCOUNT, MODE, STATUS, RESULT };
    static const uint16_t day[COLUMNS_MAX] = {12, 30, 5, 7, 30, 4, 4, 5, 4, 5, 8, 6, 4};
    int widths[COLUMNS_MAX];
    table_fit(run_columns, RUN_COLUMNS, 1u << ACCOUNT, day, 56, widths);
    assert_int_equal(widths[STARTED], 12);
    assert_true(widths[RESULT] >= 16);
    table_fit(run_columns, RUN_COLUMNS, 0, day, 44, widths);
    assert_true(widths[STARTED] >= 5 && widths[STARTED] < 12);
    assert_true(widths[RESULT] >= 16);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_columns_log_time_tells_the_day),
        cmocka_unit_test(test_columns_letters_have_names),
        cmocka_unit_test(test_columns_parked_run_begins_with_its_end),
        cmocka_unit_test(test_columns_one_is_no_plural),
        cmocka_unit_test(test_columns_times_are_whole_if_that_costs_little),
        cmocka_unit_test(test_columns_spend_is_in_the_base_currency),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
