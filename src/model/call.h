/*
 * call: one request to the Graph API, before (what it is) and after (what came of it).
 */
#ifndef MODEL_CALL_H
#define MODEL_CALL_H

#include <stdbool.h>
#include <stdint.h>

#include "model/ids.h"
#include "model/usage.h"

enum call_class {
    CALL_ACCOUNTS, /* /me/adaccounts, /act_X */
    CALL_CAMPAIGNS,
    CALL_ADSETS,
    CALL_ADS,
    CALL_INSIGHTS,       /* sync insights, level below account */
    CALL_INSIGHTS_TOTAL, /* level=account, the checksum */
    CALL_REPORT,         /* POST insights, polling and reading a report */
    CALL_NODES,          /* reads by id, batch items */
    CALL_TOKEN,          /* debug_token, /me, /me/permissions */
    CALL_CLASS_COUNT
};
const char *call_class_name(enum call_class call_class); /* "accounts", "campaigns", ... */
bool call_class_parse(const char *text, enum call_class *out);
enum use_case call_class_use_case(enum call_class call_class);
bool call_class_is_insights(enum call_class call_class);

/* A row of api_calls. */
struct call_record {
    int64_t at; /* ms, when it was sent */
    int64_t run_id;
    char account_id[ID_SIZE]; /* "" = none */
    enum call_class call_class;
    char path[256];  /* edge and non-secret parameters */
    int http_status; /* 0 = no response */
    int code, subcode;
    char fbtrace_id[64];
    int64_t ms, bytes, rows;
    double cost; /* weighted units */
};

/* How calls of a time went. */
struct call_health {
    int64_t calls[CALL_CLASS_COUNT], ms[CALL_CLASS_COUNT]; /* answered ones, and their sum */
    int64_t all, passing; /* sent ones; failed by what passes by itself, and is not a limit */
};
int64_t call_health_mean_ms(const struct call_health *health); /* 0 = none was answered */

#endif
