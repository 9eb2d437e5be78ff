/* Keys read nothing: what they ask for is read once for all of them, and not while a key waits. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/date.h"
#include "config/config.h"
#include "store/accounts.h"
#include "store/limiters.h"
#include "store/reader.h"
#include "store/usage.h"
#include "ui/commands.h"
#include "ui/console.h"
#include "ui/link.h"
#include "ui/settings.h"

#define NOW INT64_C(1795515581500)
enum { MINUTE = 60000, HOUR = 3600000, ACCOUNTS = 30, READINGS = 4000, ROWS = 40, COLS = 100 };

struct case_ {
    char dir[64];
    struct config config;
    struct ui_options options;
    struct console *console;
};

/* Every account's limiter stands at another height, so that rows keep their order. */
static void fill(const char *dir)
{
    char path[128];
    struct err err = {0};
    snprintf(path, sizeof path, "%s/adtop.db", dir);
    struct store *store = store_open(path, NULL, &err);
    struct usage_reading *readings = calloc(READINGS, sizeof *readings);
    assert_non_null(store);
    assert_non_null(readings);
    for (int i = 0; i < READINGS; i++) {
        readings[i] = (struct usage_reading){.at = NOW - (READINGS - i) * INT64_C(1000),
                                             .source = USAGE_ACCOUNT,
                                             .pct = 10 + i % ACCOUNTS,
                                             .call_count = -1,
                                             .total_time = -1,
                                             .total_cputime = -1,
                                             .regain_s = -1};
        snprintf(readings[i].scope_id, sizeof readings[i].scope_id, "act_%d", 100 + i % ACCOUNTS);
    }
    assert_true(store_usage_append(store, readings, READINGS, &err));
    for (int i = 0; i < ACCOUNTS; i++) {
        char id[ID_SIZE];
        snprintf(id, sizeof id, "act_%d", 100 + i);
        struct account account = {.name = id, .account_status = ACCOUNT_ACTIVE, .tier = TIER_LOW};
        memcpy(account.account_id, id, sizeof id);
        assert_true(store_accounts_put(store, &account, 1, NOW - 2 * (int64_t)HOUR, &err));
    }
    store_close(store);
    free(readings);
}

static void start(struct case_ *c)
{
    memset(c, 0, sizeof *c);
    snprintf(c->dir, sizeof c->dir, "/tmp/adtop-refresh-XXXXXX");
    assert_non_null(mkdtemp(c->dir));
    fill(c->dir);
    config_defaults(&c->config);
    c->options = (struct ui_options){.state_dir = c->dir,
                                     .config = &c->config,
                                     .config_path = "/nonexistent/adtop.conf",
                                     .read_only = true,
                                     .at_ms = NOW - HOUR};
    struct console *console = c->console = calloc(1, sizeof *console);
    assert_non_null(console);
    console->options = &c->options;
    console->config = &c->config;
    console->at = c->options.at_ms;
    console->range = 24LL * HOUR;
    keymap_init(&console->keymap);
    theme_default(&console->theme);
    assert_true(canvas_init(&console->canvas, ROWS, COLS));
    console->canvas.theme = &console->theme;
    console->stack[0] = view_create(VIEW_USAGE, NULL);
    assert_non_null(console->stack[0]);
    console_load(console);
    assert_string_equal(console->problem, "");
    assert_int_equal(console->stack[0]->panes[0].count, ACCOUNTS);
}

static void end(struct case_ *c)
{
    char command[128];
    while (c->console->depth > 0) {
        console_pop(c->console);
    }
    view_destroy(c->console->stack[0]);
    store_reader_close(c->console->store);
    overview_fini(&c->console->overview);
    canvas_fini(&c->console->canvas);
    free(c->console);
    snprintf(command, sizeof command, "rm -r %s", c->dir);
    assert_int_equal(system(command), 0);
}

static void press(struct case_ *c, const char *keys)
{
    for (; *keys; keys++) {
        console_key(c->console, (struct key){.code = (unsigned char)*keys});
    }
}

/* Statements of what is due, read to the end. */
static int64_t reads(struct case_ *c)
{
    int64_t before = store_reader_statements(c->console->store);
    console_tick(c->console);
    return store_reader_statements(c->console->store) - before;
}

