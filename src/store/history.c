/* calls, usage, limiters, ledger, drift, log, checks: rows that are appended or added up. */
#include <string.h>

#include "base/date.h"
#include "store/calls.h"
#include "store/checks.h"
#include "store/drift.h"
#include "store/internal.h"
#include "store/ledger.h"
#include "store/limiters.h"
#include "store/logs.h"
#include "store/tables.h"
#include "store/usage.h"

enum { REPEAT_MS = 60000 };

bool store_call_append(struct store *store, const struct call_record *call, const char *message,
                       struct err *err)
{
    struct query q = {0};
    bool said = message && message[0];
    if (!store_begin(store, err)) {
        return false;
    }
    bool ok = db_query(&store->db, &q,
                       "INSERT INTO api_calls (at, run_id, account_id, class, path, http_status, "
                       "code, subcode, fbtrace_id, ms, bytes, rows, cost, failed, message) VALUES "
                       "(:at, :run_id, :account_id, :class, :path, :http_status, :code, :subcode, "
                       ":fbtrace_id, :ms, :bytes, :rows, :cost, :failed, :message)",
                       err);
    if (ok) {
        fields_bind(&q, call_fields, 0, call);
        bind_i64(&q, ":failed",
                 said || call->code != 0 || call->http_status < 200 || call->http_status > 299);
        bind_text(&q, ":message", said ? message : NULL);
        ok = db_run(&q, err);
    }
    return store_end(store, ok, err);
}

static const struct field counted_fields[] = {
    FIELD(struct counted_call, at, F_I64),
    FIELD(struct counted_call, account_id, F_TEXT),
    FIELD_AS(struct counted_call, "class", call_class, F_ENUM, WORDS_CALL_CLASS),
    FIELD(struct counted_call, cost, F_REAL),
    FIELD(struct counted_call, ms, F_I64),
    FIELD(struct counted_call, bytes, F_I64),
    FIELD(struct counted_call, failed, F_BOOL),
};

bool store_calls_load(struct store *store, struct arena *arena, int64_t since_ms,
                      struct store_calls *out, struct err *err)
{
    struct rows rows = {.record_size = sizeof(struct counted_call), .arena = arena};
    struct query q = {0};
    store_lock(store);
    bool ok =
        db_query(&store->db, &q,
                 "SELECT at, account_id, class, cost, ms, bytes, failed FROM api_calls WHERE at "
                 "> :since AND http_status > 0 ORDER BY at",
                 err);
    if (ok) {
        bind_i64(&q, ":since", since_ms);
        ok = rows_read(&rows, &q, FIELDS(counted_fields), err);
    }
    store_unlock(store);
    out->rows = rows.data;
    out->count = rows.count;
    return ok;
}

bool store_calls_newest(struct store *store, int64_t count, int64_t *begin_ms, struct err *err)
{
    struct query q = {0};
    store_lock(store);
    int step = -1;
    if (db_query(&store->db, &q, "SELECT at FROM api_calls ORDER BY at DESC LIMIT 1 OFFSET :count",
                 err)) {
        bind_i64(&q, ":count", count);
        step = db_step(&q, err);
        *begin_ms = step > 0 ? col_i64(&q, 0) : 0;
        db_done(&q);
    }
    store_unlock(store);
    return step >= 0;
}

/* 1 = the same as the last reading and logged within a minute. */
static int repeated(struct store *store, const struct usage_reading *row, struct err *err)
{
    struct query q = {0};
    if (!db_query(&store->db, &q,
                  "SELECT 1 FROM usage_latest WHERE scope_id = :scope_id AND scope = :scope AND "
                  "buc_type = :buc_type AND pct = :pct AND coalesce(regain_s, -1) = :regain AND "
                  "logged_at > :since",
                  err)) {
        return -1;
    }
    bind_text(&q, ":scope_id", row->scope_id);
    bind_text(&q, ":scope", usage_source_name(row->source));
    bind_text(&q, ":buc_type", row->use_case ? use_case_name(row->use_case) : "");
    bind_real(&q, ":pct", row->pct);
    bind_i64(&q, ":regain", row->regain_s);
    bind_i64(&q, ":since", row->at - REPEAT_MS);
    int step = db_step(&q, err);
    db_done(&q);
    return step;
}

static bool put_latest(struct store *store, const struct usage_reading *row, bool logged,
                       struct err *err)
{
    struct query q = {0};
    if (!db_query(
            &store->db, &q,
            "INSERT INTO usage_latest (scope_id, scope, buc_type, at, logged_at, pct, "
            "call_count, total_time, total_cputime, regain_s, access_tier, run_id) VALUES "
            "(:scope_id, :scope, :buc_type, :at, :at, :pct, :call_count, :total_time, "
            ":total_cputime, :regain_s, :access_tier, :run_id) ON CONFLICT DO UPDATE SET at = "
            "excluded.at, logged_at = CASE WHEN :logged THEN excluded.at ELSE logged_at END, "
            "pct = excluded.pct, call_count = excluded.call_count, total_time = "
            "excluded.total_time, total_cputime = excluded.total_cputime, regain_s = "
            "excluded.regain_s, access_tier = coalesce(excluded.access_tier, access_tier), "
            "run_id = excluded.run_id",
            err)) {
        return false;
    }
    fields_bind(&q, usage_fields, 0, row);
    bind_i64(&q, ":logged", logged);
    return db_run(&q, err);
}

