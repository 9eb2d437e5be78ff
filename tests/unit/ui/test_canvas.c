#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "ui/theme.h"
#include "ui/widget/canvas.h"
#include "ui/widget/gauge.h"

static char *dump(const struct canvas *canvas)
{
    struct str out;
    str_init(&out, 1 << 20);
    canvas_dump(canvas, false, &out);
    return str_take(&out);
}

static void expect(int width, bool ascii, const char *text, const char *wanted)
{
    struct canvas canvas;
    assert_true(canvas_init(&canvas, 1, width));
    canvas.ascii = ascii;
    canvas_text(&canvas, 0, 0, width, ROLE_TEXT, text);
    char *got = dump(&canvas);
    assert_string_equal(got, wanted);
    free(got);
    canvas_fini(&canvas);
}

static void test_canvas_text_cases(void **state)
{
    (void)state;
    static const struct {
        int width;
        bool ascii;
        const char *text, *wanted;
    } cases[] = {
        {10, false, "plain",                                      "plain\n"          },
        {5,  false, "too long",                                   "too …\n"        },
        {5,  true,  "too long",                                   "too ~\n"          },
        {6,  false, "广告账户",                               "广告…\n"      },
        {7,  false, "广告账户",                               "广告账…\n"   },
        {8,  false, "e\u0301t\u0302e",                            "e\u0301t\u0302e\n"},
        {8,  false, "x\u0301\u0302\u0303\u0304\u0305",            "x\u0301\u0302\n"  },
        {8,  false, "a\u200db\ufe0fc",                            "abc\n"            },
        {9,  false, "\U0001F468\u200d\U0001F469\u200d\U0001F467",
         "\U0001F468\U0001F469\U0001F467\n"                                          },
        {8,  false, "\U0001F44B\U0001F3FD",                       "\U0001F44B\n"     },
        {8,  false, "\U0001F1E9\U0001F1EA",                       "DE\n"             },
        {8,  true,  "Café",                                      "Cafe\n"           },
        {9,  true,  "Gr\u00f8n \u0141\u00f3d\u017a",              "Gron Lodz\n"      },
        {8,  true,  "广告",                                     "??\n"             },
        {1,  false, "广",                                        "…\n"            },
        {8,  false, "",                                           "\n"               },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        expect(cases[i].width, cases[i].ascii, cases[i].text, cases[i].wanted);
    }
}

/* Whatever comes in, no control character, escape or bidi override gets into a cell. */
static void test_canvas_text_hostile(void **state)
{
    (void)state;
    static const char *const hostile[] = {
        "\033[2Jgone",    "\033]52;c;aGk=\a",   "a\rb\nc\td",      "\302\23331m",
        "x\u202egnp.exe", "\u2066\u2069\u061c", "bad\xff\xfe\x80", "\x7f\x01\x02",
        "\xed\xa0\x80",   "\xf4\x90\x80\x80",
    };
    for (size_t i = 0; i < sizeof hostile / sizeof hostile[0]; i++) {
        struct canvas canvas;
        assert_true(canvas_init(&canvas, 1, 40));
        canvas_text(&canvas, 0, 0, 40, ROLE_TEXT, hostile[i]);
        char *got = dump(&canvas);
        size_t n = strlen(got) - 1;
        for (size_t b = 0; b < n; b++) {
            unsigned char c = (unsigned char)got[b];
            assert_true(c >= 0x20 && c != 0x7f);
            assert_false(c == 0xc2 && (unsigned char)got[b + 1] < 0xa0);
        }
        assert_null(strstr(got, "\u202e"));
        assert_null(strstr(got, "\u2066"));
        free(got);
        canvas_fini(&canvas);
    }
}

static void test_canvas_overwriting_half_of_a_wide_character(void **state)
{
    (void)state;
    struct canvas canvas;
    assert_true(canvas_init(&canvas, 1, 6));
    canvas_text(&canvas, 0, 0, 6, ROLE_TEXT, "广告");
    canvas_text(&canvas, 0, 1, 1, ROLE_TEXT, "x");
    char *got = dump(&canvas);
    assert_string_equal(got, " x告\n");
    free(got);
    canvas_text(&canvas, 0, 2, 1, ROLE_TEXT, "y");
    got = dump(&canvas);
    assert_string_equal(got, " xy\n");
    free(got);
    canvas_fini(&canvas);
}

