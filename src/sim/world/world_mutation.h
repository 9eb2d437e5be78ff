/*
 * world_mutation: explicit changes on top of a world's own schedule (POST /sim/mutate, scenarios).
 *
 * A change holds from its instant on. One made to an entity by name (not by WORLD_BULK_*) ends the
 * entity's own schedule: from then on it does what it is told. Its parents keep theirs. Serialised,
 * the changes and the configuration are all it takes to have the same world again.
 */
#ifndef SIM_WORLD_WORLD_MUTATION_H
#define SIM_WORLD_WORLD_MUTATION_H

#include "sim/world/world.h"

enum world_mutation_kind {
    WORLD_SET_NAME,    /* id, name */
    WORLD_SET_STATUS,  /* id, status; deletes and archives. DELETED is final, ARCHIVED but for it */
    WORLD_SET_BUDGET,  /* id, budget; refused where the budget lives on another level */
    WORLD_CREATE,      /* id = the parent's (account for a campaign), kind, status, name */
    WORLD_BULK_RENAME, /* id = account, percent of what is neither archived nor deleted, any kind */
    WORLD_BULK_STATUS, /* the same, status */
    WORLD_ACCOUNT_NAME,   /* id = account, name */
    WORLD_ACCOUNT_STATUS, /* id = account, account_status; other than 1 stops delivery */
    WORLD_ACCOUNT_ACCESS, /* id = account, access */
    WORLD_MUTATION_COUNT
};
const char *world_mutation_text(enum world_mutation_kind kind); /* "set_name" */
bool world_mutation_parse(const char *text, enum world_mutation_kind *out);

struct world_mutation {
    enum world_mutation_kind kind;
    int64_t at_ms; /* not before base_ms */
    uint64_t id;   /* account ids without act_ */
    enum entity_kind entity;
    enum world_status status;
    int64_t budget; /* minor units */
    double percent;
    int account_status, disable_reason;
    bool access;
    const char *name; /* copied; UTF-8 that may hold NUL and encoded surrogates; up to 64 KiB */
    size_t name_len;
};

/* created: id of the new entity, may be NULL. ERR_NOT_FOUND, ERR_REFUSED, ERR_LIMIT, ERR_MEMORY. */
bool world_mutate(struct world *world, const struct world_mutation *mutation, uint64_t *created,
                  struct err *err);

/* State as text lines: configuration and mutations. Reading gives the world they describe. */
bool world_state_write(const struct world *world, struct str *out, struct err *err);
struct world *world_state_read(const char *text, size_t len, struct err *err);

#endif
