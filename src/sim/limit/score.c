#include "sim/limit/score.h"

#include <math.h>

double score_points(const struct score *score, const struct score_limit *limit, int64_t now_ms)
{
    double passed_s = now_ms > score->at_ms ? (double)(now_ms - score->at_ms) / 1000.0 : 0.0;
    double left = score->points - limit->max * passed_s / limit->decay_s;
    return left > 0.0 ? left : 0.0;
}

double score_pct(const struct score *score, const struct score_limit *limit, int64_t now_ms)
{
    return 100.0 * score_points(score, limit, now_ms) / limit->max;
}

bool score_admit(struct score *score, const struct score_limit *limit, double cost, int64_t now_ms)
{
    int64_t block_ms = (int64_t)(limit->block_s * 1000.0);
    score->points = score_points(score, limit, now_ms);
    score->at_ms = now_ms;
    if (now_ms < score->blocked_until_ms) {
        score->blocked_until_ms = now_ms + block_ms;
        return false;
    }
    score_charge(score, limit, cost, now_ms);
    return true;
}

void score_charge(struct score *score, const struct score_limit *limit, double points,
                  int64_t now_ms)
{
    score->points = score_points(score, limit, now_ms) + points;
    score->at_ms = now_ms;
    if (score->points >= limit->max) {
        score->blocked_until_ms = now_ms + (int64_t)(limit->block_s * 1000.0);
    }
}

int64_t score_reset_s(const struct score *score, const struct score_limit *limit, int64_t now_ms)
{
    if (now_ms < score->blocked_until_ms) {
        return (score->blocked_until_ms - now_ms + 999) / 1000;
    }
    return (int64_t)ceil(score_points(score, limit, now_ms) / limit->max * limit->decay_s);
}
