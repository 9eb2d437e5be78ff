#include "ui/widget/edit.h"

#include <stdio.h>
#include <string.h>

#include "base/utf8.h"

void edit_set(struct edit *edit, const char *text)
{
    snprintf(edit->text, sizeof edit->text, "%s", text);
    edit->length = edit->cursor = strlen(edit->text);
}

static size_t before(const struct edit *edit, size_t at)
{
    while (at > 0 && (edit->text[--at] & 0xc0) == 0x80) {
    }
    return at;
}

static size_t after(const struct edit *edit, size_t at)
{
    if (at < edit->length) {
        at++;
    }
    while (at < edit->length && (edit->text[at] & 0xc0) == 0x80) {
        at++;
    }
    return at;
}

static void cut(struct edit *edit, size_t from, size_t to)
{
    memmove(edit->text + from, edit->text + to, edit->length - to + 1);
    edit->length -= to - from;
    edit->cursor = from;
}

static void insert(struct edit *edit, int cp)
{
    char bytes[4];
    size_t n = utf8_put((uint32_t)cp, bytes);
    if (edit->length + n >= sizeof edit->text) {
        return;
    }
    memmove(edit->text + edit->cursor + n, edit->text + edit->cursor,
            edit->length - edit->cursor + 1);
    memcpy(edit->text + edit->cursor, bytes, n);
    edit->length += n;
    edit->cursor += n;
}

bool edit_key(struct edit *edit, struct key key)
{
    switch (key.code) {
    case K_LEFT:
        edit->cursor = before(edit, edit->cursor);
        return true;
    case K_RIGHT:
        edit->cursor = after(edit, edit->cursor);
        return true;
    case K_HOME:
    case K_CTRL('A'):
        edit->cursor = 0;
        return true;
    case K_END:
    case K_CTRL('E'):
        edit->cursor = edit->length;
        return true;
    case K_BACKSPACE:
        cut(edit, before(edit, edit->cursor), edit->cursor);
        return true;
    case K_DELETE:
        cut(edit, edit->cursor, after(edit, edit->cursor));
        return true;
    case K_CTRL('U'):
        cut(edit, 0, edit->cursor);
        return true;
    default:
        break;
    }
    if (key.code >= 0x20 && key.code < 0x110000 && key.code != K_BACKSPACE) {
        insert(edit, key.code);
        return true;
    }
    return false;
}

void edit_draw(const struct edit *edit, struct canvas *canvas, int y, int x, int width,
               enum role role, bool active)
{
    char head[EDIT_MAX];
    if (width < 2) {
        return;
    }
    memcpy(head, edit->text, edit->cursor);
    head[edit->cursor] = '\0';
    size_t from = 0;
    while (canvas_width(canvas, head + from) > width - 1) {
        from = after(edit, from);
    }
    canvas_fill(canvas, (struct rect){y, x, 1, width}, role);
    canvas_text(canvas, y, x, width, role, edit->text + from);
    if (active) {
        canvas->cursor_y = y;
        canvas->cursor_x = x + canvas_width(canvas, head + from);
    }
}
