/* seen: which of a walk's rows are the first of their kind, an id and two words. Internal to the
 * store; grows with what is there, in an arena. */
#ifndef STORE_SEEN_H
#define STORE_SEEN_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"

struct seen_key {
    const char *id;
    int a, b;
};
struct seen {
    struct arena *arena;
    struct seen_key *keys;
    uint32_t *slots; /* key + 1 by hash, 0 = none; twice as many as keys */
    size_t count, cap;
};

/* 1 = the first, 0 = there was one, -1 = out of memory. id is copied. */
int seen_first(struct seen *seen, const char *id, int a, int b, struct err *err);

#endif
