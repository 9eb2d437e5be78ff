#include "engine/scheduler.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/log.h"
#include "config/config.h"
#include "engine/gate.h"
#include "engine/jobs.h"
#include "engine/limits.h"
#include "engine/operate.h"
#include "engine/policy.h"
#include "engine/record.h"
#include "engine/state.h"
#include "engine/upkeep.h"
#include "engine/waiting.h"
#include "govern/queue.h"
#include "govern/tier_rule.h"
#include "store/engines.h"

enum {
    TICK_MAX_MS = 1000, /* real time */
    TICK_MIN_MS = 5,
    TICK_SCALED_MS = 2000, /* adtop's time: a simulated day has short ticks */
    HEARTBEAT_MS = 30000,
    LIMITERS_MS = 1000,
    UPKEEP_SCALED_MS = 60000
};

static bool wanted(const struct engine *engine, const struct engine_account *slot, int64_t now)
{
    if (slot->wish.wanted) {
        return true;
    }
    return !engine->pass && slot->due_at <= now;
}

/* When a start may be tried again; INT64_MAX: when a person acts. */
static int64_t not_before(struct engine *engine, struct engine_account *slot, int64_t now)
{
    bool override_holds = slot->wish.override_holds;
    if (slot->account.paused_until > now) {
        return slot->account.paused_until;
    }
    if (gate_token(engine).invalid || slot->account.removed_at ||
        (slot->no_access && !slot->wish.wanted)) {
        return INT64_MAX;
    }
    int64_t until = slot->backoff_until > now && !slot->wish.wanted ? slot->backoff_until : 0;
    if (slot->budget_held && !override_holds && slot->budget_until > now) {
        until = slot->budget_until > until ? slot->budget_until : until;
    }
    limits_peek(engine, slot, &slot->verdict);
    if (!slot->verdict.go) {
        int64_t end = slot->verdict.until_ms ? slot->verdict.until_ms : INT64_MAX;
        until = end > until ? end : until;
    }
    return until;
}

static void fill_item(struct engine *engine, struct engine_account *slot, int64_t now,
                      struct queue_item *item)
{
    memset(item, 0, sizeof *item);
    memcpy(item->account_id, slot->account.account_id, sizeof item->account_id);
    item->forced = slot->wish.wanted;
    item->forced_at_ms = slot->wish.asked_at;
    item->last_sync_ms = slot->account.last_synced_at;
    item->cadence_ms =
        tier_cadence_ms(&engine->tiers, slot->account.tier, slot->account.account_status);
    item->tier = slot->account.tier;
    item->priority = slot->account.priority;
    item->not_before_ms = not_before(engine, slot, now);
    item->duration_ms = slot->last_duration_ms;
}

/* The accounts that want a run and have none, in the order in which they will start. */
static size_t line_up(struct engine *engine, struct queue_item *items, int64_t now)
{
    size_t count = 0;
    int64_t busy[WORKERS_MAX];
    size_t busy_count = 0;
    for (size_t i = 0; i < engine->account_count; i++) {
        struct engine_account *slot = engine->accounts[i];
        slot->queue_position = 0;
        slot->expected_start = 0;
        if (slot->job.run) {
            int64_t length = slot->last_duration_ms ? slot->last_duration_ms : 10000;
            if (jobs_state(engine, &slot->job) != JOB_PARKED && busy_count < WORKERS_MAX) {
                busy[busy_count++] = slot->job.started_at + length;
            }
        } else if (wanted(engine, slot, now)) {
            fill_item(engine, slot, now, &items[count++]);
        }
    }
    struct queue_context context = {.now_ms = now,
                                    .slots = engine->worker_count,
                                    .busy_until = busy,
                                    .busy_count = busy_count,
                                    .forced_streak = engine->forced_streak};
    queue_order(items, count, &context);
    for (size_t i = 0; i < count; i++) {
        long at = engine_find(engine, items[i].account_id);
        engine->accounts[at]->queue_position = items[i].position;
        engine->accounts[at]->expected_start = items[i].expected_start_ms;
    }
    return count;
}

static void start_runs(struct engine *engine, struct queue_item *items, size_t count, int64_t now)
{
    for (size_t i = 0; i < count; i++) {
        if (items[i].not_before_ms > now) {
            continue;
        }
        pthread_mutex_lock(&engine->lock);
        int unparked = jobs_unparked(engine);
        pthread_mutex_unlock(&engine->lock);
        if (unparked >= engine->worker_count) {
            return;
        }
        long at = engine_find(engine, items[i].account_id);
        jobs_start(engine, engine->accounts[at]);
    }
}

