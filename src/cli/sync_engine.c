#include "cli/sync_engine.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/date.h"
#include "cli/cli.h"
#include "cli/sync_progress.h"
#include "control/control_client.h"
#include "store/read_accounts.h"
#include "store/read_runs.h"

enum { ANSWER_MS = 30000, STEP_MS = 200, PATIENCE_MS = 3600 * 1000 };

/* One account that was forced, and the run that answers it. */
struct followed {
    char account_id[ID_SIZE];
    char name[128];        /* as it came, cut */
    int64_t before_run_id; /* the last run when it was asked for */
    bool done;
    enum run_status status;
    int64_t until;
    char why[256];
};

struct following {
    struct followed *rows;
    size_t count, done;
    int64_t asked_at, deadline;
    struct sync_progress progress;
    int64_t rows_done, calls_done; /* of the finished ones */
};

static bool ask(struct cli *cli, const struct sync_words *words, struct control_reply *reply,
                struct err *err)
{
    struct control *control = cli_connect(cli, err);
    struct control_request request;
    if (!control) {
        return false;
    }
    control_request_init(&request);
    request.op = OP_FORCE;
    request.mode = words->full ? RUN_FULL : RUN_DELTA;
    request.all = words->count == 0;
    request.targets = words->accounts;
    request.target_count = words->count;
    control_origin(request.origin);
    bool ok = control_call(control, &request, ANSWER_MS, reply, err);
    control_close(control);
    return ok;
}

/* run: what became of it, without an id when it never ran. */
static void settle(struct following *following, struct followed *row, const struct run *run,
                   const char *why, int64_t until)
{
    struct run told = *run;
    row->done = true;
    row->status = run->status;
    row->until = until;
    snprintf(row->why, sizeof row->why, "%s", why);
    following->done++;
    following->rows_done += sync_progress_rows(run);
    following->calls_done += run->api_calls;
    memcpy(told.account_id, row->account_id, sizeof told.account_id);
    sync_progress_ended(&following->progress, row->name, &told, why);
}

static void look_at(struct following *following, struct followed *row,
                    const struct account_row *account, struct store_reader *reader, int64_t now)
{
    bool ended = account->last_run_id > row->before_run_id &&
                 account->last_started_at >= following->asked_at;
    struct run run = {.status = RUN_THROTTLED};
    if (ended && read_run(reader, 0, account->last_run_id, &run, NULL)) {
        settle(following, row, &run, account->last_error, account->hold_until);
    } else if (hold_reason_is_quota(account->reason) && now > following->deadline) {
        settle(following, row, &run, hold_reason_text(account->reason), account->hold_until);
    }
}

/* What the run of an account that is under way has brought so far. */
static void add_running(struct sync_bar *bar, const struct account_row *account,
                        struct store_reader *reader)
{
    struct run run;
    if (account->running_run_id && read_run(reader, 0, account->running_run_id, &run, NULL)) {
        bar->rows += sync_progress_rows(&run);
        bar->calls += run.api_calls;
        bar->account_id = account->account.account_id;
        bar->step = account->progress;
    }
}

static bool look(struct following *following, struct store_reader *reader, struct err *err)
{
    struct arena *arena = arena_create(65536);
    struct account_rows rows = {0};
    struct sync_bar bar = {.accounts = following->count, .account_id = "", .step = ""};
    bool ok = arena && read_accounts(reader, arena, 0, true, &rows, err);
    int64_t now = store_reader_now(reader);
    for (size_t i = 0; ok && i < following->count; i++) {
        struct followed *row = &following->rows[i];
        for (size_t k = 0; !row->done && k < rows.count; k++) {
            if (strcmp(rows.rows[k].account.account_id, row->account_id) == 0) {
                look_at(following, row, &rows.rows[k], reader, now);
                add_running(&bar, &rows.rows[k], reader);
                break;
            }
        }
    }
    bar.finished = following->done;
    bar.rows += following->rows_done;
    bar.calls += following->calls_done;
    sync_progress_bar(&following->progress, &bar);
    arena_destroy(arena);
    return ok;
}

