/* Explicit changes: checked, kept in order of time beside what they change, and written as text. */
#include "sim/world/world_mutation.h"
#include "sim/world/world_impl.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NAME_MAX_BYTES 65536

static const char *const kind_texts[WORLD_MUTATION_COUNT] = {
    "set_name",    "set_status",   "set_budget",     "create",        "bulk_rename",
    "bulk_status", "account_name", "account_status", "account_access"};

const char *world_mutation_text(enum world_mutation_kind kind)
{
    return kind_texts[kind];
}

bool world_mutation_parse(const char *text, enum world_mutation_kind *out)
{
    for (int i = 0; i < WORLD_MUTATION_COUNT; i++) {
        if (strcmp(kind_texts[i], text) == 0) {
            *out = (enum world_mutation_kind)i;
            return true;
        }
    }
    return false;
}

/* ---- keeping */

/* Adds the record; its index, or ENT_NONE without memory. */
static uint32_t store(struct world *world, const struct world_mutation *mutation, struct err *err)
{
    if (world->mutation_count == world->mutation_cap) {
        uint32_t cap = world->mutation_cap * 2 + 16;
        struct mutation *grown = realloc(world->mutations, cap * sizeof *grown);
        if (!grown) {
            err_set(err, ERR_MEMORY, "simulated change: out of memory");
            return ENT_NONE;
        }
        world->mutations = grown;
        world->mutation_cap = cap;
    }
    struct mutation *kept = &world->mutations[world->mutation_count];
    memset(kept, 0, sizeof *kept);
    kept->m = *mutation;
    kept->m.at_ms -= mutation->at_ms % 1000; /* updated_time has seconds */
    kept->ppm = (uint32_t)(mutation->percent * 10000 + 0.5);
    kept->m.name = NULL;
    if (mutation->name) {
        char *name = malloc(mutation->name_len + 1);
        if (!name) {
            err_set(err, ERR_MEMORY, "simulated change: out of memory");
            return ENT_NONE;
        }
        memcpy(name, mutation->name, mutation->name_len);
        name[mutation->name_len] = '\0';
        kept->m.name = name;
    }
    return world->mutation_count++;
}

/* Into a list of mutations by time, behind those of the same instant. */
static void insert(const struct world *world, uint32_t *list, uint32_t *count, uint32_t index)
{
    uint32_t at = (*count)++;
    while (at > 0 && world->mutations[list[at - 1]].m.at_ms > world->mutations[index].m.at_ms) {
        list[at] = list[at - 1];
        at--;
    }
    list[at] = index;
}

static void chain(struct world *world, struct ent *ent, uint32_t index)
{
    uint32_t *link = &ent->changes;
    while (*link && world->mutations[*link - 1].m.at_ms <= world->mutations[index].m.at_ms) {
        link = &world->mutations[*link - 1].next;
    }
    world->mutations[index].next = *link;
    *link = index + 1;
}

static uint32_t chain_length(const struct world *world, const struct ent *ent)
{
    uint32_t n = 0;
    for (uint32_t at = ent->changes; at; at = world->mutations[at - 1].next) {
        n++;
    }
    return n;
}

/* ---- one entity */

static bool allowed(const struct world *world, const struct world_mutation *mutation,
                    const struct account *account, struct world_ref ref, struct err *err)
{
    const struct ent *ent = &account->list[ref.kind].at[ref.index];
    struct walk walk;
    struct place place = {world, account, ref.kind, ref.index};
    world_walk(&place, mutation->at_ms, &walk, NULL, NULL);
    if (!walk.exists) {
        return err_set(err, ERR_NOT_FOUND, "%" PRIu64 ": does not exist yet", mutation->id);
    }
    if (walk.status == WORLD_DELETED) {
        return err_set(err, ERR_REFUSED, "%" PRIu64 ": is deleted", mutation->id);
    }
    if (mutation->kind == WORLD_SET_STATUS && walk.status == WORLD_ARCHIVED &&
        mutation->status != WORLD_DELETED) {
        return err_set(err, ERR_REFUSED, "%" PRIu64 ": is archived and can only be deleted",
                       mutation->id);
    }
    if (mutation->kind == WORLD_SET_BUDGET && ent->budget == BUDGET_NONE) {
        return err_set(err, ERR_REFUSED, "%" PRIu64 ": has no budget of its own", mutation->id);
    }
    if (chain_length(world, ent) >= CHANGES_MAX) {
        return err_set(err, ERR_LIMIT, "%" PRIu64 ": changed %d times already", mutation->id,
                       CHANGES_MAX);
    }
    return true;
}

