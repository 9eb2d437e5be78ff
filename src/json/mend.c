#include "json/mend.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"

enum { EXACT_DIGITS = 15 }; /* a double holds every integer of so many digits */

/* What ends a run of bytes that need no look: in a string, and between tokens. */
enum { IN_STRING = 1, BETWEEN = 2 };
/* 32 characters a row. */
/* clang-format off */
static const unsigned char stops[256] = {
    1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 1, 2, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 2, 0, 0,
    1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
    1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
    1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
    1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
};
/* clang-format on */

struct pass {
    const char *p, *end;
    const char *copied; /* everything before it is in out */
    char *out;          /* NULL until the first change */
    size_t used, cap;
    size_t mends;
    size_t depth, max_depth;
    bool no_memory;
};

/* Takes over the unchanged run up to upto, then adds n bytes and goes on at next. */
static bool replace(struct pass *m, const char *upto, const char *text, size_t n, const char *next)
{
    size_t run = (size_t)(upto - m->copied);
    size_t need = m->used + run + n + (size_t)(m->end - upto);
    if (!m->out || need > m->cap) {
        size_t cap = need + need / 8 + 64;
        char *out = realloc(m->out, cap);
        if (!out) {
            m->no_memory = true;
            return false;
        }
        m->out = out;
        m->cap = cap;
    }
    memcpy(m->out + m->used, m->copied, run);
    memcpy(m->out + m->used + run, text, n);
    m->used += run + n;
    m->copied = next;
    return true;
}

static bool replace_char(struct pass *m, size_t bytes)
{
    m->mends++;
    m->p += bytes;
    return replace(m, m->p - bytes, "\xEF\xBF\xBD", 3, m->p);
}

/* The value of four hexadecimal digits, or -1. */
static int hex4(const char *p, const char *end)
{
    int value = 0;
    if (end - p < 4) {
        return -1;
    }
    for (int i = 0; i < 4; i++) {
        char c = p[i], lower = (char)(c | 0x20);
        if (c >= '0' && c <= '9') {
            value = value * 16 + (c - '0');
        } else if (lower >= 'a' && lower <= 'f') {
            value = value * 16 + (lower - 'a' + 10);
        } else {
            return -1;
        }
    }
    return value;
}

/* At a backslash. cJSON ends the string at \u0000 and at \u without hexadecimal digits, and
 * refuses the document for half a pair. */
static bool mend_escape(struct pass *m)
{
    if (m->end - m->p < 2 || m->p[1] != 'u') {
        m->p += m->end - m->p < 2 ? 1 : 2;
        return true;
    }
    int code = hex4(m->p + 2, m->end);
    if (code < 0) {
        return replace_char(m, 2);
    }
    if (code == 0 || (code >= 0xDC00 && code <= 0xDFFF)) {
        return replace_char(m, 6);
    }
    if (code < 0xD800 || code > 0xDBFF) {
        m->p += 6;
        return true;
    }
    const char *second = m->p + 6;
    int low = m->end - second >= 6 && second[0] == '\\' && second[1] == 'u'
                  ? hex4(second + 2, m->end)
                  : -1;
    if (low < 0xDC00 || low > 0xDFFF) {
        return replace_char(m, 6);
    }
    m->p += 12;
    return true;
}

/* After the opening quote; leaves m->p behind the closing one, or at the end. */
static bool mend_string(struct pass *m)
{
    for (;;) {
        const char *p = m->p, *end = m->end;
        while (p < end && !(stops[(unsigned char)*p] & IN_STRING)) {
            p++;
        }
        m->p = p;
        if (p == end) {
            return true;
        }
        bool ok = true;
        if (*p == '"') {
            m->p++;
            return true;
        }
        if (*p == '\\') {
            ok = mend_escape(m);
        } else if (*p == '\0') {
            ok = replace_char(m, 1);
        } else {
            uint32_t cp;
            size_t size = utf8_next(p, (size_t)(end - p), &cp);
            if (size > 1) {
                m->p += size;
            } else {
                ok = replace_char(m, 1);
            }
        }
        if (!ok) {
            return false;
        }
    }
}

static const char *skip_digits(const char *p, const char *end)
{
    while (p < end && *p >= '0' && *p <= '9') {
        p++;
    }
    return p;
}

/* Bytes of the number at p in JSON's grammar, 0 when it is none; exact: a double takes it as it
 * is. */
static size_t number(const char *p, const char *end, bool *exact)
{
    const char *start = p, *digits = p + (*p == '-');
    p = skip_digits(digits, end);
    if (p == digits) {
        return 0;
    }
    *exact = p - digits <= EXACT_DIGITS;
    if (p < end && *p == '.') {
        const char *fraction = p + 1;
        p = skip_digits(fraction, end);
        *exact = false;
        if (p == fraction) {
            return 0;
        }
    }
    if (p < end && (*p == 'e' || *p == 'E')) {
        const char *exponent = p + 1;
        exponent += exponent < end && (*exponent == '+' || *exponent == '-');
        p = skip_digits(exponent, end);
        *exact = false;
        if (p == exponent) {
            return 0;
        }
    }
    bool ends = p == end || !(*p == '.' || *p == '+' || *p == '-' || *p == 'e' || *p == 'E');
    return ends ? (size_t)(p - start) : 0;
}

static bool mend_number(struct pass *m)
{
    bool exact;
    size_t size = number(m->p, m->end, &exact);
    if (size == 0) { /* the parser says what is wrong with it */
        while (m->p < m->end && *m->p && strchr("0123456789.eE+-", *m->p)) {
            m->p++;
        }
        return true;
    }
    const char *start = m->p;
    m->p += size;
    if (exact) {
        return true;
    }
    return replace(m, start, "\"", 1, start) && replace(m, m->p, "\"", 1, m->p);
}

static bool mend_between(struct pass *m)
{
    switch (*m->p) {
    case '"':
        m->p++;
        return mend_string(m);
    case '[':
    case '{':
        m->p++;
        return ++m->depth <= m->max_depth;
    case ']':
    case '}':
        m->p++;
        m->depth -= m->depth > 0;
        return true;
    default:
        return mend_number(m);
    }
}

bool mend(const char *text, size_t n, size_t max_depth, struct mended *out, struct err *err)
{
    struct pass m = {.p = text, .end = text + n, .copied = text, .max_depth = max_depth};
    bool ok = true;
    while (ok) {
        const char *p = m.p, *end = m.end;
        while (p < end && !(stops[(unsigned char)*p] & BETWEEN)) {
            p++;
        }
        m.p = p;
        if (p == end) {
            break;
        }
        ok = mend_between(&m);
    }
    ok = ok && (!m.out || replace(&m, m.end, "", 0, m.end));
    if (!ok) {
        free(m.out);
        return m.no_memory ? err_set(err, ERR_MEMORY, "no memory to mend %zu bytes of JSON", n)
                           : err_set(err, ERR_LIMIT, "the answer is nested deeper than %zu levels",
                                     max_depth);
    }
    *out = (struct mended){
        .text = m.out ? m.out : text, .size = m.out ? m.used : n, .owned = m.out, .mends = m.mends};
    return true;
}
