/* The transport against a scripted raw server: what a client must survive, and what it sends. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/secret.h"
#include "http/http.h"
#include "tests/unit/http/raw_server.h"

enum { WAIT_MS = 60000 };

#define OK_HEAD "HTTP/1.1 200 OK\r\n"
#define TOKEN "EAAtoken1234567890"

struct seen {
    int calls;
    bool ok;
    int status;
    struct err error;
    char body[4096];
    size_t body_len, header_count;
    char usage[64];
};

static void on_done(void *ctx, const struct http_response *response)
{
    struct seen *seen = ctx;
    seen->calls++;
    seen->ok = response->ok;
    seen->status = response->status;
    seen->error = response->error;
    seen->body_len = response->body_len;
    seen->header_count = response->header_count;
    snprintf(seen->body, sizeof seen->body, "%s", response->body);
    const char *usage = http_header_get(response->headers, response->header_count, "X-App-Usage");
    snprintf(seen->usage, sizeof seen->usage, "%s", usage == NULL ? "" : usage);
}

static struct http *make(const struct http_options *options)
{
    struct err err = {0};
    struct http *http = http_create(options, &err);
    assert_non_null(http);
    return http;
}

static void start(struct http *http, const struct raw_server *s, const struct secret *token,
                  const char *form, struct seen *seen)
{
    char url[128];
    struct err err = {0};
    snprintf(url, sizeof url, "http://127.0.0.1:%d/v25.0/me?limit=5", s->port);
    struct http_request request = {.post = form != NULL,
                                   .url = url,
                                   .bearer = token,
                                   .body = form,
                                   .body_len = form == NULL ? 0 : strlen(form)};
    memset(seen, 0, sizeof *seen);
    if (http_start(http, &request, on_done, seen, &err) == 0) {
        fail_msg("%s", err.message);
    }
}

static void wait_all(struct http *http)
{
    int64_t end = clock_mono_ms() + WAIT_MS;
    while (http_active(http) > 0) {
        assert_true(http_poll(http, 100, NULL));
        assert_true(clock_mono_ms() < end);
    }
}

/* No answer is late because the machine is slow. */
static const struct http_options loopback = {.allow_plain_loopback = true, .stall_s = 60};

/* One request against one scripted answer. */
static struct seen fetch(const struct http_options *options, const struct script *step)
{
    struct seen seen;
    struct raw_server *s = raw_server_start(step, 1);
    struct http *http = make(options);
    start(http, s, NULL, NULL, &seen);
    wait_all(http);
    http_destroy(http);
    raw_server_stop(s);
    free(s);
    assert_int_equal(seen.calls, 1);
    return seen;
}

static void test_http_whole_response(void **state)
{
    (void)state;
    struct script step = {.bytes = "HTTP/1.1 100 Continue\r\nX-App-Usage: no\r\n\r\n"
                                   "HTTP/1.1 400 Bad Request\r\nx-app-usage:  {\"a\":1} \r\n"
                                   "Content-Length: 13\r\n\r\n{\"error\":{ }}"};
    struct seen seen = fetch(&loopback, &step);
    assert_true(seen.ok);
    assert_int_equal(seen.status, 400);
    assert_string_equal(seen.body, "{\"error\":{ }}");
    assert_string_equal(seen.usage, "{\"a\":1}");
    assert_int_equal(seen.header_count, 2);
}

static void test_http_chunked_and_empty(void **state)
{
    (void)state;
    struct script chunked = {.bytes = OK_HEAD "Transfer-Encoding: chunked\r\n\r\n"
                                              "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"};
    struct seen seen = fetch(&loopback, &chunked);
    assert_true(seen.ok);
    assert_string_equal(seen.body, "abcde");
    struct script empty = {.bytes = "HTTP/1.1 304 Not Modified\r\n\r\n"};
    seen = fetch(&loopback, &empty);
    assert_true(seen.ok);
    assert_int_equal(seen.status, 304);
    assert_string_equal(seen.body, "");
}

