/* What a synchronous read may ask for, by table, and against servers of every patience. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "graph/pager.h"
#include "sync/fit.h"

enum { HOUR_MS = 3600000, LIMIT = 1000 };

static void test_open_by_what_was_borne(void **unused)
{
    (void)unused;
    const int64_t now = INT64_C(1000000000000), hour = now - HOUR_MS, old = now - 25 * HOUR_MS;
    static const char *const steps[] = {"read", "smaller", "parts", "report"};
    const struct {
        struct fit fit;
        int32_t days;
        const char *step;
        int limit, parts;
        bool probe;
    } cases[] = {
        {{0},                             28, "read",   1000, 0, false}, /* nothing known */
        {{.limit = 62, .limit_at = hour}, 28, "read",   62,   0, false},
        {{.limit = 62, .limit_at = old},  28, "read",   248,  0, false}, /* asks for more again */
        {{.limit = 500, .limit_at = old}, 28, "read",   1000, 0, false},
        {{0, 0, 8, 0, hour, 0, 0},        7,  "read",   1000, 0, false}, /* less than was refused */
        {{0, 0, 8, 0, hour, 0, 0},        8,  "report", 0,    0, false},
        {{0, 0, 8, 0, hour, 0, 0},        28, "report", 0,    0, false},
        {{0, 0, 2, 0, hour, 0, 0},        2,  "parts",  0,    2, false}, /* day by day */
        {{0, 0, 2, 0, hour, 0, 0},        4,  "parts",  0,    4, false},
        {{0, 0, 2, 0, hour, 0, 0},        5,  "report", 0,    0, false},
        {{0, 0, 8, 7, hour, 0, 0},        28, "parts",  0,    4, false}, /* as many as came */
        {{0, 0, 8, 2, hour, 0, 0},        8,  "parts",  0,    4, false},
        {{0, 0, 8, 2, hour, 0, 0},        9,  "report", 0,    0, false},
        {{0, 0, 1, 0, hour, 0, 0},        1,  "report", 0,    0, false}, /* not even a day */
        {{0, 0, 8, 2, old, 0, 0},         28, "read",   1000, 0, true }, /* does it still hold? */
        {{0, 0, 8, 2, old, 0, 0},         2,  "read",   1000, 0, false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct fit_choice choice;
        fit_open(&cases[i].fit, cases[i].days, LIMIT, now, &choice);
        if (strcmp(steps[choice.step], cases[i].step) != 0 || choice.limit != cases[i].limit ||
            choice.parts != cases[i].parts || choice.probe != cases[i].probe) {
            fail_msg("case %zu: %s, limit %d, parts %d, probe %d", i, steps[choice.step],
                     choice.limit, choice.parts, choice.probe);
        }
    }
}

