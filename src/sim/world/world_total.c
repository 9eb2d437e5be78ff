/*
 * Totals of an account's days, kept: they are what checksums, truth and amount_spent ask for, and
 * summing the ads of a large account takes milliseconds a day. A day's total can only change when a
 * quarter hour passes (today), at a restatement (closed days), or by a mutation before its end.
 */
#include "sim/world/world_impl.h"
#include <stdlib.h>
#include <string.h>

/* What the figures of a day depend on besides mutations; never 0. */
static int64_t day_key(const struct day_clock *clock)
{
    return clock->revision >= 0 ? 1 + clock->revision : 1000 + clock->as_of_ms / QUARTER_MS;
}

/* Ads that cannot have delivered on the day, without a look at their schedule. */
static bool out_of_day(const struct world *world, const struct ent *ent,
                       const struct day_clock *clock)
{
    int64_t end = clock->to_ms < clock->as_of_ms ? clock->to_ms : clock->as_of_ms;
    bool ended = ent->stop_s != ENT_OPEN && world_ms(world, ent->stop_s) <= clock->from_ms;
    return world_ms(world, ent->created_s) >= end ||
           (ended && (ent->status >= WORLD_ARCHIVED || clock->to_ms <= world->config.base_ms));
}

static void sum_day(const struct world *world, const struct account *account,
                    const struct day_clock *clock, struct world_metrics *metrics)
{
    const struct ents *ads = &account->list[ENTITY_AD];
    for (uint32_t i = 0; i < ads->count; i++) {
        const struct ent *ent = &ads->at[i];
        if (out_of_day(world, ent, clock)) {
            continue;
        }
        struct spans spans;
        struct parts parts;
        world_spans(world, account, i, clock->as_of_ms, &spans);
        struct ad ad = {account, ent, world_ref_key(world, account, ENTITY_AD, i)};
        if (spans.count && world_parts(&ad, clock, &spans, false, &parts)) {
            world_parts_add(account, &parts, metrics);
        }
    }
}

static struct day_total *total_of(struct account *account, int32_t day)
{
    if (!account->totals) {
        account->totals = calloc(CALENDAR_DAYS, sizeof *account->totals);
    }
    int32_t at = day - account->first_day;
    return account->totals && at >= 0 && at < CALENDAR_DAYS ? &account->totals[at] : NULL;
}

const struct world_metrics *world_total(struct world *world, struct account *account, int32_t day,
                                        int64_t now_ms, struct world_metrics *scratch)
{
    struct day_clock clock;
    world_day_clock(account, day, world_as_of(now_ms), &clock);
    struct day_total *total = total_of(account, day);
    struct world_metrics *metrics = total ? &total->metrics : scratch;
    if (!total || total->key != day_key(&clock)) {
        memset(metrics, 0, sizeof *metrics);
        if (day >= account->first_day && clock.from_ms < clock.as_of_ms) {
            sum_day(world, account, &clock, metrics);
        }
        if (total) {
            total->key = day_key(&clock);
        }
    }
    return metrics;
}

void world_total_forget(struct account *account, int64_t from_ms)
{
    for (int32_t i = 0; account->totals && i < CALENDAR_DAYS; i++) {
        if (account->midnight[i + 1] > from_ms) {
            account->totals[i].key = account->totals[i].spend_key = 0;
        }
    }
}

void world_truth_day(struct world *world, uint32_t index, int32_t day, int64_t now_ms,
                     struct world_metrics *out)
{
    struct account *account = &world->accounts[index];
    struct world_metrics scratch;
    *out = *world_total(world, account, day, now_ms, &scratch);
    out->reach = world_reach(account, LEVEL_ACCOUNT, account->id, out->impressions, 1);
}

/* Days whose spend is to be summed; an ad's schedule is looked at once for all of them. */
#define CHUNK 64
struct chunk {
    struct day_clock clocks[CHUNK]; /* ascending */
    int64_t minor[CHUNK];
    uint32_t count;
};

static int64_t sum_chunk(const struct world *world, struct account *account, struct chunk *chunk)
{
    const struct ents *ads = &account->list[ENTITY_AD];
    int64_t sum = 0;
    for (uint32_t i = 0; chunk->count && i < ads->count; i++) {
        struct ad ad = {account, &ads->at[i], world_ref_key(world, account, ENTITY_AD, i)};
        struct spans spans;
        struct parts parts;
        world_spans(world, account, i, chunk->clocks[0].as_of_ms, &spans);
        for (uint32_t d = 0; spans.count && d < chunk->count; d++) {
            if (chunk->clocks[d].to_ms > spans.at[0].from_ms &&
                chunk->clocks[d].from_ms < spans.at[spans.count - 1].to_ms &&
                world_parts(&ad, &chunk->clocks[d], &spans, true, &parts)) {
                chunk->minor[d] += parts.n[PART_SPEND];
            }
        }
    }
    for (uint32_t d = 0; d < chunk->count; d++) {
        struct day_total *total = total_of(account, chunk->clocks[d].day);
        if (total) {
            total->spend_minor = chunk->minor[d];
            total->spend_key = day_key(&chunk->clocks[d]);
        }
        sum += chunk->minor[d];
    }
    memset(chunk, 0, sizeof *chunk);
    return sum;
}

int64_t world_account_spent(struct world *world, uint32_t index, int64_t now_ms)
{
    struct account *account = &world->accounts[index];
    int64_t spent = (int64_t)(account->key % 100000) * account->profile->usd_minor / 10;
    int32_t today = world_today(world, index, now_ms);
    struct chunk chunk = {.count = 0};
    for (int32_t day = account->first_day; day <= today; day++) {
        struct day_clock *clock = &chunk.clocks[chunk.count];
        world_day_clock(account, day, world_as_of(now_ms), clock);
        const struct day_total *total = total_of(account, day);
        if (total && total->spend_key == day_key(clock)) {
            spent += total->spend_minor;
        } else if (++chunk.count == CHUNK) {
            spent += sum_chunk(world, account, &chunk);
        }
    }
    return spent + sum_chunk(world, account, &chunk);
}
