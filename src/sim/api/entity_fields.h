/*
 * entity_fields: how campaigns, ad sets, ads, creatives and accounts are written, field by field
 * (reference 4.2): ids and money as strings, timestamps in the account's zone, absent where Meta
 * leaves them out.
 */
#ifndef SIM_API_ENTITY_FIELDS_H
#define SIM_API_ENTITY_FIELDS_H

#include "sim/api/plan.h"

extern const struct node_type node_campaign, node_adset, node_ad, node_creative, node_account;

extern const char *const known_campaign[],
    *const known_adset[], *const known_ad[], *const known_account[], *const known_creative[],
                                                                         *const known_insights[];
const struct node_type *node_of_kind(enum entity_kind kind);
/* The whole object of the plan; takes nothing, the caller holds world_lock. */
void entity_write(const struct plan *plan, struct call *call, const struct world_account *account,
                  const struct world_entity *entity, struct str *out);
void creative_write(const struct plan *plan, struct call *call, const struct world_account *account,
                    const struct world_entity *ad, struct str *out);
void account_write(const struct plan *plan, struct call *call, const struct world_account *account,
                   struct str *out);
/* campaigns, adsets, ads inside an object. */
void entity_children(const struct emit *emit);

#endif
