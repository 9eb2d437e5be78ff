#include "sim/api/errors.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/hash.h"
#include "sim/net/out.h"

#define OAUTH "OAuthException"
#define METHOD "GraphMethodException"
#define MORE_INFO                                                                                  \
    "For more info, please refer to "                                                              \
    "https://developers.facebook.com/docs/graph-api/overview/rate-limiting."
#define TOO_MANY_TITLE "Ad Account Has Too Many API Calls"
#define TOO_MANY                                                                                   \
    "There have been too many calls from this ad-account. Please wait a bit and try again."

static const struct error_body rows[GRAPH_ERROR_COUNT] = {
    [GRAPH_REDUCE] = {500, 1,     0,       NULL,                   -1,
                      "Please reduce the amount of data you're asking for, then retry your request",                       NULL, NULL                                                                  },
    [GRAPH_UNKNOWN] = {500, 1,     99,      OAUTH,                  -1, "An unknown error occurred",                        NULL, NULL                                                                  },
    [GRAPH_UNAVAILABLE] = {400, 2,     0,       OAUTH,                  1,  "(#2) Service temporarily unavailable",             NULL, NULL                                                                  },
    [GRAPH_APP_LIMIT] = {403, 4,     0,       OAUTH,                  1,  "(#4) Application request limit reached",           NULL, NULL                                                                  },
    [GRAPH_INSIGHTS_LOAD] = {400, 4,     1504022, OAUTH,                  1,  "(#4) Application request limit reached",
                      "Too Many API Requests",                                                                                   "There have been too many calls from this app. Wait a bit and try "
                             "again."                                                                                                                    },
    [GRAPH_ACCOUNT_LIMIT] = {400, 17,    2446079, OAUTH,                  0,  "(#17) User request limit reached",
                      TOO_MANY_TITLE,                                                                                            TOO_MANY                                                              },
    [GRAPH_BUC_INSIGHTS] = {400, 80000, 2446079, OAUTH,                  -1,
                      "(#80000) There have been too many calls from this ad-account. Wait a "
                            "bit and try again. " MORE_INFO,
                      NULL,                                                                                                      NULL                                                                  },
    [GRAPH_BUC_MANAGEMENT] = {400, 80004, 2446079, OAUTH,                  -1,
                      "(#80004) There have been too many calls to this ad-account. Wait a "
                              "bit and try again. " MORE_INFO,
                      NULL,                                                                                                      NULL                                                                  },
    [GRAPH_NO_OBJECT] = {400, 100,   33,      METHOD,                 -1,
                      "Unsupported get request. Object with ID '%s' does not exist, cannot be "
                         "loaded due to missing permissions, or does not support this operation. "
                         "Please read the Graph API documentation at "
                         "https://developers.facebook.com/docs/graph-api",                                                 NULL, NULL                                                                  },
    [GRAPH_NO_FIELD] = {400, 100,   0,       OAUTH,                  -1,
                      "(#100) Tried accessing nonexisting field (%s) on node type (%s)",                                   NULL,
                      NULL                                                                                                                                                                             },
    [GRAPH_BAD_PARAM] = {400, 100,   0,       OAUTH,                  -1, "(#100) %s",                                        NULL, NULL                                                                  },
    [GRAPH_DELETED] = {400, 100,   1815001, OAUTH,                  0,  "Invalid parameter",
                      "Cannot Request for Deleted Objects",                                                                      "Requesting for deleted objects is not supported in this endpoint. Please "
                       "remove deleted from the effective status."                                                                          },
    [GRAPH_TIMEOUT] = {400, 2,     1504038, OAUTH,                  1,  "Service temporarily unavailable",
                      "Request Timed Out",                                                                                       "Please try a smaller date range, fetch less data, or use async jobs."},
    [GRAPH_BAD_BREAKDOWN] = {400, 2,     1504041, OAUTH,                  0,  "(#2) Invalid breakdowns",
                      "Invalid Breakdowns",                                                                                      "This combination of breakdowns is invalid."                          },
    [GRAPH_NO_FILTER_FIELD] = {400, 100,   0,       OAUTH,                  -1,
                      "(#100) Filtering field '%s' is not supported",                                                      NULL, NULL                                                                  },
    [GRAPH_SUMMARY_RACE] = {400, 100,   0,       OAUTH,                  -1,
                      "(#100) Cannot include %s in summary param because they weren't there "
                            "while creating the report run. All available values are: ",                                   NULL, NULL                                                                  },
    [GRAPH_CURSOR_TOO_FAR] = {400, 100,   0,       OAUTH,                  -1,
                      "(#100) The After Cursor specified exceeds the max limit supported "
                              "by this endpoint",                                                                          NULL, NULL                                                                  },
    [GRAPH_IDS_DEAD] = {500, 100,   0,       NULL,                   -1, "The ids query parameter is deprecated in v26.0+.",
                      NULL,                                                                                                      NULL                                                                  },
    [GRAPH_BAD_PROOF] = {400, 100,   0,       METHOD,                 -1,
                      "Invalid appsecret_proof provided in the API argument",                                              NULL, NULL                                                                  },
    [GRAPH_NO_TOKEN] = {400, 2500,  0,       OAUTH,                  -1,
                      "An active access token must be used to query information about the "
                        "current user.",                                                                                   NULL, NULL                                                                  },
    [GRAPH_NEEDS_TOKEN] = {400, 104,   0,       OAUTH,                  -1,
                      "An access token is required to request this resource.",                                             NULL, NULL                                                                  },
    [GRAPH_BAD_TOKEN] = {400, 190,   0,       OAUTH,                  -1,
                      "Invalid OAuth access token - Cannot parse access token",                                            NULL, NULL                                                                  },
    [GRAPH_NO_ACCESS] = {403, 200,   0,       OAUTH,                  -1, "(#200) %s",                                        NULL, NULL                                                                  },
    [GRAPH_BATCH_ABORTED] = {500, 960,   0,       "FacebookApiException", -1,
                      "Request aborted. This could happen if a dependent request failed or "
                             "the entire request timed out.",                                                              NULL, NULL                                                                  },
    [GRAPH_BATCH_TOO_MANY] = {400, 1,     0,       "GraphBatchException",  -1,
                      "Too many requests in batch message. Maximum batch size is 50",                                      NULL,
                      NULL                                                                                                                                                                             },
    [GRAPH_OLD_VERSION] = {400, 2635,  0,       OAUTH,                  -1,
                      "(#2635) You are calling a deprecated version of the Ads API. Please "
                           "update to the latest version: v26.0.",                                                         NULL, NULL                                                                  },
    [GRAPH_NO_VERSION] = {400, 2500,  0,       OAUTH,                  -1,
                      "Unversioned calls to the Marketing API are not allowed: name a version "
                          "in the path, such as /v26.0/",                                                                  NULL, NULL                                                                  },
    [GRAPH_NO_PATH] = {400, 2500,  0,       OAUTH,                  -1, "Unknown path components: %s",                      NULL, NULL                                                                  },
    [GRAPH_BAD_CURSOR] = {400, 2642,  0,       OAUTH,                  -1, "(#2642) Invalid cursors values",                   NULL, NULL                                                                  },
    [GRAPH_TOO_OLD] = {400, 3018,  0,       OAUTH,                  -1,
                      "(#3018) The start date of the time range cannot be beyond 37 months from "
                       "the current date",                                                                                 NULL, NULL                                                                  },
    [GRAPH_BAD_METHOD] = {400, 100,   0,       METHOD,                 -1,
                      "Unsupported %s request. Please read the Graph API documentation at "
                          "https://developers.facebook.com/docs/graph-api",                                                NULL, NULL                                                                  },
};

