/* Versions, tokens, routes, listings and insights as one call sees them. */
#include "sim_fixture.h"

#include "base/date.h"
#include "base/money.h"

#define AD_STATUSES                                                                                \
    "%5B%22ACTIVE%22,%22PAUSED%22,%22ARCHIVED%22,%22DELETED%22,%22IN_PROCESS%22,"                  \
    "%22WITH_ISSUES%22,%22CAMPAIGN_PAUSED%22,%22ADSET_PAUSED%22,%22DISAPPROVED%22,"                \
    "%22PENDING_REVIEW%22,%22PENDING_BILLING_INFO%22,%22PREAPPROVED%22%5D"
#define STATUS_FILTER(values)                                                                      \
    "&filtering=%5B%7B%22field%22:%22ad.effective_status%22,%22operator%22:%22IN%22,"              \
    "%22value%22:" values "%7D%5D"

static void test_error_shapes(void **state)
{
    (void)state;
    static const struct {
        const char *method, *url, *token;
        int status, code, subcode;
        const char *part; /* of the message */
    } cases[] = {
        {"GET",  "/v26.0/me",                                                                    NULL, 400, 2500, 0,       "active access token"              },
        {"GET",  "/v23.0/{A}",                                                                   "t",  400, 2635, 0,       "latest version: v26.0"            },
        {"GET",  "/{A}/ads",                                                                     "t",  400, 2500, 0,       "Unversioned"                      },
        {"GET",  "/v27.0/{A}",                                                                   "t",  400, 2500, 0,       "Unknown path"                     },
        {"GET",  "/v26.0/?ids=1,2",                                                              "t",  500, 100,  0,       "ids query parameter is deprecated"},
        {"GET",  "/v22.0/?ids=1,2",                                                              "t",  500, 100,  0,       "ids query parameter is deprecated"},
        {"GET",  "/v26.0/act_5/ads",                                                             "t",  400, 100,  33,      "Unsupported get request"          },
        {"GET",  "/v26.0/77",                                                                    "t",  400, 100,  33,      "ID '77'"                          },
        {"GET",  "/v26.0/{A}/nothing",                                                           "t",  400, 100,  0,       "nonexisting field (nothing)"      },
        {"GET",  "/v26.0/{A}/ads?fields=wish",                                                   "t",  400, 100,  0,       "field (wish) on node type (Ad)"   },
        {"GET",  "/v26.0/{A}/ads?fields=creative{x}",                                            "t",  400, 100,  0,       "(x) on node type"                 },
        {"GET",  "/v26.0/{A}?fields=is_prepay_account",                                          "t",  403, 200,  0,       "business_management"              },
        {"POST", "/v26.0/{A}/campaigns",                                                         "t",  403, 200,  0,       "ads_management"                   },
        {"GET",  "/v26.0/{A}/ads?effective_status=[\"DELETED\"]",                                "t",  400, 100,  1815001, ""                                 },
        {"GET",  "/v26.0/{A}/adsets?effective_status=[\"DISAPPROVED\"]",                         "t",  400, 100,  0,
         "DISAPPROVED"                                                                                                                                        },
        {"GET",  "/v26.0/{A}/campaigns?effective_status=[\"CAMPAIGN_PAUSED\"]",                  "t",  400, 100,  0,
         ""                                                                                                                                                   },
        {"GET",  "/v26.0/{A}/ads?effective_status=[\"WHAT\"]",                                   "t",  400, 100,  0,       "WHAT"                             },
        {"GET",  "/v26.0/{A}/ads?after=xyz",                                                     "t",  400, 2642, 0,       "Invalid cursors"                  },
        {"GET",
         "/v26.0/{A}/ads?filtering=[{\"field\":\"ad.wish\",\"operator\":\"IN\",\"value\":[1]}]", "t",  400, 100,  0,       "'ad.wish' is not supported"       },
        {"GET",
         "/v26.0/{A}/insights?time_range={\"since\":\"2020-01-01\",\"until\":\"2020-01-02\"}",   "t",
         400,                                                                                               3018, 0,       "37 months"                        },
        {"GET",  "/v26.0/{A}/insights?level=page",                                               "t",  400, 100,  0,       "level must be"                    },
        {"GET",  "/v26.0/{A}/insights?date_preset=lifetime",                                     "t",  400, 100,  0,       "date_preset"                      },
        {"GET",  "/v26.0/{A}/insights?breakdowns=age,country",                                   "t",  400, 2,    1504041, ""                                 },
        {"GET",  "/v26.0/{A}/insights?time_increment=91",                                        "t",  400, 100,  0,       "time_increment"                   },
    };
    struct sim *sim = fixture_create();
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct answer answer;
        call_as(sim, &answer, cases[i].method, cases[i].url, NULL, cases[i].token);
        const struct json *error = json_get(root(&answer), "error");
        if (answer.reply.status != cases[i].status || member_i64(error, "code") != cases[i].code ||
            member_i64(error, "error_subcode") != cases[i].subcode ||
            strstr(json_text(json_get(error, "message")), cases[i].part) == NULL) {
            fail_msg("%s: %d %s", cases[i].url, answer.reply.status, str_text(&answer.reply.body));
        }
        if (answer.reply.status < 500) {
            assert_non_null(reply_get_header(&answer.reply, "WWW-Authenticate"));
        }
        answer_free(&answer);
    }
    sim_destroy(sim);
}

