/* What a request is taken apart into: parameters, fields, filters, cursors, dates; and JSON out. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "base/date.h"
#include "sim/api/calendar.h"
#include "sim/api/cursor.h"
#include "sim/api/fields.h"
#include "sim/api/filter.h"
#include "sim/net/out.h"
#include "sim/net/request.h"
#include "json/json.h"

static struct arena *arena;

static int setup(void **state)
{
    (void)state;
    arena = arena_create(4096);
    return arena != NULL ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    arena_destroy(arena);
    return 0;
}

static void test_request_parameters(void **state)
{
    (void)state;
    struct request request;
    request_init(&request, arena, "POST", "/v26.0/act_1/ads");
    const char query[] = "fields=id%2Cname&x=a+b&empty=&flag&limit=5&bad=%zz";
    request_add_query(&request, query, strlen(query));
    size_t url_params = request.param_count;
    const char body[] = "{\"method\":\"get\",\"limit\":7,\"list\":[\"a\",{\"b\":15}],"
                        "\"id\":120208325579370399,\"on\":true,\"none\":null}";
    assert_true(request_add_json(&request, body, strlen(body)));
    request_finish(&request, "OAuth secret", url_params);
    static const char *const expected[][2] = {
        {"fields", "id,name"           },
        {"x",      "a b"               },
        {"empty",  ""                  },
        {"flag",   ""                  },
        {"limit",  "7"                 },
        {"bad",    "%zz"               },
        {"list",   "[\"a\",{\"b\":15}]"},
        {"id",     "120208325579370399"},
        {"on",     "true"              },
    };
    for (size_t i = 0; i < sizeof expected / sizeof expected[0]; i++) {
        assert_non_null(request_param(&request, expected[i][0]));
        assert_string_equal(request_param(&request, expected[i][0]), expected[i][1]);
    }
    assert_null(request_param(&request, "none"));
    assert_string_equal(request.method, "GET");
    assert_string_equal(request.token, "secret");
    assert_int_equal(request.token_place, TOKEN_HEADER);
}

/* As Python prints it, and as the API's own examples have it. */
static void test_request_parse_understands_single_quotes(void **state)
{
    (void)state;
    static const struct {
        const char *text, *value; /* of member "a"; NULL = no JSON */
    } cases[] = {
        {"{\"a\":\"b\"}",       "b"        },
        {"{'a':'b'}",           "b"        },
        {"{'a':'say \"b\"'}",   "say \"b\""},
        {"{\"a\":\"it's\"}",    "it's"     },
        {"{'a':'it\\'s'}",      "it's"     },
        {"{'a':'\\u0041\\\\'}", "A\\"      },
        {"{'a':\"it's\"}",      "it's"     },
        {"{'a':'b}",            NULL       },
        {"{'a'",                NULL       },
        {"'",                   NULL       },
        {"{'a':'\\",            NULL       },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct json_doc *doc = request_parse(arena, cases[i].text);
        if (cases[i].value == NULL) {
            assert_null(doc);
        } else {
            assert_non_null(doc);
            assert_string_equal(json_text(json_get(json_root(doc), "a")), cases[i].value);
        }
        json_free(doc);
    }
}

static void test_request_token_place(void **state)
{
    (void)state;
    static const struct {
        const char *query, *body, *header, *token;
        enum token_place place;
    } cases[] = {
        {"access_token=q", "",               NULL,       "q",  TOKEN_URL   },
        {"a=1",            "access_token=b", NULL,       "b",  TOKEN_BODY  },
        {"a=1",            "",               "Bearer h", "h",  TOKEN_HEADER},
        {"a=1",            "",               "bearer h", "h",  TOKEN_HEADER},
        {"access_token=q", "",               "Bearer h", "q",  TOKEN_URL   },
        {"a=1",            "",               "Basic h",  NULL, TOKEN_ABSENT},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct request request;
        request_init(&request, arena, "GET", "/me");
        request_add_query(&request, cases[i].query, strlen(cases[i].query));
        size_t url_params = request.param_count;
        request_add_query(&request, cases[i].body, strlen(cases[i].body));
        request_finish(&request, cases[i].header, url_params);
        assert_int_equal(request.token_place, cases[i].place);
        if (cases[i].token != NULL) {
            assert_string_equal(request.token, cases[i].token);
        } else {
            assert_null(request.token);
        }
    }
}

