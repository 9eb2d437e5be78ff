#include "engine/pass.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "control/control_server.h"
#include "engine/state.h"
#include "engine/threads.h"
#include "model/api_error.h"

enum { STEP_MS = 20, TELL_MS = 200, REACH_PATIENCE_MS = 10000 };

static void wish_for(struct engine *engine, struct engine_account *slot, bool full)
{
    slot->wish = (struct wish){
        .wanted = true,
        .asked_at = engine_now(engine),
        .request = {.mode = RUN_FULL,
                    .automatic = !full,
                    .trigger = TRIGGER_OPERATOR,
                    .foreground = true,
                    .force = full},
    };
    slot->in_pass = true;
    slot->seen_in_pass = false;
}

static bool fail_pass(struct pass *pass, enum err_code code, const char *message)
{
    pass->over = true;
    return err_set(&pass->err, code, "%s", message);
}

/* Every account named, or all of the token's. */
static bool wish_all(struct engine *engine, struct pass *pass)
{
    const struct pass_request *request = pass->request;
    for (size_t i = 0; i < request->account_count; i++) {
        long at = engine_find(engine, request->accounts[i]);
        if (at < 0 || engine->accounts[at]->account.removed_at) {
            pass->over = true;
            return err_set(&pass->err, ERR_NOT_FOUND,
                           "account %s: not among the accounts of this token; 'adtop accounts' "
                           "lists them",
                           request->accounts[i]);
        }
        wish_for(engine, engine->accounts[at], request->full);
    }
    for (size_t i = 0; request->account_count == 0 && i < engine->account_count; i++) {
        if (!engine->accounts[i]->account.removed_at) {
            wish_for(engine, engine->accounts[i], request->full);
        }
    }
    return true;
}

static bool make_rows(struct engine *engine, struct pass *pass)
{
    pass->rows = calloc(engine->account_count + 1, sizeof *pass->rows);
    if (!pass->rows) {
        return fail_pass(pass, ERR_MEMORY, "sync: out of memory");
    }
    for (size_t i = 0; i < engine->account_count; i++) {
        struct engine_account *slot = engine->accounts[i];
        if (slot->in_pass) {
            struct pass_account *row = &pass->rows[pass->count++];
            memcpy(row->account_id, slot->account.account_id, sizeof row->account_id);
            snprintf(row->name, sizeof row->name, "%s", slot->account.name);
        }
    }
    return true;
}

void pass_listed(struct engine *engine, const struct api_error *error)
{
    struct pass *pass = engine->pass;
    if (!pass || pass->wished) {
        return;
    }
    pthread_mutex_lock(&engine->lock);
    if (error && error->error_class == ERROR_AUTH) {
        pass->over = true;
        err_set(&pass->err, ERR_AUTH,
                "token: the API refuses it: %.200s; put a valid one into META_ACCESS_TOKEN",
                error->message);
    } else if (error && error->http_status == 0 && error->error_class == ERROR_PERMANENT) {
        pass->over = true; /* it never left this machine, or never will */
        err_set(&pass->err, ERR_STORE, "accounts: %.300s", error->message);
    } else if (error && error->http_status > 0 && engine->account_count == 0) {
        pass->over = true;
        err_set(&pass->err, ERR_API,
                "accounts: the API refuses to list them: %.200s; 'adtop check'", error->message);
    } else if (!error || engine->account_count > 0) {
        pass->wished = wish_all(engine, pass) && make_rows(engine, pass);
        if (pass->wished && pass->count == 0) {
            pass->over = true;
            err_set(&pass->err, ERR_NOT_FOUND,
                    "accounts: the token sees no ad account; assign some to its user, or use "
                    "another token");
        }
    }
    pthread_mutex_unlock(&engine->lock);
}

/* An account the pass cannot wait for. */
static void give_up(struct engine_account *slot, const struct pass *pass)
{
    const struct hold *hold = &slot->hold;
    bool endless = hold->until == 0 || hold->reason == HOLD_PAUSED;
    /* A queue moves on, and so do calls that are spaced after errors. */
    bool moves = hold->reason == HOLD_QUEUED || hold->reason == HOLD_CONCURRENCY ||
                 hold->reason == HOLD_RUNNING || hold->reason == HOLD_DUE ||
                 (hold->reason == HOLD_BACKOFF && !endless);
    bool held = hold->hold_id && !moves;
    if (slot->job.run || !slot->wish.wanted || !held ||
        (!endless && hold->until <= pass->deadline)) {
        return;
    }
    bool quota = hold_reason_is_quota(hold->reason) || hold->reason == HOLD_BUDGET;
    memset(&slot->last_run, 0, sizeof slot->last_run);
    slot->last_run.status = quota                         ? RUN_THROTTLED
                            : hold->reason == HOLD_PAUSED ? RUN_CANCELLED
                                                          : RUN_FAILED;
    snprintf(slot->last_run.error_message, sizeof slot->last_run.error_message, "%s%s%.200s",
             hold_reason_text(hold->reason), slot->last_error[0] ? ": " : "", slot->last_error);
    slot->throttled_until = hold->until;
    slot->seen_in_pass = true;
    slot->wish.wanted = false;
}

