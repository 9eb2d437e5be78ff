#include "ui/widget/panel.h"

enum { MARGIN = PANEL_SIDES / 2 };

struct rect panel_frame(struct canvas *canvas, int height, int width, const char *title)
{
    struct rect r = {.h = height + 2, .w = width + 2 * MARGIN};
    r.w = r.w > canvas->cols ? canvas->cols : r.w;
    r.h = r.h > canvas->rows ? canvas->rows : r.h;
    r.y = (canvas->rows - r.h) / 2;
    r.x = (canvas->cols - r.w) / 2;
    canvas_fill(canvas, r, ROLE_DIALOG);
    canvas_over(canvas, r, ROLE_NONE);
    canvas_box(canvas, r, ROLE_DIALOG);
    canvas_textf(canvas, r.y, r.x + 2, r.w - 4, ROLE_DIALOG_TITLE, " %s ", title);
    return (struct rect){r.y + 1, r.x + MARGIN, r.h - 2, r.w - 2 * MARGIN};
}
