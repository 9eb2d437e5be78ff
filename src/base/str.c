#include "base/str.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void str_init(struct str *s, size_t max)
{
    *s = (struct str){.max = max};
}

void str_fini(struct str *s)
{
    if (s) {
        free(s->data);
        *s = (struct str){.max = s->max};
    }
}

void str_reset(struct str *s)
{
    s->len = 0;
    s->overflow = false;
    if (s->data) {
        s->data[0] = '\0';
    }
}

bool str_reserve(struct str *s, size_t n)
{
    if (s->overflow || n > s->max - s->len) {
        s->overflow = true;
        return false;
    }
    size_t need = s->len + n + 1;
    if (need <= s->cap) {
        return true;
    }
    size_t cap = s->cap < 32 ? 64 : s->cap * 2;
    if (cap < need) {
        cap = need;
    }
    if (cap - 1 > s->max) {
        cap = s->max + 1;
    }
    char *data = realloc(s->data, cap);
    if (!data) {
        s->overflow = true;
        return false;
    }
    s->data = data;
    s->cap = cap;
    return true;
}

bool str_addn(struct str *s, const char *text, size_t n)
{
    if (!str_reserve(s, n)) {
        return false;
    }
    if (n > 0) {
        memcpy(s->data + s->len, text, n);
    }
    s->len += n;
    s->data[s->len] = '\0';
    return true;
}

bool str_add(struct str *s, const char *text)
{
    return str_addn(s, text, strlen(text));
}

bool str_addc(struct str *s, char c)
{
    return str_addn(s, &c, 1);
}

bool str_addf(struct str *s, const char *fmt, ...)
{
    va_list args, again;
    va_start(args, fmt);
    va_copy(again, args);
    char small[256];
    int n = vsnprintf(small, sizeof small, fmt, args);
    va_end(args);
    bool ok = n >= 0;
    if (ok && (size_t)n < sizeof small) {
        ok = str_addn(s, small, (size_t)n);
    } else if (ok && str_reserve(s, (size_t)n)) {
        (void)vsnprintf(s->data + s->len, (size_t)n + 1, fmt, again);
        s->len += (size_t)n;
    } else {
        s->overflow = true;
        ok = false;
    }
    va_end(again);
    return ok;
}

void str_cut(struct str *s, size_t len)
{
    if (len < s->len) {
        s->len = len;
        s->data[len] = '\0';
    }
}

const char *str_text(const struct str *s)
{
    return s->data ? s->data : "";
}

char *str_take(struct str *s)
{
    char *text = NULL;
    if (!s->overflow) {
        text = s->data ? s->data : calloc(1, 1);
        s->data = NULL;
    }
    str_fini(s);
    return text;
}
