#include "tests/e2e/harness.h"

#include <curl/curl.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/str.h"
#include "json/json.h"

enum { ARGS_MAX = 64 };

static const char *program(const char *variable)
{
    const char *path = getenv(variable);
    if (!path || access(path, X_OK) != 0) {
        fail_msg("%s does not name a program; run the tests through make", variable);
    }
    return path;
}

static void exec_program(const char *path, const char *const *args)
{
    char *argv[ARGS_MAX] = {strdup(path)};
    for (size_t i = 0; args[i] && i + 2 < ARGS_MAX; i++) {
        argv[i + 1] = strdup(args[i]);
    }
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    execv(path, argv);
    _exit(127);
}

void sim_start(struct sim *sim, const char *const *args)
{
    int out[2];
    assert_int_equal(pipe2(out, O_CLOEXEC), 0);
    const char *path = program("ADTOP_SIM");
    sim->pid = fork();
    assert_true(sim->pid >= 0);
    if (sim->pid == 0) {
        dup2(out[1], STDOUT_FILENO);
        exec_program(path, args);
    }
    close(out[1]);
    FILE *stream = fdopen(out[0], "r");
    char line[256] = "";
    if (!stream || !fgets(line, sizeof line, stream) || sscanf(line, "READY %63s", sim->url) != 1) {
        fail_msg("the simulator did not start: '%s'", line);
    }
    fclose(stream);
}

void sim_stop(struct sim *sim)
{
    if (sim->pid > 0) {
        kill(sim->pid, SIGTERM);
        waitpid(sim->pid, NULL, 0);
    }
    sim->pid = 0;
}

static size_t collect(char *data, size_t size, size_t n, void *ctx)
{
    return str_addn(ctx, data, size * n) ? size * n : 0;
}

static struct json_doc *sim_ask(const struct sim *sim, const char *path, const char *body)
{
    char url[512];
    snprintf(url, sizeof url, "%s%s", sim->url, path);
    struct str text;
    str_init(&text, (size_t)256 << 20);
    CURL *easy = curl_easy_init();
    curl_easy_setopt(easy, CURLOPT_URL, url);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, collect);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, &text);
    curl_easy_setopt(easy, CURLOPT_NOPROXY, "*");
    if (body) {
        curl_easy_setopt(easy, CURLOPT_POSTFIELDS, body);
    }
    CURLcode code = curl_easy_perform(easy);
    long status = 0;
    curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
    curl_easy_cleanup(easy);
    struct err err = {0};
    struct json_doc *doc =
        code == CURLE_OK ? json_parse(str_text(&text), text.len, NULL, &err) : NULL;
    if (!doc || status != 200) {
        fail_msg("%s: %s, HTTP %ld, %s: %.300s", url, curl_easy_strerror(code), status, err.message,
                 str_text(&text));
    }
    str_fini(&text);
    return doc;
}

struct json_doc *sim_get(const struct sim *sim, const char *path)
{
    return sim_ask(sim, path, NULL);
}

struct json_doc *sim_post(const struct sim *sim, const char *path, const char *body)
{
    return sim_ask(sim, path, body);
}

int64_t json_number(const struct json *root, const char *dotted)
{
    char key[64];
    const struct json *node = root;
    for (const char *at = dotted; *at;) {
        size_t n = strcspn(at, ".");
        snprintf(key, sizeof key, "%.*s", (int)n, at);
        node = json_get(node, key);
        at += n + (at[n] == '.');
    }
    int64_t value = 0;
    if (!json_i64(node, &value)) {
        fail_msg("the document has no number at '%s'", dotted);
    }
    return value;
}

void state_make(struct state *state)
{
    const char *tmp = getenv("TMPDIR");
    memset(state, 0, sizeof *state);
    snprintf(state->dir, sizeof state->dir, "%s/adtop-test-XXXXXX", tmp ? tmp : "/tmp");
    assert_non_null(mkdtemp(state->dir));
    snprintf(state->db, sizeof state->db, "%s/adtop.db", state->dir);
}

static int remove_one(const char *path, const struct stat *info, int kind, struct FTW *walk)
{
    (void)info;
    (void)kind;
    (void)walk;
    return remove(path);
}

