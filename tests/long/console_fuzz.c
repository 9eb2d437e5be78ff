/*
 * console_fuzz SECONDS [SEED]: random keys, sizes and signals on the console, over a fixture with
 * hostile names and over a whole demo, on every kind of terminal. The programs are ADTOP and
 * ADTOP_SIM, built with a sanitizer by tests/long/console-fuzz. Ends with 1 and says how to repeat
 * it when a program fails, hangs, leaves the terminal spoilt or writes what it never should.
 */
#include <glob.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tests/ui/fixture.h"
#include "tests/ui/screen.h"

enum { SESSION_STEPS = 4000, HANG_MS = 60000, EXIT_MS = 60000, START_MS = 60000, TAIL = 400 };

struct fuzz {
    uint64_t state; /* of the random numbers */
    unsigned long seed, session;
    struct screen *screen;
    struct fixture *fixture; /* NULL = a demo */
    char log[128];           /* where sanitizers write */
    char suppressions[128];
    char keys[TAIL]; /* the last ones sent */
    size_t key_bytes;
    unsigned long steps, resizes, sessions[2];
};

static const char *const terms[] = {"xterm-256color", "screen-256color", "tmux-256color",
                                    "linux",          "vt100",           "xterm"};

static const char long_words[] =
    "words that go on and on, far beyond any field, any line and any patience that there may be";

/* What is pressed more often than chance would have it. */
static const char *const phrases[] = {
    "\r",
    "\x1b",
    "\t",
    "j",
    "k",
    "\x1b[B",
    "\x1b[A",
    "\x1b[5~",
    "\x1b[6~",
    "\x1bOH",
    "\x1bOF",
    "p",
    "y",
    "S",
    "X",
    "R",
    "P",
    "B",
    "L",
    "u",
    "+",
    "-",
    "*",
    " ",
    "U",
    "w",
    "?",
    "/",
    ":",
    "T",
    "s",
    "c",
    "z",
    "[",
    "]",
    "{",
    "}",
    "0",
    "t",
    "1",
    "2",
    "3",
    "4",
    "5",
    "6",
    "7",
    "8",
    "9",
    "H",
    "d",
    "m",
    "!",
    "\x0c",
    "\x7f",
    ":at 10:0",
    ":filter use%:>9\r",
    ":pause all\r\r\r",
    ":entities\r",
    ":why acme\r",
    ":theme ",
    ":sort \t\t\r",
    "\x1b[<0;9;9M",
    "\x1b[<65;9;9M",
    "\x1b[<0;900;900M",
    "\xe5\xb9\xbf",
    "\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x9a\x80",
    "\xd7\x90",
    "\xcc\x81",
    "\xff\xfe",
    "\x1b[200~",
    "\x1b]52;c;?\a",
    "\x15",
    "\x01",
    "\x05",
    ":account \t\t\t\r",
    ":run 3\r",
    ":range 7d\r",
    ":columns\r",
    "y\x1b",
    "12\r",
    long_words,
};
enum { PHRASES = sizeof phrases / sizeof phrases[0], TERMS = sizeof terms / sizeof terms[0] };

static unsigned below(struct fuzz *f, unsigned n)
{
    f->state ^= f->state << 13;
    f->state ^= f->state >> 7;
    f->state ^= f->state << 17;
    return (unsigned)((f->state >> 11) % n);
}

static int fail(struct fuzz *f, const char *what)
{
    (void)fprintf(stderr,
                  "console_fuzz: %s; session %lu of seed %lu, after %lu steps\nlast keys:", what,
                  f->session, f->seed, f->steps);
    for (size_t i = 0; i < f->key_bytes; i++) {
        unsigned char c = (unsigned char)f->keys[i];
        (void)fprintf(stderr, c > ' ' && c < 0x7f ? "%c" : "\\x%02x", c);
    }
    size_t n = 0;
    const char *raw = screen_raw(f->screen, &n);
    (void)fprintf(stderr, "\nlast written:");
    for (size_t i = n > TAIL ? n - TAIL : 0; i < n; i++) {
        (void)fprintf(stderr, raw[i] >= ' ' && raw[i] < 0x7f ? "%c" : "\\x%02x",
                      (unsigned char)raw[i]);
    }
    (void)fprintf(stderr, "\n");
    return 1;
}

