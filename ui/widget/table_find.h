/*
 * table_find: rows are looked for and nothing is hidden. Terms are those of a filter; they stand in
 * table->find, what they match is found again with each table_update().
 */
#ifndef UI_WIDGET_TABLE_FIND_H
#define UI_WIDGET_TABLE_FIND_H

#include "ui/widget/table.h"

/* "" = nothing is looked for any more. The selection stays where it is. */
void table_find(struct table *table, const struct row_source *source, const char *terms);
/* The selection goes to the match at or below it, from the end round to the first. False = there is
 * none, and it stays. */
bool table_find_here(struct table *table, const struct row_source *source);

enum find_step { FIND_NONE, FIND_ONLY, FIND_MOVED, FIND_WRAPPED };
/* To the match below (1) or above (-1). */
enum find_step table_find_step(struct table *table, const struct row_source *source, int direction);
/* Is the row at this place in the shown order one? Its number among them, from 1; 0 = no. */
size_t table_found(const struct table *table, int position);
/* Shows in a row that was drawn into rect what of it is a match; where that was cut off, the place
 * of the cut. */
void table_find_draw(const struct table *table, const void *row, const void *env,
                     struct canvas *canvas, struct rect rect, const int *widths);

#endif
