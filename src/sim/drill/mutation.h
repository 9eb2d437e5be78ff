/*
 * mutation: a change to the world told by keys, from POST /sim/mutate and from scenario files.
 *
 * Keys: op (set_name set_status set_budget create bulk_rename bulk_status account_name
 * account_status account_access), id ("act_<n>", an entity id, or account:<index>), kind, status,
 * budget (minor units), percent, account_status, disable_reason, access, name, at.
 */
#ifndef SIM_DRILL_MUTATION_H
#define SIM_DRILL_MUTATION_H

#include "base/err.h"
#include "sim/sim.h"
#include "sim/world/world_mutation.h"

struct mutation {
    struct world_mutation world;
    char name[4096];
    bool has_op;
};

void mutation_init(struct mutation *mutation, int64_t now_ms);
bool mutation_set(struct mutation *mutation, const struct sim *sim, const char *key,
                  const char *value, int64_t start_ms, struct err *err);
/* Takes world_lock. created may be NULL. */
bool mutation_apply(struct mutation *mutation, struct sim *sim, uint64_t *created, struct err *err);
/* "account:3" as the id of the fourth account, anything else as it is. */
const char *mutation_expand(const struct sim *sim, const char *value, char buf[48]);

#endif
