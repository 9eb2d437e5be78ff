#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/date.h"
#include "base/rand.h"
#include "base/tz.h"
#include "base/tz_rule.h"

static void test_clock_scales_from_its_anchor(void **state)
{
    (void)state;
    struct clock clock;
    struct err err;
    assert_true(clock_parse("60@1767225600", &clock, &err));
    assert_int_equal(clock_at_ms(&clock, 1767225600000), 1767225600000);
    assert_int_equal(clock_at_ms(&clock, 1767225601000), 1767225660000);
    assert_int_equal(clock_at_ms(&clock, 1767225599000), 1767225540000);
    assert_int_equal(clock_to_real_ms(&clock, 60000), 1000);
    assert_int_equal(clock_to_real_ms(&clock, 1), 1); /* rounded up */
    assert_int_equal(clock_to_real_ms(&clock, 0), 0);
    char text[64];
    clock_format(&clock, text);
    assert_string_equal(text, "60@1767225600");
    assert_true(clock_parse("0.5@1767225600.25", &clock, &err));
    assert_int_equal(clock_to_real_ms(&clock, 1000), 2000);
    assert_int_equal(clock.anchor_ms, 1767225600250);
}

static void test_clock_real_when_unset(void **state)
{
    (void)state;
    struct clock zero = {0}, one = {.speed = 1, .anchor_ms = 5};
    assert_int_equal(clock_at_ms(NULL, 123), 123);
    assert_int_equal(clock_at_ms(&zero, 123), 123);
    assert_int_equal(clock_at_ms(&one, 123), 123);
    assert_int_equal(clock_to_real_ms(&zero, 77), 77);
    int64_t before = clock_real_ms(), now = clock_now_ms(NULL);
    assert_true(before <= now && now <= clock_real_ms());
    int64_t mono = clock_mono_us(), mono_ms = clock_mono_ms();
    assert_true(mono / 1000 <= mono_ms && mono_ms <= clock_mono_us() / 1000);
}

static void test_clock_parse_refuses(void **state)
{
    (void)state;
    static const char *const bad[] = {"",     "60",    "@5",    "60@",     "0@5",   "-1@5", "x@5",
                                      "60@x", "1e9@5", "60@-5", "60@1e12", "nan@5", "1@2@3"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct clock clock = {.speed = 3};
        struct err err;
        assert_false(clock_parse(bad[i], &clock, &err));
        assert_int_equal(err.code, ERR_USAGE);
        assert_true(clock.speed == 3);
    }
}

static void test_date_civil_round_trips(void **state)
{
    (void)state;
    for (int32_t day = -800000; day < 3000000; day += 13) {
        struct date_civil c = date_civil(day);
        assert_int_equal(date_from_civil(c.year, c.month, c.day), day);
    }
    assert_int_equal(date_from_civil(1970, 1, 1), 0);
    assert_int_equal(date_from_civil(2000, 2, 29), 11016);
    assert_int_equal(date_weekday(0), 4);
    assert_int_equal(date_weekday(-5), 6);
    assert_string_equal(date_text(11016).text, "2000-02-29");
    assert_string_equal(date_text(INT32_MAX).text, "9999-12-31");
    assert_string_equal(date_text(INT32_MIN).text, "0000-01-01");
}

static void test_date_parse(void **state)
{
    (void)state;
    int32_t day = 1;
    assert_true(date_parse("2024-02-29", &day));
    assert_int_equal(day, 19782);
    static const char *const bad[] = {"2023-02-29", "2024-13-01", "2024-00-10",  "2024-01-00",
                                      "24-01-01",   "2024-1-1",   "2024-01-011", "2024-01-01 ",
                                      "",           "2024/01/01", "abcd-ef-gh"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_false(date_parse(bad[i], &day));
        assert_int_equal(day, 19782);
    }
}

