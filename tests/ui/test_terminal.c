/* What the console does to a terminal: every kind, every way out, and nothing in vain. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "console_case.h"

enum { WAIT_MS = 30000, IDLE_MS = 2500 };

static void open_on(struct console_case *c, const char *term, const char *const *env)
{
    struct console_options options = {
        .state = FIXTURE_BURNING, .rows = 24, .cols = 80, .term = term, .env = env};
    console_open(c, &options);
}

static bool raw_has(const struct console_case *c, const char *bytes)
{
    size_t n = 0;
    return strstr(screen_raw(c->screen, &n), bytes) != NULL;
}

/* Does a parameter of any SGR sequence choose a colour? */
static bool has_colour(const char *raw)
{
    for (const char *at = strstr(raw, "\033["); at; at = strstr(at + 1, "\033[")) {
        const char *end = at + 2 + strspn(at + 2, "0123456789;:");
        for (const char *p = at + 2; *end == 'm' && p < end; p += strcspn(p, ";m") + 1) {
            long n = strtol(p, NULL, 10);
            if ((n >= 30 && n <= 38) || (n >= 40 && n <= 48) || (n >= 90 && n <= 107)) {
                return true;
            }
        }
    }
    return false;
}

static void test_terminal_kinds(void **state)
{
    (void)state;
    static const char *const none[] = {NULL};
    static const char *const no_colour[] = {"NO_COLOR=1", NULL};
    static const char *const no_colour_empty[] = {"NO_COLOR=", NULL};
    static const char *const plain_c[] = {"LC_ALL=C", NULL};
    static const char *const no_locale[] = {"LC_ALL", "LANG", NULL};
    static const char *const true_colour[] = {"COLORTERM=truecolor", NULL};
    static const struct {
        const char *term;
        const char *const *env;
        bool colour, utf8;
        const char *must, *must_not;
    } kinds[] = {
        {"xterm-256color",   none,            true,  true,  "\033]2;adtop", "\033[38;2;"},
        {"screen-256color",  none,            true,  true,  NULL,           NULL        },
        {"tmux-256color",    none,            true,  true,  NULL,           NULL        },
        {"xterm",            none,            true,  true,  NULL,           "38;5;"     },
        {"linux",            none,            true,  true,  NULL,           "\033]"     },
        {"xterm-256color",   true_colour,     true,  true,  NULL,           NULL        },
        {"xterm-256color",   no_colour,       false, true,  NULL,           NULL        },
        {"xterm-256color",   no_colour_empty, true,  true,  NULL,           NULL        },
        {"xterm-256color",   plain_c,         true,  false, NULL,           NULL        },
        {"xterm-256color",   no_locale,       true,  false, NULL,           NULL        },
        {"vt100",            none,            false, true,  NULL,           "\033]"     },
        {"vt100",            plain_c,         false, false, NULL,           "\033]"     },
        {"no-such-terminal", plain_c,         false, false, NULL,           "\033]"     },
    };
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        struct console_case c;
        open_on(&c, kinds[i].term, kinds[i].env);
        console_press(&c, "?q2");
        size_t n = 0, high = 0;
        const char *raw = screen_raw(c.screen, &n);
        for (size_t b = 0; b < n; b++) {
            high += (unsigned char)raw[b] >= 0x80;
        }
        if (has_colour(raw) != kinds[i].colour || (high > 0) != kinds[i].utf8 ||
            (kinds[i].must && !raw_has(&c, kinds[i].must)) ||
            (kinds[i].must_not && raw_has(&c, kinds[i].must_not)) || raw_has(&c, "1000h")) {
            fail_msg("%s %s: colour %d, %zu bytes of UTF-8", kinds[i].term,
                     kinds[i].env[0] ? kinds[i].env[0] : "", has_colour(raw), high);
        }
        assert_true(screen_has(c.screen, "Acme Retail EU"));
        console_close(&c);
    }
}

/* Truecolor is used where the terminal says that it has it and a theme has colours of its own,
 * whatever descriptions are installed; the default theme leaves them to the terminal's owner. GNU
 * screen passes on what the terminal around it says, and does not know it. */
