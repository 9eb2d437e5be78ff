/* The error table against recorded bodies (tests/fixtures/graph/errors.tsv): every row is hit. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/fd.h"
#include "graph/classify.h"
#include "json/json.h"

#define HOUR 3600

struct expected {
    const char *name;
    enum error_class error_class;
    enum error_reach reach;
    enum scope_kind scope; /* throttles */
    enum use_case use_case;
    int wait_s;
    const char *field;
};

/* clang-format off */
static const struct expected cases[] = {
    {"insights_load",         ERROR_THROTTLE,  REACH_SCOPE,   SCOPE_APP_INSIGHTS, USE_CASE_NONE, 60, ""},
    {"insights_load_2",       ERROR_THROTTLE,  REACH_SCOPE,   SCOPE_APP_INSIGHTS, USE_CASE_NONE, 60, ""},
    {"app_limit",             ERROR_THROTTLE,  REACH_APP,     SCOPE_APP,          USE_CASE_NONE, 300, ""},
    {"spend_limit_cap",       ERROR_PERMANENT, REACH_REQUEST, SCOPE_APP,          USE_CASE_NONE, 0, ""},
    {"user_limit",            ERROR_THROTTLE,  REACH_TOKEN,   SCOPE_TOKEN,        USE_CASE_NONE, 300, ""},
    {"account_score",         ERROR_THROTTLE,  REACH_SCOPE,   SCOPE_ACCOUNT,      USE_CASE_NONE, 300, ""},
    {"page_limit",            ERROR_THROTTLE,  REACH_TOKEN,   SCOPE_TOKEN,        USE_CASE_NONE, 300, ""},
    {"temporary_app_limit",   ERROR_THROTTLE,  REACH_APP,     SCOPE_APP,          USE_CASE_NONE, 300, ""},
    {"policy_block",          ERROR_THROTTLE,  REACH_TOKEN,   SCOPE_TOKEN,        USE_CASE_NONE, 4 * HOUR, ""},
    {"account_score_613",     ERROR_THROTTLE,  REACH_SCOPE,   SCOPE_ACCOUNT,      USE_CASE_NONE, 300, ""},
    {"request_volume",        ERROR_THROTTLE,  REACH_APP,     SCOPE_APP,          USE_CASE_NONE, HOUR, ""},
    {"adset_budget_cap",      ERROR_PERMANENT, REACH_REQUEST, SCOPE_APP,          USE_CASE_NONE, 0, ""},
    {"ad_creation_cap",       ERROR_PERMANENT, REACH_REQUEST, SCOPE_APP,          USE_CASE_NONE, 0, ""},
    {"mutations_qps",         ERROR_PERMANENT, REACH_REQUEST, SCOPE_APP,          USE_CASE_NONE, 0, ""},
    {"abuse_prevention",      ERROR_THROTTLE,  REACH_SCOPE,   SCOPE_ACCOUNT,      USE_CASE_NONE, 1800, ""},
    {"buc_insights",          ERROR_THROTTLE,  REACH_SCOPE,   SCOPE_USE_CASE,     USE_CASE_ADS_INSIGHTS, 300, ""},
    {"buc_management",        ERROR_THROTTLE,  REACH_SCOPE,   SCOPE_USE_CASE,     USE_CASE_ADS_MANAGEMENT, 300, ""},
    {"buc_catalog",           ERROR_THROTTLE,  REACH_SCOPE,   SCOPE_USE_CASE,     USE_CASE_ADS_MANAGEMENT, 300, ""},
    {"page_permission_190",   ERROR_ACCESS,    REACH_ACCOUNT, SCOPE_APP,          USE_CASE_NONE, 0, ""},
    {"token_458",             ERROR_AUTH,      REACH_TOKEN,   SCOPE_APP,          USE_CASE_NONE, 0, ""},
    {"token_459",             ERROR_AUTH,      REACH_TOKEN,   SCOPE_APP,          USE_CASE_NONE, 0, ""},
    {"token_460",             ERROR_AUTH,      REACH_TOKEN,   SCOPE_APP,          USE_CASE_NONE, 0, ""},
    {"token_463",             ERROR_AUTH,      REACH_TOKEN,   SCOPE_APP,          USE_CASE_NONE, 0, ""},
    {"token_464",             ERROR_AUTH,      REACH_TOKEN,   SCOPE_APP,          USE_CASE_NONE, 0, ""},
    {"token_467",             ERROR_AUTH,      REACH_TOKEN,   SCOPE_APP,          USE_CASE_NONE, 0, ""},
    {"token_492",             ERROR_AUTH,      REACH_TOKEN,   SCOPE_APP,          USE_CASE_NONE, 0, ""},
    {"token_malformed",       ERROR_AUTH,      REACH_TOKEN,   SCOPE_APP,          USE_CASE_NONE, 0, ""},
    {"session_102",           ERROR_AUTH,      REACH_TOKEN,   SCOPE_APP,          USE_CASE_NONE, 0, ""},
    {"signature_104",         ERROR_RETRY,     REACH_REQUEST, SCOPE_APP,          USE_CASE_NONE, 0, ""},
    {"reduce_data",           ERROR_SHRINK,    REACH_REQUEST, SCOPE_APP,          USE_CASE_NONE, 0, ""},
    {"reduce_data_no_code",   ERROR_SHRINK,    REACH_REQUEST, SCOPE_APP,          USE_CASE_NONE, 0, ""},
    {"not_delegate",          ERROR_ACCESS,    REACH_ACCOUNT, SCOPE_APP,          USE_CASE_NONE, 0, ""},
    {"insights_timeout_2",    ERROR_SHRINK,    REACH_REQUEST, SCOPE_APP,          USE_CASE_NONE, 0, ""},
    {"invalid_breakdowns",    ERROR_PERMANENT, REACH_REQUEST, SCOPE_APP,          USE_CASE_NONE, 0, ""},
    {"invalid_custom_metrics",ERROR_PERMANENT, REACH_REQUEST, SCOPE_APP,          USE_CASE_NONE, 0, ""},
    {"insights_timeout_100",  ERROR_SHRINK,    REACH_REQUEST, SCOPE_APP,          USE_CASE_NONE, 0, ""},
    {"data_per_call",         ERROR_SHRINK,    REACH_REQUEST, SCOPE_APP,          USE_CASE_NONE, 0, ""},
    {"deleted_objects",       ERROR_PERMANENT, REACH_REQUEST, SCOPE_APP,          USE_CASE_NONE, 0, ""},
    {"insights_denied",       ERROR_ACCESS,    REACH_ACCOUNT, SCOPE_APP,          USE_CASE_NONE, 0, ""},
    {"object_gone",           ERROR_GONE,      REACH_REQUEST, SCOPE_APP,          USE_CASE_NONE, 0, ""},
    {"secret_required",       ERROR_ACCESS,    REACH_APP,     SCOPE_APP,          USE_CASE_NONE, 0, ""},
    {"missing_permissions",   ERROR_ACCESS,    REACH_ACCOUNT, SCOPE_APP,          USE_CASE_NONE, 0, ""},
    {"nonexisting_field",     ERROR_FIELD,     REACH_REQUEST, SCOPE_APP,          USE_CASE_NONE, 0, "objective"},
    {"invalid_fields_param",  ERROR_FIELD,     REACH_REQUEST, SCOPE_APP,          USE_CASE_NONE, 0, "reach"},
    {"summary_race",          ERROR_RETRY,     REACH_REQUEST, SCOPE_APP,          USE_CASE_NONE, 0, ""},
    {"after_depth",           ERROR_RESTART,   REACH_REQUEST, SCOPE_APP,          USE_CASE_NONE, 0, ""},
    {"unsupported_method",    ERROR_RETRY,     REACH_REQUEST, SCOPE_APP,          USE_CASE_NONE, 0, ""},
    {"ids_dead",              ERROR_PERMANENT, REACH_REQUEST, SCOPE_APP,          USE_CASE_NONE, 0, ""},
    {"filter_unsupported",    ERROR_PERMANENT, REACH_REQUEST, SCOPE_APP,          USE_CASE_NONE, 0, ""},
    {"capability",            ERROR_ACCESS,    REACH_APP,     SCOPE_APP,          USE_CASE_NONE, 0, ""},
    {"permission_10",         ERROR_ACCESS,    REACH_ACCOUNT, SCOPE_APP,          USE_CASE_NONE, 0, ""},
    {"development_only",      ERROR_ACCESS,    REACH_APP,     SCOPE_APP,          USE_CASE_NONE, 0, ""},
    {"ads_permission_273",    ERROR_ACCESS,    REACH_TOKEN,   SCOPE_APP,          USE_CASE_NONE, 0, ""},
    {"ads_permission_278",    ERROR_ACCESS,    REACH_TOKEN,   SCOPE_APP,          USE_CASE_NONE, 0, ""},
    {"ads_permission_294",    ERROR_ACCESS,    REACH_TOKEN,   SCOPE_APP,          USE_CASE_NONE, 0, ""},
    {"permission_200",        ERROR_ACCESS,    REACH_ACCOUNT, SCOPE_APP,          USE_CASE_NONE, 0, ""},
    {"dead_version",          ERROR_PERMANENT, REACH_APP,     SCOPE_APP,          USE_CASE_NONE, 0, ""},
    {"dead_cursor",           ERROR_RESTART,   REACH_REQUEST, SCOPE_APP,          USE_CASE_NONE, 0, ""},
    {"beyond_37_months",      ERROR_PERMANENT, REACH_REQUEST, SCOPE_APP,          USE_CASE_NONE, 0, ""},
    {"write_506",             ERROR_PERMANENT, REACH_REQUEST, SCOPE_APP,          USE_CASE_NONE, 0, ""},
    {"write_1609005",         ERROR_PERMANENT, REACH_REQUEST, SCOPE_APP,          USE_CASE_NONE, 0, ""},
    {"report_too_large",      ERROR_SHRINK,    REACH_REQUEST, SCOPE_APP,          USE_CASE_NONE, 0, ""},
    {"report_failed",         ERROR_RETRY,     REACH_REQUEST, SCOPE_APP,          USE_CASE_NONE, 0, ""},
    {"unknown_99",            ERROR_RETRY,     REACH_REQUEST, SCOPE_APP,          USE_CASE_NONE, 0, ""},
    {"unknown_1",             ERROR_RETRY,     REACH_REQUEST, SCOPE_APP,          USE_CASE_NONE, 0, ""},
    {"insights_intermittent", ERROR_RETRY,     REACH_REQUEST, SCOPE_APP,          USE_CASE_NONE, 0, ""},
    {"insights_unknown",      ERROR_RETRY,     REACH_REQUEST, SCOPE_APP,          USE_CASE_NONE, 0, ""},
    {"unavailable_2",         ERROR_RETRY,     REACH_REQUEST, SCOPE_APP,          USE_CASE_NONE, 0, ""},
    {"batch_aborted",         ERROR_RETRY,     REACH_REQUEST, SCOPE_APP,          USE_CASE_NONE, 0, ""},
    {"subcode_99",            ERROR_RETRY,     REACH_REQUEST, SCOPE_APP,          USE_CASE_NONE, 0, ""},
    /* no row: HTTP status, flags and bodies decide */
    {"transient_flag",        ERROR_RETRY,     REACH_REQUEST, SCOPE_APP,          USE_CASE_NONE, 0, ""},
    {"unknown_500",           ERROR_RETRY,     REACH_REQUEST, SCOPE_APP,          USE_CASE_NONE, 0, ""},
    {"unknown_400",           ERROR_PERMANENT, REACH_REQUEST, SCOPE_APP,          USE_CASE_NONE, 0, ""},
    {"no_code",               ERROR_PERMANENT, REACH_REQUEST, SCOPE_APP,          USE_CASE_NONE, 0, ""},
    {"empty_error",           ERROR_PERMANENT, REACH_REQUEST, SCOPE_APP,          USE_CASE_NONE, 0, ""},
    {"error_text",            ERROR_PERMANENT, REACH_REQUEST, SCOPE_APP,          USE_CASE_NONE, 0, ""},
    {"error_under_200",       ERROR_AUTH,      REACH_TOKEN,   SCOPE_APP,          USE_CASE_NONE, 0, ""},
    {"spanish_user_text",     ERROR_PERMANENT, REACH_REQUEST, SCOPE_APP,          USE_CASE_NONE, 0, ""},
    {"too_many_429",          ERROR_THROTTLE,  REACH_SCOPE,   SCOPE_ACCOUNT,      USE_CASE_NONE, 60, ""},
    {"too_many_429_known",    ERROR_THROTTLE,  REACH_SCOPE,   SCOPE_ACCOUNT,      USE_CASE_NONE, 300, ""},
    {"too_many_429_token",    ERROR_AUTH,      REACH_TOKEN,   SCOPE_APP,          USE_CASE_NONE, 0, ""},
    {"html_502",              ERROR_RETRY,     REACH_REQUEST, SCOPE_APP,          USE_CASE_NONE, 0, ""},
    {"html_404",              ERROR_RETRY,     REACH_REQUEST, SCOPE_APP,          USE_CASE_NONE, 0, ""},
    {"html_429",              ERROR_THROTTLE,  REACH_SCOPE,   SCOPE_ACCOUNT,      USE_CASE_NONE, 60, ""},
    {"text_200",              ERROR_RETRY,     REACH_REQUEST, SCOPE_APP,          USE_CASE_NONE, 0, ""},
    {"json_text_200",         ERROR_RETRY,     REACH_REQUEST, SCOPE_APP,          USE_CASE_NONE, 0, ""},
    {"null_200",              ERROR_RETRY,     REACH_REQUEST, SCOPE_APP,          USE_CASE_NONE, 0, ""},
    {"empty_200",             ERROR_RETRY,     REACH_REQUEST, SCOPE_APP,          USE_CASE_NONE, 0, ""},
    {"empty_204",             ERROR_RETRY,     REACH_REQUEST, SCOPE_APP,          USE_CASE_NONE, 0, ""},
    {"empty_304",             ERROR_RETRY,     REACH_REQUEST, SCOPE_APP,          USE_CASE_NONE, 0, ""},
    {"empty_413",             ERROR_SHRINK,    REACH_REQUEST, SCOPE_APP,          USE_CASE_NONE, 0, ""},
    {"reduce_html",           ERROR_SHRINK,    REACH_REQUEST, SCOPE_APP,          USE_CASE_NONE, 0, ""},
    {"object_500",            ERROR_RETRY,     REACH_REQUEST, SCOPE_APP,          USE_CASE_NONE, 0, ""},
    {"object_404",            ERROR_PERMANENT, REACH_REQUEST, SCOPE_APP,          USE_CASE_NONE, 0, ""},
};
/* clang-format on */

