#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/sim/world_fixture.h"

/* ---- pages, periods, scopes, breakdowns */

static void test_positions_resume_exactly(void **state)
{
    (void)state;
    struct world *world = fixture_world(1, 1, 0, 100);
    static const struct {
        enum insight_level level;
        unsigned breakdowns;
        int increment;
    } cases[] = {
        {LEVEL_AD,       0,                                            1             },
        {LEVEL_AD,       WORLD_BY(WORLD_AGE) | WORLD_BY(WORLD_GENDER), 1             },
        {LEVEL_ADSET,    0,                                            3             },
        {LEVEL_CAMPAIGN, WORLD_BY(WORLD_COUNTRY),                      WORLD_ALL_DAYS},
        {LEVEL_ACCOUNT,  WORLD_BY(WORLD_PLATFORM),                     1             },
    };
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
        struct world_query query = fixture_daily(world, 1, cases[c].level, 8, BASE_MS);
        query.breakdowns = cases[c].breakdowns;
        query.increment = cases[c].increment;
        struct world_rows *whole = world_rows_create(world, &query, 0, BASE_MS);
        struct world_row expected, row;
        uint64_t position = 0;
        size_t count = 0;
        while (world_rows_next(whole, &expected)) {
            struct world_rows *page = world_rows_create(world, &query, position, BASE_MS);
            assert_true(world_rows_next(page, &row));
            position = world_rows_position(page);
            world_rows_destroy(page);
            assert_int_equal(position, world_rows_position(whole));
            assert_int_equal(row.entity.id, expected.entity.id);
            assert_int_equal(row.date_start, expected.date_start);
            assert_ptr_equal(row.label[WORLD_AGE], expected.label[WORLD_AGE]);
            assert_memory_equal(&row.metrics, &expected.metrics, sizeof row.metrics);
            count++;
        }
        struct world_rows *end = world_rows_create(world, &query, position, BASE_MS);
        assert_false(world_rows_next(end, &row));
        world_rows_destroy(end);
        world_rows_destroy(whole);
        assert_true(count > 3);
    }
    world_destroy(world);
}

static void test_breakdowns_partition_the_row(void **state)
{
    (void)state;
    struct world *world = fixture_world(1, 1, 0, 100);
    for (unsigned breakdowns = 1; breakdowns < 16; breakdowns++) {
        struct world_query query = fixture_daily(world, breakdowns % 9, LEVEL_AD, 5, BASE_MS);
        size_t plain_rows = 0, cell_rows = 0;
        struct world_metrics plain = fixture_sum(world, &query, BASE_MS, &plain_rows);
        struct world_rows *whole = world_rows_create(world, &query, 0, BASE_MS);
        query.breakdowns = breakdowns;
        struct world_metrics cells = fixture_sum(world, &query, BASE_MS, &cell_rows);
        fixture_equal(&cells, &plain);
        assert_true(cell_rows > plain_rows);
        /* and row by row */
        struct world_rows *parts = world_rows_create(world, &query, 0, BASE_MS);
        struct world_row row, cell;
        bool more = world_rows_next(parts, &cell);
        while (world_rows_next(whole, &row)) {
            struct world_metrics sum;
            memset(&sum, 0, sizeof sum);
            while (more && cell.entity.id == row.entity.id && cell.date_start == row.date_start) {
                assert_true((cell.label[WORLD_AGE] != NULL) ==
                            ((breakdowns & WORLD_BY(WORLD_AGE)) != 0));
                assert_true((cell.label[WORLD_GENDER] != NULL) ==
                            ((breakdowns & WORLD_BY(WORLD_GENDER)) != 0));
                assert_true((cell.label[WORLD_COUNTRY] != NULL) ==
                            ((breakdowns & WORLD_BY(WORLD_COUNTRY)) != 0));
                assert_true((cell.label[WORLD_PLATFORM] != NULL) ==
                            ((breakdowns & WORLD_BY(WORLD_PLATFORM)) != 0));
                assert_true(cell.metrics.clicks <= cell.metrics.impressions);
                assert_true(cell.metrics.spend_micros >= 0 && cell.metrics.impressions >= 0);
                fixture_add(&sum, &cell.metrics);
                more = world_rows_next(parts, &cell);
            }
            fixture_equal(&sum, &row.metrics);
        }
        assert_false(more);
        world_rows_destroy(parts);
        world_rows_destroy(whole);
    }
    world_destroy(world);
}