/* The line of the screen that begins a pane. */
static void title_line(struct case_ *c, const char *title, char out[1024])
{
    struct str text;
    str_init(&text, 1024 * 1024);
    console_draw(c->console);
    canvas_dump(&c->console->canvas, false, &text);
    const char *at = strstr(str_text(&text), title);
    assert_non_null(at);
    snprintf(out, 1024, "%.*s", (int)strcspn(at, "\n"), at);
    str_fini(&text);
}

static bool on_screen(struct case_ *c, const char *words)
{
    struct str text;
    str_init(&text, 1024 * 1024);
    console_draw(c->console);
    canvas_dump(&c->console->canvas, false, &text);
    bool found = strstr(str_text(&text), words) != NULL;
    str_fini(&text);
    return found;
}

static bool always(void)
{
    return true;
}

static void test_refresh_reads_once_for_all_selecting_keys(void **state)
{
    (void)state;
    struct case_ c;
    start(&c);
    assert_int_equal(reads(&c), 0);
    press(&c, "j");
    int64_t one = reads(&c);
    assert_true(one > 0);
    int64_t before = store_reader_statements(c.console->store);
    press(&c, "jjjjjkjjjkjjGgjj");
    assert_int_equal(store_reader_statements(c.console->store), before);
    assert_int_equal(reads(&c), one);
    assert_int_equal(reads(&c), 0);
    press(&c, "jk"); /* where it was */
    assert_int_equal(reads(&c), 0);
    end(&c);
}

static void test_refresh_details_are_of_the_row_that_is_selected(void **state)
{
    (void)state;
    static const char *const moves[] = {"j", "jjj", "G", "k", "/act_110", "g"};
    struct case_ c;
    char line[1024];
    start(&c);
    for (size_t i = 0; i < sizeof moves / sizeof moves[0]; i++) {
        struct view *view = c.console->stack[0];
        press(&c, moves[i]);
        title_line(&c, " Course ", line);
        assert_non_null(strstr(line, "loading"));
        assert_null(strstr(line, "last"));
        reads(&c);
        title_line(&c, " Course ", line);
        assert_null(strstr(line, "loading"));
        assert_non_null(strstr(line, "last"));
        assert_string_equal(view->details_of.row_id, view->panes[0].table.selected);
        if (c.console->overlay == OVERLAY_PROMPT) {
            console_key(c.console, (struct key){.code = K_ESC});
        }
    }
    end(&c);
}

static void test_refresh_reads_no_instant_that_was_skipped(void **state)
{
    (void)state;
    struct case_ c;
    start(&c);
    press(&c, "[");
    int64_t one = reads(&c), at = c.console->env.at;
    assert_int_equal(at, NOW - HOUR - MINUTE);
    int64_t before = store_reader_statements(c.console->store);
    press(&c, "[[[[[[[]{}");
    assert_int_equal(store_reader_statements(c.console->store), before);
    assert_int_equal(c.console->env.at, at); /* what is shown is as yet of then */
    assert_true(reads(&c) < 2 * one);
    assert_int_equal(c.console->env.at, at - 6 * (int64_t)MINUTE);
    /* A key that is about rows has those that were asked for. */
    press(&c, "]j");
    assert_int_equal(c.console->env.at, at - 5 * (int64_t)MINUTE);
    assert_false(c.console->stale);
    end(&c);
}

static void test_refresh_stops_when_a_key_comes(void **state)
{
    (void)state;
    struct case_ c;
    char line[1024];
    start(&c);
    const void *const *rows = c.console->stack[0]->panes[0].rows;
    int64_t at = c.console->env.at;
    c.console->key_waits = always;
    press(&c, "]");
    for (int i = 0; i < 3; i++) {
        reads(&c);
        assert_ptr_equal(c.console->stack[0]->panes[0].rows, rows);
        assert_int_equal(c.console->env.at, at);
        assert_true(c.console->stale);
        assert_string_equal(c.console->problem, "");
        assert_int_equal(c.console->stack[0]->error.code, ERR_NONE);
        title_line(&c, "PAST", line);
        assert_non_null(strstr(line, "loading"));
        /* However long this test is held up. */
        c.console->put_off_ms = clock_mono_ms() + HOUR;
    }
    c.console->put_off_ms = 1; /* long ago: enough */
    reads(&c);
    assert_int_equal(c.console->env.at, at + MINUTE);
    assert_false(c.console->stale);
    assert_int_equal(c.console->put_off_ms, 0);
    title_line(&c, "PAST", line);
    assert_null(strstr(line, "loading"));
    end(&c);
}

