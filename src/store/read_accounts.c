#include "store/read_accounts.h"

#include <string.h>

#include "store/reader_internal.h"

#define HISTORY(field)                                                                             \
    "(SELECT h.value FROM account_history h WHERE h.account_id = a.account_id AND h.field = "      \
    "'" field                                                                                      \
    "' AND h.since <= :at AND (h.until IS NULL OR h.until > :at) ORDER BY h.since DESC LIMIT 1)"

/* Of the past: the hold that had begun last; the join asks whether it had not ended. */
#define HOLD_OF_THE_PAST                                                                           \
    "(SELECT x.hold_id FROM holds x WHERE x.account_id = a.account_id AND x.since <= :at ORDER "   \
    "BY x.since DESC LIMIT 1)"
/* Of a run, by what stands before the names. */
#define RUN_COLUMNS(r)                                                                             \
    r "run_id, " r "status, " r "started_at, " r "finished_at, " r "error_code, " r                \
      "error_subcode, " r "error_message, " r "progress, " r "done_pct"
#define HOLD_NOW                                                                                   \
    "(SELECT x.hold_id FROM holds x WHERE x.account_id = a.account_id AND x.ended_at IS NULL)"
#define PAST(then, now) "CASE WHEN :past THEN " then " ELSE " now " END"
#define OR_NOW(then, now) "coalesce(CASE WHEN :past THEN " then " END, " now ")"
#define NUMBER(text) "CAST(" text " AS INTEGER)"
/* The last run of those that had ended by then with one of these results. */
#define LAST_RUN(results)                                                                          \
    "(SELECT x.started_at FROM sync_runs x WHERE x.account_id = a.account_id AND x.started_at <= " \
    ":at AND x.status IN (" results ") AND x.finished_at <= :at ORDER BY x.started_at DESC LIMIT " \
    "1)"
/* Mostly it is the last run. */
#define SYNCED(results)                                                                            \
    "CASE WHEN r.status = 'SUCCESS' AND r.finished_at <= :at THEN r.started_at ELSE " LAST_RUN(    \
        results) " END"

/* All that is sought by account, account by account: what is sought twice lies on the same pages.
 */
/* clang-format off */
static const char accounts_sql[] =
    "SELECT a.account_id, "
    PAST(HISTORY("name"), "a.name")
    ", a.currency, a.timezone_name, a.timezone_offset_min, "
    OR_NOW(NUMBER(HISTORY("status")), "a.account_status")
    ", a.disable_reason, "
    OR_NOW(HISTORY("tier"), "a.tier")
    ", a.tier_pinned, "
    OR_NOW(NUMBER(HISTORY("priority")), "a.priority")
    ", "
    PAST(NUMBER(HISTORY("paused")), "a.paused_until")
    ", a.spend_7d, a.spend_7d_base, "
    PAST(SYNCED("'SUCCESS', 'PARTIAL'"), "a.last_synced_at")
    ", a.last_full_at, a.last_sweep_at, "
    PAST(SYNCED("'SUCCESS'"), "a.data_as_of")
    ", a.next_due_at, a.removed_at, "
    "h.hold_id, h.reason, h.scope, h.scope_id, h.detail, h.since, h.until, h.run_id, "
    "h.first_until, (SELECT count(*) FROM sync_runs c WHERE c.account_id = a.account_id AND "
    "c.started_at > :at - 86400000 AND c.started_at <= :at), "
    RUN_COLUMNS("r.")
    ", a.name FROM account a LEFT JOIN holds h ON h.hold_id = "
    PAST(HOLD_OF_THE_PAST, HOLD_NOW)
    " AND (h.ended_at IS NULL OR h.ended_at > :at) LEFT JOIN sync_runs r ON r.run_id = (SELECT "
    "x.run_id FROM sync_runs x WHERE x.account_id = a.account_id AND x.started_at <= :at ORDER BY "
    "x.started_at DESC LIMIT 1) WHERE (:id IS NULL OR a.account_id = :id) AND (:removed OR "
    "a.removed_at IS NULL) ORDER BY a.account_id";
/* clang-format on */

enum { COL_NAME = 1, COL_HOLD = 19, COL_RUNS = 28, COL_RUN = 29, COL_NAME_NOW = 38 };

