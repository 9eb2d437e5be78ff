/*
 * hash: fast 64-bit hashing for tables and change detection; stable across machines and versions
 * (stored in the database), not against adversaries. Pure.
 */
#ifndef BASE_HASH_H
#define BASE_HASH_H

#include <stddef.h>
#include <stdint.h>

uint64_t hash_bytes(const void *data, size_t n, uint64_t seed);
uint64_t hash_u64(uint64_t x);

#endif
