#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/hash.h"
#include "base/money.h"
#include "base/num.h"
#include "base/rand.h"
#include "base/str.h"
#include "base/utf8.h"

static void test_err_set_and_prefix(void **state)
{
    (void)state;
    struct err err;
    assert_false(err_set(&err, ERR_NETWORK, "%s: refused", "host"));
    assert_true(err.retryable);
    assert_false(err_prefix(&err, "page %d", 3));
    assert_string_equal(err.message, "page 3: host: refused");
    assert_int_equal(err.code, ERR_NETWORK);
    err_set(&err, ERR_CONFIG, "again: %s", err.message); /* its own message as an argument */
    assert_string_equal(err.message, "again: page 3: host: refused");
    assert_false(err.retryable);
    assert_false(err_set(NULL, ERR_IO, "x"));
    assert_false(err_prefix(NULL, "x"));
    assert_string_equal(err_code_name(ERR_STORE_FULL), "store_full");
    assert_string_equal(err_code_name(ERR_LIMIT), "limit");
}

static void test_err_cuts_on_a_code_point(void **state)
{
    (void)state;
    struct err err;
    char text[700];
    for (size_t i = 0; i + 2 < sizeof text; i += 2) {
        memcpy(text + i, "\xC3\xA9", 3);
    }
    err_set(&err, ERR_IO, "x%s", text);
    size_t n = strlen(err.message);
    assert_true(n < sizeof err.message && n > sizeof err.message - 8);
    assert_string_equal(err.message + n - 3, "...");
    assert_true(utf8_valid(err.message, n));
    err_set(&err, ERR_IO, "short");
    err_prefix(&err, "%s", text);
    assert_true(utf8_valid(err.message, strlen(err.message)));
}

static void test_str_is_bounded(void **state)
{
    (void)state;
    struct str s;
    str_init(&s, 10);
    assert_string_equal(str_text(&s), "");
    assert_true(str_add(&s, "hello"));
    assert_true(str_addf(&s, "%d", 12345));
    assert_false(str_addc(&s, 'x'));
    assert_true(s.overflow);
    assert_string_equal(str_text(&s), "hello12345");
    str_cut(&s, 2);
    assert_false(str_add(&s, "y")); /* stays overflown until reset */
    assert_null(str_take(&s));
    str_init(&s, 1000);
    for (int i = 0; i < 50; i++) {
        assert_true(str_addf(&s, "%019d-", i));
    }
    assert_false(str_addf(&s, "%300d", 1));
    str_reset(&s);
    assert_true(str_addf(&s, "%300d", 1)); /* longer than the small buffer */
    assert_int_equal(s.len, 300);
    char *text = str_take(&s);
    assert_int_equal(strlen(text), 300);
    free(text);
    text = str_take(&s);
    assert_string_equal(text, "");
    free(text);
    str_fini(&s);
    str_fini(NULL);
}

static void test_arena_alloc_reset(void **state)
{
    (void)state;
    struct arena *arena = arena_create(1024);
    size_t after_first = 0;
    for (int round = 0; round < 3; round++) {
        for (size_t i = 0; i < 100; i++) {
            unsigned char *p = arena_alloc(arena, i);
            assert_non_null(p);
            assert_int_equal((uintptr_t)p % 16, 0);
            for (size_t k = 0; k < i; k++) {
                assert_int_equal(p[k], 0);
            }
            memset(p, 0xAA, i);
        }
        unsigned char *large = arena_alloc(arena, 100000);
        memset(large, 0xAA, 100000);
        assert_string_equal(arena_copy(arena, "abcdef", 3), "abc");
        if (round == 0) {
            after_first = arena_size(arena);
        }
        assert_int_equal(arena_size(arena), after_first); /* chunks are reused */
        arena_reset(arena);
        assert_true(arena_size(arena) < 20000); /* the large block is not kept */
    }
    assert_null(arena_array(arena, SIZE_MAX / 2, 4));
    assert_null(arena_alloc(arena, SIZE_MAX));
    arena_destroy(arena);
    arena_destroy(NULL);
}

