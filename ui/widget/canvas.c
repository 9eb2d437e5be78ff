#include "ui/widget/canvas.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

#include "base/utf8.h"
#include "ui/theme.h"

/* Longest text that is looked at: nothing wider than a screen is ever drawn. */
enum { TEXT_MAX = 2048, SCREEN_MAX = 2000, MARKS_MAX = 2 };

bool canvas_init(struct canvas *canvas, int rows, int cols)
{
    rows = rows < 1 ? 1 : rows > SCREEN_MAX ? SCREEN_MAX : rows;
    cols = cols < 1 ? 1 : cols > SCREEN_MAX ? SCREEN_MAX : cols;
    struct cell *cells = calloc((size_t)rows * (size_t)cols, sizeof *cells);
    if (!cells) {
        return false;
    }
    *canvas = (struct canvas){.rows = rows, .cols = cols, .cells = cells};
    canvas_clear(canvas);
    return true;
}

void canvas_fini(struct canvas *canvas)
{
    free(canvas->cells);
    canvas->cells = NULL;
    canvas->rows = canvas->cols = 0;
}

static const struct cell blank = {.width = 1, .role = ROLE_TEXT};

void canvas_clear(struct canvas *canvas)
{
    size_t n = (size_t)canvas->rows * (size_t)canvas->cols;
    for (size_t i = 0; i < n; i++) {
        canvas->cells[i] = blank;
    }
    canvas->cursor_y = canvas->cursor_x = -1;
}

bool canvas_same(const struct canvas *a, const struct canvas *b)
{
    return a->rows == b->rows && a->cols == b->cols && a->cursor_y == b->cursor_y &&
           a->cursor_x == b->cursor_x &&
           memcmp(a->cells, b->cells, (size_t)a->rows * (size_t)a->cols * sizeof *a->cells) == 0;
}

const struct cell *canvas_at(const struct canvas *canvas, int y, int x)
{
    if (y < 0 || x < 0 || y >= canvas->rows || x >= canvas->cols) {
        return NULL;
    }
    return &canvas->cells[(size_t)y * (size_t)canvas->cols + (size_t)x];
}

static struct cell *cell_at(struct canvas *canvas, int y, int x)
{
    if (y < 0 || x < 0 || y >= canvas->rows || x >= canvas->cols) {
        return NULL;
    }
    return &canvas->cells[(size_t)y * (size_t)canvas->cols + (size_t)x];
}

/* A wide character loses its other half when one of its cells is written over. */
static void unlink_halves(struct canvas *canvas, int y, int x)
{
    struct cell *cell = cell_at(canvas, y, x);
    struct cell *before = cell_at(canvas, y, x - 1);
    struct cell *after = cell_at(canvas, y, x + 1);
    if (cell->width == 0 && before) {
        before->width = 1;
        before->length = 0;
        memset(before->text, 0, sizeof before->text);
    }
    if (cell->width == 2 && after) {
        uint8_t role = after->role, over = after->over;
        *after = blank;
        after->role = role;
        after->over = over;
    }
}

static void put(struct canvas *canvas, int y, int x, const char *text, size_t n, int width,
                enum role role)
{
    struct cell *cell = cell_at(canvas, y, x);
    if (!cell || n > CELL_TEXT || (width == 2 && !cell_at(canvas, y, x + 1))) {
        return;
    }
    unlink_halves(canvas, y, x);
    *cell = (struct cell){.length = (uint8_t)n, .width = (uint8_t)width, .role = (uint8_t)role};
    memcpy(cell->text, text, n);
    if (width == 2) {
        unlink_halves(canvas, y, x + 1);
        *cell_at(canvas, y, x + 1) = (struct cell){.role = (uint8_t)role};
    }
}

struct piece {
    char text[4];
    size_t n;
    int width;
};