static void test_date_rfc3339(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t ms; /* -1 = refused */
    } cases[] = {
        {"2023-03-21T22:41:46-0700",      1679463706000},
        {"2023-03-22T05:41:46Z",          1679463706000},
        {"2023-03-22T11:11:46.789+05:30", 1679463706789},
        {"2023-03-22 05:41:46z",          1679463706000},
        {"2023-03-13T13:30:47+0000",      1678714247000},
        {"1970-01-01T00:00:00.1239999Z",  123          },
        {"2023-03-21T22:41:46",           -1           },
        {"2023-03-21T24:00:00Z",          -1           },
        {"2023-03-21T22:60:00Z",          -1           },
        {"2023-03-21T22:41:46+07",        -1           },
        {"2023-03-21T22:41:46+0700x",     -1           },
        {"2023-02-30T22:41:46Z",          -1           },
        {"2023-03-21",                    -1           },
        {"",                              -1           },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int64_t ms = -1;
        assert_int_equal(date_parse_rfc3339(cases[i].text, &ms), cases[i].ms != -1);
        assert_int_equal(ms, cases[i].ms);
    }
    char out[32];
    date_format_rfc3339(1679463706999, -7 * 3600, out);
    assert_string_equal(out, "2023-03-21T22:41:46-07:00");
    date_format_rfc3339(1679463706000, 5 * 3600 + 1800, out);
    assert_string_equal(out, "2023-03-22T11:11:46+05:30");
    date_format_rfc3339(-1, 0, out);
    assert_string_equal(out, "1969-12-31T23:59:59Z");
    date_format_rfc3339(INT64_MAX, 0, out);
    assert_true(strlen(out) < 32);
    int64_t ms;
    assert_true(date_parse_http("Sun, 06 Nov 1994 08:49:37 GMT", &ms));
    assert_int_equal(ms, 784111777000);
    assert_false(date_parse_http("Sunday, 06-Nov-94 08:49:37 GMT", &ms));
    assert_false(date_parse_http("Sun, 06 Foo 1994 08:49:37 GMT", &ms));
}

static void test_duration(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t ms;
    } cases[] = {
        {"90s",                   90000    },
        {"15m",                   900000   },
        {"2h",                    7200000  },
        {"7d",                    604800000},
        {"250ms",                 250      },
        {"0s",                    0        },
        {"90",                    -1       },
        {"",                      -1       },
        {"1h30m",                 -1       },
        {"-5s",                   -1       },
        {"5 s",                   -1       },
        {"1.5h",                  -1       },
        {"99999d",                -1       },
        {"99999999999999999999s", -1       },
        {"5S",                    -1       }
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int64_t ms = -1;
        char back[24];
        assert_int_equal(duration_parse(cases[i].text, &ms), cases[i].ms != -1);
        assert_int_equal(ms, cases[i].ms);
        if (ms >= 0) {
            duration_format(ms, back);
            assert_string_equal(back, cases[i].text);
        }
    }
}

static void test_tz_offset_known(void **state)
{
    (void)state;
    static const struct {
        const char *zone;
        int64_t at;
        int32_t offset;
        const char *abbreviation;
    } cases[] = {
        {"UTC",                 0,          0,      "UTC" },
        {"Europe/Berlin",       1711846799, 3600,   "CET" },
        {"Europe/Berlin",       1711846800, 7200,   "CEST"},
        {"America/Los_Angeles", 1679463706, -25200, "PDT" },
        {"America/Los_Angeles", 4102444800, -28800, "PST" }, /* 2100: the rule */
        {"America/Los_Angeles", 4118083200, -25200, "PDT" },
        {"Asia/Kolkata",        1700000000, 19800,  "IST" },
        {"Australia/Sydney",    4102444800, 39600,  "AEDT"}, /* summer over the new year */
        {"Pacific/Apia",        1325239199, -36000, "-10" }, /* the day it skipped */
        {"Pacific/Apia",        1325239200, 50400,  "+14" },
        {"America/Sao_Paulo",   4102444800, -10800, "-03" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct err err;
        struct tz *tz = tz_load(cases[i].zone, &err);
        assert_non_null(tz);
        assert_int_equal(tz_offset_s(tz, cases[i].at), cases[i].offset);
        assert_string_equal(tz_abbreviation(tz, cases[i].at), cases[i].abbreviation);
        tz_destroy(tz);
    }
}

static void test_tz_unknown_is_an_error(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "Europe/Atlantis", "",         "/etc/localtime", "../zoneinfo/UTC", "Europe/../UTC",
        "Europe",          "zone.tab", "UTC0",           "Eur ope",         "."};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct err err = {.code = ERR_NONE};
        assert_null(tz_load(bad[i], &err));
        assert_int_not_equal(err.code, ERR_NONE);
        assert_non_null(strstr(err.message, "time zone"));
    }
}

