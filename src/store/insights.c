#include "store/insights.h"

#include <stdio.h>
#include <string.h>

#include "base/hash.h"
#include "base/num.h"
#include "base/str.h"
#include "store/internal.h"
#include "json/write.h"

enum { ACTIONS_MAX = 1 << 20 };

/* Omni counts across web, app and shops; the pixel's are part of it. Rank 0 wins. */
static const struct store_event_rule built_in_rules[] = {
    {"link_click",                                        EVENT_LINK_CLICK,   0},
    {"lead",                                              EVENT_LEAD,         0},
    {"onsite_conversion.lead_grouped",                    EVENT_LEAD,         1},
    {"offsite_conversion.fb_pixel_lead",                  EVENT_LEAD,         2},
    {"omni_complete_registration",                        EVENT_REGISTRATION, 0},
    {"complete_registration",                             EVENT_REGISTRATION, 1},
    {"offsite_conversion.fb_pixel_complete_registration", EVENT_REGISTRATION, 2},
    {"omni_purchase",                                     EVENT_PURCHASE,     0},
    {"purchase",                                          EVENT_PURCHASE,     1},
    {"offsite_conversion.fb_pixel_purchase",              EVENT_PURCHASE,     2},
};
static const struct store_event_map built_in = {built_in_rules,
                                                sizeof built_in_rules / sizeof *built_in_rules};

/* What one row's actions come to. */
struct events {
    const char *count[EVENT_COUNT]; /* decimal text of the winning type; NULL = none */
    int rank[EVENT_COUNT];
    int64_t value; /* of the purchases */
};

static void take_event(const struct store_event_map *map, const struct insight_action *action,
                       struct events *events)
{
    if (strcmp(action->attribution, "default") != 0) {
        return;
    }
    for (size_t i = 0; i < map->count; i++) {
        const struct store_event_rule *rule = &map->rules[i];
        if (strcmp(rule->action_type, action->action_type) != 0) {
            continue;
        }
        if (!events->count[rule->event] || rule->rank < events->rank[rule->event]) {
            events->count[rule->event] = action->count ? action->count : "0";
            events->rank[rule->event] = rule->rank;
            if (rule->event == EVENT_PURCHASE) {
                events->value = action->has_value ? action->value : 0;
            }
        }
        return;
    }
}

static bool action_key(struct store *store, const struct insight_action *action, int64_t *no,
                       struct err *err)
{
    struct query q = {0};
    uint64_t hash = hash_bytes(action->action_type, strlen(action->action_type), 1);
    hash = hash_bytes(action->attribution, strlen(action->attribution), hash) | 1;
    struct action_key *slot = &store->action_keys[(hash >> 1) % ACTION_KEYS];
    if (slot->hash == hash) {
        *no = slot->no;
        return true;
    }
    if (!db_query(&store->db, &q,
                  "INSERT INTO action_key (action_type, attribution) VALUES (:type, :attribution) "
                  "ON CONFLICT DO UPDATE SET action_type = excluded.action_type RETURNING key_no",
                  err)) {
        return false;
    }
    bind_text(&q, ":type", action->action_type);
    bind_text(&q, ":attribution", action->attribution);
    int step = db_step(&q, err);
    *no = step > 0 ? col_i64(&q, 0) : 0;
    while (step > 0) {
        step = db_step(&q, err);
    }
    db_done(&q);
    if (step == 0) {
        slot->hash = hash;
        slot->no = *no;
    }
    return step == 0;
}

/* [[key_no,"count",value],...]; the count is the API's own text. */
static bool pack_actions(struct store *store, const struct insight *row, struct str *out,
                         struct events *events, struct err *err)
{
    const struct store_event_map *map = store->events ? store->events : &built_in;
    struct jw w;
    str_reset(out);
    jw_init(&w, out);
    jw_array_begin(&w);
    for (size_t i = 0; i < row->action_count; i++) {
        const struct insight_action *action = &row->actions[i];
        int64_t no = 0;
        if (!action_key(store, action, &no, err)) {
            return false;
        }
        take_event(map, action, events);
        jw_array_begin(&w);
        jw_i64(&w, no);
        jw_text(&w, action->count);
        if (action->has_value) {
            jw_i64(&w, action->value);
        }
        jw_array_end(&w);
    }
    jw_array_end(&w);
    return jw_ok(&w) || err_set(err, ERR_LIMIT, "insights: a row has too many actions");
}