/* The nearest ASCII character, '?' when there is none. */
static char to_ascii(uint32_t cp)
{
    static const struct {
        uint32_t cp;
        char ascii;
    } near[] = {
        {0x2013, '-' },
        {0x2014, '-' },
        {0x2212, '-' },
        {0x2018, '\''},
        {0x2019, '\''},
        {0x201c, '"' },
        {0x201d, '"' },
        {0x00df, 's' },
        {0x00c6, 'A' },
        {0x00e6, 'a' },
        {0x0152, 'O' },
        {0x0153, 'o' },
        {0x00d8, 'O' },
        {0x00f8, 'o' },
        {0x0110, 'D' },
        {0x0111, 'd' },
        {0x0141, 'L' },
        {0x0142, 'l' },
        {0x0131, 'i' },
        {0x00de, 'T' },
        {0x00fe, 't' },
        {0x00d0, 'D' },
        {0x00f0, 'd' },
    };
    for (size_t i = 0; i < sizeof near / sizeof near[0]; i++) {
        if (near[i].cp == cp) {
            return near[i].ascii;
        }
    }
    utf8proc_int32_t parts[8];
    int last = 0;
    utf8proc_ssize_t n = utf8proc_decompose_char((utf8proc_int32_t)cp, parts, 8,
                                                 UTF8PROC_DECOMPOSE | UTF8PROC_COMPAT, &last);
    return n >= 1 && n <= 8 && parts[0] > 0x20 && parts[0] < 0x7f ? (char)parts[0] : '?';
}

/* What stands for a code point on every terminal; n 0 = nothing. */
static struct piece piece_of(uint32_t cp, const char *bytes, size_t n, const struct canvas *canvas)
{
    struct piece piece = {{0}, 0, 0};
    bool joiner = cp == 0x200d || (cp >= 0xfe00 && cp <= 0xfe0f) ||
                  (cp >= 0x1f3fb && cp <= 0x1f3ff) || (cp >= 0xe0000 && cp <= 0xe01ef);
    if (joiner || n > sizeof piece.text) {
        return piece;
    }
    if (cp >= 0x1f1e6 && cp <= 0x1f1ff) { /* regional indicators: half a flag, 1 or 2 columns */
        piece.text[0] = (char)('A' + (int)(cp - 0x1f1e6));
        piece.n = 1;
        piece.width = 1;
        return piece;
    }
    enum utf8_sign sign = canvas->ascii ? UTF8_NO_SIGN : utf8_sign(cp);
    piece.width = sign != UTF8_NO_SIGN ? canvas->own_column[sign] : utf8_width(cp);
    if (piece.width < 0) {
        piece.width = 0;
        return piece;
    }
    if (canvas->ascii && cp >= 0x80) {
        piece.n = piece.width ? 1 : 0;
        piece.text[0] = to_ascii(cp);
        piece.width = piece.width ? 1 : 0;
        return piece;
    }
    memcpy(piece.text, bytes, n);
    piece.n = n;
    return piece;
}

static int clean_width(const struct canvas *canvas, const char *text, size_t n)
{
    int width = 0;
    for (size_t at = 0; at < n;) {
        uint32_t cp = 0;
        size_t used = utf8_next(text + at, n - at, &cp);
        width += piece_of(cp, text + at, used, canvas).width;
        at += used;
    }
    return width;
}

static size_t make_clean(const char *text, char out[TEXT_MAX])
{
    size_t n = utf8_clean(text, out, TEXT_MAX);
    return n < TEXT_MAX ? n : TEXT_MAX - 1;
}

int canvas_width(const struct canvas *canvas, const char *text)
{
    char clean[TEXT_MAX];
    return clean_width(canvas, clean, make_clean(text, clean));
}

int text_width(const char *text)
{
    static const struct canvas widest = {
        .own_column = {true, true}
    };
    return canvas_width(&widest, text);
}

size_t text_line(const char *text, int width)
{
    char part[TEXT_MAX];
    size_t fits = 0, n = 0;
    while (text[n]) {
        size_t next = n + strspn(text + n, " ");
        next += strcspn(text + next, " ");
        snprintf(part, sizeof part, "%.*s", (int)(next < TEXT_MAX ? next : TEXT_MAX - 1), text);
        if (next >= TEXT_MAX || text_width(part) > width) {
            return fits ? fits : next; /* a word longer than a line is cut where it is drawn */
        }
        fits = n = next;
    }
    return fits;
}

