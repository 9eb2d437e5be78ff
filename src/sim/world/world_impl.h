/*
 * world_impl: what the files of this folder share. An entity is 36 bytes; everything else about it
 * follows from its hash, its parents and the walk over its schedule (world_walk.c).
 */
#ifndef SIM_WORLD_WORLD_IMPL_H
#define SIM_WORLD_WORLD_IMPL_H

#include "base/hash.h"
#include "sim/world/world.h"
#include "sim/world/world_insight.h"
#include "sim/world/world_mutation.h"
#include <stddef.h>

#define DAY_S 86400
#define DAY_MS 86400000LL
#define QUARTER_MS 900000LL
#define ENT_NONE UINT32_MAX
#define ENT_OPEN INT32_MAX /* delivers still at base_ms */
#define CALENDAR_DAYS (WORLD_HISTORY_DAYS + WORLD_HORIZON_DAYS + 2)
#define SCHEDULE_MAX 48 /* scheduled events of one entity */
#define CHANGES_MAX 64  /* mutations of one entity; bulk mutations of one account */
#define SPANS_MAX (SCHEDULE_MAX + 2 * CHANGES_MAX + 2)

/* What stands between a configured ACTIVE and an effective one. */
enum issue {
    ISSUE_NONE,
    ISSUE_WITH_ISSUES,
    ISSUE_IN_PROCESS,
    ISSUE_DISAPPROVED,
    ISSUE_REVIEW,
    ISSUE_BILLING,
    ISSUE_PREAPPROVED,
    ISSUE_COUNT
};
enum budget_kind { BUDGET_NONE, BUDGET_DAILY, BUDGET_LIFETIME };

struct profile {
    const char *name; /* may hold NUL and encoded surrogates */
    uint32_t name_len;
    const char *currency;
    int decimals;
    uint32_t usd_minor; /* minor units a US dollar buys */
    const char *timezone;
    int timezone_id;
    uint32_t entities, active;
    uint32_t weekly_usd; /* what the active ads spend in 7 days, about */
    int status, disable_reason;
    int stopped_days; /* before base_ms, where the account does not deliver */
    bool omni;        /* reports purchase and omni_purchase beside the pixel's */
    const char *countries[5];
};
extern const struct profile world_profiles[];
extern const uint32_t world_profile_count;

struct ent {
    int32_t created_s, updated_s; /* from day0 */
    int32_t stop_s;               /* end of the delivery before base_ms, or ENT_OPEN */
    uint32_t parent;
    uint32_t first, next; /* child, sibling */
    uint32_t rate;        /* ads: mean spend a day in 1/10,000 USD */
    uint32_t changes;     /* first of its mutations + 1 */
    uint8_t status, issue, objective, budget;
};

struct ents {
    struct ent *at;
    uint32_t count, cap;
};

struct day_total {
    int64_t key, spend_key; /* 0 = not there; see world_total.c */
    int64_t spend_minor;
    struct world_metrics metrics;
};

struct account {
    const struct profile *profile;
    uint32_t index;
    uint64_t id, key;
    uint64_t id_base; /* of its entities: see world_ref_id */
    struct tz *tz;
    int32_t first_day;                   /* of history */
    int64_t midnight[CALENDAR_DAYS + 1]; /* from first_day on */
    struct ents list[ENTITY_KIND_COUNT];
    uint32_t bulk[CHANGES_MAX], bulk_count; /* mutations, by time */
    uint32_t own[CHANGES_MAX], own_count;   /* of the account itself, by time */
    struct day_total *totals;               /* CALENDAR_DAYS, made when first asked for */
};

struct mutation {
    struct world_mutation m; /* name owned */
    uint32_t next;           /* of the same entity + 1 */
    uint32_t ppm;            /* of percent */
};

struct world {
    struct world_config config;
    int64_t day0_s; /* UTC midnight before base_ms */
    struct account *accounts;
    uint32_t account_count;
    struct mutation *mutations;
    uint32_t mutation_count, mutation_cap;
    char *long_name[3]; /* 4 KiB each */
};

/* ---- hashing and ids */

static inline uint64_t world_mix(uint64_t a, uint64_t b)
{
    return hash_u64(a ^ (b * 0x9E3779B97F4A7C15ULL + 0x632BE59BD9B4E019ULL));
}
/* lo..hi, both inclusive */
static inline int64_t world_pick(uint64_t hash, int64_t lo, int64_t hi)
{
    return lo + (int64_t)(hash % (uint64_t)(hi - lo + 1));
}
#define WORLD_CREATIVE 3U /* the kind's place of a creative in an id */
static inline uint64_t world_place_id(const struct account *account, uint32_t place, uint32_t index)
{
    return account->id_base + ((uint64_t)index * 4 + place) * 10000;
}
static inline uint64_t world_ref_key(const struct world *world, const struct account *account,
                                     enum entity_kind kind, uint32_t index)
{
    return world_mix(world->config.seed, world_place_id(account, (uint32_t)kind, index));
}
static inline int64_t world_ms(const struct world *world, int32_t rel_s)
{
    return (world->day0_s + rel_s) * 1000;
}

