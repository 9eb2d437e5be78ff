/*
 * listing: campaigns, ad sets and ads as the edges list them (reference 4): default exclusion of
 * archived and deleted, effective_status, filtering, updated_since, summary, paging.
 */
#ifndef SIM_API_LISTING_H
#define SIM_API_LISTING_H

#include "sim/api/call.h"
#include "sim/api/filter.h"
#include "sim/api/plan.h"

/* /act_X/ads, /<campaign>/adsets, ...: the whole answer. */
void listing_serve(struct call *call, enum entity_kind kind);
/* An edge inside an object: "ads":{"data":[...],"paging":...}. */
void listing_nested(const struct emit *emit, enum entity_kind kind);
void creatives_serve(struct call *call);

/* What a listing lets through. */
struct condition {
    enum entity_kind kind;
    unsigned status_mask;                 /* bit per enum world_effective */
    int64_t updated_above, updated_below; /* Unix seconds, exclusive */
    const struct filter *filters;         /* to be tested one by one on the whole entity */
    bool status_given;                    /* else the default: no archived, no deleted */
};
/* False = an error stands in the reply. */
bool condition_read(struct call *call, const struct request *request, enum entity_kind kind,
                    struct condition *out);
bool condition_test(const struct condition *condition, const struct world_entity *entity);
/* Bits of the effective statuses in a list of names; false = one is none of that kind's. */
bool condition_statuses(enum entity_kind kind, const char *const *names, size_t count,
                        unsigned *mask, const char **bad);
/* The delivery_info words of connectors, as statuses. */
unsigned condition_delivery(const char *const *words, size_t count);

#endif
