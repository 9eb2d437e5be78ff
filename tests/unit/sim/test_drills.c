/* Limits as a client meets them, reports, batches, faults, scenarios, saved state. */
#include "sim_fixture.h"

#include <unistd.h>

#include "base/embed.h"
#include "sim/control/state.h"
#include "sim/drill/fault.h"
#include "sim/drill/scenario.h"

static void as_development(struct sim_options *options)
{
    options->tier = ACCESS_DEVELOPMENT;
}

static int64_t header_i64(const struct answer *answer, const char *header, const char *key)
{
    const char *text = reply_get_header(&answer->reply, header);
    int64_t value = -1;
    if (text != NULL) {
        struct json_doc *doc = json_parse(text, strlen(text), NULL, NULL);
        const struct json *node = json_root(doc);
        /* The use-case header nests: {"<account>":[{...}]}. */
        if (json_type(json_first(node)) == JSON_ARRAY) {
            node = json_first(json_first(node));
        }
        json_i64(json_get(node, key), &value);
        json_free(doc);
    }
    return value;
}

static void test_account_throttle_and_its_end(void **state)
{
    (void)state;
    struct sim *sim = fixture_create_with(as_development);
    struct answer answer;
    get(sim, &answer, "/v26.0/{A}?fields=name");
    assert_null(reply_get_header(&answer.reply, "x-app-usage"));
    assert_non_null(reply_get_header(&answer.reply, "x-ad-account-usage")); /* 1 of 60 */
    answer_free(&answer);
    for (int i = 0; i < 59; i++) {
        assert_int_equal(quick(sim, "GET", "/v26.0/{A}", NULL), 200);
    }
    get(sim, &answer, "/v26.0/{A}");
    assert_int_equal(answer.reply.status, 400);
    assert_int_equal(answer.reply.code, 17);
    assert_int_equal(answer.reply.subcode, 2446079);
    assert_int_equal(header_i64(&answer, "x-ad-account-usage", "reset_time_duration"), 300);
    answer_free(&answer);
    assert_int_equal(quick(sim, "GET", "/v26.0/me", NULL), 200);
    fixture_advance(sim, 100000); /* a call in the block starts it anew */
    assert_int_equal(quick(sim, "GET", "/v26.0/{A}", NULL), 400);
    fixture_advance(sim, 299000);
    get(sim, &answer, "/sim/limits");
    const struct json *score =
        json_get(json_first(json_get(root(&answer), "accounts")), "score");
    assert_int_equal(member_i64(score, "blocked_until_ms"), T0 + 400000);
    answer_free(&answer);
    fixture_advance(sim, 1000);
    assert_int_equal(quick(sim, "GET", "/v26.0/{A}", NULL), 200);
    get(sim, &answer, "/sim/stats");
    assert_int_equal(member_i64(root(&answer), "calls_while_blocked"), 1);
    assert_int_equal(member_i64(json_get(root(&answer), "throttled"), "account"), 2);
    answer_free(&answer);
    sim_destroy(sim);
}

