#include "store/daily.h"

#include "store/internal.h"

#define SUMS                                                                                       \
    "sum(i.spend), sum(i.impressions), sum(i.clicks), sum(i.link_clicks), sum(i.leads), "          \
    "sum(i.registrations), sum(i.purchases), sum(i.purchase_value)"
#define FROM_SOURCE                                                                                \
    " FROM insight i WHERE i.account_no = :account AND i.level = :source AND i.date_start "        \
    "BETWEEN :from AND :to AND i.date_stop = i.date_start AND i.breakdown_no = 0 "
#define INTO                                                                                       \
    "INSERT INTO daily_sum (account_no, level, date, entity_no, spend, impressions, clicks, "      \
    "link_clicks, leads, registrations, purchases, purchase_value, source) "

/* The account, then the levels between it and the source. */
static const struct {
    enum insight_level level;
    const char *sql;
} sums[] = {
    {LEVEL_ACCOUNT,  INTO "SELECT i.account_no, 0, i.date_start, 0, " SUMS ", :source" FROM_SOURCE
                         "GROUP BY i.date_start"                              },
    {LEVEL_CAMPAIGN,
     INTO "SELECT i.account_no, 1, i.date_start, e.campaign_no, " SUMS ", NULL FROM insight i JOIN "
          "entity e ON e.entity_no = i.entity_no WHERE i.account_no = :account AND i.level = "
          ":source AND i.date_start BETWEEN :from AND :to AND i.date_stop = i.date_start AND "
          "i.breakdown_no = 0 AND e.campaign_no IS NOT NULL GROUP BY i.date_start, e.campaign_no"},
    {LEVEL_ADSET,
     INTO "SELECT i.account_no, 2, i.date_start, e.parent_no, " SUMS ", NULL FROM insight i JOIN "
          "entity e ON e.entity_no = i.entity_no WHERE i.account_no = :account AND i.level = "
          ":source AND i.date_start BETWEEN :from AND :to AND i.date_stop = i.date_start AND "
          "i.breakdown_no = 0 AND e.parent_no IS NOT NULL AND e.kind = 2 GROUP BY i.date_start, "
          "e.parent_no"                                                                          },
};

static bool run_over(struct store *store, const char *sql, int64_t account_no, int source,
                     int32_t from, int32_t to, struct err *err)
{
    struct query q = {0};
    if (!db_query(&store->db, &q, sql, err)) {
        return false;
    }
    bind_i64(&q, ":account", account_no);
    bind_i64(&q, ":from", from);
    bind_i64(&q, ":to", to);
    if (source >= 0) {
        bind_i64(&q, ":source", source);
    }
    return db_run(&q, err);
}

bool store_daily_rollup(struct store *store, const char *account_id, enum insight_level source,
                        int32_t day_from, int32_t day_to, int64_t *rows, struct err *err)
{
    int64_t account_no = 0, made = 0;
    if (!store_begin(store, err)) {
        return false;
    }
    bool ok = store_account_no(store, account_id, &account_no, NULL, err) &&
              run_over(store,
                       "DELETE FROM daily_sum WHERE account_no = :account AND date BETWEEN :from "
                       "AND :to",
                       account_no, -1, day_from, day_to, err);
    for (size_t i = 0; ok && i < sizeof sums / sizeof *sums; i++) {
        if (sums[i].level == LEVEL_ACCOUNT || sums[i].level < source) {
            ok = run_over(store, sums[i].sql, account_no, (int)source, day_from, day_to, err);
            made += ok ? db_changes(&store->db) : 0;
        }
    }
    if (rows) {
        *rows = made;
    }
    return store_end(store, ok, err);
}

bool store_daily_spend(struct store *store, const char *account_id, int32_t day_from,
                       int32_t day_to, int64_t *spend, struct err *err)
{
    struct query q = {0};
    int64_t account_no = 0;
    *spend = 0;
    store_lock(store);
    bool ok = store_account_no(store, account_id, &account_no, NULL, err) &&
              db_query(&store->db, &q,
                       "SELECT sum(spend) FROM daily_sum WHERE account_no = :account AND level = 0 "
                       "AND date BETWEEN :from AND :to",
                       err);
    if (ok) {
        bind_i64(&q, ":account", account_no);
        bind_i64(&q, ":from", day_from);
        bind_i64(&q, ":to", day_to);
        int step = db_step(&q, err);
        *spend = step > 0 ? col_i64(&q, 0) : 0;
        ok = step >= 0;
    }
    db_done(&q);
    store_unlock(store);
    return ok;
}
