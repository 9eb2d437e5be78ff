/* Creation of a world, its accounts, and finding entities by id. */
#include "sim/world/world.h"
#include "sim/world/world_impl.h"
#include <stdlib.h>
#include <string.h>

/* Ids read like 120208325579370399: "1202", 3 digits for the account, 7 for the entity, 4 that all
 * of an account share. */
#define ID_PREFIX 120200000000000000ULL
#define ID_SLOT 100000000000ULL
#define ID_SERIAL 10000ULL

static uint64_t account_id(uint64_t seed, uint32_t index)
{
    uint64_t hash = world_mix(seed, 0xacc0 + index);
    /* 15 to 17 digits; the index in the middle keeps them apart */
    uint64_t digits = index % 3 == 2 ? 10000000000000000ULL : 100000000000000ULL;
    uint64_t id = digits * (1 + hash % 9) + (hash >> 8) % (digits / 10000) * 10000;
    return id + index * 100ULL + (hash >> 56) % 100;
}

static bool init_account(struct world *world, uint32_t index, struct err *err)
{
    struct account *account = &world->accounts[index];
    uint64_t seed = world->config.seed;
    account->index = index;
    account->profile = &world_profiles[index];
    account->id = account_id(seed, index);
    account->key = world_mix(seed, account->id);
    uint64_t slot = (17 + (world_mix(seed, 0x51) % 1000) + index * 83ULL) % 1000;
    account->id_base = ID_PREFIX + slot * ID_SLOT +
                       (1000000 + account->key % 3000000) / 4 * 4 * ID_SERIAL +
                       (account->key >> 32) % ID_SERIAL;
    account->tz = tz_load(account->profile->timezone, err);
    if (!account->tz) {
        return err_prefix(err, "simulated account");
    }
    account->first_day = tz_day(account->tz, world->config.base_ms) - WORLD_HISTORY_DAYS + 1;
    for (int32_t i = 0; i <= CALENDAR_DAYS; i++) {
        account->midnight[i] = tz_midnight_ms(account->tz, account->first_day + i);
    }
    return world_build_account(world, account, err);
}

struct world *world_create(const struct world_config *config, struct err *err)
{
    if (config->scale < 1 || config->scale > 100) {
        err_set(err, ERR_USAGE, "scale %u: must be 1 to 100", config->scale);
        return NULL;
    }
    if (config->big_account && (config->big_account < 100 || config->big_account > WORLD_BIG_MAX)) {
        err_set(err, ERR_USAGE, "big account of %u entities: must be 100 to %d",
                config->big_account, WORLD_BIG_MAX);
        return NULL;
    }
    struct world *world = calloc(1, sizeof *world);
    if (!world) {
        err_set(err, ERR_MEMORY, "simulated world: out of memory");
        return NULL;
    }
    world->config = *config;
    world->config.base_ms -= config->base_ms % 1000;
    world->day0_s = world->config.base_ms / DAY_MS * DAY_S;
    world->accounts = calloc(world_profile_count, sizeof *world->accounts);
    bool ok = world->accounts && world_name_init(world, err);
    if (!world->accounts) {
        err_set(err, ERR_MEMORY, "simulated world: out of memory");
    }
    for (uint32_t i = 0; ok && i < world_profile_count; i++) {
        world->account_count = i + 1;
        ok = init_account(world, i, err);
    }
    if (!ok) {
        world_destroy(world);
        return NULL;
    }
    return world;
}

void world_destroy(struct world *world)
{
    if (!world) {
        return;
    }
    for (uint32_t i = 0; world->accounts && i < world->account_count; i++) {
        struct account *account = &world->accounts[i];
        tz_destroy(account->tz);
        free(account->totals);
        for (int kind = 0; kind < ENTITY_KIND_COUNT; kind++) {
            free(account->list[kind].at);
        }
    }
    for (uint32_t i = 0; i < world->mutation_count; i++) {
        char *name = NULL;
        memcpy(&name, &world->mutations[i].m.name, sizeof name);
        free(name);
    }
    for (size_t i = 0; i < sizeof world->long_name / sizeof *world->long_name; i++) {
        free(world->long_name[i]);
    }
    free(world->mutations);
    free(world->accounts);
    free(world);
}

