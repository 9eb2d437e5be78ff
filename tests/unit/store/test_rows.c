/* Entities and insights: upserts, exact money, tombstones, sums. */
#include "tests/unit/store/store_fixture.h"

#include "store/daily.h"
#include "store/read_entities.h"

static void put(struct place *place, const struct entity *rows, size_t n, int64_t at)
{
    assert_true(store_entities_put(place->store, ACCOUNT, rows, n, at, &place->err));
}

static void put_insights(struct place *place, const struct insight *rows, size_t n, int64_t at)
{
    struct store_listing listing = listing_of(TODAY - 7, TODAY, at);
    assert_true(store_insights_put(place->store, &listing, rows, n, at, &place->err));
}

/* ---- entities -----------------------------------------------------------------------------------
 */

static void test_ids_stay_as_they_came(void **unused)
{
    (void)unused;
    static const char *const ids[] = {
        "1",   "120208325579370399",     "9223372036854775807", "9223372036854775808",
        "007", "18446744073709551616000"};
    struct place place;
    place_open(&place);
    for (size_t i = 0; i < sizeof ids / sizeof ids[0]; i++) {
        struct entity row = entity_of(ENTITY_CAMPAIGN, ids[i], NULL);
        put(&place, &row, 1, NOON);
        put(&place, &row, 1, NOON + 1);
        char sql[128];
        snprintf(sql, sizeof sql, "SELECT count(*) FROM entities WHERE entity_id = '%s'", ids[i]);
        assert_sql(&place, sql, "1");
    }
    assert_sql(&place, "SELECT count(*) FROM entities", "6");
    place_close(&place);
}

static void test_a_row_again_replaces_what_it_brings(void **unused)
{
    (void)unused;
    struct place place;
    place_open(&place);
    struct entity row = entity_of(ENTITY_ADSET, "110", "100");
    row.daily_budget = "5000";
    put(&place, &row, 1, NOON);
    assert_sql(&place, "SELECT daily_budget FROM adsets", "50000000");
    row.name = "new";
    row.daily_budget = NULL; /* it moved to the campaign */
    put(&place, &row, 1, NOON + 1);
    assert_sql(&place, "SELECT name || coalesce(daily_budget, '-') || fetched_at FROM adsets",
               "new-1767268800001");
    struct entity sweep = {.kind = ENTITY_ADSET, .entity_id = "110", .effective_status = "PAUSED"};
    put(&place, &sweep, 1, NOON + 2);
    assert_sql(&place,
               "SELECT name || effective_status || parent_id || updated_time FROM adsets WHERE "
               "status = 'ACTIVE'",
               "newPAUSED1001767182400000");
    place_close(&place);
}

static void test_budgets_by_the_currencys_minor_unit(void **unused)
{
    (void)unused;
    static const struct {
        const char *currency, *micros;
    } cases[] = {
        {"USD", "12340000"  },
        {"JPY", "1234000000"},
        {"KWD", "1234000"   },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct place place;
        place_open(&place);
        place_put_account(&place, ACCOUNT, cases[i].currency);
        struct entity row = entity_of(ENTITY_CAMPAIGN, "100", NULL);
        row.lifetime_budget = "1234";
        put(&place, &row, 1, NOON);
        assert_sql(&place, "SELECT lifetime_budget FROM campaigns", cases[i].micros);
        place_close(&place);
    }
}

static void test_tombstones_come_and_go(void **unused)
{
    (void)unused;
    struct place place;
    place_open(&place);
    struct entity row = entity_of(ENTITY_CAMPAIGN, "100", NULL);
    put(&place, &row, 1, NOON);
    row.effective_status = "DELETED";
    put(&place, &row, 1, NOON + 1);
    put(&place, &row, 1, NOON + 9); /* since when does not move */
    assert_sql(&place, "SELECT deleted_at FROM campaigns", "1767268800001");
    row.effective_status = "ACTIVE";
    put(&place, &row, 1, NOON + 10);
    assert_sql(&place, "SELECT coalesce(deleted_at, 'alive') FROM campaigns", "alive");
    struct entity hidden = {
        .kind = ENTITY_CAMPAIGN, .entity_id = "100", .effective_status = ENTITY_INACCESSIBLE};
    put(&place, &hidden, 1, NOON + 11);
    assert_sql(&place, "SELECT name || effective_status || (deleted_at > 0) FROM campaigns",
               "100INACCESSIBLE1");
    place_close(&place);
}