/* Nothing more comes to be known of it. */
static void test_refresh_keeps_the_overview_of_a_past_instant(void **state)
{
    (void)state;
    struct case_ c;
    struct err err = {0};
    start(&c);
    struct console *console = c.console;
    const struct arena *kept = console->overview.arena;
    console_push(console, VIEW_LOG, NULL);
    assert_true(reads(&c) > 0);
    assert_ptr_equal(console->overview.arena, kept);
    console_push(console, VIEW_ACCOUNTS, NULL);
    reads(&c);
    assert_ptr_equal(console->overview.arena, kept);
    assert_int_equal(console_view(console)->panes[0].count, ACCOUNTS);
    press(&c, "[");
    reads(&c);
    const struct arena *other = console->overview.arena;
    assert_ptr_not_equal(other, kept);
    assert_true(settings_start(console, &err)); /* what is configured may read it otherwise */
    console_load(console);
    assert_ptr_not_equal(console->overview.arena, other);
    command_live(console, 0);
    reads(&c);
    other = console->overview.arena;
    command_live(console, 0);
    reads(&c);
    assert_ptr_not_equal(console->overview.arena, other);
    end(&c);
}

/* A view that is not read yet shows nothing, above all no rows of another instant. */
static void test_refresh_shows_no_rows_of_another_instant(void **state)
{
    (void)state;
    struct case_ c;
    char line[1024];
    start(&c);
    title_line(&c, " Limiters ", line);
    console_push(c.console, VIEW_LOG, NULL);
    press(&c, "]");
    reads(&c);
    console_pop(c.console);
    struct env env = console_env(c.console);
    assert_false(view_is_of(console_view(c.console), &env));
    title_line(&c, "PAST", line);
    struct str text;
    str_init(&text, 1024 * 1024);
    canvas_dump(&c.console->canvas, false, &text);
    assert_null(strstr(str_text(&text), "act_1"));
    str_fini(&text);
    reads(&c);
    title_line(&c, " Limiters ", line);
    end(&c);
}

/* Where everybody is meant it takes long. What has not been said yet cannot be agreed to. */
static void test_refresh_a_cost_is_read_before_it_is_confirmed(void **state)
{
    (void)state;
    struct case_ c;
    start(&c);
    struct console *console = c.console;
    reads(&c);
    console->key_waits = always;
    int64_t before = store_reader_statements(console->store);
    snprintf(console->words, sizeof console->words, "all");
    command_force(console, 0);
    press(&c, "\r\r\r\ry");
    assert_int_equal(store_reader_statements(console->store), before);
    for (int i = 0; i < 3; i++) {
        console->put_off_ms = clock_mono_ms(); /* however long this test is held up */
        console_tick(console); /* stopped at once: the figures of some accounts are none */
        press(&c, "y");
        assert_int_equal(console->overlay, OVERLAY_DIALOG);
        assert_int_equal(console->dialog.at, console->dialog.field_count);
        assert_true(on_screen(&c, "what it would cost: loading"));
        assert_true(on_screen(&c, "not yet: it asks when all is loaded"));
        assert_false(on_screen(&c, "y = yes"));
        assert_false(on_screen(&c, "about"));
    }
    console->put_off_ms = 1;
    console_tick(console);
    assert_false(on_screen(&c, "loading"));
    assert_false(on_screen(&c, "not yet"));
    assert_true(on_screen(&c, "y = yes"));
    assert_true(on_screen(&c, "weighted in all (0 of 30 by their last forced delta)"));
    before = store_reader_statements(console->store);
    press(&c, "y");
    assert_int_equal(console->overlay, OVERLAY_NONE); /* there is no engine to be asked */
    assert_int_equal(store_reader_statements(console->store), before);
    act_fini(&console->request);
    end(&c);
}

/* Another mode is another cost; what is known of the one that is chosen is not read again. */
static void test_refresh_a_cost_is_of_what_is_chosen(void **state)
{
    (void)state;
    struct case_ c;
    start(&c);
    struct console *console = c.console;
    reads(&c);
    snprintf(console->words, sizeof console->words, "act_101");
    command_force(console, 0);
    assert_true(console->dialog.waiting);
    assert_true(reads(&c) > 0);
    assert_false(console->dialog.waiting);
    assert_int_equal(reads(&c), 0);
    press(&c, "\r\r\ry\r"); /* an override costs the same */
    assert_false(console->dialog.waiting);
    assert_int_equal(reads(&c), 0);
    for (int up = 0; up < 4; up++) {
        console_key(console, (struct key){.code = K_UP});
    }
    press(&c, "f");
    assert_true(console->dialog.waiting);
    assert_true(reads(&c) > 0);
    assert_false(console->dialog.waiting);
    press(&c, "d");
    press(&c, "f"); /* and back before anything was read */
    assert_false(console->dialog.waiting);
    assert_int_equal(reads(&c), 0);
    console_key(console, (struct key){.code = K_ESC});
    act_fini(&console->request);
    end(&c);
}