static void read_account_columns(struct query *q, struct account *a, struct arena *arena)
{
    col_array(q, 0, a->account_id, sizeof a->account_id);
    size_t length = 0;
    const char *name = col_text(q, col_null(q, COL_NAME) ? COL_NAME_NOW : COL_NAME, &length);
    a->name = arena_copy(arena, name, length);
    col_array(q, 2, a->currency, sizeof a->currency);
    col_array(q, 3, a->timezone_name, sizeof a->timezone_name);
    a->timezone_offset_min = (int)col_i64(q, 4);
    a->account_status = (int)col_i64(q, 5);
    a->disable_reason = (int)col_i64(q, 6);
    a->tier = (enum tier)words_value(WORDS_TIER, col_text(q, 7, NULL));
    a->tier_pinned = col_i64(q, 8) != 0;
    a->priority = (int)col_i64(q, 9);
    a->paused_until = col_i64(q, 10);
    a->spend_7d = col_i64(q, 11);
    a->spend_7d_base = col_i64(q, 12);
    a->last_synced_at = col_i64(q, 13);
    a->last_full_at = col_i64(q, 14);
    a->last_sweep_at = col_i64(q, 15);
    a->data_as_of = col_i64(q, 16);
    a->next_due_at = col_i64(q, 17);
    a->removed_at = col_i64(q, 18);
}

static void read_hold_columns(struct query *q, struct account_row *row, struct arena *arena)
{
    row->hold_id = col_i64(q, COL_HOLD);
    row->reason = row->hold_id ? (enum hold_reason)words_value(WORDS_HOLD_REASON,
                                                               col_text(q, COL_HOLD + 1, NULL))
                               : HOLD_UNKNOWN;
    row->hold_scope = col_copy(q, COL_HOLD + 2, arena);
    row->hold_scope_id = col_copy(q, COL_HOLD + 3, arena);
    row->hold_detail = col_copy(q, COL_HOLD + 4, arena);
    row->hold_since = col_i64(q, COL_HOLD + 5);
    row->hold_until = col_i64(q, COL_HOLD + 6);
    row->hold_run_id = col_i64(q, COL_HOLD + 7);
    row->hold_first_until = col_i64(q, COL_HOLD + 8);
}

/* A run that ended later was running then. */
static void read_run_columns(struct query *q, int at_column, int64_t at, struct account_row *row,
                             struct arena *arena)
{
    enum run_status status =
        (enum run_status)words_value(WORDS_RUN_STATUS, col_text(q, at_column + 1, NULL));
    if (status == RUN_RUNNING || col_i64(q, at_column + 3) > at) {
        row->running_run_id = col_i64(q, at_column);
        row->running_since = col_i64(q, at_column + 2);
        row->progress = col_copy(q, at_column + 7, arena);
        row->done_pct = col_real(q, at_column + 8);
        return;
    }
    row->last_run_id = col_i64(q, at_column);
    row->last_status = status;
    row->last_started_at = col_i64(q, at_column + 2);
    row->last_finished_at = col_i64(q, at_column + 3);
    row->last_error_code = (int)col_i64(q, at_column + 4);
    row->last_error_subcode = (int)col_i64(q, at_column + 5);
    row->last_error = col_copy(q, at_column + 6, arena);
}

static void read_base(struct query *q, int64_t at, bool past, struct account_row *row,
                      struct arena *arena)
{
    row->usage_pct = -1;
    row->last_error = row->progress = "";
    read_account_columns(q, &row->account, arena);
    read_hold_columns(q, row, arena);
    row->runs_24h = col_i64(q, COL_RUNS);
    if (col_i64(q, COL_RUN)) {
        read_run_columns(q, COL_RUN, at, row, arena);
    }
    /* Spend is of now: of a time before the first insights it is not told. */
    if (past && !row->account.last_synced_at) {
        row->account.spend_7d = row->account.spend_7d_base = 0;
    }
}

/* The run before the one that goes on. */
static bool read_run_before(struct store_reader *reader, struct account_row *row, int64_t at,
                            struct arena *arena, struct err *err)
{
    struct query q = {0};
    if (!db_query(&reader->db, &q,
                  "SELECT " RUN_COLUMNS("") " FROM sync_runs WHERE account_id = :id AND started_at "
                                            "<= :at ORDER BY started_at DESC LIMIT 1 OFFSET 1",
                  err)) {
        return false;
    }
    bind_text(&q, ":id", row->account.account_id);
    bind_i64(&q, ":at", at);
    int step = db_step(&q, err);
    if (step > 0) {
        read_run_columns(&q, 0, at, row, arena);
    }
    db_done(&q);
    return step >= 0;
}

/* ---- usage and counts: one statement for all accounts -------------------------------------------
 */

/* The row of that account, from *hint on: the next one is mostly the same or the next. */
static struct account_row *row_of(const struct rows *rows, const char *id, size_t *hint)
{
    struct account_row *all = rows->data;
    size_t low = 0, high = rows->count;
    if (*hint < high && strcmp(all[*hint].account.account_id, id) == 0) {
        return &all[*hint];
    }
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = strcmp(all[middle].account.account_id, id);
        if (order == 0) {
            *hint = middle;
            return &all[middle];
        }
        low = order < 0 ? middle + 1 : low;
        high = order < 0 ? high : middle;
    }
    return NULL;
}