static void test_money_parse_micros(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool ok;
        int64_t micros;
    } cases[] = {
        {"12.34",                                                                         true,  12340000           },
        {"0",                                                                             true,  0                  },
        {"-0.01",                                                                         true,  -10000             },
        {"+5",                                                                            true,  5000000            },
        {".5",                                                                            true,  500000             },
        {"7.",                                                                            true,  7000000            },
        {"14.3500000000000000000000",                                                     true,  14350000           },
        {"1.594444",                                                                      true,  1594444            },
        {"0.0000005",                                                                     true,  1                  },
        {"0.0000004999999",                                                               true,  0                  },
        {"-0.0000005",                                                                    true,  -1                 },
        {"1.5e-05",                                                                       true,  15                 },
        {"1E3",                                                                           true,  1000000000         },
        {"1e+2",                                                                          true,  100000000          },
        {"0e900",                                                                         true,  0                  },
        {"0.1",                                                                           true,  100000             },
        {"0.3",                                                                           true,  300000             },
        {"9007199254740.993",                                                             true,  9007199254740993000},
        {"000000000000000000000000000000000000000000000000000000000000000000000000001.5", true,
         1500000                                                                                                    },
        {"9223372036854.775807",                                                          true,  INT64_MAX          },
        {"9223372036854.775808",                                                          false, 0                  },
        {"99999999999999999999",                                                          false, 0                  },
        {"1e30",                                                                          false, 0                  },
        {"",                                                                              false, 0                  },
        {"-",                                                                             false, 0                  },
        {".",                                                                             false, 0                  },
        {"1,5",                                                                           false, 0                  },
        {" 1",                                                                            false, 0                  },
        {"1 ",                                                                            false, 0                  },
        {"1.2.3",                                                                         false, 0                  },
        {"1e",                                                                            false, 0                  },
        {"1e++2",                                                                         false, 0                  },
        {"0x10",                                                                          false, 0                  },
        {"inf",                                                                           false, 0                  },
        {NULL,                                                                            false, 0                  },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int64_t got = 0;
        if (money_parse_micros(cases[i].text, &got) != cases[i].ok || got != cases[i].micros) {
            fail_msg("%s: %lld", cases[i].text ? cases[i].text : "NULL", (long long)got);
        }
    }
}

static void test_money_format_and_minor(void **state)
{
    (void)state;
    static const struct {
        int64_t micros;
        int decimals;
        const char *text;
    } cases[] = {
        {12340000,  2, "12.34"                },
        {12345000,  2, "12.35"                },
        {-12345000, 2, "-12.35"               },
        {-1,        2, "0.00"                 },
        {-5000,     2, "-0.01"                },
        {1499999,   0, "1"                    },
        {1500000,   0, "2"                    },
        {1,         6, "0.000001"             },
        {1234500,   3, "1.235"                },
        {INT64_MIN, 6, "-9223372036854.775808"},
        {INT64_MAX, 0, "9223372036855"        },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char out[32];
        money_format(cases[i].micros, cases[i].decimals, out);
        assert_string_equal(out, cases[i].text);
    }
    int64_t micros;
    assert_true(money_parse_minor("39125", "USD", &micros));
    assert_int_equal(micros, 391250000);
    assert_true(money_parse_minor("39125", "JPY", &micros));
    assert_int_equal(micros, 39125000000);
    assert_true(money_parse_minor("39125", "KWD", &micros));
    assert_int_equal(micros, 39125000);
    assert_int_equal(money_decimals("EUR"), 2);
    assert_int_equal(money_decimals(""), 2);
    assert_int_equal(money_decimals("F K"), 2);
}

static void test_num_parse(void **state)
{
    (void)state;
    int64_t i = 7;
    double d = 7;
    assert_true(num_parse_i64("-9223372036854775808", &i) && i == INT64_MIN);
    assert_true(num_parse_i64("9223372036854775807", &i) && i == INT64_MAX);
    assert_true(num_parse_i64("+12", &i) && i == 12);
    static const char *const not_i64[] = {
        "", "-", "1.0", "1e3", " 1", "1 ", "0x1", "9223372036854775808", "-9223372036854775809"};
    for (size_t k = 0; k < sizeof not_i64 / sizeof not_i64[0]; k++) {
        assert_false(num_parse_i64(not_i64[k], &i));
    }
    assert_int_equal(i, 12);
    assert_true(num_parse_double("-1.5e3", &d) && d == -1500);
    assert_true(num_parse_double("100", &d) && d == 100);
    static const char *const not_double[] = {"",    "inf",  "nan", "0x1p3", "1e999",
                                             "1,5", "1.5 ", "e",   "."};
    for (size_t k = 0; k < sizeof not_double / sizeof not_double[0]; k++) {
        assert_false(num_parse_double(not_double[k], &d));
    }
    assert_true(d == 100);
}

static void test_num_format_round_trips(void **state)
{
    (void)state;
    static const struct {
        double value;
        const char *text;
    } cases[] = {
        {0.1,      "0.1"               },
        {100,      "100"               },
        {1.0 / 3,  "0.3333333333333333"},
        {-2.5,     "-2.5"              },
        {INFINITY, "null"              },
        {NAN,      "null"              },
        {1e22,     "1e+22"             }
    };
    char out[32];
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        num_format_double(cases[i].value, out);
        assert_string_equal(out, cases[i].text);
    }
}