static void test_unseen_goes_on_after_an_id(void **unused)
{
    (void)unused;
    struct place place;
    struct store_ids ids;
    place_open(&place);
    struct entity rows[] = {
        entity_of(ENTITY_CAMPAIGN, "100", NULL), entity_of(ENTITY_CAMPAIGN, "101", NULL),
        entity_of(ENTITY_CAMPAIGN, "102", NULL), entity_of(ENTITY_ADSET, "110", "100")};
    put(&place, rows, 4, NOON);
    put(&place, rows + 1, 1, NOON + 5);
    struct store_unseen unseen = {.kind = ENTITY_CAMPAIGN, .since = NOON + 5, .limit = 1};
    assert_true(
        store_entities_unseen(place.store, place.arena, ACCOUNT, &unseen, &ids, &place.err));
    assert_int_equal(ids.count, 1);
    assert_string_equal(ids.ids[0], "100");
    unseen.after = "100";
    assert_true(
        store_entities_unseen(place.store, place.arena, ACCOUNT, &unseen, &ids, &place.err));
    assert_string_equal(ids.ids[0], "102");
    unseen.after = "102";
    assert_true(
        store_entities_unseen(place.store, place.arena, ACCOUNT, &unseen, &ids, &place.err));
    assert_int_equal(ids.count, 0);
    place_close(&place);
}

static void test_missing_parents_and_walks(void **unused)
{
    (void)unused;
    struct place place;
    struct store_ids ids;
    char next[ID_SIZE];
    place_open(&place);
    struct entity rows[] = {
        entity_of(ENTITY_CAMPAIGN, "100", NULL), entity_of(ENTITY_ADSET, "110", "100"),
        entity_of(ENTITY_ADSET, "111", "101"), entity_of(ENTITY_AD, "120", "112")};
    put(&place, rows, 4, NOON);
    struct store_unseen sets = {.kind = ENTITY_ADSET, .limit = 9};
    assert_true(store_entities_missing(place.store, place.arena, ACCOUNT, &sets, &ids, &place.err));
    assert_int_equal(ids.count, 1);
    assert_string_equal(ids.ids[0], "112");
    struct store_unseen campaigns = {.kind = ENTITY_CAMPAIGN, .limit = 9};
    assert_true(
        store_entities_missing(place.store, place.arena, ACCOUNT, &campaigns, &ids, &place.err));
    assert_int_equal(ids.count, 1);
    assert_string_equal(ids.ids[0], "101");
    struct store_walk walk = {.kind = ENTITY_ADSET};
    assert_true(store_entity_next(place.store, ACCOUNT, &walk, next, &place.err));
    assert_string_equal(next, "110");
    walk = (struct store_walk){.kind = ENTITY_ADSET, .after = "110"};
    assert_true(store_entity_next(place.store, ACCOUNT, &walk, next, &place.err));
    assert_string_equal(next, "111");
    walk.parent = "100";
    assert_true(store_entity_next(place.store, ACCOUNT, &walk, next, &place.err));
    assert_string_equal(next, "");
    place_close(&place);
}

/* ---- insights -----------------------------------------------------------------------------------
 */

static void test_spend_is_exact_to_the_micro(void **unused)
{
    (void)unused;
    struct place place;
    struct store_day days[8];
    place_open(&place);
    struct insight rows[] = {insight_of("120", TODAY, 14350000), insight_of("121", TODAY, 1),
                             insight_of("122", TODAY, INT64_C(9007199254740993))};
    put_insights(&place, rows, 3, NOON);
    struct store_listing listing = listing_of(TODAY - 7, TODAY, NOON);
    assert_true(store_insights_days(place.store, &listing, days, &place.err));
    assert_true(days[7].spend == INT64_C(9007199254740993) + 14350001);
    assert_int_equal(days[7].rows, 3);
    assert_int_equal(days[7].impressions, 30);
    place_close(&place);
}

