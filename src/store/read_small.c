/* holds, actions, alerts, drift, checks, log, queue, engine: readers that are one statement each.
 */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "store/drift.h"
#include "store/read_actions.h"
#include "store/read_alerts.h"
#include "store/read_engine.h"
#include "store/read_holds.h"
#include "store/read_log.h"
#include "store/read_queue.h"
#include "store/reader_internal.h"

enum { DEFAULT_LIMIT = 200, HOLDS_LIMIT = 500, LOG_WINDOW = 5000 };

static const char all_holds[] =
    "holds WHERE hold_id IN (SELECT hold_id FROM (SELECT x.hold_id FROM holds x WHERE x.since > "
    "min(:at, :from) AND x.since <= :at ORDER BY x.since DESC LIMIT :limit) UNION ALL SELECT "
    "(SELECT x.hold_id FROM holds x WHERE x.account_id = a.account_id AND x.since <= min(:at, "
    ":from) ORDER BY x.since DESC LIMIT 1) FROM account a UNION ALL SELECT hold_id FROM (SELECT "
    "x.hold_id FROM holds x WHERE x.account_id IS NULL AND x.since <= min(:at, :from) AND "
    "(x.ended_at IS NULL OR x.ended_at > min(:at, :from)) ORDER BY x.since DESC LIMIT :limit)) AND "
    "(ended_at IS NULL OR ended_at > min(:at, :from)) ORDER BY hold_id DESC LIMIT :limit";

bool read_holds(struct store_reader *reader, struct arena *arena, int64_t at_ms,
                const struct hold_query *query, struct hold_rows *out, struct err *err)
{
    struct rows rows = {.record_size = sizeof(struct hold), .arena = arena};
    int64_t at = at_ms ? at_ms : INT64_MAX;
    struct reader_bind bind = {.a = query->account_id && query->account_id[0] ? query->account_id
                                                                              : NULL,
                               .at = at,
                               .from = query->from ? query->from : INT64_MAX,
                               .limit = query->limit ? (int64_t)query->limit : HOLDS_LIMIT};
    bool scopes = query->account_id && query->account_id[0] == '\0';
    /* All of them: what began since `from`, by time, and what each account was in by then. */
    const char *tail =
        /* An account is in one state at a time: nothing older than the one at `from` can touch it.
         */
        bind.a
            ? "holds WHERE account_id = :a AND since <= :at AND since >= coalesce((SELECT "
              "x.since FROM holds x WHERE x.account_id = :a AND x.since <= min(:at, :from) ORDER "
              "BY x.since DESC LIMIT 1), 0) AND (ended_at IS NULL OR ended_at > min(:at, "
              ":from)) ORDER BY since DESC LIMIT :limit"
        : scopes ? "holds WHERE account_id IS NULL AND since <= :at AND (ended_at IS NULL OR "
                   "ended_at > min(:at, :from)) ORDER BY since DESC LIMIT :limit"
                 : all_holds;
    bool ok = reader_rows(reader, hold_fields, tail, &bind, &rows, err);
    struct hold *holds = rows.data;
    for (size_t i = 0; ok && i < rows.count; i++) {
        holds[i].ended_at = holds[i].ended_at > at ? 0 : holds[i].ended_at;
    }
    out->rows = holds;
    out->count = rows.count;
    return ok;
}

bool read_hold_totals(struct store_reader *reader, int64_t at_ms,
                      struct hold_total out[HOLD_REASON_COUNT], struct err *err)
{
    struct query q = {0};
    for (int i = 0; i < HOLD_REASON_COUNT; i++) {
        out[i] = (struct hold_total){.reason = (enum hold_reason)i};
    }
    if (!db_query(&reader->db, &q,
                  at_ms ? "SELECT h.reason, count(*), min(h.until) FROM account a JOIN holds h ON "
                          "h.hold_id = (SELECT x.hold_id FROM holds x WHERE x.account_id = "
                          "a.account_id AND x.since <= :at ORDER BY x.since DESC LIMIT 1) WHERE "
                          "h.ended_at IS NULL OR h.ended_at > :at GROUP BY h.reason"
                        : "SELECT reason, count(*), min(until) FROM holds WHERE account_id IS NOT "
                          "NULL AND ended_at IS NULL AND :at = :at GROUP BY reason",
                  err)) {
        return false;
    }
    bind_i64(&q, ":at", at_ms);
    int step;
    while ((step = db_step(&q, err)) > 0) {
        int reason = words_value(WORDS_HOLD_REASON, col_text(&q, 0, NULL));
        out[reason].count = col_i64(&q, 1);
        out[reason].earliest_until = col_i64(&q, 2);
    }
    db_done(&q);
    return step == 0;
}

