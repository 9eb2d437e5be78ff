/* The client on the wire (a scripted raw server), batches, and the parts without I/O. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/secret.h"
#include "base/str.h"
#include "graph/batch.h"
#include "graph/graph.h"
#include "graph/pager.h"
#include "tests/unit/http/raw_server.h"
#include "json/json.h"

#define TOKEN "EAAtoken1234567890"
#define OK_HEAD "HTTP/1.1 200 OK\r\nDate: Tue, 24 Nov 2026 02:00:00 GMT\r\n"

static const struct clock real_time = {.speed = 1};

struct client {
    struct raw_server *server;
    struct graph *graph;
    struct secret *token, *app_secret;
};

static void open_client(struct client *c, const struct script *steps, size_t count,
                        const char *app_secret)
{
    char url[64];
    struct err err = {0};
    memset(c, 0, sizeof *c);
    c->server = raw_server_start(steps, count);
    c->token = secret_create(TOKEN, strlen(TOKEN));
    c->app_secret = app_secret == NULL ? NULL : secret_create(app_secret, strlen(app_secret));
    snprintf(url, sizeof url, "http://127.0.0.1:%d/", c->server->port);
    struct graph_options options = {
        .http = {.allow_plain_loopback = true, .stall_s = 60},
        .base_url = url,
        .api_version = "v25.0",
        .token = c->token,
        .app_secret = c->app_secret,
        .clock = &real_time
    };
    c->graph = graph_create(&options, &err);
    if (c->graph == NULL) {
        fail_msg("%s", err.message);
    }
}

/* Leaves the server's record readable; free(c->server) after use. */
static void close_client(struct client *c)
{
    graph_destroy(c->graph);
    secret_destroy(c->token);
    secret_destroy(c->app_secret);
    raw_server_stop(c->server);
}

struct seen {
    int calls;
    struct graph_result result; /* root and data are gone after the callback */
    size_t rows;
    bool had_root;
};

static void on_done(void *ctx, const struct graph_result *result)
{
    struct seen *seen = ctx;
    seen->calls++;
    seen->result = *result;
    seen->rows = json_size(result->data);
    seen->had_root = result->root != NULL;
}

static void send_and_wait(struct client *c, const struct graph_request *request, struct seen *seen)
{
    struct err err = {0};
    memset(seen, 0, sizeof *seen);
    if (!graph_send(c->graph, request, on_done, seen, NULL, &err)) {
        fail_msg("%s", err.message);
    }
    int64_t end = clock_mono_ms() + 60000;
    while (seen->calls == 0 && clock_mono_ms() < end) {
        assert_true(graph_poll(c->graph, 100, NULL));
    }
    assert_int_equal(seen->calls, 1);
    assert_int_equal(graph_active(c->graph), 0);
}

static const struct graph_param params[] = {
    {"fields",    "id,name"                                    },
    {"filtering", "[{\"field\":\"ad.id\",\"value\":[\"1 2\"]}]"},
    {"skipped",   NULL                                         },
};

static const struct graph_request ads = {.call_class = CALL_ADS,
                                         .account_id = "act_5",
                                         .path = "act_5/ads",
                                         .params = params,
                                         .param_count = 3,
                                         .run_id = 9};

static void test_graph_get_page(void **state)
{
    (void)state;
    static const struct script step = {
        .bytes = OK_HEAD
        "x-app-usage: {\"call_count\":28}\r\n"
        "x-ad-account-usage: {\"acc_id_util_pct\":9.67,\"reset_time_duration\":100}\r\n"
        "facebook-api-version: v26.0\r\n"
        "X-Ad-Api-Version-Warning: The call has been auto-upgraded to v26.0\r\n"
        "Content-Length: 142\r\n\r\n"
        "{\"data\":[{\"id\":\"1\"},{\"id\":\"2\"}],\"paging\":{\"cursors\":{\"before\":\"A\","
        "\"after\":\"NzIZD\"},\"next\":\"https://evil.example/?access_token=x&after=NzIZD\"}}"
        "   "};
    struct client c;
    struct seen seen;
    open_client(&c, &step, 1, NULL);
    send_and_wait(&c, &ads, &seen);
    close_client(&c);
    const struct graph_result *r = &seen.result;
    assert_true(r->ok);
    assert_int_equal(seen.rows, 2);
    assert_true(r->has_next);
    assert_string_equal(r->after, "NzIZD");
    assert_int_equal(r->server_ms, INT64_C(1795485600000));
    assert_int_equal(r->usage.count, 2);
    assert_string_equal(r->usage.readings[1].scope_id, "act_5");
    assert_int_equal(r->usage.readings[1].run_id, 9);
    assert_string_equal(r->served_version, "v26.0");
    assert_non_null(strstr(r->version_warning, "auto-upgraded"));
    assert_int_equal(r->record.call_class, CALL_ADS);
    assert_string_equal(r->record.account_id, "act_5");
    assert_string_equal(r->record.path, "act_5/ads?fields=id,name&filtering=[{\"field\":\"ad.id\","
                                        "\"value\":[\"1 2\"]}]");
    assert_int_equal(r->record.http_status, 200);
    assert_int_equal(r->record.rows, 2);
    assert_int_equal(r->record.run_id, 9);
    assert_true(r->record.at > 0 && r->bytes > 0);
    const char *wire = c.server->requests[0];
    assert_int_equal(strncmp(wire, "GET /v25.0/act_5/ads?fields=id%2Cname&filtering=%5B%7B%22", 56),
                     0);
    assert_null(strstr(wire, "skipped"));
    assert_null(strstr(wire, "appsecret_proof"));
    assert_non_null(strstr(wire, "Authorization: Bearer " TOKEN));
    assert_null(memmem(wire, strcspn(wire, "\r"), TOKEN, strlen(TOKEN)));
    free(c.server);
}

