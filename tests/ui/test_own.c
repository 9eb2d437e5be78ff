/* A person's own commands, from [commands] of the configuration. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "console_case.h"

enum { WAIT_MS = 30000, TEXT = 4096, PATH = 128 };

struct own_case {
    struct console_case c;
    char dir[64], config[PATH];
};

static void write_file(const char *path, const char *text)
{
    char fresh[PATH + 8];
    (void)snprintf(fresh, sizeof fresh, "%s.new", path);
    FILE *file = fopen(fresh, "w");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(rename(fresh, path), 0);
}

static void make_dir(struct own_case *o, const char *commands)
{
    char text[TEXT];
    (void)snprintf(o->dir, sizeof o->dir, "/tmp/adtop-own-XXXXXX");
    assert_non_null(mkdtemp(o->dir));
    (void)snprintf(o->config, sizeof o->config, "%s/adtop.conf", o->dir);
    (void)snprintf(text, sizeof text, "[commands]\n%s", commands);
    write_file(o->config, text);
}

static void set_up(struct own_case *o, const char *commands)
{
    static const char *const env[] = {"META_ACCESS_TOKEN=hush-token",
                                      "META_APP_SECRET=hush-app",
                                      "CREDENTIALS_DIRECTORY=/hush",
                                      "ADTOP_RUN=999",
                                      "ADTOP_AT=never",
                                      NULL};
    make_dir(o, commands);
    const char *const args[] = {"--config", o->config, NULL};
    struct console_options options = {
        .state = FIXTURE_BURNING, .rows = 30, .cols = 110, .args = args, .env = env};
    console_open(&o->c, &options);
}

static void tear_down(struct own_case *o)
{
    char other[PATH];
    console_close(&o->c);
    (void)snprintf(other, sizeof other, "%s/out", o->dir);
    unlink(other);
    unlink(o->config);
    rmdir(o->dir);
}

static void see(const struct own_case *o, const char *text)
{
    if (!screen_wait(o->c.screen, text, WAIT_MS)) {
        fail_msg("no '%s'", text);
    }
}

static void press(const struct own_case *o, const char *keys, const char *text)
{
    screen_keys(o->c.screen, keys);
    see(o, text);
}

/* The console again, whole. */
static void go_back(const struct own_case *o)
{
    press(o, " ", "DEGRADED");
    assert_true(screen_wait_gone(o->c.screen, "press a key", WAIT_MS));
    assert_true(screen_is_fullscreen(o->c.screen));
}

static void test_own_gets_ids_and_nothing_else(void **state)
{
    (void)state;
    struct own_case o = {0};
    char wanted[PATH];
    set_up(&o, "O = about | printf '\\033[2J\\033[H'; echo \"run=${ADTOP_RUN-none} "
               "at=${ADTOP_AT-none} view=$ADTOP_VIEW\"\n"
               "  echo \"account=$ADTOP_ACCOUNT all=$ADTOP_ACCOUNTS dir=$ADTOP_STATE_DIR\"\n"
               "  echo \"hushed=$(env | grep -c hush) names=$(env | grep -c -i cato)\"\n"
               "  echo \"pipe=$(sh -c 'kill -PIPE $$'; echo $?)\"\n"
               "  ls -C /proc/$$/fd\n");
    press(&o, "O", "[about: done] press a key");
    assert_false(screen_is_fullscreen(o.c.screen));
    see(&o, "run=20 at=none view=triage"); /* of an account, its latest */
    (void)snprintf(wanted, sizeof wanted, "account=act_103 all=act_103 dir=%s",
                   fixture_dir(o.c.fixture));
    see(&o, wanted);
    see(&o, "hushed=0 names=0");
    see(&o, "pipe=141");
    see(&o, "0  1  2");
    assert_false(screen_has(o.c.screen, "0  1  2  3"));
    go_back(&o);
    see(&o, "about: done");
    /* Marked accounts, another instant, a run. */
    console_press(&o.c, "2  ");
    press(&o, "O", "view=accounts");
    see(&o, "press a key");
    char *text = screen_text(o.c.screen);
    const char *all = strstr(text, "all=act_");
    assert_non_null(all);
    assert_non_null(strstr(all + 5, " act_"));
    free(text);
    go_back(&o);
    console_press(&o.c, "1:at 10:05\r4");
    press(&o, "O", "at=2026-11-24T10:05:00Z view=runs");
    see(&o, "press a key");
    assert_false(screen_has(o.c.screen, "run=none"));
    /* Of a row that is about no run there is none, not one from outside. */
    go_back(&o);
    console_press(&o.c, "1\t\t\t\t");
    press(&o, "O", "run=none");
    assert_false(screen_has(o.c.screen, "run=999"));
    assert_false(screen_has(o.c.screen, "at=never"));
    tear_down(&o);
}

