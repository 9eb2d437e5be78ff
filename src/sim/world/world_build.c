/*
 * An account's tree as it stands at base_ms, and the entities that will appear after it.
 *
 * Order of work: how many of each kind, who belongs to whom, which ones are effectively ACTIVE (an
 * exact number), everyone's status, everyone's times from the top down. world_later.c has the rest.
 */
#include "sim/world/world_plan.h"
#include <stdlib.h>
#include <string.h>

struct ent *world_append(struct ents *list)
{
    if (list->count == list->cap) {
        uint32_t cap = list->cap ? list->cap + list->cap / 2 + 16 : 16;
        struct ent *at = realloc(list->at, cap * sizeof *at);
        if (!at) {
            return NULL;
        }
        list->at = at;
        list->cap = cap;
    }
    struct ent *out = &list->at[list->count++];
    memset(out, 0, sizeof *out);
    out->parent = out->first = out->next = ENT_NONE;
    out->stop_s = ENT_OPEN;
    return out;
}

/* Puts the last entity of a list behind its parent's other children. */
void world_link_last(struct account *account, enum entity_kind kind, uint32_t index)
{
    struct ent *at = account->list[kind].at;
    struct ent *parent = &account->list[kind - 1].at[at[index].parent];
    if (parent->first == ENT_NONE) {
        parent->first = index;
        return;
    }
    uint32_t last = parent->first;
    while (at[last].next != ENT_NONE) {
        last = at[last].next;
    }
    at[last].next = index;
}

/* ---- how many */

static uint32_t at_least(uint32_t n, uint32_t min)
{
    return n > min ? n : min;
}

static void count_all(struct plan *plan)
{
    const struct world_config *config = &plan->world->config;
    const struct profile *profile = plan->account->profile;
    uint64_t n = (uint64_t)profile->entities * config->scale;
    uint64_t active = (uint64_t)profile->active * config->scale;
    if (plan->account->index == 0 && config->big_account) {
        n = config->big_account;
        active = n * profile->active / profile->entities;
    }
    uint32_t *alive = plan->alive, *gone = plan->gone, *chosen = plan->chosen;
    alive[ENTITY_CAMPAIGN] = at_least((uint32_t)(n * 8 / 100), 1);
    alive[ENTITY_ADSET] = at_least((uint32_t)(n * 23 / 100), alive[ENTITY_CAMPAIGN]);
    alive[ENTITY_AD] = (uint32_t)n - alive[ENTITY_CAMPAIGN] - alive[ENTITY_ADSET];
    chosen[ENTITY_CAMPAIGN] = active ? at_least((uint32_t)(active * 12 / 100), 1) : 0;
    chosen[ENTITY_ADSET] = at_least((uint32_t)(active * 28 / 100), chosen[ENTITY_CAMPAIGN]);
    if (chosen[ENTITY_CAMPAIGN] + chosen[ENTITY_ADSET] > active) {
        chosen[ENTITY_ADSET] = (uint32_t)active - chosen[ENTITY_CAMPAIGN];
    }
    chosen[ENTITY_AD] = (uint32_t)active - chosen[ENTITY_CAMPAIGN] - chosen[ENTITY_ADSET];
    if (n >= 16) {
        gone[ENTITY_CAMPAIGN] = alive[ENTITY_CAMPAIGN] * 6 / 100 + 1;
        gone[ENTITY_ADSET] = gone[ENTITY_CAMPAIGN] * 2 + alive[ENTITY_ADSET] * 5 / 100;
        gone[ENTITY_AD] =
            gone[ENTITY_ADSET] * 2 + alive[ENTITY_AD] * 8 / 100 + chosen[ENTITY_AD] * 35 / 100 + 1;
    }
}

/* ---- who is whose */

