/*
 * table: rows of a reading command as aligned text, JSON or CSV. The columns say the key in JSON,
 * the title on screen and the kind; a cell is added in the order of the columns. Text from outside
 * is made harmless for a terminal; JSON and CSV carry it as it is.
 */
#ifndef CLI_TABLE_H
#define CLI_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct cli;

enum cell_kind {
    CELL_TEXT,
    CELL_NUMBER,  /* int64 */
    CELL_DECIMAL, /* double; negative = unknown */
    CELL_BOOL,
    CELL_TIME,  /* ms; text: local HH:MM:SS or date; JSON: RFC 3339; 0 = none */
    CELL_SPAN,  /* ms as a duration; negative = none */
    CELL_MONEY, /* micros; JSON: integer micros */
    CELL_PARTS  /* a JSON array or object: documents alone */
};

struct column {
    const char *key, *title; /* title NULL = JSON alone */
    enum cell_kind kind;
    int max; /* columns on screen, 0 = as wide as the widest cell */
    const char *help;
};

/* The columns of a table, or the members of a document; what --help and the man page print. */
struct table_spec {
    const char *name;  /* "command" of the JSON document */
    const char *empty; /* what text output says without rows; NULL = a document, no table */
    const struct column *columns;
    size_t count;
};
#define TABLE_SPEC(name, empty, columns)                                                           \
    {                                                                                              \
        name, empty, columns, sizeof(columns) / sizeof *(columns)                                  \
    }
/* What a field is, for people: "text", "number", ... */
const char *cell_kind_name(enum cell_kind kind);

struct table;

struct table *table_create(const struct cli *cli, const struct table_spec *spec);
void table_destroy(struct table *table);
void table_text(struct table *table, const char *text);
void table_number(struct table *table, int64_t value);
void table_decimal(struct table *table, double value);
void table_bool(struct table *table, bool value);
void table_time(struct table *table, int64_t ms);
void table_span(struct table *table, int64_t ms);
void table_money(struct table *table, int64_t micros);
/* Writes everything to standard output. */
bool table_print(struct table *table, struct err *err);
enum { CELL_MAX = 512 };
/* As cells show them. The local time when it is near, the date as well when not; "" for 0. */
void cell_time_text(int64_t now, int64_t ms, char out[CELL_MAX]);
/* "4m"; "" for a negative one. */
void cell_span_text(int64_t ms, char out[CELL_MAX]);

/* A document: head is a table of one row whose cells are members (NULL = none), parts are tables
 * that stand in it as arrays, each under the name of its spec. */
struct document {
    const char *name;
    struct table *head;
    struct table *const *parts;
    size_t count;
};
bool document_print(const struct cli *cli, const struct document *document, struct err *err);
/* A JSON document and a newline; code points that a terminal would obey are escaped. */
void table_put_json(const char *json);

#endif