static void test_each_limiter_has_its_error(void **state)
{
    (void)state;
    static const struct {
        const char *setting, *url;
        int status, code, subcode;
        const char *header, *key;
    } cases[] = {
        {"{\"management_calls\":2,\"management_per_active_ad\":0}", "/v26.0/{A}/ads?limit=1", 400,
         80004, 2446079, "x-business-use-case-usage", "estimated_time_to_regain_access"},
        {"{\"insights_calls\":2,\"insights_per_active_ad\":0}", "/v26.0/{A}/insights", 400, 80000,
         2446079, "x-business-use-case-usage", "estimated_time_to_regain_access"},
        {"{\"insights_cpu_ms\":20}", "/v26.0/{A}/insights", 400, 80000, 2446079,
         "x-business-use-case-usage", "total_cputime"},
        {"{\"app_calls\":2}", "/v26.0/me", 403, 4, 0, "x-app-usage", "call_count"},
        {"{\"app_load_ms\":20}", "/v26.0/{A}/insights", 400, 4, 1504022,
         "x-fb-ads-insights-throttle", "app_id_util_pct"},
        {"{\"account_load_ms\":20}", "/v26.0/{A}/insights", 400, 4, 1504022,
         "x-fb-ads-insights-throttle", "acc_id_util_pct"},
        {"{\"account_max\":2}", "/v26.0/{A}/insights", 400, 17, 2446079, "x-ad-account-usage",
         "reset_time_duration"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct sim *sim = fixture_create();
        struct answer answer;
        assert_int_equal(quick(sim, "POST", "/sim/set", cases[i].setting), 200);
        int calls = 0;
        while (quick(sim, "GET", cases[i].url, NULL) == 200 && calls < 5) {
            calls++;
        }
        assert_int_equal(calls, 2);
        get(sim, &answer, cases[i].url);
        assert_int_equal(answer.reply.status, cases[i].status);
        assert_int_equal(answer.reply.code, cases[i].code);
        assert_int_equal(answer.reply.subcode, cases[i].subcode);
        assert_non_null(reply_get_header(&answer.reply, cases[i].header));
        assert_non_null(strstr(reply_get_header(&answer.reply, cases[i].header), cases[i].key));
        answer_free(&answer);
        sim_destroy(sim);
    }
}

static void test_usage_header_styles(void **state)
{
    (void)state;
    static const struct {
        const char *fault, *header, *part; /* part NULL = the header is absent */
    } cases[] = {
        {"{\"kind\":\"header_strings\"}", "x-ad-account-usage", "\"acc_id_util_pct\":\"3.33\""},
        {"{\"kind\":\"header_over\"}", "x-app-usage", "\"call_count\":118"},
        {"{\"kind\":\"header_stuck\",\"header\":\"x-fb-ads-insights-throttle\"}",
         "x-fb-ads-insights-throttle", "\"acc_id_util_pct\":100"},
        {"{\"kind\":\"header_garbage\"}", "x-ad-account-usage", "{\"call_count\":"},
        {"{\"kind\":\"header_absent\"}", "x-ad-account-usage", NULL},
        {"{\"kind\":\"header_over\",\"pct\":250}", "x-business-use-case-usage", ":250"},
        {"{\"kind\":\"latency\",\"ms\":5}", "x-ad-account-usage", "\"acc_id_util_pct\":3.33,"
                                                                  "\"reset_time_duration\":10"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct sim *sim = fixture_create_with(as_development);
        struct answer answer;
        assert_int_equal(quick(sim, "GET", "/v26.0/{A}", NULL), 200);
        assert_int_equal(quick(sim, "POST", "/sim/fault", cases[i].fault), 200);
        get(sim, &answer, "/v26.0/{A}/insights?breakdowns=age");
        const char *value = reply_get_header(&answer.reply, cases[i].header);
        assert_int_equal(value != NULL, cases[i].part != NULL);
        if (value != NULL && strstr(value, cases[i].part) == NULL) {
            fail_msg("%s: %s", cases[i].fault, value);
        }
        answer_free(&answer);
        sim_destroy(sim);
    }
}

static void test_report_life(void **state)
{
    (void)state;
    struct sim *sim = fixture_create();
    struct answer answer;
    char url[200], run[40];
    post(sim, &answer, "/v26.0/{A}/insights",
         "level=ad&time_increment=1&date_preset=last_7d&fields=ad_id,spend");
    snprintf(run, sizeof run, "%s", json_text(json_get(root(&answer), "report_run_id")));
    answer_free(&answer);
    static const char *const order[] = {"Job Not Started", "Job Started", "Job Running",
                                        "Job Completed"};
    size_t at = 0;
    snprintf(url, sizeof url, "/v26.0/%s", run);
    char rows_url[200];
    snprintf(rows_url, sizeof rows_url, "/v26.0/%s/insights?limit=100", run);
    assert_int_equal(quick(sim, "GET", rows_url, NULL), 400);
    for (int i = 0; i < 400 && at < 3; i++) {
        get(sim, &answer, url);
        const char *status = json_text(json_get(root(&answer), "async_status"));
        while (at < 3 && strcmp(status, order[at]) != 0) {
            at++;
        }
        assert_string_equal(status, order[at]);
        assert_int_equal(member_i64(root(&answer), "async_percent_completion") == 100, at == 3);
        answer_free(&answer);
        fixture_advance(sim, 200);
    }
    assert_int_equal(at, 3);
    get(sim, &answer, rows_url);
    assert_int_equal(json_size(data(&answer)), 100);
    assert_non_null(next_cursor(&answer));
    answer_free(&answer);
    fixture_advance(sim, 31ll * 86400000);
    get(sim, &answer, url);
    assert_int_equal(answer.reply.subcode, 33);
    answer_free(&answer);
    sim_destroy(sim);
}

static void test_report_fates(void **state)
{
    (void)state;
    static const struct {
        const char *fault, *status;
        int code, subcode;
    } cases[] = {
        {"{\"kind\":\"run_failed\"}", "Job Failed", -2, 2490547},
        {"{\"kind\":\"run_failed\",\"code\":-3,\"subcode\":1504045}", "Job Failed", -3, 1504045},
        {"{\"kind\":\"run_skipped\"}", "Job Skipped", 0, 0},
        {"{\"kind\":\"run_stalled\",\"pct\":40}", "Job Running", 0, 0},
        {"{\"kind\":\"run_slow\",\"ms\":7200000}", "Job Running", 0, 0},
        {"{\"kind\":\"bare_ids\"}", "Job Completed", 0, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct sim *sim = fixture_create();
        struct answer answer;
        char url[200], run[40] = "";
        assert_int_equal(quick(sim, "POST", "/sim/fault", cases[i].fault), 200);
        post(sim, &answer, "/v26.0/{A}/insights", "level=ad");
        assert_true(json_decimal(json_get(root(&answer), "report_run_id"), run, sizeof run));
        answer_free(&answer);
        fixture_advance(sim, 3600000);
        snprintf(url, sizeof url, "/v26.0/%s", run);
        get(sim, &answer, url);
        assert_string_equal(json_text(json_get(root(&answer), "async_status")), cases[i].status);
        assert_int_equal(member_i64(root(&answer), "error_code"), cases[i].code);
        assert_int_equal(member_i64(root(&answer), "error_subcode"), cases[i].subcode);
        answer_free(&answer);
        sim_destroy(sim);
    }
}

static void test_batch(void **state)
{
    (void)state;
    struct sim *sim = fixture_create();
    struct answer answer;
    char body[600];
    snprintf(body, sizeof body,
             "batch=[{\"method\":\"GET\",\"relative_url\":\"%s?fields=name\"},"
             "{\"method\":\"GET\",\"relative_url\":\"/v25.0/77\"},{\"method\":\"GET\"},"
             "{\"method\":\"GET\",\"relative_url\":\"%s/ads?limit=2\"}]",
             sim->accounts[0].account_id, sim->accounts[1].account_id);
    for (char *c = body + 6; *c != '\0'; c++) {
        *c = *c == '&' ? ' ' : *c;
    }
    post(sim, &answer, "/v26.0/", body);
    assert_int_equal(answer.reply.status, 200);
    static const int codes[] = {200, 400, 400, 200};
    size_t i = 0;
    for (const struct json *item = json_first(root(&answer)); item != NULL;
         item = json_next(item), i++) {
        assert_int_equal(member_i64(item, "code"), codes[i]);
        const char *text = json_text(json_get(item, "body"));
        struct json_doc *doc = json_parse(text, strlen(text), NULL, NULL);
        assert_non_null(doc);
        assert_int_equal(json_get(json_root(doc), "error") != NULL, codes[i] == 400);
        json_free(doc);
    }
    assert_int_equal(i, 4);
    answer_free(&answer);
    get(sim, &answer, "/sim/stats"); /* an item that is no call is none */
    assert_int_equal(member_i64(root(&answer), "calls"), 3);
    assert_int_equal(member_i64(root(&answer), "batch_items"), 3);
    answer_free(&answer);
    sim_destroy(sim);
}

static void test_batch_faults(void **state)
{
    (void)state;
    static const struct {
        const char *fault, *body;
    } cases[] = {
        {"{\"kind\":\"batch_null\",\"skip\":1,\"count\":1}", "null"},
        {"{\"kind\":\"batch_empty\",\"skip\":1,\"count\":1}", "{}"},
        {"{\"kind\":\"batch_960\",\"skip\":1,\"count\":1}", "\\\"code\\\":960"},
        {"{\"kind\":\"batch_whole\"}", "{\"error\":{"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct sim *sim = fixture_create();
        struct answer answer;
        assert_int_equal(quick(sim, "POST", "/sim/fault", cases[i].fault), 200);
        post(sim, &answer, "/v26.0/",
             "batch=[{\"method\":\"GET\",\"relative_url\":\"me\"},{\"method\":\"GET\","
             "\"relative_url\":\"me\"}]&include_headers=false");
        assert_non_null(strstr(str_text(&answer.reply.body), cases[i].body));
        answer_free(&answer);
        sim_destroy(sim);
    }
}

/* What every kind of fault makes of a call; a kind without a row fails the test. */
static void test_every_fault_kind_strikes(void **state)
{
    (void)state;
    static const struct {
        enum fault_kind kind;
        const char *keys;   /* more than the kind */
        const char *method; /* NULL = GET */
        const char *url;
    } cases[] = {
        {FAULT_API_ERROR, ",\"code\":613,\"subcode\":1487742", NULL, "/v26.0/{A}/ads"},
        {FAULT_REDUCE, ",\"limit\":100", NULL, "/v26.0/{A}/ads?limit=101"},
        {FAULT_UNKNOWN, "", NULL, "/v26.0/{A}/ads"},
        {FAULT_UNAVAILABLE, "", NULL, "/v26.0/{A}/ads"},
        {FAULT_TOKEN, ",\"subcode\":460", NULL, "/v26.0/{A}/ads"},
        {FAULT_SILENT_17, "", NULL, "/v26.0/{A}/ads"},
        {FAULT_HTML_404, "", NULL, "/v26.0/{A}/ads"},
        {FAULT_HTML_500, "", NULL, "/v26.0/{A}/ads"},
        {FAULT_HTML_502, "", NULL, "/v26.0/{A}/ads"},
        {FAULT_EMPTY_200, "", NULL, "/v26.0/{A}/ads"},
        {FAULT_TEXT_200, "", NULL, "/v26.0/{A}/ads"},
        {FAULT_STRING_200, "", NULL, "/v26.0/{A}/ads"},
        {FAULT_LATENCY, ",\"ms\":20", NULL, "/v26.0/{A}/ads"},
        {FAULT_RESET, "", NULL, "/v26.0/{A}/ads"},
        {FAULT_TRUNCATE, "", NULL, "/v26.0/{A}/ads"},
        {FAULT_STALL, "", NULL, "/v26.0/{A}/ads"},
        {FAULT_DROP_ROW, "", NULL, "/v26.0/{A}/ads?limit=5&after={C}"},
        {FAULT_DUPLICATE_ROW, "", NULL, "/v26.0/{A}/ads?limit=5&after={C}"},
        {FAULT_EMPTY_PAGE, "", NULL, "/v26.0/{A}/ads"},
        {FAULT_ENDLESS_EMPTY, "", NULL, "/v26.0/{A}/ads?limit=1000"},
        {FAULT_SHORT_PAGE, "", NULL, "/v26.0/{A}/ads"},
        {FAULT_CURSOR, "", NULL, "/v26.0/{A}/ads?limit=5&after={C}"},
        {FAULT_CURSOR_DEPTH, "", NULL, "/v26.0/{A}/ads?limit=5&after={C}"},
        {FAULT_MAX_LIMIT, ",\"limit\":3", NULL, "/v26.0/{A}/ads"},
        {FAULT_IGNORE_FILTER, "", NULL,
         "/v26.0/{A}/ads?filtering=[{\"field\":\"ad.id\",\"operator\":\"IN\",\"value\":[1]}]"},
        {FAULT_FIELD_UNKNOWN, "", NULL, "/v26.0/{A}/ads"},
        {FAULT_FIELD_MISSING, ",\"field\":\"name\"", NULL, "/v26.0/{A}/ads?fields=name"},
        {FAULT_FIELD_REJECTED, ",\"field\":\"name\"", NULL, "/v26.0/{A}/ads?fields=name"},
        {FAULT_FIELD_TYPE, ",\"field\":\"name\"", NULL, "/v26.0/{A}/ads?fields=name"},
        {FAULT_BARE_IDS, "", "POST", "/v26.0/{A}/insights"},
        {FAULT_RUN_RACE, "", NULL, "/v26.0/{R}"},
        {FAULT_RUN_STALLED, "", "POST", "/v26.0/{A}/insights"},
        {FAULT_RUN_SKIPPED, "", "POST", "/v26.0/{A}/insights"},
        {FAULT_RUN_FAILED, "", "POST", "/v26.0/{A}/insights"},
        {FAULT_RUN_EMPTY, "", NULL, "/v26.0/{R}/insights"},
        {FAULT_RUN_SLOW, ",\"ms\":9", "POST", "/v26.0/{A}/insights"},
        {FAULT_RUN_EXPIRED, "", NULL, "/v26.0/{R}"},
        {FAULT_BATCH_NULL, "", "POST", "/v26.0/?batch=[{\"relative_url\":\"me\"}]"},
        {FAULT_BATCH_EMPTY, "", "POST", "/v26.0/?batch=[{\"relative_url\":\"me\"}]"},
        {FAULT_BATCH_960, "", "POST", "/v26.0/?batch=[{\"relative_url\":\"me\"}]"},
        {FAULT_BATCH_WHOLE, "", "POST", "/v26.0/?batch=[{\"relative_url\":\"me\"}]"},
        {FAULT_BATCH_NO_HEADERS, "", "POST", "/v26.0/?batch=[{\"relative_url\":\"me\"}]"},
        {FAULT_HEADER_STRINGS, "", NULL, "/v26.0/{A}/insights"},
        {FAULT_HEADER_GARBAGE, "", NULL, "/v26.0/{A}/insights"},
        {FAULT_HEADER_OVER, "", NULL, "/v26.0/{A}/insights"},
        {FAULT_HEADER_STUCK, ",\"pct\":70", NULL, "/v26.0/{A}/insights"},
        {FAULT_HEADER_ABSENT, "", NULL, "/v26.0/{A}/insights"},
        {FAULT_HEADER_TWICE, "", NULL, "/v26.0/{A}/ads"},
        {FAULT_VERSION_WARNING, "", NULL, "/v25.0/{A}/ads"},
        {FAULT_CLOCK_SKEW, ",\"ms\":90000", NULL, "/v26.0/{A}/ads"},
    };
    bool seen[FAULT_KIND_COUNT] = {false};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct sim *sim = fixture_create_with(as_development);
        struct answer before, after, answer;
        char url[600], fault[300], run[40] = "", cursor[128] = "";
        get(sim, &answer, "/v26.0/{A}/ads?limit=5");
        snprintf(cursor, sizeof cursor, "%s", next_cursor(&answer));
        answer_free(&answer);
        post(sim, &answer, "/v26.0/{A}/insights", "level=ad&date_preset=last_3d");
        snprintf(run, sizeof run, "%s", json_text(json_get(root(&answer), "report_run_id")));
        answer_free(&answer);
        fixture_advance(sim, 3600000);
        snprintf(url, sizeof url, "%s", cases[i].url);
        char *mark = strstr(url, "{C}");
        const char *with = mark != NULL ? cursor : run;
        mark = mark != NULL ? mark : strstr(url, "{R}");
        if (mark != NULL) {
            char rest[300];
            snprintf(rest, sizeof rest, "%s", mark + 3);
            snprintf(mark, sizeof url - (size_t)(mark - url), "%s%s", with, rest);
        }
        const char *method = cases[i].method != NULL ? cases[i].method : "GET";
        call_as(sim, &before, method, url, NULL, "tok");
        snprintf(fault, sizeof fault, "{\"kind\":\"%s\",\"count\":1%s}",
                 fault_kind_name(cases[i].kind), cases[i].keys);
        assert_int_equal(quick(sim, "POST", "/sim/fault", fault), 200);
        call_as(sim, &after, method, url, NULL, "tok");
        struct fault list[2];
        assert_int_equal(faults_list(sim->faults, list, 2), 1);
        if (list[0].hits != 1) {
            fail_msg("%s did not strike", fault);
        }
        seen[cases[i].kind] = true;
        answer_free(&before);
        answer_free(&after);
        sim_destroy(sim);
    }
    for (int kind = 0; kind < FAULT_KIND_COUNT; kind++) {
        if (!seen[kind]) {
            fail_msg("no case for %s", fault_kind_name((enum fault_kind)kind));
        }
        assert_true(strlen(fault_kind_help((enum fault_kind)kind)) > 5);
    }
}

static void test_fault_matches_time_class_and_count(void **state)
{
    (void)state;
    struct sim *sim = fixture_create();
    struct answer answer;
    assert_int_equal(quick(sim, "POST", "/sim/fault",
                           "[{\"kind\":\"unknown\",\"class\":\"ads\",\"account\":\"account:0\","
                           "\"from\":\"+1m\",\"until\":\"+2m\",\"skip\":1,\"count\":2}]"),
                     200);
    static const struct {
        int64_t advance_ms;
        const char *url;
        int status;
    } steps[] = {
        {0, "/v26.0/{A}/ads", 200},      {60000, "/v26.0/{A}/adsets", 200},
        {0, "/v26.0/{A}/ads", 200},      {0, "/v26.0/{A}/ads", 500},
        {0, "/v26.0/{A}/ads", 500},      {0, "/v26.0/{A}/ads", 200},
        {60000, "/v26.0/{A}/ads", 200},
    };
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        fixture_advance(sim, steps[i].advance_ms);
        assert_int_equal(quick(sim, "GET", steps[i].url, NULL), steps[i].status);
    }
    static const char *const refused[] = {
        "{}", "{\"kind\":\"nothing\"}", "{\"kind\":\"reset\",\"colour\":1}",
        "{\"kind\":\"reset\",\"count\":\"many\"}", "{\"kind\":\"reset\",\"from\":\"soon\"}",
        "not json"};
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
        post(sim, &answer, "/sim/fault", refused[i]);
        assert_int_equal(answer.reply.status, 400);
        assert_non_null(json_text(json_get(root(&answer), "error")));
        answer_free(&answer);
    }
    assert_int_equal(quick(sim, "DELETE", "/sim/fault", NULL), 200);
    struct fault list[4];
    assert_int_equal(faults_list(sim->faults, list, 4), 0);
    sim_destroy(sim);
}

/* Rows of a paged listing, and how often the one most repeated came. */
static size_t list_rows(struct sim *sim, const char *url, size_t *pages)
{
    char after[128] = "", full[1000];
    size_t rows = 0;
    *pages = 0;
    do {
        struct answer answer;
        snprintf(full, sizeof full, "%s%s%s", url, after[0] != '\0' ? "&after=" : "", after);
        get(sim, &answer, full);
        rows += json_size(data(&answer));
        const char *next = next_cursor(&answer);
        snprintf(after, sizeof after, "%s", next != NULL ? next : "");
        answer_free(&answer);
        (*pages)++;
    } while (after[0] != '\0' && *pages < 60);
    return rows;
}

static void test_paging_faults(void **state)
{
    (void)state;
    static const struct {
        const char *fault;
        int rows, pages; /* more than without */
    } cases[] = {
        {"{\"kind\":\"drop_row\",\"count\":1}", -1, 0},
        {"{\"kind\":\"duplicate_row\",\"count\":1}", 1, 0},
        {"{\"kind\":\"empty_page\",\"count\":1,\"skip\":1}", 0, 1},
        {"{\"kind\":\"endless_empty\"}", 0, 50},
    };
    static const char *const urls[] = {
        "/v26.0/{A}/ads?limit=50",
        "/v26.0/{A}/insights?level=ad&time_increment=1&date_preset=last_3d&limit=50"};
    for (size_t u = 0; u < sizeof urls / sizeof urls[0]; u++) {
        for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
            struct sim *sim = fixture_create();
            size_t pages, pages_after;
            size_t rows = list_rows(sim, urls[u], &pages);
            assert_true(pages > 2);
            assert_int_equal(quick(sim, "POST", "/sim/fault", cases[i].fault), 200);
            assert_int_equal((int)list_rows(sim, urls[u], &pages_after), (int)rows + cases[i].rows);
            if (cases[i].pages == 50) {
                assert_int_equal(pages_after, 60);
            } else {
                assert_true(pages_after >= pages + (size_t)cases[i].pages);
            }
            sim_destroy(sim);
        }
    }
}

