/* read_log: the log, filtered. See reader.h. */
#ifndef STORE_READ_LOG_H
#define STORE_READ_LOG_H

#include "store/logs.h"
#include "store/reader.h"

struct log_query {
    enum log_level level;   /* this and above */
    const char *account_id; /* NULL = all */
    int64_t run_id;         /* 0 = all */
    const char *text;       /* part of the message or source, ASCII case ignored; NULL = all */
    int64_t before_id;      /* older than this record; 0 = from the newest */
    int64_t after_id;       /* newer than this record, for following */
    size_t limit;           /* 0 = 200 */
};
struct log_rows {
    struct log_row *rows; /* newest first */
    size_t count;
};
/* A text filter looks at the last 5,000 records that pass the others. */
bool read_log(struct store_reader *reader, struct arena *arena, int64_t at_ms,
              const struct log_query *query, struct log_rows *out, struct err *err);

#endif