static bool make_lists(struct plan *plan)
{
    for (enum entity_kind kind = ENTITY_CAMPAIGN; kind < ENTITY_KIND_COUNT; kind++) {
        uint32_t total = plan->alive[kind] + plan->gone[kind];
        struct ents *list = &plan->account->list[kind];
        plan->marks[kind] = calloc(total, 1);
        list->at = malloc(((size_t)total + total / 8 + 16) * sizeof *list->at);
        list->cap = list->at ? total + total / 8 + 16 : 0;
        if (!plan->marks[kind] || !list->at) {
            return false;
        }
        for (uint32_t i = 0; i < total; i++) {
            world_append(list); /* cannot fail: there is room */
            uint64_t before = (uint64_t)i * plan->gone[kind] / total;
            uint64_t after = (uint64_t)(i + 1) * plan->gone[kind] / total;
            plan->marks[kind][i] = before != after ? MARK_DELETED : 0;
        }
    }
    return true;
}

/* Deals the living children to the living parents in order: one to four shares a parent. */
static void adopt_alive(struct plan *plan, enum entity_kind kind)
{
    struct ents *list = &plan->account->list[kind];
    const uint8_t *marks = plan->marks[kind], *above = plan->marks[kind - 1];
    uint32_t parents = plan->account->list[kind - 1].count;
    uint64_t total = 0, sum = 0;
    for (uint32_t i = 0; i < parents; i++) {
        total += above[i] & MARK_DELETED ? 0 : 1 + plan_key(plan, kind - 1, i) % 4;
    }
    uint32_t parent = ENT_NONE, done = 0;
    for (uint32_t i = 0; i < list->count; i++) {
        if (marks[i] & MARK_DELETED) {
            continue;
        }
        while (parent == ENT_NONE || sum * plan->alive[kind] <= (uint64_t)done * total) {
            parent++;
            sum += above[parent] & MARK_DELETED ? 0 : 1 + plan_key(plan, kind - 1, parent) % 4;
        }
        list->at[i].parent = parent;
        done++;
    }
}

/* The n-th entity of a kind that has all bits of `want` and none of `without`, from a random start.
 */
static uint32_t find_marked(const struct plan *plan, enum entity_kind kind, uint64_t hash, int want,
                            int without)
{
    uint32_t count = plan->account->list[kind].count;
    for (uint32_t i = 0, at = (uint32_t)(hash % count); i < count; i++, at = (at + 1) % count) {
        if ((plan->marks[kind][at] & want) == want && !(plan->marks[kind][at] & without)) {
            return at;
        }
    }
    return ENT_NONE;
}

/* Deleted ones hang below deleted parents and, so that their spend is missing from listings only,
 * below living ones; a share of the ads below what delivers today. */
static void adopt_gone(struct plan *plan, enum entity_kind kind)
{
    struct ents *list = &plan->account->list[kind];
    uint32_t recent = kind == ENTITY_AD ? plan->chosen[ENTITY_AD] * 35 / 100 : 0;
    for (uint32_t i = 0, nth = 0; i < list->count; i++) {
        if (!(plan->marks[kind][i] & MARK_DELETED)) {
            continue;
        }
        uint64_t hash = world_mix(plan_key(plan, kind, i), 0xad0);
        uint32_t parent = ENT_NONE;
        if (nth++ < recent) {
            plan->marks[kind][i] |= MARK_RECENT;
            parent = find_marked(plan, kind - 1, hash, MARK_CHOSEN, MARK_DELETED);
        } else if (hash % 3) {
            parent = find_marked(plan, kind - 1, hash >> 8, MARK_DELETED, 0);
        }
        if (parent == ENT_NONE) {
            parent = find_marked(plan, kind - 1, hash >> 8, 0, MARK_DELETED);
        }
        list->at[i].parent = parent;
    }
}

static void link_all(struct account *account)
{
    for (enum entity_kind kind = ENTITY_ADSET; kind < ENTITY_KIND_COUNT; kind++) {
        struct ents *list = &account->list[kind];
        for (uint32_t i = list->count; i-- > 0;) {
            struct ent *parent = &account->list[kind - 1].at[list->at[i].parent];
            list->at[i].next = parent->first;
            parent->first = i;
        }
    }
}

