/*
 * read_entities: the tree campaign, ad set, ad with figures of a range of days. Live only; children
 * are read when opened. See reader.h.
 */
#ifndef STORE_READ_ENTITIES_H
#define STORE_READ_ENTITIES_H

#include "model/entity.h"
#include "model/insight.h"
#include "store/reader.h"

struct entity_row {
    enum entity_kind kind;
    const char *entity_id, *campaign_id, *parent_id; /* "" = none */
    const char *name, *status, *effective_status, *objective;
    int64_t daily_budget, lifetime_budget; /* micros; -1 = none */
    int64_t created_time, updated_time, fetched_at, deleted_at;
    int64_t children; /* not deleted */
    int64_t spend;    /* micros, over the days asked for */
    int64_t impressions, clicks;
    double link_clicks, leads, registrations, purchases;
    int64_t purchase_value; /* micros */
};
struct entity_rows {
    struct entity_row *rows;
    size_t count;
};
struct entity_query {
    const char *account_id;
    const char *parent_id;    /* NULL or "" = the campaigns */
    int32_t day_from, day_to; /* of the figures */
    const char *after_id;     /* for the next page; NULL = from the start */
    size_t limit;             /* 0 = 500 */
    bool deleted;             /* tombstones too */
};
/* In order of id. */
bool read_entities(struct store_reader *reader, struct arena *arena,
                   const struct entity_query *query, struct entity_rows *out, struct err *err);
/* ERR_NOT_FOUND when there is none. */
bool read_entity(struct store_reader *reader, struct arena *arena, const char *entity_id,
                 struct entity_row *out, struct err *err);

struct entity_totals {
    int64_t present[ENTITY_KIND_COUNT];
    int64_t active; /* ads with effective_status ACTIVE */
};
bool read_entity_totals(struct store_reader *reader, const char *account_id,
                        struct entity_totals *out, struct err *err);

/* Rows a day of the listing of this level: of the one among so many last days that had the most
 * impressions, for to count every day's would take long; 0 = none is held. */
bool read_rows_per_day(struct store_reader *reader, const char *account_id,
                       enum insight_level level, int days, int64_t *out, struct err *err);

#endif