static void test_own_end_is_told(void **state)
{
    (void)state;
    struct own_case o = {0};
    set_up(&o, "O = three | exit 3\n"
               "A = nosuch | adtop-no-such-program\n"
               "F = file | /etc/passwd\n"
               "W = wait | echo begun; exec sleep 600\n");
    press(&o, "O", "[three: exit 3] press a key");
    press(&o, "\003", "three: exit 3"); /* Ctrl-C once too often is a key like others */
    see(&o, "10:19:41");
    press(&o, "A", "[nosuch: there is no such command: exit 127]");
    go_back(&o);
    press(&o, "F", "[file: it cannot be executed: exit 126]");
    go_back(&o);
    press(&o, "W", "begun"); /* with exec: a shell that is just starting a program may lose it */
    press(&o, "\003", "wait: ended by signal 2 (Interrupt)");
    assert_int_equal(kill(screen_pid(o.c.screen), 0), 0);
    tear_down(&o);
}

static void test_own_leaves_the_terminal_as_it_likes(void **state)
{
    (void)state;
    struct own_case o = {0};
    set_up(&o, "O = mess | stty raw -echo; printf '\\033[31;7m\\033[?25h\\033[5;9rmess'\n");
    char *before = screen_dump(o.c.screen);
    press(&o, "O", "press a key");
    screen_keys(o.c.screen, "x");
    see(&o, "10:19:41");
    see(&o, "mess: done");
    assert_true(screen_wait_gone(o.c.screen, "press a key", WAIT_MS));
    console_press(&o.c, "jk"); /* takes the notice away */
    char *after = screen_dump(o.c.screen);
    assert_string_equal(after, before);
    free(before);
    free(after);
    int status = 0;
    screen_keys(o.c.screen, "q");
    assert_true(screen_wait_exit(o.c.screen, WAIT_MS, &status));
    assert_int_equal(status, 0);
    assert_true(screen_is_cooked(o.c.screen));
    assert_true(screen_shows_cursor(o.c.screen));
    tear_down(&o);
}

static void test_own_asks_and_runs_unseen(void **state)
{
    (void)state;
    struct own_case o = {0};
    char commands[TEXT], out[PATH];
    make_dir(&o, "");
    (void)snprintf(out, sizeof out, "%s/out", o.dir);
    (void)snprintf(commands, sizeof commands,
                   "[commands]\nO = ?@ report it | echo unseen; echo $ADTOP_ACCOUNT >%s; exit 4\n",
                   out);
    write_file(o.config, commands);
    const char *const args[] = {"--config", o.config, NULL};
    struct console_options options = {
        .state = FIXTURE_BURNING, .rows = 30, .cols = 110, .args = args};
    console_open(&o.c, &options);
    press(&o, "O", "Run it?");
    see(&o, "ADTOP_ACCOUNT=act_103");
    press(&o, "\033", "nothing was done");
    assert_int_not_equal(access(out, F_OK), 0);
    press(&o, "O", "Run it?");
    press(&o, "O", "nothing was done"); /* the key that opened it does not confirm */
    assert_int_not_equal(access(out, F_OK), 0);
    press(&o, "O", "Run it?");
    press(&o, "y", "report it: exit 4");
    assert_true(screen_is_fullscreen(o.c.screen));
    assert_false(screen_has(o.c.screen, "unseen"));
    char text[64] = "";
    FILE *file = fopen(out, "r");
    assert_non_null(file);
    assert_non_null(fgets(text, sizeof text, file));
    assert_int_equal(fclose(file), 0);
    assert_string_equal(text, "act_103\n");
    tear_down(&o);
}

