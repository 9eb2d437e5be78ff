/*
 * protocol: what console and command line ask of the engine, and its answers. One JSON object a
 * line over the Unix socket <state dir>/adtop.sock; a reply to each request, in order. Only what a
 * person may do goes this way: everything shown is read from the store.
 */
#ifndef CONTROL_PROTOCOL_H
#define CONTROL_PROTOCOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/str.h"
#include "model/account.h"
#include "model/operator.h"

enum { CONTROL_VERSION = 1, CONTROL_TARGETS_MAX = 20000, CONTROL_LINE_MAX = 2 * 1024 * 1024 };
/* An answer says something of each target. */
enum { CONTROL_REPLY_MAX = 4 * CONTROL_LINE_MAX };

struct control_request {
    bool hello;     /* only asks who the engine is and whether the peer may act */
    bool read_only; /* hello: nothing that comes on this connection may act, whoever sent it */
    enum op_kind op;
    bool all;                 /* every account, instead of targets */
    char (*targets)[ID_SIZE]; /* account ids; owned by the caller */
    size_t target_count;
    char reason[256];
    char origin[64];     /* where the person sits: SSH client address or "local" */
    int64_t until;       /* ms, adtop's clock; 0 = the op's default */
    int64_t number;      /* run, alert or action id of cancel, retry, ack, undo */
    enum run_mode mode;  /* force */
    int32_t since_day;   /* force window; 0 = the mode's own */
    bool override_holds; /* force although a limit or the budget says wait; needs a reason */
    int priority;        /* prioritize */
    enum tier tier;      /* pin */
    bool unpin;
    char setting[64]; /* budget_set, threshold_set: "account", ...; ack: "log" = number is a line */
    double value;
};

struct control_result {
    char target[64];
    bool ok;
    int64_t action_id; /* of operator_actions; 0 = refused before it was recorded */
    char message[256];
};

struct control_reply {
    bool ok;                 /* every target succeeded */
    enum err_code code;      /* why not, for exit codes */
    char message[512];       /* one sentence for a person */
    bool may_act;            /* hello */
    int64_t pid, started_at; /* hello */
    char host[64], version[32];
    struct control_result *results; /* owned by the reply */
    size_t result_count;
};

void control_request_init(struct control_request *request);
void control_reply_fini(struct control_reply *reply);
/* A result is added; false when memory is short. */
bool control_reply_add(struct control_reply *reply, const char *target, bool ok, int64_t action_id,
                       const char *message);

/* To and from one line without its newline. Parsing takes text from outside: everything is
 * checked. The targets of a parsed request are owned by it: control_request_fini frees them. */
bool control_request_encode(const struct control_request *request, struct str *out);
bool control_request_decode(const char *line, size_t n, struct control_request *out,
                            struct err *err);
void control_request_fini(struct control_request *request);
bool control_reply_encode(const struct control_reply *reply, struct str *out);
bool control_reply_decode(const char *line, size_t n, struct control_reply *out, struct err *err);

#endif