static void test_graph_throttled_answer_keeps_its_headers(void **state)
{
    (void)state;
    static const struct script step = {
        .bytes =
            "HTTP/1.1 400 Bad Request\r\nx-fb-trace-id: TR\r\n"
            "x-business-use-case-usage: {\"5\":[{\"type\":\"ads_management\",\"call_count\":118,"
            "\"estimated_time_to_regain_access\":47}]}\r\n\r\n"
            "{\"error\":{\"message\":\"(#80004) too many calls\",\"code\":80004,"
            "\"error_subcode\":2446079}}"};
    struct client c;
    struct seen seen;
    open_client(&c, &step, 1, NULL);
    send_and_wait(&c, &ads, &seen);
    close_client(&c);
    free(c.server);
    assert_false(seen.result.ok);
    assert_int_equal(seen.result.error.error_class, ERROR_THROTTLE);
    assert_int_equal(seen.result.error.scope, SCOPE_USE_CASE);
    assert_int_equal(seen.result.error.wait_ms, 47 * 60 * 1000);
    assert_string_equal(seen.result.error.fbtrace_id, "TR");
    assert_int_equal(seen.result.record.code, 80004);
    assert_int_equal(seen.result.record.subcode, 2446079);
    assert_int_equal(seen.result.usage.count, 1);
    assert_true(seen.result.usage.readings[0].pct == 118);
}

static void test_graph_transport_failure_is_a_result(void **state)
{
    (void)state;
    static const struct script step = {.bytes = OK_HEAD "Content-Length: 100\r\n\r\n{\"data\":[1,"};
    struct client c;
    struct seen seen;
    open_client(&c, &step, 1, NULL);
    send_and_wait(&c, &ads, &seen);
    close_client(&c);
    free(c.server);
    assert_false(seen.result.ok);
    assert_false(seen.had_root);
    assert_int_equal(seen.result.error.error_class, ERROR_RETRY);
    assert_non_null(strstr(seen.result.error.message, "cut short"));
}

static void test_graph_post_and_proof(void **state)
{
    (void)state;
    static const struct script step = {.bytes = OK_HEAD "Content-Length: 2\r\n\r\n[]"};
    struct client c;
    struct seen seen;
    struct graph_request post = ads;
    post.post = true;
    post.path = "";
    open_client(&c, &step, 1, "shhh");
    send_and_wait(&c, &post, &seen);
    close_client(&c);
    const char *wire = c.server->requests[0];
    assert_int_equal(strncmp(wire, "POST /v25.0/ HTTP/1.1\r\n", 23), 0);
    char proof[65];
    assert_true(graph_appsecret_proof(TOKEN, "shhh", proof));
    const char *body = strstr(wire, "\r\n\r\nfields=id%2Cname&filtering=");
    assert_non_null(body);
    assert_non_null(strstr(body, proof));
    assert_null(strstr(wire, "shhh"));
    assert_null(strstr(seen.result.record.path, proof));
    free(c.server);
}

static int warnings;

static void count_warnings(void *ctx, enum log_level level, const char *source, const char *message)
{
    (void)ctx;
    (void)message;
    warnings += level == LOG_WARN && strcmp(source, "graph") == 0;
}

