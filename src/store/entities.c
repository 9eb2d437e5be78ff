#include "store/entities.h"

#include <stdio.h>
#include <string.h>

#include "base/num.h"
#include "store/internal.h"

/* Micros of one minor unit. Meta counts these currencies in whole units, three-decimal ones in
 * thousandths, everything else in hundredths. */
static int64_t minor_unit(const char *currency)
{
    static const char whole[] = "CLP COP CRC HUF ISK IDR JPY KRW PYG TWD VND";
    static const char thousandth[] = "BHD IQD JOD KWD LYD OMR TND";
    bool known = strlen(currency) == 3;
    return known && strstr(whole, currency)        ? 1000000
           : known && strstr(thousandth, currency) ? 1000
                                                   : 10000;
}

static void bind_budget(struct query *q, int number, const char *text, int64_t unit)
{
    int64_t minor = 0, micros = 0;
    if (text && num_parse_i64(text, &minor) && !__builtin_mul_overflow(minor, unit, &micros)) {
        bind_i64_n(q, number, micros);
    } else {
        bind_null_n(q, number);
    }
}

static void bind_words(struct query *q, int number, const char *text)
{
    if (text) {
        bind_text_n(q, number, text, strlen(text));
    } else {
        bind_null_n(q, number);
    }
}

static const char put_sql[] =
    "INSERT INTO entity (entity_no, fetched_at, account_no, kind, campaign_no, parent_no, "
    "deleted_at, created_time, updated_time, daily_budget, lifetime_budget, status, "
    "effective_status, objective, name) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, "
    "?13, ?14, ?15) ON CONFLICT (entity_no) DO UPDATE SET fetched_at = excluded.fetched_at, "
    "account_no = excluded.account_no, kind = excluded.kind, campaign_no = "
    "coalesce(excluded.campaign_no, campaign_no), parent_no = coalesce(excluded.parent_no, "
    "parent_no), deleted_at = CASE WHEN excluded.deleted_at IS NULL THEN NULL ELSE "
    "coalesce(deleted_at, excluded.deleted_at) END, created_time = coalesce(excluded.created_time, "
    "created_time), updated_time = coalesce(excluded.updated_time, updated_time), daily_budget = "
    "CASE WHEN excluded.name IS NULL THEN daily_budget ELSE excluded.daily_budget END, "
    "lifetime_budget = CASE WHEN excluded.name IS NULL THEN lifetime_budget ELSE "
    "excluded.lifetime_budget END, status = coalesce(excluded.status, status), effective_status = "
    "coalesce(excluded.effective_status, effective_status), objective = "
    "coalesce(excluded.objective, objective), name = coalesce(excluded.name, name)";

static bool put_one(struct store *store, struct query *q, const struct entity *row,
                    int64_t account_no, int64_t unit, int64_t fetched_at, struct err *err)
{
    int64_t no = 0, campaign = 0, parent = 0;
    if (!store_entity_no(store, row->entity_id, &no, err) ||
        !store_entity_no(store, row->campaign_id, &campaign, err) ||
        !store_entity_no(store, row->parent_id, &parent, err)) {
        return false;
    }
    const char *status = row->effective_status;
    bool deleted =
        status && (strcmp(status, "DELETED") == 0 || strcmp(status, ENTITY_INACCESSIBLE) == 0);
    bind_i64_n(q, 1, no);
    bind_i64_n(q, 2, fetched_at);
    bind_i64_n(q, 3, account_no);
    bind_i64_n(q, 4, row->kind);
    bind_id_n(q, 5, campaign);
    bind_id_n(q, 6, parent);
    bind_id_n(q, 7, deleted ? fetched_at : 0);
    bind_id_n(q, 8, row->created_time);
    bind_id_n(q, 9, row->updated_time);
    bind_budget(q, 10, row->daily_budget, unit);
    bind_budget(q, 11, row->lifetime_budget, unit);
    bind_words(q, 12, row->status);
    bind_words(q, 13, row->effective_status);
    bind_words(q, 14, row->objective);
    bind_words(q, 15, row->name);
    int step = db_step(q, err);
    db_rewind(q);
    return step == 0;
}

