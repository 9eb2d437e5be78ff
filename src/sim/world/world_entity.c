/* Entities as the server shows them, their texts, the change log and counts. */
#include "sim/world/world_impl.h"
#include <stdlib.h>
#include <string.h>

static const char *const status_texts[WORLD_STATUS_COUNT] = {"ACTIVE", "PAUSED", "ARCHIVED",
                                                             "DELETED"};
static const char *const effective_texts[WORLD_EFF_COUNT] = {"ACTIVE",
                                                             "PAUSED",
                                                             "DELETED",
                                                             "ARCHIVED",
                                                             "IN_PROCESS",
                                                             "WITH_ISSUES",
                                                             "CAMPAIGN_PAUSED",
                                                             "ADSET_PAUSED",
                                                             "DISAPPROVED",
                                                             "PENDING_REVIEW",
                                                             "PENDING_BILLING_INFO",
                                                             "PREAPPROVED"};
static const char *const objectives[] = {
    "OUTCOME_AWARENESS",     "OUTCOME_TRAFFIC", "OUTCOME_ENGAGEMENT", "OUTCOME_LEADS",
    "OUTCOME_APP_PROMOTION", "OUTCOME_SALES",   "LINK_CLICKS",        "CONVERSIONS"};
static const char *const goals[] = {"REACH",           "LINK_CLICKS",        "POST_ENGAGEMENT",
                                    "LEAD_GENERATION", "APP_INSTALLS",       "OFFSITE_CONVERSIONS",
                                    "LINK_CLICKS",     "OFFSITE_CONVERSIONS"};
static const char *const strategies[] = {"LOWEST_COST_WITHOUT_CAP", "LOWEST_COST_WITHOUT_CAP",
                                         "LOWEST_COST_WITH_BID_CAP", "COST_CAP"};

static bool parse(const char *const *texts, int count, const char *text, int *out)
{
    for (int i = 0; i < count; i++) {
        if (strcmp(texts[i], text) == 0) {
            *out = i;
            return true;
        }
    }
    return false;
}

const char *world_status_text(enum world_status status)
{
    return status_texts[status];
}

bool world_status_parse(const char *text, enum world_status *out)
{
    int at = 0;
    bool found = parse(status_texts, WORLD_STATUS_COUNT, text, &at);
    *out = found ? (enum world_status)at : *out;
    return found;
}

const char *world_effective_text(enum world_effective effective)
{
    return effective_texts[effective];
}

bool world_effective_parse(const char *text, enum world_effective *out)
{
    int at = 0;
    bool found = parse(effective_texts, WORLD_EFF_COUNT, text, &at);
    *out = found ? (enum world_effective)at : *out;
    return found;
}

bool world_effective_of_kind(enum world_effective effective, enum entity_kind kind)
{
    static const enum world_effective last[ENTITY_KIND_COUNT] = {
        [ENTITY_CAMPAIGN] = WORLD_EFF_WITH_ISSUES,
        [ENTITY_ADSET] = WORLD_EFF_CAMPAIGN_PAUSED,
        [ENTITY_AD] = WORLD_EFF_PREAPPROVED,
    };
    return effective <= last[kind];
}

uint32_t world_entity_span(const struct world *world, uint32_t account, enum entity_kind kind)
{
    return world->accounts[account].list[kind].count;
}

/* ---- the entity and those above it, walked */

struct lineage {
    uint32_t index[ENTITY_KIND_COUNT];
    struct walk walk[ENTITY_KIND_COUNT];
};

static bool walk_lineage(const struct world *world, const struct account *account,
                         enum entity_kind kind, uint32_t index, int64_t now_ms, struct lineage *out)
{
    enum entity_kind at = kind;
    for (;;) {
        out->index[at] = index;
        world_walk(&(struct place){world, account, at, index}, now_ms, &out->walk[at], NULL, NULL);
        if (at == kind && !out->walk[at].exists) {
            return false;
        }
        if (at == ENTITY_CAMPAIGN) {
            return true;
        }
        index = account->list[at].at[index].parent;
        at--;
    }
}

static enum world_effective effective_of(enum entity_kind kind, const struct lineage *lineage)
{
    return world_walk_effective(kind, &lineage->walk[kind], &lineage->walk[ENTITY_ADSET],
                                &lineage->walk[ENTITY_CAMPAIGN]);
}

bool world_entity_state(const struct world *world, struct world_ref ref, int64_t now_ms,
                        enum world_effective *effective, int64_t *updated_ms)
{
    struct lineage lineage;
    const struct account *account = &world->accounts[ref.account];
    if (!walk_lineage(world, account, ref.kind, ref.index, now_ms, &lineage)) {
        return false;
    }
    *effective = effective_of(ref.kind, &lineage);
    *updated_ms = lineage.walk[ref.kind].updated_ms;
    return true;
}

/* Daily 5 to 200 USD, lifetime 30 times that, in whole units of the currency where it has minor
 * ones; each edit moves it by a tenth. */