struct error_body errors_row(enum graph_error error)
{
    return rows[error];
}

/* No two answers have the same one. */
static void trace_id(const struct reply *reply, char out[24])
{
    static const char letters[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-";
    uint64_t seed = hash_u64(reply->serial);
    uint64_t more = hash_u64(seed);
    out[0] = 'A';
    for (int i = 1; i < 23; i++) {
        out[i] = letters[(i < 11 ? seed >> (6 * (i - 1)) : more >> (5 * (i - 11))) & 63];
    }
    out[23] = '\0';
}

static void error_member(struct str *out, const char *name, const char *text)
{
    if (text != NULL) {
        out_key(out, name);
        out_string(out, text);
    }
}

void errors_reply_body(struct reply *reply, const struct error_body *body)
{
    char trace[24];
    trace_id(reply, trace);
    struct str *out = &reply->body;
    str_reset(out);
    reply->status = body->http;
    reply->content_type = "application/json; charset=UTF-8";
    reply->code = body->code;
    reply->subcode = body->subcode;
    str_add(out, "{\"error\":{");
    error_member(out, "message", body->message);
    error_member(out, "type", body->type);
    if (body->transient >= 0) {
        out_key(out, "is_transient");
        out_raw(out, body->transient > 0 ? "true" : "false");
    }
    out_key(out, "code");
    out_int(out, body->code);
    if (body->subcode != 0) {
        out_key(out, "error_subcode");
        out_int(out, body->subcode);
    }
    error_member(out, "error_user_title", body->title);
    error_member(out, "error_user_msg", body->user_msg);
    error_member(out, "fbtrace_id", body->type != NULL ? trace : NULL);
    str_add(out, "}}");
    if (body->http >= 400 && body->http < 500) {
        char quoted[600];
        snprintf(quoted, sizeof quoted, "%s", body->message);
        for (char *c = quoted; *c != '\0'; c++) {
            *c = *c >= 0x20 && *c < 0x7f && *c != '"' ? *c : ' ';
        }
        reply_drop_header(reply, "WWW-Authenticate");
        reply_header(reply, "WWW-Authenticate", "OAuth \"Facebook Platform\" \"%s\" \"%s\"",
                     body->code == 190 ? "invalid_token" : "invalid_request", quoted);
    }
    reply_drop_header(reply, "x-fb-trace-id");
    reply_header(reply, "x-fb-trace-id", "%s", trace);
}

void errors_reply(struct reply *reply, enum graph_error error, ...)
{
    struct error_body body = rows[error];
    char message[1024];
    va_list args;
    va_start(args, error);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    /* The formats are the rows above. */
    vsnprintf(message, sizeof message, body.message, args);
#pragma GCC diagnostic pop
    va_end(args);
    body.message = message;
    errors_reply_body(reply, &body);
}
