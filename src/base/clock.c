#include "base/clock.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/num.h"

static const double SPEED_MIN = 0.001, SPEED_MAX = 100000;

static int64_t read_us(clockid_t id)
{
    struct timespec ts;
    clock_gettime(id, &ts);
    return (int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

int64_t clock_real_ms(void)
{
    return read_us(CLOCK_REALTIME) / 1000;
}

int64_t clock_mono_us(void)
{
    return read_us(CLOCK_MONOTONIC);
}

int64_t clock_mono_ms(void)
{
    return clock_mono_us() / 1000;
}

bool clock_is_real(const struct clock *clock)
{
    return !clock || clock->speed <= 0 || clock->speed == 1;
}

int64_t clock_at_ms(const struct clock *clock, int64_t real_ms)
{
    if (clock_is_real(clock)) {
        return real_ms;
    }
    double elapsed = (double)(real_ms - clock->anchor_ms) * clock->speed;
    return clock->anchor_ms + (int64_t)floor(elapsed);
}

int64_t clock_now_ms(const struct clock *clock)
{
    return clock_at_ms(clock, clock_real_ms());
}

int64_t clock_to_real_ms(const struct clock *clock, int64_t scaled_ms)
{
    if (clock_is_real(clock)) {
        return scaled_ms;
    }
    double real = ceil((double)scaled_ms / clock->speed);
    return real < (double)INT64_MAX ? (int64_t)real : INT64_MAX;
}

bool clock_parse(const char *spec, struct clock *out, struct err *err)
{
    const char *at = strchr(spec, '@');
    char speed_text[32];
    double speed, anchor_s;
    if (!at || (size_t)(at - spec) >= sizeof speed_text) {
        return err_set(err, ERR_USAGE,
                       "clock speed '%.40s': it has to be N@T, such as 60@1767225600", spec);
    }
    memcpy(speed_text, spec, (size_t)(at - spec));
    speed_text[at - spec] = '\0';
    if (!num_parse_double(speed_text, &speed) || speed < SPEED_MIN || speed > SPEED_MAX) {
        return err_set(err, ERR_USAGE,
                       "clock speed '%.40s': the factor has to lie in 0.001..100000", spec);
    }
    /* 9e9 s is the year 2255. */
    if (!num_parse_double(at + 1, &anchor_s) || anchor_s < 0 || anchor_s > 9e9) {
        return err_set(err, ERR_USAGE, "clock speed '%.40s': after @ comes a time in Unix seconds",
                       spec);
    }
    *out = (struct clock){.speed = speed, .anchor_ms = (int64_t)llround(anchor_s * 1000)};
    return true;
}

void clock_format(const struct clock *clock, char out[64])
{
    char speed[32], anchor[32];
    bool real = clock_is_real(clock);
    num_format_double(real ? 1 : clock->speed, speed);
    num_format_double(real ? 0 : (double)clock->anchor_ms / 1000, anchor);
    (void)snprintf(out, 64, "%s@%s", speed, anchor);
}
