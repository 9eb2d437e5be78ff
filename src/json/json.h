/*
 * json: text from outside as a tree to read. A mending pass comes first, because the parser would
 * refuse or spoil what the API really sends: half a surrogate pair and \u0000 become U+FFFD;
 * number literals of more than 15 digits, or with a point or exponent, become strings, so that ids
 * and money never pass through a double; invalid UTF-8 becomes U+FFFD; nesting is limited.
 *
 * Every reader takes NULL (absent) and accepts a number where a string was meant and the reverse.
 */
#ifndef JSON_JSON_H
#define JSON_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct json;
struct json_doc;

enum json_type {
    JSON_ABSENT,
    JSON_NULL,
    JSON_BOOL,
    JSON_NUMBER,
    JSON_STRING,
    JSON_ARRAY,
    JSON_OBJECT
};

struct json_limits {
    size_t max_depth; /* 0 = 64 */
    size_t max_bytes; /* 0 = no limit of its own */
};

/* NULL and ERR_BODY, with a harmless sample, when it is not JSON. limits NULL = defaults. */
struct json_doc *json_parse(const char *text, size_t n, const struct json_limits *limits,
                            struct err *err);
void json_free(struct json_doc *doc);
const struct json *json_root(const struct json_doc *doc);
/* How many places were mended, numbers quoted left out. */
size_t json_doc_mends(const struct json_doc *doc);

enum json_type json_type(const struct json *node);
/* The first member of that name: duplicates are legal (reference 1.1). */
const struct json *json_get(const struct json *object, const char *key);
const struct json *json_first(const struct json *container);
const struct json *json_next(const struct json *node);
const char *json_key(const struct json *node);
size_t json_size(const struct json *container);

/* The string, or NULL. */
const char *json_text(const struct json *node);
/* Decimal text from a string or an integer number; false for anything else or no room. */
bool json_decimal(const struct json *node, char *buf, size_t size);
bool json_i64(const struct json *node, int64_t *out);
bool json_double(const struct json *node, double *out);
bool json_bool(const struct json *node, bool *out);

#endif
