/*
 * role: what a cell of the screen means. Views draw with roles and glyphs; a theme gives each role
 * its colours and attributes and each glyph its UTF-8 and ASCII form. Nothing else knows colours.
 */
#ifndef UI_ROLE_H
#define UI_ROLE_H

#include <stdbool.h>

enum role {
    ROLE_NONE, /* as an overlay: leaves the cell as it is */
    ROLE_TEXT,
    ROLE_DIM,
    ROLE_TITLE,
    ROLE_TITLE_FOCUS,
    ROLE_BORDER,
    ROLE_HEADER,
    ROLE_SELECTED,
    ROLE_SELECTED_IDLE,
    ROLE_MARKED,
    ROLE_KEY,
    ROLE_HINT,
    ROLE_OK,
    ROLE_WARN,
    ROLE_ALARM,
    ROLE_THROTTLED,
    ROLE_PAUSED,
    ROLE_RUNNING,
    ROLE_QUEUED,
    ROLE_STALE,
    ROLE_VERDICT_OK,
    ROLE_VERDICT_WARN,
    ROLE_VERDICT_BAD,
    ROLE_GAUGE,
    ROLE_GAUGE_WARN,
    ROLE_GAUGE_BAD,
    ROLE_GAUGE_EMPTY,
    ROLE_THRESHOLD,
    ROLE_GRAPH,
    ROLE_GRAPH_MARK,
    ROLE_BANNER,
    ROLE_INPUT,
    ROLE_DIALOG,
    ROLE_DIALOG_TITLE,
    ROLE_MATCH,
    ROLE_FOUND,
    ROLE_ACCENT,
    ROLE_COUNT
};
const char *role_name(enum role role); /* "title_focus", as theme files spell it */
bool role_parse(const char *text, enum role *out);

enum glyph {
    GLYPH_FULL,
    GLYPH_EMPTY,
    GLYPH_THRESHOLD,
    GLYPH_CAP_LEFT,
    GLYPH_CAP_RIGHT,
    GLYPH_HLINE,
    GLYPH_VLINE,
    GLYPH_TOP_LEFT,
    GLYPH_TOP_RIGHT,
    GLYPH_BOTTOM_LEFT,
    GLYPH_BOTTOM_RIGHT,
    GLYPH_SELECT,
    GLYPH_MARK,
    GLYPH_UP,
    GLYPH_DOWN,
    GLYPH_FLAT,
    GLYPH_SORT_UP,
    GLYPH_SORT_DOWN,
    GLYPH_ELLIPSIS,
    GLYPH_TIMES,
    GLYPH_SPARK_1,
    GLYPH_SPARK_2,
    GLYPH_SPARK_3,
    GLYPH_SPARK_4,
    GLYPH_SPARK_5,
    GLYPH_SPARK_6,
    GLYPH_SPARK_7,
    GLYPH_SPARK_8,
    GLYPH_NOW,
    GLYPH_BRANCH,
    GLYPH_NEW,
    GLYPH_COUNT
};
enum { SPARK_LEVELS = 8 };
const char *glyph_name(enum glyph glyph); /* "full" */
bool glyph_parse(const char *text, enum glyph *out);
const char *glyph_utf8(enum glyph glyph);  /* built-in form */
const char *glyph_ascii(enum glyph glyph); /* one byte */

#endif
