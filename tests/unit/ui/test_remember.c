#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "ui/remember.h"
#include "ui/view/view.h"

static int column(const struct table *table, const char *key)
{
    for (size_t i = 0; i < table->column_count; i++) {
        if (strcmp(table->columns[i].key, key) == 0) {
            return (int)i;
        }
    }
    fail_msg("no column %s", key);
    return -1;
}

static void test_remember_comes_back_in_another_view(void **state)
{
    (void)state;
    struct str text;
    str_init(&text, REMEMBER_MAX);
    struct view *view = view_create(VIEW_ACCOUNTS, NULL);
    struct table *table = &view->panes[0].table;
    table->hidden = 1u << column(table, "age") | 1u << column(table, "zone");
    table_sort(table, column(table, "lag"));
    remember_note(&text, view);
    assert_string_equal(str_text(&text), "accounts.0 hidden age,zone sort -lag\n");
    struct view *next = view_create(VIEW_ACCOUNTS, NULL);
    remember_apply(str_text(&text), next);
    assert_int_equal(next->panes[0].table.hidden, table->hidden);
    assert_int_equal(next->panes[0].table.sort, table->sort);
    assert_true(next->panes[0].table.descending);
    view_destroy(next);
    next = view_create(VIEW_TRIAGE, NULL); /* another view's tables are its own */
    remember_apply(str_text(&text), next);
    assert_int_equal(next->panes[0].table.hidden, 0);
    view_destroy(next);
    table->hidden = 0;
    table->sort = -1;
    remember_note(&text, view);
    assert_string_equal(str_text(&text), "");
    view_destroy(view);
    str_fini(&text);
}

/* A column that is not there at first can be put back for good. */
static void test_remember_a_column_put_back(void **state)
{
    (void)state;
    enum { PANE_RUNS = 3 };
    struct str text;
    str_init(&text, REMEMBER_MAX);
    struct view *view = view_create(VIEW_ACCOUNT, NULL);
    struct table *table = &view->panes[PANE_RUNS].table;
    uint32_t own = 1u << column(table, "account");
    assert_int_equal(table->hidden, own);
    remember_note(&text, view);
    assert_string_equal(str_text(&text), "");
    table->hidden = 0;
    table_sort(table, column(table, "calls"));
    remember_note(&text, view);
    assert_string_equal(str_text(&text), "account.3 hidden none sort -calls\n");
    struct view *next = view_create(VIEW_ACCOUNT, NULL);
    remember_apply(str_text(&text), next);
    assert_int_equal(next->panes[PANE_RUNS].table.hidden, 0);
    view_destroy(next);
    table->hidden = own;
    remember_note(&text, view);
    assert_string_equal(str_text(&text), "account.3 sort -calls\n");
    view_destroy(view);
    str_fini(&text);
}

/* The order a table comes with is remembered like any other when it was turned round or off. */
static void test_remember_an_own_order_given_up(void **state)
{
    (void)state;
    enum { PANE_LIMITERS = 0 };
    static const struct {
        int times; /* the column it comes sorted by is chosen again */
        bool off;
        const char *text;
    } cases[] = {
        {0, false, ""                    },
        {1, false, "usage.0 sort usage\n"},
        {2, false, ""                    },
        {0, true,  "usage.0 sort none\n" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct str text;
        str_init(&text, REMEMBER_MAX);
        struct view *view = view_create(VIEW_USAGE, NULL), *next = view_create(VIEW_USAGE, NULL);
        struct table *table = &view->panes[PANE_LIMITERS].table;
        struct table *again = &next->panes[PANE_LIMITERS].table;
        for (int n = 0; n < cases[i].times; n++) {
            table_sort(table, table->sort);
        }
        if (cases[i].off) {
            table_sort(table, -1);
        }
        remember_note(&text, view);
        assert_string_equal(str_text(&text), cases[i].text);
        remember_apply(str_text(&text), next);
        assert_int_equal(again->sort, table->sort);
        assert_int_equal(again->descending, table->descending);
        view_destroy(view);
        view_destroy(next);
        str_fini(&text);
    }
}

/* A file of another version, or one that somebody has edited, does no harm. */
static void test_remember_passes_over_what_it_does_not_know(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "accounts.0",
        "accounts.0 \n\n",
        "accounts.0 hidden\naccounts.9 hidden age\n",
        "accounts.0 hidden nosuch,,alsonot sort -never\n",
        "accounts.0 colour red sort\n",
        "nonsense\n\x1b[2J",
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct view *view = view_create(VIEW_ACCOUNTS, NULL);
        remember_apply(texts[i], view);
        assert_int_equal(view->panes[0].table.hidden, 0);
        assert_int_equal(view->panes[0].table.sort, -1);
        view_destroy(view);
    }
}

static void test_remember_file(void **state)
{
    (void)state;
    char dir[] = "/tmp/adtop-remember-XXXXXX", command[128];
    struct err err = {0};
    struct str text;
    assert_non_null(mkdtemp(dir));
    setenv("XDG_STATE_HOME", dir, 1);
    remember_load(&text);
    assert_string_equal(str_text(&text), "");
    str_add(&text, "runs.0 hidden mode\n");
    assert_true(remember_save(&text, &err));
    str_fini(&text);
    remember_load(&text);
    assert_string_equal(str_text(&text), "runs.0 hidden mode\n");
    str_fini(&text);
    snprintf(command, sizeof command, "rm -rf '%s'", dir);
    assert_int_equal(system(command), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_remember_comes_back_in_another_view),
        cmocka_unit_test(test_remember_a_column_put_back),
        cmocka_unit_test(test_remember_an_own_order_given_up),
        cmocka_unit_test(test_remember_passes_over_what_it_does_not_know),
        cmocka_unit_test(test_remember_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
