#include "screen_parts.h"

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
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

enum { RAW_MAX = 1024 * 1024 };

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
    } else if (property == VTERM_PROP_CURSORVISIBLE) {
        screen->cursor = value->boolean;
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
    char line[64];
    screen->cursor = true;
    screen->silent = options->silent;
    screen->signs_inside = options->signs_inside;
    screen->pid = forkpty(&screen->fd, line, NULL, &size);
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
    screen->line = open(line, O_RDWR | O_NOCTTY | O_CLOEXEC);
    assert(screen->line >= 0);
    return screen;
}

/* libvterm gives the signs aa of Devanagari and Bengali a column. Left out of what it reads, they
 * have none. */
static void feed_without_signs(struct screen *screen, const char *bytes, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        unsigned char c = (unsigned char)bytes[i];
        screen->held[screen->held_length++] = bytes[i];
        bool begins = screen->held_length == 1 && c == 0xe0;
        bool goes_on = screen->held_length == 2 && (c == 0xa4 || c == 0xa6);
        bool sign = screen->held_length == 3 && c == 0xbe;
        if (!begins && !goes_on && !sign) {
            vterm_input_write(screen->vt, screen->held, screen->held_length);
        }
        screen->held_length = begins || goes_on ? screen->held_length : 0;
    }
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
    if (screen->away) {
        return;
    }
    if (screen->signs_inside) {
        feed_without_signs(screen, bytes, n);
    } else {
        vterm_input_write(screen->vt, bytes, n);
    }
    vterm_screen_flush_damage(screen->grid);
    char answer[256];
    size_t length = 0;
    while ((length = vterm_output_read(screen->vt, answer, sizeof answer)) > 0) {
        ssize_t done = screen->silent ? 0 : write(screen->fd, answer, length);
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

void screen_hang_up(struct screen *screen)
{
    if (screen->line >= 0) {
        close(screen->line);
        screen->line = -1;
    }
    if (screen->fd >= 0) {
        close(screen->fd);
        screen->fd = -1;
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
    screen_hang_up(screen);
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

/* 'S' = asleep, 'R' = at work or waiting for a processor; 'Z' when it is no more. */
static char state_of(pid_t pid)
{
    char path[64], line[512] = "";
    snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
    FILE *file = fopen(path, "r");
    size_t n = file ? fread(line, 1, sizeof line - 1, file) : 0;
    if (file) {
        fclose(file);
    }
    line[n] = '\0';
    const char *name_end = strrchr(line, ')'); /* the name may hold anything */
    return name_end && name_end[1] ? name_end[2] : 'Z';
}

/* Every key has been read (poll looks behind what the kernel has yet to pass on), and the program
 * sleeps: what it does not do now it does for no key. */
static bool is_at_rest(const struct screen *screen)
{
    struct pollfd line = {.fd = screen->line, .events = POLLIN};
    char state = state_of(screen->pid);
    bool runs = state == 'S' || state == 'R' || state == 'D';
    return !runs || (state == 'S' && poll(&line, 1, 0) <= 0 && state_of(screen->pid) == 'S');
}

bool screen_settle(struct screen *screen, int quiet_ms, int timeout_ms)
{
    int64_t end = now_ms() + timeout_ms, since = INT64_MAX;
    while (screen->fd >= 0) {
        int64_t before = now_ms();
        bool rests = is_at_rest(screen), came = pump(screen, since == INT64_MAX ? 0 : 5);
        if (!rests || came) {
            since = INT64_MAX;
        } else if (since == INT64_MAX) {
            since = now_ms();
        } else if (before - since >= quiet_ms) {
            return true;
        }
        if (before >= end) {
            return false;
        }
        if (!rests && !came) {
            pump(screen, 5);
        }
    }
    return true;
}

void screen_read_for(struct screen *screen, int ms)
{
    int64_t end = now_ms() + ms;
    for (int64_t left = ms; left > 0 && screen->fd >= 0; left = end - now_ms()) {
        pump(screen, (int)left);
    }
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
    if (!screen->away) {
        vterm_set_size(screen->vt, rows, cols);
    }
    ioctl(screen->fd, TIOCSWINSZ, &size);
}

void screen_look_away(struct screen *screen, bool away)
{
    screen->away = away;
    if (!away) {
        vterm_set_size(screen->vt, screen->rows, screen->cols);
        vterm_screen_reset(screen->grid, 1);
    }
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

bool screen_shows_cursor(const struct screen *screen)
{
    return screen->cursor;
}

bool screen_is_cooked(const struct screen *screen)
{
    struct termios now;
    assert(tcgetattr(screen->line, &now) == 0);
    return (now.c_lflag & ICANON) && (now.c_lflag & ECHO) && (now.c_lflag & ISIG) &&
           (now.c_oflag & OPOST) && (now.c_iflag & ICRNL);
}
