#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "http/transfer.h"

static bool copy_part(CURLU *url, CURLUPart part, char *out, size_t size)
{
    char *text = NULL;
    if (curl_url_get(url, part, &text, 0) != CURLUE_OK) {
        return false;
    }
    int n = snprintf(out, size, "%s", text);
    curl_free(text);
    return n >= 0 && (size_t)n < size;
}

bool http_url_host(const char *text, char *scheme, size_t scheme_size, char *host, size_t host_size)
{
    CURLU *url = curl_url();
    if (url == NULL) {
        return false;
    }
    bool ok = curl_url_set(url, CURLUPART_URL, text, CURLU_NON_SUPPORT_SCHEME) == CURLUE_OK &&
              copy_part(url, CURLUPART_SCHEME, scheme, scheme_size) &&
              copy_part(url, CURLUPART_HOST, host, host_size);
    curl_url_cleanup(url);
    return ok;
}

static bool is_loopback(const char *host)
{
    struct in_addr v4;
    if (strcasecmp(host, "localhost") == 0 || strcmp(host, "[::1]") == 0) {
        return true;
    }
    return inet_pton(AF_INET, host, &v4) == 1 && (ntohl(v4.s_addr) >> 24) == 127;
}

bool http_url_check(const char *url, bool allow_plain_loopback, struct err *err)
{
    char scheme[16];
    char host[256];
    if (!http_url_host(url, scheme, sizeof scheme, host, sizeof host)) {
        return err_set(err, ERR_CONFIG,
                       "the base URL is not a URL with a host; it should look like "
                       "https://graph.facebook.com");
    }
    if (strcasecmp(scheme, "https") == 0) {
        return true;
    }
    if (strcasecmp(scheme, "http") != 0) {
        return err_set(err, ERR_CONFIG, "the base URL has the scheme %s; use https", scheme);
    }
    if (!is_loopback(host)) {
        return err_set(err, ERR_CONFIG,
                       "plain http to %s would show the access token to the network; use https "
                       "(http is for a simulator on 127.0.0.1)",
                       host);
    }
    if (!allow_plain_loopback) {
        return err_set(err, ERR_CONFIG, "plain http to %s is not allowed here; use https", host);
    }
    return true;
}
