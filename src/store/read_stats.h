/* read_stats: what the logs say over days: peaks, hours, durations, cost. See reader.h; these look
 * at every row of their range and are for commands, not for a screen. */
#ifndef STORE_READ_STATS_H
#define STORE_READ_STATS_H

#include "model/call.h"
#include "model/usage.h"
#include "store/reader.h"

/* Readings in [from, at_ms or now], those that are summed by hour included. */
struct peak_row {
    enum usage_source source;
    const char *scope_id;
    enum use_case use_case;
    const char *call_class; /* of the call whose answer carried it; "" = unknown */
    double peak_pct, mean_pct;
    int64_t peak_at, readings;
};
struct peak_rows {
    struct peak_row *rows; /* highest first */
    size_t count;
};
/* account_id NULL = all. */
bool read_usage_peaks(struct store_reader *reader, struct arena *arena, int64_t at_ms,
                      const char *account_id, int64_t from, struct peak_rows *out, struct err *err);

struct hour_row {
    int64_t hour;             /* its beginning, ms */
    int64_t calls, failed;    /* API calls */
    int64_t busiest_minute;   /* calls of it; beyond the single calls, of its busiest class */
    double mean_pct, max_pct; /* of all readings; -1 = none */
    double cost;
};
struct hour_rows {
    struct hour_row *rows; /* oldest first; hours without calls are left out */
    size_t count;
};
bool read_usage_hours(struct store_reader *reader, struct arena *arena, int64_t at_ms,
                      const char *account_id, int64_t from, struct hour_rows *out, struct err *err);

/* Runs that ended as SUCCESS or PARTIAL, by account. */
struct duration_row {
    const char *account_id, *name;
    int64_t runs;
    int64_t mean_ms, p50_ms, p95_ms, p99_ms, max_ms;
    double calls, cost; /* a run */
};
struct duration_rows {
    struct duration_row *rows; /* slowest first */
    size_t count;
};
bool read_run_durations(struct store_reader *reader, struct arena *arena, int64_t at_ms,
                        const char *account_id, int64_t from, struct duration_rows *out,
                        struct err *err);

struct day_row {
    const char *day; /* UTC */
    int64_t runs, throttled_runs, failed_runs;
    int64_t calls, failed, throttled; /* API calls; throttled: refused by a limit */
    double cost;
};
struct day_rows {
    struct day_row *rows; /* newest first */
    size_t count;
};
bool read_run_days(struct store_reader *reader, struct arena *arena, int64_t at_ms,
                   const char *account_id, int64_t from, struct day_rows *out, struct err *err);

/* The log to replay: calls with their arrival, and readings, oldest first, in [from, at_ms or now].
 */
struct logged_call {
    int64_t at, run_id; /* at: when it was sent */
    const char *account_id;
    enum call_class call_class;
    int http_status, code, subcode;
    int64_t ms, rows;
    double cost;
};
struct logged_calls {
    struct logged_call *rows;
    size_t count;
};
bool read_logged_calls(struct store_reader *reader, struct arena *arena, int64_t at_ms,
                       int64_t from, size_t limit, struct logged_calls *out, struct err *err);

#endif
