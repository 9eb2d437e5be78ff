#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <string.h>

#include "json/json.h"
#include "json/write.h"

static void test_jw_document(void **state)
{
    (void)state;
    struct str s;
    struct jw w;
    str_init(&s, 4096);
    jw_init(&w, &s);
    jw_object_begin(&w);
    jw_put_text(&w, "name", "q\" b\\ \n\t\x01 \x7F \xC3\xA9 \xFF\xED\xA0\x80");
    jw_put_i64(&w, "n", INT64_MIN);
    jw_put_double(&w, "d", 0.1);
    jw_put_double(&w, "nan", NAN);
    jw_put_bool(&w, "t", true);
    jw_put_text(&w, "null", NULL);
    jw_put_time(&w, "at", 1679463706000);
    jw_put_time(&w, "never", 0);
    jw_key(&w, "list");
    jw_array_begin(&w);
    jw_i64(&w, 1);
    jw_array_begin(&w);
    jw_array_end(&w);
    jw_object_begin(&w);
    jw_object_end(&w);
    jw_raw(&w, "{\"x\":1}");
    jw_bool(&w, false);
    jw_null(&w);
    jw_text_n(&w, "abc", 2);
    jw_array_end(&w);
    assert_false(jw_ok(&w)); /* not complete yet */
    jw_object_end(&w);
    assert_true(jw_ok(&w));
    assert_string_equal(
        str_text(&s), "{\"name\":\"q\\\" b\\\\ \\n\\t\\u0001 \x7F \xC3\xA9 "
                      "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\","
                      "\"n\":-9223372036854775808,\"d\":0.1,\"nan\":null,\"t\":true,\"null\":null,"
                      "\"at\":\"2023-03-22T05:41:46Z\",\"never\":null,"
                      "\"list\":[1,[],{},{\"x\":1},false,null,\"ab\"]}");
    struct json_doc *doc = json_parse(str_text(&s), s.len, NULL, NULL);
    assert_non_null(doc);
    json_free(doc);
    str_fini(&s);
}

static void open_array(struct jw *w)
{
    jw_array_begin(w);
}

static void value_without_key(struct jw *w)
{
    jw_object_begin(w);
    jw_i64(w, 1);
    jw_object_end(w);
}

static void key_in_array(struct jw *w)
{
    jw_array_begin(w);
    jw_key(w, "k");
    jw_array_end(w);
}

static void key_without_value(struct jw *w)
{
    jw_object_begin(w);
    jw_key(w, "k");
    jw_object_end(w);
}

static void two_keys(struct jw *w)
{
    jw_object_begin(w);
    jw_key(w, "k");
    jw_key(w, "k");
    jw_i64(w, 1);
    jw_object_end(w);
}

static void wrong_end(struct jw *w)
{
    jw_array_begin(w);
    jw_object_end(w);
}

static void end_too_many(struct jw *w)
{
    jw_array_begin(w);
    jw_array_end(w);
    jw_array_end(w);
}

static void two_documents(struct jw *w)
{
    jw_i64(w, 1);
    jw_i64(w, 2);
}

static void too_deep(struct jw *w)
{
    for (int i = 0; i <= JW_DEPTH_MAX; i++) {
        jw_array_begin(w);
    }
    for (int i = 0; i <= JW_DEPTH_MAX; i++) {
        jw_array_end(w);
    }
}

static void too_long(struct jw *w)
{
    jw_array_begin(w);
    for (int i = 0; i < 100; i++) {
        jw_text(w, "0123456789");
    }
    jw_array_end(w);
}

static void nothing(struct jw *w)
{
    (void)w;
}

static void test_jw_misuse_is_not_ok(void **state)
{
    (void)state;
    void (*const cases[])(struct jw *) = {
        open_array,   value_without_key, key_in_array, key_without_value, two_keys, wrong_end,
        end_too_many, two_documents,     too_deep,     too_long,          nothing};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct str s;
        struct jw w;
        str_init(&s, 300);
        jw_init(&w, &s);
        cases[i](&w);
        if (jw_ok(&w)) {
            fail_msg("case %zu: %s", i, str_text(&s));
        }
        assert_true(s.len <= 300);
        str_fini(&s);
    }
}

static void test_jw_64_levels(void **state)
{
    (void)state;
    struct str s;
    struct jw w;
    str_init(&s, 1000);
    jw_init(&w, &s);
    for (int i = 0; i < JW_DEPTH_MAX; i++) {
        jw_array_begin(&w);
        jw_i64(&w, i);
    }
    for (int i = 0; i < JW_DEPTH_MAX; i++) {
        jw_array_end(&w);
    }
    assert_true(jw_ok(&w));
    struct json_doc *doc = json_parse(str_text(&s), s.len, NULL, NULL);
    assert_non_null(doc);
    json_free(doc);
    str_fini(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_jw_document),
        cmocka_unit_test(test_jw_misuse_is_not_ok),
        cmocka_unit_test(test_jw_64_levels),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