enum { CASES = sizeof cases / sizeof cases[0] };

struct fixture {
    char name[64];
    int status;
    const char *body;
    size_t len;
};

static char *recorded;

static int load(void **state)
{
    (void)state;
    size_t len = 0;
    return fd_read_file("tests/fixtures/graph/errors.tsv", 1 << 20, &recorded, &len, NULL) ? 0 : -1;
}

static int unload(void **state)
{
    (void)state;
    free(recorded);
    return 0;
}

static size_t count_fixtures(void)
{
    size_t n = 0;
    for (const char *at = recorded; *at != '\0';) {
        n += *at != '#';
        at += strcspn(at, "\n");
        at += *at == '\n';
    }
    return n;
}

static struct fixture find_fixture(const char *name)
{
    struct fixture found = {0};
    size_t n = strlen(name);
    for (const char *at = recorded; *at != '\0';) {
        size_t line = strcspn(at, "\n");
        if (strncmp(at, name, n) == 0 && at[n] == '\t') {
            char *end = NULL;
            found.status = (int)strtol(at + n + 1, &end, 10);
            assert_int_equal(*end, '\t');
            found.body = end + 1;
            found.len = line - (size_t)(found.body - at);
            return found;
        }
        at += line;
        at += *at == '\n';
    }
    fail_msg("no fixture named %s", name);
    return found;
}

