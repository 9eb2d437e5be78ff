/*
 * tz_rule: a time zone as POSIX writes it in TZ and at the end of TZif files (RFC 8536, 3.3):
 * "CET-1CEST,M3.5.0,M10.5.0/3", "<+03>-3". Pure.
 */
#ifndef BASE_TZ_RULE_H
#define BASE_TZ_RULE_H

#include <stdbool.h>
#include <stdint.h>

struct tz_change {
    enum { CHANGE_JULIAN, CHANGE_ZERO_BASED, CHANGE_WEEKDAY } kind;
    int month, week, day; /* week 5 = last; day of the week, or of the year */
    int32_t time_s;       /* local time of the change; may lie outside the day */
};

struct tz_rule {
    char std_name[16], dst_name[16];
    int32_t std_s, dst_s; /* seconds east of UTC */
    bool has_dst;
    struct tz_change dst_start, dst_end;
};

/* The whole text; false for anything else. */
bool tz_rule_parse(const char *text, struct tz_rule *out);
bool tz_rule_is_dst(const struct tz_rule *rule, int64_t unix_s);
int32_t tz_rule_offset_s(const struct tz_rule *rule, int64_t unix_s);

#endif
