/*
 * ui: what a program does to its terminal, measured on a pty: bytes, frames, processor time,
 * memory, and the time from a key to the screen. Each mode prints one line.
 * - ui watch ROWS COLS SECONDS COMMAND...: first frame, bytes, frames, CPU, memory
 * - ui first ROWS COLS COUNT COMMAND...: first frame of COUNT starts: smallest, median, largest
 * - ui keys ROWS COLS COUNT TYPED COMMAND...: median and p99 from key to screen, after TYPED
 * - ui burst ROWS COLS COUNT TYPED COMMAND...: COUNT arrow keys at once, until the last frame
 * - ui fill DATABASE ACCOUNTS SCRIPT: runs a script of SQL with :now and :accounts bound
 * - ui write DATABASE SECONDS: commits as three runs at full speed do
 *
 * Stands alone on purpose, as the other programs here. A burst of output that pauses for GAP_MS is
 * a frame.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
    GAP_MS = 30,
    WARM_MS = 3000,
    FRAMES_MAX = 100000,
    KEYS_MAX = 10000,
    STARTS_MAX = 1000,
    KEY_WAIT_MS = 1000,
    TYPED_MS = 1500,
    BURSTS = 20,
    QUIET_MS = 100,
    SCREEN_BYTES = 600
};

struct child {
    pid_t pid;
    int fd;
    double started;
};

static double now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1000 + (double)t.tv_nsec / 1e6;
}

static void die(const char *what)
{
    fprintf(stderr, "ui: %s: %s\n", what, strerror(errno));
    exit(1);
}

static struct child start(const char *rows, const char *cols, char **argv)
{
    struct winsize size = {.ws_row = (unsigned short)atoi(rows),
                           .ws_col = (unsigned short)atoi(cols)};
    struct child child = {.started = now_ms()};
    child.pid = forkpty(&child.fd, NULL, NULL, &size);
    if (child.pid < 0) {
        die("forkpty");
    }
    if (child.pid == 0) {
        setenv("TERM", "xterm-256color", 1);
        setenv("LC_ALL", "C.UTF-8", 1);
        execvp(argv[0], argv);
        _exit(127);
    }
    return child;
}

static void stop(struct child *child)
{
    kill(child->pid, SIGTERM);
    for (int i = 0; i < 100 && waitpid(child->pid, NULL, WNOHANG) == 0; i++) {
        char scrap[4096];
        struct pollfd p = {.fd = child->fd, .events = POLLIN};
        if (poll(&p, 1, 20) > 0 && read(child->fd, scrap, sizeof scrap) < 0) {
            usleep(20000);
        }
        if (i == 50) {
            kill(child->pid, SIGKILL);
        }
    }
    close(child->fd);
}

/* Bytes that came within wait_ms; 0 = none, -1 = the program has ended. */
static long drain(const struct child *child, int wait_ms)
{
    char buffer[65536];
    struct pollfd p = {.fd = child->fd, .events = POLLIN};
    int ready = poll(&p, 1, wait_ms);
    if (ready <= 0) {
        return 0;
    }
    ssize_t n = read(child->fd, buffer, sizeof buffer);
    return n > 0 ? n : -1;
}

