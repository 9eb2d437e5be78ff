/* columns: what the files of columns share. */
#ifndef UI_VIEW_COLUMNS_H
#define UI_VIEW_COLUMNS_H

#include "ui/view/rows.h"

/* A cell's row and what it may know besides, under the names every format function uses. */
#define ROW(type) const struct type *r = row
#define ENV const struct env *e = env

/* A change of usage that is worth a sign: points a minute. */
#define SLOPE_MIN 0.5
/* Of usage that is near its line, or holds somebody: whither it goes. What is blocked only falls:
 * nothing is sent that could make it rise. The sign of a cell, 0 = none. */
int usage_sign(double slope, bool near, bool blocked);

#endif