static void take_errors(struct query *q, struct account_row *row)
{
    row->errors_1h = col_i64(q, 1);
}

static void take_ledger(struct query *q, struct account_row *row)
{
    row->cost_today += col_real(q, 1);
}

static void take_usage(struct query *q, struct account_row *row)
{
    row->usage_pct = col_real(q, 1);
    row->usage_source = (enum usage_source)words_value(WORDS_USAGE_SOURCE, col_text(q, 2, NULL));
    row->usage_at = col_i64(q, 3);
    row->usage_slope = col_real(q, 4);
}

struct count {
    const char *sql;
    void (*take)(struct query *q, struct account_row *row);
};

/* The worst of the account's own limiters as the governor sees them. */
static const struct count usage_now = {
    "SELECT scope_id, max(pct), source, coalesce(reading_at, updated_at), slope_per_min FROM "
    "limiters WHERE pct IS NOT NULL AND updated_at <= :at + 60000 AND (:id IS NULL OR scope_id = "
    ":id) GROUP BY scope_id",
    take_usage};

static const struct count counts[] = {
    {"SELECT account_id, count(*) FROM api_calls WHERE failed = 1 AND at > :at - 3600000 AND at <= "
     ":at AND (:id IS NULL OR account_id = :id) GROUP BY account_id", take_errors},
    {"SELECT account_id, cost FROM budget_ledger WHERE day = date(:at / 1000, 'unixepoch') AND "
     "(:id "
     "IS NULL OR account_id = :id)",                                  take_ledger},
};

static bool read_count(struct store_reader *reader, const struct count *count, int64_t at,
                       const char *id, const struct rows *rows, struct err *err)
{
    struct query q = {0};
    size_t hint = 0;
    if (!db_query(&reader->db, &q, count->sql, err)) {
        return false;
    }
    bind_i64(&q, ":at", at);
    bind_text(&q, ":id", id);
    int step;
    while ((step = db_step(&q, err)) > 0) {
        struct account_row *row = row_of(rows, col_text(&q, 0, NULL), &hint);
        if (row) {
            count->take(&q, row);
        }
    }
    db_done(&q);
    return step == 0;
}

/* A bit for each limiter of an account. */
static uint32_t bit_of(enum usage_source source, const char *use_case)
{
    return 1U << ((int)source * USE_CASE_COUNT + words_value(WORDS_USE_CASE, use_case));
}

/* Of the past, where limiters are not known: the worst among the last readings of two hours. The
 * newest come first, so that the first of each limiter is its last; seen: its bits by row. */
static bool take_readings(struct query *q, const struct rows *rows, uint32_t *seen, struct err *err)
{
    const struct account_row *all = rows->data;
    size_t hint = 0;
    int step;
    while ((step = db_step(q, err)) > 0) {
        struct account_row *row = row_of(rows, col_text(q, 0, NULL), &hint);
        const char *scope = col_text(q, 2, NULL);
        enum usage_source source = (enum usage_source)words_value(WORDS_USAGE_SOURCE, scope);
        uint32_t bit = bit_of(source, col_text(q, 4, NULL));
        if (!row || seen[row - all] & bit) {
            continue;
        }
        seen[row - all] |= bit;
        double pct = col_real(q, 1);
        if (pct > row->usage_pct ||
            (pct >= row->usage_pct && strcmp(scope, usage_source_name(row->usage_source)) < 0)) {
            take_usage(q, row);
        }
    }
    return step == 0;
}

static bool read_usage_then(struct store_reader *reader, int64_t at, const char *id,
                            const struct rows *rows, struct err *err)
{
    struct query q = {0};
    uint32_t *seen = arena_alloc(rows->arena, rows->count * sizeof *seen);
    if (!seen) {
        return err_set(err, ERR_MEMORY, "accounts: out of memory");
    }
    if (!db_query(&reader->db, &q,
                  "SELECT scope_id, pct, scope, at, buc_type FROM usage_log WHERE at > :at - "
                  "7200000 AND at <= :at AND (:id IS NULL OR scope_id = :id) ORDER BY at DESC",
                  err)) {
        return false;
    }
    bind_i64(&q, ":at", at);
    bind_text(&q, ":id", id);
    bool ok = take_readings(&q, rows, seen, err);
    db_done(&q);
    return ok;
}

/* Whether it was listed by then, where no name of that time is known: one without any history was.
 */
