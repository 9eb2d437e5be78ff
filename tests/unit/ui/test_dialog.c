#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/str.h"
#include "ui/widget/dialog.h"

static enum dialog_result press(struct dialog *dialog, const char *keys)
{
    enum dialog_result result = DIALOG_OPEN;
    for (const char *k = keys; *k && result != DIALOG_ACCEPT && result != DIALOG_CANCEL; k++) {
        struct key key = {.code = *k == '\n' ? K_ENTER : *k == '\x1b' ? K_ESC : *k};
        result = dialog_key(dialog, key);
    }
    return result;
}

static void test_dialog_answers(void **state)
{
    (void)state;
    static const struct {
        int fields;
        const char *must_type, *keys;
        enum dialog_result wanted;
    } cases[] = {
        {0, "",   "y",         DIALOG_ACCEPT},
        {0, "",   "\n",        DIALOG_CANCEL},
        {0, "",   "n",         DIALOG_CANCEL},
        {0, "",   "X",         DIALOG_CANCEL},
        {0, "",   "\x1b",      DIALOG_CANCEL},
        {1, "",   "y",         DIALOG_OPEN  },
        {1, "",   "reason\ny", DIALOG_ACCEPT},
        {2, "",   "a\nb\n\n",  DIALOG_CANCEL},
        {0, "64", "64\n",      DIALOG_ACCEPT},
        {0, "64", "6\n",       DIALOG_CANCEL},
        {0, "64", "y",         DIALOG_OPEN  },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct dialog dialog;
        dialog_init(&dialog, "Title", "Do it?");
        for (int f = 0; f < cases[i].fields; f++) {
            dialog_field(&dialog, f ? "second" : "first", "");
        }
        strcpy(dialog.must_type, cases[i].must_type);
        assert_int_equal(press(&dialog, cases[i].keys), cases[i].wanted);
    }
}

