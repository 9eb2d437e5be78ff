/*
 * tz: time zones from the system's tzdata (TZif files of /usr/share/zoneinfo, or $TZDIR), with the
 * POSIX rule at their end for years the table does not reach. libc's own reader is not used: it
 * takes an unknown zone for UTC and is process-wide. A tz is read-only after tz_load: any thread.
 */
#ifndef BASE_TZ_H
#define BASE_TZ_H

#include <stdint.h>

#include "base/err.h"

struct tz;

/* An IANA name ("Europe/Berlin"), or "local" for $TZ or else /etc/localtime. An unknown zone, an
 * absolute path or ".." is an error, never UTC. NULL with ERR_NOT_FOUND or ERR_CONFIG. */
struct tz *tz_load(const char *name, struct err *err);
void tz_destroy(struct tz *tz);
const char *tz_name(const struct tz *tz);
/* Seconds east of UTC at that instant. */
int32_t tz_offset_s(const struct tz *tz, int64_t unix_s);
/* "CET" at that instant. */
const char *tz_abbreviation(const struct tz *tz, int64_t unix_s);
/* Local date as days since 1970-01-01. */
int32_t tz_day(const struct tz *tz, int64_t at_ms);
/* The first instant of that local date; a date without a midnight starts where its clock does. */
int64_t tz_midnight_ms(const struct tz *tz, int32_t day);

#endif
