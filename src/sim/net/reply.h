/*
 * reply: what goes back for one call: status, headers, body, and how the wire mistreats it.
 */
#ifndef SIM_NET_REPLY_H
#define SIM_NET_REPLY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/str.h"

enum { REPLY_HEADERS = 40, REPLY_MAX = 256 << 20 };

enum carriage {
    CARRY_WHOLE,
    CARRY_RESET,     /* TCP reset before the first byte */
    CARRY_TRUNCATED, /* the connection closes in mid-body */
    CARRY_STALLED    /* half the body, then silence until the client gives up */
};

struct reply_header {
    const char *name, *value;
};

struct reply {
    struct arena *arena;
    int status;
    const char *content_type;
    struct reply_header headers[REPLY_HEADERS];
    size_t header_count;
    struct str body;
    enum carriage carriage;
    int64_t latency_ms; /* on top of the server's */
    double cpu_ms;      /* what the query cost Meta, for the limiters */
    int code, subcode;  /* of an error body, 0 = none */
    int account;        /* index whose call it was, -1 = none */
    int refused;        /* enum limiter that refused it, 0 = none */
    uint64_t serial;    /* of the call: its ids to quote follow from it */
    int refused_account;
};

void reply_init(struct reply *reply, struct arena *arena);
void reply_fini(struct reply *reply);
/* Value is printed; the name is lent and must outlive the reply. */
void reply_header(struct reply *reply, const char *name, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
const char *reply_get_header(const struct reply *reply, const char *name);
void reply_drop_header(struct reply *reply, const char *name);
/* The body becomes what was built in out, which is left empty; an error that came meanwhile stays.
 */
void reply_take(struct reply *reply, struct str *out);
/* Replaces body, status and type. */
void reply_text(struct reply *reply, int status, const char *content_type, const char *body);

#endif