static void test_versions_served(void **state)
{
    (void)state;
    static const struct {
        const char *url, *version;
        bool warned;
    } cases[] = {
        {"/v26.0/{A}", "v26.0", false},
        {"/v25.0/{A}", "v25.0", false},
        {"/v24.0/{A}", "v25.0", true },
        {"/me",        "v26.0", false},
    };
    struct sim *sim = fixture_create();
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct answer answer;
        get(sim, &answer, cases[i].url);
        assert_int_equal(answer.reply.status, 200);
        assert_string_equal(reply_get_header(&answer.reply, "facebook-api-version"),
                            cases[i].version);
        assert_int_equal(reply_get_header(&answer.reply, "X-Ad-Api-Version-Warning") != NULL,
                         cases[i].warned);
        answer_free(&answer);
    }
    sim_destroy(sim);
}

static void with_secret(struct sim_options *options)
{
    options->app_secret = "key";
    options->token = "tok";
}

/* HMAC-SHA256("key", "tok") */
#define PROOF "d20bbd26133cc8003adc43a01e5101c21d07f74d5dee5c5833216fc05e84a3ea"

static void test_token_and_proof(void **state)
{
    (void)state;
    struct sim *sim = fixture_create_with(with_secret);
    struct answer answer;
    call_as(sim, &answer, "GET", "/v26.0/me", NULL, "other");
    assert_int_equal(answer.reply.code, 190);
    answer_free(&answer);
    assert_int_equal(quick(sim, "GET", "/v26.0/me", NULL), 200);
    get(sim, &answer, "/v26.0/me?appsecret_proof=0000");
    assert_int_equal(answer.reply.code, 100);
    assert_non_null(strstr(str_text(&answer.reply.body), "appsecret_proof"));
    answer_free(&answer);
    sim->options.require_proof = true;
    assert_int_equal(quick(sim, "GET", "/v26.0/me", NULL), 400);
    assert_int_equal(quick(sim, "GET", "/v26.0/me?appsecret_proof=" PROOF, NULL), 200);
    sim_destroy(sim);
}

