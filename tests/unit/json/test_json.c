#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/rand.h"
#include "base/str.h"
#include "base/utf8.h"
#include "json/json.h"
#include "json/mend.h"

#define R "\xEF\xBF\xBD"

static struct json_doc *parse(const char *text)
{
    struct err err;
    struct json_doc *doc = json_parse(text, strlen(text), NULL, &err);
    if (!doc) {
        fail_msg("%s: %s", text, err.message);
    }
    return doc;
}

static void test_mend_text(void **state)
{
    (void)state;
    static const struct {
        const char *in, *out; /* out NULL = taken as it is, without a copy */
        size_t mends;
    } cases[] = {
        {"{\"a\":\"b\"}",                    NULL,                                     0},
        {"\"\\\\ud83d\"",                    NULL,                                     0}, /* an escaped backslash, no escape after it */
        {"\"\\\\\\\\\"",                     NULL,                                     0},
        {"\"\\ud83d\\ude00\"",               NULL,                                     0},
        {"\"\\uD83D\\uDE00\"",               NULL,                                     0},
        {"\"\\u00e9\\u0001\\uFFFF\"",        NULL,                                     0},
        {"\"\\ud83d\"",                      "\"" R "\"",                              1},
        {"\"x\\ude00y\"",                    "\"x" R "y\"",                            1},
        {"\"\\ude00\\ud83d\"",               "\"" R R "\"",                            2},
        {"\"\\ud83d\\ud83d\\ude00\"",        "\"" R "\\ud83d\\ude00\"",                1},
        {"\"\\ud83d\\u0041\"",               "\"" R "\\u0041\"",                       1},
        {"\"\\ud83d\\n\"",                   "\"" R "\\n\"",                           1},
        {"\"\\ud83d\\u\"",                   "\"" R R "\"",                            2},
        {"\"a\\u0000b\"",                    "\"a" R "b\"",                            1},
        {"\"\\u00zz\"",                      "\"" R "00zz\"",                          1},
        {"\"\\u12\"",                        "\"" R "12\"",                            1},
        {"\"caf\xC3\xA9 \xF0\x9F\x98\x80\"", NULL,                                     0},
        {"\"caf\xC3\"",                      "\"caf" R "\"",                           1},
        {"\"\xED\xA0\xBD\"",                 "\"" R R R "\"",                          3},
        {"\"\xFF\xFE\"",                     "\"" R R "\"",                            2},
        {"123456789012345",                  NULL,                                     0},
        {"-123456789012345",                 NULL,                                     0},
        {"1234567890123456",                 "\"1234567890123456\"",                   0},
        {"{\"id\":120208325579370399}",      "{\"id\":\"120208325579370399\"}",        0},
        {"[-120208325579370399,1]",          "[\"-120208325579370399\",1]",            0},
        {"[14.35, 1e5,-2E-3,0.0]",           "[\"14.35\", \"1e5\",\"-2E-3\",\"0.0\"]", 0},
        {"[1.,1.5.5,--1,1e]",                NULL,                                     0}, /* no numbers: the parser refuses them */
        {"\"120208325579370399 1.5 [[[\"",   NULL,                                     0},
        {"\"open",                           NULL,                                     0},
        {"\"open\\\\",                       NULL,                                     0},
        {"\"open\\\\u00",                    NULL,                                     0},
        {"\"open\\",                         NULL,                                     0},
        {"\"cut \\u00",                      "\"cut " R "00",                          1},
        {"",                                 NULL,                                     0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct mended m;
        const char *want = cases[i].out ? cases[i].out : cases[i].in;
        assert_true(mend(cases[i].in, strlen(cases[i].in), 64, &m, NULL));
        if (m.size != strlen(want) || memcmp(m.text, want, m.size) != 0) {
            fail_msg("%s: %.*s, expected %s", cases[i].in, (int)m.size, m.text, want);
        }
        assert_int_equal(m.mends, cases[i].mends);
        assert_int_equal(m.owned != NULL, cases[i].out != NULL);
        free(m.owned);
    }
    struct mended m;
    assert_true(mend("\"a\0b\"", 5, 64, &m, NULL)); /* a raw NUL */
    assert_int_equal(m.size, 7);
    assert_memory_equal(m.text, "\"a" R "b\"", 7);
    free(m.owned);
}

static void test_json_parse_keeps_names(void **state)
{
    (void)state;
    static const struct {
        const char *json, *text;
    } cases[] = {
        {"\"half \\ud83d\"",           "half " R               },
        {"\"whole \\ud83d\\ude00\"",   "whole \xF0\x9F\x98\x80"},
        {"\"nul\\u0000tail\"",         "nul" R "tail"          },
        {"\"bad hex \\u00g0 tail\"",   "bad hex " R "00g0 tail"},
        {"\"q\\\"b\\\\s\\/n\\nt\\t\"", "q\"b\\s/n\nt\t"        },
        {"\"\\u001b[31m\"",            "\x1B[31m"              }, /* made harmless where it is drawn, not here */
        {"\"\xE2\x80\xAEx\"",          "\xE2\x80\xAEx"         },
        {"\"cut \xF0\x9F\x98\"",       "cut " R R R            },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct json_doc *doc = parse(cases[i].json);
        assert_string_equal(json_text(json_root(doc)), cases[i].text);
        json_free(doc);
    }
}

static void test_json_ids_and_money_keep_every_digit(void **state)
{
    (void)state;
    struct json_doc *doc =
        parse("{\"id\":120208325579370399,\"sid\":\"120208325579370399\",\"n\":42,"
              "\"spend\":1234567890.123456,\"neg\":-7,\"exp\":1e3,\"big\":123456789012345}");
    const struct json *root = json_root(doc);
    static const struct {
        const char *key, *decimal;
    } cases[] = {
        {"id",    "120208325579370399"},
        {"sid",   "120208325579370399"},
        {"n",     "42"                },
        {"spend", "1234567890.123456" },
        {"neg",   "-7"                },
        {"exp",   "1e3"               },
        {"big",   "123456789012345"   }
    };
    char buf[64];
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_true(json_decimal(json_get(root, cases[i].key), buf, sizeof buf));
        assert_string_equal(buf, cases[i].decimal);
    }
    int64_t i64;
    assert_true(json_i64(json_get(root, "id"), &i64));
    assert_true(i64 == INT64_C(120208325579370399));
    assert_false(json_decimal(json_get(root, "id"), buf, 18)); /* no room */
    assert_int_equal(json_doc_mends(doc), 0);
    json_free(doc);
}

