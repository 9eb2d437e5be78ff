/* Tables as text, JSON and CSV: exact, and harmless whatever the names hold. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "cli/cli.h"
#include "cli/table.h"

static const struct column columns[] = {
    {"id",     "ID",   CELL_NUMBER,  0, "x"},
    {"name",   "NAME", CELL_TEXT,    8, "x"},
    {"pct",    "PCT",  CELL_DECIMAL, 0, "x"},
    {"hidden", NULL,   CELL_BOOL,    0, "x"},
    {"took",   "TOOK", CELL_SPAN,    0, "x"},
    {"spend",  "7D",   CELL_MONEY,   0, "x"},
};
static const struct table_spec spec = TABLE_SPEC("things", "nothing", columns);

static char printed[4096];

/* Standard output of printing one row of the given name. */
static void print_row(const struct cli *cli, const char *name)
{
    struct err err = {0};
    FILE *file = tmpfile();
    assert_non_null(file);
    fflush(stdout);
    int saved = dup(STDOUT_FILENO);
    dup2(fileno(file), STDOUT_FILENO);
    struct table *table = table_create(cli, &spec);
    if (name) {
        table_number(table, 7);
        table_text(table, name);
        table_decimal(table, -1);
        table_bool(table, true);
        table_span(table, 90000);
        table_money(table, 12340000);
    }
    bool ok = table_print(table, &err);
    table_destroy(table);
    fflush(stdout);
    dup2(saved, STDOUT_FILENO);
    close(saved);
    rewind(file);
    printed[fread(printed, 1, sizeof printed - 1, file)] = '\0';
    fclose(file);
    assert_true(ok);
}

static void test_table_print_aligns_and_cuts(void **state)
{
    struct cli cli = {.clock = {.speed = 1}};
    (void)state;
    print_row(&cli, "a long name");
    assert_string_equal(printed, "ID  NAME      PCT  TOOK     7D\n"
                                 " 7  a long ~        90s  12.34\n");
    print_row(&cli, NULL);
    assert_string_equal(printed, "nothing\n");
}

static void test_table_print_json_has_every_field(void **state)
{
    struct cli cli = {.clock = {.speed = 1}, .json = true, .at_ms = 1000};
    (void)state;
    print_row(&cli, "\x1b[31mred\xe2\x80\xae");
    assert_string_equal(printed, "{\"command\":\"things\",\"as_of\":\"1970-01-01T00:00:01Z\","
                                 "\"rows\":[{\"id\":7,\"name\":\"\\u001b[31mred\\u202e\","
                                 "\"pct\":null,\"hidden\":true,\"took\":90000,"
                                 "\"spend\":12340000}]}\n");
}

static void test_table_print_csv_is_quoted_and_harmless(void **state)
{
    struct cli cli = {.clock = {.speed = 1}, .csv = true};
    (void)state;
    print_row(&cli, "a \"b\",\nc\x1b]52;c;x\x07");
    assert_string_equal(printed, "id,name,pct,hidden,took,spend\r\n"
                                 "7,\"a \"\"b\"\", c\xef\xbf\xbd]52;c;x\xef\xbf\xbd\",,true,90000,"
                                 "12340000\r\n");
}

static void test_table_print_keeps_the_terminal_safe(void **state)
{
    struct cli cli = {.clock = {.speed = 1}};
    (void)state;
    print_row(&cli, "\x1b[2J\xc2\x9b\x07");
    assert_null(strchr(printed, 0x1b));
    assert_null(strchr(printed, 0x07));
    assert_null(strstr(printed, "\xc2\x9b"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_table_print_aligns_and_cuts),
        cmocka_unit_test(test_table_print_json_has_every_field),
        cmocka_unit_test(test_table_print_csv_is_quoted_and_harmless),
        cmocka_unit_test(test_table_print_keeps_the_terminal_safe),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
