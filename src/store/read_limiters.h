/*
 * read_limiters: the limiters, live with threshold, forecast and block; as of an instant from the
 * samples of usage_log, or their hourly sums (slope and forecast are then 0). See reader.h.
 */
#ifndef STORE_READ_LIMITERS_H
#define STORE_READ_LIMITERS_H

#include "store/limiters.h"
#include "store/reader.h"

struct limiter_rows {
    struct limiter_row *rows; /* app, app_insights, token, then by account */
    size_t count;
};
/* account_id NULL = all scopes; else those of that account and the shared ones. */
bool read_limiters(struct store_reader *reader, struct arena *arena, int64_t at_ms,
                   const char *account_id, struct limiter_rows *out, struct err *err);
/* Live: those of the accounts that a quota holds, and the shared ones; in no order. */
bool read_limiters_holding(struct store_reader *reader, struct arena *arena,
                           struct limiter_rows *out, struct err *err);

/* Live: those whose header stands although calls succeed, at most 20. */
bool read_limiters_stuck(struct store_reader *reader, struct arena *arena, struct limiter_rows *out,
                         struct err *err);

struct limiter_key {
    enum scope_kind scope;
    const char *scope_id;
    enum use_case use_case;
};
struct limiter_sample {
    int64_t at; /* start of the bucket */
    double max; /* percent */
};
struct limiter_samples {
    struct limiter_sample *rows; /* buckets without a reading are left out */
    size_t count;
};
/* [from, to) in buckets of step ms, at most 100,000 of them; older than the raw log from hourly
 * rollups. */
bool read_limiter_series(struct store_reader *reader, struct arena *arena,
                         const struct limiter_key *key, int64_t from, int64_t to, int64_t step,
                         struct limiter_samples *out, struct err *err);

/* The highest reading of every limiter in [from, to), a part at a time, the newest readings first:
 * at most so many that one read stays short, but never fewer than those of one instant. */
struct peak_part {
    int64_t from, to;
    size_t limit;
};
struct limiter_peak {
    enum scope_kind scope;
    char scope_id[ID_SIZE];
    enum use_case use_case;
    double pct;
    int64_t at;
};
struct limiter_peaks {
    struct limiter_peak *rows; /* in no order */
    size_t count;
    int64_t begins; /* the part is [begins, to); begins == from: that was all */
};
bool read_limiter_peaks(struct store_reader *reader, struct arena *arena,
                        const struct peak_part *part, struct limiter_peaks *out, struct err *err);

struct usage_rows {
    struct usage_reading *rows; /* oldest first */
    size_t count;
};
/* Raw readings in (from, to]; scope_id NULL = all. limit 0 = 10,000. */
bool read_usage_log(struct store_reader *reader, struct arena *arena, const char *scope_id,
                    int64_t from, int64_t to, size_t limit, struct usage_rows *out,
                    struct err *err);

/* The newest reading of every header and scope, by scope_id: of all (account_id NULL), else of that
 * account and the shared ones. As of an instant those of the two hours before it. */
bool read_usage_latest(struct store_reader *reader, struct arena *arena, int64_t at_ms,
                       const char *account_id, struct usage_rows *out, struct err *err);

#endif
