#include "sim/api/serve.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "base/hash.h"
#include "sim/api/call.h"
#include "sim/api/errors.h"
#include "sim/api/route.h"
#include "sim/control/stats.h"
#include "sim/limit/headers.h"
#include "sim/limit/meter.h"

static const char html_page[] =
    "<!DOCTYPE html>\n<html lang=\"en\" id=\"facebook\"><head><title>Error</title>"
    "<meta charset=\"utf-8\"></head><body><div id=\"content\"><h1>Sorry, something went wrong."
    "</h1><p>We're working on it and we'll get it fixed as soon as we can. Your success matters "
    "to us.</p></div></body></html>\n";

bool call_fault(struct call *call, enum fault_kind kind, struct fault *out)
{
    return faults_strike(call->sim->faults, kind, &call->fault, call->now_ms, out);
}

const char *call_param(const struct call *call, const char *name)
{
    return request_param(call->request, name);
}

bool call_wants_summary(const struct call *call)
{
    const char *summary = call_param(call, "summary");
    return summary != NULL && summary[0] != '\0' && strcasecmp(summary, "false") != 0 &&
           strcmp(summary, "0") != 0;
}

/* ---- tokens */

static void hex_proof(const char *secret, const char *token, char out[65])
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned n = 0;
    HMAC(EVP_sha256(), secret, (int)strlen(secret), (const unsigned char *)token, strlen(token),
         digest, &n);
    for (unsigned i = 0; i < n && i < 32; i++) {
        snprintf(out + (size_t)2 * i, 3, "%02x", digest[i]);
    }
}

static bool check_proof(struct call *call)
{
    const struct sim_options *options = &call->sim->options;
    const char *proof = call_param(call, "appsecret_proof");
    char expected[65] = "";
    if (options->app_secret == NULL) {
        return true;
    }
    if (proof == NULL) {
        if (options->require_proof) {
            errors_reply(call->reply, GRAPH_BAD_PARAM,
                         "API calls from the server require an appsecret_proof argument");
        }
        return !options->require_proof;
    }
    hex_proof(options->app_secret, call->request->token, expected);
    if (strcmp(proof, expected) != 0) {
        errors_reply(call->reply, GRAPH_BAD_PROOF);
        return false;
    }
    return true;
}

static void reply_dead_token(struct call *call, const struct fault *fault)
{
    static const struct {
        int subcode;
        const char *message;
    } texts[] = {
        {458, "Error validating access token: The user has not authorized application."                      },
        {459, "Error validating access token: The user is checkpointed and must log in."                     },
        {460, "Error validating access token: The session has been invalidated because the user "
              "changed their password or Facebook has changed the session for security reasons."},
        {463, "Error validating access token: Session has expired on Friday, 18-Aug"                         },
        {464, "Error validating access token: Sessions for the user are not allowed because the "
              "user is not a confirmed user."                                                   },
        {467, "Error validating access token: The session is invalid because the user logged out."           },
        {492, "Error validating access token: The user must be an administrator, editor, or "
              "moderator."                                                                      },
    };
    struct error_body body = {
        .http = fault->http != 0 ? fault->http : 400,
        .code = 190,
        .subcode = fault->subcode != 0 ? fault->subcode : 463,
        .type = "OAuthException",
        .transient = -1,
        .message = fault->message[0] != '\0' ? fault->message : "Error validating access token"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0] && fault->message[0] == '\0'; i++) {
        if (texts[i].subcode == body.subcode) {
            body.message = texts[i].message;
        }
    }
    errors_reply_body(call->reply, &body);
}

static bool check_token(struct call *call)
{
    const char *token = call->request->token;
    const char *known = call->sim->options.token;
    struct fault fault;
    if (token == NULL || token[0] == '\0') {
        bool me = strcmp(call->object_id, "me") == 0;
        errors_reply(call->reply, me ? GRAPH_NO_TOKEN : GRAPH_NEEDS_TOKEN);
        return false;
    }
    /* debug_token is asked with the app's own token. */
    bool app_token = strncmp(call->object_id, "debug_token", 11) == 0;
    if (known != NULL && strcmp(known, token) != 0 && !app_token) {
        errors_reply(call->reply, GRAPH_BAD_TOKEN);
        return false;
    }
    if (!app_token && call_fault(call, FAULT_TOKEN, &fault)) {
        reply_dead_token(call, &fault);
        return false;
    }
    return check_proof(call);
}

/* ---- faults that replace the answer */

