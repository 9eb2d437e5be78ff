/* adtop-sim as a program: its options, its port, its state, and what only a real socket shows. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>
#include <curl/curl.h>

#include "tests/e2e/harness.h"
#include "json/json.h"

/* The program run to its end by the shell; its only output is what it says of the failure. */
static int run(const char *arguments, char *out, size_t size)
{
    char command[1024];
    snprintf(command, sizeof command, "exec \"$ADTOP_SIM\" --exit-on-eof %s </dev/null 2>&1",
             arguments);
    FILE *pipe = popen(command, "r");
    assert_non_null(pipe);
    size_t n = fread(out, 1, size - 1, pipe);
    out[n] = '\0';
    int status = pclose(pipe);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void test_wrong_options_are_one_clear_line(void **state)
{
    (void)state;
    static const struct {
        const char *arguments;
        int code;
        const char *part;
    } cases[] = {
        {"--port abc",                2, "port: abc: give a whole number from 0 to 65535"},
        {"--scale 1.5",               2, "scale: 1.5: give a whole number"               },
        {"--scale nan",               2, "scale: nan"                                    },
        {"--limits-scale 0",          2, "limits-scale"                                  },
        {"--clock-speed 0@1",         2, "clock speed"                                   },
        {"--access-tier gold",        2, "access-tier: gold"                             },
        {"--wish 3",                  2, "no such option: wish"                          },
        {"word",                      2, "not an option"                                 },
        {"--token",                   2, "needs a value"                                 },
        {"--scenario nope",           1, "none of that name built in"                    },
        {"--state /nonexistent/file", 1, "could not be written"                          },
        {"--big-account 2",           1, "big account"                                   },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char out[1024];
        int code = run(cases[i].arguments, out, sizeof out);
        const char *line = strchr(out, '\n');
        if (code != cases[i].code || strncmp(out, "adtop-sim: ", 11) != 0 || line == NULL ||
            line[1] != '\0' || strstr(out, cases[i].part) == NULL) {
            fail_msg("%s: exit %d: %s", cases[i].arguments, code, out);
        }
    }
}

static void test_a_taken_port_is_refused(void **state)
{
    (void)state;
    const char *const none[] = {NULL};
    struct sim sim;
    char arguments[64], out[1024];
    sim_start(&sim, none);
    snprintf(arguments, sizeof arguments, "--port %s", strrchr(sim.url, ':') + 1);
    assert_int_equal(run(arguments, out, sizeof out), 1);
    assert_non_null(strstr(out, "is it taken?"));
    sim_stop(&sim);
}

struct wire {
    long status;
    char headers[16384], body[1 << 16];
    size_t header_len, body_len;
};

static size_t keep(char *at, size_t *used, size_t size, const char *data, size_t n)
{
    size_t room = size - 1 - *used;
    memcpy(at + *used, data, n < room ? n : room);
    *used += n < room ? n : room;
    at[*used] = '\0';
    return n;
}
static size_t on_header(char *data, size_t one, size_t n, void *ctx)
{
    struct wire *wire = ctx;
    return keep(wire->headers, &wire->header_len, sizeof wire->headers, data, one * n);
}
static size_t on_body(char *data, size_t one, size_t n, void *ctx)
{
    struct wire *wire = ctx;
    return keep(wire->body, &wire->body_len, sizeof wire->body, data, one * n);
}

/* header: one more, or NULL. */
static void ask(CURL *curl, const struct sim *sim, const char *method, const char *path,
                const char *header, struct wire *wire)
{
    char url[512];
    struct curl_slist *headers = curl_slist_append(NULL, "Authorization: Bearer t");
    memset(wire, 0, sizeof *wire);
    snprintf(url, sizeof url, "%s%s", sim->url, path);
    if (header) {
        headers = curl_slist_append(headers, header);
    }
    curl_easy_reset(curl);
    curl_easy_setopt(curl, CURLOPT_URL, url);
    curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, method);
    curl_easy_setopt(curl, CURLOPT_NOBODY, strcmp(method, "HEAD") == 0 ? 1L : 0L);
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, on_header);
    curl_easy_setopt(curl, CURLOPT_HEADERDATA, wire);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, wire);
    assert_int_equal(curl_easy_perform(curl), CURLE_OK);
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &wire->status);
    curl_slist_free_all(headers);
}

