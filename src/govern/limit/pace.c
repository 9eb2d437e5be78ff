#include "govern/limit/pace.h"

/* Where spacing equals recovery: nine tenths of the way from the pacing start to the line. */
static const double balance = 0.9;
static const double longest_ms = 3600e3;

int64_t pace_spacing_ms(const struct pace_input *in)
{
    double start = in->threshold_pct * in->start_pct / 100.0;
    double band = in->threshold_pct - start;
    if (in->used_pct <= start || in->call_pct <= 0 || in->threshold_pct <= 0) {
        return 0;
    }
    double way = band > 0 ? (in->used_pct - start) / band : 1.0;
    double relative = way / balance;
    double recovery_pct_s = in->threshold_pct / in->period_s;
    double ms = relative * relative * relative * in->call_pct / recovery_pct_s * 1000.0;
    return (int64_t)(ms < longest_ms ? ms : longest_ms);
}
