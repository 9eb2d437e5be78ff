#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/sim/world_fixture.h"
#include <stdlib.h>

/* Every account, every day of history, all four levels against the truth, to the last micro. */
static void test_levels_sum_to_the_same_every_day(void **state)
{
    (void)state;
    struct world *world = fixture_world(1, 1, 0, 100);
    const int64_t now = BASE_MS + 2 * DAY_MS;
    int days_with_spend = 0;
    for (uint32_t a = 0; a < world_account_count(world); a++) {
        int32_t first = world_first_day(world, a), today = world_today(world, a, now);
        size_t days = (size_t)(today - first) + 1;
        assert_int_equal(days, WORLD_HISTORY_DAYS + 2);
        struct world_metrics *sums[LEVEL_COUNT];
        for (int level = 0; level < LEVEL_COUNT; level++) {
            sums[level] = calloc(days, sizeof **sums);
            struct world_query query = fixture_daily(world, a, (enum insight_level)level, 400, now);
            struct world_rows *rows = world_rows_create(world, &query, 0, now);
            struct world_row row;
            while (world_rows_next(rows, &row)) {
                assert_int_equal(row.date_start, row.date_stop);
                assert_in_range(row.date_start, first, today);
                assert_true(row.metrics.impressions > 0 && row.metrics.reach > 0 &&
                            row.metrics.reach <= row.metrics.impressions);
                assert_true(row.metrics.clicks <= row.metrics.impressions);
                fixture_add(&sums[level][row.date_start - first], &row.metrics);
            }
            world_rows_destroy(rows);
        }
        for (size_t d = 0; d < days; d++) {
            struct world_metrics truth;
            world_truth_day(world, a, first + (int32_t)d, now, &truth);
            days_with_spend += truth.spend_micros > 0;
            for (int level = 0; level < LEVEL_COUNT; level++) {
                fixture_equal(&sums[level][d], &truth);
            }
        }
        for (int level = 0; level < LEVEL_COUNT; level++) {
            free(sums[level]);
        }
    }
    assert_true(days_with_spend > 10 * WORLD_HISTORY_DAYS);
    world_destroy(world);
}

static void test_rows_money_on_the_grid_and_windows_nested(void **state)
{
    (void)state;
    struct world *world = fixture_world(2, 1, 0, 100);
    int64_t seen[WORLD_ACTION_COUNT] = {0}, values = 0;
    bool pixel_only = false;
    for (uint32_t a = 0; a < world_account_count(world); a++) {
        struct world_account account;
        world_account(world, a, BASE_MS, &account);
        static const int64_t grids[] = {1000000, 0, 10000, 1000};
        struct world_query query = fixture_daily(world, a, LEVEL_AD, 60, BASE_MS);
        struct world_rows *rows = world_rows_create(world, &query, 0, BASE_MS);
        struct world_row row;
        while (world_rows_next(rows, &row)) {
            const struct world_metrics *m = &row.metrics;
            assert_int_equal(m->spend_micros % grids[account.decimals], 0);
            for (int i = 0; i < WORLD_ACTION_COUNT; i++) {
                const int64_t *n = m->count[i];
                assert_true(n[WORLD_1D_CLICK] <= n[WORLD_7D_CLICK] &&
                            n[WORLD_7D_CLICK] <= n[WORLD_28D_CLICK]);
                assert_int_equal(n[WORLD_DEFAULT], n[WORLD_7D_CLICK] + n[WORLD_1D_VIEW]);
                assert_int_equal(m->value_micros[i][WORLD_DEFAULT] % grids[account.decimals], 0);
                assert_true(m->value_micros[i][0] == 0 || n[0] > 0);
                seen[i] += n[WORLD_DEFAULT];
                values += m->value_micros[i][WORLD_DEFAULT] > 0;
            }
            assert_true(m->count[WORLD_LINK_CLICK][0] <= m->clicks);
            assert_true(m->count[WORLD_OMNI_PURCHASE][0] == 0 ||
                        m->count[WORLD_OMNI_PURCHASE][0] >= m->count[WORLD_PIXEL_PURCHASE][0]);
            pixel_only |=
                m->count[WORLD_PIXEL_PURCHASE][0] > 0 && m->count[WORLD_OMNI_PURCHASE][0] == 0;
        }
        world_rows_destroy(rows);
    }
    for (int i = 0; i < WORLD_ACTION_COUNT; i++) {
        assert_true(seen[i] > 0);
    }
    assert_true(values > 0 && pixel_only);
    world_destroy(world);
}