static void test_terminal_direct_colour(void **state)
{
    (void)state;
    static const char *const env[] = {"COLORTERM=truecolor", "TMUX", "TERMINFO", NULL};
    static const char *const bits[] = {"COLORTERM=24bit", "TMUX", NULL};
    static const char *const tmux[] = {"COLORTERM=truecolor", "TMUX=/tmp/tmux-0/default,1,0", NULL};
    static const char *const unwanted[] = {"COLORTERM=truecolor", "NO_COLOR=1", NULL};
    static const char *const empty[] = {"COLORTERM=truecolor", "NO_COLOR=", NULL};
    static const char *const no_env[] = {NULL};
    static const struct {
        const char *term, *theme;
        const char *const *env;
        bool direct, indexed;
    } cases[] = {
        {"xterm-256color",  "dracula",    env,      true,  false},
        {"xterm-256color",  "dracula",    bits,     true,  false},
        {"xterm-256color",  "dracula",    no_env,   false, true },
        {"xterm-256color",  "dracula",    unwanted, false, false},
        {"xterm-256color",  "dracula",    empty,    true,  false},
        {"xterm-256color",  "default-16", env,      false, false},
        {"xterm-256color",  "default-16", no_env,   false, false},
        {"xterm",           "dracula",    env,      true,  false},
        {"tmux-256color",   "dracula",    env,      true,  false},
        {"screen-256color", "dracula",    env,      false, true },
        {"screen-256color", "dracula",    tmux,     true,  false},
        {"vt100",           "dracula",    env,      false, false},
        {"linux",           "dracula",    env,      false, false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const char *const args[] = {"--theme", cases[i].theme, NULL};
        struct console_case c;
        struct console_options options = {.state = FIXTURE_BURNING,
                                          .rows = 24,
                                          .cols = 80,
                                          .term = cases[i].term,
                                          .env = cases[i].env,
                                          .args = args};
        console_open(&c, &options);
        bool direct = raw_has(&c, "\033[38;2;255;118;118m");
        bool indexed = raw_has(&c, "38;5;");
        if (direct != cases[i].direct || indexed != cases[i].indexed) {
            fail_msg("case %zu: direct %d, indexed %d", i, direct, indexed);
        }
        console_press(&c, "m"); /* what else the terminal can is not lost with its description */
        if (strncmp(cases[i].term, "xterm", 5) == 0 && !raw_has(&c, "1006")) {
            fail_msg("case %zu: no mouse", i);
        }
        console_close(&c);
    }
}

/* A terminal that cannot place its cursor gets lines; so does a pipe. */
static void test_terminal_dumb_gets_lines(void **state)
{
    (void)state;
    struct fixture *fixture = fixture_create(FIXTURE_BURNING);
    fixture_engine_start(fixture);
    static const char *const env[] = {"LC_ALL=C", NULL};
    const char *const argv[] = {getenv("ADTOP"), "--state-dir", fixture_dir(fixture), NULL};
    struct screen_options options = {
        .rows = 40, .cols = 160, .term = "dumb", .argv = argv, .env = env};
    struct screen *screen = screen_start(&options);
    assert_true(screen_wait(screen, "10:19:41 act_101 \"Acme Retail EU\"", WAIT_MS));
    assert_true(screen_wait(screen, "DEGRADED", WAIT_MS));
    size_t n = 0;
    const char *raw = screen_raw(screen, &n);
    assert_null(memchr(raw, '\033', n));
    screen_stop(screen);
    fixture_destroy(fixture);
}

static void ends_well(struct console_case *c, const char *how, bool by_signal)
{
    int status = 0;
    if (!screen_wait_exit(c->screen, WAIT_MS, &status) || screen_is_fullscreen(c->screen) ||
        !screen_shows_cursor(c->screen) || !screen_is_cooked(c->screen) ||
        (by_signal ? !WIFSIGNALED(status) : !WIFEXITED(status) || WEXITSTATUS(status) != 0)) {
        fail_msg("%s: status %x, full screen %d, cursor %d, cooked %d", how, (unsigned)status,
                 screen_is_fullscreen(c->screen), screen_shows_cursor(c->screen),
                 screen_is_cooked(c->screen));
    }
}

static void test_terminal_is_given_back(void **state)
{
    (void)state;
    static const struct {
        const char *how, *keys;
        int signal;
        bool dies;
    } exits[] = {
        {"q",       "q",    0,       false},
        {":q",      ":q\r", 0,       false},
        {"Ctrl-C",  "\x03", 0,       false},
        {"Ctrl-\\", "\x1c", 0,       false},
        {"SIGTERM", NULL,   SIGTERM, false},
        {"SIGINT",  NULL,   SIGINT,  false},
        {"SIGHUP",  NULL,   SIGHUP,  false},
        {"SIGQUIT", NULL,   SIGQUIT, false},
        {"SIGABRT", NULL,   SIGABRT, true },
        {"SIGBUS",  NULL,   SIGBUS,  true },
    };
    for (size_t i = 0; i < sizeof exits / sizeof exits[0]; i++) {
        static const char *const env[] = {"ASAN_OPTIONS=handle_abort=0:handle_sigbus=0", NULL};
        struct console_case c;
        open_on(&c, NULL, env);
        assert_true(screen_is_fullscreen(c.screen));
        assert_false(screen_is_cooked(c.screen));
        console_press(&c, "m"); /* the mouse as well */
        if (exits[i].keys) {
            screen_keys(c.screen, exits[i].keys);
        } else {
            kill(screen_pid(c.screen), exits[i].signal);
        }
        ends_well(&c, exits[i].how, exits[i].dies);
        assert_true(raw_has(&c, "1000l") || exits[i].dies);
        console_close(&c);
    }
}

/* Leaving says that the engine goes on; a lost connection ends the console alone. */
static void test_terminal_leaves_the_engine(void **state)
{
    (void)state;
    struct console_case c;
    open_on(&c, NULL, NULL);
    screen_keys(c.screen, "q");
    assert_true(screen_wait(c.screen, "adtop: the engine goes on (pid", WAIT_MS));
    ends_well(&c, "q", false);
    console_close(&c);
    open_on(&c, NULL, NULL);
    screen_hang_up(c.screen);
    int status = 0;
    assert_true(screen_wait_exit(c.screen, WAIT_MS, &status));
    console_close(&c);
}

static void test_terminal_suspends_and_comes_back(void **state)
{
    (void)state;
    struct fixture *fixture = fixture_create(FIXTURE_BURNING);
    fixture_engine_start(fixture);
    char script[512];
    (void)snprintf(script, sizeof script,
                   "set -m; '%s' --state-dir '%s'; stty -a; echo stopped; read line; fg; "
                   "echo ended",
                   getenv("ADTOP"), fixture_dir(fixture));
    const char *const argv[] = {"/bin/sh", "-c", script, NULL};
    struct screen_options options = {.rows = 24, .cols = 80, .argv = argv};
    struct screen *screen = screen_start(&options);
    assert_true(screen_wait(screen, "10:19:41", WAIT_MS));
    assert_true(screen_wait(screen, "Acme", WAIT_MS));
    screen_keys(screen, "\x1a");
    assert_true(screen_wait(screen, "stopped", WAIT_MS));
    assert_false(screen_is_fullscreen(screen));
    assert_true(screen_is_cooked(screen));
    screen_resize(screen, 30, 100);
    screen_keys(screen, "\r");
    assert_true(screen_wait(screen, "10:19:41", WAIT_MS));
    assert_true(screen_is_fullscreen(screen));
    assert_true(screen_wait(screen, "q quit", WAIT_MS));
    for (int waited = 0; waited < WAIT_MS && screen_line_of(screen, "q quit") != 29; waited += 20) {
        screen_read_for(screen, 20);
    }
    assert_int_equal(screen_line_of(screen, "q quit"), 29);
    size_t n = 0;
    const char *again = strstr(screen_raw(screen, &n), "\033[?1049l");
    again = again ? strstr(again, "\033[?1049h") : NULL;
    assert_true(again && strstr(again, "\033[6n")); /* it may be another terminal by now */
    screen_keys(screen, "q");
    assert_true(screen_wait(screen, "ended", WAIT_MS));
    assert_true(screen_is_cooked(screen));
    screen_stop(screen);
    fixture_destroy(fixture);
}

/* After a storm of sizes the screen is that of a console which never had another. */
static void test_terminal_resize_storm(void **state)
{
    (void)state;
    struct console_case c, still;
    open_on(&c, NULL, NULL);
    unsigned seed = 1;
    screen_look_away(c.screen, true);
    for (int i = 0; i < 300; i++) {
        seed = seed * 1103515245 + 12345;
        screen_resize(c.screen, 1 + (int)(seed >> 16) % 70, 1 + (int)(seed >> 8) % 210);
        screen_read_for(c.screen, i % 7 ? 0 : 5);
    }
    screen_resize(c.screen, 24, 80);
    screen_settle(c.screen, 300, WAIT_MS);
    screen_look_away(c.screen, false);
    console_press(&c, "\x0c");
    open_on(&still, NULL, NULL);
    console_press(&still, "\x0c");
    char *after = screen_dump(c.screen), *wanted = screen_dump(still.screen);
    if (strcmp(after, wanted) != 0) {
        (void)fprintf(stderr, "after the storm\n%s\nwithout one\n%s", after, wanted);
        fail();
    }
    free(after);
    free(wanted);
    console_close(&c);
    console_close(&still);
}

/* The fixture's clock stands still, so not a byte has a reason. */
static void test_terminal_idle_writes_nothing(void **state)
{
    (void)state;
    static const char *const views[] = {"1", "3", "8"};
    struct console_case c;
    open_on(&c, NULL, NULL);
    for (size_t i = 0; i < sizeof views / sizeof views[0]; i++) {
        console_press(&c, views[i]);
        screen_settle(c.screen, 500, WAIT_MS);
        uint64_t before = screen_bytes(c.screen);
        screen_read_for(c.screen, i ? 1200 : IDLE_MS);
        if (screen_bytes(c.screen) != before) {
            fail_msg("view %s: %llu bytes", views[i],
                     (unsigned long long)(screen_bytes(c.screen) - before));
        }
    }
    /* And where a row is moved to, little more than two rows. */
    console_press(&c, "2");
    uint64_t before = screen_bytes(c.screen);
    console_press(&c, "j");
    assert_in_range(screen_bytes(c.screen) - before, 1, 1200);
    console_close(&c);
}

static void test_terminal_copies(void **state)
{
    (void)state;
    static const char *const tmux[] = {"TMUX=/tmp/none,1,0", NULL};
    static const char *const sty[] = {"STY=1.none", NULL};
    static const struct {
        const char *term;
        const char *const *env;
        const char *said, *bytes;
    } cases[] = {
        {NULL,              NULL, "copied act_103",                                                   "\033]52;c;YWN0XzEwMw==\a"           },
        {"tmux-256color",   tmux, "copied act_103; tmux passes it on with 'set -g set-clipboard on'",
         "\033]52;c;YWN0XzEwMw==\a\033Ptmux;\033\033]52;c;YWN0XzEwMw==\a\033\\"                                                            },
        {"screen-256color", sty,  "copied act_103",                                                   "\033P\033]52;c;YWN0XzEwMw==\a\033\\"},
        {"vt100",           NULL, "not known to take copies",                                         NULL                                 },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct console_case c;
        open_on(&c, cases[i].term, cases[i].env);
        screen_keys(c.screen, "y");
        assert_true(screen_wait(c.screen, cases[i].said, WAIT_MS));
        if (cases[i].bytes ? !raw_has(&c, cases[i].bytes) : raw_has(&c, "\033]52;")) {
            fail_msg("case %zu", i);
        }
        screen_keys(c.screen, "Y");
        assert_true(
            screen_wait(c.screen, cases[i].bytes ? "copied the row" : "not known", WAIT_MS));
        console_press(&c, ":link\r");
        assert_true(screen_wait(c.screen, "opens this picture", WAIT_MS));
        assert_true(screen_has(c.screen, "tmux passes it on") == (cases[i].env == tmux));
        console_close(&c);
    }
}

static void test_terminal_mouse(void **state)
{
    (void)state;
    struct console_case c;
    open_on(&c, NULL, NULL);
    console_press(&c, "2");
    assert_false(raw_has(&c, "1000h"));
    console_press(&c, "m");
    assert_true(screen_wait(c.screen, "mouse on", WAIT_MS));
    assert_true(raw_has(&c, "1000h"));
    int line = screen_line_of(c.screen, "Acme Retail EU");
    char click[32];
    (void)snprintf(click, sizeof click, "\033[<0;10;%dM", line + 1);
    console_press(&c, click);
    console_press(&c, "w");
    assert_true(screen_wait(c.screen, "Why: Acme Retail EU", WAIT_MS));
    console_press(&c, "q\033[<65;10;8M"); /* the wheel, three rows down */
    console_press(&c, "w");
    assert_true(screen_wait_gone(c.screen, "Why: Acme Retail EU", WAIT_MS));
    console_press(&c, "qm");
    assert_true(screen_wait(c.screen, "mouse off", WAIT_MS));
    assert_true(raw_has(&c, "1000l"));
    console_close(&c);
}

static void test_terminal_dump(void **state)
{
    (void)state;
    struct console_case c;
    char path[256];
    struct stat st;
    open_on(&c, NULL, NULL);
    screen_keys(c.screen, "d");
    assert_true(screen_wait(c.screen, "written:", WAIT_MS));
    (void)snprintf(path, sizeof path, "%s/screen-2026-11-24T10-19-41Z.txt", fixture_dir(c.fixture));
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    static char text[262144];
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    size_t n = fread(text, 1, sizeof text - 1, file);
    (void)fclose(file);
    text[n] = '\0';
    assert_non_null(strstr(text, "DEGRADED"));
    assert_non_null(strstr(text, "# Accounts"));
    assert_non_null(strstr(text, "Acme Retail EU\t"));
    assert_null(memchr(text, '\033', n));
    console_close(&c);
}

/* What means nothing does nothing: no key leaves by accident, no unknown sequence acts. */
static void test_terminal_unknown_keys(void **state)
{
    (void)state;
    static const char *const nothing[] = {"\x7f",   "\033[3~", "\x08", "\033[200~", "\033[1;9S",
                                          "\033OX", "\033[I",  "%",    "\x01",      "\xc3\xa9"};
    struct console_case c;
    open_on(&c, NULL, NULL);
    for (size_t i = 0; i < sizeof nothing / sizeof nothing[0]; i++) {
        console_press(&c, nothing[i]);
        assert_true(screen_wait(c.screen, "means nothing here; ? shows every key", WAIT_MS));
        console_press(&c, ":\x7f");
    }
    for (int i = 0; i < 5; i++) {
        console_press(&c, "\033");
    }
    assert_true(screen_wait(c.screen, "this is the top; q leaves, the engine goes on", WAIT_MS));
    struct fixture_request got;
    assert_false(fixture_last_request(c.fixture, &got));
    console_close(&c);
}

/* Somebody who is not looking hears of a new alert: once, and not of what was there before. */
static void test_terminal_rings(void **state)
{
    (void)state;
    static const char bell[] = "\033]9;adtop: critical act_101: older than it should be\a";
    struct console_case c;
    open_on(&c, NULL, NULL);
    screen_read_for(c.screen, 1200);
    assert_false(raw_has(&c, "\033]9;"));
    size_t n = 0;
    const char *raw = screen_raw(c.screen, &n);
    size_t before = n;
    fixture_alert(c.fixture, "act_101", "older than it should be");
    for (int waited = 0; waited < WAIT_MS && !raw_has(&c, bell); waited += 50) {
        screen_read_for(c.screen, 50);
    }
    assert_true(raw_has(&c, bell));
    screen_read_for(c.screen, 2500);
    raw = screen_raw(c.screen, &n);
    const char *first = strstr(raw + before, "\033]9;");
    assert_non_null(first);
    assert_null(strstr(first + 1, "\033]9;"));
    assert_non_null(memchr(raw + before, '\a', n - before));
    console_close(&c);
}

/* A dead engine is told, and its return too, without a key. */
static void test_terminal_engine_goes_and_comes(void **state)
{
    (void)state;
    struct console_case c;
    open_on(&c, NULL, NULL);
    fixture_engine_stop(c.fixture);
    assert_true(screen_wait(c.screen, "the engine is gone", WAIT_MS));
    screen_keys(c.screen, "p");
    assert_true(screen_wait(c.screen, "no engine runs: E starts one", WAIT_MS));
    fixture_engine_start(c.fixture);
    assert_true(screen_wait(c.screen, "the engine is back", WAIT_MS));
    console_close(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_terminal_kinds),
        cmocka_unit_test(test_terminal_direct_colour),
        cmocka_unit_test(test_terminal_dumb_gets_lines),
        cmocka_unit_test(test_terminal_is_given_back),
        cmocka_unit_test(test_terminal_leaves_the_engine),
        cmocka_unit_test(test_terminal_suspends_and_comes_back),
        cmocka_unit_test(test_terminal_resize_storm),
        cmocka_unit_test(test_terminal_idle_writes_nothing),
        cmocka_unit_test(test_terminal_copies),
        cmocka_unit_test(test_terminal_mouse),
        cmocka_unit_test(test_terminal_dump),
        cmocka_unit_test(test_terminal_unknown_keys),
        cmocka_unit_test(test_terminal_rings),
        cmocka_unit_test(test_terminal_engine_goes_and_comes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