/* What was running before the force tells which run is ours. */
static bool remember(struct following *following, struct store_reader *reader,
                     const struct control_reply *reply, struct err *err)
{
    struct arena *arena = arena_create(65536);
    struct account_rows rows = {0};
    following->rows = calloc(reply->result_count + 1, sizeof *following->rows);
    bool ok = arena && following->rows && read_accounts(reader, arena, 0, true, &rows, err);
    for (size_t i = 0; ok && i < reply->result_count; i++) {
        struct followed *row = &following->rows[following->count++];
        snprintf(row->account_id, sizeof row->account_id, "%.39s", reply->results[i].target);
        for (size_t k = 0; k < rows.count; k++) {
            if (strcmp(rows.rows[k].account.account_id, row->account_id) == 0) {
                row->before_run_id = rows.rows[k].last_run_id;
                snprintf(row->name, sizeof row->name, "%s", rows.rows[k].account.name);
            }
        }
        if (!reply->results[i].ok) {
            bool held = strstr(reply->results[i].message, "held by") != NULL;
            struct run none = {.status = held ? RUN_THROTTLED : RUN_FAILED};
            settle(following, row, &none, reply->results[i].message, 0);
        }
    }
    arena_destroy(arena);
    return ok;
}

static int sum_up(const struct following *following, struct err *err)
{
    static const struct {
        enum run_status status;
        int code;
        const char *what;
    } worst_first[] = {
        {RUN_FAILED,    EXIT_FAILED,    "failed"    },
        {RUN_THROTTLED, EXIT_THROTTLED, "must wait" },
        {RUN_PARTIAL,   EXIT_PARTIAL,   "incomplete"},
        {RUN_CANCELLED, EXIT_ERROR,     "cancelled" }
    };
    for (size_t w = 0; w < sizeof worst_first / sizeof *worst_first; w++) {
        size_t count = 0;
        const struct followed *first = NULL;
        for (size_t i = 0; i < following->count; i++) {
            bool hit =
                following->rows[i].done && following->rows[i].status == worst_first[w].status;
            count += hit;
            first = hit && !first ? &following->rows[i] : first;
        }
        if (count > 0) {
            char when[48] = "", text[32];
            if (first->until > 0 && worst_first[w].status == RUN_THROTTLED) {
                date_format_rfc3339(first->until, 0, text);
                snprintf(when, sizeof when, "; until %s", text);
            }
            err_set(err, ERR_API, "sync: %zu %s, first %s: %.300s%s", count, worst_first[w].what,
                    first->account_id, first->why, when);
            return worst_first[w].code;
        }
    }
    return EXIT_OK;
}

int sync_through_engine(struct cli *cli, const struct sync_words *words, struct err *err)
{
    struct control_reply reply = {0};
    struct following following = {0};
    struct store_reader *reader = cli_reader(cli, err);
    int code = EXIT_ERROR;
    if (!reader) {
        return code;
    }
    sync_progress_begin(&following.progress);
    following.asked_at = store_reader_now(reader) - 1000;
    following.deadline = following.asked_at + words->wait_ms;
    bool ok = ask(cli, words, &reply, err) && remember(&following, reader, &reply, err);
    if (ok && following.count == 0) {
        ok = err_set(err, ERR_REFUSED, "sync: %s", reply.message);
    }
    int64_t end = clock_mono_ms() + PATIENCE_MS;
    while (ok && following.done < following.count) {
        struct control_holder holder;
        poll(NULL, 0, STEP_MS);
        ok = look(&following, reader, err);
        if (ok && !control_lock_holder(cli->state_dir, &holder)) {
            ok = err_set(err, ERR_IO, "sync: the engine has ended meanwhile; run it again");
        } else if (ok && clock_mono_ms() > end) {
            ok = err_set(err, ERR_TIMEOUT,
                         "sync: %zu of %zu have not ended within an hour; 'adtop "
                         "why ACCOUNT' tells what they wait for",
                         following.count - following.done, following.count);
        }
    }
    sync_progress_end(&following.progress);
    code = ok ? sum_up(&following, err) : EXIT_FAILED;
    free(following.rows);
    control_reply_fini(&reply);
    store_reader_close(reader);
    return code;
}
