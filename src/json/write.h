/*
 * write: JSON into a bounded builder, commas and escapes taken care of. Misuse (a value where a key
 * is due, an end without its begin) and what does not fit make the document invalid: look at
 * jw_ok() at the end. Invalid UTF-8 becomes U+FFFD.
 */
#ifndef JSON_WRITE_H
#define JSON_WRITE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

enum { JW_DEPTH_MAX = 64 };

struct jw {
    struct str *out;
    uint64_t objects; /* bit per level: it is an object */
    uint64_t used;    /* bit per level: it has a member */
    int depth;
    bool done;  /* the document has its one value */
    bool keyed; /* a key waits for its value */
    bool bad;
};

void jw_init(struct jw *w, struct str *out);
void jw_object_begin(struct jw *w);
void jw_object_end(struct jw *w);
void jw_array_begin(struct jw *w);
void jw_array_end(struct jw *w);
void jw_key(struct jw *w, const char *key);
void jw_text(struct jw *w, const char *text); /* NULL writes null */
void jw_text_n(struct jw *w, const char *text, size_t n);
void jw_i64(struct jw *w, int64_t value);
void jw_double(struct jw *w, double value); /* null when not finite */
void jw_bool(struct jw *w, bool value);
void jw_null(struct jw *w);
void jw_raw(struct jw *w, const char *json); /* a value that is JSON already */

/* A key and its value. */
void jw_put_text(struct jw *w, const char *key, const char *text);
void jw_put_i64(struct jw *w, const char *key, int64_t value);
void jw_put_double(struct jw *w, const char *key, double value);
void jw_put_bool(struct jw *w, const char *key, bool value);
/* An instant: RFC 3339 in UTC, null for 0. */
void jw_put_time(struct jw *w, const char *key, int64_t ms);

/* Complete, all of it fitted, and no misuse. */
bool jw_ok(const struct jw *w);

#endif