static void test_refused_by_days_rows_and_page(void **unused)
{
    (void)unused;
    static const char *const steps[] = {"read", "smaller", "parts", "report"};
    static const struct {
        struct fit_refusal refusal;
        int32_t good_days;
        const char *step;
        int parts;
    } cases[] = {
        {{28, 0, 1000, 0, false, false},    0, "smaller", 0}, /* the page may be it, once */
        {{28, 0, 250, 1, false, false},     0, "report",  0},
        {{2, 0, 250, 1, false, false},      0, "parts",   2},
        {{4, 0, 250, 1, false, false},      0, "parts",   4},
        {{5, 0, 250, 1, false, false},      0, "report",  0},
        {{8, 0, 250, 1, false, false},      2, "parts",   4},
        {{1, 0, 1000, 0, false, false},     0, "smaller", 0}, /* a day is not divided by date */
        {{1, 0, 250, 1, false, false},      0, "smaller", 0},
        {{1, 0, 62, 2, false, false},       0, "report",  0},
        {{28, 28, 1000, 0, false, false},   0, "report",  0}, /* no page of it holds more */
        {{28, 65, 1000, 0, false, false},   0, "smaller", 0},
        {{28, 9000, 1000, 0, false, false}, 0, "smaller", 0},
        {{28, 0, 64, 0, false, false},      0, "report",  0}, /* small already */
        {{28, 0, 1000, 0, true, false},     0, "report",  0}, /* it was so yesterday */
        {{28, 0, 1000, 0, false, true},     0, "report",  0}, /* it takes too long */
        {{2, 0, 1000, 0, false, true},      0, "parts",   2},
        {{1, 0, 1000, 0, false, true},      0, "report",  0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct fit fit = {.good_days = cases[i].good_days};
        struct fit_choice choice;
        fit_refused(&fit, &cases[i].refusal, &choice);
        if (strcmp(steps[choice.step], cases[i].step) != 0 || choice.parts != cases[i].parts) {
            fail_msg("case %zu: %s, parts %d", i, steps[choice.step], choice.parts);
        }
    }
}

/* ---- against servers
 * -----------------------------------------------------------------------------
 */

/* Refuses reads of more days and pages of more rows. */
struct server {
    int32_t days;
    int limit;
};
struct tally {
    int calls, errors, reports;
    int32_t days;
};

static void read_days(const struct server *server, struct fit *fit, int32_t days, int64_t now,
                      struct tally *tally);

static void carry_out(const struct server *server, struct fit *fit, int32_t days, int64_t now,
                      const struct fit_choice *choice, struct tally *tally)
{
    if (choice->step == FIT_REPORT) {
        tally->reports++;
        tally->days += days;
        return;
    }
    for (int i = 0; i < choice->parts; i++) {
        int32_t first, last;
        fit_part(0, days - 1, i, choice->parts, &first, &last);
        assert_true(last >= first && last - first + 1 < days);
        read_days(server, fit, last - first + 1, now, tally);
    }
}

static void read_days(const struct server *server, struct fit *fit, int32_t days, int64_t now,
                      struct tally *tally)
{
    struct fit_choice choice;
    fit_open(fit, days, LIMIT, now, &choice);
    struct fit_refusal refusal = {.days = days, .limit = choice.limit, .probe = choice.probe};
    while (choice.step == FIT_READ || choice.step == FIT_SMALLER) {
        tally->calls++;
        if (days <= server->days && refusal.limit <= server->limit) {
            fit_learn_read(fit, days, refusal.limit, LIMIT, true, now);
            tally->days += days;
            return;
        }
        tally->errors++;
        fit_refused(fit, &refusal, &choice);
        if (choice.step == FIT_SMALLER) {
            refusal.limit /= PAGER_SHRINK;
            refusal.in_a_row++;
        } else {
            fit_learn_refused(fit, days, now);
        }
    }
    carry_out(server, fit, days, now, &choice, tally);
}

static struct tally pass(const struct server *server, struct fit *fit, int32_t days, int64_t now)
{
    struct tally tally = {0};
    char text[FIT_TEXT_SIZE];
    read_days(server, fit, days, now, &tally);
    assert_int_equal(tally.days, days);
    struct fit again;
    fit_text(fit, text);
    fit_parse(text, &again);
    assert_memory_equal(&again, fit, sizeof again);
    return tally;
}

/* Whatever a server bears: few errors at first, none while it is remembered, few a day after. */
static void test_every_server_is_understood_after_one_pass(void **unused)
{
    (void)unused;
    static const int32_t windows[] = {2, 8, 29, 90};
    static const int limits[] = {1, 10, 62, 100, 250, 1000};
    for (int32_t bears = 0; bears <= 90; bears++) {
        for (size_t i = 0; i < sizeof limits / sizeof limits[0]; i++) {
            const struct server server = {bears, limits[i]};
            struct fit fit = {0};
            int64_t now = INT64_C(1000000000000);
            for (size_t w = 0; w < sizeof windows / sizeof windows[0]; w++) {
                struct tally first = pass(&server, &fit, windows[w], now);
                /* Two refusals of the whole; of a day that is refused too, three. */
                assert_true(first.errors <= 5);
                now += HOUR_MS;
                assert_int_equal(pass(&server, &fit, windows[w], now).errors, 0);
            }
            now += 25 * HOUR_MS;
            assert_true(pass(&server, &fit, 90, now).errors <= 2);
            assert_int_equal(pass(&server, &fit, 90, now + HOUR_MS).errors, 0);
        }
    }
}

/* What was refused for a day comes again: a day later everything is read as if it never was. */
static void test_a_server_that_recovers_is_asked_for_all_again(void **unused)
{
    (void)unused;
    const struct server bad = {1, 100}, good = {90, 1000};
    struct fit fit = {0};
    int64_t now = INT64_C(1000000000000);
    pass(&bad, &fit, 2, now);
    pass(&bad, &fit, 28, now);
    for (int day = 1; day <= 3; day++) {
        assert_int_equal(pass(&good, &fit, 28, now + day * INT64_C(25) * HOUR_MS).errors, 0);
    }
    assert_int_equal(fit.bad_days, 0);
    assert_int_equal(fit.limit, 0);
    struct tally tally = pass(&good, &fit, 90, now + 80 * HOUR_MS);
    assert_int_equal(tally.calls, 1);
    assert_int_equal(tally.reports, 0);
}

static void test_parts_cover_the_days(void **unused)
{
    (void)unused;
    for (int32_t days = 1; days <= 90; days++) {
        for (int n = 1; n <= FIT_PARTS_MAX && n <= days; n++) {
            int32_t next = -40;
            for (int i = 0; i < n; i++) {
                int32_t first, last;
                fit_part(-40, -40 + days - 1, i, n, &first, &last);
                assert_int_equal(first, next);
                assert_true(last >= first);
                next = last + 1;
            }
            assert_int_equal(next, -40 + days);
        }
    }
}

static void test_what_cannot_be_read_is_nothing_known(void **unused)
{
    (void)unused;
    static const char *const texts[] = {"", "{", "[]", "{\"limit\":-3,\"bad_days\":1e99}", "7"};
    const struct fit none = {0};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct fit fit = {.limit = 5};
        fit_parse(texts[i], &fit);
        assert_memory_equal(&fit, &none, sizeof fit);
    }
}

