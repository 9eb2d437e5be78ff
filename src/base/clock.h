/*
 * clock: the only source of time. A simulated clock runs speed times as fast and agrees with the
 * real one at its anchor, so processes that share both numbers agree. Any thread; a clock is
 * read-only once made. Instants are Unix milliseconds.
 */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

struct clock {
    double speed; /* 1 = real time */
    int64_t anchor_ms;
};

/* anchor + (real now - anchor) * speed. NULL, or a zeroed clock, is real time. */
int64_t clock_now_ms(const struct clock *clock);
/* The same for any real instant. */
int64_t clock_at_ms(const struct clock *clock, int64_t real_ms);
bool clock_is_real(const struct clock *clock);
int64_t clock_real_ms(void);
/* CLOCK_MONOTONIC: for real durations and condvar waits. */
int64_t clock_mono_ms(void);
int64_t clock_mono_us(void);
/* A scaled duration as a real one, rounded up, so that sleeping for it is long enough. */
int64_t clock_to_real_ms(const struct clock *clock, int64_t scaled_ms);

/* "N@T": N times as fast since Unix second T; N in 0.001 .. 100000. */
bool clock_parse(const char *spec, struct clock *out, struct err *err);
void clock_format(const struct clock *clock, char out[64]);

#endif
