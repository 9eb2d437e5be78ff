#include "govern/spread.h"

#include <stdbool.h>
#include <string.h>

#include "base/hash.h"

int64_t spread_offset_ms(const char *name, int64_t instant_ms, int64_t window_ms)
{
    if (window_ms <= 0) {
        return 0;
    }
    uint64_t h = hash_u64(hash_bytes(name, strlen(name), 0) ^ (uint64_t)instant_ms);
    return (int64_t)(h % (uint64_t)window_ms);
}

void spread_resumes(const int64_t *ready_ms, size_t count, int64_t now_ms, int64_t gap_ms,
                    int64_t *at)
{
    for (size_t i = 0; i < count; i++) {
        at[i] = INT64_MIN;
    }
    int64_t free_ms = now_ms;
    for (size_t placed = 0; placed < count; placed++) {
        size_t best = count;
        for (size_t i = 0; i < count; i++) {
            if (at[i] == INT64_MIN && (best == count || ready_ms[i] < ready_ms[best])) {
                best = i;
            }
        }
        at[best] = ready_ms[best] > free_ms ? ready_ms[best] : free_ms;
        free_ms = at[best] + gap_ms;
    }
}