static void bind_count(struct query *q, int number, const char *text)
{
    int64_t whole = 0;
    double decimal = 0;
    if (!text || num_parse_i64(text, &whole)) {
        bind_i64_n(q, number, whole);
    } else {
        num_parse_double(text, &decimal);
        bind_real_n(q, number, decimal);
    }
}

static bool breakdown_no(struct store *store, const char *text, const char *dimensions, int64_t *no,
                         struct err *err)
{
    struct query q = {0};
    *no = 0;
    if (!text || text[0] == '\0') {
        return true;
    }
    if (!db_query(
            &store->db, &q,
            "INSERT INTO breakdown (dimensions, text) VALUES (:dimensions, :text) ON CONFLICT "
            "(text) DO UPDATE SET dimensions = excluded.dimensions RETURNING breakdown_no",
            err)) {
        return false;
    }
    bind_text(&q, ":dimensions", dimensions);
    bind_text(&q, ":text", text);
    int step = db_step(&q, err);
    *no = step > 0 ? col_i64(&q, 0) : 0;
    while (step > 0) {
        step = db_step(&q, err);
    }
    db_done(&q);
    return step == 0;
}

static const char put_sql[] =
    "INSERT INTO insight (account_no, level, date_start, entity_no, date_stop, breakdown_no, "
    "fetched_at, run_id, spend, impressions, clicks, reach, link_clicks, leads, registrations, "
    "purchases, purchase_value, actions) "
    "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18) "
    "ON CONFLICT DO UPDATE SET fetched_at = excluded.fetched_at, run_id = excluded.run_id, "
    "spend = excluded.spend, impressions = excluded.impressions, clicks = excluded.clicks, "
    "reach = excluded.reach, link_clicks = excluded.link_clicks, leads = excluded.leads, "
    "registrations = excluded.registrations, purchases = excluded.purchases, "
    "purchase_value = excluded.purchase_value, actions = excluded.actions";

static const char stray_sql[] =
    "INSERT INTO stray (entity_no, account_no, kind, name, adset_no, adset_name, campaign_no, "
    "campaign_name) SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8 WHERE NOT EXISTS (SELECT 1 FROM entity "
    "WHERE entity_no = ?1) ON CONFLICT DO NOTHING";

struct putting {
    struct store *store;
    const struct store_listing *listing;
    int64_t account_no, fetched_at;
    struct query put, stray;
    struct str actions;
    int64_t last_entity; /* rows of one entity follow each other: its stray is looked at once */
};

static void bind_words(struct query *q, int number, const char *text)
{
    if (text) {
        bind_text_n(q, number, text, strlen(text));
    } else {
        bind_null_n(q, number);
    }
}

static bool put_stray(struct putting *p, const struct insight *row, int64_t entity_no,
                      struct err *err)
{
    static const int kinds[LEVEL_COUNT] = {-1, 0, 1, 2};
    const char *const names[LEVEL_COUNT] = {NULL, row->campaign_name, row->adset_name,
                                            row->ad_name};
    int64_t adset = 0, campaign = 0;
    if (row->level == LEVEL_ACCOUNT || entity_no == p->last_entity) {
        return true;
    }
    p->last_entity = entity_no;
    if (!store_entity_no(p->store, row->adset_id, &adset, err) ||
        !store_entity_no(p->store, row->campaign_id, &campaign, err)) {
        return false;
    }
    bind_i64_n(&p->stray, 1, entity_no);
    bind_i64_n(&p->stray, 2, p->account_no);
    bind_i64_n(&p->stray, 3, kinds[row->level]);
    bind_words(&p->stray, 4, names[row->level]);
    bind_id_n(&p->stray, 5, adset);
    bind_words(&p->stray, 6, row->adset_name);
    bind_id_n(&p->stray, 7, campaign);
    bind_words(&p->stray, 8, row->campaign_name);
    int step = db_step(&p->stray, err);
    db_rewind(&p->stray);
    return step == 0;
}

