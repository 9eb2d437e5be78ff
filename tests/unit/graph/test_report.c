/* Asynchronous reports: scripts of answers, and the state they must lead to. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/rand.h"
#include "graph/report.h"
#include "json/json.h"

static const struct graph_param params[] = {
    {"level", "ad"}
};
static const struct graph_request request = {.call_class = CALL_INSIGHTS,
                                             .account_id = "act_1",
                                             .path = "act_1/insights",
                                             .params = params,
                                             .param_count = 1};

static enum report_state answer(struct report *report, int status, const char *body, int64_t now)
{
    struct graph_request sent;
    report_request(report, &sent);
    struct graph_response in = {.status = status,
                                .body = body,
                                .body_len = strlen(body),
                                .call_class = sent.call_class,
                                .report_poll = sent.report_poll};
    struct graph_result result;
    struct json_doc *doc = graph_result_read(&in, &result);
    enum report_state state = report_result(report, &result, now, 0.5);
    json_free(doc);
    return state;
}

#define CREATED "{\"report_run_id\":\"6023920149050\"}"
#define RUN(status, percent)                                                                       \
    "{\"id\":\"6023920149050\",\"async_status\":\"" status                                         \
    "\",\"async_percent_completion\":" percent "}"

static void test_report_whole_way(void **state)
{
    (void)state;
    struct report report;
    struct graph_request sent;
    report_init(&report, &request, 1000);
    report_request(&report, &sent);
    assert_true(sent.post);
    assert_string_equal(sent.path, "act_1/insights");
    assert_int_equal(sent.param_count, 1);
    assert_int_equal(answer(&report, 200, "{\"report_run_id\":6023920149050}", 1000), REPORT_POLL);
    report_request(&report, &sent);
    assert_false(sent.post);
    assert_string_equal(sent.path, "6023920149050");
    assert_true(sent.report_poll);
    assert_int_equal(sent.call_class, CALL_REPORT);
    int64_t now = report.next_at;
    assert_true(now > 1000);
    assert_int_equal(answer(&report, 200, RUN("Job Not Started", "0"), now), REPORT_POLL);
    assert_int_equal(answer(&report, 200, RUN("Job Started", "0"), now), REPORT_POLL);
    assert_int_equal(answer(&report, 200, RUN("Job Running", "\"40\""), now), REPORT_POLL);
    assert_int_equal(report.percent, 40);
    assert_int_equal(answer(&report, 200, RUN("Job Completed", "99"), now), REPORT_POLL);
    assert_int_equal(answer(&report, 200, RUN("Job Completed", "100"), now), REPORT_READ);
    assert_string_equal(report_path(&report), "6023920149050/insights");
}

static void test_report_race_after_creation(void **state)
{
    (void)state;
    static const char gone[] =
        "{\"error\":{\"message\":\"Unsupported get request\",\"code\":100,\"error_subcode\":33}}";
    struct report report;
    report_init(&report, &request, 0);
    answer(&report, 200, CREATED, 0);
    for (int i = 0; i < REPORT_RACES_MAX; i++) {
        assert_int_equal(answer(&report, 400, gone, 5000), REPORT_POLL);
        assert_int_equal(report.next_at, 6000);
    }
    assert_int_equal(answer(&report, 400, gone, 5000), REPORT_CREATE); /* it is gone: make anew */
    assert_int_equal(report.resubmits, 1);
}

static void test_report_stall_is_no_change_not_age(void **state)
{
    (void)state;
    struct report report;
    int64_t now = 0;
    report_init(&report, &request, now);
    answer(&report, 200, CREATED, now);
    char body[200];
    for (int percent = 0; percent < 90; percent += 10) { /* three hours, but it moves */
        now += REPORT_STALL_MS - 1;
        snprintf(body, sizeof body, RUN("Job Running", "%d"), percent);
        assert_int_equal(answer(&report, 200, body, now), REPORT_POLL);
    }
    now += REPORT_STALL_MS - 1;
    assert_int_equal(answer(&report, 200, body, now), REPORT_POLL);
    assert_int_equal(answer(&report, 200, body, now + 1), REPORT_CREATE);
    assert_non_null(strstr(report.error.message, "20 minutes"));
}

