/* What clients of other makes look at: methods, links between pages, ids to quote, header names. */
#include "sim_fixture.h"

#include "sim/api/page.h"

static void test_methods(void **state)
{
    (void)state;
    static const struct {
        const char *method, *url, *token;
        int status, code;
        const char *part;
    } cases[] = {
        {"HEAD",    "/v26.0/{A}/ads",                             "tok", 200, 0,    "data"                             },
        {"OPTIONS", "/v26.0/{A}/ads",                             NULL,  200, 0,    ""                                 },
        {"PUT",     "/v26.0/{A}/ads",                             "tok", 400, 100,  "Unsupported put request"          },
        {"GET",     "/",                                          "tok", 400, 100,  "Unsupported get request"          },
        {"GET",     "/v26.0/",                                    "tok", 400, 100,  "Unsupported get request"          },
        {"DELETE",  "/v26.0/{A}/campaigns",                       "tok", 403, 200,  "ads_management"                   },
        {"POST",    "/v26.0/{A}/ads?method=get",                  "tok", 200, 0,    "data"                             },
        {"GET",     "/v26.0/{A}/campaigns?method=post",           "tok", 403, 200,  "ads_management"                   },
        {"GET",     "/v26.0/me",                                  NULL,  400, 2500, "active access token"              },
        {"GET",     "/v26.0/{A}/ads",                             NULL,  400, 104,  "access token is required"         },
        {"GET",     "/v26.0/{A}/nothing",                         NULL,  400, 104,  "access token is required"         },
        {"GET",     "/v26.0/77/ads",                              "tok", 400, 100,  "ID '77' does not exist"           },
        {"GET",     "/v26.0/act_5/nothing",                       "tok", 400, 100,  "ID 'act_5' does not exist"        },
        {"GET",     "/v26.0/{A}?fields=",                         "tok", 200, 0,    "account_id"                       },
        {"GET",
         "/v26.0/{A}/"
         "insights?fields=['spend']&time_range={'since':'2026-11-01','until':'2026-11-03'}&"
         "breakdowns=['age']&filtering=[{'field':'ad.effective_status','operator':'IN','value':['"
         "ACTIVE']}]",                                            "tok", 200, 0,    "\"age\":"                         },
        {"GET",     "/v26.0/{A}/ads?effective_status=['ACTIVE']", "tok", 200, 0,    "data"                             },
        {"GET",     "/v26.0/insights?ids=1,2",                    "tok", 500, 100,  "ids query parameter is deprecated"},
    };
    struct sim *sim = fixture_create();
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct answer answer;
        call_as(sim, &answer, cases[i].method, cases[i].url, NULL, cases[i].token);
        if (answer.reply.status != cases[i].status || answer.reply.code != cases[i].code ||
            strstr(str_text(&answer.reply.body), cases[i].part) == NULL) {
            fail_msg("%s %s: %d %s", cases[i].method, cases[i].url, answer.reply.status,
                     str_text(&answer.reply.body));
        }
        answer_free(&answer);
    }
    sim_destroy(sim);
}

static void test_edges_name_the_object(void **state)
{
    (void)state;
    static const struct {
        const char *edge, *type;
    } cases[] = {
        {"campaigns", "Campaign"},
        {"adsets",    "AdSet"   },
        {"ads",       "Ad"      }
    };
    struct sim *sim = fixture_create();
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct answer answer;
        char url[200], part[60];
        snprintf(url, sizeof url, "/v26.0/{A}/%s?limit=1", cases[i].edge);
        get(sim, &answer, url);
        snprintf(url, sizeof url, "/v26.0/%s/nothing",
                 json_text(json_get(json_first(data(&answer)), "id")));
        answer_free(&answer);
        get(sim, &answer, url);
        snprintf(part, sizeof part, "field (nothing) on node type (%s)", cases[i].type);
        assert_non_null(strstr(str_text(&answer.reply.body), part));
        answer_free(&answer);
    }
    sim_destroy(sim);
}

