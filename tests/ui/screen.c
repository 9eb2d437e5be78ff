#include "screen.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <vterm.h>

enum { RAW_MAX = 1024 * 1024, LINE_BYTES = 8192, GOLDEN_MAX = 512 * 1024 };
enum { MATCH_MS = 3000, MATCH_STEP_MS = 100 };

struct screen {
    VTerm *vt;
    VTermScreen *grid;
    int fd;
    pid_t pid;
    int rows, cols;
    bool ended, fullscreen;
    int status;
    uint64_t bytes;
    char *raw;
    size_t raw_length;
    char home[64];
};

static int64_t now_ms(void)
{
    struct timespec ts;
    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

static int on_property(VTermProp property, VTermValue *value, void *user)
{
    struct screen *screen = user;
    if (property == VTERM_PROP_ALTSCREEN) {
        screen->fullscreen = value->boolean;
    }
    return 1;
}

static const VTermScreenCallbacks callbacks = {.settermprop = on_property};

static void set_environment(const struct screen_options *options, const char *home)
{
    static const char *const gone[] = {"LINES",         "COLUMNS", "NO_COLOR", "COLORTERM",
                                       "TMUX",          "LANG",    "LC_CTYPE", "XDG_CONFIG_HOME",
                                       "SSH_CONNECTION"};
    for (size_t i = 0; i < sizeof gone / sizeof gone[0]; i++) {
        unsetenv(gone[i]);
    }
    setenv("TZ", "UTC", 1);
    setenv("LC_ALL", "C.UTF-8", 1);
    setenv("HOME", home, 1);
    setenv("TERM", options->term ? options->term : "xterm-256color", 1);
    for (const char *const *e = options->env; e && *e; e++) {
        char name[256];
        size_t n = strcspn(*e, "=");
        assert(n < sizeof name);
        memcpy(name, *e, n);
        name[n] = '\0';
        if ((*e)[n]) {
            setenv(name, *e + n + 1, 1);
        } else {
            unsetenv(name);
        }
    }
}

struct screen *screen_start(const struct screen_options *options)
{
    struct screen *screen = calloc(1, sizeof *screen);
    assert(screen);
    screen->rows = options->rows ? options->rows : 24;
    screen->cols = options->cols ? options->cols : 80;
    screen->raw = malloc(RAW_MAX + 1);
    assert(screen->raw);
    snprintf(screen->home, sizeof screen->home, "/tmp/adtop-home-XXXXXX");
    assert(mkdtemp(screen->home));
    screen->vt = vterm_new(screen->rows, screen->cols);
    vterm_set_utf8(screen->vt, 1);
    screen->grid = vterm_obtain_screen(screen->vt);
    vterm_screen_enable_altscreen(screen->grid, 1);
    vterm_screen_set_callbacks(screen->grid, &callbacks, screen);
    vterm_screen_reset(screen->grid, 1);
    struct winsize size = {.ws_row = (unsigned short)screen->rows,
                           .ws_col = (unsigned short)screen->cols};
    screen->pid = forkpty(&screen->fd, NULL, NULL, &size);
    assert(screen->pid >= 0);
    if (screen->pid == 0) {
        union {
            const char *const *given;
            char *const *wanted;
        } argv = {.given = options->argv};
        set_environment(options, screen->home);
        execv(argv.wanted[0], argv.wanted);
        perror(argv.wanted[0]);
        _exit(127);
    }
    fcntl(screen->fd, F_SETFD, FD_CLOEXEC);
    return screen;
}

static void feed(struct screen *screen, const char *bytes, size_t n)
{
    screen->bytes += n;
    if (n < RAW_MAX) {
        if (screen->raw_length + n > RAW_MAX) {
            size_t keep = RAW_MAX / 2 < screen->raw_length ? RAW_MAX / 2 : 0;
            memmove(screen->raw, screen->raw + screen->raw_length - keep, keep);
            screen->raw_length = keep;
        }
        memcpy(screen->raw + screen->raw_length, bytes, n);
        screen->raw_length += n;
        screen->raw[screen->raw_length] = '\0';
    }
    vterm_input_write(screen->vt, bytes, n);
    vterm_screen_flush_damage(screen->grid);
    char answer[256];
    size_t length = 0;
    while ((length = vterm_output_read(screen->vt, answer, sizeof answer)) > 0) {
        ssize_t done = write(screen->fd, answer, length);
        (void)done;
    }
}

/* One read of at most wait_ms; false when nothing came. */
static bool pump(struct screen *screen, int wait_ms)
{
    char buffer[8192];
    struct pollfd poll_fd = {.fd = screen->fd, .events = POLLIN};
    if (screen->fd < 0 || poll(&poll_fd, 1, wait_ms) <= 0) {
        return false;
    }
    ssize_t n = read(screen->fd, buffer, sizeof buffer);
    if (n <= 0) { /* EIO: the program closed its side */
        close(screen->fd);
        screen->fd = -1;
        return false;
    }
    feed(screen, buffer, (size_t)n);
    return true;
}

static void reap(struct screen *screen, int flags)
{
    if (!screen->ended && waitpid(screen->pid, &screen->status, flags) == screen->pid) {
        screen->ended = true;
    }
}

void screen_stop(struct screen *screen)
{
    if (!screen) {
        return;
    }
    reap(screen, WNOHANG);
    if (!screen->ended) {
        kill(screen->pid, SIGKILL);
        reap(screen, 0);
    }
    if (screen->fd >= 0) {
        close(screen->fd);
    }
    char command[128];
    snprintf(command, sizeof command, "rm -rf '%s'", screen->home);
    int ignored = system(command);
    (void)ignored;
    vterm_free(screen->vt);
    free(screen->raw);
    free(screen);
}

pid_t screen_pid(const struct screen *screen)
{
    return screen->pid;
}

static bool wait_for(struct screen *screen, const char *text, bool there, int timeout_ms)
{
    int64_t end = now_ms() + timeout_ms;
    for (;;) {
        while (pump(screen, 0)) {
        }
        if (screen_has(screen, text) == there) {
            return true;
        }
        if (now_ms() >= end || screen->fd < 0) {
            return false;
        }
        pump(screen, 20);
    }
}

bool screen_wait(struct screen *screen, const char *text, int timeout_ms)
{
    if (wait_for(screen, text, true, timeout_ms)) {
        return true;
    }
    char *grid = screen_text(screen);
    fprintf(stderr, "screen: \"%s\" did not appear in %d ms:\n%s\n", text, timeout_ms, grid);
    free(grid);
    return false;
}

bool screen_wait_gone(struct screen *screen, const char *text, int timeout_ms)
{
    if (wait_for(screen, text, false, timeout_ms)) {
        return true;
    }
    fprintf(stderr, "screen: \"%s\" was still there after %d ms\n", text, timeout_ms);
    return false;
}

void screen_settle(struct screen *screen, int quiet_ms, int timeout_ms)
{
    int64_t end = now_ms() + timeout_ms, quiet = now_ms();
    while (now_ms() < end && now_ms() - quiet < quiet_ms && screen->fd >= 0) {
        if (pump(screen, 20)) {
            quiet = now_ms();
        }
    }
}

void screen_read_for(struct screen *screen, int ms)
{
    int64_t end = now_ms() + ms;
    for (int64_t left = ms; left > 0 && screen->fd >= 0; left = end - now_ms()) {
        pump(screen, (int)left);
    }
}

static size_t put_utf8(char *out, uint32_t cp)
{
    if (cp < 0x80) {
        out[0] = (char)cp;
        return 1;
    }
    if (cp < 0x800) {
        out[0] = (char)(0xc0 | cp >> 6);
        out[1] = (char)(0x80 | (cp & 0x3f));
        return 2;
    }
    if (cp < 0x10000) {
        out[0] = (char)(0xe0 | cp >> 12);
        out[1] = (char)(0x80 | (cp >> 6 & 0x3f));
        out[2] = (char)(0x80 | (cp & 0x3f));
        return 3;
    }
    out[0] = (char)(0xf0 | cp >> 18);
    out[1] = (char)(0x80 | (cp >> 12 & 0x3f));
    out[2] = (char)(0x80 | (cp >> 6 & 0x3f));
    out[3] = (char)(0x80 | (cp & 0x3f));
    return 4;
}

static VTermScreenCell cell_at(const struct screen *screen, int y, int x)
{
    VTermScreenCell cell;
    memset(&cell, 0, sizeof cell);
    vterm_screen_get_cell(screen->grid, (VTermPos){.row = y, .col = x}, &cell);
    return cell;
}

static size_t line_text(const struct screen *screen, int y, char out[LINE_BYTES])
{
    size_t n = 0, end = 0;
    for (int x = 0; x < screen->cols && n < LINE_BYTES - 64;) {
        VTermScreenCell cell = cell_at(screen, y, x);
        if (!cell.chars[0] || cell.chars[0] == (uint32_t)-1) {
            out[n++] = ' ';
        }
        for (int i = 0; i < VTERM_MAX_CHARS_PER_CELL && cell.chars[i]; i++) {
            if (cell.chars[i] != (uint32_t)-1) {
                n += put_utf8(out + n, cell.chars[i]);
                end = cell.chars[i] == ' ' ? end : n;
            }
        }
        x += cell.width > 0 ? cell.width : 1;
    }
    out[end] = '\0';
    return end;
}

int screen_line_of(const struct screen *screen, const char *text)
{
    char line[LINE_BYTES];
    for (int y = 0; y < screen->rows; y++) {
        line_text(screen, y, line);
        if (strstr(line, text)) {
            return y;
        }
    }
    return -1;
}

bool screen_has(const struct screen *screen, const char *text)
{
    return screen_line_of(screen, text) >= 0;
}

void screen_keys(struct screen *screen, const char *keys)
{
    size_t n = strlen(keys);
    while (n && screen->fd >= 0) {
        ssize_t done = write(screen->fd, keys, n);
        if (done <= 0) {
            return;
        }
        keys += done;
        n -= (size_t)done;
    }
}

void screen_resize(struct screen *screen, int rows, int cols)
{
    struct winsize size = {.ws_row = (unsigned short)rows, .ws_col = (unsigned short)cols};
    screen->rows = rows;
    screen->cols = cols;
    vterm_set_size(screen->vt, rows, cols);
    ioctl(screen->fd, TIOCSWINSZ, &size);
}

bool screen_wait_exit(struct screen *screen, int timeout_ms, int *status)
{
    int64_t end = now_ms() + timeout_ms;
    while (!screen->ended && now_ms() < end) {
        if (!pump(screen, 20) && screen->fd < 0) {
            struct timespec pause = {0, 5000000};
            nanosleep(&pause, NULL);
        }
        reap(screen, WNOHANG);
    }
    while (pump(screen, 0)) {
    }
    if (screen->ended && status) {
        *status = screen->status;
    }
    return screen->ended;
}

uint64_t screen_bytes(const struct screen *screen)
{
    return screen->bytes;
}

const char *screen_raw(const struct screen *screen, size_t *n)
{
    screen->raw[screen->raw_length] = '\0';
    *n = screen->raw_length;
    return screen->raw;
}

bool screen_is_fullscreen(const struct screen *screen)
{
    return screen->fullscreen;
}

char *screen_text(const struct screen *screen)
{
    char *out = NULL, line[LINE_BYTES];
    size_t size = 0;
    FILE *stream = open_memstream(&out, &size);
    assert(stream);
    for (int y = 0; y < screen->rows; y++) {
        line_text(screen, y, line);
        fprintf(stream, "%s\n", line);
    }
    fclose(stream);
    return out;
}

static void colour_text(const char *what, const VTermColor *colour, bool is_default, char out[32])
{
    out[0] = '\0';
    if (is_default) {
        return;
    }
    if (VTERM_COLOR_IS_INDEXED(colour)) {
        snprintf(out, 32, " %s%d", what, colour->indexed.idx);
    } else {
        snprintf(out, 32, " %s#%02x%02x%02x", what, colour->rgb.red, colour->rgb.green,
                 colour->rgb.blue);
    }
}

static void attributes_of(const VTermScreenCell *cell, char out[128])
{
    char fg[32], bg[32];
    colour_text("fg", &cell->fg, VTERM_COLOR_IS_DEFAULT_FG(&cell->fg), fg);
    colour_text("bg", &cell->bg, VTERM_COLOR_IS_DEFAULT_BG(&cell->bg), bg);
    snprintf(out, 128, "%s%s%s%s%s", cell->attrs.bold ? " bold" : "",
             cell->attrs.underline ? " underline" : "", cell->attrs.reverse ? " reverse" : "", fg,
             bg);
}

static void dump_attributes(const struct screen *screen, FILE *stream)
{
    for (int y = 0; y < screen->rows; y++) {
        char current[128] = "";
        int start = 0;
        for (int x = 0; x <= screen->cols; x++) {
            char here[128] = "";
            if (x < screen->cols) {
                VTermScreenCell cell = cell_at(screen, y, x);
                attributes_of(&cell, here);
            }
            if (x == screen->cols || strcmp(here, current) != 0) {
                if (current[0]) {
                    fprintf(stream, "%d:%d-%d%s\n", y, start, x - 1, current);
                }
                memcpy(current, here, sizeof current);
                start = x;
            }
        }
    }
}

char *screen_dump(const struct screen *screen)
{
    char *out = NULL, *text = screen_text(screen);
    size_t size = 0;
    FILE *stream = open_memstream(&out, &size);
    assert(stream);
    fprintf(stream, "%s---\n", text);
    dump_attributes(screen, stream);
    fclose(stream);
    free(text);
    return out;
}

static bool write_golden(const char *path, const char *dump)
{
    mkdir("tests/ui/golden", 0777); /* there already, as a rule */
    FILE *file = fopen(path, "w");
    if (!file) {
        perror(path);
        return false;
    }
    fputs(dump, file);
    return fclose(file) == 0;
}

/* A machine under load may still be drawing: what differs now is looked at again for a while. */
static bool matches_soon(struct screen *screen, const char *golden, size_t n, char **dump)
{
    for (int waited = 0;; waited += MATCH_STEP_MS) {
        *dump = screen_dump(screen);
        if (n == strlen(*dump) && memcmp(golden, *dump, n) == 0) {
            return true;
        }
        if (waited >= MATCH_MS) {
            return false;
        }
        free(*dump);
        screen_read_for(screen, MATCH_STEP_MS);
    }
}

bool screen_matches(struct screen *screen, const char *name)
{
    char path[256], *dump;
    const char *mode = getenv("ADTOP_GOLDEN");
    snprintf(path, sizeof path, "tests/ui/golden/%s.screen", name);
    if (mode && strcmp(mode, "write") == 0) {
        screen_read_for(screen, MATCH_STEP_MS);
        dump = screen_dump(screen);
        bool written = write_golden(path, dump);
        free(dump);
        return written;
    }
    FILE *file = fopen(path, "r");
    char *golden = calloc(1, GOLDEN_MAX);
    assert(golden);
    size_t n = file ? fread(golden, 1, GOLDEN_MAX - 1, file) : 0;
    if (file) {
        fclose(file);
    }
    bool same = matches_soon(screen, golden, n, &dump);
    if (!same) {
        fprintf(stderr,
                "screen %s differs (make golden rewrites it)\n--- recorded\n%s\n--- now\n%s\n",
                name, golden, dump);
    }
    free(golden);
    free(dump);
    return same;
}