static void test_breakdown_of_a_campaign_is_that_of_its_ads(void **state)
{
    (void)state;
    struct world *world = fixture_world(1, 1, 0, 100);
    int64_t by_level[2][7] = {{0}};
    for (int level = 0; level < 2; level++) {
        struct world_query query =
            fixture_daily(world, 0, level ? LEVEL_AD : LEVEL_CAMPAIGN, 10, BASE_MS);
        query.breakdowns = WORLD_BY(WORLD_AGE);
        query.increment = level ? 1 : WORLD_ALL_DAYS;
        struct world_rows *rows = world_rows_create(world, &query, 0, BASE_MS);
        struct world_row row;
        while (world_rows_next(rows, &row)) {
            const char *label = row.label[WORLD_AGE];
            int age = label[0] == 'U' ? 6 : label[0] == '1' ? 0 : label[0] - '1';
            by_level[level][age] += row.metrics.spend_micros;
        }
        world_rows_destroy(rows);
    }
    assert_memory_equal(by_level[0], by_level[1], sizeof by_level[0]);
    assert_true(by_level[0][1] > by_level[0][5]);
    world_destroy(world);
}

static void test_periods_cover_the_range_once(void **state)
{
    (void)state;
    struct world *world = fixture_world(1, 1, 0, 100);
    static const int increments[] = {1, 3, 7, 90, WORLD_ALL_DAYS, WORLD_MONTHLY};
    struct world_query query = fixture_daily(world, 0, LEVEL_ACCOUNT, 50, BASE_MS);
    struct world_metrics expected = fixture_sum(world, &query, BASE_MS, NULL);
    for (size_t i = 0; i < sizeof increments / sizeof *increments; i++) {
        query.increment = increments[i];
        struct world_rows *rows = world_rows_create(world, &query, 0, BASE_MS);
        struct world_row row;
        struct world_metrics sum;
        memset(&sum, 0, sizeof sum);
        int32_t next = query.since;
        while (world_rows_next(rows, &row)) {
            assert_int_equal(row.date_start, next);
            next = row.date_stop + 1;
            if (increments[i] == WORLD_MONTHLY && next <= query.until) {
                assert_memory_equal(date_text(next).text + 8, "01", 2);
            }
            if (increments[i] > 0 && next <= query.until) {
                assert_int_equal(row.date_stop - row.date_start + 1, increments[i]);
            }
            fixture_add(&sum, &row.metrics);
        }
        world_rows_destroy(rows);
        assert_int_equal(next, query.until + 1);
        fixture_equal(&sum, &expected);
    }
    world_destroy(world);
}

/* A node's own insights are what the account's listing says of it, at its level and below; a level
 * above gives the ancestor with the node's share. */
static void test_scopes_give_the_nodes_share(void **state)
{
    (void)state;
    struct world *world = fixture_world(1, 1, 0, 100);
    static const enum insight_level level_of[] = {LEVEL_CAMPAIGN, LEVEL_ADSET, LEVEL_AD};
    int checked = 0;
    for (enum entity_kind kind = ENTITY_CAMPAIGN; kind < ENTITY_KIND_COUNT; kind++) {
        struct world_query query = fixture_daily(world, 0, level_of[kind], 20, BASE_MS);
        query.increment = WORLD_ALL_DAYS;
        struct world_rows *rows = world_rows_create(world, &query, 0, BASE_MS);
        struct world_row row;
        for (int n = 0; n < 12 && world_rows_next(rows, &row); n++) {
            struct world_query node = query;
            node.scoped = true;
            node.scope = row.entity.ref;
            for (int level = 0; level < LEVEL_COUNT; level++) {
                node.level = (enum insight_level)level;
                size_t count = 0;
                struct world_metrics sum = fixture_sum(world, &node, BASE_MS, &count);
                fixture_equal(&sum, &row.metrics);
                assert_true(count == 1 || (enum insight_level)level > level_of[kind]);
                checked++;
            }
        }
        world_rows_destroy(rows);
    }
    assert_int_equal(checked, 3 * 12 * LEVEL_COUNT);
    world_destroy(world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_positions_resume_exactly),
        cmocka_unit_test(test_breakdowns_partition_the_row),
        cmocka_unit_test(test_breakdown_of_a_campaign_is_that_of_its_ads),
        cmocka_unit_test(test_periods_cover_the_range_once),
        cmocka_unit_test(test_scopes_give_the_nodes_share),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
