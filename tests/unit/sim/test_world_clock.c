#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/clock.h"
#include "tests/unit/sim/world_fixture.h"
#include <stdio.h>

/* ---- the clock */

static uint64_t fingerprint(const struct world *world, uint32_t account, int64_t now_ms)
{
    uint64_t sum = 0;
    for (enum entity_kind kind = ENTITY_CAMPAIGN; kind < ENTITY_KIND_COUNT; kind++) {
        for (uint32_t i = 0; i < world_entity_span(world, account, kind); i++) {
            struct world_entity entity;
            if (world_entity(world, (struct world_ref){account, kind, i}, now_ms, &entity)) {
                sum = sum * 1000003 + entity.id + (uint64_t)entity.updated_ms * 31 +
                      (uint64_t)entity.effective * 7 + entity.name.revision +
                      (uint64_t)entity.daily_budget;
            }
        }
    }
    return sum;
}

static void test_evolution_same_in_any_order_of_asking(void **state)
{
    (void)state;
    struct world *forth = fixture_world(4, 1, 0, 300), *back = fixture_world(4, 1, 0, 300);
    uint64_t seen[40];
    for (int i = 0; i < 40; i++) {
        seen[i] = fingerprint(forth, (uint32_t)i % 12, BASE_MS + i * 13 * HOUR_MS);
    }
    for (int i = 39; i >= 0; i--) {
        assert_int_equal(fingerprint(back, (uint32_t)i % 12, BASE_MS + i * 13 * HOUR_MS), seen[i]);
    }
    assert_int_not_equal(fingerprint(forth, 0, BASE_MS), fingerprint(forth, 0, BASE_MS + DAY_MS));
    assert_int_equal(fingerprint(forth, 0, BASE_MS), fingerprint(forth, 0, BASE_MS - 9 * DAY_MS));
    struct world *other = fixture_world(5, 1, 0, 300);
    assert_int_not_equal(fingerprint(forth, 0, BASE_MS), fingerprint(other, 0, BASE_MS));
    world_destroy(forth);
    world_destroy(back);
    world_destroy(other);
}

static void test_evolution_frozen_changes_nothing(void **state)
{
    (void)state;
    struct world *world = fixture_world(4, 1, 0, 0);
    for (uint32_t a = 0; a < world_account_count(world); a++) {
        assert_int_equal(fingerprint(world, a, BASE_MS),
                         fingerprint(world, a, BASE_MS + 80 * DAY_MS));
    }
    world_destroy(world);
}

struct tally {
    int created, renamed, archived, deleted, parent_only, review, status;
};

/* What differs between two instants, and that updated_time tells what it may tell. */
static struct tally compare(const struct world *world, int64_t from_ms, int64_t to_ms)
{
    struct tally out = {0};
    for (enum entity_kind kind = ENTITY_CAMPAIGN; kind < ENTITY_KIND_COUNT; kind++) {
        for (uint32_t i = 0; i < world_entity_span(world, 0, kind); i++) {
            struct world_entity before, after;
            struct world_ref ref = {0, kind, i};
            if (!world_entity(world, ref, to_ms, &after)) {
                continue;
            }
            if (!world_entity(world, ref, from_ms, &before)) {
                assert_true(after.created_ms > from_ms && after.created_ms <= to_ms);
                out.created++;
                continue;
            }
            bool own = before.status != after.status ||
                       before.name.revision != after.name.revision ||
                       before.daily_budget != after.daily_budget ||
                       before.lifetime_budget != after.lifetime_budget;
            assert_true(!own || after.updated_ms > before.updated_ms);
            out.renamed += before.name.revision != after.name.revision;
            out.status += before.status != after.status;
            out.archived += before.status != after.status && after.status == WORLD_ARCHIVED;
            out.deleted += before.status != after.status && after.status == WORLD_DELETED;
            bool still =
                before.effective != after.effective && before.updated_ms == after.updated_ms;
            out.parent_only += still && (after.effective == WORLD_EFF_CAMPAIGN_PAUSED ||
                                         after.effective == WORLD_EFF_ADSET_PAUSED);
            out.review += still && after.effective == WORLD_EFF_DISAPPROVED;
            if (before.status == WORLD_DELETED) {
                assert_int_equal(after.status, WORLD_DELETED);
            }
            if (before.status == WORLD_ARCHIVED) {
                assert_true(after.status >= WORLD_ARCHIVED);
            }
        }
    }
    return out;
}

