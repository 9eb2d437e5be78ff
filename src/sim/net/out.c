#include "sim/net/out.h"

#include <string.h>

static const char hex[] = "0123456789abcdef";

static void out_unit(struct str *out, uint32_t unit)
{
    char text[6] = {
        '\\', 'u', hex[unit >> 12 & 15], hex[unit >> 8 & 15], hex[unit >> 4 & 15], hex[unit & 15]};
    str_addn(out, text, sizeof text);
}

/* One code point, surrogates and the two-byte NUL let through; returns the bytes it took. */
static size_t out_decode(const unsigned char *s, size_t n, uint32_t *cp)
{
    static const uint32_t least[5] = {0, 0, 0x80, 0x800, 0x10000};
    size_t need = s[0] >= 0xf0 ? 4 : s[0] >= 0xe0 ? 3 : 2;
    *cp = 0xfffd;
    if (s[0] < 0xc0 || s[0] > 0xf4 || n < need) {
        return 1;
    }
    uint32_t value = s[0] & (0xffu >> (need + 1));
    for (size_t i = 1; i < need; i++) {
        if ((s[i] & 0xc0) != 0x80) {
            return 1;
        }
        value = value << 6 | (s[i] & 0x3fu);
    }
    bool nul = need == 2 && value == 0;
    if ((value < least[need] && !nul) || value > 0x10ffff) {
        return 1;
    }
    *cp = value;
    return need;
}

static void out_wide(struct str *out, uint32_t cp)
{
    if (cp < 0x10000) {
        out_unit(out, cp);
        return;
    }
    out_unit(out, 0xd800 + ((cp - 0x10000) >> 10));
    out_unit(out, 0xdc00 + ((cp - 0x10000) & 0x3ff));
}

static void out_escape(struct str *out, unsigned char c)
{
    static const char from[] = "\"\\/\b\f\n\r\t";
    static const char to[] = "\"\\/bfnrt";
    const char *at = memchr(from, c, sizeof from - 1);
    if (at == NULL) {
        out_unit(out, c);
        return;
    }
    char text[2] = {'\\', to[at - from]};
    str_addn(out, text, 2);
}

void out_stringn(struct str *out, const char *text, size_t n)
{
    const unsigned char *s = (const unsigned char *)text;
    size_t i = 0, plain = 0;
    str_addc(out, '"');
    while (i < n) {
        if (s[i] >= 0x20 && s[i] < 0x7f && s[i] != '"' && s[i] != '\\' && s[i] != '/') {
            i++;
            continue;
        }
        str_addn(out, text + plain, i - plain);
        if (s[i] < 0x80) {
            out_escape(out, s[i++]);
        } else {
            uint32_t cp;
            i += out_decode(s + i, n - i, &cp);
            out_wide(out, cp);
        }
        plain = i;
    }
    str_addn(out, text + plain, n - plain);
    str_addc(out, '"');
}

void out_string(struct str *out, const char *text)
{
    out_stringn(out, text, strlen(text));
}

void out_raw(struct str *out, const char *text)
{
    str_addn(out, text, strlen(text));
}

/* printf costs half the time of a page of figures. */
void out_int(struct str *out, int64_t value)
{
    char buf[24];
    size_t at = sizeof buf;
    uint64_t left = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    do {
        buf[--at] = (char)('0' + left % 10);
        left /= 10;
    } while (left > 0);
    if (value < 0) {
        buf[--at] = '-';
    }
    str_addn(out, buf + at, sizeof buf - at);
}

void out_quoted_int(struct str *out, int64_t value)
{
    str_addc(out, '"');
    out_int(out, value);
    str_addc(out, '"');
}

/* A value in millionths with at least `decimals` decimals, further zeros cut. */
static void out_millionths(struct str *out, int64_t value, int decimals)
{
    char fraction[6];
    int64_t rest = value < 0 ? -(value % 1000000) : value % 1000000;
    int used = 0;
    for (int i = 5; i >= 0; i--) {
        fraction[i] = (char)('0' + rest % 10);
        rest /= 10;
        if (used == 0 && fraction[i] != '0') {
            used = i + 1;
        }
    }
    used = used > decimals ? used : decimals;
    str_addc(out, '"');
    if (value < 0 && value > -1000000) {
        str_addc(out, '-');
    }
    out_int(out, value / 1000000);
    if (used > 0) {
        str_addc(out, '.');
        str_addn(out, fraction, (size_t)used);
    }
    str_addc(out, '"');
}

void out_quoted_micros(struct str *out, int64_t micros, int decimals)
{
    out_millionths(out, micros, micros % 1000000 == 0 ? 0 : decimals);
}

void out_quoted_ratio(struct str *out, int64_t numerator, int64_t denominator, int64_t factor)
{
    __int128 wide = (__int128)numerator * factor * 1000000;
    int64_t millionths = denominator > 0 ? (int64_t)((wide + denominator / 2) / denominator) : 0;
    out_millionths(out, millionths, 0);
}

void out_key(struct str *out, const char *name)
{
    char last = out->len > 0 ? out->data[out->len - 1] : '{';
    if (last != '{' && last != '[') {
        str_addc(out, ',');
    }
    str_addc(out, '"');
    out_raw(out, name);
    str_addn(out, "\":", 2);
}
