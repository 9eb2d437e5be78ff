/*
 * classify: what an answer that is not a success means. One table (codes, subcodes, texts, in the
 * order of reference 3.2) and the nine-step order of that section. Pure.
 */
#ifndef GRAPH_CLASSIFY_H
#define GRAPH_CLASSIFY_H

#include <stdbool.h>
#include <stddef.h>

#include "graph/usage.h"
#include "model/api_error.h"
#include "model/call.h"

struct json;

enum { CODE_ANY = -1000000, SUBCODE_ANY = -1000000, SUBCODE_NONE = 0 };

struct classify_rule {
    int code, code_to; /* inclusive range, code_to 0 = just `code`; or CODE_ANY */
    int subcode;       /* SUBCODE_ANY, SUBCODE_NONE or a value */
    const char *text;  /* the message contains it (case-insensitive); NULL = any */
    enum error_class error_class;
    enum error_reach reach;
    enum scope_kind scope; /* of a throttle */
    enum use_case use_case;
    int wait_s;       /* least wait; WAIT_SCORE = 60 s or, on development access, 300 s; 0 = none */
    const char *note; /* what it is, for a person */
};

enum { WAIT_SCORE = -1 };

struct classify_input {
    int http_status;             /* 0 = no response */
    const struct err *transport; /* no whole response; ERR_LIMIT = too large; NULL = one arrived */
    const struct json *root;     /* NULL = the body is not JSON */
    const char *body;
    size_t body_len;
    const char *retry_after;       /* header value; NULL = absent */
    const struct usage_set *usage; /* NULL = none */
    const char *account_id;
    enum call_class call_class;
    bool report_poll;  /* 100/33 is a race right after creation */
    bool proof_in_use; /* makes 104 an auth error */
};

/* Whether the answer is a success at all: 2xx, JSON, no "error" member (steps 1, 2). */
bool classify_is_success(const struct classify_input *in);
/* Fills `out`. The row that decided is returned, NULL when only the HTTP status or body did. */
const struct classify_rule *classify(const struct classify_input *in, struct api_error *out);
/* A failed report run's error_code / error_subcode (negative codes, reference 3.2 and 7). */
const struct classify_rule *classify_codes(int code, int subcode, const char *message,
                                           struct api_error *out);

/* For tests and documentation. */
const struct classify_rule *classify_rules(size_t *count);
/* "v25.0" out of code 2635's text; false = none named. */
bool classify_version_hint(const char *message, char out[16]);
/* The name in "nonexisting field (x)" and its sisters; false = none named. */
bool classify_field_name(const char *message, char out[64]);

#endif