struct failure {
    struct script step;
    enum err_code code;
    bool retryable;
    int status;
    const char *says;
};

static void test_http_failures_are_named(void **state)
{
    (void)state;
    static const struct failure failures[] = {
        {{.bytes = OK_HEAD "Content-Length: 500\r\n\r\n{\"data\":["},
         ERR_NETWORK,                                                                                                     true,
         200,                                                                                                                       "cut short"      },
        {{.bytes = OK_HEAD "Transfer-Encoding: chunked\r\n\r\n10\r\nabc"},
         ERR_NETWORK,                                                                                                     true,
         200,                                                                                                                       "asked for again"},
        {{.bytes = ""},                                                                                      ERR_NETWORK, true,  0, "no response"    },
        {{.bytes = OK_HEAD "Content-Length: 500\r\n\r\n{", .stall = true},
         ERR_TIMEOUT,                                                                                                     true,
         200,                                                                                                                       "stalled"        },
        {{.bytes = "", .stall = true},                                                                       ERR_TIMEOUT, true,  0, "stalled"        },
        {{.bytes =
              "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/x\r\nContent-Length: 0\r\n\r\n"},
         ERR_REFUSED,                                                                                                     false,
         302,                                                                                                                       "redirect"       },
        {{.bytes = OK_HEAD "Content-Encoding: gzip\r\nContent-Length: 9\r\n\r\nnot a gz!"},
         ERR_BODY,                                                                                                        true,
         200,                                                                                                                       "damaged"        },
        {{.bytes = "SMTP ready\r\n\r\n"},                                                                    ERR_BODY,    true,  0, "base URL"       },
    };
    for (size_t i = 0; i < sizeof failures / sizeof failures[0]; i++) {
        struct http_options options = loopback;
        options.stall_s = failures[i].step.stall ? 1 : loopback.stall_s;
        struct seen seen = fetch(&options, &failures[i].step);
        if (seen.ok || seen.error.code != failures[i].code ||
            strstr(seen.error.message, failures[i].says) == NULL) {
            fail_msg("case %zu: ok %d, code %d: %s", i, seen.ok, (int)seen.error.code,
                     seen.error.message);
        }
        assert_int_equal(seen.error.retryable, failures[i].retryable);
        assert_int_equal(seen.status, failures[i].status);
        assert_non_null(strstr(seen.error.message, "127.0.0.1"));
        assert_null(strstr(seen.error.message, "limit=5")); /* no URL in a message */
    }
}

static void test_http_size_is_capped(void **state)
{
    (void)state;
    struct http_options small = loopback;
    small.max_body = 1000;
    static char page[1200];
    int head = snprintf(page, sizeof page, OK_HEAD "\r\n"); /* no length: until it closes */
    memset(page + head, 'x', 1001);
    struct script at_once = {.bytes = page, .len = (size_t)head + 1001};
    struct seen seen = fetch(&small, &at_once);
    assert_false(seen.ok);
    assert_int_equal(seen.error.code, ERR_LIMIT);
    struct script exact = {.bytes = page, .len = (size_t)head + 1000};
    seen = fetch(&small, &exact);
    assert_true(seen.ok);
    assert_int_equal(seen.body_len, 1000);
    struct script announced = {.bytes = OK_HEAD "Content-Length: 99999999\r\n\r\n", .stall = true};
    seen = fetch(&small, &announced);
    assert_int_equal(seen.error.code, ERR_LIMIT);
}

