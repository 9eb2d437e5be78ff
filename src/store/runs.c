#include "store/runs.h"

#include "store/fields.h"
#include "store/internal.h"
#include "store/tables.h"

bool store_run_create(struct store *store, struct run *run, struct err *err)
{
    if (!store_begin(store, err)) {
        return false;
    }
    run->status = RUN_RUNNING;
    bool ok = fields_insert(&store->db, "sync_runs", run_fields, 1, run, NULL, err);
    run->run_id = ok ? db_last_id(&store->db) : 0;
    return store_end(store, ok, err);
}

static bool update(struct store *store, const struct run *run, struct err *err)
{
    struct query q = {0};
    struct str sql;
    str_init(&sql, 4096);
    str_add(&sql, "UPDATE sync_runs SET ");
    fields_assign(&sql, run_fields, 1);
    str_add(&sql, " WHERE run_id = :run_id");
    if (!store_begin(store, err)) {
        str_fini(&sql);
        return false;
    }
    bool ok = db_query(&store->db, &q, str_text(&sql), err);
    if (ok) {
        fields_bind(&q, run_fields, 0, run);
        ok = db_run(&q, err);
    }
    str_fini(&sql);
    return store_end(store, ok, err);
}

bool store_run_update(struct store *store, const struct run *run, struct err *err)
{
    return update(store, run, err);
}

bool store_run_finish(struct store *store, const struct run *run, struct err *err)
{
    return update(store, run, err);
}

bool store_split_append(struct store *store, const struct run_split *split, struct err *err)
{
    if (!store_begin(store, err)) {
        return false;
    }
    bool ok = fields_insert(&store->db, "run_splits", split_fields, 0, split, NULL, err);
    return store_end(store, ok, err);
}

bool store_runs_interrupted(struct store *store, struct arena *arena, int64_t at,
                            struct store_runs *out, struct err *err)
{
    struct rows rows = {.record_size = sizeof(struct run), .arena = arena};
    struct query q = {0};
    struct str sql;
    str_init(&sql, 4096);
    str_add(&sql, "UPDATE sync_runs SET status = 'FAILED', finished_at = :at, duration_ms = max(0, "
                  ":at - started_at), error_message = 'interrupted' WHERE status = 'RUNNING' "
                  "RETURNING ");
    fields_columns(&sql, run_fields, "");
    if (!store_begin(store, err)) {
        str_fini(&sql);
        return false;
    }
    bool ok = db_query(&store->db, &q, str_text(&sql), err);
    if (ok) {
        bind_i64(&q, ":at", at);
        ok = rows_read(&rows, &q, run_fields, err);
    }
    str_fini(&sql);
    out->rows = rows.data;
    out->count = rows.count;
    return store_end(store, ok, err);
}
