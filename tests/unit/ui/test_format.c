#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "ui/format.h"

enum { S = 1000, M = 60 * S, H = 60 * M };

static void test_format_age_cases(void **state)
{
    (void)state;
    static const struct {
        int64_t ms;
        const char *wanted;
    } cases[] = {
        {-5,       "<1m"},
        {59 * S,   "<1m"},
        {60 * S,   "1m" },
        {59 * M,   "59m"},
        {47LL * H, "47h"},
        {48LL * H, "2d" },
        {61 * M,   "1h" }
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_string_equal(format_age(cases[i].ms).text, cases[i].wanted);
    }
    assert_string_equal(format_ahead(0).text, "now");
    assert_string_equal(format_ahead(90 * S).text, "1m");
}

static void test_format_figures(void **state)
{
    (void)state;
    assert_string_equal(format_count(1234567).text, "1,234,567");
    assert_string_equal(format_count(-1000).text, "-1,000");
    assert_string_equal(format_count(0).text, "0");
    assert_string_equal(format_count(999).text, "999");
    assert_string_equal(format_bytes(999).text, "999 B");
    assert_string_equal(format_bytes(3400).text, "3.4 kB");
    assert_string_equal(format_bytes(12000000).text, "12 MB");
    assert_string_equal(format_pct(-1).text, "--");
    assert_string_equal(format_pct(0.4).text, "<1%");
    assert_string_equal(format_pct(117.6).text, "118%");
    assert_string_equal(format_cost(38).text, "38");
    assert_string_equal(format_cost(4.5).text, "4.5");
    assert_string_equal(format_cost(12345.6).text, "12,346");
    assert_string_equal(format_duration(400).text, "0.4s");
    assert_string_equal(format_duration(187 * S).text, "3m07s");
    assert_string_equal(format_duration(2 * H + 5 * M).text, "2h05m");
}

static void test_format_time_names_the_day_when_it_is_another(void **state)
{
    (void)state;
    int64_t now = 1795485600000; /* 2026-11-24T02:00:00Z */
    int64_t day = 24LL * H;
    assert_string_equal(format_time(now, now, 0).text, "02:00");
    assert_string_equal(format_time(now - day, now, 0).text, "23 Nov 02:00");
    assert_string_equal(format_time(now - 299 * day, now, 0).text, "29 Jan 02:00");
    assert_string_equal(format_time(now - 364 * day, now, 0).text,
                        "25 Nov 2025"); /* not tomorrow */
    assert_string_equal(format_time(now, now, 3600).text, "03:00");
    assert_string_equal(format_clock(now + 61 * S, -7200).text, "00:01:01");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_format_age_cases),
        cmocka_unit_test(test_format_figures),
        cmocka_unit_test(test_format_time_names_the_day_when_it_is_another),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
