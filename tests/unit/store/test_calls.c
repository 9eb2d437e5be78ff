/* Calls and runs of a time: what still counts, how it went, what stands out. */
#include "tests/unit/store/store_fixture.h"

#include "store/calls.h"
#include "store/read_changes.h"
#include "store/read_errors.h"
#include "store/runs.h"

enum { MINUTE_MS = 60000 };

static const struct clock noon = {.speed = 1e-9, .anchor_ms = NOON + 2 * DAY_MS};

static struct store_reader *look(struct place *place)
{
    struct store_reader *reader = store_reader_open(place->db, &noon, &place->err);
    assert_non_null(reader);
    return reader;
}

/* What an engine that starts has to count: what was answered, oldest first. */
static void test_calls_that_still_count(void **unused)
{
    (void)unused;
    struct place place;
    struct store_calls calls;
    place_open(&place);
    static const int64_t sent[] = {NOON + 2000, NOON, NOON + 1000, NOON + 3000};
    for (int i = 0; i < 4; i++) {
        struct call_record call = {.at = sent[i],
                                   .account_id = ACCOUNT,
                                   .call_class = CALL_INSIGHTS,
                                   .path = "act_1/insights",
                                   .http_status =
                                       i == 3 ? 0 : 200, /* the last was never answered */
                                   .cost = i + 1};
        assert_true(store_call_append(place.store, &call, NULL, &place.err));
    }
    assert_true(store_calls_load(place.store, place.arena, NOON, &calls, &place.err));
    assert_int_equal(calls.count, 2);
    assert_true(calls.rows[0].at == NOON + 1000 && calls.rows[1].at == NOON + 2000);
    assert_string_equal(calls.rows[0].account_id, ACCOUNT);
    assert_int_equal(calls.rows[0].call_class, CALL_INSIGHTS);
    assert_true(calls.rows[0].cost > 2.9 && calls.rows[0].cost < 3.1);
    place_close(&place);
}

/* Failed by what passes by itself, failed by a limit, without an answer, and well. */
static void test_how_calls_went(void **unused)
{
    (void)unused;
    struct place place;
    place_open(&place);
    static const struct {
        int http_status, code, subcode;
        int64_t ms;
    } calls[] = {
        {200, 0,  0,       100 },
        {503, 2,  0,       300 },
        {400, 17, 2446079, 200 },
        {0,   0,  0,       5000},
    };
    for (size_t i = 0; i < sizeof calls / sizeof calls[0]; i++) {
        struct call_record call = {.at = NOON + 1000 * (int64_t)(i + 1),
                                   .account_id = ACCOUNT,
                                   .call_class = CALL_ADS,
                                   .path = "act_1/ads",
                                   .http_status = calls[i].http_status,
                                   .code = calls[i].code,
                                   .subcode = calls[i].subcode,
                                   .ms = calls[i].ms};
        assert_true(store_call_append(place.store, &call, i ? "it failed" : NULL, &place.err));
    }
    struct store_reader *reader = look(&place);
    struct call_health health;
    assert_true(read_call_health(reader, NOON, NOON + HOUR_MS, &health, &place.err));
    assert_int_equal(health.all, 4);
    assert_int_equal(health.passing, 2);
    assert_int_equal(health.calls[CALL_ADS], 3);
    assert_int_equal(call_health_mean_ms(&health), 200);
    assert_true(read_call_health(reader, NOON + 1000, NOON + 2000, &health, &place.err));
    assert_int_equal(health.all, 1);
    store_reader_close(reader);
    place_close(&place);
}

static int64_t delta(struct place *place, int64_t at, int64_t ads)
{
    struct run run = {.account_id = ACCOUNT, .mode = RUN_DELTA, .started_at = at};
    assert_true(store_run_create(place->store, &run, &place->err));
    run.ads_fetched = ads;
    run.status = RUN_SUCCESS;
    run.finished_at = at + 1000;
    assert_true(store_run_finish(place->store, &run, &place->err));
    return run.run_id;
}

static void test_runs_that_found_much_changed_and_what_is_usual(void **unused)
{
    (void)unused;
    struct place place;
    struct change_rows changes;
    place_open(&place);
    for (int i = 0; i < 4; i++) {
        delta(&place, NOON + i * MINUTE_MS, i); /* 0 1 2 3 */
    }
    int64_t large = delta(&place, NOON + 10 * MINUTE_MS, 1964);
    delta(&place, NOON + 15 * MINUTE_MS, 300);
    delta(&place, NOON + 20 * MINUTE_MS, 199);
    struct store_reader *reader = look(&place);
    assert_true(read_changes(reader, place.arena, 0, NOON, 200, &changes, &place.err));
    assert_int_equal(changes.count, 2);
    assert_int_equal(changes.rows[0].run_id, large);
    assert_int_equal(changes.rows[0].entities, 1964);
    assert_int_equal(changes.rows[0].runs_before, 4);
    assert_true(changes.rows[0].usual > 0.9 && changes.rows[0].usual < 1.1); /* the lower of two */
    assert_string_equal(changes.rows[0].account_id, ACCOUNT);
    assert_true(read_changes(reader, place.arena, NOON + 12 * MINUTE_MS, NOON + 11 * MINUTE_MS, 200,
                             &changes, &place.err)); /* as of an instant */
    assert_int_equal(changes.count, 0);
    store_reader_close(reader);
    place_close(&place);
}

/* An edit every half hour, each found by three runs: they do not make the next one usual. */
static void test_an_edit_does_not_make_the_next_one_usual(void **unused)
{
    (void)unused;
    struct place place;
    struct change_rows changes;
    place_open(&place);
    delta(&place, NOON, 1);
    for (int i = 0; i < 24; i++) {
        delta(&place, NOON + (i + 1) * 5 * MINUTE_MS, i % 6 < 3 ? 1900 + i : i % 3);
    }
    struct store_reader *reader = look(&place);
    assert_true(
        read_changes(reader, place.arena, 0, NOON + 90 * MINUTE_MS, 200, &changes, &place.err));
    assert_int_equal(changes.count, 3);
    assert_int_equal(changes.rows[2].entities, 1918); /* the first to find it */
    assert_int_equal(changes.rows[2].runs_before, 19);
    assert_true(changes.rows[2].usual <= 2);
    store_reader_close(reader);
    place_close(&place);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_an_edit_does_not_make_the_next_one_usual),
        cmocka_unit_test(test_calls_that_still_count),
        cmocka_unit_test(test_how_calls_went),
        cmocka_unit_test(test_runs_that_found_much_changed_and_what_is_usual),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
