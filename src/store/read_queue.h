/*
 * read_queue: what the order of the queue is made of. The order itself is govern's (pure). Live
 * only. See reader.h.
 */
#ifndef STORE_READ_QUEUE_H
#define STORE_READ_QUEUE_H

#include "model/account.h"
#include "model/hold.h"
#include "store/reader.h"

struct queue_row {
    const char *account_id, *name;
    enum tier tier;
    int priority;
    int account_status;
    int64_t paused_until;
    int64_t last_synced_at, data_as_of;
    int64_t next_due_at; /* 0 = at once */
    enum hold_reason reason;
    int64_t hold_since, hold_until;
    const char *hold_scope, *hold_scope_id;
    int64_t run_id;        /* of the open hold; a parked or running run */
    double estimated_cost; /* of the last run that finished */
    int64_t last_duration_ms;
};
struct queue_rows {
    struct queue_row *rows; /* by next_due_at */
    size_t count;
};
bool read_queue(struct store_reader *reader, struct arena *arena, struct queue_rows *out,
                struct err *err);

#endif