static void test_tz_local_and_dir(void **state)
{
    (void)state;
    struct err err;
    setenv("TZ", "Asia/Tokyo", 1);
    struct tz *tz = tz_load("local", &err);
    assert_int_equal(tz_offset_s(tz, 0), 32400);
    tz_destroy(tz);
    setenv("TZ", "<+03>-3", 1);
    tz = tz_load("local", &err);
    assert_int_equal(tz_offset_s(tz, 0), 10800);
    assert_string_equal(tz_name(tz), "local");
    tz_destroy(tz);
    setenv("TZ", "", 1);
    tz = tz_load("local", &err);
    assert_int_equal(tz_offset_s(tz, 0), 0);
    tz_destroy(tz);
    setenv("TZ", "Nowhere/Land", 1);
    assert_null(tz_load("local", &err));
    setenv("TZDIR", "/nonexistent", 1);
    assert_null(tz_load("UTC", &err));
    assert_int_equal(err.code, ERR_NOT_FOUND);
    unsetenv("TZDIR");
    unsetenv("TZ");
}

/* libc reads the same files by code of its own: both have to agree everywhere. */
static void test_tz_agrees_with_libc(void **state)
{
    (void)state;
    static const char *const zones[] = {
        "Europe/London",    "America/New_York", "Australia/Lord_Howe", "Africa/Casablanca",
        "Asia/Kathmandu",   "America/St_Johns", "Africa/Cairo",        "Pacific/Chatham",
        "America/Santiago", "Europe/Dublin"};
    struct rand rand;
    rand_seed(&rand, 11, 1);
    for (size_t z = 0; z < sizeof zones / sizeof zones[0]; z++) {
        struct tz *tz = tz_load(zones[z], NULL);
        assert_non_null(tz);
        setenv("TZ", zones[z], 1);
        tzset();
        for (int i = 0; i < 3000; i++) {
            time_t at = (time_t)rand_below(&rand, 4000000000U) - 500000000;
            struct tm tm;
            localtime_r(&at, &tm);
            if (tz_offset_s(tz, at) != tm.tm_gmtoff) {
                fail_msg("%s at %lld: %d, libc %ld", zones[z], (long long)at, tz_offset_s(tz, at),
                         tm.tm_gmtoff);
            }
            assert_int_equal(tz_day(tz, at * 1000 + 999),
                             date_from_civil(tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday));
        }
        tz_destroy(tz);
    }
    unsetenv("TZ");
    tzset();
}

static void test_tz_midnight_is_the_first_instant(void **state)
{
    (void)state;
    /* Sao Paulo, Cairo, Beirut and Havana change at midnight; Apia skipped a whole day. */
    static const char *const zones[] = {"America/Sao_Paulo", "Africa/Cairo", "Asia/Beirut",
                                        "America/Havana",    "Pacific/Apia", "Europe/Berlin",
                                        "Asia/Kathmandu",    "UTC",          "America/Asuncion"};
    for (size_t z = 0; z < sizeof zones / sizeof zones[0]; z++) {
        struct tz *tz = tz_load(zones[z], NULL);
        for (int32_t day = 14000; day < 25000; day++) {
            int64_t at = tz_midnight_ms(tz, day);
            int32_t here = tz_day(tz, at);
            if (here != day && !(strcmp(zones[z], "Pacific/Apia") == 0 && day == 15338)) {
                fail_msg("%s %s: starts on %s", zones[z], date_text(day).text,
                         date_text(here).text);
            }
            assert_true(tz_day(tz, at - 1) < day);
        }
        tz_destroy(tz);
    }
}