static void test_json_readers_are_tolerant(void **state)
{
    (void)state;
    struct json_doc *doc =
        parse("{\"a\":\"15\",\"a\":16,\"f\":\"1.5\",\"F\":2.25,\"t\":true,\"ts\":\"false\","
              "\"one\":1,\"z\":null,\"e\":\"\",\"w\":\"12 "
              "\",\"l\":[1,[2],{}],\"o\":{},\"two\":2,\"i\":\"inf\"}");
    const struct json *root = json_root(doc);
    int64_t i = -1;
    double d = -1;
    bool b = false;
    char buf[32];
    assert_true(json_i64(json_get(root, "a"), &i) && i == 15); /* the first of two */
    assert_string_equal(json_text(json_get(root, "a")), "15");
    assert_true(json_double(json_get(root, "f"), &d) && d == 1.5);
    assert_true(json_double(json_get(root, "F"), &d) && d == 2.25);
    assert_true(json_double(json_get(root, "one"), &d) && d == 1);
    assert_true(json_bool(json_get(root, "t"), &b) && b);
    assert_true(json_bool(json_get(root, "ts"), &b) && !b);
    assert_true(json_bool(json_get(root, "one"), &b) && b);
    static const char *const no_number[] = {"z", "e", "w", "l", "o", "t", "absent", "i"};
    for (size_t k = 0; k < sizeof no_number / sizeof no_number[0]; k++) {
        const struct json *node = json_get(root, no_number[k]);
        assert_false(json_i64(node, &i));
        assert_false(json_double(node, &d));
        assert_false(json_decimal(node, buf, sizeof buf));
    }
    assert_false(json_i64(json_get(root, "f"), &i));
    assert_false(json_bool(json_get(root, "two"), &b));
    assert_true(i == 15 && d == 1);
    assert_int_equal(json_type(json_get(root, "z")), JSON_NULL);
    assert_int_equal(json_type(json_get(root, "one")), JSON_NUMBER);
    assert_int_equal(json_type(json_get(root, "o")), JSON_OBJECT);
    assert_int_equal(json_type(json_get(root, "t")), JSON_BOOL);
    assert_int_equal(json_type(json_get(root, "nothing")), JSON_ABSENT);
    assert_string_equal(json_type_name(json_type(json_get(root, "l"))), "array");
    const struct json *list = json_get(root, "l");
    assert_int_equal(json_size(list), 3);
    assert_true(json_i64(json_first(list), &i) && i == 1);
    assert_int_equal(json_type(json_next(json_first(list))), JSON_ARRAY);
    assert_null(json_next(json_next(json_next(json_first(list)))));
    assert_string_equal(json_key(json_first(root)), "a");
    assert_null(json_key(json_first(list)));
    assert_null(json_text(list));
    assert_null(json_get(list, "a"));
    assert_null(json_get(json_get(json_get(root, "no"), "such"), "path"));
    assert_null(json_first(NULL));
    assert_null(json_next(NULL));
    assert_int_equal(json_size(NULL), 0);
    assert_null(json_root(NULL));
    json_free(doc);
    json_free(NULL);
}

