/*
 * run: one sync of one account as a resumable state machine. It creates no thread and never blocks
 * on the network: sync_run_pump starts whatever may start now; answers come back through the graph
 * client's callbacks, inside graph_poll on the same thread.
 *
 *     run = sync_run_create(&deps, &plan, &err);
 *     while ((state = sync_run_pump(run, &pause)) != SYNC_DONE) {
 *         if (state == SYNC_ACTIVE)  graph_poll(graph, ms, &err);   at most until pause.at
 *         else                       nothing is in flight: sleep until pause.at, or park the run
 *     }
 *     sync_run_result(run); sync_run_destroy(run);
 *
 * Campaigns, ad sets, ads, insights and total are chains of pages side by side; what vanished is
 * read by id when the listings ended, the checksum is compared when insights and total did. A page
 * commits in one transaction with its cursor, its api_calls row, usage and ledger: a run destroyed,
 * killed or closed anywhere is continued by the next one from its cursors.
 *
 * One thread at a time owns a run. Memory does not grow with the account.
 */
#ifndef SYNC_RUN_H
#define SYNC_RUN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/rand.h"
#include "govern/gate.h"
#include "graph/graph.h"
#include "model/hold.h"
#include "model/run.h"
#include "sync/plan.h"

enum { DRIFT_EDGES_MAX = 8 };

struct config;
struct fx;
struct store;
struct sync_run;
struct tier_policy;

/* Where requests go: a graph client, or a script in tests. */
struct sync_net {
    void *ctx;
    bool (*send)(void *ctx, const struct graph_request *request, graph_done *done, void *done_ctx,
                 uint64_t *handle, struct err *err);
    bool (*cancel)(void *ctx, uint64_t handle);
};
struct sync_net sync_net_of(struct graph *graph);

/* Every call passes here; the engine answers for all runs, under its own lock. An admitted call is
 * followed by exactly one observe (it was answered, or failed) or release (never sent, cancelled).
 */
struct sync_gate {
    void *ctx;
    void (*admit)(void *ctx, const struct gate_call *call, struct gate_verdict *out);
    void (*observe)(void *ctx, const struct gate_call *call, const struct gate_outcome *outcome);
    void (*release)(void *ctx, const struct gate_call *call);
};

struct sync_deps {
    struct store *store; /* lent, as everything here */
    struct sync_net net;
    struct sync_gate gate;
    const struct clock *clock;
    const struct config *config;
    struct rand *rand;
    const struct fx *fx;             /* NULL = every currency counts 1:1 */
    const struct tier_policy *tiers; /* NULL = tiers are not recomputed */
};

enum sync_state {
    SYNC_ACTIVE,  /* something is in flight */
    SYNC_WAITING, /* nothing is in flight; go on at pause.at */
    SYNC_DONE
};

/* The chain that may go on first, and what holds it. */
struct sync_pause {
    int64_t at;              /* ms of adtop's clock; INT64_MAX: only an answer moves it on */
    enum hold_reason reason; /* HOLD_RUNNING when nothing is held */
    enum scope_kind scope;
    char scope_id[64];
    int64_t until;    /* when the hold ends, 0 = a person must act (then at = INT64_MAX) */
    char detail[512]; /* JSON: the figures behind it */
};

/* Opens the run's row. NULL: the store refused. */
struct sync_run *sync_run_create(const struct sync_deps *deps, const struct sync_plan *plan,
                                 struct err *err);
/* Cancels what is in flight. A run that is not done stays RUNNING in the store: close it first
 * unless the process is about to end. */
void sync_run_destroy(struct sync_run *run);

enum sync_state sync_run_pump(struct sync_run *run, struct sync_pause *pause);

/* Ends it with this status (CANCELLED, THROTTLED, FAILED); what is committed stays and the cursors
 * remain for the next run. Nothing when it is done. */
void sync_run_close(struct sync_run *run, enum run_status status, const char *why);
void sync_run_cancel(struct sync_run *run, const char *why);

/* Parked, a run holds no client; only in SYNC_WAITING. */
void sync_run_park(struct sync_run *run);
void sync_run_unpark(struct sync_run *run, const struct sync_net *net);

/* Figures so far; complete and final once done. */
const struct run *sync_run_result(const struct sync_run *run);
/* The error that ended or spoiled it: error_class tells token (AUTH), account (ACCESS) or request.
 * NULL = none. */
const struct api_error *sync_run_error(const struct sync_run *run);
int64_t sync_run_id(const struct sync_run *run);

/* What a run that is done found out about the data. */
struct sync_findings {
    bool compared;                        /* rows were held against the account's total */
    int mismatches;                       /* settled days that still differ */
    const char *drifted[DRIFT_EDGES_MAX]; /* edges whose shape changed; static names */
    size_t drifted_count;
};
void sync_run_findings(const struct sync_run *run, struct sync_findings *out);

#endif
