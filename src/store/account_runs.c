/* The runs of accounts as of an instant. */
#include "store/account_parts.h"

/* All of them stand in the index by time. */
#define RUN_COLUMNS "account_id, run_id, status, started_at, finished_at"
enum { COL_RUN = 1, COL_STATUS, COL_STARTED, COL_FINISHED };

static void take_end(struct query *q, const struct account_parts *p, enum run_status status,
                     struct account_row *row)
{
    int64_t started = col_i64(q, COL_STARTED), finished = col_i64(q, COL_FINISHED);
    if (!row->last_run_id) {
        row->last_run_id = col_i64(q, COL_RUN);
        row->last_status = status;
        row->last_started_at = started;
        row->last_finished_at = finished;
    }
    if (!p->past || !finished) {
        return;
    }
    if (!row->account.last_synced_at && (status == RUN_SUCCESS || status == RUN_PARTIAL)) {
        row->account.last_synced_at = started;
    }
    if (!row->account.data_as_of && status == RUN_SUCCESS) {
        row->account.data_as_of = started;
    }
}

/* Newest first: the first is the one that goes on or the last, and behind one that goes on comes
 * the last. One that ended later was going on then. */
static void take_run(struct query *q, const struct account_parts *p, struct account_row *row)
{
    if (row->last_run_id && (!p->past || row->account.data_as_of)) {
        return;
    }
    enum run_status status =
        (enum run_status)words_value(WORDS_RUN_STATUS, col_text(q, COL_STATUS, NULL));
    if (status != RUN_RUNNING && col_i64(q, COL_FINISHED) <= p->at) {
        take_end(q, p, status, row);
    } else if (!row->running_run_id && !row->last_run_id) {
        row->running_run_id = col_i64(q, COL_RUN);
        row->running_since = col_i64(q, COL_STARTED);
    }
}

static bool read_day(const struct account_parts *p, struct err *err)
{
    struct query q = {0};
    size_t hint = 0;
    if (!db_query(&p->reader->db, &q,
                  "SELECT " RUN_COLUMNS " FROM sync_runs WHERE started_at > :at - 86400000 AND "
                  "started_at <= :at ORDER BY started_at DESC",
                  err)) {
        return false;
    }
    bind_i64(&q, ":at", p->at);
    int step;
    while ((step = db_step(&q, err)) > 0) {
        struct account_row *row = account_parts_row(p, col_text(&q, 0, NULL), &hint);
        if (row) {
            row->runs_24h++;
            take_run(&q, p, row);
        }
    }
    db_done(&q);
    return step == 0;
}

static bool count_runs(const struct account_parts *p, struct account_row *row, struct err *err)
{
    struct query q = {0};
    if (!db_query(&p->reader->db, &q,
                  "SELECT count(*) FROM sync_runs WHERE account_id = :id AND started_at > :at - "
                  "86400000 AND started_at <= :at",
                  err)) {
        return false;
    }
    bind_text(&q, ":id", row->account.account_id);
    bind_i64(&q, ":at", p->at);
    int step = db_step(&q, err);
    row->runs_24h = step > 0 ? col_i64(&q, 0) : 0;
    db_done(&q);
    return step >= 0;
}

/* The last one, and the one before it should that one go on. */
static bool seek_last(const struct account_parts *p, struct account_row *row, struct err *err)
{
    struct query q = {0};
    if (!db_query(&p->reader->db, &q,
                  "SELECT " RUN_COLUMNS " FROM sync_runs WHERE account_id = :id AND started_at <= "
                  ":at ORDER BY started_at DESC LIMIT 2",
                  err)) {
        return false;
    }
    bind_text(&q, ":id", row->account.account_id);
    bind_i64(&q, ":at", p->at);
    int step;
    while ((step = db_step(&q, err)) > 0) {
        take_run(&q, p, row);
    }
    db_done(&q);
    return step >= 0;
}

#define LAST_RUN(results)                                                                          \
    "SELECT started_at FROM sync_runs WHERE account_id = :id AND started_at <= :at AND status IN " \
    "(" results ") AND finished_at <= :at ORDER BY started_at DESC LIMIT 1"

static bool seek_sync(const struct account_parts *p, const char *id, const char *sql, int64_t *out,
                      struct err *err)
{
    struct query q = {0};
    if (!db_query(&p->reader->db, &q, sql, err)) {
        return false;
    }
    bind_text(&q, ":id", id);
    bind_i64(&q, ":at", p->at);
    int step = db_step(&q, err);
    *out = step > 0 ? col_i64(&q, 0) : 0;
    db_done(&q);
    return step >= 0;
}

/* What one that failed said, or one that goes on says: one that went well says nothing. */
static bool read_words(const struct account_parts *p, struct account_row *row, int64_t run_id,
                       struct err *err)
{
    struct query q = {0};
    if (!db_query(&p->reader->db, &q,
                  "SELECT error_code, error_subcode, error_message, progress, done_pct FROM "
                  "sync_runs WHERE run_id = :run",
                  err)) {
        return false;
    }
    bind_i64(&q, ":run", run_id);
    int step = db_step(&q, err);
    if (step > 0 && run_id == row->running_run_id) {
        row->progress = col_copy(&q, 3, p->rows->arena);
        row->done_pct = col_real(&q, 4);
    } else if (step > 0) {
        row->last_error_code = (int)col_i64(&q, 0);
        row->last_error_subcode = (int)col_i64(&q, 1);
        row->last_error = col_copy(&q, 2, p->rows->arena);
    }
    db_done(&q);
    return step >= 0;
}

/* What the runs of the day did not tell. */
static bool seek_rest(const struct account_parts *p, struct account_row *row, struct err *err)
{
    struct account *a = &row->account;
    return (row->last_run_id || seek_last(p, row, err)) &&
           (!p->past || a->last_synced_at ||
            seek_sync(p, a->account_id, LAST_RUN("'SUCCESS', 'PARTIAL'"), &a->last_synced_at,
                      err)) &&
           (!p->past || a->data_as_of ||
            seek_sync(p, a->account_id, LAST_RUN("'SUCCESS'"), &a->data_as_of, err)) &&
           (!row->last_run_id || row->last_status == RUN_SUCCESS ||
            read_words(p, row, row->last_run_id, err)) &&
           (!row->running_run_id || read_words(p, row, row->running_run_id, err));
}

bool account_runs_read(const struct account_parts *p, struct err *err)
{
    struct account_row *all = p->rows->data;
    bool few = false, ok = true;
    if (!p->id) {
        ok = account_parts_few(p,
                               "SELECT 1 FROM sync_runs WHERE started_at > :at - 86400000 AND "
                               "started_at <= :at LIMIT 1 OFFSET :most",
                               &few, err) &&
             (!few || read_day(p, err));
    }
    for (size_t i = 0; ok && i < p->rows->count; i++) {
        ok = (few || count_runs(p, &all[i], err)) && seek_rest(p, &all[i], err);
    }
    return ok;
}
