#include "base/arena.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { ALIGN = 16 };

struct chunk {
    struct chunk *next;
    size_t size, used;
    _Alignas(ALIGN) unsigned char data[];
};

struct arena {
    struct chunk *chunks; /* the first one is being filled */
    struct chunk *spare;  /* kept by a reset, all of chunk_size */
    size_t chunk_size;
};

struct arena *arena_create(size_t chunk)
{
    struct arena *arena = calloc(1, sizeof *arena);
    if (arena) {
        arena->chunk_size = chunk < 256 ? 256 : chunk;
    }
    return arena;
}

static void free_list(struct chunk *chunk)
{
    while (chunk) {
        struct chunk *next = chunk->next;
        free(chunk);
        chunk = next;
    }
}

void arena_destroy(struct arena *arena)
{
    if (arena) {
        free_list(arena->chunks);
        free_list(arena->spare);
        free(arena);
    }
}

static struct chunk *chunk_new(struct arena *arena, size_t n)
{
    if (n <= arena->chunk_size && arena->spare) {
        struct chunk *chunk = arena->spare;
        arena->spare = chunk->next;
        return chunk;
    }
    size_t size = n > arena->chunk_size ? n : arena->chunk_size;
    struct chunk *chunk = malloc(sizeof *chunk + size);
    if (chunk) {
        chunk->size = size;
        chunk->used = 0;
    }
    return chunk;
}

void *arena_alloc(struct arena *arena, size_t n)
{
    if (n > SIZE_MAX / 2) {
        return NULL;
    }
    size_t need = (n + ALIGN - 1) / ALIGN * ALIGN;
    struct chunk *chunk = arena->chunks;
    if (!chunk || chunk->size - chunk->used < need) {
        struct chunk *fresh = chunk_new(arena, need);
        if (!fresh) {
            return NULL;
        }
        /* A large block of its own goes behind the one being filled, whose rest stays usable. */
        if (chunk && need > arena->chunk_size) {
            fresh->next = chunk->next;
            chunk->next = fresh;
        } else {
            fresh->next = chunk;
            arena->chunks = fresh;
        }
        chunk = fresh;
    }
    void *memory = chunk->data + chunk->used;
    chunk->used += need;
    memset(memory, 0, n);
    return memory;
}

void *arena_array(struct arena *arena, size_t n, size_t size)
{
    size_t bytes;
    return __builtin_mul_overflow(n, size, &bytes) ? NULL : arena_alloc(arena, bytes);
}

char *arena_copy(struct arena *arena, const char *text, size_t n)
{
    char *copy = n < SIZE_MAX ? arena_alloc(arena, n + 1) : NULL;
    if (copy && n > 0) {
        memcpy(copy, text, n);
    }
    return copy;
}

void arena_reset(struct arena *arena)
{
    struct chunk *chunk = arena->chunks;
    arena->chunks = NULL;
    while (chunk) {
        struct chunk *next = chunk->next;
        if (chunk->size == arena->chunk_size) {
            chunk->used = 0;
            chunk->next = arena->spare;
            arena->spare = chunk;
        } else {
            free(chunk);
        }
        chunk = next;
    }
}

static size_t list_size(const struct chunk *chunk)
{
    size_t total = 0;
    for (; chunk; chunk = chunk->next) {
        total += sizeof *chunk + chunk->size;
    }
    return total;
}

size_t arena_size(const struct arena *arena)
{
    return arena ? list_size(arena->chunks) + list_size(arena->spare) : 0;
}
