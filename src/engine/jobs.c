#include "engine/jobs.h"

#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "config/config.h"
#include "engine/accounts.h"
#include "engine/alerts.h"
#include "engine/gate.h"
#include "engine/limits.h"
#include "engine/pass.h"
#include "engine/policy.h"
#include "engine/record.h"
#include "engine/state.h"
#include "govern/spread.h"
#include "govern/tier_rule.h"
#include "store/actions.h"
#include "sync/accounts.h"
#include "sync/marks.h"

enum { BACKOFF_FIRST_MS = 60000, LISTING_RETRY_MS = 5000, LISTING_RETRY_MAX_MS = 600000 };

/* After the n-th failure in a row: doubling, at most the cadence. */
static int64_t backoff_ms(int64_t cadence_ms, int failures)
{
    int64_t wait = BACKOFF_FIRST_MS;
    for (int i = 1; i < failures && wait < cadence_ms; i++) {
        wait *= 2;
    }
    return wait < cadence_ms ? wait : cadence_ms;
}

static int64_t cadence_of(const struct engine *engine, const struct engine_account *slot)
{
    return tier_cadence_ms(&engine->tiers, slot->account.tier, slot->account.account_status);
}

static struct sync_deps deps_of(struct engine *engine, struct job *job)
{
    rand_seed(&job->rand, rand_entropy(), 1);
    return (struct sync_deps){.store = engine->store,
                              .gate = gate_of(engine),
                              .clock = &engine->clock,
                              .config = engine->config,
                              .rand = &job->rand,
                              .fx = engine->fx,
                              .tiers = &engine->tiers};
}

/* ---- start ---- */

static bool make_plan(struct engine *engine, struct engine_account *slot, struct sync_plan *plan,
                      struct err *err)
{
    struct plan_marks marks;
    struct plan_policy policy;
    struct plan_request request = {.automatic = true, .trigger = TRIGGER_SCHEDULE};
    if (slot->wish.wanted) {
        request = slot->wish.request;
    } else if (slot->account.last_synced_at == 0) {
        request.trigger = TRIGGER_STARTUP;
    }
    if (!slot->tz) {
        return err_set(err, ERR_CONFIG, "time zone '%s' is unknown here; install tzdata",
                       slot->account.timezone_name);
    }
    plan_policy_from_config(engine->config, &policy);
    if (!marks_load(engine->store, &slot->account, &policy, slot->tz, engine_now(engine), &marks,
                    err)) {
        return false;
    }
    pthread_mutex_lock(&engine->lock);
    governor_set_active_ads(engine->governor, slot->account.account_id, marks.active_ads);
    pthread_mutex_unlock(&engine->lock);
    struct plan_input input = {.account = &slot->account,
                               .marks = &marks,
                               .policy = &policy,
                               .request = &request,
                               .tz = slot->tz,
                               .now_ms = engine_now(engine)};
    plan_make(&input, plan);
    return true;
}

static bool fits_budget(struct engine *engine, struct engine_account *slot, double cost,
                        struct err *err)
{
    enum budget_who who = slot->wish.override_holds ? BUDGET_OVERRIDE
                          : slot->wish.wanted       ? BUDGET_OPERATOR
                                                    : BUDGET_SCHEDULE;
    struct budget_verdict verdict = {0};
    if (!limits_budget(engine, slot, cost, who, &verdict, err)) {
        return false;
    }
    slot->budget_held = !verdict.fits;
    slot->budget_until = verdict.until_ms;
    snprintf(slot->budget_detail, sizeof slot->budget_detail, "%s", verdict.detail);
    return true;
}

static void hold_back(struct engine *engine, struct engine_account *slot, const struct err *err)
{
    slot->failures++;
    slot->backoff_until = engine_now(engine) + backoff_ms(cadence_of(engine, slot), slot->failures);
    snprintf(slot->last_error, sizeof slot->last_error, "%.199s", err->message);
    record_log(engine, LOG_ERROR, slot->account.account_id, 0, "%s", err->message);
    pass_failed(engine, slot, err->message);
}

/* The wait from due to start ends here: the job's worker writes RUNNING from its own pump. */
static void hand_over(struct engine *engine, struct engine_account *slot, struct sync_run *run,
                      double estimate)
{
    struct job *job = &slot->job;
    pthread_mutex_lock(&engine->lock);
    job->run = run;
    job->run_id = sync_run_id(run);
    job->estimate = estimate;
    job->figures = *sync_run_result(run);
    job->started_at = engine_now(engine);
    job->cancel = false;
    job->state = JOB_READY;
    job->ready_at = clock_mono_us();
    pthread_cond_signal(&engine->work);
    pthread_mutex_unlock(&engine->lock);
    slot->wish.wanted = false;
    slot->wish.override_holds = false;
}

