#include "govern/limit/error_rate.h"

static const double at_limit_ms = 10000;

void error_rate_add(struct error_rate *e, bool failed)
{
    if (e->count == ERROR_RATE_WINDOW) {
        e->errors -= e->failed[e->next];
    } else {
        e->count++;
    }
    e->failed[e->next] = failed;
    e->errors += failed;
    e->next = (e->next + 1) % ERROR_RATE_WINDOW;
}

double error_rate_pct(const struct error_rate *e)
{
    return 100.0 * e->errors / ERROR_RATE_WINDOW;
}

int64_t error_rate_spacing_ms(const struct error_rate *e, double limit_pct, double slow_pct)
{
    double start = limit_pct * slow_pct / 100.0;
    double pct = error_rate_pct(e);
    if (limit_pct <= 0 || pct <= start) {
        return 0;
    }
    double way = pct >= limit_pct || limit_pct <= start ? 1.0 : (pct - start) / (limit_pct - start);
    return (int64_t)(at_limit_ms * way * way);
}
