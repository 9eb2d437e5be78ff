#include "store/seen.h"

#include <string.h>

#include "base/hash.h"

enum { CAP = 128 };

/* The slot that has it, or the empty one where it belongs. */
static uint32_t *slot_of(const struct seen *seen, const struct seen_key *key)
{
    size_t mask = 2 * seen->cap - 1;
    uint64_t hash = hash_bytes(key->id, strlen(key->id), (uint64_t)key->a * 64 + (uint64_t)key->b);
    for (size_t at = hash & mask;; at = (at + 1) & mask) {
        uint32_t *slot = &seen->slots[at];
        const struct seen_key *have = *slot ? &seen->keys[*slot - 1] : NULL;
        if (!have || (have->a == key->a && have->b == key->b && strcmp(have->id, key->id) == 0)) {
            return slot;
        }
    }
}

static bool grow(struct seen *seen)
{
    struct seen more = {.arena = seen->arena, .cap = seen->cap ? 2 * seen->cap : CAP};
    more.keys = arena_array(more.arena, more.cap, sizeof *more.keys);
    more.slots = arena_array(more.arena, 2 * more.cap, sizeof *more.slots);
    if (!more.keys || !more.slots) {
        return false;
    }
    for (; more.count < seen->count; more.count++) {
        more.keys[more.count] = seen->keys[more.count];
        *slot_of(&more, &more.keys[more.count]) = (uint32_t)more.count + 1;
    }
    *seen = more;
    return true;
}

int seen_first(struct seen *seen, const char *id, int a, int b, struct err *err)
{
    struct seen_key key = {id, a, b};
    if (seen->count == seen->cap && !grow(seen)) {
        err_set(err, ERR_MEMORY, "database: out of memory");
        return -1;
    }
    uint32_t *slot = slot_of(seen, &key);
    if (*slot) {
        return 0;
    }
    key.id = arena_copy(seen->arena, id, strlen(id));
    if (!key.id) {
        err_set(err, ERR_MEMORY, "database: out of memory");
        return -1;
    }
    seen->keys[seen->count++] = key;
    *slot = (uint32_t)seen->count;
    return 1;
}