static void test_a_row_comes_once_however_often(void **unused)
{
    (void)unused;
    struct place place;
    place_open(&place);
    struct insight_action actions[] = {
        {"link_click", "default",  "4",   false, 0      },
        {"purchase",   "7d_click", "1.5", true,  2500000}
    };
    struct insight row = insight_of("120", TODAY, 100);
    row.actions = actions;
    row.action_count = 2;
    put_insights(&place, &row, 1, NOON);
    row.spend = 200;
    row.action_count = 1;
    put_insights(&place, &row, 1, NOON + 1);
    put_insights(&place, (struct insight[]){row, row}, 2, NOON + 2);
    assert_sql(&place, "SELECT count(*) || ' ' || sum(spend) FROM insights", "1 200");
    assert_sql(&place,
               "SELECT group_concat(action_type || attribution || count) FROM insight_actions",
               "link_clickdefault4");
    assert_sql(&place, "SELECT date_start || account_id || entity_id || level FROM insights",
               "2026-01-01" ACCOUNT "120ad");
    place_close(&place);
}

static void test_rows_per_day_are_those_of_the_fullest_recent_day(void **unused)
{
    (void)unused;
    static const struct clock noon = {.speed = 1e-9, .anchor_ms = NOON};
    struct place place;
    int64_t per_day = -1;
    place_open(&place);
    struct store_reader *reader = store_reader_open(place.db, &noon, &place.err);
    assert_non_null(reader);
    assert_true(read_rows_per_day(reader, ACCOUNT, LEVEL_AD, 8, &per_day, &place.err));
    assert_int_equal(per_day, 0);
    struct insight rows[] = {insight_of("120", TODAY, 100),    insight_of("121", TODAY - 6, 50),
                             insight_of("122", TODAY - 6, 50), insight_of("120", TODAY - 20, 1),
                             insight_of("121", TODAY - 20, 1), insight_of("122", TODAY - 20, 1)};
    put_insights(&place, rows, 6, NOON);
    assert_true(read_rows_per_day(reader, ACCOUNT, LEVEL_AD, 8, &per_day, &place.err));
    assert_int_equal(per_day, 1); /* of today's: no day has been summed up yet */
    assert_true(
        store_daily_rollup(place.store, ACCOUNT, LEVEL_AD, TODAY - 30, TODAY, NULL, &place.err));
    assert_true(read_rows_per_day(reader, ACCOUNT, LEVEL_AD, 8, &per_day, &place.err));
    assert_int_equal(per_day, 2);
    assert_true(read_rows_per_day(reader, ACCOUNT, LEVEL_AD, 90, &per_day, &place.err));
    assert_int_equal(per_day, 3);
    assert_true(read_rows_per_day(reader, ACCOUNT, LEVEL_ADSET, 8, &per_day, &place.err));
    assert_int_equal(per_day, 0);
    store_reader_close(reader);
    place_close(&place);
}

static void test_a_finished_listing_removes_what_it_did_not_bring(void **unused)
{
    (void)unused;
    struct place place;
    size_t removed = 0;
    struct store_day days[8];
    place_open(&place);
    struct insight rows[] = {insight_of("120", TODAY, 100), insight_of("121", TODAY, 50),
                             insight_of("121", TODAY - 20, 7)};
    put_insights(&place, rows, 3, NOON);
    struct store_listing listing = listing_of(TODAY - 7, TODAY, NOON + 1000);
    assert_true(store_insights_put(place.store, &listing, rows, 1, NOON + 1000, &place.err));
    assert_true(store_insights_finish(place.store, &listing, NOON + 900, &removed, &place.err));
    assert_int_equal(removed, 1);
    assert_sql(&place, "SELECT group_concat(entity_id || ':' || spend) FROM insights",
               "121:7,120:100");
    assert_true(store_insights_days(place.store, &listing, days, &place.err));
    assert_int_equal(days[0].fetched_at, NOON + 900);
    assert_int_equal(days[0].rows, 0);
    place_close(&place);
}

