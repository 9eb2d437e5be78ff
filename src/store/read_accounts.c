#include "store/read_accounts.h"

#include <stdlib.h>
#include <string.h>

#include "store/reader_internal.h"

enum { HOUR_MS = 3600 * 1000, DAY_MS = 24 * HOUR_MS };

#define HISTORY(field)                                                                             \
    "(SELECT h.value FROM account_history h WHERE h.account_id = a.account_id AND h.field = "      \
    "'" field                                                                                      \
    "' AND h.since <= :at AND (h.until IS NULL OR h.until > :at) ORDER BY h.since DESC LIMIT 1)"

static const char accounts_sql[] = "SELECT a.account_id, coalesce(CASE WHEN :past THEN " HISTORY(
    "name") " END, a.name), "
            "a.currency, a.timezone_name, a.timezone_offset_min, coalesce(CASE WHEN :past THEN "
            "CAST(" HISTORY(
                "status") " AS INTEGER) END, a.account_status), a.disable_reason, coalesce(CASE "
                          "WHEN :past "
                          "THEN " HISTORY(
                              "tier") " END, a.tier), a.tier_pinned, coalesce(CASE WHEN :past THEN "
                                      "CAST(" HISTORY(
                                          "priority") " AS INTEGER) END, a.priority), "
                                                      "CASE WHEN :past THEN CAST(" HISTORY(
                                                          "paused") " AS INTEGER) ELSE "
                                                                    "a.paused_until END, "
                                                                    "a.spend_7d, "
                                                                    "a.spend_7d_base, CASE WHEN "
                                                                    ":past THEN (SELECT "
                                                                    "max(started_at) FROM "
                                                                    "sync_runs r WHERE "
                                                                    "r.account_id = a.account_id "
                                                                    "AND r.started_at <= :at AND "
                                                                    "r.status IN ('SUCCESS', "
                                                                    "'PARTIAL')) "
                                                                    "ELSE a.last_synced_at END, "
                                                                    "a.last_full_at, "
                                                                    "a.last_sweep_at, CASE WHEN "
                                                                    ":past THEN (SELECT "
                                                                    "max(started_at) FROM "
                                                                    "sync_runs r WHERE "
                                                                    "r.account_id = a.account_id "
                                                                    "AND r.finished_at <= :at AND "
                                                                    "r.status = 'SUCCESS') ELSE "
                                                                    "a.data_as_of END, "
                                                                    "a.next_due_at, a.removed_at, "
                                                                    "h.hold_id, h.reason, "
                                                                    "h.scope, h.scope_id, "
                                                                    "h.detail, h.since, h.until, "
                                                                    "h.run_id FROM account a LEFT "
                                                                    "JOIN holds h ON "
                                                                    "h.hold_id = CASE WHEN :past "
                                                                    "THEN (SELECT x.hold_id FROM "
                                                                    "holds x WHERE x.account_id = "
                                                                    "a.account_id AND x.since <= "
                                                                    ":at AND (x.ended_at IS NULL "
                                                                    "OR x.ended_at > :at) ORDER BY "
                                                                    "x.since "
                                                                    "DESC LIMIT 1) ELSE (SELECT "
                                                                    "x.hold_id FROM holds x WHERE "
                                                                    "x.account_id = a.account_id "
                                                                    "AND "
                                                                    "x.ended_at IS NULL) END WHERE "
                                                                    "(:id IS NULL OR a.account_id "
                                                                    "= :id) AND (:removed OR "
                                                                    "a.removed_at "
                                                                    "IS NULL) ORDER BY "
                                                                    "a.account_id";

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
    row->usage_pct = -1;
    row->last_error = "";
    row->progress = "";
}

/* The worst of the account's own limiters as the governor sees them; of the past, the last reading.
 */
static bool read_usage(struct store_reader *reader, struct account_row *row, int64_t at, bool past,
                       struct err *err)
{
    struct query q = {0};
    if (!db_query(
            &reader->db, &q,
            past ? "SELECT pct, scope, buc_type, at FROM usage_log WHERE scope_id = :id AND at "
                   "<= :at AND at > :at - 7200000 ORDER BY at DESC LIMIT 1"
                 : "SELECT pct, source, use_case, coalesce(reading_at, updated_at) FROM limiters "
                   "WHERE scope_id = :id AND pct IS NOT NULL AND updated_at <= :at + 60000 "
                   "ORDER BY pct DESC LIMIT 1",
            err)) {
        return false;
    }
    bind_text(&q, ":id", row->account.account_id);
    bind_i64(&q, ":at", at);
    int step = db_step(&q, err);
    if (step > 0) {
        row->usage_pct = col_real(&q, 0);
        row->usage_source =
            (enum usage_source)words_value(WORDS_USAGE_SOURCE, col_text(&q, 1, NULL));
        row->usage_case = (enum use_case)words_value(WORDS_USE_CASE, col_text(&q, 2, NULL));
        row->usage_at = col_i64(&q, 3);
    }
    db_done(&q);
    return step >= 0;
}

