#include "sim/limit/load.h"

double load_pct(const struct load *load, const struct load_limit *limit, int64_t now_ms)
{
    double passed_s = now_ms > load->at_ms ? (double)(now_ms - load->at_ms) / 1000.0 : 0.0;
    double left = load->level_ms - limit->capacity_ms * passed_s / limit->drain_s;
    return left > 0.0 ? 100.0 * left / limit->capacity_ms : 0.0;
}

bool load_admit(struct load *load, const struct load_limit *limit, double chance, int64_t now_ms)
{
    if (now_ms < load->blocked_until_ms) {
        load->blocked_until_ms = now_ms + (int64_t)(limit->block_s * 1000.0);
        return false;
    }
    double pct = load_pct(load, limit, now_ms);
    double band = 100.0 - limit->partial_pct;
    return pct < limit->partial_pct || chance * band >= pct - limit->partial_pct;
}

void load_charge(struct load *load, const struct load_limit *limit, double cpu_ms, int64_t now_ms)
{
    load->level_ms = load_pct(load, limit, now_ms) / 100.0 * limit->capacity_ms + cpu_ms;
    load->at_ms = now_ms;
    if (load->level_ms >= limit->capacity_ms && now_ms >= load->blocked_until_ms) {
        load->blocked_until_ms = now_ms + (int64_t)(limit->block_s * 1000.0);
    }
}
