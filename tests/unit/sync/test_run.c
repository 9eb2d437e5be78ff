/* Runs over a scripted account: what is kept, what vanishes, what survives trouble. */
#include "tests/unit/sync/fake_run.h"

static void test_full_run_keeps_everything(void **unused)
{
    (void)unused;
    struct fake *fake = fake_create();
    const struct run *run = fake_full(fake);
    assert_status(run, RUN_SUCCESS);
    assert_int_equal(run->campaigns_fetched, 2);
    assert_int_equal(run->adsets_fetched, 4);
    assert_int_equal(run->ads_fetched, 16);
    assert_int_equal(run->insight_rows, 16 * 8);
    assert_int_equal(run->api_calls, 5);
    assert_int_equal(fake_present(fake), 22);
    assert_week_exact(fake);
    struct entity_row ad = fake_held(fake, "1010");
    assert_string_equal(ad.name, "name of 1010");
    assert_string_equal(ad.parent_id, "1004");
    assert_string_equal(ad.campaign_id, "1000");
    fake_destroy(fake);
}

static void test_small_pages_make_no_difference(void **unused)
{
    (void)unused;
    struct fake *fake = fake_create();
    fake->limit_max = 3; /* the server clamps limit, and says so by `next` alone */
    assert_status(fake_full(fake), RUN_SUCCESS);
    assert_int_equal(fake_present(fake), 22);
    assert_week_exact(fake);
    fake_destroy(fake);
}

/* ---- what vanishes ------------------------------------------------------------------------------
 */

static void test_vanished_ids_are_read_in_one_batch(void **unused)
{
    (void)unused;
    struct fake *fake = fake_create();
    fake_full(fake);
    fake_get(fake, "1006")->unlisted = true;
    fake_get(fake, "1006")->status = "DELETED";
    fake_get(fake, "1007")->unlisted = true;
    fake_get(fake, "1007")->gone = true;
    fake_get(fake, "1008")->unlisted = true; /* a listing's mistake: it is still there */
    fake_pass_time(fake, 86400000);
    assert_status(fake_mode(fake, RUN_SWEEP), RUN_SUCCESS);
    assert_int_equal(fake->node_calls, 1);
    assert_int_equal(fake->items, 4); /* and the account, before anything is called gone */
    struct entity_row deleted = fake_held(fake, "1006");
    struct entity_row hidden = fake_held(fake, "1007");
    struct entity_row kept = fake_held(fake, "1008");
    assert_true(deleted.deleted_at > 0);
    assert_string_equal(deleted.effective_status, "DELETED");
    assert_true(hidden.deleted_at > 0);
    assert_string_equal(hidden.effective_status, ENTITY_INACCESSIBLE);
    assert_string_equal(hidden.name, "name of 1007");
    assert_int_equal(kept.deleted_at, 0);
    assert_int_equal(fake_present(fake), 20);
    fake_pass_time(fake, 86400000);
    fake_get(fake, "1008")->unlisted = false;
    assert_status(fake_mode(fake, RUN_SWEEP), RUN_SUCCESS);
    assert_int_equal(fake->node_calls, 1); /* a tombstone is not asked for again */
    fake_destroy(fake);
}

static bool account_hidden(struct fake *fake, const struct graph_request *request,
                           struct reply *reply)
{
    if (request->path[0] != '\0') {
        return false;
    }
    const char *batch = fake_param(request, "batch");
    bool first = true;
    (void)fake;
    str_addc(&reply->body, '[');
    for (const char *at = batch; (at = strstr(at, "relative_url")) != NULL; at++) {
        str_addf(&reply->body,
                 "%s{\"code\":400,\"body\":\"{\\\"error\\\":{\\\"code\\\":100,\\\"error_subcode\\\""
                 ":33,\\\"message\\\":\\\"Unsupported get request\\\"}}\"}",
                 first ? "" : ",");
        first = false;
    }
    return str_addc(&reply->body, ']');
}

static void test_nothing_is_called_gone_while_the_account_cannot_be_read(void **unused)
{
    (void)unused;
    struct fake *fake = fake_create();
    fake_full(fake);
    for (size_t i = 6; i < fake->thing_count; i++) {
        fake->things[i].unlisted = true;
    }
    fake->script = account_hidden;
    fake_pass_time(fake, 86400000);
    const struct run *run = fake_mode(fake, RUN_FULL);
    assert_status(run, RUN_FAILED);
    assert_int_equal(fake_present(fake), 22);
    fake_destroy(fake);
}