static void test_json_parse_limits(void **state)
{
    (void)state;
    char text[300];
    struct err err;
    for (int depth = 62; depth <= 67; depth++) {
        memset(text, '[', (size_t)depth);
        memset(text + depth, ']', (size_t)depth);
        struct json_doc *doc = json_parse(text, (size_t)depth * 2, NULL, &err);
        assert_int_equal(doc != NULL, depth <= 64);
        if (!doc) {
            assert_int_equal(err.code, ERR_LIMIT);
            assert_non_null(strstr(err.message, "64"));
        }
        json_free(doc);
    }
    const struct json_limits limits = {.max_depth = 2, .max_bytes = 12};
    struct json_doc *doc = json_parse("{\"a\":[1,2]}", 11, &limits, &err);
    assert_non_null(doc);
    json_free(doc);
    assert_null(json_parse("{\"a\":[[]]}", 10, &limits, &err));
    assert_int_equal(err.code, ERR_LIMIT);
    assert_null(json_parse("[1,2,3,4,5,6]", 13, &limits, &err));
    assert_int_equal(err.code, ERR_LIMIT);
    /* Brackets in strings are no levels; closed ones do not add up. */
    doc = json_parse("[\"[[[[\",[],[]]", 14, &(struct json_limits){.max_depth = 2}, &err);
    assert_non_null(doc);
    json_free(doc);
    /* A hundred thousand levels are refused, not recursed into. */
    char *deep = malloc(100000);
    memset(deep, '[', 100000);
    assert_null(json_parse(deep, 100000, NULL, &err));
    assert_int_equal(err.code, ERR_LIMIT);
    free(deep);
}

static void test_json_parse_refuses_other_text(void **state)
{
    (void)state;
    static const struct {
        const char *text, *says;
    } cases[] = {
        {"",                                                        "empty"              },
        {" \n ",                                                    "empty"              },
        {"Service Unavailable",                                     "Service Unavailable"},
        {"<!DOCTYPE html><html>Sorry, something went wrong</html>", "<!DOCTYPE html>"    },
        {"{\"data\":[{\"id\":\"1\"},{\"id\":",                      "byte"               },
        {"{\"data\":[]}<br>",                                       "<br>"               },
        {"{\"a\":1}{\"b\":2}",                                      "not JSON"           },
        {"[1,]",                                                    "not JSON"           },
        {"{a:1}",                                                   "not JSON"           },
        {"\x1B]0;owned\x07",                                        R "]0;owned" R       },
        {"EAABsecrettoken is invalid",                              "*** is invalid"     },
        {"[1.]x",                                                   "not JSON"           },
        {"\"open",                                                  "not JSON"           },
    };
    log_redact_add("EAABsecrettoken", 15);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct err err = {.code = ERR_NONE};
        assert_null(json_parse(cases[i].text, strlen(cases[i].text), NULL, &err));
        assert_int_equal(err.code, ERR_BODY);
        if (!strstr(err.message, cases[i].says)) {
            fail_msg("%s", err.message);
        }
    }
    log_redact_remove("EAABsecrettoken");
    char html[20000];
    memset(html, 'x', sizeof html);
    struct err err;
    assert_null(json_parse(html, sizeof html, NULL, &err));
    assert_true(strlen(err.message) < 250); /* a sample, not the page */
    assert_null(json_parse(NULL, 0, NULL, &err));
    assert_null(json_parse("bad", 3, NULL, NULL));
}

