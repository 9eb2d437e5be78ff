/* A sheet that does not fit is searched. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/str.h"
#include "ui/theme.h"
#include "ui/widget/sheet.h"

enum { ROWS = 12, COLS = 60, LINES = 50 };

struct case_ {
    struct theme theme;
    struct canvas canvas;
    struct sheet sheet;
};

static bool on_screen(struct case_ *c, const char *words)
{
    struct str text;
    str_init(&text, 1024 * 1024);
    canvas_clear(&c->canvas);
    sheet_draw(&c->sheet, &c->canvas);
    canvas_dump(&c->canvas, false, &text);
    bool found = strstr(str_text(&text), words) != NULL;
    str_fini(&text);
    return found;
}

static void start(struct case_ *c, int lines)
{
    memset(c, 0, sizeof *c);
    theme_default(&c->theme);
    assert_true(canvas_init(&c->canvas, ROWS, COLS));
    c->canvas.theme = &c->theme;
    sheet_init(&c->sheet, "Text", COLS);
    for (int i = 0; i < lines; i++) {
        sheet_add(&c->sheet, ROLE_TEXT, "line %d of a text %s", i,
                  i % 20 == 7 ? "Pause it" : "to read");
    }
    assert_true(on_screen(c, "line 0"));
}

static void end(struct case_ *c)
{
    sheet_fini(&c->sheet);
    canvas_fini(&c->canvas);
}

/* False when one of the keys closed it. */
static bool press(struct case_ *c, const char *keys)
{
    bool open = true;
    for (; *keys && open; keys++) {
        int code = *keys == '\n' ? K_ENTER : *keys == '\x1b' ? K_ESC : *keys;
        open = sheet_key(&c->sheet, (struct key){.code = code});
    }
    return open;
}

static void test_sheet_find_goes_to_the_lines_that_match(void **state)
{
    (void)state;
    static const struct {
        const char *keys;
        int top;
        const char *foot;
    } cases[] = {
        {"fpause",         7,  " 1/3 found: pause"    },
        {"fpause\nn",      27, " 2/3 found: pause"    },
        {"fpause\nN",      40, " 3/3 found: pause"    }, /* round the end, on the last page */
        {"fpause\nnnn",    7,  " 1/3 found: pause"    },
        {"fpauseq\n",      0,  " none found: pauseq"  },
        {"f",              0,  " find: "              },
        {"fpause\x1b",     0,  " 1-10 of 50, f finds "},
        {"f\x7f",          0,  " 1-10 of 50, f finds "},
        {"jjjfline 0\x1b", 3,  " 4-13 of 50, f finds "},
        {"fpause\nfit\n",  7,  " 1/3 found: it"       },
        {"fline 4\njj",    6,  " 1/11 found: line 4"  },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct case_ c;
        start(&c, LINES);
        assert_true(press(&c, cases[i].keys));
        if (!on_screen(&c, cases[i].foot) || c.sheet.top != cases[i].top) {
            fail_msg("%s: top %d", cases[i].keys, c.sheet.top);
        }
        end(&c);
    }
}

static void test_sheet_keys_that_close_it(void **state)
{
    (void)state;
    static const struct {
        int lines;
        const char *keys;
        bool open;
    } cases[] = {
        {LINES, "q",          false},
        {LINES, "n",          false}, /* nothing has been looked for */
        {LINES, "fq",         true }, /* a letter of what is looked for */
        {LINES, "fpause\nq",  false},
        {LINES, "fp\x1b\x1b", false},
        {5,     "f",          false}, /* all of it is there to be seen */
        {5,     "j",          true },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct case_ c;
        start(&c, cases[i].lines);
        assert_int_equal(press(&c, cases[i].keys), cases[i].open);
        end(&c);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sheet_find_goes_to_the_lines_that_match),
        cmocka_unit_test(test_sheet_keys_that_close_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
