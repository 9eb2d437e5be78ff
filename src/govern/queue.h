/*
 * queue: in which order waiting runs start. Operators first, but after QUEUE_STREAK of their runs
 * in a row the most overdue scheduled one goes, so that nobody starves however many are forced;
 * then overdue ratio (lag / cadence, weighed by priority), tier, account id. Total and stable.
 * Pure.
 */
#ifndef GOVERN_QUEUE_H
#define GOVERN_QUEUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/account.h"

enum { QUEUE_STREAK = 3 };

struct queue_item {
    char account_id[ID_SIZE];
    bool forced;          /* an operator asked for it */
    int64_t forced_at_ms; /* first asked, first served */
    int64_t last_sync_ms; /* start of the last finished run; 0 = never */
    int64_t cadence_ms;
    enum tier tier;
    int priority;          /* -9 .. 9 */
    int64_t not_before_ms; /* end of its hold or backoff; 0 = none; INT64_MAX = a person must act */
    int64_t duration_ms;   /* mean of its runs; 0 = unknown */
    /* results */
    double ratio;              /* effective overdue ratio */
    int position;              /* 1 = next; 0 = will not start by itself */
    int64_t expected_start_ms; /* 0 = will not start by itself */
};

struct queue_context {
    int64_t now_ms;
    int slots;                 /* concurrent runs */
    const int64_t *busy_until; /* expected ends of the running ones */
    size_t busy_count;
    int forced_streak;        /* forced runs started in a row so far */
    int64_t mean_duration_ms; /* for items without their own; 0 = 10 s */
};

/* Sorts items into the order they will start in and fills their results. */
void queue_order(struct queue_item *items, size_t count, const struct queue_context *ctx);
/* The item to start now, -1 = none is ready; the same rule without expected times. */
ptrdiff_t queue_next(const struct queue_item *items, size_t count, int forced_streak,
                     int64_t now_ms);
/* Overdue ratio as ordered by: 0 = just synced, 1 = due. */
double queue_ratio(const struct queue_item *item, int64_t now_ms);

#endif