const struct world_config *world_config_of(const struct world *world)
{
    return &world->config;
}

uint32_t world_account_count(const struct world *world)
{
    return world->account_count;
}

static void account_mutations(const struct world *world, const struct account *account,
                              int64_t now_ms, struct world_account *out)
{
    const struct mutation *status = NULL;
    out->status = world_account_status(world, account, now_ms, &status);
    out->disable_reason = status ? status->m.disable_reason : account->profile->disable_reason;
    for (uint32_t i = 0; i < account->own_count; i++) {
        const struct mutation *own = &world->mutations[account->own[i]];
        if (own->m.at_ms > now_ms) {
            break;
        }
        if (own->m.kind == WORLD_ACCOUNT_ACCESS) {
            out->accessible = own->m.access;
        } else if (own->m.kind == WORLD_ACCOUNT_NAME) {
            out->name.given = own->m.name;
            out->name.given_len = (uint32_t)own->m.name_len;
        }
    }
}

void world_account(const struct world *world, uint32_t index, int64_t now_ms,
                   struct world_account *out)
{
    const struct account *account = &world->accounts[index];
    const struct profile *profile = account->profile;
    memset(out, 0, sizeof *out);
    out->id = account->id;
    out->name.given = profile->name;
    out->name.given_len = profile->name_len;
    out->currency = profile->currency;
    out->decimals = profile->decimals;
    out->timezone_name = profile->timezone;
    out->timezone_id = profile->timezone_id;
    out->tz = account->tz;
    out->accessible = true;
    out->created_ms = world_ms(world, (int32_t)(-700 - (int64_t)(account->key % 900)) * DAY_S);
    out->business_id =
        100000000000000ULL + world_mix(world->config.seed, index % 4) % 900000000000000ULL;
    static const char *const businesses[] = {"Northwind Group", "Atlas Agency", "Kestrel Media",
                                             "Harbour Lab"};
    out->business_name = businesses[index % 4];
    out->min_daily_budget = profile->usd_minor;
    out->spend_cap = index % 4 == 1 ? (int64_t)profile->usd_minor * 250000 : 0;
    out->balance = (int64_t)(account->key % 9000) * profile->usd_minor / 100;
    account_mutations(world, account, now_ms, out);
}

bool world_account_find(const struct world *world, uint64_t id, uint32_t *account)
{
    for (uint32_t i = 0; i < world->account_count; i++) {
        if (world->accounts[i].id == id) {
            *account = i;
            return true;
        }
    }
    return false;
}

int32_t world_today(const struct world *world, uint32_t account, int64_t now_ms)
{
    return tz_day(world->accounts[account].tz, now_ms);
}

int32_t world_first_day(const struct world *world, uint32_t account)
{
    return world->accounts[account].first_day;
}

bool world_find(const struct world *world, uint64_t id, struct world_ref *out, bool *creative)
{
    for (uint32_t i = 0; i < world->account_count; i++) {
        const struct account *account = &world->accounts[i];
        if (id < account->id_base || id - account->id_base >= ID_SLOT ||
            (id - account->id_base) % ID_SERIAL) {
            continue;
        }
        uint64_t serial = (id - account->id_base) / ID_SERIAL;
        bool is_creative = serial % 4 == WORLD_CREATIVE;
        enum entity_kind kind = is_creative ? ENTITY_AD : (enum entity_kind)(serial % 4);
        if (serial / 4 < account->list[kind].count) {
            *out = (struct world_ref){i, kind, (uint32_t)(serial / 4)};
            *creative = is_creative;
            return true;
        }
    }
    return false;
}