/* ---- which are active */

/* Of the living, those below a chosen parent: how many there are. */
static uint32_t candidates(const struct plan *plan, enum entity_kind kind)
{
    const struct ents *list = &plan->account->list[kind];
    uint32_t n = 0;
    for (uint32_t i = 0; i < list->count; i++) {
        bool open = kind == ENTITY_CAMPAIGN ||
                    (list->at[i].parent != ENT_NONE &&
                     (plan->marks[kind - 1][list->at[i].parent] & MARK_CHOSEN) != 0);
        n += !(plan->marks[kind][i] & MARK_DELETED) && open;
    }
    return n;
}

/* Marks `want` candidates, in an order that looks random: a stride prime to the count. */
static void choose(struct plan *plan, enum entity_kind kind, uint32_t want)
{
    const struct ents *list = &plan->account->list[kind];
    uint8_t *marks = plan->marks[kind];
    for (uint32_t i = 0; i < list->count; i++) {
        marks[i] &= (uint8_t)~MARK_CHOSEN;
    }
    uint64_t start = world_mix(plan->account->key, (uint64_t)kind + 7);
    for (uint64_t i = 0; want && i < list->count; i++) {
        uint32_t at = (uint32_t)((start % list->count + i * 1000003ULL) % list->count);
        bool open = kind == ENTITY_CAMPAIGN ||
                    (list->at[at].parent != ENT_NONE &&
                     (plan->marks[kind - 1][list->at[at].parent] & MARK_CHOSEN) != 0);
        if (open && !(marks[at] & MARK_DELETED)) {
            marks[at] |= MARK_CHOSEN;
            want--;
        }
    }
}

/* Shifts numbers up the tree until the chosen parents have children enough, the sum unchanged. */
static void choose_all(struct plan *plan)
{
    uint32_t *chosen = plan->chosen;
    for (;;) {
        choose(plan, ENTITY_CAMPAIGN, chosen[ENTITY_CAMPAIGN]);
        uint32_t adsets = candidates(plan, ENTITY_ADSET);
        choose(plan, ENTITY_ADSET, chosen[ENTITY_ADSET]);
        uint32_t ads = candidates(plan, ENTITY_AD);
        bool enough = adsets >= chosen[ENTITY_ADSET] && ads >= chosen[ENTITY_AD];
        if (enough || chosen[ENTITY_AD] == 0) {
            break;
        }
        bool up = adsets <= chosen[ENTITY_ADSET] &&
                  chosen[ENTITY_CAMPAIGN] < plan->alive[ENTITY_CAMPAIGN];
        uint32_t step = chosen[ENTITY_AD] / 50 + 1;
        uint32_t room = plan->alive[ENTITY_CAMPAIGN] - chosen[ENTITY_CAMPAIGN];
        step = up && step > room ? room : step;
        chosen[up ? ENTITY_CAMPAIGN : ENTITY_ADSET] += step;
        chosen[ENTITY_AD] -= step;
    }
    choose(plan, ENTITY_AD, chosen[ENTITY_AD]);
}

/* ---- status of everyone */

struct chance {
    uint32_t below; /* of 100 */
    enum world_status status;
    enum issue issue;
};

