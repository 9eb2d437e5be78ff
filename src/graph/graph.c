#include "graph/graph.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/secret.h"
#include "base/str.h"
#include "json/json.h"

enum { URL_MAX = 256 * 1024, BODY_MAX = 1024 * 1024 };

/* A request under way: what is still needed of it when the answer comes. */
struct pending {
    struct pending *next;
    struct graph *graph;
    graph_done *done;
    void *ctx;
    uint64_t handle;
    enum call_class call_class;
    char account_id[ID_SIZE];
    char path[256];
    int64_t run_id, sent_at;
    bool report_poll;
};

struct graph {
    struct http *http;
    char *base_url; /* without a trailing slash */
    char version[16];
    const struct secret *token;
    const struct clock *clock;
    char proof[65]; /* "" = not in use */
    int json_depth;
    struct pending *pending;
    bool warned_usage, warned_version; /* logged once */
    struct str url, body;
    struct graph_result result; /* large: not on the stack of every callback */
};

bool graph_appsecret_proof(const char *token, const char *app_secret, char out[65])
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned int n = 0;
    size_t key_len = strlen(app_secret);
    if (key_len > INT32_MAX ||
        HMAC(EVP_sha256(), app_secret, (int)key_len, (const unsigned char *)token, strlen(token),
             digest, &n) == NULL ||
        n != 32) {
        return false;
    }
    for (unsigned int i = 0; i < n; i++) {
        snprintf(out + 2 * (size_t)i, 3, "%02x", digest[i]);
    }
    return true;
}

