#include "sync/run.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/log.h"
#include "store/runs.h"
#include "sync/keep.h"
#include "sync/parts.h"

enum { PAGE_ARENA = 256 * 1024 };

static bool send_graph(void *ctx, const struct graph_request *request, graph_done *done,
                       void *done_ctx, uint64_t *handle, struct err *err)
{
    return graph_send(ctx, request, done, done_ctx, handle, err);
}

static bool cancel_graph(void *ctx, uint64_t handle)
{
    return graph_cancel(ctx, handle);
}

struct sync_net sync_net_of(struct graph *graph)
{
    return (struct sync_net){.ctx = graph, .send = send_graph, .cancel = cancel_graph};
}

/* ---- life
 * ---------------------------------------------------------------------------------------- */

static struct chain *add_chain(struct sync_run *run, const struct chain_ops *ops)
{
    struct chain *chain = &run->chains[run->chain_count++];
    chain_init(chain, run, ops);
    return chain;
}

static bool create_chains(struct sync_run *run, struct err *err)
{
    const struct sync_plan *plan = &run->plan;
    for (int kind = 0; kind < ENTITY_KIND_COUNT; kind++) {
        if (plan->listing[kind].how != LISTING_NONE &&
            !listing_create(add_chain(run, &listing_ops[kind]), (enum entity_kind)kind,
                            &plan->listing[kind], err)) {
            return false;
        }
    }
    for (size_t i = 0; i < plan->insights_count; i++) {
        if (!insights_create(add_chain(run, &insights_ops), &plan->insights[i], err)) {
            return false;
        }
    }
    if (plan->total) {
        struct plan_insights total = {.level = LEVEL_ACCOUNT, .limit = run->policy.insight_limit};
        run->total = add_chain(run, &insights_ops);
        if (!insights_create(run->total, &total, err)) {
            return false;
        }
    }
    run->nodes = add_chain(run, &nodes_ops);
    nodes_create(run->nodes);
    return true;
}

static void open_row(struct sync_run *run)
{
    struct run *row = &run->run;
    memcpy(row->account_id, run->plan.account_id, sizeof row->account_id);
    row->mode = run->plan.mode;
    row->trigger = run->plan.trigger;
    row->status = RUN_RUNNING;
    row->started_at = run_now(run);
    row->estimated_cost = run->plan.cost;
}

struct sync_run *sync_run_create(const struct sync_deps *deps, const struct sync_plan *plan,
                                 struct err *err)
{
    struct sync_run *run = calloc(1, sizeof *run);
    if (!run) {
        err_set(err, ERR_MEMORY, "run: out of memory");
        return NULL;
    }
    run->deps = *deps;
    run->plan = *plan;
    run->began_us = clock_mono_us();
    plan_policy_from_config(deps->config, &run->policy);
    run->page = arena_create(PAGE_ARENA);
    open_row(run);
    if (!run->page || !store_run_create(deps->store, &run->run, err) || !create_chains(run, err)) {
        if (run->run.run_id) {
            run_fail_local(run, err);
            sync_run_close(run, RUN_FAILED, err->message);
        }
        sync_run_destroy(run);
        return NULL;
    }
    return run;
}

void sync_run_destroy(struct sync_run *run)
{
    if (!run) {
        return;
    }
    for (size_t i = 0; i < run->chain_count; i++) {
        chain_cancel(&run->chains[i]);
        chain_fini(&run->chains[i]);
    }
    if (run->nodes) {
        nodes_fini(run->nodes);
    }
    arena_destroy(run->page);
    free(run);
}

/* ---- going on
 * ------------------------------------------------------------------------------------ */

static bool all_over(const struct sync_run *run)
{
    for (size_t i = 0; i < run->chain_count; i++) {
        if (!chain_over(&run->chains[i])) {
            return false;
        }
    }
    return true;
}