static bool read_listed(struct store_reader *reader, struct query *of, int64_t at, bool *listed,
                        struct err *err)
{
    struct query q = {0};
    if (!db_query(
            &reader->db, &q,
            "SELECT min(since) FROM account_history WHERE account_id = :id AND field = 'name'",
            err)) {
        return false;
    }
    bind_text(&q, ":id", col_text(of, 0, NULL));
    int step = db_step(&q, err);
    *listed = step > 0 && col_i64(&q, 0) <= at;
    db_done(&q);
    return step >= 0;
}

static bool read_base_rows(struct store_reader *reader, struct arena *arena, int64_t at, bool past,
                           const char *id, bool removed, struct rows *rows, struct err *err)
{
    struct query q = {0};
    if (!db_query(&reader->db, &q, accounts_sql, err)) {
        return false;
    }
    bind_i64(&q, ":past", past);
    bind_i64(&q, ":at", at);
    bind_text(&q, ":id", id);
    bind_i64(&q, ":removed", removed);
    int step;
    while ((step = db_step(&q, err)) > 0) {
        bool listed = true;
        if (past && col_null(&q, COL_NAME) && !read_listed(reader, &q, at, &listed, err)) {
            step = -1;
            break;
        }
        struct account_row *row = listed ? rows_add(rows, err) : NULL;
        if (listed && !row) {
            step = -1;
            break;
        }
        if (row) {
            read_base(&q, at, past, row, arena);
        }
    }
    db_done(&q);
    return step == 0;
}

static bool read_some(struct store_reader *reader, struct arena *arena, int64_t at_ms,
                      const char *id, bool removed, struct account_rows *out, struct err *err)
{
    struct rows rows = {.record_size = sizeof(struct account_row), .arena = arena};
    int64_t at = reader_at(reader, at_ms);
    bool ok = read_base_rows(reader, arena, at, at_ms != 0, id, removed, &rows, err);
    struct account_row *all = rows.data;
    for (size_t i = 0; ok && i < rows.count; i++) {
        ok = !all[i].running_run_id || read_run_before(reader, &all[i], at, arena, err);
    }
    if (ok && all) {
        ok = at_ms ? read_usage_then(reader, at, id, &rows, err)
                   : read_count(reader, &usage_now, at, id, &rows, err);
    }
    for (size_t i = 0; ok && all && i < sizeof counts / sizeof counts[0]; i++) {
        ok = read_count(reader, &counts[i], at, id, &rows, err);
    }
    out->rows = all;
    out->count = rows.count;
    return ok;
}

bool read_accounts(struct store_reader *reader, struct arena *arena, int64_t at_ms,
                   bool include_removed, struct account_rows *out, struct err *err)
{
    return read_some(reader, arena, at_ms, NULL, include_removed, out, err);
}

bool read_account(struct store_reader *reader, struct arena *arena, int64_t at_ms,
                  const char *account_id, struct account_row *out, struct err *err)
{
    struct account_rows rows = {0};
    if (!read_some(reader, arena, at_ms, account_id, true, &rows, err)) {
        return false;
    }
    if (rows.count == 0 || !rows.rows) {
        return err_set(err, ERR_NOT_FOUND,
                       "account %s: it is not known; 'adtop accounts' lists "
                       "them",
                       account_id);
    }
    *out = rows.rows[0];
    return true;
}

static const struct field history_rows[] = {
    FIELD(struct history_row, account_id, F_PTR), FIELD(struct history_row, field, F_PTR),
    FIELD(struct history_row, value, F_PTR),      FIELD(struct history_row, detail, F_PTR),
    FIELD(struct history_row, since, F_I64),      FIELD(struct history_row, until, F_ID),
};

/* Of one account by its index, of all by time. */
#define HISTORY_ROWS(whose)                                                                        \
    "SELECT account_id, field, value, detail, since, until FROM account_history WHERE " whose      \
    " AND (:field IS NULL OR field = :field) AND since >= :from AND since <= :at ORDER BY since "  \
    "DESC, history_id DESC LIMIT :limit"

bool read_account_history(struct store_reader *reader, struct arena *arena, int64_t at_ms,
                          const struct history_query *query, struct history_rows *out,
                          struct err *err)
{
    struct rows rows = {.record_size = sizeof(struct history_row), .arena = arena};
    struct query q = {0};
    bool ok = db_query(
        &reader->db, &q,
        query->account_id ? HISTORY_ROWS("account_id = :id") : HISTORY_ROWS(":id IS NULL"), err);
    if (ok) {
        bind_text(&q, ":id", query->account_id);
        bind_text(&q, ":field", query->field);
        bind_i64(&q, ":from", query->from);
        bind_i64(&q, ":at", reader_at(reader, at_ms));
        bind_i64(&q, ":limit", query->limit ? (int64_t)query->limit : 200);
        ok = rows_read(&rows, &q, FIELDS(history_rows), err);
    }
    out->rows = rows.data;
    out->count = rows.count;
    return ok;
}
