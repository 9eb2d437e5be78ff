#include "sim/limit/window.h"

enum { MINUTE_MS = 60000 };

static struct window_use window_use_at(const struct window *window,
                                       const struct window_limit *limit, int64_t minute)
{
    double calls = 0.0, cpu = 0.0, wall = 0.0;
    for (int i = 0; i < WINDOW_MINUTES; i++) {
        const struct window_bucket *bucket = &window->buckets[i];
        if (bucket->minute > minute - WINDOW_MINUTES) {
            calls += bucket->calls;
            cpu += bucket->cpu_ms;
            wall += bucket->wall_ms;
        }
    }
    struct window_use use = {.calls_pct = 100.0 * calls / limit->calls,
                             .cpu_pct = 100.0 * cpu / limit->cpu_ms,
                             .wall_pct = 100.0 * wall / limit->wall_ms,
                             .calls = calls};
    use.worst_pct = use.calls_pct > use.cpu_pct ? use.calls_pct : use.cpu_pct;
    use.worst_pct = use.wall_pct > use.worst_pct ? use.wall_pct : use.worst_pct;
    return use;
}

struct window_use window_use(const struct window *window, const struct window_limit *limit,
                             int64_t now_ms)
{
    return window_use_at(window, limit, now_ms / MINUTE_MS);
}

static struct window_bucket *window_bucket(struct window *window, int64_t now_ms)
{
    int64_t minute = now_ms / MINUTE_MS;
    struct window_bucket *bucket = &window->buckets[minute % WINDOW_MINUTES];
    if (bucket->minute != minute) {
        *bucket = (struct window_bucket){.minute = minute};
    }
    return bucket;
}

/* The first instant at which the hour behind it is below the limit. */
static int64_t window_clear_ms(const struct window *window, const struct window_limit *limit,
                               int64_t now_ms)
{
    int64_t minute = now_ms / MINUTE_MS + 1;
    int64_t last = minute + WINDOW_MINUTES;
    while (minute < last && window_use_at(window, limit, minute).worst_pct >= 100.0) {
        minute++;
    }
    return minute * MINUTE_MS;
}

bool window_admit(struct window *window, const struct window_limit *limit, int64_t now_ms)
{
    struct window_bucket *bucket = window_bucket(window, now_ms);
    bucket->calls += 1.0;
    if (now_ms < window->blocked_until_ms) {
        int64_t clear = window_clear_ms(window, limit, now_ms);
        int64_t longer = window->blocked_until_ms + MINUTE_MS;
        int64_t most = now_ms + (int64_t)WINDOW_MINUTES * MINUTE_MS;
        longer = longer < most ? longer : most;
        window->blocked_until_ms = clear > longer ? clear : longer;
        return false;
    }
    window_charge(window, limit, 0.0, 0.0, now_ms);
    return true;
}

void window_charge(struct window *window, const struct window_limit *limit, double cpu_ms,
                   double wall_ms, int64_t now_ms)
{
    struct window_bucket *bucket = window_bucket(window, now_ms);
    bucket->cpu_ms += cpu_ms;
    bucket->wall_ms += wall_ms;
    if (now_ms >= window->blocked_until_ms &&
        window_use(window, limit, now_ms).worst_pct >= 100.0) {
        window->blocked_until_ms = window_clear_ms(window, limit, now_ms);
    }
}

void window_charge_calls(struct window *window, const struct window_limit *limit, double calls,
                         int64_t now_ms)
{
    window_bucket(window, now_ms)->calls += calls;
    window_charge(window, limit, 0.0, 0.0, now_ms);
}

int64_t window_regain_min(const struct window *window, int64_t now_ms)
{
    if (now_ms >= window->blocked_until_ms) {
        return 0;
    }
    return (window->blocked_until_ms - now_ms + MINUTE_MS - 1) / MINUTE_MS;
}
