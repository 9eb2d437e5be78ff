/*
 * account: an ad account, its spend tier and what the store knows of its freshness.
 */
#ifndef MODEL_ACCOUNT_H
#define MODEL_ACCOUNT_H

#include <stdbool.h>
#include <stdint.h>

#include "model/ids.h"

enum tier { TIER_HIGH, TIER_MEDIUM, TIER_LOW, TIER_COUNT };
const char *tier_name(enum tier tier); /* "high" */
bool tier_parse(const char *text, enum tier *out);

/* account_status of the API; every other number means "not active" and is shown as it came. */
enum { ACCOUNT_ACTIVE = 1, ACCOUNT_DISABLED = 2 };
const char *account_status_name(int account_status); /* "ACTIVE", "UNSETTLED", ... or "?" */
const char *disable_reason_name(int disable_reason);

struct account {
    char account_id[ID_SIZE];
    char *name;              /* UTF-8 as it came; owned by whoever filled the struct */
    char currency[8];        /* ISO 4217 */
    char timezone_name[64];  /* IANA */
    int timezone_offset_min; /* as of the last refresh; moves with DST */
    int account_status;      /* ACCOUNT_ACTIVE, ... */
    int disable_reason;
    enum tier tier;
    bool tier_pinned;
    int priority;           /* -9 .. 9, 0 normal, set by operators */
    int64_t paused_until;   /* ms; 0 = not paused, INT64_MAX = until resumed */
    int64_t spend_7d;       /* micros of currency, 7 complete days before today */
    int64_t spend_7d_base;  /* micros of the base currency */
    int64_t last_synced_at; /* ms of each; 0 = never */
    int64_t last_full_at;
    int64_t last_sweep_at;
    int64_t data_as_of; /* server's Date of the last complete listing */
    int64_t next_due_at;
    int64_t removed_at; /* no longer in /me/adaccounts; 0 = present */
};

#endif
