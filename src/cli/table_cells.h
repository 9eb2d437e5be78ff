/* table_cells: the inside of a table, for the two files that print one. */
#ifndef CLI_TABLE_CELLS_H
#define CLI_TABLE_CELLS_H

#include "cli/table.h"

struct cell {
    char *text; /* CELL_TEXT */
    int64_t number;
    double decimal;
};

struct table {
    const struct cli *cli;
    const struct table_spec *spec;
    struct cell *cells;
    size_t cell_count, cell_cap;
    bool failed;
};

bool table_json(const struct table *table, struct err *err);
void table_csv(const struct table *table);
/* As text. */
void table_put_document(const struct document *document);

#endif
