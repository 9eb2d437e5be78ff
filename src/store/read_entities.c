#include "store/read_entities.h"

#include <string.h>

#include "base/num.h"
#include "store/reader_internal.h"

enum { DEFAULT_LIMIT = 500 };

#define ID_OF(column)                                                                              \
    "CASE WHEN " column " > 0 THEN CAST(" column " AS TEXT) ELSE (SELECT t.entity_id FROM "        \
    "entity_text t WHERE t.entity_no = " column ") END"
/* The page first, in the order of its index, then its figures day by day: both keys begin with
 * account, level and date. Tombstones stand between the others: with them a page is sorted. */
#define PAGE(where, order)                                                                         \
    "WITH RECURSIVE day(d) AS (SELECT :from UNION ALL SELECT d + 1 FROM day WHERE d < :to), e AS " \
    "MATERIALIZED (SELECT * FROM entity WHERE account_no = :no AND " where " AND " order           \
    " LIMIT :limit)"
#define TOP "kind = 0 AND :parent = :parent"
#define BELOW                                                                                      \
    "kind = (SELECT p.kind + 1 FROM entity p WHERE p.entity_no = :parent) AND parent_no = :parent"
#define PRESENT "deleted_at IS NULL AND entity_no > :after ORDER BY entity_no"
#define ALL "+entity_no > :after ORDER BY +entity_no"
#define SUM(column) "sum(coalesce(m." column ", i." column ", 0))"
#define COLUMNS                                                                                    \
    " SELECT e.kind, " ID_OF("e.entity_no") ", " ID_OF("e.campaign_no") ", " ID_OF(                \
        "e.parent_no") ", e.name, e.status, e.effective_status, e.objective, "                     \
                       "coalesce(e.daily_budget, -1), coalesce(e.lifetime_budget, -1), "           \
                       "e.created_time, e.updated_time, e.fetched_at, e.deleted_at, (SELECT "      \
                       "count(*) FROM entity c WHERE c.account_no = e.account_no AND c.kind = "    \
                       "e.kind + 1 AND c.parent_no = e.entity_no AND c.deleted_at IS NULL), "
/* An ad's stand in its insights, those of what is above it in the sums: the other is not sought. */
/* clang-format off */
#define FIGURES                                                                                    \
    SUM("spend") ", " SUM("impressions") ", " SUM("clicks") ", " SUM("link_clicks") ", "           \
    SUM("leads") ", " SUM("registrations") ", " SUM("purchases") ", " SUM("purchase_value")        \
    " FROM e CROSS JOIN day LEFT JOIN daily_sum m ON m.account_no = e.account_no AND m.level = "   \
    "CASE WHEN e.kind < 2 THEN e.kind + 1 END AND m.date = day.d AND m.entity_no = e.entity_no "   \
    "LEFT JOIN insight i ON i.account_no = e.account_no AND i.level = CASE e.kind WHEN 2 THEN 3 "  \
    "END AND i.date_start = day.d AND i.entity_no = e.entity_no AND i.date_stop = day.d AND "      \
    "i.breakdown_no = 0 GROUP BY e.entity_no ORDER BY e.entity_no"
/* clang-format on */

static void read_one(struct query *q, struct entity_row *row, struct arena *arena)
{
    row->kind = (enum entity_kind)(col_i64(q, 0) % ENTITY_KIND_COUNT);
    row->entity_id = col_copy(q, 1, arena);
    row->campaign_id = col_copy(q, 2, arena);
    row->parent_id = col_copy(q, 3, arena);
    row->name = col_copy(q, 4, arena);
    row->status = col_copy(q, 5, arena);
    row->effective_status = col_copy(q, 6, arena);
    row->objective = col_copy(q, 7, arena);
    row->daily_budget = col_i64(q, 8);
    row->lifetime_budget = col_i64(q, 9);
    row->created_time = col_i64(q, 10);
    row->updated_time = col_i64(q, 11);
    row->fetched_at = col_i64(q, 12);
    row->deleted_at = col_i64(q, 13);
    row->children = col_i64(q, 14);
    row->spend = col_i64(q, 15);
    row->impressions = col_i64(q, 16);
    row->clicks = col_i64(q, 17);
    row->link_clicks = col_real(q, 18);
    row->leads = col_real(q, 19);
    row->registrations = col_real(q, 20);
    row->purchases = col_real(q, 21);
    row->purchase_value = col_i64(q, 22);
}