bool store_entities_put(struct store *store, const char *account_id, const struct entity *rows,
                        size_t n, int64_t fetched_at, struct err *err)
{
    struct query q = {0};
    char currency[8] = "";
    int64_t account_no = 0;
    if (!store_begin(store, err)) {
        return false;
    }
    bool ok = store_account_no(store, account_id, &account_no, currency, err) &&
              db_query(&store->db, &q, put_sql, err);
    int64_t unit = minor_unit(currency);
    for (size_t i = 0; ok && i < n; i++) {
        ok = put_one(store, &q, &rows[i], account_no, unit, fetched_at, err);
    }
    db_done(&q);
    return store_end(store, ok, err);
}

bool store_entities_count(struct store *store, const char *account_id,
                          int64_t counts[ENTITY_KIND_COUNT], int64_t *active, struct err *err)
{
    struct query q = {0};
    int64_t account_no = 0;
    *active = 0;
    memset(counts, 0, sizeof(int64_t) * ENTITY_KIND_COUNT);
    store_lock(store);
    bool ok =
        store_account_no(store, account_id, &account_no, NULL, err) &&
        db_query(&store->db, &q,
                 "SELECT kind, count(*), CASE kind WHEN 2 THEN (SELECT count(*) FROM entity a "
                 "WHERE a.account_no = :account AND a.effective_status = 'ACTIVE' AND "
                 "a.kind = 2 AND a.deleted_at IS NULL) ELSE 0 END FROM entity WHERE "
                 "account_no = :account AND "
                 "deleted_at IS NULL GROUP BY kind",
                 err);
    if (ok) {
        bind_i64(&q, ":account", account_no);
        int step;
        while ((step = db_step(&q, err)) > 0) {
            int64_t kind = col_i64(&q, 0) % ENTITY_KIND_COUNT;
            counts[kind] = col_i64(&q, 1);
            *active = kind == ENTITY_AD ? col_i64(&q, 2) : *active;
        }
        ok = step == 0;
    }
    db_done(&q);
    store_unlock(store);
    return ok;
}

bool store_entities_changed(struct store *store, const char *account_id, const struct entity *rows,
                            size_t n, bool *changed, struct err *err)
{
    struct query q = {0};
    (void)account_id; /* ids are unique over all accounts */
    store_lock(store);
    bool ok = db_query(&store->db, &q,
                       "SELECT updated_time, deleted_at, effective_status FROM entity WHERE "
                       "entity_no = ?1",
                       err);
    for (size_t i = 0; ok && i < n; i++) {
        int64_t no = 0;
        ok = store_entity_no(store, rows[i].entity_id, &no, err);
        bind_i64_n(&q, 1, no);
        int step = ok ? db_step(&q, err) : -1;
        ok = step >= 0;
        changed[i] =
            step == 0 || (step > 0 && (col_i64(&q, 0) != rows[i].updated_time || !col_null(&q, 1)));
        db_rewind(&q);
    }
    db_done(&q);
    store_unlock(store);
    return ok;
}

/* Rows of one entity number into ids. */
static bool take_ids(struct store *store, struct query *q, struct arena *arena, size_t limit,
                     const char ***ids, size_t *count, struct err *err)
{
    int64_t *numbers = arena_array(arena, limit, sizeof *numbers);
    size_t n = 0;
    int step = numbers ? 0 : -1;
    while (numbers && n < limit && (step = db_step(q, err)) > 0) {
        numbers[n++] = col_i64(q, 0);
    }
    db_done(q);
    *count = 0;
    *ids = arena_array(arena, limit, sizeof **ids);
    if (step < 0 || !*ids) {
        return step < 0 && numbers ? false : err_set(err, ERR_MEMORY, "database: out of memory");
    }
    for (size_t i = 0; i < n; i++) {
        char id[ID_SIZE];
        if (!store_entity_id(store, numbers[i], id, err)) {
            return false;
        }
        (*ids)[i] = arena_copy(arena, id, strlen(id));
        if (!(*ids)[i]) {
            return err_set(err, ERR_MEMORY, "database: out of memory");
        }
    }
    *count = n;
    return true;
}

