/*
 * theme: palette, roles and glyphs from a text file:
 *
 *   [palette]  red = #ff5555 @9 @203          truecolor, 16-colour and 256-colour index, all named
 *   [roles]    throttled = fg:red bold glyph:T   attributes: bold dim reverse underline
 *   [glyphs]   full = "█" | "#"               UTF-8 form, ASCII form; one column each
 *
 * What a file leaves out is inherited from the built-in default. An unknown name is a warning with
 * file and line; a line that cannot be read makes the file unusable.
 */
#ifndef UI_THEME_H
#define UI_THEME_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "ui/role.h"

enum { ATTR_BOLD = 1, ATTR_DIM = 2, ATTR_REVERSE = 4, ATTR_UNDERLINE = 8 };

/* index16 -1 = the terminal's own colour. */
struct colour {
    uint32_t rgb; /* 0xRRGGBB */
    int16_t index16, index256;
};

struct style {
    struct colour fg, bg;
    uint8_t attrs;
    char letter[5]; /* of a state role: what its rows show without colour; "" = the built-in one */
};

enum { THEME_COLOURS = 48, THEME_WORD = 24, THEME_PATH = 1024 };

struct theme {
    char name[64];
    char path[THEME_PATH]; /* of its file, "" = built in */
    struct {
        char name[THEME_WORD];
        struct colour colour;
    } palette[THEME_COLOURS];
    size_t colours;
    char title[64];
    struct style roles[ROLE_COUNT];
    char utf8[GLYPH_COUNT][8];
    char ascii[GLYPH_COUNT][2];
    char warnings[512]; /* one a line, "" = none */
};

/* The default: the terminal's own sixteen colours. */
void theme_default(struct theme *out);
/* Parses text over whatever *out holds (start with theme_default). source names it in messages. */
bool theme_parse(const char *source, const char *text, size_t n, struct theme *out,
                 struct err *err);
/* By name (user's theme folder, then the built-in ones) or by path. On failure *out is the
 * default, so that the console can go on. */
bool theme_load(const char *name, struct theme *out, struct err *err);

/* Makes this colour of the palette the accent: bold and reversed, and in a theme without colours
 * that alone. False when there is no such colour; the theme's own accent stays. */
bool theme_accent(struct theme *theme, const char *colour);

/* Names that theme_load knows, sorted; returns how many there are, at most max are written. */
struct theme_entry {
    char name[64];
};
size_t theme_list(struct theme_entry *out, size_t max);

/* WCAG contrast ratio of two colours, 1..21. */
double theme_contrast(uint32_t a_rgb, uint32_t b_rgb);

#endif
