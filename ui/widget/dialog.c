#include "ui/widget/dialog.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DIALOG_WIDTH = 76, LABEL_WIDTH = 14, MARGIN = 2 };

void dialog_init(struct dialog *dialog, const char *title, const char *question)
{
    memset(dialog, 0, sizeof *dialog);
    snprintf(dialog->title, sizeof dialog->title, "%s", title);
    snprintf(dialog->question, sizeof dialog->question, "%s", question);
}

void dialog_line(struct dialog *dialog, enum role role, const char *fmt, ...)
{
    if (dialog->line_count == DIALOG_LINES) {
        return;
    }
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(dialog->lines[dialog->line_count].text, DIALOG_LINE, fmt, ap);
    va_end(ap);
    dialog->lines[dialog->line_count++].role = role;
}

void dialog_field(struct dialog *dialog, const char *label, const char *value)
{
    if (dialog->field_count < DIALOG_FIELDS) {
        struct dialog_field *field = &dialog->fields[dialog->field_count++];
        snprintf(field->label, sizeof field->label, "%s", label);
        edit_set(&field->edit, value);
    }
}

const char *dialog_value(const struct dialog *dialog, int field)
{
    return dialog->fields[field].edit.text;
}

static enum dialog_result question_key(struct dialog *dialog, struct key key)
{
    if (dialog->must_type[0]) {
        if (key.code == K_ENTER) {
            return strcmp(dialog->typed.text, dialog->must_type) == 0 ? DIALOG_ACCEPT
                                                                      : DIALOG_CANCEL;
        }
        edit_key(&dialog->typed, key);
        return DIALOG_OPEN;
    }
    return key.code == 'y' || key.code == 'Y' ? DIALOG_ACCEPT : DIALOG_CANCEL;
}

enum dialog_result dialog_key(struct dialog *dialog, struct key key)
{
    dialog->problem[0] = '\0';
    if (key.code == K_ESC) {
        return DIALOG_CANCEL;
    }
    bool in_field = dialog->at < dialog->field_count;
    if (key.code == K_UP || key.code == K_BACK_TAB) {
        dialog->at -= dialog->at > 0;
        return DIALOG_OPEN;
    }
    if (in_field && (key.code == K_TAB || key.code == K_DOWN || key.code == K_ENTER)) {
        dialog->at++;
        return DIALOG_OPEN;
    }
    if (in_field) {
        edit_key(&dialog->fields[dialog->at].edit, key);
        return DIALOG_OPEN;
    }
    if (key.code == K_TAB || key.code == K_DOWN) {
        return DIALOG_OPEN;
    }
    return question_key(dialog, key);
}

/* Centred frame with an empty inside; the inside is returned. */
static struct rect frame(struct canvas *canvas, int height, int width, const char *title)
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

static int draw_question(const struct dialog *dialog, struct canvas *canvas, struct rect in, int y)
{
    bool active = dialog->at >= dialog->field_count;
    enum role role = active ? ROLE_DIALOG_TITLE : ROLE_DIALOG;
    int used = canvas_text(canvas, y, in.x, in.w, role, dialog->question);
    if (dialog->must_type[0]) {
        used += canvas_textf(canvas, y, in.x + used, in.w - used, role,
                             "  type %s: ", dialog->must_type);
        edit_draw(&dialog->typed, canvas, y, in.x + used, in.w - used, ROLE_DIALOG, active);
    } else {
        canvas_text(canvas, y, in.x + used, in.w - used, role, "  y = yes, any other key = No");
    }
    return y + 1;
}