static void test_strays_become_tombstones_with_their_names(void **unused)
{
    (void)unused;
    struct place place;
    size_t made = 0;
    struct store_ids ids;
    place_open(&place);
    struct insight rows[] = {insight_of("120", TODAY, 100), insight_of("121", TODAY, 50)};
    put_insights(&place, rows, 2, NOON);
    struct entity known = entity_of(ENTITY_AD, "120", "110");
    put(&place, &known, 1, NOON);
    assert_true(
        store_entities_strays(place.store, place.arena, ACCOUNT, NULL, 9, &ids, &place.err));
    assert_int_equal(ids.count, 1);
    assert_string_equal(ids.ids[0], "121");
    assert_true(store_entities_settle(place.store, ACCOUNT, NOON + 5, &made, &place.err));
    assert_int_equal(made, 3); /* the ad, its ad set, its campaign */
    assert_sql(&place,
               "SELECT group_concat(entity_id || name || parent_id || effective_status) FROM ads "
               "WHERE deleted_at IS NOT NULL",
               "121the ad110DELETED");
    assert_sql(&place, "SELECT name FROM adsets", "the set");
    assert_sql(&place, "SELECT name FROM campaigns", "the campaign");
    place_close(&place);
}

static void test_daily_sums_count_a_purchase_once(void **unused)
{
    (void)unused;
    struct place place;
    int64_t spend = 0;
    place_open(&place);
    struct entity entities[] = {entity_of(ENTITY_CAMPAIGN, "100", NULL),
                                entity_of(ENTITY_ADSET, "110", "100"),
                                entity_of(ENTITY_AD, "120", "110")};
    put(&place, entities, 3, NOON);
    struct insight_action actions[] = {
        {"offsite_conversion.fb_pixel_purchase", "default",  "2", true, 3000000},
        {"omni_purchase",                        "default",  "3", true, 4000000},
        {"omni_purchase",                        "7d_click", "9", true, 9000000}
    };
    struct insight row = insight_of("120", TODAY - 1, 5000000);
    row.actions = actions;
    row.action_count = 3;
    put_insights(&place, &row, 1, NOON);
    assert_true(
        store_daily_rollup(place.store, ACCOUNT, LEVEL_AD, TODAY - 7, TODAY, NULL, &place.err));
    assert_sql(&place,
               "SELECT group_concat(entity_id || ' ' || purchases || ' ' || purchase_value, ', ') "
               "FROM (SELECT * FROM daily_metrics ORDER BY length(entity_id), entity_id)",
               "100 3 4000000, 110 3 4000000, 120 3 4000000, " ACCOUNT " 3 4000000");
    assert_true(store_daily_spend(place.store, ACCOUNT, TODAY - 7, TODAY - 1, &spend, &place.err));
    assert_int_equal(spend, 5000000);
    place_close(&place);
}

/* ---- the tree -----------------------------------------------------------------------------------
 */

enum { ADS = 60, SETS = 3 };

/* Ads of three ad sets in turn, every third with figures on some days, every fifth gone. */
static void put_tree(struct place *place)
{
    char id[ID_SIZE], parent[ID_SIZE];
    struct entity campaign = entity_of(ENTITY_CAMPAIGN, "100", NULL);
    put(place, &campaign, 1, NOON);
    for (int i = 0; i < SETS; i++) {
        snprintf(id, sizeof id, "%d", 110 + i);
        struct entity set = entity_of(ENTITY_ADSET, id, "100");
        put(place, &set, 1, NOON);
    }
    for (int i = 0; i < ADS; i++) {
        snprintf(id, sizeof id, i % 7 ? "%d" : "0%d", 1000 + i * 37 % 101);
        snprintf(parent, sizeof parent, "%d", 110 + i % SETS);
        struct entity ad = entity_of(ENTITY_AD, id, parent);
        put(place, &ad, 1, NOON);
        for (int day = i % 8; day < 8 && i / SETS % 3 == 0; day += 1 + i % 4) {
            struct insight insight = insight_of(id, TODAY - day, 1000 + i * 10 + day);
            put_insights(place, &insight, 1, NOON);
        }
    }
    assert_true(
        store_daily_rollup(place->store, ACCOUNT, LEVEL_AD, TODAY - 7, TODAY, NULL, &place->err));
    sqlite3 *db = NULL;
    assert_int_equal(sqlite3_open(place->db, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db,
                                  "UPDATE entity SET deleted_at = 5 WHERE kind = 2 AND entity_no % "
                                  "5 = 0",
                                  NULL, NULL, NULL),
                     SQLITE_OK);
    sqlite3_close(db);
}

