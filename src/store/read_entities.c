#include "store/read_entities.h"

#include <string.h>

#include "base/num.h"
#include "store/reader_internal.h"

enum { DEFAULT_LIMIT = 500 };

#define ID_OF(column)                                                                              \
    "CASE WHEN " column " > 0 THEN CAST(" column " AS TEXT) ELSE (SELECT t.entity_id FROM "        \
    "entity_text t WHERE t.entity_no = " column ") END"
/* The numbers of a page stand in the index; tombstones stand between the others: with them its
 * numbers are sorted. */
#define PAGE(where, order)                                                                         \
    "(SELECT entity_no FROM entity WHERE account_no = :no AND " where " AND " order " LIMIT "      \
    ":limit)"
#define TOP "kind = 0 AND :parent = :parent"
#define BELOW                                                                                      \
    "kind = (SELECT p.kind + 1 FROM entity p WHERE p.entity_no = :parent) AND parent_no = :parent"
#define PRESENT "deleted_at IS NULL AND entity_no > :after ORDER BY entity_no"
#define ALL "+entity_no > :after ORDER BY +entity_no"
#define COLUMNS                                                                                    \
    "SELECT e.kind, " ID_OF("e.entity_no") ", " ID_OF("e.campaign_no") ", " ID_OF(                 \
        "e.parent_no") ", e.name, e.status, e.effective_status, e.objective, "                     \
                       "coalesce(e.daily_budget, -1), coalesce(e.lifetime_budget, -1), "           \
                       "e.created_time, e.updated_time, e.fetched_at, e.deleted_at, (SELECT "      \
                       "count(*) FROM entity c WHERE c.account_no = e.account_no AND c.kind = "    \
                       "e.kind + 1 AND c.parent_no = e.entity_no AND c.deleted_at IS NULL), "      \
                       "e.entity_no FROM entity e WHERE e.entity_no "
#define ROWS(page) COLUMNS "IN " page " ORDER BY e.entity_no"
/* The figures of a page, day by day: both keys begin with account, level and date. An ad's stand in
 * its insights, those of what is above it in the sums. They are added up by the reader, as sums in
 * the database would be sorted first. */
#define FIGURES(page, from)                                                                        \
    "WITH RECURSIVE day(d) AS (SELECT :from UNION ALL SELECT d + 1 FROM day WHERE d < :to), p AS " \
    "MATERIALIZED " page " SELECT p.entity_no, f.spend, f.impressions, f.clicks, f.link_clicks, "  \
    "f.leads, f.registrations, f.purchases, f.purchase_value FROM day CROSS JOIN p CROSS "         \
    "JOIN " from " AND f.entity_no = p.entity_no"
#define SUMS(page)                                                                                 \
    FIGURES(page, "daily_sum f ON f.account_no = :no AND f.level = :level AND f.date = day.d")
#define INSIGHTS(page)                                                                             \
    FIGURES(page, "insight f ON f.account_no = :no AND f.level = :level AND f.date_start = day.d " \
                  "AND f.date_stop = day.d AND f.breakdown_no = 0")
#define PAGE_SQL(page)                                                                             \
    {                                                                                              \
        ROWS(page), SUMS(page), INSIGHTS(page)                                                     \
    }

struct page_sql {
    const char *rows, *sums, *insights;
};
/* Of a parent or of the account, without and with tombstones. */
static const struct page_sql pages[2][2] = {
    {PAGE_SQL(PAGE(BELOW, PRESENT)), PAGE_SQL(PAGE(BELOW, ALL))},
    {PAGE_SQL(PAGE(TOP,   PRESENT)), PAGE_SQL(PAGE(TOP,   ALL))},
};

enum { COL_NO = 15 };

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

struct page {
    const struct page_sql *sql;
    int64_t account, parent, after;
    const struct entity_query *query;
    int64_t *numbers; /* of the rows */
};