void state_remove(struct state *state)
{
    nftw(state->dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static sqlite3_stmt *query(const struct state *state, const char *sql, sqlite3 **db)
{
    sqlite3_stmt *stmt = NULL;
    if (sqlite3_open_v2(state->db, db, SQLITE_OPEN_READWRITE, NULL) != SQLITE_OK ||
        sqlite3_busy_timeout(*db, 10000) != SQLITE_OK ||
        sqlite3_prepare_v2(*db, sql, -1, &stmt, NULL) != SQLITE_OK) {
        fail_msg("%s: %s", sql, sqlite3_errmsg(*db));
    }
    int step = sqlite3_step(stmt);
    if (step != SQLITE_ROW) {
        fail_msg("%s: no row (%s)", sql, sqlite3_errmsg(*db));
    }
    return stmt;
}

int64_t state_number(const struct state *state, const char *sql)
{
    sqlite3 *db = NULL;
    sqlite3_stmt *stmt = query(state, sql, &db);
    int64_t value = sqlite3_column_int64(stmt, 0);
    sqlite3_finalize(stmt);
    sqlite3_close(db);
    return value;
}

char *state_text(const struct state *state, const char *sql)
{
    sqlite3 *db = NULL;
    sqlite3_stmt *stmt = query(state, sql, &db);
    const unsigned char *text = sqlite3_column_text(stmt, 0);
    char *copy = strdup(text ? (const char *)text : "");
    sqlite3_finalize(stmt);
    sqlite3_close(db);
    return copy;
}

static const char *search_needle; /* nftw has no context argument; tests are single-threaded */
static bool search_found;

static int search_one(const char *path, const struct stat *info, int kind, struct FTW *walk)
{
    (void)walk;
    if (kind != FTW_F || info->st_size == 0) {
        return 0;
    }
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    char *data = malloc((size_t)info->st_size);
    ssize_t n = fd >= 0 && data ? read(fd, data, (size_t)info->st_size) : 0;
    if (n > 0 && memmem(data, (size_t)n, search_needle, strlen(search_needle))) {
        print_message("'%s' stands in %s\n", search_needle, path);
        search_found = true;
    }
    free(data);
    if (fd >= 0) {
        close(fd);
    }
    return 0;
}

bool state_lacks(const struct state *state, const char *needle)
{
    search_needle = needle;
    search_found = false;
    nftw(state->dir, search_one, 16, FTW_PHYS);
    return !search_found;
}

static void child_environment(const char *token)
{
    unsetenv("META_ACCESS_TOKEN");
    if (token) {
        setenv("META_ACCESS_TOKEN", token, 1);
    }
    setenv("HOME", "/nonexistent", 1);
    unsetenv("XDG_CONFIG_HOME");
}

static size_t drain(int fd, char *buffer, size_t used, size_t size, bool *open)
{
    char waste[4096];
    bool room = used + 1 < size;
    ssize_t n = read(fd, room ? buffer + used : waste, room ? size - used - 1 : sizeof waste);
    *open = n > 0 || (n < 0 && errno == EINTR);
    return used + (room && n > 0 ? (size_t)n : 0);
}

static int exit_code_of(int status)
{
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

void adtop_run(struct outcome *outcome, const char *token, const char *const *args)
{
    int out[2], err[2];
    assert_int_equal(pipe2(out, O_CLOEXEC), 0);
    assert_int_equal(pipe2(err, O_CLOEXEC), 0);
    const char *path = program("ADTOP");
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        dup2(out[1], STDOUT_FILENO);
        dup2(err[1], STDERR_FILENO);
        child_environment(token);
        exec_program(path, args);
    }
    close(out[1]);
    close(err[1]);
    bool out_open = true, err_open = true;
    size_t out_used = 0, err_used = 0;
    while (out_open || err_open) {
        struct pollfd fds[2] = {
            {out_open ? out[0] : -1, POLLIN, 0},
            {err_open ? err[0] : -1, POLLIN, 0}
        };
        poll(fds, 2, -1);
        if (fds[0].revents) {
            out_used = drain(out[0], outcome->out, out_used, sizeof outcome->out, &out_open);
        }
        if (fds[1].revents) {
            err_used = drain(err[0], outcome->err, err_used, sizeof outcome->err, &err_open);
        }
    }
    outcome->out[out_used] = '\0';
    outcome->err[err_used] = '\0';
    close(out[0]);
    close(err[0]);
    int status = 0;
    struct rusage usage;
    assert_int_equal(wait4(pid, &status, 0, &usage), pid);
    outcome->exit_code = exit_code_of(status);
    outcome->peak_kib = usage.ru_maxrss;
}

pid_t adtop_start(const char *token, const char *output, const char *const *args)
{
    const char *path = program("ADTOP");
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        int fd = open(output ? output : "/dev/null", O_WRONLY | O_CREAT | O_APPEND, 0600);
        dup2(fd, STDOUT_FILENO);
        dup2(fd, STDERR_FILENO);
        child_environment(token);
        exec_program(path, args);
    }
    return pid;
}

int process_wait(pid_t pid, int timeout_ms)
{
    int64_t deadline = clock_mono_ms() + timeout_ms;
    do {
        int status = 0;
        pid_t ended = waitpid(pid, &status, WNOHANG);
        if (ended != 0) { /* or it is no child any more */
            return ended == pid ? exit_code_of(status) : -1;
        }
        poll(NULL, 0, 10);
    } while (clock_mono_ms() < deadline);
    return -1;
}

void process_kill(pid_t pid, int signal)
{
    kill(pid, signal);
    waitpid(pid, NULL, 0);
}

bool eventually(bool (*check)(void *ctx), void *ctx, int timeout_ms)
{
    int64_t deadline = clock_mono_ms() + timeout_ms;
    while (!check(ctx)) {
        if (clock_mono_ms() > deadline) {
            return false;
        }
        poll(NULL, 0, 50);
    }
    return true;
}
