#include "ui/term/paint.h"

#include <string.h>
#define NCURSES_WIDECHAR 1
#include <curses.h>
#include <wchar.h>

#include "base/utf8.h"
#include "ui/term/direct.h"
#include "ui/term/signs.h"
#include "ui/term/term.h"
#include "ui/theme.h"
#include "ui/widget/canvas.h"

enum { PAIRS_MAX = 250, NEAR_BLACK = 0x010101 /* 0 is the palette's */ };

/* There is one terminal per process, and curses keeps it so. */
static struct {
    const struct term_caps *caps;
    const struct theme *theme;
    struct canvas shown; /* the last frame */
    bool shown_valid;
    int16_t pair_count;
    struct {
        int fg, bg;
    } pairs[PAIRS_MAX];
} paint;

void paint_open(const struct term_caps *caps)
{
    paint.caps = caps;
}

void paint_close(void)
{
    canvas_fini(&paint.shown);
    memset(&paint, 0, sizeof paint);
}

void paint_set_theme(const struct theme *theme)
{
    paint.theme = theme;
    paint.pair_count = 0;
    paint.shown_valid = false;
}

void paint_forget(void)
{
    paint.shown_valid = false;
}

static int colour_number(const struct colour *colour)
{
    if (colour->index16 < 0) {
        return -1;
    }
    /* Named the same in both palettes, it is the terminal's own, whatever its owner made of it. */
    bool own = colour->index16 == colour->index256;
    if (paint.caps->direct && !own) {
        return colour->rgb < DIRECT_OWN ? NEAR_BLACK : (int)colour->rgb;
    }
    if (paint.caps->colours >= 256) {
        return colour->index256;
    }
    return paint.caps->colours >= 16 ? colour->index16 : colour->index16 & 7;
}

static int pair_of(int fg, int bg)
{
    if (fg < 0 && bg < 0) {
        return 0;
    }
    for (int i = 0; i < paint.pair_count; i++) {
        if (paint.pairs[i].fg == fg && paint.pairs[i].bg == bg) {
            return i + 1;
        }
    }
    if (paint.pair_count >= PAIRS_MAX || paint.pair_count + 2 > COLOR_PAIRS) {
        return 0;
    }
    paint.pairs[paint.pair_count].fg = fg;
    paint.pairs[paint.pair_count].bg = bg;
    init_extended_pair(++paint.pair_count, fg, bg);
    return paint.pair_count;
}

static attr_t curses_attrs(const struct style *style)
{
    return ((style->attrs & ATTR_BOLD) ? A_BOLD : A_NORMAL) |
           ((style->attrs & ATTR_DIM) ? A_DIM : A_NORMAL) |
           ((style->attrs & ATTR_REVERSE) ? A_REVERSE : A_NORMAL) |
           ((style->attrs & ATTR_UNDERLINE) ? A_UNDERLINE : A_NORMAL);
}

struct look {
    attr_t attrs;
    int pair;
};

static struct look look_of(uint8_t role, uint8_t over)
{
    const struct style *base = &paint.theme->roles[role];
    const struct style *top = &paint.theme->roles[over];
    struct look look = {curses_attrs(base), 0};
    const struct colour *fg = &base->fg, *bg = &base->bg;
    if (over != ROLE_NONE) {
        fg = top->fg.index16 >= 0 ? &top->fg : fg;
        bg = top->bg.index16 >= 0 ? &top->bg : bg;
        look.attrs = (look.attrs & ~A_DIM) | curses_attrs(top);
    }
    if (paint.caps->colours > 0) {
        if (paint.caps->colours < 16 && fg->index16 >= 8) {
            look.attrs |= A_BOLD; /* the eight bright ones, where only eight exist */
        }
        look.pair = pair_of(colour_number(fg), colour_number(bg));
    }
    return look;
}

/* Does it stay in its letter's cell? As the C library has it, but for signs: to it each is a
 * column, and on this terminal it may be none. */
static bool joins(uint32_t cp)
{
    return wcwidth((wchar_t)cp) == 0 || signs_place(utf8_sign(cp)) == SIGN_INSIDE;
}

