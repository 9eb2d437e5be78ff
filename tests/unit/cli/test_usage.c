/* What help, completion and man page say is what the tables hold. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/fd.h"
#include "cli/cli.h"
#include "cli/table.h"
#include "cli/usage.h"
#include "cli/words.h"
#include "config/setting.h"

static void test_cli_commands_are_unique_and_documented(void **state)
{
    (void)state;
    for (const struct command *c = cli_commands; c->name; c++) {
        assert_ptr_equal(cli_command_find(c->name), c);
        assert_non_null(c->run);
        assert_in_range(strlen(c->summary), 4, 60);
        bool machine = (c->options & WORD(WORD_JSON)) != 0;
        assert_int_equal(machine, c->tables[0] != NULL);
        /* CSV is for tables, and every table has it. */
        assert_int_equal((c->options & WORD(WORD_CSV)) != 0,
                         c->tables[0] && c->tables[0]->empty != NULL);
    }
    assert_null(cli_command_find("nothing"));
}

static void test_fields_are_unique_and_documented(void **state)
{
    (void)state;
    for (const struct command *c = cli_commands; c->name; c++) {
        for (int t = 0; t < COMMAND_TABLES && c->tables[t]; t++) {
            const struct table_spec *spec = c->tables[t];
            assert_in_range(spec->count, 1, 32);
            for (size_t i = 0; i < spec->count; i++) {
                assert_true(strlen(spec->columns[i].help) > 1);
                for (size_t k = 0; k < i; k++) {
                    assert_string_not_equal(spec->columns[k].key, spec->columns[i].key);
                }
            }
        }
    }
}

static void test_usage_nearest_finds_a_slip(void **state)
{
    (void)state;
    assert_string_equal(usage_nearest("stauts"), " (did you mean 'status'?)");
    assert_string_equal(usage_nearest("frobnicate"), "");
}

/* `make man` rewrites the part between the marks. */
static void test_man_page_is_that_of_the_tables(void **state)
{
    char *page = NULL, *text = NULL;
    size_t size = 0, length = 0;
    struct err err = {0};
    (void)state;
    assert_true(fd_read_file("data/man/adtop.1", 1 << 20, &page, &size, &err));
    FILE *out = open_memstream(&text, &length);
    usage_roff(out);
    fclose(out);
    static const char begin[] = ".\\\" BEGIN GENERATED\n", end[] = ".\\\" END GENERATED\n";
    char *from = strstr(page, begin), *to = strstr(page, end);
    assert_non_null(from);
    assert_non_null(to);
    from += sizeof begin - 1;
    *to = '\0';
    if (strcmp(from, text) != 0) {
        fail_msg("data/man/adtop.1 is not what the tables say; run 'make man'");
    }
    free(page);
    free(text);
}

/* Every command, option and setting occurs in the page that people read. */
static void test_roff_names_everything(void **state)
{
    char *text = NULL, word[128];
    size_t length = 0, count = 0;
    (void)state;
    FILE *out = open_memstream(&text, &length);
    usage_roff(out);
    fclose(out);
    for (const struct command *c = cli_commands; c->name; c++) {
        snprintf(word, sizeof word, ".SS \"%s", c->name);
        assert_non_null(strstr(text, word));
    }
    const struct setting *rows = settings(&count);
    for (size_t i = 0; i < count; i++) {
        snprintf(word, sizeof word, "\\fB%s\\fR = ", rows[i].key);
        assert_non_null(strstr(text, word));
        snprintf(word, sizeof word, ".SS [%s]", rows[i].section);
        assert_non_null(strstr(text, word));
    }
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cli_commands_are_unique_and_documented),
        cmocka_unit_test(test_fields_are_unique_and_documented),
        cmocka_unit_test(test_usage_nearest_finds_a_slip),
        cmocka_unit_test(test_man_page_is_that_of_the_tables),
        cmocka_unit_test(test_roff_names_everything),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
