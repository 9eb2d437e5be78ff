/* reader_internal: the inside of a reader, shared by the read_*.c files. */
#ifndef STORE_READER_INTERNAL_H
#define STORE_READER_INTERNAL_H

#include "store/db.h"
#include "store/reader.h"
#include "store/tables.h"

struct store_reader {
    struct db db;
    bool immutable;
    bool clock_given;
    struct clock clock;
    int64_t clock_version; /* data version when the clock was looked at */
    bool (*stop)(void *context);
    void *stop_context;
    bool stopped;
};

/* at_ms, or now for 0. */
int64_t reader_at(struct store_reader *reader, int64_t at_ms);
/* "SELECT <fields> FROM <tail>" into rows; binds :a text, :at, :from, :limit where they occur. */
struct reader_bind {
    const char *a;
    int64_t at, from, limit, id;
};
bool reader_rows(struct store_reader *reader, struct fields fields, const char *tail,
                 const struct reader_bind *bind, struct rows *rows, struct err *err);
/* Binds what the text of the statement mentions. */
void reader_bind_all(struct query *q, const char *sql, const struct reader_bind *bind);

#endif
