#include <string.h>

#include "base/hash.h"
#include "store/account_parts.h"

/* A walk over more rows than these takes longer than to seek account by account. */
enum { WALK_MAX = 20000 };

/* What it waits for: now the open hold; of the past the hold that had begun last, and the join asks
 * whether it had not ended. */
#define HOLD_NOW                                                                                   \
    "(SELECT x.hold_id FROM holds x WHERE x.account_id = a.account_id AND x.ended_at IS NULL)"
#define HOLD_OF_THE_PAST                                                                           \
    "(SELECT x.hold_id FROM holds x WHERE x.account_id = a.account_id AND x.since <= :at ORDER "   \
    "BY x.since DESC LIMIT 1)"

static const char accounts_sql[] =
    "SELECT a.account_id, a.name, a.currency, a.timezone_name, a.timezone_offset_min, "
    "a.account_status, a.disable_reason, a.tier, a.tier_pinned, a.priority, a.paused_until, "
    "a.spend_7d, a.spend_7d_base, a.last_synced_at, a.last_full_at, a.last_sweep_at, a.data_as_of, "
    "a.next_due_at, a.removed_at, h.hold_id, h.reason, h.scope, h.scope_id, h.detail, h.since, "
    "h.until, h.run_id, h.first_until FROM account a LEFT JOIN holds h ON h.hold_id = CASE WHEN "
    ":past THEN " HOLD_OF_THE_PAST " ELSE " HOLD_NOW
    " END AND (h.ended_at IS NULL OR h.ended_at > :at) WHERE (:id IS NULL OR a.account_id = :id) "
    "AND (:removed OR a.removed_at IS NULL) ORDER BY a.account_id";

enum { COL_HOLD = 19 };

