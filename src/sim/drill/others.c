#include "sim/drill/others.h"

#include <stdlib.h>
#include <string.h>

#include "sim/drill/mutation.h"

void others_init(struct others *others)
{
    *others = (struct others){.limiter = LIMITER_NONE, .account = -1, .percent = 100.0};
}

bool others_set(struct others *others, const struct sim *sim, const char *key, const char *value,
                struct err *err)
{
    char buf[48], *end;
    bool ok = false;
    if (strcmp(key, "limiter") == 0) {
        for (int i = LIMITER_NONE + 1; i < LIMITER_COUNT; i++) {
            if (strcmp(limiter_name((enum limiter)i), value) == 0) {
                others->limiter = (enum limiter)i;
                ok = true;
            }
        }
    } else if (strcmp(key, "account") == 0) {
        others->account = sim_find_account(sim, mutation_expand(sim, value, buf));
        ok = others->account >= 0;
    } else if (strcmp(key, "percent") == 0) {
        others->percent = strtod(value, &end);
        ok = *value != '\0' && *end == '\0' && others->percent >= 0.0 && others->percent <= 1e6;
    } else {
        return err_set(err, ERR_CONFIG, "others: no such key: %s", key);
    }
    return ok || err_set(err, ERR_CONFIG, "others: %s: bad value: %s", key, value);
}

bool others_apply(const struct others *others, struct sim *sim, int64_t now_ms, struct err *err)
{
    bool app = others->limiter == LIMITER_APP || others->limiter == LIMITER_INSIGHTS_APP;
    if (others->limiter == LIMITER_NONE) {
        return err_set(err, ERR_CONFIG, "others: limiter is missing");
    }
    if (!app && others->account < 0) {
        return err_set(err, ERR_CONFIG, "others: account is missing");
    }
    meter_use_up(sim->meter, others->limiter, others->account, others->percent / 100.0, now_ms);
    return true;
}
