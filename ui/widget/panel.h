/* panel: the frame that dialogs, menus and sheets stand in. */
#ifndef UI_WIDGET_PANEL_H
#define UI_WIDGET_PANEL_H

#include "ui/widget/canvas.h"

enum { PANEL_SIDES = 4 }; /* what borders and margins take of a line */

/* A frame in the middle around so much, or as much as there is room for, emptied; returns the
 * inside, whose lower border is the line after its last. */
struct rect panel_frame(struct canvas *canvas, int height, int width, const char *title);

#endif