void pass_failed(struct engine *engine, struct engine_account *slot, const char *why)
{
    if (!engine->pass || !slot->in_pass) {
        return;
    }
    pthread_mutex_lock(&engine->lock);
    memset(&slot->last_run, 0, sizeof slot->last_run);
    slot->last_run.status = RUN_FAILED;
    snprintf(slot->last_run.error_message, sizeof slot->last_run.error_message, "%s", why);
    slot->seen_in_pass = true;
    slot->wish.wanted = false;
    pthread_mutex_unlock(&engine->lock);
}

void pass_review(struct engine *engine)
{
    struct pass *pass = engine->pass;
    if (!pass) {
        return;
    }
    pthread_mutex_lock(&engine->lock);
    size_t finished = 0, row_at = 0;
    for (size_t i = 0; pass->wished && i < engine->account_count; i++) {
        struct engine_account *slot = engine->accounts[i];
        if (!slot->in_pass) {
            continue;
        }
        give_up(slot, pass);
        struct pass_account *row = &pass->rows[row_at++];
        row->finished = slot->seen_in_pass && !slot->job.run;
        row->held_until = row->finished ? slot->throttled_until : slot->hold.until;
        row->run = row->finished ? slot->last_run : slot->job.figures;
        finished += row->finished;
    }
    pass->finished = finished;
    pass->over = pass->over || (pass->wished && finished == pass->count);
    bool over = pass->over;
    pthread_mutex_unlock(&engine->lock);
    if (over) { /* the main thread need not wait for its next look */
        uint64_t one = 1;
        ssize_t n = write(engine->stop_fd, &one, sizeof one);
        (void)n;
    }
}

static void tell(struct engine *engine, struct pass *pass)
{
    const struct pass_request *request = pass->request;
    if (!request->progress) {
        return;
    }
    pthread_mutex_lock(&engine->lock);
    struct pass_account *copy = pass->count ? calloc(pass->count, sizeof *copy) : NULL;
    struct pass_progress progress = {.accounts = pass->count, .finished = pass->finished};
    if (copy) {
        memcpy(copy, pass->rows, pass->count * sizeof *copy);
    }
    pthread_mutex_unlock(&engine->lock);
    progress.rows = copy;
    if (copy) {
        request->progress(request->progress_ctx, &progress);
    }
    free(copy);
}

/* Nobody answers: after a while the pass is over with what the network said. */
static bool never_reached(struct engine *engine, int64_t began)
{
    pthread_mutex_lock(&engine->lock);
    bool over = !engine->reached && clock_mono_ms() - began > REACH_PATIENCE_MS;
    if (over) {
        engine->pass->over = true;
        err_set(&engine->pass->err, ERR_NETWORK, "%s",
                engine->last_network_error[0] ? engine->last_network_error
                                              : "the API: no answer; check the network");
    }
    over = engine->pass->over;
    pthread_mutex_unlock(&engine->lock);
    return over;
}

static int severity(enum run_status status)
{
    static const int order[RUN_STATUS_COUNT] = {
        [RUN_SUCCESS] = 0,   [RUN_CANCELLED] = 1, [RUN_PARTIAL] = 2,
        [RUN_THROTTLED] = 3, [RUN_RUNNING] = 1,   [RUN_FAILED] = 4};
    return order[status];
}

static void sum_up(const struct pass *pass, struct pass_result *out)
{
    size_t *counters[RUN_STATUS_COUNT] = {
        [RUN_SUCCESS] = &out->succeeded,   [RUN_PARTIAL] = &out->partial,
        [RUN_THROTTLED] = &out->throttled, [RUN_FAILED] = &out->failed,
        [RUN_CANCELLED] = &out->cancelled, [RUN_RUNNING] = &out->cancelled};
    int worst = 0;
    for (size_t i = 0; i < pass->count; i++) {
        const struct pass_account *row = &pass->rows[i];
        enum run_status status = row->finished ? row->run.status : RUN_CANCELLED;
        (*counters[status])++;
        if (status == RUN_THROTTLED && row->held_until &&
            (!out->earliest_resume || row->held_until < out->earliest_resume)) {
            out->earliest_resume = row->held_until;
        }
        if (severity(status) > worst) {
            worst = severity(status);
            snprintf(out->worst, sizeof out->worst, "%s: %.440s", row->account_id,
                     row->run.error_message[0] ? row->run.error_message : run_status_name(status));
        }
    }
}

bool engine_pass(struct engine *engine, const struct pass_request *request, struct pass_result *out,
                 struct err *err)
{
    struct pass pass = {.request = request, .deadline = engine_now(engine) + request->wait_ms};
    memset(out, 0, sizeof *out);
    engine->pass = &pass;
    struct control_server *server = engine_listen(engine, err);
    bool ok = server && engine_start_threads(engine, err);
    int64_t began = clock_mono_ms(), told = 0;
    while (ok && !atomic_load(&engine->stop_asked) && !never_reached(engine, began)) {
        control_server_poll(server, engine->stop_fd, STEP_MS);
        if (clock_mono_ms() - told >= TELL_MS) {
            told = clock_mono_ms();
            tell(engine, &pass);
        }
    }
    engine_stop_threads(engine);
    control_server_destroy(server);
    pass_review(engine);
    if (ok) {
        tell(engine, &pass);
        sum_up(&pass, out);
    }
    engine->pass = NULL;
    free(pass.rows);
    if (ok && pass.err.code != ERR_NONE) {
        *err = pass.err;
        return false;
    }
    return ok;
}
