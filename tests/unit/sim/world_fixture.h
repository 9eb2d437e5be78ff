/* world_fixture: a world to test, and the figures tests compare. */
#ifndef TESTS_UNIT_SIM_WORLD_FIXTURE_H
#define TESTS_UNIT_SIM_WORLD_FIXTURE_H

#include "base/date.h"
#include "sim/world/world_insight.h"
#include "sim/world/world_mutation.h"
#include <string.h>

#define BASE_MS 1775000000000LL /* 2026-03-31T23:33:20Z */
#define HOUR_MS 3600000LL
#define DAY_MS (24 * HOUR_MS)
#define T0 (BASE_MS + 5 * HOUR_MS) /* of mutations */

static inline struct world *fixture_world(uint64_t seed, uint32_t scale, uint32_t big,
                                          uint32_t pace)
{
    struct err err = {0};
    const struct world_config config = {seed, scale, big, BASE_MS, pace};
    struct world *world = world_create(&config, &err);
    if (!world) {
        fail_msg("%s", err.message);
    }
    return world;
}

/* Adds everything that is additive. */
static inline void fixture_add(struct world_metrics *sum, const struct world_metrics *more)
{
    int64_t *to = (int64_t *)sum;
    const int64_t *from = (const int64_t *)more;
    int64_t reach = sum->reach;
    for (size_t i = 0; i < sizeof *sum / sizeof *to; i++) {
        to[i] += from[i];
    }
    sum->reach = reach;
}

static inline void fixture_equal(const struct world_metrics *a, const struct world_metrics *b)
{
    struct world_metrics x = *a, y = *b;
    x.reach = y.reach = 0;
    assert_memory_equal(&x, &y, sizeof x);
}

/* Sum over all rows of a query. */
static inline struct world_metrics fixture_sum(struct world *world, const struct world_query *query,
                                               int64_t now_ms, size_t *rows_out)
{
    struct world_metrics sum;
    struct world_row row;
    size_t count = 0;
    memset(&sum, 0, sizeof sum);
    struct world_rows *rows = world_rows_create(world, query, 0, now_ms);
    assert_non_null(rows);
    while (world_rows_next(rows, &row)) {
        fixture_add(&sum, &row.metrics);
        count++;
    }
    world_rows_destroy(rows);
    if (rows_out) {
        *rows_out = count;
    }
    return sum;
}

/* The last `days` days of an account by day. */
static inline struct world_query fixture_daily(const struct world *world, uint32_t account,
                                               enum insight_level level, int32_t days,
                                               int64_t now_ms)
{
    int32_t today = world_today(world, account, now_ms);
    struct world_query out;
    memset(&out, 0, sizeof out);
    out.account = account;
    out.level = level;
    out.since = today - days + 1;
    out.until = today;
    out.increment = 1;
    return out;
}

/* The first entity of a kind with this effective status at base; delivering ads where `spends`. */
static inline struct world_entity fixture_pick(const struct world *world, enum entity_kind kind,
                                               enum world_effective effective)
{
    struct world_entity out = {0};
    for (uint32_t i = 0; i < world_entity_span(world, 0, kind); i++) {
        if (world_entity(world, (struct world_ref){0, kind, i}, BASE_MS, &out) &&
            out.effective == effective) {
            return out;
        }
    }
    fail_msg("no such entity");
    return out;
}

static inline struct world_entity fixture_at(const struct world *world, struct world_ref ref,
                                             int64_t now_ms)
{
    struct world_entity out;
    assert_true(world_entity(world, ref, now_ms, &out));
    return out;
}

static inline uint64_t fixture_mutate(struct world *world, struct world_mutation mutation)
{
    struct err err = {0};
    uint64_t created = 0;
    if (!world_mutate(world, &mutation, &created, &err)) {
        fail_msg("%s", err.message);
    }
    return created;
}

#endif
