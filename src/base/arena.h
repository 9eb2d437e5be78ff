/* arena: memory freed all at once; one per page of an answer. Not thread-safe. */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <stddef.h>

struct arena;

struct arena *arena_create(size_t chunk);
void arena_destroy(struct arena *arena);
/* Zeroed, aligned to 16 bytes; NULL without memory. */
void *arena_alloc(struct arena *arena, size_t n);
char *arena_copy(struct arena *arena, const char *text, size_t n);
/* Everything given out becomes invalid; the first chunk is kept. */
void arena_reset(struct arena *arena);

#endif
