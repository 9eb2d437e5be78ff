/* limits: the governor of the engine: made, restored after a restart, and shown in the store. */
#ifndef ENGINE_LIMITS_H
#define ENGINE_LIMITS_H

#include <stdbool.h>

#include "base/err.h"
#include "govern/budget.h"
#include "govern/gate.h"

struct engine;
struct engine_account;

/* From configuration, operators' changes and the last readings and blocks of the store. */
bool limits_create(struct engine *engine, struct err *err);
void limits_destroy(struct engine *engine);
/* Operators' changes, read again. Scheduler. */
bool limits_reconfigure(struct engine *engine, struct err *err);
/* Writes the limiters' rows that changed. Scheduler. */
void limits_record(struct engine *engine);
/* What the next call of an account's run would be told, nothing reserved. */
void limits_peek(struct engine *engine, const struct engine_account *slot,
                 struct gate_verdict *out);
/* The budget in force, operators' changes included; account_id NULL = the shared figures. */
bool limits_budget_policy(struct engine *engine, const char *account_id, struct budget_policy *out,
                          struct err *err);
/* Whether a run of that estimate fits today's budget. */
bool limits_budget(struct engine *engine, const struct engine_account *slot, double cost,
                   enum budget_who who, struct budget_verdict *out, struct err *err);

#endif