/* Whose the figures of a row are is asked row by row. */
static void assert_row(const struct place *place, const struct entity_row *row, int32_t from,
                       int32_t to)
{
    static const char *const tables[ENTITY_KIND_COUNT] = {"daily_sum WHERE level = 1 AND date",
                                                          "daily_sum WHERE level = 2 AND date",
                                                          "insight WHERE level = 3 AND date_start"};
    char sql[512], text[160];
    snprintf(sql, sizeof sql,
             "SELECT printf('%%d %%d %%d %%.0f %%d', total(spend), total(impressions), "
             "total(clicks), total(leads), total(purchase_value)) FROM %s BETWEEN %d AND %d AND "
             "entity_no = (SELECT e.entity_no FROM entity e WHERE e.entity_no = coalesce((SELECT "
             "t.entity_no FROM entity_text t WHERE t.entity_id = '%s'), CAST('%s' AS INTEGER)))",
             tables[row->kind], (int)from, (int)to, row->entity_id, row->entity_id);
    snprintf(text, sizeof text, "%lld %lld %lld %.0f %lld", (long long)row->spend,
             (long long)row->impressions, (long long)row->clicks, row->leads,
             (long long)row->purchase_value);
    assert_sql(place, sql, text);
}

/* Page by page all children, each once and in order, with its own figures. */
static int walk_pages(struct place *place, struct store_reader *reader, struct entity_query query,
                      int64_t *spend)
{
    struct entity_rows rows;
    int count = 0;
    do {
        assert_true(read_entities(reader, place->arena, &query, &rows, &place->err));
        for (size_t i = 0; i < rows.count; i++) {
            const struct entity_row *row = &rows.rows[i];
            assert_true(query.deleted || !row->deleted_at);
            assert_string_equal(row->parent_id, query.parent_id ? query.parent_id : "");
            assert_row(place, row, query.day_from, query.day_to);
            *spend += row->spend;
            count++;
        }
        query.after_id = rows.count ? rows.rows[rows.count - 1].entity_id : NULL;
    } while (rows.count == query.limit);
    return count;
}

static void test_a_page_of_the_tree_has_the_figures_of_its_rows(void **unused)
{
    (void)unused;
    static const char *const parents[] = {NULL, "100", "110", "111", "112"};
    static const int all[] = {1, SETS, ADS / SETS, ADS / SETS, ADS / SETS};
    struct place place;
    place_open(&place);
    put_tree(&place);
    struct store_reader *reader = store_reader_open(place.db, NULL, &place.err);
    assert_non_null(reader);
    int present = 0;
    for (size_t i = 0; i < sizeof parents / sizeof parents[0]; i++) {
        int64_t spend = 0;
        for (size_t limit = 1; limit < 30; limit += 4) {
            struct entity_query query = {.account_id = ACCOUNT,
                                         .parent_id = parents[i],
                                         .day_from = TODAY - 6,
                                         .day_to = TODAY - 1,
                                         .limit = limit};
            int shown = walk_pages(&place, reader, query, &spend);
            query.deleted = true;
            int whole = walk_pages(&place, reader, query, &spend);
            assert_true(whole == all[i] && shown <= whole);
            present += limit == 1 ? shown : 0;
            arena_reset(place.arena);
        }
        assert_true(spend > 0);
    }
    assert_in_range(present, 1 + SETS + 1, 1 + SETS + ADS - 1); /* some are gone, not all */
    store_reader_close(reader);
    place_close(&place);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_page_of_the_tree_has_the_figures_of_its_rows),
        cmocka_unit_test(test_ids_stay_as_they_came),
        cmocka_unit_test(test_a_row_again_replaces_what_it_brings),
        cmocka_unit_test(test_budgets_by_the_currencys_minor_unit),
        cmocka_unit_test(test_tombstones_come_and_go),
        cmocka_unit_test(test_unseen_goes_on_after_an_id),
        cmocka_unit_test(test_missing_parents_and_walks),
        cmocka_unit_test(test_spend_is_exact_to_the_micro),
        cmocka_unit_test(test_a_row_comes_once_however_often),
        cmocka_unit_test(test_rows_per_day_are_those_of_the_fullest_recent_day),
        cmocka_unit_test(test_a_finished_listing_removes_what_it_did_not_bring),
        cmocka_unit_test(test_strays_become_tombstones_with_their_names),
        cmocka_unit_test(test_daily_sums_count_a_purchase_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
