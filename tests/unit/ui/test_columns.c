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

/* Trouble that has just begun is told by a sign before its letter; what comes and goes is not. */
static void test_columns_sign_of_a_new_state(void **state)
{
    (void)state;
    static const struct {
        enum hold_reason reason;
        int64_t ago;
        int wanted;
    } cases[] = {
        {HOLD_QUOTA_ACCOUNT, 0,      GLYPH_NEW + 1},
        {HOLD_QUOTA_APP,     119000, GLYPH_NEW + 1},
        {HOLD_QUOTA_APP,     120000, 0            },
        {HOLD_TOKEN_INVALID, 60000,  GLYPH_NEW + 1},
        {HOLD_PAUSED,        60000,  GLYPH_NEW + 1},
        {HOLD_BACKOFF,       60000,  GLYPH_NEW + 1},
        {HOLD_RUNNING,       1000,   0            },
        {HOLD_DUE,           1000,   0            },
        {HOLD_QUEUED,        1000,   0            },
        {HOLD_CONCURRENCY,   1000,   0            },
        {HOLD_UNKNOWN,       1000,   0            },
        {HOLD_QUOTA_APP,     -1000,  0            }, /* not yet */
        {HOLD_QUOTA_APP,     NOW,    0            }, /* since when is not known */
    };
    const struct env env = {.now = NOW};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct account_line row = {
            .reason = cases[i].reason, .since = NOW - cases[i].ago, .pct = -1};
        struct cell_out out = {.gauge = -1};
        find(account_columns, ACCOUNT_COLUMNS, "state")->format(&row, &env, &out);
        if (out.sign != cases[i].wanted) {
            fail_msg("case %zu: %d", i, out.sign);
        }
    }
}

/* Whither a usage goes is told where it matters: near the line, or of what is blocked. */
static void test_columns_sign_of_a_moving_usage(void **state)
{
    (void)state;
    static const struct {
        double pct, slope;
        enum hold_reason reason;
        int wanted;
    } cases[] = {
        {65, 2,    HOLD_DUE,           GLYPH_UP + 1  },
        {65, 0.5,  HOLD_RUNNING,       GLYPH_UP + 1  },
        {65, 0.4,  HOLD_DUE,           0             },
        {65, -2,   HOLD_DUE,           GLYPH_DOWN + 1},
        {65, -0.4, HOLD_DUE,           0             },
        {30, 2,    HOLD_DUE,           0             }, /* far from its line */
        {30, -2,   HOLD_DUE,           0             },
        {98, 2,    HOLD_QUOTA_ACCOUNT, 0             }, /* nothing is sent */
        {98, -2,   HOLD_QUOTA_ACCOUNT, GLYPH_DOWN + 1},
        {40, -2,   HOLD_QUOTA_ACCOUNT, GLYPH_DOWN + 1},
        {-1, 0,    HOLD_DUE,           0             },
    };
    const struct env env = {.now = NOW};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        bool blocked = hold_reason_is_quota(cases[i].reason);
        struct account_line row = {.reason = cases[i].reason,
                                   .pct = cases[i].pct,
                                   .slope = cases[i].slope,
                                   .threshold = 70,
                                   .pct_at = NOW};
        struct limiter_line limiter = {
            .pct = cases[i].pct, .slope = cases[i].slope, .threshold = 70, .blocked = blocked};
        struct cell_out out = {.gauge = -1}, used = {.gauge = -1};
        find(account_columns, ACCOUNT_COLUMNS, "usage")->format(&row, &env, &out);
        find(limiter_columns, LIMITER_COLUMNS, "usage")->format(&limiter, &env, &used);
        if (out.sign != cases[i].wanted || used.sign != cases[i].wanted) {
            fail_msg("case %zu: %d, %d", i, out.sign, used.sign);
        }
    }
    assert_true(slope_now(2, NOW - 300000, NOW) > 1);
    assert_false(slope_now(2, NOW - 300001, NOW) > 0);
}

/* Signs take no room: they stand in the blank before their cell, and that of the first column where
 * a mark would be, which hides it. */
static void test_columns_draw_signs(void **state)
{
    (void)state;
    const struct env env = {.now = NOW};
    const struct column columns[] = {*find(account_columns, ACCOUNT_COLUMNS, "state"),
                                     *find(account_columns, ACCOUNT_COLUMNS, "usage")};
    const struct account_line lines[] = {
        {"act_1",                .reason = HOLD_QUOTA_APP, .since = NOW - 1, .pct = 98,       .threshold = 70},
        { "act_2",    .reason = HOLD_DUE,         .since = NOW - 1,        .pct = 65, .threshold = 70,      .slope = 2},
        { "act_3", .reason = HOLD_PAUSED,         .since = NOW - 1,       .pct = 100, .threshold = 70,
         .slope = -2},
    };
    const void *rows[] = {&lines[0], &lines[1], &lines[2]};
    struct row_source source = {.rows = rows, .count = 3, .id = account_row_id, .env = &env};
    struct table table;
    struct canvas canvas;
    struct str text;
    assert_true(canvas_init(&canvas, 4, 12));
    canvas.ascii = true;
    table_init(&table, columns, 2);
    assert_true(table_update(&table, &source));
    table_mark(&table, "act_3", true);
    table_draw(&table, &source, &canvas, (struct rect){0, 0, 4, 12}, true);
    str_init(&text, 1000);
    assert_true(canvas_dump(&canvas, false, &text));
    assert_string_equal(str_text(&text), "  S USE%\n"
                                         ">+T  98%\n"
                                         "  .^ 65%\n"
                                         " *Pv100%\n");
    str_fini(&text);
    canvas_fini(&canvas);
    table_fini(&table);
}

static void test_columns_what_an_account_cost_is_not_told_of_the_past(void **state)
{
    (void)state;
    const struct env env = {.now = NOW};
    const struct column *cost = find(account_columns, ACCOUNT_COLUMNS, "cost");
    struct account_line row = {.cost_today = -1};
    struct cell_out out = {.gauge = -1};
    cost->format(&row, &env, &out);
    assert_string_equal(out.text, "--");
    row.cost_today = 0;
    cost->format(&row, &env, &out);
    assert_string_equal(out.text, "0");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_columns_sign_of_a_new_state),
        cmocka_unit_test(test_columns_sign_of_a_moving_usage),
        cmocka_unit_test(test_columns_draw_signs),
        cmocka_unit_test(test_columns_what_an_account_cost_is_not_told_of_the_past),
        cmocka_unit_test(test_columns_log_time_tells_the_day),
        cmocka_unit_test(test_columns_letters_have_names),
        cmocka_unit_test(test_columns_parked_run_begins_with_its_end),
        cmocka_unit_test(test_columns_one_is_no_plural),
        cmocka_unit_test(test_columns_times_are_whole_if_that_costs_little),
        cmocka_unit_test(test_columns_spend_is_in_the_base_currency),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
