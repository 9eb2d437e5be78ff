#include "store/read_runs.h"

#include <stdio.h>
#include <string.h>

#include "store/read_errors.h"
#include "store/reader_internal.h"

enum { DEFAULT_LIMIT = 200, CALLS_LIMIT = 500, SPLITS_LIMIT = 200 };

/* A run that ended later was running then. */
static void as_of(struct run *run, int64_t at)
{
    if (run->finished_at > at) {
        run->status = RUN_RUNNING;
        run->finished_at = 0;
        run->duration_ms = at - run->started_at;
        run->error_code = run->error_subcode = 0;
        run->error_message[0] = '\0';
    }
}

/* In the order of enum run_status; a run that ended later than :at was running then. */
#define STATUS                                                                                     \
    "CASE WHEN finished_at > :at THEN 0 ELSE instr('RUNNING   SUCCESS   PARTIAL   FAILED    "      \
    "THROTTLED CANCELLED ', status || ' ') / 10 END"

bool read_runs(struct store_reader *reader, struct arena *arena, int64_t at_ms,
               const struct run_query *query, struct run_rows *out, struct err *err)
{
    struct rows rows = {.record_size = sizeof(struct run), .arena = arena};
    char tail[512];
    int64_t at = reader_at(reader, at_ms);
    struct reader_bind bind = {.a = query->account_id,
                               .at = at_ms ? at : INT64_MAX,
                               .from = query->since,
                               .limit = query->limit ? (int64_t)query->limit : DEFAULT_LIMIT,
                               .id = query->before_run_id ? query->before_run_id : INT64_MAX};
    snprintf(tail, sizeof tail,
             "sync_runs WHERE %sstarted_at >= :from AND started_at <= :at AND run_id < :id AND (%u "
             "= 0 OR (%u >> " STATUS ") & 1) ORDER BY started_at DESC, run_id DESC LIMIT :limit",
             query->account_id ? "account_id = :a AND " : "", query->statuses, query->statuses);
    bool ok = reader_rows(reader, run_fields, tail, &bind, &rows, err);
    struct run *runs = rows.data;
    for (size_t i = 0; ok && at_ms && i < rows.count; i++) {
        as_of(&runs[i], at);
    }
    out->rows = runs;
    out->count = rows.count;
    return ok;
}

bool read_run(struct store_reader *reader, int64_t at_ms, int64_t run_id, struct run *out,
              struct err *err)
{
    struct arena *arena = arena_create(8192);
    struct rows rows = {.record_size = sizeof(struct run), .arena = arena};
    struct reader_bind bind = {.id = run_id};
    bool ok =
        arena && reader_rows(reader, run_fields, "sync_runs WHERE run_id = :id", &bind, &rows, err);
    if (ok && rows.count == 0) {
        ok = err_set(err, ERR_NOT_FOUND, "run %lld: there is none; 'adtop runs' lists them",
                     (long long)run_id);
    } else if (ok) {
        *out = *(struct run *)rows.data;
        if (at_ms) {
            as_of(out, at_ms);
        }
    }
    arena_destroy(arena);
    return ok;
}

bool read_run_splits(struct store_reader *reader, struct arena *arena, int64_t at_ms,
                     int64_t run_id, struct split_rows *out, struct err *err)
{
    struct rows rows = {.record_size = sizeof(struct run_split), .arena = arena};
    struct reader_bind bind = {
        .id = run_id, .at = at_ms ? at_ms : INT64_MAX, .limit = SPLITS_LIMIT};
    bool ok = reader_rows(reader, split_fields,
                          "run_splits WHERE run_id = :id AND at <= :at ORDER BY split_id LIMIT "
                          ":limit",
                          &bind, &rows, err);
    out->rows = rows.data;
    out->count = rows.count;
    return ok;
}

