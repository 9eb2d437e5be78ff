/* What the header says of the day's budget. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "ui/header.h"
#include "ui/overview.h"
#include "ui/view/view.h"

static void expect(const struct overview *o, double pct, const char *words, bool warns)
{
    char text[64];
    struct env env = {.now = 1000, .overview = o};
    assert_int_equal(header_budget(o, &env, pct, text, sizeof text), warns);
    assert_string_equal(text, words);
}

static void test_header_budget_that_holds_most_accounts_has_no_end_to_come(void **state)
{
    (void)state;
    struct overview o = {.accounts = 12};
    expect(&o, 10, "lasts today", false);
    expect(&o, 100, "used up", true);
    o.budget.ends_at_ms = 3600000;
    expect(&o, 80, "ends 01:00", true);
    o.reasons[HOLD_BUDGET] = 1; /* its own */
    expect(&o, 80, "ends 01:00", true);
    o.reasons[HOLD_BUDGET] = 9;
    expect(&o, 86, "holds 9", true);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_header_budget_that_holds_most_accounts_has_no_end_to_come),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
