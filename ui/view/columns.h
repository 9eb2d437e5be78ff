/* columns: what the files of columns share. */
#ifndef UI_VIEW_COLUMNS_H
#define UI_VIEW_COLUMNS_H

#include "ui/view/rows.h"

/* A cell's row and what it may know besides, under the names every format function uses. */
#define ROW(type) const struct type *r = row
#define ENV const struct env *e = env

#endif
