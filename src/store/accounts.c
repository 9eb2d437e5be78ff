#include "store/accounts.h"

#include <stdio.h>
#include <string.h>

#include "store/fields.h"
#include "store/internal.h"

static const struct field account_fields[] = {
    FIELD(struct account, account_id, F_WORD),
    FIELD(struct account, name, F_PTR),
    FIELD(struct account, currency, F_WORD),
    FIELD(struct account, timezone_name, F_WORD),
    FIELD(struct account, timezone_offset_min, F_INT),
    FIELD(struct account, account_status, F_INT),
    FIELD(struct account, disable_reason, F_INT),
    FIELD_AS(struct account, "tier", tier, F_ENUM, WORDS_TIER),
    FIELD(struct account, tier_pinned, F_BOOL),
    FIELD(struct account, priority, F_INT),
    FIELD(struct account, paused_until, F_ID),
    FIELD(struct account, spend_7d, F_I64),
    FIELD(struct account, spend_7d_base, F_I64),
    FIELD(struct account, last_synced_at, F_ID),
    FIELD(struct account, last_full_at, F_ID),
    FIELD(struct account, last_sweep_at, F_ID),
    FIELD(struct account, data_as_of, F_ID),
    FIELD(struct account, next_due_at, F_ID),
    FIELD(struct account, removed_at, F_ID),
};

/* The field's open interval ends and another begins, when the value differs. */
static bool note(struct store *store, const char *account_id, const char *field, const char *value,
                 int64_t at, struct err *err)
{
    struct query q = {0};
    if (!db_query(
            &store->db, &q,
            "UPDATE account_history SET until = :at WHERE account_id = :id AND field = :field "
            "AND until IS NULL AND value IS NOT :value",
            err)) {
        return false;
    }
    bind_i64(&q, ":at", at);
    bind_text(&q, ":id", account_id);
    bind_text(&q, ":field", field);
    bind_text(&q, ":value", value);
    if (!db_run(&q, err) ||
        !db_query(&store->db, &q,
                  "INSERT INTO account_history (account_id, field, value, since) VALUES (:id, "
                  ":field, :value, :at) ON CONFLICT DO NOTHING",
                  err)) {
        return false;
    }
    bind_text(&q, ":id", account_id);
    bind_text(&q, ":field", field);
    bind_text(&q, ":value", value);
    bind_i64(&q, ":at", at);
    return db_run(&q, err);
}

static bool note_number(struct store *store, const char *account_id, const char *field,
                        int64_t value, int64_t at, struct err *err)
{
    char text[24];
    snprintf(text, sizeof text, "%lld", (long long)value);
    return note(store, account_id, field, text, at, err);
}

static bool put_one(struct store *store, const struct account *row, int64_t listed_at,
                    struct err *err)
{
    struct query q = {0};
    if (!db_query(
            &store->db, &q,
            "INSERT INTO account (account_id, name, currency, timezone_name, "
            "timezone_offset_min, account_status, disable_reason, tier, listed_at) VALUES "
            "(:id, :name, :currency, :zone, :offset, :status, :reason, :tier, :listed) ON "
            "CONFLICT (account_id) DO UPDATE SET name = excluded.name, currency = "
            "excluded.currency, timezone_name = excluded.timezone_name, timezone_offset_min = "
            "excluded.timezone_offset_min, account_status = excluded.account_status, "
            "disable_reason = excluded.disable_reason, listed_at = excluded.listed_at, "
            "removed_at = NULL",
            err)) {
        return false;
    }
    bind_text(&q, ":id", row->account_id);
    bind_text(&q, ":name", row->name ? row->name : "");
    bind_text(&q, ":currency", row->currency);
    bind_text(&q, ":zone", row->timezone_name);
    bind_i64(&q, ":offset", row->timezone_offset_min);
    bind_i64(&q, ":status", row->account_status);
    bind_i64(&q, ":reason", row->disable_reason);
    bind_text(&q, ":tier", tier_name(row->tier));
    bind_i64(&q, ":listed", listed_at);
    return db_run(&q, err) &&
           note(store, row->account_id, "name", row->name ? row->name : "", listed_at, err) &&
           note_number(store, row->account_id, "status", row->account_status, listed_at, err);
}

bool store_accounts_put(struct store *store, const struct account *rows, size_t n,
                        int64_t listed_at, struct err *err)
{
    if (!store_begin(store, err)) {
        return false;
    }
    bool ok = true;
    for (size_t i = 0; ok && i < n; i++) {
        ok = put_one(store, &rows[i], listed_at, err);
    }
    return store_end(store, ok, err);
}

bool store_accounts_remove_unlisted(struct store *store, int64_t listed_at, size_t *removed,
                                    struct err *err)
{
    struct query q = {0};
    if (!store_begin(store, err)) {
        return false;
    }
    bool ok = db_query(&store->db, &q,
                       "UPDATE account SET removed_at = :at WHERE removed_at IS NULL AND "
                       "coalesce(listed_at, 0) < :at",
                       err);
    if (ok) {
        bind_i64(&q, ":at", listed_at);
        ok = db_run(&q, err);
        if (removed) {
            *removed = ok ? (size_t)db_changes(&store->db) : 0;
        }
    }
    return store_end(store, ok, err);
}

static bool select_accounts(struct store *store, const char *where, const char *id,
                            struct rows *rows, struct err *err)
{
    struct query q = {0};
    struct str sql;
    str_init(&sql, 2048);
    str_add(&sql, "SELECT ");
    fields_columns(&sql, FIELDS(account_fields), "");
    str_addf(&sql, " FROM account %s ORDER BY account_id", where);
    store_lock(store);
    bool ok = db_query(&store->db, &q, str_text(&sql), err);
    if (ok && id) {
        bind_text(&q, ":id", id);
    }
    ok = ok && rows_read(rows, &q, FIELDS(account_fields), err);
    store_unlock(store);
    str_fini(&sql);
    return ok;
}