/* Chosen nowhere, but the parents let it through: something of its own must stop it. */
static const struct chance stopped_parent_kind[] = {
    {52,  WORLD_PAUSED,   ISSUE_NONE       },
    {92,  WORLD_ARCHIVED, ISSUE_NONE       },
    {97,  WORLD_ACTIVE,   ISSUE_WITH_ISSUES},
    {100, WORLD_ACTIVE,   ISSUE_IN_PROCESS }
};
static const struct chance stopped_ad[] = {
    {48,  WORLD_PAUSED,   ISSUE_NONE       },
    {76,  WORLD_ARCHIVED, ISSUE_NONE       },
    {85,  WORLD_ACTIVE,   ISSUE_DISAPPROVED},
    {91,  WORLD_ACTIVE,   ISSUE_REVIEW     },
    {94,  WORLD_ACTIVE,   ISSUE_BILLING    },
    {98,  WORLD_ACTIVE,   ISSUE_WITH_ISSUES},
    {100, WORLD_ACTIVE,   ISSUE_PREAPPROVED}
};
static const struct chance below_stopped[] = {
    {56,  WORLD_ACTIVE,   ISSUE_NONE},
    {80,  WORLD_PAUSED,   ISSUE_NONE},
    {100, WORLD_ARCHIVED, ISSUE_NONE}
};

static void roll(const struct chance *chances, uint64_t hash, struct ent *ent)
{
    while (hash % 100 >= chances->below) {
        chances++;
    }
    ent->status = (uint8_t)chances->status;
    ent->issue = (uint8_t)chances->issue;
}

/* Whether everything above lets the entity deliver. */
static bool lets_through(const struct account *account, enum entity_kind kind, uint32_t index)
{
    while (kind > ENTITY_CAMPAIGN) {
        index = account->list[kind].at[index].parent;
        kind--;
        if (account->list[kind].at[index].status != WORLD_ACTIVE) {
            return false;
        }
    }
    return true;
}

static void set_statuses(struct plan *plan, enum entity_kind kind)
{
    struct ents *list = &plan->account->list[kind];
    for (uint32_t i = 0; i < list->count; i++) {
        struct ent *ent = &list->at[i];
        uint64_t hash = world_mix(plan_key(plan, kind, i), 0x57a);
        if (plan->marks[kind][i] & MARK_DELETED) {
            ent->status = WORLD_DELETED;
        } else if (plan->marks[kind][i] & MARK_CHOSEN) {
            ent->status = WORLD_ACTIVE;
        } else if (!lets_through(plan->account, kind, i)) {
            roll(below_stopped, hash, ent);
        } else {
            roll(kind == ENTITY_AD ? stopped_ad : stopped_parent_kind, hash, ent);
        }
        static const uint8_t objectives[20] = {0, 1, 1, 1, 2, 2, 3, 3, 3, 3,
                                               4, 5, 5, 5, 5, 5, 5, 6, 7, 7};
        ent->objective = kind == ENTITY_CAMPAIGN
                             ? objectives[(hash >> 20) % 20]
                             : plan->account->list[kind - 1].at[ent->parent].objective;
    }
}

/* ---- times and budgets, from the top down */

/* How long ago delivery ended, in seconds: a third of it in the last 8 days. */
static int32_t stopped_ago_s(uint64_t hash, bool recent)
{
    uint64_t roll_pct = recent ? 0 : hash % 100;
    int64_t from = roll_pct < 32 ? DAY_S / 3 : roll_pct < 60 ? 8LL * DAY_S : 30LL * DAY_S;
    int64_t to = roll_pct < 32 ? 8LL * DAY_S : roll_pct < 60 ? 30LL * DAY_S : 300LL * DAY_S;
    return (int32_t)world_pick(hash >> 8, from, to);
}

static int32_t earlier(int32_t a, int32_t b)
{
    return a < b ? a : b;
}

/* A child some days after its parent; campaigns one after the other over the last 424 days. */
static int32_t created_s(const struct ents *list, uint32_t index, const struct ent *parent,
                         uint64_t hash)
{
    if (parent) {
        int64_t most = -(int64_t)parent->created_s / 2; /* leaves an ad a day at least */
        most = most < 6LL * DAY_S ? most : 6LL * DAY_S;
        return parent->created_s + (int32_t)world_pick(hash, 300, most);
    }
    int64_t days = 4 + 420LL * (list->count - 1 - index) / list->count;
    return (int32_t)(-days * DAY_S - world_pick(hash, 0, DAY_S - 1));
}

/* End of its own delivery. A parent with issues still delivers; one ad in eight that is off never
 * ran. */