static void test_a_creative_has_no_edges(void **state)
{
    (void)state;
    struct sim *sim = fixture_create();
    struct answer answer;
    char url[120];
    get(sim, &answer, "/v26.0/{A}/adcreatives?limit=1");
    snprintf(url, sizeof url, "/v26.0/%s/insights",
             json_text(json_get(json_first(data(&answer)), "id")));
    answer_free(&answer);
    get(sim, &answer, url);
    assert_non_null(
        strstr(str_text(&answer.reply.body), "field (insights) on node type (AdCreative)"));
    answer_free(&answer);
    sim_destroy(sim);
}

static void with_evolution(struct sim_options *options)
{
    options->evolution_pct = 100;
}

static size_t count_activities(struct sim *sim, const char *params, char id[32])
{
    struct answer answer;
    char url[300];
    snprintf(url, sizeof url, "/v26.0/{A}/activities?limit=1000&fields=object_id,event_type%s",
             params);
    get(sim, &answer, url);
    assert_int_equal(answer.reply.status, 200);
    size_t count = json_size(data(&answer));
    for (const struct json *row = json_first(data(&answer)); row != NULL; row = json_next(row)) {
        const char *type = json_text(json_get(row, "event_type"));
        const char *object = json_text(json_get(row, "object_id"));
        assert_true(strstr(params, "STATUS") == NULL || strstr(type, "run_status") != NULL);
        assert_true(strstr(params, "oid=") == NULL || strcmp(object, id) == 0);
        snprintf(id, 32, "%s", object);
    }
    answer_free(&answer);
    return count;
}

static void test_activities_by_category_and_object(void **state)
{
    (void)state;
    struct sim *sim = fixture_create_with(with_evolution);
    char id[32] = "", params[80];
    fixture_advance(sim, 5 * 86400000LL);
    size_t all = count_activities(sim, "", id);
    size_t status = count_activities(sim, "&category=STATUS", id);
    assert_true(all > status && status > 0);
    snprintf(params, sizeof params, "&oid=%s", id);
    size_t one = count_activities(sim, params, id);
    assert_true(one > 0 && one < all);
    assert_int_equal(count_activities(sim, "&category=AUDIENCE", id), 0);
    sim_destroy(sim);
}

static void test_ids_to_quote_are_unique(void **state)
{
    (void)state;
    enum { CALLS = 50 };
    char seen[CALLS][24];
    struct sim *sim = fixture_create();
    for (int i = 0; i < CALLS; i++) {
        struct answer answer;
        get(sim, &answer, "/v26.0/77");
        const char *id = json_text(json_get(json_get(root(&answer), "error"), "fbtrace_id"));
        assert_string_equal(id, reply_get_header(&answer.reply, "x-fb-trace-id"));
        snprintf(seen[i], sizeof seen[i], "%s", id);
        for (int k = 0; k < i; k++) {
            assert_string_not_equal(seen[k], seen[i]);
        }
        answer_free(&answer);
    }
    sim_destroy(sim);
}

static const char *link_of(const struct answer *answer, const char *key)
{
    return json_text(json_get(json_get(root(answer), "paging"), key));
}

/* The query of a link, to be asked as it stands. */
static void follow(struct sim *sim, struct answer *answer, const char *key)
{
    char url[4096];
    const char *link = link_of(answer, key);
    assert_non_null(link);
    assert_non_null(strstr(link, "access_token=tok"));
    snprintf(url, sizeof url, "%s", link + strlen(sim->base_url));
    answer_free(answer);
    call_as(sim, answer, "GET", url, NULL, NULL);
    assert_int_equal(answer->reply.status, 200);
}

