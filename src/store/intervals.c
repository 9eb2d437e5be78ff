/* holds, alerts, overrides, engine rows: what lasts from one instant to another. */
#include <stdio.h>
#include <string.h>

#include "store/alerts.h"
#include "store/engines.h"
#include "store/holds.h"
#include "store/internal.h"
#include "store/overrides.h"
#include "store/tables.h"

enum { SAME_WAIT_MS = 5 * 60000 }; /* a wait that begins later than that is another */

/* The open hold of the account or scope: 1 = there is one, in out. */
static int open_hold(struct store *store, const struct hold *hold, struct hold *out,
                     struct err *err)
{
    struct query q = {0};
    struct str sql;
    bool account = hold->account_id[0] != '\0';
    str_init(&sql, 1024);
    str_add(&sql, "SELECT ");
    fields_columns(&sql, hold_fields, "");
    str_add(&sql, account ? " FROM holds WHERE account_id = :a AND ended_at IS NULL"
                          : " FROM holds WHERE account_id IS NULL AND scope = :a AND scope_id = :b "
                            "AND ended_at IS NULL");
    bool ok = db_query(&store->db, &q, str_text(&sql), err);
    str_fini(&sql);
    if (!ok) {
        return -1;
    }
    bind_text(&q, ":a", account ? hold->account_id : hold->scope);
    if (!account) {
        bind_text(&q, ":b", hold->scope_id);
    }
    int step = db_step(&q, err);
    if (step > 0) {
        fields_read(&q, 0, hold_fields, out, NULL);
    }
    db_done(&q);
    return step;
}

/* A hold that follows one like it, with nothing but a place in the queue between them, is the same
 * wait with another end: what it was given first stands in that one. */
static bool first_end(struct store *store, struct hold *hold, struct err *err)
{
    struct query q = {0};
    hold->first_until = hold->until;
    if (!hold->account_id[0] || !hold_reason_is_quota(hold->reason)) {
        return true;
    }
    if (!db_query(&store->db, &q,
                  "SELECT reason, scope, scope_id, first_until FROM (SELECT * FROM holds WHERE "
                  "account_id = :id ORDER BY since DESC LIMIT 8) WHERE reason NOT IN ('queued', "
                  "'concurrency') AND (ended_at IS NULL OR ended_at > :from) ORDER BY since DESC "
                  "LIMIT 1",
                  err)) {
        return false;
    }
    bind_text(&q, ":id", hold->account_id);
    bind_i64(&q, ":from", hold->since - SAME_WAIT_MS);
    int step = db_step(&q, err);
    if (step > 0 && strcmp(col_text(&q, 0, NULL), hold_reason_name(hold->reason)) == 0 &&
        strcmp(col_text(&q, 1, NULL), hold->scope) == 0 &&
        strcmp(col_text(&q, 2, NULL), hold->scope_id) == 0 && col_i64(&q, 3) > 0) {
        hold->first_until = col_i64(&q, 3);
    }
    db_done(&q);
    return step >= 0;
}

bool store_hold_open(struct store *store, struct hold *hold, struct err *err)
{
    struct hold old = {0};
    if (!store_begin(store, err)) {
        return false;
    }
    int there = open_hold(store, hold, &old, err);
    bool ok = there >= 0;
    bool same = there > 0 && old.reason == hold->reason && old.run_id == hold->run_id &&
                strcmp(old.scope, hold->scope) == 0 && strcmp(old.scope_id, hold->scope_id) == 0;
    if (same) {
        ok = store_hold_extend(store, old.hold_id, hold->until, hold->detail, err);
        hold->hold_id = old.hold_id;
        hold->since = old.since;
    } else if (ok) {
        ok = first_end(store, hold, err) &&
             (there == 0 || store_hold_close(store, old.hold_id, hold->since, err)) &&
             fields_insert(&store->db, "holds", hold_fields, 1, hold, NULL, err);
        hold->hold_id = ok ? db_last_id(&store->db) : 0;
    }
    return store_end(store, ok, err);
}

bool store_hold_extend(struct store *store, int64_t hold_id, int64_t until, const char *detail,
                       struct err *err)
{
    struct query q = {0};
    if (!store_begin(store, err)) {
        return false;
    }
    bool ok = db_query(&store->db, &q,
                       "UPDATE holds SET until = :until, detail = coalesce(:detail, detail) WHERE "
                       "hold_id = :id AND ended_at IS NULL",
                       err);
    if (ok) {
        bind_time(&q, ":until", until);
        bind_text(&q, ":detail", detail);
        bind_i64(&q, ":id", hold_id);
        ok = db_run(&q, err) &&
             (db_changes(&store->db) > 0 ||
              err_set(err, ERR_NOT_FOUND, "hold %lld: it has ended", (long long)hold_id));
    }
    return store_end(store, ok, err);
}