static bool page_query(struct store_reader *reader, const struct page *page, const char *sql,
                       struct query *q, struct err *err)
{
    const struct entity_query *query = page->query;
    if (!db_query(&reader->db, q, sql, err)) {
        return false;
    }
    bind_i64(q, ":no", page->account);
    bind_i64(q, ":parent", page->parent);
    bind_i64(q, ":after", page->after);
    bind_i64(q, ":limit", query->limit ? (int64_t)query->limit : DEFAULT_LIMIT);
    return true;
}

static bool read_page(struct store_reader *reader, struct page *page, struct rows *rows,
                      struct err *err)
{
    struct rows numbers = {.record_size = sizeof *page->numbers, .arena = rows->arena};
    struct query q = {0};
    if (!page_query(reader, page, page->sql->rows, &q, err)) {
        return false;
    }
    int step;
    while ((step = db_step(&q, err)) > 0) {
        struct entity_row *row = rows_add(rows, err);
        int64_t *number = row ? rows_add(&numbers, err) : NULL;
        if (!number) {
            step = -1;
            break;
        }
        *number = col_i64(&q, COL_NO);
        read_one(&q, row, rows->arena);
    }
    db_done(&q);
    page->numbers = numbers.data;
    return step == 0;
}

static void add_figures(struct query *q, struct entity_row *row)
{
    row->spend += col_i64(q, 1);
    row->impressions += col_i64(q, 2);
    row->clicks += col_i64(q, 3);
    row->link_clicks += col_real(q, 4);
    row->leads += col_real(q, 5);
    row->registrations += col_real(q, 6);
    row->purchases += col_real(q, 7);
    row->purchase_value += col_i64(q, 8);
}

/* Where the number is, from i on and around: a day's come in the order of the rows. */
static size_t find_number(const struct page *page, size_t count, size_t i, int64_t number)
{
    size_t tried = 0;
    while (tried < count && page->numbers[i] != number) {
        i = (i + 1) % count;
        tried++;
    }
    return tried < count ? i : count;
}

static bool read_figures(struct store_reader *reader, const struct page *page, struct rows *rows,
                         struct err *err)
{
    struct entity_row *all = rows->data;
    struct query q = {0};
    bool ads = all[0].kind == ENTITY_AD;
    if (!page_query(reader, page, ads ? page->sql->insights : page->sql->sums, &q, err)) {
        return false;
    }
    bind_i64(&q, ":from", page->query->day_from);
    bind_i64(&q, ":to", page->query->day_to);
    bind_i64(&q, ":level", (int64_t)all[0].kind + 1);
    size_t i = 0;
    int step;
    while ((step = db_step(&q, err)) > 0) {
        size_t found = find_number(page, rows->count, i, col_i64(&q, 0));
        if (found < rows->count) {
            add_figures(&q, &all[found]);
            i = found;
        }
    }
    db_done(&q);
    return step == 0;
}

bool read_entities(struct store_reader *reader, struct arena *arena,
                   const struct entity_query *query, struct entity_rows *out, struct err *err)
{
    struct rows rows = {.record_size = sizeof(struct entity_row), .arena = arena};
    bool top = !query->parent_id || !query->parent_id[0];
    struct page page = {
        .sql = &pages[top][query->deleted], .after = INT64_MIN, .query = query, .numbers = NULL};
    if (!account_number(reader, query->account_id, &page.account, err) ||
        !number_of(reader, query->parent_id, &page.parent, err) ||
        (query->after_id && !number_of(reader, query->after_id, &page.after, err)) ||
        !read_page(reader, &page, &rows, err) ||
        (rows.count && !read_figures(reader, &page, &rows, err))) {
        return false;
    }
    out->rows = rows.data;
    out->count = rows.count;
    return true;
}

bool read_entity(struct store_reader *reader, struct arena *arena, const char *entity_id,
                 struct entity_row *out, struct err *err)
{
    struct query q = {0};
    int64_t no = 0;
    if (!number_of(reader, entity_id, &no, err) ||
        !db_query(&reader->db, &q, COLUMNS "= :entity", err)) {
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
