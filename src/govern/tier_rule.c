#include "govern/tier_rule.h"

#include <stdio.h>

void tier_policy_defaults(struct tier_policy *out)
{
    *out = (struct tier_policy){
        .high_micros = 100 * (int64_t)1000000,
        .medium_micros = 10 * (int64_t)1000000,
        .hysteresis_pct = 20,
        .cadence_ms = {[TIER_HIGH] = 30 * 60000, [TIER_MEDIUM] = 7200000, [TIER_LOW] = 43200000},
        .cadence_disabled_ms = 86400000,
        .jitter_pct = 5,
    };
}

static enum tier plain(const struct tier_policy *p, int64_t spend)
{
    return spend > p->high_micros ? TIER_HIGH : spend > p->medium_micros ? TIER_MEDIUM : TIER_LOW;
}

/* The lower edge of a tier; a lower tier has the larger number. */
static int64_t edge(const struct tier_policy *p, enum tier tier)
{
    return tier == TIER_HIGH ? p->high_micros : p->medium_micros;
}

static int64_t shifted(int64_t line, double pct)
{
    return line + (int64_t)((double)line * pct / 100.0);
}

void tier_decide(const struct tier_policy *policy, const struct tier_input *in,
                 struct tier_decision *out)
{
    int64_t spend = in->spend_7d_base;
    *out = (struct tier_decision){.tier = in->present};
    enum tier wanted = plain(policy, spend);
    int64_t line = 0;
    if (in->pinned && in->known) {
        wanted = in->present;
    } else if (in->known && wanted < in->present) {
        /* Up as far as the raised lines carry it. */
        while (wanted < in->present &&
               spend <= (line = shifted(edge(policy, wanted), policy->hysteresis_pct))) {
            wanted = (enum tier)(wanted + 1);
        }
    } else if (in->known && wanted > in->present) {
        /* Down as far as the lowered lines let it fall. */
        while (wanted > in->present &&
               spend > (line = shifted(edge(policy, (enum tier)(wanted - 1)),
                                       -policy->hysteresis_pct))) {
            wanted = (enum tier)(wanted - 1);
        }
    }
    out->tier = wanted;
    out->changed = !in->known || wanted != in->present;
    out->line_micros = in->known && out->changed ? line : 0;
    snprintf(out->detail, sizeof out->detail,
             "{\"spend_7d_base\":%.2f,\"high_above\":%.2f,\"medium_above\":%.2f,"
             "\"hysteresis_pct\":%.0f,\"pinned\":%s}",
             (double)spend / 1e6, (double)policy->high_micros / 1e6,
             (double)policy->medium_micros / 1e6, policy->hysteresis_pct,
             in->pinned ? "true" : "false");
}

int64_t tier_cadence_ms(const struct tier_policy *policy, enum tier tier, int account_status)
{
    int64_t cadence = policy->cadence_ms[tier];
    bool rests = account_status != ACCOUNT_ACTIVE && account_status != 0;
    return rests && policy->cadence_disabled_ms > cadence ? policy->cadence_disabled_ms : cadence;
}

int64_t tier_next_due(const struct tier_policy *policy, enum tier tier, int account_status,
                      int64_t started_ms, struct rand *rand)
{
    int64_t cadence = tier_cadence_ms(policy, tier, account_status);
    double early = (double)cadence * policy->jitter_pct / 100.0 * rand_unit(rand);
    return started_ms + cadence - (int64_t)early;
}