static void test_fields_round_trip(void **state)
{
    (void)state;
    static const struct {
        const char *in, *out; /* NULL = refused */
        size_t count;
    } cases[] = {
        {"",                                                                        "",                            0},
        {"id",                                                                      "id",                          1},
        {" id , name ",                                                             "id,name",                     2},
        {"[\"id\",\"name\"]",                                                       "id,name",                     2},
        {"id,creative{id,name},status",                                             "id,creative{id,name},status", 5},
        {"ads.limit(2){id,insights.time_range({\"since\":\"2026-01-01\"}){spend}}",
         "ads.limit(2){id,insights.time_range({\"since\":\"2026-01-01\"}){spend}}",                                4},
        {"id,",                                                                     "id",                          1},
        {"id,,name",                                                                NULL,                          0},
        {"creative{id",                                                             NULL,                          0},
        {"id}",                                                                     NULL,                          0},
        {"x.limit(",                                                                NULL,                          0},
        {"a{b{c{d{e{f{g{h{i{j}}}}}}}}}",                                            NULL,                          0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct field *fields = NULL;
        const char *bad = NULL;
        bool ok = fields_parse(arena, cases[i].in, &fields, &bad);
        assert_int_equal(ok, cases[i].out != NULL);
        if (ok) {
            struct str out;
            str_init(&out, 4096);
            fields_print(fields, &out);
            assert_string_equal(str_text(&out), cases[i].out);
            assert_int_equal(fields_count(fields), cases[i].count);
            str_fini(&out);
        }
    }
}

static void test_filter_operators(void **state)
{
    (void)state;
    static const struct {
        const char *op, *value, *tested;
        bool passes;
    } cases[] = {
        {"EQUAL",                 "\"a\"",                   "a",                  true },
        {"NOT_EQUAL",             "\"a\"",                   "a",                  false},
        {"GREATER_THAN",          "9",                       "10",                 true },
        {"GREATER_THAN",          "10",                      "10",                 false},
        {"GREATER_THAN_OR_EQUAL", "10",                      "10",                 true },
        {"LESS_THAN",             "\"9\"",                   "10",                 false},
        {"LESS_THAN_OR_EQUAL",    "10",                      "10",                 true },
        {"IN_RANGE",              "[1,5]",                   "3",                  true },
        {"NOT_IN_RANGE",          "[1,5]",                   "3",                  false},
        {"CONTAIN",               "\"Sale\"",                "spring sale 2",      true },
        {"NOT_CONTAIN",           "\"x\"",                   "spring",             true },
        {"IN",                    "[\"ACTIVE\",\"PAUSED\"]", "PAUSED",             true },
        {"IN",                    "[\"ACTIVE\"]",            "PAUSED",             false},
        {"NOT_IN",                "[\"ACTIVE\"]",            "PAUSED",             true },
        {"STARTS_WITH",           "\"ab\"",                  "abc",                true },
        {"ENDS_WITH",             "\"bc\"",                  "abc",                true },
        {"IN",                    "[120208325579370399]",    "120208325579370398", false},
        {"EQUAL",                 "120208325579370399",      "120208325579370399", true },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char text[200];
        struct filter *filter = NULL;
        const char *bad = NULL;
        snprintf(text, sizeof text, "[{\"field\":\"ad.x\",\"operator\":\"%s\",\"value\":%s}]",
                 cases[i].op, cases[i].value);
        assert_int_equal(filter_parse(arena, text, &filter, &bad), FILTER_OK);
        assert_int_equal(filter_test(filter, cases[i].tested), cases[i].passes);
        assert_string_equal(filter_local_name(filter->field), "x");
    }
    struct filter *filter = NULL;
    const char *bad = NULL;
    assert_int_equal(filter_parse(arena, "{}", &filter, &bad), FILTER_NOT_JSON);
    assert_int_equal(filter_parse(arena, "[{\"field\":\"a\"}]", &filter, &bad), FILTER_NOT_JSON);
    assert_int_equal(
        filter_parse(arena, "[{\"field\":\"a\",\"operator\":\"LIKE\",\"value\":1}]", &filter, &bad),
        FILTER_BAD_OPERATOR);
}

static void test_filter_list(void **state)
{
    (void)state;
    static const char *const texts[] = {"[\"a\",\"b\"]", "a,b", "[ \"a\" , \"b\" ]"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        const char **values;
        size_t count = 0;
        assert_true(filter_parse_list(arena, texts[i], &values, &count));
        assert_int_equal(count, 2);
        assert_string_equal(values[0], "a");
        assert_string_equal(values[1], "b");
    }
}

static uint64_t binding_of(const char *path, const char *query)
{
    struct request request;
    request_init(&request, arena, "GET", path);
    request_add_query(&request, query, strlen(query));
    return cursor_binding(&request);
}

static void test_cursor_is_bound_to_the_listing(void **state)
{
    (void)state;
    uint64_t binding = binding_of("/v26.0/act_1/ads", "a=1&b=2&limit=10");
    struct cursor cursor = {
        .binding = binding, .rows = 1000, .at = 0xfedcba9876543210u, .sub = 3, .last = 77};
    struct cursor read;
    char text[CURSOR_SIZE];
    cursor_write(&cursor, text);
    assert_true(cursor_read(text, binding, &read));
    assert_memory_equal(&read, &cursor, sizeof cursor);
    static const struct {
        const char *path, *query;
        bool same;
    } cases[] = {
        {"/v26.0/act_1/ads",    "b=2&a=1",                                   true },
        {"/v25.0/act_1/ads",    "a=1&b=2&access_token=x&limit=99&fields=id", true },
        {"/v26.0/act_1/ads",    "a=1&b=3",                                   false},
        {"/v26.0/act_1/ads",    "a=1",                                       false},
        {"/v26.0/act_2/ads",    "a=1&b=2",                                   false},
        {"/v26.0/act_1/adsets", "a=1&b=2",                                   false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_equal(cursor_read(text, binding_of(cases[i].path, cases[i].query), &read),
                         cases[i].same);
    }
    static const char *const garbage[] = {"", "x", "MAZDZD", "QVFIU", "QVFIUzzzz"};
    for (size_t i = 0; i < sizeof garbage / sizeof garbage[0]; i++) {
        assert_false(cursor_read(garbage[i], binding, &read));
    }
    text[12] = (char)(text[12] == '0' ? '1' : '0');
    assert_false(cursor_read(text, binding, &read));
}

static void test_presets(void **state)
{
    (void)state;
    static const struct {
        const char *today, *preset, *since, *until;
    } cases[] = {
        {"2026-11-24", "today",               "2026-11-24", "2026-11-24"},
        {"2026-11-24", "yesterday",           "2026-11-23", "2026-11-23"},
        {"2026-11-24", "last_7d",             "2026-11-17", "2026-11-23"},
        {"2026-11-24", "last_30d",            "2026-10-25", "2026-11-23"},
        {"2026-11-24", "this_month",          "2026-11-01", "2026-11-24"},
        {"2026-01-15", "last_month",          "2025-12-01", "2025-12-31"},
        {"2026-11-24", "this_quarter",        "2026-10-01", "2026-11-24"},
        {"2026-02-10", "last_quarter",        "2025-10-01", "2025-12-31"},
        {"2026-11-24", "this_year",           "2026-01-01", "2026-11-24"},
        {"2026-01-01", "last_year",           "2025-01-01", "2025-12-31"},
        {"2026-11-24", "last_week_mon_sun",   "2026-11-16", "2026-11-22"}, /* a Tuesday */
        {"2026-11-24", "last_week_sun_sat",   "2026-11-15", "2026-11-21"},
        {"2026-11-24", "this_week_mon_today", "2026-11-23", "2026-11-24"},
        {"2026-11-22", "this_week_sun_today", "2026-11-22", "2026-11-22"},
        {"2026-11-24", "maximum",             "2023-10-24", "2026-11-24"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int32_t today, since, until;
        assert_true(date_parse(cases[i].today, &today));
        assert_true(calendar_preset(cases[i].preset, today, &since, &until));
        assert_string_equal(date_text(since).text, cases[i].since);
        assert_string_equal(date_text(until).text, cases[i].until);
    }
    int32_t since, until;
    assert_false(calendar_preset("lifetime", 20000, &since, &until));
}

static void test_months_before(void **state)
{
    (void)state;
    static const struct {
        const char *day, *expected;
        int months;
    } cases[] = {
        {"2026-03-31", "2026-02-28", 1 },
        {"2024-03-31", "2024-02-29", 1 },
        {"2026-01-15", "2025-12-15", 1 },
        {"2026-07-31", "2026-06-30", 1 },
        {"2026-11-24", "2023-10-24", 37},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int32_t day;
        assert_true(date_parse(cases[i].day, &day));
        assert_string_equal(date_text(calendar_months_before(day, cases[i].months)).text,
                            cases[i].expected);
    }
}

static void test_out_strings(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"plain",              "\"plain\""                   },
        {"a\"b\\c/d",          "\"a\\\"b\\\\c\\/d\""         },
        {"\x1b[31m\n\t\x7f",   "\"\\u001b[31m\\n\\t\\u007f\""},
        {"Gr\xc3\xbc\xc3\x9f", "\"Gr\\u00fc\\u00df\""        },
        {"\xf0\x9f\x9b\x8b",   "\"\\ud83d\\udecb\""          },
        {"\xed\xa0\xbd",       "\"\\ud83d\""                 }, /* half a pair stays half */
        {"a\xc0\x80z",         "\"a\\u0000z\""               }, /* NUL in two bytes */
        {"a\xffz\xc3",         "\"a\\ufffdz\\ufffd\""        },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct str out;
        str_init(&out, 1000);
        out_string(&out, cases[i][0]);
        assert_string_equal(str_text(&out), cases[i][1]);
        str_fini(&out);
    }
}

static void test_out_numbers(void **state)
{
    (void)state;
    static const struct {
        int64_t micros;
        int decimals;
        const char *expected;
    } money[] = {
        {14350000, 2, "\"14.35\""},
        {14000000, 2, "\"14\""   },
        {500000,   2, "\"0.50\"" },
        {0,        2, "\"0\""    },
        {1234000,  3, "\"1.234\""},
        {7000000,  0, "\"7\""    },
        {-250000,  2, "\"-0.25\""},
    };
    struct str out;
    str_init(&out, 1000);
    for (size_t i = 0; i < sizeof money / sizeof money[0]; i++) {
        str_reset(&out);
        out_quoted_micros(&out, money[i].micros, money[i].decimals);
        assert_string_equal(str_text(&out), money[i].expected);
    }
    str_reset(&out);
    out_quoted_ratio(&out, 9, 185, 100);
    assert_string_equal(str_text(&out), "\"4.864865\"");
    str_reset(&out);
    out_int(&out, INT64_MIN);
    assert_string_equal(str_text(&out), "-9223372036854775808");
    str_fini(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_request_parameters),
        cmocka_unit_test(test_request_parse_understands_single_quotes),
        cmocka_unit_test(test_request_token_place),
        cmocka_unit_test(test_fields_round_trip),
        cmocka_unit_test(test_filter_operators),
        cmocka_unit_test(test_filter_list),
        cmocka_unit_test(test_cursor_is_bound_to_the_listing),
        cmocka_unit_test(test_presets),
        cmocka_unit_test(test_months_before),
        cmocka_unit_test(test_out_strings),
        cmocka_unit_test(test_out_numbers),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
