/* Insights of a run: checksum, restatement, odd pages, a run that is killed. */
#include "tests/unit/sync/fake_run.h"

/* ---- checksum -----------------------------------------------------------------------------------
 */

static bool total_off(struct fake *fake, const struct graph_request *request, struct reply *reply)
{
    const char *level = fake_param(request, "level");
    if (!level || strcmp(level, "account") != 0 || fake->step == 0) {
        return false;
    }
    fake->step -= fake->step > 0;
    int32_t day = fake_today(fake) - 3;
    str_addf(&reply->body,
             "{\"data\":[{\"spend\":\"1000.5\",\"impressions\":\"1600\",\"clicks\":\"3\","
             "\"date_start\":\"%s\",\"date_stop\":\"%s\"}]}",
             date_text(day).text, date_text(day).text);
    return true;
}

static void test_days_that_differ_are_read_once_more(void **unused)
{
    (void)unused;
    struct fake *fake = fake_create();
    fake->script = total_off;
    fake->step = 1; /* the first total alone */
    const struct run *run = fake_full(fake);
    assert_status(run, RUN_SUCCESS);
    assert_int_equal(run->retries, 1);
    assert_int_equal(run->insights_called, 4);
    assert_week_exact(fake);
    fake_destroy(fake);
}

/* The account's total comes at once: the rows read so far against it are how much is done. */
static void test_how_much_is_done_is_told_by_the_total(void **unused)
{
    (void)unused;
    struct fake *fake = fake_create();
    struct plan_request request = {.mode = RUN_FULL, .foreground = true, .force = true};
    fake->limit_max = 8; /* 128 rows of a week and today */
    struct sync_run *run = fake_start(fake, &request);
    double before = 0;
    int rises = 0;
    for (bool done = false; !done;) {
        done = fake_pump(fake, run, 1);
        double pct = sync_run_result(run)->done_pct;
        assert_true(pct <= 99 && pct >= (before > 0 ? before : -1));
        rises += pct > before && before > 0;
        before = pct;
    }
    assert_true(rises >= 5);
    assert_true(before > 98);
    sync_run_destroy(run);
    fake_destroy(fake);
}

static void test_a_lasting_difference_makes_it_partial(void **unused)
{
    (void)unused;
    struct fake *fake = fake_create();
    char day[16];
    fake->script = total_off;
    fake->step = -1;
    const struct run *run = fake_full(fake);
    assert_status(run, RUN_PARTIAL);
    assert_int_equal(run->insights_called, 4);
    snprintf(day, sizeof day, "%s", date_text(fake_today(fake) - 7).text);
    assert_non_null(strstr(run->error_message, ACCOUNT));
    assert_non_null(strstr(run->error_message, day));
    assert_non_null(strstr(run->error_message, "difference"));
    fake_destroy(fake);
}

static void test_a_figure_that_is_restated_to_nothing_is_removed(void **unused)
{
    (void)unused;
    struct fake *fake = fake_create();
    assert_status(fake_full(fake), RUN_SUCCESS);
    fake->figure_count -= 10; /* those of the last ad */
    fake_pass_time(fake, 3600000);
    assert_status(fake_full(fake), RUN_SUCCESS);
    assert_week_exact(fake);
    fake_destroy(fake);
}

/* How many ads a run says it knew from insights alone. */
static int64_t strays_told(struct fake *fake)
{
    struct store_reader *reader = fake_reader(fake);
    struct check_query query = {.account_id = ACCOUNT, .run_id = fake->result.run_id};
    struct check_rows checks;
    struct err err = {0};
    int64_t told = 0;
    assert_true(read_checks(reader, fake->arena, 0, &query, &checks, &err));
    for (size_t i = 0; i < checks.count; i++) {
        bool orphans = strcmp(checks.rows[i].kind, "orphans") == 0;
        told +=
            orphans && strcmp(checks.rows[i].field, "insights") == 0 ? checks.rows[i].actual : 0;
    }
    store_reader_close(reader);
    return told;
}

