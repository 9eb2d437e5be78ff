#include "base/hash.h"

uint64_t hash_u64(uint64_t x)
{
    x ^= x >> 30;
    x *= UINT64_C(0xbf58476d1ce4e5b9);
    x ^= x >> 27;
    x *= UINT64_C(0x94d049bb133111eb);
    return x ^ (x >> 31);
}

/* Little-endian whatever the machine, since hashes are stored. */
static uint64_t load(const unsigned char *p, size_t n)
{
    uint64_t value = 0;
    for (size_t i = 0; i < n; i++) {
        value |= (uint64_t)p[i] << (8 * i);
    }
    return value;
}

uint64_t hash_bytes(const void *data, size_t n, uint64_t seed)
{
    const unsigned char *p = data;
    uint64_t h = hash_u64(seed ^ (UINT64_C(0x9e3779b97f4a7c15) * (n + 1)));
    size_t rest = n;
    for (; rest >= 8; rest -= 8, p += 8) {
        h = hash_u64(h ^ load(p, 8)) + UINT64_C(0x9e3779b97f4a7c15);
    }
    return rest > 0 ? hash_u64(h ^ load(p, rest)) : hash_u64(h);
}