static void test_mutations_show(void **state)
{
    (void)state;
    struct sim *sim = fixture_create();
    struct answer answer;
    char body[300], url[100];
    get(sim, &answer, "/v26.0/{A}/campaigns?limit=1&effective_status=[\"ACTIVE\"]");
    const char *id = json_text(json_get(json_first(data(&answer)), "id"));
    snprintf(url, sizeof url, "/v26.0/%s?fields=name,effective_status", id);
    snprintf(body, sizeof body, "{\"op\":\"set_status\",\"id\":\"%s\",\"status\":\"PAUSED\"}", id);
    answer_free(&answer);
    fixture_advance(sim, 1000);
    assert_int_equal(quick(sim, "POST", "/sim/mutate", body), 200);
    get(sim, &answer, url);
    assert_string_equal(json_text(json_get(root(&answer), "effective_status")), "PAUSED");
    answer_free(&answer);
    post(sim, &answer, "/sim/mutate",
         "{\"op\":\"create\",\"id\":\"account:0\",\"kind\":\"campaign\",\"status\":\"ACTIVE\","
         "\"name\":\"Brand new\"}");
    snprintf(url, sizeof url, "/v26.0/%s?fields=name", json_text(json_get(root(&answer), "id")));
    answer_free(&answer);
    get(sim, &answer, url);
    assert_string_equal(json_text(json_get(root(&answer), "name")), "Brand new");
    answer_free(&answer);
    assert_int_equal(quick(sim, "POST", "/sim/mutate", "{\"op\":\"explode\"}"), 400);
    assert_int_equal(quick(sim, "POST", "/sim/mutate", "{\"id\":\"5\"}"), 400);
    sim_destroy(sim);
}

