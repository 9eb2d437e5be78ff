#include "govern/limit/decay.h"

#include <math.h>

struct decay decay_prior(double period_s)
{
    return (struct decay){
        .share_s = 1.0 / period_s, .linear_s = 100.0 / period_s, .period_s = period_s};
}

/* The fall is even above the knee and a share below it, where each is the slower one. */
static double knee(const struct decay *d)
{
    return d->shape == DECAY_EVEN    ? 0
           : d->shape == DECAY_SHARE ? INFINITY
                                     : d->linear_s / d->share_s;
}

double decay_after(const struct decay *d, double pct, int64_t dt_ms)
{
    double s = (double)(dt_ms > 0 ? dt_ms : 0) / 1000.0;
    double above = pct - knee(d);
    if (above > 0) {
        double linear_for = above / d->linear_s;
        if (s <= linear_for) {
            return pct - s * d->linear_s;
        }
        s -= linear_for;
        pct = knee(d);
    }
    return pct > 0 ? pct * exp(-s * d->share_s) : 0;
}

double decay_to_reset(double pct, int64_t reset_s, int64_t dt_ms)
{
    double passed_s = fmax(0, (double)dt_ms / 1000.0);
    return pct * fmax(0, 1 - passed_s / (double)reset_s);
}

int64_t decay_time_ms(const struct decay *d, double pct, double target)
{
    static const double day_ms = 86400e3;
    if (pct <= target) {
        return 0;
    }
    if (target < 0.01) {
        target = 0.01;
    }
    double s = 0;
    if (pct > knee(d)) {
        double down_to = target > knee(d) ? target : knee(d);
        s += (pct - down_to) / d->linear_s;
        pct = down_to;
    }
    if (pct > target) {
        s += log(pct / target) / d->share_s;
    }
    return (int64_t)ceil(fmin(s * 1000.0, day_ms));
}

double decay_rate(const struct decay *d, double pct)
{
    return pct > knee(d) ? d->linear_s : d->share_s * pct;
}
