#include "http/transfer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/clock.h"
#include "base/secret.h"

enum {
    BODY_START = 64 * 1024,
    BODY_KEEP = 1024 * 1024, /* a larger buffer is not kept for the next transfer */
    RECEIVE_BUFFER = 128 * 1024
};

/* Doubles *data until `need` bytes fit; need is bounded by the caller. */
static bool grow(char **data, size_t *cap, size_t need, size_t start)
{
    if (need <= *cap) {
        return true;
    }
    size_t next = *cap == 0 ? start : *cap;
    while (next < need) {
        next *= 2;
    }
    char *moved = realloc(*data, next);
    if (moved == NULL) {
        return false;
    }
    *data = moved;
    *cap = next;
    return true;
}

/* Called with decoded bytes, so the cap also holds for what gzip unpacks to. */
static size_t on_body(char *data, size_t size, size_t count, void *ctx)
{
    struct transfer *t = ctx;
    size_t n = size * count;
    if (n > t->max_body - t->body_len) {
        t->too_large = true;
        return 0;
    }
    if (!grow(&t->body, &t->body_cap, t->body_len + n + 1, BODY_START)) {
        t->no_memory = true;
        return 0;
    }
    memcpy(t->body + t->body_len, data, n);
    t->body_len += n;
    return n;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static size_t on_header(char *data, size_t size, size_t count, void *ctx)
{
    struct transfer *t = ctx;
    size_t n = size * count;
    if (n >= 5 && strncasecmp(data, "HTTP/", 5) == 0) {
        /* A new status line: what came before was an interim (1xx) response. */
        t->head_len = 0;
        t->head_lines = 0;
        return n;
    }
    const char *colon = memchr(data, ':', n);
    if (colon == NULL || t->head_lines == HTTP_HEADERS_MAX ||
        t->head_len + n + 2 > HTTP_HEADER_BYTES_MAX) {
        return n;
    }
    const char *value = colon + 1;
    const char *end = data + n;
    while (value < end && is_blank(*value)) {
        value++;
    }
    while (end > value && is_blank(end[-1])) {
        end--;
    }
    if (!grow(&t->head, &t->head_cap, t->head_len + n + 2, 4096)) {
        t->no_memory = true;
        return 0;
    }
    size_t name_len = (size_t)(colon - data);
    size_t value_len = (size_t)(end - value);
    memcpy(t->head + t->head_len, data, name_len);
    t->head[t->head_len + name_len] = '\0';
    memcpy(t->head + t->head_len + name_len + 1, value, value_len);
    t->head[t->head_len + name_len + 1 + value_len] = '\0';
    t->head_len += name_len + value_len + 2;
    t->head_lines++;
    return n;
}

struct transfer *transfer_create(struct err *err)
{
    struct transfer *t = calloc(1, sizeof *t);
    if (t == NULL || (t->easy = curl_easy_init()) == NULL) {
        free(t);
        err_set(err, ERR_MEMORY, "cannot start a transfer: out of memory");
        return NULL;
    }
    return t;
}

static void wipe_headers(struct transfer *t)
{
    for (struct curl_slist *line = t->headers; line != NULL; line = line->next) {
        explicit_bzero(line->data, strlen(line->data));
    }
    curl_slist_free_all(t->headers);
    t->headers = NULL;
}

void transfer_reset(struct transfer *t)
{
    curl_easy_reset(t->easy);
    wipe_headers(t);
    if (t->body_cap > BODY_KEEP) {
        free(t->body);
        t->body = NULL;
        t->body_cap = 0;
    }
    t->body_len = 0;
    t->head_len = 0;
    t->head_lines = 0;
    t->too_large = false;
    t->no_memory = false;
    t->curl_error[0] = '\0';
    t->handle = 0;
}

void transfer_destroy(struct transfer *t)
{
    if (t == NULL) {
        return;
    }
    curl_easy_cleanup(t->easy);
    wipe_headers(t);
    free(t->body);
    free(t->head);
    free(t);
}

static bool add_header(struct transfer *t, const char *line)
{
    struct curl_slist *list = curl_slist_append(t->headers, line);
    if (list == NULL) {
        return false;
    }
    t->headers = list;
    return true;
}

static bool add_bearer(struct transfer *t, const struct secret *bearer, struct err *err)
{
    const char *token = secret_reveal(bearer);
    size_t len = strlen(token);
    for (size_t i = 0; i < len; i++) {
        if (token[i] <= ' ' || token[i] > '~') {
            return err_set(err, ERR_CONFIG,
                           "the access token is unusable: byte %zu is not a printable ASCII "
                           "character; copy the token again",
                           i + 1);
        }
    }
    static const char prefix[] = "Authorization: Bearer ";
    size_t size = sizeof prefix + len;
    char *line = malloc(size);
    if (line == NULL) {
        return err_set(err, ERR_MEMORY, "cannot build a request: out of memory");
    }
    memcpy(line, prefix, sizeof prefix - 1);
    memcpy(line + sizeof prefix - 1, token, len + 1);
    bool added = add_header(t, line);
    explicit_bzero(line, size);
    free(line);
    return added || err_set(err, ERR_MEMORY, "cannot build a request: out of memory");
}

static bool add_headers(struct transfer *t, const struct http_request *request, struct err *err)
{
    for (const char *const *line = request->headers; line != NULL && *line != NULL; line++) {
        if (!add_header(t, *line)) {
            return err_set(err, ERR_MEMORY, "cannot build a request: out of memory");
        }
    }
    /* No "Expect: 100-continue": it would cost a round trip on every larger form. */
    if (request->post && !add_header(t, "Expect:")) {
        return err_set(err, ERR_MEMORY, "cannot build a request: out of memory");
    }
    return request->bearer == NULL || add_bearer(t, request->bearer, err);
}

static CURLcode set_guards(CURL *easy, const struct http_options *options, bool tls)
{
    CURLcode worst = CURLE_OK;
    worst |= curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, tls ? "https" : "http");
    worst |= curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
    worst |= curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 1L);
    worst |= curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 2L);
    worst |= curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    worst |= curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)options->connect_timeout_ms);
    worst |= curl_easy_setopt(easy, CURLOPT_LOW_SPEED_LIMIT, 1L);
    worst |= curl_easy_setopt(easy, CURLOPT_LOW_SPEED_TIME, (long)options->stall_s);
    worst |= curl_easy_setopt(easy, CURLOPT_MAXFILESIZE_LARGE, (curl_off_t)options->max_body);
    worst |= curl_easy_setopt(easy, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
    worst |= curl_easy_setopt(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
    if (options->ca_file != NULL) {
        worst |= curl_easy_setopt(easy, CURLOPT_CAINFO, options->ca_file);
    }
    if (!tls) {
        /* Plain HTTP stays on this machine: no proxy may see the token. */
        worst |= curl_easy_setopt(easy, CURLOPT_PROXY, "");
    }
    return worst;
}

static CURLcode set_comfort(struct transfer *t, const struct http_options *options, bool tls)
{
    CURL *easy = t->easy;
    CURLcode worst = CURLE_OK;
    worst |= curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    worst |= curl_easy_setopt(easy, CURLOPT_USERAGENT, options->user_agent);
    worst |= curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, "");
    worst |= curl_easy_setopt(easy, CURLOPT_TCP_NODELAY, 1L);
    worst |= curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
    worst |= curl_easy_setopt(easy, CURLOPT_BUFFERSIZE, (long)RECEIVE_BUFFER);
    worst |= curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, t->curl_error);
    worst |= curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
    worst |= curl_easy_setopt(easy, CURLOPT_WRITEDATA, t);
    worst |= curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
    worst |= curl_easy_setopt(easy, CURLOPT_HEADERDATA, t);
    /* HTTP/2 where TLS offers it; never the h2c upgrade. Over TLS a request waits for a
     * connection being made, to share it; over HTTP/1.1 that would only cost a round trip. */
    worst |= curl_easy_setopt(easy, CURLOPT_HTTP_VERSION,
                              (long)(tls ? CURL_HTTP_VERSION_2TLS : CURL_HTTP_VERSION_1_1));
    worst |= curl_easy_setopt(easy, CURLOPT_PIPEWAIT, tls ? 1L : 0L);
    return worst;
}

