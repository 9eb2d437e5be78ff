/*
 * hold: why something is not moving. The list is closed; the same word stands in the store, in JSON
 * and on screen. Every account is in exactly one of these states at any moment.
 */
#ifndef MODEL_HOLD_H
#define MODEL_HOLD_H

#include <stdbool.h>
#include <stdint.h>

#include "model/ids.h"

enum hold_reason {
    HOLD_RUNNING,
    HOLD_DUE,
    HOLD_QUEUED,
    HOLD_CONCURRENCY,
    HOLD_QUOTA_ACCOUNT,
    HOLD_QUOTA_USE_CASE,
    HOLD_QUOTA_APP,
    HOLD_QUOTA_INSIGHTS,
    HOLD_QUOTA_TOKEN,
    HOLD_BUDGET,
    HOLD_BACKOFF,
    HOLD_TOKEN_INVALID,
    HOLD_NO_ACCESS,
    HOLD_PAUSED,
    HOLD_DISABLED,
    HOLD_UNKNOWN,
    HOLD_REASON_COUNT
};
const char *hold_reason_name(enum hold_reason reason);  /* "quota_account" */
const char *hold_reason_label(enum hold_reason reason); /* "ACC", at most 3 columns */
const char *hold_reason_text(enum hold_reason reason);  /* "ad account quota" */
bool hold_reason_parse(const char *text, enum hold_reason *out);
/* Somebody has to act; it does not end by itself. */
bool hold_reason_needs_person(enum hold_reason reason);
bool hold_reason_is_quota(enum hold_reason reason);

struct hold {
    int64_t hold_id;
    char account_id[ID_SIZE]; /* "" = a whole scope */
    int64_t run_id;           /* 0 = none */
    enum hold_reason reason;
    char scope[16];                 /* scope_kind_name(), "" = none */
    char scope_id[64];              /* account id, app id, "<account>/<use case>" */
    int64_t since, until, ended_at; /* ms; until 0 = a person must act; ended_at 0 = still */
    char detail[1024];              /* JSON: the figures behind the decision */
    int64_t first_until;            /* the end it was given first; the store keeps it */
};

#endif
