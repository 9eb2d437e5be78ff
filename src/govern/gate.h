/*
 * gate: what a call is for the governor before it is sent, the verdict on it, and what came of it.
 */
#ifndef GOVERN_GATE_H
#define GOVERN_GATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/api_error.h"
#include "model/call.h"
#include "model/hold.h"
#include "model/usage.h"

struct gate_call {
    enum call_class call_class;
    char account_id[ID_SIZE]; /* "" = of no account (/me/adaccounts, debug_token) */
    double cost;              /* weighted units, cost.h; 0 counts as 1 per item */
    int items;                /* a batch counts its items; 0 counts as 1 */
    /* An operator's force with override: passes thresholds and pacing up to critical_pct, clears
     * "no access" by trying; never passes a block, and a dead token only as CALL_TOKEN. */
    bool critical;
    int64_t run_id;
};

struct gate_verdict {
    bool go;
    enum hold_reason reason; /* HOLD_RUNNING when go */
    enum scope_kind scope;
    char scope_id[64]; /* "app", "token", "act_1", "act_1/ads_insights" */
    /* Ask again then (ms); 0 = a person must act. Earlier answers may free it earlier. */
    int64_t until_ms;
    bool until_exact; /* from a header or a block; false = our forecast */
    /* Batches: the most items that could ever pass at once here; 0 = no limit known. */
    int items_fit;
    /* JSON object: pct, source, age_s, threshold, model_pct, call_pct, in_flight, rule, ... */
    char detail[512];
};

/* readings are those of this response, failed ones too; lent for the call. */
struct gate_outcome {
    bool ok;
    struct api_error error; /* error_class ERROR_NONE when ok */
    const struct usage_reading *readings;
    size_t count;
    int64_t server_ms; /* Date of the response, 0 = none */
    int64_t bytes;     /* of the answer; a hint at how heavy it was, 0 = not known */
};

#endif