bool transfer_prepare(struct transfer *t, const struct http_options *options,
                      const struct http_request *request, struct err *err)
{
    char scheme[16];
    if (!http_url_check(request->url, options->allow_plain_loopback, err)) {
        return false;
    }
    if (!http_url_host(request->url, scheme, sizeof scheme, t->host, sizeof t->host)) {
        return err_set(err, ERR_CONFIG, "the base URL is not a URL; check the configuration");
    }
    if (!add_headers(t, request, err)) {
        return false;
    }
    bool tls = strcasecmp(scheme, "https") == 0;
    t->max_body = options->max_body;
    t->started_us = clock_mono_us();
    CURL *easy = t->easy;
    CURLcode worst = set_guards(easy, options, tls) | set_comfort(t, options, tls);
    worst |= curl_easy_setopt(easy, CURLOPT_URL, request->url);
    worst |= curl_easy_setopt(easy, CURLOPT_HTTPHEADER, t->headers);
    worst |= curl_easy_setopt(easy, CURLOPT_PRIVATE, t);
    if (request->post) {
        worst |= curl_easy_setopt(easy, CURLOPT_POST, 1L);
        worst |= curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->body_len);
        worst |= curl_easy_setopt(easy, CURLOPT_COPYPOSTFIELDS,
                                  request->body == NULL ? "" : request->body);
    }
    if (worst != CURLE_OK) {
        return err_set(err, ERR_NETWORK,
                       "cannot prepare a request: libcurl refused an option; it must be 7.85 or "
                       "newer, built with TLS");
    }
    return true;
}

static void fill_headers(struct transfer *t, struct http_response *out)
{
    const char *at = t->head;
    for (size_t i = 0; i < t->head_lines; i++) {
        t->lines[i].name = at;
        at += strlen(at) + 1;
        t->lines[i].value = at;
        at += strlen(at) + 1;
    }
    out->headers = t->lines;
    out->header_count = t->head_lines;
}

void transfer_finish(struct transfer *t, CURLcode code, const struct http_options *options,
                     struct http_response *out)
{
    memset(out, 0, sizeof *out);
    long status = 0;
    curl_off_t wire = 0;
    curl_easy_getinfo(t->easy, CURLINFO_RESPONSE_CODE, &status);
    curl_easy_getinfo(t->easy, CURLINFO_SIZE_DOWNLOAD_T, &wire);
    out->status = (int)status;
    out->wire_bytes = (int64_t)wire;
    out->ms = (clock_mono_us() - t->started_us) / 1000;
    fill_headers(t, out);
    if (t->body != NULL) {
        t->body[t->body_len] = '\0'; /* on_body keeps a byte for it */
    }
    out->body = t->body == NULL ? "" : t->body;
    out->body_len = t->body_len;
    if (code != CURLE_OK) {
        http_error_describe(t, code, options, &out->error);
        return;
    }
    if (status >= 300 && status < 400 && status != 304) {
        err_set(&out->error, ERR_REFUSED,
                "%s answered with a redirect (%ld): it is not followed, the token could end up "
                "elsewhere; check the base URL",
                t->host, status);
        return;
    }
    out->ok = true;
}