static const struct classify_rule *run(const struct classify_input *base, const char *name,
                                       struct api_error *out)
{
    struct fixture f = find_fixture(name);
    struct json_doc *doc = f.len == 0 ? NULL : json_parse(f.body, f.len, NULL, NULL);
    struct classify_input in = *base;
    in.http_status = f.status;
    in.body = f.body;
    in.body_len = f.len;
    in.root = doc == NULL ? NULL : json_root(doc);
    assert_false(classify_is_success(&in));
    const struct classify_rule *rule = classify(&in, out);
    json_free(doc);
    return rule;
}

static const struct classify_input plain = {.account_id = "act_1", .call_class = CALL_ADS};

static void test_classify_recorded_bodies(void **state)
{
    (void)state;
    for (size_t i = 0; i < CASES; i++) {
        struct api_error error;
        const struct expected *want = &cases[i];
        run(&plain, want->name, &error);
        if (error.error_class != want->error_class) {
            fail_msg("%s is %s", want->name, error_class_name(error.error_class));
        }
        assert_int_equal(error.reach, want->reach);
        if (want->error_class == ERROR_THROTTLE) {
            assert_int_equal(error.scope, want->scope);
            assert_int_equal(error.use_case, want->use_case);
        }
        assert_int_equal(error.wait_ms, want->wait_s * 1000);
        assert_string_equal(error.field, want->field);
        assert_true(error.message[0] != '\0');
    }
}

