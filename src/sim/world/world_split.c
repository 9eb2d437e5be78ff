/*
 * Breakdowns: a row cut into cells that add up to it again in every figure. Each part of an ad's
 * day is dealt out by cumulative shares, so the rounding of one cell is the next one's start.
 */
#include <string.h>

#include "sim/world/world_impl.h"

struct dimension {
    const char *key;
    const char *const *labels;
    const uint32_t *weights; /* before the ad's own taste */
    uint32_t count;
};

#define LABELS(...)                                                                                \
    (const char *const[])                                                                          \
    {                                                                                              \
        __VA_ARGS__                                                                                \
    }
#define WEIGHTS(...)                                                                               \
    (const uint32_t[])                                                                             \
    {                                                                                              \
        __VA_ARGS__                                                                                \
    }
#define HOURS                                                                                      \
    LABELS("00:00:00 - 00:59:59", "01:00:00 - 01:59:59", "02:00:00 - 02:59:59",                    \
           "03:00:00 - 03:59:59", "04:00:00 - 04:59:59", "05:00:00 - 05:59:59",                    \
           "06:00:00 - 06:59:59", "07:00:00 - 07:59:59", "08:00:00 - 08:59:59",                    \
           "09:00:00 - 09:59:59", "10:00:00 - 10:59:59", "11:00:00 - 11:59:59",                    \
           "12:00:00 - 12:59:59", "13:00:00 - 13:59:59", "14:00:00 - 14:59:59",                    \
           "15:00:00 - 15:59:59", "16:00:00 - 16:59:59", "17:00:00 - 17:59:59",                    \
           "18:00:00 - 18:59:59", "19:00:00 - 19:59:59", "20:00:00 - 20:59:59",                    \
           "21:00:00 - 21:59:59", "22:00:00 - 22:59:59", "23:00:00 - 23:59:59"),                   \
        WEIGHTS(5, 3, 2, 1, 1, 2, 4, 7, 9, 10, 11, 12, 13, 12, 11, 11, 12, 14, 17, 20, 21, 18, 12, \
                8),                                                                                \
        24

/* Of age and gender the last is the unknown one; countries are the account's own. */
static const struct dimension dimensions[WORLD_DIMENSION_COUNT] = {
    [WORLD_AGE] = {"age",             LABELS("18-24",    "25-34", "35-44", "45-54",                         "55-64",                                "65+","Unknown"),
                   WEIGHTS(14,27, 22, 15, 10, 9, 1), 7},
    [WORLD_GENDER] = {"gender",               LABELS("female",                              "male",                                    "unknown"),                                         WEIGHTS(50,                                                                       46,                                                                                                             2),3},
    [WORLD_COUNTRY] = {"country",               NULL,                              WEIGHTS(60,                                    18,                                           10,6,3),0},
    [WORLD_PLATFORM] = {"publisher_platform",
                   LABELS("facebook",                                 "instagram",                     "audience_network",                                      "messenger"),
                   WEIGHTS(55,                          35,7,1),4},
    [WORLD_REGION] = {"region",                LABELS("Central",                                 "Coast",                                 "East",         "North", "South", "Unknown"),
                   WEIGHTS(40,22,14,12, 9, 1), 6},
    [WORLD_POSITION] = {"platform_position",
                   LABELS("feed",                              "story",                                    "reels",                                         "marketplace",                                                                       "search"),
                   WEIGHTS(60,20,14,4,                                                                               2), 5},
    [WORLD_DEVICE] = {"device_platform",        LABELS("mobile_app",                           "desktop",                                "mobile_web"),
                   WEIGHTS(84,                                                                   12,                                                                                                       4),            3                                              },
    [WORLD_IMPRESSION_DEVICE] = {"impression_device",
                   LABELS("iphone",                           "android_smartphone",                                "desktop",                                     "ipad"),
                   WEIGHTS(46,40,10,4),4},
    [WORLD_PRODUCT] = {"product_id",
                   LABELS("5983858725075630",                       "5983858725075631",                            "5983858725075632",
                   "5983858725075633"),
                   WEIGHTS(40,                                                                                                                                                                     30,                                                                                                                                                                                                                                                       20,10),4},
    [WORLD_HOUR] = {"hourly_stats_aggregated_by_advertiser_time_zone",        HOURS                      },
    [WORLD_AUDIENCE_HOUR] = {"hourly_stats_aggregated_by_audience_time_zone",                 HOURS                 },
    [WORLD_FREQUENCY] = {"frequency_value",
                   LABELS("1",                       "2",                            "3",                                "4",                                                              "5","6-10","11-15","16-20",                                                                                                     "21+"),
                   WEIGHTS(50, 20, 10, 6, 4, 5, 2, 1, 1), 9},
    [WORLD_MARKET] = {"comscore_market", LABELS("New York", "Los Angeles",                                    "Chicago",                  "Dallas"),
                   WEIGHTS(40,                       30,20,10),4},
};

