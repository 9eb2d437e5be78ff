#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/rand.h"
#include "govern/queue.h"
#include "govern/spread.h"

static const int64_t now_ms = 1795000000000;
static const int64_t half_hour_ms = 1800000, twelve_hours_ms = 43200000;

static struct queue_item item(const char *id, int64_t lag_ms, int64_t cadence_ms)
{
    struct queue_item out = {.last_sync_ms = now_ms - lag_ms, .cadence_ms = cadence_ms};
    snprintf(out.account_id, sizeof out.account_id, "%s", id);
    return out;
}

static void assert_order(const struct queue_item *items, size_t count, const char *const *ids)
{
    for (size_t i = 0; i < count; i++) {
        assert_string_equal(items[i].account_id, ids[i]);
    }
}

static void test_queue_operators_then_ratio_then_tier_then_id(void **state)
{
    (void)state;
    struct queue_item items[] = {
        item("act_low", twelve_hours_ms, twelve_hours_ms), /* ratio 1 */
        item("act_late", 2 * half_hour_ms, half_hour_ms),  /* 2 */
        item("act_b", 3 * half_hour_ms, 2 * half_hour_ms), /* 1.5 */
        item("act_a", 3 * half_hour_ms, 2 * half_hour_ms), /* the same */
        item("act_forced2", 0, half_hour_ms),
        item("act_forced1", 0, half_hour_ms),
        item("act_never", 0, half_hour_ms),
    };
    items[2].tier = items[3].tier = TIER_MEDIUM;
    items[4].forced = items[5].forced = true;
    items[4].forced_at_ms = now_ms - 10;
    items[5].forced_at_ms = now_ms - 20;
    items[6].last_sync_ms = 0;
    struct queue_context ctx = {.now_ms = now_ms, .slots = 1};
    queue_order(items, 7, &ctx);
    static const char *const ids[] = {"act_forced1", "act_forced2", "act_never", "act_late",
                                      "act_a",       "act_b",       "act_low"};
    assert_order(items, 7, ids);
    for (int i = 0; i < 7; i++) {
        assert_int_equal(items[i].position, i + 1);
    }
}

static void test_queue_tier_decides_between_equal_ratios(void **state)
{
    (void)state;
    struct queue_item items[] = {item("act_1", half_hour_ms, half_hour_ms),
                                 item("act_2", twelve_hours_ms, twelve_hours_ms)};
    items[0].tier = TIER_LOW;
    items[1].tier = TIER_HIGH;
    assert_int_equal(queue_next(items, 2, 0, now_ms), 1);
}

static void test_queue_priority_weighs_but_never_starves(void **state)
{
    (void)state;
    struct queue_item items[] = {item("act_up", half_hour_ms, half_hour_ms),
                                 item("act_down", half_hour_ms, half_hour_ms)};
    items[0].priority = 9;
    items[1].priority = -9;
    assert_int_equal(queue_next(items, 2, 0, now_ms), 0);
    items[0].last_sync_ms = now_ms; /* the one on top was just served */
    assert_int_equal(queue_next(items, 2, 0, now_ms), 1);
    items[0].last_sync_ms = now_ms - half_hour_ms; /* due again: the other's lag has grown */
    items[1].last_sync_ms = now_ms - 14 * half_hour_ms;
    assert_int_equal(queue_next(items, 2, 0, now_ms), 1);
}

static void test_queue_expected_starts_follow_slots_and_holds(void **state)
{
    (void)state;
    struct queue_item items[] = {item("act_1", 5 * half_hour_ms, half_hour_ms),
                                 item("act_2", 4 * half_hour_ms, half_hour_ms),
                                 item("act_3", 3 * half_hour_ms, half_hour_ms),
                                 item("act_4", 2 * half_hour_ms, half_hour_ms)};
    items[0].not_before_ms = now_ms + 60000; /* held by a quota */
    items[3].not_before_ms = INT64_MAX;      /* a person must act */
    items[1].duration_ms = 30000;
    const int64_t busy[] = {now_ms + 5000};
    struct queue_context ctx = {.now_ms = now_ms,
                                .slots = 2,
                                .busy_until = busy,
                                .busy_count = 1,
                                .mean_duration_ms = 20000};
    queue_order(items, 4, &ctx);
    static const char *const ids[] = {"act_2", "act_3", "act_1", "act_4"};
    assert_order(items, 4, ids);
    assert_int_equal(items[0].expected_start_ms, now_ms);
    assert_int_equal(items[1].expected_start_ms, now_ms + 5000);
    assert_int_equal(items[2].expected_start_ms, now_ms + 60000);
    assert_int_equal(items[3].expected_start_ms, 0);
    assert_int_equal(items[3].position, 0);
}