static void test_graph_garbage_header_is_logged_once(void **state)
{
    (void)state;
    static const struct script step = {
        .bytes = OK_HEAD "x-app-usage: }{\r\nContent-Length: 11\r\n\r\n{\"data\":[]}"};
    const struct script steps[] = {step, step, step};
    struct client c;
    struct seen seen;
    warnings = 0;
    log_set_sink(count_warnings, NULL);
    open_client(&c, steps, 3, NULL);
    for (int i = 0; i < 3; i++) {
        send_and_wait(&c, &ads, &seen);
        assert_true(seen.result.ok);
    }
    close_client(&c);
    free(c.server);
    log_set_sink(NULL, NULL);
    assert_int_equal(warnings, 1);
}

static void test_graph_cancel(void **state)
{
    (void)state;
    static const struct script step = {.bytes = "", .stall = true};
    struct client c;
    struct seen seen = {0};
    uint64_t handle = 0;
    open_client(&c, &step, 1, NULL);
    assert_true(graph_send(c.graph, &ads, on_done, &seen, &handle, NULL));
    graph_poll(c.graph, 30, NULL);
    assert_true(graph_cancel(c.graph, handle));
    assert_false(graph_cancel(c.graph, handle));
    assert_true(graph_send(c.graph, &ads, on_done, &seen, &handle, NULL));
    close_client(&c); /* one is in flight: nobody is called */
    free(c.server);
    assert_int_equal(seen.calls, 0);
}

static void test_graph_refuses_bad_options(void **state)
{
    (void)state;
    static const struct {
        const char *url, *version;
    } bad[] = {
        {"http://example.com",         "v25.0"            },
        {"ftp://graph.facebook.com",   "v25.0"            },
        {"https://graph.facebook.com", "25.0"             },
        {"https://graph.facebook.com", "v25.0/../x"       },
        {"https://graph.facebook.com", "v"                },
        {"https://graph.facebook.com", "v1234567890123456"},
    };
    struct secret *token = secret_create("t", 1);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct err err = {0};
        struct graph_options options = {.base_url = bad[i].url,
                                        .api_version = bad[i].version,
                                        .token = token,
                                        .clock = &real_time};
        assert_null(graph_create(&options, &err));
        assert_int_equal(err.code, ERR_CONFIG);
    }
    secret_destroy(token);
}

