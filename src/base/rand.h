/*
 * rand: reproducible randomness (PCG32) for jitter and simulation; not for secrets. One owner.
 */
#ifndef BASE_RAND_H
#define BASE_RAND_H

#include <stdint.h>

struct rand {
    uint64_t state, inc;
};

/* Equal seed and stream give the equal sequence. */
void rand_seed(struct rand *rand, uint64_t seed, uint64_t stream);
uint32_t rand_u32(struct rand *rand);
/* 0 .. n-1 without bias; 0 for n = 0. */
uint32_t rand_below(struct rand *rand, uint32_t n);
/* 0 <= x < 1 */
double rand_unit(struct rand *rand);
/* From the kernel, for seeds. */
uint64_t rand_entropy(void);

#endif