/* A vanished id whose read is refused for another reason neither ends nor repeats the run. */
static bool refuses_1006(struct fake *fake, const struct graph_request *request,
                         struct reply *reply)
{
    if (request->path[0] != '\0' || !strstr(fake_param(request, "batch"), "1006")) {
        return false;
    }
    fake->node_calls++;
    str_add(&reply->body, "[{\"code\":200,\"body\":\"{\\\"id\\\":\\\"act_77\\\"}\"},"
                          "{\"code\":403,\"body\":\"{\\\"error\\\":{\\\"code\\\":200,\\\"message"
                          "\\\":\\\"(#200) Requires permission\\\"}}\"}]");
    return true;
}

static void test_a_refused_read_by_id_is_not_repeated(void **unused)
{
    (void)unused;
    struct fake *fake = fake_create();
    fake_full(fake);
    fake_get(fake, "1006")->unlisted = true;
    fake->script = refuses_1006;
    fake_pass_time(fake, 86400000);
    assert_status(fake_mode(fake, RUN_SWEEP), RUN_SUCCESS);
    assert_int_equal(fake->node_calls, 1);
    assert_int_equal(fake_present(fake), 22);
    fake_destroy(fake);
}

/* null, {} and 960 instead of items: what is left of the batch is asked again. */
static bool partial_batch(struct fake *fake, const struct graph_request *request,
                          struct reply *reply)
{
    if (request->path[0] != '\0' || fake->step++ > 0) {
        return false;
    }
    fake->node_calls++;
    str_add(&reply->body, "[{\"code\":200,\"body\":\"{\\\"id\\\":\\\"act_77\\\"}\"},null,{},"
                          "{\"code\":500,\"body\":\"{\\\"error\\\":{\\\"code\\\":960,\\\"message"
                          "\\\":\\\"Request aborted\\\"}}\"}]");
    return true;
}

static void test_null_items_of_a_batch_are_asked_again(void **unused)
{
    (void)unused;
    struct fake *fake = fake_create();
    fake_full(fake);
    for (size_t i = 6; i < 9; i++) {
        fake->things[i].unlisted = true;
        fake->things[i].gone = true;
    }
    fake->script = partial_batch;
    fake_pass_time(fake, 86400000);
    assert_status(fake_mode(fake, RUN_SWEEP), RUN_SUCCESS);
    assert_int_equal(fake->node_calls, 2);
    assert_int_equal(fake_present(fake), 19);
    fake_destroy(fake);
}

static bool rejects_created_time(struct fake *fake, const struct graph_request *request,
                                 struct reply *reply)
{
    const char *fields = fake_param(request, "fields");
    const char *batch = fake_param(request, "batch");
    fake->step++;
    if (fields && fake_is(request, "/ads") && strstr(fields, "created_time")) {
        return fake_error(reply, 400, 100, 0,
                          "(#100) Tried accessing nonexisting field (created_time) on node type "
                          "(Ad)");
    }
    if (batch && strstr(batch, "created_time")) {
        fake->node_calls++;
        str_add(&reply->body,
                "[{\"code\":200,\"body\":\"{\\\"id\\\":\\\"act_77\\\"}\"},{\"code\":400,\"body\":"
                "\"{\\\"error\\\":{\\\"code\\\":100,\\\"message\\\":\\\"(#100) Tried accessing "
                "nonexisting field (created_time) on node type (Ad)\\\"}}\"}]");
        return true;
    }
    return false;
}

static void test_a_rejected_field_is_quarantined(void **unused)
{
    (void)unused;
    struct fake *fake = fake_create();
    struct err err = {0};
    struct drift_rows drift;
    fake->script = rejects_created_time;
    const struct run *run = fake_full(fake);
    assert_status(run, RUN_SUCCESS);
    assert_int_equal(run->retries, 1);
    assert_int_equal(fake_present(fake), 22);
    struct store_reader *reader = fake_reader(fake);
    assert_true(read_drift(reader, fake->arena, 0, ACCOUNT, 0, &drift, &err));
    assert_int_equal(drift.count, 1);
    assert_string_equal(drift.rows[0].field, "created_time");
    assert_int_equal(drift.rows[0].kind, DRIFT_REJECTED);
    store_reader_close(reader);
    run = fake_full(fake); /* remembered: no second rejection that day */
    assert_int_equal(run->retries, 0);
    fake_destroy(fake);
}

