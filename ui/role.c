#include "ui/role.h"

#include <string.h>

static const char *const role_names[ROLE_COUNT] = {
    [ROLE_NONE] = "none",
    [ROLE_TEXT] = "text",
    [ROLE_DIM] = "dim",
    [ROLE_TITLE] = "title",
    [ROLE_TITLE_FOCUS] = "title_focus",
    [ROLE_BORDER] = "border",
    [ROLE_HEADER] = "header",
    [ROLE_SELECTED] = "selected",
    [ROLE_SELECTED_IDLE] = "selected_idle",
    [ROLE_MARKED] = "marked",
    [ROLE_KEY] = "key",
    [ROLE_HINT] = "hint",
    [ROLE_OK] = "ok",
    [ROLE_WARN] = "warn",
    [ROLE_ALARM] = "alarm",
    [ROLE_THROTTLED] = "throttled",
    [ROLE_PAUSED] = "paused",
    [ROLE_RUNNING] = "running",
    [ROLE_QUEUED] = "queued",
    [ROLE_STALE] = "stale",
    [ROLE_VERDICT_OK] = "verdict_ok",
    [ROLE_VERDICT_WARN] = "verdict_warn",
    [ROLE_VERDICT_BAD] = "verdict_bad",
    [ROLE_GAUGE] = "gauge",
    [ROLE_GAUGE_WARN] = "gauge_warn",
    [ROLE_GAUGE_BAD] = "gauge_bad",
    [ROLE_GAUGE_EMPTY] = "gauge_empty",
    [ROLE_THRESHOLD] = "threshold",
    [ROLE_GRAPH] = "graph",
    [ROLE_GRAPH_MARK] = "graph_mark",
    [ROLE_BANNER] = "banner",
    [ROLE_INPUT] = "input",
    [ROLE_DIALOG] = "dialog",
    [ROLE_DIALOG_TITLE] = "dialog_title",
    [ROLE_MATCH] = "match",
    [ROLE_FOUND] = "found",
    [ROLE_ACCENT] = "accent",
};

static const struct {
    const char *name, *utf8, *ascii;
} glyphs[GLYPH_COUNT] = {
    [GLYPH_FULL] = {"full",         "█", "#"},
    [GLYPH_EMPTY] = {"empty",        "░", "."},
    [GLYPH_THRESHOLD] = {"threshold",    "│", "|"},
    [GLYPH_CAP_LEFT] = {"cap_left",     "▕", "["},
    [GLYPH_CAP_RIGHT] = {"cap_right",    "▏", "]"},
    [GLYPH_HLINE] = {"hline",        "─", "-"},
    [GLYPH_VLINE] = {"vline",        "│", "|"},
    [GLYPH_TOP_LEFT] = {"top_left",     "┌", "+"},
    [GLYPH_TOP_RIGHT] = {"top_right",    "┐", "+"},
    [GLYPH_BOTTOM_LEFT] = {"bottom_left",  "└", "+"},
    [GLYPH_BOTTOM_RIGHT] = {"bottom_right", "┘", "+"},
    [GLYPH_SELECT] = {"select",       "▌", ">"},
    [GLYPH_MARK] = {"mark",         "●", "*"},
    [GLYPH_UP] = {"up",           "↑", "^"},
    [GLYPH_DOWN] = {"down",         "↓", "v"},
    [GLYPH_FLAT] = {"flat",         "→", "="},
    [GLYPH_SORT_UP] = {"sort_up",      "▲", "^"},
    [GLYPH_SORT_DOWN] = {"sort_down",    "▼", "v"},
    [GLYPH_ELLIPSIS] = {"ellipsis",     "…", "~"},
    [GLYPH_TIMES] = {"times",        "×",  "x"},
    [GLYPH_SPARK_1] = {"spark_1",      "▁", "_"},
    [GLYPH_SPARK_2] = {"spark_2",      "▂", "."},
    [GLYPH_SPARK_3] = {"spark_3",      "▃", "-"},
    [GLYPH_SPARK_4] = {"spark_4",      "▄", ":"},
    [GLYPH_SPARK_5] = {"spark_5",      "▅", "="},
    [GLYPH_SPARK_6] = {"spark_6",      "▆", "+"},
    [GLYPH_SPARK_7] = {"spark_7",      "▇", "*"},
    [GLYPH_SPARK_8] = {"spark_8",      "█", "#"},
    [GLYPH_NOW] = {"now",          "╎", "'"},
    [GLYPH_BRANCH] = {"branch",       "▸", ">"},
    [GLYPH_NEW] = {"new",          "+",   "+"},
};

const char *role_name(enum role role)
{
    return role_names[role];
}

bool role_parse(const char *text, enum role *out)
{
    for (int i = ROLE_TEXT; i < ROLE_COUNT; i++) {
        if (strcmp(role_names[i], text) == 0) {
            *out = (enum role)i;
            return true;
        }
    }
    return false;
}

const char *glyph_name(enum glyph glyph)
{
    return glyphs[glyph].name;
}

bool glyph_parse(const char *text, enum glyph *out)
{
    for (int i = 0; i < GLYPH_COUNT; i++) {
        if (strcmp(glyphs[i].name, text) == 0) {
            *out = (enum glyph)i;
            return true;
        }
    }
    return false;
}

const char *glyph_utf8(enum glyph glyph)
{
    return glyphs[glyph].utf8;
}

const char *glyph_ascii(enum glyph glyph)
{
    return glyphs[glyph].ascii;
}
