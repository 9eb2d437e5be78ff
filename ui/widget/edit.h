/* edit: one line of text being typed. */
#ifndef UI_WIDGET_EDIT_H
#define UI_WIDGET_EDIT_H

#include "ui/key.h"
#include "ui/widget/canvas.h"

enum { EDIT_MAX = 256 };

struct edit {
    char text[EDIT_MAX];
    size_t length, cursor; /* bytes; the cursor stands between code points */
};

void edit_set(struct edit *edit, const char *text);
/* True when the key was one of editing. */
bool edit_key(struct edit *edit, struct key key);
/* Draws the end that holds the cursor, and puts the canvas's cursor there when active. */
void edit_draw(const struct edit *edit, struct canvas *canvas, int y, int x, int width,
               enum role role, bool active);

#endif
