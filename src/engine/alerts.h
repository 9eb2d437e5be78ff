/* alerts: the rules of govern/alert_rules.h over what the engine knows. Scheduler only. */
#ifndef ENGINE_ALERTS_H
#define ENGINE_ALERTS_H

#include <stdint.h>

struct engine;

/* Once a minute: every rule with a figure that is always at hand. */
void alerts_watch(struct engine *engine, int64_t now);

#endif
