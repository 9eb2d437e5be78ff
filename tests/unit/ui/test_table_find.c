/* Rows that are looked for: where they are, and what of them is shown as a match. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "ui/widget/table_find.h"

struct row {
    const char *id, *name;
    double usage;
};

static void format_name(const void *row, const void *env, struct cell_out *out)
{
    (void)env;
    cell_put(out, ROLE_TEXT, ((const struct row *)row)->name);
}

static void format_usage(const void *row, const void *env, struct cell_out *out)
{
    (void)env;
    snprintf(out->text, sizeof out->text, "%.0f%%", ((const struct row *)row)->usage);
    out->role = ROLE_TEXT;
    out->names[0] = ((const struct row *)row)->usage > 80 ? "full" : NULL;
}

static double number_usage(const void *row, const void *env)
{
    (void)env;
    return ((const struct row *)row)->usage;
}

static const struct column columns[] = {
    {"name",  "NAME", 6, 12, ALIGN_LEFT,  0, true,  format_name,  NULL,         false, "name" },
    {"usage", "USE%", 4, 6,  ALIGN_RIGHT, 0, false, format_usage, number_usage, true,  "usage"},
};

static void row_id(const void *row, char out[ROW_ID])
{
    snprintf(out, ROW_ID, "%s", ((const struct row *)row)->id);
}

static const struct row data[] = {
    {"a", "Acme Retail",                   90},
    {"b", "Borealis",                      20},
    {"c", "\xe6\xa0\xaa\xe5\xbc\x8f acme", 99},
    {"d", "Delta",                         5 },
    {"e", "A long name that ends in acme", 7 },
};

struct fixture {
    struct table table;
    const void *rows[8];
    struct row_source source;
};

static void load(struct fixture *f, const char *order)
{
    f->source = (struct row_source){.rows = f->rows, .id = row_id};
    for (const char *c = order; *c; c++) {
        f->rows[f->source.count++] = &data[*c - 'a'];
    }
    assert_true(table_update(&f->table, &f->source));
}

static void start(struct fixture *f, const char *order)
{
    table_init(&f->table, columns, 2);
    load(f, order);
}

static void expect(const struct fixture *f, const char *selected, size_t at, size_t count)
{
    assert_string_equal(f->table.selected, selected);
    assert_int_equal(table_found(&f->table, f->table.position), at);
    assert_int_equal(f->table.found_count, count);
}

static void test_find_steps_and_wraps(void **state)
{
    (void)state;
    struct fixture f = {0};
    start(&f, "abcde");
    table_find(&f.table, &f.source, "ACME");
    assert_int_equal(f.table.shown, 5);
    expect(&f, "a", 1, 3);
    assert_true(table_find_here(&f.table, &f.source));
    expect(&f, "a", 1, 3); /* it is one itself */
    assert_int_equal(table_find_step(&f.table, &f.source, 1), FIND_MOVED);
    expect(&f, "c", 2, 3);
    assert_int_equal(table_find_step(&f.table, &f.source, 1), FIND_MOVED);
    expect(&f, "e", 3, 3);
    assert_int_equal(table_find_step(&f.table, &f.source, 1), FIND_WRAPPED);
    expect(&f, "a", 1, 3);
    assert_int_equal(table_find_step(&f.table, &f.source, -1), FIND_WRAPPED);
    expect(&f, "e", 3, 3);
    table_move(&f.table, &f.source, -1);
    expect(&f, "d", 0, 3); /* between two */
    assert_int_equal(table_find_step(&f.table, &f.source, -1), FIND_MOVED);
    expect(&f, "c", 2, 3);
    table_find(&f.table, &f.source, "borealis");
    assert_true(table_find_here(&f.table, &f.source)); /* there is none below it */
    expect(&f, "b", 1, 1);
    assert_int_equal(table_find_step(&f.table, &f.source, 1), FIND_ONLY);
    assert_int_equal(table_find_step(&f.table, &f.source, -1), FIND_ONLY);
    expect(&f, "b", 1, 1);
    table_fini(&f.table);
}

static void test_find_nothing_moves_nothing(void **state)
{
    (void)state;
    static const char *const terms[] = {"zebra", "", "  ", "acme borealis", "usage:>500"};
    struct fixture f = {0};
    start(&f, "abcde");
    table_move(&f.table, &f.source, 3);
    for (size_t i = 0; i < sizeof terms / sizeof terms[0]; i++) {
        table_find(&f.table, &f.source, terms[i]);
        assert_false(table_find_here(&f.table, &f.source));
        assert_int_equal(table_find_step(&f.table, &f.source, 1), FIND_NONE);
        assert_int_equal(table_find_step(&f.table, &f.source, -1), FIND_NONE);
        expect(&f, "d", 0, 0);
    }
    load(&f, "");
    table_find(&f.table, &f.source, "acme");
    assert_int_equal(table_find_step(&f.table, &f.source, 1), FIND_NONE);
    table_fini(&f.table);
}