static void test_refresh_why_opens_before_it_is_read(void **state)
{
    (void)state;
    struct case_ c;
    start(&c);
    struct console *console = c.console;
    reads(&c);
    console->key_waits = always;
    int64_t before = store_reader_statements(console->store);
    press(&c, "w");
    assert_int_equal(store_reader_statements(console->store), before);
    for (int i = 0; i < 3; i++) {
        console->put_off_ms = clock_mono_ms();
        console_tick(console);
        assert_true(on_screen(&c, "Why: act_129"));
        assert_true(on_screen(&c, "loading"));
        assert_false(on_screen(&c, "nobody has touched it"));
    }
    console->key_waits = NULL;
    assert_true(reads(&c) > 0);
    assert_true(on_screen(&c, "nobody has touched it"));
    assert_false(on_screen(&c, "loading"));
    assert_int_equal(reads(&c), 0);
    press(&c, "qw\x1b"); /* closed before it was read: nobody wants it any more */
    assert_int_equal(console->overlay, OVERLAY_NONE);
    assert_int_equal(reads(&c), 0);
    end(&c);
}

/* What tells of a picture tells of the instant it is of, whatever has been asked for meanwhile. */
static void test_refresh_a_picture_and_its_instant_agree(void **state)
{
    (void)state;
    struct case_ c;
    char second[32], at[48], path[256], clock[32];
    struct str line;
    struct err err = {0};
    start(&c);
    struct console *console = c.console;
    c.config.command_count = 1;
    c.config.commands[0] = (struct config_command){.title = "open it", .line = "true", .ask = true};
    console->key_waits = always;
    press(&c, "[[[[[[[");
    reads(&c);
    assert_int_not_equal(console->at, console->env.at);
    date_format_rfc3339(NOW - HOUR, 0, second);
    str_init(&line, LINK_MAX);
    assert_true(link_text(console, false, " ", &line, &err));
    snprintf(at, sizeof at, "%.19s.500Z", second);
    assert_non_null(strstr(str_text(&line), at));
    str_fini(&line);
    assert_true(own_line(console, "open it"));
    snprintf(at, sizeof at, "ADTOP_AT=%s", second);
    assert_true(on_screen(&c, at));
    press(&c, "n");
    own_fini(&console->own);
    /* A dump has the rows that were asked for, and the frame they belong to. */
    press(&c, "d");
    assert_int_equal(console->env.at, NOW - HOUR - 7 * (int64_t)MINUTE);
    date_format_rfc3339(console->env.now, console->env.offset_s, second);
    snprintf(clock, sizeof clock, "%.8s", second + 11);
    for (char *s = second; *s; s++) {
        *s = *s == ':' ? '-' : *s;
    }
    snprintf(path, sizeof path, "%s/screen-%s.txt", c.dir, second);
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    char text[4096];
    size_t n = fread(text, 1, sizeof text - 1, file);
    text[n] = '\0';
    fclose(file);
    assert_non_null(strstr(text, clock));
    end(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_refresh_reads_once_for_all_selecting_keys),
        cmocka_unit_test(test_refresh_details_are_of_the_row_that_is_selected),
        cmocka_unit_test(test_refresh_reads_no_instant_that_was_skipped),
        cmocka_unit_test(test_refresh_stops_when_a_key_comes),
        cmocka_unit_test(test_refresh_keeps_the_overview_of_a_past_instant),
        cmocka_unit_test(test_refresh_shows_no_rows_of_another_instant),
        cmocka_unit_test(test_refresh_a_cost_is_read_before_it_is_confirmed),
        cmocka_unit_test(test_refresh_a_cost_is_of_what_is_chosen),
        cmocka_unit_test(test_refresh_why_opens_before_it_is_read),
        cmocka_unit_test(test_refresh_a_picture_and_its_instant_agree),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