bool store_accounts_load(struct store *store, struct arena *arena, struct store_accounts *out,
                         struct err *err)
{
    struct rows rows = {.record_size = sizeof(struct account), .arena = arena};
    bool ok = select_accounts(store, "", NULL, &rows, err);
    out->rows = rows.data;
    out->count = rows.count;
    return ok;
}

bool store_account_get(struct store *store, struct arena *arena, const char *account_id,
                       struct account *out, struct err *err)
{
    struct rows rows = {.record_size = sizeof(struct account), .arena = arena};
    if (!select_accounts(store, "WHERE account_id = :id", account_id, &rows, err)) {
        return false;
    }
    if (rows.count == 0) {
        return err_set(err, ERR_NOT_FOUND,
                       "account %s: it is not known; 'adtop accounts' lists "
                       "them",
                       account_id);
    }
    *out = *(struct account *)rows.data;
    return true;
}

/* UPDATE account SET <assignment> with up to two values :a and :b. */
static bool update(struct store *store, const char *account_id, const char *sql, int64_t a,
                   int64_t b, struct err *err)
{
    struct query q = {0};
    if (!db_query(&store->db, &q, sql, err)) {
        return false;
    }
    bind_text(&q, ":id", account_id);
    bind_i64(&q, ":a", a);
    bind_i64(&q, ":b", b);
    if (!db_run(&q, err)) {
        return false;
    }
    return db_changes(&store->db) > 0 ||
           err_set(err, ERR_NOT_FOUND, "account %s: it is not known", account_id);
}

bool store_account_set_tier(struct store *store, const char *account_id, enum tier tier,
                            bool pinned, int64_t at, struct err *err)
{
    struct query q = {0};
    if (!store_begin(store, err)) {
        return false;
    }
    bool ok = db_query(&store->db, &q,
                       "UPDATE account SET tier = :tier, tier_pinned = :pinned WHERE account_id = "
                       ":id",
                       err);
    if (ok) {
        bind_text(&q, ":tier", tier_name(tier));
        bind_i64(&q, ":pinned", pinned);
        bind_text(&q, ":id", account_id);
        ok = db_run(&q, err) && note(store, account_id, "tier", tier_name(tier), at, err);
    }
    return store_end(store, ok, err);
}

bool store_account_explain(struct store *store, const char *account_id, const char *field,
                           const char *detail, struct err *err)
{
    struct query q = {0};
    if (!store_begin(store, err)) {
        return false;
    }
    bool ok = db_query(&store->db, &q,
                       "UPDATE account_history SET detail = :detail WHERE account_id = :id AND "
                       "field = :field AND until IS NULL",
                       err);
    if (ok) {
        bind_text(&q, ":detail", detail);
        bind_text(&q, ":id", account_id);
        bind_text(&q, ":field", field);
        ok = db_run(&q, err);
    }
    return store_end(store, ok, err);
}

bool store_account_set_priority(struct store *store, const char *account_id, int priority,
                                int64_t at, struct err *err)
{
    if (!store_begin(store, err)) {
        return false;
    }
    bool ok = update(store, account_id,
                     "UPDATE account SET priority = :a WHERE account_id = :id AND :b = :b",
                     priority, 0, err) &&
              note_number(store, account_id, "priority", priority, at, err);
    return store_end(store, ok, err);
}

bool store_account_set_paused(struct store *store, const char *account_id, int64_t until,
                              int64_t at, struct err *err)
{
    if (!store_begin(store, err)) {
        return false;
    }
    bool ok =
        update(store, account_id,
               "UPDATE account SET paused_until = nullif(:a, 0) WHERE account_id = :id AND :b "
               "= :b",
               until, 0, err) &&
        note_number(store, account_id, "paused", until, at, err);
    return store_end(store, ok, err);
}

bool store_account_set_spend(struct store *store, const char *account_id, int64_t spend_7d,
                             int64_t spend_7d_base, struct err *err)
{
    if (!store_begin(store, err)) {
        return false;
    }
    bool ok = update(store, account_id,
                     "UPDATE account SET spend_7d = :a, spend_7d_base = :b WHERE account_id = :id",
                     spend_7d, spend_7d_base, err);
    return store_end(store, ok, err);
}

bool store_account_set_due(struct store *store, const char *account_id, int64_t next_due_at,
                           struct err *err)
{
    if (!store_begin(store, err)) {
        return false;
    }
    bool ok = update(store, account_id,
                     "UPDATE account SET next_due_at = nullif(:a, 0) WHERE account_id = :id AND :b "
                     "= :b",
                     next_due_at, 0, err);
    return store_end(store, ok, err);
}

bool store_account_set_synced(struct store *store, const char *account_id,
                              const struct store_synced *synced, struct err *err)
{
    struct query q = {0};
    if (!store_begin(store, err)) {
        return false;
    }
    bool ok = db_query(&store->db, &q,
                       "UPDATE account SET last_synced_at = coalesce(:synced, last_synced_at), "
                       "last_full_at = coalesce(:full, last_full_at), last_sweep_at = "
                       "coalesce(:sweep, last_sweep_at), data_as_of = coalesce(:as_of, data_as_of) "
                       "WHERE account_id = :id",
                       err);
    if (ok) {
        bind_time(&q, ":synced", synced->last_synced_at);
        bind_time(&q, ":full", synced->last_full_at);
        bind_time(&q, ":sweep", synced->last_sweep_at);
        bind_time(&q, ":as_of", synced->data_as_of);
        bind_text(&q, ":id", account_id);
        ok = db_run(&q, err);
    }
    return store_end(store, ok, err);
}
