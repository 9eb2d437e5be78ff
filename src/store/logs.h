/* logs: the log table. Messages carry no secrets: base/log redacts. Threads: see store.h. */
#ifndef STORE_LOGS_H
#define STORE_LOGS_H

#include "base/log.h"
#include "store/store.h"

struct log_row {
    int64_t log_id; /* given by the store */
    int64_t at;
    enum log_level level;
    const char *source;
    const char *account_id; /* NULL or "" = none */
    int64_t run_id;
    int code;
    const char *message;
    const char *detail; /* NULL = none */
    int64_t acked_at;
    const char *acked_by; /* NULL = not acknowledged */
};
bool store_log_append(struct store *store, const struct log_row *row, struct err *err);
/* Records up to log_id of that level and above are acknowledged. */
bool store_log_ack(struct store *store, int64_t log_id, enum log_level level, const char *by,
                   int64_t at, struct err *err);

#endif