static void test_classify_table_is_covered(void **state)
{
    (void)state;
    size_t count = 0;
    const struct classify_rule *rules = classify_rules(&count);
    assert_int_equal(count_fixtures(), CASES);
    assert_true(count < 128);
    bool hit[128] = {false};
    for (size_t i = 0; i < CASES; i++) {
        struct api_error error;
        const struct classify_rule *rule = run(&plain, cases[i].name, &error);
        if (rule != NULL) {
            hit[rule - rules] = true;
        }
    }
    for (size_t i = 0; i < count; i++) {
        if (!hit[i]) {
            fail_msg("rule %zu (%d/%d, %s) has no recorded body", i, rules[i].code,
                     rules[i].subcode, rules[i].note);
        }
    }
}

static void test_classify_takes_waits_from_headers(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        const char *header, *value;
        int wait_s;
        bool table; /* no header names it */
    } waits[] = {
        {"account_score",  "x-business-use-case-usage",
         "{\"1\":[{\"type\":\"ads_management\",\"call_count\":118,\"total_cputime\":20,"
         "\"total_time\":20,\"estimated_time_to_regain_access\":47}]}",                                          47 * 60, false},
        {"account_score",  "x-ad-account-usage",
         "{\"acc_id_util_pct\":100,\"reset_time_duration\":100}",                                                100,     false},
        {"account_score",  "x-ad-account-usage",
         "{\"acc_id_util_pct\":100,\"ads_api_access_tier\":\"standard_access\"}",                                60,      true },
        {"account_score",  "x-ad-account-usage",
         "{\"acc_id_util_pct\":100,\"ads_api_access_tier\":\"limited_access\"}",                                 300,     true },
        {"buc_management", "x-business-use-case-usage",
         "{\"1\":[{\"type\":\"ads_insights\",\"call_count\":10,\"estimated_time_to_regain_access\":"
         "9},"
         "{\"type\":\"ads_management\",\"call_count\":101,\"estimated_time_to_regain_access\":"
         "\"3\"}]}",                                                                                             180,     false},
        {"app_limit",      "x-ad-account-usage",        "{\"acc_id_util_pct\":100,\"reset_time_duration\":999}",
         300,                                                                                                             true },
    };
    for (size_t i = 0; i < sizeof waits / sizeof waits[0]; i++) {
        struct http_header header = {waits[i].header, waits[i].value};
        struct usage_context context = {1, 0, "act_1"};
        struct usage_set usage;
        struct api_error error;
        usage_read(&header, 1, &context, &usage);
        assert_null(usage.fault_name);
        struct classify_input in = plain;
        in.usage = &usage;
        run(&in, waits[i].name, &error);
        assert_int_equal(error.wait_ms, waits[i].wait_s * 1000);
        assert_int_equal(error.wait_named, !waits[i].table);
    }
}

