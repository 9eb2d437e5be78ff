/*
 * embed: files of data/ and themes/ as they were at build time, by their path in the tree
 * ("data/migrations/001_initial.sql"). Read-only, valid for the program's life; NUL-terminated.
 */
#ifndef BASE_EMBED_H
#define BASE_EMBED_H

#include <stddef.h>

struct embed {
    const char *name;
    const char *data;
    size_t size; /* without the terminating NUL */
};

const struct embed *embed_find(const char *name);
/* The next file whose name starts with prefix, in name order; start with NULL. */
const struct embed *embed_next(const char *prefix, const struct embed *after);

#endif
