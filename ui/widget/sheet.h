/* sheet: text to read, in a frame. */
#ifndef UI_WIDGET_SHEET_H
#define UI_WIDGET_SHEET_H

#include "ui/key.h"
#include "ui/widget/canvas.h"

enum { SHEET_TITLE = 160, SHEET_LINE = 224 };

struct sheet_line {
    char text[SHEET_LINE];
    enum role role;
};

struct sheet {
    char title[SHEET_TITLE];
    struct sheet_line *lines;
    int count, cap, top, page;
    int cols; /* that a line has room for */
};

/* cols: of the screen. */
void sheet_init(struct sheet *sheet, const char *title, int cols);
void sheet_fini(struct sheet *sheet);
void sheet_add(struct sheet *sheet, enum role role, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
/* False when the key closes it. */
bool sheet_key(struct sheet *sheet, struct key key);
void sheet_draw(struct sheet *sheet, struct canvas *canvas);

#endif
