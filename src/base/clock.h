/*
 * clock: adtop's time, in Unix milliseconds UTC. Scaled clocks (--clock-speed N@T) are for use with
 * a simulator: now = T + (real now - T) x N, so that all processes with the same N and T agree.
 */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

struct clock {
    double speed;      /* 1 = real time */
    int64_t anchor_ms; /* T */
};

int64_t clock_now_ms(const struct clock *clock);
int64_t clock_real_ms(void);
int64_t clock_mono_ms(void);
int64_t clock_mono_us(void);
/* A duration of the scaled clock as a real one, at least 1 ms when it was positive. */
int64_t clock_to_real_ms(const struct clock *clock, int64_t scaled_ms);
/* "N@T", N > 0, T in Unix seconds. */
bool clock_parse(const char *spec, struct clock *out, struct err *err);

#endif
