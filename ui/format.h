/* format: figures as the console words them. All write at most the size they are given. */
#ifndef UI_FORMAT_H
#define UI_FORMAT_H

#include <stddef.h>
#include <stdint.h>

enum { FORMAT_SIZE = 48 };
struct text {
    char text[FORMAT_SIZE];
};

/* Ages change by the minute at most, so that a quiet screen stays quiet: "<1m" "12m" "3h" "2d". */
struct text format_age(int64_t ms);
/* The same for what is ahead; "now" when it has come. */
struct text format_ahead(int64_t ms);
/* A measured duration: "0.4s" "12s" "3m07s" "2h05m". */
struct text format_duration(int64_t ms);
/* "10:41", with the date when it is another day ("24 Nov 10:41"), the year where that could be two
 * ("24 Nov 2025"); offset_s east of UTC. */
struct text format_time(int64_t at_ms, int64_t now_ms, int32_t offset_s);
/* "10:19:41" */
struct text format_clock(int64_t at_ms, int32_t offset_s);
/* "1,234" */
struct text format_count(int64_t n);
/* "512 B" "3.4 kB" "12 MB" */
struct text format_bytes(int64_t n);
/* "72%", "<1%", "--" below 0 */
struct text format_pct(double pct);
/* "38" "4.5" "1,200" : weighted units */
struct text format_cost(double cost);

#endif
