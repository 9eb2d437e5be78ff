#include "ui/format.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { MINUTE = 60000, HOUR = 3600000, DAY = 86400000 };
static const int64_t year_needed_ms = 300 * (int64_t)DAY;

static struct text coarse(int64_t ms)
{
    struct text out;
    if (ms < MINUTE) {
        snprintf(out.text, sizeof out.text, "<1m");
    } else if (ms < HOUR) {
        snprintf(out.text, sizeof out.text, "%" PRId64 "m", ms / MINUTE);
    } else if (ms < 2 * (int64_t)DAY) {
        snprintf(out.text, sizeof out.text, "%" PRId64 "h", ms / HOUR);
    } else {
        snprintf(out.text, sizeof out.text, "%" PRId64 "d", ms / DAY);
    }
    return out;
}

struct text format_age(int64_t ms)
{
    return coarse(ms < 0 ? 0 : ms);
}

struct text format_ahead(int64_t ms)
{
    if (ms <= 0) {
        return (struct text){"now"};
    }
    return coarse(ms);
}

struct text format_duration(int64_t ms)
{
    struct text out;
    ms = ms < 0 ? 0 : ms;
    if (ms < 10000) {
        snprintf(out.text, sizeof out.text, "%.1fs", (double)ms / 1000.0);
    } else if (ms < MINUTE) {
        snprintf(out.text, sizeof out.text, "%" PRId64 "s", ms / 1000);
    } else if (ms < HOUR) {
        snprintf(out.text, sizeof out.text, "%" PRId64 "m%02" PRId64 "s", ms / MINUTE,
                 ms / 1000 % 60);
    } else {
        snprintf(out.text, sizeof out.text, "%" PRId64 "h%02" PRId64 "m", ms / HOUR,
                 ms / MINUTE % 60);
    }
    return out;
}

static int64_t local_days(int64_t at_ms, int32_t offset_s)
{
    int64_t local = at_ms + (int64_t)offset_s * 1000;
    return (local >= 0 ? local : local - DAY + 1) / DAY;
}

static struct tm broken_down(int64_t at_ms, int32_t offset_s)
{
    time_t seconds = (time_t)(at_ms / 1000 + offset_s);
    struct tm tm = {0};
    gmtime_r(&seconds, &tm);
    return tm;
}

struct text format_time(int64_t at_ms, int64_t now_ms, int32_t offset_s)
{
    static const char months[12][4] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                       "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    struct text out;
    struct tm tm = broken_down(at_ms, offset_s);
    if (local_days(at_ms, offset_s) == local_days(now_ms, offset_s)) {
        snprintf(out.text, sizeof out.text, "%02d:%02d", tm.tm_hour, tm.tm_min);
    } else if (llabs(at_ms - now_ms) > year_needed_ms) {
        snprintf(out.text, sizeof out.text, "%d %s %d", tm.tm_mday, months[tm.tm_mon],
                 tm.tm_year + 1900);
    } else {
        snprintf(out.text, sizeof out.text, "%d %s %02d:%02d", tm.tm_mday, months[tm.tm_mon],
                 tm.tm_hour, tm.tm_min);
    }
    return out;
}

struct text format_clock(int64_t at_ms, int32_t offset_s)
{
    struct text out;
    struct tm tm = broken_down(at_ms, offset_s);
    snprintf(out.text, sizeof out.text, "%02d:%02d:%02d", tm.tm_hour, tm.tm_min, tm.tm_sec);
    return out;
}

struct text format_count(int64_t n)
{
    struct text out;
    char digits[32];
    int length = snprintf(digits, sizeof digits, "%" PRId64, n < 0 ? -n : n);
    size_t at = 0;
    if (n < 0) {
        out.text[at++] = '-';
    }
    for (int i = 0; i < length; i++) {
        if (i > 0 && (length - i) % 3 == 0) {
            out.text[at++] = ',';
        }
        out.text[at++] = digits[i];
    }
    out.text[at] = '\0';
    return out;
}

struct text format_bytes(int64_t n)
{
    static const char *const units[] = {"B", "kB", "MB", "GB", "TB"};
    struct text out;
    double value = (double)n;
    size_t unit = 0;
    while (value >= 1000 && unit < 4) {
        value /= 1000;
        unit++;
    }
    snprintf(out.text, sizeof out.text, value < 10 && unit ? "%.1f %s" : "%.0f %s", value,
             units[unit]);
    return out;
}

struct text format_pct(double pct)
{
    struct text out;
    if (pct < 0) {
        snprintf(out.text, sizeof out.text, "--");
    } else if (pct > 0 && pct < 1) {
        snprintf(out.text, sizeof out.text, "<1%%");
    } else {
        snprintf(out.text, sizeof out.text, "%.0f%%", pct);
    }
    return out;
}

struct text format_cost(double cost)
{
    double rounded = (double)(int64_t)(cost + 0.5);
    if (cost >= 100 || cost - rounded == 0) {
        return format_count((int64_t)rounded);
    }
    struct text out;
    snprintf(out.text, sizeof out.text, "%.1f", cost);
    return out;
}