/* What is looked for is looked for in what the filter leaves, in the order it is shown in, and
 * again when rows come and go. */
static void test_find_goes_with_filter_sort_and_reload(void **state)
{
    (void)state;
    struct fixture f = {0};
    start(&f, "abcde");
    table_find(&f.table, &f.source, "~acm");
    snprintf(f.table.filter, sizeof f.table.filter, "usage:>50");
    load(&f, "abcde");
    assert_int_equal(f.table.shown, 2);
    expect(&f, "a", 1, 2);
    f.table.filter[0] = '\0';
    table_sort(&f.table, 1); /* the fullest first */
    load(&f, "abcde");
    table_select(&f.table, &f.source, "c");
    expect(&f, "c", 1, 3);
    assert_int_equal(table_find_step(&f.table, &f.source, 1), FIND_MOVED);
    expect(&f, "a", 2, 3);
    load(&f, "bdea");
    expect(&f, "a", 1, 2);
    table_fini(&f.table);
}

/* A match is held even where it is the last line, until somebody moves to the end again. */
static void test_find_holds_following(void **state)
{
    (void)state;
    struct fixture f = {0};
    table_init(&f.table, columns, 2);
    f.table.follow_last = true;
    load(&f, "abc");
    expect(&f, "c", 0, 0);
    table_find(&f.table, &f.source, "acme");
    assert_true(table_find_here(&f.table, &f.source));
    load(&f, "abcd");
    expect(&f, "c", 2, 2);
    table_move(&f.table, &f.source, 9);
    load(&f, "abcde");
    assert_string_equal(f.table.selected, "e");
    table_find_step(&f.table, &f.source, -1);
    table_find_step(&f.table, &f.source, 1);
    expect(&f, "e", 3, 3);
    load(&f, "abcdeb");
    expect(&f, "e", 3, 3);
    table_find(&f.table, &f.source, "");
    table_move(&f.table, &f.source, 9);
    load(&f, "abcdebd");
    assert_string_equal(f.table.selected, "d");
    table_fini(&f.table);
}

/* The columns of a row drawn 30 wide that are shown as found: one of ' ' and 'x' each. */
static void expect_hits(const char *terms, const char *order, bool focused, const char *wanted)
{
    struct fixture f = {0};
    struct canvas canvas;
    assert_true(canvas_init(&canvas, 4, 30));
    start(&f, order);
    table_find(&f.table, &f.source, terms);
    table_draw(&f.table, &f.source, &canvas, (struct rect){0, 0, 4, 30}, focused);
    char have[31] = "";
    for (int x = 0; x < 30; x++) {
        have[x] = canvas_at(&canvas, 1, x)->over == ROLE_FOUND ? 'x' : ' ';
    }
    char *end = have + strlen(have);
    while (end > have && end[-1] == ' ') {
        *--end = '\0';
    }
    if (strcmp(have, wanted) != 0) {
        fail_msg("%s: \"%s\", not \"%s\"", terms, have, wanted);
    }
    canvas_fini(&canvas);
    table_fini(&f.table);
}

static void test_find_shows_what_matches(void **state)
{
    (void)state;
    expect_hits("acme", "ab", true, "  xxxx"); /* on the selected row as well */
    expect_hits("acme", "ab", false, "  xxxx");
    expect_hits("e", "ab", true, "     x  x");
    expect_hits("ACME RETAIL", "ab", true, "  xxxx xxxxxx");
    expect_hits("\"e r\"", "ab", true, "     xxx");
    expect_hits("~art", "ab", true, "  x    x x");  /* the letters */
    expect_hits("acme", "ca", true, "       xxxx"); /* behind wide ones */
    expect_hits("\xe5\xbc\x8f", "ca", true, "    xx");
    expect_hits("borealis", "ab", true, ""); /* another row's */
    expect_hits("!borealis", "ab", true, "");
    expect_hits("name:acme", "ab", true, "  xxxx");
    expect_hits("usage:>80", "ab", true, "               xxx"); /* a whole cell */
    expect_hits("usage:full acme", "ab", true, "  xxxx         xxx");
    expect_hits("ends", "eb", true, "                   xxxx");
    expect_hits("acme", "eb", true, "                        x"); /* behind the cut */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_find_steps_and_wraps),
        cmocka_unit_test(test_find_nothing_moves_nothing),
        cmocka_unit_test(test_find_goes_with_filter_sort_and_reload),
        cmocka_unit_test(test_find_holds_following),
        cmocka_unit_test(test_find_shows_what_matches),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