bool read_holds_ended(struct store_reader *reader, int64_t from, int64_t to,
                      int64_t counts[HOLD_REASON_COUNT], struct err *err)
{
    struct query q = {0};
    memset(counts, 0, HOLD_REASON_COUNT * sizeof *counts);
    if (!db_query(&reader->db, &q,
                  "SELECT reason, count(*) FROM holds WHERE ended_at > :from AND ended_at <= :to "
                  "AND since <= :from AND account_id IS NOT NULL GROUP BY reason",
                  err)) {
        return false;
    }
    bind_i64(&q, ":from", from);
    bind_i64(&q, ":to", to);
    int step;
    while ((step = db_step(&q, err)) > 0) {
        counts[words_value(WORDS_HOLD_REASON, col_text(&q, 0, NULL))] = col_i64(&q, 1);
    }
    db_done(&q);
    return step == 0;
}

bool read_actions(struct store_reader *reader, struct arena *arena, int64_t at_ms,
                  const struct action_query *query, struct action_rows *out, struct err *err)
{
    struct rows rows = {.record_size = sizeof(struct operator_action), .arena = arena};
    struct reader_bind bind = {.a = query->target,
                               .at = at_ms ? at_ms : INT64_MAX,
                               .from = query->from,
                               .limit = query->limit ? (int64_t)query->limit : DEFAULT_LIMIT};
    bool ok = reader_rows(reader, action_fields,
                          "operator_actions WHERE at >= :from AND at <= :at AND (:a IS NULL OR "
                          "target = :a) ORDER BY action_id DESC LIMIT :limit",
                          &bind, &rows, err);
    out->rows = rows.data;
    out->count = rows.count;
    return ok;
}

bool read_alerts(struct store_reader *reader, struct arena *arena, int64_t at_ms, int64_t from,
                 struct alert_rows *out, struct err *err)
{
    struct rows rows = {.record_size = sizeof(struct alert_row), .arena = arena};
    int64_t at = at_ms ? at_ms : INT64_MAX;
    struct reader_bind bind = {.at = at, .from = from ? from : INT64_MAX};
    bool ok = reader_rows(reader, alert_fields,
                          "alerts WHERE since <= :at AND (cleared_at IS NULL OR cleared_at > "
                          "min(:at, :from)) ORDER BY cleared_at IS NOT NULL, severity = 'critical' "
                          "DESC, severity = 'warning' DESC, since DESC LIMIT 500",
                          &bind, &rows, err);
    struct alert_row *alerts = rows.data;
    for (size_t i = 0; ok && i < rows.count; i++) {
        alerts[i].cleared_at = alerts[i].cleared_at > at ? 0 : alerts[i].cleared_at;
    }
    out->rows = alerts;
    out->count = rows.count;
    return ok;
}

bool read_drift(struct store_reader *reader, struct arena *arena, int64_t at_ms,
                const char *account_id, int64_t from, struct drift_rows *out, struct err *err)
{
    struct rows rows = {.record_size = sizeof(struct drift_row), .arena = arena};
    struct reader_bind bind = {
        .a = account_id, .at = at_ms ? at_ms : INT64_MAX, .from = from, .limit = DEFAULT_LIMIT};
    bool ok = reader_rows(reader, drift_fields,
                          "schema_drift WHERE at >= :from AND at <= :at AND (:a IS NULL OR "
                          "account_id = :a) ORDER BY at DESC LIMIT :limit",
                          &bind, &rows, err);
    out->rows = rows.data;
    out->count = rows.count;
    return ok;
}

