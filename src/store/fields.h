/*
 * fields: how a struct lies in its table, as data. One table of fields per struct gives the column
 * list, the parameters, the binding and the reading. Internal to the store.
 */
#ifndef STORE_FIELDS_H
#define STORE_FIELDS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "store/db.h"
#include "store/words.h"

enum field_type {
    F_I64,
    F_ID,   /* int64_t, 0 = NULL: instants and references */
    F_INT,  /* int */
    F_CODE, /* int, 0 = NULL */
    F_BOOL,
    F_REAL,
    F_GIVEN,  /* double, negative = NULL */
    F_REGAIN, /* int64_t, -1 = NULL */
    F_TEXT,   /* char[], "" = NULL */
    F_WORD,   /* char[], never NULL */
    F_PTR,    /* const char *, NULL and "" = NULL; "" when read */
    F_ENUM,   /* an enum, by its list */
    F_NAME,   /* an enum, "" = NULL */
    F_DAY     /* int32_t, YYYY-MM-DD; 0 = NULL */
};

struct field {
    const char *column;
    enum field_type type;
    size_t offset, size;
    enum word_list words;
};

#define FIELD(record, member, kind)                                                                \
    {                                                                                              \
#member, kind, offsetof(record, member), sizeof(((record *)0)->member), WORDS_NONE         \
    }
#define FIELD_AS(record, column, member, kind, list)                                               \
    {                                                                                              \
        column, kind, offsetof(record, member), sizeof(((record *)0)->member), list                \
    }

struct fields {
    const struct field *rows;
    size_t count;
};
#define FIELDS(table) ((struct fields){table, sizeof(table) / sizeof *(table)})

/* "a, b, c", each with prefix ("r." or ""). */
bool fields_columns(struct str *out, struct fields fields, const char *prefix);
/* "a = :a, b = :b", the first `skip` left out. */
bool fields_assign(struct str *out, struct fields fields, size_t skip);
/* Binds :column of every field from `skip` on. */
void fields_bind(struct query *q, struct fields fields, size_t skip, const void *record);
/* Reads the columns from `column` on into the record. arena for F_PTR alone. */
void fields_read(struct query *q, int column, struct fields fields, void *record,
                 struct arena *arena);
/* "INSERT INTO table (...) VALUES (...) tail", the first `skip` columns left out; runs it. */
bool fields_insert(struct db *db, const char *table, struct fields fields, size_t skip,
                   const void *record, const char *tail, struct err *err);

/* Rows of a statement into an arena array that doubles; record_size bytes each. */
struct rows {
    void *data;
    size_t count, cap, record_size;
    struct arena *arena;
};
/* A zeroed record at the end, NULL (and err) on OOM. */
void *rows_add(struct rows *rows, struct err *err);
/* Steps q to its end and reads every row by the fields; gives q back. */
bool rows_read(struct rows *rows, struct query *q, struct fields fields, struct err *err);

#endif