/* Whatever is held of it, no page is larger than the configured one. */
static void test_a_held_page_of_any_size_is_within_the_configured(void **unused)
{
    (void)unused;
    struct fit fit;
    struct fit_choice choice;
    fit_parse("{\"limit\":2147483646,\"limit_at\":1}", &fit);
    fit_open(&fit, 8, 500, INT64_C(1000000000000), &choice);
    assert_int_equal(choice.step, FIT_READ);
    assert_int_equal(choice.limit, 500);
}

static void test_a_page_is_made_as_light_as_it_was_heavy(void **unused)
{
    (void)unused;
    static const struct {
        int rows;
        double load_pct;
        int lighter;
    } cases[] = {
        {1000, -1,   0  },
        {1000, 99.9, 0  },
        {1000, 100,  400},
        {1000, 508,  78 },
        {1000, 9000, 62 }, /* others may have had a part in it */
        {30,   900,  10 },
        {10,   900,  0  },
        {0,    900,  0  },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_int_equal(fit_lighter(cases[i].rows, cases[i].load_pct), cases[i].lighter);
    }
}

/* Refused whatever is asked for: it ends, after a few refusals, and the next run begins with the
 * smallest page. */
static void test_what_load_always_refuses_is_given_up(void **unused)
{
    (void)unused;
    struct fit fit = {0};
    struct fit_choice choice = {.step = FIT_READ};
    int limit = 1000, refusals = 0;
    int32_t days = 28;
    for (; choice.step != FIT_HOPELESS; refusals++) {
        assert_true(refusals < 12);
        fit_turned_away(&fit, days, limit, &choice);
        limit = choice.step == FIT_SMALLER ? choice.limit : limit;
        days = choice.step == FIT_PARTS ? (days + 1) / 2 : days;
    }
    assert_int_equal(refusals, 2 + 1 + 5 + 1); /* 1000 twice, 62, 10 and 28, 14, 7, 4, 2, 1 days */
    assert_int_equal(days, 1);
    char text[FIT_TEXT_SIZE];
    struct fit held;
    fit_text(&fit, text);
    fit_parse(text, &held);
    fit_open(&held, 28, 1000, 1, &choice);
    assert_int_equal(choice.step, FIT_READ);
    assert_int_equal(choice.start, FIT_LEAST);
    assert_int_equal(choice.limit, 1000);
    fit_turned_away(&held, 28, FIT_LEAST, &choice);
    assert_int_equal(choice.step, FIT_READ); /* one refusal alone proves nothing */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_open_by_what_was_borne),
        cmocka_unit_test(test_refused_by_days_rows_and_page),
        cmocka_unit_test(test_every_server_is_understood_after_one_pass),
        cmocka_unit_test(test_a_server_that_recovers_is_asked_for_all_again),
        cmocka_unit_test(test_parts_cover_the_days),
        cmocka_unit_test(test_what_cannot_be_read_is_nothing_known),
        cmocka_unit_test(test_a_held_page_of_any_size_is_within_the_configured),
        cmocka_unit_test(test_a_page_is_made_as_light_as_it_was_heavy),
        cmocka_unit_test(test_what_load_always_refuses_is_given_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
