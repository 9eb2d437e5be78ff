#include "govern/limit/block.h"

#include <stddef.h>

#include "govern/spread.h"

static const int64_t longest_ms = 3600 * 1000;
static const int64_t calm_after_ms = 15 * 60 * 1000; /* without a block: strikes start anew */
static const int64_t retry_ms = 5 * 1000;            /* after a probe that told nothing */
enum { RAMP_DONE = 8 };

static int64_t doubled(int64_t base_ms, int strikes)
{
    int64_t wait = base_ms;
    for (int i = 1; i < strikes && wait < longest_ms; i++) {
        wait *= 2;
    }
    return wait < longest_ms ? wait : longest_ms;
}

/* Whole minutes may have been rounded either way: up to one of them more, never less. Seconds and
 * published blocks are counted from the server's refusal, which lies before our knowing of it. */
static int64_t margin_ms(const struct block_cause *cause, int64_t wait_ms, int64_t until_ms)
{
    if (cause->minutes) {
        return 20000 + spread_offset_ms(cause->name, until_ms, 40000);
    }
    int64_t window = wait_ms / 16;
    return 1000 + spread_offset_ms(cause->name, until_ms, window < 20000 ? window : 20000);
}

void block_hit(struct block *b, const struct block_cause *cause, int64_t now_ms)
{
    bool known = b->phase == BLOCK_CLOSED && now_ms < b->resume_ms;
    bool late = b->drain > 0 && b->phase != BLOCK_NONE;
    if (late) {
        b->drain--; /* sent before the block began: no news, unless it names a later end */
    }
    if (!(known && late)) {
        bool calm = b->phase == BLOCK_NONE && now_ms - b->calm_ms > calm_after_ms;
        b->strikes = calm ? 1 : b->strikes + 1;
    }
    int64_t wait = cause->wait_ms;
    if (wait <= 0) {
        wait = doubled(cause->default_ms, b->strikes);
    } else if (b->strikes > 2) {
        /* what the API names has not been enough twice in a row */
        int64_t longer = doubled(cause->default_ms, b->strikes - 1);
        wait = wait > longer ? wait : longer;
    }
    int64_t until = now_ms + wait;
    if (known && until <= b->until_ms) {
        return;
    }
    if (b->phase == BLOCK_NONE) {
        b->series_ms = now_ms;
    }
    if (!known) {
        b->since_ms = now_ms;
        b->drain = cause->in_flight;
    }
    b->phase = BLOCK_CLOSED;
    b->until_ms = until;
    b->resume_ms = until + margin_ms(cause, wait, until);
    b->exact = cause->by_api;
    b->code = cause->code;
    b->ramp = 0;
}

enum block_phase block_phase(const struct block *b, int64_t now_ms)
{
    return b->phase == BLOCK_CLOSED && now_ms >= b->resume_ms ? BLOCK_PROBE : b->phase;
}

int block_allowed(const struct block *b, int64_t now_ms)
{
    enum block_phase phase = block_phase(b, now_ms);
    if (phase == BLOCK_NONE) {
        return INT32_MAX;
    }
    return phase == BLOCK_CLOSED ? 0 : phase == BLOCK_PROBE ? 1 : b->ramp;
}

void block_answered(struct block *b, bool ok, int64_t now_ms)
{
    enum block_phase phase = block_phase(b, now_ms);
    if (b->drain > 0 && phase != BLOCK_NONE) {
        b->drain--; /* sent before the block: says nothing about its end */
        return;
    }
    if (phase == BLOCK_PROBE && !ok) {
        b->phase = BLOCK_CLOSED;
        b->resume_ms = now_ms + retry_ms;
        return;
    }
    if (!ok || phase == BLOCK_NONE || phase == BLOCK_CLOSED) {
        return;
    }
    b->phase = BLOCK_RAMP;
    b->ramp++;
    b->calm_ms = now_ms;
    if (b->ramp >= RAMP_DONE) {
        b->phase = BLOCK_NONE;
        b->ramp = 0;
    }
}

void block_unsent(struct block *b)
{
    b->drain -= b->drain > 0;
}
