/* The log of calls as a replay takes it: what the log leaves out for brevity is there again. */
#include "tests/unit/store/store_fixture.h"

#include <math.h>

#include "cli/recorded.h"
#include "govern/replay.h"
#include "store/calls.h"
#include "store/usage.h"

enum { CALLS = 90, SECOND_MS = 1000, ITEM_MS = 200 };

/* As fast as real time. */
static const struct clock evening = {.speed = 1, .anchor_ms = NOON + 6 * HOUR_MS};

static void put_call(struct place *place, int64_t at)
{
    struct call_record call = {.at = at,
                               .run_id = 1,
                               .account_id = ACCOUNT,
                               .call_class = CALL_INSIGHTS,
                               .http_status = 200,
                               .ms = ITEM_MS,
                               .cost = 1};
    assert_true(store_call_append(place->store, &call, NULL, &place->err));
}

static void put_reading(struct place *place, int64_t at, double pct)
{
    struct usage_reading reading = {.at = at,
                                    .source = USAGE_BUC,
                                    .scope_id = ACCOUNT,
                                    .use_case = USE_CASE_ADS_INSIGHTS,
                                    .pct = pct,
                                    .call_count = pct,
                                    .total_time = 0,
                                    .total_cputime = 0,
                                    .regain_s = 0,
                                    .access_tier = ACCESS_STANDARD};
    assert_true(store_usage_append(place->store, &reading, 1, &place->err));
}

static struct recorded load(struct place *place)
{
    struct recorded log;
    struct store_reader *reader = store_reader_open(place->db, &evening, &place->err);
    assert_non_null(reader);
    assert_true(
        recorded_load(reader, place->arena, NOON + 6 * HOUR_MS, NOON - HOUR_MS, &log, &place->err));
    store_reader_close(reader);
    return log;
}

static double shown(int call)
{
    int steps = call / 10;
    return 11 + steps;
}

/* A header in whole per cent that moves with every tenth call. The log keeps the readings that
 * differ; every call still has its own, and a call costs a tenth of a per cent. */
static void test_recorded_readings_that_repeat_are_there_again(void **unused)
{
    (void)unused;
    struct place place;
    place_open(&place);
    for (int i = 0; i < CALLS; i++) {
        int64_t at = NOON + (int64_t)i * SECOND_MS;
        put_call(&place, at);
        put_reading(&place, at + ITEM_MS, shown(i));
    }
    assert_sql(&place, "SELECT count(*) < 20 FROM usage_log", "1");
    struct recorded log = load(&place);
    assert_int_equal(log.count, CALLS);
    for (int i = 0; i < CALLS; i++) {
        const struct replay_call *call = &log.calls[i];
        assert_int_equal(call->reading_count, 1);
        assert_int_equal(call->readings[0].at, call->at_ms);
        assert_true(fabs(call->readings[0].pct - shown(i)) < 0.1);
    }
    struct governor_config config;
    struct scope_view view;
    governor_config_defaults(&config);
    struct governor *learned = replay_learn(&config, log.calls, log.count);
    assert_non_null(learned);
    assert_true(governor_scope_find(learned, SCOPE_USE_CASE, ACCOUNT, USE_CASE_ADS_INSIGHTS, log.to,
                                    &view));
    assert_true(view.calibration_samples > 0);
    assert_true(view.pct_per_call > 0.05 && view.pct_per_call < 0.2);
    governor_destroy(learned);
    place_close(&place);
}

/* What is older than a minute repeats nothing: that header was not there. */
static void test_recorded_header_that_was_not_there_is_not_made_up(void **unused)
{
    (void)unused;
    struct place place;
    place_open(&place);
    put_call(&place, NOON);
    put_reading(&place, NOON + ITEM_MS, 3);
    put_call(&place, NOON + HOUR_MS);
    struct recorded log = load(&place);
    assert_int_equal(log.count, 2);
    assert_int_equal(log.calls[0].reading_count, 1);
    assert_int_equal(log.calls[1].reading_count, 0);
    place_close(&place);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_recorded_readings_that_repeat_are_there_again),
        cmocka_unit_test(test_recorded_header_that_was_not_there_is_not_made_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