bool jobs_start(struct engine *engine, struct engine_account *slot)
{
    struct sync_plan plan = {0};
    struct err err = {0};
    if (!make_plan(engine, slot, &plan, &err) || !fits_budget(engine, slot, plan.cost, &err)) {
        hold_back(engine, slot, &err);
        return false;
    }
    if (slot->budget_held) {
        return false;
    }
    struct sync_deps deps = deps_of(engine, &slot->job);
    struct sync_run *run = sync_run_create(&deps, &plan, &err);
    if (!run) {
        hold_back(engine, slot, &err);
        return false;
    }
    engine->forced_streak = slot->wish.wanted ? engine->forced_streak + 1 : 0;
    hand_over(engine, slot, run, plan.cost);
    return true;
}

/* ---- end ---- */

static void judge_error(struct engine *engine, struct engine_account *slot,
                        const struct api_error *error)
{
    if (error && error->error_class == ERROR_ACCESS && error->reach == REACH_ACCOUNT) {
        slot->no_access = true;
    }
    slot->failures++;
    slot->backoff_until = engine_now(engine) + backoff_ms(cadence_of(engine, slot), slot->failures);
}

static void schedule_next(struct engine *engine, struct engine_account *slot, const struct run *run,
                          int64_t throttled_until)
{
    int64_t now = engine_now(engine);
    int64_t due = tier_next_due(&engine->tiers, slot->account.tier, slot->account.account_status,
                                run->started_at, &engine->rand);
    switch (run->status) {
    case RUN_SUCCESS:
    case RUN_PARTIAL:
        slot->failures = 0;
        slot->backoff_until = 0;
        slot->no_access = false;
        break;
    case RUN_THROTTLED: /* goes on from its cursors when the hold ends */
        due = throttled_until > now ? throttled_until : now;
        due += spread_offset_ms(slot->account.account_id, due, BACKOFF_FIRST_MS);
        break;
    case RUN_CANCELLED:
        due = engine->stopping ? now : due;
        break;
    case RUN_FAILED:
    case RUN_RUNNING:
    case RUN_STATUS_COUNT:
        due = now; /* its backoff says when */
        break;
    }
    accounts_set_due(engine, slot, due);
}

static void finish(struct engine *engine, struct engine_account *slot, int64_t throttled_until)
{
    struct job *job = &slot->job;
    struct run run = *sync_run_result(job->run);
    struct err err = {0};
    snprintf(slot->last_error, sizeof slot->last_error, "%.199s", run.error_message);
    if (run.status == RUN_FAILED) {
        judge_error(engine, slot, sync_run_error(job->run));
    }
    if (!accounts_refresh(engine, slot, &err)) {
        record_log(engine, LOG_ERROR, slot->account.account_id, run.run_id, "%s", err.message);
    }
    schedule_next(engine, slot, &run, throttled_until);
    slot->last_duration_ms = run.duration_ms;
    slot->last_run = run;
    slot->throttled_until = throttled_until;
    slot->seen_in_pass = true;
    enum log_level level = run.status == RUN_SUCCESS  ? LOG_INFO
                           : run.status == RUN_FAILED ? LOG_ERROR
                                                      : LOG_WARN;
    record_log(engine, level, slot->account.account_id, run.run_id, "%s %s%s%s",
               run_mode_name(run.mode), run_status_name(run.status),
               run.error_message[0] ? ": " : "", run.error_message);
    struct sync_run *ended = job->run;
    struct sync_findings findings;
    sync_run_findings(ended, &findings);
    alerts_run_ended(engine, slot->account.account_id, &findings);
    pthread_mutex_lock(&engine->lock);
    job->run = NULL;
    job->state = JOB_NONE;
    job->estimate = 0;
    pthread_mutex_unlock(&engine->lock);
    sync_run_destroy(ended);
}

/* Until when a parked run may wait, ms. A pass waits for quota only as long as it was told to; what
 * ends by itself (a report that is being made, a call that is tried again) it sees through. */
static int64_t patience(const struct engine *engine, const struct job *job)
{
    bool quota = hold_reason_is_quota(job->pause.reason) || job->pause.until == 0;
    return engine->pass && quota ? engine->pass->deadline
                                 : job->parked_since + engine->config->park_limit_ms;
}

/* Parked for longer than the limit, cancelled, or its wait over. */
static void look_at_parked(struct engine *engine, struct engine_account *slot, int free_slots)
{
    struct job *job = &slot->job;
    int64_t now = engine_now(engine);
    if (job->cancel) {
        sync_run_cancel(job->run, job->cancel_why);
        finish(engine, slot, 0);
    } else if (job->wake_at == INT64_MAX || job->wake_at > patience(engine, job)) {
        char why[160];
        snprintf(why, sizeof why, "held by %s %s", hold_reason_text(job->pause.reason),
                 job->wake_at == INT64_MAX ? "until a person acts"
                 : engine->pass            ? "for longer than --wait"
                                           : "for longer than the park limit");
        slot->throttle = job->pause;
        sync_run_close(job->run, RUN_THROTTLED, why);
        finish(engine, slot, job->pause.until);
    } else if (job->wake_at <= now && free_slots > 0) {
        pthread_mutex_lock(&engine->lock);
        job->state = JOB_READY;
        job->ready_at = clock_mono_us();
        pthread_cond_signal(&engine->work);
        pthread_mutex_unlock(&engine->lock);
    }
}

