#include "http/http.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "http/transfer.h"

struct http {
    struct http_options options;
    char *user_agent;
    char *ca_file;
    CURLM *multi;
    struct transfer *active;
    struct transfer *spare; /* finished ones, for reuse */
    size_t active_count, spare_count;
    uint64_t last_handle;
};

bool http_global_init(struct err *err)
{
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
        return err_set(err, ERR_NETWORK, "cannot start libcurl; check its TLS library");
    }
    return true;
}

void http_global_fini(void)
{
    curl_global_cleanup();
}

static bool take_options(struct http *http, const struct http_options *options)
{
    struct http_options *o = &http->options;
    *o = *options;
    o->connect_timeout_ms = o->connect_timeout_ms > 0 ? o->connect_timeout_ms : 10000;
    o->stall_s = o->stall_s > 0 ? o->stall_s : 120;
    o->max_body = o->max_body > 0 ? o->max_body : (size_t)16 * 1024 * 1024;
    o->max_connections = o->max_connections > 0 ? o->max_connections : 8;
    http->user_agent = strdup(o->user_agent != NULL ? o->user_agent : "adtop");
    o->user_agent = http->user_agent;
    if (o->ca_file != NULL) {
        http->ca_file = strdup(o->ca_file);
        o->ca_file = http->ca_file;
        return http->user_agent != NULL && http->ca_file != NULL;
    }
    return http->user_agent != NULL;
}

struct http *http_create(const struct http_options *options, struct err *err)
{
    struct http *http = calloc(1, sizeof *http);
    if (http == NULL || !take_options(http, options) || (http->multi = curl_multi_init()) == NULL) {
        err_set(err, ERR_MEMORY, "cannot start the transport: out of memory");
        http_destroy(http);
        return NULL;
    }
    long n = http->options.max_connections;
    curl_multi_setopt(http->multi, CURLMOPT_MAXCONNECTS, n);
    curl_multi_setopt(http->multi, CURLMOPT_MAX_HOST_CONNECTIONS, n);
    curl_multi_setopt(http->multi, CURLMOPT_PIPELINING, (long)CURLPIPE_MULTIPLEX);
    return http;
}

static void destroy_list(struct transfer *list)
{
    while (list != NULL) {
        struct transfer *next = list->next;
        transfer_destroy(list);
        list = next;
    }
}

void http_destroy(struct http *http)
{
    if (http == NULL) {
        return;
    }
    for (struct transfer *t = http->active; t != NULL; t = t->next) {
        curl_multi_remove_handle(http->multi, t->easy);
    }
    destroy_list(http->active);
    destroy_list(http->spare);
    if (http->multi != NULL) {
        curl_multi_cleanup(http->multi);
    }
    free(http->user_agent);
    free(http->ca_file);
    free(http);
}

static void recycle(struct http *http, struct transfer *t)
{
    transfer_reset(t);
    if (http->spare_count >= (size_t)http->options.max_connections) {
        transfer_destroy(t);
        return;
    }
    t->next = http->spare;
    http->spare = t;
    http->spare_count++;
}

static struct transfer *obtain(struct http *http, struct err *err)
{
    struct transfer *t = http->spare;
    if (t == NULL) {
        return transfer_create(err);
    }
    http->spare = t->next;
    http->spare_count--;
    t->next = NULL;
    return t;
}

uint64_t http_start(struct http *http, const struct http_request *request, http_done *done,
                    void *ctx, struct err *err)
{
    struct transfer *t = obtain(http, err);
    if (t == NULL) {
        return 0;
    }
    t->done = done;
    t->ctx = ctx;
    if (!transfer_prepare(t, &http->options, request, err)) {
        recycle(http, t);
        return 0;
    }
    CURLMcode code = curl_multi_add_handle(http->multi, t->easy);
    if (code != CURLM_OK) {
        recycle(http, t);
        err_set(err, ERR_NETWORK, "cannot start a request: %s", curl_multi_strerror(code));
        return 0;
    }
    t->handle = ++http->last_handle;
    t->next = http->active;
    http->active = t;
    http->active_count++;
    return t->handle;
}

static void unlink_active(struct http *http, struct transfer *t)
{
    struct transfer **at = &http->active;
    while (*at != t) {
        at = &(*at)->next;
    }
    *at = t->next;
    t->next = NULL;
    http->active_count--;
    curl_multi_remove_handle(http->multi, t->easy);
}

/* Runs the callbacks of what ended; they may start and cancel transfers. */
static size_t deliver(struct http *http)
{
    size_t delivered = 0;
    int left = 0;
    CURLMsg *message;
    while ((message = curl_multi_info_read(http->multi, &left)) != NULL) {
        if (message->msg != CURLMSG_DONE) {
            continue;
        }
        CURLcode code = message->data.result;
        char *private = NULL;
        curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &private);
        struct transfer *t = (struct transfer *)(void *)private;
        struct http_response response;
        unlink_active(http, t); /* invalidates `message` */
        transfer_finish(t, code, &http->options, &response);
        t->done(t->ctx, &response);
        recycle(http, t);
        delivered++;
    }
    return delivered;
}

bool http_poll(struct http *http, int timeout_ms, struct err *err)
{
    int running = 0;
    CURLMcode code = curl_multi_perform(http->multi, &running);
    if (code == CURLM_OK && deliver(http) == 0) {
        code = curl_multi_poll(http->multi, NULL, 0, timeout_ms, NULL);
        if (code == CURLM_OK) {
            code = curl_multi_perform(http->multi, &running);
        }
        deliver(http);
    }
    if (code != CURLM_OK) {
        return err_set(err, ERR_NETWORK, "the transport failed: %s", curl_multi_strerror(code));
    }
    return true;
}

void http_wakeup(struct http *http)
{
    curl_multi_wakeup(http->multi);
}

bool http_cancel(struct http *http, uint64_t handle)
{
    for (struct transfer *t = http->active; t != NULL; t = t->next) {
        if (t->handle == handle) {
            unlink_active(http, t);
            recycle(http, t);
            return true;
        }
    }
    return false;
}

size_t http_active(const struct http *http)
{
    return http->active_count;
}

const char *http_header_get(const struct http_header *headers, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++) {
        if (strcasecmp(headers[i].name, name) == 0) {
            return headers[i].value;
        }
    }
    return NULL;
}