/* ---- world_build.c */
bool world_build_account(struct world *world, struct account *account, struct err *err);
struct ent *world_append(struct ents *list); /* NULL = no memory */
void world_link_last(struct account *account, enum entity_kind kind, uint32_t index);

/* ---- world_walk.c */
struct walk {
    bool exists;
    bool running0; /* at the start of its walk: base_ms, or its creation if later */
    int64_t start_ms;
    enum world_status status;
    enum issue issue;
    uint32_t name_revision, budget_revision;
    int64_t updated_ms;
    const struct mutation *name, *budget;
};
struct walk_event {
    int64_t at_ms;
    enum world_change_kind kind;
    enum world_status before, after;
    bool running;
};
typedef void walk_seen(void *ctx, const struct walk_event *event);
struct place {
    const struct world *world;
    const struct account *account;
    enum entity_kind kind;
    uint32_t index;
};
/* The entity as of now; every event on the way is shown to `seen` (may be NULL). */
void world_walk(const struct place *place, int64_t now_ms, struct walk *out, walk_seen *seen,
                void *ctx);
enum world_effective world_walk_effective(enum entity_kind kind, const struct walk *self,
                                          const struct walk *adset, const struct walk *campaign);
int world_account_status(const struct world *world, const struct account *account, int64_t now_ms,
                         const struct mutation **last);

struct span {
    int64_t from_ms, to_ms;
};
struct spans {
    uint32_t count;
    struct span at[SPANS_MAX * 4];
};
/* When the ad delivered, as known at as_of; the last span may be open (INT64_MAX). */
void world_spans(const struct world *world, const struct account *account, uint32_t ad,
                 int64_t as_of_ms, struct spans *out);

/* ---- world_day.c: an ad's day in additive parts, out of which rows, cells and sums are made */
enum part {
    PART_SPEND,       /* minor units */
    PART_IMPRESSIONS, /* without those clicked, so that no cell has more clicks than impressions */
    PART_CLICKS,      /* but for link clicks */
    PART_LINK,
    PART_LANDING,
    PART_POST,
    PART_PAGE,
    PART_VIDEO,
    PART_GROUPS, /* five groups of conversions x {1d, 2-7d, 8-28d click, 1d view} */
    PART_COUNT = PART_GROUPS + 20
};
struct parts {
    int64_t n[PART_COUNT];
    int64_t order_minor; /* value of a purchase that day */
};
struct day_clock {
    int32_t day;
    int64_t from_ms, to_ms, as_of_ms;
    int64_t steps; /* quarter hours in the day: 92, 96 or 100 */
    int revision;  /* -1 = still open or not begun */
};
void world_day_clock(const struct account *account, int32_t day, int64_t as_of_ms,
                     struct day_clock *out);
int64_t world_midnight(const struct account *account, int32_t day);
static inline int64_t world_as_of(int64_t now_ms)
{
    return now_ms - now_ms % QUARTER_MS;
}
struct ad {
    const struct account *account;
    const struct ent *ent;
    uint64_t key;
};
/* false = no delivery that day. spend_only leaves all but PART_SPEND undefined. */
bool world_parts(const struct ad *ad, const struct day_clock *clock, const struct spans *spans,
                 bool spend_only, struct parts *out);
void world_parts_add(const struct account *account, const struct parts *parts,
                     struct world_metrics *sum);
int64_t world_reach(const struct account *account, enum insight_level level, uint64_t key,
                    int64_t impressions, int32_t days);

/* ---- world_split.c: breakdown cells */
uint32_t world_cells(const struct account *account, unsigned breakdowns);
void world_cell_label(const struct account *account, unsigned breakdowns, uint32_t cell,
                      struct world_row *out);
/* cumulative[cells + 1] in 1/65536, of one ad */
void world_cell_weights(const struct account *account, unsigned breakdowns, uint64_t key,
                        uint32_t *cumulative);
void world_cell_parts(const struct parts *whole, uint64_t key, const uint32_t *cumulative,
                      uint32_t cell, struct parts *out);

/* ---- world_total.c */
const struct world_metrics *world_total(struct world *world, struct account *account, int32_t day,
                                        int64_t now_ms, struct world_metrics *scratch);
void world_total_forget(struct account *account, int64_t from_ms);

/* ---- world_name.c */
/* Entities at some positions carry a hostile name; false = this one does not. */
bool world_name_hostile(const struct world *world, const struct account *account,
                        enum entity_kind kind, uint32_t index, struct world_name *out);
bool world_name_init(struct world *world, struct err *err);
bool world_name_valid(const char *text, size_t len);

#endif