static void test_what_the_wire_shows(void **state)
{
    (void)state;
    static struct wire wire;
    static const char path[] = "/v24.0/me/adaccounts?fields=id,name,currency";
    const char *const args[] = {"--evolution", "0", NULL};
    char known[128], etag[100] = "";
    struct sim sim;
    sim_start(&sim, args);
    CURL *curl = curl_easy_init();
    ask(curl, &sim, "GET", path, NULL, &wire);
    assert_int_equal(wire.status, 200);
    assert_non_null(strstr(wire.headers, "X-Ad-Api-Version-Warning: The call has been auto-"));
    assert_non_null(strstr(wire.headers, "Vary: Accept-Encoding"));
    assert_null(strstr(wire.headers, "Content-Encoding"));
    const char *at = strstr(wire.headers, "ETag: ");
    assert_non_null(at);
    assert_int_equal(sscanf(at, "ETag: %80s", etag), 1);
    snprintf(known, sizeof known, "If-None-Match: %s", etag);
    ask(curl, &sim, "GET", path, known, &wire);
    assert_int_equal(wire.status, 304);
    assert_int_equal(wire.body_len, 0);
    ask(curl, &sim, "HEAD", path, NULL, &wire);
    assert_int_equal(wire.status, 200);
    assert_int_equal(wire.body_len, 0);
    ask(curl, &sim, "GET", path, "Accept-Encoding: gzip", &wire);
    assert_non_null(strstr(wire.headers, "Content-Encoding: gzip"));
    assert_memory_equal(wire.body, "\x1f\x8b", 2);
    curl_easy_cleanup(curl);
    sim_stop(&sim);
}

static void test_a_body_beyond_measure_is_413_and_empty(void **state)
{
    (void)state;
    enum { SIZE = 17 << 20 };
    static struct wire wire;
    const char *const none[] = {NULL};
    struct sim sim;
    char url[128], *body = malloc(SIZE);
    assert_non_null(body);
    memset(body, 'a', SIZE);
    sim_start(&sim, none);
    snprintf(url, sizeof url, "%s/v26.0/me", sim.url);
    CURL *curl = curl_easy_init();
    curl_easy_setopt(curl, CURLOPT_URL, url);
    curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body);
    curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE, (long)SIZE);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, &wire);
    assert_int_equal(curl_easy_perform(curl), CURLE_OK);
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &wire.status);
    assert_int_equal(wire.status, 413);
    assert_int_equal(wire.body_len, 0);
    free(body);
    ask(curl, &sim, "GET", "/v26.0/me", NULL, &wire);
    assert_int_equal(wire.status, 200);
    curl_easy_cleanup(curl);
    sim_stop(&sim);
}

/* Data, limiters and reports are there again after a restart. */
static void test_state_outlives_the_program(void **state)
{
    (void)state;
    static struct wire wire;
    struct state room;
    struct sim sim;
    char path[200], clock[40], run_path[200];
    state_make(&room);
    snprintf(path, sizeof path, "%s/sim.json", room.dir);
    snprintf(clock, sizeof clock, "1@%d", 1795000000);
    const char *const args[] = {"--state", path, "--clock-speed", clock, "--seed", "7", NULL};
    CURL *curl = curl_easy_init();
    sim_start(&sim, args);
    struct json_doc *before = sim_get(&sim, "/sim/truth?until=2026-11-10");
    char account[40];
    snprintf(
        account, sizeof account, "%s",
        json_text(json_get(json_first(json_get(json_root(before), "accounts")), "account_id")));
    json_free(sim_post(&sim, "/sim/mutate",
                       "{\"op\":\"account_name\",\"id\":\"account:0\","
                       "\"name\":\"Renamed\"}"));
    snprintf(run_path, sizeof run_path, "/v26.0/%s/insights?level=account", account);
    ask(curl, &sim, "POST", run_path, "Content-Length: 0", &wire);
    assert_int_equal(wire.status, 200);
    const char *digits = strpbrk(wire.body, "0123456789");
    snprintf(run_path, sizeof run_path, "/v26.0/%.*s", (int)strspn(digits, "0123456789"), digits);
    sim_stop(&sim);
    sim_start(&sim, args);
    struct json_doc *after = sim_get(&sim, "/sim/truth?until=2026-11-10");
    assert_string_equal(
        json_text(json_get(json_first(json_get(json_root(after), "accounts")), "name")), "Renamed");
    ask(curl, &sim, "GET", run_path, NULL, &wire);
    assert_int_equal(wire.status, 200);
    json_free(before);
    json_free(after);
    curl_easy_cleanup(curl);
    sim_stop(&sim);
    state_remove(&room);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_wrong_options_are_one_clear_line),
        cmocka_unit_test(test_a_taken_port_is_refused),
        cmocka_unit_test(test_what_the_wire_shows),
        cmocka_unit_test(test_a_body_beyond_measure_is_413_and_empty),
        cmocka_unit_test(test_state_outlives_the_program),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
