/* date: days, instants and durations as text. A day is days since 1970-01-01, an instant Unix ms.
 */
#ifndef BASE_DATE_H
#define BASE_DATE_H

#include <stdbool.h>
#include <stdint.h>

struct date_text {
    char text[11];
};

/* "YYYY-MM-DD" */
struct date_text date_text(int32_t day);
bool date_parse(const char *text, int32_t *day);
/* Offsets as "Z", "+01:00" and, as the API writes them, "+0100". */
bool date_parse_rfc3339(const char *text, int64_t *ms);
void date_format_rfc3339(int64_t ms, int32_t offset_s, char out[32]);
/* "90s", "15m", "2h", "7d" */
bool duration_parse(const char *text, int64_t *ms);

#endif
