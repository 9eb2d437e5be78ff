#include "ui/widget/sheet.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ui/widget/panel.h"

void sheet_init(struct sheet *sheet, const char *title, int cols)
{
    memset(sheet, 0, sizeof *sheet);
    sheet->cols = cols - PANEL_SIDES;
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

static bool has_it(const struct sheet *sheet, int line)
{
    return sheet->find.text[0] && strcasestr(sheet->lines[line].text, sheet->find.text) != NULL;
}

/* To the next line that has it, round the end; the last one looked at is where it stands. */
static void go_to_next(struct sheet *sheet, int from, int step)
{
    for (int i = 1; i <= sheet->count; i++) {
        int line = ((from + i * step) % sheet->count + sheet->count) % sheet->count;
        if (has_it(sheet, line)) {
            sheet->found = sheet->top = line;
            return;
        }
    }
    sheet->found = -1;
}

static void find_key(struct sheet *sheet, struct key key)
{
    if (key.code == K_ESC || (key.code == K_BACKSPACE && !sheet->find.length)) {
        edit_set(&sheet->find, "");
        sheet->top = sheet->find_top;
        sheet->finding = false;
    } else if (key.code == K_ENTER) {
        sheet->finding = false;
    } else if (edit_key(&sheet->find, key)) {
        sheet->top = sheet->find_top;
        go_to_next(sheet, sheet->find_top - 1, 1);
    }
}

bool sheet_key(struct sheet *sheet, struct key key)
{
    int delta = 0;
    if (sheet->finding) {
        find_key(sheet, key);
        return true;
    }
    if (sheet->scrolls && key.code == 'f') {
        edit_set(&sheet->find, "");
        sheet->find_top = sheet->top;
        sheet->finding = true;
        return true;
    }
    if (sheet->find.text[0] && (key.code == 'n' || key.code == 'N')) {
        go_to_next(sheet, sheet->found >= 0 ? sheet->found : sheet->top, key.code == 'n' ? 1 : -1);
        return true;
    }
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
    sheet->top += delta; /* drawing knows where the last page begins */
    sheet->top = sheet->top < 0 ? 0 : sheet->top;
    return true;
}

/* What is too long goes on below, under its own beginning. Returns the lines it took. */
static int draw_line(struct canvas *canvas, struct rect rect, const struct sheet_line *line,
                     enum role role)
{
    int indent = (int)strspn(line->text, " ");
    if (text_width(line->text) <= rect.w || indent >= rect.w) {
        canvas_text(canvas, rect.y, rect.x, rect.w, role, line->text);
        return 1;
    }
    struct rect rest = {rect.y, rect.x + indent, rect.h, rect.w - indent};
    int lines = canvas_wrap(canvas, rest, role, line->text + indent);
    return lines > 0 ? lines : 1;
}

static int lines_of(const struct sheet_line *line, int width)
{
    int indent = (int)strspn(line->text, " ");
    return indent >= width ? 1 : text_lines(line->text + indent, width - indent);
}

/* The first line of the last page. */
static int last_top(const struct sheet *sheet, struct rect in)
{
    int top = sheet->count, used = 0;
    while (top > 0) {
        used += lines_of(&sheet->lines[top - 1], in.w);
        if (used > in.h) {
            break;
        }
        top--;
    }
    return top < sheet->count ? top : sheet->count - 1;
}

/* "3/17 found: text": the line gone to by its number among those that have it. */
static void draw_found(const struct sheet *sheet, struct canvas *canvas, struct rect at)
{
    int all = 0, number = 0, used = 0;
    for (int i = 0; i < sheet->count; i++) {
        all += has_it(sheet, i);
        number = i == sheet->found ? all : number;
    }
    if (all) {
        used = canvas_textf(canvas, at.y, at.x, at.w, ROLE_MATCH, " %d/%d found: ", number, all);
    } else {
        used = canvas_text(canvas, at.y, at.x, at.w, ROLE_MATCH,
                           sheet->find.text[0] ? " none found: " : " find: ");
    }
    int width = text_width(sheet->find.text) + 1;
    width = width > at.w - used ? at.w - used : width;
    if (width > 0) {
        edit_draw(&sheet->find, canvas, at.y, at.x + used, width, ROLE_MATCH, sheet->finding);
    }
}

static void draw_foot(const struct sheet *sheet, struct canvas *canvas, struct rect at, int shown)
{
    if (sheet->finding || sheet->find.text[0]) {
        draw_found(sheet, canvas, at);
    } else {
        canvas_textf(canvas, at.y, at.x, at.w, ROLE_DIALOG, " %d-%d of %d, f finds ",
                     sheet->top + 1, sheet->top + shown, sheet->count);
    }
}

void sheet_draw(struct sheet *sheet, struct canvas *canvas)
{
    int width = text_width(sheet->title) + 4, want = 0;
    for (int i = 0; i < sheet->count; i++) {
        int w = text_width(sheet->lines[i].text);
        width = w > width ? w : width;
    }
    int room = width + PANEL_SIDES > canvas->cols ? canvas->cols - PANEL_SIDES : width;
    for (int i = 0; i < sheet->count; i++) { /* what is too wide goes on in the next line */
        want += lines_of(&sheet->lines[i], room);
    }
    struct rect in = panel_frame(canvas, want, width, sheet->title);
    int y = 0, shown = 0, last = last_top(sheet, in);
    sheet->top = sheet->top > last ? last : sheet->top;
    sheet->top = sheet->top < 0 ? 0 : sheet->top;
    for (int i = sheet->top; y < in.h && i < sheet->count; i++, shown++) {
        y += draw_line(canvas, (struct rect){in.y + y, in.x, in.h - y, in.w}, &sheet->lines[i],
                       has_it(sheet, i) ? ROLE_MATCH : sheet->lines[i].role);
    }
    sheet->page = shown > 0 ? shown : 1;
    sheet->scrolls = sheet->count > shown;
    if (sheet->scrolls) {
        draw_foot(sheet, canvas, (struct rect){in.y + in.h, in.x, 1, in.w}, shown);
    }
}