void dialog_draw(const struct dialog *dialog, struct canvas *canvas)
{
    int height = dialog->line_count + dialog->field_count + 1 + (dialog->problem[0] ? 1 : 0);
    if (canvas->rows > height + 4) {
        height += (dialog->line_count > 0) + (dialog->field_count > 0);
    }
    struct rect in = frame(canvas, height, DIALOG_WIDTH, dialog->title);
    int y = in.y, last = in.y + in.h - 1, gap = canvas->rows > height + 2;
    int facts = in.h - dialog->field_count - 1 - (dialog->problem[0] ? 1 : 0);
    for (int i = 0; i < dialog->line_count && i < facts; i++) {
        canvas_text(canvas, y++, in.x, in.w, dialog->lines[i].role, dialog->lines[i].text);
    }
    y += gap && dialog->line_count && y < last;
    for (int i = 0; i < dialog->field_count; i++) {
        const struct dialog_field *field = &dialog->fields[i];
        bool active = dialog->at == i;
        canvas_text(canvas, y, in.x, LABEL_WIDTH, active ? ROLE_DIALOG_TITLE : ROLE_DIALOG,
                    field->label);
        edit_draw(&field->edit, canvas, y++, in.x + LABEL_WIDTH, in.w - LABEL_WIDTH, ROLE_DIALOG,
                  active);
    }
    y += gap && dialog->field_count && y < last;
    if (dialog->problem[0]) {
        canvas_text(canvas, y++, in.x, in.w, ROLE_ALARM, dialog->problem);
    }
    draw_question(dialog, canvas, in, y > last ? last : y);
}

void menu_init(struct menu *menu, const char *title, bool toggles)
{
    memset(menu, 0, sizeof *menu);
    snprintf(menu->title, sizeof menu->title, "%s", title);
    menu->toggles = toggles;
}

void menu_item(struct menu *menu, bool on, const char *text)
{
    if (menu->count < MENU_ITEMS) {
        snprintf(menu->items[menu->count].text, sizeof menu->items[0].text, "%s", text);
        menu->items[menu->count++].on = on;
    }
}

enum menu_result menu_key(struct menu *menu, struct key key)
{
    switch (key.code) {
    case K_UP:
    case 'k':
        menu->at = menu->at > 0 ? menu->at - 1 : menu->count - 1;
        return MENU_MOVED;
    case K_DOWN:
    case 'j':
        menu->at = menu->at + 1 < menu->count ? menu->at + 1 : 0;
        return MENU_MOVED;
    case ' ':
        if (menu->toggles && menu->count) {
            menu->items[menu->at].on = !menu->items[menu->at].on;
            return MENU_TOGGLED;
        }
        return MENU_OPEN;
    case K_ENTER:
        return menu->count ? MENU_CHOSEN : MENU_CANCEL;
    case K_ESC:
    case 'q':
        return MENU_CANCEL;
    default:
        return MENU_OPEN;
    }
}

void menu_draw(struct menu *menu, struct canvas *canvas)
{
    int width = text_width(menu->title) + 4;
    for (int i = 0; i < menu->count; i++) {
        int w = text_width(menu->items[i].text) + 4;
        width = w > width ? w : width;
    }
    struct rect in = frame(canvas, menu->count, width, menu->title);
    if (menu->at < menu->top) {
        menu->top = menu->at;
    } else if (menu->at >= menu->top + in.h) {
        menu->top = menu->at - in.h + 1;
    }
    for (int i = 0; i < in.h && menu->top + i < menu->count; i++) {
        int item = menu->top + i;
        bool selected = item == menu->at;
        if (menu->toggles) {
            canvas_text(canvas, in.y + i, in.x, 3, ROLE_DIALOG,
                        menu->items[item].on ? "[x]" : "[ ]");
        } else if (menu->items[item].on) {
            canvas_glyph(canvas, in.y + i, in.x, GLYPH_MARK, ROLE_DIALOG);
        }
        canvas_text(canvas, in.y + i, in.x + 4, in.w - 4, ROLE_DIALOG, menu->items[item].text);
        if (selected) {
            canvas_over(canvas, (struct rect){in.y + i, in.x, 1, in.w}, ROLE_SELECTED);
        }
    }
}

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
    struct rect in = frame(canvas, want, width, sheet->title);
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
