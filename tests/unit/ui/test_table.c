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
        {"",                                                                                   {true, true, true, true}    },
        {"acme",                                                                               {true, false, false, true}  },
        {"!acme",                                                                              {false, true, true, false}  },
        {"usage:>80",                                                                          {true, false, true, false}  },
        {"usage:>=90 acme",                                                                    {true, false, false, false} },
        {"usage:<=20",                                                                         {false, true, false, true}  },
        {"usage:=120",                                                                         {false, false, true, false} },
        {"usage:!=120",                                                                        {true, true, false, true}   },
        {"!usage:>80",                                                                         {false, true, false, true}  },
        {"name:cato",                                                                          {false, false, true, false} },
        {"name:=borealis",                                                                     {false, true, false, false} },
        {"nosuch:x",                                                                           {false, false, false, false}},
        {"USAGE:>80",                                                                          {true, false, true, false}  },
        {"USE%:>80",                                                                           {true, false, true, false}  }, /* by what stands above it */
        {"usage:=90%",                                                                         {true, false, false, false} }, /* as it is shown */
        {"usage>80",                                                                           {true, false, true, false}  }, /* without the colon */
        {"!usage>80",                                                                          {false, true, false, true}  },
        {"usage!=120",                                                                         {true, true, false, true}   },
        {"name=borealis",                                                                      {false, true, false, false} },
        {"nosuch>80",                                                                          {false, false, false, false}},
        {"usage:>=0,090",                                                                      {true, false, true, false}  },
        {"\"acme retail\"",                                                                    {true, false, false, false} },
        {"!\"acme retail\"",                                                                   {false, true, true, true}   },
        {"name:\"a acme\"",                                                                    {false, false, false, true} },
        {"usage:>1 usage:>2 usage:>3 usage:>4 usage:>4 usage:>4 usage:>4 usage:>4 usage:>100",
         {false, false, true, false}                                                                                       }, /* every term counts */
        {"~acrt",                                                                              {true, false, false, false} }, /* letters in order */
        {"~ACRT",                                                                              {true, false, false, false} },
        {"~rtac",                                                                              {false, false, false, false}},
        {"!~acrt",                                                                             {false, true, true, true}   },
        {"~ac usage:<=20",                                                                     {false, false, false, true} }, /* beside other terms */
        {"~ac !retail",                                                                        {false, false, false, true} },
        {"name:~cto",                                                                          {false, false, true, false} },
        {"!name:~cto",                                                                         {true, true, false, true}   },
        {"name:cto",                                                                           {false, false, false, false}},
        {"~name:cto",                                                                          {false, false, false, false}}, /* letters are letters */
        {"~acrt90",                                                                            {false, false, false, false}}, /* of one cell */
        {"~",                                                                                  {false, false, false, false}}, /* as any text */
    };
    struct row_source source = {0};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        for (size_t r = 0; r < 4; r++) {
            if (table_match(cases[i].filter, columns, 3, &data[r], &source) != cases[i].wanted[r]) {
                fail_msg("filter \"%s\", row %s", cases[i].filter, data[r].id);
            }
        }
    }
}

/* A tree: rows come parent first, -1 is the line at its end. */
struct node {
    const char *name;
    int depth;
    double usage;
};

static const struct node tree[] = {
    {"shoes",    0,  30},
    {"boots",    1,  10},
    {"sandals",  1,  20},
    {"ad one",   2,  5 },
    {"ad two",   2,  15},
    {"hats",     0,  50},
    {"caps",     1,  50},
    {"and more", -1, 99}
};
enum { NODES = sizeof tree / sizeof tree[0] };

static void node_name(const void *row, const void *env, struct cell_out *out)
{
    (void)env;
    snprintf(out->text, sizeof out->text, "%s", ((const struct node *)row)->name);
}

static double node_usage(const void *row, const void *env)
{
    (void)env;
    return ((const struct node *)row)->usage;
}

static int node_depth(const void *row)
{
    return ((const struct node *)row)->depth;
}

static void node_id(const void *row, char out[ROW_ID])
{
    snprintf(out, ROW_ID, "%s", ((const struct node *)row)->name);
}

static void expect_tree(const char *filter, int sort, bool descending, const char *wanted)
{
    static const struct column nodes[] = {
        {"name",  "NAME",  6, 12, ALIGN_LEFT,  0, true,  node_name, NULL,       false, "name" },
        {"usage", "USAGE", 4, 5,  ALIGN_RIGHT, 1, false, node_name, node_usage, false, "usage"},
    };
    const void *rows[NODES];
    char got[128] = "";
    struct table table;
    for (int i = 0; i < NODES; i++) {
        rows[i] = &tree[i];
    }
    struct row_source source = {.rows = rows, .count = NODES, .id = node_id, .depth = node_depth};
    table_init(&table, nodes, 2);
    table.sort = sort;
    table.descending = descending;
    snprintf(table.filter, sizeof table.filter, "%s", filter);
    assert_true(table_update(&table, &source));
    for (size_t i = 0; i < table.shown; i++) {
        size_t used = strlen(got);
        snprintf(got + used, sizeof got - used, "%s%s", i ? ", " : "", tree[table.order[i]].name);
    }
    assert_string_equal(got, wanted);
    table_fini(&table);
}