/* The number behind an id; 0 = unknown. */
static bool number_of(struct store_reader *reader, const char *id, int64_t *no, struct err *err)
{
    struct query q = {0};
    *no = 0;
    if (!id || !id[0] || (id[0] != '0' && num_parse_i64(id, no))) {
        return true;
    }
    if (!db_query(&reader->db, &q, "SELECT entity_no FROM entity_text WHERE entity_id = :id",
                  err)) {
        return false;
    }
    bind_text(&q, ":id", id);
    int step = db_step(&q, err);
    *no = step > 0 ? col_i64(&q, 0) : 0;
    db_done(&q);
    return step >= 0;
}

static bool account_number(struct store_reader *reader, const char *id, int64_t *no,
                           struct err *err)
{
    struct query q = {0};
    if (!db_query(&reader->db, &q, "SELECT account_no FROM account WHERE account_id = :id", err)) {
        return false;
    }
    bind_text(&q, ":id", id);
    int step = db_step(&q, err);
    *no = step > 0 ? col_i64(&q, 0) : 0;
    db_done(&q);
    return step > 0 ||
           (step == 0 && err_set(err, ERR_NOT_FOUND, "account %s: it is not known", id));
}

static const char *const page_sql[2][2] = {
    {PAGE(BELOW, PRESENT) COLUMNS FIGURES, PAGE(BELOW, ALL) COLUMNS FIGURES},
    {PAGE(TOP,   PRESENT) COLUMNS FIGURES, PAGE(TOP,   ALL) COLUMNS FIGURES},
};

bool read_entities(struct store_reader *reader, struct arena *arena,
                   const struct entity_query *query, struct entity_rows *out, struct err *err)
{
    struct rows rows = {.record_size = sizeof(struct entity_row), .arena = arena};
    struct query q = {0};
    int64_t account = 0, parent = 0, after = INT64_MIN;
    bool top = !query->parent_id || !query->parent_id[0];
    if (!account_number(reader, query->account_id, &account, err) ||
        !number_of(reader, query->parent_id, &parent, err) ||
        (query->after_id && !number_of(reader, query->after_id, &after, err)) ||
        !db_query(&reader->db, &q, page_sql[top][query->deleted], err)) {
        return false;
    }
    bind_i64(&q, ":no", account);
    bind_i64(&q, ":from", query->day_from);
    bind_i64(&q, ":to", query->day_to);
    bind_i64(&q, ":parent", parent);
    bind_i64(&q, ":after", after);
    bind_i64(&q, ":limit", query->limit ? (int64_t)query->limit : DEFAULT_LIMIT);
    int step;
    while ((step = db_step(&q, err)) > 0) {
        struct entity_row *row = rows_add(&rows, err);
        if (!row) {
            step = -1;
            break;
        }
        read_one(&q, row, arena);
    }
    db_done(&q);
    out->rows = rows.data;
    out->count = rows.count;
    return step == 0;
}

bool read_entity(struct store_reader *reader, struct arena *arena, const char *entity_id,
                 struct entity_row *out, struct err *err)
{
    struct query q = {0};
    int64_t no = 0;
    if (!number_of(reader, entity_id, &no, err) ||
        !db_query(&reader->db, &q,
                  COLUMNS "0, 0, 0, 0, 0, 0, 0, 0 FROM entity e WHERE e.entity_no = :entity",
                  err)) {
        return false;
    }
    bind_i64(&q, ":entity", no);
    int step = db_step(&q, err);
    if (step > 0) {
        read_one(&q, out, arena);
    }
    db_done(&q);
    return step > 0 ||
           (step == 0 && err_set(err, ERR_NOT_FOUND, "entity %s: it is not known", entity_id));
}

/* All of them without those that are gone: nothing is looked at but how many there are. */
#define PRESENT_OF(kind)                                                                           \
    "(SELECT count(*) FROM entity WHERE account_no = :no AND kind = " kind ") - (SELECT count(*) " \
    "FROM entity INDEXED BY entity_gone WHERE account_no = :no AND kind = " kind                   \
    " AND deleted_at IS NOT NULL)"