static void test_reach_is_not_additive(void **state)
{
    (void)state;
    struct world *world = fixture_world(1, 1, 0, 100);
    struct world_query query = fixture_daily(world, 0, LEVEL_AD, 7, BASE_MS);
    struct world_rows *rows = world_rows_create(world, &query, 0, BASE_MS);
    struct world_row row;
    int64_t sum = 0, account = 0;
    while (world_rows_next(rows, &row)) {
        sum += row.metrics.reach;
    }
    world_rows_destroy(rows);
    query.level = LEVEL_ACCOUNT;
    query.increment = WORLD_ALL_DAYS;
    rows = world_rows_create(world, &query, 0, BASE_MS);
    assert_true(world_rows_next(rows, &row));
    account = row.metrics.reach;
    assert_false(world_rows_next(rows, &row));
    world_rows_destroy(rows);
    assert_true(account > 0 && account < sum);
    world_destroy(world);
}

/* ---- deleted and archived */

static bool only_listed(void *ctx, const struct world_entity *entity)
{
    (void)ctx;
    return entity->effective != WORLD_EFF_DELETED;
}

static bool only_gone(void *ctx, const struct world_entity *entity)
{
    (void)ctx;
    return entity->effective == WORLD_EFF_DELETED || entity->effective == WORLD_EFF_ARCHIVED;
}

static void test_deleted_and_archived_are_a_fifth_of_some_totals(void **state)
{
    (void)state;
    struct world *world = fixture_world(1, 1, 0, 100);
    int fifths = 0, with_deleted = 0;
    for (uint32_t a = 0; a < world_account_count(world); a++) {
        struct world_query query = fixture_daily(world, a, LEVEL_AD, 8, BASE_MS);
        struct world_metrics all = fixture_sum(world, &query, BASE_MS, NULL);
        query.keep_row = only_gone;
        struct world_metrics gone = fixture_sum(world, &query, BASE_MS, NULL);
        query.keep_row = only_listed;
        struct world_metrics listed = fixture_sum(world, &query, BASE_MS, NULL);
        fifths += gone.spend_micros * 5 >= all.spend_micros && gone.spend_micros > 0;
        with_deleted += listed.spend_micros < all.spend_micros;
        /* at campaign level a campaign that is listed carries its deleted ads' share */
        query.level = LEVEL_CAMPAIGN;
        struct world_metrics campaigns = fixture_sum(world, &query, BASE_MS, NULL);
        assert_true(campaigns.spend_micros >= listed.spend_micros);
        /* the ads' filter at a higher level gives the same as at the ads' own */
        query.keep_row = NULL;
        query.keep_ad = only_listed;
        struct world_metrics filtered = fixture_sum(world, &query, BASE_MS, NULL);
        fixture_equal(&filtered, &listed);
        query.level = LEVEL_ACCOUNT;
        filtered = fixture_sum(world, &query, BASE_MS, NULL);
        fixture_equal(&filtered, &listed);
    }
    assert_true(fifths >= 3 && with_deleted >= 5);
    world_destroy(world);
}

/* The figures of an ad go on changing after its deletion, as long as those of any other. */
static void test_deleted_ads_are_restated_too(void **state)
{
    (void)state;
    struct world *world = fixture_world(1, 1, 0, 0);
    struct world_query query = fixture_daily(world, 0, LEVEL_AD, 4, BASE_MS);
    query.keep_row = only_gone;
    const int64_t ages[] = {0, DAY_MS, 20 * DAY_MS, 29 * DAY_MS, 40 * DAY_MS};
    struct world_metrics sums[5];
    for (int i = 0; i < 5; i++) {
        sums[i] = fixture_sum(world, &query, BASE_MS + ages[i], NULL);
        assert_true(sums[i].spend_micros > 0);
        assert_true(i == 0 || i == 4 || sums[i].spend_micros != sums[i - 1].spend_micros);
    }
    fixture_equal(&sums[3], &sums[4]);
    world_destroy(world);
}

/* ---- time */

