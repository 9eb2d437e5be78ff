/* table_order: which rows of a table are shown, and in which order. */
#ifndef UI_WIDGET_TABLE_ORDER_H
#define UI_WIDGET_TABLE_ORDER_H

#include <stdbool.h>

#include "ui/widget/table.h"

/* Filters and sorts into table->order and table->shown; false when memory is short. */
bool table_order(struct table *table, const struct row_source *source);

/* Which of the shown rows table->find matches, into table->found. */
void table_find_rows(struct table *table, const struct row_source *source);

#endif
