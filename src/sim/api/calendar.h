/*
 * calendar: the date presets and limits of insights, in days since 1970-01-01 of the account's own
 * calendar (reference 6.1, 6.3). Pure.
 */
#ifndef SIM_API_CALENDAR_H
#define SIM_API_CALENDAR_H

#include <stdbool.h>
#include <stdint.h>

enum { RETENTION_MONTHS = 37, REACH_MONTHS = 13 };

/* The same day of the month `months` earlier, or the last day that month has. */
int32_t calendar_months_before(int32_t day, int months);
/* False = no such preset. Weeks and months end today where they are the current ones. */
bool calendar_preset(const char *preset, int32_t today, int32_t *since, int32_t *until);

#endif