static void test_own_is_found_by_name_and_in_help(void **state)
{
    (void)state;
    struct own_case o = {0};
    set_up(&o, "O = show the runs | echo shown\nq = bad | ls\nM = pause | echo own\n"
               "O-O = none | ls\nCtrl-G = ctrl | ls\n");
    see(&o, "4 problems");
    press(&o, ":problems\r", "adtop.conf:3: commands: q already means quit");
    see(&o, "adtop.conf:4: commands: pause is a command of the console");
    see(&o, "adtop.conf:5: commands: O-O is no key");
    see(&o, "adtop.conf:6: commands: Ctrl-G never runs a command");
    press(&o, "x:show\t", ":show the runs");
    press(&o, "\r", "[show the runs: done] press a key");
    see(&o, "shown");
    go_back(&o);
    press(&o, "?G", "Own commands");
    see(&o, ":show the runs");
    /* Read again when the file changes. */
    write_file(o.config, "[commands]\nW = other | echo else\n");
    press(&o, "x", "10:19:41");
    see(&o, "the configuration was read again");
    press(&o, "W", "[other: done] press a key");
    go_back(&o);
    press(&o, "O", "O means nothing here");
    tear_down(&o);
}

/* Nobody is made to run one by a line that he pastes. */
static void test_own_is_no_link(void **state)
{
    (void)state;
    struct own_case o = {0};
    int status = 0;
    make_dir(&o, "O = runs in less | echo ran\n");
    struct fixture *fixture = fixture_create(FIXTURE_BURNING);
    fixture_engine_start(fixture);
    const char *const argv[] = {getenv("ADTOP"), "--state-dir", fixture_dir(fixture), "--config",
                                o.config,        "--open",      "runs in less",       NULL};
    struct screen_options options = {.rows = 24, .cols = 120, .argv = argv};
    struct screen *screen = screen_start(&options);
    assert_true(screen_wait_exit(screen, WAIT_MS, &status));
    assert_int_equal(WEXITSTATUS(status), 2);
    assert_true(screen_has(screen, "does more than look"));
    screen_stop(screen);
    fixture_destroy(fixture);
    unlink(o.config);
    rmdir(o.dir);
}

/* Ctrl-Z under a shell with job control stops command and console, fg goes on with both. */
static void test_own_stops_and_goes_on(void **state)
{
    (void)state;
    struct own_case o = {0};
    char line[1024];
    make_dir(&o, "O = ask | echo begun; read x; echo \"got $x\"\n");
    struct fixture *fixture = fixture_create(FIXTURE_BURNING);
    fixture_engine_start(fixture);
    (void)snprintf(line, sizeof line,
                   "set -m; %s --state-dir %s --config %s; echo \"stopped $?\"; read y; fg; "
                   "echo \"left $?\"",
                   getenv("ADTOP"), fixture_dir(fixture), o.config);
    const char *const argv[] = {"/bin/bash", "-c", line, NULL};
    struct screen_options options = {.rows = 30, .cols = 110, .argv = argv};
    o.c.screen = screen_start(&options);
    o.c.fixture = fixture;
    see(&o, "10:19:41");
    press(&o, "O", "begun");
    press(&o, "\x1a", "stopped 148");
    screen_keys(o.c.screen, "\n");
    press(&o, "abc\n", "got abc");
    see(&o, "[ask: done] press a key");
    go_back(&o);
    press(&o, "q", "left 0");
    tear_down(&o);
}

/* A console that is asked to end does not wait for the command. */
static void test_own_does_not_hold_the_console(void **state)
{
    (void)state;
    struct own_case o = {0};
    int status = 0;
    set_up(&o, "W = wait | echo begun; sleep 600\n");
    press(&o, "W", "begun");
    assert_int_equal(kill(screen_pid(o.c.screen), SIGTERM), 0);
    assert_true(screen_wait_exit(o.c.screen, WAIT_MS, &status));
    assert_true(WIFEXITED(status));
    assert_true(screen_is_cooked(o.c.screen));
    tear_down(&o);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_own_gets_ids_and_nothing_else),
        cmocka_unit_test(test_own_end_is_told),
        cmocka_unit_test(test_own_leaves_the_terminal_as_it_likes),
        cmocka_unit_test(test_own_asks_and_runs_unseen),
        cmocka_unit_test(test_own_is_found_by_name_and_in_help),
        cmocka_unit_test(test_own_is_no_link),
        cmocka_unit_test(test_own_stops_and_goes_on),
        cmocka_unit_test(test_own_does_not_hold_the_console),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
