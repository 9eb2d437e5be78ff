/* upkeep: what the scheduler does about once a minute: alerts, retention, expired overrides. */
#ifndef ENGINE_UPKEEP_H
#define ENGINE_UPKEEP_H

struct engine;

void upkeep(struct engine *engine);

#endif
