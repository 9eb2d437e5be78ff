#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "config/config.h"
#include "ui/key.h"
#include "ui/keymap.h"

static void test_keymap_keys_and_names_are_unique(void **state)
{
    (void)state;
    size_t count = 0;
    const struct binding *table = keymap_table(&count);
    for (size_t i = 0; i < count; i++) {
        for (size_t j = 0; j < count; j++) {
            assert_true(i == j || strcmp(table[i].name, table[j].name) != 0);
            for (int a = 0; a < BINDING_KEYS; a++) {
                for (int b = 0; b < BINDING_KEYS; b++) {
                    bool same = table[i].keys[a] && table[i].keys[a] == table[j].keys[b];
                    if (same && (i != j || a != b)) {
                        fail_msg("%s and %s share a key", table[i].name, table[j].name);
                    }
                }
            }
        }
    }
}

static void test_keymap_rows_are_complete(void **state)
{
    (void)state;
    size_t count = 0;
    const struct binding *table = keymap_table(&count);
    for (size_t i = 0; i < count; i++) {
        assert_non_null(table[i].run);
        assert_true(strlen(table[i].help) > 3);
        assert_true(strlen(table[i].group) > 1);
        assert_true(!table[i].hint || table[i].weight > 0);
    }
}

/* Commands that cost or destroy have upper-case keys; none that acts has a Ctrl or deleting key. */
static void test_keymap_dangerous_keys(void **state)
{
    (void)state;
    static const char *const upper[] = {"force", "cancel", "retry", "stop-engine", "pin"};
    for (size_t i = 0; i < sizeof upper / sizeof upper[0]; i++) {
        const struct binding *binding = keymap_by_name(upper[i]);
        assert_non_null(binding);
        assert_in_range(binding->keys[0], 'A', 'Z');
    }
    size_t count = 0;
    const struct binding *table = keymap_table(&count);
    for (size_t i = 0; i < count; i++) {
        for (int k = 0; k < BINDING_KEYS && (table[i].need & NEED_OPERATOR); k++) {
            int key = table[i].keys[k];
            assert_true(key == 0 || (key >= 0x20 && key != K_BACKSPACE && key != K_DELETE));
        }
    }
}

static void test_keymap_remap_cases(void **state)
{
    (void)state;
    static const struct {
        const char *name, *key;
        bool wanted;
    } cases[] = {
        {"why",    "W",      true },
        {"why",    "q",      false},
        {"nosuch", "W",      false},
        {"why",    "two",    false},
        {"pause",  "Ctrl-P", false},
        {"pause",  "Bksp",   false},
        {"theme",  "Ctrl-T", true },
        {"why",    "w",      true },
        {"force",  "Del",    false},
        {"force",  "f",      false},
        {"force",  "F",      true },
        {"pause",  "a",      true },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct keymap keymap;
        struct err err = {0};
        keymap_init(&keymap);
        assert_int_equal(keymap_remap(&keymap, cases[i].name, cases[i].key, &err), cases[i].wanted);
        assert_true(cases[i].wanted || err.message[0]);
        if (cases[i].wanted) {
            int code = 0;
            assert_true(key_parse(cases[i].key, &code));
            assert_string_equal(keymap_find(&keymap, code)->name, cases[i].name);
        }
    }
}

/* Two may exchange their keys; of two that want the same key the first gets it. */
static void test_keymap_apply(void **state)
{
    (void)state;
    struct keymap keymap;
    struct config config;
    char problems[KEYMAP_PROBLEMS];
    struct err err = {0};
    assert_true(config_load_text("x",
                                 "[keys]\nwhy = z\nfreeze = w\nhelp = q\nnosuch = W\n"
                                 "theme = Ctrl-T\nmouse = Ctrl-T\nforce = o\n",
                                 &config, &err));
    keymap_init(&keymap);
    keymap_apply(&keymap, &config, "own.conf", problems);
    static const struct {
        int key;
        const char *name;
    } wanted[] = {
        {'z',         "why"   },
        {'w',         "freeze"},
        {'q',         "quit"  },
        {'?',         "help"  },
        {'S',         "force" },
        {K_CTRL('T'), "theme" },
        {'m',         "mouse" }
    };
    for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++) {
        const struct binding *binding = keymap_find(&keymap, wanted[i].key);
        assert_non_null(binding);
        assert_string_equal(binding->name, wanted[i].name);
    }
    assert_null(keymap_find(&keymap, 'T'));
    assert_null(keymap_find(&keymap, 'o'));
    assert_string_equal(problems,
                        "own.conf:5: keys: \"nosuch\" is no command\n"
                        "own.conf:8: keys: force: o: choose an upper-case letter, for it is "
                        "dangerous\n"
                        "own.conf:4: keys: help: q already means quit\n"
                        "own.conf:7: keys: mouse: Ctrl-T already means theme");
}

static void test_key_text_parses_back(void **state)
{
    (void)state;
    static const int codes[] = {'a',   'S',  '?',         ' ',        K_TAB,       K_ENTER,
                                K_ESC, K_UP, K_PAGE_DOWN, K_BACK_TAB, K_CTRL('L'), K_F1};
    for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++) {
        char text[16];
        int back = 0;
        assert_true(key_parse(key_text(codes[i], text), &back));
        assert_int_equal(back, codes[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_keymap_keys_and_names_are_unique),
        cmocka_unit_test(test_keymap_rows_are_complete),
        cmocka_unit_test(test_keymap_dangerous_keys),
        cmocka_unit_test(test_keymap_remap_cases),
        cmocka_unit_test(test_keymap_apply),
        cmocka_unit_test(test_key_text_parses_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