/* Every page of a listing; how many rows, and that no id comes twice. */
static size_t count_pages(struct sim *sim, const char *url, size_t *page_count)
{
    char after[128] = "", full[8192];
    static uint64_t seen[200000];
    size_t rows = 0;
    *page_count = 0;
    for (;;) {
        struct answer answer;
        snprintf(full, sizeof full, "%s%s%s", url, after[0] != '\0' ? "&after=" : "", after);
        get(sim, &answer, full);
        assert_int_equal(answer.reply.status, 200);
        (*page_count)++;
        for (const struct json *row = json_first(data(&answer)); row != NULL;
             row = json_next(row)) {
            const char *id = json_text(json_get(row, "id"));
            bool account = id != NULL && strncmp(id, "act_", 4) == 0;
            seen[rows] = id != NULL ? strtoull(id + (account ? 4 : 0), NULL, 10) : 0;
            for (size_t i = 0; id != NULL && i < rows; i++) {
                assert_true(seen[i] != seen[rows]);
            }
            rows++;
        }
        const char *next = next_cursor(&answer);
        snprintf(after, sizeof after, "%s", next != NULL ? next : "");
        answer_free(&answer);
        if (after[0] == '\0') {
            return rows;
        }
    }
}

static void test_listing_counts_equal_truth(void **state)
{
    (void)state;
    static const struct {
        const char *edge, *statuses;
        enum entity_kind kind;
    } cases[] = {
        {"campaigns", "[\"ACTIVE\",\"PAUSED\",\"ARCHIVED\",\"IN_PROCESS\",\"WITH_ISSUES\"]",
         ENTITY_CAMPAIGN                                                                                        },
        {"adsets",
         "[\"ACTIVE\",\"PAUSED\",\"ARCHIVED\",\"IN_PROCESS\",\"WITH_ISSUES\",\"CAMPAIGN_PAUSED\"]", ENTITY_ADSET},
        {"ads",
         "[\"ACTIVE\",\"PAUSED\",\"ARCHIVED\",\"IN_PROCESS\",\"WITH_ISSUES\",\"CAMPAIGN_PAUSED\","
         "\"ADSET_PAUSED\",\"DISAPPROVED\",\"PENDING_REVIEW\",\"PENDING_BILLING_INFO\","
         "\"PREAPPROVED\"]",                                                                        ENTITY_AD   },
    };
    struct sim *sim = fixture_create();
    struct world_counts counts;
    world_truth_counts(sim->world, 0, T0, &counts);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const uint32_t *n = counts.n[cases[i].kind];
        size_t listed = 0, pages = 0;
        for (int e = 0; e < WORLD_EFF_COUNT; e++) {
            listed += e == WORLD_EFF_DELETED ? 0 : n[e];
        }
        char url[1024];
        snprintf(url, sizeof url, "/v26.0/{A}/%s?limit=37&effective_status=%s", cases[i].edge,
                 cases[i].statuses);
        assert_int_equal(count_pages(sim, url, &pages), listed);
        assert_int_equal(pages, (listed + 36) / 37);
        snprintf(url, sizeof url, "/v26.0/{A}/%s?limit=100", cases[i].edge);
        assert_int_equal(count_pages(sim, url, &pages), listed - n[WORLD_EFF_ARCHIVED]);
        struct answer answer;
        snprintf(url, sizeof url, "/v26.0/{A}/%s?limit=1&summary=true", cases[i].edge);
        get(sim, &answer, url);
        assert_int_equal(member_i64(json_get(root(&answer), "summary"), "total_count"),
                         listed - n[WORLD_EFF_ARCHIVED]);
        answer_free(&answer);
    }
    sim_destroy(sim);
}

static void test_default_is_25_rows_of_ids(void **state)
{
    (void)state;
    struct sim *sim = fixture_create();
    struct answer answer;
    get(sim, &answer, "/v26.0/{A}/ads");
    assert_int_equal(json_size(data(&answer)), 25);
    const struct json *row = json_first(data(&answer));
    assert_int_equal(json_size(row), 1);
    assert_non_null(json_text(json_get(row, "id")));
    const char *next = json_text(json_get(json_get(root(&answer), "paging"), "next"));
    assert_non_null(strstr(next, "access_token=tok"));
    assert_non_null(strstr(next, "http://127.0.0.1:1/v26.0/act_"));
    answer_free(&answer);
    sim_destroy(sim);
}

