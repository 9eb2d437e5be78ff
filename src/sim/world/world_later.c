/* What ads spend, and the entities that will appear after base_ms. */
#include "sim/world/world_plan.h"

/* ---- spend */

static uint64_t spend_weight(uint64_t key)
{
    uint64_t x = world_mix(key, 0x5be) % 100;
    return 30 + x * x / 50;
}

/* Deleted ads outspend the others in every second account, so that they are about a fifth of it. */
static uint64_t raw_rate(const struct plan *plan, uint32_t ad)
{
    bool heavy = (plan->marks[ENTITY_AD][ad] & MARK_RECENT) && plan->account->index % 2 == 0;
    return spend_weight(plan_key(plan, ENTITY_AD, ad)) * (heavy ? 2 : 1);
}

/* How many of the 7 days before base_ms the ad ran. */
static uint64_t days_of_week(const struct ent *ent)
{
    int32_t stop = ent->stop_s == ENT_OPEN ? 0 : ent->stop_s;
    int32_t from = ent->created_s > -7 * DAY_S ? ent->created_s : -7 * DAY_S;
    return stop > from ? (uint64_t)((stop - from + DAY_S - 1) / DAY_S) : 0;
}

void plan_set_rates(struct plan *plan)
{
    struct account *account = plan->account;
    struct ents *list = &account->list[ENTITY_AD];
    uint64_t weights = 0;
    for (uint32_t i = 0; i < list->count; i++) {
        weights += raw_rate(plan, i) * days_of_week(&list->at[i]);
    }
    /* In 1/10,000 USD a week, at the size the profile was written for. */
    uint64_t size =
        plan->alive[ENTITY_AD] + plan->alive[ENTITY_ADSET] + plan->alive[ENTITY_CAMPAIGN];
    uint64_t weekly = account->profile->weekly_usd * 10000ULL * size / account->profile->entities;
    weights = weights ? weights : 80ULL * 7 * 3; /* nothing ran: as if three had */
    for (uint32_t i = 0; i < list->count; i++) {
        list->at[i].rate = (uint32_t)(weekly * raw_rate(plan, i) / weights);
    }
}

/* ---- what appears later */

static struct ent *add_future(struct plan *plan, enum entity_kind kind, uint32_t parent,
                              int32_t created_s)
{
    struct account *account = plan->account;
    struct ent *ent = world_append(&account->list[kind]);
    if (!ent) {
        return NULL;
    }
    uint32_t index = account->list[kind].count - 1;
    uint64_t key = plan_key(plan, kind, index);
    ent->created_s = ent->updated_s = created_s;
    ent->parent = parent;
    ent->status = WORLD_ACTIVE;
    ent->issue = kind == ENTITY_AD ? ISSUE_REVIEW : ISSUE_NONE;
    ent->objective = (uint8_t)(key % 8);
    if (kind != ENTITY_CAMPAIGN) {
        ent->objective = account->list[kind - 1].at[parent].objective;
    }
    plan_set_budget(account, kind, key, ent);
    if (kind == ENTITY_AD) { /* like the ads there are */
        ent->rate = account->list[kind].at[key % (plan->alive[kind] + plan->gone[kind])].rate;
    }
    return ent;
}

/* One in eight brings a campaign with an ad set and two ads; the others are ads in what runs. */
static bool add_wave(struct plan *plan, uint32_t nth, int32_t at_s)
{
    struct account *account = plan->account;
    uint64_t hash = world_mix(account->key, 0xf00 + nth);
    uint32_t adset = ENT_NONE;
    if (nth % 8 == 3) {
        uint32_t campaign = account->list[ENTITY_CAMPAIGN].count;
        adset = account->list[ENTITY_ADSET].count;
        return add_future(plan, ENTITY_CAMPAIGN, ENT_NONE, at_s) &&
               add_future(plan, ENTITY_ADSET, campaign, at_s + 120) &&
               add_future(plan, ENTITY_AD, adset, at_s + 260) &&
               add_future(plan, ENTITY_AD, adset, at_s + 400);
    }
    uint32_t built = plan->alive[ENTITY_ADSET] + plan->gone[ENTITY_ADSET];
    for (uint32_t i = 0; i < built && adset == ENT_NONE; i++) {
        uint32_t at = (uint32_t)((hash + i) % built);
        int want = plan->chosen[ENTITY_ADSET] ? MARK_CHOSEN : 0;
        int mark = plan->marks[ENTITY_ADSET][at];
        adset = (mark & want) == want && !(mark & MARK_DELETED) ? at : ENT_NONE;
    }
    return adset == ENT_NONE || add_future(plan, ENTITY_AD, adset, at_s);
}

bool plan_add_future(struct plan *plan)
{
    uint32_t pace = plan->world->config.evolution_pct;
    if (pace == 0) {
        return true;
    }
    uint32_t active =
        plan->chosen[ENTITY_CAMPAIGN] + plan->chosen[ENTITY_ADSET] + plan->chosen[ENTITY_AD];
    uint32_t waves = active * WORLD_HORIZON_DAYS * 2 / 100;
    waves = waves > 4 ? waves : 4;
    int64_t start = plan->world->config.base_ms / 1000 - plan->world->day0_s + 1;
    int64_t horizon = (int64_t)WORLD_HORIZON_DAYS * DAY_S * 100 / pace;
    for (uint32_t i = 0; i < waves; i++) {
        int64_t jitter = (int64_t)(world_mix(plan->account->key, 0xfa7 + i) % 1000);
        int64_t at = start + (i * 1000LL + jitter) * horizon / 1000 / waves;
        if (at < INT32_MAX - 1000 && !add_wave(plan, i, (int32_t)at)) {
            return false;
        }
    }
    return true;
}