static int32_t own_stop_s(const struct ent *ent, enum entity_kind kind, uint64_t hash, bool recent)
{
    if (ent->status == WORLD_ACTIVE && (kind != ENTITY_AD || ent->issue == ISSUE_NONE)) {
        return ENT_OPEN;
    }
    int32_t age = -ent->created_s;
    int32_t ago = stopped_ago_s(hash >> 3, recent);
    if (ago >= age) {
        ago = (int32_t)world_pick(hash >> 5, age / 4, age - 60);
    }
    bool never = kind == ENTITY_AD && !recent && (hash >> 50) % 8 == 0;
    return never ? ent->created_s : -ago;
}

static void set_times(struct plan *plan, enum entity_kind kind)
{
    struct account *account = plan->account;
    struct ents *list = &account->list[kind];
    for (uint32_t i = 0; i < list->count; i++) {
        struct ent *ent = &list->at[i];
        uint64_t hash = world_mix(plan_key(plan, kind, i), 0x71e);
        const struct ent *parent =
            kind == ENTITY_CAMPAIGN ? NULL : &account->list[kind - 1].at[ent->parent];
        ent->created_s = created_s(list, i, parent, hash);
        bool recent = (plan->marks[kind][i] & MARK_RECENT) != 0;
        ent->stop_s = own_stop_s(ent, kind, hash, recent);
        uint32_t age = (uint32_t)-ent->created_s;
        ent->updated_s = ent->stop_s != ENT_OPEN
                             ? ent->stop_s
                             : ent->created_s + (int32_t)((hash >> 11) % (age - 60));
        if (parent) {
            ent->stop_s = earlier(ent->stop_s, parent->stop_s);
        } else if (account->profile->status != 1) {
            ent->stop_s = earlier(ent->stop_s, -account->profile->stopped_days * DAY_S);
        }
    }
}

void plan_set_budget(const struct account *account, enum entity_kind kind, uint64_t hash,
                     struct ent *ent)
{
    ent->budget = BUDGET_NONE;
    bool holds = kind == ENTITY_CAMPAIGN
                     ? hash % 100 < 55
                     : kind == ENTITY_ADSET &&
                           account->list[ENTITY_CAMPAIGN].at[ent->parent].budget == BUDGET_NONE;
    if (holds) {
        ent->budget = (hash >> 16) % 4 == 0 ? BUDGET_LIFETIME : BUDGET_DAILY;
    }
}

static void set_budgets(struct plan *plan, enum entity_kind kind)
{
    struct ents *list = &plan->account->list[kind];
    for (uint32_t i = 0; i < list->count; i++) {
        plan_set_budget(plan->account, kind, world_mix(plan_key(plan, kind, i), 0xb5d),
                        &list->at[i]);
    }
}

bool world_build_account(struct world *world, struct account *account, struct err *err)
{
    struct plan plan = {.world = world, .account = account};
    bool ok = false;
    count_all(&plan);
    if (!make_lists(&plan)) {
        goto out;
    }
    adopt_alive(&plan, ENTITY_ADSET);
    adopt_alive(&plan, ENTITY_AD);
    choose_all(&plan);
    adopt_gone(&plan, ENTITY_ADSET);
    adopt_gone(&plan, ENTITY_AD);
    for (enum entity_kind kind = ENTITY_CAMPAIGN; kind < ENTITY_KIND_COUNT; kind++) {
        set_statuses(&plan, kind);
        set_times(&plan, kind);
        set_budgets(&plan, kind);
    }
    plan_set_rates(&plan);
    if (!plan_add_future(&plan)) {
        goto out;
    }
    link_all(account);
    ok = true;
out:
    for (enum entity_kind kind = ENTITY_CAMPAIGN; kind < ENTITY_KIND_COUNT; kind++) {
        free(plan.marks[kind]);
    }
    return ok || err_set(err, ERR_MEMORY, "simulated account: out of memory");
}