static void record_waiting(struct engine *engine, struct engine_account *slot, int64_t now,
                           int busy)
{
    enum job_state state = jobs_state(engine, &slot->job);
    struct token_state token = gate_token(engine);
    struct waiting_facts facts = {
        .now_ms = now,
        .account = &slot->account,
        .parked = state == JOB_PARKED,
        .running = state == JOB_ACTIVE || state == JOB_READY,
        .due = slot->wish.wanted || slot->due_at <= now,
        .due_at = slot->due_at,
        .backoff_until = slot->wish.wanted ? 0 : slot->backoff_until,
        .failures = slot->failures,
        .token_invalid = token.invalid,
        .no_access = slot->no_access,
        .budget_held = slot->budget_held && slot->budget_until > now,
        .budget_until = slot->budget_until,
        .budget_detail = slot->budget_detail,
        .throttled = slot->last_run.status == RUN_THROTTLED ? &slot->throttle : NULL,
        .override_holds = slot->wish.override_holds,
        .verdict = slot->verdict,
        .queue_position = slot->queue_position,
        .workers = engine->worker_count,
        .workers_busy = busy,
        .expected_start = slot->expected_start,
    };
    memcpy(facts.last_error, token.invalid ? token.error : slot->last_error,
           sizeof facts.last_error);
    struct hold hold = {.since = now};
    memcpy(hold.account_id, slot->account.account_id, sizeof hold.account_id);
    hold.run_id = slot->job.run ? slot->job.run_id : 0;
    if (facts.parked) {
        waiting_parked(&slot->job.pause, &hold);
    } else {
        waiting_decide(&facts, &hold);
    }
    record_hold(engine, &slot->hold, &hold);
}

static void record_all(struct engine *engine, int64_t now)
{
    pthread_mutex_lock(&engine->lock);
    int busy = jobs_unparked(engine);
    pthread_mutex_unlock(&engine->lock);
    for (size_t i = 0; i < engine->account_count; i++) {
        record_waiting(engine, engine->accounts[i], now, busy);
    }
}

void scheduler_record(struct engine *engine)
{
    int64_t now = engine_now(engine);
    struct queue_item *items = calloc(engine->account_count + 1, sizeof *items);
    if (items) {
        line_up(engine, items, now); /* asks what holds each of them */
        record_all(engine, now);
    }
    free(items);
}

static void heartbeat(struct engine *engine)
{
    struct err err = {0};
    int64_t mono = clock_mono_ms();
    if (mono - engine->heartbeat_at >= HEARTBEAT_MS) {
        engine->heartbeat_at = mono;
        if (!store_engine_beat(engine->store, engine->engine_id, engine_now(engine), &err)) {
            log_write(LOG_ERROR, "engine", "heartbeat: %s", err.message);
        }
    }
    if (mono - engine->limiters_at >= LIMITERS_MS) {
        engine->limiters_at = mono;
        limits_record(engine);
    }
    if (engine_now(engine) - engine->upkeep_at >= UPKEEP_SCALED_MS) {
        engine->upkeep_at = engine_now(engine);
        upkeep(engine);
    }
}

static void answer_operators(struct engine *engine)
{
    struct inbox_item *item = NULL;
    while ((item = inbox_take(&engine->inbox))) {
        operate(engine, item->peer, item->request, item->reply);
        inbox_answer(&engine->inbox, item);
    }
}

static void turn(struct engine *engine)
{
    answer_operators(engine);
    jobs_reap(engine);
    jobs_listing(engine);
    int64_t now = engine_now(engine);
    struct queue_item *items = calloc(engine->account_count + 1, sizeof *items);
    if (items) {
        size_t count = line_up(engine, items, now);
        start_runs(engine, items, count, now);
    }
    free(items);
    record_all(engine, engine_now(engine));
    pass_review(engine);
    heartbeat(engine);
}

static void wait_for_work(struct engine *engine)
{
    int64_t ms = clock_to_real_ms(&engine->clock, TICK_SCALED_MS);
    int64_t next = jobs_next(engine);
    if (next != INT64_MAX) {
        int64_t left = next - engine_now(engine);
        int64_t real = left > 0 ? clock_to_real_ms(&engine->clock, left) : 0;
        ms = real < ms ? real : ms;
    }
    ms = ms > TICK_MAX_MS ? TICK_MAX_MS : ms < TICK_MIN_MS ? TICK_MIN_MS : ms;
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += ms / 1000;
    until.tv_nsec += (long)(ms % 1000) * 1000000;
    if (until.tv_nsec >= 1000000000) {
        until.tv_sec++;
        until.tv_nsec -= 1000000000;
    }
    int rc = 0;
    while (!engine->stirred && !engine->stopping && rc == 0) {
        rc = pthread_cond_timedwait(&engine->tick, &engine->lock, &until);
    }
    engine->stirred = false;
}

static void *scheduler_main(void *ctx)
{
    struct engine *engine = ctx;
    bool stopping = false;
    while (!stopping) {
        turn(engine);
        pthread_mutex_lock(&engine->lock);
        if (!engine->stopping) {
            wait_for_work(engine);
        }
        stopping = engine->stopping;
        pthread_mutex_unlock(&engine->lock);
    }
    inbox_close(&engine->inbox);
    return NULL;
}

bool scheduler_start(struct engine *engine, struct err *err)
{
    engine->upkeep_at = engine_now(engine) - UPKEEP_SCALED_MS;
    engine->scheduler_started =
        pthread_create(&engine->scheduler, NULL, scheduler_main, engine) == 0;
    return engine->scheduler_started ||
           err_set(err, ERR_MEMORY, "engine: the scheduler thread cannot be started");
}

void scheduler_stop(struct engine *engine)
{
    if (engine->scheduler_started) {
        pthread_join(engine->scheduler, NULL);
    }
    engine->scheduler_started = false;
}