static void test_evolution_edits_creates_archives_deletes_and_pauses_parents(void **state)
{
    (void)state;
    struct world *world = fixture_world(1, 10, 0, 100);
    struct tally day = compare(world, BASE_MS, BASE_MS + DAY_MS);
    struct tally fortnight = compare(world, BASE_MS, BASE_MS + 14 * DAY_MS);
    /* 1,180 are active: a few per cent of them a day */
    assert_in_range(day.created, 10, 120);
    assert_in_range(day.renamed + day.status, 12, 200);
    assert_in_range(fortnight.renamed, 50, 2000);
    assert_in_range(fortnight.archived, 10, 1000);
    assert_in_range(fortnight.deleted, 10, 1000);
    assert_in_range(fortnight.parent_only, 10, 2000);
    assert_in_range(fortnight.review, 1, 300);
    world_destroy(world);
}

static void test_changes_tell_what_differs(void **state)
{
    (void)state;
    struct world *world = fixture_world(1, 1, 0, 100);
    static struct world_change changes[20000];
    const int64_t from = BASE_MS, to = BASE_MS + 5 * DAY_MS;
    size_t n = world_changes(world, 0, from, to, changes, 20000);
    struct tally tally = compare(world, from, to);
    int created = 0, status = 0, deleted = 0;
    for (size_t i = 0; i < n; i++) {
        assert_true(changes[i].at_ms > from && changes[i].at_ms <= to);
        assert_true(i == 0 || changes[i - 1].at_ms >= changes[i].at_ms);
        created += changes[i].kind == WORLD_CHANGE_CREATE;
        status += changes[i].kind == WORLD_CHANGE_STATUS;
        deleted += changes[i].kind == WORLD_CHANGE_STATUS && changes[i].after == WORLD_DELETED;
    }
    assert_int_equal(created, tally.created);
    assert_true(status >= tally.status && tally.status > 0);
    assert_true(deleted >= tally.deleted);
    /* a shorter answer is the newest part of the longer one; together two ranges are the whole */
    struct world_change few[5];
    assert_int_equal(world_changes(world, 0, from, to, few, 5), 5);
    assert_memory_equal(few, changes, sizeof few);
    static struct world_change part[20000];
    size_t late = world_changes(world, 0, from + 2 * DAY_MS, to, part, 20000);
    size_t early = world_changes(world, 0, from, from + 2 * DAY_MS, part, 20000);
    assert_int_equal(late + early, n);
    assert_true(world_changes(world, 0, from - 400 * DAY_MS, from, part, 20000) > 1000);
    world_destroy(world);
}

static void test_large_account_timing_is_printed(void **state)
{
    (void)state;
    int64_t start = clock_mono_us();
    struct world *world = fixture_world(1, 1, 100000, 100);
    int64_t made = clock_mono_us();
    uint64_t sum = 0;
    for (uint32_t i = 0; i < 1000; i++) {
        struct world_entity entity;
        struct world_ref ref = {0, ENTITY_AD, 50000 + i};
        sum += world_entity(world, ref, BASE_MS + DAY_MS, &entity) ? entity.id : 0;
    }
    int64_t listed = clock_mono_us();
    int32_t today = world_today(world, 0, BASE_MS);
    const struct world_query query = {
        .level = LEVEL_AD, .since = today - 7, .until = today, .increment = 1};
    struct world_rows *rows = world_rows_create(world, &query, 30000ULL << 32, BASE_MS);
    static struct world_row row;
    for (int i = 0; i < 1000; i++) {
        assert_true(world_rows_next(rows, &row));
    }
    int64_t paged = clock_mono_us();
    world_rows_destroy(rows);
    struct world_metrics day;
    world_truth_day(world, 0, today - 1, BASE_MS, &day);
    int64_t summed = clock_mono_us();
    printf("100,000 entities: created in %lld us, 1,000 ads in %lld us, 1,000 insights rows in "
           "%lld us, "
           "a day's total in %lld us\n",
           (long long)(made - start), (long long)(listed - made), (long long)(paged - listed),
           (long long)(summed - paged));
    assert_true(sum > 0 && day.impressions > 0);
    world_destroy(world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_evolution_same_in_any_order_of_asking),
        cmocka_unit_test(test_evolution_frozen_changes_nothing),
        cmocka_unit_test(test_evolution_edits_creates_archives_deletes_and_pauses_parents),
        cmocka_unit_test(test_changes_tell_what_differs),
        cmocka_unit_test(test_large_account_timing_is_printed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