static void test_json_parse_needs_no_terminator(void **state)
{
    (void)state;
    char *text = malloc(13); /* exactly: the sanitizer sees one byte too far */
    memcpy(text, "{\"id\":12345}\n", 13);
    struct json_doc *doc = json_parse(text, 13, NULL, NULL);
    free(text);
    int64_t id;
    assert_true(json_i64(json_get(json_root(doc), "id"), &id) && id == 12345);
    json_free(doc);
    static const char *const short_ones[] = {"7", "\"\"", "[]", "-1", "true", "null"};
    for (size_t i = 0; i < sizeof short_ones / sizeof short_ones[0]; i++) {
        size_t n = strlen(short_ones[i]);
        text = malloc(n);
        memcpy(text, short_ones[i], n);
        doc = json_parse(text, n, NULL, NULL);
        assert_non_null(doc);
        json_free(doc);
        free(text);
    }
    text = malloc(3);
    memcpy(text, "\xEF\xBB\xBF", 3); /* only a byte order mark */
    assert_null(json_parse(text, 3, NULL, NULL));
    free(text);
    doc = parse("\xEF\xBB\xBF{\"a\":1}");
    json_free(doc);
}

static void test_json_large_document(void **state)
{
    (void)state;
    struct str s;
    str_init(&s, 10000000);
    str_add(&s, "{\"data\":[");
    for (int i = 0; i < 20000; i++) {
        str_addf(&s, "%s{\"id\":%d%09d,\"name\":\"n\\ud83d %d\"}", i ? "," : "", 120208325, i, i);
    }
    str_add(&s, "]}");
    struct json_doc *doc = json_parse(str_text(&s), s.len, NULL, NULL);
    assert_int_equal(json_doc_mends(doc), 20000);
    int i = 0;
    for (const struct json *row = json_first(json_get(json_root(doc), "data")); row;
         row = json_next(row)) {
        char id[32], want[64];
        assert_true(json_decimal(json_get(row, "id"), id, sizeof id));
        (void)snprintf(want, sizeof want, "120208325%09d", i);
        assert_string_equal(id, want);
        (void)snprintf(want, sizeof want, "n" R " %d", i++);
        assert_string_equal(json_text(json_get(row, "name")), want);
    }
    assert_int_equal(i, 20000);
    json_free(doc);
    str_fini(&s);
}

/* Broken documents of every kind: an answer or an error, and every text valid UTF-8. */
static void check_texts(const struct json *node)
{
    const char *text = json_text(node), *key = json_key(node);
    assert_true(!text || utf8_valid(text, strlen(text)));
    assert_true(!key || utf8_valid(key, strlen(key)));
    for (const struct json *child = json_first(node); child; child = json_next(child)) {
        check_texts(child);
    }
}

static void test_json_parse_survives_noise(void **state)
{
    (void)state;
    static const char seed[] =
        "{\"data\":[{\"id\":120208325579370399,\"name\":\"a\\ud83d\\u0000\xC3\xA9\","
        "\"v\":[1.5,-2e3,true,null]}],\"paging\":{\"after\":\"x\\\"\"}}";
    static const char spice[] = "\"\\{}[],:ud0e.-\x80\xC3\xFF";
    struct rand rand;
    rand_seed(&rand, 5, 5);
    int parsed = 0;
    for (int round = 0; round < 20000; round++) {
        size_t n = round % 2 ? sizeof seed - 1 : rand_below(&rand, sizeof seed);
        char *text = malloc(n ? n : 1);
        memcpy(text, seed, n);
        for (uint32_t k = rand_below(&rand, 4); k > 0 && n > 0; k--) {
            uint32_t at = rand_below(&rand, (uint32_t)n);
            text[at] = rand_below(&rand, 2) ? spice[rand_below(&rand, sizeof spice)]
                                            : (char)rand_u32(&rand);
        }
        struct json_doc *doc = json_parse(text, n, NULL, NULL);
        free(text);
        parsed += doc != NULL;
        check_texts(json_root(doc));
        json_free(doc);
    }
    assert_true(parsed > 1000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_mend_text),
        cmocka_unit_test(test_json_parse_keeps_names),
        cmocka_unit_test(test_json_ids_and_money_keep_every_digit),
        cmocka_unit_test(test_json_readers_are_tolerant),
        cmocka_unit_test(test_json_parse_limits),
        cmocka_unit_test(test_json_parse_refuses_other_text),
        cmocka_unit_test(test_json_parse_needs_no_terminator),
        cmocka_unit_test(test_json_large_document),
        cmocka_unit_test(test_json_parse_survives_noise),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
