/* What is listed and read when: deltas, sweeps, windows, and what a run remembers of them. */
#include "tests/unit/sync/fake_run.h"

/* ---- deltas and sweeps --------------------------------------------------------------------------
 */

static void touch(struct fake *fake, const char *id, const char *name)
{
    struct thing *t = fake_get(fake, id);
    t->updated_s = clock_now_ms(&fake->clock) / 1000;
    snprintf(t->name, sizeof t->name, "%s", name);
}

static void test_a_delta_brings_what_changed(void **unused)
{
    (void)unused;
    struct fake *fake = fake_create();
    fake_full(fake);
    fake_pass_time(fake, 1800000);
    touch(fake, "1009", "renamed");
    fake_thing(fake, ENTITY_AD, "1099", "1002", "PAUSED")->updated_s =
        clock_now_ms(&fake->clock) / 1000;
    fake_pass_time(fake, 60000);
    const struct run *run = fake_mode(fake, RUN_DELTA);
    assert_status(run, RUN_SUCCESS);
    assert_int_equal(run->ads_fetched, 2);
    assert_int_equal(run->campaigns_fetched, 0);
    assert_string_equal(fake_held(fake, "1009").name, "renamed");
    assert_int_equal(fake_present(fake), 23);
    fake_destroy(fake);
}

static void test_an_ignored_filter_is_found_out(void **unused)
{
    (void)unused;
    struct fake *fake = fake_create();
    struct drift_rows drift;
    struct err err = {0};
    fake_full(fake);
    fake->ignores_filter = true;
    fake_get(fake, "1011")->status = "ARCHIVED"; /* the default statuses leave it out */
    fake_pass_time(fake, 1800000);
    const struct run *run = fake_mode(fake, RUN_DELTA);
    assert_status(run, RUN_SUCCESS);
    assert_string_equal(fake_held(fake, "1011").effective_status, "ARCHIVED");
    assert_int_equal(fake_present(fake), 22);
    struct store_reader *reader = fake_reader(fake);
    assert_true(read_drift(reader, fake->arena, 0, ACCOUNT, 0, &drift, &err));
    assert_int_equal(drift.count, 3); /* a line for every edge */
    assert_string_equal(drift.rows[0].field, "filtering");
    store_reader_close(reader);
    fake_destroy(fake);
}

/* A sweep by pages of four finds three changes, and reads those by id. */
static void test_a_sweep_reads_the_few_that_differ(void **unused)
{
    (void)unused;
    struct fake *fake = fake_create();
    fake_full(fake);
    fake->config.page_size_entities = 4;
    fake_pass_time(fake, 86400000);
    fake_get(fake, "1000")->status = "PAUSED";
    fake_get(fake, "1012")->status = "CAMPAIGN_PAUSED"; /* updated_time does not move */
    touch(fake, "1013", "renamed");
    assert_status(fake_mode(fake, RUN_SWEEP), RUN_SUCCESS);
    assert_string_equal(fake_held(fake, "1012").effective_status, "CAMPAIGN_PAUSED");
    assert_string_equal(fake_held(fake, "1012").name, "name of 1012");
    assert_string_equal(fake_held(fake, "1013").name, "renamed");
    assert_int_equal(fake->node_calls, 1);
    assert_int_equal(fake->items, 1);
    fake_destroy(fake);
}

static void test_a_sweep_lists_the_many_that_differ(void **unused)
{
    (void)unused;
    struct fake *fake = fake_create();
    fake_full(fake);
    fake->config.page_size_entities = 4;
    fake_pass_time(fake, 86400000);
    for (int i = 1006; i < 1016; i++) {
        char id[ID_SIZE];
        snprintf(id, sizeof id, "%d", i);
        touch(fake, id, "renamed");
    }
    assert_status(fake_mode(fake, RUN_SWEEP), RUN_SUCCESS);
    assert_string_equal(fake_held(fake, "1006").name, "renamed");
    assert_string_equal(fake_held(fake, "1015").name, "renamed");
    assert_int_equal(fake->node_calls, 0);
    fake_destroy(fake);
}

/* Killed between the sweep and the reading of what differs: the next sweep still finds it. */
static void test_a_sweep_killed_before_its_reads_loses_no_difference(void **unused)
{
    (void)unused;
    struct fake *fake = fake_create();
    fake_full(fake);
    fake->config.page_size_entities = 4;
    fake_pass_time(fake, 86400000);
    touch(fake, "1013", "renamed");
    fake_pass_time(fake, 86400000);
    struct plan_request request = {.mode = RUN_SWEEP};
    for (int answers = 1; answers < 12; answers++) {
        struct sync_run *run = fake_start(fake, &request);
        bool done = fake_pump(fake, run, answers);
        sync_run_destroy(run);
        fake_pass_time(fake, 30000);
        if (done) {
            break;
        }
    }
    fake_pass_time(fake, 86400000);
    assert_status(fake_mode(fake, RUN_SWEEP), RUN_SUCCESS);
    assert_string_equal(fake_held(fake, "1013").name, "renamed");
    fake_destroy(fake);
}

static void test_after_a_delta_the_active_ads_are_still_counted(void **unused)
{
    (void)unused;
    struct fake *fake = fake_create();
    struct err err = {0};
    struct plan_marks marks;
    struct plan_policy policy;
    fake_full(fake);
    fake_pass_time(fake, 1800000);
    fake_mode(fake, RUN_DELTA);
    plan_policy_from_config(&fake->config, &policy);
    assert_true(marks_load(fake->store, &fake->account, &policy, fake->tz,
                           clock_now_ms(&fake->clock), &marks, &err));
    assert_int_equal(marks.active_ads, 13);
    fake_destroy(fake);
}