static void test_state_survives(void **state)
{
    (void)state;
    char path[] = "/tmp/adtop-sim-state-XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    close(fd);
    unlink(path);
    struct sim *sim = fixture_create_with(as_development);
    struct answer answer;
    struct err err = {0};
    char run[40], url[100];
    sim->options.state = path;
    for (int i = 0; i < 61; i++) {
        quick(sim, "GET", "/v26.0/{A}/ads?limit=1", NULL);
    }
    fixture_advance(sim, 1000);
    assert_int_equal(quick(sim, "POST", "/sim/mutate",
                           "{\"op\":\"account_name\",\"id\":\"account:1\",\"name\":\"Kept\"}"),
                     200);
    snprintf(url, sizeof url, "/v26.0/%s/insights", sim->accounts[1].account_id);
    post(sim, &answer, url, "level=ad");
    snprintf(run, sizeof run, "%s", json_text(json_get(root(&answer), "report_run_id")));
    answer_free(&answer);
    assert_true(state_save(sim, &err));
    struct sim *again = fixture_create_with(as_development);
    again->options.state = path;
    assert_true(state_load(again, &err));
    fixture_advance(again, 1000);
    assert_int_equal(quick(again, "GET", "/v26.0/{A}/ads?limit=1", NULL), 400); /* still blocked */
    snprintf(url, sizeof url, "/v26.0/%s", run);
    assert_int_equal(quick(again, "GET", url, NULL), 200);
    snprintf(url, sizeof url, "/v26.0/%s?fields=name", again->accounts[1].account_id);
    get(again, &answer, url);
    assert_string_equal(json_text(json_get(root(&answer), "name")), "Kept");
    answer_free(&answer);
    sim_destroy(sim);
    sim_destroy(again);
    unlink(path);
}

