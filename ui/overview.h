/*
 * overview: what every view's header shows and what the verdict rests on, read once per load.
 */
#ifndef UI_OVERVIEW_H
#define UI_OVERVIEW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "govern/budget.h"
#include "model/account.h"
#include "model/hold.h"
#include "model/operator.h"
#include "model/usage.h"
#include "ui/verdict.h"

struct account_line;
struct arena;
struct config;
struct env;
struct limiter_row;
struct store_reader;

struct limit_reading {
    double pct;        /* -1 = never read */
    double threshold;  /* percent */
    int64_t at;        /* ms */
    int64_t regain_at; /* ms, 0 = not given */
    double slope;      /* percentage points a minute over the last quarter of an hour */
    double ours_pct;   /* of pct, what our own calls explain; -1 = not known */
};

struct overview {
    bool loaded;
    struct verdict verdict;
    struct limit_reading app, app_insights;
    double thresholds[USAGE_SOURCE_COUNT]; /* percent: as configured, or as an operator had it */
    double budget_used, budget_limit;      /* weighted units; limit 0 = none known */
    int64_t budget_since, budget_ends;
    struct budget_projection budget; /* at the pace of the last hour */
    int accounts, reasons[HOLD_REASON_COUNT];
    int tier_accounts[TIER_COUNT], tier_bad[TIER_COUNT];
    int errors_hour, errors_before; /* of the last hour, and of the one before */
    int held_before;                /* accounts held or in need of a person 15 minutes ago */
    int64_t next_due_at; /* ms, of the accounts that only wait for their time; 0 = none */
    int64_t worst_lag;   /* ms, of the highest tier that has accounts */
    enum tier worst_tier;
    int64_t worst_target;
    bool worst_unread;                  /* one of that tier has never been read to its end */
    const struct account_line *noticed; /* in order, but worth a sentence; NULL = none */
    int64_t data_at;                    /* ms, the newest reading or row */
    int64_t heartbeat_at;               /* ms, of the engine */
    int64_t engine_pid;
    char engine_host[64];
    bool has_action;
    struct operator_action action; /* the last one */
    const struct account_line *accounts_by_id;
    size_t account_count;
    struct arena *arena; /* holds them */
};

struct overview_source {
    struct store_reader *store;
    const struct config *config;
    int64_t now, at; /* at 0 = live */
    bool engine_runs;
    struct arena *scratch; /* of overview_load: for what is read and not kept */
};

/* On failure what was there stays. */
bool overview_load(struct overview *overview, const struct overview_source *source,
                   struct err *err);
/* Samples of the past carry no threshold: then it is the one in force at that instant. */
double overview_threshold(const struct overview *overview, const struct limiter_row *row);
void overview_fini(struct overview *overview);
/* NULL when the account is unknown. */
const struct account_line *overview_account(const struct overview *overview,
                                            const char *account_id);

#endif
