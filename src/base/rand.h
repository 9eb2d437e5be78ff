/* rand: PCG32, seeded; a value of its owner. Not for secrets. */
#ifndef BASE_RAND_H
#define BASE_RAND_H

#include <stdint.h>

struct rand {
    uint64_t state, inc;
};

void rand_seed(struct rand *r, uint64_t seed, uint64_t stream);
uint32_t rand_u32(struct rand *r);
/* 0 .. n-1, without bias; n > 0. */
uint32_t rand_below(struct rand *r, uint32_t n);
/* [0, 1) */
double rand_unit(struct rand *r);
/* A seed from the system. */
uint64_t rand_entropy(void);

#endif
