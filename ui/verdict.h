/*
 * verdict: is anything wrong right now, what is the cause, and when does it clear by itself: one
 * line from the counts of wait reasons and the state of the engine. Pure.
 */
#ifndef UI_VERDICT_H
#define UI_VERDICT_H

#include <stdbool.h>
#include <stdint.h>

#include "model/hold.h"
#include "ui/role.h"

/* Calls of the last quarter of an hour, where an alert says that they fail or that answers are
 * slow; the alert has the hysteresis. */
struct verdict_api {
    bool failing, slow;
    int64_t since;     /* ms, of the first of the two */
    double failed_pct; /* of the calls */
    int64_t answer_ms; /* on average */
};

struct verdict_input {
    bool engine_runs;
    bool store_empty; /* no account is known yet */
    bool past;        /* an instant of the past is shown: the engine's absence now says nothing */
    int64_t now, engine_seen_at; /* ms; 0 = never */
    int accounts;
    int reasons[HOLD_REASON_COUNT];    /* accounts by what they wait for */
    int64_t since[HOLD_REASON_COUNT];  /* ms, the earliest current one; 0 = none */
    int64_t clears_first, clears_last; /* ms, ends of quota, budget and backoff holds; 0 = none */
    int64_t clears_before;             /* ms, the latest of the ends they were given first */
    bool clears_estimated;             /* the last one is our guess */
    double quota_used, quota_ours;     /* per cent, over the limiters whose share is known */
    struct verdict_api api;
    int errors_hour;          /* failed calls of the last hour */
    int failing;              /* accounts whose last run failed, held by nothing */
    int late;                 /* more than half their cadence late, held by nothing */
    int behind;               /* being read, and late or never read to the end */
    int64_t last_finished_at; /* of any run; 0 = none */
};

enum verdict_kind { VERDICT_OK, VERDICT_DEGRADED, VERDICT_STALLED, VERDICT_TOKEN, VERDICT_EMPTY };

struct verdict {
    enum verdict_kind kind;
    enum role role;
    char word[16];                     /* "DEGRADED" */
    char detail[128];                  /* "3 throttled, 1 token", the gravest first */
    char cause[96];                    /* "app quota (mostly not us)"; "" = nothing is wrong */
    char advice[64];                   /* what that means, where no account's line says it */
    int64_t since;                     /* 0 = unknown */
    int64_t clears_first, clears_last; /* 0 = does not clear by itself, or nothing to clear */
    bool clears_estimated;
    int64_t clears_before; /* it was to clear earlier, then; 0 = the end has stood */
    int behind;
    int held;         /* accounts that clear by themselves */
    int needs_person; /* accounts that do not; with no engine all of them */
};

struct verdict verdict_of(const struct verdict_input *in);

#endif
