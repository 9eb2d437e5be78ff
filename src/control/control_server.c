#include "control/control_server.h"

#include <errno.h>
#include <grp.h>
#include <poll.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/log.h"
#include "control/socket.h"

/* The last ones are kept for those who may act: no crowd of readers locks an operator out. */
enum { CONNECTIONS_MAX = 64, READERS_MAX = 48 };

struct connection {
    int fd; /* -1 = free */
    struct control_peer peer;
    struct str in, out;
    bool closing;    /* after the output is out */
    bool looks_only; /* by its own word, and for good */
};

struct control_server {
    int listen_fd;
    struct control_access access;
    control_handler *handler;
    void *ctx;
    struct connection connections[CONNECTIONS_MAX];
};

static bool in_group(const struct control_peer *peer, const char *name)
{
    if (name[0] == '\0') {
        return false;
    }
    struct group group, *found = NULL;
    char buffer[16384];
    if (getgrnam_r(name, &group, buffer, sizeof buffer, &found) != 0 || !found) {
        return false;
    }
    if (peer->gid == found->gr_gid) {
        return true;
    }
    for (char **member = found->gr_mem; *member; member++) {
        if (strcmp(*member, peer->user) == 0) {
            return true;
        }
    }
    return false;
}

bool control_peer_may_act(const struct control_peer *peer, const struct control_access *access)
{
    return peer->uid == 0 || peer->uid == geteuid() || in_group(peer, access->operators);
}

static bool may_connect(const struct control_peer *peer, const struct control_access *access)
{
    return control_peer_may_act(peer, access) || in_group(peer, access->readers);
}

void control_user_name(uid_t uid, char out[64])
{
    struct passwd entry, *found = NULL;
    char buffer[4096];
    if (getpwuid_r(uid, &entry, buffer, sizeof buffer, &found) == 0 && found) {
        snprintf(out, 64, "%s", found->pw_name);
    } else {
        snprintf(out, 64, "uid %u", (unsigned)uid);
    }
}

static bool peer_of(int fd, struct control_peer *peer)
{
    struct ucred cred;
    socklen_t size = sizeof cred;
    if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &cred, &size) != 0) {
        return false;
    }
    peer->uid = cred.uid;
    peer->gid = cred.gid;
    peer->pid = cred.pid;
    control_user_name(cred.uid, peer->user);
    return true;
}

struct control_server *control_server_create(const char *state_dir,
                                             const struct control_access *access,
                                             control_handler *handler, void *ctx, struct err *err)
{
    struct control_server *server = calloc(1, sizeof *server);
    if (!server) {
        err_set(err, ERR_MEMORY, "control socket: out of memory");
        return NULL;
    }
    bool shared = access->operators[0] || access->readers[0];
    server->access = *access;
    server->handler = handler;
    server->ctx = ctx;
    for (size_t i = 0; i < CONNECTIONS_MAX; i++) {
        server->connections[i].fd = -1;
    }
    server->listen_fd = control_socket_listen(state_dir, shared ? 0660 : 0600, err);
    if (server->listen_fd < 0) {
        free(server);
        return NULL;
    }
    return server;
}

static void drop(struct connection *connection)
{
    close(connection->fd);
    connection->fd = -1;
    connection->closing = connection->looks_only = false;
    str_fini(&connection->in);
    str_fini(&connection->out);
}

void control_server_destroy(struct control_server *server)
{
    if (!server) {
        return;
    }
    for (size_t i = 0; i < CONNECTIONS_MAX; i++) {
        if (server->connections[i].fd >= 0) {
            drop(&server->connections[i]);
        }
    }
    close(server->listen_fd);
    free(server);
}

static struct connection *free_slot(struct control_server *server, const struct control_peer *peer)
{
    struct connection *slot = NULL;
    size_t readers = 0;
    for (size_t i = 0; i < CONNECTIONS_MAX; i++) {
        struct connection *connection = &server->connections[i];
        if (connection->fd < 0) {
            slot = slot ? slot : connection;
        } else {
            readers += !control_peer_may_act(&connection->peer, &server->access);
        }
    }
    return readers < READERS_MAX || control_peer_may_act(peer, &server->access) ? slot : NULL;
}