static double cpu_ms(pid_t pid)
{
    char path[64], text[1024] = "";
    unsigned long user = 0, system = 0;
    snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
    FILE *file = fopen(path, "r");
    if (file) {
        text[fread(text, 1, sizeof text - 1, file)] = '\0';
        fclose(file);
    }
    const char *end = strrchr(text, ')');
    if (end) {
        sscanf(end + 2, "%*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user, &system);
    }
    return (double)(user + system) * 1000.0 / (double)sysconf(_SC_CLK_TCK);
}

static double peak_mib(pid_t pid)
{
    char path[64], line[256];
    long kib = 0;
    snprintf(path, sizeof path, "/proc/%d/status", (int)pid);
    FILE *file = fopen(path, "r");
    while (file && fgets(line, sizeof line, file)) {
        if (sscanf(line, "VmHWM: %ld", &kib) == 1) {
            break;
        }
    }
    if (file) {
        fclose(file);
    }
    return (double)kib / 1024.0;
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

static double quantile(double *values, size_t n, double q)
{
    qsort(values, n, sizeof *values, by_value);
    return n ? values[(size_t)((double)(n - 1) * q + 0.5)] : 0;
}

/* Until as much as a screen's titles has come and the output has paused; the time of its last byte.
 */
static double first_frame(const struct child *child, long *bytes)
{
    double last = now_ms();
    for (long n = 0; n >= 0 && last - child->started < 10000;) {
        n = drain(child, *bytes < SCREEN_BYTES ? 1000 : GAP_MS);
        if (n == 0 && *bytes >= SCREEN_BYTES) {
            break;
        }
        *bytes += n > 0 ? n : 0;
        last = n > 0 ? now_ms() : last;
    }
    return last - child->started;
}

static void watch(char **argv)
{
    static double frames[FRAMES_MAX];
    size_t count = 0;
    long first = 0, total = 0, frame = 0;
    double seconds = atof(argv[2]);
    struct child child = start(argv[0], argv[1], argv + 3);
    double shown = first_frame(&child, &first);
    while (now_ms() - child.started < WARM_MS) {
        drain(&child, 50);
    }
    double cpu = cpu_ms(child.pid), begun = now_ms(), left;
    while ((left = begun + seconds * 1000 - now_ms()) > 0) {
        long n = drain(&child, frame ? GAP_MS : (int)left + 1);
        if (n < 0) {
            break;
        }
        frame += n;
        total += n;
        if (n == 0 && frame && count < FRAMES_MAX) {
            frames[count++] = (double)frame;
            frame = 0;
        }
    }
    double span = (now_ms() - begun) / 1000;
    printf("first frame %6.1f ms %7ld B   %7.1f B/s   frames %5zu, median %6.0f B, p99 %6.0f B   "
           "cpu %5.2f %%   %5.1f MiB\n",
           shown, first, (double)total / span, count, quantile(frames, count, 0.5),
           quantile(frames, count, 0.99), (cpu_ms(child.pid) - cpu) / span / 10,
           peak_mib(child.pid));
    stop(&child);
}

static void first(char **argv)
{
    static double shown[STARTS_MAX];
    size_t count = 0, wanted = (size_t)atoi(argv[2]);
    while (count < wanted && count < STARTS_MAX) {
        long bytes = 0;
        struct child child = start(argv[0], argv[1], argv + 3);
        shown[count++] = first_frame(&child, &bytes);
        stop(&child);
    }
    double median = quantile(shown, count, 0.5);
    printf("first frame: smallest %5.1f ms, median %5.1f ms, largest %5.1f ms of %zu starts\n",
           quantile(shown, count, 0), median, quantile(shown, count, 1), count);
}

static void type(const struct child *child, const char *text)
{
    if (write(child->fd, text, strlen(text)) != (ssize_t)strlen(text)) {
        die("write");
    }
}

/* Warm, and where the keys typed lead. */
static struct child start_typed(char **argv, const char *typed)
{
    struct child child = start(argv[0], argv[1], argv + 4);
    while (now_ms() - child.started < WARM_MS) {
        drain(&child, 50);
    }
    type(&child, typed);
    for (double begun = now_ms(); *typed && now_ms() - begun < TYPED_MS;) {
        drain(&child, 50);
    }
    return child;
}

static void keys(char **argv)
{
    static double waits[KEYS_MAX];
    size_t count = 0, wanted = (size_t)atoi(argv[2]), lost = 0;
    struct child child = start_typed(argv, argv[3]);
    for (size_t i = 0; i < wanted && count < KEYS_MAX; i++) {
        /* Away from the ends of the table, where a key changes nothing. */
        if (i % 10 == 0) {
            type(&child, "gjjjj");
        }
        while (drain(&child, GAP_MS) > 0) {
        }
        double sent = now_ms();
        type(&child, i % 2 ? "k" : "j");
        if (drain(&child, KEY_WAIT_MS) > 0) {
            waits[count++] = now_ms() - sent;
        } else {
            lost++;
        }
        usleep(7000 + (unsigned)(i * 7919 % 40000)); /* not in step with anything */
    }
    double median = quantile(waits, count, 0.5), p99 = quantile(waits, count, 0.99);
    printf("key to screen: median %5.1f ms, p99 %5.1f ms, max %5.1f ms over %zu keys, %zu without "
           "effect\n",
           median, p99, quantile(waits, count, 1), count, lost);
    stop(&child);
}

/* Held down for seconds on a bad line: all of them arrive together. */
static void burst(char **argv)
{
    static double spans[BURSTS];
    char arrows[4096] = "";
    size_t count = (size_t)atoi(argv[2]);
    struct child child = start_typed(argv, argv[3]);
    for (int i = 0; i < BURSTS; i++) {
        arrows[0] = '\0';
        for (size_t k = 0; k < count && strlen(arrows) + 4 < sizeof arrows; k++) {
            strcat(arrows, i % 2 ? "\033OA" : "\033OB");
        }
        while (drain(&child, QUIET_MS) > 0) {
        }
        double sent = now_ms(), last = sent;
        type(&child, arrows);
        for (long n = drain(&child, KEY_WAIT_MS); n > 0; n = drain(&child, QUIET_MS)) {
            last = now_ms();
        }
        spans[i] = last - sent;
    }
    double median = quantile(spans, BURSTS, 0.5);
    printf("%zu keys at once: the last frame after %5.1f ms (median), %5.1f ms at most, of %d\n",
           count, median, quantile(spans, BURSTS, 1), BURSTS);
    stop(&child);
}

static sqlite3 *open_database(const char *path)
{
    sqlite3 *db = NULL;
    if (sqlite3_open(path, &db) != SQLITE_OK) {
        fprintf(stderr, "ui: %s: %s\n", path, sqlite3_errmsg(db));
        exit(1);
    }
    sqlite3_busy_timeout(db, 10000);
    return db;
}

static int64_t wall_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void run_script(sqlite3 *db, const char *sql, int accounts)
{
    int64_t now = wall_ms();
    while (*sql) {
        sqlite3_stmt *stmt = NULL;
        if (sqlite3_prepare_v2(db, sql, -1, &stmt, &sql) != SQLITE_OK) {
            fprintf(stderr, "ui: fill: %s\n", sqlite3_errmsg(db));
            exit(1);
        }
        if (!stmt) {
            continue;
        }
        sqlite3_bind_int64(stmt, sqlite3_bind_parameter_index(stmt, ":now"), now);
        sqlite3_bind_int(stmt, sqlite3_bind_parameter_index(stmt, ":accounts"), accounts);
        if (sqlite3_step(stmt) != SQLITE_DONE) {
            fprintf(stderr, "ui: fill: %s\n", sqlite3_errmsg(db));
            exit(1);
        }
        sqlite3_finalize(stmt);
    }
}

static void fill(char **argv)
{
    sqlite3 *db = open_database(argv[0]);
    FILE *file = fopen(argv[2], "r");
    char *sql = calloc(1, 1 << 20);
    if (!file || !sql) {
        die(argv[2]);
    }
    sql[fread(sql, 1, (1 << 20) - 1, file)] = '\0';
    fclose(file);
    sqlite3_exec(db, "PRAGMA synchronous = OFF; PRAGMA cache_size = -200000; BEGIN", NULL, NULL,
                 NULL);
    run_script(db, sql, atoi(argv[1]));
    if (sqlite3_exec(db, "COMMIT; PRAGMA wal_checkpoint(TRUNCATE)", NULL, NULL, NULL) !=
        SQLITE_OK) {
        fprintf(stderr, "ui: fill: %s\n", sqlite3_errmsg(db));
        exit(1);
    }
    free(sql);
    sqlite3_close(db);
}

static void write_on(char **argv)
{
    static const char sql[] =
        "BEGIN IMMEDIATE;"
        "INSERT INTO api_calls (at, account_id, class, path, http_status, ms, bytes, rows, cost, "
        "failed)"
        " SELECT CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER), account_id, 'ads', "
        "'x', 200, 100, 20000, 500, 1, 0"
        " FROM account ORDER BY random() LIMIT 3;"
        "UPDATE limiters SET pct = abs(random() % 100), updated_at = CAST((julianday('now') - "
        "2440587.5) * 86400000 AS INTEGER)"
        " WHERE scope_id IN (SELECT account_id FROM account ORDER BY random() LIMIT 3);"
        "COMMIT";
    sqlite3 *db = open_database(argv[0]);
    double end = now_ms() + atof(argv[1]) * 1000;
    sqlite3_exec(db, "PRAGMA synchronous = NORMAL", NULL, NULL, NULL);
    while (now_ms() < end) {
        if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK) {
            fprintf(stderr, "ui: write: %s\n", sqlite3_errmsg(db));
            exit(1);
        }
        usleep(5000);
    }
    sqlite3_close(db);
}

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        int args;
        void (*run)(char **argv);
    } modes[] = {
        {"watch", 4, watch   },
        {"first", 4, first   },
        {"keys",  5, keys    },
        {"burst", 5, burst   },
        {"fill",  3, fill    },
        {"write", 2, write_on},
    };
    for (size_t i = 0; argc > 1 && i < sizeof modes / sizeof modes[0]; i++) {
        if (strcmp(argv[1], modes[i].name) == 0 && argc - 2 >= modes[i].args) {
            modes[i].run(argv + 2);
            return 0;
        }
    }
    fprintf(stderr, "ui: usage: see the head of tests/bench/ui.c\n");
    return 2;
}
