/*
 * world_insight: insights of a world: what an ad delivered on a day of its account's time zone, and
 * every sum of it.
 *
 * The figures stand still between the quarter hours of the clock (reference 6.3). Today grows with
 * each; a closed day is restated at fixed ages, often at first, the last time 28 days after it
 * ended, for all ads of an account at once. A campaign is the sum of its ad sets, an ad set of its
 * ads, the account of all its ads, deleted and archived ones included, exactly, in every figure but
 * reach. So is a row the sum of its breakdown. An ad that showed nothing in a period has no row.
 */
#ifndef SIM_WORLD_WORLD_INSIGHT_H
#define SIM_WORLD_WORLD_INSIGHT_H

#include "model/insight.h"
#include "sim/world/world.h"

enum world_action {
    WORLD_LINK_CLICK,
    WORLD_LANDING_PAGE_VIEW,
    WORLD_POST_ENGAGEMENT,
    WORLD_PAGE_ENGAGEMENT,
    WORLD_VIDEO_VIEW,
    WORLD_LEAD,
    WORLD_LEAD_GROUPED,
    WORLD_REGISTRATION,
    WORLD_PIXEL_REGISTRATION,
    WORLD_PURCHASE,
    WORLD_OMNI_PURCHASE, /* some accounts have the pixel's purchases only */
    WORLD_PIXEL_PURCHASE,
    WORLD_ACTION_COUNT
};
enum world_window {
    WORLD_DEFAULT, /* `value`: 7d_click + 1d_view */
    WORLD_1D_CLICK,
    WORLD_7D_CLICK,
    WORLD_28D_CLICK,
    WORLD_1D_VIEW,
    WORLD_WINDOW_COUNT
};
const char *world_action_type(enum world_action action); /* "link_click" */
const char *world_window_key(enum world_window window);  /* "value", "1d_click" */

/* Additive but for reach. Money lies on the grid of the currency's minor unit. */
struct world_metrics {
    int64_t spend_micros, impressions, clicks;
    int64_t reach;
    int64_t count[WORLD_ACTION_COUNT][WORLD_WINDOW_COUNT];
    int64_t value_micros[WORLD_ACTION_COUNT]
                        [WORLD_WINDOW_COUNT]; /* action_values; purchases only */
};

/* What rows can be cut by; a query has the bit of each (WORLD_BY), a row its label. */
enum world_dimension {
    WORLD_AGE,
    WORLD_GENDER,
    WORLD_COUNTRY,
    WORLD_PLATFORM,
    WORLD_REGION,
    WORLD_POSITION,
    WORLD_DEVICE,
    WORLD_IMPRESSION_DEVICE,
    WORLD_PRODUCT,
    WORLD_HOUR,          /* of the advertiser's time zone */
    WORLD_AUDIENCE_HOUR, /* of the viewer's */
    WORLD_FREQUENCY,
    WORLD_MARKET,
    WORLD_DIMENSION_COUNT
};
#define WORLD_BY(dimension) (1u << (dimension))
const char *world_dimension_key(enum world_dimension dimension); /* "publisher_platform" */

#define WORLD_CELLS_MAX 420
#define WORLD_ALL_DAYS 0
#define WORLD_MONTHLY (-1)

struct world_query {
    uint32_t account;
    enum insight_level level;
    bool scoped; /* only what lies at or below `scope`; a scope below the level gives its ancestor,
                    with the scope's share alone */
    struct world_ref scope;
    int32_t since, until; /* days since 1970-01-01, both inclusive; any range is fine */
    int increment;        /* days per row 1..90, WORLD_ALL_DAYS or WORLD_MONTHLY */
    unsigned breakdowns;  /* WORLD_BY(...), or-ed; the cells' product is at most WORLD_CELLS_MAX */
    /* NULL = all. keep_row sees the row's own entity (never at account level), keep_ad every ad
     * that would count into a row and delivers in the range; both as of now_ms. */
    bool (*keep_row)(void *ctx, const struct world_entity *entity);
    bool (*keep_ad)(void *ctx, const struct world_entity *ad);
    void *ctx;
};

struct world_row {
    struct world_entity entity; /* of the level; at account level only account_id is set */
    int32_t date_start, date_stop;
    const char *label[WORLD_DIMENSION_COUNT]; /* NULL = not broken down by it */
    struct world_metrics metrics;
};

/* Rows in a stable order: entity by position, then period, then cell. `position` 0 starts; after a
 * row it is where to go on, in this iteration or in one made later with the same query. It costs
 * what the page costs, wherever it starts. */
struct world_rows;
struct world_rows *world_rows_create(struct world *world, const struct world_query *query,
                                     uint64_t position, int64_t now_ms);
void world_rows_destroy(struct world_rows *rows);
bool world_rows_next(struct world_rows *rows, struct world_row *out); /* false = no more */
uint64_t world_rows_position(const struct world_rows *rows);

int32_t world_first_day(const struct world *world, uint32_t account); /* nothing before it */

/* Truth: exact totals of an account's day, all ads, reach as at account level. */
void world_truth_day(struct world *world, uint32_t index, int32_t day, int64_t now_ms,
                     struct world_metrics *out);
/* Entities by kind and effective status; those not created yet are not counted. */
struct world_counts {
    uint32_t n[ENTITY_KIND_COUNT][WORLD_EFF_COUNT];
};
void world_truth_counts(const struct world *world, uint32_t account, int64_t now_ms,
                        struct world_counts *out);

#endif
