/* limiters and usage. */
#include <string.h>

#include "store/newest.h"
#include "store/read_limiters.h"
#include "store/reader_internal.h"

enum { LOG_LIMIT = 10000, BUCKETS_MAX = 100000 };

/* Two headers tell of the insights of an account; they are one limiter. */
#define LIMITER_OF_READING                                                                         \
    "CASE scope WHEN 'insights' THEN 'buc' ELSE scope END AS source, scope_id, CASE scope WHEN "   \
    "'insights' THEN 'ads_insights' ELSE buc_type END AS use_case"

#define LIMITER_ORDER                                                                              \
    "ORDER BY CASE scope WHEN 'app' THEN 0 WHEN 'app_insights' THEN 1 WHEN 'token' THEN 2 ELSE 3 " \
    "END, scope_id, scope, use_case"

bool read_limiters(struct store_reader *reader, struct arena *arena, int64_t at_ms,
                   const char *account_id, struct limiter_rows *out, struct err *err)
{
    struct rows rows = {.record_size = sizeof(struct limiter_row), .arena = arena};
    struct reader_bind bind = {.a = account_id};
    bool ok = at_ms ? newest_limiters(reader, at_ms, account_id, &rows, err)
                    : reader_rows(reader, limiter_fields,
                                  /* An account's, and what is no account's: ids begin with act_,
                                   * and '`' is the character after '_'. */
                                  account_id ? "limiters WHERE scope_id = :a OR scope_id < 'act_' "
                                               "OR scope_id >= 'act`' " LIMITER_ORDER
                                             : "limiters " LIMITER_ORDER,
                                  &bind, &rows, err);
    out->rows = rows.data;
    out->count = rows.count;
    return ok;
}

bool read_limiters_holding(struct store_reader *reader, struct arena *arena,
                           struct limiter_rows *out, struct err *err)
{
    struct rows rows = {.record_size = sizeof(struct limiter_row), .arena = arena};
    struct reader_bind bind = {0};
    bool ok = reader_rows(reader, limiter_fields,
                          "limiters WHERE scope_id IN (SELECT account_id FROM holds WHERE ended_at "
                          "IS NULL AND account_id IS NOT NULL AND reason LIKE 'quota%') OR "
                          "scope_id < 'act_' OR scope_id >= 'act`'",
                          &bind, &rows, err);
    out->rows = rows.data;
    out->count = rows.count;
    return ok;
}

bool read_limiters_stuck(struct store_reader *reader, struct arena *arena, struct limiter_rows *out,
                         struct err *err)
{
    struct rows rows = {.record_size = sizeof(struct limiter_row), .arena = arena};
    struct reader_bind bind = {0};
    bool ok =
        reader_rows(reader, limiter_fields, "limiters WHERE stuck = 1 LIMIT 20", &bind, &rows, err);
    out->rows = rows.data;
    out->count = rows.count;
    return ok;
}

/* Which header's samples a limiter is drawn from. */
static const char *source_of(const struct limiter_key *key)
{
    return key->scope == SCOPE_APP            ? "app"
           : key->scope == SCOPE_APP_INSIGHTS ? "app_insights"
           : key->scope == SCOPE_ACCOUNT      ? "account"
                                              : "buc";
}

/* The greatest of each bucket; -1 = no reading. Faster by far than grouping them in the database,
 * which sorts what it reads. */
static bool read_buckets(struct query *q, int64_t from, int64_t step_ms, double *buckets,
                         size_t count, struct err *err)
{
    int step;
    for (size_t i = 0; i < count; i++) {
        buckets[i] = -1;
    }
    while ((step = db_step(q, err)) > 0) {
        int64_t bucket = col_i64(q, 0) / step_ms - from / step_ms;
        double pct = col_real(q, 1);
        if (bucket >= 0 && (size_t)bucket < count && pct > buckets[bucket]) {
            buckets[bucket] = pct;
        }
    }
    return step == 0;
}

bool read_limiter_series(struct store_reader *reader, struct arena *arena,
                         const struct limiter_key *key, int64_t from, int64_t to, int64_t step_ms,
                         struct limiter_samples *out, struct err *err)
{
    size_t count = to > from && step_ms > 0 ? (size_t)((to - 1) / step_ms - from / step_ms + 1) : 0;
    double *buckets = count <= BUCKETS_MAX ? arena_alloc(arena, (count + 1) * sizeof *buckets) : 0;
    struct limiter_sample *rows = buckets ? arena_alloc(arena, (count + 1) * sizeof *rows) : NULL;
    struct query q = {0};
    if (!rows) {
        return err_set(err, ERR_MEMORY, "database: %zu points of a limiter are too many", count);
    }
    if (!db_query(&reader->db, &q,
                  "SELECT at, pct FROM usage_log WHERE scope_id = :id AND scope IN (:scope, :also) "
                  "AND buc_type IN (:case, '') AND at >= :from AND at < :to UNION ALL SELECT hour "
                  "* 3600000, max_pct FROM usage_hourly WHERE scope_id = :id AND scope IN (:scope, "
                  ":also) AND buc_type IN (:case, '') AND hour >= :from / 3600000 AND hour < :to / "
                  "3600000",
                  err)) {
        return false;
    }
    bind_text(&q, ":id", key->scope_id);
    bind_text(&q, ":scope", source_of(key));
    bind_text(&q, ":also", key->use_case == USE_CASE_ADS_INSIGHTS ? "insights" : source_of(key));
    bind_text(&q, ":case", key->use_case ? use_case_name(key->use_case) : "");
    bind_i64(&q, ":from", from);
    bind_i64(&q, ":to", to);
    bool ok = read_buckets(&q, from, step_ms > 0 ? step_ms : 1, buckets, count, err);
    db_done(&q);
    out->rows = rows;
    out->count = 0;
    for (size_t i = 0; ok && i < count; i++) {
        if (buckets[i] >= 0) {
            rows[out->count++] =
                (struct limiter_sample){(from / step_ms + (int64_t)i) * step_ms, buckets[i]};
        }
    }
    return ok;
}