enum job_state jobs_state(struct engine *engine, const struct job *job)
{
    pthread_mutex_lock(&engine->lock);
    enum job_state state = job->state;
    pthread_mutex_unlock(&engine->lock);
    return state;
}

int jobs_unparked(const struct engine *engine)
{
    int count = 0;
    for (size_t i = 0; i < engine->account_count; i++) {
        enum job_state state = engine->accounts[i]->job.state;
        count += state == JOB_READY || state == JOB_ACTIVE;
    }
    return count;
}

static int free_slots(struct engine *engine)
{
    pthread_mutex_lock(&engine->lock);
    int free = engine->worker_count - jobs_unparked(engine);
    pthread_mutex_unlock(&engine->lock);
    return free;
}

static void end_listing(struct engine *engine)
{
    struct job *job = &engine->listing;
    struct err err = {0};
    struct arena *arena = arena_create(65536);
    const struct api_error *error = accounts_sync_error(job->listing);
    int64_t now = engine_now(engine);
    if (error) {
        int64_t wait = LISTING_RETRY_MS
                       << (engine->listing_failures < 7 ? engine->listing_failures : 7);
        engine->listing_failures++;
        engine->listing_due = now + (wait < LISTING_RETRY_MAX_MS ? wait : LISTING_RETRY_MAX_MS);
        record_log(engine, LOG_ERROR, NULL, 0, "the accounts cannot be listed: %s", error->message);
    } else {
        engine->listing_failures = 0;
        engine->listed_at = now;
        engine->listing_due = now + engine->config->accounts_every_ms;
    }
    /* What was listed before an error counts too. */
    if (!arena || !accounts_load(engine, arena, &err)) {
        record_log(engine, LOG_ERROR, NULL, 0, "accounts: %s", err.message);
    }
    arena_destroy(arena);
    pass_listed(engine, error);
    pthread_mutex_lock(&engine->lock);
    struct accounts_sync *ended = job->listing;
    job->listing = NULL;
    job->state = JOB_NONE;
    pthread_mutex_unlock(&engine->lock);
    accounts_sync_destroy(ended);
}

void jobs_reap(struct engine *engine)
{
    if (jobs_state(engine, &engine->listing) == JOB_ENDED) {
        end_listing(engine);
    }
    for (size_t i = 0; i < engine->account_count; i++) {
        struct engine_account *slot = engine->accounts[i];
        enum job_state state = jobs_state(engine, &slot->job);
        if (state == JOB_ENDED) {
            finish(engine, slot, 0);
        } else if (state == JOB_PARKED) {
            look_at_parked(engine, slot, free_slots(engine));
        }
    }
}

void jobs_listing(struct engine *engine)
{
    struct job *job = &engine->listing;
    int64_t now = engine_now(engine);
    enum job_state state = jobs_state(engine, job);
    if (state == JOB_PARKED && job->wake_at <= now) {
        pthread_mutex_lock(&engine->lock);
        job->state = JOB_READY;
        pthread_cond_signal(&engine->work);
        pthread_mutex_unlock(&engine->lock);
    }
    if (state != JOB_NONE || engine->listing_due > now || gate_token(engine).invalid) {
        return;
    }
    struct err err = {0};
    struct sync_deps deps = deps_of(engine, job);
    struct accounts_sync *listing = accounts_sync_create(&deps, &err);
    if (!listing) {
        engine->listing_due = now + LISTING_RETRY_MAX_MS;
        record_log(engine, LOG_ERROR, NULL, 0, "accounts: %s", err.message);
        return;
    }
    pthread_mutex_lock(&engine->lock);
    job->listing = listing;
    job->state = JOB_READY;
    pthread_cond_signal(&engine->work);
    pthread_mutex_unlock(&engine->lock);
}

void jobs_close(struct engine *engine)
{
    for (size_t i = 0; i < engine->account_count; i++) {
        struct engine_account *slot = engine->accounts[i];
        if (slot->job.run) {
            sync_run_close(slot->job.run, RUN_CANCELLED,
                           "the engine stopped; the next run goes on");
            finish(engine, slot, 0);
        }
    }
    accounts_sync_destroy(engine->listing.listing);
    engine->listing.listing = NULL;
    engine->listing.state = JOB_NONE;
}

int64_t jobs_next(const struct engine *engine)
{
    int64_t next = engine->listing.state == JOB_NONE     ? engine->listing_due
                   : engine->listing.state == JOB_PARKED ? engine->listing.wake_at
                                                         : INT64_MAX;
    for (size_t i = 0; i < engine->account_count; i++) {
        const struct job *job = &engine->accounts[i]->job;
        if (job->state == JOB_PARKED && job->wake_at < next) {
            next = job->wake_at;
        }
    }
    return next;
}
