/* Breakdowns, how far back they reach, sorting, and fields that exist without a value. */
#include "sim_fixture.h"

#include "base/date.h"

#define INSIGHTS "/v26.0/{A}/insights?fields="

static void test_permutations(void **state)
{
    (void)state;
    static const struct {
        const char *breakdowns;
        int code, subcode;
    } cases[] = {
        {"age",                                                  0,   0      },
        {"age,gender",                                           0,   0      },
        {"[\"gender\",\"age\"]",                                 0,   0      },
        {"country",                                              0,   0      },
        {"region",                                               0,   0      },
        {"publisher_platform,platform_position,device_platform", 0,   0      },
        {"publisher_platform,impression_device",                 0,   0      },
        {"hourly_stats_aggregated_by_audience_time_zone",        0,   0      },
        {"frequency_value",                                      0,   0      },
        {"product_id",                                           0,   0      },
        {"comscore_market",                                      0,   0      },
        {"impression_device",                                    2,   1504041},
        {"platform_position",                                    2,   1504041},
        {"age,country",                                          2,   1504041},
        {"region,country",                                       2,   1504041},
        {"dma",                                                  100, 0      },
        {"age,wish",                                             100, 0      },
    };
    struct sim *sim = fixture_create();
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct answer answer;
        char url[300];
        snprintf(url, sizeof url, INSIGHTS "spend&breakdowns=%s", cases[i].breakdowns);
        get(sim, &answer, url);
        if (answer.reply.code != cases[i].code || answer.reply.subcode != cases[i].subcode) {
            fail_msg("%s: %s", cases[i].breakdowns, str_text(&answer.reply.body));
        }
        assert_true(cases[i].code != 0 || json_size(data(&answer)) > 1);
        answer_free(&answer);
    }
    sim_destroy(sim);
}

/* Decimal text in micros. */
static int64_t money(const struct json *row)
{
    int64_t whole = 0, part = 0;
    char decimals[8] = "000000";
    const char *text = json_text(json_get(row, "spend"));
    whole = strtoll(text, NULL, 10);
    const char *dot = strchr(text, '.');
    for (size_t i = 0; dot != NULL && i < 6 && dot[i + 1] != '\0'; i++) {
        decimals[i] = dot[i + 1];
    }
    part = strtoll(decimals, NULL, 10);
    return whole * 1000000 + part;
}

static int64_t spend_of(struct sim *sim, const char *breakdown)
{
    struct answer answer;
    char url[300];
    int64_t sum = 0;
    snprintf(url, sizeof url, INSIGHTS "spend&limit=500&breakdowns=%s", breakdown);
    get(sim, &answer, url);
    for (const struct json *row = json_first(data(&answer)); row != NULL; row = json_next(row)) {
        assert_true(breakdown[0] == '\0' || json_get(row, breakdown) != NULL);
        sum += money(row);
    }
    answer_free(&answer);
    return sum;
}

static void test_every_breakdown_is_labelled_and_adds_up(void **state)
{
    (void)state;
    static const char *const alone[] = {"age",
                                        "gender",
                                        "country",
                                        "publisher_platform",
                                        "region",
                                        "device_platform",
                                        "product_id",
                                        "hourly_stats_aggregated_by_advertiser_time_zone",
                                        "frequency_value",
                                        "comscore_market"};
    struct sim *sim = fixture_create();
    int64_t whole = spend_of(sim, "");
    assert_true(whole > 0);
    for (size_t i = 0; i < sizeof alone / sizeof alone[0]; i++) {
        assert_int_equal(spend_of(sim, alone[i]), whole);
    }
    sim_destroy(sim);
}

#define OLD "&time_range={\"since\":\"2025-01-01\",\"until\":\"2026-11-10\"}"

static void test_how_far_back(void **state)
{
    (void)state;
    struct sim *sim = fixture_create();
    struct answer answer;
    get(sim, &answer, INSIGHTS "spend,reach,frequency,cpp&breakdowns=age" OLD);
    assert_true(json_size(data(&answer)) > 1);
    assert_null(json_get(json_first(data(&answer)), "reach"));
    assert_null(json_get(json_first(data(&answer)), "frequency"));
    assert_string_equal(reply_get_header(&answer.reply, "x-fb-ads-insights-reach-throttle"),
                        "{\"app_id_util_pct\":0,\"acc_id_util_pct\":0,"
                        "\"ads_api_access_tier\":\"standard_access\"}");
    answer_free(&answer);
    get(sim, &answer, INSIGHTS "spend,reach" OLD);
    assert_non_null(json_get(json_first(data(&answer)), "reach"));
    assert_null(reply_get_header(&answer.reply, "x-fb-ads-insights-reach-throttle"));
    answer_free(&answer);
    get(sim, &answer, INSIGHTS "spend,unique_clicks&breakdowns=age" OLD);
    assert_int_equal(answer.reply.code, 100);
    assert_non_null(strstr(str_text(&answer.reply.body), "last 13 months"));
    answer_free(&answer);
    static const char *const empty[] = {
        INSIGHTS "spend&breakdowns=hourly_stats_aggregated_by_advertiser_time_zone" OLD,
        INSIGHTS "spend&breakdowns=frequency_value&time_range={\"since\":\"2026-02-01\","
                 "\"until\":\"2026-11-10\"}",
    };
    for (size_t i = 0; i < sizeof empty / sizeof empty[0]; i++) {
        get(sim, &answer, empty[i]);
        assert_int_equal(answer.reply.status, 200);
        assert_int_equal(json_size(data(&answer)), 0);
        answer_free(&answer);
    }
    sim_destroy(sim);
}

