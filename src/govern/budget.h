/*
 * budget: the daily budget in weighted units, for all accounts and per account, with a share that
 * only operators may spend. Pure: the ledger's sums are arguments.
 */
#ifndef GOVERN_BUDGET_H
#define GOVERN_BUDGET_H

#include <stdbool.h>
#include <stdint.h>

struct budget_policy {
    double daily;                /* 20,000 */
    double per_account;          /* 5,000 */
    double operator_reserve_pct; /* 15: of each, kept for operators */
    int64_t day_starts_ms;       /* after midnight UTC */
};

/* The budget day: number (days since 1970-01-01, of its beginning) and bounds [starts, ends). */
struct budget_day {
    int32_t day;
    int64_t starts_ms, ends_ms;
};
struct budget_day budget_day(int64_t now_ms, int64_t day_starts_ms);

/* Units of the present day. reserved: estimates of runs under way, less what they already spent.
 * operators: what of spent operators forced; it comes out of their share first. */
struct budget_state {
    double spent_all, reserved_all;
    double spent_account, reserved_account;
    double operators_all, operators_account;
};

enum budget_who { BUDGET_SCHEDULE, BUDGET_OPERATOR, BUDGET_OVERRIDE };

struct budget_verdict {
    bool fits;
    bool by_account;  /* the account's budget is the one that binds */
    double limit;     /* of the binding one, for this caller */
    double used;      /* spent + reserved of it */
    double left;      /* limit - used, never negative */
    int64_t until_ms; /* held until: the end of the budget day; 0 when it fits */
    bool never;       /* larger than a whole day's limit: split it or override */
    char detail[256]; /* JSON of the figures */
};

/* cost: estimate of the run. An override always fits, and says what it exceeds in `left` < cost. */
void budget_decide(const struct budget_policy *policy, const struct budget_state *state,
                   enum budget_who who, double cost, int64_t now_ms, struct budget_verdict *out);

/* Units of the last hour of a budget day from its sums by hour, the running one in proportion. */
double budget_recent(const double hours[24], int64_t day_starts_ms, int64_t now_ms,
                     int64_t *recent_ms);

struct budget_projection {
    double pct;         /* spent, of the whole limit */
    double rate_per_h;  /* recent */
    double at_end;      /* units at the end of the day at that rate */
    int64_t ends_at_ms; /* when limit is reached; 0 = not within this day */
};
/* limit: units; spent today; recent: units spent in the last recent_ms (an hour or less of today).
 */
struct budget_projection budget_project(double limit, double spent, double recent,
                                        int64_t recent_ms, int64_t now_ms, int64_t day_ends_ms);

#endif
