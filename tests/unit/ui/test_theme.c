#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "ui/theme.h"

static bool parse(const char *text, struct theme *out, struct err *err)
{
    theme_default(out);
    return theme_parse("x.theme", text, strlen(text), out, err);
}

static void test_theme_parse_reads_all_three_sections(void **state)
{
    (void)state;
    struct theme theme;
    struct err err = {0};
    assert_true(parse("# comment\n[palette]\nred = #ff5555 @9 @203\nbg = default\n"
                      "[roles]\nalarm = fg:red bg:bg bold reverse\nthrottled = bold glyph:X\n"
                      "[glyphs]\nfull = \"■\" | \"=\"\n",
                      &theme, &err));
    assert_int_equal(theme.roles[ROLE_ALARM].fg.rgb, 0xff5555);
    assert_int_equal(theme.roles[ROLE_ALARM].fg.index16, 9);
    assert_int_equal(theme.roles[ROLE_ALARM].fg.index256, 203);
    assert_int_equal(theme.roles[ROLE_ALARM].bg.index16, -1);
    assert_int_equal(theme.roles[ROLE_ALARM].attrs, ATTR_BOLD | ATTR_REVERSE);
    assert_string_equal(theme.roles[ROLE_THROTTLED].letter, "X");
    assert_string_equal(theme.utf8[GLYPH_FULL], "■");
    assert_string_equal(theme.ascii[GLYPH_FULL], "=");
    assert_string_equal(theme.warnings, "");
}

