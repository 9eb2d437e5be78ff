/*
 * others: what other programs with the same app id use up of the quotas that are shared with them,
 * from POST /sim/others and from scenario files. The client under test learns of it as it would
 * from Meta: by usage headers and by being refused.
 *
 * Keys: limiter (app insights_app insights_account account buc_management buc_insights), account
 * ("act_<n>" or account:<index>, of all but the app's), percent of the limit (100).
 */
#ifndef SIM_DRILL_OTHERS_H
#define SIM_DRILL_OTHERS_H

#include "base/err.h"
#include "sim/sim.h"

struct others {
    enum limiter limiter;
    int account; /* -1 = none */
    double percent;
};

void others_init(struct others *others);
bool others_set(struct others *others, const struct sim *sim, const char *key, const char *value,
                struct err *err);
bool others_apply(const struct others *others, struct sim *sim, int64_t now_ms, struct err *err);

#endif
