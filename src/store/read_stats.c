#include "store/read_stats.h"

#include "store/reader_internal.h"
#include "store/words.h"

/* The statement bound to the range and the account, ready to step. */
static bool begin(struct store_reader *reader, struct query *q, const char *sql, int64_t at_ms,
                  const char *account_id, int64_t from, struct err *err)
{
    if (!db_query(&reader->db, q, sql, err)) {
        return false;
    }
    bind_i64(q, ":from", from);
    bind_i64(q, ":at", reader_at(reader, at_ms));
    bind_text(q, ":id", account_id);
    return true;
}

/* With a single min() or max() the bare columns come from the row that has it. A call's ms are real
 * ones, so its arrival is found with the clock's speed. Readings beyond the retention of usage_log
 * are summed in usage_hourly, which knows no classes. */
static const char peaks_sql[] =
    "SELECT scope, scope_id, buc_type, class, max(pct), sum(total) / sum(n), at, sum(n) FROM ("
    "SELECT * FROM (SELECT u.scope, u.scope_id, u.buc_type, u.pct, u.pct AS total, 1 AS n, u.at, "
    "coalesce(c.class, '') AS class, min(abs(c.at + c.ms * :speed - u.at)) FROM usage_log u "
    "LEFT JOIN api_calls c ON c.run_id = u.run_id AND c.at <= u.at "
    "WHERE u.at >= :from AND u.at <= :at AND (:id IS NULL OR u.scope_id = :id) "
    "GROUP BY u.usage_id) UNION ALL "
    "SELECT scope, scope_id, buc_type, max_pct, sum_pct, readings, hour * 3600000, '', 0 "
    "FROM usage_hourly WHERE hour >= :from / 3600000 AND hour <= :at / 3600000 "
    "AND (:id IS NULL OR scope_id = :id)) "
    "GROUP BY scope, scope_id, buc_type, class ORDER BY max(pct) DESC, scope, scope_id, class";

bool read_usage_peaks(struct store_reader *reader, struct arena *arena, int64_t at_ms,
                      const char *account_id, int64_t from, struct peak_rows *out, struct err *err)
{
    struct rows rows = {.record_size = sizeof(struct peak_row), .arena = arena};
    struct query q = {0};
    if (!begin(reader, &q, peaks_sql, at_ms, account_id, from, err)) {
        return false;
    }
    bind_real(&q, ":speed", store_reader_clock(reader).speed);
    int step;
    while ((step = db_step(&q, err)) > 0) {
        struct peak_row *row = rows_add(&rows, err);
        if (!row) {
            step = -1;
            break;
        }
        row->source = (enum usage_source)words_value(WORDS_USAGE_SOURCE, col_text(&q, 0, NULL));
        row->scope_id = col_copy(&q, 1, arena);
        use_case_parse(col_text(&q, 2, NULL), &row->use_case);
        row->call_class = col_copy(&q, 3, arena);
        row->peak_pct = col_real(&q, 4);
        row->mean_pct = col_real(&q, 5);
        row->peak_at = col_i64(&q, 6);
        row->readings = col_i64(&q, 7);
    }
    db_done(&q);
    *out = (struct peak_rows){rows.data, rows.count};
    return step == 0;
}

/* Calls beyond the retention of api_calls are summed in calls_hourly, of all accounts together;
 * readings in usage_hourly. The busiest minute of both is that of one class. */
static const char hours_sql[] =
    "WITH minutes AS ("
    "SELECT at / 3600000 AS hour, count(*) AS calls, sum(failed) AS failed, count(*) AS busiest, "
    "sum(cost) AS cost FROM api_calls "
    "WHERE at >= :from AND at <= :at AND (:id IS NULL OR account_id = :id) "
    "GROUP BY at / 60000 UNION ALL "
    "SELECT hour, sum(calls), sum(failed), max(busiest_minute), sum(cost) FROM calls_hourly "
    "WHERE :id IS NULL AND hour >= :from / 3600000 AND hour <= :at / 3600000 GROUP BY hour), "
    "readings AS (SELECT hour, sum(total) / sum(n) AS mean, max(most) AS most FROM ("
    "SELECT at / 3600000 AS hour, sum(pct) AS total, count(*) AS n, max(pct) AS most "
    "FROM usage_log WHERE at >= :from AND at <= :at AND (:id IS NULL OR scope_id = :id) "
    "GROUP BY 1 UNION ALL "
    "SELECT hour, sum(sum_pct), sum(readings), max(max_pct) FROM usage_hourly "
    "WHERE hour >= :from / 3600000 AND hour <= :at / 3600000 "
    "AND (:id IS NULL OR scope_id = :id) GROUP BY hour) GROUP BY hour) "
    "SELECT m.hour * 3600000, sum(calls), sum(failed), max(busiest), coalesce(r.mean, -1), "
    "coalesce(r.most, -1), sum(cost) FROM minutes m LEFT JOIN readings r ON r.hour = m.hour "
    "GROUP BY m.hour ORDER BY m.hour";

