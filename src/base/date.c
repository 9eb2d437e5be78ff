#include "base/date.h"

#include <stdio.h>
#include <string.h>

static const int64_t DAY_S = 86400;

/* The well-known era arithmetic: March-based years in cycles of 400 (146,097 days). */
int32_t date_from_civil(int year, int month, int day)
{
    int64_t y = month <= 2 ? (int64_t)year - 1 : year;
    int64_t era = (y >= 0 ? y : y - 399) / 400;
    int64_t of_era = y - era * 400;
    int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    return (int32_t)(era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468);
}

struct date_civil date_civil(int32_t day)
{
    int64_t z = (int64_t)day + 719468;
    int64_t era = (z >= 0 ? z : z - 146096) / 146097;
    int64_t of_era = z - era * 146097;
    int64_t year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    int64_t of_year = of_era - (365 * year + year / 4 - year / 100);
    int64_t m = (5 * of_year + 2) / 153;
    int month = (int)(m < 10 ? m + 3 : m - 9);
    return (struct date_civil){.year = (int)(year + era * 400) + (month <= 2),
                               .month = month,
                               .day = (int)(of_year - (153 * m + 2) / 5) + 1};
}

int date_weekday(int32_t day)
{
    int64_t of_week = ((int64_t)day + 4) % 7; /* 1970-01-01 was a Thursday */
    return (int)(of_week < 0 ? of_week + 7 : of_week);
}

static int32_t clamp_day(int32_t day)
{
    enum { DAY_MIN = -719528, DAY_MAX = 2932896 }; /* 0000-01-01, 9999-12-31 */
    return day < DAY_MIN ? DAY_MIN : day > DAY_MAX ? DAY_MAX : day;
}

struct date_text date_text(int32_t day)
{
    struct date_civil c = date_civil(clamp_day(day));
    struct date_text out;
    unsigned year = (unsigned)c.year % 10000, month = (unsigned)c.month % 100;
    (void)snprintf(out.text, sizeof out.text, "%04u-%02u-%02u", year, month, (unsigned)c.day % 100);
    return out;
}

/* Exactly n digits. */
static bool digits(const char *text, int n, int *out)
{
    int value = 0;
    for (int i = 0; i < n; i++) {
        if (text[i] < '0' || text[i] > '9') {
            return false;
        }
        value = value * 10 + (text[i] - '0');
    }
    *out = value;
    return true;
}

/* The first ten characters. */
static bool parse_day(const char *text, int32_t *day)
{
    int y, m, d;
    if (!digits(text, 4, &y) || text[4] != '-' || !digits(text + 5, 2, &m) || text[7] != '-' ||
        !digits(text + 8, 2, &d) || m < 1 || m > 12 || d < 1) {
        return false;
    }
    int32_t value = date_from_civil(y, m, d);
    if (date_civil(value).day != d) { /* 30 February */
        return false;
    }
    *day = value;
    return true;
}

bool date_parse(const char *text, int32_t *day)
{
    return strnlen(text, 11) == 10 && parse_day(text, day);
}

/* "Z", "+01:00", "+0100"; the whole rest of the text. */
static bool parse_offset(const char *text, int *offset_s)
{
    if ((text[0] == 'Z' || text[0] == 'z') && text[1] == '\0') {
        *offset_s = 0;
        return true;
    }
    int hours, minutes;
    if ((text[0] != '+' && text[0] != '-') || !digits(text + 1, 2, &hours)) {
        return false;
    }
    const char *rest = text + 3;
    if (*rest == ':') {
        rest++;
    }
    if (!digits(rest, 2, &minutes) || rest[2] != '\0' || hours > 23 || minutes > 59) {
        return false;
    }
    *offset_s = (hours * 3600 + minutes * 60) * (text[0] == '-' ? -1 : 1);
    return true;
}

/* ".123456" to milliseconds, cut; returns what follows. */
static const char *parse_fraction(const char *text, int *ms)
{
    *ms = 0;
    if (*text != '.') {
        return text;
    }
    int scale = 100;
    for (text++; *text >= '0' && *text <= '9'; text++) {
        *ms += (*text - '0') * scale;
        scale /= 10;
    }
    return text;
}