static void test_an_ad_that_only_insights_know_becomes_a_tombstone(void **unused)
{
    (void)unused;
    struct fake *fake = fake_create();
    fake_get(fake, "1020")->unlisted = true;
    assert_status(fake_full(fake), RUN_SUCCESS);
    struct entity_row row = fake_held(fake, "1020");
    assert_true(row.deleted_at > 0);
    assert_string_equal(row.name, "name of 1020");
    assert_string_equal(row.parent_id, fake_get(fake, "1020")->parent);
    assert_int_equal(fake->node_calls, 0);
    assert_int_equal(strays_told(fake), 1);
    assert_week_exact(fake);
    assert_status(fake_full(fake), RUN_SUCCESS);
    assert_int_equal(strays_told(fake), 0); /* told once */
    fake_destroy(fake);
}

/* During a delta nothing is known to be gone by absence: it is read by id, once. */
static void test_a_stray_of_a_delta_is_read_by_id(void **unused)
{
    (void)unused;
    struct fake *fake = fake_create();
    assert_status(fake_full(fake), RUN_SUCCESS);
    struct thing *ad = fake_thing(fake, ENTITY_AD, "1050", "1002", "DELETED");
    struct thing *hidden = fake_thing(fake, ENTITY_AD, "1051", "1002", "DELETED");
    ad->unlisted = true;
    hidden->unlisted = true;
    hidden->gone = true;
    fake_spend(fake, "1050", fake_today(fake), 5000000);
    fake_spend(fake, "1051", fake_today(fake), 6000000);
    fake_pass_time(fake, 1800000);
    assert_status(fake_mode(fake, RUN_DELTA), RUN_SUCCESS);
    assert_int_equal(fake->items, 3);
    assert_int_equal(strays_told(fake), 2);
    assert_string_equal(fake_held(fake, "1050").effective_status, "DELETED");
    assert_true(fake_held(fake, "1051").deleted_at > 0);
    assert_string_equal(fake_held(fake, "1051").name, "name of 1051");
    fake_pass_time(fake, 1800000);
    assert_status(fake_mode(fake, RUN_DELTA), RUN_SUCCESS);
    assert_int_equal(fake->items, 3);
    assert_week_exact(fake);
    fake_destroy(fake);
}

/* ---- trouble with pages -------------------------------------------------------------------------
 */

static bool odd_pages(struct fake *fake, const struct graph_request *request, struct reply *reply)
{
    if (!fake_is_rows(request) || !fake_param(request, "after")) {
        return false;
    }
    switch (fake->step++) {
    case 0: /* an empty page that promises more */
        str_add(&reply->body, "{\"data\":[],\"paging\":{\"cursors\":{\"after\":\"C20\"},\"next\":"
                              "\"https://elsewhere.example/\"}}");
        return true;
    case 1: /* rows that came before */
        fake_rows(fake,
                  &(struct graph_request){.path = "act_77/insights",
                                          .params = request->params,
                                          .param_count = request->param_count - 1},
                  &reply->body);
        str_reset(&reply->body);
        return false;
    case 2: /* the cursor dies */
        return fake_error(reply, 400, 2642, 0, "(#2642) Invalid cursors values");
    default:
        return false;
    }
}

static void test_empty_pages_and_dead_cursors_lose_nothing(void **unused)
{
    (void)unused;
    struct fake *fake = fake_create();
    fake->limit_max = 20;
    fake->script = odd_pages;
    const struct run *run = fake_full(fake);
    assert_status(run, RUN_SUCCESS);
    assert_true(fake->step > 3);
    assert_week_exact(fake);
    fake_destroy(fake);
}

static bool same_rows_twice(struct fake *fake, const struct graph_request *request,
                            struct reply *reply)
{
    const char *after = fake_param(request, "after");
    if (!fake_is_rows(request) || !after || strcmp(after, "C20") != 0) {
        return false;
    }
    fake->step++;
    struct graph_param params[16];
    for (size_t i = 0; i < request->param_count; i++) {
        params[i] = request->params[i];
        if (strcmp(params[i].key, "after") == 0) {
            params[i].value = "C10"; /* half of it was on the page before */
        }
    }
    struct graph_request shifted = *request;
    shifted.params = params;
    fake_rows(fake, &shifted, &reply->body);
    return true;
}

