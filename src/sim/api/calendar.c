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
    int32_t year = day_of(now.year, 1, 1);
    bool last = strncmp(preset, "last_", 5) == 0;
    const char *unit = preset + 5;
    if (!last && strncmp(preset, "this_", 5) != 0) {
        return false;
    }
    int32_t first = strcmp(unit, "month") == 0     ? month
                    : strcmp(unit, "quarter") == 0 ? quarter
                    : strcmp(unit, "year") == 0    ? year
                                                   : INT32_MIN;
    if (first == INT32_MIN) {
        return false;
    }
    int months = unit[0] == 'm' ? 1 : unit[0] == 'q' ? 3 : 12; /* January starts all three */
    *since = last ? calendar_months_before(first, months) : first;
    *until = last ? first - 1 : today;
    return true;
}

static bool week_preset(const char *preset, int32_t today, int32_t *since, int32_t *until)
{
    bool sunday = strstr(preset, "_week_sun_") != NULL;
    int32_t first = sunday ? today - (weekday(today) + 1) % 7 : today - weekday(today);
    if (strcmp(preset, "last_week_mon_sun") == 0 || strcmp(preset, "last_week_sun_sat") == 0) {
        *since = first - 7;
        *until = first - 1;
        return true;
    }
    *since = first;
    *until = today;
    return strcmp(preset, "this_week_mon_today") == 0 || strcmp(preset, "this_week_sun_today") == 0;
}

struct days_row {
    const char *name;
    int32_t since, until; /* days before today */
};

bool calendar_preset(const char *preset, int32_t today, int32_t *since, int32_t *until)
{
    static const struct days_row days[] = {
        {"today",     0,  0},
        {"yesterday", 1,  1},
        {"last_3d",   3,  1},
        {"last_7d",   7,  1},
        {"last_14d",  14, 1},
        {"last_28d",  28, 1},
        {"last_30d",  30, 1},
        {"last_90d",  90, 1},
    };
    for (size_t i = 0; i < sizeof days / sizeof days[0]; i++) {
        if (strcmp(days[i].name, preset) == 0) {
            *since = today - days[i].since;
            *until = today - days[i].until;
            return true;
        }
    }
    if (strcmp(preset, "maximum") == 0 || strcmp(preset, "data_maximum") == 0) {
        *since = calendar_months_before(today, RETENTION_MONTHS);
        *until = today;
        return true;
    }
    return month_preset(preset, today, since, until) || week_preset(preset, today, since, until);
}
