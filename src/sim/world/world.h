/*
 * world: the data the simulator serves: ad accounts, campaigns, ad sets, ads, and (world_insight.h)
 * their insights, as a pure function of (seed, scale, big_account, base_ms) and of the instant
 * asked for; world_mutation.h puts explicit changes on top. Nothing here speaks HTTP.
 *
 * At base_ms the world has the figures of the requirements: 12 accounts, 1,833 entities that are
 * not deleted (times `scale`), the heaviest account 1,029, 243 of them effectively ACTIVE.
 * `big_account` N > 0 gives account 0, the heaviest, exactly N entities in place of 1,029 x scale.
 * Deleted ones come on top. After base_ms entities are edited, paused, archived, deleted and
 * created on a schedule that follows from the seed; new ones appear for WORLD_HORIZON_DAYS.
 *
 * Threads: none of its own and no lock. Getters fill caches, so calls on one world must not
 * overlap: one thread, or the caller's lock. Instants are simulated Unix milliseconds and may be
 * asked for in any order; before base_ms the state is that of base_ms.
 */
#ifndef SIM_WORLD_WORLD_H
#define SIM_WORLD_WORLD_H

#include "base/err.h"
#include "base/str.h"
#include "base/tz.h"
#include "model/entity.h"
#include <stdbool.h>
#include <stdint.h>

#define WORLD_HISTORY_DAYS 120 /* days with insights at base_ms, its own day included */
#define WORLD_HORIZON_DAYS 90
#define WORLD_BIG_MAX 1000000

struct world;

struct world_config {
    uint64_t seed;
    uint32_t scale;       /* 1..100 */
    uint32_t big_account; /* 0 = none, else 3..WORLD_BIG_MAX */
    int64_t base_ms;
    uint32_t evolution_pct; /* pace of the schedule: 100 = some 3 % of what is active a day, 0 =
                               frozen */
};

struct world *world_create(const struct world_config *config, struct err *err);
void world_destroy(struct world *world);
const struct world_config *world_config_of(const struct world *world);

/* Configured status; effective status is per kind (reference 4.3) and follows the parents. */
enum world_status { WORLD_ACTIVE, WORLD_PAUSED, WORLD_ARCHIVED, WORLD_DELETED, WORLD_STATUS_COUNT };
enum world_effective {
    WORLD_EFF_ACTIVE,
    WORLD_EFF_PAUSED,
    WORLD_EFF_DELETED,
    WORLD_EFF_ARCHIVED,
    WORLD_EFF_IN_PROCESS,
    WORLD_EFF_WITH_ISSUES,
    WORLD_EFF_CAMPAIGN_PAUSED, /* ad sets and ads */
    WORLD_EFF_ADSET_PAUSED,    /* ads, and those below */
    WORLD_EFF_DISAPPROVED,
    WORLD_EFF_PENDING_REVIEW,
    WORLD_EFF_PENDING_BILLING_INFO,
    WORLD_EFF_PREAPPROVED,
    WORLD_EFF_COUNT
};
const char *world_status_text(enum world_status status); /* "ACTIVE" */
bool world_status_parse(const char *text, enum world_status *out);
const char *world_effective_text(enum world_effective effective);
bool world_effective_parse(const char *text, enum world_effective *out);
/* Whether the kind's own enumeration has the value: `/adsets` refuses ad-only ones as a whole. */
bool world_effective_of_kind(enum world_effective effective, enum entity_kind kind);

/* A name is made when it is written. As JSON: the content of a string literal in ASCII, where half
 * a surrogate pair goes out as \ud83d and NUL as \u0000. Mended: the UTF-8 a correct client stores,
 * both replaced by U+FFFD. Both append; false = no room in out. */
struct world_name {
    const char *given; /* set by a mutation or a profile; NULL = made from key, kind and revision */
    uint32_t given_len;
    uint32_t revision;
    uint64_t key;
    enum entity_kind kind;
};
bool world_name_json(const struct world_name *name, struct str *out);
bool world_name_mended(const struct world_name *name, struct str *out);

/* ---- accounts: index 0..count-1, the heaviest first; no account ever appears or leaves the index
 */

