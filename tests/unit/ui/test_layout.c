#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "ui/layout.h"

enum { ROWS = 120, COLS = 400 };

static struct layout_input input_of(int rows, int cols, enum arrangement arrangement, int panes,
                                    int focus)
{
    struct layout_input in = {.rows = rows,
                              .cols = cols,
                              .arrangement = arrangement,
                              .pane_count = panes,
                              .focus = focus};
    static const struct pane_want wants[PANES_MAX] = {
        {13,  4, true },
        {9,   3, false},
        {200, 2, true },
        {5,   0, true },
        {8,   2, true },
        {1,   1, false}
    };
    memcpy(in.panes, wants, sizeof wants);
    return in;
}

static bool apart(const struct rect *a, const struct rect *b)
{
    return a->y + a->h <= b->y || b->y + b->h <= a->y || a->x + a->w <= b->x || b->x + b->w <= a->x;
}

/* No two rectangles share a cell, all lie inside, the focused pane is shown wherever a line is left
 * for it. */
static bool holds(const struct layout_input *in)
{
    struct layout out = layout_compute(in);
    int last = in->rows - (out.hints ? 1 : 0);
    bool ok = out.header >= 1 && out.header <= in->rows &&
              (out.body.h == 0 || out.body.y + out.body.h <= last) &&
              (!in->pane_count || out.body.h <= 0 || out.panes[in->focus].h > 0);
    for (int i = 0; i < in->pane_count; i++) {
        const struct rect *r = &out.panes[i];
        if (r->h == 0) {
            continue;
        }
        ok = ok && r->w >= 1 && r->h >= 1 && r->y >= out.header && r->x >= 0 &&
             r->y + r->h <= last && r->x + r->w <= in->cols;
        for (int k = 0; k < i; k++) {
            ok = ok && (out.panes[k].h == 0 || apart(r, &out.panes[k]));
        }
    }
    return ok;
}

/* Of every arrangement, with as many panes as a view may give it, wherever the focus is. */
static void test_layout_every_size_is_inside_and_disjoint(void **state)
{
    static const struct {
        enum arrangement arrangement;
        int panes;
    } most[] = {
        {ARRANGE_SINGLE, PANES_MAX},
        {ARRANGE_DETAIL, PANES_MAX},
        {ARRANGE_TRIAGE, 5        }
    };
    (void)state;
    for (size_t a = 0; a < sizeof most / sizeof most[0]; a++) {
        for (int panes = 1; panes <= most[a].panes; panes++) {
            for (int size = 0; size < ROWS * COLS; size++) {
                int rows = 1 + size / COLS, cols = 1 + size % COLS;
                struct layout_input in =
                    input_of(rows, cols, most[a].arrangement, panes, (rows + cols) % panes);
                if (!holds(&in)) {
                    fail_msg("arrangement %d of %d panes at %dx%d", (int)most[a].arrangement, panes,
                             cols, rows);
                }
            }
        }
    }
}

static void test_layout_80x24_shows_all_five_panes(void **state)
{
    (void)state;
    struct layout_input in = input_of(24, 80, ARRANGE_TRIAGE, 5, 0);
    struct layout out = layout_compute(&in);
    assert_int_equal(out.header, 4);
    assert_true(out.hints);
    assert_true(out.panes[0].h >= 8);
    for (int i = 1; i < 5; i++) {
        assert_true(out.panes[i].h >= 1);
    }
}

static void test_layout_focus_grows(void **state)
{
    (void)state;
    struct layout_input in = input_of(24, 80, ARRANGE_TRIAGE, 5, 0);
    int before = layout_compute(&in).panes[2].h;
    in.focus = 2;
    assert_true(layout_compute(&in).panes[2].h > before);
}

/* Lines that nobody has use for go to a pane that has, or stay blank: never to one that is full. */
static void test_layout_spare_lines_go_where_they_are_of_use(void **state)
{
    (void)state;
    struct layout_input in = {
        .rows = 40,
        .cols = 80,
        .arrangement = ARRANGE_SINGLE,
        .pane_count = 2,
        .panes = {{5, 2, false}, {3, 2, true}}
    };
    struct layout out = layout_compute(&in);
    assert_int_equal(out.panes[0].h, 6);
    assert_int_equal(out.panes[0].h + out.panes[1].h, out.body.h);
    in.panes[1].grows = false;
    out = layout_compute(&in);
    assert_int_equal(out.panes[0].h, 6);
    assert_int_equal(out.panes[1].h, 4);
}

static void test_layout_columns_by_width(void **state)
{
    (void)state;
    static const struct {
        int rows, cols, columns;
    } cases[] = {
        {24, 80,  1},
        {40, 120, 2},
        {60, 200, 3},
        {24, 200, 1},
        {10, 40,  1}
    };
    for (size_t c = 0; c < sizeof cases / sizeof cases[0]; c++) {
        struct layout_input in = input_of(cases[c].rows, cases[c].cols, ARRANGE_TRIAGE, 5, 0);
        struct layout out = layout_compute(&in);
        int columns = 0, seen[5] = {0};
        for (int i = 0; i < 5; i++) {
            bool fresh = out.panes[i].h > 0;
            for (int k = 0; fresh && k < columns; k++) {
                fresh = seen[k] != out.panes[i].x;
            }
            if (fresh) {
                seen[columns++] = out.panes[i].x;
            }
        }
        assert_int_equal(columns, cases[c].columns);
    }
}

/* With many accounts the day's spenders are many and all the same: they leave the rest its room. */
static void test_layout_budget_leaves_room_for_the_reason(void **state)
{
    (void)state;
    static const struct {
        int rows, cols, most;
    } cases[] = {
        {40, 120, 7 },
        {60, 200, 17}
    };
    for (size_t c = 0; c < sizeof cases / sizeof cases[0]; c++) {
        struct layout_input in = input_of(cases[c].rows, cases[c].cols, ARRANGE_TRIAGE, 5, 0);
        in.panes[1].grows = true;
        in.panes[3].rows = 1002;
        struct layout out = layout_compute(&in);
        assert_int_equal(out.panes[3].h, cases[c].most);
        in.focus = 3;
        out = layout_compute(&in);
        assert_true(out.panes[3].h > cases[c].most);
    }
}

static void test_layout_tiny_shows_the_verdict(void **state)
{
    (void)state;
    for (int rows = 1; rows < 8; rows++) {
        struct layout_input in = input_of(rows, 30, ARRANGE_TRIAGE, 5, 0);
        struct layout out = layout_compute(&in);
        assert_int_equal(out.header, 1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_layout_every_size_is_inside_and_disjoint),
        cmocka_unit_test(test_layout_80x24_shows_all_five_panes),
        cmocka_unit_test(test_layout_focus_grows),
        cmocka_unit_test(test_layout_spare_lines_go_where_they_are_of_use),
        cmocka_unit_test(test_layout_columns_by_width),
        cmocka_unit_test(test_layout_budget_leaves_room_for_the_reason),
        cmocka_unit_test(test_layout_tiny_shows_the_verdict),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
