#include "sim/net/server.h"

#include <arpa/inet.h>
#include <microhttpd.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>
#include <zlib.h>

#include "base/arena.h"
#include "base/str.h"

enum {
    BODY_MAX = 16 << 20,
    CONNECTION_MEMORY = 1 << 20, /* filtering in a URL may be long */
    GZIP_LEAST = 256,
    STALL_MS = 600000
};

struct server {
    struct MHD_Daemon *daemon;
    struct server_options options;
    int stop_fd; /* readable once the server stops */
    int port;
};

/* One request on its way in; owned by the connection's thread. */
struct incoming {
    struct arena *arena;
    char *uri;
    struct str body;
    bool announced; /* the header was seen; the body, if any, follows */
    bool too_big;   /* the rest of the body is read and forgotten */
};

/* A body that breaks off half way. */
struct broken {
    struct server *server;
    int fd;
    bool stalled;
    size_t cut;
    char data[];
};

static void *incoming_create(void *ctx, const char *uri, struct MHD_Connection *connection)
{
    (void)ctx;
    (void)connection;
    struct incoming *in = calloc(1, sizeof *in);
    if (in == NULL) {
        return NULL;
    }
    in->arena = arena_create(16384);
    in->uri = in->arena != NULL ? arena_copy(in->arena, uri, strlen(uri)) : NULL;
    str_init(&in->body, BODY_MAX);
    return in;
}

static void incoming_destroy(void *ctx, struct MHD_Connection *connection, void **slot,
                             enum MHD_RequestTerminationCode code)
{
    (void)ctx;
    (void)connection;
    (void)code;
    struct incoming *in = *slot;
    if (in != NULL) {
        arena_destroy(in->arena);
        str_fini(&in->body);
        free(in);
    }
    *slot = NULL;
}

struct post_target {
    struct request *request;
    struct str value;
    char *name;
};

static void post_flush(struct post_target *target)
{
    if (target->name != NULL) {
        const char *text = str_text(&target->value);
        request_add(target->request, target->name,
                    arena_copy(target->request->arena, text, strlen(text)));
    }
    target->name = NULL;
    str_reset(&target->value);
}

/* NOLINTNEXTLINE(readability-function-size): the parameters are libmicrohttpd's. */
static enum MHD_Result post_part(void *ctx, enum MHD_ValueKind kind, const char *key,
                                 const char *filename, const char *type, const char *encoding,
                                 const char *data, uint64_t at, size_t n)
{
    (void)kind;
    (void)filename;
    (void)type;
    (void)encoding;
    struct post_target *target = ctx;
    if (at == 0) {
        post_flush(target);
        target->name = arena_copy(target->request->arena, key, strlen(key));
    }
    return str_addn(&target->value, data, n) ? MHD_YES : MHD_NO;
}

static void read_multipart(struct MHD_Connection *connection, const struct str *body,
                           struct request *request)
{
    struct post_target target = {.request = request};
    str_init(&target.value, BODY_MAX);
    struct MHD_PostProcessor *post =
        MHD_create_post_processor(connection, 65536, post_part, &target);
    if (post != NULL) {
        MHD_post_process(post, str_text(body), body->len);
        MHD_destroy_post_processor(post);
    }
    post_flush(&target);
    str_fini(&target.value);
}

static void read_body(struct MHD_Connection *connection, const struct incoming *in,
                      struct request *request)
{
    const char *type =
        MHD_lookup_connection_value(connection, MHD_HEADER_KIND, MHD_HTTP_HEADER_CONTENT_TYPE);
    const char *body = str_text(&in->body);
    request->body = body;
    request->body_len = in->body.len;
    if (in->body.len == 0 || strncmp(request->path, "/sim/", 5) == 0) {
        return;
    }
    if (type != NULL && strncasecmp(type, "application/json", 16) == 0) {
        request_add_json(request, body, in->body.len);
    } else if (type != NULL && strncasecmp(type, "multipart/", 10) == 0) {
        read_multipart(connection, &in->body, request);
    } else {
        request_add_query(request, body, in->body.len);
    }
}

static ssize_t broken_read(void *ctx, uint64_t at, char *out, size_t max)
{
    struct broken *broken = ctx;
    if (at < broken->cut) {
        size_t n = broken->cut - (size_t)at;
        n = n < max ? n : max;
        memcpy(out, broken->data + at, n);
        return (ssize_t)n;
    }
    if (broken->stalled) {
        struct pollfd fds[2] = {
            {.fd = broken->server->stop_fd, .events = POLLIN   },
            {.fd = broken->fd,              .events = POLLRDHUP}
        };
        poll(fds, 2, STALL_MS);
    }
    return MHD_CONTENT_READER_END_WITH_ERROR;
}