struct world_account {
    uint64_t id; /* 15 to 17 digits, without act_ */
    struct world_name name;
    const char *currency;
    int decimals; /* of the minor unit: 0, 2 or 3 */
    const char *timezone_name;
    int timezone_id;
    const struct tz *tz; /* lent */
    int status;          /* 1 ACTIVE, 2 DISABLED, 3 UNSETTLED, ... */
    int disable_reason;
    bool accessible; /* false: the token no longer reaches it */
    int64_t created_ms;
    uint64_t business_id;
    const char *business_name;  /* plain ASCII */
    int64_t min_daily_budget;   /* this and below in minor units */
    int64_t spend_cap, balance; /* 0 = none */
};

uint32_t world_account_count(const struct world *world);
void world_account(const struct world *world, uint32_t index, int64_t now_ms,
                   struct world_account *out);
bool world_account_find(const struct world *world, uint64_t id, uint32_t *account);
/* Lifetime spend in minor units: everything insights show and an amount before them. */
int64_t world_account_spent(struct world *world, uint32_t index, int64_t now_ms);
int32_t world_today(const struct world *world, uint32_t account, int64_t now_ms); /* its own day */

/* ---- entities: positions 0..span-1 per account and kind, in order of creation, stable for ever */

struct world_ref {
    uint32_t account;
    enum entity_kind kind;
    uint32_t index;
};

struct world_entity {
    struct world_ref ref;
    uint64_t id, account_id;
    uint64_t campaign_id,
        adset_id; /* 0 where the kind has none above; the own id at its own kind */
    uint32_t campaign_index, adset_index;
    uint64_t creative_id; /* ads */
    uint64_t source_id;   /* source_campaign_id and so on; 0 = none */
    enum world_status status;
    enum world_effective effective;
    struct world_name name;
    int64_t created_ms, updated_ms;
    int64_t start_ms, stop_ms;             /* stop 0 = open end; of ads both 0 */
    int64_t daily_budget, lifetime_budget; /* minor units; -1 = absent (budget lives elsewhere) */
    int64_t budget_remaining;
    int64_t spend_cap;  /* campaigns; -1 = absent */
    int64_t bid_amount; /* ad sets; -1 = absent */
    const char
        *objective; /* of the campaign, at every kind; the rest NULL where the kind has none */
    const char *buying_type, *bid_strategy, *billing_event, *optimization_goal;
    uint64_t
        key; /* hash of the entity, for what the server makes up itself (targeting, creative) */
};

/* One past the last position, those not yet created at this instant included. */
uint32_t world_entity_span(const struct world *world, uint32_t account, enum entity_kind kind);
/* false = not created yet. Deleted and archived ones are there: filtering is the caller's. */
bool world_entity(const struct world *world, struct world_ref ref, int64_t now_ms,
                  struct world_entity *out);
/* Only what a status sweep needs; several times cheaper. */
bool world_entity_state(const struct world *world, struct world_ref ref, int64_t now_ms,
                        enum world_effective *effective, int64_t *updated_ms);
/* Direct children in order of position: first = parent's, then sibling's; false = no more. */
bool world_first_child(const struct world *world, struct world_ref parent, struct world_ref *out);
bool world_next_sibling(const struct world *world, struct world_ref ref, struct world_ref *out);
/* By id, also not yet created ones; creative = the id is that of the ad's creative. */
bool world_find(const struct world *world, uint64_t id, struct world_ref *out, bool *creative);

/* ---- change log (/activities): newest first, since < at <= until; returns how many were filled */

enum world_change_kind {
    WORLD_CHANGE_CREATE,
    WORLD_CHANGE_NAME,
    WORLD_CHANGE_BUDGET,
    WORLD_CHANGE_STATUS,
    WORLD_CHANGE_REVIEW
};
struct world_change {
    int64_t at_ms;
    struct world_ref ref;
    enum world_change_kind kind;
    enum world_status before, after; /* of WORLD_CHANGE_STATUS */
};
size_t world_changes(const struct world *world, uint32_t account, int64_t since_ms,
                     int64_t until_ms, struct world_change *out, size_t max);

#endif
