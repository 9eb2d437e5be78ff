/*
 * tier_rule: which spend tier an account belongs to, and when it is due again. Pure.
 */
#ifndef GOVERN_TIER_RULE_H
#define GOVERN_TIER_RULE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/rand.h"
#include "model/account.h"

struct tier_policy {
    int64_t high_micros;            /* above: high; 100 of the base currency in 7 days */
    int64_t medium_micros;          /* above: medium; 10 */
    double hysteresis_pct;          /* 20: a change needs to pass the line by this much */
    int64_t cadence_ms[TIER_COUNT]; /* 30 min, 2 h, 12 h */
    int64_t cadence_disabled_ms;    /* an account that is not active at Meta: a day */
    double jitter_pct;              /* of the cadence, only ever earlier */
};
void tier_policy_defaults(struct tier_policy *out);

struct tier_input {
    bool known; /* it had a tier before; false = the plain lines decide */
    enum tier present;
    bool pinned;           /* an operator's pin: nothing moves it */
    int64_t spend_7d_base; /* micros */
};

struct tier_decision {
    enum tier tier;
    bool changed;
    int64_t line_micros; /* the line it passed, hysteresis included; 0 when nothing changed */
    char detail[160];    /* JSON of the figures, for account_history */
};
void tier_decide(const struct tier_policy *policy, const struct tier_input *in,
                 struct tier_decision *out);

/* account_status as in model/account.h. */
int64_t tier_cadence_ms(const struct tier_policy *policy, enum tier tier, int account_status);
/* Next due time after a run that began at started_ms: cadence, less a jitter. */
int64_t tier_next_due(const struct tier_policy *policy, enum tier tier, int account_status,
                      int64_t started_ms, struct rand *rand);

#endif