static int connection_fd(struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    return info != NULL ? info->connect_fd : -1;
}

static struct MHD_Response *
broken_response(struct server *server, struct MHD_Connection *connection, const struct reply *reply)
{
    size_t n = reply->body.len;
    struct broken *broken = malloc(sizeof *broken + n + 1);
    if (broken == NULL) {
        return NULL;
    }
    broken->server = server;
    broken->fd = connection_fd(connection);
    broken->stalled = reply->carriage == CARRY_STALLED;
    broken->cut = n / 2;
    memcpy(broken->data, str_text(&reply->body), n + 1);
    return MHD_create_response_from_callback(n > 0 ? n : 1, 32768, broken_read, broken, free);
}

/* NULL = send it as it is. */
static char *gzip_body(const struct str *body, size_t *len)
{
    z_stream stream = {0};
    if (deflateInit2(&stream, 1, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK) {
        return NULL;
    }
    size_t room = deflateBound(&stream, body->len);
    unsigned char *out = malloc(room);
    int rc = Z_MEM_ERROR;
    if (out != NULL) {
        stream.next_in = (unsigned char *)body->data;
        stream.avail_in = (unsigned)body->len;
        stream.next_out = out;
        stream.avail_out = (unsigned)room;
        rc = deflate(&stream, Z_FINISH);
    }
    *len = stream.total_out;
    deflateEnd(&stream);
    if (rc != Z_STREAM_END) {
        free(out);
        return NULL;
    }
    return (char *)out;
}

static bool accepts_gzip(struct MHD_Connection *connection)
{
    const char *accepted =
        MHD_lookup_connection_value(connection, MHD_HEADER_KIND, MHD_HTTP_HEADER_ACCEPT_ENCODING);
    return accepted != NULL && strstr(accepted, "gzip") != NULL;
}

static struct MHD_Response *whole_response(struct MHD_Connection *connection, struct reply *reply)
{
    size_t len = 0;
    char *packed = reply->body.len >= GZIP_LEAST && accepts_gzip(connection)
                       ? gzip_body(&reply->body, &len)
                       : NULL;
    if (packed != NULL) {
        struct MHD_Response *response =
            MHD_create_response_from_buffer(len, packed, MHD_RESPMEM_MUST_FREE);
        if (response != NULL) {
            MHD_add_response_header(response, "Content-Encoding", "gzip");
        }
        return response;
    }
    len = reply->body.len;
    char *data = str_take(&reply->body);
    return MHD_create_response_from_buffer(data != NULL ? len : 0, data, MHD_RESPMEM_MUST_FREE);
}

static void add_date(struct MHD_Response *response, const struct clock *clock)
{
    time_t now = (time_t)(clock_now_ms(clock) / 1000);
    struct tm tm;
    char text[40];
    gmtime_r(&now, &tm);
    strftime(text, sizeof text, "%a, %d %b %Y %H:%M:%S GMT", &tm);
    MHD_add_response_header(response, "Date", text);
}

/* True = the client has it already (reference 8.4). */
static bool etag_matches(struct MHD_Connection *connection, const struct reply *reply)
{
    const char *etag = reply_get_header(reply, "ETag");
    const char *known =
        MHD_lookup_connection_value(connection, MHD_HEADER_KIND, MHD_HTTP_HEADER_IF_NONE_MATCH);
    return known != NULL && etag != NULL && strcmp(known, etag) == 0;
}

static enum MHD_Result send_reply(struct server *server, struct MHD_Connection *connection,
                                  struct reply *reply)
{
    if (reply->carriage == CARRY_RESET) {
        /* Dissolving the association aborts the connection with a reset. */
        struct sockaddr nobody = {.sa_family = AF_UNSPEC};
        if (connect(connection_fd(connection), &nobody, sizeof nobody) != 0) {
            shutdown(connection_fd(connection), SHUT_RDWR); /* at least it ends */
        }
        return MHD_NO;
    }
    if (etag_matches(connection, reply)) {
        reply_text(reply, 304, reply->content_type, "");
    }
    struct MHD_Response *response = reply->carriage == CARRY_WHOLE
                                        ? whole_response(connection, reply)
                                        : broken_response(server, connection, reply);
    if (response == NULL) {
        return MHD_NO;
    }
    if (reply_get_header(reply, "Date") == NULL) {
        add_date(response, server->options.clock);
    }
    MHD_add_response_header(response, "Content-Type", reply->content_type);
    MHD_add_response_header(response, "Vary", "Accept-Encoding");
    for (size_t i = 0; i < reply->header_count; i++) {
        MHD_add_response_header(response, reply->headers[i].name, reply->headers[i].value);
    }
    enum MHD_Result rc = MHD_queue_response(connection, (unsigned)reply->status, response);
    MHD_destroy_response(response);
    return rc;
}

static enum MHD_Result server_answer(struct server *server, struct MHD_Connection *connection,
                                     const char *method, const struct incoming *in)
{
    const char *query = strchr(in->uri, '?');
    size_t path_len = query != NULL ? (size_t)(query - in->uri) : strlen(in->uri);
    struct request request;
    struct reply reply;
    request_init(&request, in->arena, method, request_decode(in->arena, in->uri, path_len));
    if (request.path == NULL) {
        return MHD_NO;
    }
    reply_init(&reply, in->arena);
    if (query != NULL) {
        request_add_query(&request, query + 1, strlen(query + 1));
    }
    size_t url_params = request.param_count;
    read_body(connection, in, &request);
    request_finish(
        &request,
        MHD_lookup_connection_value(connection, MHD_HEADER_KIND, MHD_HTTP_HEADER_AUTHORIZATION),
        url_params);
    server->options.handle(server->options.ctx, server, &request, &reply);
    enum MHD_Result rc = send_reply(server, connection, &reply);
    reply_fini(&reply);
    return rc;
}

/* As the edge does: 413 and no JSON (reference 10, 45). */
static enum MHD_Result refuse_body(struct MHD_Connection *connection)
{
    struct MHD_Response *response =
        MHD_create_response_from_buffer(0, NULL, MHD_RESPMEM_PERSISTENT);
    enum MHD_Result rc = response != NULL
                             ? MHD_queue_response(connection, MHD_HTTP_CONTENT_TOO_LARGE, response)
                             : MHD_NO;
    MHD_destroy_response(response);
    return rc;
}

static enum MHD_Result server_access(void *ctx, struct MHD_Connection *connection, const char *url,
                                     const char *method, const char *version, const char *data,
                                     size_t *data_size, void **slot)
{
    (void)url;
    (void)version;
    struct incoming *in = *slot;
    if (in == NULL || in->uri == NULL) {
        return MHD_NO;
    }
    /* The first call of a request announces its header; answering there would refuse the body. */
    if (!in->announced) {
        in->announced = true;
        return MHD_YES;
    }
    if (*data_size > 0) {
        in->too_big = in->too_big || !str_addn(&in->body, data, *data_size);
        *data_size = 0;
        return MHD_YES;
    }
    if (in->too_big) {
        return refuse_body(connection);
    }
    return server_answer(ctx, connection, method, in);
}

struct server *server_start(const struct server_options *options, struct err *err)
{
    struct server *server = calloc(1, sizeof *server);
    if (server == NULL) {
        err_set(err, ERR_MEMORY, "out of memory");
        return NULL;
    }
    server->options = *options;
    server->stop_fd = eventfd(0, EFD_CLOEXEC);
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons((uint16_t)options->port),
                                  .sin_addr = {htonl(INADDR_LOOPBACK)}};
    unsigned flags = MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_THREAD_PER_CONNECTION |
                     MHD_USE_POLL | MHD_USE_SUPPRESS_DATE_NO_CLOCK | MHD_USE_ITC;
    server->daemon = MHD_start_daemon(
        flags, (uint16_t)options->port, NULL, NULL, server_access, server, MHD_OPTION_SOCK_ADDR,
        (struct sockaddr *)&address, MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_MEMORY,
        MHD_OPTION_URI_LOG_CALLBACK, incoming_create, NULL, MHD_OPTION_NOTIFY_COMPLETED,
        incoming_destroy, NULL, MHD_OPTION_END);
    if (server->daemon == NULL) {
        err_set(err, ERR_NETWORK, "port %d on loopback: cannot listen; is it taken?",
                options->port);
        close(server->stop_fd);
        free(server);
        return NULL;
    }
    const union MHD_DaemonInfo *info =
        MHD_get_daemon_info(server->daemon, MHD_DAEMON_INFO_BIND_PORT);
    server->port = info != NULL ? info->port : options->port;
    return server;
}

int server_port(const struct server *server)
{
    return server->port;
}

void server_sleep(struct server *server, int64_t ms)
{
    if (ms > 0) {
        struct pollfd fd = {.fd = server->stop_fd, .events = POLLIN};
        poll(&fd, 1, ms < STALL_MS ? (int)ms : STALL_MS);
    }
}

void server_stop(struct server *server)
{
    if (server == NULL) {
        return;
    }
    eventfd_write(server->stop_fd, 1);
    MHD_stop_daemon(server->daemon);
    close(server->stop_fd);
    free(server);
}
