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
#include "cli/cli.h"

enum cell_kind {
    CELL_TEXT,
    CELL_NUMBER,  /* int64 */
    CELL_DECIMAL, /* double; negative = unknown */
    CELL_TIME,    /* ms; text: local HH:MM:SS or date; JSON: RFC 3339; 0 = none */
    CELL_SPAN,    /* ms as a duration */
    CELL_MONEY    /* micros; JSON: integer micros */
};

struct column {
    const char *key, *title;
    enum cell_kind kind;
    int max; /* columns on screen, 0 = as wide as the widest cell */
};

struct table;

struct table *table_create(const struct cli *cli, const char *name, const struct column *columns,
                           size_t count);
void table_destroy(struct table *table);
void table_text(struct table *table, const char *text);
void table_number(struct table *table, int64_t value);
void table_decimal(struct table *table, double value);
void table_time(struct table *table, int64_t ms);
void table_span(struct table *table, int64_t ms);
void table_money(struct table *table, int64_t micros);
/* Writes everything to standard output; empty = what text output says without rows. */
bool table_print(struct table *table, const char *empty, struct err *err);

#endif