static void test_report_poll_interval_grows(void **state)
{
    (void)state;
    struct report report;
    int64_t now = 0;
    report_init(&report, &request, now);
    answer(&report, 200, CREATED, now);
    int64_t last = 0;
    for (int i = 0; i < 10; i++) {
        now = report.next_at;
        answer(&report, 200, RUN("Job Running", "5"), now);
        int64_t wait = report.next_at - now;
        assert_true(wait >= last && wait <= REPORT_POLL_MAX_MS);
        last = wait;
    }
    assert_int_equal(last, REPORT_POLL_MAX_MS);
}

static void test_report_endings(void **state)
{
    (void)state;
    static const struct {
        int status;
        const char *body;
        enum report_state state;
    } endings[] = {
        {200,            RUN("Job Skipped", "0"),  REPORT_CREATE},
        {200,              RUN("Job Failed",                             "100"),     REPORT_CREATE},
        {200, "{\"async_status\":\"Job Failed\",\"error_code\":-3,\"error_subcode\":1504045}",
         REPORT_SPLIT                },
        {200,   "{\"async_status\":\"Job Failed\",\"error_code\":\"-2\",\"error_subcode\":2490547}",
         REPORT_CREATE      },
        {200,  "{\"async_status\":\"Job Failed\",\"error_code\":4,\"error_subcode\":1504022}",
         REPORT_CREATE               },
        {200,
         "{\"async_status\":\"Job Failed\",\"error_code\":2,\"error_subcode\":1504041,"
         "\"error_message\":\"Invalid breakdowns\"}",                   REPORT_FAILED      },
        {200, "{\"async_percent_completion\":4}",REPORT_POLL},
        {200,   "[]",                     REPORT_POLL                           },
        {502,   "<html>",REPORT_POLL},
        {400,   "{\"error\":{\"code\":190,\"message\":\"x\"}}",                     REPORT_FAILED                                                },
        {403, "{\"error\":{\"code\":4,\"message\":\"(#4) x\"}}",REPORT_POLL},
        {500,   "{\"error\":{\"code\":1,\"message\":\"Please reduce the amount of data\"}}",
         REPORT_SPLIT                                                                         },
    };
    for (size_t i = 0; i < sizeof endings / sizeof endings[0]; i++) {
        struct report report;
        report_init(&report, &request, 0);
        answer(&report, 200, CREATED, 0);
        enum report_state got = answer(&report, endings[i].status, endings[i].body, 1000);
        if (got != endings[i].state) {
            fail_msg("case %zu ended in %d", i, (int)got);
        }
    }
}

static void test_report_resubmits_are_bounded(void **state)
{
    (void)state;
    struct report report;
    report_init(&report, &request, 0);
    for (int i = 0; i < REPORT_RESUBMITS_MAX; i++) {
        assert_int_equal(answer(&report, 200, CREATED, 0), REPORT_POLL);
        assert_int_equal(answer(&report, 200, RUN("Job Failed", "0"), 0), REPORT_CREATE);
    }
    answer(&report, 200, CREATED, 0);
    assert_int_equal(answer(&report, 200, RUN("Job Failed", "0"), 0), REPORT_SPLIT);
}

static void test_report_throttle_waits_without_losing_the_run(void **state)
{
    (void)state;
    struct report report;
    report_init(&report, &request, 0);
    answer(&report, 200, CREATED, 0);
    assert_int_equal(answer(&report, 400,
                            "{\"error\":{\"code\":4,\"error_subcode\":1504022,\"message\":\"x\"}}",
                            1000),
                     REPORT_POLL);
    assert_int_equal(report.next_at, 61000);
    assert_string_equal(report.report_run_id, "6023920149050");
}

