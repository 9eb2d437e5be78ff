#include "store/read_accounts.h"

#include <string.h>

#include "store/reader_internal.h"

#define HISTORY(field)                                                                             \
    "(SELECT h.value FROM account_history h WHERE h.account_id = a.account_id AND h.field = "      \
    "'" field                                                                                      \
    "' AND h.since <= :at AND (h.until IS NULL OR h.until > :at) ORDER BY h.since DESC LIMIT 1)"

/* Of the past: the hold that had begun last, if it had not ended. */
#define HOLD_OF_THE_PAST                                                                           \
    "(SELECT CASE WHEN x.ended_at IS NULL OR x.ended_at > :at THEN x.hold_id END FROM holds x "    \
    "WHERE x.account_id = a.account_id AND x.since <= :at ORDER BY x.since DESC LIMIT 1)"
#define HOLD_NOW                                                                                   \
    "(SELECT x.hold_id FROM holds x WHERE x.account_id = a.account_id AND x.ended_at IS NULL)"
#define PAST(then, now) "CASE WHEN :past THEN " then " ELSE " now " END"
#define OR_NOW(then, now) "coalesce(CASE WHEN :past THEN " then " END, " now ")"
#define NUMBER(text) "CAST(" text " AS INTEGER)"

/* clang-format off */
static const char accounts_sql[] =
    "SELECT a.account_id, "
    OR_NOW(HISTORY("name"), "a.name")
    ", a.currency, a.timezone_name, a.timezone_offset_min, "
    OR_NOW(NUMBER(HISTORY("status")), "a.account_status")
    ", a.disable_reason, "
    OR_NOW(HISTORY("tier"), "a.tier")
    ", a.tier_pinned, "
    OR_NOW(NUMBER(HISTORY("priority")), "a.priority")
    ", "
    PAST(NUMBER(HISTORY("paused")), "a.paused_until")
    ", a.spend_7d, a.spend_7d_base, a.last_synced_at, a.last_full_at, a.last_sweep_at, "
    "a.data_as_of, a.next_due_at, a.removed_at, "
    "h.hold_id, h.reason, h.scope, h.scope_id, h.detail, h.since, h.until, h.run_id, h.first_until "
    "FROM account a LEFT JOIN holds h ON h.hold_id = "
    PAST(HOLD_OF_THE_PAST, HOLD_NOW)
    " WHERE (:id IS NULL OR a.account_id = :id) AND (:removed OR a.removed_at IS NULL) AND (NOT "
    ":past OR coalesce((SELECT min(k.since) FROM account_history k WHERE k.account_id = "
    "a.account_id AND k.field = 'name'), 0) <= :at) ORDER BY a.account_id";
/* clang-format on */

static void read_base(struct query *q, struct account_row *row, struct arena *arena)
{
    struct account *a = &row->account;
    col_array(q, 0, a->account_id, sizeof a->account_id);
    const char *name = col_copy(q, 1, arena);
    a->name = arena_copy(arena, name, strlen(name));
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
    row->hold_id = col_i64(q, 19);
    row->reason = row->hold_id
                      ? (enum hold_reason)words_value(WORDS_HOLD_REASON, col_text(q, 20, NULL))
                      : HOLD_UNKNOWN;
    row->hold_scope = col_copy(q, 21, arena);
    row->hold_scope_id = col_copy(q, 22, arena);
    row->hold_detail = col_copy(q, 23, arena);
    row->hold_since = col_i64(q, 24);
    row->hold_until = col_i64(q, 25);
    row->hold_run_id = col_i64(q, 26);
    row->hold_first_until = col_i64(q, 27);
    row->usage_pct = -1;
    row->last_error = "";
    row->progress = "";
}

static bool read_last_run(struct store_reader *reader, struct account_row *row, int64_t at,
                          struct arena *arena, struct err *err)
{
    struct query q = {0};
    if (!db_query(
            &reader->db, &q,
            "SELECT run_id, mode, status, started_at, finished_at, error_code, error_subcode, "
            "error_message, progress, done_pct FROM sync_runs WHERE account_id = :id AND "
            "started_at <= :at ORDER BY started_at DESC LIMIT 2",
            err)) {
        return false;
    }
    bind_text(&q, ":id", row->account.account_id);
    bind_i64(&q, ":at", at);
    int step = 0;
    while (!row->last_run_id && (step = db_step(&q, err)) > 0) {
        enum run_status status =
            (enum run_status)words_value(WORDS_RUN_STATUS, col_text(&q, 2, NULL));
        bool running = status == RUN_RUNNING || col_i64(&q, 4) > at;
        if (running) {
            row->running_run_id = col_i64(&q, 0);
            row->running_since = col_i64(&q, 3);
            row->progress = col_copy(&q, 8, arena);
            row->done_pct = col_real(&q, 9);
            continue;
        }
        row->last_run_id = col_i64(&q, 0);
        row->last_mode = (enum run_mode)words_value(WORDS_RUN_MODE, col_text(&q, 1, NULL));
        row->last_status = status;
        row->last_started_at = col_i64(&q, 3);
        row->last_finished_at = col_i64(&q, 4);
        row->last_error_code = (int)col_i64(&q, 5);
        row->last_error_subcode = (int)col_i64(&q, 6);
        row->last_error = col_copy(&q, 7, arena);
    }
    db_done(&q);
    return step >= 0;
}

/* The last run of those that had ended by then with one of these results. */
#define LAST_RUN(results)                                                                          \
    "(SELECT r.started_at FROM sync_runs r WHERE r.account_id = :id AND r.started_at <= :at AND "  \
    "r.status IN (" results ") AND r.finished_at <= :at ORDER BY r.started_at DESC LIMIT 1)"

