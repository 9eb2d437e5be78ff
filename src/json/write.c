#include "json/write.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/date.h"
#include "base/num.h"
#include "base/utf8.h"

/* Level n is bit n-1; the document itself is level 0. */
static uint64_t level_bit(const struct jw *w)
{
    return UINT64_C(1) << (w->depth - 1);
}

void jw_init(struct jw *w, struct str *out)
{
    *w = (struct jw){.out = out};
}

static void put(struct jw *w, const char *text, size_t n)
{
    if (!w->bad) {
        w->bad = !str_addn(w->out, text, n);
    }
}

static void separate(struct jw *w)
{
    if (w->used & level_bit(w)) {
        put(w, ",", 1);
    }
    w->used |= level_bit(w);
}

/* Before any value: the comma, or the proof that a key came first. */
static void before_value(struct jw *w)
{
    if (w->depth == 0) {
        w->bad = w->bad || w->done;
        w->done = true;
    } else if (w->objects & level_bit(w)) {
        w->bad = w->bad || !w->keyed;
        w->keyed = false;
    } else {
        separate(w);
    }
}

static void begin(struct jw *w, bool object)
{
    before_value(w);
    put(w, object ? "{" : "[", 1);
    if (w->depth == JW_DEPTH_MAX) {
        w->bad = true;
        return;
    }
    w->depth++;
    w->used &= ~level_bit(w);
    w->objects = object ? w->objects | level_bit(w) : w->objects & ~level_bit(w);
}

static void end(struct jw *w, bool object)
{
    if (w->depth == 0 || w->keyed || ((w->objects & level_bit(w)) != 0) != object) {
        w->bad = true;
        return;
    }
    put(w, object ? "}" : "]", 1);
    w->depth--;
}

void jw_object_begin(struct jw *w)
{
    begin(w, true);
}

void jw_object_end(struct jw *w)
{
    end(w, true);
}

void jw_array_begin(struct jw *w)
{
    begin(w, false);
}

void jw_array_end(struct jw *w)
{
    end(w, false);
}

/* Control characters, quotes and backslashes by escape, the rest as it is. */
static void put_escape(struct jw *w, unsigned char c)
{
    static const char short_from[] = "\"\\\b\f\n\r\t", short_to[] = "\"\\bfnrt";
    const char *hit = c ? strchr(short_from, c) : NULL;
    char text[8] = {'\\', hit ? short_to[hit - short_from] : 'u'};
    if (hit) {
        put(w, text, 2);
    } else {
        (void)snprintf(text, sizeof text, "\\u%04x", c);
        put(w, text, 6);
    }
}

static void put_string(struct jw *w, const char *text, size_t n)
{
    size_t start = 0; /* of the run not yet written */
    put(w, "\"", 1);
    for (size_t i = 0; i < n;) {
        unsigned char c = (unsigned char)text[i];
        if (c >= 0x20 && c != '"' && c != '\\' && c < 0x80) {
            i++;
            continue;
        }
        uint32_t cp;
        size_t size = utf8_next(text + i, n - i, &cp);
        if (c >= 0x80 && size > 1) {
            i += size;
            continue;
        }
        put(w, text + start, i - start);
        if (c >= 0x80) {
            put(w, "\xEF\xBF\xBD", 3);
        } else {
            put_escape(w, c);
        }
        start = ++i;
    }
    put(w, text + start, n - start);
    put(w, "\"", 1);
}

void jw_key(struct jw *w, const char *key)
{
    if (w->depth == 0 || !(w->objects & level_bit(w)) || w->keyed) {
        w->bad = true;
        return;
    }
    separate(w);
    put_string(w, key, strlen(key));
    put(w, ":", 1);
    w->keyed = true;
}

void jw_text_n(struct jw *w, const char *text, size_t n)
{
    before_value(w);
    put_string(w, text, n);
}

void jw_text(struct jw *w, const char *text)
{
    if (text) {
        jw_text_n(w, text, strlen(text));
    } else {
        jw_null(w);
    }
}

void jw_raw(struct jw *w, const char *json)
{
    before_value(w);
    put(w, json, strlen(json));
}

void jw_i64(struct jw *w, int64_t value)
{
    char text[32];
    (void)snprintf(text, sizeof text, "%" PRId64, value);
    jw_raw(w, text);
}

void jw_double(struct jw *w, double value)
{
    char text[32];
    num_format_double(value, text);
    jw_raw(w, text);
}

void jw_bool(struct jw *w, bool value)
{
    jw_raw(w, value ? "true" : "false");
}

void jw_null(struct jw *w)
{
    jw_raw(w, "null");
}

void jw_put_text(struct jw *w, const char *key, const char *text)
{
    jw_key(w, key);
    jw_text(w, text);
}

void jw_put_i64(struct jw *w, const char *key, int64_t value)
{
    jw_key(w, key);
    jw_i64(w, value);
}

void jw_put_double(struct jw *w, const char *key, double value)
{
    jw_key(w, key);
    jw_double(w, value);
}

void jw_put_bool(struct jw *w, const char *key, bool value)
{
    jw_key(w, key);
    jw_bool(w, value);
}

void jw_put_time(struct jw *w, const char *key, int64_t ms)
{
    char text[32];
    date_format_rfc3339(ms, 0, text);
    jw_put_text(w, key, ms != 0 ? text : NULL);
}

bool jw_ok(const struct jw *w)
{
    return !w->bad && w->done && w->depth == 0 && !w->out->overflow;
}
