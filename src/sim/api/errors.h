/*
 * errors: every error body the simulator gives of its own accord, as recorded (reference 3.1, 3.2,
 * 12.2). Faults may give others.
 */
#ifndef SIM_API_ERRORS_H
#define SIM_API_ERRORS_H

#include <stdbool.h>

#include "sim/net/reply.h"

enum graph_error {
    GRAPH_REDUCE,          /* 1: please reduce the amount of data */
    GRAPH_UNKNOWN,         /* 1/99 */
    GRAPH_UNAVAILABLE,     /* 2 */
    GRAPH_APP_LIMIT,       /* 4 */
    GRAPH_INSIGHTS_LOAD,   /* 4/1504022 */
    GRAPH_ACCOUNT_LIMIT,   /* 17/2446079 */
    GRAPH_BUC_INSIGHTS,    /* 80000/2446079 */
    GRAPH_BUC_MANAGEMENT,  /* 80004/2446079 */
    GRAPH_NO_OBJECT,       /* 100/33; %s = the id */
    GRAPH_NO_FIELD,        /* 100; %s = field, %s = node type */
    GRAPH_BAD_PARAM,       /* 100; %s = what is wrong */
    GRAPH_DELETED,         /* 100/1815001 */
    GRAPH_TIMEOUT,         /* 2/1504038 */
    GRAPH_BAD_BREAKDOWN,   /* 2/1504041 */
    GRAPH_NO_FILTER_FIELD, /* 100; %s = field */
    GRAPH_SUMMARY_RACE,    /* 100 */
    GRAPH_CURSOR_TOO_FAR,  /* 100 */
    GRAPH_IDS_DEAD,        /* 100 under HTTP 500 */
    GRAPH_BAD_PROOF,       /* 100 */
    GRAPH_NO_TOKEN,        /* 2500, at /me */
    GRAPH_NEEDS_TOKEN,     /* 104, elsewhere */
    GRAPH_BAD_TOKEN,       /* 190 */
    GRAPH_NO_ACCESS,       /* 200; %s = what is missing */
    GRAPH_BATCH_ABORTED,   /* 960 */
    GRAPH_BATCH_TOO_MANY,  /* 1 */
    GRAPH_OLD_VERSION,     /* 2635 */
    GRAPH_NO_VERSION,      /* 2500 */
    GRAPH_NO_PATH,         /* 2500; %s = the path */
    GRAPH_BAD_CURSOR,      /* 2642 */
    GRAPH_TOO_OLD,         /* 3018 */
    GRAPH_BAD_METHOD,      /* 100; %s = method */
    GRAPH_ERROR_COUNT
};

/* Fills the reply; the arguments are those the row's message asks for. */
void errors_reply(struct reply *reply, enum graph_error error, ...);
/* Any error: title, user_msg and type may be NULL; transient -1 = member left out. */
struct error_body {
    int http, code, subcode;
    const char *type;
    int transient;
    const char *message, *title, *user_msg;
};
void errors_reply_body(struct reply *reply, const struct error_body *body);
/* code and subcode of a row, for tests and for counting. */
struct error_body errors_row(enum graph_error error);

#endif