static void test_a_field_rejected_in_a_batch_is_left_out(void **unused)
{
    (void)unused;
    struct fake *fake = fake_create();
    fake_full(fake);
    fake_get(fake, "1006")->unlisted = true;
    fake_get(fake, "1006")->status = "DELETED";
    fake->config.page_size_entities = 4; /* a sweep, whose own fields it accepts */
    fake->script = rejects_created_time;
    fake_pass_time(fake, 86400000);
    assert_status(fake_mode(fake, RUN_SWEEP), RUN_SUCCESS);
    assert_int_equal(fake->node_calls, 2);
    assert_true(fake_held(fake, "1006").deleted_at > 0);
    fake_destroy(fake);
}

static void test_a_missing_parent_is_read_by_id(void **unused)
{
    (void)unused;
    struct fake *fake = fake_create();
    fake_get(fake, "1002")->unlisted = true;
    fake_get(fake, "1003")->unlisted = true;
    fake_get(fake, "1003")->gone = true;
    assert_status(fake_full(fake), RUN_SUCCESS);
    assert_string_equal(fake_held(fake, "1002").name, "name of 1002");
    assert_string_equal(fake_held(fake, "1003").effective_status, ENTITY_INACCESSIBLE);
    struct err err = {0};
    struct check_rows checks;
    struct store_reader *reader = fake_reader(fake);
    struct check_query query = {.account_id = ACCOUNT, .bad_only = true};
    assert_true(read_checks(reader, fake->arena, 0, &query, &checks, &err));
    assert_int_equal(checks.count, 1);
    assert_string_equal(checks.rows[0].kind, "orphans");
    assert_int_equal(checks.rows[0].actual, 2);
    store_reader_close(reader);
    fake_destroy(fake);
}

/* A tier follows the spend of seven days, and its history says by which figures. */
static void test_a_change_of_tier_is_kept_with_its_figures(void **unused)
{
    (void)unused;
    struct fake *fake = fake_create();
    struct tier_policy tiers;
    struct history_rows rows;
    struct history_query query = {.account_id = ACCOUNT, .field = "tier"};
    struct err err = {0};
    tier_policy_defaults(&tiers);
    fake->tiers = &tiers;
    assert_status(fake_full(fake), RUN_SUCCESS); /* 16 ads at 1.37 a day */
    for (size_t i = 0; i < fake->figure_count; i++) {
        fake->figures[i].spend /= 10;
    }
    fake_pass_time(fake, 3600000);
    assert_status(fake_full(fake), RUN_SUCCESS);
    struct store_reader *reader = fake_reader(fake);
    assert_true(read_account_history(reader, fake->arena, 0, &query, &rows, &err));
    assert_int_equal(rows.count, 2);
    assert_string_equal(rows.rows[0].value, "medium");
    assert_non_null(strstr(rows.rows[0].detail, "\"spend_7d_base\":15.29"));
    assert_non_null(strstr(rows.rows[0].detail, "\"high_above\":100.00"));
    assert_string_equal(rows.rows[1].value, "high");
    assert_non_null(strstr(rows.rows[1].detail, "\"spend_7d_base\":152."));
    store_reader_close(reader);
    fake_destroy(fake);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_full_run_keeps_everything),
        cmocka_unit_test(test_small_pages_make_no_difference),
        cmocka_unit_test(test_vanished_ids_are_read_in_one_batch),
        cmocka_unit_test(test_nothing_is_called_gone_while_the_account_cannot_be_read),
        cmocka_unit_test(test_a_refused_read_by_id_is_not_repeated),
        cmocka_unit_test(test_null_items_of_a_batch_are_asked_again),
        cmocka_unit_test(test_a_rejected_field_is_quarantined),
        cmocka_unit_test(test_a_field_rejected_in_a_batch_is_left_out),
        cmocka_unit_test(test_a_missing_parent_is_read_by_id),
        cmocka_unit_test(test_a_change_of_tier_is_kept_with_its_figures),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