static void press(struct fuzz *f, const char *keys)
{
    size_t n = strlen(keys), keep = f->key_bytes + n > TAIL ? TAIL - n : f->key_bytes;
    memmove(f->keys, f->keys + f->key_bytes - keep, keep);
    memcpy(f->keys + keep, keys, n);
    f->key_bytes = keep + n;
    screen_keys(f->screen, keys);
}

/* Reports of any of the programs. */
static bool reported(struct fuzz *f)
{
    char pattern[160];
    glob_t found;
    (void)snprintf(pattern, sizeof pattern, "%s*", f->log);
    bool any = glob(pattern, 0, NULL, &found) == 0;
    for (size_t i = 0; any && i < found.gl_pathc; i++) {
        char command[256];
        (void)snprintf(command, sizeof command, "cat '%s' >&2", found.gl_pathv[i]);
        int ignored = system(command);
        (void)ignored;
    }
    globfree(&found);
    return any;
}

/* Outside of the sequences that the console has a reason to write there are no control characters:
 * nothing of a name got through. NULL when all is well. */
static const char *spoilt(const char *raw, size_t n)
{
    static const char *const said[] = {"\033]2;adtop", "\033]9;adtop", "\033]52;c;"};
    for (size_t i = 0; i < n; i++) {
        unsigned char c = (unsigned char)raw[i], next = i + 1 < n ? (unsigned char)raw[i + 1] : 0;
        bool known = false;
        if (c == 0x1b && next == ']') {
            for (size_t s = 0; s < sizeof said / sizeof said[0]; s++) {
                known = known || strncmp(raw + i, said[s], strlen(said[s])) == 0 || i + 12 > n;
            }
            if (!known) {
                return "an OSC that is not the console's";
            }
        } else if (c == 0x1b && next == 'P') {
            return "a DCS outside of tmux";
        } else if (c < ' ' && !strchr("\033\r\n\b\a\t\016\017", c)) {
            return "a control character";
        }
    }
    return NULL;
}

static void start_session(struct fuzz *f)
{
    static char san[400];
    static char lsan[200];
    static const char *env[] = {san, lsan, NULL, NULL};
    const char *argv[] = {getenv("ADTOP"), "--state-dir", NULL, NULL};
    bool tsan = getenv("FUZZ_TSAN") != NULL;
    (void)snprintf(san, sizeof san,
                   "%s=log_path=%s:exitcode=99:halt_on_error=1:symbolize=0:fast_unwind_on_malloc=0",
                   tsan ? "TSAN_OPTIONS" : "ASAN_OPTIONS", f->log);
    (void)snprintf(lsan, sizeof lsan, "LSAN_OPTIONS=suppressions=%s:print_suppressions=0",
                   f->suppressions);
    env[2] = below(f, 4) == 0 ? "LC_ALL=C" : below(f, 4) == 0 ? "NO_COLOR=1" : NULL;
    if (below(f, 3)) {
        f->fixture = fixture_create(below(f, 2) ? FIXTURE_BURNING : FIXTURE_HEALTHY);
        fixture_engine_start(f->fixture);
        argv[2] = fixture_dir(f->fixture);
    } else {
        argv[1] = "demo";
    }
    f->sessions[f->fixture == NULL]++;
    struct screen_options options = {
        .rows = 24, .cols = 80, .term = terms[below(f, TERMS)], .argv = argv, .env = env};
    f->screen = screen_start(&options);
}

static void end_session(struct fuzz *f)
{
    screen_stop(f->screen);
    fixture_destroy(f->fixture);
    f->screen = NULL;
    f->fixture = NULL;
    f->key_bytes = 0;
}

static void step(struct fuzz *f)
{
    unsigned what = below(f, 100);
    f->steps++;
    if (what < 6) {
        screen_resize(f->screen, 1 + (int)below(f, 80), 1 + (int)below(f, 240));
        f->resizes++;
    } else if (what < 20) {
        char key[2] = {(char)(1 + below(f, 126)), '\0'};
        /* Those that leave or suspend it, and the terminal's own stop. */
        bool leaves = strchr("q\x03\x13\x1a\x1c", key[0]) != NULL;
        press(f, leaves ? "j" : key);
    } else if (what < 22 && f->fixture) {
        fixture_refuse(f->fixture, below(f, 2) ? "no" : NULL);
    } else {
        press(f, phrases[below(f, PHRASES)]);
    }
    screen_read_for(f->screen, below(f, 8) ? 0 : 10);
}

