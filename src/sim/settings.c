#include "sim/settings.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "sim/limit/rates.h"

static enum access_tier tier_of(const char *value)
{
    return strncmp(value, "standard", 8) == 0 ? ACCESS_STANDARD : ACCESS_DEVELOPMENT;
}

bool settings_apply(struct sim *sim, const char *key, const char *value, struct err *err)
{
    char *end;
    double number = strtod(value, &end);
    struct rates rates;
    meter_get_rates(sim->meter, &rates);
    if (strcmp(key, "access_tier") == 0) {
        enum access_tier tier = tier_of(value);
        rates = rates_of(tier, sim->options.limits_scale);
        meter_set_tier(sim->meter, tier);
        meter_set_rates(sim->meter, &rates);
        return true;
    }
    if (*value == '\0' || *end != '\0' || number < 0.0) {
        return err_set(err, ERR_CONFIG, "%s: not a number: %s", key, value);
    }
    if (strcmp(key, "latency") == 0) {
        atomic_store(&sim->latency_ms, (int64_t)number);
        return true;
    }
    if (strcmp(key, "limits_scale") == 0 && number > 0.0) {
        struct meter_view view;
        meter_view(sim->meter, -1, &view);
        rates = rates_of(view.tier, number);
    } else if (!rates_set(&rates, key, number)) {
        return err_set(err, ERR_CONFIG, "no such setting: %s", key);
    }
    meter_set_rates(sim->meter, &rates);
    return true;
}