static void test_theme_parse_errors_name_file_and_line(void **state)
{
    (void)state;
    static const struct {
        const char *text, *wanted;
    } cases[] = {
        {"red = #ff0000\n",                     "x.theme:1:"},
        {"[palette]\nred = ff5555 @9 @203\n",   "x.theme:2:"},
        {"[palette]\n\nred = #ff5555 @9\n",     "x.theme:3:"},
        {"[palette]\nred = #ff5555 @16 @203\n", "x.theme:2:"},
        {"[palette]\nred = #ff5555 @1 @256\n",  "x.theme:2:"},
        {"[palette]\nred = #gg5555 @1 @2\n",    "x.theme:2:"},
        {"[roles]\nalarm = fg:nothing\n",       "x.theme:2:"},
        {"[roles]\nalarm = blinking\n",         "x.theme:2:"},
        {"[roles]\nalarm = glyph:XY\n",         "x.theme:2:"},
        {"[glyphs]\nfull = \"广\" | \"#\"\n",  "x.theme:2:"},
        {"[glyphs]\nfull = \"x\"\n",            "x.theme:2:"},
        {"[colours]\n",                         "x.theme:1:"},
        {"[roles]\nnonsense\n",                 "x.theme:2:"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct theme theme, before;
        struct err err = {0};
        theme_default(&theme);
        before = theme;
        assert_false(theme_parse("x.theme", cases[i].text, strlen(cases[i].text), &theme, &err));
        assert_non_null(strstr(err.message, cases[i].wanted));
        assert_memory_equal(&theme, &before, sizeof theme);
    }
}

static void test_theme_parse_unknown_names_are_warnings(void **state)
{
    (void)state;
    struct theme theme;
    struct err err = {0};
    assert_true(parse("[roles]\nnosuch = bold\nalarm = bold\n[glyphs]\nnone = \"x\" | \"x\"\n",
                      &theme, &err));
    assert_string_equal(theme.warnings, "x.theme:2: unknown role \"nosuch\"\n"
                                        "x.theme:5: unknown glyph \"none\"");
}

static const char *const shipped[] = {"default-16", "mono",       "high-contrast", "colour-blind",
                                      "light",      "dracula",    "nord",          "gruvbox",
                                      "solarized",  "catppuccin", "tokyo-night"};

/* What a person has to see is there without colour as well. */
static void test_theme_shipped_alarms_need_no_colour(void **state)
{
    (void)state;
    static const enum role loud[] = {ROLE_ALARM,     ROLE_THROTTLED,   ROLE_WARN,
                                     ROLE_STALE,     ROLE_VERDICT_BAD, ROLE_VERDICT_WARN,
                                     ROLE_GAUGE_BAD, ROLE_BANNER};
    for (size_t t = 0; t < sizeof shipped / sizeof shipped[0]; t++) {
        struct theme theme;
        struct err err = {0};
        assert_true(theme_load(shipped[t], &theme, &err));
        assert_string_equal(theme.warnings, "");
        for (size_t r = 0; r < sizeof loud / sizeof loud[0]; r++) {
            assert_true(theme.roles[loud[r]].attrs & (ATTR_BOLD | ATTR_REVERSE));
        }
    }
}

/* WCAG: text needs 4.5:1. Themes that leave the ground to the terminal cannot be judged. */
static void test_theme_shipped_contrast(void **state)
{
    (void)state;
    for (size_t t = 0; t < sizeof shipped / sizeof shipped[0]; t++) {
        struct theme theme;
        struct err err = {0};
        assert_true(theme_load(shipped[t], &theme, &err));
        for (int r = ROLE_TEXT; r < ROLE_COUNT; r++) {
            const struct style *style = &theme.roles[r];
            if (style->bg.index16 < 0 || style->fg.index16 < 0) {
                continue;
            }
            double ratio = theme_contrast(style->fg.rgb, style->bg.rgb);
            if (ratio < 4.5) {
                fail_msg("%s: %s has %.2f", shipped[t], role_name((enum role)r), ratio);
            }
        }
    }
}

/* The colour cube and the greys as xterm has them; the first sixteen are the user's own. */
static uint32_t rgb_of_256(int index)
{
    static const uint32_t levels[] = {0, 95, 135, 175, 215, 255};
    if (index >= 232) {
        uint32_t grey = (uint32_t)(8 + (index - 232) * 10);
        return grey << 16 | grey << 8 | grey;
    }
    uint32_t i = (uint32_t)index - 16;
    return levels[i / 36] << 16 | levels[i / 6 % 6] << 8 | levels[i % 6];
}

/* The same where the terminal has 256 colours: what alarms has to be read there as well. */
static void test_theme_shipped_contrast_of_alarms_in_256(void **state)
{
    (void)state;
    size_t judged = 0;
    static const enum role loud[] = {
        ROLE_TEXT,   ROLE_ALARM,     ROLE_THROTTLED,   ROLE_WARN,         ROLE_STALE,  ROLE_PAUSED,
        ROLE_MARKED, ROLE_SELECTED,  ROLE_VERDICT_BAD, ROLE_VERDICT_WARN, ROLE_BANNER, ROLE_MATCH,
        ROLE_FOUND,  ROLE_GAUGE_BAD, ROLE_GAUGE_WARN,  ROLE_ACCENT};
    for (size_t t = 0; t < sizeof shipped / sizeof shipped[0]; t++) {
        struct theme theme;
        struct err err = {0};
        assert_true(theme_load(shipped[t], &theme, &err));
        for (size_t r = 0; r < sizeof loud / sizeof loud[0]; r++) {
            const struct style *style = &theme.roles[loud[r]];
            if (style->fg.index256 < 16 || style->bg.index256 < 16) {
                continue;
            }
            judged++;
            double ratio =
                theme_contrast(rgb_of_256(style->fg.index256), rgb_of_256(style->bg.index256));
            if (ratio < 4.5) {
                fail_msg("%s: %s has %.2f (@%d on @%d)", shipped[t], role_name(loud[r]), ratio,
                         style->fg.index256, style->bg.index256);
            }
        }
    }
    assert_true(judged > 8 * sizeof loud / sizeof loud[0]);
}

/* The accent of an environment stands out in every theme, and without colour. */
static void test_theme_accent(void **state)
{
    (void)state;
    for (size_t t = 0; t < sizeof shipped / sizeof shipped[0]; t++) {
        struct theme theme;
        struct err err = {0};
        assert_true(theme_load(shipped[t], &theme, &err));
        assert_true(theme_accent(&theme, "red"));
        const struct style *style = &theme.roles[ROLE_ACCENT];
        assert_int_equal(style->attrs, ATTR_BOLD | ATTR_REVERSE);
        assert_true(theme.colours ? style->fg.index16 >= 0 : style->fg.index16 < 0);
        if (style->bg.index16 >= 0 && theme_contrast(style->fg.rgb, style->bg.rgb) < 4.5) {
            fail_msg("%s: the accent has %.2f", shipped[t],
                     theme_contrast(style->fg.rgb, style->bg.rgb));
        }
        struct style before = *style;
        assert_int_equal(theme_accent(&theme, "no-such-colour"), theme.colours == 0);
        assert_memory_equal(style, &before, sizeof before);
    }
}

static void test_theme_list_has_every_shipped_one(void **state)
{
    (void)state;
    struct theme_entry list[64];
    size_t count = theme_list(list, 64);
    for (size_t t = 0; t < sizeof shipped / sizeof shipped[0]; t++) {
        bool found = false;
        for (size_t i = 0; i < count; i++) {
            found = found || strcmp(list[i].name, shipped[t]) == 0;
        }
        assert_true(found);
    }
}

static void test_theme_load_unknown_leaves_the_default(void **state)
{
    (void)state;
    struct theme theme;
    struct err err = {0};
    assert_false(theme_load("no-such-theme", &theme, &err));
    assert_string_equal(theme.name, "default-16");
    assert_string_equal(theme.utf8[GLYPH_FULL], "█");
}

static void test_role_and_glyph_names_are_complete_and_unique(void **state)
{
    (void)state;
    for (int r = ROLE_TEXT; r < ROLE_COUNT; r++) {
        enum role back = ROLE_NONE;
        assert_true(role_parse(role_name((enum role)r), &back));
        assert_int_equal(back, r);
    }
    for (int g = 0; g < GLYPH_COUNT; g++) {
        enum glyph back = GLYPH_COUNT;
        assert_true(glyph_parse(glyph_name((enum glyph)g), &back));
        assert_int_equal(back, g);
        assert_int_equal(strlen(glyph_ascii((enum glyph)g)), 1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_theme_parse_reads_all_three_sections),
        cmocka_unit_test(test_theme_parse_errors_name_file_and_line),
        cmocka_unit_test(test_theme_parse_unknown_names_are_warnings),
        cmocka_unit_test(test_theme_shipped_alarms_need_no_colour),
        cmocka_unit_test(test_theme_shipped_contrast),
        cmocka_unit_test(test_theme_shipped_contrast_of_alarms_in_256),
        cmocka_unit_test(test_theme_accent),
        cmocka_unit_test(test_theme_list_has_every_shipped_one),
        cmocka_unit_test(test_theme_load_unknown_leaves_the_default),
        cmocka_unit_test(test_role_and_glyph_names_are_complete_and_unique),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
