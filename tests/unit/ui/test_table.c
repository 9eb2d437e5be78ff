#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "ui/widget/table.h"

struct row {
    const char *id, *name;
    double usage;
};

static void format_name(const void *row, const void *env, struct cell_out *out)
{
    (void)env;
    snprintf(out->text, sizeof out->text, "%s", ((const struct row *)row)->name);
}

static void format_usage(const void *row, const void *env, struct cell_out *out)
{
    (void)env;
    snprintf(out->text, sizeof out->text, "%.0f%%", ((const struct row *)row)->usage);
}

static double number_usage(const void *row, const void *env)
{
    (void)env;
    return ((const struct row *)row)->usage;
}

static const struct column columns[] = {
    {"name",  "NAME",  6, 12, ALIGN_LEFT,  0, true,  format_name,  NULL,         false, "name" },
    {"usage", "USE%",  4, 5,  ALIGN_RIGHT, 1, false, format_usage, number_usage, true,  "usage"},
    {"extra", "EXTRA", 5, 9,  ALIGN_LEFT,  2, false, format_name,  NULL,         false, "extra"},
};

static void row_id(const void *row, char out[ROW_ID])
{
    snprintf(out, ROW_ID, "%s", ((const struct row *)row)->id);
}

static const struct row data[] = {
    {"a", "Acme Retail", 90 },
    {"b", "Borealis",    20 },
    {"c", "Cato Ltd",    120},
    {"d", "Delta acme",  5  }
};

struct fixture {
    struct table table;
    const void *rows[8];
    struct row_source source;
};

static void start(struct fixture *f, const char *order)
{
    table_init(&f->table, columns, 3);
    f->source = (struct row_source){.rows = f->rows, .id = row_id};
    for (const char *c = order; *c; c++) {
        f->rows[f->source.count++] = &data[*c - 'a'];
    }
    assert_true(table_update(&f->table, &f->source));
}

static void reload(struct fixture *f, const char *order)
{
    f->source.count = 0;
    for (const char *c = order; *c; c++) {
        f->rows[f->source.count++] = &data[*c - 'a'];
    }
    assert_true(table_update(&f->table, &f->source));
}

static void test_table_selection_follows_the_id(void **state)
{
    (void)state;
    struct fixture f = {0};
    start(&f, "abcd");
    table_select(&f.table, &f.source, "c");
    reload(&f, "dcba");
    assert_string_equal(f.table.selected, "c");
    assert_int_equal(f.table.position, 1);
    reload(&f, "ab");
    assert_string_equal(f.table.selected, "b");
    reload(&f, "");
    assert_null(table_row(&f.table, &f.source));
    table_fini(&f.table);
}

static void test_table_keeps_the_screen_line(void **state)
{
    (void)state;
    struct fixture f = {0};
    start(&f, "abcd");
    f.table.page = 2;
    f.table.top = 1;
    table_select(&f.table, &f.source, "c");
    int line = f.table.position - f.table.top;
    reload(&f, "cabd");
    assert_int_equal(f.table.position - f.table.top, line);
    table_fini(&f.table);
}

static void test_table_sort_and_invert(void **state)
{
    (void)state;
    struct fixture f = {0};
    start(&f, "abcd");
    table_sort(&f.table, 1);
    assert_true(f.table.descending);
    table_update(&f.table, &f.source);
    assert_int_equal(f.table.order[0], 2);
    assert_int_equal(f.table.order[3], 3);
    table_sort(&f.table, 1);
    table_update(&f.table, &f.source);
    assert_int_equal(f.table.order[0], 3);
    table_sort_step(&f.table, -1);
    assert_int_equal(f.table.sort, 0);
    table_update(&f.table, &f.source);
    assert_int_equal(f.table.order[0], 0);
    table_fini(&f.table);
}

static void test_table_marks_are_ids_and_go_with_their_rows(void **state)
{
    (void)state;
    struct fixture f = {0};
    start(&f, "abcd");
    table_mark(&f.table, "b", true);
    table_mark(&f.table, "c", true);
    table_mark(&f.table, "b", true);
    assert_int_equal(f.table.mark_count, 2);
    reload(&f, "dca");
    assert_int_equal(f.table.mark_count, 1);
    assert_true(table_marked(&f.table, "c"));
    table_unmark_all(&f.table);
    assert_int_equal(f.table.mark_count, 0);
    table_fini(&f.table);
}