/* A scenario's text in a file; NULL when it is refused, with the reason in err. */
static struct sim *sim_of(const char *text, struct err *err)
{
    char path[] = "/tmp/adtop-sim-scenario-XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    close(fd);
    struct sim_options options;
    options_default(&options);
    options.clock = (struct clock){.speed = 0.0, .anchor_ms = T0};
    options.scenario = path;
    struct sim *sim = sim_create(&options, err);
    unlink(path);
    return sim;
}

static void test_scenario_plays(void **state)
{
    (void)state;
    struct err err = {0};
    struct sim *sim = sim_of("# head\n[sim]\nlatency = 7\naccess_tier = development\n"
                             "[limits]\naccount_max = 5\n"
                             "[fault f]\nkind = unknown\nclass = ads\nfrom = +1m\n"
                             "[mutate m]\nat = +2m\nop = account_name\nid = account:0\nname = Two\n"
                             "[set s]\nat = +3m\nlatency = 9\naccount_max = 1000\n",
                             &err);
    if (sim == NULL) {
        fail_msg("%s", err.message);
    }
    sim->clock.speed = 0.0;
    struct meter_view view;
    meter_view(sim->meter, -1, &view);
    assert_int_equal(view.tier, ACCESS_DEVELOPMENT);
    assert_int_equal((int)view.rates.score.max, 5);
    assert_int_equal((int)sim->latency_ms, 7);
    assert_int_equal(quick(sim, "GET", "/v26.0/{A}/ads", NULL), 200);
    fixture_advance(sim, 60000);
    assert_int_equal(quick(sim, "GET", "/v26.0/{A}/ads", NULL), 500);
    fixture_advance(sim, 60000);
    scenario_advance(sim->scenario, sim, sim_now(sim));
    struct answer answer;
    get(sim, &answer, "/v26.0/{A}?fields=name");
    assert_string_equal(json_text(json_get(root(&answer), "name")), "Two");
    answer_free(&answer);
    fixture_advance(sim, 60000);
    scenario_advance(sim->scenario, sim, sim_now(sim));
    meter_view(sim->meter, -1, &view);
    assert_int_equal((int)view.rates.score.max, 1000);
    assert_int_equal((int)sim->latency_ms, 9);
    sim_destroy(sim);
}