static void test_table_of_a_tree_keeps_its_levels(void **state)
{
    (void)state;
    expect_tree("", 1, true, "hats, caps, shoes, sandals, ad two, ad one, boots, and more");
    expect_tree("", 1, false, "shoes, boots, sandals, ad one, ad two, hats, caps, and more");
    expect_tree("", 0, false, "hats, caps, shoes, boots, sandals, ad one, ad two, and more");
    expect_tree("", -1, false, "shoes, boots, sandals, ad one, ad two, hats, caps, and more");
    expect_tree("two", -1, false, "shoes, sandals, ad two"); /* one sees where it is */
    expect_tree("ad", 1, true, "shoes, sandals, ad two, ad one");
    expect_tree("hats", 1, true, "hats");
}

struct stay {
    int64_t ms;
    char letter;
    const char *word;
};

static void format_letter(const void *row, const void *env, struct cell_out *out)
{
    (void)env;
    const struct stay *stay = row;
    snprintf(out->text, sizeof out->text, "%c", stay->letter);
    out->names[0] = stay->word;
}

static void format_ms(const void *row, const void *env, struct cell_out *out)
{
    (void)env;
    snprintf(out->text, sizeof out->text, "%lldm",
             (long long)((const struct stay *)row)->ms / 60000);
}

static double number_ms(const void *row, const void *env)
{
    (void)env;
    return (double)((const struct stay *)row)->ms;
}

/* Where a letter or a rounded figure is shown, the words people use for it work as well. */
static void test_table_match_takes_words_and_units(void **state)
{
    (void)state;
    enum { HOUR = 3600000, NOW = 10 * 24 * HOUR + 12 * HOUR }; /* noon, UTC */
    static const struct column stays[] = {
        {"tier", "T",   1, 1, ALIGN_LEFT,  0, false, format_letter, NULL,      false, "tier"},
        {"lag",  "LAG", 3, 5, ALIGN_RIGHT, 0, false, format_ms,     number_ms, true,  "lag" },
        {"at",   "AT",  3, 5, ALIGN_RIGHT, 0, false, format_ms,     number_ms, true,  "at"  },
    };
    static const struct {
        struct stay row;
        const char *filter;
        bool wanted;
    } cases[] = {
        {{0, 'M', "medium"},                    "tier:medium",   true },
        {{0, 'M', "medium"},                    "tier:MED",      true },
        {{0, 'M', "medium"},                    "tier:m",        true },
        {{0, 'M', "medium"},                    "tier:=medium",  true },
        {{0, 'M', "medium"},                    "tier:!=medium", false},
        {{0, 'H', "high"},                      "tier:medium",   false},
        {{0, 'H', "high"},                      "tier:!=medium", true },
        {{0, 'K', "due"},                       "tier:d",        false}, /* a letter is a letter */
        {{0, 'M', "medium"},                    "medium",        false}, /* text: as shown */
        {{30 * 60000, 'M', NULL},               "lag:>15m",      true },
        {{30 * 60000, 'M', NULL},               "lag:>2h",       false},
        {{30 * 60000 + 59000, 'M', NULL},       "lag:=30m",      true },
        {{30 * 60000 + 59000, 'M', NULL},       "lag:>30m",      true },
        {{30 * 60000 + 59000, 'M', NULL},       "lag:<=30m",     true },
        {{NOW - 60000, 'M', NULL},              "at:>11:30",     true },
        {{NOW - 60000, 'M', NULL},              "at:>11:59:30",  false},
        {{NOW - 13 * (int64_t)HOUR, 'M', NULL}, "at:<23:30",     true }, /* yesterday's */
        {{NOW + 60000, 'M', NULL},              "at:<12:30",     true }, /* the next one */
        {{NOW + 60 * 60000, 'M', NULL},         "at:<12:30",     false},
        {{NOW + 60 * 60000, 'M', NULL},         "at:<02:00",     true }, /* tomorrow's */
    };
    struct row_source source = {.now = NOW};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        if (table_match(cases[i].filter, stays, 3, &cases[i].row, &source) != cases[i].wanted) {
            fail_msg("filter \"%s\", case %zu", cases[i].filter, i);
        }
    }
}

static void test_table_filter_hint_names_what_is_wrong(void **state)
{
    (void)state;
    static const struct {
        const char *filter, *wanted; /* NULL = nothing to say */
    } cases[] = {
        {"",             NULL                       },
        {"acme",         NULL                       },
        {"12:30",        NULL                       },
        {"nosuch:>9",    "no column \"nosuch\" here"},
        {"a nosuch:=9 ", "no column \"nosuch\" here"},
        {"usage:",       "usage: usage"             },
        {"usage:>",      "usage: usage"             },
        {"usage:>9",     NULL                       },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char out[160] = "";
        bool said = table_filter_hint(cases[i].filter, columns, 3, out, sizeof out);
        if (said != (cases[i].wanted != NULL) || strcmp(out, said ? cases[i].wanted : "") != 0) {
            fail_msg("filter \"%s\": \"%s\"", cases[i].filter, out);
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
        cmocka_unit_test(test_table_of_a_tree_keeps_its_levels),
        cmocka_unit_test(test_table_match_takes_words_and_units),
        cmocka_unit_test(test_table_filter_hint_names_what_is_wrong),
        cmocka_unit_test(test_table_fit_drops_in_order),
        cmocka_unit_test(test_table_fit_follows_the_contents),
        cmocka_unit_test(test_table_columns_do_not_shrink),
        cmocka_unit_test(test_table_follows_the_end_until_moved),
        cmocka_unit_test(test_table_draw_selected_row_is_visible),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
