#include "sim/control/stats.h"

#include <pthread.h>
#include <stdlib.h>

enum { CODES_MAX = 64 };

struct account_stats {
    uint64_t calls[KIND_COUNT];
    uint64_t refused, while_blocked, rows;
    double weighted;
    unsigned running;
    uint64_t peak;
};

struct code_count {
    int code, subcode, status;
    uint64_t count;
};

struct counters {
    uint64_t requests, calls, batch_items, rows;
    uint64_t by_kind[KIND_COUNT];
    uint64_t refused[LIMITER_COUNT], while_blocked;
    uint64_t tokens_in_urls, peak_requests, peak_accounts;
    double weighted, cpu_ms;
    struct code_count codes[CODES_MAX];
    size_t code_count;
};

struct stats {
    pthread_mutex_t lock;
    size_t account_count;
    /* guarded by lock */
    uint64_t next;
    unsigned running, running_accounts;
    struct counters sum;
    struct account_stats *accounts;
};

struct stats *stats_create(size_t accounts)
{
    struct stats *stats = calloc(1, sizeof *stats);
    if (stats == NULL) {
        return NULL;
    }
    stats->accounts = calloc(accounts > 0 ? accounts : 1, sizeof *stats->accounts);
    if (stats->accounts == NULL) {
        free(stats);
        return NULL;
    }
    pthread_mutex_init(&stats->lock, NULL);
    stats->account_count = accounts;
    return stats;
}

void stats_destroy(struct stats *stats)
{
    if (stats != NULL) {
        pthread_mutex_destroy(&stats->lock);
        free(stats->accounts);
        free(stats);
    }
}

void stats_begin(struct stats *stats, bool token_in_url)
{
    pthread_mutex_lock(&stats->lock);
    stats->sum.requests++;
    stats->sum.tokens_in_urls += token_in_url ? 1 : 0;
    stats->running++;
    if (stats->running > stats->sum.peak_requests) {
        stats->sum.peak_requests = stats->running;
    }
    pthread_mutex_unlock(&stats->lock);
}

void stats_end(struct stats *stats)
{
    pthread_mutex_lock(&stats->lock);
    stats->running--;
    pthread_mutex_unlock(&stats->lock);
}

static struct account_stats *account_of(struct stats *stats, int account)
{
    return account >= 0 && (size_t)account < stats->account_count ? &stats->accounts[account]
                                                                  : NULL;
}

void stats_account_begin(struct stats *stats, int account)
{
    pthread_mutex_lock(&stats->lock);
    struct account_stats *entry = account_of(stats, account);
    if (entry != NULL) {
        stats->running_accounts += entry->running++ == 0 ? 1 : 0;
        entry->peak = entry->running > entry->peak ? entry->running : entry->peak;
    }
    if (stats->running_accounts > stats->sum.peak_accounts) {
        stats->sum.peak_accounts = stats->running_accounts;
    }
    pthread_mutex_unlock(&stats->lock);
}

void stats_account_end(struct stats *stats, int account)
{
    pthread_mutex_lock(&stats->lock);
    struct account_stats *entry = account_of(stats, account);
    if (entry != NULL) {
        stats->running_accounts -= --entry->running == 0 ? 1 : 0;
    }
    pthread_mutex_unlock(&stats->lock);
}

/* Call with the lock held. */
static void count_code(struct counters *sum, const struct reply *reply)
{
    size_t i = 0;
    while (i < sum->code_count &&
           (sum->codes[i].code != reply->code || sum->codes[i].subcode != reply->subcode ||
            sum->codes[i].status != reply->status)) {
        i++;
    }
    if (i == CODES_MAX) {
        return;
    }
    if (i == sum->code_count) {
        sum->codes[sum->code_count++] =
            (struct code_count){reply->code, reply->subcode, reply->status, 0};
    }
    sum->codes[i].count++;
}

void stats_call(struct stats *stats, const struct call *call, enum limiter refused, bool told)
{
    pthread_mutex_lock(&stats->lock);
    struct counters *sum = &stats->sum;
    struct account_stats *entry = account_of(stats, call->account);
    sum->calls += call->kind != KIND_BATCH ? 1 : 0; /* a batch's items are the calls */
    sum->batch_items += call->request->in_batch ? 1 : 0;
    sum->by_kind[call->kind]++;
    sum->rows += call->rows;
    sum->cpu_ms += call->reply->cpu_ms;
    sum->refused[refused] += refused != LIMITER_NONE ? 1 : 0;
    sum->while_blocked += told ? 1 : 0;
    sum->weighted += refused == LIMITER_NONE ? call->weighted : 0.0;
    if (call->reply->code != 0 || call->reply->status != 200) {
        count_code(sum, call->reply);
    }
    if (entry != NULL) {
        entry->calls[call->kind]++;
        entry->rows += call->rows;
        entry->refused += refused != LIMITER_NONE ? 1 : 0;
        entry->while_blocked += told ? 1 : 0;
        entry->weighted += refused == LIMITER_NONE ? call->weighted : 0.0;
    }
    pthread_mutex_unlock(&stats->lock);
}