static void test_scenario_refused(void **state)
{
    (void)state;
    static const struct {
        const char *text, *part;
    } cases[] = {
        {"key = value\n", "line 1"},
        {"[sim]\nnonsense\n", "line 2"},
        {"[sim]\ncolour = red\n", "line 2"},
        {"[fault x]\nkind = nothing\n", "line 1"},
        {"[fault x]\nkind = reset\nwho = me\n", "line 3"},
        {"[limits]\nnothing = 1\n", "line 2"},
        {"[mutate x]\nat = whenever\nop = create\n", "line 2"},
        {"[party]\n", "no such section"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct err err = {0};
        assert_null(sim_of(cases[i].text, &err));
        if (strstr(err.message, cases[i].part) == NULL) {
            fail_msg("%s: %s", cases[i].text, err.message);
        }
    }
    struct err err = {0};
    assert_null(scenario_load("no-such-drill", &err));
}

static void test_scenarios_that_come_with_the_program(void **state)
{
    (void)state;
    size_t count = 0;
    const struct embed *embed = embed_next("data/scenarios/", NULL);
    for (; embed != NULL; embed = embed_next("data/scenarios/", embed)) {
        char name[64];
        struct err err = {0};
        struct sim_options options;
        options_default(&options);
        options.evolution_pct = 0;
        snprintf(name, sizeof name, "%.*s",
                 (int)strcspn(embed->name + strlen("data/scenarios/"), "."),
                 embed->name + strlen("data/scenarios/"));
        options.scenario = name;
        struct sim *sim = sim_create(&options, &err);
        if (sim == NULL) {
            fail_msg("%s: %s", name, err.message);
        }
        assert_int_equal(embed->data[0], '#'); /* what the person on call should see */
        assert_non_null(strstr(embed->data, "# Conclude:"));
        /* Whatever is due in the first day can be done. */
        sim->clock = (struct clock){.speed = 0.0, .anchor_ms = sim->start_ms};
        fixture_advance(sim, 86400000);
        scenario_advance(sim->scenario, sim, sim_now(sim));
        assert_int_not_equal(quick(sim, "GET", "/sim/limits", NULL), 0);
        sim_destroy(sim);
        count++;
    }
    assert_true(count >= 12);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_account_throttle_and_its_end),
        cmocka_unit_test(test_each_limiter_has_its_error),
        cmocka_unit_test(test_usage_header_styles),
        cmocka_unit_test(test_report_life),
        cmocka_unit_test(test_report_fates),
        cmocka_unit_test(test_batch),
        cmocka_unit_test(test_batch_faults),
        cmocka_unit_test(test_every_fault_kind_strikes),
        cmocka_unit_test(test_fault_matches_time_class_and_count),
        cmocka_unit_test(test_paging_faults),
        cmocka_unit_test(test_mutations_show),
        cmocka_unit_test(test_state_survives),
        cmocka_unit_test(test_scenario_plays),
        cmocka_unit_test(test_scenario_refused),
        cmocka_unit_test(test_scenarios_that_come_with_the_program),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
