#include "govern/queue.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { SLOTS_MAX = 64 };
static const int64_t unknown_duration_ms = 10000;
/* Nine steps of priority are worth three and a half cadences, either way; lag grows without end, so
 * that no priority starves another. */
static const double priority_step = 1.15;
static const double never_synced_ratio = 1000;

double queue_ratio(const struct queue_item *item, int64_t now_ms)
{
    double ratio = never_synced_ratio;
    if (item->last_sync_ms > 0) {
        double cadence = item->cadence_ms > 0 ? (double)item->cadence_ms : 1;
        double lag = (double)(now_ms - item->last_sync_ms);
        ratio = lag > 0 ? lag / cadence : 0;
    }
    return ratio * pow(priority_step, item->priority);
}

/* Operators first, in the order they asked; the rest by ratio. Ids make it total. */
static int compare(const struct queue_item *a, const struct queue_item *b)
{
    if (a->forced != b->forced) {
        return a->forced ? -1 : 1;
    }
    if (a->forced && a->forced_at_ms != b->forced_at_ms) {
        return a->forced_at_ms < b->forced_at_ms ? -1 : 1;
    }
    if (a->ratio > b->ratio || a->ratio < b->ratio) {
        return a->ratio > b->ratio ? -1 : 1;
    }
    if (a->tier != b->tier) {
        return a->tier < b->tier ? -1 : 1;
    }
    return strcmp(a->account_id, b->account_id);
}

static int by_rule(const void *a, const void *b)
{
    return compare(a, b);
}

static int by_position(const void *a, const void *b)
{
    const struct queue_item *x = a, *y = b;
    if (x->position != y->position) {
        unsigned px = (unsigned)x->position - 1, py = (unsigned)y->position - 1; /* 0 goes last */
        return px < py ? -1 : 1;
    }
    return compare(x, y);
}

/* items sorted by rule; the one to start at this moment among those not yet placed. */
static ptrdiff_t pick(const struct queue_item *items, size_t count, int streak, int64_t at_ms)
{
    ptrdiff_t forced = -1, scheduled = -1;
    for (size_t i = 0; i < count && (forced < 0 || scheduled < 0); i++) {
        const struct queue_item *item = &items[i];
        if (item->position != 0 || item->not_before_ms > at_ms) {
            continue;
        }
        ptrdiff_t *best = item->forced ? &forced : &scheduled;
        *best = *best < 0 ? (ptrdiff_t)i : *best;
    }
    bool turn = forced >= 0 && (streak < QUEUE_STREAK || scheduled < 0);
    return turn ? forced : scheduled;
}

static int64_t earliest_release(const struct queue_item *items, size_t count)
{
    int64_t earliest = INT64_MAX;
    for (size_t i = 0; i < count; i++) {
        bool waits = items[i].position == 0 && items[i].not_before_ms < earliest;
        earliest = waits ? items[i].not_before_ms : earliest;
    }
    return earliest;
}

static size_t first_free(const int64_t *free_at, size_t slots)
{
    size_t first = 0;
    for (size_t i = 1; i < slots; i++) {
        first = free_at[i] < free_at[first] ? i : first;
    }
    return first;
}

static size_t slots_fill(const struct queue_context *ctx, int64_t free_at[SLOTS_MAX])
{
    size_t slots = ctx->slots > 0 ? (size_t)ctx->slots : 1;
    slots = slots < SLOTS_MAX ? slots : SLOTS_MAX;
    for (size_t i = 0; i < slots; i++) {
        bool busy = i < ctx->busy_count && ctx->busy_until[i] > ctx->now_ms;
        free_at[i] = busy ? ctx->busy_until[i] : ctx->now_ms;
    }
    return slots;
}

void queue_order(struct queue_item *items, size_t count, const struct queue_context *ctx)
{
    int64_t free_at[SLOTS_MAX];
    size_t slots = slots_fill(ctx, free_at);
    int streak = ctx->forced_streak;
    int64_t mean = ctx->mean_duration_ms > 0 ? ctx->mean_duration_ms : unknown_duration_ms;
    for (size_t i = 0; i < count; i++) {
        items[i].ratio = queue_ratio(&items[i], ctx->now_ms);
        items[i].position = 0;
        items[i].expected_start_ms = 0;
    }
    qsort(items, count, sizeof *items, by_rule);
    for (int position = 1; (size_t)position <= count;) {
        size_t slot = first_free(free_at, slots);
        ptrdiff_t next = pick(items, count, streak, free_at[slot]);
        if (next < 0) {
            int64_t wait = earliest_release(items, count);
            if (wait == INT64_MAX) {
                break; /* the rest needs a person */
            }
            free_at[slot] = wait;
            continue;
        }
        struct queue_item *item = &items[next];
        item->position = position++;
        item->expected_start_ms = free_at[slot];
        free_at[slot] += item->duration_ms > 0 ? item->duration_ms : mean;
        streak = item->forced ? streak + 1 : 0;
    }
    qsort(items, count, sizeof *items, by_position);
}

ptrdiff_t queue_next(const struct queue_item *items, size_t count, int forced_streak,
                     int64_t now_ms)
{
    ptrdiff_t best[2] = {-1, -1}; /* scheduled, forced */
    struct queue_item kept[2];
    for (size_t i = 0; i < count; i++) {
        if (items[i].not_before_ms > now_ms) {
            continue;
        }
        struct queue_item item = items[i];
        item.ratio = queue_ratio(&item, now_ms);
        int kind = item.forced ? 1 : 0;
        if (best[kind] < 0 || compare(&item, &kept[kind]) < 0) {
            best[kind] = (ptrdiff_t)i;
            kept[kind] = item;
        }
    }
    bool turn = best[1] >= 0 && (forced_streak < QUEUE_STREAK || best[0] < 0);
    return turn ? best[1] : best[0];
}
