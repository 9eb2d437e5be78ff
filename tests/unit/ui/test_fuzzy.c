/* Letters in order. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "ui/widget/fuzzy.h"

static void test_fuzzy_match_cases(void **state)
{
    (void)state;
    static const struct {
        const char *text, *letters;
        bool wanted;
    } cases[] = {
        {"Acme Retail EU",                "",                         true },
        {"Acme Retail EU",                "acrt",                     true },
        {"Acme Retail EU",                "ARE",                      true },
        {"Acme Retail EU",                "acme retail eu",           true },
        {"Acme Retail EU",                "eua",                      false}, /* in order */
        {"Acme Retail EU",                "aa",                       true },
        {"Acme Retail EU",                "aaa",                      false}, /* each letter once */
        {"",                              "a",                        false},
        {"",                              "",                         true },
        {"\xc3\x89t\xc3\xa9 Caf\xc3\xa9", "\xc3\xa9\xc3\xa9\xc3\xa9",
         true                                                              }, /* letters, not bytes */
        {"\xc3\x89t\xc3\xa9",             "\xc3\xa8",                 false},
        {"\xc3\x89",                      "\xa9",                     false}, /* half a letter is none */
        {"a\x1b[31mb",
         "a\x1b"
         "b",                                                         true },
        {"a*b.c",                         "*.",                       true }, /* nothing is an operator */
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        if (fuzzy_match(cases[i].text, cases[i].letters) != cases[i].wanted) {
            fail_msg("case %zu: \"%s\"", i, cases[i].letters);
        }
    }
}

static void test_fuzzy_find_tells_the_nearest_letters(void **state)
{
    (void)state;
    static const struct {
        const char *text, *letters, *hits;
    } cases[] = {
        {"a-ab-b",         "ab",       "  xx  "        },
        {"Acme Retail EU", "reu",      "     x      xx"},
        {"x\xc3\xa9y",     "\xc3\x89", " xx "          },
        {"nothing",        "z",        "       "       },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        bool hits[FUZZY_MAX] = {false};
        fuzzy_find(cases[i].text, cases[i].letters, hits);
        for (size_t b = 0; cases[i].hits[b]; b++) {
            if (hits[b] != (cases[i].hits[b] == 'x')) {
                fail_msg("\"%s\" in \"%s\", byte %zu", cases[i].letters, cases[i].text, b);
            }
        }
    }
}

static void test_fuzzy_match_bears_long_texts(void **state)
{
    (void)state;
    char text[4 * FUZZY_MAX];
    bool hits[sizeof text] = {false};
    memset(text, 'a', sizeof text);
    text[sizeof text - 1] = '\0';
    assert_true(fuzzy_find(text, "aaa", hits));
    assert_false(fuzzy_match(text, "b"));
    assert_false(fuzzy_match("b", text));
    assert_true(fuzzy_match(text, text));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fuzzy_match_cases),
        cmocka_unit_test(test_fuzzy_find_tells_the_nearest_letters),
        cmocka_unit_test(test_fuzzy_match_bears_long_texts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