static void test_report_creation_faults(void **state)
{
    (void)state;
    static const char *const bodies[] = {"{}", "{\"report_run_id\":\"../me\"}",
                                         "{\"report_run_id\":\"-4\"}", "{\"report_run_id\":[]}"};
    for (size_t i = 0; i < sizeof bodies / sizeof bodies[0]; i++) {
        struct report report;
        report_init(&report, &request, 0);
        for (int k = 0; k < 5; k++) {
            assert_int_equal(answer(&report, 200, bodies[i], 0), REPORT_CREATE);
        }
        assert_int_equal(answer(&report, 200, bodies[i], 0), REPORT_FAILED);
    }
}

static void test_report_rereads(void **state)
{
    (void)state;
    struct report report;
    struct api_error odd = {.error_class = ERROR_RETRY};
    report_init(&report, &request, 0);
    answer(&report, 200, CREATED, 0);
    answer(&report, 200, RUN("Job Completed", "100"), 0);
    for (int i = 0; i < REPORT_REREADS_MAX; i++) {
        assert_int_equal(report_read_failed(&report, &odd, 0, 0.5), REPORT_READ);
    }
    assert_int_equal(report_read_failed(&report, &odd, 0, 0.5), REPORT_CREATE);
    /* Made anew once, then it is divided. */
    answer(&report, 200, CREATED, 0);
    answer(&report, 200, RUN("Job Completed", "100"), 0);
    for (int i = 0; i < REPORT_REREADS_MAX; i++) {
        assert_int_equal(report_read_failed(&report, &odd, 0, 0.5), REPORT_READ);
    }
    assert_int_equal(report_read_failed(&report, &odd, 0, 0.5), REPORT_SPLIT);
}

static void test_report_split_by_days_then_nodes(void **state)
{
    (void)state;
    static const struct {
        int32_t days;
        enum insight_level node, level;
        enum report_split split;
    } cases[] = {
        {90, LEVEL_ACCOUNT,  LEVEL_AD,       SPLIT_DATES},
        {2,  LEVEL_ADSET,    LEVEL_AD,       SPLIT_DATES},
        {1,  LEVEL_ACCOUNT,  LEVEL_AD,       SPLIT_NODES},
        {1,  LEVEL_CAMPAIGN, LEVEL_AD,       SPLIT_NODES},
        {1,  LEVEL_ADSET,    LEVEL_AD,       SPLIT_NONE },
        {1,  LEVEL_ACCOUNT,  LEVEL_ADSET,    SPLIT_NODES},
        {1,  LEVEL_CAMPAIGN, LEVEL_ADSET,    SPLIT_NONE },
        {1,  LEVEL_ACCOUNT,  LEVEL_CAMPAIGN, SPLIT_NONE },
        {1,  LEVEL_ACCOUNT,  LEVEL_ACCOUNT,  SPLIT_NONE },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_int_equal(report_split(cases[i].days, cases[i].node, cases[i].level),
                         cases[i].split);
    }
}

static void test_report_advised(void **state)
{
    (void)state;
    struct api_error error = {.code = 2, .subcode = 1504038};
    assert_true(report_advised(&error));
    error.subcode = 1487534;
    assert_true(report_advised(&error));
    error.subcode = 0;
    assert_false(report_advised(&error));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_report_whole_way),
        cmocka_unit_test(test_report_race_after_creation),
        cmocka_unit_test(test_report_stall_is_no_change_not_age),
        cmocka_unit_test(test_report_poll_interval_grows),
        cmocka_unit_test(test_report_endings),
        cmocka_unit_test(test_report_resubmits_are_bounded),
        cmocka_unit_test(test_report_throttle_waits_without_losing_the_run),
        cmocka_unit_test(test_report_creation_faults),
        cmocka_unit_test(test_report_rereads),
        cmocka_unit_test(test_report_split_by_days_then_nodes),
        cmocka_unit_test(test_report_advised),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