static struct account account_held(struct fake *fake)
{
    struct account account = {0};
    struct err err = {0};
    assert_true(store_account_get(fake->store, fake->arena, ACCOUNT, &account, &err));
    return account;
}

/* Kinds that fit a page are listed in full by a sweep: it is a sweep all the same, and done. */
static void test_a_sweep_of_mixed_listings_is_remembered(void **unused)
{
    (void)unused;
    struct fake *fake = fake_create();
    fake->config.page_size_entities = 10; /* 2 campaigns, 4 ad sets, 16 ads */
    assert_status(fake_full(fake), RUN_SUCCESS);
    int64_t full_at = account_held(fake).last_full_at;
    fake_pass_time(fake, 3600000);
    assert_status(fake_mode(fake, RUN_SWEEP), RUN_SUCCESS);
    assert_int_equal(account_held(fake).last_sweep_at, fake->result.started_at);
    assert_int_equal(account_held(fake).last_full_at, full_at);
    /* Many that differ are listed through a filter after it: that is part of the sweep. */
    for (size_t i = 0; i < fake->thing_count; i++) {
        struct thing *t = &fake->things[i];
        t->updated_s += t->kind == ENTITY_AD ? 86400 * 40 : 0;
    }
    fake_pass_time(fake, 3600000);
    assert_status(fake_mode(fake, RUN_SWEEP), RUN_SUCCESS);
    assert_int_equal(account_held(fake).last_sweep_at, fake->result.started_at);
    fake_pass_time(fake, 3600000);
    assert_status(fake_mode(fake, RUN_DELTA), RUN_SUCCESS);
    assert_true(account_held(fake).last_sweep_at < fake->result.started_at);
    fake_destroy(fake);
}

/* Days read by the next run of an engine. */
static int32_t days_planned(struct fake *fake)
{
    struct plan_request request = {.automatic = true};
    struct plan_policy policy;
    struct plan_marks marks;
    struct sync_plan plan;
    struct err err = {0};
    struct account account = account_held(fake);
    int64_t now = clock_now_ms(&fake->clock);
    plan_policy_from_config(&fake->config, &policy);
    assert_true(marks_load(fake->store, &account, &policy, fake->tz, now, &marks, &err));
    struct plan_input in = {&account, &marks, &policy, &request, fake->tz, now};
    plan_make(&in, &plan);
    return plan.insights_count ? plan.last_day - plan.first_day + 1 : 0;
}

/* A day that begins has never been read: that alone makes no wide window due. */
static void test_midnight_makes_no_wide_window_due(void **unused)
{
    (void)unused;
    struct fake *fake = fake_create();
    struct plan_request month = {.mode = RUN_WINDOW, .force = true};
    assert_status(fake_full(fake), RUN_SUCCESS);
    fake_pass_time(fake, INT64_C(11) * 3600000); /* 23:00 */
    assert_status(fake_run(fake, &month), RUN_SUCCESS);
    fake_pass_time(fake, 1800000);
    assert_int_equal(days_planned(fake), 2);
    fake_pass_time(fake, 2700000); /* 00:15 */
    assert_int_equal(days_planned(fake), 2);
    fake_pass_time(fake, INT64_C(6) * 3600000);
    assert_int_equal(days_planned(fake), 8);
    fake_pass_time(fake, INT64_C(18) * 3600000);
    assert_int_equal(days_planned(fake), 29);
    fake_destroy(fake);
}

/* Freshness is that of what is configured, not of ads without breakdowns. */
static void test_freshness_is_that_of_the_configured_levels(void **unused)
{
    (void)unused;
    struct fake *fake = fake_create();
    struct err err = {0};
    struct plan_marks marks;
    struct plan_policy policy;
    fake_full(fake);
    plan_policy_from_config(&fake->config, &policy);
    int64_t now = clock_now_ms(&fake->clock);
    assert_true(marks_load(fake->store, &fake->account, &policy, fake->tz, now, &marks, &err));
    assert_true(marks.window_at[WINDOW_WEEK] > 0);
    assert_int_equal(marks.window_at[WINDOW_MONTH], 0);
    policy.level_count = 2;
    policy.levels[0] = LEVEL_CAMPAIGN; /* never read so far */
    policy.levels[1] = LEVEL_AD;
    assert_true(marks_load(fake->store, &fake->account, &policy, fake->tz, now, &marks, &err));
    assert_int_equal(marks.window_at[WINDOW_WEEK], 0);
    assert_int_equal(marks.rows_per_day, 16);
    policy.level_count = 1;
    policy.levels[0] = LEVEL_AD;
    snprintf(policy.breakdowns, sizeof policy.breakdowns, "age");
    assert_true(marks_load(fake->store, &fake->account, &policy, fake->tz, now, &marks, &err));
    assert_int_equal(marks.window_at[WINDOW_WEEK], 0);
    fake_destroy(fake);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_delta_brings_what_changed),
        cmocka_unit_test(test_an_ignored_filter_is_found_out),
        cmocka_unit_test(test_a_sweep_reads_the_few_that_differ),
        cmocka_unit_test(test_a_sweep_lists_the_many_that_differ),
        cmocka_unit_test(test_a_sweep_killed_before_its_reads_loses_no_difference),
        cmocka_unit_test(test_after_a_delta_the_active_ads_are_still_counted),
        cmocka_unit_test(test_a_sweep_of_mixed_listings_is_remembered),
        cmocka_unit_test(test_midnight_makes_no_wide_window_due),
        cmocka_unit_test(test_freshness_is_that_of_the_configured_levels),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