bool store_usage_append(struct store *store, const struct usage_reading *rows, size_t n,
                        struct err *err)
{
    if (n == 0) {
        return true;
    }
    if (!store_begin(store, err)) {
        return false;
    }
    bool ok = true;
    for (size_t i = 0; ok && i < n; i++) {
        int same = repeated(store, &rows[i], err);
        ok = same >= 0 &&
             (same > 0 ||
              fields_insert(&store->db, "usage_log", usage_fields, 0, &rows[i], NULL, err)) &&
             put_latest(store, &rows[i], same == 0, err);
    }
    return store_end(store, ok, err);
}

#define READING_COLUMNS                                                                            \
    "SELECT at, scope, scope_id, buc_type, pct, call_count, total_time, total_cputime, regain_s, " \
    "access_tier, run_id FROM "

static bool load_readings(struct store *store, struct arena *arena, const char *sql,
                          int64_t since_ms, struct store_readings *out, struct err *err)
{
    struct rows rows = {.record_size = sizeof(struct usage_reading), .arena = arena};
    struct query q = {0};
    store_lock(store);
    bool ok = db_query(&store->db, &q, sql, err);
    if (ok) {
        bind_i64(&q, ":since", since_ms);
        ok = rows_read(&rows, &q, usage_fields, err);
    }
    store_unlock(store);
    out->rows = rows.data;
    out->count = rows.count;
    return ok;
}

bool store_usage_load(struct store *store, struct arena *arena, struct store_readings *out,
                      struct err *err)
{
    return load_readings(store, arena, READING_COLUMNS "usage_latest WHERE at >= :since", INT64_MIN,
                         out, err);
}

bool store_usage_since(struct store *store, struct arena *arena, int64_t since_ms,
                       struct store_readings *out, struct err *err)
{
    return load_readings(store, arena, READING_COLUMNS "usage_log WHERE at >= :since ORDER BY at",
                         since_ms, out, err);
}

bool store_limiters_put(struct store *store, const struct limiter_row *rows, size_t n,
                        struct err *err)
{
    struct str tail;
    str_init(&tail, 2048);
    str_add(&tail, "ON CONFLICT DO UPDATE SET ");
    for (size_t i = 3; i < limiter_fields.count; i++) {
        const char *column = limiter_fields.rows[i].column;
        str_addf(&tail, "%s%s = excluded.%s", i > 3 ? ", " : "", column, column);
    }
    if (!store_begin(store, err)) {
        str_fini(&tail);
        return false;
    }
    bool ok = true;
    for (size_t i = 0; ok && i < n; i++) {
        ok = fields_insert(&store->db, "limiters", limiter_fields, 0, &rows[i], str_text(&tail),
                           err);
    }
    str_fini(&tail);
    return store_end(store, ok, err);
}

bool store_limiters_load(struct store *store, struct arena *arena, struct store_limiters *out,
                         struct err *err)
{
    struct rows rows = {.record_size = sizeof(struct limiter_row), .arena = arena};
    struct query q = {0};
    struct str sql;
    str_init(&sql, 2048);
    str_add(&sql, "SELECT ");
    fields_columns(&sql, limiter_fields, "");
    str_add(&sql, " FROM limiters");
    store_lock(store);
    bool ok =
        db_query(&store->db, &q, str_text(&sql), err) && rows_read(&rows, &q, limiter_fields, err);
    store_unlock(store);
    str_fini(&sql);
    out->rows = rows.data;
    out->count = rows.count;
    return ok;
}

static bool add_hour(struct store *store, const struct ledger_entry *entry, struct err *err)
{
    struct query q = {0};
    if (!db_query(&store->db, &q,
                  "INSERT INTO budget_hourly (day, hour, class, calls, cost, operator_cost) VALUES "
                  "(:day, :hour, :class, :calls, :cost, :operator) ON CONFLICT DO UPDATE SET calls "
                  "= calls + excluded.calls, cost = cost + excluded.cost, operator_cost = "
                  "operator_cost + excluded.operator_cost",
                  err)) {
        return false;
    }
    bind_day(&q, ":day", entry->day);
    bind_i64(&q, ":hour", entry->hour);
    bind_text(&q, ":class", call_class_name(entry->call_class));
    bind_i64(&q, ":calls", entry->calls);
    bind_real(&q, ":cost", entry->cost);
    bind_real(&q, ":operator", entry->by_operator ? entry->cost : 0);
    return db_run(&q, err);
}

