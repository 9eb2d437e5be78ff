/*
 * state: the inside of the engine, shared by its files and by nobody else.
 *
 * One lock guards what scheduler and workers share; it is held for moments, never over I/O, a store
 * call or another lock. A job belongs to the worker that has it between worker_take and
 * worker_give; at all other times to the scheduler.
 */
#ifndef ENGINE_STATE_H
#define ENGINE_STATE_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/rand.h"
#include "engine/engine.h"
#include "engine/inbox.h"
#include "engine/pass.h"
#include "govern/alert_rules.h"
#include "govern/fx.h"
#include "govern/governor.h"
#include "govern/tier_rule.h"
#include "model/account.h"
#include "model/hold.h"
#include "model/run.h"
#include "sync/plan.h"
#include "sync/run.h"

enum { WORKERS_MAX = 32, WATCHES_MAX = 512 };

struct accounts_sync;
struct config;
struct graph;
struct limiter_row;
struct secret;
struct store;
struct store_reader;
struct tz;

/* What an operator asked for; it waits until a run takes it. */
struct wish {
    bool wanted;
    struct plan_request request;
    bool override_holds;
    int64_t asked_at;
    int64_t action_id;
};

/* What the API last said of the token. */
struct token_state {
    bool invalid;
    char error[200];
};

enum job_state { JOB_NONE, JOB_READY, JOB_ACTIVE, JOB_PARKED, JOB_ENDED };

struct job {
    /* guarded by lock */
    enum job_state state;
    int64_t ready_at;   /* real monotonic us: the order in which workers take them */
    struct run figures; /* so far */
    bool cancel;        /* asked to end */
    char cancel_why[200];
    /* owned by worker or scheduler, see above */
    struct sync_run *run;          /* NULL for the listing of accounts */
    struct accounts_sync *listing; /* NULL for a run */
    struct rand rand;
    int64_t wake_at; /* of a parked one, ms */
    int64_t parked_since;
    struct sync_pause pause; /* why it is parked */
    /* owned by the scheduler */
    int64_t run_id;
    int64_t started_at;
    double estimate; /* weighted units, reserved in the budget */
};

/* Owned by the scheduler, but for job. */
struct engine_account {
    struct account account; /* name owned */
    struct tz *tz;
    int64_t due_at;
    int64_t backoff_until;
    int failures;
    char last_error[200];
    bool no_access;
    struct wish wish;
    struct job job;
    bool budget_held;
    int64_t budget_until;
    char budget_detail[256];
    struct gate_verdict verdict; /* of its next call, as last looked at */
    int queue_position;
    int64_t expected_start;
    struct hold hold; /* the open interval row */
    int64_t last_duration_ms;
    struct run last_run;        /* its last run here, as it ended */
    int64_t throttled_until;    /* of a THROTTLED one: when it could go on */
    struct sync_pause throttle; /* and what it was held by */
    bool in_pass, seen_in_pass; /* of a foreground pass; its run has ended */
};

struct worker {
    struct engine *engine;
    pthread_t thread;
    bool started;
    int index;
    struct graph *graph; /* owned by its thread; graph_wakeup from any */
    struct job *job;     /* guarded by lock; NULL = idle */
};

/* An alert rule over one subject. */
struct alert_watch {
    int kind; /* enum alert_kind */
    char subject[80];
    struct alert_state state;
};

struct engine {
    /* set by engine_create, then read-only */
    const struct config *config;
    struct clock clock;
    const struct secret *token, *app_secret;
    char state_dir[2048];
    int lock_fd;
    bool demo;
    struct store *store; /* has a lock of its own */
    int64_t engine_id;   /* its row */
    int64_t started_at;
    struct fx *fx;
    struct tier_policy tiers;
    bool crashed_before; /* an engine before this one has no end */
    int worker_count;

    pthread_mutex_t lock;
    pthread_cond_t work; /* a job became ready, or stop */
    pthread_cond_t tick; /* the scheduler has something to look at */
    /* guarded by lock */
    struct governor *governor;
    struct engine_account **accounts; /* changed by the scheduler alone, under the lock */
    size_t account_count, account_cap;
    struct job listing; /* the listing of accounts, a job of its own */
    struct token_state token_state;
    bool reached; /* the API answered at least once */
    char last_network_error[400];
    bool stopping;
    bool stirred; /* tick was signalled */
    struct worker workers[WORKERS_MAX];
    struct pass *pass; /* foreground pass under way, NULL otherwise; set before the threads */

    /* owned by the scheduler */
    struct store_reader *reader; /* for what takes long: nobody waits for it */
    pthread_t scheduler;
    bool scheduler_started;
    struct rand rand;
    int forced_streak; /* forced runs started in a row */
    int64_t listed_at, listing_due;
    int listing_failures;
    struct limiter_row *limiters; /* as last written */
    size_t limiter_count, limiter_cursor;
    int64_t heartbeat_at, limiters_at; /* real monotonic ms of the last ones */
    int64_t upkeep_at;                 /* adtop's time */
    struct alert_watch watches[WATCHES_MAX];
    size_t watch_count;
    double spent_before; /* of the budget, at spent_at of spent_day */
    int64_t spent_at;
    int32_t spent_day;
    struct call_health usual; /* how calls went before the last minutes, as of usual_at */
    int64_t usual_at;

    struct inbox inbox;
    const char *stop_why; /* for the engine row */
    int stop_fd;          /* eventfd: ends the control loop */
    atomic_bool stop_asked;
};

int64_t engine_now(const struct engine *engine);
/* Stirs the scheduler. Any thread; the lock may not be held. */
void engine_wake(void *ctx);
/* Index of an account id, or -1. Scheduler, or with the lock. */
long engine_find(const struct engine *engine, const char *account_id);

#endif
