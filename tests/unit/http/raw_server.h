/*
 * raw_server: a scripted TCP server for transport tests. Every connection, one after the other,
 * reads one request head (and body) and is answered with the next script entry's bytes as they are.
 */
#ifndef TESTS_RAW_SERVER_H
#define TESTS_RAW_SERVER_H

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

struct script {
    const char *bytes;
    size_t len;    /* 0 = strlen(bytes) */
    bool stall;    /* send, then keep silent until the client leaves */
    bool keep;     /* the connection takes the next request too */
    int answer_ms; /* silence before the answer */
};

enum { REQUEST_MAX = 16384, REQUESTS_MAX = 64 };

struct raw_server {
    int fd;
    int port;
    pthread_t thread;
    const struct script *script;
    size_t steps;
    /* written by the server's thread, read after raw_server_stop */
    char requests[REQUESTS_MAX][REQUEST_MAX];
    size_t request_count;
    size_t connections;
    atomic_bool stop;
};

static inline size_t content_length(const char *head)
{
    const char *at = strcasestr(head, "\r\ncontent-length:");
    return at == NULL ? 0 : (size_t)atol(at + strlen("\r\ncontent-length:"));
}

/* One whole request into out; false = the client left. */
static inline bool raw_read(struct raw_server *s, int fd, char *out)
{
    size_t n = 0;
    while (n + 1 < REQUEST_MAX && !atomic_load(&s->stop)) {
        struct pollfd wait = {.fd = fd, .events = POLLIN};
        if (poll(&wait, 1, 20) == 0) {
            continue;
        }
        ssize_t got = read(fd, out + n, REQUEST_MAX - 1 - n);
        if (got <= 0) {
            return false;
        }
        n += (size_t)got;
        out[n] = '\0';
        const char *end = strstr(out, "\r\n\r\n");
        if (end != NULL && n >= (size_t)(end - out) + 4 + content_length(out)) {
            return true;
        }
    }
    return false;
}

static inline void raw_answer(struct raw_server *s, int fd, const struct script *step)
{
    usleep((useconds_t)step->answer_ms * 1000);
    size_t len = step->len > 0 ? step->len : strlen(step->bytes);
    size_t sent = 0;
    while (sent < len) {
        ssize_t n = send(fd, step->bytes + sent, len - sent, MSG_NOSIGNAL);
        if (n <= 0) {
            return;
        }
        sent += (size_t)n;
    }
    char rest[64];
    while (step->stall && !atomic_load(&s->stop)) {
        struct pollfd wait = {.fd = fd, .events = POLLIN};
        if (poll(&wait, 1, 20) > 0 && read(fd, rest, sizeof rest) <= 0) {
            return;
        }
    }
}

static inline void *raw_serve(void *arg)
{
    struct raw_server *s = arg;
    size_t step = 0;
    while (!atomic_load(&s->stop)) {
        struct pollfd wait = {.fd = s->fd, .events = POLLIN};
        if (poll(&wait, 1, 20) <= 0) {
            continue;
        }
        int fd = accept(s->fd, NULL, NULL);
        bool more = fd >= 0;
        s->connections++;
        while (more && step < s->steps && s->request_count < REQUESTS_MAX &&
               raw_read(s, fd, s->requests[s->request_count])) {
            s->request_count++;
            raw_answer(s, fd, &s->script[step]);
            more = s->script[step].keep;
            step++;
        }
        if (fd >= 0) {
            close(fd);
        }
    }
    return NULL;
}

static inline struct raw_server *raw_server_start(const struct script *script, size_t steps)
{
    struct raw_server *s = calloc(1, sizeof *s);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    if (s == NULL) {
        abort();
    }
    s->script = script;
    s->steps = steps;
    s->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (s->fd < 0 || bind(s->fd, (struct sockaddr *)&address, sizeof address) != 0 ||
        listen(s->fd, 16) != 0 || getsockname(s->fd, (struct sockaddr *)&address, &size) != 0 ||
        pthread_create(&s->thread, NULL, raw_serve, s) != 0) {
        abort();
    }
    s->port = ntohs(address.sin_port);
    return s;
}

/* Ends the thread; the requests may be read then, until raw_server_free. */
static inline void raw_server_stop(struct raw_server *s)
{
    atomic_store(&s->stop, true);
    pthread_join(s->thread, NULL);
    close(s->fd);
}

#endif