/* 1 MiB of zeros, gzipped: about 1 kB on the wire. */
static void test_http_gzip_bomb_is_capped(void **state)
{
    (void)state;
    FILE *pipe = popen("printf 'HTTP/1.1 200 OK\\r\\nContent-Encoding: gzip\\r\\n\\r\\n';"
                       "head -c 1048576 /dev/zero | gzip -9",
                       "r");
    static char bytes[8192];
    size_t len = fread(bytes, 1, sizeof bytes, pipe);
    assert_int_equal(pclose(pipe), 0);
    assert_true(len > 100 && len < sizeof bytes);
    struct script bomb = {.bytes = bytes, .len = len};
    struct http_options options = loopback;
    options.max_body = 100 * 1024;
    struct seen seen = fetch(&options, &bomb);
    assert_false(seen.ok);
    assert_int_equal(seen.error.code, ERR_LIMIT);
    options.max_body = 1024 * 1024;
    seen = fetch(&options, &bomb);
    assert_true(seen.ok);
    assert_int_equal(seen.body_len, 1048576);
}

static void test_http_token_goes_into_one_header_only(void **state)
{
    (void)state;
    static const struct script ok = {.bytes = OK_HEAD "Content-Length: 2\r\n\r\n{}"};
    struct script steps[2] = {ok, ok};
    struct seen first;
    struct seen second;
    struct raw_server *s = raw_server_start(steps, 2);
    struct http *http = make(&loopback);
    struct secret *token = secret_create(TOKEN, strlen(TOKEN));
    start(http, s, token, NULL, &first);
    wait_all(http);
    start(http, s, NULL, "a=b&c=d", &second); /* the same handle without a token */
    wait_all(http);
    secret_destroy(token);
    http_destroy(http);
    raw_server_stop(s);
    assert_true(first.ok && second.ok);
    assert_int_equal(s->request_count, 2);
    const char *get = s->requests[0];
    assert_non_null(strstr(get, "\r\nAuthorization: Bearer " TOKEN "\r\n"));
    assert_null(memmem(get, strcspn(get, "\r"), TOKEN, strlen(TOKEN)));
    assert_ptr_equal(strstr(strstr(get, TOKEN) + 1, TOKEN), NULL);
    assert_non_null(strcasestr(get, "\r\nAccept-Encoding: "));
    assert_non_null(strcasestr(get, "gzip"));
    assert_null(strcasestr(get, "upgrade"));
    const char *post = s->requests[1];
    assert_null(strstr(post, TOKEN));
    assert_null(strcasestr(post, "authorization"));
    assert_non_null(strstr(post, "\r\n\r\na=b&c=d"));
    assert_null(strcasestr(post, "expect:"));
    free(s);
}

static void test_http_refuses_unusable_tokens(void **state)
{
    (void)state;
    static const char *const tokens[] = {"a\nb", "a\r\nX-Evil: 1", "a b", "\xc3\xa9"};
    for (size_t i = 0; i < sizeof tokens / sizeof tokens[0]; i++) {
        struct err err = {0};
        struct seen seen = {0};
        struct http *http = make(&loopback);
        struct secret *token = secret_create(tokens[i], strlen(tokens[i]));
        struct http_request request = {.url = "http://127.0.0.1:1/", .bearer = token};
        assert_int_equal(http_start(http, &request, on_done, &seen, &err), 0);
        assert_int_equal(err.code, ERR_CONFIG);
        assert_null(strstr(err.message, tokens[i]));
        assert_int_equal(http_active(http), 0);
        secret_destroy(token);
        http_destroy(http);
    }
}

static void test_http_connections_are_reused(void **state)
{
    (void)state;
    struct script steps[20];
    struct seen seen;
    for (size_t i = 0; i < 20; i++) {
        steps[i] = (struct script){.bytes = OK_HEAD "Content-Length: 2\r\n\r\n{}", .keep = true};
    }
    struct raw_server *s = raw_server_start(steps, 20);
    struct http *http = make(&loopback);
    for (int i = 0; i < 20; i++) {
        start(http, s, NULL, NULL, &seen);
        wait_all(http);
        assert_true(seen.ok);
    }
    http_destroy(http);
    raw_server_stop(s);
    assert_int_equal(s->connections, 1);
    free(s);
}

