/* Opening, migrating, transactions: nothing is half there. */
#include "tests/unit/store/store_fixture.h"

#include "store/cursors.h"
#include "store/internal.h"
#include "store/read_runs.h"
#include "store/runs.h"

static void by_hand(const struct place *place, const char *sql)
{
    sqlite3 *db = NULL;
    assert_int_equal(sqlite3_open(place->db, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(db);
}

static void test_open_makes_a_private_database(void **unused)
{
    (void)unused;
    struct place place;
    struct stat info;
    place_open(&place);
    assert_int_equal(stat(place.db, &info), 0);
    assert_int_equal(info.st_mode & 0777, 0600);
    assert_sql(&place, "PRAGMA journal_mode", "wal");
    assert_sql(&place,
               "SELECT count(*) FROM pragma_table_list WHERE type = 'table' AND strict = 0 AND "
               "name NOT LIKE 'sqlite_%'",
               "0");
    assert_true(store_integrity(place.store, &place.err));
    place_close(&place);
}

static void test_open_again_migrates_nothing(void **unused)
{
    (void)unused;
    struct place place;
    char first[256], second[256];
    place_open(&place);
    place_ask(&place,
              "SELECT group_concat(version || checksum || applied_at) FROM "
              "schema_migrations",
              first);
    store_close(place.store);
    place.store = store_open(place.db, NULL, &place.err);
    assert_non_null(place.store);
    place_ask(&place,
              "SELECT group_concat(version || checksum || applied_at) FROM "
              "schema_migrations",
              second);
    assert_string_equal(first, second);
    assert_sql(&place, "SELECT count(*) FROM accounts", "2");
    place_close(&place);
}

/* A database of the first schema: readers say what to do about it, the first writer does it. */
static void test_an_older_database_is_brought_up_to_date(void **unused)
{
    (void)unused;
    struct place place;
    const struct store_options first = {.migrations = STORE_MIGRATIONS "001"};
    place_make(&place);
    place.store = store_open(place.db, &first, &place.err);
    assert_non_null(place.store);
    place_put_account(&place, ACCOUNT, "USD");
    store_close(place.store);
    assert_sql(&place, "SELECT max(version) FROM schema_migrations", "1");
    assert_null(store_reader_open(place.db, NULL, &place.err));
    assert_int_equal(place.err.code, ERR_STORE);
    assert_non_null(strstr(place.err.message, "schema 1"));
    assert_non_null(strstr(place.err.message, "adtop engine"));
    place.store = store_open(place.db, NULL, &place.err);
    assert_non_null(place.store);
    assert_sql(&place, "SELECT account_id FROM accounts", ACCOUNT);
    struct store_reader *reader = store_reader_open(place.db, NULL, &place.err);
    assert_non_null(reader);
    store_reader_close(reader);
    place_close(&place);
}

static void test_reader_tells_that_there_is_no_database(void **unused)
{
    (void)unused;
    struct err err = {0};
    assert_null(store_reader_open("/nonexistent/adtop.db", NULL, &err));
    assert_int_equal(err.code, ERR_NOT_FOUND);
    assert_non_null(strstr(err.message, "there is no database yet"));
}

static void test_splits_of_a_run(void **unused)
{
    (void)unused;
    struct place place;
    struct split_rows splits;
    struct run run = {.account_id = ACCOUNT, .started_at = NOON};
    struct run_split split = {.at = NOON,
                              .account_id = ACCOUNT,
                              .level = "ad",
                              .node = ACCOUNT,
                              .first_day = TODAY - 7,
                              .last_day = TODAY,
                              .became = "parts",
                              .parts = 4,
                              .code = 1,
                              .why = "Please reduce"};
    int64_t count = -1;
    place_open(&place);
    assert_true(store_run_create(place.store, &run, &place.err));
    struct store_reader *reader = store_reader_open(place.db, NULL, &place.err);
    assert_non_null(reader);
    split.run_id = run.run_id;
    assert_true(store_split_append(place.store, &split, &place.err));
    assert_true(read_run_splits(reader, place.arena, 0, run.run_id, &splits, &place.err));
    assert_int_equal(splits.count, 1);
    assert_memory_equal(&splits.rows[0], &split, sizeof split);
    assert_true(read_run_split_count(reader, 0, run.run_id, &count, &place.err));
    assert_int_equal(count, 1);
    assert_true(read_run_split_count(reader, NOON - 1, run.run_id, &count, &place.err));
    assert_int_equal(count, 0);
    store_reader_close(reader);
    place_close(&place);
}

/* A migration is one transaction: it fails in the middle, and nothing of it is there. */
static void test_a_migration_that_fails_leaves_nothing(void **unused)
{
    (void)unused;
    struct place place;
    place_make(&place);
    by_hand(&place, "CREATE TABLE insight (x)");
    assert_null(store_open(place.db, NULL, &place.err));
    assert_int_equal(place.err.code, ERR_STORE);
    assert_non_null(strstr(place.err.message, "001_"));
    assert_sql(&place,
               "SELECT group_concat(name) FROM sqlite_schema WHERE type IN ('table', 'view') AND "
               "name <> 'schema_migrations'",
               "insight");
    assert_sql(&place, "SELECT count(*) FROM schema_migrations", "0");
    by_hand(&place, "DROP TABLE insight");
    place.store = store_open(place.db, NULL, &place.err);
    assert_non_null(place.store); /* the cause removed, it goes through */
    place_close(&place);
}

static void test_a_newer_database_is_refused_unchanged(void **unused)
{
    (void)unused;
    struct place place;
    place_open(&place);
    store_close(place.store);
    by_hand(&place, "INSERT INTO schema_migrations VALUES (900, 'future', 'x', 1)");
    place.store = store_open(place.db, NULL, &place.err);
    assert_null(place.store);
    assert_int_equal(place.err.code, ERR_STORE_NEWER);
    assert_non_null(strstr(place.err.message, "900"));
    assert_sql(&place, "SELECT max(version) FROM schema_migrations", "900");
    assert_sql(&place, "SELECT count(*) FROM accounts", "2");
    place_close(&place);
}

static void test_another_programs_database_is_refused(void **unused)
{
    (void)unused;
    struct place place;
    place_make(&place);
    by_hand(&place, "PRAGMA application_id = 1234; CREATE TABLE theirs (x)");
    assert_null(store_open(place.db, NULL, &place.err));
    assert_non_null(strstr(place.err.message, "another program"));
    assert_sql(&place, "SELECT group_concat(name) FROM sqlite_schema", "theirs");
    place_close(&place);
}

static void test_what_is_no_database_is_refused(void **unused)
{
    (void)unused;
    struct place place;
    place_make(&place);
    FILE *file = fopen(place.db, "w");
    assert_non_null(file);
    for (int i = 0; i < 200; i++) {
        fputs("this is a text and no database\n", file);
    }
    fclose(file);
    assert_null(store_open(place.db, NULL, &place.err));
    assert_non_null(strstr(place.err.message, "not an adtop database"));
    place_close(&place);
}

/* ---- transactions -------------------------------------------------------------------------------
 */

static bool put_page(struct place *place, bool ok)
{
    struct entity rows[] = {entity_of(ENTITY_CAMPAIGN, "100", NULL),
                            entity_of(ENTITY_CAMPAIGN, "101", NULL)};
    struct store_cursor cursor = {.account_id = ACCOUNT, .step = "campaigns", .after = "abc"};
    assert_true(store_begin(place->store, &place->err));
    ok = store_entities_put(place->store, ACCOUNT, rows, 2, NOON, &place->err) &&
         store_cursor_put(place->store, &cursor, &place->err) && ok;
    return store_end(place->store, ok, &place->err);
}

static void test_a_page_and_its_cursor_come_together(void **unused)
{
    (void)unused;
    struct place place;
    struct store_cursor cursor;
    place_open(&place);
    assert_false(put_page(&place, false));
    assert_sql(&place, "SELECT count(*) FROM entities", "0");
    assert_false(store_cursor_get(place.store, ACCOUNT, "campaigns", &cursor, &place.err));
    assert_int_equal(place.err.code, ERR_NONE);
    assert_true(put_page(&place, true));
    assert_sql(&place, "SELECT count(*) FROM entities", "2");
    assert_true(store_cursor_get(place.store, ACCOUNT, "campaigns", &cursor, &place.err));
    assert_string_equal(cursor.after, "abc");
    place_close(&place);
}

static void test_an_inner_rollback_takes_the_outer_back(void **unused)
{
    (void)unused;
    struct place place;
    place_open(&place);
    assert_true(store_begin(place.store, &place.err));
    assert_true(store_account_set_priority(place.store, ACCOUNT, 5, NOON, &place.err));
    assert_true(store_begin(place.store, &place.err));
    store_rollback(place.store);
    assert_false(store_commit(place.store, &place.err));
    assert_sql(&place, "SELECT max(priority) FROM accounts", "0");
    assert_true(store_account_set_priority(place.store, ACCOUNT, 5, NOON, &place.err));
    assert_sql(&place, "SELECT max(priority) FROM accounts", "5");
    place_close(&place);
}

/* The database reaches its cap in mid-page: the page is gone, all before it is there. */
static void test_a_full_disk_loses_the_page_alone(void **unused)
{
    (void)unused;
    struct place place;
    char name[3000];
    memset(name, 'n', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    place_open(&place);
    store_close(place.store);
    struct store_options options = {.max_pages = 130};
    place.store = store_open(place.db, &options, &place.err);
    assert_non_null(place.store);
    assert_true(put_page(&place, true));
    struct entity rows[200];
    char ids[200][ID_SIZE];
    for (int i = 0; i < 200; i++) {
        snprintf(ids[i], sizeof ids[i], "%d", 5000 + i);
        rows[i] = entity_of(ENTITY_CAMPAIGN, ids[i], NULL);
        rows[i].name = name;
    }
    assert_false(store_entities_put(place.store, ACCOUNT, rows, 200, NOON, &place.err));
    assert_int_equal(place.err.code, ERR_STORE_FULL);
    assert_true(place.err.retryable);
    assert_non_null(strstr(place.err.message, "disk is full"));
    assert_sql(&place, "SELECT count(*) FROM entities", "2");
    assert_true(store_account_set_priority(place.store, ACCOUNT, 5, NOON, &place.err));
    place_close(&place);
}

static void test_runs_left_running_are_closed_as_interrupted(void **unused)
{
    (void)unused;
    struct place place;
    struct store_runs lost;
    struct run run = {.account_id = ACCOUNT, .mode = RUN_DELTA, .started_at = NOON};
    place_open(&place);
    assert_true(store_run_create(place.store, &run, &place.err));
    struct run done = run;
    assert_true(store_run_create(place.store, &done, &place.err));
    done.status = RUN_SUCCESS;
    done.finished_at = NOON + 5;
    assert_true(store_run_finish(place.store, &done, &place.err));
    assert_true(store_runs_interrupted(place.store, place.arena, NOON + 9000, &lost, &place.err));
    assert_int_equal(lost.count, 1);
    assert_int_equal(lost.rows[0].run_id, run.run_id);
    assert_sql(&place,
               "SELECT group_concat(status || coalesce(error_message, '') || duration_ms, "
               "' ') FROM sync_runs",
               "FAILEDinterrupted9000 SUCCESS0");
    assert_true(store_runs_interrupted(place.store, place.arena, NOON + 9000, &lost, &place.err));
    assert_int_equal(lost.count, 0);
    place_close(&place);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_open_makes_a_private_database),
        cmocka_unit_test(test_open_again_migrates_nothing),
        cmocka_unit_test(test_an_older_database_is_brought_up_to_date),
        cmocka_unit_test(test_reader_tells_that_there_is_no_database),
        cmocka_unit_test(test_splits_of_a_run),
        cmocka_unit_test(test_a_migration_that_fails_leaves_nothing),
        cmocka_unit_test(test_a_newer_database_is_refused_unchanged),
        cmocka_unit_test(test_another_programs_database_is_refused),
        cmocka_unit_test(test_what_is_no_database_is_refused),
        cmocka_unit_test(test_a_page_and_its_cursor_come_together),
        cmocka_unit_test(test_an_inner_rollback_takes_the_outer_back),
        cmocka_unit_test(test_a_full_disk_loses_the_page_alone),
        cmocka_unit_test(test_runs_left_running_are_closed_as_interrupted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