/* :after of a query in order of entity_no. */
static bool number_after(struct store *store, const char *after, int64_t *no, struct err *err)
{
    *no = INT64_MIN;
    return !after || after[0] == '\0' || store_entity_no(store, after, no, err);
}

bool store_entities_unseen(struct store *store, struct arena *arena, const char *account_id,
                           const struct store_unseen *unseen, struct store_ids *out,
                           struct err *err)
{
    struct query q = {0};
    int64_t account_no = 0, after_no = 0;
    store_lock(store);
    bool ok =
        store_account_no(store, account_id, &account_no, NULL, err) &&
        number_after(store, unseen->after, &after_no, err) &&
        db_query(&store->db, &q,
                 "SELECT entity_no FROM entity WHERE account_no = :account AND kind = :kind "
                 "AND deleted_at IS NULL AND fetched_at < :since AND entity_no > :after ORDER "
                 "BY entity_no LIMIT :limit",
                 err);
    if (ok) {
        bind_i64(&q, ":account", account_no);
        bind_i64(&q, ":kind", unseen->kind);
        bind_i64(&q, ":since", unseen->since);
        bind_i64(&q, ":after", after_no);
        bind_i64(&q, ":limit", (int64_t)unseen->limit);
        ok = take_ids(store, &q, arena, unseen->limit, &out->ids, &out->count, err);
    }
    store_unlock(store);
    return ok;
}

bool store_entities_strays(struct store *store, struct arena *arena, const char *account_id,
                           const char *after, size_t limit, struct store_ids *out, struct err *err)
{
    struct query q = {0};
    int64_t account_no = 0, after_no = 0;
    store_lock(store);
    bool ok = store_account_no(store, account_id, &account_no, NULL, err) &&
              number_after(store, after, &after_no, err) &&
              db_query(&store->db, &q,
                       "SELECT s.entity_no FROM stray s WHERE s.account_no = :account AND "
                       "s.entity_no > :after AND NOT EXISTS (SELECT 1 FROM entity e WHERE "
                       "e.entity_no = s.entity_no) ORDER BY s.entity_no LIMIT :limit",
                       err);
    if (ok) {
        bind_i64(&q, ":account", account_no);
        bind_i64(&q, ":after", after_no);
        bind_i64(&q, ":limit", (int64_t)limit);
        ok = take_ids(store, &q, arena, limit, &out->ids, &out->count, err);
    }
    store_unlock(store);
    return ok;
}

/* Tombstones out of strays, for the level itself and its parents. */
static const char *const settle_sql[] = {
    "INSERT INTO entity (entity_no, fetched_at, account_no, kind, campaign_no, parent_no, "
    "deleted_at, status, effective_status, name) "
    "SELECT s.entity_no, :at, s.account_no, s.kind, "
    "CASE s.kind WHEN 0 THEN NULL ELSE s.campaign_no END, "
    "CASE s.kind WHEN 2 THEN s.adset_no WHEN 1 THEN s.campaign_no END, :at, 'DELETED', "
    "'DELETED', s.name FROM stray s WHERE s.account_no = :account ON CONFLICT DO NOTHING",
    "INSERT INTO entity (entity_no, fetched_at, account_no, kind, campaign_no, parent_no, "
    "deleted_at, status, effective_status, name) SELECT s.adset_no, :at, s.account_no, 1, "
    "s.campaign_no, s.campaign_no, :at, 'DELETED', 'DELETED', s.adset_name FROM stray s WHERE "
    "s.account_no = :account AND s.adset_no IS NOT NULL AND s.kind = 2 ON CONFLICT DO NOTHING",
    "INSERT INTO entity (entity_no, fetched_at, account_no, kind, deleted_at, status, "
    "effective_status, name) "
    "SELECT s.campaign_no, :at, s.account_no, 0, :at, 'DELETED', 'DELETED', s.campaign_name "
    "FROM stray s WHERE s.account_no = :account AND s.campaign_no IS NOT NULL AND s.kind > 0 "
    "ON CONFLICT DO NOTHING",
};