/* Of the edge in front of the API: no limiter sees the call, no header comes back. */
static bool edge_fault(struct call *call)
{
    static const struct {
        enum fault_kind kind;
        int status;
        const char *type, *body;
    } table[] = {
        {FAULT_HTML_404,   404, "text/html; charset=utf-8",        html_page                    },
        {FAULT_HTML_500,   500, "text/html; charset=utf-8",        html_page                    },
        {FAULT_HTML_502,   502, "text/html; charset=utf-8",        html_page                    },
        {FAULT_EMPTY_200,  200, "application/json; charset=UTF-8", ""                           },
        {FAULT_TEXT_200,   200, "text/plain; charset=utf-8",       "Service Unavailable"        },
        {FAULT_STRING_200, 200, "application/json; charset=UTF-8", "\"Service temporarily odd\""},
    };
    if (call_fault(call, FAULT_RESET, NULL)) {
        call->reply->carriage = CARRY_RESET;
        return true;
    }
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        if (call_fault(call, table[i].kind, NULL)) {
            reply_text(call->reply, table[i].status, table[i].type, table[i].body);
            return true;
        }
    }
    return false;
}

static void reply_api_error(struct call *call, const struct fault *fault)
{
    struct error_body body = {.http = fault->http != 0 ? fault->http : 400,
                              .code = fault->code != 0 ? fault->code : 1,
                              .subcode = fault->subcode,
                              .type = fault->type[0] != '\0' ? fault->type : "OAuthException",
                              .transient = fault->transient,
                              .message = fault->message,
                              .title = fault->title[0] != '\0' ? fault->title : NULL,
                              .user_msg = fault->user_msg[0] != '\0' ? fault->user_msg : NULL};
    if (fault->message[0] == '\0') {
        body.message = "An unknown error occurred";
    }
    errors_reply_body(call->reply, &body);
}

/* Of the API itself: the call counts, usage headers come back. */
static bool api_fault(struct call *call, bool *silent)
{
    struct fault fault;
    if (call_fault(call, FAULT_API_ERROR, &fault)) {
        reply_api_error(call, &fault);
    } else if (call_fault(call, FAULT_UNKNOWN, NULL)) {
        errors_reply(call->reply, GRAPH_UNKNOWN);
    } else if (call_fault(call, FAULT_UNAVAILABLE, NULL)) {
        errors_reply(call->reply, GRAPH_UNAVAILABLE);
    } else if (call_fault(call, FAULT_SILENT_17, NULL)) {
        errors_reply(call->reply, GRAPH_ACCOUNT_LIMIT);
        *silent = true;
    } else if (faults_match(call->sim->faults, FAULT_REDUCE, &call->fault, call->now_ms, &fault) &&
               fault.limit == 0 && fault.days == 0 && call_fault(call, FAULT_REDUCE, NULL)) {
        errors_reply(call->reply, GRAPH_REDUCE);
    } else {
        return false;
    }
    return true;
}

static void reply_throttle(struct call *call, enum limiter limiter)
{
    static const enum graph_error errors[LIMITER_COUNT] = {
        [LIMITER_APP] = GRAPH_APP_LIMIT,
        [LIMITER_INSIGHTS_APP] = GRAPH_INSIGHTS_LOAD,
        [LIMITER_INSIGHTS_ACCOUNT] = GRAPH_INSIGHTS_LOAD,
        [LIMITER_ACCOUNT] = GRAPH_ACCOUNT_LIMIT,
        [LIMITER_BUC_MANAGEMENT] = GRAPH_BUC_MANAGEMENT,
        [LIMITER_BUC_INSIGHTS] = GRAPH_BUC_INSIGHTS,
    };
    errors_reply(call->reply, errors[limiter]);
    call->reply->refused = (int)limiter;
    call->reply->refused_account = call->account;
}

/* ---- headers */

