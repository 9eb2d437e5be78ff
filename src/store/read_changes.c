#include "store/read_changes.h"

#include "store/reader_internal.h"

static const struct field change_fields[] = {
    FIELD(struct change_row, account_id, F_WORD), FIELD(struct change_row, run_id, F_I64),
    FIELD(struct change_row, at, F_I64),          FIELD(struct change_row, entities, F_I64),
    FIELD(struct change_row, runs_before, F_I64), FIELD(struct change_row, usual, F_REAL),
};

#define ENTITIES(run) run ".campaigns_fetched + " run ".adsets_fetched + " run ".ads_fetched"

/* clang-format off */
/* The delta runs of the account before that one. */
#define BEFORE                                                                                     \
    "(SELECT " ENTITIES("x") " AS n FROM sync_runs x WHERE x.account_id = r.account_id "           \
    "AND x.started_at < r.started_at AND x.mode = 'delta' ORDER BY x.started_at DESC LIMIT 20)"
/* The median, the lower where there are two: an edit an hour ago is not what is usual, and it was
 * found by several runs where they come more often than a listing overlaps the last. */
static const char changes_sql[] =
    "SELECT r.account_id, r.run_id, r.started_at, "
    ENTITIES("r") " AS entities, (SELECT count(*) FROM " BEFORE "), "
    "coalesce((SELECT n FROM (SELECT n, row_number() OVER (ORDER BY n) AS i, count(*) OVER () AS c "
    "FROM " BEFORE ") WHERE i = (c + 1) / 2), 0.0)"
    " FROM sync_runs r WHERE r.started_at > :from AND r.started_at <= :at AND r.mode = 'delta' "
    "AND entities >= :least ORDER BY entities DESC, r.started_at LIMIT 50";
/* clang-format on */

bool read_changes(struct store_reader *reader, struct arena *arena, int64_t at_ms, int64_t from,
                  int64_t least, struct change_rows *out, struct err *err)
{
    struct rows rows = {.record_size = sizeof(struct change_row), .arena = arena};
    struct query q = {0};
    bool ok = db_query(&reader->db, &q, changes_sql, err);
    if (ok) {
        bind_i64(&q, ":from", from);
        bind_i64(&q, ":at", reader_at(reader, at_ms));
        bind_i64(&q, ":least", least);
        ok = rows_read(&rows, &q, FIELDS(change_fields), err);
    }
    out->rows = rows.data;
    out->count = rows.count;
    return ok;
}
