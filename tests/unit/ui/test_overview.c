/* What of all that is in order is worth a sentence. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "store/read_changes.h"
#include "ui/overview_parts.h"

static void test_overview_stands_out_against_what_is_usual(void **state)
{
    (void)state;
    static const struct {
        int64_t entities, runs_before;
        double usual;
        bool stands_out;
    } cases[] = {
        {1964, 4,  2,   true },
        {1964, 0,  0,   false}, /* nothing to hold it against */
        {199,  20, 0,   false}, /* few */
        {250,  20, 1,   true },
        {1964, 20, 190, true },
        {1964, 20, 200, false}, /* it always is so much */
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct change_row row = {.entities = cases[i].entities,
                                 .runs_before = cases[i].runs_before,
                                 .usual = cases[i].usual};
        assert_int_equal(overview_stands_out(&row), cases[i].stands_out);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_overview_stands_out_against_what_is_usual),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
