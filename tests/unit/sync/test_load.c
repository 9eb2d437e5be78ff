/* Insights whose pages take all of the load limit, or are refused by it although it has room. */
#include "tests/unit/sync/fake_run.h"

static int page_of(const struct graph_request *request)
{
    const char *limit = fake_param(request, "limit");
    return limit ? atoi(limit) : 0;
}

/* A row takes 4 % of the limit, and 16 ads have 128 of them in the week. */
static bool heavy_rows(struct fake *fake, const struct graph_request *request, struct reply *reply)
{
    (void)fake;
    int rows = page_of(request) < 128 ? page_of(request) : 128;
    reply->load_pct = fake_is_rows(request) ? 4.0 * rows : 0;
    return false;
}

static void test_a_page_that_takes_all_of_the_load_is_made_smaller(void **unused)
{
    (void)unused;
    struct fake *fake = fake_create();
    fake->script = heavy_rows;
    const struct run *run = fake_full(fake);
    assert_status(run, RUN_SUCCESS);
    assert_int_equal(fake_became(fake, run->run_id, "smaller pages"), 1);
    assert_int_equal(run->retries, 0);
    assert_week_exact(fake);
    int calls = fake->calls;
    run = fake_full(fake); /* the size is remembered, and does not grow */
    assert_int_equal(fake_became(fake, run->run_id, "smaller pages"), 0);
    assert_int_equal(fake->worst_limit, 10);
    assert_true(fake->calls - calls >= 128 / 10);
    assert_week_exact(fake);
    fake_destroy(fake);
}

static bool light_rows(struct fake *fake, const struct graph_request *request, struct reply *reply)
{
    (void)fake;
    reply->load_pct = fake_is_rows(request) ? 1 : 0;
    return false;
}

static void test_pages_grow_again_when_they_are_light(void **unused)
{
    (void)unused;
    struct fake *fake = fake_create();
    fake->script = heavy_rows;
    fake_full(fake);
    fake->script = light_rows;
    int first = fake->calls;
    fake_full(fake);
    int second = fake->calls;
    assert_status(fake_full(fake), RUN_SUCCESS);
    assert_true(fake->calls - second < second - first);
    assert_week_exact(fake);
    fake_destroy(fake);
}

static bool refuse_by_load(struct reply *reply, double load_pct)
{
    reply->load_pct = load_pct;
    return fake_error(reply, 400, 4, 1504022, "(#4) Application request limit reached");
}

/* More than `step` rows at once are too much. */
static bool few_rows(struct fake *fake, const struct graph_request *request, struct reply *reply)
{
    return fake_is_rows(request) && page_of(request) > fake->step && refuse_by_load(reply, 3);
}

static void test_a_page_that_load_refuses_with_room_is_made_smaller(void **unused)
{
    (void)unused;
    struct fake *fake = fake_create();
    fake->script = few_rows;
    fake->step = 40;
    const struct run *run = fake_full(fake);
    assert_status(run, RUN_SUCCESS);
    assert_int_equal(fake_became(fake, run->run_id, "smaller pages"), 2); /* 1000, 62, 10 */
    assert_week_exact(fake);
    run = fake_full(fake);
    assert_status(run, RUN_SUCCESS);
    assert_int_equal(run->retries, 0);
    assert_week_exact(fake);
    fake_destroy(fake);
}

/* More than `step` days at once are too much, however few rows. */
static bool few_days(struct fake *fake, const struct graph_request *request, struct reply *reply)
{
    if (!fake_is_rows(request)) {
        return false;
    }
    struct fake_range range = fake_range_of(request);
    return range.last - range.first + 1 > fake->step && refuse_by_load(reply, 3);
}

static void test_days_that_load_refuses_with_room_are_divided(void **unused)
{
    (void)unused;
    struct fake *fake = fake_create();
    fake->script = few_days;
    fake->step = 2;
    const struct run *run = fake_full(fake);
    assert_status(run, RUN_SUCCESS);
    assert_int_equal(fake_became(fake, run->run_id, "parts"), 1 + 2);
    assert_week_exact(fake);
    run = fake_full(fake); /* what came is asked for at once */
    assert_int_equal(run->retries, 0);
    assert_week_exact(fake);
    fake_destroy(fake);
}

static void test_the_smallest_read_that_load_refuses_ends_the_run(void **unused)
{
    (void)unused;
    struct fake *fake = fake_create();
    fake->script = few_days;
    fake->step = 0;
    for (int i = 0; i < 2; i++) { /* pages, then, as pages of no days come, a report */
        const struct run *run = fake_full(fake);
        assert_status(run, RUN_PARTIAL); /* entities came */
        assert_int_equal(run->error_code, 4);
        assert_non_null(strstr(run->error_message, "even the smallest read of a day is refused"));
        assert_non_null(strstr(run->error_message, "ask for fewer breakdowns"));
        assert_int_equal(fake_became(fake, run->run_id, "report"), i);
    }
    fake->script = NULL;
    fake_pass_time(fake, INT64_C(25) * 3600 * 1000);
    assert_status(fake_full(fake), RUN_SUCCESS);
    assert_week_exact(fake);
    fake_destroy(fake);
}

/* A limit that is used up refuses whatever the size. */
static bool full_for_a_while(struct fake *fake, const struct graph_request *request,
                             struct reply *reply)
{
    return fake_is_rows(request) && fake->step-- > 0 && refuse_by_load(reply, 97);
}

static void test_load_that_is_full_says_nothing_of_a_page(void **unused)
{
    (void)unused;
    struct fake *fake = fake_create();
    fake->script = full_for_a_while;
    fake->step = 12;
    const struct run *run = fake_full(fake);
    assert_status(run, RUN_SUCCESS);
    assert_int_equal(fake_became(fake, run->run_id, "smaller pages"), 0);
    assert_week_exact(fake);
    fake_destroy(fake);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_page_that_takes_all_of_the_load_is_made_smaller),
        cmocka_unit_test(test_pages_grow_again_when_they_are_light),
        cmocka_unit_test(test_a_page_that_load_refuses_with_room_is_made_smaller),
        cmocka_unit_test(test_days_that_load_refuses_with_room_are_divided),
        cmocka_unit_test(test_the_smallest_read_that_load_refuses_ends_the_run),
        cmocka_unit_test(test_load_that_is_full_says_nothing_of_a_page),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