static bool mutate_entity(struct world *world, const struct world_mutation *mutation,
                          struct err *err)
{
    struct world_ref ref;
    bool creative = false;
    if (!world_find(world, mutation->id, &ref, &creative) || creative) {
        return err_set(err, ERR_NOT_FOUND, "%" PRIu64 ": no such entity", mutation->id);
    }
    struct account *account = &world->accounts[ref.account];
    if (!allowed(world, mutation, account, ref, err)) {
        return false;
    }
    uint32_t index = store(world, mutation, err);
    if (index == ENT_NONE) {
        return false;
    }
    chain(world, &account->list[ref.kind].at[ref.index], index);
    world_total_forget(account, world->mutations[index].m.at_ms);
    return true;
}

/* ---- creation */

static bool find_parent(const struct world *world, const struct world_mutation *mutation,
                        uint32_t *account, uint32_t *parent, struct err *err)
{
    struct world_ref ref = {0, ENTITY_CAMPAIGN, ENT_NONE};
    bool creative = false, found = false;
    if (mutation->entity == ENTITY_CAMPAIGN) {
        found = world_account_find(world, mutation->id, &ref.account);
    } else {
        enum world_effective effective = WORLD_EFF_ACTIVE;
        int64_t updated_ms = 0;
        found = world_find(world, mutation->id, &ref, &creative) && !creative &&
                ref.kind + 1 == mutation->entity &&
                world_entity_state(world, ref, mutation->at_ms, &effective, &updated_ms);
        if (found && (effective == WORLD_EFF_DELETED || effective == WORLD_EFF_ARCHIVED)) {
            return err_set(err, ERR_REFUSED, "%" PRIu64 ": is archived or deleted", mutation->id);
        }
    }
    if (!found) {
        return err_set(err, ERR_NOT_FOUND, "%" PRIu64 ": no parent for %s", mutation->id,
                       kind_texts[mutation->kind]);
    }
    *account = ref.account;
    *parent = ref.index;
    return true;
}

static bool mutate_create(struct world *world, const struct world_mutation *mutation,
                          uint64_t *created, struct err *err)
{
    uint32_t at = 0, parent = ENT_NONE;
    if (mutation->entity >= ENTITY_KIND_COUNT || mutation->status > WORLD_PAUSED ||
        !mutation->name) {
        return err_set(err, ERR_REFUSED, "create: needs a kind, a name and ACTIVE or PAUSED");
    }
    if (!find_parent(world, mutation, &at, &parent, err)) {
        return false;
    }
    struct account *account = &world->accounts[at];
    struct ents *list = &account->list[mutation->entity];
    struct ent *ent = world_append(list);
    if (!ent) {
        return err_set(err, ERR_MEMORY, "create: out of memory");
    }
    uint32_t index = store(world, mutation, err);
    if (index == ENT_NONE) {
        list->count--;
        return false;
    }
    ent->created_s = ent->updated_s = (int32_t)(mutation->at_ms / 1000 - world->day0_s);
    ent->status = (uint8_t)mutation->status;
    ent->budget = mutation->entity == ENTITY_CAMPAIGN ? BUDGET_DAILY : BUDGET_NONE;
    ent->rate = 20000; /* 2 USD a day */
    ent->objective = 5;
    ent->parent = parent;
    chain(world, ent, index);
    if (mutation->entity != ENTITY_CAMPAIGN) {
        ent->objective = account->list[mutation->entity - 1].at[parent].objective;
        world_link_last(account, mutation->entity, list->count - 1);
    }
    world_total_forget(account, world->mutations[index].m.at_ms);
    if (created) {
        *created = world_place_id(account, (uint32_t)mutation->entity, list->count - 1);
    }
    return true;
}

