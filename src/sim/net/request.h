/*
 * request: one Graph API call as the handlers see it, whether it came over HTTP or as an item of a
 * batch: path, parameters (query, form and JSON bodies alike) and token. Everything it points to
 * lives in its arena.
 */
#ifndef SIM_NET_REQUEST_H
#define SIM_NET_REQUEST_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"

enum { REQUEST_PARAMS = 96 };

enum token_place { TOKEN_ABSENT, TOKEN_HEADER, TOKEN_URL, TOKEN_BODY };

struct param {
    const char *name, *value;
};

struct request {
    struct arena *arena;
    const char *method; /* after a method= override */
    const char *path;   /* decoded, starts with "/" */
    struct param params[REQUEST_PARAMS];
    size_t param_count;
    const char *token; /* NULL = none */
    enum token_place token_place;
    const char *body; /* raw, for control endpoints; "" = none */
    size_t body_len;
    bool in_batch;
    bool too_many; /* parameters beyond REQUEST_PARAMS: refused, not cut */
};

void request_init(struct request *request, struct arena *arena, const char *method,
                  const char *path);
/* The last value given for a name, NULL = absent. */
const char *request_param(const struct request *request, const char *name);
void request_add(struct request *request, const char *name, const char *value);
/* "a=b&c=d", percent-decoded, '+' as space. */
void request_add_query(struct request *request, const char *query, size_t n);
/* {"a":"b","c":{...}}: strings as they are, everything else as its JSON text. False = not JSON. */
bool request_add_json(struct request *request, const char *body, size_t n);
/* Finds the token (header first) and applies a method= override; authorization may be NULL.
 * url_params: how many of the first parameters stood in the URL. */
void request_finish(struct request *request, const char *authorization, size_t url_params);
/* A parameter that holds JSON; Python's spelling, {'since':'2026-01-01'}, is understood as the API
 * does. NULL = neither. json_free() the result. */
struct json_doc *request_parse(struct arena *arena, const char *text);
/* A JSON value as text: a string's contents, else its spelling. */
struct json;
const char *request_json_text(struct arena *arena, const struct json *node);
/* Percent-decodes in place of a fresh copy. */
char *request_decode(struct arena *arena, const char *text, size_t n);

#endif