static void test_http_headers_are_bounded(void **state)
{
    (void)state;
    static char bytes[65536];
    size_t n = (size_t)snprintf(bytes, sizeof bytes, OK_HEAD "Content-Length: 2\r\n");
    for (int i = 0; i < 200; i++) {
        n += (size_t)snprintf(bytes + n, sizeof bytes - n, "x-many-%d: %0200d\r\n", i, i);
    }
    snprintf(bytes + n, sizeof bytes - n, "\r\n{}");
    struct script step = {.bytes = bytes};
    struct seen seen = fetch(&loopback, &step);
    assert_true(seen.ok);
    assert_int_equal(seen.header_count, HTTP_HEADERS_MAX);
    assert_string_equal(seen.body, "{}");
}

static void test_http_connection_refused(void **state)
{
    (void)state;
    struct script none = {.bytes = ""};
    struct raw_server *s = raw_server_start(&none, 1);
    struct seen seen;
    struct http *http = make(&loopback);
    raw_server_stop(s); /* its port is closed now */
    start(http, s, NULL, NULL, &seen);
    wait_all(http);
    assert_false(seen.ok);
    assert_int_equal(seen.error.code, ERR_NETWORK);
    assert_true(seen.error.retryable);
    assert_non_null(strstr(seen.error.message, "cannot connect to 127.0.0.1"));
    http_destroy(http);
    free(s);
}

static void test_http_no_tls_behind_https(void **state)
{
    (void)state;
    struct script step = {.bytes = "HTTP/1.1 400 Bad Request\r\n\r\nplain http"};
    struct raw_server *s = raw_server_start(&step, 1);
    struct http *http = make(&loopback);
    struct seen seen = {0};
    char url[64];
    snprintf(url, sizeof url, "https://127.0.0.1:%d/", s->port);
    struct http_request request = {.url = url};
    assert_int_not_equal(http_start(http, &request, on_done, &seen, NULL), 0);
    raw_server_stop(s); /* closes what it accepts */
    wait_all(http);
    assert_false(seen.ok);
    assert_int_equal(seen.status, 0);
    assert_int_equal(seen.error.code, ERR_NETWORK);
    http_destroy(http);
    free(s);
}

static void test_http_url_rules(void **state)
{
    (void)state;
    static const struct {
        const char *url;
        bool plain, ok;
    } urls[] = {
        {"https://graph.facebook.com",     false, true },
        {"https://graph.facebook.com",     true,  true },
        {"http://127.0.0.1:8080",          true,  true },
        {"http://127.9.9.9",               true,  true },
        {"http://localhost:1",             true,  true },
        {"http://[::1]:80/x",              true,  true },
        {"http://127.0.0.1:8080",          false, false},
        {"http://graph.facebook.com",      true,  false},
        {"http://127.0.0.1.evil.example",  true,  false},
        {"http://127.0.0.1@evil.example/", true,  false},
        {"http://128.0.0.1",               true,  false},
        {"ftp://127.0.0.1",                true,  false},
        {"file:///etc/passwd",             true,  false},
        {"graph",                          false, false},
        {"",                               true,  false},
        {"https://",                       true,  false},
    };
    for (size_t i = 0; i < sizeof urls / sizeof urls[0]; i++) {
        struct err err = {0};
        if (http_url_check(urls[i].url, urls[i].plain, &err) != urls[i].ok) {
            fail_msg("%s: %s", urls[i].url, err.message);
        }
        assert_int_equal(err.code, urls[i].ok ? ERR_NONE : ERR_CONFIG);
    }
}