static int64_t budget_of(const struct profile *profile, const struct ent *ent, uint64_t key,
                         const struct walk *walk)
{
    if (walk->budget) {
        return walk->budget->m.budget;
    }
    int64_t grain = profile->decimals == 3 ? 1000 : profile->decimals == 2 ? 100 : 1;
    int64_t minor = world_pick(world_mix(key, 0xb1), 5, 200) * profile->usd_minor;
    minor = (minor / grain + 1) * grain * (ent->budget == BUDGET_LIFETIME ? 30 : 1);
    return minor + minor / 10 / grain * grain * (walk->budget_revision % 7);
}

static void fill_money(const struct account *account, const struct ent *ent,
                       const struct walk *walk, struct world_entity *out)
{
    uint64_t hash = world_mix(out->key, 0xb2);
    out->daily_budget = out->lifetime_budget = out->spend_cap = out->bid_amount = -1;
    if (ent->budget != BUDGET_NONE) {
        int64_t budget = budget_of(account->profile, ent, out->key, walk);
        *(ent->budget == BUDGET_DAILY ? &out->daily_budget : &out->lifetime_budget) = budget;
        out->budget_remaining =
            walk->status == WORLD_ACTIVE ? budget * (int64_t)(hash % 100) / 100 : 0;
    }
    if (out->ref.kind == ENTITY_CAMPAIGN && hash % 9 == 0) {
        out->spend_cap = (int64_t)account->profile->usd_minor * 10000;
    }
    bool capped = out->bid_strategy && out->bid_strategy != strategies[0];
    if (out->ref.kind == ENTITY_ADSET && capped) {
        out->bid_amount = world_pick(hash >> 8, 1, 30) * account->profile->usd_minor;
    }
}

static void fill_delivery(const struct world *world, const struct account *account,
                          const struct lineage *lineage, const struct ent *ent,
                          struct world_entity *out)
{
    out->objective = objectives[ent->objective];
    uint64_t campaign =
        world_ref_key(world, account, ENTITY_CAMPAIGN, lineage->index[ENTITY_CAMPAIGN]);
    if (out->ref.kind == ENTITY_AD) {
        return;
    }
    out->bid_strategy = strategies[campaign % 4];
    out->start_ms = out->created_ms + (int64_t)(out->key % 7200) * 1000;
    if (ent->budget == BUDGET_LIFETIME) {
        int64_t days = world_pick(out->key >> 9, 30, 180);
        int64_t ahead =
            ent->stop_s == ENT_OPEN ? world->config.base_ms + 400 * DAY_MS : out->start_ms;
        out->stop_ms =
            (ahead > out->start_ms ? ahead : out->start_ms) / 1000 * 1000 + days * DAY_MS;
    }
    if (out->ref.kind == ENTITY_CAMPAIGN) {
        out->buying_type = "AUCTION";
    } else {
        out->billing_event = "IMPRESSIONS";
        out->optimization_goal = goals[ent->objective];
    }
}

static void fill_ids(const struct account *account, const struct lineage *lineage,
                     struct world_entity *out)
{
    enum entity_kind kind = out->ref.kind;
    out->id = world_place_id(account, (uint32_t)kind, out->ref.index);
    out->account_id = account->id;
    out->campaign_index = lineage->index[ENTITY_CAMPAIGN];
    out->campaign_id = world_place_id(account, ENTITY_CAMPAIGN, out->campaign_index);
    if (kind != ENTITY_CAMPAIGN) {
        out->adset_index = lineage->index[ENTITY_ADSET];
        out->adset_id = world_place_id(account, ENTITY_ADSET, out->adset_index);
    }
    if (kind == ENTITY_AD) {
        out->creative_id = world_place_id(account, WORLD_CREATIVE, out->ref.index);
    }
    if (out->ref.index > 3 && out->key % 11 == 0) {
        out->source_id = world_place_id(account, (uint32_t)kind, out->ref.index - 3);
    }
}

bool world_entity(const struct world *world, struct world_ref ref, int64_t now_ms,
                  struct world_entity *out)
{
    const struct account *account = &world->accounts[ref.account];
    const struct ent *ent = &account->list[ref.kind].at[ref.index];
    struct lineage lineage;
    if (!walk_lineage(world, account, ref.kind, ref.index, now_ms, &lineage)) {
        return false;
    }
    const struct walk *walk = &lineage.walk[ref.kind];
    memset(out, 0, sizeof *out);
    out->ref = ref;
    out->key = world_ref_key(world, account, ref.kind, ref.index);
    fill_ids(account, &lineage, out);
    out->status = walk->status;
    out->effective = effective_of(ref.kind, &lineage);
    out->created_ms = world_ms(world, ent->created_s);
    out->updated_ms = walk->updated_ms;
    out->name.key = out->key;
    out->name.kind = ref.kind;
    out->name.revision = walk->name_revision;
    if (walk->name) {
        out->name.given = walk->name->m.name;
        out->name.given_len = (uint32_t)walk->name->m.name_len;
    } else {
        world_name_hostile(world, account, ref.kind, ref.index, &out->name);
    }
    fill_delivery(world, account, &lineage, ent, out);
    fill_money(account, ent, walk, out);
    return true;
}