static void read_account_columns(struct query *q, struct account *a, struct arena *arena)
{
    col_array(q, 0, a->account_id, sizeof a->account_id);
    size_t length = 0;
    const char *name = col_text(q, 1, &length);
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

/* Of the past what stands in the account is not known yet. */
static void read_base(struct query *q, bool past, struct account_row *row, struct arena *arena)
{
    row->usage_pct = -1;
    row->cost_today = past ? -1 : 0;
    row->last_error = row->progress = "";
    read_account_columns(q, &row->account, arena);
    read_hold_columns(q, row, arena);
    if (past) {
        row->account.paused_until = row->account.last_synced_at = row->account.data_as_of = 0;
    }
}

/* ---- usage and counts: one statement for all accounts -------------------------------------------
 */

bool account_parts_index(struct account_parts *p, struct err *err)
{
    const struct account_row *all = p->rows->data;
    size_t count = 16;
    while (count < 2 * p->rows->count) {
        count *= 2;
    }
    uint32_t *slots = arena_array(p->rows->arena, count, sizeof *slots);
    if (!slots) {
        return err_set(err, ERR_MEMORY, "accounts: out of memory");
    }
    for (size_t i = 0; i < p->rows->count; i++) {
        const char *id = all[i].account.account_id;
        size_t at = hash_bytes(id, strlen(id), 0) & (count - 1);
        while (slots[at]) {
            at = (at + 1) & (count - 1);
        }
        slots[at] = (uint32_t)i + 1;
    }
    p->slots = slots;
    p->slot_count = count;
    return true;
}

struct account_row *account_parts_row(const struct account_parts *p, const char *id, size_t *hint)
{
    struct account_row *all = p->rows->data;
    if (*hint < p->rows->count && strcmp(all[*hint].account.account_id, id) == 0) {
        return &all[*hint];
    }
    size_t mask = p->slot_count - 1, at = hash_bytes(id, strlen(id), 0) & mask;
    for (; p->slots && p->slots[at]; at = (at + 1) & mask) {
        struct account_row *row = &all[p->slots[at] - 1];
        if (strcmp(row->account.account_id, id) == 0) {
            *hint = (size_t)(row - all);
            return row;
        }
    }
    return NULL;
}

static void take_errors(struct query *q, struct account_row *row)
{
    row->errors_1h = col_i64(q, 1);
}

static void take_cost(struct query *q, struct account_row *row)
{
    row->cost_today = col_real(q, 1);
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

static const struct count errors_of_an_hour = {
    "SELECT account_id, count(*) FROM api_calls WHERE failed = 1 AND at > :at - 3600000 AND at <= "
    ":at AND (:id IS NULL OR account_id = :id) GROUP BY account_id",
    take_errors};
/* A day's ledger is whole: of an instant before its end it does not tell. */
static const struct count cost_of_today = {
    "SELECT account_id, sum(cost) FROM budget_ledger WHERE day = date(:at / 1000, 'unixepoch') AND "
    "(:id IS NULL OR account_id = :id) GROUP BY account_id",
    take_cost};

static bool read_count(const struct account_parts *p, const struct count *count, struct err *err)
{
    struct query q = {0};
    size_t hint = 0;
    if (!db_query(&p->reader->db, &q, count->sql, err)) {
        return false;
    }
    bind_i64(&q, ":at", p->at);
    bind_text(&q, ":id", p->id);
    int step;
    while ((step = db_step(&q, err)) > 0) {
        struct account_row *row = account_parts_row(p, col_text(&q, 0, NULL), &hint);
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
static bool take_readings(struct query *q, const struct account_parts *p, uint32_t *seen,
                          struct err *err)
{
    const struct account_row *all = p->rows->data;
    size_t hint = 0;
    int step;
    while ((step = db_step(q, err)) > 0) {
        struct account_row *row = account_parts_row(p, col_text(q, 0, NULL), &hint);
        const char *scope = col_text(q, 2, NULL);
        enum usage_source source = (enum usage_source)words_value(WORDS_USAGE_SOURCE, scope);
        uint32_t bit = bit_of(source, col_text(q, 5, NULL));
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

static bool read_usage_then(const struct account_parts *p, struct err *err)
{
    struct query q = {0};
    uint32_t *seen = arena_array(p->rows->arena, p->rows->count, sizeof *seen);
    if (!seen) {
        return err_set(err, ERR_MEMORY, "accounts: out of memory");
    }
    if (!db_query(&p->reader->db, &q,
                  "SELECT scope_id, pct, scope, at, 0, buc_type FROM usage_log WHERE at > :at - "
                  "7200000 AND at <= :at AND (:id IS NULL OR scope_id = :id) ORDER BY at DESC",
                  err)) {
        return false;
    }
    bind_i64(&q, ":at", p->at);
    bind_text(&q, ":id", p->id);
    bool ok = take_readings(&q, p, seen, err);
    db_done(&q);
    return ok;
}

bool account_parts_few(const struct account_parts *p, const char *sql, bool *few, struct err *err)
{
    struct query q = {0};
    if (!db_query(&p->reader->db, &q, sql, err)) {
        return false;
    }
    bind_i64(&q, ":at", p->at);
    bind_i64(&q, ":most", WALK_MAX);
    int step = db_step(&q, err);
    *few = step == 0;
    db_done(&q);
    return step >= 0;
}

static bool read_base_rows(const struct account_parts *p, bool removed, struct err *err)
{
    struct query q = {0};
    if (!db_query(&p->reader->db, &q, accounts_sql, err)) {
        return false;
    }
    bind_i64(&q, ":past", p->past);
    bind_i64(&q, ":at", p->at);
    bind_text(&q, ":id", p->id);
    bind_i64(&q, ":removed", removed);
    int step;
    while ((step = db_step(&q, err)) > 0) {
        struct account_row *row = rows_add(p->rows, err);
        if (!row) {
            step = -1;
            break;
        }
        read_base(&q, p->past, row, p->rows->arena);
    }
    db_done(&q);
    return step == 0;
}

/* Spend is of now: of a time before the first insights it is not told. */
static void forget_spend(const struct rows *rows)
{
    struct account_row *all = rows->data;
    for (size_t i = 0; i < rows->count; i++) {
        if (!all[i].account.last_synced_at) {
            all[i].account.spend_7d = all[i].account.spend_7d_base = 0;
        }
    }
}

static bool read_live(const struct account_parts *p, struct err *err)
{
    return read_count(p, &usage_now, err) && read_count(p, &cost_of_today, err);
}

static bool read_some(struct store_reader *reader, struct arena *arena, int64_t at_ms,
                      const char *id, bool removed, struct account_rows *out, struct err *err)
{
    struct rows rows = {.record_size = sizeof(struct account_row), .arena = arena};
    struct account_parts parts = {.reader = reader,
                                  .rows = &rows,
                                  .at = reader_at(reader, at_ms),
                                  .past = at_ms != 0,
                                  .id = id};
    bool ok = read_base_rows(&parts, removed, err) && account_parts_index(&parts, err) &&
              (!parts.past || account_fields_read(&parts, err)) && account_runs_read(&parts, err) &&
              read_count(&parts, &errors_of_an_hour, err) &&
              (parts.past ? read_usage_then(&parts, err) : read_live(&parts, err));
    if (parts.past) {
        forget_spend(&rows);
    }
    out->rows = rows.data;
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