/* However many are forced, after QUEUE_STREAK of them a scheduled one goes. */
static void test_queue_force_syncs_starve_nobody(void **state)
{
    (void)state;
    enum { FORCED = 200, SCHEDULED = 20, ALL = FORCED + SCHEDULED };
    static struct queue_item items[ALL];
    for (int i = 0; i < ALL; i++) {
        char id[ID_SIZE];
        snprintf(id, sizeof id, "act_%03d", i);
        items[i] = item(id, half_hour_ms + i * 1000, half_hour_ms);
        items[i].forced = i < FORCED;
    }
    int streak = 0, starts = 0, served = 0;
    while (served < SCHEDULED) {
        ptrdiff_t next = queue_next(items, ALL, streak, now_ms + starts);
        assert_true(next >= 0);
        starts++;
        if (items[next].forced) {
            streak++;
            items[next].forced_at_ms = now_ms + starts; /* and asked for again at once */
        } else {
            streak = 0;
            served++;
            items[next].not_before_ms = INT64_MAX;
        }
        assert_in_range(starts, 1, SCHEDULED * (QUEUE_STREAK + 1));
    }
}

static struct queue_item random_item(struct rand *rand, int i)
{
    struct queue_item out = {.forced = rand_below(rand, 4) == 0,
                             .forced_at_ms = now_ms - rand_below(rand, 3) * 1000,
                             .cadence_ms = (1 + rand_below(rand, 3)) * half_hour_ms,
                             .tier = (enum tier)rand_below(rand, TIER_COUNT),
                             .priority = (int)rand_below(rand, 19) - 9,
                             .duration_ms = rand_below(rand, 3) * 15000};
    snprintf(out.account_id, sizeof out.account_id, "act_%d", i);
    out.last_sync_ms = rand_below(rand, 5) ? now_ms - rand_below(rand, 4) * half_hour_ms : 0;
    if (rand_below(rand, 4) == 0) {
        out.not_before_ms = rand_below(rand, 2) ? INT64_MAX : now_ms + rand_below(rand, 100000);
    }
    return out;
}

/* The order is total (any shuffle sorts to the same) and stable (its head is queue_next). */
static void test_queue_order_of_generated_items(void **state)
{
    (void)state;
    enum { COUNT = 40 };
    struct rand rand;
    rand_seed(&rand, 4711, 1);
    for (int round = 0; round < 100; round++) {
        struct queue_item first[COUNT], second[COUNT];
        for (int i = 0; i < COUNT; i++) {
            first[i] = random_item(&rand, i);
        }
        memcpy(second, first, sizeof second);
        for (uint32_t i = COUNT - 1; i > 0; i--) {
            uint32_t k = rand_below(&rand, i + 1);
            struct queue_item swap = second[i];
            second[i] = second[k];
            second[k] = swap;
        }
        struct queue_context ctx = {
            .now_ms = now_ms, .slots = 3, .forced_streak = (int)rand_below(&rand, 5)};
        ptrdiff_t head = queue_next(first, COUNT, ctx.forced_streak, now_ms);
        char head_id[ID_SIZE];
        memcpy(head_id, first[head].account_id, sizeof head_id);
        queue_order(first, COUNT, &ctx);
        queue_order(second, COUNT, &ctx);
        assert_string_equal(first[0].account_id, head_id);
        int64_t last = 0;
        for (int i = 0; i < COUNT; i++) {
            assert_string_equal(first[i].account_id, second[i].account_id);
            assert_int_equal(first[i].expected_start_ms, second[i].expected_start_ms);
            bool starts = first[i].position > 0;
            assert_int_equal(starts, first[i].not_before_ms != INT64_MAX);
            if (starts) {
                assert_true(first[i].expected_start_ms >= last);
                assert_true(first[i].expected_start_ms >= first[i].not_before_ms);
                last = first[i].expected_start_ms;
            }
        }
    }
}

static void test_spread_offset_is_repeatable_and_even(void **state)
{
    (void)state;
    int low = 0;
    for (int i = 0; i < 1000; i++) {
        char id[ID_SIZE];
        snprintf(id, sizeof id, "act_%d", i);
        int64_t offset = spread_offset_ms(id, now_ms, 60000);
        assert_in_range(offset, 0, 59999);
        assert_int_equal(offset, spread_offset_ms(id, now_ms, 60000));
        low += offset < 30000;
    }
    assert_in_range(low, 400, 600);
    assert_int_equal(spread_offset_ms("act_1", now_ms, 0), 0);
}

static void test_spread_resumes_keep_order_and_gap(void **state)
{
    (void)state;
    const int64_t ready[] = {now_ms + 500, now_ms - 1000, now_ms + 500, now_ms + 90000};
    int64_t at[4];
    spread_resumes(ready, 4, now_ms, 2000, at);
    assert_int_equal(at[1], now_ms);
    assert_int_equal(at[0], now_ms + 2000);
    assert_int_equal(at[2], now_ms + 4000);
    assert_int_equal(at[3], now_ms + 90000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_queue_operators_then_ratio_then_tier_then_id),
        cmocka_unit_test(test_queue_tier_decides_between_equal_ratios),
        cmocka_unit_test(test_queue_priority_weighs_but_never_starves),
        cmocka_unit_test(test_queue_expected_starts_follow_slots_and_holds),
        cmocka_unit_test(test_queue_force_syncs_starve_nobody),
        cmocka_unit_test(test_queue_order_of_generated_items),
        cmocka_unit_test(test_spread_offset_is_repeatable_and_even),
        cmocka_unit_test(test_spread_resumes_keep_order_and_gap),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