static void test_rows_that_repeat_are_kept_once(void **unused)
{
    (void)unused;
    struct fake *fake = fake_create();
    fake->limit_max = 20;
    fake->script = same_rows_twice;
    assert_status(fake_full(fake), RUN_SUCCESS);
    assert_true(fake->step > 0);
    assert_week_exact(fake);
    fake_destroy(fake);
}

/* ---- kill and drift -----------------------------------------------------------------------------
 */

static void test_a_run_killed_after_any_answer_is_continued(void **unused)
{
    (void)unused;
    struct fake *fake = fake_create();
    struct plan_request request = {.mode = RUN_FULL, .foreground = true, .force = true};
    struct store_runs lost;
    struct err err = {0};
    fake->limit_max = 5;
    for (int answers = 1; answers <= 25; answers++) {
        struct sync_run *run = fake_start(fake, &request);
        fake_pump(fake, run, answers % 7);
        sync_run_destroy(run);
        assert_true(store_runs_interrupted(fake->store, fake->arena, clock_now_ms(&fake->clock),
                                           &lost, &err));
        assert_int_equal(lost.count, 1);
        fake_pass_time(fake, 5000);
    }
    int before = fake->calls;
    assert_status(fake_run(fake, &request), RUN_SUCCESS);
    assert_true(fake->calls - before < 16 / 5 + 4 / 5 + 2 / 5 + 3 + 128 / 5 + 8);
    assert_week_exact(fake);
    fake_destroy(fake);
}

static bool new_shape(struct fake *fake, const struct graph_request *request, struct reply *reply)
{
    (void)fake;
    if (!fake_is(request, "/campaigns")) {
        return false;
    }
    str_add(&reply->body,
            "{\"data\":[{\"id\":1000,\"name\":\"a\",\"status\":\"ACTIVE\",\"effective_status\":"
            "\"ACTIVE\",\"created_time\":[1],\"updated_time\":\"2025-12-01T00:00:00+0000\","
            "\"novelty\":{\"deep\":1}},{\"id\":1001,\"name\":\"b\",\"status\":\"ACTIVE\","
            "\"effective_status\":\"ACTIVE\",\"updated_time\":\"2025-12-01T00:00:00+0000\","
            "\"novelty\":2}]}");
    return true;
}

static void test_a_changed_shape_is_noted_once_a_run(void **unused)
{
    (void)unused;
    struct fake *fake = fake_create();
    struct drift_rows drift;
    struct err err = {0};
    int seen[DRIFT_KIND_COUNT] = {0};
    fake->script = new_shape;
    assert_status(fake_full(fake), RUN_SUCCESS);
    struct store_reader *reader = fake_reader(fake);
    assert_true(read_drift(reader, fake->arena, 0, ACCOUNT, 0, &drift, &err));
    for (size_t i = 0; i < drift.count; i++) {
        seen[drift.rows[i].kind] += (int)drift.rows[i].count;
        assert_string_equal(drift.rows[i].edge, "campaigns");
    }
    assert_int_equal(drift.count, 3);
    assert_int_equal(seen[DRIFT_UNKNOWN], 2);
    assert_int_equal(seen[DRIFT_TYPE], 1);
    assert_int_equal(seen[DRIFT_MISSING], 1);
    store_reader_close(reader);
    fake_destroy(fake);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_days_that_differ_are_read_once_more),
        cmocka_unit_test(test_how_much_is_done_is_told_by_the_total),
        cmocka_unit_test(test_a_lasting_difference_makes_it_partial),
        cmocka_unit_test(test_a_figure_that_is_restated_to_nothing_is_removed),
        cmocka_unit_test(test_an_ad_that_only_insights_know_becomes_a_tombstone),
        cmocka_unit_test(test_a_stray_of_a_delta_is_read_by_id),
        cmocka_unit_test(test_empty_pages_and_dead_cursors_lose_nothing),
        cmocka_unit_test(test_rows_that_repeat_are_kept_once),
        cmocka_unit_test(test_a_run_killed_after_any_answer_is_continued),
        cmocka_unit_test(test_a_changed_shape_is_noted_once_a_run),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