static size_t in_flight(const struct sync_run *run)
{
    size_t count = 0;
    for (size_t i = 0; i < run->chain_count; i++) {
        count += run->chains[i].state == CHAIN_FLYING;
    }
    return count;
}

static void stop_chains(struct sync_run *run)
{
    for (size_t i = 0; i < run->chain_count; i++) {
        chain_cancel(&run->chains[i]);
        if (!chain_over(&run->chains[i])) {
            run->chains[i].state = CHAIN_FAILED;
        }
    }
}

/* What the listings left open is looked up by id; then the checksum; then nothing is left. */
static bool next_phase(struct sync_run *run)
{
    if (!run->nodes_begun) {
        run->nodes_begun = true;
        run->nodes->state = CHAIN_READY;
        return true;
    }
    if (run->total && !run->checked) {
        bool again = checksum_compare(run);
        run->checked = !again;
        return again;
    }
    return false;
}

static void start_chains(struct sync_run *run, struct sync_pause *pause)
{
    int64_t now = run_now(run);
    memset(pause, 0, sizeof *pause);
    pause->at = INT64_MAX;
    pause->reason = HOLD_RUNNING;
    for (size_t i = 0; i < run->chain_count && !run->fatal; i++) {
        chain_start(&run->chains[i], now, pause);
    }
}

enum sync_state sync_run_pump(struct sync_run *run, struct sync_pause *pause)
{
    if (run->done) {
        return SYNC_DONE;
    }
    do {
        start_chains(run, pause);
        if (run->fatal) {
            stop_chains(run);
            break;
        }
    } while (all_over(run) && next_phase(run));
    if (run->fatal || all_over(run)) {
        run_finish(run);
        run->done = true;
        return SYNC_DONE;
    }
    return in_flight(run) > 0 ? SYNC_ACTIVE : SYNC_WAITING;
}

/* ---- from outside
 * -------------------------------------------------------------------------------- */

void sync_run_close(struct sync_run *run, enum run_status status, const char *why)
{
    struct err err = {0};
    if (run->done) {
        return;
    }
    stop_chains(run);
    run->run.status = status;
    run->run.finished_at = run_now(run);
    run->run.duration_ms = (clock_mono_us() - run->began_us) / 1000;
    snprintf(run->run.error_message, sizeof run->run.error_message, "%s", why);
    run->done = true;
    if (!store_run_finish(run->deps.store, &run->run, &err)) {
        log_write(LOG_ERROR, "sync", "%s: %s", run->plan.account_id, err.message);
    }
}

void sync_run_cancel(struct sync_run *run, const char *why)
{
    sync_run_close(run, RUN_CANCELLED, why);
}

void sync_run_park(struct sync_run *run)
{
    run->parked = true;
    memset(&run->deps.net, 0, sizeof run->deps.net);
}

void sync_run_unpark(struct sync_run *run, const struct sync_net *net)
{
    run->parked = false;
    run->deps.net = *net;
}

const struct run *sync_run_result(const struct sync_run *run)
{
    return &run->run;
}

const struct api_error *sync_run_error(const struct sync_run *run)
{
    return run->error.error_class == ERROR_NONE ? NULL : &run->error;
}

int64_t sync_run_id(const struct sync_run *run)
{
    return run->run.run_id;
}

/* A member nobody asked for changes nothing for us: ignored and counted, not found. */
void sync_run_findings(const struct sync_run *run, struct sync_findings *out)
{
    *out = (struct sync_findings){.compared = run->checked, .mismatches = (int)run->mismatches};
    for (size_t i = 0; i < run->drift.count; i++) {
        const struct drift_line *line = &run->drift.lines[i];
        const char *edge = edge_name(line->edge);
        bool known = line->kind == DRIFT_UNKNOWN;
        for (size_t k = 0; k < out->drifted_count; k++) {
            known = known || strcmp(out->drifted[k], edge) == 0;
        }
        if (!known && out->drifted_count < DRIFT_EDGES_MAX) {
            out->drifted[out->drifted_count++] = edge;
        }
    }
}
