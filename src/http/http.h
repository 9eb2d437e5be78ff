/*
 * http: the transport, and the only user of libcurl. One `struct http` belongs to one thread (its
 * connections, handles and callbacks with it); only http_wakeup may be called from another.
 *
 * Always: TLS verification, https (plain http for loopback hosts when allowed), no redirects, no
 * total time-out (a body that moves may take its time), a cap on the decoded body. The token goes
 * into the Authorization header alone and is wiped from memory when the transfer ends.
 */
#ifndef HTTP_HTTP_H
#define HTTP_HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct http;
struct secret;

struct http_options {
    int connect_timeout_ms; /* 0 = 10 s */
    int stall_s;            /* nothing received for so long = stalled; 0 = 120 s */
    size_t max_body;        /* bytes after decompression; 0 = 16 MiB */
    int max_connections;    /* kept open per host; 0 = 8 */
    bool allow_plain_loopback;
    const char *user_agent; /* keep constant: it may be part of an ETag; NULL = "adtop" */
    const char *ca_file;    /* NULL = the system's */
};

struct http_request {
    bool post;
    const char *url;
    const char *const *headers;  /* "Name: value", NULL-terminated; NULL = none; no secrets */
    const struct secret *bearer; /* NULL = none; must outlive the transfer's start only */
    const char *body;            /* form-encoded; copied; NULL = none */
    size_t body_len;
};

struct http_header {
    const char *name; /* as it came: compare with strcasecmp */
    const char *value;
};

struct http_response {
    bool ok;          /* a whole response arrived, whatever its status */
    struct err error; /* when not ok: what, why, what to do; ERR_NETWORK, ERR_TIMEOUT, ERR_LIMIT */
    int status;       /* 0 = none arrived */
    const char *body; /* NUL-terminated; lent until the callback returns */
    size_t body_len;
    const struct http_header *headers; /* at most HTTP_HEADERS_MAX, the rest is dropped */
    size_t header_count;
    int64_t wire_bytes; /* body as transferred (compressed) */
    int64_t ms;         /* real time from start to end */
};

enum { HTTP_HEADERS_MAX = 64, HTTP_HEADER_BYTES_MAX = 64 * 1024 };

typedef void http_done(void *ctx, const struct http_response *response);

/* Once per process, before any thread. */
bool http_global_init(struct err *err);
void http_global_fini(void);

struct http *http_create(const struct http_options *options, struct err *err);
/* Cancels what is in flight; no callback is called. */
void http_destroy(struct http *http);

/* Starts a transfer and returns its handle, 0 on failure (then `done` is never called). */
uint64_t http_start(struct http *http, const struct http_request *request, http_done *done,
                    void *ctx, struct err *err);
/* Waits up to timeout_ms for something to move, then runs the callbacks of what ended, on this
 * thread. A callback may start and cancel transfers but not poll. */
bool http_poll(struct http *http, int timeout_ms, struct err *err);
/* Makes a poll in another thread return. Any thread. */
void http_wakeup(struct http *http);
/* Its callback will not be called; false = no such transfer. */
bool http_cancel(struct http *http, uint64_t handle);
size_t http_active(const struct http *http);

/* First value of a header, case-insensitively; NULL = absent. */
const char *http_header_get(const struct http_header *headers, size_t count, const char *name);
/* Whether the URL may be used: https, or http to a loopback host when that is allowed. */
bool http_url_check(const char *url, bool allow_plain_loopback, struct err *err);

#endif
