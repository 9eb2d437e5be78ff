/* The highest readings of a range, over a store that is read a part at a time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "store/read_limiters.h"
#include "store/usage.h"
#include "ui/view/peaks.h"
#include "ui/view/rows.h"

#define NOW INT64_C(1795515581500)
enum { MINUTE = 60000, HOUR = 3600000, LOADS_MAX = 50 };

struct case_ {
    char dir[64], path[96];
    struct store *store;
    struct store_reader *reader;
    struct arena *arena;
    struct peaks *peaks;
    struct err err;
};

static void start(struct case_ *c)
{
    static const struct clock clock = {.speed = 1};
    memset(c, 0, sizeof *c);
    snprintf(c->dir, sizeof c->dir, "/tmp/adtop-peaks-XXXXXX");
    assert_non_null(mkdtemp(c->dir));
    snprintf(c->path, sizeof c->path, "%s/adtop.db", c->dir);
    c->store = store_open(c->path, NULL, &c->err);
    assert_non_null(c->store);
    c->reader = store_reader_open(c->path, &clock, &c->err);
    assert_non_null(c->reader);
    c->arena = arena_create(1 << 16);
    assert_non_null(c->arena);
}

static void end(struct case_ *c)
{
    char command[128];
    store_reader_close(c->reader);
    store_close(c->store);
    arena_destroy(c->arena);
    free(c->peaks);
    snprintf(command, sizeof command, "rm -r %s", c->dir);
    assert_int_equal(system(command), 0);
}

static void add(struct case_ *c, int64_t first, int64_t step, int count, enum usage_source source,
                const char *id, double pct)
{
    struct usage_reading *rows = calloc((size_t)count, sizeof *rows);
    assert_non_null(rows);
    for (int i = 0; i < count; i++) {
        rows[i] = (struct usage_reading){.at = first + i * step,
                                         .source = source,
                                         .use_case = source == USAGE_BUC ? USE_CASE_ADS_INSIGHTS
                                                                         : USE_CASE_NONE,
                                         .pct = pct + i % 7,
                                         .call_count = -1,
                                         .total_time = -1,
                                         .total_cputime = -1,
                                         .regain_s = -1};
        snprintf(rows[i].scope_id, sizeof rows[i].scope_id, "%s", id);
    }
    assert_true(store_usage_append(c->store, rows, (size_t)count, &c->err));
    free(rows);
}

/* As many loads as it takes; returns how many. */
static int load(struct case_ *c, int64_t now, int64_t at, int64_t range)
{
    struct env env = {.store = c->reader, .now = now, .at = at, .range = range};
    for (int i = 1; i <= LOADS_MAX; i++) {
        if (!peaks_read(&c->peaks, c->arena, &env, &c->err)) {
            fail_msg("%s", c->err.message);
        }
        if (c->peaks->whole) {
            return i;
        }
    }
    fail_msg("not whole after %d loads", LOADS_MAX);
    return 0;
}

static void expect(const struct case_ *c, enum scope_kind scope, const char *id, double pct,
                   int64_t at)
{
    struct limiter_line line = {.scope = scope};
    line.use_case = scope == SCOPE_USE_CASE ? USE_CASE_ADS_INSIGHTS : USE_CASE_NONE;
    snprintf(line.scope_id, sizeof line.scope_id, "%s", id);
    peaks_give(c->peaks, &line);
    assert_int_equal(line.peak_pct, pct);
    assert_int_equal(line.peak_at, at);
}

static void test_peaks_are_those_of_the_range(void **state)
{
    (void)state;
    struct case_ c;
    start(&c);
    add(&c, NOW - 5 * HOUR, HOUR, 1, USAGE_APP, "app", 90);
    add(&c, NOW - 30 * MINUTE, HOUR, 1, USAGE_APP, "app", 40);
    add(&c, NOW - 20 * MINUTE, HOUR, 1, USAGE_APP, "app", 10);
    add(&c, NOW - 20 * MINUTE, HOUR, 1, USAGE_ACCOUNT, "act_1", 33);
    load(&c, NOW, 0, HOUR);
    expect(&c, SCOPE_APP, "app", 40, NOW - 30 * MINUTE);
    expect(&c, SCOPE_ACCOUNT, "act_1", 33, NOW - 20 * MINUTE);
    expect(&c, SCOPE_ACCOUNT, "act_2", -1, 0);
    load(&c, NOW, 0, 6 * HOUR);
    expect(&c, SCOPE_APP, "app", 90, NOW - 5 * HOUR);
    add(&c, NOW + MINUTE, HOUR, 1, USAGE_APP, "app", 95); /* since the last load */
    load(&c, NOW + 2 * MINUTE, 0, 6 * HOUR);
    expect(&c, SCOPE_APP, "app", 95, NOW + MINUTE);
    load(&c, NOW - 10 * MINUTE, NOW - 10 * MINUTE, HOUR); /* as it was then */
    expect(&c, SCOPE_APP, "app", 40, NOW - 30 * MINUTE);
    load(&c, NOW + 2 * HOUR, 0, HOUR); /* they pass */
    expect(&c, SCOPE_APP, "app", -1, 0);
    end(&c);
}