bool date_parse_rfc3339(const char *text, int64_t *ms)
{
    int32_t day;
    int h, m, s, fraction, offset_s;
    if (strnlen(text, 20) < 20 || !parse_day(text, &day)) {
        return false;
    }
    if ((text[10] != 'T' && text[10] != 't' && text[10] != ' ') || !digits(text + 11, 2, &h) ||
        text[13] != ':' || !digits(text + 14, 2, &m) || text[16] != ':' ||
        !digits(text + 17, 2, &s) || h > 23 || m > 59 || s > 60) {
        return false;
    }
    if (!parse_offset(parse_fraction(text + 19, &fraction), &offset_s)) {
        return false;
    }
    int64_t at = day * DAY_S + h * 3600 + m * 60 + s - offset_s;
    *ms = at * 1000 + fraction;
    return true;
}

static int64_t floor_div(int64_t a, int64_t b)
{
    int64_t q = a / b;
    return q * b > a ? q - 1 : q;
}

void date_format_rfc3339(int64_t ms, int32_t offset_s, char out[32])
{
    int64_t local = floor_div(ms, 1000) + offset_s;
    int64_t day = floor_div(local, DAY_S);
    int64_t of_day = local - day * DAY_S;
    int32_t clamped = day > INT32_MAX ? INT32_MAX : day < INT32_MIN ? INT32_MIN : (int32_t)day;
    unsigned minutes = (unsigned)(offset_s < 0 ? -offset_s : offset_s) / 60 % (24 * 60);
    char zone[8] = "Z";
    if (offset_s != 0) {
        (void)snprintf(zone, sizeof zone, "%c%02u:%02u", offset_s < 0 ? '-' : '+', minutes / 60,
                       minutes % 60);
    }
    unsigned second = (unsigned)of_day % 86400; /* of the day */
    (void)snprintf(out, 32, "%sT%02u:%02u:%02u%s", date_text(clamped).text, second / 3600,
                   second / 60 % 60, second % 60, zone);
}

bool date_parse_http(const char *text, int64_t *ms)
{
    static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    int d, y, h, m, s;
    if (strnlen(text, 30) != 29 || strncmp(text + 3, ", ", 2) != 0 || !digits(text + 5, 2, &d) ||
        !digits(text + 12, 4, &y) || !digits(text + 17, 2, &h) || text[19] != ':' ||
        !digits(text + 20, 2, &m) || text[22] != ':' || !digits(text + 23, 2, &s) ||
        strcmp(text + 25, " GMT") != 0 || h > 23 || m > 59 || s > 60) {
        return false;
    }
    for (int month = 0; month < 12; month++) {
        if (strncmp(text + 8, months + (size_t)month * 3, 3) == 0) {
            int64_t day = date_from_civil(y, month + 1, d);
            *ms = (day * DAY_S + h * 3600 + m * 60 + s) * 1000;
            return d >= 1 && d <= 31;
        }
    }
    return false;
}

static const struct {
    const char *name;
    int64_t ms;
} units[] = {
    {"d",  86400000},
    {"h",  3600000 },
    {"m",  60000   },
    {"s",  1000    },
    {"ms", 1       },
};
enum { UNIT_COUNT = sizeof units / sizeof units[0] };

bool duration_parse(const char *text, int64_t *ms)
{
    static const int64_t limit = INT64_C(36525) * 86400000;
    int64_t value = 0;
    const char *p = text;
    for (; *p >= '0' && *p <= '9'; p++) {
        value = value * 10 + (*p - '0');
        if (value > limit) {
            return false;
        }
    }
    if (p == text) {
        return false;
    }
    for (size_t i = 0; i < UNIT_COUNT; i++) {
        if (strcmp(p, units[i].name) == 0 && value <= limit / units[i].ms) {
            *ms = value * units[i].ms;
            return true;
        }
    }
    return false;
}

void duration_format(int64_t ms, char out[24])
{
    size_t i = ms == 0 ? 3 : 0; /* zero is "0s" */
    while (ms % units[i].ms != 0) {
        i++;
    }
    (void)snprintf(out, 24, "%lld%s", (long long)(ms / units[i].ms), units[i].name);
}