static void test_canvas_outside_is_clipped(void **state)
{
    (void)state;
    struct canvas canvas;
    assert_true(canvas_init(&canvas, 2, 4));
    canvas_text(&canvas, -1, 0, 4, ROLE_TEXT, "up");
    canvas_text(&canvas, 2, 0, 4, ROLE_TEXT, "down");
    canvas_text(&canvas, 0, -2, 9, ROLE_TEXT, "abcdefghi");
    canvas_box(&canvas, (struct rect){-3, -3, 20, 20}, ROLE_BORDER);
    canvas_fill(&canvas, (struct rect){1, 3, 5, 5}, ROLE_TEXT);
    canvas_over(&canvas, (struct rect){-1, -1, 9, 9}, ROLE_SELECTED);
    char *got = dump(&canvas);
    assert_string_equal(got, "cde…\n\n");
    free(got);
    canvas_fini(&canvas);
}

static void test_canvas_same_sees_every_difference(void **state)
{
    (void)state;
    struct canvas a, b;
    assert_true(canvas_init(&a, 3, 10) && canvas_init(&b, 3, 10));
    assert_true(canvas_same(&a, &b));
    canvas_text(&a, 1, 1, 5, ROLE_TEXT, "x");
    assert_false(canvas_same(&a, &b));
    canvas_text(&b, 1, 1, 5, ROLE_ALARM, "x");
    assert_false(canvas_same(&a, &b));
    canvas_text(&b, 1, 1, 5, ROLE_TEXT, "x");
    assert_true(canvas_same(&a, &b));
    b.cursor_y = 1;
    assert_false(canvas_same(&a, &b));
    canvas_fini(&a);
    canvas_fini(&b);
}