/* Two headers tell of an account's insights: they are one limiter, now and as of an instant. */
static void test_peaks_of_two_headers(void **state)
{
    (void)state;
    struct case_ c;
    struct limiter_rows rows;
    start(&c);
    add(&c, NOW - 30 * MINUTE, HOUR, 1, USAGE_BUC, "act_1", 20);
    add(&c, NOW - 20 * MINUTE, HOUR, 1, USAGE_INSIGHTS, "act_1", 70);
    load(&c, NOW, 0, HOUR);
    expect(&c, SCOPE_USE_CASE, "act_1", 70, NOW - 20 * MINUTE);
    assert_true(read_limiters(c.reader, c.arena, NOW, NULL, &rows, &c.err));
    assert_int_equal(rows.count, 1);
    assert_int_equal(rows.rows[0].pct, 70);
    assert_int_equal(rows.rows[0].source, USAGE_INSIGHTS);
    struct limiter_samples samples;
    struct limiter_key key = {SCOPE_USE_CASE, "act_1", USE_CASE_ADS_INSIGHTS};
    assert_true(
        read_limiter_series(c.reader, c.arena, &key, NOW - HOUR, NOW, MINUTE, &samples, &c.err));
    assert_int_equal(samples.count, 2);
    end(&c);
}

/* A point of a course is the greatest reading between it and the next, wherever the range begins;
 * what is outside is in none. */
static void test_peaks_of_each_point(void **state)
{
    (void)state;
    struct case_ c;
    struct limiter_samples samples;
    struct limiter_key key = {SCOPE_APP, "app", USE_CASE_NONE};
    int64_t first = NOW / HOUR * HOUR;
    start(&c);
    add(&c, first - 1, MINUTE, 1, USAGE_APP, "app", 95);            /* before it */
    add(&c, first + MINUTE, MINUTE, 9, USAGE_APP, "app", 10);       /* up to 16 */
    add(&c, first + 30 * MINUTE, MINUTE, 10, USAGE_APP, "app", 40); /* up to 46, and goes on */
    add(&c, first + 15 * MINUTE, MINUTE, 5, USAGE_ACCOUNT, "act_1", 99);
    assert_true(read_limiter_series(c.reader, c.arena, &key, first, first + 35 * MINUTE,
                                    10 * MINUTE, &samples, &c.err));
    assert_int_equal(samples.count, 2);
    assert_int_equal(samples.rows[0].at, first);
    assert_int_equal(samples.rows[0].max, 16);
    assert_int_equal(samples.rows[1].at, first + 30 * MINUTE);
    assert_int_equal(samples.rows[1].max, 44); /* of those before the end */
    assert_false(read_limiter_series(c.reader, c.arena, &key, 0, NOW, 1, &samples, &c.err));
    end(&c);
}

/* No load reads more than a part; what a week holds comes over several, the newest first. */
static void test_peaks_come_in_parts(void **state)
{
    (void)state;
    enum { READINGS = 30000 };
    struct case_ c;
    start(&c);
    add(&c, NOW - READINGS * (int64_t)MINUTE, HOUR, 1, USAGE_ACCOUNT, "act_1", 99);
    add(&c, NOW - READINGS * (int64_t)MINUTE + 1, MINUTE, READINGS, USAGE_APP, "app", 50);
    struct env env = {.store = c.reader, .now = NOW, .range = READINGS * (int64_t)MINUTE};
    assert_true(peaks_read(&c.peaks, c.arena, &env, &c.err));
    assert_false(c.peaks->whole);
    assert_true(c.peaks->from > NOW - READINGS * (int64_t)MINUTE / 2);
    expect(&c, SCOPE_ACCOUNT, "act_1", -1, 0);
    int loads = load(&c, NOW, 0, READINGS * (int64_t)MINUTE);
    assert_in_range(loads, 2, 6);
    expect(&c, SCOPE_ACCOUNT, "act_1", 99, NOW - READINGS * (int64_t)MINUTE);
    /* Away for long: what came meanwhile is more than a part, and none of it is passed over. */
    add(&c, NOW + MINUTE, 1000, READINGS, USAGE_ACCOUNT, "act_2", 10);
    add(&c, NOW + 2 * MINUTE, HOUR, 1, USAGE_ACCOUNT, "act_3", 77);
    load(&c, NOW + READINGS * INT64_C(1000) + 2 * MINUTE, 0, READINGS * (int64_t)MINUTE);
    expect(&c, SCOPE_ACCOUNT, "act_3", 77, NOW + 2 * MINUTE);
    end(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_peaks_are_those_of_the_range),
        cmocka_unit_test(test_peaks_of_two_headers),
        cmocka_unit_test(test_peaks_of_each_point),
        cmocka_unit_test(test_peaks_come_in_parts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
