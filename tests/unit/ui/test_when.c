#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "ui/when.h"

/* 2026-11-24T10:19:41Z */
#define NOW INT64_C(1795515581000)
enum { HOUR = 3600000, MINUTE = 60000 };

static void test_when_parse_cases(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int32_t offset_s;
        bool ahead, wanted;
        int64_t from_now; /* ms */
    } cases[] = {
        {"10:19",                0,      false, true,  -41000                    },
        {"10:19:41",             0,      false, true,  0                         },
        {"10:20",                0,      false, true,  19000 - 24 * (int64_t)HOUR},
        {"10:20",                0,      true,  true,  19000                     },
        {"10:19",                0,      true,  true,  24 * (int64_t)HOUR - 41000},
        {"11:20",                3600,   true,  true,  19000                     },
        {"05:20",                -18000, true,  true,  19000                     },
        {"2026-11-24T10:19:42Z", 0,      false, true,  1000                      },
        {"24:00",                0,      false, false, 0                         },
        {"10:60",                0,      false, false, 0                         },
        {"10:19x",               0,      false, false, 0                         },
        {"-1:10",                0,      false, false, 0                         },
        {"",                     0,      false, false, 0                         },
        {"noon",                 0,      false, false, 0                         },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int64_t at = 0;
        bool ok = when_parse(cases[i].text, NOW, cases[i].offset_s, cases[i].ahead, &at);
        if (ok != cases[i].wanted || (ok && at - NOW != cases[i].from_now)) {
            fail_msg("%s: %d, %lld ms from now", cases[i].text, ok, (long long)(at - NOW));
        }
    }
}

/* What the engine writes for machines is read by people in their own zone. */
static void test_when_localize_puts_the_local_clock_for_instants(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int32_t offset_s;
        const char *wanted;
    } cases[] = {
        {"held until 2026-11-24T10:45:00Z; force it then", 0,    "held until 10:45; force it then" },
        {"held until 2026-11-24T10:45:00Z",                3600, "held until 11:45"                },
        {"2026-11-25T00:00:00Z or 2026-11-24T09:00:00Z",   0,    "25 Nov 00:00 or 09:00"           },
        {"2026-13-24T10:45:00Z, 2026-11-24",               0,    "2026-13-24T10:45:00Z, 2026-11-24"},
        {"",                                               0,    ""                                },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char out[80];
        when_localize(cases[i].text, NOW, cases[i].offset_s, out, sizeof out);
        assert_string_equal(out, cases[i].wanted);
    }
    char little[8];
    when_localize("at 2026-11-24T10:45:00Z", NOW, 0, little, sizeof little);
    assert_string_equal(little, "at 10:4");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_when_parse_cases),
        cmocka_unit_test(test_when_localize_puts_the_local_clock_for_instants),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
