/* world_plan: what the two halves of building an account share (world_build.c, world_later.c). */
#ifndef SIM_WORLD_WORLD_PLAN_H
#define SIM_WORLD_WORLD_PLAN_H

#include "sim/world/world_impl.h"

/* Flags of an entity while the account is built. */
#define MARK_DELETED 1
#define MARK_CHOSEN 2 /* effectively ACTIVE at base_ms */
#define MARK_RECENT 4 /* deleted within the last days after having delivered */

struct plan {
    struct world *world;
    struct account *account;
    uint32_t alive[ENTITY_KIND_COUNT], gone[ENTITY_KIND_COUNT];
    uint32_t chosen[ENTITY_KIND_COUNT];
    uint8_t *marks[ENTITY_KIND_COUNT];
};

static inline uint64_t plan_key(const struct plan *plan, enum entity_kind kind, uint32_t index)
{
    return world_ref_key(plan->world, plan->account, kind, index);
}

/* A campaign holds the budget, or each of its ad sets does. */
void plan_set_budget(const struct account *account, enum entity_kind kind, uint64_t hash,
                     struct ent *ent);
/* What each ad spends, scaled to the account's weekly figure. */
void plan_set_rates(struct plan *plan);
/* Entities to be created within the horizon; false = no memory. */
bool plan_add_future(struct plan *plan);

#endif