bool read_usage_hours(struct store_reader *reader, struct arena *arena, int64_t at_ms,
                      const char *account_id, int64_t from, struct hour_rows *out, struct err *err)
{
    struct rows rows = {.record_size = sizeof(struct hour_row), .arena = arena};
    struct query q = {0};
    if (!begin(reader, &q, hours_sql, at_ms, account_id, from, err)) {
        return false;
    }
    int step;
    while ((step = db_step(&q, err)) > 0) {
        struct hour_row *row = rows_add(&rows, err);
        if (!row) {
            step = -1;
            break;
        }
        row->hour = col_i64(&q, 0);
        row->calls = col_i64(&q, 1);
        row->failed = col_i64(&q, 2);
        row->busiest_minute = col_i64(&q, 3);
        row->mean_pct = col_real(&q, 4);
        row->max_pct = col_real(&q, 5);
        row->cost = col_real(&q, 6);
    }
    db_done(&q);
    *out = (struct hour_rows){rows.data, rows.count};
    return step == 0;
}

bool read_run_durations(struct store_reader *reader, struct arena *arena, int64_t at_ms,
                        const char *account_id, int64_t from, struct duration_rows *out,
                        struct err *err)
{
    struct rows rows = {.record_size = sizeof(struct duration_row), .arena = arena};
    struct query q = {0};
    if (!begin(reader, &q,
               "WITH d AS (SELECT account_id, duration_ms AS ms, api_calls, actual_cost, "
               "percent_rank() OVER (PARTITION BY account_id ORDER BY duration_ms) AS p FROM "
               "sync_runs WHERE started_at >= :from AND started_at <= :at AND (:id IS NULL OR "
               "account_id = :id) AND status IN ('SUCCESS', 'PARTIAL')) SELECT account_id, "
               "coalesce((SELECT name FROM accounts a WHERE a.account_id = d.account_id), ''), "
               "count(*), avg(ms), min(CASE WHEN p >= 0.5 THEN ms END), min(CASE WHEN p >= 0.95 "
               "THEN ms END), min(CASE WHEN p >= 0.99 THEN ms END), max(ms), avg(api_calls), "
               "avg(actual_cost) FROM d GROUP BY account_id ORDER BY avg(ms) DESC, account_id",
               at_ms, account_id, from, err)) {
        return false;
    }
    int step;
    while ((step = db_step(&q, err)) > 0) {
        struct duration_row *row = rows_add(&rows, err);
        if (!row) {
            step = -1;
            break;
        }
        row->account_id = col_copy(&q, 0, arena);
        row->name = col_copy(&q, 1, arena);
        row->runs = col_i64(&q, 2);
        row->mean_ms = (int64_t)col_real(&q, 3);
        row->max_ms = col_i64(&q, 7);
        /* The only run of an account has rank 0. */
        row->p50_ms = col_null(&q, 4) ? row->max_ms : col_i64(&q, 4);
        row->p95_ms = col_null(&q, 5) ? row->max_ms : col_i64(&q, 5);
        row->p99_ms = col_null(&q, 6) ? row->max_ms : col_i64(&q, 6);
        row->calls = col_real(&q, 8);
        row->cost = col_real(&q, 9);
    }
    db_done(&q);
    *out = (struct duration_rows){rows.data, rows.count};
    return step == 0;
}

