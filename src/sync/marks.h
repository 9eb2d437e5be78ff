/* marks: what the store knows of an account, as a plan needs it. */
#ifndef SYNC_MARKS_H
#define SYNC_MARKS_H

#include "base/err.h"
#include "sync/plan.h"

struct store;
struct tz;

bool marks_load(struct store *store, const struct account *account,
                const struct plan_policy *policy, const struct tz *tz, int64_t now_ms,
                struct plan_marks *out, struct err *err);

#endif
