#include "sim/limit/rates.h"

#include <string.h>

static const struct rates standard = {
    .score = {.max = 9000.0,    .decay_s = 300.0,    .block_s = 60.0},
    .management_calls = 100000.0,
    .management_per_active_ad = 40.0,
    .insights_calls = 190000.0,
    .insights_per_active_ad = 400.0,
    .insights_per_user_error = 0.001,
    .management_cpu_ms = 1800e3,
    .insights_cpu_ms = 3600e3,
    .wall_factor = 2.5,
 /* 200 x 5,000 daily users; the whole app's platform budget. */
    .app = {                    .calls = 1e6,  .cpu_ms = 72e6,    .wall_ms = 180e6               },
    .app_load = { .capacity_ms = 600e3, .drain_s = 60.0, .block_s = 60.0,                .partial_pct = 92.0},
    .account_load = { .capacity_ms = 300e3, .drain_s = 60.0, .block_s = 60.0,                .partial_pct = 92.0},
};

static const struct rates development = {
    .score = {.max = 60.0,       .decay_s = 300.0,    .block_s = 300.0},
    .management_calls = 300.0,
    .management_per_active_ad = 40.0,
    .insights_calls = 600.0,
    .insights_per_active_ad = 400.0,
    .insights_per_user_error = 0.001,
    .management_cpu_ms = 180e3,
    .insights_cpu_ms = 360e3,
    .wall_factor = 2.5,
    .app = {                   .calls = 1e5,  .cpu_ms = 7.2e6,     .wall_ms = 18e6                },
    .app_load = { .capacity_ms = 60e3, .drain_s = 60.0, .block_s = 120.0,                 .partial_pct = 92.0},
    .account_load = { .capacity_ms = 30e3, .drain_s = 60.0, .block_s = 120.0,                 .partial_pct = 92.0},
};

struct rates rates_of(enum access_tier tier, double scale)
{
    struct rates rates = tier == ACCESS_STANDARD ? standard : development;
    double *const budgets[] = {
        &rates.score.max,
        &rates.management_calls,
        &rates.management_per_active_ad,
        &rates.insights_calls,
        &rates.insights_per_active_ad,
        &rates.management_cpu_ms,
        &rates.insights_cpu_ms,
        &rates.app.calls,
        &rates.app.cpu_ms,
        &rates.app.wall_ms,
        &rates.app_load.capacity_ms,
        &rates.account_load.capacity_ms,
    };
    for (size_t i = 0; i < sizeof budgets / sizeof budgets[0]; i++) {
        *budgets[i] *= scale;
    }
    return rates;
}

struct rate_field {
    const char *name;
    size_t offset;
};

#define FIELD(name, member)                                                                        \
    {                                                                                              \
        name, offsetof(struct rates, member)                                                       \
    }
static const struct rate_field fields[] = {
    FIELD("account_max", score.max),
    FIELD("account_decay_s", score.decay_s),
    FIELD("account_block_s", score.block_s),
    FIELD("management_calls", management_calls),
    FIELD("management_per_active_ad", management_per_active_ad),
    FIELD("management_cpu_ms", management_cpu_ms),
    FIELD("insights_calls", insights_calls),
    FIELD("insights_per_active_ad", insights_per_active_ad),
    FIELD("insights_cpu_ms", insights_cpu_ms),
    FIELD("app_calls", app.calls),
    FIELD("app_cpu_ms", app.cpu_ms),
    FIELD("app_wall_ms", app.wall_ms),
    FIELD("app_load_ms", app_load.capacity_ms),
    FIELD("app_load_drain_s", app_load.drain_s),
    FIELD("app_load_block_s", app_load.block_s),
    FIELD("account_load_ms", account_load.capacity_ms),
    FIELD("account_load_drain_s", account_load.drain_s),
    FIELD("account_load_block_s", account_load.block_s),
    FIELD("largest_query_pct", largest_query_pct),
};
#undef FIELD

const char *rates_name(size_t i)
{
    return i < sizeof fields / sizeof fields[0] ? fields[i].name : NULL;
}

bool rates_set(struct rates *rates, const char *name, double value)
{
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
        if (strcmp(fields[i].name, name) == 0) {
            memcpy((char *)rates + fields[i].offset, &value, sizeof value);
            return true;
        }
    }
    return false;
}
