/*
 * score: the ad account score of the Marketing API (reference 2.1): a read costs one point, points
 * drain linearly so that a full score is gone after decay_s, and at max the account is blocked for
 * block_s. A call made while blocked starts the block again.
 *
 * Pure: time is an argument. Times are simulated milliseconds, percentages 0..n.
 */
#ifndef SIM_LIMIT_SCORE_H
#define SIM_LIMIT_SCORE_H

#include <stdbool.h>
#include <stdint.h>

struct score_limit {
    double max;     /* points */
    double decay_s; /* a full score is gone after this */
    double block_s;
};

struct score {
    double points; /* as of at_ms */
    int64_t at_ms;
    int64_t blocked_until_ms; /* 0 = never was */
};

double score_points(const struct score *score, const struct score_limit *limit, int64_t now_ms);
double score_pct(const struct score *score, const struct score_limit *limit, int64_t now_ms);
/* False = refused. An admitted call costs `cost` points. */
bool score_admit(struct score *score, const struct score_limit *limit, double cost, int64_t now_ms);
/* Points that were spent without asking; a full score blocks. */
void score_charge(struct score *score, const struct score_limit *limit, double points,
                  int64_t now_ms);
/* reset_time_duration: seconds until the block ends, without a block until the score is zero. */
int64_t score_reset_s(const struct score *score, const struct score_limit *limit, int64_t now_ms);

#endif
