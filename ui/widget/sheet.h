/* sheet: text to read, in a frame. What does not fit scrolls, and is searched as tables are: f
 * takes text and goes to the first line with it, n and N to the next ones. */
#ifndef UI_WIDGET_SHEET_H
#define UI_WIDGET_SHEET_H

#include "ui/widget/canvas.h"
#include "ui/widget/edit.h"

enum { SHEET_TITLE = 160, SHEET_LINE = 224 };

struct sheet_line {
    char text[SHEET_LINE];
    enum role role;
};

struct sheet {
    char title[SHEET_TITLE];
    struct sheet_line *lines;
    int count, cap, top, page;
    int cols;         /* that a line has room for */
    bool scrolls;     /* as it was last drawn: not all of it was there */
    struct edit find; /* what is looked for, "" = nothing */
    bool finding;     /* it is being typed; */
    int find_top;     /* the first line shown before */
    int found;        /* the line gone to, -1 = none has it */
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
