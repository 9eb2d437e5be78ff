/*
 * json: the only reader of JSON (cJSON behind it). Text is mended before it is parsed, because
 * cJSON refuses or spoils what the API really sends:
 *   - half a surrogate pair, \u0000, a raw NUL and invalid UTF-8 in strings become U+FFFD;
 *   - bare numbers of more than 15 digits, or with '.', 'e' or 'E', become strings, so that ids and
 *     money never pass a double;
 * the rest is taken byte for byte. Duplicate keys are not fatal, the first one counts.
 *
 * A document belongs to one thread at a time; nodes and their texts live as long as it. All reading
 * functions accept NULL nodes (absent), so lookups chain without checks.
 */
#ifndef JSON_JSON_H
#define JSON_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct json;     /* a node */
struct json_doc; /* owns its nodes */

struct json_limits {
    size_t max_depth; /* 0 = 64 */
    size_t max_bytes; /* 0 = no limit of its own */
};

/* lim may be NULL. text need not end in NUL and is not kept. ERR_BODY with a short harmless sample
 * when it is not JSON, ERR_LIMIT when too large or nested too deep; NULL then. */
struct json_doc *json_parse(const char *text, size_t n, const struct json_limits *lim,
                            struct err *err);
void json_free(struct json_doc *doc);
const struct json *json_root(const struct json_doc *doc);
/* How many places were mended, quoted numbers left out. */
size_t json_doc_mends(const struct json_doc *doc);

enum json_type {
    JSON_ABSENT,
    JSON_NULL,
    JSON_BOOL,
    JSON_NUMBER, /* an integer of up to 15 digits; longer ones and fractions are JSON_STRING */
    JSON_STRING,
    JSON_ARRAY,
    JSON_OBJECT
};
enum json_type json_type(const struct json *node);
const char *json_type_name(enum json_type type); /* "null", "bool", ... "absent" */

/* The member of an object, exact case; NULL when absent or not an object. */
const struct json *json_get(const struct json *object, const char *key);
/* Elements of an array or members of an object, in order; NULL at the end. */
const struct json *json_first(const struct json *container);
const struct json *json_next(const struct json *node);
const char *json_key(const struct json *node); /* of a member, else NULL */
size_t json_size(const struct json *container);

/* Tolerant readers: a number may come as a string and the other way round. False (out
 * untouched) or NULL when it is neither. */
const char *json_text(const struct json *node); /* of a string; NULL for anything else */
/* Decimal text of a number, however it came; false when it is none or does not fit. */
bool json_decimal(const struct json *node, char *buf, size_t size);
bool json_i64(const struct json *node, int64_t *out);
bool json_double(const struct json *node, double *out);
bool json_bool(const struct json *node, bool *out); /* true, "true", 1, "1" and their opposites */

#endif
