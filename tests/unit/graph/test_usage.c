/* The usage headers in every shape of reference 1.1 and 1.2, and in shapes they should not have. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/rand.h"
#include "graph/usage.h"

static const struct usage_context context = {1700000000000, 7, "act_66782684"};

static void read_one(const char *name, const char *value, struct usage_set *out)
{
    struct http_header header = {name, value};
    usage_read(&header, 1, &context, out);
}

struct shape {
    const char *name, *value;
    size_t readings;
    bool fault;
    enum usage_source source; /* of the first reading */
    const char *scope_id;
    double pct;
    int64_t regain_s;
    enum access_tier tier;
};

/* clang-format off */
static const struct shape shapes[] = {
    {"x-app-usage", "{\"call_count\":28,\"total_time\":25,\"total_cputime\":25}", 1, false, USAGE_APP, "app", 28, -1, ACCESS_UNKNOWN},
    {"X-App-Usage", "{\"call_count\":13,\"total_cputime\":0,\"total_time\":2}", 1, false, USAGE_APP, "app", 13, -1, ACCESS_UNKNOWN},
    {"x-app-usage", "{\"call_count\":\"5\",\"total_time\":\"75.5\",\"total_cputime\":\"113\"}", 1, false, USAGE_APP, "app", 113, -1, ACCESS_UNKNOWN},
    {"x-app-usage", "{\"call_count\":5,\"call_count\":80}", 1, false, USAGE_APP, "app", 80, -1, ACCESS_UNKNOWN},
    {"x-app-usage", "17%", 1, false, USAGE_APP, "app", 17, -1, ACCESS_UNKNOWN},
    {"x-app-usage", "\"17%\"", 1, false, USAGE_APP, "app", 17, -1, ACCESS_UNKNOWN},
    {"x-app-usage", "17", 1, false, USAGE_APP, "app", 17, -1, ACCESS_UNKNOWN},
    {"x-app-usage", "{\"call_count\":null,\"total_time\":3}", 1, false, USAGE_APP, "app", 3, -1, ACCESS_UNKNOWN},
    {"x-app-usage", "{\"call_count\":12,\"total_time\":\"much\"}", 1, true, USAGE_APP, "app", 12, -1, ACCESS_UNKNOWN},
    {"x-app-usage", "{\"call_count\":-3}", 0, true, USAGE_APP, "", 0, 0, ACCESS_UNKNOWN},
    {"x-app-usage", "{\"call_count\":\"nan\"}", 0, true, USAGE_APP, "", 0, 0, ACCESS_UNKNOWN},
    {"x-app-usage", "{}", 0, true, USAGE_APP, "", 0, 0, ACCESS_UNKNOWN},
    {"x-app-usage", "[]", 0, true, USAGE_APP, "", 0, 0, ACCESS_UNKNOWN},
    {"x-app-usage", "", 0, true, USAGE_APP, "", 0, 0, ACCESS_UNKNOWN},
    {"x-app-usage", "<html>", 0, true, USAGE_APP, "", 0, 0, ACCESS_UNKNOWN},
    {"x-app-usage", "{\"call_count\":1", 0, true, USAGE_APP, "", 0, 0, ACCESS_UNKNOWN},
    {"x-app-usages", "{\"call_count\":1}", 0, false, USAGE_APP, "", 0, 0, ACCESS_UNKNOWN},
    {"x-ad-account-usage", "{\"acc_id_util_pct\":9.67,\"reset_time_duration\":100,\"ads_api_access_tier\":\"standard_access\"}", 1, false, USAGE_ACCOUNT, "act_66782684", 9.67, 100, ACCESS_STANDARD},
    {"x-ad-account-usage", "{\"acc_id_util_pct\":0}", 1, false, USAGE_ACCOUNT, "act_66782684", 0, -1, ACCESS_UNKNOWN},
    {"x-ad-account-usage", "{\"acc_id_util_pct\":118,\"ads_api_access_tier\":\"limited_access\"}", 1, false, USAGE_ACCOUNT, "act_66782684", 118, -1, ACCESS_DEVELOPMENT},
    {"x-ad-account-usage", "{\"acc_id_util_pct\":\"12.5\",\"reset_time_duration\":\"59.2\"}", 1, false, USAGE_ACCOUNT, "act_66782684", 12.5, 60, ACCESS_UNKNOWN},
    {"x-ad-account-usage", "17%", 1, false, USAGE_ACCOUNT, "act_66782684", 17, -1, ACCESS_UNKNOWN},
    {"x-ad-account-usage", "{\"reset_time_duration\":5}", 0, true, USAGE_ACCOUNT, "", 0, 0, ACCESS_UNKNOWN},
    {"x-fb-ads-insights-throttle", "{\"app_id_util_pct\":100,\"acc_id_util_pct\":10,\"ads_api_access_tier\":\"standard_access\"}", 2, false, USAGE_INSIGHTS_APP, "app", 100, -1, ACCESS_STANDARD},
    {"x-fb-ads-insights-throttle", "{\"app_id_util_pct\":0.01,\"acc_id_util_pct\":\"100.0\"}", 2, false, USAGE_INSIGHTS_APP, "app", 0.01, -1, ACCESS_UNKNOWN},
    {"x-fb-ads-insights-throttle", "{\"acc_id_util_pct\":0.21}", 1, false, USAGE_INSIGHTS, "act_66782684", 0.21, -1, ACCESS_UNKNOWN},
    {"x-business-use-case-usage", "{\"66782684\":[{\"type\":\"ads_management\",\"call_count\":95,\"total_cputime\":20,\"total_time\":20,\"estimated_time_to_regain_access\":0,\"ads_api_access_tier\":\"development_access\"}]}", 1, false, USAGE_BUC, "act_66782684", 95, 0, ACCESS_DEVELOPMENT},
    {"x-business-use-case-usage", "{\"66782684\":[{\"type\":\"ads_insights\",\"call_count\":1,\"total_cputime\":102,\"total_time\":3,\"estimated_time_to_regain_access\":47},{\"type\":\"ads_management\",\"call_count\":2}]}", 2, false, USAGE_BUC, "act_66782684", 102, 2820, ACCESS_UNKNOWN},
    {"x-business-use-case-usage", "{\"1\":[{\"type\":\"ads_management\",\"call_count\":1}],\"66782684\":[{\"type\":\"ads_management\",\"call_count\":7}],\"2\":[{\"type\":\"ads_insights\",\"call_count\":9}]}", 3, false, USAGE_BUC, "act_66782684", 7, -1, ACCESS_UNKNOWN},
    {"x-business-use-case-usage", "{\"10153848260347724\":[{\"type\":\"ads_management\",\"call_count\":1}],\"10153848260347724\":[{\"type\":\"ads_management\",\"call_count\":97}]}", 2, false, USAGE_BUC, "act_10153848260347724", 1, -1, ACCESS_UNKNOWN},
    {"x-business-use-case-usage", "{\"9999\":[{\"type\":\"ads_management\",\"call_count\":31}]}", 1, false, USAGE_BUC, "act_66782684", 31, -1, ACCESS_UNKNOWN},
    {"x-business-use-case-usage", "{\"66782684\":{\"type\":\"ads_management\",\"call_count\":31}}", 1, false, USAGE_BUC, "act_66782684", 31, -1, ACCESS_UNKNOWN},
    {"x-business-use-case-usage", "{\"55\":[{\"type\":\"pages\",\"call_count\":99},{\"type\":\"instagram\",\"call_count\":99},{\"type\":\"whatsapp_new\",\"call_count\":99}]}", 0, false, USAGE_BUC, "", 0, 0, ACCESS_UNKNOWN},
    {"x-business-use-case-usage", "{}", 0, false, USAGE_BUC, "", 0, 0, ACCESS_UNKNOWN},
    {"x-business-use-case-usage", "{\"66782684\":[]}", 0, false, USAGE_BUC, "", 0, 0, ACCESS_UNKNOWN},
    {"x-business-use-case-usage", "{\"66782684\":[{\"call_count\":1}]}", 0, true, USAGE_BUC, "", 0, 0, ACCESS_UNKNOWN},
    {"x-business-use-case-usage", "{\"66782684\":[[[[[[[[[[1]]]]]]]]]]}", 0, true, USAGE_BUC, "", 0, 0, ACCESS_UNKNOWN},
    {"x-business-use-case-usage", "{\"66782684\":\"throttled\"}", 0, true, USAGE_BUC, "", 0, 0, ACCESS_UNKNOWN},
    {"x-business-use-case-usage", "[1,2]", 0, true, USAGE_BUC, "", 0, 0, ACCESS_UNKNOWN},
};
/* clang-format on */

