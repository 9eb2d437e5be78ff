/*
 * insights: rows of insights listings. A listing covers (account, level, breakdowns, days); putting
 * the same row again replaces it, actions and all, and what a finished listing did not return is
 * removed: rows vanish when Meta restates them to nothing. Threads: see store.h.
 */
#ifndef STORE_INSIGHTS_H
#define STORE_INSIGHTS_H

#include "model/ids.h"
#include "model/insight.h"
#include "store/store.h"

/* Which action types count as what, in daily_metrics: the present type with the lowest rank wins in
 * a row, so a purchase that came as omni and as pixel is counted once. */
enum store_event { EVENT_LINK_CLICK, EVENT_LEAD, EVENT_REGISTRATION, EVENT_PURCHASE, EVENT_COUNT };
struct store_event_rule {
    const char *action_type;
    enum store_event event;
    int rank; /* 0 first */
};
struct store_event_map {
    const struct store_event_rule *rules; /* outlives the store */
    size_t count;
};

struct store_listing {
    const char *account_id;
    enum insight_level level;
    const char *breakdowns;   /* "" or the keys in order: "age,gender" */
    int32_t day_from, day_to; /* inclusive */
    int64_t started_at;       /* of the whole listing; kept across a resume */
    int64_t run_id;
};

/* A page; idempotent. fetched_at is not before listing->started_at. Ads (or the level's entities)
 * that are not stored become strays (entities.h). */
bool store_insights_put(struct store *store, const struct store_listing *listing,
                        const struct insight *rows, size_t n, int64_t fetched_at, struct err *err);
/* The listing ended: rows of its range that it did not bring are removed, its days are fresh as of
 * fetched_at. */
bool store_insights_finish(struct store *store, const struct store_listing *listing,
                           int64_t fetched_at, size_t *removed, struct err *err);

struct store_day {
    int32_t day;
    int64_t rows;
    int64_t spend; /* micros */
    int64_t impressions, clicks;
    int64_t fetched_at; /* of the last finished listing of that day; 0 = never */
};
/* One element for every day of the listing's range, in order, into days[day_to - day_from + 1].
 * Rows of single days only. */
bool store_insights_days(struct store *store, const struct store_listing *listing,
                         struct store_day *days, struct err *err);

#endif