static void test_filtering(void **state)
{
    (void)state;
    static const struct {
        const char *url;
        bool all; /* the filter has no effect */
    } cases[] = {
        {"/v26.0/{A}/ads?limit=1000&filtering=[{\"field\":\"ad.updated_time\",\"operator\":"
         "\"GREATER_THAN\",\"value\":1794900000}]",   false},
        {"/v26.0/{A}/ads?limit=1000&filtering=[{\"field\":\"updated_time\",\"operator\":"
         "\"GREATER_THAN\",\"value\":1794900000}]",   true },
        {"/v26.0/{A}/ads?limit=1000&updated_since=1794900000", false},
    };
    struct sim *sim = fixture_create();
    size_t pages, all = count_pages(sim, "/v26.0/{A}/ads?limit=1000", &pages);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        size_t rows = count_pages(sim, cases[i].url, &pages);
        assert_true(cases[i].all ? rows == all : rows < all);
    }
    sim_destroy(sim);
}

static void test_deleted_object_by_id(void **state)
{
    (void)state;
    struct sim *sim = fixture_create();
    struct world_entity entity;
    struct world_ref ref = {.kind = ENTITY_AD};
    while (!world_entity(sim->world, ref, T0, &entity) || entity.effective != WORLD_EFF_DELETED) {
        ref.index++;
    }
    char url[200];
    struct answer answer;
    snprintf(url, sizeof url, "/v26.0/%llu?fields=effective_status,account_id,creative",
             (unsigned long long)entity.id);
    get(sim, &answer, url);
    assert_string_equal(json_text(json_get(root(&answer), "effective_status")), "DELETED");
    assert_non_null(json_text(json_get(json_get(root(&answer), "creative"), "id")));
    answer_free(&answer);
    sim_destroy(sim);
}

/* Spend over all pages, in micros; rows with *rows. */
static int64_t sum_spend(struct sim *sim, const char *url, size_t *rows)
{
    char after[128] = "", full[8192];
    int64_t sum = 0;
    *rows = 0;
    do {
        struct answer answer;
        snprintf(full, sizeof full, "%s%s%s", url, after[0] != '\0' ? "&after=" : "", after);
        get(sim, &answer, full);
        assert_int_equal(answer.reply.status, 200);
        for (const struct json *row = json_first(data(&answer)); row != NULL;
             row = json_next(row)) {
            int64_t spend = 0;
            assert_true(money_parse_micros(json_text(json_get(row, "spend")), &spend));
            assert_non_null(json_text(json_get(row, "date_start")));
            assert_non_null(json_text(json_get(row, "date_stop")));
            sum += spend;
            (*rows)++;
        }
        const char *next = next_cursor(&answer);
        snprintf(after, sizeof after, "%s", next != NULL ? next : "");
        answer_free(&answer);
    } while (after[0] != '\0');
    return sum;
}

static void test_insights_status_rules(void **state)
{
    (void)state;
    struct sim *sim = fixture_create();
    size_t rows_account, rows_ad, rows_all, rows_active, rows_filtered, rows_deleted;
#define INSIGHTS "/v26.0/{A}/insights?time_increment=1&date_preset=last_28d&limit=500&fields=spend"
    int64_t account = sum_spend(sim, INSIGHTS "&level=account", &rows_account);
    int64_t ad = sum_spend(sim, INSIGHTS "&level=ad", &rows_ad);
    int64_t all = sum_spend(sim, INSIGHTS "&level=ad" STATUS_FILTER(AD_STATUSES), &rows_all);
    int64_t active =
        sum_spend(sim, INSIGHTS "&level=ad" STATUS_FILTER("%5B%22ACTIVE%22%5D"), &rows_active);
    int64_t deleted =
        sum_spend(sim, INSIGHTS "&level=ad" STATUS_FILTER("%5B%22DELETED%22%5D"), &rows_deleted);
    int64_t filtered = sum_spend(sim,
                                 INSIGHTS "&level=ad&filtering=%5B%7B%22field%22:%22ad.impressions"
                                          "%22,%22operator%22:%22GREATER_THAN%22,%22value%22:0%7D"
                                          "%5D",
                                 &rows_filtered);
#undef INSIGHTS
    assert_int_equal(rows_account, 28);
    assert_int_equal(all, account);      /* deleted and archived asked for: the whole */
    assert_int_equal(ad + deleted, all); /* unfiltered: archived in, deleted out */
    assert_true(deleted > 0 && rows_ad > rows_active && active < ad);
    assert_int_equal(filtered, active); /* any filtering: active only */
    assert_int_equal(rows_filtered, rows_active);
    sim_destroy(sim);
}