static void test_gauge_cases(void **state)
{
    (void)state;
    static const struct {
        double pct, threshold;
        const char *wanted;
    } cases[] = {
        {0,   0,   "▕░░░░░░░░░░▏\n"},
        {0.2, 0,   "▕█░░░░░░░░░▏\n"},
        {50,  0,   "▕█████░░░░░▏\n"},
        {50,  70,  "▕█████░░│░░▏\n"},
        {100, 70,  "▕███████│██▏\n"},
        {250, 0,   "▕██████████▏\n"},
        {-1,  70,  "▕░░░░░░░│░░▏\n"},
        {50,  100, "▕█████░░░░│▏\n"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct canvas canvas;
        assert_true(canvas_init(&canvas, 1, 12));
        gauge_draw(&canvas, 0, 0, 12, cases[i].pct, cases[i].threshold);
        char *got = dump(&canvas);
        assert_string_equal(got, cases[i].wanted);
        free(got);
        canvas_fini(&canvas);
    }
}

/* A sweep never scrolls: a new sample changes its own column and the mark before it. */
static void test_sweep_new_sample_changes_two_columns(void **state)
{
    (void)state;
    struct sample samples[20];
    for (int i = 0; i < 20; i++) {
        samples[i] = (struct sample){i * 1000, 10 + i};
    }
    struct canvas before, after;
    struct sweep sweep = {samples, 19, 1000, 18500, 100, 0};
    struct rect all = {0, 0, 2, 12};
    assert_true(canvas_init(&before, 2, 12) && canvas_init(&after, 2, 12));
    sweep_draw(&before, all, &sweep);
    sweep.count = 20;
    sweep.now = 19500;
    sweep_draw(&after, all, &sweep);
    int changed = 0;
    for (int x = 0; x < 12; x++) {
        bool same = true;
        for (int y = 0; y < 2; y++) {
            same = same && memcmp(canvas_at(&before, y, x), canvas_at(&after, y, x),
                                  sizeof(struct cell)) == 0;
        }
        changed += !same;
    }
    assert_in_range(changed, 1, 2);
    canvas_fini(&before);
    canvas_fini(&after);
}

/* Words go over to the next line whole; the last line there is says that more follows. */
static void test_canvas_wrap_breaks_at_blanks(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int height, lines;
        const char *wanted;
    } cases[] = {
        {"",                                 3, 0, "\n\n\n"                          },
        {"one two",                          3, 1, "one two\n\n\n"                   },
        {"one two three four",               3, 3, "one two\nthree\nfour\n"          },
        {"one two three four",               1, 1, "one two\u2026\n\n\n"             },
        {"longerthanaline x",                3, 2, "longert\u2026\nx\n\n"            },
        {"  a   \u682a\u5f0f\u4f1a\u793e b", 3, 3, "a\n\u682a\u5f0f\u4f1a\u793e\nb\n"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct canvas canvas;
        struct str out;
        assert_true(canvas_init(&canvas, 3, 8));
        canvas_clear(&canvas);
        int lines =
            canvas_wrap(&canvas, (struct rect){0, 0, cases[i].height, 8}, ROLE_TEXT, cases[i].text);
        str_init(&out, 1024);
        assert_true(canvas_dump(&canvas, false, &out));
        assert_string_equal(str_text(&out), cases[i].wanted);
        assert_int_equal(lines, cases[i].lines);
        str_fini(&out);
        canvas_fini(&canvas);
    }
}

/* A sign has a column where the terminal gives it one, and only there. */
static void test_canvas_signs(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int width;
        bool spacing, extending;
        int columns;
        const char *second; /* what the second cell holds */
        const char *shown;
    } cases[] = {
        {"\u092d\u093e\u0930",       8, false, false, 2, "\u0930",       "\u092d\u093e\u0930\n"},
        {"\u092d\u093e\u0930",       8, true,  false, 3, "\u093e",       "\u092d\u093e\u0930\n"},
        {"\u092d\u093e\u0902\u0930", 8, true,  false, 3, "\u093e\u0902",
         "\u092d\u093e\u0902\u0930\n"                                                          },
        {"\u09ac\u09be\u0930",       8, true,  false, 2, "\u0930",       "\u09ac\u09be\u0930\n"},
        {"\u09ac\u09be\u0930",       8, false, true,  3, "\u09be",       "\u09ac\u09be\u0930\n"},
        {"\u092d\u093e\u0930",       2, true,  true,  3, "\u2026",       "\u092d\u2026\n"      },
        {"\u092d\u093e\u0930",       2, false, false, 2, "\u0930",       "\u092d\u093e\u0930\n"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct canvas canvas;
        assert_true(canvas_init(&canvas, 1, cases[i].width));
        canvas.own_column[UTF8_SIGN_SPACING] = cases[i].spacing;
        canvas.own_column[UTF8_SIGN_EXTENDING] = cases[i].extending;
        assert_int_equal(canvas_width(&canvas, cases[i].text), cases[i].columns);
        assert_int_equal(text_width(cases[i].text), 3); /* room for all, wherever it is drawn */
        canvas_text(&canvas, 0, 0, cases[i].width, ROLE_TEXT, cases[i].text);
        char *got = dump(&canvas);
        assert_string_equal(got, cases[i].shown);
        const struct cell *cell = canvas_at(&canvas, 0, 1);
        assert_int_equal(cell->length, strlen(cases[i].second));
        assert_memory_equal(cell->text, cases[i].second, cell->length);
        free(got);
        canvas_fini(&canvas);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_canvas_text_cases),
        cmocka_unit_test(test_canvas_text_hostile),
        cmocka_unit_test(test_canvas_overwriting_half_of_a_wide_character),
        cmocka_unit_test(test_canvas_outside_is_clipped),
        cmocka_unit_test(test_canvas_same_sees_every_difference),
        cmocka_unit_test(test_gauge_cases),
        cmocka_unit_test(test_sweep_new_sample_changes_two_columns),
        cmocka_unit_test(test_canvas_wrap_breaks_at_blanks),
        cmocka_unit_test(test_canvas_signs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