static void test_rand_is_reproducible_and_even(void **state)
{
    (void)state;
    struct rand a, b, c;
    rand_seed(&a, 42, 54);
    rand_seed(&b, 42, 54);
    rand_seed(&c, 42, 55);
    /* The reference values of pcg32-demo for this seed and stream. */
    assert_int_equal(rand_u32(&a), 0xa15c02b7);
    assert_int_equal(rand_u32(&a), 0x7b47f409);
    assert_int_equal(rand_u32(&b), 0xa15c02b7);
    assert_int_not_equal(rand_u32(&c), 0xa15c02b7);
    int counts[10] = {0};
    for (int i = 0; i < 100000; i++) {
        counts[rand_below(&a, 10)]++;
        double unit = rand_unit(&a);
        assert_true(unit >= 0 && unit < 1);
    }
    for (int i = 0; i < 10; i++) {
        assert_in_range(counts[i], 9600, 10400);
    }
    assert_int_equal(rand_below(&a, 0), 0);
    assert_int_equal(rand_below(&a, 1), 0);
    assert_true(rand_entropy() != rand_entropy());
}

static void test_hash_is_stable_and_spreads(void **state)
{
    (void)state;
    char text[32] = "act_1234567890123456";
    uint64_t base = hash_bytes(text, 20, 1);
    assert_true(base == hash_bytes(text, 20, 1));
    assert_true(base != hash_bytes(text, 20, 2));
    assert_true(base != hash_bytes(text, 19, 1));
    assert_true(hash_bytes("", 0, 0) != hash_bytes("\0", 1, 0));
    for (int bit = 0; bit < 160; bit++) {
        char other[32];
        memcpy(other, text, sizeof other);
        other[bit / 8] = (char)(other[bit / 8] ^ (1 << bit % 8));
        int differing = __builtin_popcountll(base ^ hash_bytes(other, 20, 1));
        assert_in_range(differing, 12, 52);
    }
    /* Stored in databases: these may never change. */
    assert_true(hash_u64(1) == UINT64_C(0x5692161d100b05e5));
    assert_true(hash_bytes("adtop", 5, 0) == UINT64_C(0xccc50df16993afaa));
}

static void test_utf8_next_and_valid(void **state)
{
    (void)state;
    static const struct {
        const char *bytes;
        size_t n, used;
        uint32_t cp;
    } cases[] = {
        {"a",                1, 1, 'a'     },
        {"\xC3\xA9",         2, 2, 0xE9    },
        {"\xE2\x82\xAC",     3, 3, 0x20AC  },
        {"\xF0\x9F\x98\x80", 4, 4, 0x1F600 },
        {"\xF4\x8F\xBF\xBF", 4, 4, 0x10FFFF},
        {"\xC0\x80",         2, 1, 0xFFFD  }, /* overlong */
        {"\xE0\x9F\xBF",     3, 1, 0xFFFD  }, /* overlong */
        {"\xED\xA0\x80",     3, 1, 0xFFFD  }, /* surrogate */
        {"\xF4\x90\x80\x80", 4, 1, 0xFFFD  }, /* above U+10FFFF */
        {"\xE2\x82",         2, 1, 0xFFFD  }, /* cut */
        {"\x80",             1, 1, 0xFFFD  },
        {"\xFF",             1, 1, 0xFFFD  },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        uint32_t cp;
        assert_int_equal(utf8_next(cases[i].bytes, cases[i].n, &cp), cases[i].used);
        assert_int_equal(cp, cases[i].cp);
        assert_int_equal(utf8_valid(cases[i].bytes, cases[i].n), cases[i].cp != 0xFFFD);
        char out[4];
        if (cp != 0xFFFD) {
            assert_int_equal(utf8_put(cp, out), cases[i].n);
            assert_memory_equal(out, cases[i].bytes, cases[i].n);
        }
    }
}

static void test_utf8_width(void **state)
{
    (void)state;
    assert_int_equal(utf8_width('a'), 1);
    assert_int_equal(utf8_width(0x1B), -1);
    assert_int_equal(utf8_width(0x9B), -1);
    assert_int_equal(utf8_width(0x301), 0);
    assert_int_equal(utf8_width(0x200D), 0);
    assert_int_equal(utf8_width(0x4E2D), 2);
    assert_int_equal(utf8_width(0x1F600), 2);
    assert_int_equal(utf8_width(0x2592), 1);
    assert_int_equal(utf8_width(0x93E), 0);
    assert_int_equal(utf8_text_width("a\xE4\xB8\xAD\xCC\x81z"), 4);
}

