#include "base/rand.h"

#include <sys/random.h>

#include "base/clock.h"
#include "base/hash.h"

/* PCG32 (XSH-RR), www.pcg-random.org. */
uint32_t rand_u32(struct rand *rand)
{
    uint64_t old = rand->state;
    rand->state = old * UINT64_C(6364136223846793005) + rand->inc;
    uint32_t shifted = (uint32_t)(((old >> 18) ^ old) >> 27);
    uint32_t rot = (uint32_t)(old >> 59);
    return (shifted >> rot) | (shifted << ((0U - rot) & 31));
}

void rand_seed(struct rand *rand, uint64_t seed, uint64_t stream)
{
    rand->state = 0;
    rand->inc = (stream << 1) | 1;
    (void)rand_u32(rand);
    rand->state += seed;
    (void)rand_u32(rand);
}

uint32_t rand_below(struct rand *rand, uint32_t n)
{
    if (n == 0) {
        return 0;
    }
    uint32_t threshold = (0U - n) % n; /* below it the low values would come up once too often */
    for (;;) {
        uint32_t value = rand_u32(rand);
        if (value >= threshold) {
            return value % n;
        }
    }
}

double rand_unit(struct rand *rand)
{
    return rand_u32(rand) * (1.0 / 4294967296.0);
}

uint64_t rand_entropy(void)
{
    uint64_t value;
    if (getrandom(&value, sizeof value, 0) != (ssize_t)sizeof value) {
        value = hash_u64((uint64_t)clock_mono_us()) ^ hash_u64((uint64_t)clock_real_ms());
    }
    return value;
}
