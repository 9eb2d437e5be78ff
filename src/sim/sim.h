/*
 * sim: adtop-sim, a Graph / Marketing API on loopback that behaves as reference/graph-api.md says.
 *
 *   world/    the data: accounts, entities, insights
 *   limit/    the limiters and the usage headers
 *   net/      HTTP, requests, replies
 *   api/      versions, tokens, routes, listings, insights, reports, batches
 *   drill/    faults, scenarios
 *   control/  /sim/...: truth, stats, limits, clock, faults, mutations, saved state
 *
 * Threads: one per connection. The world is used under world_lock; everything else locks itself.
 */
#ifndef SIM_SIM_H
#define SIM_SIM_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/err.h"
#include "model/usage.h"
#include "sim/limit/meter.h"
#include "sim/world/world.h"
#include "sim/world/world_insight.h"

struct faults;
struct reports;
struct request;
struct reply;
struct scenario;
struct server;
struct stats;

struct sim_options {
    int port;
    uint64_t seed;
    uint32_t scale, big_account, evolution_pct;
    enum access_tier tier;
    double limits_scale;
    int64_t latency_ms;
    struct clock clock;
    int64_t base_ms; /* 0 = the clock's anchor, or now */
    const char *scenario, *state;
    const char *app_secret, *token; /* NULL = none configured */
    bool require_proof, exit_on_eof;
    unsigned given; /* bit per option that was on the command line: it wins over the scenario */
};

/* What is asked of an account on every call, kept so that it costs nothing. */
struct sim_account {
    uint64_t id;
    char number[24];     /* without act_ */
    char account_id[32]; /* with it */
    /* guarded by world_lock */
    int64_t counted_ms, counted_real_ms; /* when active_ads was */
    int64_t active_ads;
    int64_t reach_day; /* since the epoch, and how many of its reports were granted reach */
    int reach_count;
};

struct sim {
    struct sim_options options;
    struct clock clock;
    int64_t start_ms; /* simulated */
    pthread_mutex_t world_lock;
    /* guarded by world_lock */
    struct world *world;
    char base_url[64]; /* of next links; known once the server has its port */
    uint32_t account_count;
    struct sim_account *accounts;
    struct meter *meter;
    struct faults *faults;
    struct stats *stats;
    struct reports *reports;
    struct scenario *scenario;
    _Atomic int64_t latency_ms;
};

struct sim *sim_create(const struct sim_options *options, struct err *err);
void sim_destroy(struct sim *sim);
/* The server's handler; ctx is the sim. */
void sim_handle(void *ctx, struct server *server, struct request *request, struct reply *reply);
int64_t sim_now(const struct sim *sim);
/* Active ads of an account, at most a simulated minute old. Takes world_lock. */
int64_t sim_active_ads(struct sim *sim, int account, int64_t now_ms);
/* Reports on reach by breakdown older than 13 months: ten an account and day (reference 1.1). How
 * many the day has had; with grant one more, -1 = refused. */
enum { SIM_REACH_REPORTS = 10 };
int sim_reach_reports(struct sim *sim, int account, int64_t now_ms, bool grant);
/* Index of "act_<n>" or "<n>", -1 = none. */
int sim_find_account(const struct sim *sim, const char *text);
void sim_lock(struct sim *sim);
void sim_unlock(struct sim *sim);

#endif