static bool put_row(struct putting *p, const struct insight *row, struct err *err)
{
    struct events events = {0};
    int64_t entity_no = 0, breakdown = 0;
    if ((row->level != LEVEL_ACCOUNT &&
         !store_entity_no(p->store, row->entity_id, &entity_no, err)) ||
        !breakdown_no(p->store, row->breakdown, p->listing->breakdowns, &breakdown, err) ||
        !pack_actions(p->store, row, &p->actions, &events, err) ||
        !put_stray(p, row, entity_no, err)) {
        return false;
    }
    struct query *q = &p->put;
    bind_i64_n(q, 1, p->account_no);
    bind_i64_n(q, 2, row->level);
    bind_i64_n(q, 3, row->date_start);
    bind_i64_n(q, 4, entity_no);
    bind_i64_n(q, 5, row->date_stop);
    bind_i64_n(q, 6, breakdown);
    bind_i64_n(q, 7, p->fetched_at);
    bind_i64_n(q, 8, p->listing->run_id);
    bind_i64_n(q, 9, row->spend);
    bind_i64_n(q, 10, row->impressions);
    bind_i64_n(q, 11, row->clicks);
    if (row->reach >= 0) {
        bind_i64_n(q, 12, row->reach);
    } else {
        bind_null_n(q, 12);
    }
    bind_count(q, 13, events.count[EVENT_LINK_CLICK]);
    bind_count(q, 14, events.count[EVENT_LEAD]);
    bind_count(q, 15, events.count[EVENT_REGISTRATION]);
    bind_count(q, 16, events.count[EVENT_PURCHASE]);
    bind_i64_n(q, 17, events.value);
    bind_text_n(q, 18, row->action_count ? str_text(&p->actions) : NULL, p->actions.len);
    int step = db_step(q, err);
    db_rewind(q);
    return step == 0;
}

bool store_insights_put(struct store *store, const struct store_listing *listing,
                        const struct insight *rows, size_t n, int64_t fetched_at, struct err *err)
{
    struct putting p = {.store = store, .listing = listing, .fetched_at = fetched_at};
    if (!store_begin(store, err)) {
        return false;
    }
    str_init(&p.actions, ACTIONS_MAX);
    bool ok = store_account_no(store, listing->account_id, &p.account_no, NULL, err) &&
              db_query(&store->db, &p.put, put_sql, err) &&
              db_query(&store->db, &p.stray, stray_sql, err);
    for (size_t i = 0; ok && i < n; i++) {
        ok = put_row(&p, &rows[i], err);
    }
    db_done(&p.put);
    db_done(&p.stray);
    str_fini(&p.actions);
    if (!ok) { /* keys made in this transaction are gone with it */
        memset(store->action_keys, 0, sizeof store->action_keys);
    }
    return store_end(store, ok, err);
}

static bool finish_days(struct store *store, const struct store_listing *listing,
                        int64_t account_no, int64_t fetched_at, struct err *err)
{
    struct query q = {0};
    if (!db_query(
            &store->db, &q,
            "INSERT INTO insight_day (account_no, level, dimensions, date, fetched_at, run_id) "
            "VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT DO UPDATE SET fetched_at = "
            "excluded.fetched_at, run_id = excluded.run_id",
            err)) {
        return false;
    }
    bool ok = true;
    for (int32_t day = listing->day_from; ok && day <= listing->day_to; day++) {
        bind_i64_n(&q, 1, account_no);
        bind_i64_n(&q, 2, listing->level);
        bind_text_n(&q, 3, listing->breakdowns, strlen(listing->breakdowns));
        bind_i64_n(&q, 4, day);
        bind_i64_n(&q, 5, fetched_at);
        bind_i64_n(&q, 6, listing->run_id);
        ok = db_step(&q, err) == 0;
        db_rewind(&q);
    }
    db_done(&q);
    return ok;
}