static void test_table_match_cases(void **state)
{
    (void)state;
    static const struct {
        const char *filter;
        bool wanted[4];
    } cases[] = {
        {"",                {true, true, true, true}    },
        {"acme",            {true, false, false, true}  },
        {"!acme",           {false, true, true, false}  },
        {"usage:>80",       {true, false, true, false}  },
        {"usage:>=90 acme", {true, false, false, false} },
        {"usage:<=20",      {false, true, false, true}  },
        {"usage:=120",      {false, false, true, false} },
        {"usage:!=120",     {true, true, false, true}   },
        {"!usage:>80",      {false, true, false, true}  },
        {"name:cato",       {false, false, true, false} },
        {"name:=borealis",  {false, true, false, false} },
        {"nosuch:x",        {false, false, false, false}},
        {"USAGE:>80",       {true, false, true, false}  },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        for (size_t r = 0; r < 4; r++) {
            if (table_match(cases[i].filter, columns, 3, &data[r], NULL) != cases[i].wanted[r]) {
                fail_msg("filter \"%s\", row %s", cases[i].filter, data[r].id);
            }
        }
    }
}

static void expect_widths(int width, uint32_t hidden, const uint16_t *seen, const int wanted[3])
{
    int widths[COLUMNS_MAX];
    table_fit(columns, 3, hidden, seen, width, widths);
    for (int c = 0; c < 3; c++) {
        if (widths[c] != wanted[c]) {
            fail_msg("width %d: column %d is %d, not %d", width, c, widths[c], wanted[c]);
        }
    }
}

static void test_table_fit_drops_in_order(void **state)
{
    (void)state;
    static const struct {
        int width;
        uint32_t hidden;
        int wanted[3];
    } cases[] = {
        {17, 0, {6, 4, 5} },
        {16, 0, {10, 5, 0}},
        {11, 0, {6, 4, 0} },
        {10, 0, {10, 0, 0}},
        {3,  0, {6, 0, 0} },
        {40, 0, {12, 5, 9}},
        {20, 4, {12, 5, 0}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        expect_widths(cases[i].width, cases[i].hidden, NULL, cases[i].wanted);
    }
}

/* Short contents leave their room to long ones; what is left over widens nothing. */
static void test_table_fit_follows_the_contents(void **state)
{
    (void)state;
    static const struct {
        int width;
        uint16_t seen[COLUMNS_MAX];
        int wanted[3];
    } cases[] = {
        {17, {12, 3, 2},  {10, 3, 2} },
        {40, {12, 3, 2},  {12, 3, 2} },
        {40, {30, 4, 5},  {29, 4, 5} },
        {60, {30, 4, 20}, {30, 4, 20}},
        {30, {30, 4, 20}, {15, 4, 9} },
        {10, {3, 4, 2},   {3, 4, 0}  },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        expect_widths(cases[i].width, 0, cases[i].seen, cases[i].wanted);
    }
}

/* A column that has been wide stays so when its long rows are gone: nothing on screen moves. */
static void test_table_columns_do_not_shrink(void **state)
{
    (void)state;
    struct fixture f = {0};
    struct canvas canvas;
    assert_true(canvas_init(&canvas, 6, 30));
    start(&f, "abcd");
    uint16_t before = f.table.seen[0];
    reload(&f, "b");
    table_draw(&f.table, &f.source, &canvas, (struct rect){0, 0, 6, 30}, true);
    assert_int_equal(before, strlen("Acme Retail"));
    assert_int_equal(f.table.seen[0], before);
    canvas_fini(&canvas);
    table_fini(&f.table);
}

static void test_table_follows_the_end_until_moved(void **state)
{
    (void)state;
    struct fixture f = {0};
    start(&f, "ab");
    f.table.follow_last = true;
    table_move(&f.table, &f.source, 1);
    reload(&f, "abc");
    assert_string_equal(f.table.selected, "c");
    table_move(&f.table, &f.source, -1);
    reload(&f, "abcd");
    assert_string_equal(f.table.selected, "b");
    table_fini(&f.table);
}

static void test_table_draw_selected_row_is_visible(void **state)
{
    (void)state;
    struct fixture f = {0};
    struct canvas canvas;
    assert_true(canvas_init(&canvas, 3, 30));
    start(&f, "abcd");
    for (int i = 0; i < 4; i++) {
        canvas_clear(&canvas);
        table_draw(&f.table, &f.source, &canvas, (struct rect){0, 0, 3, 30}, true);
        assert_in_range(f.table.position, f.table.top, f.table.top + 1);
        table_move(&f.table, &f.source, 1);
    }
    canvas_fini(&canvas);
    table_fini(&f.table);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_table_selection_follows_the_id),
        cmocka_unit_test(test_table_keeps_the_screen_line),
        cmocka_unit_test(test_table_sort_and_invert),
        cmocka_unit_test(test_table_marks_are_ids_and_go_with_their_rows),
        cmocka_unit_test(test_table_match_cases),
        cmocka_unit_test(test_table_fit_drops_in_order),
        cmocka_unit_test(test_table_fit_follows_the_contents),
        cmocka_unit_test(test_table_columns_do_not_shrink),
        cmocka_unit_test(test_table_follows_the_end_until_moved),
        cmocka_unit_test(test_table_draw_selected_row_is_visible),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
