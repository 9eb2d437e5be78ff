/*
 * load: insights load per second (reference 2.1, "insights platform"): a bucket that queries fill
 * with their complexity and time drains. Close to full only a part of the calls is admitted; full
 * means a block. Its arithmetic is unpublished: these figures are ours.
 *
 * Pure: time and chance are arguments. Times are simulated milliseconds.
 */
#ifndef SIM_LIMIT_LOAD_H
#define SIM_LIMIT_LOAD_H

#include <stdbool.h>
#include <stdint.h>

struct load_limit {
    double capacity_ms; /* cpu milliseconds the bucket holds */
    double drain_s;     /* a full bucket is empty after this */
    double block_s;
    double partial_pct; /* from here to 100 % the share admitted falls from all to none */
};

struct load {
    double level_ms; /* as of at_ms */
    int64_t at_ms;
    int64_t blocked_until_ms; /* 0 = never was */
};

double load_pct(const struct load *load, const struct load_limit *limit, int64_t now_ms);
/* chance in 0..1 decides in the partial band; false = refused. */
bool load_admit(struct load *load, const struct load_limit *limit, double chance, int64_t now_ms);
void load_charge(struct load *load, const struct load_limit *limit, double cpu_ms, int64_t now_ms);

#endif