bool read_entity_totals(struct store_reader *reader, const char *account_id,
                        struct entity_totals *out, struct err *err)
{
    struct query q = {0};
    int64_t account = 0;
    memset(out, 0, sizeof *out);
    if (!account_number(reader, account_id, &account, err) ||
        !db_query(&reader->db, &q,
                  "SELECT " PRESENT_OF("0") ", " PRESENT_OF("1") ", " PRESENT_OF(
                      "2") ", (SELECT count(*) FROM entity WHERE account_no = :no AND "
                           "effective_status = 'ACTIVE' AND kind = 2 AND deleted_at IS NULL)",
                  err)) {
        return false;
    }
    bind_i64(&q, ":no", account);
    int step = db_step(&q, err);
    for (int kind = 0; step > 0 && kind < ENTITY_KIND_COUNT; kind++) {
        out->present[kind] = col_i64(&q, kind);
    }
    out->active = step > 0 ? col_i64(&q, ENTITY_KIND_COUNT) : 0;
    db_done(&q);
    return step >= 0;
}

#define NEWEST_DAY "SELECT max(date_start) FROM insight WHERE account_no = :no AND level = :level"

bool read_rows_per_day(struct store_reader *reader, const char *account_id,
                       enum insight_level level, int days, int64_t *out, struct err *err)
{
    struct query q = {0};
    int64_t account = 0;
    *out = 0;
    if (!account_number(reader, account_id, &account, err) ||
        !db_query(
            &reader->db, &q,
            "SELECT count(*) FROM insight WHERE account_no = :no AND level = :level AND "
            "date_start = coalesce((SELECT date FROM daily_sum WHERE account_no = :no AND level = "
            "0 AND date > (" NEWEST_DAY ") - :days AND date <= (" NEWEST_DAY
            ") ORDER BY impressions DESC LIMIT 1), (" NEWEST_DAY "))",
            err)) {
        return false;
    }
    bind_i64(&q, ":no", account);
    bind_i64(&q, ":level", level);
    bind_i64(&q, ":days", days);
    int step = db_step(&q, err);
    if (step > 0) {
        *out = col_i64(&q, 0);
    }
    db_done(&q);
    return step >= 0;
}

#define DAILY                                                                                      \
    "spend, impressions, clicks, link_clicks, leads, registrations, purchases, purchase_value "    \
    "FROM "

static const char daily_account_sql[] =
    "SELECT date, " DAILY "daily_sum WHERE account_no = :no AND level = 0 AND date BETWEEN :from "
    "AND :to ORDER BY date";
static const char daily_entity_sql[] =
    "WITH RECURSIVE day(d) AS (SELECT :from UNION ALL SELECT d + 1 FROM day WHERE d < :to) SELECT "
    "d, " DAILY "day CROSS JOIN daily_sum m ON m.account_no = :no AND m.level IN (1, 2) AND m.date "
    "= d AND m.entity_no = :entity UNION ALL SELECT d, " DAILY "day CROSS JOIN insight i ON "
    "i.account_no = :no AND i.level = 3 AND i.date_start = d AND i.entity_no = :entity AND "
    "i.breakdown_no = 0 ORDER BY 1";

bool read_daily(struct store_reader *reader, struct arena *arena, const char *account_id,
                const char *entity_id, int32_t day_from, int32_t day_to, struct daily_rows *out,
                struct err *err)
{
    struct rows rows = {.record_size = sizeof(struct daily_row), .arena = arena};
    struct query q = {0};
    int64_t account = 0, entity = 0;
    bool whole = strncmp(entity_id, "act_", 4) == 0;
    if (!account_number(reader, account_id, &account, err) ||
        (!whole && !number_of(reader, entity_id, &entity, err)) ||
        !db_query(&reader->db, &q, whole ? daily_account_sql : daily_entity_sql, err)) {
        return false;
    }
    bind_i64(&q, ":no", account);
    if (!whole) {
        bind_i64(&q, ":entity", entity);
    }
    bind_i64(&q, ":from", day_from);
    bind_i64(&q, ":to", day_to);
    int step;
    while ((step = db_step(&q, err)) > 0) {
        struct daily_row *row = rows_add(&rows, err);
        if (!row) {
            step = -1;
            break;
        }
        row->day = (int32_t)col_i64(&q, 0);
        row->spend = col_i64(&q, 1);
        row->impressions = col_i64(&q, 2);
        row->clicks = col_i64(&q, 3);
        row->link_clicks = col_real(&q, 4);
        row->leads = col_real(&q, 5);
        row->registrations = col_real(&q, 6);
        row->purchases = col_real(&q, 7);
        row->purchase_value = col_i64(&q, 8);
    }
    db_done(&q);
    out->rows = rows.data;
    out->count = rows.count;
    return step == 0;
}