static void test_http_cancel_and_destroy_call_nobody(void **state)
{
    (void)state;
    /* both requests are kept waiting: a server that hung up on the second would rightly be told */
    const struct script steps[2] = {
        {.bytes = "", .stall = true},
        {.bytes = "", .stall = true},
    };
    struct raw_server *s = raw_server_start(steps, 2);
    struct http *http = make(&loopback);
    struct seen seen = {0};
    char url[64];
    snprintf(url, sizeof url, "http://127.0.0.1:%d/", s->port);
    struct http_request request = {.url = url};
    uint64_t handle = http_start(http, &request, on_done, &seen, NULL);
    assert_int_not_equal(handle, 0);
    http_poll(http, 50, NULL);
    assert_true(http_cancel(http, handle));
    assert_false(http_cancel(http, handle));
    assert_int_equal(http_active(http), 0);
    assert_int_not_equal(http_start(http, &request, on_done, &seen, NULL), 0);
    http_poll(http, 10, NULL);
    http_destroy(http);
    raw_server_stop(s);
    free(s);
    assert_int_equal(seen.calls, 0);
}

static void *wake_later(void *arg)
{
    usleep(50000);
    http_wakeup(arg);
    return NULL;
}

static void test_http_wakeup_ends_a_poll(void **state)
{
    (void)state;
    struct http *http = make(&loopback);
    pthread_t thread;
    int64_t from = clock_mono_ms();
    assert_int_equal(pthread_create(&thread, NULL, wake_later, http), 0);
    assert_true(http_poll(http, 2 * WAIT_MS, NULL));
    assert_true(clock_mono_ms() - from < WAIT_MS);
    pthread_join(thread, NULL);
    http_destroy(http);
}

struct chain {
    struct http *http;
    const struct raw_server *server;
    struct seen seen;
    int left;
};

static void on_chain(void *ctx, const struct http_response *response)
{
    struct chain *chain = ctx;
    on_done(&chain->seen, response);
    if (--chain->left > 0) {
        char url[64];
        snprintf(url, sizeof url, "http://127.0.0.1:%d/", chain->server->port);
        struct http_request request = {.url = url};
        assert_int_not_equal(http_start(chain->http, &request, on_chain, chain, NULL), 0);
    }
}

static void test_http_callbacks_may_start_transfers(void **state)
{
    (void)state;
    struct script steps[5];
    for (size_t i = 0; i < 5; i++) {
        steps[i] = (struct script){.bytes = OK_HEAD "Content-Length: 1\r\n\r\nx", .keep = true};
    }
    struct raw_server *s = raw_server_start(steps, 5);
    struct chain chain = {.http = make(&loopback), .server = s, .left = 5};
    char url[64];
    snprintf(url, sizeof url, "http://127.0.0.1:%d/", s->port);
    struct http_request request = {.url = url};
    assert_int_not_equal(http_start(chain.http, &request, on_chain, &chain, NULL), 0);
    wait_all(chain.http);
    assert_int_equal(chain.seen.calls, 5);
    http_destroy(chain.http);
    raw_server_stop(s);
    free(s);
}

static int global_up(void **state)
{
    (void)state;
    return http_global_init(NULL) ? 0 : -1;
}

static int global_down(void **state)
{
    (void)state;
    http_global_fini();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_http_whole_response),
        cmocka_unit_test(test_http_chunked_and_empty),
        cmocka_unit_test(test_http_failures_are_named),
        cmocka_unit_test(test_http_size_is_capped),
        cmocka_unit_test(test_http_gzip_bomb_is_capped),
        cmocka_unit_test(test_http_token_goes_into_one_header_only),
        cmocka_unit_test(test_http_refuses_unusable_tokens),
        cmocka_unit_test(test_http_connections_are_reused),
        cmocka_unit_test(test_http_headers_are_bounded),
        cmocka_unit_test(test_http_connection_refused),
        cmocka_unit_test(test_http_no_tls_behind_https),
        cmocka_unit_test(test_http_url_rules),
        cmocka_unit_test(test_http_cancel_and_destroy_call_nobody),
        cmocka_unit_test(test_http_wakeup_ends_a_poll),
        cmocka_unit_test(test_http_callbacks_may_start_transfers),
    };
    return cmocka_run_group_tests(tests, global_up, global_down);
}