bool graph_escape(struct str *out, const char *text)
{
    static const char hex[] = "0123456789ABCDEF";
    static const char plain[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
    bool ok = true;
    for (const char *at = text; *at != '\0' && ok;) {
        size_t n = strspn(at, plain);
        ok = str_addn(out, at, n);
        at += n;
        if (*at != '\0' && ok) {
            unsigned char c = (unsigned char)*at++;
            char code[3] = {'%', hex[c >> 4], hex[c & 15]};
            ok = str_addn(out, code, sizeof code);
        }
    }
    return ok;
}

static bool set_texts(struct graph *graph, const struct graph_options *options, struct err *err)
{
    size_t n = strlen(options->base_url);
    while (n > 0 && options->base_url[n - 1] == '/') {
        n--;
    }
    graph->base_url = strndup(options->base_url, n);
    if (graph->base_url == NULL) {
        return err_set(err, ERR_MEMORY, "cannot start the API client: out of memory");
    }
    int len = snprintf(graph->version, sizeof graph->version, "%s", options->api_version);
    if (len < 2 || (size_t)len >= sizeof graph->version || graph->version[0] != 'v' ||
        graph->version[1 + strspn(graph->version + 1, "0123456789.")] != '\0') {
        return err_set(err, ERR_CONFIG, "API version \"%s\" is not of the form v25.0",
                       options->api_version);
    }
    if (options->app_secret != NULL &&
        !graph_appsecret_proof(secret_reveal(options->token), secret_reveal(options->app_secret),
                               graph->proof)) {
        return err_set(err, ERR_CONFIG, "cannot compute appsecret_proof; check the app secret");
    }
    return http_url_check(graph->base_url, options->http.allow_plain_loopback, err);
}

struct graph *graph_create(const struct graph_options *options, struct err *err)
{
    struct graph *graph = calloc(1, sizeof *graph);
    if (graph == NULL) {
        err_set(err, ERR_MEMORY, "cannot start the API client: out of memory");
        return NULL;
    }
    graph->token = options->token;
    graph->clock = options->clock;
    graph->json_depth = options->json_depth;
    str_init(&graph->url, URL_MAX);
    str_init(&graph->body, BODY_MAX);
    if (!set_texts(graph, options, err) ||
        (graph->http = http_create(&options->http, err)) == NULL) {
        graph_destroy(graph);
        return NULL;
    }
    return graph;
}

void graph_destroy(struct graph *graph)
{
    if (graph == NULL) {
        return;
    }
    http_destroy(graph->http);
    while (graph->pending != NULL) {
        struct pending *next = graph->pending->next;
        free(graph->pending);
        graph->pending = next;
    }
    str_fini(&graph->url);
    str_fini(&graph->body);
    free(graph->base_url);
    free(graph);
}

static bool add_params(const struct graph *graph, const struct graph_request *request,
                       struct str *out)
{
    bool ok = true;
    const char *between = "";
    for (size_t i = 0; i < request->param_count && ok; i++) {
        const struct graph_param *param = &request->params[i];
        if (param->value == NULL) {
            continue;
        }
        ok = str_add(out, between) && graph_escape(out, param->key) && str_addc(out, '=') &&
             graph_escape(out, param->value);
        between = "&";
    }
    if (graph->proof[0] != '\0') {
        ok = ok && str_addf(out, "%sappsecret_proof=%s", between, graph->proof);
    }
    return ok;
}

static bool build(struct graph *graph, const struct graph_request *request, struct err *err)
{
    str_reset(&graph->url);
    str_reset(&graph->body);
    bool ok = str_addf(&graph->url, "%s/%s/%s", graph->base_url, graph->version, request->path);
    if (request->post) {
        ok = ok && add_params(graph, request, &graph->body);
    } else if (request->param_count > 0 || graph->proof[0] != '\0') {
        ok = ok && str_addc(&graph->url, '?') && add_params(graph, request, &graph->url);
    }
    return ok || err_set(err, ERR_LIMIT, "a request for %s is too long", request->path);
}

/* Path and parameters as a person would write them, for api_calls: readable, cut, no proof. */
static void describe(const struct graph_request *request, char out[256])
{
    const size_t size = 256;
    size_t len = (size_t)snprintf(out, size, "%s", request->path);
    for (size_t i = 0; i < request->param_count && len < size; i++) {
        const struct graph_param *param = &request->params[i];
        if (param->value != NULL) {
            len += (size_t)snprintf(out + len, size - len, "%c%s=%s",
                                    strchr(out, '?') == NULL ? '?' : '&', param->key, param->value);
        }
    }
}

static void unlink_pending(struct graph *graph, const struct pending *pending)
{
    for (struct pending **at = &graph->pending; *at != NULL; at = &(*at)->next) {
        if (*at == pending) {
            *at = pending->next;
            return;
        }
    }
}

static void fill_record(const struct pending *p, const struct http_response *response,
                        struct graph_result *out)
{
    struct call_record *record = &out->record;
    out->sent_at = p->sent_at;
    out->ms = response->ms;
    out->bytes = response->wire_bytes;
    record->at = p->sent_at;
    record->run_id = p->run_id;
    memcpy(record->account_id, p->account_id, sizeof record->account_id);
    record->call_class = p->call_class;
    memcpy(record->path, p->path, sizeof record->path);
    record->http_status = response->status;
    record->code = out->error.code;
    record->subcode = out->error.subcode;
    memcpy(record->fbtrace_id, out->error.fbtrace_id, sizeof record->fbtrace_id);
    record->ms = response->ms;
    record->bytes = response->wire_bytes;
    record->rows = (int64_t)json_size(out->data);
}

static void warn_once(struct graph *graph, const struct graph_result *result)
{
    if (result->usage.fault_name != NULL && !graph->warned_usage) {
        graph->warned_usage = true;
        log_write(LOG_WARN, "graph", "header %s is not what it should be: %s",
                  result->usage.fault_name, result->usage.fault);
    }
    if (result->version_warning[0] != '\0' && !graph->warned_version) {
        graph->warned_version = true;
        log_write(LOG_WARN, "graph", "asked for %s, answered by %s: %s", graph->version,
                  result->served_version, result->version_warning);
    }
}

static void on_response(void *ctx, const struct http_response *response)
{
    struct pending *p = ctx;
    struct graph *graph = p->graph;
    struct graph_response in = {
        .status = response->status,
        .transport = response->ok ? NULL : &response->error,
        .body = response->body,
        .body_len = response->body_len,
        .headers = response->headers,
        .header_count = response->header_count,
        .at = clock_now_ms(graph->clock),
        .run_id = p->run_id,
        .account_id = p->account_id,
        .call_class = p->call_class,
        .report_poll = p->report_poll,
        .proof_in_use = graph->proof[0] != '\0',
        .json_depth = graph->json_depth,
    };
    struct graph_result *result = &graph->result;
    struct json_doc *doc = graph_result_read(&in, result);
    fill_record(p, response, result);
    warn_once(graph, result);
    unlink_pending(graph, p);
    p->done(p->ctx, result);
    json_free(doc);
    free(p);
}

static struct pending *pending_create(struct graph *graph, const struct graph_request *request,
                                      graph_done *done, void *ctx)
{
    struct pending *p = calloc(1, sizeof *p);
    if (p == NULL) {
        return NULL;
    }
    p->graph = graph;
    p->done = done;
    p->ctx = ctx;
    p->call_class = request->call_class;
    snprintf(p->account_id, sizeof p->account_id, "%s",
             request->account_id == NULL ? "" : request->account_id);
    describe(request, p->path);
    p->run_id = request->run_id;
    p->report_poll = request->report_poll;
    p->sent_at = clock_now_ms(graph->clock);
    return p;
}

bool graph_send(struct graph *graph, const struct graph_request *request, graph_done *done,
                void *ctx, uint64_t *handle, struct err *err)
{
    if (!build(graph, request, err)) {
        return false;
    }
    struct pending *p = pending_create(graph, request, done, ctx);
    if (p == NULL) {
        return err_set(err, ERR_MEMORY, "cannot send a request: out of memory");
    }
    struct http_request out = {
        .post = request->post,
        .url = str_text(&graph->url),
        .bearer = graph->token,
        .body = request->post ? str_text(&graph->body) : NULL,
        .body_len = graph->body.len,
    };
    p->handle = http_start(graph->http, &out, on_response, p, err);
    if (p->handle == 0) {
        free(p);
        return false;
    }
    p->next = graph->pending;
    graph->pending = p;
    if (handle != NULL) {
        *handle = p->handle;
    }
    return true;
}

bool graph_cancel(struct graph *graph, uint64_t handle)
{
    for (struct pending *p = graph->pending; p != NULL; p = p->next) {
        if (p->handle == handle) {
            http_cancel(graph->http, handle);
            unlink_pending(graph, p);
            free(p);
            return true;
        }
    }
    return false;
}

bool graph_poll(struct graph *graph, int timeout_ms, struct err *err)
{
    return http_poll(graph->http, timeout_ms, err);
}

void graph_wakeup(struct graph *graph)
{
    http_wakeup(graph->http);
}

size_t graph_active(const struct graph *graph)
{
    return http_active(graph->http);
}

const char *graph_api_version(const struct graph *graph)
{
    return graph->version;
}