/* ---- a whole account */

static bool mutate_account(struct world *world, const struct world_mutation *mutation,
                           struct err *err)
{
    uint32_t at = 0;
    if (!world_account_find(world, mutation->id, &at)) {
        return err_set(err, ERR_NOT_FOUND, "%" PRIu64 ": no such account", mutation->id);
    }
    struct account *account = &world->accounts[at];
    bool bulk = mutation->kind == WORLD_BULK_RENAME || mutation->kind == WORLD_BULK_STATUS;
    if (bulk && (mutation->percent < 0 || mutation->percent > 100)) {
        return err_set(err, ERR_REFUSED, "%g %%: must be 0 to 100", mutation->percent);
    }
    uint32_t *list = bulk ? account->bulk : account->own;
    uint32_t *count = bulk ? &account->bulk_count : &account->own_count;
    if (*count == CHANGES_MAX) {
        return err_set(err, ERR_LIMIT, "account %" PRIu64 ": changed %d times already",
                       mutation->id, CHANGES_MAX);
    }
    uint32_t index = store(world, mutation, err);
    if (index == ENT_NONE) {
        return false;
    }
    insert(world, list, count, index);
    world_total_forget(account, world->mutations[index].m.at_ms);
    return true;
}

static bool check(const struct world *world, const struct world_mutation *mutation, struct err *err)
{
    bool names = mutation->kind == WORLD_SET_NAME || mutation->kind == WORLD_ACCOUNT_NAME ||
                 mutation->kind == WORLD_CREATE;
    if (mutation->kind >= WORLD_MUTATION_COUNT || mutation->status >= WORLD_STATUS_COUNT) {
        return err_set(err, ERR_REFUSED, "change: unknown kind or status");
    }
    if (mutation->at_ms < world->config.base_ms ||
        mutation->at_ms / 1000 - world->day0_s >= INT32_MAX) {
        return err_set(err, ERR_REFUSED, "change: before the beginning of this world");
    }
    if (names && (!mutation->name || mutation->name_len > NAME_MAX_BYTES ||
                  !world_name_valid(mutation->name, mutation->name_len))) {
        return err_set(err, ERR_REFUSED, "%s: needs a name, UTF-8 of at most %d bytes",
                       kind_texts[mutation->kind], NAME_MAX_BYTES);
    }
    if (mutation->kind == WORLD_SET_BUDGET && mutation->budget <= 0) {
        return err_set(err, ERR_REFUSED, "set_budget: must be above zero");
    }
    return true;
}

bool world_mutate(struct world *world, const struct world_mutation *mutation, uint64_t *created,
                  struct err *err)
{
    if (!check(world, mutation, err)) {
        return false;
    }
    switch (mutation->kind) {
    case WORLD_SET_NAME:
    case WORLD_SET_STATUS:
    case WORLD_SET_BUDGET:
        return mutate_entity(world, mutation, err);
    case WORLD_CREATE:
        return mutate_create(world, mutation, created, err);
    case WORLD_BULK_RENAME:
    case WORLD_BULK_STATUS:
    case WORLD_ACCOUNT_NAME:
    case WORLD_ACCOUNT_STATUS:
    case WORLD_ACCOUNT_ACCESS:
        return mutate_account(world, mutation, err);
    case WORLD_MUTATION_COUNT:
        break;
    }
    return false;
}