bool world_first_child(const struct world *world, struct world_ref parent, struct world_ref *out)
{
    uint32_t first = world->accounts[parent.account].list[parent.kind].at[parent.index].first;
    if (parent.kind == ENTITY_AD || first == ENT_NONE) {
        return false;
    }
    *out = (struct world_ref){parent.account, parent.kind + 1, first};
    return true;
}

bool world_next_sibling(const struct world *world, struct world_ref ref, struct world_ref *out)
{
    uint32_t next = world->accounts[ref.account].list[ref.kind].at[ref.index].next;
    if (next == ENT_NONE) {
        return false;
    }
    *out = (struct world_ref){ref.account, ref.kind, next};
    return true;
}

/* ---- change log */

struct changes {
    struct world_change *at;
    size_t count, cap;
    int64_t since_ms, until_ms;
    struct world_ref ref;
};

static void keep_change(struct changes *list, const struct walk_event *event)
{
    if (event->at_ms <= list->since_ms || event->at_ms > list->until_ms) {
        return;
    }
    if (list->count == list->cap) {
        size_t cap = list->cap * 2 + 64;
        struct world_change *at = realloc(list->at, cap * sizeof *at);
        if (!at) {
            return; /* the log is shorter for it, as it is for every reader with a limit */
        }
        list->at = at;
        list->cap = cap;
    }
    list->at[list->count++] =
        (struct world_change){event->at_ms, list->ref, event->kind, event->before, event->after};
}

static void change_seen(void *ctx, const struct walk_event *event)
{
    keep_change(ctx, event);
}

/* What is known of the time before base_ms: its creation and its last edit. */
static void early_changes(const struct world *world, const struct ent *ent, struct changes *list)
{
    struct walk_event event = {world_ms(world, ent->created_s), WORLD_CHANGE_CREATE, WORLD_ACTIVE,
                               WORLD_ACTIVE, false};
    bool given = ent->changes && world->mutations[ent->changes - 1].m.kind == WORLD_CREATE;
    if (!given) {
        keep_change(list, &event);
    }
    if (ent->updated_s > ent->created_s) {
        event.at_ms = world_ms(world, ent->updated_s);
        event.kind = ent->status == WORLD_ACTIVE ? WORLD_CHANGE_NAME : WORLD_CHANGE_STATUS;
        event.after = (enum world_status)ent->status;
        keep_change(list, &event);
    }
}

static int newest_first(const void *a, const void *b)
{
    const struct world_change *x = a, *y = b;
    if (x->at_ms != y->at_ms) {
        return x->at_ms < y->at_ms ? 1 : -1;
    }
    if (x->ref.kind != y->ref.kind) {
        return x->ref.kind < y->ref.kind ? -1 : 1;
    }
    return x->ref.index < y->ref.index ? -1 : x->ref.index > y->ref.index;
}

size_t world_changes(const struct world *world, uint32_t account, int64_t since_ms,
                     int64_t until_ms, struct world_change *out, size_t max)
{
    const struct account *of = &world->accounts[account];
    struct changes list = {.since_ms = since_ms, .until_ms = until_ms};
    for (enum entity_kind kind = ENTITY_CAMPAIGN; kind < ENTITY_KIND_COUNT; kind++) {
        for (uint32_t i = 0; i < of->list[kind].count; i++) {
            struct walk walk;
            list.ref = (struct world_ref){account, kind, i};
            early_changes(world, &of->list[kind].at[i], &list);
            struct place place = {world, of, kind, i};
            world_walk(&place, until_ms, &walk, change_seen, &list);
        }
    }
    size_t count = list.count < max ? list.count : max;
    if (list.count) {
        qsort(list.at, list.count, sizeof *list.at, newest_first);
        memcpy(out, list.at, count * sizeof *out);
    }
    free(list.at);
    return count;
}

void world_truth_counts(const struct world *world, uint32_t account, int64_t now_ms,
                        struct world_counts *out)
{
    memset(out, 0, sizeof *out);
    for (enum entity_kind kind = ENTITY_CAMPAIGN; kind < ENTITY_KIND_COUNT; kind++) {
        uint32_t span = world_entity_span(world, account, kind);
        for (uint32_t i = 0; i < span; i++) {
            enum world_effective effective = WORLD_EFF_ACTIVE;
            int64_t updated_ms = 0;
            struct world_ref ref = {account, kind, i};
            if (world_entity_state(world, ref, now_ms, &effective, &updated_ms)) {
                out->n[kind][effective]++;
            }
        }
    }
}
