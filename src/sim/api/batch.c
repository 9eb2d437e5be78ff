#include "sim/api/batch.h"

#include <ctype.h>
#include <string.h>

#include "sim/api/errors.h"
#include "sim/api/serve.h"
#include "sim/net/out.h"
#include "json/json.h"

enum { BATCH_MAX = 50 };

static const char *text_of(struct arena *arena, const struct json *node)
{
    const char *text = json_text(node);
    return text != NULL ? arena_copy(arena, text, strlen(text)) : NULL;
}

/* "v26.0/act_1/ads?fields=id": as a request with the batch's token, unless it names its own. */
static bool item_request(struct call *call, const struct json *node, struct request *out)
{
    struct arena *arena = call->request->arena;
    const char *url = text_of(arena, json_get(node, "relative_url"));
    const char *method = text_of(arena, json_get(node, "method"));
    const char *body = text_of(arena, json_get(node, "body"));
    struct str path;
    if (url == NULL) {
        return false;
    }
    url += url[0] == '/' ? 1 : 0;
    size_t n = strcspn(url, "?");
    bool versioned = url[0] == 'v' && isdigit((unsigned char)url[1]);
    str_init(&path, 1 << 16);
    str_addf(&path, versioned ? "/" : "/%s/", call->version);
    str_addn(&path, url, n);
    request_init(out, arena, method != NULL ? method : "GET",
                 request_decode(arena, str_text(&path), path.len));
    str_fini(&path);
    out->in_batch = true;
    if (url[n] == '?') {
        request_add_query(out, url + n + 1, strlen(url + n + 1));
    }
    if (body != NULL) {
        request_add_query(out, body, strlen(body));
    }
    request_finish(out, NULL, 0);
    if (out->token == NULL) {
        out->token = call->request->token;
        out->token_place = call->request->token_place;
        const char *proof = call_param(call, "appsecret_proof");
        if (proof != NULL) {
            request_add(out, "appsecret_proof", proof);
        }
    }
    return out->path != NULL;
}

/* Inside a batch names are capitalised: X-App-Usage, Facebook-API-Version (reference 1.3). */
static void add_header(struct str *out, const char *name, const char *value, bool first)
{
    static const char *const upper[] = {"fb", "api", "id"};
    char shown[64] = "";
    size_t used = 0;
    while (*name != '\0' && used + 1 < sizeof shown) {
        size_t n = strcspn(name, "-");
        size_t whole = 1;
        for (size_t i = 0; i < sizeof upper / sizeof upper[0]; i++) {
            whole = strlen(upper[i]) == n && strncmp(name, upper[i], n) == 0 ? n : whole;
        }
        n += name[n] == '-' ? 1 : 0;
        for (size_t i = 0; i < n && used + 1 < sizeof shown; i++) {
            shown[used++] = (char)(i < whole ? toupper((unsigned char)name[i]) : name[i]);
        }
        name += n;
    }
    str_add(out, first ? "{\"name\":" : ",{\"name\":");
    out_string(out, shown);
    str_add(out, ",\"value\":");
    out_string(out, value);
    str_addc(out, '}');
}

static void add_item(struct str *out, const struct reply *reply, bool headers)
{
    str_add(out, "{\"code\":");
    out_int(out, reply->status);
    if (headers) {
        str_add(out, ",\"headers\":[");
        add_header(out, "Content-Type", "text/javascript; charset=UTF-8", true);
        for (size_t i = 0; i < reply->header_count; i++) {
            add_header(out, reply->headers[i].name, reply->headers[i].value, false);
        }
        str_addc(out, ']');
    }
    str_add(out, ",\"body\":");
    out_stringn(out, str_text(&reply->body), reply->body.len);
    str_addc(out, '}');
}

/* The outer answer carries what the items' use-case headers said, one member per account. */
struct outer {
    struct str use_case;
    const char *seen[BATCH_MAX];
    size_t seen_count;
};

static void outer_note(struct outer *outer, const struct reply *reply)
{
    const char *value = reply_get_header(reply, "x-business-use-case-usage");
    size_t n = value != NULL ? strlen(value) : 0;
    if (n < 3 || value[0] != '{') {
        return;
    }
    size_t key = strcspn(value + 2, "\"");
    for (size_t i = 0; i < outer->seen_count; i++) {
        if (strncmp(outer->seen[i], value, key + 3) == 0) {
            return; /* an earlier item of that account spoke; the next call tells the rest */
        }
    }
    outer->seen[outer->seen_count++] = value;
    str_addc(&outer->use_case, outer->use_case.len > 0 ? ',' : '{');
    str_addn(&outer->use_case, value + 1, n - 2);
}

static void run_item(struct call *call, const struct json *node, struct outer *outer, bool headers,
                     struct str *out)
{
    struct request *request = arena_alloc(call->request->arena, sizeof *request);
    struct reply reply;
    if (request == NULL || call_fault(call, FAULT_BATCH_NULL, NULL)) {
        str_add(out, "null");
        return;
    }
    if (call_fault(call, FAULT_BATCH_EMPTY, NULL)) {
        str_add(out, "{}");
        return;
    }
    reply_init(&reply, call->request->arena);
    if (call_fault(call, FAULT_BATCH_960, NULL)) {
        errors_reply(&reply, GRAPH_BATCH_ABORTED);
    } else if (!item_request(call, node, request)) {
        errors_reply(&reply, GRAPH_BAD_PARAM, "batch item without relative_url");
    } else {
        serve_call(call->sim, request, &reply);
        outer_note(outer, &reply);
    }
    if (reply.refused != 0) {
        call->reply->refused = reply.refused;
        call->reply->refused_account = reply.refused_account;
    }
    call->reply->latency_ms =
        reply.latency_ms > call->reply->latency_ms ? reply.latency_ms : call->reply->latency_ms;
    add_item(out, &reply, headers && !call_fault(call, FAULT_BATCH_NO_HEADERS, NULL));
    reply_fini(&reply);
}

void batch_serve(struct call *call)
{
    const char *text = call_param(call, "batch");
    const char *include = call_param(call, "include_headers");
    bool headers = include == NULL || strcmp(include, "false") != 0;
    struct json_doc *doc = text != NULL ? request_parse(call->request->arena, text) : NULL;
    const struct json *list = doc != NULL ? json_root(doc) : NULL;
    struct fault fault;
    if (call_fault(call, FAULT_BATCH_WHOLE, &fault)) {
        errors_reply(call->reply, GRAPH_UNKNOWN);
    } else if (list == NULL || json_type(list) != JSON_ARRAY) {
        errors_reply(call->reply, GRAPH_BAD_PARAM, "batch parameter must be a JSON array");
    } else if (json_size(list) > BATCH_MAX) {
        errors_reply(call->reply, GRAPH_BATCH_TOO_MANY);
    } else {
        struct outer outer = {0};
        struct str out;
        str_init(&outer.use_case, 65536);
        str_init(&out, REPLY_MAX);
        for (const struct json *node = json_first(list); node != NULL; node = json_next(node)) {
            str_addc(&out, out.len > 0 ? ',' : '[');
            run_item(call, node, &outer, headers, &out);
        }
        str_add(&out, out.len > 0 ? "]" : "[]");
        reply_take(call->reply, &out);
        if (outer.use_case.len > 0) {
            reply_header(call->reply, "x-business-use-case-usage", "%s}",
                         str_text(&outer.use_case));
        }
        str_fini(&outer.use_case);
    }
    json_free(doc);
}