static void test_graph_proof_known_value(void **state)
{
    (void)state;
    char proof[65];
    /* RFC 4231 test case 2 */
    assert_true(graph_appsecret_proof("what do ya want for nothing?", "Jefe", proof));
    assert_string_equal(proof, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

static void test_graph_dates(void **state)
{
    (void)state;
    assert_int_equal(graph_date_parse("Sun, 06 Nov 1994 08:49:37 GMT"), INT64_C(784111777000));
    assert_int_equal(graph_date_parse("Sun, 06 Xyz 1994 08:49:37 GMT"), 0);
    assert_int_equal(graph_date_parse("Sun, 06 anF 1994 08:49:37 GMT"), 0);
    assert_int_equal(graph_date_parse("Sun, 06 Nov 1994 08:49:37 GMT+1"), 0);
    assert_int_equal(graph_date_parse("Sun, 06 N"), 0);
    assert_int_equal(graph_date_parse("Sunday, 06-Nov-94 08:49:37 GMT"), 0);
    assert_int_equal(graph_date_parse("yesterday"), 0);
    assert_int_equal(graph_date_parse(NULL), 0);
}

/* ---- batch ---- */

struct items {
    size_t count;
    struct graph_result results[8];
    char ids[8][32];
};

static void on_item(void *ctx, size_t index, const struct graph_result *result)
{
    struct items *items = ctx;
    assert_int_equal(index, items->count);
    items->results[index] = *result;
    const char *id = json_text(json_get(result->root, "id"));
    snprintf(items->ids[index], sizeof items->ids[index], "%s", id == NULL ? "" : id);
    items->count++;
}

static void read_batch(const char *body, int status, size_t count, struct items *items)
{
    struct graph_response in = {
        .status = status, .body = body, .body_len = strlen(body), .account_id = "act_5"};
    struct graph_request request = {.call_class = CALL_NODES, .account_id = "act_5", .run_id = 3};
    struct graph_result outer;
    memset(items, 0, sizeof *items);
    struct json_doc *doc = graph_result_read(&in, &outer);
    batch_read(&outer, &request, count, on_item, items);
    json_free(doc);
    assert_int_equal(items->count, count);
}

static void test_batch_body(void **state)
{
    (void)state;
    static const struct graph_param fields[] = {
        {"fields", "id,effective_status"}
    };
    struct batch_item items[BATCH_MAX + 1];
    struct str body;
    struct err err = {0};
    for (size_t i = 0; i <= BATCH_MAX; i++) {
        items[i] = (struct batch_item){"120208325579370399", fields, 1};
    }
    str_init(&body, 1 << 20);
    assert_true(batch_body(items, 2, &body, &err));
    assert_string_equal(str_text(&body), "[{\"method\":\"GET\",\"relative_url\":"
                                         "\"120208325579370399?fields=id%2Ceffective_status\"},"
                                         "{\"method\":\"GET\",\"relative_url\":"
                                         "\"120208325579370399?fields=id%2Ceffective_status\"}]");
    str_reset(&body);
    assert_true(batch_body(items, BATCH_MAX, &body, &err));
    assert_false(batch_body(items, BATCH_MAX + 1, &body, &err));
    assert_false(batch_body(items, 0, &body, &err));
    items[0].path = "1\"},{\"method\":\"DELETE";
    assert_false(batch_body(items, 1, &body, &err));
    str_fini(&body);
}

static void test_batch_items(void **state)
{
    (void)state;
    struct items items;
    read_batch("[{\"code\":200,\"headers\":[{\"name\":\"X-Ad-Account-Usage\",\"value\":"
               "\"{\\\"acc_id_util_pct\\\":81}\"},{\"name\":\"ETag\"},7],"
               "\"body\":\"{\\\"id\\\":\\\"11\\\"}\"},"
               "null,{},"
               "{\"code\":400,\"body\":\"{\\\"error\\\":{\\\"message\\\":\\\"Unsupported get "
               "request\\\",\\\"code\\\":100,\\\"error_subcode\\\":33}}\"},"
               "{\"code\":500,\"body\":\"{\\\"error\\\":{\\\"message\\\":\\\"Request aborted.\\\","
               "\\\"code\\\":960}}\"},"
               "{\"code\":200,\"body\":\"<html>\"}]",
               200, 7, &items);
    static const enum error_class want[] = {ERROR_NONE,  ERROR_RETRY, ERROR_RETRY, ERROR_GONE,
                                            ERROR_RETRY, ERROR_RETRY, ERROR_RETRY};
    for (size_t i = 0; i < 7; i++) {
        assert_int_equal(items.results[i].ok, want[i] == ERROR_NONE);
        assert_int_equal(items.results[i].error.error_class, want[i]);
    }
    assert_string_equal(items.ids[0], "11");
    assert_int_equal(items.results[0].usage.count, 1);
    assert_true(items.results[0].usage.readings[0].pct == 81);
    assert_string_equal(items.results[0].usage.readings[0].scope_id, "act_5");
    assert_int_equal(items.results[0].record.call_class, CALL_NODES);
    assert_int_equal(items.results[3].record.subcode, 33);
}

static void test_batch_whole_failures(void **state)
{
    (void)state;
    static const struct {
        const char *body;
        int status;
        enum error_class error_class;
    } bodies[] = {
        {"{\"error\":{\"message\":\"x\",\"code\":190}}",        200, ERROR_AUTH    },
        {"{\"error\":{\"message\":\"(#4) limit\",\"code\":4}}", 403, ERROR_THROTTLE},
        {"\"Sorry\"",                                           200, ERROR_RETRY   },
        {"null",                                                200, ERROR_RETRY   },
        {"{\"data\":[]}",                                       200, ERROR_RETRY   },
        {"",                                                    200, ERROR_RETRY   },
        {"[]",                                                  200, ERROR_RETRY   },
    };
    for (size_t i = 0; i < sizeof bodies / sizeof bodies[0]; i++) {
        struct items items;
        read_batch(bodies[i].body, bodies[i].status, 2, &items);
        assert_int_equal(items.results[0].error.error_class, bodies[i].error_class);
        assert_int_equal(items.results[1].error.error_class, bodies[i].error_class);
        assert_true(items.results[1].error.message[0] != '\0');
    }
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
        cmocka_unit_test(test_graph_get_page),
        cmocka_unit_test(test_graph_throttled_answer_keeps_its_headers),
        cmocka_unit_test(test_graph_transport_failure_is_a_result),
        cmocka_unit_test(test_graph_post_and_proof),
        cmocka_unit_test(test_graph_garbage_header_is_logged_once),
        cmocka_unit_test(test_graph_cancel),
        cmocka_unit_test(test_graph_refuses_bad_options),
        cmocka_unit_test(test_graph_proof_known_value),
        cmocka_unit_test(test_graph_dates),
        cmocka_unit_test(test_batch_body),
        cmocka_unit_test(test_batch_items),
        cmocka_unit_test(test_batch_whole_failures),
    };
    return cmocka_run_group_tests(tests, global_up, global_down);
}
