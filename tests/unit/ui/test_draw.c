/* What several views draw: the classes of call, the reason of an account, a sheet of its lines. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "ui/view/draw.h"
#include "ui/widget/sheet.h"

#define NOW INT64_C(1795515581500) /* 2026-11-24 10:19:41 UTC */

static char *dump(const struct canvas *canvas)
{
    struct str out;
    str_init(&out, 1 << 20);
    canvas_dump(canvas, false, &out);
    return str_take(&out);
}

/* Where one line is left for them, it is the class that costs most. */
static void test_draw_classes_dearest_first(void **state)
{
    (void)state;
    double cost[CALL_CLASS_COUNT] = {0};
    enum call_class classes[CALL_CLASS_COUNT];
    assert_int_equal(draw_classes(cost, classes), 0);
    cost[CALL_ACCOUNTS] = 2;
    cost[CALL_CAMPAIGNS] = 213;
    cost[CALL_ADS] = 213;
    cost[CALL_INSIGHTS] = 825;
    assert_int_equal(draw_classes(cost, classes), 4);
    assert_int_equal(classes[0], CALL_INSIGHTS);
    assert_int_equal(classes[1], CALL_CAMPAIGNS);
    assert_int_equal(classes[2], CALL_ADS);
    assert_int_equal(classes[3], CALL_ACCOUNTS);
}

/* Its end stands last, and is what somebody wants to know. */
static void test_draw_reason_goes_on_below(void **state)
{
    (void)state;
    const struct env env = {.now = NOW};
    const struct account_line row = {
        .reason = HOLD_QUOTA_USE_CASE,
        .since = NOW - 4 * 60000,
        .until = NOW + 10 * 60000,
        .pct = 75,
        .ours_pct = 75,
        .figures = {.rule = RULE_NO_ROOM, .pct = 75, .call_pct = 6, .threshold = 80}
    };
    struct canvas canvas;
    assert_true(canvas_init(&canvas, 2, 78));
    assert_int_equal(draw_reason(&canvas, (struct rect){0, 0, 2, 78}, &row, &env), 2);
    char *got = dump(&canvas);
    assert_non_null(strstr(got, "10:29"));
    assert_non_null(strstr(got, "for 4m"));
    free(got);
    canvas_fini(&canvas);
}

/* A line that is too wide takes a few lines, not the whole screen. */
static void test_sheet_is_as_high_as_what_it_holds(void **state)
{
    (void)state;
    struct canvas canvas;
    struct sheet sheet;
    assert_true(canvas_init(&canvas, 40, 60));
    sheet_init(&sheet, "Why", 60);
    sheet_add(&sheet, ROLE_TEXT, "%s", "first");
    sheet_add(&sheet, ROLE_TEXT, "%s",
              "a line of many words that goes on for longer than the sheet is wide, and is told on "
              "the next one");
    sheet_draw(&sheet, &canvas);
    char *got = dump(&canvas), *frame = strstr(got, "Why");
    assert_non_null(frame);
    int lines = 0;
    for (const char *at = got; (at = strstr(at, "\u2502")); at = strchr(at, '\n')) {
        lines++;
    }
    assert_int_equal(lines, 3);
    free(got);
    sheet_fini(&sheet);
    canvas_fini(&canvas);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_draw_classes_dearest_first),
        cmocka_unit_test(test_draw_reason_goes_on_below),
        cmocka_unit_test(test_sheet_is_as_high_as_what_it_holds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