static void accept_one(struct control_server *server)
{
    int fd = accept4(server->listen_fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (fd < 0) {
        return;
    }
    struct control_peer peer = {0};
    bool known = peer_of(fd, &peer) && may_connect(&peer, &server->access);
    struct connection *slot = known ? free_slot(server, &peer) : NULL;
    if (!slot) {
        log_write(LOG_WARN, "control", "connection of %s refused: %s", peer.user,
                  known ? "too many are open" : "neither in the operators' nor the readers' group");
        close(fd);
        return;
    }
    slot->fd = fd;
    slot->peer = peer;
    str_init(&slot->in, CONTROL_LINE_MAX);
    str_init(&slot->out, CONTROL_REPLY_MAX);
}

static void flush(struct connection *connection)
{
    while (connection->out.len > 0) {
        ssize_t n = send(connection->fd, connection->out.data, connection->out.len, MSG_NOSIGNAL);
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
            return;
        }
        if (n <= 0) {
            drop(connection);
            return;
        }
        connection->out.len -= (size_t)n;
        memmove(connection->out.data, connection->out.data + n, connection->out.len);
    }
    if (connection->closing) {
        drop(connection);
    }
}

static void refuse(struct control_reply *reply, const struct err *err)
{
    reply->ok = false;
    reply->code = err->code;
    snprintf(reply->message, sizeof reply->message, "%s", err->message);
}

/* request: what is refused, for the log; NULL = only whether. */
static bool may_act(const struct control_server *server, const struct connection *connection,
                    const struct control_request *request, struct err *err)
{
    const char *user = connection->peer.user, *group = server->access.operators;
    if (!connection->looks_only && control_peer_may_act(&connection->peer, &server->access)) {
        return true;
    }
    if (connection->looks_only) {
        err_set(err, ERR_REFUSED,
                "this connection is read-only, as it asked; leave --read-only out");
    } else if (group[0]) {
        err_set(err, ERR_REFUSED, "%s may only look: the group '%s' may act; ask its owner", user,
                group);
    } else {
        err_set(err, ERR_REFUSED, "%s may only look: no group of operators is configured", user);
    }
    if (request) {
        log_write(LOG_WARN, "control", "%s of %s refused: read-only", op_kind_name(request->op),
                  user);
    }
    return false;
}

static void serve_line(struct control_server *server, struct connection *connection,
                       const char *line, size_t n)
{
    struct control_request request;
    struct control_reply reply = {0};
    struct err err = {0};
    control_request_init(&request);
    bool read = control_request_decode(line, n, &request, &err);
    connection->looks_only |= read && request.hello && request.read_only;
    if (read && (request.hello || may_act(server, connection, &request, &err))) {
        server->handler(server->ctx, &connection->peer, &request, &reply);
        reply.may_act = may_act(server, connection, NULL, NULL);
    } else {
        refuse(&reply, &err);
    }
    if (!control_reply_encode(&reply, &connection->out) || !str_addc(&connection->out, '\n')) {
        connection->closing = true; /* a reply too large to send: the client sees the end */
    }
    control_reply_fini(&reply);
    control_request_fini(&request);
}

static void serve(struct control_server *server, struct connection *connection)
{
    char chunk[8192];
    ssize_t n = recv(connection->fd, chunk, sizeof chunk, 0);
    if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR)) {
        return;
    }
    if (n <= 0 || !str_addn(&connection->in, chunk, (size_t)n)) {
        drop(connection);
        return;
    }
    char *end = NULL;
    while (connection->in.len && (end = memchr(connection->in.data, '\n', connection->in.len))) {
        size_t length = (size_t)(end - connection->in.data);
        serve_line(server, connection, connection->in.data, length);
        connection->in.len -= length + 1;
        memmove(connection->in.data, end + 1, connection->in.len);
    }
    flush(connection);
}

bool control_server_poll(struct control_server *server, int extra_fd, int timeout_ms)
{
    struct pollfd fds[CONNECTIONS_MAX + 2];
    struct connection *owners[CONNECTIONS_MAX];
    nfds_t count = 0;
    fds[count++] = (struct pollfd){.fd = server->listen_fd, .events = POLLIN};
    fds[count++] = (struct pollfd){.fd = extra_fd, .events = POLLIN};
    for (size_t i = 0; i < CONNECTIONS_MAX; i++) {
        struct connection *connection = &server->connections[i];
        if (connection->fd >= 0) {
            short events = (short)(POLLIN | (connection->out.len ? POLLOUT : 0));
            owners[count - 2] = connection;
            fds[count++] = (struct pollfd){.fd = connection->fd, .events = events};
        }
    }
    if (poll(fds, count, timeout_ms) <= 0) {
        return false;
    }
    for (nfds_t i = 2; i < count; i++) {
        if (fds[i].revents & POLLOUT) {
            flush(owners[i - 2]);
        }
        if (owners[i - 2]->fd >= 0 && (fds[i].revents & (POLLIN | POLLHUP | POLLERR))) {
            serve(server, owners[i - 2]);
        }
    }
    if (fds[0].revents & POLLIN) {
        accept_one(server);
    }
    return (fds[1].revents & POLLIN) != 0;
}