/* Calls beyond the retention of api_calls are summed in calls_daily. */
static const char days_sql[] =
    "WITH runs AS (SELECT date(started_at / 1000, 'unixepoch') AS day, count(*) AS runs, "
    "sum(status = 'THROTTLED') AS throttled, sum(status = 'FAILED') AS failed FROM sync_runs WHERE "
    "started_at >= :from AND started_at <= :at AND (:id IS NULL OR account_id = :id) GROUP BY 1), "
    "calls AS (SELECT day, sum(calls) AS calls, sum(failed) AS failed, sum(throttled) AS "
    "throttled, sum(cost) AS cost FROM (SELECT date(at / 1000, 'unixepoch') AS day, count(*) AS "
    "calls, sum(failed) AS failed, sum(code IN (4, 17, 613, 80000, 80004)) AS throttled, "
    "sum(cost) AS cost FROM api_calls WHERE at >= :from AND at <= :at AND (:id IS NULL OR "
    "account_id = :id) GROUP BY 1 UNION ALL SELECT day, sum(calls), sum(failed), sum(throttled), "
    "sum(cost) FROM calls_daily WHERE day >= date(:from / 1000, 'unixepoch') AND day <= date(:at / "
    "1000, 'unixepoch') AND (:id IS NULL OR account_id = :id) GROUP BY day) GROUP BY day) SELECT "
    "c.day, coalesce(r.runs, 0), coalesce(r.throttled, 0), coalesce(r.failed, 0), c.calls, "
    "c.failed, coalesce(c.throttled, 0), c.cost FROM calls c LEFT JOIN runs r ON r.day = c.day "
    "ORDER BY c.day DESC";

bool read_run_days(struct store_reader *reader, struct arena *arena, int64_t at_ms,
                   const char *account_id, int64_t from, struct day_rows *out, struct err *err)
{
    struct rows rows = {.record_size = sizeof(struct day_row), .arena = arena};
    struct query q = {0};
    if (!begin(reader, &q, days_sql, at_ms, account_id, from, err)) {
        return false;
    }
    int step;
    while ((step = db_step(&q, err)) > 0) {
        struct day_row *row = rows_add(&rows, err);
        if (!row) {
            step = -1;
            break;
        }
        row->day = col_copy(&q, 0, arena);
        row->runs = col_i64(&q, 1);
        row->throttled_runs = col_i64(&q, 2);
        row->failed_runs = col_i64(&q, 3);
        row->calls = col_i64(&q, 4);
        row->failed = col_i64(&q, 5);
        row->throttled = col_i64(&q, 6);
        row->cost = col_real(&q, 7);
    }
    db_done(&q);
    *out = (struct day_rows){rows.data, rows.count};
    return step == 0;
}

bool read_logged_calls(struct store_reader *reader, struct arena *arena, int64_t at_ms,
                       int64_t from, size_t limit, struct logged_calls *out, struct err *err)
{
    struct rows rows = {.record_size = sizeof(struct logged_call), .arena = arena};
    struct query q = {0};
    if (!db_query(
            &reader->db, &q,
            "SELECT at, run_id, account_id, class, http_status, code, subcode, ms, cost, rows "
            "FROM (SELECT * FROM api_calls WHERE at >= :from AND at <= :at ORDER BY at DESC "
            "LIMIT :limit) ORDER BY at",
            err)) {
        return false;
    }
    bind_i64(&q, ":from", from);
    bind_i64(&q, ":at", reader_at(reader, at_ms));
    bind_i64(&q, ":limit", (int64_t)limit);
    int step;
    while ((step = db_step(&q, err)) > 0) {
        struct logged_call *row = rows_add(&rows, err);
        if (!row) {
            step = -1;
            break;
        }
        row->at = col_i64(&q, 0);
        row->run_id = col_i64(&q, 1);
        row->account_id = col_copy(&q, 2, arena);
        row->call_class = (enum call_class)words_value(WORDS_CALL_CLASS, col_text(&q, 3, NULL));
        row->http_status = (int)col_i64(&q, 4);
        row->code = (int)col_i64(&q, 5);
        row->subcode = (int)col_i64(&q, 6);
        row->ms = col_i64(&q, 7);
        row->cost = col_real(&q, 8);
        row->rows = col_i64(&q, 9);
    }
    db_done(&q);
    *out = (struct logged_calls){rows.data, rows.count};
    return step == 0;
}
