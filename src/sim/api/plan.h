/*
 * plan: a field list matched against a table of what a node type has, so that a page of a thousand
 * rows looks names up once. Unknown and forbidden fields are refused here; field faults too.
 */
#ifndef SIM_API_PLAN_H
#define SIM_API_PLAN_H

#include "base/str.h"
#include "sim/api/call.h"

struct plan;
struct plan_item;
struct insight_emit;

/* What is being written; `item` is the field at hand. */
struct emit {
    struct call *call;
    struct str *out;
    const struct plan_item *item;
    const struct world_account *account;
    const struct world_entity *entity;
    const struct insight_emit *row;
    void *node; /* other node types: their own struct */
};

/* Writes key and value, or nothing when the field is absent. */
typedef void emit_fn(const struct emit *emit);

enum {
    ON_CAMPAIGN = 1,
    ON_ADSET = 2,
    ON_AD = 4,
    ON_CREATIVE = 8,
    ON_ACCOUNT = 16,
    ON_INSIGHT = 32,
    ON_RUN = 64,
    ON_ACTIVITY = 128,
    ON_USER = 256,
    ON_ENTITY = ON_CAMPAIGN | ON_ADSET | ON_AD
};

struct field_row {
    const char *name;
    unsigned on;
    emit_fn *emit;      /* NULL = exists, and the token may not see it */
    const char *target; /* children are those of this node type ("campaign"); NULL = plain */
    unsigned weight;    /* of its cost; 0 = 1 */
};

struct plan_item {
    const struct field_row *row; /* NULL = a member a fault makes up */
    const struct field *field;
    struct plan *nested;
    const char *raw; /* a fault's value instead */
    const char *key;
};

struct plan {
    struct plan_item *items;
    size_t count;
    size_t weight; /* sum over items, nested ones included */
    bool has_id;
};

struct node_type {
    unsigned on;
    const char *name; /* in error texts: "Campaign" */
    const struct field_row *rows;
    size_t row_count;
    bool id_always;           /* id comes without being asked for */
    const char *const *known; /* fields that exist and are always empty; ends with NULL */
};

/* NULL with an error in the call's reply. fields NULL = none given. */
struct plan *plan_build(struct call *call, const struct node_type *type,
                        const struct field *fields);
/* Writes the object: every field of the plan, id at the end when it was not asked for. */
void plan_write(const struct plan *plan, struct emit *emit, const char *id);
const struct node_type *node_type_find(const char *target);

#endif
