/* The log as a replay takes it, and what a governor that starts learns from it. */
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/hash.h"
#include "govern/replay.h"

static int by_answer(const void *a, const void *b)
{
    const struct replay_call *x = a, *y = b;
    return (x->at_ms > y->at_ms) - (x->at_ms < y->at_ms);
}

void replay_sort(struct replay_call *calls, size_t count)
{
    qsort(calls, count, sizeof *calls, by_answer);
}

/* The log leaves out a reading that repeats its predecessor within a minute (store/usage.h), but a
 * header that is not there means "next to nothing": without the repeats a use case that stands at
 * 11 % would seem to fall to zero and rise again with every single call. So they are put back. */

struct last {
    const struct usage_reading *reading; /* NULL = a free place */
};

struct lasts {
    struct last *places; /* by hash; a power of two, more than twice as many as readings */
    size_t mask;
};

static struct last *place_of(const struct lasts *lasts, enum usage_source source,
                             enum use_case use_case, const char *scope_id)
{
    size_t at = hash_bytes(scope_id, strlen(scope_id), (uint64_t)source * 8 + use_case);
    for (;; at++) {
        struct last *last = &lasts->places[at & lasts->mask];
        const struct usage_reading *r = last->reading;
        if (!r || (r->source == source && r->use_case == use_case &&
                   strcmp(r->scope_id, scope_id) == 0)) {
            return last;
        }
    }
}

static bool lasts_init(struct lasts *lasts, size_t readings, struct arena *arena)
{
    size_t count = 16;
    while (count < 2 * readings + 2) {
        count *= 2;
    }
    lasts->mask = count - 1;
    lasts->places = arena_alloc(arena, count * sizeof *lasts->places);
    if (lasts->places) {
        memset(lasts->places, 0, count * sizeof *lasts->places);
    }
    return lasts->places != NULL;
}

/* What came with this answer, and what it repeated. */
static bool complete(const struct lasts *lasts, struct replay_call *call, struct arena *arena)
{
    enum { REPEAT_MS = 60000 };
    bool insights = call_class_is_insights(call->call.call_class);
    const struct {
        enum usage_source source;
        enum use_case use_case;
        const char *scope_id;
        bool sent;
    } headers[] = {
        {USAGE_APP,          USE_CASE_NONE,                              "app",                 true    },
        {USAGE_ACCOUNT,      USE_CASE_NONE,                              call->call.account_id, true    },
        {USAGE_BUC,          call_class_use_case(call->call.call_class), call->call.account_id, true    },
        {USAGE_INSIGHTS_APP, USE_CASE_NONE,                              "app",                 insights},
        {USAGE_INSIGHTS,     USE_CASE_NONE,                              call->call.account_id, insights},
    };
    enum { HEADERS = sizeof headers / sizeof *headers };
    struct usage_reading *all = arena_alloc(arena, (call->reading_count + HEADERS) * sizeof *all);
    if (!all) {
        return false;
    }
    if (call->reading_count) {
        memcpy(all, call->readings, call->reading_count * sizeof *all);
    }
    for (size_t i = 0; i < HEADERS; i++) {
        const struct usage_reading *r =
            place_of(lasts, headers[i].source, headers[i].use_case, headers[i].scope_id)->reading;
        bool old = !r || call->at_ms - r->at >= REPEAT_MS;
        bool here = r >= call->readings && r < call->readings + call->reading_count;
        if (headers[i].sent && !old && !here) {
            all[call->reading_count] = *r;
            all[call->reading_count++].at = call->at_ms;
        }
    }
    call->readings = all;
    return true;
}

/* Those at or before an answer, and after the one before it, came with it. */
bool replay_attach(struct replay_call *calls, size_t count, const struct usage_reading *readings,
                   size_t reading_count, struct arena *arena)
{
    struct lasts lasts;
    size_t at = 0;
    if (!lasts_init(&lasts, reading_count, arena)) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        size_t first = at;
        for (; at < reading_count && readings[at].at <= calls[i].at_ms; at++) {
            const struct usage_reading *r = &readings[at];
            place_of(&lasts, r->source, r->use_case, r->scope_id)->reading = r;
        }
        calls[i].readings = readings + first;
        calls[i].reading_count = at - first;
        if (!complete(&lasts, &calls[i], arena)) {
            return false;
        }
    }
    return true;
}

static int64_t sent_ms(const struct replay_call *call)
{
    return call->at_ms - call->took_ms;
}

static int by_sending(const void *a, const void *b)
{
    const struct replay_call *x = *(const struct replay_call *const *)a;
    const struct replay_call *y = *(const struct replay_call *const *)b;
    return (sent_ms(x) > sent_ms(y)) - (sent_ms(x) < sent_ms(y));
}

bool replay_remember(struct governor *g, const struct replay_call *calls, size_t count,
                     int64_t learn_from_ms, struct arena *arena)
{
    const struct replay_call **sent = arena_array(arena, count, sizeof(struct replay_call *));
    size_t first = 0, next = 0;
    if (!sent) {
        return false;
    }
    for (; first < count && calls[first].at_ms < learn_from_ms; first++) {
        governor_restore_call(g, &calls[first].call, calls[first].at_ms);
    }
    for (size_t i = first; i < count; i++) {
        sent[i - first] = &calls[i];
    }
    qsort(sent, count - first, sizeof(struct replay_call *), by_sending);
    for (size_t i = first; i < count; i++) {
        for (; next < count - first && sent_ms(sent[next]) <= calls[i].at_ms; next++) {
            governor_restore_sent(g, &sent[next]->call, sent_ms(sent[next]));
        }
        /* Of its error nothing matters now but that there was an answer. */
        struct gate_outcome outcome = {.ok = !calls[i].failed,
                                       .error = {.http_status = 200},
                                       .readings = calls[i].readings,
                                       .count = calls[i].reading_count,
                                       .bytes = calls[i].bytes};
        governor_restore_answer(g, &calls[i].call, &outcome, calls[i].at_ms);
    }
    return true;
}