static struct usage_style usage_style_of(struct call *call, bool silent)
{
    struct fault fault;
    struct usage_style style = {.absent = silent, .pct = -1.0, .only = ""};
    if (call_fault(call, FAULT_HEADER_ABSENT, &fault)) {
        style.absent = true;
    } else if (call_fault(call, FAULT_HEADER_STRINGS, &fault)) {
        style.strings = true;
    } else if (call_fault(call, FAULT_HEADER_GARBAGE, &fault)) {
        style.garbage = fault.value[0] != '\0' ? fault.value : "{\"call_count\":";
    } else if (call_fault(call, FAULT_HEADER_OVER, &fault)) {
        style.pct = fault.pct > 0.0 ? fault.pct : 118.0;
    } else if (call_fault(call, FAULT_HEADER_STUCK, &fault)) {
        style.pct = fault.pct > 0.0 ? fault.pct : 100.0;
    } else if (call_fault(call, FAULT_HEADER_TWICE, &fault)) {
        style.twice = true;
    } else {
        return style;
    }
    struct arena *arena = call->request->arena;
    const char *only = arena_copy(arena, fault.header, strlen(fault.header));
    style.only = only != NULL ? only : "";
    if (style.garbage != NULL) {
        style.garbage = arena_copy(arena, style.garbage, strlen(style.garbage));
    }
    return style;
}

static void add_usage(struct call *call, bool silent)
{
    struct meter_view *view = arena_alloc(call->request->arena, sizeof *view);
    if (view == NULL) {
        return;
    }
    meter_view(call->sim->meter, call->account, view);
    bool account = call->account >= 0 && call->use_case != USE_CASE_NONE;
    double reach_pct = account && call->reach_old
                           ? 100.0 *
                                 sim_reach_reports(call->sim, call->account, call->now_ms, false) /
                                 SIM_REACH_REPORTS
                           : -1.0;
    struct usage_ask ask = {.now_ms = call->now_ms,
                            .account = account ? call->sim->accounts[call->account].number : NULL,
                            .use_case = call->use_case,
                            .reach_pct = reach_pct,
                            .style = usage_style_of(call, silent)};
    headers_add(call->reply, view, &ask);
}

static void add_date_skew(struct call *call)
{
    struct fault fault;
    if (!call_fault(call, FAULT_CLOCK_SKEW, &fault)) {
        return;
    }
    time_t at = (time_t)((call->now_ms + fault.ms) / 1000);
    struct tm tm;
    char text[40];
    gmtime_r(&at, &tm);
    strftime(text, sizeof text, "%a, %d %b %Y %H:%M:%S GMT", &tm);
    reply_header(call->reply, "Date", "%s", text);
}

static void add_common(struct call *call, bool upgraded)
{
    struct reply *reply = call->reply;
    uint64_t id = hash_u64(reply->serial);
    bool ok = reply->status < 400;
    reply_header(reply, "facebook-api-version", "%s", call->version);
    if (upgraded) {
        reply_header(reply, "X-Ad-Api-Version-Warning",
                     "The call has been auto-upgraded to %s as v24.0 has been deprecated.",
                     call->version);
    } else if (call_fault(call, FAULT_VERSION_WARNING, NULL)) {
        reply_header(reply, "X-Ad-Api-Version-Warning",
                     "The call has been auto-upgraded to v26.0 as %s will be deprecated.",
                     call->version);
    }
    if (reply_get_header(reply, "x-fb-trace-id") == NULL) {
        reply_header(reply, "x-fb-trace-id", "D%010llx", (unsigned long long)(id & 0xffffffffff));
    }
    reply_header(reply, "x-fb-request-id", "A%022llx", (unsigned long long)id);
    reply_header(reply, "x-fb-rev", "1031204417");
    reply_header(reply, "x-fb-rlafr", "0");
    reply_header(reply, "x-fb-debug", "%016llx%016llx==", (unsigned long long)hash_u64(id),
                 (unsigned long long)hash_u64(~id));
    reply_header(reply, "Cache-Control",
                 ok ? "private, no-cache, no-store, must-revalidate" : "no-store");
    reply_header(reply, "Pragma", "no-cache");
    reply_header(reply, "Expires", "Sat, 01 Jan 2000 00:00:00 GMT");
    reply_header(reply, "Access-Control-Allow-Origin", "*");
    reply_header(reply, "Strict-Transport-Security", "max-age=15552000; preload");
    reply_header(reply, "Alt-Svc", "h3=\":443\"; ma=3600");
    add_date_skew(call);
}

/* It covers the whole formatted body (reference 8.4). */
static void add_etag(struct reply *reply)
{
    if (reply->status == 200 && reply->carriage == CARRY_WHOLE) {
        uint64_t a = hash_bytes(str_text(&reply->body), reply->body.len, 1);
        uint64_t b = hash_u64(a);
        reply_header(reply, "ETag", "\"%016llx%016llx%08x\"", (unsigned long long)a,
                     (unsigned long long)b, (unsigned)(hash_u64(b) & 0xffffffffu));
    }
}

