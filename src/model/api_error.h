/*
 * api_error: what an unsuccessful answer means for us. The classifier (graph/classify.h) decides by
 * code and subcode first (reference 3.2); what to tell a person stands in error_catalog.h.
 */
#ifndef MODEL_API_ERROR_H
#define MODEL_API_ERROR_H

#include <stdbool.h>
#include <stdint.h>

#include "model/usage.h"

enum error_class {
    ERROR_NONE,
    ERROR_THROTTLE,  /* wait, the whole scope */
    ERROR_RETRY,     /* transient */
    ERROR_SHRINK,    /* ask for less, then retry */
    ERROR_AUTH,      /* the token is dead: stop everything on it */
    ERROR_PERMANENT, /* this request will never work */
    ERROR_ACCESS,    /* permission or configuration: this account or field */
    ERROR_RESTART,   /* cursor died: start the listing again */
    ERROR_GONE,      /* the object is deleted or hidden */
    ERROR_FIELD,     /* a field is rejected: leave it out and ask again */
    ERROR_CLASS_COUNT
};
const char *error_class_name(enum error_class error_class);

enum error_reach { REACH_REQUEST, REACH_SCOPE, REACH_ACCOUNT, REACH_TOKEN, REACH_APP };

struct api_error {
    enum error_class error_class;
    enum error_reach reach;
    enum scope_kind scope;  /* of a throttle */
    enum use_case use_case; /* of a throttle of SCOPE_USE_CASE */
    int http_status;        /* 0 = no response at all */
    int code, subcode;      /* 0 = none; report errors are negative */
    int64_t wait_ms;        /* least wait the table or a header names; 0 = governor's default */
    bool wait_named;        /* a header named it */
    char message[400];      /* API text, or what we saw instead of JSON */
    char type[48];
    char fbtrace_id[64];
    char field[64]; /* ERROR_FIELD: the rejected one */
};

#endif
