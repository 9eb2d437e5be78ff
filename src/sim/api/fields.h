/*
 * fields: the `fields` parameter as a tree: "id,creative{id,name},insights.limit(5){spend}".
 * A JSON list of names is accepted as well. Nodes live in the arena.
 */
#ifndef SIM_API_FIELDS_H
#define SIM_API_FIELDS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/str.h"

enum { FIELDS_DEPTH = 8 };

struct field_mod {
    const char *name, *args;
    struct field_mod *next;
};

struct field {
    const char *name;
    struct field_mod *mods; /* .limit(5) */
    struct field *children; /* {...}; NULL = none given */
    struct field *next;
};

/* False with *bad set to the offending rest. An empty text gives *out NULL. */
bool fields_parse(struct arena *arena, const char *text, struct field **out, const char **bad);
size_t fields_count(const struct field *fields); /* nested ones included */
const struct field *fields_find(const struct field *fields, const char *name);
void fields_print(const struct field *fields, struct str *out);
const char *fields_mod(const struct field *field, const char *name); /* its arguments, or NULL */

#endif
