#include "sim/drill/mutation.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/entity.h"
#include "sim/drill/fault.h"

const char *mutation_expand(const struct sim *sim, const char *value, char buf[48])
{
    unsigned index;
    if (sscanf(value, "account:%u", &index) == 1 && index < sim->account_count) {
        snprintf(buf, 48, "%s", sim->accounts[index].account_id);
        return buf;
    }
    return value;
}

void mutation_init(struct mutation *mutation, int64_t now_ms)
{
    *mutation = (struct mutation){
        .world = {.at_ms = now_ms, .access = true, .percent = 100.0}
    };
}

static bool set_id(struct mutation *mutation, const char *value)
{
    char *end;
    const char *digits = strncmp(value, "act_", 4) == 0 ? value + 4 : value;
    mutation->world.id = strtoull(digits, &end, 10);
    return *digits != '\0' && *end == '\0';
}

static bool set_name(struct mutation *mutation, const char *value)
{
    int n = snprintf(mutation->name, sizeof mutation->name, "%s", value);
    mutation->world.name = mutation->name;
    mutation->world.name_len = n > 0 ? strlen(mutation->name) : 0;
    return n >= 0 && (size_t)n < sizeof mutation->name;
}

bool mutation_set(struct mutation *mutation, const struct sim *sim, const char *key,
                  const char *value, int64_t start_ms, struct err *err)
{
    struct world_mutation *world = &mutation->world;
    char buf[48];
    bool ok = true;
    if (strcmp(key, "op") == 0) {
        ok = mutation->has_op = world_mutation_parse(value, &world->kind);
    } else if (strcmp(key, "id") == 0) {
        ok = set_id(mutation, mutation_expand(sim, value, buf));
    } else if (strcmp(key, "kind") == 0) {
        ok = entity_kind_parse(value, &world->entity);
    } else if (strcmp(key, "status") == 0) {
        ok = world_status_parse(value, &world->status);
    } else if (strcmp(key, "budget") == 0) {
        world->budget = strtoll(value, NULL, 10);
    } else if (strcmp(key, "percent") == 0) {
        world->percent = strtod(value, NULL);
    } else if (strcmp(key, "account_status") == 0) {
        world->account_status = atoi(value);
    } else if (strcmp(key, "disable_reason") == 0) {
        world->disable_reason = atoi(value);
    } else if (strcmp(key, "access") == 0) {
        world->access = strcmp(value, "true") == 0 || strcmp(value, "1") == 0;
    } else if (strcmp(key, "name") == 0) {
        ok = set_name(mutation, value);
    } else if (strcmp(key, "at") == 0) {
        ok = fault_parse_time(value, start_ms, &world->at_ms);
    } else {
        return err_set(err, ERR_CONFIG, "mutate: no such key: %s", key);
    }
    return ok || err_set(err, ERR_CONFIG, "mutate: %s: bad value: %s", key, value);
}

bool mutation_apply(struct mutation *mutation, struct sim *sim, uint64_t *created, struct err *err)
{
    if (!mutation->has_op) {
        return err_set(err, ERR_CONFIG, "mutate: op is missing");
    }
    sim_lock(sim);
    bool ok = world_mutate(sim->world, &mutation->world, created, err);
    for (uint32_t i = 0; i < sim->account_count; i++) {
        sim->accounts[i].counted_ms = 0; /* quotas follow what is active now */
    }
    sim_unlock(sim);
    return ok;
}