/* Ten reports a day may read the reach of long ago. */
static void test_old_reach_by_report(void **state)
{
    (void)state;
    struct sim *sim = fixture_create();
    for (int i = 1; i <= 11; i++) {
        struct answer answer;
        char url[120], pct[40];
        post(sim, &answer, "/v26.0/{A}/insights", "fields=spend,reach&breakdowns=age" OLD);
        snprintf(pct, sizeof pct, "\"acc_id_util_pct\":%d,", i <= 10 ? i * 10 : 100);
        assert_non_null(
            strstr(reply_get_header(&answer.reply, "x-fb-ads-insights-reach-throttle"), pct));
        snprintf(url, sizeof url, "/v26.0/%s/insights",
                 json_text(json_get(root(&answer), "report_run_id")));
        answer_free(&answer);
        fixture_advance(sim, 60000);
        get(sim, &answer, url);
        assert_int_equal(answer.reply.status, 200);
        assert_int_equal(json_get(json_first(data(&answer)), "reach") != NULL, i <= 10);
        answer_free(&answer);
    }
    sim_destroy(sim);
}

static void test_off_meta_actions_and_hours(void **state)
{
    (void)state;
    struct sim *sim = fixture_create();
    struct answer answer;
    get(sim, &answer, INSIGHTS "actions&breakdowns=region");
    assert_non_null(strstr(str_text(&answer.reply.body), "link_click"));
    assert_null(strstr(str_text(&answer.reply.body), "purchase"));
    answer_free(&answer);
    get(sim, &answer,
        INSIGHTS "reach,frequency&breakdowns=hourly_stats_aggregated_by_advertiser_time_zone");
    const struct json *row = json_first(data(&answer));
    assert_string_equal(json_text(json_get(row, "reach")), "0");
    assert_string_equal(json_text(json_get(row, "frequency")), "0");
    answer_free(&answer);
    sim_destroy(sim);
}

static void test_sort_over_pages(void **state)
{
    (void)state;
    struct sim *sim = fixture_create();
    static const char *const sorts[] = {"[\"spend_descending\"]", "spend_ascending"};
    for (int ascending = 0; ascending < 2; ascending++) {
        char after[128] = "", url[400];
        int64_t last = ascending ? -1 : INT64_MAX, sum = 0;
        size_t rows = 0;
        do {
            struct answer answer;
            snprintf(url, sizeof url,
                     INSIGHTS "ad_id,spend&level=ad&time_increment=1&limit=97&sort=%s&after=%s",
                     sorts[ascending], after);
            get(sim, &answer, url);
            assert_int_equal(answer.reply.status, 200);
            for (const struct json *row = json_first(data(&answer)); row != NULL;
                 row = json_next(row)) {
                int64_t spend = money(row);
                assert_true(ascending ? spend >= last : spend <= last);
                last = spend;
                sum += spend;
                rows++;
            }
            const char *next = next_cursor(&answer);
            snprintf(after, sizeof after, "%s", next != NULL ? next : "");
            answer_free(&answer);
        } while (after[0] != '\0');
        assert_true(rows > 200);
        struct answer answer;
        get(sim, &answer, INSIGHTS "spend");
        assert_true(sum <= money(json_first(data(&answer)))); /* deleted ads are in the total */
        assert_true(sum > 0);
        answer_free(&answer);
    }
    static const char *const bad[] = {"wish_descending", "spend",
                                      "[\"spend_descending\",\"clicks_descending\"]"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        char url[200];
        snprintf(url, sizeof url, INSIGHTS "spend&sort=%s", bad[i]);
        assert_int_equal(quick(sim, "GET", url, NULL), 400);
    }
    sim_destroy(sim);
}

static void test_fields_without_a_value(void **state)
{
    (void)state;
    static const struct {
        const char *url;
        int status;
    } cases[] = {
        {"/v26.0/{A}/campaigns?fields=id,adlabels,promoted_object,pacing_type",         200},
        {"/v26.0/{A}/adsets?fields=id,daily_spend_cap,destination_type,bid_info",       200},
        {"/v26.0/{A}/ads?fields=id,adlabels,preview_shareable_link,creative{link_url}", 200},
        {"/v26.0/{A}?fields=owner,tax_id,capabilities",                                 200},
        {INSIGHTS "spend,results,video_p25_watched_actions,quality_ranking",            200},
        {"/v26.0/{A}/ads?fields=id,failed_delivery_checks",                             400},
        {INSIGHTS "spend,video_p95_watched_actions",                                    400},
        {INSIGHTS "spend,dma",                                                          400},
        {"/v26.0/{A}/adcreatives?fields=instagram_actor_id",                            400},
    };
    struct sim *sim = fixture_create();
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct answer answer;
        get(sim, &answer, cases[i].url);
        if (answer.reply.status != cases[i].status) {
            fail_msg("%s: %s", cases[i].url, str_text(&answer.reply.body));
        }
        assert_null(strstr(str_text(&answer.reply.body), "\"adlabels\""));
        answer_free(&answer);
    }
    sim_destroy(sim);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_permutations),
        cmocka_unit_test(test_every_breakdown_is_labelled_and_adds_up),
        cmocka_unit_test(test_how_far_back),
        cmocka_unit_test(test_old_reach_by_report),
        cmocka_unit_test(test_off_meta_actions_and_hours),
        cmocka_unit_test(test_sort_over_pages),
        cmocka_unit_test(test_fields_without_a_value),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