int text_lines(const char *text, int width)
{
    int lines = 0;
    for (text += strspn(text, " "); *text; lines++) {
        text += text_line(text, width);
        text += strspn(text, " ");
    }
    return lines > 0 ? lines : 1;
}

int canvas_wrap(struct canvas *canvas, struct rect rect, enum role role, const char *text)
{
    int lines = 0;
    for (text += strspn(text, " "); *text && lines < rect.h; lines++) {
        char part[TEXT_MAX];
        size_t n = lines == rect.h - 1 ? strlen(text) : text_line(text, rect.w);
        snprintf(part, sizeof part, "%.*s", (int)(n < TEXT_MAX ? n : TEXT_MAX - 1), text);
        canvas_text(canvas, rect.y + lines, rect.x, rect.w, role, part);
        text += n;
        text += strspn(text, " ");
    }
    return lines;
}

static void add_mark(struct canvas *canvas, int y, int x, const struct piece *piece)
{
    struct cell *cell = cell_at(canvas, y, x);
    if (cell && cell->width == 0) {
        cell = cell_at(canvas, y, x - 1);
    }
    if (!cell || !cell->length || cell->length + piece->n > CELL_TEXT) {
        return;
    }
    int marks = -1;
    for (int i = 0; i < cell->length; i++) {
        marks += (cell->text[i] & 0xc0) != 0x80;
    }
    if (marks < MARKS_MAX) {
        memcpy(cell->text + cell->length, piece->text, piece->n);
        cell->length = (uint8_t)(cell->length + piece->n);
    }
}

static int draw_clean(struct canvas *canvas, int y, int x, int width, enum role role,
                      const char *text, size_t n)
{
    int total = clean_width(canvas, text, n);
    bool cut = total > width;
    int room = cut ? width - 1 : width;
    int used = 0;
    for (size_t at = 0; at < n;) {
        uint32_t cp = 0;
        size_t bytes = utf8_next(text + at, n - at, &cp);
        struct piece piece = piece_of(cp, text + at, bytes, canvas);
        at += bytes;
        if (piece.n == 0) {
            continue;
        }
        if (piece.width == 0) {
            if (used > 0) {
                add_mark(canvas, y, x + used - 1, &piece);
            }
            continue;
        }
        if (used + piece.width > room) {
            break;
        }
        put(canvas, y, x + used, piece.text, piece.n, piece.width, role);
        used += piece.width;
    }
    if (cut) {
        canvas_glyph(canvas, y, x + used, GLYPH_ELLIPSIS, role);
        used++;
    }
    return used;
}

int canvas_text(struct canvas *canvas, int y, int x, int width, enum role role, const char *text)
{
    char clean[TEXT_MAX];
    if (width > canvas->cols - x) {
        width = canvas->cols - x;
    }
    if (width <= 0 || y < 0 || y >= canvas->rows) {
        return 0;
    }
    return draw_clean(canvas, y, x, width, role, clean, make_clean(text, clean));
}

int canvas_textf(struct canvas *canvas, int y, int x, int width, enum role role, const char *fmt,
                 ...)
{
    char text[1024];
    va_list ap;
    va_start(ap, fmt);
    int n = vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    return n < 0 ? 0 : canvas_text(canvas, y, x, width, role, text);
}

int canvas_right(struct canvas *canvas, int y, int x, int width, enum role role, const char *text)
{
    int wide = canvas_width(canvas, text);
    int lead = wide < width ? width - wide : 0;
    return lead + canvas_text(canvas, y, x + lead, width - lead, role, text);
}

void canvas_glyph(struct canvas *canvas, int y, int x, enum glyph glyph, enum role role)
{
    const struct theme *theme = canvas->theme;
    const char *text = canvas->ascii ? (theme ? theme->ascii[glyph] : glyph_ascii(glyph))
                                     : (theme ? theme->utf8[glyph] : glyph_utf8(glyph));
    if (!cell_at(canvas, y, x)) {
        return;
    }
    put(canvas, y, x, text, strlen(text), 1, role);
    if (canvas->ascii && glyph >= GLYPH_HLINE && glyph <= GLYPH_BOTTOM_RIGHT) {
        cell_at(canvas, y, x)->line = (uint8_t)(glyph + 1);
    }
}