static void test_classify_honours_retry_after(void **state)
{
    (void)state;
    static const struct {
        const char *value;
        int wait_s;
    } values[] = {
        {"600",                           600      },
        {"5",                             300      },
        {"0",                             300      },
        {"-4",                            300      },
        {"soon",                          300      },
        {"99999999",                      24 * HOUR},
        {"Wed, 21 Oct 2026 07:28:00 GMT", 300      },
    };
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
        struct api_error error;
        struct classify_input in = plain;
        in.retry_after = values[i].value;
        run(&in, "app_limit", &error);
        assert_int_equal(error.wait_ms, values[i].wait_s * 1000);
        assert_int_equal(error.wait_named, values[i].wait_s != 300);
    }
}

static void test_classify_depends_on_the_request(void **state)
{
    (void)state;
    struct api_error error;
    struct classify_input in = plain;
    in.report_poll = true;
    run(&in, "object_gone", &error);
    assert_int_equal(error.error_class, ERROR_RETRY);
    in = plain;
    in.proof_in_use = true;
    run(&in, "signature_104", &error);
    assert_int_equal(error.error_class, ERROR_AUTH);
    in = plain;
    in.call_class = CALL_INSIGHTS;
    run(&in, "buc_catalog", &error);
    assert_int_equal(error.use_case, USE_CASE_ADS_INSIGHTS);
    in = plain;
    in.account_id = NULL;
    run(&in, "html_429", &error);
    assert_int_equal(error.scope, SCOPE_APP);
    assert_int_equal(error.reach, REACH_APP);
}