static void test_today_grows_each_quarter_hour_and_closes_at_midnight(void **state)
{
    (void)state;
    struct world *world = fixture_world(1, 1, 0, 0);
    for (uint32_t a = 0; a < 9; a++) {
        struct world_account account;
        world_account(world, a, BASE_MS, &account);
        int32_t day = world_today(world, a, BASE_MS);
        int64_t from = tz_midnight_ms(account.tz, day), to = tz_midnight_ms(account.tz, day + 1);
        struct world_metrics last, now;
        memset(&last, 0, sizeof last);
        int grew = 0;
        for (int64_t at = from; at <= to; at += 15 * 60000) {
            struct world_metrics within;
            world_truth_day(world, a, day, at, &now);
            world_truth_day(world, a, day, at + 14 * 60000, &within);
            fixture_equal(&now, &within);
            assert_true(at > from || now.impressions == 0);
            assert_true(now.spend_micros >= last.spend_micros &&
                        now.impressions >= last.impressions && now.clicks >= last.clicks);
            grew += now.impressions > last.impressions;
            last = now;
        }
        assert_in_range(grew, 20, (to - from) / (15 * 60000));
    }
    world_destroy(world);
}

static void test_closed_days_restated_until_28_days_then_never(void **state)
{
    (void)state;
    struct world *world = fixture_world(1, 1, 0, 0);
    int32_t day = world_today(world, 0, BASE_MS) - 1;
    struct world_account account;
    world_account(world, 0, BASE_MS, &account);
    int64_t end = tz_midnight_ms(account.tz, day + 1);
    int early = 0, later = 0, after = 0;
    struct world_metrics last, now;
    world_truth_day(world, 0, day, end, &last);
    int64_t first_spend = last.spend_micros;
    for (int64_t at = end + HOUR_MS; at < end + 60 * DAY_MS; at += HOUR_MS) {
        world_truth_day(world, 0, day, at, &now);
        bool changed =
            now.spend_micros != last.spend_micros || memcmp(&now, &last, sizeof now) != 0;
        early += changed && at <= end + 3 * DAY_MS;
        later += changed && at > end + 3 * DAY_MS && at <= end + 28 * DAY_MS;
        after += changed && at > end + 28 * DAY_MS;
        /* corrections are slight */
        assert_true(llabs(now.spend_micros - first_spend) * 20 < first_spend);
        last = now;
    }
    assert_in_range(early, 8, 13);
    assert_in_range(later, 5, 7);
    assert_int_equal(after, 0);
    world_destroy(world);
}

/* Conversions come in late, as attribution has it. */
static void test_conversions_arrive_after_the_day(void **state)
{
    (void)state;
    struct world *world = fixture_world(1, 10, 0, 0);
    int64_t fresh = 0, settled = 0;
    struct world_metrics m;
    for (int32_t back = 1; back <= 7; back++) {
        int32_t day = world_today(world, 0, BASE_MS) - back;
        world_truth_day(world, 0, day, BASE_MS, &m);
        fresh += m.count[WORLD_PIXEL_PURCHASE][WORLD_28D_CLICK];
        world_truth_day(world, 0, day, BASE_MS + 40 * DAY_MS, &m);
        settled += m.count[WORLD_PIXEL_PURCHASE][WORLD_28D_CLICK];
    }
    assert_true(fresh > 0 && settled > fresh && settled < fresh * 2);
    world_destroy(world);
}

static void test_dst_day_has_92_quarter_hours(void **state)
{
    (void)state;
    struct world *world = fixture_world(1, 1, 0, 0);
    struct world_account account;
    world_account(world, 0, BASE_MS, &account);
    int32_t day = 0;
    assert_true(date_parse("2026-03-08", &day)); /* clocks went forward in Los Angeles */
    int64_t from = tz_midnight_ms(account.tz, day), to = tz_midnight_ms(account.tz, day + 1);
    assert_int_equal(to - from, 23 * HOUR_MS);
    struct world_metrics half, whole, next;
    world_truth_day(world, 0, day, from + 23 * HOUR_MS / 2, &half);
    world_truth_day(world, 0, day, to - 1, &whole);
    world_truth_day(world, 0, day, to, &next);
    /* half of its 92 steps is half of its figures: each ad's share is cut on its own */
    assert_true(llabs(half.impressions * 2 - whole.impressions) * 20 < whole.impressions);
    assert_true(next.impressions >= whole.impressions);
    assert_true((next.impressions - whole.impressions) * 40 < next.impressions);
    struct world_query query = fixture_daily(world, 0, LEVEL_AD, 1, to);
    query.since = query.until = day;
    struct world_metrics rows = fixture_sum(world, &query, to, NULL);
    fixture_equal(&rows, &next);
    world_destroy(world);
}