/* Has it drawn anything when asked to draw everything? Then it is alive. */
static bool answers(struct fuzz *f)
{
    for (int waited = 0; waited < HANG_MS; waited += 100) {
        uint64_t before = screen_bytes(f->screen);
        screen_keys(f->screen, "\x0c");
        screen_read_for(f->screen, 100);
        if (screen_bytes(f->screen) > before) {
            return true;
        }
    }
    return false;
}

static int leave(struct fuzz *f)
{
    static const int signals[] = {SIGTERM, SIGHUP, SIGINT, SIGQUIT};
    int status = 0;
    size_t n = 0;
    const char *raw = screen_raw(f->screen, &n);
    const char *wrong = spoilt(raw, n);
    if (wrong) {
        return fail(f, wrong);
    }
    kill(screen_pid(f->screen), signals[below(f, 4)]);
    if (!screen_wait_exit(f->screen, EXIT_MS, &status)) {
        return fail(f, "does not end");
    }
    if (reported(f)) {
        return fail(f, "a sanitizer has reported something");
    }
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
        (void)fprintf(stderr, "status %x\n", (unsigned)status);
        return fail(f, "ended badly");
    }
    return screen_is_cooked(f->screen) ? 0 : fail(f, "the terminal is not given back");
}

static int session(struct fuzz *f, time_t end)
{
    f->state = f->seed * 0x9e3779b97f4a7c15u + f->session * 0xbf58476d1ce4e5b9u + 1;
    start_session(f);
    if (!screen_wait(f->screen, f->fixture ? "10:19" : "demo", START_MS)) {
        return fail(f, "does not start");
    }
    screen_look_away(f->screen, true);
    for (int i = 1; i <= SESSION_STEPS && time(NULL) < end; i++) {
        int status = 0;
        step(f);
        if (i % 50 == 0 && screen_wait_exit(f->screen, 1, &status)) {
            (void)fprintf(stderr, "status %x\n", (unsigned)status);
            reported(f);
            return fail(f, "ended by itself");
        }
        if (i % 200 == 0 && !answers(f)) {
            return fail(f, "does not answer");
        }
    }
    int code = answers(f) ? leave(f) : fail(f, "does not answer");
    end_session(f);
    return code;
}

int main(int argc, char **argv)
{
    struct fuzz f = {.seed = (unsigned long)time(NULL)};
    char dir[64] = "/tmp/adtop-fuzz-XXXXXX";
    if (argc < 2 || !getenv("ADTOP") || !mkdtemp(dir)) {
        (void)fprintf(stderr, "usage: ADTOP=PROGRAM console_fuzz SECONDS [SEED]\n");
        return 2;
    }
    time_t end = time(NULL) + strtol(argv[1], NULL, 10);
    f.seed = argc > 2 ? strtoul(argv[2], NULL, 10) : f.seed;
    (void)snprintf(f.log, sizeof f.log, "%s/report", dir);
    (void)snprintf(f.suppressions, sizeof f.suppressions, "%s/leaks", dir);
    /* On TERM=linux curses loads libgpm for the mouse, which loses a few bytes. */
    FILE *file = fopen(f.suppressions, "w");
    if (!file || fputs("leak:libncursesw.so\n", file) < 0 || fclose(file) != 0) {
        (void)fprintf(stderr, "console_fuzz: %s cannot be written\n", f.suppressions);
        return 2;
    }
    int code = 0;
    for (f.session = 0; code == 0 && time(NULL) < end; f.session++) {
        code = session(&f, end);
    }
    if (f.screen) {
        end_session(&f);
    }
    printf("console_fuzz: seed %lu: %lu keys and %lu sizes in %lu fixtures and %lu demos: %s\n",
           f.seed, f.steps - f.resizes, f.resizes, f.sessions[0], f.sessions[1],
           code ? "FAILED" : "nothing found");
    unlink(f.suppressions);
    rmdir(dir);
    return code;
}