/* Where the newest :limit readings before :to begin; :from when all of them are that many. */
static bool find_part(struct store_reader *reader, const struct peak_part *part, int64_t *begins,
                      struct err *err)
{
    struct query q = {0};
    if (!db_query(
            &reader->db, &q,
            "SELECT at FROM usage_log WHERE at >= :from AND at < :to ORDER BY at DESC LIMIT 1 "
            "OFFSET :limit",
            err)) {
        return false;
    }
    bind_i64(&q, ":from", part->from);
    bind_i64(&q, ":to", part->to);
    bind_i64(&q, ":limit", (int64_t)part->limit);
    int step = db_step(&q, err);
    *begins = step > 0 ? col_i64(&q, 0) : part->from;
    db_done(&q);
    return step >= 0;
}

bool read_limiter_peaks(struct store_reader *reader, struct arena *arena,
                        const struct peak_part *part, struct limiter_peaks *out, struct err *err)
{
    struct rows rows = {.record_size = sizeof(struct limiter_peak), .arena = arena};
    struct query q = {0};
    int64_t begins = 0;
    /* With a single max() the bare column comes from the row that has it. */
    if (!find_part(reader, part, &begins, err) ||
        !db_query(&reader->db, &q,
                  "SELECT " LIMITER_OF_READING
                  ", max(pct), at FROM usage_log WHERE at >= :from AND "
                  "at < :to GROUP BY source, scope_id, use_case",
                  err)) {
        return false;
    }
    bind_i64(&q, ":from", begins);
    bind_i64(&q, ":to", part->to);
    int step;
    while ((step = db_step(&q, err)) > 0) {
        struct limiter_peak *row = rows_add(&rows, err);
        if (!row) {
            step = -1;
            break;
        }
        row->scope =
            newest_scope((enum usage_source)words_value(WORDS_USAGE_SOURCE, col_text(&q, 0, NULL)));
        col_array(&q, 1, row->scope_id, sizeof row->scope_id);
        row->use_case = (enum use_case)words_value(WORDS_USE_CASE, col_text(&q, 2, NULL));
        row->pct = col_real(&q, 3);
        row->at = col_i64(&q, 4);
    }
    db_done(&q);
    out->rows = rows.data;
    out->count = rows.count;
    out->begins = begins;
    return step == 0;
}

bool read_usage_log(struct store_reader *reader, struct arena *arena, const char *scope_id,
                    int64_t from, int64_t to, size_t limit, struct usage_rows *out, struct err *err)
{
    struct rows rows = {.record_size = sizeof(struct usage_reading), .arena = arena};
    struct reader_bind bind = {
        .a = scope_id, .at = to, .from = from, .limit = limit ? (int64_t)limit : LOG_LIMIT};
    bool ok = reader_rows(reader, usage_fields,
                          "usage_log WHERE at > :from AND at <= :at AND (:a IS NULL OR scope_id = "
                          ":a) ORDER BY at LIMIT :limit",
                          &bind, &rows, err);
    out->rows = rows.data;
    out->count = rows.count;
    return ok;
}

#define LATEST                                                                                     \
    "SELECT at, scope, scope_id, buc_type, pct, call_count, total_time, total_cputime, regain_s, " \
    "access_tier, run_id FROM usage_latest"

static bool latest_readings(struct store_reader *reader, const char *account_id, struct rows *rows,
                            struct err *err)
{
    struct query q = {0};
    if (!db_query(&reader->db, &q,
                  account_id ? LATEST " WHERE scope_id IN (:id, 'app') ORDER BY scope_id"
                             : LATEST " ORDER BY scope_id",
                  err)) {
        return false;
    }
    if (account_id) {
        bind_text(&q, ":id", account_id);
    }
    return rows_read(rows, &q, usage_fields, err);
}

bool read_usage_latest(struct store_reader *reader, struct arena *arena, int64_t at_ms,
                       const char *account_id, struct usage_rows *out, struct err *err)
{
    struct rows rows = {.record_size = sizeof(struct usage_reading), .arena = arena};
    bool ok = at_ms ? newest_readings(reader, at_ms, account_id, &rows, err)
                    : latest_readings(reader, account_id, &rows, err);
    out->rows = rows.data;
    out->count = rows.count;
    return ok;
}
