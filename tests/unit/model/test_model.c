#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "model/account.h"
#include "model/api_error.h"
#include "model/call.h"
#include "model/entity.h"
#include "model/error_catalog.h"
#include "model/hold.h"
#include "model/insight.h"
#include "model/operator.h"
#include "model/run.h"
#include "model/usage.h"

/* Every closed list: each value has a word of its own, which reads back; nothing else does. */
#define CHECK_LIST(count, type, name_fn, parse_fn)                                                 \
    do {                                                                                           \
        type parsed;                                                                               \
        for (int i = 0; i < (int)(count); i++) {                                                   \
            const char *word = name_fn((type)i);                                                   \
            assert_true(word[0] != '\0' && strcmp(word, "?") != 0);                                \
            parsed = (type)((i + 1) % (int)(count));                                               \
            assert_true(parse_fn(word, &parsed));                                                  \
            assert_int_equal(parsed, i);                                                           \
        }                                                                                          \
        assert_false(parse_fn("nonsense", &parsed));                                               \
        assert_false(parse_fn(NULL, &parsed));                                                     \
        assert_false(parse_fn("?", &parsed));                                                      \
    } while (0)

static void test_closed_lists_round_trip(void **state)
{
    (void)state;
    CHECK_LIST(TIER_COUNT, enum tier, tier_name, tier_parse);
    CHECK_LIST(CALL_CLASS_COUNT, enum call_class, call_class_name, call_class_parse);
    CHECK_LIST(ENTITY_KIND_COUNT, enum entity_kind, entity_kind_name, entity_kind_parse);
    CHECK_LIST(HOLD_REASON_COUNT, enum hold_reason, hold_reason_name, hold_reason_parse);
    CHECK_LIST(LEVEL_COUNT, enum insight_level, insight_level_name, insight_level_parse);
    CHECK_LIST(OP_KIND_COUNT, enum op_kind, op_kind_name, op_kind_parse);
    CHECK_LIST(RUN_MODE_COUNT, enum run_mode, run_mode_name, run_mode_parse);
    CHECK_LIST(TRIGGER_COUNT, enum run_trigger, run_trigger_name, run_trigger_parse);
    CHECK_LIST(RUN_STATUS_COUNT, enum run_status, run_status_name, run_status_parse);
    CHECK_LIST(SCOPE_KIND_COUNT, enum scope_kind, scope_kind_name, scope_kind_parse);
}

/* The words of DESIGN: a contract with the store, JSON and the console. */
static void test_words_are_the_contract(void **state)
{
    (void)state;
    static const char *const reasons[HOLD_REASON_COUNT][2] = {
        {"running",        "RUN"},
        {"due",            "DUE"},
        {"queued",         "Q"  },
        {"concurrency",    "CAP"},
        {"quota_account",  "ACC"},
        {"quota_use_case", "BUC"},
        {"quota_app",      "APP"},
        {"quota_insights", "INS"},
        {"quota_token",    "USR"},
        {"budget",         "BUD"},
        {"backoff",        "BAC"},
        {"token_invalid",  "TOK"},
        {"no_access",      "NOA"},
        {"paused",         "PAU"},
        {"disabled",       "DIS"},
        {"unknown",        "?"  },
    };
    for (int i = 0; i < HOLD_REASON_COUNT; i++) {
        assert_string_equal(hold_reason_name((enum hold_reason)i), reasons[i][0]);
        assert_string_equal(hold_reason_label((enum hold_reason)i), reasons[i][1]);
        assert_true(strlen(hold_reason_text((enum hold_reason)i)) > 5);
        assert_int_equal(hold_reason_is_quota((enum hold_reason)i),
                         strncmp(reasons[i][0], "quota_", 6) == 0);
    }
    assert_string_equal(run_status_name(RUN_THROTTLED), "THROTTLED");
    assert_string_equal(run_mode_name(RUN_DELTA), "delta");
    assert_string_equal(tier_name(TIER_HIGH), "high");
    assert_string_equal(entity_kind_edge(ENTITY_ADSET), "adsets");
    assert_string_equal(usage_source_name(USAGE_BUC), "buc");
    assert_string_equal(usage_source_header(USAGE_INSIGHTS), "x-fb-ads-insights-throttle");
    assert_true(hold_reason_needs_person(HOLD_TOKEN_INVALID));
    assert_false(hold_reason_needs_person(HOLD_QUOTA_APP));
}