bool store_ledger_add(struct store *store, const struct ledger_entry *entry, struct err *err)
{
    struct query q = {0};
    if (!store_begin(store, err)) {
        return false;
    }
    bool ok = db_query(&store->db, &q,
                       "INSERT INTO budget_ledger (day, account_id, class, calls, cost) VALUES "
                       "(:day, :account, :class, :calls, :cost) ON CONFLICT DO UPDATE SET calls = "
                       "calls + excluded.calls, cost = cost + excluded.cost",
                       err);
    if (ok) {
        bind_day(&q, ":day", entry->day);
        bind_text(&q, ":account", entry->account_id);
        bind_text(&q, ":class", call_class_name(entry->call_class));
        bind_i64(&q, ":calls", entry->calls);
        bind_real(&q, ":cost", entry->cost);
        ok = db_run(&q, err) && add_hour(store, entry, err);
    }
    return store_end(store, ok, err);
}

static bool sum_of(struct store *store, const char *sql, int32_t day, const char *account_id,
                   struct ledger_sum *out, struct err *err)
{
    struct query q = {0};
    if (!db_query(&store->db, &q, sql, err)) {
        return false;
    }
    bind_day(&q, ":day", day);
    if (account_id) {
        bind_text(&q, ":account", account_id);
    }
    int step = db_step(&q, err);
    if (step > 0) {
        out->calls = col_i64(&q, 0);
        out->cost = col_real(&q, 1);
        out->operator_cost = col_real(&q, 2);
    }
    db_done(&q);
    return step >= 0;
}

bool store_ledger_sum(struct store *store, int32_t day, const char *account_id,
                      struct ledger_sum *out, struct err *err)
{
    memset(out, 0, sizeof *out);
    store_lock(store);
    bool ok = account_id
                  ? sum_of(store,
                           "SELECT sum(calls), sum(cost), 0.0 FROM budget_ledger WHERE day = "
                           ":day AND account_id = :account",
                           day, account_id, out, err)
                  : sum_of(store,
                           "SELECT sum(calls), sum(cost), sum(operator_cost) FROM "
                           "budget_hourly WHERE day = :day",
                           day, NULL, out, err);
    store_unlock(store);
    return ok;
}

bool store_ledger_forced(struct store *store, int64_t since, const char *account_id, double *cost,
                         struct err *err)
{
    struct query q = {0};
    store_lock(store);
    bool ok = db_query(&store->db, &q,
                       "SELECT sum(actual_cost) FROM sync_runs WHERE account_id = :account AND "
                       "started_at >= :since AND \"trigger\" = 'operator'",
                       err);
    if (ok) {
        bind_text(&q, ":account", account_id);
        bind_i64(&q, ":since", since);
        ok = db_step(&q, err) >= 0;
        *cost = ok ? col_real(&q, 0) : 0;
        db_done(&q);
    }
    store_unlock(store);
    return ok;
}

bool store_drift_add(struct store *store, const struct drift_row *row, struct err *err)
{
    struct query q = {0};
    if (!store_begin(store, err)) {
        return false;
    }
    bool ok = db_query(&store->db, &q,
                       "INSERT INTO schema_drift (day, account_id, edge, field, kind, at, count, "
                       "sample) VALUES (:day, :account_id, :edge, :field, :kind, :at, :count, "
                       ":sample) ON CONFLICT DO UPDATE SET at = excluded.at, count = count + "
                       "excluded.count, sample = coalesce(excluded.sample, sample)",
                       err);
    if (ok) {
        fields_bind(&q, drift_fields, 0, row);
        bind_day(&q, ":day", (int32_t)(row->at / 86400000));
        ok = db_run(&q, err);
    }
    return store_end(store, ok, err);
}

bool store_log_append(struct store *store, const struct log_row *row, struct err *err)
{
    if (!store_begin(store, err)) {
        return false;
    }
    bool ok = fields_insert(&store->db, "log", log_fields, 1, row, NULL, err);
    return store_end(store, ok, err);
}

bool store_log_ack(struct store *store, int64_t log_id, enum log_level level, const char *by,
                   int64_t at, struct err *err)
{
    struct query q = {0};
    if (!store_begin(store, err)) {
        return false;
    }
    bool ok =
        db_query(&store->db, &q,
                 "UPDATE log SET acked_at = :at, acked_by = :by WHERE log_id <= :id AND "
                 "acked_at IS NULL AND CASE level WHEN 'debug' THEN 0 WHEN 'info' THEN 1 WHEN "
                 "'warn' THEN 2 ELSE 3 END >= :level",
                 err);
    if (ok) {
        bind_i64(&q, ":at", at);
        bind_text(&q, ":by", by);
        bind_i64(&q, ":id", log_id);
        bind_i64(&q, ":level", level);
        ok = db_run(&q, err);
    }
    return store_end(store, ok, err);
}

bool store_check_append(struct store *store, struct check_row *check, struct err *err)
{
    if (!store_begin(store, err)) {
        return false;
    }
    bool ok = fields_insert(&store->db, "integrity_checks", check_fields, 1, check, NULL, err);
    check->check_id = ok ? db_last_id(&store->db) : 0;
    return store_end(store, ok, err);
}