/* What a browser asks before it calls from another site. */
static void serve_options(struct reply *reply)
{
    reply_text(reply, 200, reply->content_type, "");
    reply_header(reply, "Access-Control-Allow-Origin", "*");
    reply_header(reply, "Access-Control-Allow-Methods", "GET, POST, DELETE, OPTIONS");
    reply_header(reply, "Access-Control-Allow-Headers", "Authorization, Content-Type");
}

/* ---- the way of a call */

static enum limiter admit(struct call *call, struct meter_call *metered, bool *told)
{
    struct sim *sim = call->sim;
    *metered = (struct meter_call){.account = call->use_case != USE_CASE_NONE ? call->account : -1,
                                   .use_case = call->use_case,
                                   .points = 1.0};
    if (metered->account >= 0) {
        metered->active_ads = sim_active_ads(sim, metered->account, call->now_ms);
    }
    uint64_t dice = hash_u64(stats_next(sim->stats) * 0x9e3779b97f4a7c15u ^ sim->options.seed);
    double chance = (double)(dice >> 11) / 9007199254740992.0;
    return meter_admit(sim->meter, metered, chance, call->now_ms, told);
}

static const double call_cpu_ms = 3.0; /* of any, whatever it is about */

/* A call that found its route and a good token: limiters, faults, handler. */
static void serve_admitted(struct call *call, handler_fn *handler, enum limiter *refused,
                           bool *told)
{
    struct meter_call metered;
    bool silent = false;
    *refused = admit(call, &metered, told);
    if (*refused != LIMITER_NONE) {
        reply_throttle(call, *refused);
    } else {
        call->reply->cpu_ms = call_cpu_ms;
        if (!api_fault(call, &silent) && route_reach(call)) {
            handler(call);
        }
        *refused = meter_too_large(call->sim->meter, &metered, call->reply->cpu_ms);
        if (*refused != LIMITER_NONE) {
            reply_throttle(call, *refused);
            call->reply->cpu_ms = call_cpu_ms;
        }
        meter_charge(call->sim->meter, &metered, call->reply->cpu_ms, call->now_ms);
        if (call->use_case == USE_CASE_ADS_INSIGHTS && call->reply->code == 100) {
            meter_user_error(call->sim->meter, call->account);
        }
    }
    add_usage(call, silent);
}

static void serve_routed(struct call *call, handler_fn *handler, bool upgraded)
{
    enum limiter refused = LIMITER_NONE;
    bool told = false;
    struct fault fault;
    if (handler == NULL || !check_token(call)) {
        add_common(call, upgraded);
    } else if (call->kind == KIND_BATCH) { /* its items are the calls */
        handler(call);
        add_common(call, upgraded);
    } else {
        call->weighted = 1.0;
        serve_admitted(call, handler, &refused, &told);
        add_common(call, upgraded);
        add_etag(call->reply);
    }
    if (call->reply->carriage == CARRY_WHOLE && call->reply->body.len > 2) {
        call->reply->carriage = call_fault(call, FAULT_TRUNCATE, &fault) ? CARRY_TRUNCATED
                                : call_fault(call, FAULT_STALL, &fault)  ? CARRY_STALLED
                                                                         : CARRY_WHOLE;
    }
    stats_call(call->sim->stats, call, refused, told);
}

void serve_call(struct sim *sim, struct request *request, struct reply *reply)
{
    struct call call = {
        .sim = sim, .request = request, .reply = reply, .now_ms = sim_now(sim), .account = -1};
    struct fault fault;
    bool upgraded = false;
    reply->serial = hash_u64(stats_next(sim->stats) ^ sim->options.seed);
    if (strcmp(request->method, "OPTIONS") == 0) {
        serve_options(reply);
        return;
    }
    if (request->too_many) {
        errors_reply(reply, GRAPH_BAD_PARAM, "too many parameters");
        return;
    }
    handler_fn *handler = route_find(&call, &upgraded);
    call.fault = (struct fault_call){
        .path = request->path,
        .call_class = call_kind_name(call.kind),
        .account = call.account >= 0 ? sim->accounts[call.account].account_id : ""};
    reply->account = call.account;
    if (!request->in_batch) {
        stats_account_begin(sim->stats, call.account);
    }
    if (call_fault(&call, FAULT_LATENCY, &fault)) {
        reply->latency_ms += fault.ms;
    }
    if (handler != NULL && edge_fault(&call)) {
        stats_call(sim->stats, &call, LIMITER_NONE, false);
        return;
    }
    serve_routed(&call, handler, upgraded);
}
