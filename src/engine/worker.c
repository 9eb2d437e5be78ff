#include "engine/worker.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/log.h"
#include "config/config.h"
#include "engine/gate.h"
#include "engine/state.h"
#include "engine/waiting.h"
#include "graph/graph.h"
#include "sync/accounts.h"

enum { POLL_MS = 250, STACK_BYTES = 1024 * 1024 };

struct graph *worker_graph(const struct engine *engine, struct err *err)
{
    const struct config *config = engine->config;
    struct graph_options options = {
        .http = {.connect_timeout_ms = (int)config->connect_timeout_ms,
                 .stall_s = (int)(config->stall_timeout_ms / 1000),
                 .max_body = (size_t)config->max_response_bytes,
                 .allow_plain_loopback = true},
        .base_url = config->base_url,
        .api_version = config->api_version,
        .token = engine->token,
        .app_secret = engine->app_secret,
        .clock = &engine->clock,
    };
    return graph_create(&options, err);
}

static void timed_wait(struct engine *engine, int ms)
{
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += ms / 1000;
    until.tv_nsec += (long)(ms % 1000) * 1000000;
    if (until.tv_nsec >= 1000000000) {
        until.tv_sec++;
        until.tv_nsec -= 1000000000;
    }
    pthread_cond_timedwait(&engine->work, &engine->lock, &until);
}

static struct job *ready_job(struct engine *engine)
{
    if (engine->listing.state == JOB_READY) {
        return &engine->listing;
    }
    struct job *first = NULL;
    for (size_t i = 0; i < engine->account_count; i++) {
        struct job *job = &engine->accounts[i]->job;
        if (job->state == JOB_READY && (!first || job->ready_at < first->ready_at)) {
            first = job;
        }
    }
    return first;
}

/* The next job, or NULL when the engine stops. */
static struct job *worker_take(struct worker *worker)
{
    struct engine *engine = worker->engine;
    struct job *job = NULL;
    pthread_mutex_lock(&engine->lock);
    while (!engine->stopping && !(job = ready_job(engine))) {
        timed_wait(engine, 1000);
    }
    if (job && !engine->stopping) {
        job->state = JOB_ACTIVE;
        worker->job = job;
    } else {
        job = NULL;
    }
    pthread_mutex_unlock(&engine->lock);
    return job;
}

/* Back to the scheduler, finished or parked. */
static void worker_give(struct worker *worker, struct job *job, enum job_state state)
{
    struct engine *engine = worker->engine;
    pthread_mutex_lock(&engine->lock);
    job->state = state;
    worker->job = NULL;
    engine->stirred = true;
    pthread_cond_signal(&engine->tick);
    pthread_mutex_unlock(&engine->lock);
}

struct orders {
    bool cancel, stopping;
    char why[200];
};

static struct orders read_orders(struct engine *engine, const struct job *job)
{
    struct orders orders = {0};
    pthread_mutex_lock(&engine->lock);
    orders.cancel = job->cancel;
    orders.stopping = engine->stopping;
    snprintf(orders.why, sizeof orders.why, "%s", job->cancel_why);
    pthread_mutex_unlock(&engine->lock);
    return orders;
}

static void publish(struct engine *engine, struct job *job)
{
    pthread_mutex_lock(&engine->lock);
    job->figures = *sync_run_result(job->run);
    pthread_mutex_unlock(&engine->lock);
}

static void poll_graph(struct worker *worker, int64_t ms)
{
    struct err err = {0};
    int timeout = ms < 0 ? 0 : ms > POLL_MS ? POLL_MS : (int)ms;
    if (!graph_poll(worker->graph, timeout, &err)) {
        log_write(LOG_ERROR, "engine", "worker %d: %s", worker->index, err.message);
        pthread_mutex_lock(&worker->engine->lock);
        timed_wait(worker->engine, POLL_MS);
        pthread_mutex_unlock(&worker->engine->lock);
    }
}

/* Until the pause ends, in real ms; large when only an answer moves it on. */
static int64_t real_wait(const struct engine *engine, const struct sync_pause *pause)
{
    int64_t left = pause->at == INT64_MAX ? INT64_MAX : pause->at - engine_now(engine);
    return left == INT64_MAX ? POLL_MS : left <= 0 ? 0 : clock_to_real_ms(&engine->clock, left);
}