bool read_checks(struct store_reader *reader, struct arena *arena, int64_t at_ms,
                 const struct check_query *query, struct check_rows *out, struct err *err)
{
    struct rows rows = {.record_size = sizeof(struct check_row), .arena = arena};
    struct reader_bind bind = {.a = query->account_id,
                               .at = at_ms ? at_ms : INT64_MAX,
                               .from = query->from,
                               .limit = HOLDS_LIMIT,
                               .id = query->run_id};
    bool ok = reader_rows(
        reader, check_fields,
        query->bad_only ? "integrity_checks WHERE result <> 'ok' AND at >= :from AND at <= :at AND "
                          "(:a IS NULL OR account_id = :a) AND (:id = 0 OR run_id = :id) ORDER BY "
                          "at DESC LIMIT :limit"
                        : "integrity_checks WHERE at >= :from AND at <= :at AND (:a IS NULL OR "
                          "account_id = :a) AND (:id = 0 OR run_id = :id) ORDER BY at DESC LIMIT "
                          ":limit",
        &bind, &rows, err);
    out->rows = rows.data;
    out->count = rows.count;
    return ok;
}

bool read_log(struct store_reader *reader, struct arena *arena, int64_t at_ms,
              const struct log_query *query, struct log_rows *out, struct err *err)
{
    struct rows rows = {.record_size = sizeof(struct log_row), .arena = arena};
    struct query q = {0};
    struct str sql;
    str_init(&sql, 4096);
    str_add(&sql, "SELECT ");
    fields_columns(&sql, log_fields, "");
    str_addf(&sql,
             " FROM (SELECT * FROM log WHERE log_id > :after AND log_id <= min(:before - 1, "
             "coalesce((SELECT "
             "l.log_id FROM log l WHERE l.at <= :at ORDER BY l.at DESC LIMIT 1), 0))%s%s%s "
             "ORDER BY log_id DESC LIMIT %d) WHERE :text IS NULL OR instr(lower(message || ' ' || "
             "source), lower(:text)) > 0 ORDER BY log_id DESC LIMIT :limit",
             query->level >= LOG_WARN ? " AND level IN ('warn', 'error')" : "",
             query->account_id ? " AND account_id = :id" : "",
             query->run_id ? " AND run_id = :run" : "", LOG_WINDOW);
    bool ok = db_query(&reader->db, &q, str_text(&sql), err);
    if (ok) {
        bind_i64(&q, ":before", query->before_id ? query->before_id : INT64_MAX);
        bind_i64(&q, ":after", query->after_id);
        bind_i64(&q, ":at", at_ms ? at_ms : INT64_MAX);
        bind_text(&q, ":text", query->text);
        bind_i64(&q, ":limit", query->limit ? (int64_t)query->limit : DEFAULT_LIMIT);
        if (query->account_id) {
            bind_text(&q, ":id", query->account_id);
        }
        if (query->run_id) {
            bind_i64(&q, ":run", query->run_id);
        }
        ok = rows_read(&rows, &q, log_fields, err);
    }
    str_fini(&sql);
    struct log_row *all = rows.data;
    size_t count = 0;
    for (size_t i = 0; ok && i < rows.count; i++) {
        if (all[i].level >= query->level) {
            all[count++] = all[i];
        }
    }
    out->rows = all;
    out->count = count;
    return ok;
}

/* ---- queue ---- */

static const struct field queue_rows[] = {
    FIELD(struct queue_row, account_id, F_PTR),
    FIELD(struct queue_row, name, F_PTR),
    FIELD_AS(struct queue_row, "tier", tier, F_ENUM, WORDS_TIER),
    FIELD(struct queue_row, priority, F_INT),
    FIELD(struct queue_row, account_status, F_INT),
    FIELD(struct queue_row, paused_until, F_ID),
    FIELD(struct queue_row, last_synced_at, F_ID),
    FIELD(struct queue_row, data_as_of, F_ID),
    FIELD(struct queue_row, next_due_at, F_ID),
    FIELD_AS(struct queue_row, "reason", reason, F_ENUM, WORDS_HOLD_REASON),
    FIELD(struct queue_row, hold_since, F_ID),
    FIELD(struct queue_row, hold_until, F_ID),
    FIELD(struct queue_row, hold_scope, F_PTR),
    FIELD(struct queue_row, hold_scope_id, F_PTR),
    FIELD(struct queue_row, run_id, F_ID),
    FIELD(struct queue_row, estimated_cost, F_REAL),
    FIELD(struct queue_row, last_duration_ms, F_I64),
};

