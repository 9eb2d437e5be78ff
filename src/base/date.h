/*
 * date: calendar dates as days since 1970-01-01 (proleptic Gregorian), instants as RFC 3339 text,
 * durations as "90s". Pure; no time zone but the offsets given.
 */
#ifndef BASE_DATE_H
#define BASE_DATE_H

#include <stdbool.h>
#include <stdint.h>

struct date_text {
    char text[11]; /* YYYY-MM-DD */
};

struct date_civil {
    int year, month, day; /* month and day from 1 */
};

struct date_civil date_civil(int32_t day);
int32_t date_from_civil(int year, int month, int day);
/* 0 = Sunday. */
int date_weekday(int32_t day);
/* Years beyond 0..9999 are clamped. */
struct date_text date_text(int32_t day);
/* Exactly YYYY-MM-DD and a date that exists. */
bool date_parse(const char *text, int32_t *day);

/* 2023-03-21T22:41:46-0700, also with a colon, Z, or a fraction (kept to the millisecond). */
bool date_parse_rfc3339(const char *text, int64_t *ms);
/* To the second: 2023-03-21T22:41:46-07:00, "Z" at offset 0. */
void date_format_rfc3339(int64_t ms, int32_t offset_s, char out[32]);
/* The Date header of HTTP: "Sun, 06 Nov 1994 08:49:37 GMT". */
bool date_parse_http(const char *text, int64_t *ms);

/* 500ms 90s 15m 2h 7d; never negative; to about 100 years. */
bool duration_parse(const char *text, int64_t *ms);
/* The inverse, in the largest unit that is exact: 900000 -> "15m". */
void duration_format(int64_t ms, char out[24]);

#endif