static void test_usage_shapes(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++) {
        const struct shape *want = &shapes[i];
        struct usage_set set;
        read_one(want->name, want->value, &set);
        if (set.count != want->readings || (set.fault_name != NULL) != want->fault) {
            fail_msg("%s: %s gave %zu readings, fault %s", want->name, want->value, set.count,
                     set.fault_name == NULL ? "none" : set.fault);
        }
        if (want->readings == 0) {
            continue;
        }
        const struct usage_reading *r = &set.readings[0];
        assert_int_equal(r->source, want->source);
        assert_string_equal(r->scope_id, want->scope_id);
        assert_true(r->pct > want->pct - 1e-9 && r->pct < want->pct + 1e-9);
        assert_int_equal(r->regain_s, want->regain_s);
        assert_int_equal(r->access_tier, want->tier);
        assert_int_equal(r->at, context.at);
        assert_int_equal(r->run_id, 7);
    }
}

static void test_usage_all_headers_of_one_response(void **state)
{
    (void)state;
    const struct http_header headers[] = {
        {"Date",                             "Tue, 24 Nov 2026 02:00:00 GMT"                    },
        {"x-app-usage",                      "{\"call_count\":3}"                               },
        {"X-Ad-Account-Usage",               "{\"acc_id_util_pct\":4}"                          },
        {"x-fb-ads-insights-throttle",       "{\"app_id_util_pct\":5,\"acc_id_util_pct\":6}"    },
        {"x-fb-ads-insights-reach-throttle", "{\"app_id_util_pct\":7,\"acc_id_util_pct\":\"8\"}"},
        {"x-business-use-case-usage",        "garbage"                                          },
    };
    struct usage_set set;
    usage_read(headers, sizeof headers / sizeof headers[0], &context, &set);
    assert_int_equal(set.count, 4);
    assert_true(usage_worst(&set, USAGE_APP, NULL) == 3);
    assert_true(usage_worst(&set, USAGE_ACCOUNT, "act_66782684") == 4);
    assert_true(usage_worst(&set, USAGE_ACCOUNT, "act_1") == -1);
    assert_true(usage_worst(&set, USAGE_INSIGHTS, NULL) == 6);
    assert_true(set.reach_pct == 8);
    assert_string_equal(set.fault_name, "x-business-use-case-usage");
    assert_string_equal(set.fault, "garbage");
}

