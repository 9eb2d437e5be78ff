#include "base/utf8.h"

#include <string.h>
#include <utf8proc.h>

static const uint32_t REPLACEMENT = 0xFFFD;

/* Bytes of a well-formed sequence at s (Unicode table 3-7), 0 when there is none. */
static size_t sequence(const unsigned char *s, size_t n)
{
    unsigned char c = s[0];
    if (c < 0x80) {
        return 1;
    }
    if (c < 0xC2 || c > 0xF4) {
        return 0;
    }
    /* The second byte excludes overlong forms, surrogates and what lies above U+10FFFF. */
    unsigned char low = c == 0xE0 ? 0xA0 : c == 0xF0 ? 0x90 : 0x80;
    unsigned char high = c == 0xED ? 0x9F : c == 0xF4 ? 0x8F : 0xBF;
    size_t want = c < 0xE0 ? 2 : c < 0xF0 ? 3 : 4;
    if (n < want || s[1] < low || s[1] > high) {
        return 0;
    }
    for (size_t i = 2; i < want; i++) {
        if ((s[i] & 0xC0) != 0x80) {
            return 0;
        }
    }
    return want;
}

bool utf8_valid(const char *s, size_t n)
{
    const unsigned char *p = (const unsigned char *)s;
    for (size_t i = 0; i < n;) {
        size_t used = sequence(p + i, n - i);
        if (used == 0) {
            return false;
        }
        i += used;
    }
    return true;
}

size_t utf8_next(const char *s, size_t n, uint32_t *cp)
{
    const unsigned char *p = (const unsigned char *)s;
    size_t used = sequence(p, n);
    switch (used) {
    case 1:
        *cp = p[0];
        break;
    case 2:
        *cp = (uint32_t)(p[0] & 0x1F) << 6 | (p[1] & 0x3F);
        break;
    case 3:
        *cp = (uint32_t)(p[0] & 0x0F) << 12 | (uint32_t)(p[1] & 0x3F) << 6 | (p[2] & 0x3F);
        break;
    case 4:
        *cp = (uint32_t)(p[0] & 0x07) << 18 | (uint32_t)(p[1] & 0x3F) << 12 |
              (uint32_t)(p[2] & 0x3F) << 6 | (p[3] & 0x3F);
        break;
    default:
        *cp = REPLACEMENT;
        return 1;
    }
    return used;
}

size_t utf8_put(uint32_t cp, char out[4])
{
    if (cp > 0x10FFFF || (cp >= 0xD800 && cp <= 0xDFFF)) {
        cp = REPLACEMENT;
    }
    if (cp < 0x80) {
        out[0] = (char)cp;
        return 1;
    }
    if (cp < 0x800) {
        out[0] = (char)(0xC0 | cp >> 6);
        out[1] = (char)(0x80 | (cp & 0x3F));
        return 2;
    }
    if (cp < 0x10000) {
        out[0] = (char)(0xE0 | cp >> 12);
        out[1] = (char)(0x80 | (cp >> 6 & 0x3F));
        out[2] = (char)(0x80 | (cp & 0x3F));
        return 3;
    }
    out[0] = (char)(0xF0 | cp >> 18);
    out[1] = (char)(0x80 | (cp >> 12 & 0x3F));
    out[2] = (char)(0x80 | (cp >> 6 & 0x3F));
    out[3] = (char)(0x80 | (cp & 0x3F));
    return 4;
}

enum utf8_sign utf8_sign(uint32_t cp)
{
    const utf8proc_property_t *property = utf8proc_get_property((utf8proc_int32_t)cp);
    if (cp < 0x300 || property->category != UTF8PROC_CATEGORY_MC ||
        utf8proc_charwidth((utf8proc_int32_t)cp) == 2) {
        return UTF8_NO_SIGN;
    }
    return property->boundclass == UTF8PROC_BOUNDCLASS_EXTEND ? UTF8_SIGN_EXTENDING
                                                              : UTF8_SIGN_SPACING;
}

int utf8_width(uint32_t cp)
{
    if (cp < 0x20 || (cp >= 0x7F && cp < 0xA0)) {
        return -1;
    }
    if (cp < 0x7F) {
        return 1;
    }
    if (cp == 0xAD) { /* soft hyphen: terminals draw it */
        return 1;
    }
    return utf8_sign(cp) != UTF8_NO_SIGN ? 0 : utf8proc_charwidth((utf8proc_int32_t)cp);
}

int utf8_text_width(const char *text)
{
    size_t n = strlen(text);
    int columns = 0;
    for (size_t i = 0; i < n;) {
        uint32_t cp;
        i += utf8_next(text + i, n - i, &cp);
        int width = utf8_width(cp);
        columns += width > 0 ? width : 0;
    }
    return columns;
}

bool utf8_is_hostile(uint32_t cp)
{
    static const struct {
        uint32_t first, last;
    } ranges[] = {
        {0x00,    0x1F    }, /* C0, ESC among them */
        {0x7F,    0x9F    }, /* DEL; C1: CSI and OSC in one byte */
        {0x61C,   0x61C   }, /* Arabic letter mark */
        {0x180E,  0x180E  }, /* Mongolian vowel separator: terminals disagree on its width */
        {0x200B,  0x200B  }, /* zero width space: makes different names look the same */
        {0x200E,  0x200F  }, /* left-to-right and right-to-left mark */
        {0x2028,  0x202E  }, /* line and paragraph separator; bidi embeddings and overrides */
        {0x2060,  0x206F  }, /* word joiner, invisible operators, bidi isolates, deprecated */
        {0xFEFF,  0xFEFF  }, /* byte order mark */
        {0xFFF9,  0xFFFB  }, /* interlinear annotation */
        {0xE0001, 0xE0001 }, /* language tag */
        {0xE000,  0xF8FF  }, /* private use: whatever the font puts there */
        {0xF0000, 0x10FFFF},
    };
    for (size_t i = 0; i < sizeof ranges / sizeof ranges[0]; i++) {
        if (cp >= ranges[i].first && cp <= ranges[i].last) {
            return true;
        }
    }
    return (cp & 0xFFFE) == 0xFFFE; /* noncharacters */
}

size_t utf8_clean_n(const char *in, size_t n, char *out, size_t out_size)
{
    size_t used = 0;
    if (out_size == 0) {
        return 0;
    }
    for (size_t i = 0; i < n;) {
        uint32_t cp;
        char bytes[4];
        i += utf8_next(in + i, n - i, &cp);
        if (cp == '\t' || cp == '\n') {
            cp = ' ';
        } else if (cp >= 0x7F ? utf8_is_hostile(cp) : cp < 0x20) {
            cp = REPLACEMENT;
        }
        size_t size = utf8_put(cp, bytes);
        if (size >= out_size - used) {
            break;
        }
        memcpy(out + used, bytes, size);
        used += size;
    }
    out[used] = '\0';
    return used;
}

size_t utf8_clean(const char *in, char *out, size_t out_size)
{
    return utf8_clean_n(in, strlen(in), out, out_size);
}
