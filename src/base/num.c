#include "base/num.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool num_parse_i64(const char *text, int64_t *out)
{
    bool negative = *text == '-';
    const char *p = text + (*text == '-' || *text == '+');
    int64_t value = 0;
    if (*p == '\0') {
        return false;
    }
    for (; *p; p++) {
        if (*p < '0' || *p > '9') {
            return false;
        }
        int digit = *p - '0';
        if (__builtin_mul_overflow(value, 10, &value) ||
            __builtin_sub_overflow(value, digit, &value)) { /* downwards: INT64_MIN fits too */
            return false;
        }
    }
    if (!negative && value == INT64_MIN) {
        return false;
    }
    *out = negative ? value : -value;
    return true;
}

/* strtod expects the locale's decimal point: find out which it is instead of assuming. */
static char decimal_point(void)
{
    char text[8];
    (void)snprintf(text, sizeof text, "%.1f", 0.5);
    return text[1];
}

bool num_parse_double(const char *text, double *out)
{
    char copy[64];
    size_t n = strlen(text);
    if (n == 0 || n >= sizeof copy || strspn(text, "0123456789+-.eE") != n) {
        return false;
    }
    memcpy(copy, text, n + 1);
    char *point = strchr(copy, '.');
    if (point) {
        *point = decimal_point();
    }
    char *end;
    errno = 0;
    double value = strtod(copy, &end);
    if (*end != '\0' || end == copy || !isfinite(value)) {
        return false;
    }
    *out = value;
    return true;
}

void num_format_double(double value, char out[32])
{
    if (!isfinite(value)) {
        memcpy(out, "null", 5);
        return;
    }
    for (int precision = 15; precision <= 17; precision++) {
        (void)snprintf(out, 32, "%.*g", precision, value);
        if (strtod(out, NULL) == value) {
            break;
        }
    }
    char *comma = strchr(out, decimal_point());
    if (comma) {
        *comma = '.';
    }
}