static bool read_last_run(struct store_reader *reader, struct account_row *row, int64_t at,
                          struct arena *arena, struct err *err)
{
    struct query q = {0};
    if (!db_query(
            &reader->db, &q,
            "SELECT run_id, mode, status, started_at, finished_at, error_code, error_subcode, "
            "error_message, progress FROM sync_runs WHERE account_id = :id AND started_at <= "
            ":at ORDER BY started_at DESC LIMIT 2",
            err)) {
        return false;
    }
    bind_text(&q, ":id", row->account.account_id);
    bind_i64(&q, ":at", at);
    int step;
    while ((step = db_step(&q, err)) > 0 && !row->last_run_id) {
        enum run_status status =
            (enum run_status)words_value(WORDS_RUN_STATUS, col_text(&q, 2, NULL));
        bool running = status == RUN_RUNNING || col_i64(&q, 4) > at;
        if (running) {
            row->running_run_id = col_i64(&q, 0);
            row->running_since = col_i64(&q, 3);
            row->progress = col_copy(&q, 8, arena);
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

static bool read_counts(struct store_reader *reader, struct account_row *row, int64_t at,
                        struct err *err)
{
    struct query q = {0};
    if (!db_query(&reader->db, &q,
                  "SELECT (SELECT count(*) FROM sync_runs WHERE account_id = :id AND started_at > "
                  ":day AND started_at <= :at), (SELECT count(*) FROM sync_runs WHERE account_id = "
                  ":id AND started_at > :day AND started_at <= :at AND status = 'FAILED'), (SELECT "
                  "count(*) FROM api_calls WHERE failed = 1 AND at > :hour AND at <= :at AND "
                  "account_id = :id), (SELECT sum(calls) FROM budget_ledger WHERE day = :date AND "
                  "account_id = :id), (SELECT sum(cost) FROM budget_ledger WHERE day = :date AND "
                  "account_id = :id)",
                  err)) {
        return false;
    }
    bind_text(&q, ":id", row->account.account_id);
    bind_i64(&q, ":day", at - DAY_MS);
    bind_i64(&q, ":hour", at - HOUR_MS);
    bind_i64(&q, ":at", at);
    bind_day(&q, ":date", (int32_t)(at / DAY_MS));
    int step = db_step(&q, err);
    if (step > 0) {
        row->runs_24h = col_i64(&q, 0);
        row->failed_24h = col_i64(&q, 1);
        row->errors_1h = col_i64(&q, 2);
        row->calls_today = col_i64(&q, 3);
        row->cost_today = col_real(&q, 4);
    }
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

static int by_account(const void *a, const void *b)
{
    return strcmp(((const struct account_row *)a)->account.account_id,
                  ((const struct account_row *)b)->account.account_id);
}

/* One query for all accounts; a row of each is (account_id, two figures). */
static bool read_counts_of(struct store_reader *reader, const char *sql, int64_t from, int64_t at,
                           struct rows *accounts,
                           void (*take)(struct account_row *row, struct query *q), struct err *err)
{
    struct query q = {0};
    if (!db_query(&reader->db, &q, sql, err)) {
        return false;
    }
    bind_i64(&q, ":from", from);
    bind_i64(&q, ":at", at);
    int step;
    while ((step = db_step(&q, err)) > 0) {
        struct account_row key = {0};
        col_array(&q, 0, key.account.account_id, sizeof key.account.account_id);
        struct account_row *row =
            accounts->count ? bsearch(&key, accounts->data, accounts->count, sizeof key, by_account)
                            : NULL;
        if (row) {
            take(row, &q);
        }
    }
    db_done(&q);
    return step == 0;
}

static void take_runs(struct account_row *row, struct query *q)
{
    row->runs_24h = col_i64(q, 1);
    row->failed_24h = col_i64(q, 2);
}

static void take_errors(struct account_row *row, struct query *q)
{
    row->errors_1h = col_i64(q, 1);
}

static void take_ledger(struct account_row *row, struct query *q)
{
    row->calls_today = col_i64(q, 1);
    row->cost_today = col_real(q, 2);
}

/* For many accounts at once: asking for each costs a scan of the hour's errors every time. */
static bool read_all_counts(struct store_reader *reader, struct rows *accounts, int64_t at,
                            struct err *err)
{
    return read_counts_of(reader,
                          "SELECT account_id, count(*), sum(status = 'FAILED') FROM sync_runs "
                          "WHERE started_at > :from AND started_at <= :at GROUP BY account_id",
                          at - DAY_MS, at, accounts, take_runs, err) &&
           read_counts_of(reader,
                          "SELECT account_id, count(*) FROM api_calls WHERE failed = 1 AND at > "
                          ":from AND at <= :at AND account_id IS NOT NULL GROUP BY account_id",
                          at - HOUR_MS, at, accounts, take_errors, err) &&
           read_counts_of(reader,
                          "SELECT account_id, sum(calls), sum(cost) FROM budget_ledger WHERE day "
                          "BETWEEN date(:from / 1000, 'unixepoch') AND date(:at / 1000, "
                          "'unixepoch') GROUP BY account_id",
                          at, at, accounts, take_ledger, err);
}

static bool read_some(struct store_reader *reader, struct arena *arena, int64_t at_ms,
                      const char *id, bool removed, struct account_rows *out, struct err *err)
{
    struct rows rows = {.record_size = sizeof(struct account_row), .arena = arena};
    int64_t at = reader_at(reader, at_ms);
    bool ok = read_base_rows(reader, arena, at, at_ms != 0, id, removed, &rows, err);
    struct account_row *all = rows.data;
    for (size_t i = 0; ok && i < rows.count; i++) {
        ok = read_usage(reader, &all[i], at, at_ms != 0, err) &&
             read_last_run(reader, &all[i], at, arena, err) &&
             (!id || read_counts(reader, &all[i], at, err));
    }
    ok = ok && (id || read_all_counts(reader, &rows, at, err));
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
    if (rows.count == 0) {
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
    FIELD(struct history_row, value, F_PTR),      FIELD(struct history_row, since, F_I64),
    FIELD(struct history_row, until, F_ID),
};

bool read_account_history(struct store_reader *reader, struct arena *arena, int64_t at_ms,
                          const struct history_query *query, struct history_rows *out,
                          struct err *err)
{
    struct rows rows = {.record_size = sizeof(struct history_row), .arena = arena};
    struct query q = {0};
    bool ok =
        db_query(&reader->db, &q,
                 "SELECT account_id, field, value, since, until FROM account_history WHERE "
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
