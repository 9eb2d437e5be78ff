/*
 * graph: the Graph API client. It builds a request, sends it through its own http, reads the usage
 * headers of whatever came back and says what the answer means. It decides nothing: no retry, no
 * wait, no next page (see retry.h, pager.h, report.h for those, all pure).
 *
 * One `struct graph` belongs to one thread; only graph_wakeup may be called from another.
 * Source: reference sections 1, 5, 9. The token travels in the Authorization header alone;
 * appsecret_proof, a hash, is the only credential-like parameter and is kept out of records.
 */
#ifndef GRAPH_GRAPH_H
#define GRAPH_GRAPH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "graph/usage.h"
#include "http/http.h"
#include "model/api_error.h"
#include "model/call.h"

struct clock;
struct graph;
struct json;
struct secret;

enum { GRAPH_AFTER_SIZE = 1024, GRAPH_PATH_MAX = 256 };

struct graph_options {
    struct http_options http;
    const char *base_url;            /* "https://graph.facebook.com", no slash at the end needed */
    const char *api_version;         /* "v25.0" */
    const struct secret *token;      /* lent for the client's life */
    const struct secret *app_secret; /* NULL = no appsecret_proof */
    const struct clock *clock;       /* lent */
    int json_depth;                  /* 0 = 32 */
};

struct graph_param {
    const char *key;
    const char *value; /* not yet escaped; NULL = left out */
};

struct graph_request {
    enum call_class call_class;
    const char *account_id; /* "act_<n>"; NULL or "" = none */
    const char *path;       /* "act_1/campaigns", "me/adaccounts", "" for a batch */
    const struct graph_param *params;
    size_t param_count;
    bool post;        /* parameters go into the body */
    bool report_poll; /* reading a report run: 100/33 is a race, not a deletion (reference 3.2) */
    int items;        /* calls this counts as; 0 = 1 */
    int64_t run_id;
};

struct graph_result {
    bool ok;
    struct api_error error;       /* when not ok */
    const struct json *root;      /* NULL when the body was not JSON; freed after the callback */
    const struct json *data;      /* root's "data" when it is an array, else NULL */
    char after[GRAPH_AFTER_SIZE]; /* cursors.after; "" = none. Present even on a last page */
    bool has_next;                /* paging.next exists: only this means "there is more" */
    struct usage_set usage;       /* of every response, failed ones too */
    int64_t server_ms;            /* Date header, Unix ms; 0 = absent */
    int64_t sent_at;              /* adtop's clock, ms */
    int64_t ms;                   /* real duration */
    int64_t bytes;                /* as transferred */
    struct call_record record;    /* complete but for `cost` */
    char served_version[16];      /* facebook-api-version */
    char version_warning[200];    /* X-Ad-Api-Version-Warning; "" = none */
};

typedef void graph_done(void *ctx, const struct graph_result *result);

struct graph *graph_create(const struct graph_options *options, struct err *err);
/* Cancels what is in flight; no callback is called. */
void graph_destroy(struct graph *graph);

/* The request's texts are copied. false = nothing was sent and `done` is never called. */
bool graph_send(struct graph *graph, const struct graph_request *request, graph_done *done,
                void *ctx, uint64_t *handle, struct err *err);
/* Its callback will not be called. */
bool graph_cancel(struct graph *graph, uint64_t handle);
/* Waits up to timeout_ms and runs callbacks on this thread; they may send and cancel. */
bool graph_poll(struct graph *graph, int timeout_ms, struct err *err);
void graph_wakeup(struct graph *graph); /* any thread */
size_t graph_active(const struct graph *graph);
const char *graph_api_version(const struct graph *graph);

/* What of a response graph_result_read looks at; also the face of a batch item. */
struct graph_response {
    int status;                  /* 0 = none */
    const struct err *transport; /* no whole response: what happened; NULL = one arrived */
    const char *body;
    size_t body_len;
    const struct http_header *headers;
    size_t header_count;
    int64_t at, run_id; /* adtop's clock, ms */
    const char *account_id;
    enum call_class call_class;
    bool report_poll, proof_in_use;
    int json_depth;
};

/* Pure: fills everything but timing and record. The returned document is what out->root and
 * out->data point into (json_free it after use); NULL when there is none. */
struct json_doc *graph_result_read(const struct graph_response *in, struct graph_result *out);

/* Lower-case hex HMAC-SHA256(app_secret, token) (reference 9). */
bool graph_appsecret_proof(const char *token, const char *app_secret, char out[65]);
/* Percent-encodes everything but unreserved characters (RFC 3986). */
struct str;
bool graph_escape(struct str *out, const char *text);
/* Date header (RFC 9110 IMF-fixdate) -> Unix ms; 0 = not a date. */
int64_t graph_date_parse(const char *text);

#endif