/* Of the past, by the last run that read_last_run() found or one before it. Spend is of now: of a
 * time before the first insights it is not told. */
static bool read_synced(struct store_reader *reader, struct account_row *row, int64_t at,
                        struct err *err)
{
    struct account *account = &row->account;
    struct query q = {0};
    if (row->last_run_id && row->last_status == RUN_SUCCESS) {
        account->last_synced_at = account->data_as_of = row->last_started_at;
        return true;
    }
    if (!db_query(&reader->db, &q,
                  "SELECT " LAST_RUN("'SUCCESS', 'PARTIAL'") ", " LAST_RUN("'SUCCESS'"), err)) {
        return false;
    }
    bind_text(&q, ":id", account->account_id);
    bind_i64(&q, ":at", at);
    int step = db_step(&q, err);
    if (step > 0) {
        account->last_synced_at = col_i64(&q, 0);
        account->data_as_of = col_i64(&q, 1);
        account->spend_7d = account->last_synced_at ? account->spend_7d : 0;
        account->spend_7d_base = account->last_synced_at ? account->spend_7d_base : 0;
    }
    db_done(&q);
    return step >= 0;
}

/* ---- counts: one statement for all accounts, in their order ------------------------------------
 */

static void take_runs(struct query *q, struct account_row *row)
{
    row->runs_24h = col_i64(q, 1);
    row->failed_24h = col_i64(q, 2);
}

static void take_errors(struct query *q, struct account_row *row)
{
    row->errors_1h = col_i64(q, 1);
}

static void take_ledger(struct query *q, struct account_row *row)
{
    row->calls_today = col_i64(q, 1);
    row->cost_today = col_real(q, 2);
}

static void take_usage(struct query *q, struct account_row *row)
{
    row->usage_pct = col_real(q, 1);
    row->usage_source = (enum usage_source)words_value(WORDS_USAGE_SOURCE, col_text(q, 2, NULL));
    row->usage_case = (enum use_case)words_value(WORDS_USE_CASE, col_text(q, 3, NULL));
    row->usage_at = col_i64(q, 4);
}

struct count {
    const char *sql;
    void (*take)(struct query *q, struct account_row *row);
};

/* The worst of the account's own limiters as the governor sees them. */
static const struct count usage_now = {
    "SELECT scope_id, max(pct), source, use_case, coalesce(reading_at, updated_at) FROM limiters "
    "WHERE pct IS NOT NULL AND updated_at <= :at + 60000 AND (:id IS NULL OR scope_id = :id) GROUP "
    "BY scope_id ORDER BY scope_id",
    take_usage};

/* Of the past, where limiters are not known: the worst among the last readings of two hours. */
static const struct count usage_then = {
    "SELECT scope_id, max(pct), scope, buc_type, at FROM (SELECT scope_id, scope, buc_type, pct, "
    "max(at) AS at FROM usage_log WHERE at > :at - 7200000 AND at <= :at AND (:id IS NULL OR "
    "scope_id = :id) GROUP BY scope_id, scope, buc_type) GROUP BY scope_id ORDER BY scope_id",
    take_usage};

static const struct count counts[] = {
    {"SELECT account_id, count(*), sum(status = 'FAILED') FROM sync_runs WHERE account_id IN "
     "(SELECT a.account_id FROM account a WHERE :id IS NULL OR a.account_id = :id) AND started_at "
     "> :at - 86400000 AND started_at <= :at GROUP BY account_id ORDER BY account_id",             take_runs  },
    {"SELECT account_id, count(*) FROM api_calls WHERE failed = 1 AND at > :at - 3600000 AND at <= "
     ":at AND (:id IS NULL OR account_id = :id) GROUP BY account_id ORDER BY account_id",          take_errors},
    {"SELECT account_id, sum(calls), sum(cost) FROM budget_ledger WHERE day = date(:at / 1000, "
     "'unixepoch') AND (:id IS NULL OR account_id = :id) GROUP BY account_id ORDER BY account_id", take_ledger},
};

static bool read_count(struct store_reader *reader, const struct count *count, int64_t at,
                       const char *id, const struct rows *rows, struct err *err)
{
    struct query q = {0};
    struct account_row *all = rows->data;
    if (!db_query(&reader->db, &q, count->sql, err)) {
        return false;
    }
    bind_i64(&q, ":at", at);
    bind_text(&q, ":id", id);
    int step;
    for (size_t i = 0; (step = db_step(&q, err)) > 0;) {
        const char *of = col_text(&q, 0, NULL);
        while (i < rows->count && strcmp(all[i].account.account_id, of) < 0) {
            i++;
        }
        if (i < rows->count && strcmp(all[i].account.account_id, of) == 0) {
            count->take(&q, &all[i]);
        }
    }
    db_done(&q);
    return step == 0;
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
        struct account_row *row = rows_add(rows, err);
        if (!row) {
            step = -1;
            break;
        }
        read_base(&q, row, arena);
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
        ok = read_last_run(reader, &all[i], at, arena, err) &&
             (!at_ms || read_synced(reader, &all[i], at, err));
    }
    ok = ok && (!all || read_count(reader, at_ms ? &usage_then : &usage_now, at, id, &rows, err));
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

bool read_account_history(struct store_reader *reader, struct arena *arena, int64_t at_ms,
                          const struct history_query *query, struct history_rows *out,
                          struct err *err)
{
    struct rows rows = {.record_size = sizeof(struct history_row), .arena = arena};
    struct query q = {0};
    bool ok =
        db_query(&reader->db, &q,
                 "SELECT account_id, field, value, detail, since, until FROM account_history WHERE "
                 "(:id IS NULL OR account_id = :id) AND (:field IS NULL OR field = :field) AND "
                 "since >= :from AND since <= :at ORDER BY since DESC LIMIT :limit",
                 err);
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