static void test_access_tier_parse(void **state)
{
    (void)state;
    assert_int_equal(access_tier_parse("standard_access"), ACCESS_STANDARD);
    assert_int_equal(access_tier_parse("development_access"), ACCESS_DEVELOPMENT);
    assert_int_equal(access_tier_parse("limited_access"), ACCESS_DEVELOPMENT); /* the lower one */
    assert_int_equal(access_tier_parse(""), ACCESS_UNKNOWN);
    assert_int_equal(access_tier_parse(NULL), ACCESS_UNKNOWN);
}

static void test_account_id_normalize(void **state)
{
    (void)state;
    char id[ID_SIZE] = "untouched";
    static const char *const bad[] = {"",
                                      "act_",
                                      "act_12x",
                                      "12-3",
                                      "-1",
                                      "act_act_1",
                                      "12345678901234567890123456789012345678901234567890"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_false(account_id_normalize(bad[i], id));
    }
    assert_false(account_id_normalize(NULL, id));
    assert_string_equal(id, "untouched");
    assert_true(account_id_normalize("120208325579370399", id));
    assert_string_equal(id, "act_120208325579370399");
    assert_true(account_id_normalize("act_7", id));
    assert_string_equal(id, "act_7");
    assert_string_equal(account_id_number("act_7"), "7");
}

static void test_entity_kind_statuses_ask_for_archived(void **state)
{
    (void)state;
    for (int kind = 0; kind < ENTITY_KIND_COUNT; kind++) {
        bool archived = false;
        for (const char *const *s = entity_kind_statuses((enum entity_kind)kind); *s; s++) {
            archived = archived || strcmp(*s, "ARCHIVED") == 0;
            assert_string_not_equal(*s, "DELETED"); /* 100/1815001 */
        }
        assert_true(archived);
    }
}

static void test_account_names(void **state)
{
    (void)state;
    assert_string_equal(account_status_name(ACCOUNT_ACTIVE), "ACTIVE");
    assert_string_equal(account_status_name(101), "CLOSED");
    assert_string_equal(account_status_name(-5), "?");
    assert_string_equal(disable_reason_name(3), "RISK_PAYMENT");
    assert_string_equal(disable_reason_name(999), "?");
}

static void test_error_catalog_rows_are_complete(void **state)
{
    (void)state;
    size_t count;
    const struct error_entry *rows = error_catalog(&count);
    assert_true(count > 60);
    for (size_t i = 0; i < count; i++) {
        const struct error_entry *r = &rows[i];
        assert_true(strlen(r->title) >= 5 && strlen(r->title) <= 40);
        assert_true(strlen(r->meaning) >= 15 && r->meaning[strlen(r->meaning) - 1] == '.');
        assert_true(strlen(r->advice) >= 8 && r->advice[strlen(r->advice) - 1] == '.');
        assert_true(r->scope[0] != '\0' && r->error_class != ERROR_NONE);
        /* Each row can be reached: no row before it takes all of its cases. */
        int code = r->code == CATALOG_CODE_ANY ? 424242 : r->code;
        int subcode = r->subcode == CATALOG_SUBCODE_ANY ? 987654321 : r->subcode;
        if (error_catalog_find(code, subcode, r->text, 400) != r) {
            fail_msg("%d/%d (%s) is hidden by another row", code, subcode, r->title);
        }
        if (r->code_to != 0) {
            assert_true(r->code_to > r->code);
            assert_ptr_equal(error_catalog_find(r->code_to, subcode, r->text, 400), r);
        }
    }
}

