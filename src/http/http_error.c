/* What failed below HTTP: what, why, what to do. No URL is quoted, only the host. */
#include <string.h>

#include "http/transfer.h"

struct curl_fault {
    CURLcode code;
    enum err_code err;
    bool retryable;
    const char *what; /* "<what> <host>" */
    const char *todo;
};

static const struct curl_fault faults[] = {
    {CURLE_COULDNT_RESOLVE_HOST,     ERR_NETWORK, true,  "cannot resolve",
     "check the name and this machine's DNS"                                                                                 },
    {CURLE_COULDNT_RESOLVE_PROXY,    ERR_NETWORK, true,  "cannot resolve the proxy to",
     "check https_proxy"                                                                                                     },
    {CURLE_COULDNT_CONNECT,          ERR_NETWORK, true,  "cannot connect to",
     "check the base URL, the network and the firewall"                                                                      },
    {CURLE_PEER_FAILED_VERIFICATION, ERR_NETWORK, false, "cannot trust the TLS certificate of",
     "check the CA certificates and the clock of this machine; verification cannot be switched "
     "off"                                                                                                                   },
    {CURLE_SSL_CACERT_BADFILE,       ERR_NETWORK, false, "cannot read the CA certificates for",
     "install the package ca-certificates"                                                                                   },
    {CURLE_SSL_CONNECT_ERROR,        ERR_NETWORK, true,  "TLS handshake failed with",
     "check that the base URL is an https server and no proxy interferes"                                                    },
    {CURLE_PARTIAL_FILE,             ERR_NETWORK, true,  "the response was cut short by",
     "it is asked for again"                                                                                                 },
    {CURLE_GOT_NOTHING,              ERR_NETWORK, true,  "no response at all from",                   "it is asked for again"},
    {CURLE_RECV_ERROR,               ERR_NETWORK, true,  "the connection broke while receiving from",
     "it is asked for again"                                                                                                 },
    {CURLE_SEND_ERROR,               ERR_NETWORK, true,  "the connection broke while sending to",
     "it is asked for again"                                                                                                 },
    {CURLE_HTTP2,                    ERR_NETWORK, true,  "HTTP/2 failed with",                        "it is asked for again"},
    {CURLE_HTTP2_STREAM,             ERR_NETWORK, true,  "an HTTP/2 stream was closed by",
     "it is asked for again"                                                                                                 },
    {CURLE_BAD_CONTENT_ENCODING,     ERR_BODY,    true,  "the compressed response is damaged from",
     "it is asked for again"                                                                                                 },
    {CURLE_WEIRD_SERVER_REPLY,       ERR_BODY,    true,  "no HTTP in the answer of",                  "check the base URL"   },
    {CURLE_UNSUPPORTED_PROTOCOL,     ERR_BODY,    true,  "no HTTP in the answer of",                  "check the base URL"   },
    {CURLE_URL_MALFORMAT,            ERR_CONFIG,  false, "the URL is malformed for",                  "check the base URL"   },
    {CURLE_OUT_OF_MEMORY,            ERR_MEMORY,  true,  "out of memory while talking to",            "free some memory"     },
};

static void describe_timeout(const struct transfer *t, const struct http_options *options,
                             struct err *err)
{
    curl_off_t ready_us = 0; /* 0 = the connection was never ready to send on */
    curl_easy_getinfo(t->easy, CURLINFO_PRETRANSFER_TIME_T, &ready_us);
    if (ready_us == 0) {
        err_set(err, ERR_TIMEOUT,
                "cannot connect to %s: no answer within %d ms; check the network and the firewall",
                t->host, options->connect_timeout_ms);
    } else {
        err_set(err, ERR_TIMEOUT,
                "%s stalled: nothing received for %d s; it is asked for again, with a smaller page "
                "if it repeats",
                t->host, options->stall_s);
    }
    err->retryable = true;
}

void http_error_describe(const struct transfer *t, CURLcode code,
                         const struct http_options *options, struct err *err)
{
    if (t->no_memory) {
        code = CURLE_OUT_OF_MEMORY;
    }
    if (t->too_large || code == CURLE_FILESIZE_EXCEEDED) {
        err_set(
            err, ERR_LIMIT,
            "the response of %s is larger than %zu KiB and was dropped; a smaller page is asked "
            "for",
            t->host, options->max_body / 1024);
        err->retryable = true;
        return;
    }
    if (code == CURLE_OPERATION_TIMEDOUT) {
        describe_timeout(t, options, err);
        return;
    }
    const char *why = t->curl_error[0] != '\0' ? t->curl_error : curl_easy_strerror(code);
    for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++) {
        if (faults[i].code == code) {
            err_set(err, faults[i].err, "%s %s: %s; %s", faults[i].what, t->host, why,
                    faults[i].todo);
            err->retryable = faults[i].retryable;
            return;
        }
    }
    err_set(err, ERR_NETWORK, "the request to %s failed: %s; it is asked for again", t->host, why);
    err->retryable = true;
}
