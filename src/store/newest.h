/*
 * newest: the last reading of each header, or of each limiter, of the two hours before an instant,
 * in one walk from there back: the first of each is its last. Internal to read_limits.
 */
#ifndef STORE_NEWEST_H
#define STORE_NEWEST_H

#include "model/usage.h"
#include "store/reader_internal.h"

/* Of what kind the limiter is that a header tells of. */
enum scope_kind newest_scope(enum usage_source source);

/* struct usage_reading by scope_id. account_id NULL = all, else that account's and the app's. */
bool newest_readings(struct store_reader *reader, int64_t at, const char *account_id,
                     struct rows *rows, struct err *err);
/* struct limiter_row, the app's first, then by account. Beyond the retention of usage_log the last
 * of each whole hour. */
bool newest_limiters(struct store_reader *reader, int64_t at, const char *account_id,
                     struct rows *rows, struct err *err);

#endif
