/* read_holds: what was waited for, as intervals. See reader.h. */
#ifndef STORE_READ_HOLDS_H
#define STORE_READ_HOLDS_H

#include "model/hold.h"
#include "store/reader.h"

struct hold_rows {
    struct hold *rows;
    size_t count;
};
struct hold_query {
    const char *account_id; /* NULL = all accounts and scopes; "" = whole scopes only */
    int64_t from;           /* intervals that touch [from, at_ms or now]; 0 = open ones only */
    size_t limit;           /* 0 = 500 */
};
/* Newest first. A hold that ended after at_ms shows as open. */
bool read_holds(struct store_reader *reader, struct arena *arena, int64_t at_ms,
                const struct hold_query *query, struct hold_rows *out, struct err *err);

struct hold_total {
    enum hold_reason reason;
    int64_t count; /* accounts in it at at_ms */
    int64_t earliest_until;
};
/* One element per reason, in the order of the list. */
bool read_hold_totals(struct store_reader *reader, int64_t at_ms,
                      struct hold_total out[HOLD_REASON_COUNT], struct err *err);

/* Accounts by what held them at from and no longer does at to. */
bool read_holds_ended(struct store_reader *reader, int64_t from, int64_t to,
                      int64_t counts[HOLD_REASON_COUNT], struct err *err);

#endif
