#include "control/control_client.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "control/socket.h"

struct control {
    int fd;
    struct str in; /* what has arrived of the next line */
};

struct control *control_connect(const char *state_dir, struct err *err)
{
    int fd = control_socket_connect(state_dir, err);
    if (fd < 0) {
        return NULL;
    }
    struct control *control = calloc(1, sizeof *control);
    if (!control) {
        close(fd);
        err_set(err, ERR_MEMORY, "control connection: out of memory");
        return NULL;
    }
    control->fd = fd;
    str_init(&control->in, CONTROL_REPLY_MAX);
    return control;
}

void control_close(struct control *control)
{
    if (!control) {
        return;
    }
    close(control->fd);
    str_fini(&control->in);
    free(control);
}

int control_fd(const struct control *control)
{
    return control->fd;
}

static bool gone(struct err *err)
{
    return err_set(err, ERR_NETWORK, "engine: it closed the connection; it has stopped or crashed");
}

bool control_send(struct control *control, const struct control_request *request, struct err *err)
{
    struct str line;
    str_init(&line, CONTROL_LINE_MAX);
    bool ok = control_request_encode(request, &line) && str_addc(&line, '\n');
    if (!ok) {
        err_set(err, ERR_LIMIT, "request: too many targets for one request; use --all or fewer");
    }
    size_t sent = 0;
    while (ok && sent < line.len) {
        ssize_t n = send(control->fd, line.data + sent, line.len - sent, MSG_NOSIGNAL);
        if (n < 0 && errno == EINTR) {
            continue;
        }
        ok = n > 0 || gone(err);
        sent += n > 0 ? (size_t)n : 0;
    }
    str_fini(&line);
    return ok;
}

/* A whole line in the buffer becomes a reply. */
static enum control_state take_line(struct control *control, struct control_reply *out,
                                    struct err *err)
{
    char *end = control->in.len ? memchr(control->in.data, '\n', control->in.len) : NULL;
    if (!end) {
        return CONTROL_WAITING;
    }
    size_t n = (size_t)(end - control->in.data);
    bool ok = control_reply_decode(control->in.data, n, out, err);
    control->in.len -= n + 1;
    memmove(control->in.data, end + 1, control->in.len);
    return ok ? CONTROL_REPLY : CONTROL_GONE;
}

enum control_state control_receive(struct control *control, struct control_reply *out,
                                   struct err *err)
{
    for (;;) {
        enum control_state state = take_line(control, out, err);
        if (state != CONTROL_WAITING) {
            return state;
        }
        char chunk[8192];
        ssize_t n = recv(control->fd, chunk, sizeof chunk, MSG_DONTWAIT);
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
            return CONTROL_WAITING;
        }
        if (n <= 0 || !str_addn(&control->in, chunk, (size_t)n)) {
            gone(err);
            return CONTROL_GONE;
        }
    }
}

bool control_call(struct control *control, const struct control_request *request, int timeout_ms,
                  struct control_reply *out, struct err *err)
{
    if (!control_send(control, request, err)) {
        return false;
    }
    int64_t deadline = clock_mono_ms() + timeout_ms;
    for (;;) {
        enum control_state state = control_receive(control, out, err);
        if (state != CONTROL_WAITING) {
            return state == CONTROL_REPLY;
        }
        int64_t left = deadline - clock_mono_ms();
        if (left <= 0) {
            return err_set(err, ERR_TIMEOUT,
                           "engine: no answer within %d s; see its log, or stop and start it",
                           timeout_ms / 1000);
        }
        struct pollfd pfd = {.fd = control->fd, .events = POLLIN};
        poll(&pfd, 1, (int)left);
    }
}

/* The lock file's one line is "pid since_ms host", written by its holder. */
bool control_lock_holder(const char *state_dir, struct control_holder *out)
{
    char path[4096];
    int n = snprintf(path, sizeof path, "%s/%s", state_dir, CONTROL_LOCK_NAME);
    int fd = n > 0 && (size_t)n < sizeof path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    if (fd < 0) {
        return false;
    }
    bool held = flock(fd, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK;
    char line[160] = "";
    ssize_t got = held ? read(fd, line, sizeof line - 1) : 0;
    close(fd);
    if (!held) {
        return false;
    }
    memset(out, 0, sizeof *out);
    long long pid = 0, since = 0;
    if (got > 0 && sscanf(line, "%lld %lld %63s", &pid, &since, out->host) == 3) {
        out->pid = pid;
        out->since = since;
    }
    return true;
}

/* The child: a session of its own, no terminal, nothing of ours but the arguments. */
static void exec_engine(const char *const *argv)
{
    char *args[64] = {0};
    char program[] = "adtop";
    args[0] = program;
    for (size_t i = 0; i < 62 && argv[i]; i++) {
        args[i + 1] = strdup(argv[i]);
    }
    setsid();
    int null = open("/dev/null", O_RDWR);
    if (null >= 0) {
        dup2(null, STDIN_FILENO);
        dup2(null, STDOUT_FILENO);
        dup2(null, STDERR_FILENO);
    }
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    execv("/proc/self/exe", args);
    _exit(127);
}

bool control_spawn_engine(const char *state_dir, const char *const *argv, int timeout_ms,
                          struct err *err)
{
    pid_t child = fork();
    if (child < 0) {
        return err_set(err, ERR_IO, "engine: it could not be started: %s", strerror(errno));
    }
    if (child == 0) {
        exec_engine(argv);
    }
    int64_t deadline = clock_mono_ms() + timeout_ms;
    while (clock_mono_ms() < deadline) {
        int fd = control_socket_connect(state_dir, NULL);
        if (fd >= 0) {
            close(fd);
            return true;
        }
        int status = 0;
        if (waitpid(child, &status, WNOHANG) == child) {
            return err_set(err, ERR_IO,
                           "engine: it ended at once (exit %d); run 'adtop engine' to see why",
                           WIFEXITED(status) ? WEXITSTATUS(status) : -1);
        }
        poll(NULL, 0, 20);
    }
    return err_set(err, ERR_TIMEOUT, "engine: it did not answer within %d s; run 'adtop engine'",
                   timeout_ms / 1000);
}

void control_origin(char out[64])
{
    const char *ssh = getenv("SSH_CONNECTION");
    size_t n = ssh ? strcspn(ssh, " ") : 0;
    if (n == 0 || n >= 64) {
        snprintf(out, 64, "local");
        return;
    }
    snprintf(out, 64, "%.*s", (int)n, ssh);
}
