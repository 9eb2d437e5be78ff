/*
 * transfer: one request on one easy handle, and what arrives of its response. Internal to http.
 */
#ifndef HTTP_TRANSFER_H
#define HTTP_TRANSFER_H

#include <curl/curl.h>

#include "http/http.h"

struct transfer {
    struct transfer *next;
    uint64_t handle;
    CURL *easy;
    struct curl_slist *headers; /* wiped and freed when the transfer ends */
    http_done *done;
    void *ctx;
    int64_t started_us;
    size_t max_body;
    char host[256];

    /* the response */
    char *body;
    size_t body_len, body_cap;
    bool too_large, no_memory;
    char *head; /* "name\0value\0name\0value\0" */
    size_t head_len, head_cap, head_lines;
    struct http_header lines[HTTP_HEADERS_MAX];
    char curl_error[CURL_ERROR_SIZE];
};

struct transfer *transfer_create(struct err *err);
void transfer_destroy(struct transfer *transfer);
/* Sets every option of the easy handle for this request. */
bool transfer_prepare(struct transfer *transfer, const struct http_options *options,
                      const struct http_request *request, struct err *err);
/* Fills the response, which lends from the transfer. */
void transfer_finish(struct transfer *transfer, CURLcode code, const struct http_options *options,
                     struct http_response *out);
/* Wipes the token and forgets the response, for reuse. */
void transfer_reset(struct transfer *transfer);

/* What a curl failure means, in a person's words. */
void http_error_describe(const struct transfer *transfer, CURLcode code,
                         const struct http_options *options, struct err *err);
/* Scheme and host of a URL; false = unusable. */
bool http_url_host(const char *url, char *scheme, size_t scheme_size, char *host, size_t host_size);

#endif