const char *world_dimension_key(enum world_dimension dimension)
{
    return dimensions[dimension].key;
}

/* The dimension as the account has it; count 1 and no labels where it was not asked for. */
static struct dimension dimension_of(const struct account *account, unsigned breakdowns, size_t at)
{
    struct dimension out = dimensions[at];
    if (!(breakdowns & WORLD_BY(at))) {
        return (struct dimension){.count = 1};
    }
    if (at == WORLD_COUNTRY) {
        out.labels = account->profile->countries;
        while (out.count < 5 && out.labels[out.count]) {
            out.count++;
        }
    }
    return out;
}

uint32_t world_cells(const struct account *account, unsigned breakdowns)
{
    uint32_t cells = 1;
    for (size_t i = 0; i < WORLD_DIMENSION_COUNT; i++) {
        cells *= dimension_of(account, breakdowns, i).count;
    }
    return cells;
}

void world_cell_label(const struct account *account, unsigned breakdowns, uint32_t cell,
                      struct world_row *out)
{
    if (breakdowns == 0) {
        memset(out->label, 0, sizeof out->label);
        return;
    }
    for (size_t i = WORLD_DIMENSION_COUNT; i-- > 0;) {
        struct dimension dimension = dimension_of(account, breakdowns, i);
        out->label[i] = dimension.labels ? dimension.labels[cell % dimension.count] : NULL;
        cell /= dimension.count;
    }
}

static uint64_t cell_weight(const struct account *account, unsigned breakdowns, uint64_t key,
                            uint32_t cell)
{
    uint64_t weight = 1;
    for (size_t i = WORLD_DIMENSION_COUNT; i-- > 0;) {
        struct dimension dimension = dimension_of(account, breakdowns, i);
        uint32_t at = cell % dimension.count;
        cell /= dimension.count;
        if (dimension.weights != NULL) {
            uint64_t taste = 50 + world_mix(key, 0x700 + i * 16 + at) % 101;
            weight *= dimension.weights[at] * taste;
        }
    }
    return weight;
}

void world_cell_weights(const struct account *account, unsigned breakdowns, uint64_t key,
                        uint32_t *cumulative)
{
    uint32_t cells = world_cells(account, breakdowns);
    uint64_t weights[WORLD_CELLS_MAX], total = 0, sum = 0;
    for (uint32_t i = 0; i < cells; i++) {
        weights[i] = cell_weight(account, breakdowns, key, i);
        total += weights[i];
    }
    cumulative[0] = 0;
    for (uint32_t i = 0; i < cells; i++) {
        sum += weights[i]; /* four dimensions reach 2^60, times 65536 more than 64 bits hold */
        cumulative[i + 1] = (uint32_t)((unsigned __int128)sum * 65536 / total);
    }
}

void world_cell_parts(const struct parts *whole, uint64_t key, const uint32_t *cumulative,
                      uint32_t cell, struct parts *out)
{
    int64_t from = cumulative[cell], to = cumulative[cell + 1];
    out->order_minor = whole->order_minor;
    for (int i = 0; i < PART_COUNT; i++) {
        int64_t n = whole->n[i];
        int64_t offset = n ? (int64_t)(world_mix(key, 0x900 + (uint64_t)i) & 0xffff) : 0;
        out->n[i] = n ? ((n * to + offset) >> 16) - ((n * from + offset) >> 16) : 0;
    }
}