/* Before all that it says is there it may be left, and nothing else. */
static void test_dialog_that_waits_is_not_confirmed(void **state)
{
    (void)state;
    static const struct {
        const char *must_type, *keys;
        enum dialog_result wanted;
    } cases[] = {
        {"",   "y",    DIALOG_OPEN  },
        {"",   "Y",    DIALOG_OPEN  },
        {"",   "yyy",  DIALOG_OPEN  },
        {"",   "n",    DIALOG_CANCEL},
        {"",   "\n",   DIALOG_CANCEL},
        {"",   "\x1b", DIALOG_CANCEL},
        {"64", "64\n", DIALOG_OPEN  },
        {"64", "\x1b", DIALOG_CANCEL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct dialog dialog;
        dialog_init(&dialog, "Force a sync", "Sync it?");
        strcpy(dialog.must_type, cases[i].must_type);
        dialog.waiting = true;
        assert_int_equal(press(&dialog, cases[i].keys), cases[i].wanted);
        assert_int_equal(dialog.problem[0] != '\0', cases[i].wanted == DIALOG_OPEN);
        dialog.waiting = false; /* what was typed is still there */
        if (cases[i].wanted == DIALOG_OPEN) {
            assert_int_equal(press(&dialog, cases[i].must_type[0] ? "\n" : "y"), DIALOG_ACCEPT);
        }
    }
}

static void test_dialog_fields_keep_what_was_typed(void **state)
{
    (void)state;
    struct dialog dialog;
    dialog_init(&dialog, "Pause", "Pause it?");
    dialog_field(&dialog, "reason", "");
    dialog_field(&dialog, "for", "4h");
    assert_int_equal(press(&dialog, "client asks\n\ny"), DIALOG_ACCEPT);
    assert_string_equal(dialog_value(&dialog, "reason"), "client asks");
    assert_string_equal(dialog_value(&dialog, "for"), "4h");
}

/* A proposal gives way to what is typed, and can be mended instead. */
static void test_dialog_proposals(void **state)
{
    (void)state;
    static const struct {
        int keys[3];
        const char *wanted;
    } cases[] = {
        {{'9', 'h'},         "9h" },
        {{K_ENTER},          "4h" },
        {{K_BACKSPACE, 'd'}, "4d" },
        {{K_HOME, '1'},      "14h"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct dialog dialog;
        dialog_init(&dialog, "Pause", "Pause it?");
        dialog_field(&dialog, "until", "4h");
        for (int k = 0; k < 3 && cases[i].keys[k]; k++) {
            dialog_key(&dialog, (struct key){.code = cases[i].keys[k]});
        }
        assert_string_equal(dialog_value(&dialog, "until"), cases[i].wanted);
    }
}

static void test_dialog_options(void **state)
{
    (void)state;
    static const struct {
        int keys[4], chosen;
        enum dialog_result last;
    } cases[] = {
        {{K_RIGHT},            1, DIALOG_CHANGED},
        {{K_LEFT},             3, DIALOG_CHANGED},
        {{' ', ' '},           2, DIALOG_CHANGED},
        {{'s'},                2, DIALOG_CHANGED},
        {{'S'},                2, DIALOG_CHANGED},
        {{'d'},                0, DIALOG_OPEN   },
        {{'y'},                0, DIALOG_OPEN   },
        {{K_DELETE},           0, DIALOG_OPEN   },
        {{K_RIGHT, K_ENTER},   1, DIALOG_OPEN   },
        {{K_RIGHT, '\r', 'y'}, 1, DIALOG_ACCEPT },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        static const char *const modes[] = {"delta", "full", "sweep", "window"};
        struct dialog dialog;
        enum dialog_result result = DIALOG_OPEN;
        dialog_init(&dialog, "Sync", "Sync it?");
        for (int m = 0; m < 4; m++) {
            dialog_option(&dialog, "mode", "%s", modes[m]);
        }
        for (int k = 0; k < 4 && cases[i].keys[k]; k++) {
            result = dialog_key(&dialog, (struct key){.code = cases[i].keys[k]});
        }
        assert_int_equal(result, cases[i].last);
        assert_int_equal(dialog_chosen(&dialog, "mode"), cases[i].chosen);
        assert_string_equal(dialog_value(&dialog, "mode"), modes[cases[i].chosen]);
    }
}

/* What has to be typed belongs to what was chosen: it goes with it. */
static void test_dialog_facts_reset_forgets_what_was_typed(void **state)
{
    (void)state;
    struct dialog dialog;
    dialog_init(&dialog, "Pause", "Pause it?");
    strcpy(dialog.must_type, "64");
    assert_int_equal(press(&dialog, "64"), DIALOG_OPEN);
    dialog_facts_reset(&dialog);
    strcpy(dialog.must_type, "64");
    assert_int_equal(press(&dialog, "\n"), DIALOG_CANCEL);
}

static void test_dialog_problem_takes_the_keys_to_its_field(void **state)
{
    (void)state;
    struct dialog dialog;
    dialog_init(&dialog, "Pause", "Pause it?");
    dialog_field(&dialog, "reason", "");
    dialog_field(&dialog, "until", "x");
    dialog_problem(&dialog, "until", "\"%s\" is no end", "x");
    assert_string_equal(dialog.problem, "\"x\" is no end");
    assert_int_equal(press(&dialog, "yz\n"), DIALOG_CHANGED);
    assert_string_equal(dialog_value(&dialog, "until"), "yz");
    assert_string_equal(dialog.problem, "");
}

/* What is said may depend on what was typed: it is said anew when the field is left changed. */
static void test_dialog_field_left_changed(void **state)
{
    (void)state;
    static const struct {
        int keys[3];
        enum dialog_result last;
    } cases[] = {
        {{K_ENTER},             DIALOG_OPEN   },
        {{'x', K_ENTER},        DIALOG_CHANGED},
        {{'x', K_TAB},          DIALOG_CHANGED},
        {{K_ENTER, 'x', K_UP},  DIALOG_CHANGED},
        {{K_ENTER, K_UP},       DIALOG_OPEN   },
        {{'x', K_TAB, K_UP},    DIALOG_OPEN   },
        {{'x', K_TAB, K_ENTER}, DIALOG_OPEN   },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct dialog dialog;
        enum dialog_result result = DIALOG_OPEN;
        dialog_init(&dialog, "Sync", "Sync it?");
        dialog_field(&dialog, "since", "");
        dialog_field(&dialog, "reason", "");
        for (int k = 0; k < 3 && cases[i].keys[k]; k++) {
            result = dialog_key(&dialog, (struct key){.code = cases[i].keys[k]});
        }
        assert_int_equal(result, cases[i].last);
    }
}

static void test_dialog_draws_at_any_size(void **state)
{
    (void)state;
    struct dialog dialog;
    dialog_init(&dialog, "A title", "Really do all of this?");
    for (int i = 0; i < DIALOG_LINES; i++) {
        dialog_line(&dialog, ROLE_TEXT, "line %d", i);
    }
    dialog_field(&dialog, "reason", "x");
    for (int i = 0; i < DIALOG_OPTIONS; i++) {
        dialog_option(&dialog, "which", "option %d", i);
    }
    for (int rows = 1; rows < 30; rows++) {
        for (int cols = 1; cols < 90; cols += 3) {
            struct canvas canvas;
            assert_true(canvas_init(&canvas, rows, cols));
            dialog_draw(&dialog, &canvas);
            canvas_fini(&canvas);
        }
    }
}

static void expect_on_screen(const struct dialog *dialog, int rows, int cols,
                             const char *const *wanted)
{
    struct canvas canvas;
    struct str text;
    assert_true(canvas_init(&canvas, rows, cols));
    str_init(&text, 1 << 16);
    dialog_draw(dialog, &canvas);
    assert_true(canvas_dump(&canvas, false, &text));
    for (; *wanted; wanted++) {
        if (!strstr(str_text(&text), *wanted)) {
            fail_msg("%dx%d: no \"%s\" in\n%s", cols, rows, *wanted, str_text(&text));
        }
    }
    str_fini(&text);
    canvas_fini(&canvas);
}

/* Whatever else is cut: every field is there, the question, and how it is answered. */
static void test_dialog_always_says_how_to_answer(void **state)
{
    (void)state;
    static const char *const small[] = {"reason", "until", "Pause all",
                                        "y = yes, any other key = No", NULL};
    static const char *const typed[] = {"reason", "until", "Pause all", "type 400:", NULL};
    static const char *const wide[] = {"reason",
                                       "until",
                                       "goes on and on and",
                                       "y = yes, any other key = No",
                                       "to be read in full",
                                       NULL};
    struct dialog dialog;
    dialog_init(&dialog, "Pause", "Pause all of an account whose name goes on and on and on?");
    for (int i = 0; i < 6; i++) {
        dialog_line(&dialog, ROLE_TEXT,
                    "what would be done, in a sentence that has no room in a "
                    "line of a small screen and is to be read in full");
    }
    dialog_field(&dialog, "reason", "");
    dialog_field(&dialog, "until", "4h");
    expect_on_screen(&dialog, 8, 36, small);
    expect_on_screen(&dialog, 10, 40, small);
    expect_on_screen(&dialog, 24, 80, wide);
    expect_on_screen(&dialog, 60, 200, wide);
    static const char *const not_yet[] = {"  then y = yes", NULL};
    static const char *const now[] = {"?  y = yes", NULL};
    struct dialog shorter;
    dialog_init(&shorter, "Pause", "Pause all?");
    dialog_field(&shorter, "reason", "");
    expect_on_screen(&shorter, 24, 80, not_yet); /* a y would be the reason */
    press(&shorter, "\n");
    expect_on_screen(&shorter, 24, 80, now);
    strcpy(dialog.must_type, "400");
    expect_on_screen(&dialog, 10, 40, typed);
    expect_on_screen(&dialog, 24, 80, typed);
}

/* Where room is short the question comes with what will happen, warnings above all; the fields and
 * what is said beside it give way. */
static void test_dialog_says_what_will_happen_before_it_asks(void **state)
{
    (void)state;
    static const char *const wanted[] = {"about 5 calls", "app  12% -> 18%", "account 0% -> 44%",
                                         "held now",      "y = yes",         NULL};
    static const char *const fields[] = {"reason", "override", "y = yes", NULL};
    struct dialog dialog;
    dialog_init(&dialog, "Force a sync", "Sync Acme Retail?");
    dialog_aside(&dialog, "Acme Retail (act_1, high tier)");
    dialog_aside(&dialog, "delta: what changed since the last listing");
    dialog_line(&dialog, ROLE_TEXT, "about 5 calls, 13 weighted (its last forced delta, 10:00)");
    dialog_line(&dialog, ROLE_TEXT, "app  12%% -> 18%%, line 80%%, shared by 12 (1m ago)");
    dialog_line(&dialog, ROLE_TEXT, "account 0%% -> 44%%, line 65%% (1m ago)");
    for (int i = 0; i < 6; i++) {
        dialog_line(&dialog, ROLE_TEXT, "and more of it");
    }
    dialog_line(&dialog, ROLE_ALARM, "held now: account quota; the API would refuse it");
    dialog_field(&dialog, "reason", "");
    dialog_field(&dialog, "override", "");
    expect_on_screen(&dialog, 10, 40, fields);
    press(&dialog, "\n\n");
    expect_on_screen(&dialog, 10, 40, wanted);
    expect_on_screen(&dialog, 9, 40, wanted);
}

static void test_edit_cases(void **state)
{
    (void)state;
    struct edit edit = {0};
    edit_set(&edit, "a\xc3\xa9z");
    edit_key(&edit, (struct key){.code = K_LEFT});
    edit_key(&edit, (struct key){.code = K_BACKSPACE});
    assert_string_equal(edit.text, "az");
    edit_key(&edit, (struct key){.code = 0x5e7f});
    assert_string_equal(edit.text, "a\xe5\xb9\xbfz");
    edit_key(&edit, (struct key){.code = K_CTRL('U')});
    assert_string_equal(edit.text, "z");
    edit_key(&edit, (struct key){.code = K_DELETE});
    assert_string_equal(edit.text, "");
    for (int i = 0; i < 2 * EDIT_MAX; i++) {
        edit_key(&edit, (struct key){.code = 'x'});
    }
    assert_int_equal(strlen(edit.text), EDIT_MAX - 1);
    assert_false(edit_key(&edit, (struct key){.code = K_UP}));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_dialog_answers),
        cmocka_unit_test(test_dialog_that_waits_is_not_confirmed),
        cmocka_unit_test(test_dialog_fields_keep_what_was_typed),
        cmocka_unit_test(test_dialog_proposals),
        cmocka_unit_test(test_dialog_options),
        cmocka_unit_test(test_dialog_facts_reset_forgets_what_was_typed),
        cmocka_unit_test(test_dialog_problem_takes_the_keys_to_its_field),
        cmocka_unit_test(test_dialog_field_left_changed),
        cmocka_unit_test(test_dialog_says_what_will_happen_before_it_asks),
        cmocka_unit_test(test_dialog_draws_at_any_size),
        cmocka_unit_test(test_dialog_always_says_how_to_answer),
        cmocka_unit_test(test_edit_cases),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
