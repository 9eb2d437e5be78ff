#include "ui/widget/sheet.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ui/widget/panel.h"

void sheet_init(struct sheet *sheet, const char *title)
{
    memset(sheet, 0, sizeof *sheet);
    snprintf(sheet->title, sizeof sheet->title, "%s", title);
}

void sheet_fini(struct sheet *sheet)
{
    free(sheet->lines);
    sheet->lines = NULL;
    sheet->count = sheet->cap = 0;
}

void sheet_add(struct sheet *sheet, enum role role, const char *fmt, ...)
{
    if (sheet->count == sheet->cap) {
        int cap = sheet->cap ? sheet->cap * 2 : 32;
        struct sheet_line *grown = realloc(sheet->lines, (size_t)cap * sizeof *grown);
        if (!grown) {
            return;
        }
        sheet->lines = grown;
        sheet->cap = cap;
    }
    struct sheet_line *line = &sheet->lines[sheet->count++];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(line->text, sizeof line->text, fmt, ap);
    va_end(ap);
    line->role = role;
}

bool sheet_key(struct sheet *sheet, struct key key)
{
    int delta = 0;
    switch (key.code) {
    case K_UP:
    case 'k':
    case K_WHEEL_UP:
        delta = -1;
        break;
    case K_DOWN:
    case 'j':
    case K_WHEEL_DOWN:
        delta = 1;
        break;
    case K_PAGE_UP:
        delta = -sheet->page;
        break;
    case K_PAGE_DOWN:
    case ' ':
        delta = sheet->page;
        break;
    case K_HOME:
    case 'g':
        delta = -sheet->count;
        break;
    case K_END:
    case 'G':
        delta = sheet->count;
        break;
    default:
        return false;
    }
    int last = sheet->count - sheet->page;
    sheet->top += delta;
    sheet->top = sheet->top > last ? last : sheet->top;
    sheet->top = sheet->top < 0 ? 0 : sheet->top;
    return true;
}

void sheet_draw(struct sheet *sheet, struct canvas *canvas)
{
    int width = text_width(sheet->title) + 4, want = sheet->count;
    for (int i = 0; i < sheet->count; i++) {
        int w = text_width(sheet->lines[i].text);
        width = w > width ? w : width;
    }
    struct rect in = panel_frame(canvas, want, width, sheet->title);
    sheet->page = in.h > 0 ? in.h : 1;
    for (int i = 0; i < in.h && sheet->top + i < sheet->count; i++) {
        const struct sheet_line *line = &sheet->lines[sheet->top + i];
        canvas_text(canvas, in.y + i, in.x, in.w, line->role, line->text);
    }
    if (sheet->count > in.h) {
        canvas_textf(canvas, in.y + in.h, in.x, in.w, ROLE_DIALOG, " %d-%d of %d ", sheet->top + 1,
                     sheet->top + in.h, sheet->count);
    }
}
