#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "graph/retry.h"
#include "sync/keep.h"
#include "sync/parts.h"

int64_t run_now(const struct sync_run *run)
{
    return clock_now_ms(run->deps.clock);
}

void chain_init(struct chain *chain, struct sync_run *run, const struct chain_ops *ops)
{
    memset(chain, 0, sizeof *chain);
    chain->run = run;
    chain->ops = ops;
    chain->state = CHAIN_READY;
    ask_init(&chain->ask);
}

void chain_fini(struct chain *chain)
{
    ask_fini(&chain->ask);
}

bool chain_over(const struct chain *chain)
{
    return chain->state == CHAIN_DONE || chain->state == CHAIN_FAILED || chain->state == CHAIN_OFF;
}

void chain_cancel(struct chain *chain)
{
    if (chain->state != CHAIN_FLYING) {
        return;
    }
    chain->run->deps.net.cancel(chain->run->deps.net.ctx, chain->handle);
    chain->run->deps.gate.release(chain->run->deps.gate.ctx, &chain->call);
    chain->state = CHAIN_READY;
}

/* ---- failing ----------------------------------------------------------------------------------
 */

void run_fail(struct sync_run *run, const struct api_error *error)
{
    if (run->error.error_class == ERROR_NONE || (!run->fatal && error->reach != REACH_REQUEST)) {
        run->error = *error;
    }
    run->fatal = true;
}

static void error_of(const struct err *err, struct api_error *out)
{
    memset(out, 0, sizeof *out);
    out->error_class = ERROR_PERMANENT;
    snprintf(out->message, sizeof out->message, "%.399s", err->message);
}

void run_fail_local(struct sync_run *run, const struct err *err)
{
    struct api_error error;
    error_of(err, &error);
    run->local = err->code;
    run_fail(run, &error);
}

/* The token, or the account as such: no other call of this run can succeed. */
static bool is_fatal(const struct api_error *error)
{
    if (error->error_class == ERROR_AUTH) {
        return true;
    }
    return error->error_class == ERROR_ACCESS && error->reach != REACH_REQUEST &&
           error->reach != REACH_SCOPE;
}

void chain_fail(struct chain *chain, const struct api_error *error)
{
    struct sync_run *run = chain->run;
    chain->state = CHAIN_FAILED;
    chain->error = *error;
    if (is_fatal(error)) {
        run_fail(run, error);
    } else if (run->error.error_class == ERROR_NONE) {
        run->error = *error;
    }
    log_write(LOG_WARN, "sync", "%s: %s: %s", run->plan.account_id, chain->ops->name,
              error->message);
}

void chain_fail_local(struct chain *chain, const struct err *err)
{
    struct api_error error;
    error_of(err, &error);
    chain_fail(chain, &error);
    run_fail_local(chain->run, err);
}

/* ---- sending ----------------------------------------------------------------------------------
 */

static bool is_insights(const struct chain *chain)
{
    return chain->ops == &insights_ops;
}

static void on_answer(void *ctx, const struct graph_result *result)
{
    struct chain *chain = ctx;
    struct sync_run *run = chain->run;
    int64_t now_us = clock_mono_us();
    struct gate_outcome outcome = {.ok = result->ok,
                                   .readings = result->usage.readings,
                                   .count = result->usage.count,
                                   .server_ms = result->server_ms,
                                   .bytes = result->bytes};

    if (!result->ok) {
        outcome.error = result->error;
    }
    if (chain->ops->outcome) {
        chain->ops->outcome(chain, result, &outcome);
    }
    run->deps.gate.observe(run->deps.gate.ctx, &chain->call, &outcome);
    chain->state = CHAIN_READY;
    chain->handle = 0;
    run->run.bytes += result->bytes;
    *(is_insights(chain) ? &run->insight_last_us : &run->entity_last_us) = now_us;
    chain->ops->answer(chain, result);
}

static void note_send(struct chain *chain, const struct graph_request *request)
{
    struct sync_run *run = chain->run;
    int64_t now_us = clock_mono_us();
    int64_t *first = is_insights(chain) ? &run->insight_first_us : &run->entity_first_us;

    run->run.api_calls += chain->call.items;
    run->run.actual_cost += chain->call.cost;
    if (call_class_is_insights(request->call_class)) {
        run->run.insights_called++;
    }
    if (*first == 0) {
        *first = now_us;
    }
}

/* Pages that load made smaller are told with what holds them: the detail is a JSON object. */
static void note_page(struct sync_pause *pause, const struct chain *chain)
{
    const struct insights_part *part = &chain->as.insights;
    size_t used = strlen(pause->detail);
    if (is_insights(chain) && part->fit.light > 0 && part->paging && used > 2 &&
        used + 48 < sizeof pause->detail) {
        snprintf(pause->detail + used - 1, sizeof pause->detail - used + 1,
                 ",\"page_rows\":%d,\"page_rows_usual\":%d}", chain->pager.limit, part->plan.limit);
    }
}

