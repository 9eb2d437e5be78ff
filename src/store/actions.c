#include "store/actions.h"

#include "store/internal.h"
#include "store/tables.h"

bool store_action_append(struct store *store, struct operator_action *action, struct err *err)
{
    if (!store_begin(store, err)) {
        return false;
    }
    bool ok = fields_insert(&store->db, "operator_actions", action_fields, 1, action, NULL, err);
    action->action_id = ok ? db_last_id(&store->db) : 0;
    return store_end(store, ok, err);
}

bool store_action_complete(struct store *store, const struct operator_action *action,
                           struct err *err)
{
    struct query q = {0};
    if (!store_begin(store, err)) {
        return false;
    }
    bool ok = db_query(&store->db, &q,
                       "UPDATE operator_actions SET result = :result, before = :before, "
                       "after = :after, expires_at = :until WHERE action_id = :id",
                       err);
    if (ok) {
        bind_text(&q, ":result", action->result);
        bind_text(&q, ":before", action->before[0] ? action->before : NULL);
        bind_text(&q, ":after", action->after[0] ? action->after : NULL);
        bind_time(&q, ":until", action->expires_at);
        bind_i64(&q, ":id", action->action_id);
        ok = db_run(&q, err);
    }
    return store_end(store, ok, err);
}

bool store_action_undone(struct store *store, int64_t action_id, int64_t undone_by, struct err *err)
{
    struct query q = {0};
    if (!store_begin(store, err)) {
        return false;
    }
    bool ok = db_query(&store->db, &q,
                       "UPDATE operator_actions SET undone_by = :by WHERE action_id = :id", err);
    if (ok) {
        bind_i64(&q, ":by", undone_by);
        bind_i64(&q, ":id", action_id);
        ok = db_run(&q, err);
    }
    return store_end(store, ok, err);
}

bool store_action_get(struct store *store, int64_t action_id, struct operator_action *out,
                      struct err *err)
{
    struct query q = {0};
    struct str sql;
    str_init(&sql, 1024);
    str_add(&sql, "SELECT ");
    fields_columns(&sql, action_fields, "");
    str_add(&sql, " FROM operator_actions WHERE action_id = :id");
    store_lock(store);
    bool ok = db_query(&store->db, &q, str_text(&sql), err);
    int step = -1;
    if (ok) {
        bind_i64(&q, ":id", action_id);
        step = db_step(&q, err);
        if (step > 0) {
            fields_read(&q, 0, action_fields, out, NULL);
        }
    }
    db_done(&q);
    store_unlock(store);
    str_fini(&sql);
    return step > 0 ||
           (step == 0 &&
            err_set(err, ERR_NOT_FOUND, "action %lld: there is none; 'adtop actions' lists them",
                    (long long)action_id));
}