void canvas_hline(struct canvas *canvas, int y, int x, int width, enum role role)
{
    for (int i = 0; i < width && x + i < canvas->cols; i++) {
        canvas_glyph(canvas, y, x + i, GLYPH_HLINE, role);
    }
}

void canvas_vline(struct canvas *canvas, int y, int x, int height, enum role role)
{
    for (int i = 0; i < height && y + i < canvas->rows; i++) {
        canvas_glyph(canvas, y + i, x, GLYPH_VLINE, role);
    }
}

void canvas_box(struct canvas *canvas, struct rect rect, enum role role)
{
    int bottom = rect.y + rect.h - 1, right = rect.x + rect.w - 1;
    canvas_hline(canvas, rect.y, rect.x, rect.w, role);
    canvas_hline(canvas, bottom, rect.x, rect.w, role);
    canvas_vline(canvas, rect.y, rect.x, rect.h, role);
    canvas_vline(canvas, rect.y, right, rect.h, role);
    canvas_glyph(canvas, rect.y, rect.x, GLYPH_TOP_LEFT, role);
    canvas_glyph(canvas, rect.y, right, GLYPH_TOP_RIGHT, role);
    canvas_glyph(canvas, bottom, rect.x, GLYPH_BOTTOM_LEFT, role);
    canvas_glyph(canvas, bottom, right, GLYPH_BOTTOM_RIGHT, role);
}

void canvas_fill(struct canvas *canvas, struct rect rect, enum role role)
{
    for (int y = rect.y; y < rect.y + rect.h; y++) {
        for (int x = rect.x; x < rect.x + rect.w; x++) {
            put(canvas, y, x, "", 0, 1, role);
        }
    }
}

void canvas_over(struct canvas *canvas, struct rect rect, enum role role)
{
    for (int y = rect.y; y < rect.y + rect.h; y++) {
        for (int x = rect.x; x < rect.x + rect.w; x++) {
            struct cell *cell = cell_at(canvas, y, x);
            if (cell) {
                cell->over = (uint8_t)role;
            }
        }
    }
}

void canvas_paint(struct canvas *canvas, int y, int x, int width, enum role role)
{
    for (int i = 0; i < width; i++) {
        struct cell *cell = cell_at(canvas, y, x + i);
        if (cell) {
            cell->role = (uint8_t)role;
        }
    }
}

static void dump_row(const struct canvas *canvas, int y, struct str *out)
{
    int end = canvas->cols;
    while (end > 0 && canvas_at(canvas, y, end - 1)->length == 0 &&
           canvas_at(canvas, y, end - 1)->width == 1) {
        end--;
    }
    for (int x = 0; x < end; x++) {
        const struct cell *cell = canvas_at(canvas, y, x);
        if (cell->length) {
            str_addn(out, cell->text, cell->length);
        } else if (cell->width) {
            str_addc(out, ' ');
        }
    }
    str_addc(out, '\n');
}

static char role_letter(uint8_t role)
{
    return (char)(role < 26 ? 'a' + role : 'A' + role - 26);
}

static void dump_roles(const struct canvas *canvas, struct str *out)
{
    bool used[ROLE_COUNT] = {false};
    for (int y = 0; y < canvas->rows; y++) {
        for (int x = 0; x < canvas->cols; x++) {
            const struct cell *cell = canvas_at(canvas, y, x);
            uint8_t role = cell->over ? cell->over : cell->role;
            used[role] = true;
            str_addc(out, role == ROLE_TEXT ? '.' : role_letter(role));
        }
        str_addc(out, '\n');
    }
    for (int i = ROLE_DIM; i < ROLE_COUNT; i++) {
        if (used[i]) {
            str_addf(out, "%c=%s ", role_letter((uint8_t)i), role_name((enum role)i));
        }
    }
    str_addc(out, '\n');
}

bool canvas_dump(const struct canvas *canvas, bool with_roles, struct str *out)
{
    for (int y = 0; y < canvas->rows; y++) {
        dump_row(canvas, y, out);
    }
    if (with_roles) {
        dump_roles(canvas, out);
    }
    return !out->overflow;
}