bool store_entities_settle(struct store *store, const char *account_id, int64_t deleted_at,
                           size_t *tombstones, struct err *err)
{
    struct query q = {0};
    int64_t account_no = 0, made = 0;
    if (!store_begin(store, err)) {
        return false;
    }
    bool ok = store_account_no(store, account_id, &account_no, NULL, err);
    for (size_t i = 0; ok && i < sizeof settle_sql / sizeof *settle_sql; i++) {
        ok = db_query(&store->db, &q, settle_sql[i], err);
        if (ok) {
            bind_i64(&q, ":account", account_no);
            bind_i64(&q, ":at", deleted_at);
            ok = db_run(&q, err);
            made += ok ? db_changes(&store->db) : 0;
        }
    }
    ok = ok && db_query(&store->db, &q, "DELETE FROM stray WHERE account_no = :account", err);
    if (ok) {
        bind_i64(&q, ":account", account_no);
        ok = db_run(&q, err);
    }
    if (tombstones) {
        *tombstones = (size_t)made;
    }
    return store_end(store, ok, err);
}

bool store_entities_missing(struct store *store, struct arena *arena, const char *account_id,
                            const struct store_unseen *parents, struct store_ids *out,
                            struct err *err)
{
    struct query q = {0};
    int64_t account_no = 0, after_no = 0;
    store_lock(store);
    bool ok = store_account_no(store, account_id, &account_no, NULL, err) &&
              number_after(store, parents->after, &after_no, err) &&
              db_query(&store->db, &q,
                       "SELECT DISTINCT e.parent_no FROM entity e WHERE e.account_no = :account "
                       "AND e.kind = :kind AND e.deleted_at IS NULL AND e.parent_no > :after AND "
                       "NOT EXISTS (SELECT 1 FROM entity p WHERE p.entity_no = e.parent_no) ORDER "
                       "BY e.parent_no LIMIT :limit",
                       err);
    if (ok) {
        bind_i64(&q, ":account", account_no);
        bind_i64(&q, ":kind", parents->kind + 1);
        bind_i64(&q, ":after", after_no);
        bind_i64(&q, ":limit", (int64_t)parents->limit);
        ok = take_ids(store, &q, arena, parents->limit, &out->ids, &out->count, err);
    }
    store_unlock(store);
    return ok;
}

static bool first_number(struct query *q, int64_t *no, struct err *err)
{
    int step = db_step(q, err);
    *no = step > 0 ? col_i64(q, 0) : 0;
    db_done(q);
    return step >= 0;
}

bool store_entity_next(struct store *store, const char *account_id, const struct store_walk *walk,
                       char out[ID_SIZE], struct err *err)
{
    struct query q = {0};
    int64_t account_no = 0, after_no = 0, parent_no = 0, no = 0;
    store_lock(store);
    bool ok = store_account_no(store, account_id, &account_no, NULL, err) &&
              number_after(store, walk->after, &after_no, err) &&
              store_entity_no(store, walk->parent, &parent_no, err) &&
              db_query(&store->db, &q,
                       "SELECT entity_no FROM entity WHERE account_no = :account AND kind = :kind "
                       "AND (:parent = 0 OR parent_no = :parent) AND entity_no > :after AND "
                       "effective_status IS NOT '" ENTITY_INACCESSIBLE "' ORDER BY entity_no LIMIT "
                       "1",
                       err);
    if (ok) {
        bind_i64(&q, ":account", account_no);
        bind_i64(&q, ":kind", walk->kind);
        bind_i64(&q, ":parent", parent_no);
        bind_i64(&q, ":after", after_no);
        ok = first_number(&q, &no, err) && store_entity_id(store, no, out, err);
    }
    store_unlock(store);
    return ok;
}