static void note_pause(struct sync_pause *pause, const struct chain *chain)
{
    const struct gate_verdict *v = &chain->verdict;
    int64_t at = !chain->held ? chain->not_before : v->until_ms ? v->until_ms : INT64_MAX;
    if (at >= pause->at && pause->reason != HOLD_RUNNING) {
        return;
    }
    memset(pause, 0, sizeof *pause);
    pause->at = at;
    if (!chain->held) {
        pause->reason = HOLD_BACKOFF;
        pause->until = at;
        snprintf(pause->detail, sizeof pause->detail, "{\"chain\":\"%s\"}", chain->ops->name);
        return;
    }
    pause->reason = v->reason;
    pause->scope = v->scope;
    pause->until = v->until_ms;
    memcpy(pause->scope_id, v->scope_id, sizeof pause->scope_id);
    memcpy(pause->detail, v->detail, sizeof pause->detail);
    note_page(pause, chain);
}

static bool admit(struct chain *chain, const struct graph_request *request)
{
    struct sync_run *run = chain->run;
    struct gate_call *call = &chain->call;
    memset(call, 0, sizeof *call);
    call->call_class = request->call_class;
    call->items = request->items > 0 ? request->items : 1;
    call->cost = plan_call_cost(&run->policy, &run->plan, request->call_class) * call->items;
    call->critical = run->plan.critical;
    call->run_id = run->run.run_id;
    memcpy(call->account_id, run->plan.account_id, sizeof call->account_id);
    run->deps.gate.admit(run->deps.gate.ctx, call, &chain->verdict);
    chain->held = !chain->verdict.go;
    return chain->verdict.go;
}

void chain_start(struct chain *chain, int64_t now_ms, struct sync_pause *pause)
{
    struct sync_run *run = chain->run;
    struct graph_request request;
    struct err err = {0};

    if (chain->state != CHAIN_READY) {
        return;
    }
    chain->held = false;
    if (chain->not_before > now_ms) {
        note_pause(pause, chain);
        return;
    }
    if (!chain->ops->prepare(chain, &request)) {
        return;
    }
    if (!admit(chain, &request)) {
        note_pause(pause, chain);
        return;
    }
    chain->not_before = 0;
    if (!run->deps.net.send(run->deps.net.ctx, &request, on_answer, chain, &chain->handle, &err)) {
        run->deps.gate.release(run->deps.gate.ctx, &chain->call);
        chain_fail_local(chain, &err);
        return;
    }
    chain->state = CHAIN_FLYING;
    note_send(chain, &request);
}

/* ---- answers that are no page ------------------------------------------------------------------
 */

static bool quarantine(struct chain *chain, const struct api_error *error)
{
    struct sync_run *run = chain->run;
    if (!fields_drop(chain->edge, error->field, &chain->dropped)) {
        return false;
    }
    struct drift_note note = {chain->edge, error->field, DRIFT_REJECTED, error->message};
    drift_add(&run->drift, &note);
    keep_dropped_save(run, chain->edge, chain->dropped);
    log_write(LOG_WARN, "sync", "%s: %s: the API rejects the field %s; going on without it",
              run->plan.account_id, chain->ops->name, error->field);
    return true;
}

bool chain_trouble(struct chain *chain, const struct graph_result *result,
                   enum pager_verdict verdict)
{
    struct sync_run *run = chain->run;
    const struct api_error *error = &result->error;

    keep_answer(chain, result);
    if (run->fatal) {
        return false;
    }
    run->run.retries++;
    switch (verdict) {
    case PAGER_AGAIN:
        /* How long a throttle lasts is the gate's to say: it has seen the answer. */
        chain->not_before = error->error_class == ERROR_THROTTLE || chain->pager.wait_ms == 0
                                ? 0
                                : run_now(run) + chain->pager.wait_ms;
        return true;
    case PAGER_RESTART:
        log_write(LOG_INFO, "sync", "%s: %s: the cursor died, listing again", run->plan.account_id,
                  chain->ops->name);
        return true;
    case PAGER_FIELD:
        if (quarantine(chain, error)) {
            return true;
        }
        break;
    case PAGER_PAGE:
    case PAGER_LAST:
    case PAGER_FAILED:
        break;
    }
    run->run.retries--;
    if (result->ok) {
        struct api_error odd = {.error_class = ERROR_RETRY, .reach = REACH_REQUEST};
        snprintf(odd.message, sizeof odd.message, "%s: the API answers without a list of rows",
                 chain->ops->name);
        chain_fail(chain, &odd);
    } else {
        chain_fail(chain, error);
    }
    return false;
}