static void test_usage_own_account_survives_the_bound(void **state)
{
    (void)state;
    static char value[32768];
    size_t len = (size_t)snprintf(value, sizeof value, "{");
    for (int i = 0; i < 60; i++) {
        len +=
            (size_t)snprintf(value + len, sizeof value - len,
                             "\"%d\":[{\"type\":\"ads_management\",\"call_count\":1}],", 1000 + i);
    }
    snprintf(value + len, sizeof value - len,
             "\"66782684\":[{\"type\":\"ads_management\",\"call_count\":88}]}");
    struct usage_set set;
    read_one("x-business-use-case-usage", value, &set);
    assert_int_equal(set.count, USAGE_READINGS_MAX);
    assert_true(usage_worst(&set, USAGE_BUC, "act_66782684") == 88);
}

static void test_usage_without_account(void **state)
{
    (void)state;
    const struct usage_context none = {1, 0, NULL};
    struct http_header header = {"x-business-use-case-usage",
                                 "{\"5\":[{\"type\":\"ads_management\",\"call_count\":1}]}"};
    struct usage_set set;
    usage_read(&header, 1, &none, &set);
    assert_int_equal(set.count, 1);
    assert_string_equal(set.readings[0].scope_id, "act_5");
    header = (struct http_header){"x-ad-account-usage", "{\"acc_id_util_pct\":3}"};
    usage_read(&header, 1, &none, &set);
    assert_string_equal(set.readings[0].scope_id, "");
}

/* Whatever bytes a header holds, nothing but a fault comes of it. */
static void test_usage_survives_mangled_headers(void **state)
{
    (void)state;
    struct rand rand;
    rand_seed(&rand, 42, 1);
    for (int round = 0; round < 4000; round++) {
        const struct shape *from = &shapes[rand_below(&rand, sizeof shapes / sizeof shapes[0])];
        char value[512];
        snprintf(value, sizeof value, "%s", from->value);
        size_t n = strlen(value);
        for (uint32_t i = rand_below(&rand, 4); n > 0 && i > 0; i--) {
            value[rand_below(&rand, (uint32_t)n)] = (char)(1 + rand_below(&rand, 255));
        }
        struct usage_set set;
        read_one(from->name, value, &set);
        for (size_t i = 0; i < set.count; i++) {
            assert_true(set.readings[i].pct >= 0);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_usage_shapes),
        cmocka_unit_test(test_usage_all_headers_of_one_response),
        cmocka_unit_test(test_usage_own_account_survives_the_bound),
        cmocka_unit_test(test_usage_without_account),
        cmocka_unit_test(test_usage_survives_mangled_headers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
