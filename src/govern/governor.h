/*
 * governor: may this call be sent now, and if not: until when, for which limit. It knows the scopes
 * app, app-insights, token, account and account x use case (reference 2.1), and for each the last
 * header readings, a local model of the published limit, blocks, and what is in flight.
 *
 * Pure state: no I/O, no thread, no clock; time is an argument (ms of adtop's clock) and must not
 * run backwards by more than a little. Not thread-safe: the engine holds its lock around each call.
 *
 * Every admitted call is followed by exactly one governor_observe (answered or failed) or
 * governor_release (never sent) with an equal gate_call: that gives its reservation back.
 * Percentages are 0..n; thresholds are the line that calls approach and do not cross.
 */
#ifndef GOVERN_GOVERNOR_H
#define GOVERN_GOVERNOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "govern/gate.h"
#include "govern/scope_view.h"

struct governor;

struct governor_config {
    double account_pct;      /* 70: x-ad-account-usage and its model */
    double app_pct;          /* 80: x-app-usage */
    double insights_pct;     /* 60: x-fb-ads-insights-throttle, app and account */
    double use_case_pct;     /* 75: x-business-use-case-usage and its model */
    double pacing_start_pct; /* 60: per cent of the threshold where spacing begins */
    double critical_pct;     /* 95: what even a critical call does not pass */
    double error_rate_pct;   /* 15: of the last 500 calls; costs an app its tier (reference 2.1) */
    double error_slow_pct;   /* 60: per cent of error_rate_pct where we begin to slow down */
    size_t max_scopes;       /* 100,000: bound of the table; beyond it calls are held */
};
void governor_config_defaults(struct governor_config *out);

struct governor *governor_create(const struct governor_config *config); /* NULL = out of memory */
void governor_destroy(struct governor *g);
/* One that knows the same and decides the same, for replays: how limiters fall it learns no
 * further. NULL = out of memory. */
struct governor *governor_copy(const struct governor *g);
/* New thresholds, at once (an operator's `threshold set`). */
void governor_configure(struct governor *g, const struct governor_config *config);
const struct governor_config *governor_config(const struct governor *g);

/* Decides, and reserves what the call may use when it says go. */
void governor_admit(struct governor *g, const struct gate_call *call, int64_t now_ms,
                    struct gate_verdict *out);
/* The same verdict without reserving anything (for `why`, expected starts, hold rows). */
void governor_peek(const struct governor *g, const struct gate_call *call, int64_t now_ms,
                   struct gate_verdict *out);
void governor_observe(struct governor *g, const struct gate_call *call,
                      const struct gate_outcome *outcome, int64_t now_ms);
void governor_release(struct governor *g, const struct gate_call *call);

/* Facts from elsewhere. Quotas per use case grow with the active ads (reference 2.1). */
void governor_set_active_ads(struct governor *g, const char *account_id, int64_t active_ads);
/* After a restart: the last rows of usage_log, and holds that were still open. source_code as in
 * scope_view.block_code. */
void governor_restore_reading(struct governor *g, const struct usage_reading *reading);
/* Those of the last hour, oldest first: they count. */
void governor_restore_call(struct governor *g, const struct gate_call *call, int64_t at_ms);
/* The same of one whose readings are known: what it cost is learned, as when it was live. It is
 * sent and answered in the order of what happened; it blocks nothing. */
void governor_restore_sent(struct governor *g, const struct gate_call *call, int64_t at_ms);
void governor_restore_answer(struct governor *g, const struct gate_call *call,
                             const struct gate_outcome *outcome, int64_t at_ms);
void governor_restore_block(struct governor *g, enum scope_kind kind, const char *account_id,
                            enum use_case use_case, int64_t since_ms, int64_t until_ms);
/* A person acted: new token; access given back. */
void governor_token_renewed(struct governor *g);
void governor_access_restored(struct governor *g, const char *account_id);

bool governor_token_invalid(const struct governor *g);
bool governor_no_access(const struct governor *g, const char *account_id);
enum access_tier governor_tier(const struct governor *g);

/* The limiters, in a stable order: app, app insights, token, then accounts by id. */
size_t governor_scope_count(const struct governor *g);
bool governor_scope_view(const struct governor *g, size_t index, int64_t now_ms,
                         struct scope_view *out);
/* account_id NULL or "" for app, app insights and token. */
bool governor_scope_find(const struct governor *g, enum scope_kind kind, const char *account_id,
                         enum use_case use_case, int64_t now_ms, struct scope_view *out);

struct error_rate_view {
    int calls;       /* in the window, at most 500 */
    int errors;      /* of those */
    double pct;      /* errors per cent of a whole window of 500 calls */
    double limit;    /* error_rate_pct */
    int64_t wait_ms; /* spacing it imposes on every call at present; 0 = none */
};
void governor_error_rate(const struct governor *g, struct error_rate_view *out);
/* Calls in flight in all; 0 when every reservation was given back. */
int governor_in_flight(const struct governor *g);

#endif