static void test_days_outside_history_and_future_are_empty(void **state)
{
    (void)state;
    struct world *world = fixture_world(1, 1, 0, 100);
    struct world_query query = fixture_daily(world, 0, LEVEL_AD, 1, BASE_MS);
    int32_t today = query.until;
    static const struct {
        int32_t since, until; /* from today on */
        bool any;
    } cases[] = {
        {1,     9,                      false},
        {-9000, -WORLD_HISTORY_DAYS,    false},
        {-9000, 1 - WORLD_HISTORY_DAYS, true },
        {3,     -3,                     false},
        {-5,    9000,                   true }
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        size_t rows = 0;
        query.since = today + cases[i].since;
        query.until = today + cases[i].until;
        fixture_sum(world, &query, BASE_MS, &rows);
        assert_int_equal(rows > 0, cases[i].any);
    }
    struct world_metrics empty, day;
    memset(&empty, 0, sizeof empty);
    world_truth_day(world, 0, today + 1, BASE_MS, &day);
    assert_memory_equal(&day, &empty, sizeof day);
    world_truth_day(world, 0, world_first_day(world, 0) - 1, BASE_MS, &day);
    assert_memory_equal(&day, &empty, sizeof day);
    world_destroy(world);
}

static void test_spent_grows_by_what_insights_show(void **state)
{
    (void)state;
    struct world *world = fixture_world(1, 1, 0, 0), *other = fixture_world(1, 1, 0, 0);
    int32_t today = world_today(world, 1, BASE_MS);
    int64_t before = world_account_spent(world, 1, BASE_MS), total = 0, later_total = 0;
    int64_t later = BASE_MS + 30 * DAY_MS;
    int64_t after = world_account_spent(world, 1, later);
    for (int32_t day = world_first_day(world, 1); day <= today + 31; day++) {
        struct world_metrics m;
        world_truth_day(world, 1, day, BASE_MS, &m);
        total += m.spend_micros;
        world_truth_day(world, 1, day, later, &m);
        later_total += m.spend_micros;
    }
    assert_int_equal((after - before) * 10000,
                     later_total - total); /* EUR: a cent is 10,000 micros */
    /* what was asked for before makes no difference */
    assert_int_equal(world_account_spent(other, 1, later), after);
    assert_int_equal(world_account_spent(other, 1, BASE_MS), before);
    world_destroy(world);
    world_destroy(other);
}

static void test_new_ads_deliver_and_stopped_ones_do_not(void **state)
{
    (void)state;
    struct world *world = fixture_world(1, 10, 0, 100);
    const int64_t now = BASE_MS + 20 * DAY_MS;
    struct world_query query = fixture_daily(world, 0, LEVEL_AD, 5, now);
    struct world_rows *rows = world_rows_create(world, &query, 0, now);
    struct world_row row;
    int young = 0, gone = 0;
    while (world_rows_next(rows, &row)) {
        struct world_account account;
        world_account(world, 0, now, &account);
        int64_t end = tz_midnight_ms(account.tz, row.date_stop + 1);
        int64_t start = tz_midnight_ms(account.tz, row.date_start);
        assert_true(row.entity.created_ms < end);
        young += row.entity.created_ms > BASE_MS;
        if (row.entity.status >= WORLD_PAUSED) {
            /* it stopped within the day or later: updated_time is never before the day's start */
            assert_true(row.entity.updated_ms >= start);
            gone += row.entity.status == WORLD_DELETED;
        }
    }
    world_rows_destroy(rows);
    assert_true(young > 20 && gone > 0);
    world_destroy(world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_levels_sum_to_the_same_every_day),
        cmocka_unit_test(test_rows_money_on_the_grid_and_windows_nested),
        cmocka_unit_test(test_reach_is_not_additive),
        cmocka_unit_test(test_deleted_and_archived_are_a_fifth_of_some_totals),
        cmocka_unit_test(test_deleted_ads_are_restated_too),
        cmocka_unit_test(test_today_grows_each_quarter_hour_and_closes_at_midnight),
        cmocka_unit_test(test_closed_days_restated_until_28_days_then_never),
        cmocka_unit_test(test_conversions_arrive_after_the_day),
        cmocka_unit_test(test_dst_day_has_92_quarter_hours),
        cmocka_unit_test(test_days_outside_history_and_future_are_empty),
        cmocka_unit_test(test_spent_grows_by_what_insights_show),
        cmocka_unit_test(test_new_ads_deliver_and_stopped_ones_do_not),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
