/* The configuration and the theme, while the console runs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "console_case.h"

enum { WAIT_MS = 30000 };

struct settings_case {
    struct console_case c;
    char dir[64], config[96], theme[96];
};

static void write_file(const char *path, const char *text)
{
    char fresh[128];
    (void)snprintf(fresh, sizeof fresh, "%s.new", path);
    FILE *file = fopen(fresh, "w");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(rename(fresh, path), 0); /* as editors do */
}

static void set_up(struct settings_case *s, const char *config, const char *theme)
{
    (void)snprintf(s->dir, sizeof s->dir, "/tmp/adtop-settings-XXXXXX");
    assert_non_null(mkdtemp(s->dir));
    (void)snprintf(s->config, sizeof s->config, "%s/own.conf", s->dir);
    (void)snprintf(s->theme, sizeof s->theme, "%s/own.theme", s->dir);
    write_file(s->config, config);
    write_file(s->theme, theme);
    const char *const args[] = {"--config", s->config, NULL};
    struct console_options options = {
        .state = FIXTURE_BURNING, .rows = 24, .cols = 100, .args = args};
    console_open(&s->c, &options);
}

static void tear_down(struct settings_case *s)
{
    console_close(&s->c);
    unlink(s->config);
    unlink(s->theme);
    rmdir(s->dir);
}

static void test_settings_are_read_again(void **state)
{
    (void)state;
    struct settings_case s = {0};
    char text[256];
    set_up(&s, "[ui]\nenvironment = stage-eu\n", "");
    assert_true(screen_has(s.c.screen, "stage-eu"));
    write_file(s.config, "[ui]\nenvironment = prod-eu\n[keys]\nwhy = W\n");
    assert_true(screen_wait(s.c.screen, "prod-eu", WAIT_MS));
    assert_true(screen_wait(s.c.screen, "the configuration was read again", WAIT_MS));
    console_press(&s.c, "W");
    assert_true(screen_wait(s.c.screen, "Why: Cato", WAIT_MS));
    console_press(&s.c, "qw");
    assert_true(screen_wait(s.c.screen, "w means nothing here", WAIT_MS));
    /* A mistake is told with its line, and nothing changes. */
    write_file(s.config, "[ui]\nenvironment = other\nbell = loud\n");
    assert_true(screen_wait(s.c.screen, "own.conf:3: bell:", WAIT_MS));
    assert_true(screen_wait(s.c.screen, "prod-eu", WAIT_MS));
    (void)snprintf(text, sizeof text, "[ui]\ntheme = %s\n", s.theme);
    write_file(s.config, text);
    assert_true(screen_wait_gone(s.c.screen, "prod-eu", WAIT_MS));
    tear_down(&s);
}

static void test_settings_theme_is_read_again(void **state)
{
    (void)state;
    struct settings_case s = {0};
    char text[256];
    set_up(&s, "", "[roles]\nalarm = fg:nothing\n");
    (void)snprintf(text, sizeof text, "[ui]\ntheme = %s\n", s.theme);
    write_file(s.config, text);
    /* Broken: file and line, and the default is used. */
    assert_true(screen_wait(s.c.screen, "own.theme:2: no such palette colour:", WAIT_MS));
    write_file(s.theme, "[glyphs]\nselect = \"@\" | \"@\"\n");
    assert_true(screen_wait(s.c.screen, "the theme was read again", WAIT_MS));
    assert_true(screen_wait(s.c.screen, "@ ! H  Cato", WAIT_MS));
    write_file(s.theme, "[glyphs]\nselect = \"%\" | \"%\"\n");
    assert_true(screen_wait(s.c.screen, "% ! H  Cato", WAIT_MS));
    tear_down(&s);
}

static void press_until(const struct settings_case *s, const char *keys, const char *wanted)
{
    screen_keys(s->c.screen, keys);
    assert_true(screen_wait(s->c.screen, wanted, WAIT_MS));
}

static void test_settings_keys_in_conflict_are_told(void **state)
{
    (void)state;
    struct settings_case s = {0};
    set_up(&s, "[keys]\nwhy = q\n", "");
    assert_true(screen_wait(s.c.screen, "own.conf:2: keys: why: q already means quit", WAIT_MS));
    console_press(&s.c, "w");
    assert_true(screen_wait(s.c.screen, "Why: Cato", WAIT_MS));
    tear_down(&s);
}

/* One line has room for one of them: the rest can be read. */
static void test_settings_every_problem_can_be_read(void **state)
{
    (void)state;
    struct settings_case s = {0};
    char text[256];
    set_up(&s, "", "[roles]\nalarm = fg:nothing\n");
    press_until(&s, ":problems\r", "nothing is wrong with the theme");
    (void)snprintf(text, sizeof text,
                   "[ui]\ntheme = %s\n[keys]\nwhy = q\nbogus = x\npause = Ctrl-P\n", s.theme);
    write_file(s.config, text);
    assert_true(screen_wait(s.c.screen, "4 problems, ':problems' lists them", WAIT_MS));
    press_until(&s, ":problems\r", "Theme and configured keys");
    assert_true(screen_wait(s.c.screen, "own.theme:2: no such palette colour", WAIT_MS));
    assert_true(screen_wait(s.c.screen, "own.conf:4: keys: why: q already means quit", WAIT_MS));
    assert_true(screen_wait(s.c.screen, "own.conf:5: keys: \"bogus\" is no command", WAIT_MS));
    assert_true(screen_wait(s.c.screen, "pause: Ctrl-P never acts", WAIT_MS));
    tear_down(&s);
}

/* The picker shows each theme as the list is gone through; Esc brings the old one back. */
static void test_settings_theme_picker_previews(void **state)
{
    (void)state;
    struct settings_case s = {0};
    set_up(&s, "[ui]\ntheme = mono\n", "");
    char *before = screen_dump(s.c.screen);
    assert_null(strstr(before, " fg"));
    console_press(&s.c, "T");
    assert_true(screen_wait(s.c.screen, "tokyo-night", WAIT_MS));
    console_press(&s.c, "k");
    char *preview = screen_dump(s.c.screen);
    assert_non_null(strstr(preview, " fg"));
    console_press(&s.c, "\x1b");
    assert_true(screen_wait_gone(s.c.screen, "tokyo-night", WAIT_MS));
    char *after = screen_dump(s.c.screen);
    assert_string_equal(after, before);
    console_press(&s.c, "Tk\r");
    char *chosen = screen_dump(s.c.screen);
    assert_non_null(strstr(chosen, " fg"));
    free(before);
    free(preview);
    free(after);
    free(chosen);
    tear_down(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_settings_are_read_again),
        cmocka_unit_test(test_settings_theme_is_read_again),
        cmocka_unit_test(test_settings_keys_in_conflict_are_told),
        cmocka_unit_test(test_settings_every_problem_can_be_read),
        cmocka_unit_test(test_settings_theme_picker_previews),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
