/* filter: where a cell says what terms are about; whether a row matches them is table_match()'s. */
#ifndef UI_WIDGET_FILTER_H
#define UI_WIDGET_FILTER_H

#include "ui/widget/table.h"

/* Which bytes of this text, of that column, in a row that the terms match: hits has an entry for
 * each; those that no term is about stay as they are. False = all of them. */
bool filter_hits(const char *filter, const struct column *columns, size_t count,
                 const struct column *column, const char *text, bool *hits);

#endif
