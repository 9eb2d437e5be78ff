#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/date.h"
#include "config/config.h"
#include "store/read_budget.h"
#include "ui/view/load.h"

/* "Seven days before today" are the account's days, wherever the console and the engine stand. */
static void test_load_days_are_the_accounts(void **state)
{
    (void)state;
    static const struct {
        const char *now, *zone, *first, *last;
        bool known;
    } cases[] = {
        {"2026-11-24T10:19:41Z", "UTC",                 "2026-11-17", "2026-11-23", true },
        {"2026-11-24T10:19:41Z", "Pacific/Kiritimati",  "2026-11-18", "2026-11-24", true },
        {"2026-11-24T02:00:00Z", "America/Los_Angeles", "2026-11-16", "2026-11-22", true },
        {"2026-11-24T23:30:00Z", "Europe/Berlin",       "2026-11-18", "2026-11-24", true },
        {"2026-11-24T23:30:00Z", "Mars/Olympus",        "2026-11-17", "2026-11-23", false},
        {"2026-11-24T23:30:00Z", "",                    "2026-11-17", "2026-11-23", false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int64_t now = 0;
        int32_t first = 0, last = 0;
        assert_true(date_parse_rfc3339(cases[i].now, &now));
        assert_int_equal(load_days(cases[i].zone, now, 7, &first, &last), cases[i].known);
        assert_string_equal(date_text(first).text, cases[i].first);
        assert_string_equal(date_text(last).text, cases[i].last);
    }
}

/* What an operator set for the day holds wherever the budget is shown; the account's own value goes
 * before the one for each. */
static void test_load_allowed_is_what_was_set(void **state)
{
    (void)state;
    const struct config config = {.budget_daily = 20000, .budget_per_account = 5000};
    struct override_row rows[] = {
        {.name = "budget.account", .scope = "act_1", .value = 70},
        {.name = "budget.account",                        .value = 300                },
        {.name = "budget.daily",                        .value = 1000  },
        {.name = "threshold.account",                        .value = 40           },
    };
    struct budget_report report = {0};
    assert_int_equal(load_allowed(&config, &report, NULL), 20000);
    assert_int_equal(load_allowed(&config, &report, "act_1"), 5000);
    report.overrides = rows;
    report.override_count = sizeof rows / sizeof rows[0];
    assert_int_equal(load_allowed(&config, &report, NULL), 1000);
    assert_int_equal(load_allowed(&config, &report, "act_1"), 70);
    assert_int_equal(load_allowed(&config, &report, "act_2"), 300);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_load_days_are_the_accounts),
        cmocka_unit_test(test_load_allowed_is_what_was_set),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