/* Works on a run until it is done (true) or waits for longer than is worth a worker (false). */
static bool work_on_run(struct worker *worker, struct job *job)
{
    struct engine *engine = worker->engine;
    struct sync_net net = sync_net_of(worker->graph);
    sync_run_unpark(job->run, &net);
    for (;;) {
        struct orders orders = read_orders(engine, job);
        if (orders.cancel) {
            sync_run_cancel(job->run, orders.why);
        } else if (orders.stopping) {
            sync_run_close(job->run, RUN_CANCELLED, "the engine stopped; the next run goes on");
        }
        struct sync_pause pause = {0};
        enum sync_state state = sync_run_pump(job->run, &pause);
        publish(engine, job);
        int64_t wait = real_wait(engine, &pause);
        if (state == SYNC_DONE) {
            return true;
        }
        if (state == SYNC_ACTIVE) {
            poll_graph(worker, wait);
        } else if (waiting_parks(&pause, engine_now(engine), wait)) {
            sync_run_park(job->run);
            job->pause = pause;
            job->wake_at = pause.at;
            job->parked_since = engine_now(engine);
            return false;
        } else {
            poll_graph(worker, wait);
        }
    }
}

static bool work_on_listing(struct worker *worker, struct job *job)
{
    struct engine *engine = worker->engine;
    struct sync_net net = sync_net_of(worker->graph);
    accounts_sync_bind(job->listing, &net);
    for (;;) {
        struct sync_pause pause = {0};
        enum sync_state state = accounts_sync_pump(job->listing, &pause);
        if (state == SYNC_DONE || read_orders(engine, job).stopping) {
            return true;
        }
        int64_t wait = real_wait(engine, &pause);
        bool endless = pause.at == INT64_MAX; /* it is asked again once the token is renewed */
        if (state == SYNC_WAITING && !endless && waiting_parks(&pause, engine_now(engine), wait)) {
            job->pause = pause;
            job->wake_at = pause.at;
            return false;
        }
        poll_graph(worker, wait);
    }
}

static void *worker_main(void *ctx)
{
    struct worker *worker = ctx;
    struct job *job = NULL;
    while ((job = worker_take(worker))) {
        bool done = job->listing ? work_on_listing(worker, job) : work_on_run(worker, job);
        worker_give(worker, job, done ? JOB_ENDED : JOB_PARKED);
    }
    return NULL;
}

static bool start_one(struct engine *engine, int index, struct err *err)
{
    struct worker *worker = &engine->workers[index];
    worker->engine = engine;
    worker->index = index;
    worker->graph = worker_graph(engine, err);
    if (!worker->graph) {
        return false;
    }
    pthread_attr_t attr;
    pthread_attr_init(&attr);
    pthread_attr_setstacksize(&attr, STACK_BYTES);
    worker->started = pthread_create(&worker->thread, &attr, worker_main, worker) == 0;
    pthread_attr_destroy(&attr);
    return worker->started || err_set(err, ERR_MEMORY, "engine: a worker thread cannot be started");
}

bool workers_start(struct engine *engine, struct err *err)
{
    for (int i = 0; i < engine->worker_count; i++) {
        if (!start_one(engine, i, err)) {
            return false;
        }
    }
    return true;
}

void workers_stop(struct engine *engine)
{
    for (int i = 0; i < engine->worker_count; i++) {
        if (engine->workers[i].graph) {
            graph_wakeup(engine->workers[i].graph);
        }
    }
    for (int i = 0; i < engine->worker_count; i++) {
        struct worker *worker = &engine->workers[i];
        if (worker->started) {
            pthread_join(worker->thread, NULL);
        }
        worker->started = false;
    }
}

void workers_destroy(struct engine *engine)
{
    for (int i = 0; i < engine->worker_count; i++) {
        graph_destroy(engine->workers[i].graph);
        engine->workers[i].graph = NULL;
    }
}

void worker_stir(struct engine *engine, const struct job *job)
{
    for (int i = 0; i < engine->worker_count; i++) {
        if (engine->workers[i].job == job && engine->workers[i].graph) {
            graph_wakeup(engine->workers[i].graph);
        }
    }
}