bool store_hold_close(struct store *store, int64_t hold_id, int64_t ended_at, struct err *err)
{
    struct query q = {0};
    if (!store_begin(store, err)) {
        return false;
    }
    bool ok = db_query(&store->db, &q,
                       "UPDATE holds SET ended_at = max(since, :at) WHERE hold_id = :id AND "
                       "ended_at IS NULL",
                       err);
    if (ok) {
        bind_i64(&q, ":at", ended_at);
        bind_i64(&q, ":id", hold_id);
        ok = db_run(&q, err);
    }
    return store_end(store, ok, err);
}

/* SELECT every field of a table with that tail. */
static bool load(struct store *store, struct fields fields, const char *tail, int64_t at,
                 struct rows *rows, struct err *err)
{
    struct query q = {0};
    struct str sql;
    str_init(&sql, 4096);
    str_add(&sql, "SELECT ");
    fields_columns(&sql, fields, "");
    str_add(&sql, tail);
    store_lock(store);
    bool ok = db_query(&store->db, &q, str_text(&sql), err);
    if (ok && strstr(tail, ":at")) {
        bind_i64(&q, ":at", at);
    }
    ok = ok && rows_read(rows, &q, fields, err);
    store_unlock(store);
    str_fini(&sql);
    return ok;
}

bool store_holds_load(struct store *store, struct arena *arena, struct store_holds *out,
                      struct err *err)
{
    struct rows rows = {.record_size = sizeof(struct hold), .arena = arena};
    bool ok = load(store, hold_fields, " FROM holds WHERE ended_at IS NULL", 0, &rows, err);
    out->rows = rows.data;
    out->count = rows.count;
    return ok;
}

/* ---- alerts ---- */

bool store_alert_open(struct store *store, struct alert_row *alert, bool *opened, struct err *err)
{
    struct query q = {0};
    if (!store_begin(store, err)) {
        return false;
    }
    bool ok =
        db_query(&store->db, &q,
                 "UPDATE alerts SET severity = :severity, detail = :detail WHERE rule = :rule "
                 "AND scope = :scope AND cleared_at IS NULL RETURNING alert_id, since",
                 err);
    int64_t id = 0, since = 0;
    if (ok) {
        bind_text(&q, ":severity", alert_severity_name(alert->severity));
        bind_text(&q, ":detail", alert->detail);
        bind_text(&q, ":rule", alert->rule);
        bind_text(&q, ":scope", alert->scope);
        int step;
        while ((step = db_step(&q, err)) > 0) {
            id = col_i64(&q, 0);
            since = col_i64(&q, 1);
        }
        db_done(&q);
        ok = step == 0;
    }
    if (ok && id == 0) {
        ok = fields_insert(&store->db, "alerts", alert_fields, 1, alert, NULL, err);
        id = ok ? db_last_id(&store->db) : 0;
    } else {
        alert->since = since;
    }
    if (opened) {
        *opened = since == 0;
    }
    alert->alert_id = id;
    return store_end(store, ok, err);
}

bool store_alert_clear(struct store *store, const char *rule, const char *scope, int64_t at,
                       struct err *err)
{
    struct query q = {0};
    if (!store_begin(store, err)) {
        return false;
    }
    bool ok =
        db_query(&store->db, &q,
                 "UPDATE alerts SET cleared_at = :at WHERE rule = :rule AND scope = :scope AND "
                 "cleared_at IS NULL",
                 err);
    if (ok) {
        bind_i64(&q, ":at", at);
        bind_text(&q, ":rule", rule);
        bind_text(&q, ":scope", scope);
        ok = db_run(&q, err);
    }
    return store_end(store, ok, err);
}

bool store_alert_ack(struct store *store, int64_t alert_id, const char *by, int64_t at,
                     struct err *err)
{
    struct query q = {0};
    if (!store_begin(store, err)) {
        return false;
    }
    bool ok =
        db_query(&store->db, &q,
                 "UPDATE alerts SET acked_at = :at, acked_by = :by WHERE alert_id = :id", err);
    if (ok) {
        bind_i64(&q, ":at", at);
        bind_text(&q, ":by", by);
        bind_i64(&q, ":id", alert_id);
        ok = db_run(&q, err) &&
             (db_changes(&store->db) > 0 ||
              err_set(err, ERR_NOT_FOUND, "alert %lld: there is none; 'adtop alerts' lists them",
                      (long long)alert_id));
    }
    return store_end(store, ok, err);
}

bool store_alerts_load(struct store *store, struct arena *arena, struct store_alerts *out,
                       struct err *err)
{
    struct rows rows = {.record_size = sizeof(struct alert_row), .arena = arena};
    bool ok = load(store, alert_fields, " FROM alerts WHERE cleared_at IS NULL", 0, &rows, err);
    out->rows = rows.data;
    out->count = rows.count;
    return ok;
}

/* ---- overrides ---- */

