#include "store/cursors.h"

#include <string.h>

#include "store/internal.h"
#include "store/tables.h"

bool store_cursor_get(struct store *store, const char *account_id, const char *step,
                      struct store_cursor *out, struct err *err)
{
    struct query q = {0};
    struct str sql;
    memset(out, 0, sizeof *out);
    str_init(&sql, 1024);
    str_add(&sql, "SELECT ");
    fields_columns(&sql, cursor_fields, "");
    str_add(&sql, " FROM cursors WHERE account_id = :account AND step = :step");
    store_lock(store);
    int got = -1;
    if (db_query(&store->db, &q, str_text(&sql), err)) {
        bind_text(&q, ":account", account_id);
        bind_text(&q, ":step", step);
        got = db_step(&q, err);
        if (got > 0) {
            fields_read(&q, 0, cursor_fields, out, NULL);
        }
    }
    db_done(&q);
    store_unlock(store);
    str_fini(&sql);
    return got > 0;
}

bool store_cursor_put(struct store *store, const struct store_cursor *cursor, struct err *err)
{
    struct str tail;
    str_init(&tail, 1024);
    str_add(&tail, "ON CONFLICT DO UPDATE SET ");
    for (size_t i = 2; i < cursor_fields.count; i++) {
        const char *column = cursor_fields.rows[i].column;
        str_addf(&tail, "%s%s = excluded.%s", i > 2 ? ", " : "", column, column);
    }
    if (!store_begin(store, err)) {
        str_fini(&tail);
        return false;
    }
    bool ok = fields_insert(&store->db, "cursors", cursor_fields, 0, cursor, str_text(&tail), err);
    str_fini(&tail);
    return store_end(store, ok, err);
}

bool store_cursor_delete(struct store *store, const char *account_id, const char *step,
                         struct err *err)
{
    struct query q = {0};
    if (!store_begin(store, err)) {
        return false;
    }
    bool ok =
        db_query(&store->db, &q,
                 "DELETE FROM cursors WHERE account_id = :account AND (:step IS NULL OR step = "
                 ":step)",
                 err);
    if (ok) {
        bind_text(&q, ":account", account_id);
        bind_text(&q, ":step", step);
        ok = db_run(&q, err);
    }
    return store_end(store, ok, err);
}