static void test_tz_rule_parse(void **state)
{
    (void)state;
    static const char *const good[] = {"UTC0",
                                       "CET-1CEST,M3.5.0,M10.5.0/3",
                                       "<-03>3",
                                       "<+1030>-10:30<+11>-11,M10.1.0,M4.1.0",
                                       "EST5EDT,J60/2:30:00,300/-1",
                                       "IST-1GMT0,M10.5.0,M3.5.0/1"};
    static const char *const bad[] = {"",
                                      "CE-1",
                                      "CET",
                                      "CET-1CEST",
                                      "CET-1CEST,M13.1.0,M1.1.0",
                                      "CET-1 ",
                                      "<+3-3",
                                      "CET-1CEST,M3.6.0,M10.5.0",
                                      "CET-1CEST,M3.5.7,M10.5.0",
                                      "CET-1CEST,J0,J5",
                                      "CET-999",
                                      "CET-1CEST,M3.5.0",
                                      "CET-1:60"};
    struct tz_rule rule;
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        assert_true(tz_rule_parse(good[i], &rule));
    }
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_false(tz_rule_parse(bad[i], &rule));
    }
    /* Julian days leave 29 February out, zero-based ones count it. */
    assert_true(tz_rule_parse("AAA0BBB,J60/0,300/0", &rule));
    int64_t first_of_march_2024 = date_from_civil(2024, 3, 1) * INT64_C(86400);
    assert_false(tz_rule_is_dst(&rule, first_of_march_2024 - 1));
    assert_true(tz_rule_is_dst(&rule, first_of_march_2024));
}

/* Any bytes in a zone file give an error or a zone, never a crash. */
static void test_tz_survives_broken_files(void **state)
{
    (void)state;
    FILE *f = fopen("/usr/share/zoneinfo/Europe/Berlin", "rb");
    char good[8192];
    size_t n = fread(good, 1, sizeof good, f);
    fclose(f);
    char dir[] = "/tmp/adtop-test-XXXXXX", path[64];
    assert_non_null(mkdtemp(dir));
    (void)snprintf(path, sizeof path, "%s/Zone", dir);
    setenv("TZDIR", dir, 1);
    struct rand rand;
    rand_seed(&rand, 3, 3);
    for (int round = 0; round < 300; round++) {
        char bytes[8192];
        size_t size = round % 2 ? n : rand_below(&rand, (uint32_t)n);
        memcpy(bytes, good, n);
        for (int k = 0; k < 6; k++) {
            bytes[rand_below(&rand, round % 3 ? 120 : (uint32_t)n)] = (char)rand_below(&rand, 256);
        }
        f = fopen(path, "wb");
        fwrite(bytes, 1, size, f);
        fclose(f);
        struct tz *tz = tz_load("Zone", NULL);
        if (tz) {
            (void)tz_offset_s(tz, rand_u32(&rand));
            (void)tz_abbreviation(tz, rand_u32(&rand));
            tz_destroy(tz);
        }
    }
    unsetenv("TZDIR");
    remove(path);
    remove(dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_clock_scales_from_its_anchor),
        cmocka_unit_test(test_clock_real_when_unset),
        cmocka_unit_test(test_clock_parse_refuses),
        cmocka_unit_test(test_date_civil_round_trips),
        cmocka_unit_test(test_date_parse),
        cmocka_unit_test(test_date_rfc3339),
        cmocka_unit_test(test_duration),
        cmocka_unit_test(test_tz_offset_known),
        cmocka_unit_test(test_tz_unknown_is_an_error),
        cmocka_unit_test(test_tz_local_and_dir),
        cmocka_unit_test(test_tz_agrees_with_libc),
        cmocka_unit_test(test_tz_midnight_is_the_first_instant),
        cmocka_unit_test(test_tz_rule_parse),
        cmocka_unit_test(test_tz_survives_broken_files),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
