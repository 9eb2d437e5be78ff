/*
 * arena: memory that is released all at once, typically after a page of an answer. One thread.
 */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <stddef.h>

struct arena;

/* chunk: bytes taken from the heap at a time (larger requests get their own). NULL on OOM. */
struct arena *arena_create(size_t chunk);
void arena_destroy(struct arena *arena);
/* Zeroed, aligned to 16; NULL on OOM. Zero bytes give a valid pointer. */
void *arena_alloc(struct arena *arena, size_t n);
/* n elements of size bytes; NULL on overflow too. */
void *arena_array(struct arena *arena, size_t n, size_t size);
/* A NUL-terminated copy of n bytes. */
char *arena_copy(struct arena *arena, const char *text, size_t n);
/* All handed-out memory becomes invalid; ordinary chunks are kept for reuse. */
void arena_reset(struct arena *arena);
/* Bytes held from the heap. */
size_t arena_size(const struct arena *arena);

#endif