/* The cell's characters; '?' where the C library disagrees with us about the width, since curses
 * would place what follows by its own idea of it. */
static void wide_text(const struct cell *cell, wchar_t out[CCHARW_MAX + 1])
{
    int n = 0;
    for (size_t at = 0; at < cell->length && n < CCHARW_MAX;) {
        uint32_t cp = 0;
        at += utf8_next(cell->text + at, cell->length - at, &cp);
        if (n == 0 ? wcwidth((wchar_t)cp) != cell->width : !joins(cp)) {
            if (n == 0) {
                out[n++] = L'?';
            }
            break;
        }
        out[n++] = (wchar_t)cp;
    }
    if (n == 0) {
        out[n++] = L' ';
    }
    out[n] = L'\0';
}

static chtype line_char(uint8_t line)
{
    switch (line - 1) {
    case GLYPH_HLINE:
        return ACS_HLINE;
    case GLYPH_VLINE:
        return ACS_VLINE;
    case GLYPH_TOP_LEFT:
        return ACS_ULCORNER;
    case GLYPH_TOP_RIGHT:
        return ACS_URCORNER;
    case GLYPH_BOTTOM_LEFT:
        return ACS_LLCORNER;
    default:
        return ACS_LRCORNER;
    }
}

static void put_cell(int y, int x, const struct cell *cell)
{
    struct look look = look_of(cell->role, cell->over);
    if (cell->line && paint.caps->lines) {
        mvaddch(y, x, line_char(cell->line) | (chtype)look.attrs | (chtype)COLOR_PAIR(look.pair));
        return;
    }
    wchar_t text[CCHARW_MAX + 1] = {0};
    cchar_t wide;
    wide_text(cell, text);
    setcchar(&wide, text, look.attrs, (short)look.pair, NULL);
    /* It stops at a sign, which has a width there. curses itself places a cell by its first
     * character alone, and writes the others as they are. */
    wmemcpy(wide.chars, text, CCHARW_MAX);
    mvadd_wch(y, x, &wide);
    if (cell->width == 2 && text[0] == L'?') {
        mvaddch(y, x + 1, (chtype)' ' | (chtype)look.attrs);
    }
}

static void remember(const struct canvas *canvas)
{
    if (paint.shown.rows != canvas->rows || paint.shown.cols != canvas->cols) {
        canvas_fini(&paint.shown);
        if (!canvas_init(&paint.shown, canvas->rows, canvas->cols)) {
            paint.shown_valid = false;
            return;
        }
    }
    struct cell *cells = paint.shown.cells;
    memcpy(cells, canvas->cells, (size_t)canvas->rows * (size_t)canvas->cols * sizeof *cells);
    paint.shown = *canvas;
    paint.shown.cells = cells;
    paint.shown_valid = true;
}

bool paint_frame(const struct canvas *canvas)
{
    if (paint.shown_valid && canvas_same(canvas, &paint.shown)) {
        return false;
    }
    struct look ground = look_of(ROLE_TEXT, ROLE_NONE);
    cchar_t back;
    setcchar(&back, L" ", ground.attrs, (short)ground.pair, NULL);
    bkgrndset(&back);
    erase();
    for (int y = 0; y < canvas->rows; y++) {
        for (int x = 0; x < canvas->cols; x++) {
            const struct cell *cell = canvas_at(canvas, y, x);
            bool blank = !cell->length && cell->role == ROLE_TEXT && !cell->over;
            if (cell->width && !blank) {
                put_cell(y, x, cell);
            }
        }
    }
    if (canvas->cursor_y >= 0) {
        move(canvas->cursor_y, canvas->cursor_x);
    }
    /* A cursor nobody sees stays where the last change was: taking it home doubles a clock's bytes.
     */
    leaveok(stdscr, canvas->cursor_y < 0);
    curs_set(canvas->cursor_y >= 0 ? 1 : 0);
    wnoutrefresh(stdscr);
    doupdate();
    remember(canvas);
    return true;
}
