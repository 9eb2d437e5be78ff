/*
 * write: JSON text, streamed into a bounded builder. Commas are put by the writer. Strings are
 * escaped; invalid UTF-8 in them becomes U+FFFD.
 */
#ifndef JSON_WRITE_H
#define JSON_WRITE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"

enum { JW_DEPTH_MAX = 64 };

struct jw {
    struct str *out;
    int depth;
    bool comma; /* a value or member stands before, on this level */
    bool failed;
};

void jw_init(struct jw *w, struct str *out);
void jw_object_begin(struct jw *w);
void jw_object_end(struct jw *w);
void jw_array_begin(struct jw *w);
void jw_array_end(struct jw *w);
void jw_key(struct jw *w, const char *key);
/* NULL writes null. */
void jw_text(struct jw *w, const char *text);
void jw_i64(struct jw *w, int64_t value);
/* Not finite writes null. */
void jw_double(struct jw *w, double value);
void jw_bool(struct jw *w, bool value);
void jw_null(struct jw *w);
/* Ready JSON text. */
void jw_raw(struct jw *w, const char *json);
/* True when everything fitted and every bracket is closed. */
bool jw_ok(const struct jw *w);

#endif