static void test_classify_transport_failures(void **state)
{
    (void)state;
    static const struct {
        enum err_code code;
        bool retryable;
        enum error_class error_class;
    } kinds[] = {
        {ERR_NETWORK, true,  ERROR_RETRY    },
        {ERR_TIMEOUT, true,  ERROR_RETRY    },
        {ERR_LIMIT,   true,  ERROR_SHRINK   },
        {ERR_REFUSED, false, ERROR_PERMANENT},
        {ERR_NETWORK, false, ERROR_PERMANENT},
    };
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        struct err transport = {kinds[i].code, kinds[i].retryable, "it broke; mend it"};
        struct classify_input in = plain;
        struct api_error error;
        in.transport = &transport;
        in.http_status = 302;
        assert_false(classify_is_success(&in));
        assert_null(classify(&in, &error));
        assert_int_equal(error.error_class, kinds[i].error_class);
        assert_int_equal(error.http_status, 302);
        assert_string_equal(error.message, "it broke; mend it");
    }
}

static void test_classify_version_hint(void **state)
{
    (void)state;
    static const struct {
        const char *text, *hint;
    } hints[] = {
        {"(#2635) You are calling a deprecated version of the Ads API. Please update to the latest "
         "version: v2.12.",                          "v2.12"},
        {"Please update to the latest version: v26.0",        "v26.0"},
        {"Please update to the latest version: v26",          "v26"  },
        {"Please update to the latest version.",              NULL   },
        {"a v26.0 elsewhere",                                 NULL   },
        {"the latest version: v1111111111111111111111111111", NULL   },
        {"",                                                  NULL   },
    };
    for (size_t i = 0; i < sizeof hints / sizeof hints[0]; i++) {
        char hint[16] = "";
        assert_int_equal(classify_version_hint(hints[i].text, hint), hints[i].hint != NULL);
        assert_string_equal(hint, hints[i].hint == NULL ? "" : hints[i].hint);
    }
}

static void test_classify_report_codes(void **state)
{
    (void)state;
    struct api_error error;
    classify_codes(-3, 1504045, "Report Too Large", &error);
    assert_int_equal(error.error_class, ERROR_SHRINK);
    classify_codes(-2, 2490547, NULL, &error);
    assert_int_equal(error.error_class, ERROR_RETRY);
    classify_codes(4, 1504022, "too many calls", &error);
    assert_int_equal(error.error_class, ERROR_THROTTLE);
    assert_int_equal(error.scope, SCOPE_APP_INSIGHTS);
    assert_int_equal(error.wait_ms, 60000);
    classify_codes(123456, 0, "?", &error);
    assert_int_equal(error.error_class, ERROR_PERMANENT);
}

static void test_classify_field_name_hostile(void **state)
{
    (void)state;
    char field[64];
    char long_text[400] = "Tried accessing nonexisting field (";
    memset(long_text + strlen(long_text), 'x', 300);
    assert_false(classify_field_name(long_text, field));
    assert_false(classify_field_name("nonexisting field ()", field));
    assert_false(classify_field_name("nonexisting field (\x1b[31m)", field));
    assert_false(classify_field_name("(# not valid for fields param", field));
    assert_true(classify_field_name("'reach' is not valid for fields param", field));
    assert_string_equal(field, "reach");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_classify_recorded_bodies),
        cmocka_unit_test(test_classify_table_is_covered),
        cmocka_unit_test(test_classify_takes_waits_from_headers),
        cmocka_unit_test(test_classify_honours_retry_after),
        cmocka_unit_test(test_classify_depends_on_the_request),
        cmocka_unit_test(test_classify_transport_failures),
        cmocka_unit_test(test_classify_version_hint),
        cmocka_unit_test(test_classify_report_codes),
        cmocka_unit_test(test_classify_field_name_hostile),
    };
    return cmocka_run_group_tests(tests, load, unload);
}