static void test_error_catalog_find(void **state)
{
    (void)state;
    static const struct {
        int code, subcode;
        const char *message;
        int http_status;
        const char *title;
        enum error_class error_class;
    } cases[] = {
        {17,     2446079, "User request limit reached",                                            400, "Ad account has too many calls",
         ERROR_THROTTLE                                                                                                                                       },
        {17,     0,       "(#17) User request limit reached",                                      400, "User request limit",                  ERROR_THROTTLE },
        {4,      1504022, NULL,                                                                    403, "Insights load of the app",            ERROR_THROTTLE },
        {4,      0,       NULL,                                                                    403, "App request limit",                   ERROR_THROTTLE },
        {80004,  2446079, NULL,                                                                    400, "Hourly management budget used up",    ERROR_THROTTLE },
        {80008,  0,       NULL,                                                                    400, "Hourly budget of a use case used up", ERROR_THROTTLE },
        {190,    463,     NULL,                                                                    400, "Token has expired",                   ERROR_AUTH     },
        {190,    0,       "Any of the pages_x permission(s) MUST be granted before impersonating", 400,
         "A page permission is missing",                                                                                                       ERROR_ACCESS   },
        {190,    1,       NULL,                                                                    400, "Token is invalid",                    ERROR_AUTH     },
        {1,      0,       "Please reduce the amount of data you're asking for",                    500, "Answer too big for Meta",
         ERROR_SHRINK                                                                                                                                         },
        {1,      99,      NULL,                                                                    500, "Unknown error at Meta",               ERROR_RETRY    },
        {100,    33,      "Unsupported get request",                                               400, "Object is gone or hidden",            ERROR_GONE     },
        {100,    0,       "(#100) Tried accessing nonexisting field (x)",                          400,
         "A field does not exist (any more)",                                                                                                  ERROR_FIELD    },
        {100,    0,       "anything else",                                                         500, "Invalid parameter",                   ERROR_PERMANENT},
        {200,    0,       NULL,                                                                    403, "Permission is missing",               ERROR_ACCESS   },
        {2642,   0,       NULL,                                                                    400, "Cursor has expired",                  ERROR_RESTART  },
        {-3,     1504045, NULL,                                                                    200, "Report is too large",                 ERROR_SHRINK   },
        {0,      0,       NULL,                                                                    0,   "No answer",                           ERROR_RETRY    },
        {0,      0,       NULL,                                                                    200, "Answer is not JSON",                  ERROR_RETRY    },
        {0,      0,       NULL,                                                                    302, "Redirected",                          ERROR_PERMANENT},
        {0,      0,       NULL,                                                                    404, "Web page instead of an answer",       ERROR_RETRY    },
        {0,      0,       NULL,                                                                    503, "Fault at Meta",                       ERROR_RETRY    },
        {0,      0,       NULL,                                                                    418, "Unknown error",                       ERROR_PERMANENT},
        {424242, 7,       "never seen",                                                            400, "Unknown error",                       ERROR_PERMANENT},
        {424242, 7,       "never seen",                                                            503, "Unknown error",                       ERROR_PERMANENT},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct error_entry *e = error_catalog_find(cases[i].code, cases[i].subcode,
                                                         cases[i].message, cases[i].http_status);
        if (strcmp(e->title, cases[i].title) != 0) {
            fail_msg("%d/%d: %s", cases[i].code, cases[i].subcode, e->title);
        }
        assert_int_equal(e->error_class, cases[i].error_class);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_closed_lists_round_trip),
        cmocka_unit_test(test_words_are_the_contract),
        cmocka_unit_test(test_access_tier_parse),
        cmocka_unit_test(test_account_id_normalize),
        cmocka_unit_test(test_entity_kind_statuses_ask_for_archived),
        cmocka_unit_test(test_account_names),
        cmocka_unit_test(test_error_catalog_rows_are_complete),
        cmocka_unit_test(test_error_catalog_find),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
