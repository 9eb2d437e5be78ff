#include "base/embed.h"

#include <string.h>

/* Laid out by the Makefile (embed.S), sorted by name, ended by a NULL name. */
extern const struct embed embed_table[];

const struct embed *embed_find(const char *name)
{
    for (const struct embed *e = embed_table; e->name; e++) {
        if (strcmp(e->name, name) == 0) {
            return e;
        }
    }
    return NULL;
}

const struct embed *embed_next(const char *prefix, const struct embed *after)
{
    for (const struct embed *e = after ? after + 1 : embed_table; e->name; e++) {
        if (strncmp(e->name, prefix, strlen(prefix)) == 0) {
            return e;
        }
    }
    return NULL;
}