bool store_insights_finish(struct store *store, const struct store_listing *listing,
                           int64_t fetched_at, size_t *removed, struct err *err)
{
    struct query q = {0};
    int64_t account_no = 0;
    if (!store_begin(store, err)) {
        return false;
    }
    bool ok = store_account_no(store, listing->account_id, &account_no, NULL, err) &&
              db_query(&store->db, &q,
                       "DELETE FROM insight WHERE account_no = :account AND level = :level AND "
                       "date_start BETWEEN :from AND :to AND fetched_at < :started AND CASE "
                       ":dimensions WHEN '' THEN breakdown_no = 0 ELSE breakdown_no IN (SELECT "
                       "breakdown_no FROM breakdown WHERE dimensions = :dimensions) END",
                       err);
    if (ok) {
        bind_i64(&q, ":account", account_no);
        bind_i64(&q, ":level", listing->level);
        bind_i64(&q, ":from", listing->day_from);
        bind_i64(&q, ":to", listing->day_to);
        bind_i64(&q, ":started", listing->started_at);
        bind_text(&q, ":dimensions", listing->breakdowns);
        ok = db_run(&q, err);
        if (removed) {
            *removed = ok ? (size_t)db_changes(&store->db) : 0;
        }
    }
    ok = ok && finish_days(store, listing, account_no, fetched_at, err);
    return store_end(store, ok, err);
}

static bool read_freshness(struct store *store, const struct store_listing *listing,
                           int64_t account_no, struct store_day *days, struct err *err)
{
    struct query q = {0};
    if (!db_query(
            &store->db, &q,
            "SELECT date, fetched_at FROM insight_day WHERE account_no = :account AND level = "
            ":level AND dimensions = :dimensions AND date BETWEEN :from AND :to",
            err)) {
        return false;
    }
    bind_i64(&q, ":account", account_no);
    bind_i64(&q, ":level", listing->level);
    bind_text(&q, ":dimensions", listing->breakdowns);
    bind_i64(&q, ":from", listing->day_from);
    bind_i64(&q, ":to", listing->day_to);
    int step;
    while ((step = db_step(&q, err)) > 0) {
        days[col_i64(&q, 0) - listing->day_from].fetched_at = col_i64(&q, 1);
    }
    db_done(&q);
    return step == 0;
}

static bool read_sums(struct store *store, const struct store_listing *listing, int64_t account_no,
                      struct store_day *days, struct err *err)
{
    struct query q = {0};
    if (!db_query(&store->db, &q,
                  "SELECT date_start, count(*), sum(spend), sum(impressions), sum(clicks) FROM "
                  "insight WHERE account_no = :account AND level = :level AND date_start BETWEEN "
                  ":from AND :to AND date_stop = date_start AND CASE :dimensions WHEN '' THEN "
                  "breakdown_no = 0 ELSE breakdown_no IN (SELECT breakdown_no FROM breakdown WHERE "
                  "dimensions = :dimensions) END GROUP BY date_start",
                  err)) {
        return false;
    }
    bind_i64(&q, ":account", account_no);
    bind_i64(&q, ":level", listing->level);
    bind_text(&q, ":dimensions", listing->breakdowns);
    bind_i64(&q, ":from", listing->day_from);
    bind_i64(&q, ":to", listing->day_to);
    int step;
    while ((step = db_step(&q, err)) > 0) {
        struct store_day *day = &days[col_i64(&q, 0) - listing->day_from];
        day->rows = col_i64(&q, 1);
        day->spend = col_i64(&q, 2);
        day->impressions = col_i64(&q, 3);
        day->clicks = col_i64(&q, 4);
    }
    db_done(&q);
    return step == 0;
}

bool store_insights_days(struct store *store, const struct store_listing *listing,
                         struct store_day *days, struct err *err)
{
    int64_t account_no = 0;
    for (int32_t day = listing->day_from; day <= listing->day_to; day++) {
        days[day - listing->day_from] = (struct store_day){.day = day};
    }
    store_lock(store);
    bool ok = store_account_no(store, listing->account_id, &account_no, NULL, err) &&
              read_freshness(store, listing, account_no, days, err) &&
              read_sums(store, listing, account_no, days, err);
    store_unlock(store);
    return ok;
}
