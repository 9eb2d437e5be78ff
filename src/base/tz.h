/*
 * tz: local dates of a named zone, read from the system's tzdata (TZDIR honoured). An unknown zone
 * is an error, never UTC. Immutable once loaded: any thread may read it.
 */
#ifndef BASE_TZ_H
#define BASE_TZ_H

#include <stdint.h>

#include "base/err.h"

struct tz;

struct tz *tz_load(const char *name, struct err *err);
void tz_destroy(struct tz *tz);
int32_t tz_offset_s(const struct tz *tz, int64_t unix_s);
/* The local date as days since 1970-01-01. */
int32_t tz_day(const struct tz *tz, int64_t at_ms);
/* The instant at which that local day begins. */
int64_t tz_midnight_ms(const struct tz *tz, int32_t day);

#endif
