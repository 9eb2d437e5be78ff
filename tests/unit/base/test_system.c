#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/log.h"
#include "base/secret.h"
#include "base/utf8.h"

struct dir {
    char path[32];
};

static int make_dir(void **state)
{
    static struct dir dir;
    strcpy(dir.path, "/tmp/adtop-test-XXXXXX");
    *state = &dir;
    return mkdtemp(dir.path) ? 0 : -1;
}

static int remove_dir(void **state)
{
    char command[80];
    (void)snprintf(command, sizeof command, "rm -rf %s", ((struct dir *)*state)->path);
    return system(command);
}

static const char *in_dir(void **state, const char *name, char out[128])
{
    (void)snprintf(out, 128, "%s/%s", ((struct dir *)*state)->path, name);
    return out;
}

static void write_file(const char *path, const char *text, mode_t mode)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    assert_true(fd >= 0);
    assert_true(fd_write_all(fd, text, strlen(text), NULL));
    assert_int_equal(fchmod(fd, mode), 0);
    close(fd);
}

static void test_fd_read_file(void **state)
{
    char path[128], *text = NULL;
    size_t n;
    struct err err;
    in_dir(state, "f", path);
    write_file(path, "0123456789", 0600);
    assert_true(fd_read_file(path, 10, &text, &n, &err));
    assert_int_equal(n, 10);
    assert_string_equal(text, "0123456789");
    free(text);
    assert_false(fd_read_file(path, 9, &text, &n, &err));
    assert_int_equal(err.code, ERR_LIMIT);
    assert_false(fd_read_file("/nonexistent/x", 9, &text, &n, &err));
    assert_int_equal(err.code, ERR_NOT_FOUND);
    assert_false(fd_read_file("/tmp", 9, &text, &n, &err));
    assert_int_equal(err.code, ERR_IO);
    assert_true(fd_read_file("/proc/self/status", 1000000, &text, &n, &err)); /* its size is 0 */
    assert_true(n > 100);
    free(text);
    char large[30001];
    memset(large, 'x', sizeof large);
    large[30000] = '\0';
    write_file(path, large, 0600);
    assert_true(fd_read_file(path, 30000, &text, &n, &err));
    assert_int_equal(n, 30000);
    free(text);
}

static void test_fd_write_all_fails_clearly(void **state)
{
    (void)state;
    struct err err;
    int fd = open("/dev/full", O_WRONLY);
    assert_false(fd_write_all(fd, "x", 1, &err));
    assert_int_equal(err.code, ERR_IO);
    assert_non_null(strstr(err.message, "No space left"));
    close(fd);
}

static void test_fd_lock_is_exclusive(void **state)
{
    char path[128];
    struct err err;
    in_dir(state, "lock", path);
    int fd = fd_lock(path, &err);
    assert_true(fd >= 0);
    assert_true(fcntl(fd, F_GETFD) & FD_CLOEXEC);
    assert_int_equal(fd_lock(path, &err), -1);
    assert_int_equal(err.code, ERR_LOCKED);
    close(fd);
    fd = fd_lock(path, &err);
    assert_true(fd >= 0);
    close(fd);
    assert_int_equal(fd_lock("/nonexistent/lock", &err), -1);
    assert_int_equal(err.code, ERR_NOT_FOUND);
}

static void test_fd_mkdir_private(void **state)
{
    char path[128], file[128];
    struct stat st;
    struct err err;
    in_dir(state, "a/b/c", path);
    assert_true(fd_mkdir_private(path, &err));
    assert_true(fd_mkdir_private(path, &err));
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0700);
    write_file(in_dir(state, "file", file), "x", 0600);
    assert_false(fd_mkdir_private(file, &err));
    in_dir(state, "file/sub", file);
    assert_false(fd_mkdir_private(file, &err));
    assert_int_equal(err.code, ERR_IO);
    assert_false(fd_mkdir_private("", &err));
}

struct capture {
    int count;
    enum log_level level;
    char source[32], message[4096];
};

static void capture_sink(void *ctx, enum log_level level, const char *source, const char *message)
{
    struct capture *capture = ctx;
    capture->count++;
    capture->level = level;
    (void)snprintf(capture->source, sizeof capture->source, "%s", source);
    (void)snprintf(capture->message, sizeof capture->message, "%s", message);
}

static void test_log_redacts_secrets(void **state)
{
    (void)state;
    struct capture capture = {0};
    log_set_sink(capture_sink, &capture);
    struct secret *a = secret_create("EAABtoken1", 10), *b = secret_create("proof-secret-22", 15);
    log_write(LOG_WARN, "graph", "got EAABtoken1 and EAABtoken1proof-secret-22 in\nURL");
    assert_string_equal(capture.message, "got *** and ****** in URL");
    assert_int_equal(capture.level, LOG_WARN);
    assert_string_equal(capture.source, "graph");
    char text[] = "a=EAABtoken1&b";
    log_redact(text);
    assert_string_equal(text, "a=***&b");
    secret_destroy(a);
    log_write(LOG_INFO, "graph", "EAABtoken1 proof-secret-22");
    assert_string_equal(capture.message, "EAABtoken1 ***"); /* forgotten with the secret */
    secret_destroy(b);
    log_write(LOG_DEBUG, "graph", "not wanted");
    assert_int_equal(capture.count, 2);
    log_set_level(LOG_DEBUG);
    log_write(LOG_DEBUG, "graph", "wanted \x1B[31m");
    assert_string_equal(capture.message, "wanted \xEF\xBF\xBD[31m");
    log_set_level(LOG_INFO);
    log_set_sink(NULL, NULL);
}