static void test_previous_leads_back_over_the_same_pages(void **state)
{
    (void)state;
    static const char *const urls[] = {
        "/v26.0/{A}/ads?limit=60&fields=id",
        "/v26.0/me/adaccounts?limit=5&fields=id",
        "/v26.0/{A}/adcreatives?limit=400&fields=id",
        "/v26.0/{A}/insights?level=ad&time_increment=1&limit=300&fields=ad_id,spend",
    };
    struct sim *sim = fixture_create();
    for (size_t i = 0; i < sizeof urls / sizeof urls[0]; i++) {
        struct answer answer;
        struct str pages[32];
        size_t count = 0;
        get(sim, &answer, urls[i]);
        for (;; count++) {
            assert_true(count < 32);
            str_init(&pages[count], 1 << 20);
            str_add(&pages[count], str_text(&answer.reply.body));
            if (link_of(&answer, "next") == NULL) {
                break;
            }
            follow(sim, &answer, "next");
        }
        assert_true(count >= 2);
        for (size_t at = count; at > 0; at--) {
            follow(sim, &answer, "previous");
            const char *want = str_text(&pages[at - 1]);
            size_t rows = (size_t)(strstr(want, "\"paging\"") - want);
            assert_memory_equal(str_text(&answer.reply.body), want, rows);
        }
        assert_null(link_of(&answer, "previous"));
        answer_free(&answer);
        for (size_t at = 0; at <= count; at++) {
            str_fini(&pages[at]);
        }
    }
    sim_destroy(sim);
}

static void test_next_says_the_limit_and_each_parameter_once(void **state)
{
    (void)state;
    struct sim *sim = fixture_create();
    struct answer answer;
    get(sim, &answer, "/v26.0/{A}/ads");
    assert_non_null(strstr(link_of(&answer, "next"), "&limit=25&after="));
    answer_free(&answer);
    get(sim, &answer, "/v26.0/{A}/ads?limit=3&limit=2&fields=id,name,id,name");
    assert_int_equal(json_size(data(&answer)), 2);
    assert_null(strstr(link_of(&answer, "next"), "limit=3"));
    const char *twice = strstr(str_text(&answer.reply.body), "\"name\"");
    assert_non_null(twice);
    const char *row_end = strchr(twice, '}');
    const char *again = strstr(twice + 1, "\"name\"");
    assert_true(again > row_end);
    answer_free(&answer);
    sim_destroy(sim);
}

static void test_batch_items_have_capitalised_headers(void **state)
{
    (void)state;
    struct sim *sim = fixture_create();
    struct answer answer;
    post(sim, &answer, "/v26.0/",
         "batch=[{\"method\":\"GET\",\"relative_url\":\"me\"},{\"relative_url\":\"77\"}]");
    const char *body = str_text(&answer.reply.body);
    assert_non_null(strstr(body, "{\"name\":\"Facebook-API-Version\",\"value\":\"v26.0\"}"));
    assert_non_null(strstr(body, "{\"name\":\"ETag\",\"value\":"));
    assert_non_null(strstr(body, "{\"name\":\"WWW-Authenticate\",\"value\":"));
    assert_non_null(strstr(body, "{\"name\":\"X-FB-Trace-ID\",\"value\":"));
    answer_free(&answer);
    sim_destroy(sim);
}

static void test_a_queued_report_stands_at_zero(void **state)
{
    (void)state;
    struct sim *sim = fixture_create();
    struct answer answer;
    char url[80];
    post(sim, &answer, "/v26.0/{A}/insights", "level=ad");
    snprintf(url, sizeof url, "/v26.0/%s", json_text(json_get(root(&answer), "report_run_id")));
    answer_free(&answer);
    get(sim, &answer, url);
    assert_string_equal(json_text(json_get(root(&answer), "async_status")), "Job Not Started");
    assert_int_equal(member_i64(root(&answer), "async_percent_completion"), 0);
    assert_null(json_get(root(&answer), "time_completed"));
    answer_free(&answer);
    fixture_advance(sim, 600000);
    get(sim, &answer, url);
    assert_string_equal(json_text(json_get(root(&answer), "async_status")), "Job Completed");
    assert_int_equal(member_i64(root(&answer), "async_percent_completion"), 100);
    answer_free(&answer);
    sim_destroy(sim);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_methods),
        cmocka_unit_test(test_edges_name_the_object),
        cmocka_unit_test(test_a_creative_has_no_edges),
        cmocka_unit_test(test_activities_by_category_and_object),
        cmocka_unit_test(test_ids_to_quote_are_unique),
        cmocka_unit_test(test_previous_leads_back_over_the_same_pages),
        cmocka_unit_test(test_next_says_the_limit_and_each_parameter_once),
        cmocka_unit_test(test_batch_items_have_capitalised_headers),
        cmocka_unit_test(test_a_queued_report_stands_at_zero),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
