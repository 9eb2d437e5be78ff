#include "sim/sim.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/api/reports.h"
#include "sim/api/serve.h"
#include "sim/control/control.h"
#include "sim/control/state.h"
#include "sim/control/stats.h"
#include "sim/drill/fault.h"
#include "sim/drill/scenario.h"
#include "sim/limit/rates.h"
#include "sim/net/reply.h"
#include "sim/net/request.h"
#include "sim/net/server.h"

/* Active ads move quotas slowly: counting them costs a walk over the account. */
enum { RECOUNT_MS = 60000, RECOUNT_REAL_MS = 3000 };

static bool sim_create_accounts(struct sim *sim, struct err *err)
{
    sim->account_count = world_account_count(sim->world);
    sim->accounts = calloc(sim->account_count, sizeof *sim->accounts);
    if (sim->accounts == NULL) {
        return err_set(err, ERR_MEMORY, "out of memory");
    }
    for (uint32_t i = 0; i < sim->account_count; i++) {
        struct world_account account;
        struct sim_account *entry = &sim->accounts[i];
        world_account(sim->world, i, sim->start_ms, &account);
        entry->id = account.id;
        snprintf(entry->number, sizeof entry->number, "%llu", (unsigned long long)account.id);
        snprintf(entry->account_id, sizeof entry->account_id, "act_%s", entry->number);
    }
    return true;
}

static bool sim_create_parts(struct sim *sim, struct err *err)
{
    const struct sim_options *options = &sim->options;
    struct rates rates = rates_of(options->tier, options->limits_scale);
    struct world_config config = {.seed = options->seed,
                                  .scale = options->scale,
                                  .big_account = options->big_account,
                                  .base_ms = options->base_ms,
                                  .evolution_pct = options->evolution_pct};
    if (config.base_ms == 0) {
        config.base_ms = sim->clock.anchor_ms > 0 ? sim->clock.anchor_ms : sim->start_ms;
    }
    sim->world = world_create(&config, err);
    if (sim->world == NULL || !sim_create_accounts(sim, err)) {
        return false;
    }
    sim->meter = meter_create(sim->account_count, &rates, options->tier);
    sim->faults = faults_create(options->seed);
    sim->stats = stats_create(sim->account_count);
    sim->reports = reports_create(options->seed);
    if (sim->meter == NULL || sim->faults == NULL || sim->stats == NULL || sim->reports == NULL) {
        return err_set(err, ERR_MEMORY, "out of memory");
    }
    return true;
}

struct sim *sim_create(const struct sim_options *options, struct err *err)
{
    struct sim *sim = calloc(1, sizeof *sim);
    if (sim == NULL) {
        err_set(err, ERR_MEMORY, "out of memory");
        return NULL;
    }
    /* Objects inside objects (insights of the ads of a campaign) take the lock again. */
    pthread_mutexattr_t attr;
    pthread_mutexattr_init(&attr);
    pthread_mutexattr_settype(&attr, PTHREAD_MUTEX_RECURSIVE);
    pthread_mutex_init(&sim->world_lock, &attr);
    pthread_mutexattr_destroy(&attr);
    sim->options = *options;
    bool ok = true;
    if (options->scenario != NULL) {
        sim->scenario = scenario_load(options->scenario, err);
        ok = sim->scenario != NULL && scenario_options(sim->scenario, &sim->options, err);
    }
    sim->clock = sim->options.clock;
    sim->start_ms = clock_now_ms(&sim->clock);
    atomic_store(&sim->latency_ms, sim->options.latency_ms);
    ok = ok && sim_create_parts(sim, err) && (options->state == NULL || state_load(sim, err)) &&
         (sim->scenario == NULL || scenario_start(sim->scenario, sim, err));
    if (!ok) {
        sim_destroy(sim);
        return NULL;
    }
    return sim;
}

void sim_destroy(struct sim *sim)
{
    if (sim == NULL) {
        return;
    }
    scenario_destroy(sim->scenario);
    reports_destroy(sim->reports);
    stats_destroy(sim->stats);
    faults_destroy(sim->faults);
    meter_destroy(sim->meter);
    free(sim->accounts);
    world_destroy(sim->world);
    pthread_mutex_destroy(&sim->world_lock);
    free(sim);
}

void sim_handle(void *ctx, struct server *server, struct request *request, struct reply *reply)
{
    struct sim *sim = ctx;
    if (strncmp(request->path, "/sim/", 5) == 0) {
        control_serve(sim, request, reply);
        return;
    }
    scenario_advance(sim->scenario, sim, sim_now(sim));
    stats_begin(sim->stats, request->token_place == TOKEN_URL);
    serve_call(sim, request, reply);
    server_sleep(server, atomic_load(&sim->latency_ms) + reply->latency_ms);
    if (reply->refused != LIMITER_NONE) {
        meter_tell(sim->meter, (enum limiter)reply->refused, reply->refused_account);
    }
    stats_account_end(sim->stats, reply->account);
    stats_end(sim->stats);
}

int64_t sim_now(const struct sim *sim)
{
    return clock_now_ms(&sim->clock);
}

int64_t sim_active_ads(struct sim *sim, int account, int64_t now_ms)
{
    struct sim_account *entry = &sim->accounts[account];
    int64_t real_ms = clock_mono_ms();
    sim_lock(sim);
    bool stale = now_ms - entry->counted_ms >= RECOUNT_MS || now_ms < entry->counted_ms;
    if (entry->counted_ms == 0 || (stale && real_ms - entry->counted_real_ms >= RECOUNT_REAL_MS)) {
        struct world_counts counts;
        world_truth_counts(sim->world, (uint32_t)account, now_ms, &counts);
        entry->active_ads = counts.n[ENTITY_AD][WORLD_EFF_ACTIVE];
        entry->counted_ms = now_ms;
        entry->counted_real_ms = real_ms;
    }
    int64_t active = entry->active_ads;
    sim_unlock(sim);
    return active;
}

int sim_reach_reports(struct sim *sim, int account, int64_t now_ms, bool grant)
{
    struct sim_account *entry = &sim->accounts[account];
    sim_lock(sim);
    if (entry->reach_day != now_ms / 86400000) {
        entry->reach_day = now_ms / 86400000;
        entry->reach_count = 0;
    }
    bool refused = grant && entry->reach_count >= SIM_REACH_REPORTS;
    entry->reach_count += grant && !refused ? 1 : 0;
    int count = refused ? -1 : entry->reach_count;
    sim_unlock(sim);
    return count;
}

int sim_find_account(const struct sim *sim, const char *text)
{
    for (uint32_t i = 0; i < sim->account_count; i++) {
        if (strcmp(sim->accounts[i].account_id, text) == 0 ||
            strcmp(sim->accounts[i].number, text) == 0) {
            return (int)i;
        }
    }
    return -1;
}

void sim_lock(struct sim *sim)
{
    pthread_mutex_lock(&sim->world_lock);
}

void sim_unlock(struct sim *sim)
{
    pthread_mutex_unlock(&sim->world_lock);
}
