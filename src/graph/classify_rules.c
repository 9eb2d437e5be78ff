/*
 * The code table of reference 3.2. The first row that fits decides, so the order is the contract:
 * throttles, credentials, "reduce the amount", what is permanent whatever the HTTP status, what is
 * transient. More special rows stand before more general ones of the same code.
 */
#include "graph/classify.h"

#define ANY SUBCODE_ANY
#define NONE SUBCODE_NONE

#define IS(error_class, reach) ERROR_##error_class, REACH_##reach, SCOPE_APP, USE_CASE_NONE, 0
/* A throttle: its reach follows from its scope. Seconds to wait when no header names them. */
#define HOLD(scope, use_case, wait_s)                                                              \
    ERROR_THROTTLE, REACH_OF_##scope, SCOPE_##scope, USE_CASE_##use_case, wait_s
#define REACH_OF_APP REACH_APP
#define REACH_OF_APP_INSIGHTS REACH_SCOPE
#define REACH_OF_TOKEN REACH_TOKEN
#define REACH_OF_ACCOUNT REACH_SCOPE
#define REACH_OF_USE_CASE REACH_SCOPE

/* One row a line, as in the reference. */
/* clang-format off */
static const struct classify_rule rules[] = {
    /* code..to, subcode, text in the message, what follows, what it is */
    /* 3: throttles. Waits in seconds, used when no header names one. */
    {4,        0,     1504022, NULL,                                   HOLD(APP_INSIGHTS, NONE, 60),        "insights load of the app"},
    {4,        0,     1504039, NULL,                                   HOLD(APP_INSIGHTS, NONE, 60),        "insights load of the app"},
    {4,        0,     ANY,     NULL,                                   HOLD(APP, NONE, 300),                "app limit"},
    {17,       0,     1885172, NULL,                                   IS(PERMANENT, REQUEST),              "write cap"},
    {17,       0,     NONE,    NULL,                                   HOLD(TOKEN, NONE, 300),              "user token limit"},
    {17,       0,     ANY,     NULL,                                   HOLD(ACCOUNT, NONE, WAIT_SCORE),     "ad account score"},
    {32,       0,     ANY,     NULL,                                   HOLD(TOKEN, NONE, 300),              "page limit"},
    {341,      0,     ANY,     NULL,                                   HOLD(APP, NONE, 300),                "temporary app limit"},
    {368,      0,     ANY,     NULL,                                   HOLD(TOKEN, NONE, 14400),            "policy block, needs a person"},
    {613,      0,     1487742, NULL,                                   HOLD(ACCOUNT, NONE, WAIT_SCORE),     "ad account score"},
    {613,      0,     1996,    NULL,                                   HOLD(APP, NONE, 3600),               "inconsistent request volume"},
    {613,      0,     1487632, NULL,                                   IS(PERMANENT, REQUEST),              "write cap"},
    {613,      0,     1487225, NULL,                                   IS(PERMANENT, REQUEST),              "write cap"},
    {613,      0,     5044001, NULL,                                   IS(PERMANENT, REQUEST),              "mutations per second"},
    {613,      0,     ANY,     NULL,                                   HOLD(ACCOUNT, NONE, 1800),           "abuse prevention"},
    {80000,    0,     ANY,     NULL,                                   HOLD(USE_CASE, ADS_INSIGHTS, 300),   "hourly insights budget"},
    {80004,    0,     ANY,     NULL,                                   HOLD(USE_CASE, ADS_MANAGEMENT, 300), "hourly entity budget"},
    {80001,    80014, ANY,     NULL,                                   HOLD(USE_CASE, NONE, 300),           "hourly budget of another use case"},

    /* 4: credentials. 190 is also used for a permission of one object (reference 10 #35). */
    {190,      0,     ANY,     "must be granted before impersonating", IS(ACCESS, ACCOUNT),                 "a page permission, not the token"},
    {190,      0,     458,     NULL,                                   IS(AUTH, TOKEN),                     "app not authorized"},
    {190,      0,     459,     NULL,                                   IS(AUTH, TOKEN),                     "user checkpointed"},
    {190,      0,     460,     NULL,                                   IS(AUTH, TOKEN),                     "password changed"},
    {190,      0,     463,     NULL,                                   IS(AUTH, TOKEN),                     "token expired"},
    {190,      0,     464,     NULL,                                   IS(AUTH, TOKEN),                     "user unconfirmed"},
    {190,      0,     467,     NULL,                                   IS(AUTH, TOKEN),                     "token invalid"},
    {190,      0,     492,     NULL,                                   IS(AUTH, TOKEN),                     "role missing"},
    {190,      0,     ANY,     NULL,                                   IS(AUTH, TOKEN),                     "token invalid"},
    {102,      0,     ANY,     NULL,                                   IS(AUTH, TOKEN),                     "session invalid"},
    {104,      0,     ANY,     NULL,                                   IS(AUTH, TOKEN),                     "signature required or wrong (a reset connection when no proof is in use)"},

    /* 5: no stable subcode, so the text decides, under any code. */
    {CODE_ANY, 0,     ANY,     "reduce the amount of data",            IS(SHRINK, REQUEST),                 "answer too big"},

    /* 6: not transient even under HTTP 5xx. */
    {1,        0,     2853001, NULL,                                   IS(ACCESS, ACCOUNT),                 "profile not linked to its page"},
    {2,        0,     1504038, NULL,                                   IS(SHRINK, REQUEST),                 "insights timed out"},
    {2,        0,     1504041, NULL,                                   IS(PERMANENT, REQUEST),              "invalid breakdowns"},
    {2,        0,     1504042, NULL,                                   IS(PERMANENT, REQUEST),              "invalid custom metrics"},
    {100,      0,     1504018, NULL,                                   IS(SHRINK, REQUEST),                 "insights timed out"},
    {100,      0,     1487534, NULL,                                   IS(SHRINK, REQUEST),                 "data-per-call limit"},
    {100,      0,     1815001, NULL,                                   IS(PERMANENT, REQUEST),              "deleted objects asked for on an edge"},
    {100,      0,     3191001, NULL,                                   IS(ACCESS, ACCOUNT),                 "insights permission denied"},
    {100,      0,     33,      NULL,                                   IS(GONE, REQUEST),                   "gone, or no permission (a race right after a report's creation)"},
    {100,      0,     ANY,     "appsecret_proof",                      IS(ACCESS, APP),                     "app secret missing or wrong"},
    {100,      0,     ANY,     "Missing permissions",                  IS(ACCESS, ACCOUNT),                 "wrong account or token"},
    {100,      0,     ANY,     "nonexisting field",                    IS(FIELD, REQUEST),                  "version drift"},
    {100,      0,     ANY,     "not valid for fields param",           IS(FIELD, REQUEST),                  "version drift"},
    {100,      0,     ANY,     "in summary param",                     IS(RETRY, REQUEST),                  "server race on report runs"},
    {100,      0,     ANY,     "After Cursor specified exceeds",       IS(RESTART, REQUEST),                "paging depth"},
    {100,      0,     ANY,     "Unsupported request - method type",    IS(RETRY, REQUEST),                  "passes by itself as a rule"},
    {100,      0,     ANY,     "ids query parameter is deprecated",    IS(PERMANENT, REQUEST),              "dead multi-get, sent with HTTP 500"},
    {100,      0,     ANY,     NULL,                                   IS(PERMANENT, REQUEST),              "invalid parameter"},
    {3,        0,     ANY,     NULL,                                   IS(ACCESS, APP),                     "capability missing"},
    {10,       0,     ANY,     NULL,                                   IS(ACCESS, ACCOUNT),                 "permission not granted"},
    {270,      0,     ANY,     NULL,                                   IS(ACCESS, APP),                     "not allowed with development access"},
    {273,      0,     ANY,     NULL,                                   IS(ACCESS, TOKEN),                   "ads permission"},
    {278,      0,     ANY,     NULL,                                   IS(ACCESS, TOKEN),                   "ads permission"},
    {294,      0,     ANY,     NULL,                                   IS(ACCESS, TOKEN),                   "needs ads_read or ads_management"},
    {200,      299,   ANY,     NULL,                                   IS(ACCESS, ACCOUNT),                 "permission"},
    {2635,     0,     ANY,     NULL,                                   IS(PERMANENT, APP),                  "API version is dead"},
    {2642,     0,     ANY,     NULL,                                   IS(RESTART, REQUEST),                "cursor expired"},
    {3018,     0,     ANY,     NULL,                                   IS(PERMANENT, REQUEST),              "older than 37 months"},
    {506,      0,     ANY,     NULL,                                   IS(PERMANENT, REQUEST),              "writes only"},
    {1609005,  0,     ANY,     NULL,                                   IS(PERMANENT, REQUEST),              "writes only"},
    {-3,       0,     ANY,     NULL,                                   IS(SHRINK, REQUEST),                 "report too large"},

    /* 7: transient. */
    {-2,       0,     ANY,     NULL,                                   IS(RETRY, REQUEST),                  "report failed"},
    {1,        0,     99,      NULL,                                   IS(RETRY, REQUEST),                  "unknown error"},
    {1,        0,     ANY,     NULL,                                   IS(RETRY, REQUEST),                  "unknown error"},
    {2,        0,     1504043, NULL,                                   IS(RETRY, REQUEST),                  "intermittent insights error"},
    {2,        0,     1504044, NULL,                                   IS(RETRY, REQUEST),                  "unknown insights error"},
    {2,        0,     ANY,     NULL,                                   IS(RETRY, REQUEST),                  "service temporarily unavailable"},
    {960,      0,     ANY,     NULL,                                   IS(RETRY, REQUEST),                  "batch item aborted"},
    {CODE_ANY, 0,     99,      NULL,                                   IS(RETRY, REQUEST),                  "unknown error"},
};
/* clang-format on */

const struct classify_rule *classify_rules(size_t *count)
{
    *count = sizeof rules / sizeof rules[0];
    return rules;
}
