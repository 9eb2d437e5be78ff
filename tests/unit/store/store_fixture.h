/* store_fixture: a store of a throw-away directory, rows to put into it, and raw SQL to look. */
#ifndef TESTS_UNIT_STORE_FIXTURE_H
#define TESTS_UNIT_STORE_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "base/arena.h"
#include "store/accounts.h"
#include "store/entities.h"
#include "store/holds.h"
#include "store/insights.h"
#include "store/reader.h"
#include "store/store.h"
#include "store/usage.h"

#define ACCOUNT "act_9007199254740993"
#define OTHER "act_5"
/* 2026-01-01 12:00 UTC, and that day. */
#define NOON INT64_C(1767268800000)
enum { TODAY = 20454, HOUR_MS = 3600000, DAY_MS = 86400000 };

struct place {
    char dir[64], db[80];
    struct store *store;
    struct arena *arena;
    struct err err;
};

static inline void place_put_account(struct place *place, const char *id, const char *currency)
{
    char name[] = "Acme \xf0\x9f\x91\xa9";
    struct account row = {
        .name = name, .timezone_name = "UTC", .account_status = ACCOUNT_ACTIVE, .tier = TIER_LOW};
    snprintf(row.account_id, sizeof row.account_id, "%s", id);
    snprintf(row.currency, sizeof row.currency, "%s", currency);
    assert_true(store_accounts_put(place->store, &row, 1, NOON, &place->err));
}

static inline void place_make(struct place *place)
{
    memset(place, 0, sizeof *place);
    snprintf(place->dir, sizeof place->dir, "/tmp/adtop-store-XXXXXX");
    assert_non_null(mkdtemp(place->dir));
    snprintf(place->db, sizeof place->db, "%s/adtop.db", place->dir);
    place->arena = arena_create(65536);
    assert_non_null(place->arena);
}

static inline void place_open(struct place *place)
{
    place_make(place);
    place->store = store_open(place->db, NULL, &place->err);
    if (!place->store) {
        fail_msg("%s", place->err.message);
    }
    place_put_account(place, ACCOUNT, "USD");
    place_put_account(place, OTHER, "KWD");
}

static inline void place_close(struct place *place)
{
    static const char *const tails[] = {"", "-wal", "-shm", "-journal"};
    char path[100];
    store_close(place->store);
    arena_destroy(place->arena);
    for (size_t i = 0; i < sizeof tails / sizeof tails[0]; i++) {
        snprintf(path, sizeof path, "%s%s", place->db, tails[i]);
        unlink(path);
    }
    rmdir(place->dir);
}

/* One value, of a connection of its own. */
static inline void place_ask(const struct place *place, const char *sql, char out[256])
{
    sqlite3 *db = NULL;
    sqlite3_stmt *stmt = NULL;
    assert_int_equal(sqlite3_open(place->db, &db), SQLITE_OK);
    sqlite3_busy_timeout(db, 5000);
    if (sqlite3_prepare_v2(db, sql, -1, &stmt, NULL) != SQLITE_OK) {
        fail_msg("%s: %s", sql, sqlite3_errmsg(db));
    }
    int rc = sqlite3_step(stmt);
    const unsigned char *text = rc == SQLITE_ROW ? sqlite3_column_text(stmt, 0) : NULL;
    snprintf(out, 256, "%s", text ? (const char *)text : "NULL");
    sqlite3_finalize(stmt);
    sqlite3_close(db);
}

static inline void assert_sql(const struct place *place, const char *sql, const char *expected)
{
    char value[256];
    place_ask(place, sql, value);
    if (strcmp(value, expected) != 0) {
        fail_msg("%s: %s, not %s", sql, value, expected);
    }
}

static inline void place_put_reading(struct place *place, int64_t at, double pct)
{
    struct usage_reading row = {.at = at,
                                .source = USAGE_ACCOUNT,
                                .pct = pct,
                                .call_count = -1,
                                .total_time = -1,
                                .total_cputime = -1,
                                .regain_s = -1};
    snprintf(row.scope_id, sizeof row.scope_id, "%s", ACCOUNT);
    assert_true(store_usage_append(place->store, &row, 1, &place->err));
}

static inline int64_t place_hold(struct place *place, enum hold_reason reason, int64_t since,
                                 int64_t until)
{
    struct hold row = {.account_id = ACCOUNT,
                       .reason = reason,
                       .since = since,
                       .until = until,
                       .detail = "{\"pct\":81}"};
    assert_true(store_hold_open(place->store, &row, &place->err));
    return row.hold_id;
}

static inline struct entity entity_of(enum entity_kind kind, const char *id, const char *parent)
{
    return (struct entity){.kind = kind,
                           .entity_id = id,
                           .parent_id = parent,
                           .campaign_id = kind == ENTITY_CAMPAIGN ? NULL : "100",
                           .name = id,
                           .status = "ACTIVE",
                           .effective_status = "ACTIVE",
                           .updated_time = NOON - DAY_MS};
}

static inline struct insight insight_of(const char *ad, int32_t day, int64_t spend)
{
    return (struct insight){.level = LEVEL_AD,
                            .entity_id = ad,
                            .ad_name = "the ad",
                            .adset_id = "110",
                            .adset_name = "the set",
                            .campaign_id = "100",
                            .campaign_name = "the campaign",
                            .date_start = day,
                            .date_stop = day,
                            .breakdown = "",
                            .spend = spend,
                            .impressions = 10,
                            .clicks = 2,
                            .reach = -1};
}

static inline struct store_listing listing_of(int32_t from, int32_t to, int64_t started_at)
{
    return (struct store_listing){.account_id = ACCOUNT,
                                  .level = LEVEL_AD,
                                  .breakdowns = "",
                                  .day_from = from,
                                  .day_to = to,
                                  .started_at = started_at,
                                  .run_id = 1};
}

#endif
