#include "base/money.h"

#include <stdio.h>
#include <string.h>

#include "base/num.h"

enum { MICRO_DIGITS = 6, DIGITS_MAX = 64 };

/* The digits of a decimal text without its point, and where the point belongs. */
struct decimal {
    char digits[DIGITS_MAX];
    int count;
    int point; /* digits before it; may lie outside 0..count */
    bool negative;
};

/* Leading zeros are left out, so that "000...1" costs no room. False when there is no digit, or
 * more significant ones than any amount has. */
static bool scan_digits(const char **text, struct decimal *d)
{
    const char *p = *text;
    bool any = false, fraction = false;
    for (;; p++) {
        if (*p == '.' && !fraction) {
            fraction = true;
            continue;
        }
        if (*p < '0' || *p > '9') {
            break;
        }
        any = true;
        if (d->count == 0 && *p == '0') {
            d->point -= fraction;
            continue;
        }
        if (d->count == DIGITS_MAX) {
            return false;
        }
        d->digits[d->count++] = *p;
        d->point += !fraction;
    }
    *text = p;
    return any;
}

static bool scan(const char *text, struct decimal *d)
{
    *d = (struct decimal){.negative = *text == '-'};
    if (*text == '-' || *text == '+') {
        text++;
    }
    if (!scan_digits(&text, d)) {
        return false;
    }
    if (*text == 'e' || *text == 'E') {
        int64_t exponent;
        text += text[1] == '+' ? 2 : 1;
        if (*text == '+' || !num_parse_i64(text, &exponent) || exponent > 1000 ||
            exponent < -1000) {
            return false;
        }
        d->point += (int)exponent;
        return true;
    }
    return *text == '\0';
}

/* Times ten to the power of shift, as an integer, rounded half away from zero. */
static bool to_integer(const struct decimal *d, int shift, int64_t *out)
{
    int keep = d->point + shift;
    int64_t value = 0;
    for (int i = 0; i < keep && (i < d->count || value != 0); i++) {
        int digit = i < d->count ? d->digits[i] - '0' : 0;
        if (__builtin_mul_overflow(value, 10, &value) ||
            __builtin_add_overflow(value, digit, &value)) {
            return false;
        }
    }
    bool up = keep >= 0 && keep < d->count && d->digits[keep] >= '5';
    if (up && __builtin_add_overflow(value, 1, &value)) {
        return false;
    }
    *out = d->negative ? -value : value;
    return true;
}

bool money_parse_micros(const char *text, int64_t *micros)
{
    struct decimal d;
    return text && scan(text, &d) && to_integer(&d, MICRO_DIGITS, micros);
}

void money_format(int64_t micros, int decimals, char out[32])
{
    static const uint64_t powers[] = {1, 10, 100, 1000, 10000, 100000, 1000000};
    int places = decimals < 0 ? 0 : decimals > MICRO_DIGITS ? MICRO_DIGITS : decimals;
    uint64_t magnitude = micros < 0 ? 0 - (uint64_t)micros : (uint64_t)micros;
    uint64_t step = powers[MICRO_DIGITS - places];
    uint64_t rounded = (magnitude + step / 2) / step;
    const char *sign = micros < 0 && rounded > 0 ? "-" : "";
    if (places == 0) {
        (void)snprintf(out, 32, "%s%llu", sign, (unsigned long long)rounded);
        return;
    }
    (void)snprintf(out, 32, "%s%llu.%0*llu", sign, (unsigned long long)(rounded / powers[places]),
                   places, (unsigned long long)(rounded % powers[places]));
}

/* ISO 4217 (2024). */
int money_decimals(const char *currency)
{
    static const char zero[] =
        "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF";
    static const char three[] = "BHD IQD JOD KWD LYD OMR TND";
    if (!currency || strlen(currency) != 3 || strchr(currency, ' ')) {
        return 2;
    }
    return strstr(zero, currency) ? 0 : strstr(three, currency) ? 3 : 2;
}

bool money_parse_minor(const char *text, const char *currency, int64_t *micros)
{
    struct decimal d;
    return text && scan(text, &d) &&
           to_integer(&d, MICRO_DIGITS - money_decimals(currency), micros);
}
