#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "ui/alarm.h"

enum { CALM = 60000 };

static void test_alarm_step_cases(void **state)
{
    (void)state;
    static const struct {
        int64_t at;
        bool bad;
        int64_t alert;
        bool wanted;
    } steps[] = {
        {1000,   true,  7, false}, /* what is there at the start is on the screen */
        {2000,   true,  7, false},
        {3000,   false, 7, false},
        {4000,   true,  7, false}, /* flapping */
        {5000,   false, 0, false},
        {65000,  false, 0, false}, /* calm for a minute */
        {66000,  true,  0, true }, /* so this is new */
        {67000,  true,  8, false}, /* an alert right after it is of the same matter */
        {126000, true,  8, true }, /* but is not lost when it stays */
        {127000, true,  8, false},
        {300000, true,  9, true },
        {400000, true,  8, false}, /* an older one that is open again */
        {500000, false, 0, false},
        {500001, true,  0, false},
    };
    struct alarm alarm = {0};
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        bool rings = alarm_step(&alarm, steps[i].bad, steps[i].alert, steps[i].at, CALM);
        if (rings != steps[i].wanted) {
            fail_msg("at %lld: %d", (long long)steps[i].at, rings);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_alarm_step_cases),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