static void test_insights_row(void **state)
{
    (void)state;
    struct sim *sim = fixture_create();
    struct answer answer;
    get(sim, &answer,
        "/v26.0/{A}/insights?level=ad&date_preset=last_28d&fields=ad_id,spend,impressions,clicks,"
        "actions,cpc&limit=500&action_attribution_windows=[\"7d_click\",\"1d_view\",\"7d_view\"]");
    bool windows = false;
    assert_true(json_size(data(&answer)) > 0);
    for (const struct json *row = json_first(data(&answer)); row != NULL; row = json_next(row)) {
        assert_int_equal(json_type(json_get(row, "spend")), JSON_STRING);
        assert_int_equal(json_type(json_get(row, "clicks")), JSON_STRING);
        assert_int_equal(json_get(row, "cpc") == NULL,
                         strcmp(json_text(json_get(row, "clicks")), "0") == 0);
        const struct json *action = json_first(json_get(row, "actions"));
        for (; action != NULL; action = json_next(action)) {
            assert_non_null(json_text(json_get(action, "value")));
            assert_null(json_get(action, "7d_view"));
            assert_null(json_get(action, "28d_click"));
            windows = windows || json_get(action, "7d_click") != NULL;
        }
    }
    assert_true(windows);
    answer_free(&answer);
    get(sim, &answer, "/v26.0/{A}/insights?level=campaign");
    const struct json *row = json_first(data(&answer));
    assert_non_null(json_get(row, "campaign_id"));
    assert_non_null(json_get(row, "impressions"));
    assert_null(json_get(row, "clicks"));
    answer_free(&answer);
    sim_destroy(sim);
}

static void test_insights_breakdowns_add_up(void **state)
{
    (void)state;
    static const char *const breakdowns[] = {"age", "gender", "age,gender", "country",
                                             "publisher_platform"};
    struct sim *sim = fixture_create();
    size_t rows, whole_rows;
    int64_t whole = sum_spend(
        sim, "/v26.0/{A}/insights?level=account&date_preset=last_7d&time_increment=1", &whole_rows);
    for (size_t i = 0; i < sizeof breakdowns / sizeof breakdowns[0]; i++) {
        char url[300];
        snprintf(url, sizeof url,
                 "/v26.0/{A}/insights?level=account&date_preset=last_7d&time_increment=1&limit=50"
                 "&breakdowns=%s",
                 breakdowns[i]);
        assert_int_equal(sum_spend(sim, url, &rows), whole);
        assert_true(rows > whole_rows);
    }
    sim_destroy(sim);
}

static void test_nested_edges(void **state)
{
    (void)state;
    struct sim *sim = fixture_create();
    struct answer answer;
    get(sim, &answer,
        "/v26.0/{A}/campaigns?limit=20&fields=name,adsets.limit(1){id,ads{id}},"
        "insights.date_preset(last_7d){spend}");
    assert_int_equal(answer.reply.status, 200);
    bool adsets = false, insights = false, ads = false;
    for (const struct json *row = json_first(data(&answer)); row != NULL; row = json_next(row)) {
        const struct json *nested = json_get(row, "adsets");
        if (nested != NULL) {
            adsets = true;
            assert_int_equal(json_size(json_get(nested, "data")), 1);
            ads = ads || json_get(json_first(json_get(nested, "data")), "ads") != NULL;
        }
        insights = insights || json_get(row, "insights") != NULL;
    }
    assert_true(adsets && insights && ads);
    answer_free(&answer);
    get(sim, &answer, "/v26.0/{A}/campaigns?fields=insights.level(page){spend}");
    assert_int_equal(answer.reply.code, 100);
    assert_non_null(json_get(root(&answer), "error"));
    answer_free(&answer);
    sim_destroy(sim);
}