bool store_override_end(struct store *store, const char *name, const char *scope, int64_t at,
                        struct err *err)
{
    struct query q = {0};
    if (!store_begin(store, err)) {
        return false;
    }
    bool ok = db_query(&store->db, &q,
                       "UPDATE overrides SET ended_at = :at WHERE name = :name AND scope = :scope "
                       "AND ended_at IS NULL",
                       err);
    if (ok) {
        bind_i64(&q, ":at", at);
        bind_text(&q, ":name", name);
        bind_text(&q, ":scope", scope);
        ok = db_run(&q, err);
    }
    return store_end(store, ok, err);
}

bool store_override_set(struct store *store, struct override_row *row, struct err *err)
{
    if (!store_begin(store, err)) {
        return false;
    }
    bool ok = store_override_end(store, row->name, row->scope, row->since, err) &&
              fields_insert(&store->db, "overrides", override_fields, 1, row, NULL, err);
    row->override_id = ok ? db_last_id(&store->db) : 0;
    return store_end(store, ok, err);
}

static bool run_undo(struct store *store, const char *sql, int64_t action_id, int64_t at,
                     struct err *err)
{
    struct query q = {0};
    if (!db_query(&store->db, &q, sql, err)) {
        return false;
    }
    bind_i64(&q, ":at", at);
    bind_i64(&q, ":action", action_id);
    return db_run(&q, err);
}

bool store_override_undo(struct store *store, int64_t action_id, int64_t at, struct err *err)
{
    if (!store_begin(store, err)) {
        return false;
    }
    bool ok = run_undo(store,
                       "UPDATE overrides SET ended_at = :at WHERE action_id = :action AND "
                       "ended_at IS NULL",
                       action_id, at, err) &&
              (db_changes(&store->db) > 0 ||
               err_set(err, ERR_REFUSED, "it was changed again since; do the opposite instead")) &&
              run_undo(store,
                       "INSERT INTO overrides (name, scope, value, since, until, actor, action_id) "
                       "SELECT old.name, old.scope, old.value, :at, old.until, old.actor, "
                       "old.action_id FROM overrides AS set_by JOIN overrides AS old ON old.name = "
                       "set_by.name AND old.scope = set_by.scope AND old.override_id < "
                       "set_by.override_id AND old.ended_at = set_by.since WHERE "
                       "set_by.override_id = (SELECT min(override_id) FROM overrides WHERE "
                       "action_id = :action) AND (old.until IS NULL OR old.until > :at) "
                       "ORDER BY old.override_id DESC LIMIT 1",
                       action_id, at, err);
    return store_end(store, ok, err);
}

bool store_overrides_load(struct store *store, struct arena *arena, int64_t at,
                          struct store_overrides *out, struct err *err)
{
    struct rows rows = {.record_size = sizeof(struct override_row), .arena = arena};
    bool ok = load(store, override_fields,
                   " FROM overrides WHERE ended_at IS NULL AND since <= :at AND (until IS NULL OR "
                   "until > :at) ORDER BY override_id",
                   at, &rows, err);
    out->rows = rows.data;
    out->count = rows.count;
    return ok;
}

/* ---- engine ---- */

bool store_engine_start(struct store *store, struct engine_row *engine, size_t *crashed,
                        struct err *err)
{
    if (!store_begin(store, err)) {
        return false;
    }
    bool ok = db_exec(&store->db,
                      "UPDATE engine SET stopped_at = heartbeat_at, reason = 'crashed' WHERE "
                      "stopped_at IS NULL",
                      err);
    if (crashed) {
        *crashed = ok ? (size_t)db_changes(&store->db) : 0;
    }
    ok = ok && fields_insert(&store->db, "engine", engine_fields, 1, engine, NULL, err);
    engine->engine_id = ok ? db_last_id(&store->db) : 0;
    return store_end(store, ok, err);
}

static bool engine_update(struct store *store, const char *sql, int64_t engine_id, int64_t at,
                          const char *reason, struct err *err)
{
    struct query q = {0};
    if (!store_begin(store, err)) {
        return false;
    }
    bool ok = db_query(&store->db, &q, sql, err);
    if (ok) {
        bind_i64(&q, ":id", engine_id);
        bind_i64(&q, ":at", at);
        if (reason) {
            bind_text(&q, ":reason", reason);
        }
        ok = db_run(&q, err);
    }
    return store_end(store, ok, err);
}

bool store_engine_beat(struct store *store, int64_t engine_id, int64_t at, struct err *err)
{
    return engine_update(store, "UPDATE engine SET heartbeat_at = :at WHERE engine_id = :id",
                         engine_id, at, NULL, err);
}

bool store_engine_stop(struct store *store, int64_t engine_id, int64_t at, const char *reason,
                       struct err *err)
{
    return engine_update(store,
                         "UPDATE engine SET heartbeat_at = :at, stopped_at = :at, reason = :reason "
                         "WHERE engine_id = :id",
                         engine_id, at, reason ? reason : "", err);
}
