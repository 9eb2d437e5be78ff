/*
 * server: HTTP on loopback (libmicrohttpd, a thread per connection, so that answers which sleep
 * overlap). Reads whole requests, hands them to one handler, writes what it left in the reply:
 * gzip when accepted, ETag, and the ways a connection can break.
 */
#ifndef SIM_NET_SERVER_H
#define SIM_NET_SERVER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/err.h"
#include "sim/net/reply.h"
#include "sim/net/request.h"

struct server;

struct server_options {
    int port; /* 0 = any free one */
    const struct clock *clock;
    /* Called from many threads at once; may sleep with server_sleep(). */
    void (*handle)(void *ctx, struct server *server, struct request *request, struct reply *reply);
    void *ctx;
};

struct server *server_start(const struct server_options *options, struct err *err);
int server_port(const struct server *server);
/* Real milliseconds; returns early when the server stops. */
void server_sleep(struct server *server, int64_t ms);
/* Ends sleeps and open connections, then joins every thread. */
void server_stop(struct server *server);

#endif