static void test_utf8_sign(void **state)
{
    (void)state;
    static const struct {
        uint32_t cp;
        enum utf8_sign sign;
    } cases[] = {
        {0x93E,   UTF8_SIGN_SPACING  }, /* Devanagari aa */
        {0x940,   UTF8_SIGN_SPACING  }, /* Devanagari ii */
        {0xC82,   UTF8_SIGN_SPACING  }, /* Kannada anusvara */
        {0x1038,  UTF8_SIGN_SPACING  }, /* Myanmar visarga */
        {0x9BE,   UTF8_SIGN_EXTENDING}, /* Bengali aa */
        {0xBBE,   UTF8_SIGN_EXTENDING}, /* Tamil aa */
        {0x947,   UTF8_NO_SIGN       }, /* Devanagari e, no column anywhere */
        {0x301,   UTF8_NO_SIGN       },
        {0xE33,   UTF8_NO_SIGN       }, /* Thai am, a column everywhere */
        {0x302E,  UTF8_NO_SIGN       }, /* two columns everywhere */
        {'a',     UTF8_NO_SIGN       },
        {0x1F600, UTF8_NO_SIGN       },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        if (utf8_sign(cases[i].cp) != cases[i].sign) {
            fail_msg("U+%04X: %d", (unsigned)cases[i].cp, (int)utf8_sign(cases[i].cp));
        }
    }
}

static void test_utf8_clean_makes_harmless(void **state)
{
    (void)state;
#define R "\xEF\xBF\xBD"
    static const struct {
        const char *in, *out;
    } cases[] = {
        {"plain",                                        "plain"         },
        {"\x1B[31mred",                                  R "[31mred"     },
        {"\x1B]52;c;aGk=\x07",                           R "]52;c;aGk=" R},
        {"a\tb\nc\rd",                                   "a b c" R "d"   },
        {"\xC2\x9B"
         "31m",                                 R "31m"         },
        {"\xE2\x80\xAEgpj.exe",                          R "gpj.exe"     },
        {"\xE2\x81\xA6x\xE2\x81\xA9",                    R "x" R         },
        {"bad\xFF\xC0\x80",                              "bad" R R R     },
        {"\xED\xA0\xBD",                                 R R R           },
        {"\xF0\x9F\x91\xA9\xE2\x80\x8D\xF0\x9F\x9A\x80",
         "\xF0\x9F\x91\xA9\xE2\x80\x8D\xF0\x9F\x9A\x80"                  },
        {"\x7F",                                         R               },
    };
#undef R
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char out[64];
        assert_int_equal(utf8_clean(cases[i].in, out, sizeof out), strlen(cases[i].out));
        assert_string_equal(out, cases[i].out);
    }
    char out[5];
    assert_int_equal(utf8_clean("abc\xC3\xA9", out, sizeof out), 3); /* no half character */
    assert_string_equal(out, "abc");
    assert_int_equal(utf8_clean_n("ab\0cd", 5, out, 5), 2);
    assert_int_equal(utf8_clean("x", out, 0), 0);
    /* Whatever the bytes: valid UTF-8 and nothing hostile comes out. */
    struct rand rand;
    rand_seed(&rand, 7, 7);
    for (int round = 0; round < 2000; round++) {
        char in[40], clean[200];
        for (size_t i = 0; i < sizeof in; i++) {
            in[i] = (char)rand_below(&rand, 256);
        }
        size_t n = utf8_clean_n(in, sizeof in, clean, sizeof clean);
        assert_true(utf8_valid(clean, n));
        for (size_t i = 0; i < n;) {
            uint32_t cp;
            i += utf8_next(clean + i, n - i, &cp);
            assert_false(utf8_is_hostile(cp));
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_err_set_and_prefix),
        cmocka_unit_test(test_err_cuts_on_a_code_point),
        cmocka_unit_test(test_str_is_bounded),
        cmocka_unit_test(test_arena_alloc_reset),
        cmocka_unit_test(test_money_parse_micros),
        cmocka_unit_test(test_money_format_and_minor),
        cmocka_unit_test(test_num_parse),
        cmocka_unit_test(test_num_format_round_trips),
        cmocka_unit_test(test_rand_is_reproducible_and_even),
        cmocka_unit_test(test_hash_is_stable_and_spreads),
        cmocka_unit_test(test_utf8_next_and_valid),
        cmocka_unit_test(test_utf8_width),
        cmocka_unit_test(test_utf8_sign),
        cmocka_unit_test(test_utf8_clean_makes_harmless),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
