/* alerts: the rules of govern/alert_rules.h over what the engine knows. Scheduler only. */
#ifndef ENGINE_ALERTS_H
#define ENGINE_ALERTS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

struct arena;
struct engine;
struct sync_findings;

/* Those an engine before this one left open are watched to their end. Before the threads. */
bool alerts_restore(struct engine *engine, struct arena *arena, struct err *err);
/* A run of the account has ended. */
void alerts_run_ended(struct engine *engine, const char *account_id,
                      const struct sync_findings *findings);
/* Once a minute: every rule with a figure that is always at hand. */
void alerts_watch(struct engine *engine, int64_t now);

#endif
