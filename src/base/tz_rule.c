#include "base/tz_rule.h"

#include <ctype.h>
#include <stddef.h>

#include "base/date.h"

static const int64_t DAY_S = 86400;

static bool parse_number(const char **text, int max, int *out)
{
    const char *p = *text;
    int value = 0;
    if (!isdigit((unsigned char)*p)) {
        return false;
    }
    for (; isdigit((unsigned char)*p); p++) {
        value = value * 10 + (*p - '0');
        if (value > max) {
            return false;
        }
    }
    *text = p;
    *out = value;
    return true;
}

/* "-1", "5:30", "167:59:59" to seconds. */
static bool parse_time(const char **text, int32_t *out)
{
    int parts[3] = {0, 0, 0};
    bool negative = **text == '-';
    if (**text == '-' || **text == '+') {
        ++*text;
    }
    for (int i = 0; i < 3; i++) {
        if (!parse_number(text, i == 0 ? 167 : 59, &parts[i])) {
            return false;
        }
        if (**text != ':') {
            break;
        }
        if (i == 2) {
            return false;
        }
        ++*text;
    }
    int32_t seconds = parts[0] * 3600 + parts[1] * 60 + parts[2];
    *out = negative ? -seconds : seconds;
    return true;
}

/* "CET" or "<+03>"; at least three characters. */
static bool parse_name(const char **text, char out[16])
{
    const char *p = *text;
    bool quoted = *p == '<';
    size_t n = 0;
    p += quoted;
    for (; isalpha((unsigned char)*p) ||
           (quoted && (isdigit((unsigned char)*p) || *p == '+' || *p == '-'));
         p++) {
        if (n == 15) {
            return false;
        }
        out[n++] = *p;
    }
    out[n] = '\0';
    if (n < 3 || (quoted && *p != '>')) {
        return false;
    }
    *text = p + quoted;
    return true;
}

static bool parse_change_date(const char **text, struct tz_change *out)
{
    const char *p = *text;
    bool ok;
    if (*p == 'M') {
        p++;
        out->kind = CHANGE_WEEKDAY;
        ok = parse_number(&p, 12, &out->month) && out->month >= 1 && *p++ == '.' &&
             parse_number(&p, 5, &out->week) && out->week >= 1 && *p++ == '.' &&
             parse_number(&p, 6, &out->day);
    } else {
        out->kind = *p == 'J' ? CHANGE_JULIAN : CHANGE_ZERO_BASED;
        p += *p == 'J';
        ok = parse_number(&p, 365, &out->day) && (out->kind != CHANGE_JULIAN || out->day >= 1);
    }
    *text = p;
    return ok;
}

static bool parse_change(const char **text, struct tz_change *out)
{
    out->time_s = 2 * 3600;
    if (*(*text)++ != ',' || !parse_change_date(text, out)) {
        return false;
    }
    if (**text == '/') {
        ++*text;
        return parse_time(text, &out->time_s);
    }
    return true;
}

bool tz_rule_parse(const char *text, struct tz_rule *out)
{
    struct tz_rule rule = {.has_dst = false};
    int32_t west;
    if (!parse_name(&text, rule.std_name) || !parse_time(&text, &west)) {
        return false;
    }
    rule.std_s = -west; /* POSIX counts westwards */
    if (*text != '\0') {
        rule.has_dst = true;
        rule.dst_s = rule.std_s + 3600;
        if (!parse_name(&text, rule.dst_name)) {
            return false;
        }
        if (*text != ',') {
            if (!parse_time(&text, &west)) {
                return false;
            }
            rule.dst_s = -west;
        }
        if (!parse_change(&text, &rule.dst_start) || !parse_change(&text, &rule.dst_end)) {
            return false;
        }
    }
    if (*text != '\0') {
        return false;
    }
    *out = rule;
    return true;
}

/* The change in that year, as local seconds of the clock before it. */
static int64_t change_local_s(const struct tz_change *c, int year)
{
    int32_t january = date_from_civil(year, 1, 1), day;
    bool leap = date_from_civil(year, 12, 31) - january == 365;
    if (c->kind == CHANGE_WEEKDAY) {
        int32_t first = date_from_civil(year, c->month, 1);
        int32_t next = c->month == 12 ? date_from_civil(year + 1, 1, 1)
                                      : date_from_civil(year, c->month + 1, 1);
        day = first + (c->day - date_weekday(first) + 7) % 7 + (c->week - 1) * 7;
        day -= day >= next ? 7 : 0;
    } else if (c->kind == CHANGE_JULIAN) { /* 29 February is never counted */
        day = january + c->day - 1 + (leap && c->day >= 60);
    } else {
        day = january + c->day;
    }
    return day * DAY_S + c->time_s;
}

bool tz_rule_is_dst(const struct tz_rule *rule, int64_t unix_s)
{
    if (!rule->has_dst) {
        return false;
    }
    int64_t local = unix_s + rule->std_s;
    int64_t day = local / DAY_S - (local % DAY_S < 0);
    int year = date_civil((int32_t)day).year;
    int64_t start = change_local_s(&rule->dst_start, year) - rule->std_s;
    int64_t end = change_local_s(&rule->dst_end, year) - rule->dst_s;
    /* South of the equator summer spans the new year. */
    return start < end ? unix_s >= start && unix_s < end : unix_s >= start || unix_s < end;
}

int32_t tz_rule_offset_s(const struct tz_rule *rule, int64_t unix_s)
{
    return tz_rule_is_dst(rule, unix_s) ? rule->dst_s : rule->std_s;
}
