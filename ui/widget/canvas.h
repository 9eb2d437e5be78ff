/*
 * canvas: the screen as a grid of cells of our own, each with its text and its role. Views draw
 * here and only here; the terminal backend copies it, dumps and tests read it.
 *
 * All text that enters is made harmless first (controls, escape sequences, bidi overrides, invalid
 * UTF-8) and reduced to what every terminal gives the same width: joiners, variation selectors and
 * skin tones are left out, flags become letters, at most two combining marks stay with their base.
 * Vowel signs are one or a cell of their own, as own_column says of the terminal.
 * Everything is clipped; coordinates outside are allowed.
 */
#ifndef UI_WIDGET_CANVAS_H
#define UI_WIDGET_CANVAS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"
#include "base/utf8.h"
#include "ui/role.h"

struct theme;

struct rect {
    int y, x, h, w;
};

enum { CELL_TEXT = 15 };

struct cell {
    char text[CELL_TEXT]; /* UTF-8, not terminated; length 0 = blank */
    uint8_t length;
    uint8_t width; /* columns; 0 = right half of the cell before */
    uint8_t role, over;
    uint8_t line; /* enum glyph + 1 of an ASCII line glyph, for terminals with line drawing */
};

struct canvas {
    int rows, cols;
    struct cell *cells;
    const struct theme *theme;
    bool ascii; /* the terminal cannot show UTF-8 */
    bool own_column[UTF8_SIGNS];
    int cursor_y, cursor_x; /* where the terminal's cursor stands; -1 = hidden */
};

bool canvas_init(struct canvas *canvas, int rows, int cols);
void canvas_fini(struct canvas *canvas);
/* Blank, same size. */
void canvas_clear(struct canvas *canvas);
bool canvas_same(const struct canvas *a, const struct canvas *b);
const struct cell *canvas_at(const struct canvas *canvas, int y, int x);

/* Draw text in at most width columns, cut with an ellipsis; returns the columns used. */
int canvas_text(struct canvas *canvas, int y, int x, int width, enum role role, const char *text);
int canvas_textf(struct canvas *canvas, int y, int x, int width, enum role role, const char *fmt,
                 ...) __attribute__((format(printf, 6, 7)));
/* The same, flush with the right end of the field. */
int canvas_right(struct canvas *canvas, int y, int x, int width, enum role role, const char *text);
void canvas_glyph(struct canvas *canvas, int y, int x, enum glyph glyph, enum role role);
void canvas_hline(struct canvas *canvas, int y, int x, int width, enum role role);
void canvas_vline(struct canvas *canvas, int y, int x, int height, enum role role);
void canvas_box(struct canvas *canvas, struct rect rect, enum role role);
void canvas_fill(struct canvas *canvas, struct rect rect, enum role role);
/* Lays a role over what is drawn already (selection, mark). */
void canvas_over(struct canvas *canvas, struct rect rect, enum role role);
/* Gives drawn cells another role. */
void canvas_paint(struct canvas *canvas, int y, int x, int width, enum role role);

/* Columns that text takes at most once made harmless, whatever the terminal does with signs. */
int text_width(const char *text);
/* Columns that it takes on this canvas, uncut. */
int canvas_width(const struct canvas *canvas, const char *text);
/* How many bytes of it make a line of that many columns, broken at a blank where there is one;
 * never 0 unless it is empty. Blanks that follow belong to no line. */
size_t text_line(const char *text, int width);
/* Of how many such lines it is; an empty one is one. */
int text_lines(const char *text, int width);
/* Text over as many lines as rect has, its last one cut; returns the lines used. */
int canvas_wrap(struct canvas *canvas, struct rect rect, enum role role, const char *text);

/* The grid as text, trailing blanks cut; with_roles adds a grid of letters and their legend. */
bool canvas_dump(const struct canvas *canvas, bool with_roles, struct str *out);

#endif