static void test_too_much_data(void **state)
{
    (void)state;
    static const struct {
        const char *url;
        int code, status;
    } cases[] = {
        {"/v26.0/{A}/ads?limit=20000",                                                                        1, 500},
        {"/v26.0/{A}/adcreatives?limit=100&fields=object_story_spec",                                         1, 500},
        {"/v26.0/{A}/adcreatives?limit=25&fields=object_story_spec",                                          0, 200},
        {"/v26.0/{A}/insights?level=ad&time_increment=1&date_preset=last_90d&limit=5000&fields="
         "ad_id,ad_name,adset_id,adset_name,campaign_id,campaign_name,spend,impressions,clicks,"
         "reach,frequency,ctr,cpc,cpm,cpp,actions,action_values,cost_per_action_type,purchase_roas", 1, 500},
    };
    struct sim *sim = fixture_create();
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct answer answer;
        get(sim, &answer, cases[i].url);
        assert_int_equal(answer.reply.status, cases[i].status);
        assert_int_equal(answer.reply.code, cases[i].code);
        answer_free(&answer);
    }
    sim_destroy(sim);
}

static void test_account_without_access(void **state)
{
    (void)state;
    struct sim *sim = fixture_create();
    struct answer answer;
    size_t pages, before = count_pages(sim, "/v26.0/me/adaccounts?limit=5", &pages);
    assert_int_equal(before, sim->account_count);
    post(sim, &answer, "/sim/mutate",
         "{\"op\":\"account_access\",\"id\":\"account:0\",\"access\":false}");
    assert_int_equal(answer.reply.status, 200);
    answer_free(&answer);
    assert_int_equal(count_pages(sim, "/v26.0/me/adaccounts?limit=5", &pages), before - 1);
    get(sim, &answer, "/v26.0/{A}/ads");
    assert_int_equal(answer.reply.status, 403);
    assert_int_equal(answer.reply.code, 200);
    answer_free(&answer);
    sim_destroy(sim);
}

/* How an hourly limiter falls: a figure for each minute of the next hour, the last one zero. */
static void test_limits_tell_how_they_fall(void **state)
{
    (void)state;
    struct sim *sim = fixture_create();
    struct answer answer;
    get(sim, &answer, "/v26.0/{A}/campaigns");
    answer_free(&answer);
    get(sim, &answer, "/sim/limits");
    assert_null(json_get(json_get(json_root(answer.doc), "app"), "falls"));
    answer_free(&answer);
    get(sim, &answer, "/sim/limits?falls=1");
    const struct json *app = json_get(json_root(answer.doc), "app");
    double now = 0, pct = 0, before = 0;
    assert_true(json_double(json_get(app, "pct"), &now));
    assert_true(now > 0);
    size_t minutes = 0;
    before = now;
    for (const struct json *at = json_first(json_get(app, "falls")); at; at = json_next(at)) {
        assert_true(json_double(at, &pct));
        assert_true(pct <= before);
        before = pct;
        minutes++;
    }
    assert_int_equal(minutes, 60);
    assert_true(pct == 0);
    answer_free(&answer);
    sim_destroy(sim);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_error_shapes),
        cmocka_unit_test(test_versions_served),
        cmocka_unit_test(test_token_and_proof),
        cmocka_unit_test(test_listing_counts_equal_truth),
        cmocka_unit_test(test_default_is_25_rows_of_ids),
        cmocka_unit_test(test_filtering),
        cmocka_unit_test(test_deleted_object_by_id),
        cmocka_unit_test(test_insights_status_rules),
        cmocka_unit_test(test_insights_row),
        cmocka_unit_test(test_insights_breakdowns_add_up),
        cmocka_unit_test(test_nested_edges),
        cmocka_unit_test(test_too_much_data),
        cmocka_unit_test(test_account_without_access),
        cmocka_unit_test(test_limits_tell_how_they_fall),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