bool read_queue(struct store_reader *reader, struct arena *arena, struct queue_rows *out,
                struct err *err)
{
    struct rows rows = {.record_size = sizeof(struct queue_row), .arena = arena};
    struct query q = {0};
    bool ok =
        db_query(
            &reader->db, &q,
            "SELECT a.account_id, a.name, a.tier, a.priority, a.account_status, "
            "a.paused_until, a.last_synced_at, a.data_as_of, a.next_due_at, coalesce(h.reason, "
            "'unknown'), h.since, h.until, h.scope, h.scope_id, h.run_id, r.estimated_cost, "
            "r.duration_ms FROM account a LEFT JOIN holds h ON h.account_id = a.account_id AND "
            "h.ended_at IS NULL LEFT JOIN sync_runs r ON r.run_id = (SELECT x.run_id FROM "
            "sync_runs x WHERE x.account_id = a.account_id ORDER BY x.started_at DESC LIMIT 1) "
            "WHERE a.removed_at IS NULL ORDER BY coalesce(a.next_due_at, 0)",
            err) &&
        rows_read(&rows, &q, FIELDS(queue_rows), err);
    out->rows = rows.data;
    out->count = rows.count;
    return ok;
}

/* ---- engine ---- */

bool read_engine(struct store_reader *reader, int64_t at_ms, struct engine_row *out,
                 struct err *err)
{
    struct arena *arena = arena_create(4096);
    struct rows rows = {.record_size = sizeof(struct engine_row), .arena = arena};
    struct reader_bind bind = {.at = at_ms ? at_ms : INT64_MAX};
    bool ok = arena && reader_rows(reader, engine_fields,
                                   "engine WHERE started_at <= :at ORDER BY engine_id DESC LIMIT 1",
                                   &bind, &rows, err);
    if (ok && rows.count > 0) {
        *out = *(struct engine_row *)rows.data;
    } else if (ok) {
        ok = err_set(err, ERR_NOT_FOUND, "engine: none ever ran here; 'adtop engine' starts one");
    }
    arena_destroy(arena);
    return ok;
}

static int64_t size_of(const char *uri, const char *tail)
{
    char path[2400];
    struct stat info;
    const char *start = strncmp(uri, "file:", 5) == 0 ? uri + 5 : uri;
    snprintf(path, sizeof path, "%.*s%s", (int)strcspn(start, "?"), start, tail);
    return stat(path, &info) == 0 ? (int64_t)info.st_size : 0;
}

bool read_totals(struct store_reader *reader, struct store_totals *out, struct err *err)
{
    struct query q = {0};
    memset(out, 0, sizeof *out);
    if (!db_query(
            &reader->db, &q,
            "SELECT (SELECT count(*) FROM account WHERE removed_at IS NULL), (SELECT count(*) "
            "FROM account WHERE removed_at IS NOT NULL), (SELECT count(*) FROM entity), (SELECT "
            "count(*) FROM entity WHERE deleted_at IS NOT NULL), (SELECT max(version) FROM "
            "schema_migrations)",
            err)) {
        return false;
    }
    int step = db_step(&q, err);
    if (step > 0) {
        out->accounts = col_i64(&q, 0);
        out->removed = col_i64(&q, 1);
        out->tombstones = col_i64(&q, 3);
        out->entities = col_i64(&q, 2) - out->tombstones;
        out->schema_version = (int)col_i64(&q, 4);
    }
    db_done(&q);
    out->db_bytes = size_of(reader->db.path, "");
    out->wal_bytes = size_of(reader->db.path, "-wal");
    return step >= 0;
}
