#include "sim/api/calendar.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/date.h"

struct civil {
    int year, month, day;
};

static struct civil civil_of(int32_t day)
{
    struct date_text text = date_text(day);
    return (struct civil){atoi(text.text), atoi(text.text + 5), atoi(text.text + 8)};
}

static int32_t day_of(int year, int month, int day)
{
    char text[40];
    int32_t out = 0;
    int last = month == 2 ? 29 : month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31;
    day = day < last ? day : last;
    snprintf(text, sizeof text, "%04d-%02d-%02d", year, month, day);
    if (!date_parse(text, &out)) { /* February 29 of a common year */
        snprintf(text, sizeof text, "%04d-%02d-28", year, month);
        date_parse(text, &out);
    }
    return out;
}

int32_t calendar_months_before(int32_t day, int months)
{
    struct civil civil = civil_of(day);
    int count = civil.year * 12 + civil.month - 1 - months;
    return day_of(count / 12, count % 12 + 1, civil.day);
}

/* Monday = 0. 1970-01-01 was a Thursday. */
static int32_t weekday(int32_t day)
{
    return ((day + 3) % 7 + 7) % 7;
}

static bool month_preset(const char *preset, int32_t today, int32_t *since, int32_t *until)
{
    struct civil now = civil_of(today);
    int32_t month = day_of(now.year, now.month, 1);
    int32_t quarter = day_of(now.year, (now.month - 1) / 3 * 3 + 1, 1);
    const struct {
        const char *name;
        int32_t since, until;
    } table[] = {
        {"this_month",   month,                                today                       },
        {"last_month",   calendar_months_before(month, 1),     month - 1                   },
        {"this_quarter", quarter,                              today                       },
        {"last_quarter", calendar_months_before(quarter, 3),   quarter - 1                 },
        {"this_year",    day_of(now.year, 1, 1),               today                       },
        {"last_year",    day_of(now.year - 1, 1, 1),           day_of(now.year, 1, 1) - 1  },
    };
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        if (strcmp(table[i].name, preset) == 0) {
            *since = table[i].since;
            *until = table[i].until;
            return true;
        }
    }
    return false;
}

bool calendar_preset(const char *preset, int32_t today, int32_t *since, int32_t *until)
{
    int32_t monday = today - weekday(today);
    int32_t sunday = today - (weekday(today) + 1) % 7;
    const struct {
        const char *name;
        int32_t since, until;
    } table[] = {
        {"today",                today,                                            today     },
        {"yesterday",            today - 1,                                        today - 1 },
        {"last_3d",              today - 3,                                        today - 1 },
        {"last_7d",              today - 7,                                        today - 1 },
        {"last_14d",             today - 14,                                       today - 1 },
        {"last_28d",             today - 28,                                       today - 1 },
        {"last_30d",             today - 30,                                       today - 1 },
        {"last_90d",             today - 90,                                       today - 1 },
        {"last_week_mon_sun",    monday - 7,                                       monday - 1},
        {"last_week_sun_sat",    sunday - 7,                                       sunday - 1},
        {"this_week_mon_today",  monday,                                           today     },
        {"this_week_sun_today",  sunday,                                           today     },
        {"maximum",              calendar_months_before(today, RETENTION_MONTHS),  today     },
        {"data_maximum",         calendar_months_before(today, RETENTION_MONTHS),  today     },
    };
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        if (strcmp(table[i].name, preset) == 0) {
            *since = table[i].since;
            *until = table[i].until;
            return true;
        }
    }
    return month_preset(preset, today, since, until);
}
