/*
 * Breakdowns: a row cut into cells that add up to it again in every figure. Each part of an ad's
 * day is dealt out by cumulative shares, so the rounding of one cell is the next one's start.
 */
#include "sim/world/world_impl.h"

static const char *const ages[] = {"18-24", "25-34", "35-44", "45-54", "55-64", "65+", "Unknown"};
static const char *const genders[] = {"female", "male", "unknown"};
static const char *const platforms[] = {"facebook", "instagram", "audience_network", "messenger"};

/* Shares before the ad's own taste; the last age and gender are the unknown ones. */
static const uint32_t age_weight[] = {14, 27, 22, 15, 10, 9, 1};
static const uint32_t gender_weight[] = {50, 46, 2};
static const uint32_t country_weight[] = {60, 18, 10, 6, 3};
static const uint32_t platform_weight[] = {55, 35, 7, 1};

struct dimension {
    const char *const *labels;
    const uint32_t *weights;
    uint32_t count;
};

static const struct {
    enum world_breakdown bit;
    struct dimension dimension;
} dimensions[] = {
    {WORLD_BY_AGE,      {ages, age_weight, 7}          },
    {WORLD_BY_GENDER,   {genders, gender_weight, 3}    },
    {WORLD_BY_COUNTRY,  {NULL, country_weight, 0}      },
    {WORLD_BY_PLATFORM, {platforms, platform_weight, 4}},
};
#define DIMENSIONS (sizeof dimensions / sizeof *dimensions)

/* The dimension as the account has it; count 1 and no labels where it was not asked for. */
static struct dimension dimension_of(const struct account *account, unsigned breakdowns, size_t at)
{
    struct dimension out = dimensions[at].dimension;
    if (!(breakdowns & (unsigned)dimensions[at].bit)) {
        return (struct dimension){NULL, NULL, 1};
    }
    if (dimensions[at].bit == WORLD_BY_COUNTRY) {
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
    for (size_t i = 0; i < DIMENSIONS; i++) {
        cells *= dimension_of(account, breakdowns, i).count;
    }
    return cells;
}

void world_cell_label(const struct account *account, unsigned breakdowns, uint32_t cell,
                      struct world_row *out)
{
    const char **slot[DIMENSIONS] = {&out->age, &out->gender, &out->country, &out->platform};
    for (size_t i = DIMENSIONS; i-- > 0;) {
        struct dimension dimension = dimension_of(account, breakdowns, i);
        *slot[i] = dimension.labels ? dimension.labels[cell % dimension.count] : NULL;
        cell /= dimension.count;
    }
}

static uint64_t cell_weight(const struct account *account, unsigned breakdowns, uint64_t key,
                            uint32_t cell)
{
    uint64_t weight = 1;
    for (size_t i = DIMENSIONS; i-- > 0;) {
        struct dimension dimension = dimension_of(account, breakdowns, i);
        uint32_t at = cell % dimension.count;
        cell /= dimension.count;
        if (dimension.weights) {
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
    uint64_t weights[CELLS_MAX], total = 0, sum = 0;
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
