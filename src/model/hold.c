#include "model/hold.h"

#include <string.h>

/* The words, labels and their order are a contract with the store, JSON and the console. */
static const struct {
    const char *name, *label, *text;
    bool needs_person, quota;
} reasons[HOLD_REASON_COUNT] = {
    [HOLD_RUNNING] = {"running",        "RUN", "running",                           false, false},
    [HOLD_DUE] = {"due",            "DUE", "next run is due later",             false, false},
    [HOLD_QUEUED] = {"queued",         "Q",   "queued behind others",              false, false},
    [HOLD_CONCURRENCY] = {"concurrency",    "CAP", "all workers are busy",              false, false},
    [HOLD_QUOTA_ACCOUNT] = {"quota_account",  "ACC", "ad account quota",                  false, true },
    [HOLD_QUOTA_USE_CASE] = {"quota_use_case", "BUC", "business use case quota",           false, true },
    [HOLD_QUOTA_APP] = {"quota_app",      "APP", "app quota, shared by all accounts", false, true },
    [HOLD_QUOTA_INSIGHTS] = {"quota_insights", "INS", "insights quota of the app",         false, true },
    [HOLD_QUOTA_TOKEN] = {"quota_token",    "USR", "quota of the token's user",         false, true },
    [HOLD_BUDGET] = {"budget",         "BUD", "our own daily cost budget",         false, false},
    [HOLD_BACKOFF] = {"backoff",        "BAC", "waiting after an error",            false, false},
    [HOLD_TOKEN_INVALID] = {"token_invalid",  "TOK", "the token is invalid",              true,  false},
    [HOLD_NO_ACCESS] = {"no_access",      "NOA", "no access to the account",          true,  false},
    [HOLD_PAUSED] = {"paused",         "PAU", "paused by a person",                false, false},
    [HOLD_DISABLED] = {"disabled",       "DIS", "disabled at Meta",                  true,  false},
    [HOLD_UNKNOWN] = {"unknown",        "?",   "nothing is known yet",              false, false},
};

const char *hold_reason_name(enum hold_reason reason)
{
    return reason < HOLD_REASON_COUNT ? reasons[reason].name : "unknown";
}

const char *hold_reason_label(enum hold_reason reason)
{
    return reason < HOLD_REASON_COUNT ? reasons[reason].label : "?";
}

const char *hold_reason_text(enum hold_reason reason)
{
    return reason < HOLD_REASON_COUNT ? reasons[reason].text : "nothing is known yet";
}

bool hold_reason_parse(const char *text, enum hold_reason *out)
{
    for (int i = 0; text && i < HOLD_REASON_COUNT; i++) {
        if (strcmp(reasons[i].name, text) == 0) {
            *out = (enum hold_reason)i;
            return true;
        }
    }
    return false;
}

bool hold_reason_needs_person(enum hold_reason reason)
{
    return reason < HOLD_REASON_COUNT && reasons[reason].needs_person;
}

bool hold_reason_is_quota(enum hold_reason reason)
{
    return reason < HOLD_REASON_COUNT && reasons[reason].quota;
}