bool read_run_split_count(struct store_reader *reader, int64_t at_ms, int64_t run_id, int64_t *out,
                          struct err *err)
{
    struct query q = {0};
    if (!db_query(&reader->db, &q,
                  "SELECT count(*) FROM run_splits WHERE run_id = :run AND at <= :at", err)) {
        return false;
    }
    bind_i64(&q, ":run", run_id);
    bind_i64(&q, ":at", at_ms ? at_ms : INT64_MAX);
    int step = db_step(&q, err);
    *out = step > 0 ? col_i64(&q, 0) : 0;
    db_done(&q);
    return step >= 0;
}

static bool read_call_rows(struct store_reader *reader, struct arena *arena, struct query *q,
                           struct call_rows *out, struct err *err)
{
    struct rows rows = {.record_size = sizeof(struct call_row), .arena = arena};
    int step;
    (void)reader;
    while ((step = db_step(q, err)) > 0) {
        struct call_row *row = rows_add(&rows, err);
        if (!row) {
            step = -1;
            break;
        }
        row->call_id = col_i64(q, 0);
        row->message = col_copy(q, 1, arena);
        fields_read(q, 2, call_fields, &row->call, arena);
    }
    db_done(q);
    out->rows = rows.data;
    out->count = rows.count;
    return step == 0;
}

#define CALL_COLUMNS                                                                               \
    "SELECT call_id, message, at, run_id, account_id, class, path, http_status, code, subcode, "   \
    "fbtrace_id, ms, bytes, rows, cost FROM api_calls "

bool read_run_calls(struct store_reader *reader, struct arena *arena, int64_t at_ms, int64_t run_id,
                    int64_t after_call_id, size_t limit, struct call_rows *out, struct err *err)
{
    struct query q = {0};
    if (!db_query(&reader->db, &q,
                  CALL_COLUMNS "WHERE run_id = :run AND call_id > :after AND at <= :at ORDER BY "
                               "call_id LIMIT :limit",
                  err)) {
        return false;
    }
    bind_i64(&q, ":run", run_id);
    bind_i64(&q, ":after", after_call_id);
    bind_i64(&q, ":at", at_ms ? at_ms : INT64_MAX);
    bind_i64(&q, ":limit", limit ? (int64_t)limit : CALLS_LIMIT);
    return read_call_rows(reader, arena, &q, out, err);
}

/* ---- errors ---- */

bool read_errors(struct store_reader *reader, struct arena *arena, int64_t at_ms,
                 const char *account_id, int64_t from, struct error_groups *out, struct err *err)
{
    struct rows rows = {.record_size = sizeof(struct error_group), .arena = arena};
    struct query q = {0};
    /* With a single max() the bare columns come from the latest row of the group. */
    if (!db_query(&reader->db, &q,
                  "SELECT coalesce(code, 0), coalesce(subcode, 0), http_status, count(*), min(at), "
                  "max(at), count(DISTINCT account_id), account_id, message, fbtrace_id, path FROM "
                  "api_calls WHERE failed = 1 AND at >= :from AND at <= :at AND (:id IS NULL OR "
                  "account_id = :id) GROUP BY coalesce(code, 0), coalesce(subcode, 0), CASE WHEN "
                  "code IS NULL THEN http_status END ORDER BY max(at) DESC",
                  err)) {
        return false;
    }
    bind_i64(&q, ":from", from);
    bind_i64(&q, ":at", at_ms ? at_ms : INT64_MAX);
    bind_text(&q, ":id", account_id);
    int step;
    while ((step = db_step(&q, err)) > 0) {
        struct error_group *row = rows_add(&rows, err);
        if (!row) {
            step = -1;
            break;
        }
        row->code = (int)col_i64(&q, 0);
        row->subcode = (int)col_i64(&q, 1);
        row->http_status = (int)col_i64(&q, 2);
        row->count = col_i64(&q, 3);
        row->first_at = col_i64(&q, 4);
        row->last_at = col_i64(&q, 5);
        row->accounts = col_i64(&q, 6);
        row->last_account_id = col_copy(&q, 7, arena);
        row->last_message = col_copy(&q, 8, arena);
        row->last_fbtrace_id = col_copy(&q, 9, arena);
        row->last_path = col_copy(&q, 10, arena);
    }
    db_done(&q);
    out->rows = rows.data;
    out->count = rows.count;
    return step == 0;
}