uint64_t stats_next(struct stats *stats)
{
    pthread_mutex_lock(&stats->lock);
    uint64_t next = ++stats->next;
    pthread_mutex_unlock(&stats->lock);
    return next;
}

void stats_reset(struct stats *stats)
{
    pthread_mutex_lock(&stats->lock);
    stats->sum = (struct counters){.peak_requests = stats->running,
                                   .peak_accounts = stats->running_accounts};
    for (size_t i = 0; i < stats->account_count; i++) {
        unsigned running = stats->accounts[i].running;
        stats->accounts[i] = (struct account_stats){.running = running, .peak = running};
    }
    pthread_mutex_unlock(&stats->lock);
}

static void write_u64(struct jw *w, const char *key, uint64_t value)
{
    jw_key(w, key);
    jw_i64(w, (int64_t)value);
}

static void write_kinds(struct jw *w, const uint64_t by_kind[KIND_COUNT])
{
    jw_key(w, "by_class");
    jw_object_begin(w);
    for (int kind = 0; kind < KIND_COUNT; kind++) {
        if (by_kind[kind] > 0) {
            write_u64(w, call_kind_name((enum call_kind)kind), by_kind[kind]);
        }
    }
    jw_object_end(w);
}

static void write_accounts(const struct stats *stats, const struct sim *sim, struct jw *w)
{
    jw_key(w, "accounts");
    jw_array_begin(w);
    for (size_t i = 0; i < stats->account_count; i++) {
        const struct account_stats *entry = &stats->accounts[i];
        uint64_t calls = 0;
        for (int kind = 0; kind < KIND_COUNT; kind++) {
            calls += entry->calls[kind];
        }
        jw_object_begin(w);
        jw_key(w, "account_id");
        jw_text(w, sim->accounts[i].account_id);
        write_u64(w, "calls", calls);
        write_kinds(w, entry->calls);
        write_u64(w, "rows", entry->rows);
        write_u64(w, "refused", entry->refused);
        write_u64(w, "calls_while_blocked", entry->while_blocked);
        write_u64(w, "peak_requests", entry->peak);
        jw_key(w, "weighted");
        jw_double(w, entry->weighted);
        jw_object_end(w);
    }
    jw_array_end(w);
}

static void write_errors(const struct counters *sum, struct jw *w)
{
    jw_key(w, "errors");
    jw_array_begin(w);
    for (size_t i = 0; i < sum->code_count; i++) {
        jw_object_begin(w);
        jw_key(w, "code");
        jw_i64(w, sum->codes[i].code);
        jw_key(w, "subcode");
        jw_i64(w, sum->codes[i].subcode);
        jw_key(w, "http");
        jw_i64(w, sum->codes[i].status);
        write_u64(w, "count", sum->codes[i].count);
        jw_object_end(w);
    }
    jw_array_end(w);
    jw_key(w, "throttled");
    jw_object_begin(w);
    for (int limiter = LIMITER_APP; limiter < LIMITER_COUNT; limiter++) {
        write_u64(w, limiter_name((enum limiter)limiter), sum->refused[limiter]);
    }
    jw_object_end(w);
}

void stats_write(struct stats *stats, const struct sim *sim, struct jw *w)
{
    pthread_mutex_lock(&stats->lock);
    const struct counters *sum = &stats->sum;
    jw_object_begin(w);
    write_u64(w, "requests", sum->requests);
    write_u64(w, "calls", sum->calls);
    write_u64(w, "batch_items", sum->batch_items);
    write_kinds(w, sum->by_kind);
    write_u64(w, "rows", sum->rows);
    jw_key(w, "weighted");
    jw_double(w, sum->weighted);
    jw_key(w, "cpu_ms");
    jw_double(w, sum->cpu_ms);
    write_u64(w, "calls_while_blocked", sum->while_blocked);
    write_errors(sum, w);
    write_u64(w, "peak_requests", sum->peak_requests);
    write_u64(w, "peak_accounts", sum->peak_accounts);
    write_u64(w, "running_requests", stats->running);
    write_u64(w, "tokens_in_urls", sum->tokens_in_urls);
    write_accounts(stats, sim, w);
    jw_object_end(w);
    pthread_mutex_unlock(&stats->lock);
}