/* A secret may lie across every cut the log makes. */
static void test_log_never_shows_half_a_secret(void **state)
{
    (void)state;
    struct capture capture = {0};
    log_set_sink(capture_sink, &capture);
    const char token[] = "SECRETSECRETSECRETSECRETSECRETSECRET";
    struct secret *secret = secret_create(token, strlen(token));
    static char fill[8192];
    for (size_t n = 1990; n < 4150; n++) {
        memset(fill, 'x', n);
        fill[n] = '\0';
        log_write(LOG_INFO, "t", "%s%s%s", fill, token, token);
        assert_null(strstr(capture.message, "SECR"));
    }
    secret_destroy(secret);
    log_set_sink(NULL, NULL);
}

static void recursive_sink(void *ctx, enum log_level level, const char *source, const char *message)
{
    (void)level;
    (void)source;
    (void)message;
    ++*(int *)ctx;
    log_write(LOG_ERROR, "sink", "the disk is full");
}

static void *log_many(void *arg)
{
    for (int i = 0; i < 200; i++) {
        log_write(LOG_INFO, "thread", "%s %d", (const char *)arg, i);
    }
    return NULL;
}

static void test_log_stderr_lines_stay_whole(void **state)
{
    char path[128], *text;
    size_t n;
    in_dir(state, "stderr", path);
    int saved = dup(STDERR_FILENO), fd = open(path, O_WRONLY | O_CREAT | O_APPEND, 0600);
    dup2(fd, STDERR_FILENO);
    int calls = 0;
    log_set_sink(recursive_sink, &calls);
    log_write(LOG_INFO, "a", "b");
    log_set_sink(NULL, NULL);
    pthread_t threads[4];
    static char names[4][2] = {"A", "B", "C", "D"};
    for (int i = 0; i < 4; i++) {
        pthread_create(&threads[i], NULL, log_many, names[i]);
    }
    for (int i = 0; i < 4; i++) {
        pthread_join(threads[i], NULL);
    }
    dup2(saved, STDERR_FILENO);
    close(saved);
    close(fd);
    assert_int_equal(calls, 1);
    assert_true(fd_read_file(path, 1000000, &text, &n, NULL));
    assert_non_null(strstr(text, " error sink: the disk is full\n"));
    int lines = 0;
    char *save = NULL;
    for (char *line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
        lines++;
        assert_true(line[4] == '-' && line[19] == 'Z'); /* each starts with its time */
    }
    assert_int_equal(lines, 801);
    free(text);
}

static void test_secret_load(void **state)
{
    char path[128];
    struct secret *secret = NULL;
    struct err err;
    in_dir(state, "token", path);
    write_file(path, "  EAABsomething \nsecond line\n", 0600);
    assert_true(secret_load(path, &secret, &err));
    assert_string_equal(secret_reveal(secret), "EAABsomething");
    assert_int_equal(secret_size(secret), 13);
    secret_destroy(secret);
    static const mode_t open_modes[] = {0640, 0604, 0660, 0666, 0610};
    for (size_t i = 0; i < sizeof open_modes / sizeof open_modes[0]; i++) {
        write_file(path, "EAABsomething", open_modes[i]);
        assert_false(secret_load(path, &secret, &err));
        assert_int_equal(err.code, ERR_CONFIG);
        assert_non_null(strstr(err.message, "chmod 600"));
        assert_null(strstr(err.message, "EAAB"));
    }
    write_file(path, " \n\n", 0600);
    assert_false(secret_load(path, &secret, &err));
    assert_int_equal(err.code, ERR_CONFIG);
    assert_false(secret_load("/nonexistent/token", &secret, &err));
    assert_int_equal(err.code, ERR_NOT_FOUND);
    assert_string_equal(secret_reveal(NULL), "");
    secret_destroy(NULL);
}

/* What the kernel says of the mapping: left out of core dumps. */
static void test_secret_is_not_dumped(void **state)
{
    (void)state;
    struct secret *secret = secret_create("topsecret", 9);
    FILE *maps = fopen("/proc/self/smaps", "r");
    char line[512];
    bool here = false, seen = false;
    uintptr_t at = (uintptr_t)secret_reveal(secret);
    while (fgets(line, sizeof line, maps)) {
        unsigned long first, last;
        if (sscanf(line, "%lx-%lx ", &first, &last) == 2) {
            here = at >= first && at < last;
        } else if (here && strncmp(line, "VmFlags:", 8) == 0) {
            seen = strstr(line, " dd") != NULL;
        }
    }
    fclose(maps);
    assert_true(seen);
    secret_destroy(secret);
}

static void test_secret_create_refuses_what_cannot_be_redacted(void **state)
{
    (void)state;
    struct secret *secrets[32];
    for (int i = 0; i < 32; i++) {
        secrets[i] = secret_create("secret-text", 11);
        assert_non_null(secrets[i]);
    }
    assert_null(secret_create("one-more-text", 13));
    for (int i = 0; i < 32; i++) {
        secret_destroy(secrets[i]);
    }
    struct secret *short_one = secret_create("t", 1);
    assert_string_equal(secret_reveal(short_one), "t");
    secret_destroy(short_one);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fd_read_file),
        cmocka_unit_test(test_fd_write_all_fails_clearly),
        cmocka_unit_test(test_fd_lock_is_exclusive),
        cmocka_unit_test(test_fd_mkdir_private),
        cmocka_unit_test(test_log_redacts_secrets),
        cmocka_unit_test(test_log_never_shows_half_a_secret),
        cmocka_unit_test(test_log_stderr_lines_stay_whole),
        cmocka_unit_test(test_secret_load),
        cmocka_unit_test(test_secret_is_not_dumped),
        cmocka_unit_test(test_secret_create_refuses_what_cannot_be_redacted),
    };
    return cmocka_run_group_tests(tests, make_dir, remove_dir);
}
