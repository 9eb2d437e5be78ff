/* Insights that are too much for one answer: smaller pages, parts, reports that stall, divide, or
 * cannot be read. */
#include "tests/unit/sync/fake_run.h"

/* ---- reports ---- */

struct desk { /* of reports: what was ordered last */
    struct graph_request order;
    char range[64], node[ID_SIZE];
    int orders, polls;
};
static struct desk desk;

static void take_order(const struct graph_request *request, struct reply *reply)
{
    desk.orders++;
    snprintf(desk.range, sizeof desk.range, "%s", fake_param(request, "time_range"));
    snprintf(desk.node, sizeof desk.node, "%.*s", (int)strcspn(request->path, "/"), request->path);
    str_addf(&reply->body, "{\"report_run_id\":%d}", 500000 + desk.orders);
}

static void read_order(struct fake *fake, const struct graph_request *request, struct reply *reply)
{
    struct graph_param params[16] = {
        {"time_range", desk.range}
    };
    char path[64];
    snprintf(path, sizeof path, "%s/insights", desk.node);
    memcpy(params + 1, request->params, request->param_count * sizeof *params);
    struct graph_request rows = {
        .path = path, .params = params, .param_count = request->param_count + 1};
    fake_rows(fake, &rows, &reply->body);
}

/* Pages of rows time out; reports of more days than `step`, or of the account, fail. */
static bool only_small_reports(struct fake *fake, const struct graph_request *request,
                               struct reply *reply)
{
    if (fake_is_rows(request) && !request->post) {
        return fake_error(reply, 400, 100, 1504018, "Request timed out");
    }
    if (fake_is_rows(request)) {
        take_order(request, reply);
        return true;
    }
    if (strncmp(request->path, "50", 2) != 0) {
        return false;
    }
    if (strstr(request->path, "/insights")) {
        read_order(fake, request, reply);
        return true;
    }
    struct graph_param params[1] = {
        {"time_range", desk.range}
    };
    struct fake_range range =
        fake_range_of(&(struct graph_request){.params = params, .param_count = 1});
    bool too_big = range.last - range.first + 1 > fake->step ||
                   (fake->step == 0 && strncmp(desk.node, "act_", 4) == 0);
    too_big = too_big && !(fake->step == 0 && strncmp(desk.node, "act_", 4) != 0);
    desk.polls++;
    str_add(&reply->body,
            too_big ? "{\"async_status\":\"Job Failed\",\"async_percent_completion\":100,"
                      "\"error_code\":-3,\"error_subcode\":1504045,\"error_message\":\"too big\"}"
                    : "{\"async_status\":\"Job Completed\",\"async_percent_completion\":100}");
    return true;
}

static void test_a_report_too_large_is_divided_by_date(void **unused)
{
    (void)unused;
    struct fake *fake = fake_create();
    memset(&desk, 0, sizeof desk);
    fake->script = only_small_reports;
    fake->step = 2; /* days that a report bears */
    assert_status(fake_full(fake), RUN_SUCCESS);
    assert_int_equal(desk.orders, 1 + 2 + 4);
    assert_week_exact(fake);
    fake_destroy(fake);
}

static void test_a_day_too_large_is_divided_by_campaign(void **unused)
{
    (void)unused;
    struct fake *fake = fake_create();
    memset(&desk, 0, sizeof desk);
    fake->script = only_small_reports;
    fake->step = 0; /* not even a day of the account */
    assert_status(fake_full(fake), RUN_SUCCESS);
    assert_int_equal(desk.orders, 1 + 2 + 4 + 8 + 8 * 2);
    assert_week_exact(fake);
    fake_destroy(fake);
}

static bool stalls(struct fake *fake, const struct graph_request *request, struct reply *reply)
{
    if (fake_is_rows(request) && !request->post) {
        return fake_error(reply, 400, 2, 1504038, "Request timed out");
    }
    if (fake_is_rows(request)) {
        take_order(request, reply);
        return true;
    }
    if (strncmp(request->path, "50", 2) != 0) {
        return false;
    }
    if (strstr(request->path, "/insights")) {
        read_order(fake, request, reply);
        return true;
    }
    str_add(&reply->body, desk.orders == 1
                              ? "{\"async_status\":\"Job Running\",\"async_percent_completion\":40}"
                              : "{\"async_status\":\"Job Completed\","
                                "\"async_percent_completion\":100}");
    return true;
}

static void test_a_report_that_stalls_is_ordered_again(void **unused)
{
    (void)unused;
    struct fake *fake = fake_create();
    memset(&desk, 0, sizeof desk);
    fake->script = stalls;
    assert_status(fake_full(fake), RUN_SUCCESS);
    assert_int_equal(desk.orders, 2);
    assert_week_exact(fake);
    fake_destroy(fake);
}

/* ---- what a synchronous read may ask for ---- */

static bool reduce(struct reply *reply)
{
    return fake_error(
        reply, 500, 1, 0,
        "Please reduce the amount of data you're asking for, then retry your request");
}

static bool reports_work(struct fake *fake, const struct graph_request *request,
                         struct reply *reply)
{
    if (fake_is_rows(request) && request->post) {
        take_order(request, reply);
        return true;
    }
    if (strncmp(request->path, "50", 2) != 0) {
        return false;
    }
    if (strstr(request->path, "/insights")) {
        read_order(fake, request, reply);
        return true;
    }
    str_add(&reply->body, "{\"async_status\":\"Job Completed\",\"async_percent_completion\":100}");
    return true;
}

/* Reads of more days than `step` are refused, whatever the page. */
static bool refuses_days(struct fake *fake, const struct graph_request *request,
                         struct reply *reply)
{
    if (fake_is_rows(request) && !request->post) {
        struct fake_range range = fake_range_of(request);
        return range.last - range.first + 1 > fake->step && reduce(reply);
    }
    return reports_work(fake, request, reply);
}

static void test_days_refused_become_a_report_and_are_remembered(void **unused)
{
    (void)unused;
    struct fake *fake = fake_create();
    memset(&desk, 0, sizeof desk);
    fake->script = refuses_days;
    fake->step = 1;
    const struct run *run = fake_full(fake);
    assert_status(run, RUN_SUCCESS);
    assert_int_equal(run->retries, 2); /* the page, once, and then the days */
    assert_int_equal(desk.orders, 1);
    assert_int_equal(fake_became(fake, run->run_id, "report"), 1);
    assert_week_exact(fake);
    run = fake_full(fake);
    assert_int_equal(run->retries, 0);
    assert_int_equal(desk.orders, 2);
    assert_int_equal(fake_became(fake, run->run_id, "report"), 1);
    assert_week_exact(fake);
    fake_pass_time(fake, INT64_C(25) * 3600 * 1000);
    assert_int_equal(fake_full(fake)->retries, 1); /* does it still hold? */
    fake->step = 90;
    fake_pass_time(fake, INT64_C(25) * 3600 * 1000);
    run = fake_full(fake);
    assert_int_equal(run->retries, 0);
    assert_int_equal(desk.orders, 3);
    assert_int_equal(fake_became(fake, run->run_id, "report"), 0);
    fake_destroy(fake);
}

/* Two days are two reads: a report would cost more. */
static void test_few_days_become_parts(void **unused)
{
    (void)unused;
    struct fake *fake = fake_create();
    struct plan_request request = {.mode = RUN_FULL, .since_given = true};
    memset(&desk, 0, sizeof desk);
    fake->script = refuses_days;
    fake->step = 1;
    request.since = fake_today(fake) - 1;
    const struct run *run = fake_run(fake, &request);
    assert_status(run, RUN_SUCCESS);
    assert_int_equal(run->retries, 2);
    assert_int_equal(desk.orders, 0);
    assert_int_equal(fake_became(fake, run->run_id, "parts"), 1);
    assert_int_equal(fake_spend_held(fake, request.since, fake_today(fake)),
                     fake_spend_true(fake, request.since, fake_today(fake)));
    run = fake_run(fake, &request);
    assert_int_equal(run->retries, 0);
    assert_int_equal(fake_became(fake, run->run_id, "parts"), 1);
    fake_destroy(fake);
}

static bool reduce_above_300(struct fake *fake, const struct graph_request *request,
                             struct reply *reply)
{
    const char *limit = fake_param(request, "limit");
    (void)fake;
    return fake_is_rows(request) && limit && atoi(limit) > 300 && reduce(reply);
}

static void test_a_page_refused_is_made_smaller_and_remembered(void **unused)
{
    (void)unused;
    struct fake *fake = fake_create();
    fake->script = reduce_above_300;
    const struct run *run = fake_full(fake);
    assert_status(run, RUN_SUCCESS);
    assert_int_equal(run->retries, 1);
    assert_week_exact(fake);
    assert_int_equal(fake_full(fake)->retries, 0);
    assert_week_exact(fake);
    fake_destroy(fake);
}

static bool reduce_entities_above_40(struct fake *fake, const struct graph_request *request,
                                     struct reply *reply)
{
    (void)fake;
    const char *limit = fake_param(request, "limit");
    return fake_is(request, "/ads") && atoi(limit) > 40 && reduce(reply);
}

static void test_pages_of_a_listing_shrink_until_they_pass(void **unused)
{
    (void)unused;
    struct fake *fake = fake_create();
    fake->script = reduce_entities_above_40;
    const struct run *run = fake_full(fake);
    assert_status(run, RUN_SUCCESS);
    assert_int_equal(run->retries, 2);
    assert_int_equal(run->ads_fetched, 16);
    assert_int_equal(fake_full(fake)->retries, 0); /* the size is remembered */
    fake_destroy(fake);
}

/* Above the estimate a report is ordered at once, and that is put down too. */
static void test_many_rows_become_a_report_at_once(void **unused)
{
    (void)unused;
    struct fake *fake = fake_create();
    memset(&desk, 0, sizeof desk);
    fake->script = reports_work;
    fake->config.async_above_rows = 100; /* 16 ads, 8 days; the first run knows of none */
    fake_full(fake);
    assert_int_equal(desk.orders, 0);
    const struct run *run = fake_full(fake);
    assert_status(run, RUN_SUCCESS);
    assert_int_equal(desk.orders, 1);
    assert_int_equal(fake_became(fake, run->run_id, "report"), 1);
    assert_week_exact(fake);
    fake_destroy(fake);
}

/* Killed after any number of answers, in parts and reports: the next run makes it whole. */
static void test_a_divided_run_killed_anywhere_is_made_whole(void **unused)
{
    (void)unused;
    for (int days = 1; days <= 3; days++) {
        struct fake *fake = fake_create();
        struct plan_request request = {.mode = RUN_FULL, .foreground = true, .force = true};
        memset(&desk, 0, sizeof desk);
        fake->script = refuses_days;
        fake->step = days;
        for (int answers = 1; answers <= 20; answers++) {
            struct sync_run *run = fake_start(fake, &request);
            fake_pump(fake, run, answers);
            sync_run_destroy(run);
            fake_pass_time(fake, 5000);
        }
        assert_status(fake_run(fake, &request), RUN_SUCCESS);
        assert_week_exact(fake);
        fake_destroy(fake);
    }
}

/* ---- reports that cannot be read ---- */

enum unread { UNREAD_GONE, UNREAD_ERROR, UNREAD_EMPTY, UNREAD_NO_LIST };
static struct {
    enum unread how;
    int orders; /* of so many first reports the reading fails, */
    int times;  /* so often each */
    int days;   /* and of every report of more days; 0 = none */
    int left;
} bad;

static bool reading_fails(struct reply *reply)
{
    switch (bad.how) {
    case UNREAD_GONE:
        return fake_error(reply, 400, 100, 33, "Unsupported get request. Object does not exist");
    case UNREAD_ERROR:
        return fake_error(reply, 400, 100, 0, "(#100) Invalid parameter");
    case UNREAD_EMPTY:
        str_add(&reply->body, "{\"data\":[]}");
        return true;
    case UNREAD_NO_LIST:
        str_add(&reply->body, "{\"ok\":1}");
        return true;
    }
    return false;
}

static bool unread_reports(struct fake *fake, const struct graph_request *request,
                           struct reply *reply)
{
    bool sync = fake_is_rows(request) && !request->post;
    bool read = strncmp(request->path, "50", 2) == 0 && strstr(request->path, "/insights");
    if (sync) {
        return fake_error(reply, 400, 100, 1504018, "Request timed out");
    }
    if (fake_is_rows(request)) {
        bad.left = desk.orders < bad.orders ? bad.times : 0;
    }
    if (read) {
        struct graph_param range[1] = {
            {"time_range", desk.range}
        };
        struct fake_range r =
            fake_range_of(&(struct graph_request){.params = range, .param_count = 1});
        bool too_many = bad.days > 0 && r.last - r.first + 1 > bad.days;
        if (too_many || bad.left-- > 0) {
            return reading_fails(reply);
        }
    }
    return reports_work(fake, request, reply);
}

static const struct run *run_unread(struct fake *fake, enum unread how, int orders, int times,
                                    int days)
{
    memset(&desk, 0, sizeof desk);
    bad.how = how;
    bad.orders = orders;
    bad.times = times;
    bad.days = days;
    bad.left = 0;
    fake->script = unread_reports;
    const struct run *run = fake_full(fake);
    assert_status(run, RUN_SUCCESS);
    assert_week_exact(fake);
    return run;
}

static void test_a_report_that_cannot_be_read_is_read_again(void **unused)
{
    (void)unused;
    static const enum unread ways[] = {UNREAD_GONE, UNREAD_ERROR, UNREAD_EMPTY};
    for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++) {
        struct fake *fake = fake_create();
        const struct run *run = run_unread(fake, ways[i], 1, 2, 0);
        assert_int_equal(desk.orders, 1);
        assert_int_equal(fake_became(fake, run->run_id, "report again"), 0);
        fake_destroy(fake);
    }
}

static void test_a_report_that_stays_unreadable_is_made_again_once(void **unused)
{
    (void)unused;
    static const enum unread ways[] = {UNREAD_GONE, UNREAD_ERROR, UNREAD_NO_LIST};
    for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++) {
        struct fake *fake = fake_create();
        const struct run *run = run_unread(fake, ways[i], 1, 1000, 0);
        assert_int_equal(desk.orders, 2);
        assert_int_equal(fake_became(fake, run->run_id, "report again"), 1);
        fake_destroy(fake);
    }
}

/* Eight days: made, made again, and in two parts. */
static void test_a_report_unreadable_twice_is_divided(void **unused)
{
    (void)unused;
    static const enum unread ways[] = {UNREAD_GONE, UNREAD_ERROR};
    for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++) {
        struct fake *fake = fake_create();
        const struct run *run = run_unread(fake, ways[i], 0, 0, 4);
        assert_int_equal(desk.orders, 2 + 2);
        assert_int_equal(fake_became(fake, run->run_id, "report again"), 1);
        assert_int_equal(fake_became(fake, run->run_id, "parts"), 1);
        fake_destroy(fake);
    }
}

/* Rows were there before, none in a report are not believed at once; with none before they are,
 * after a look or two. */
static void test_an_empty_report_is_made_again_where_rows_are_held(void **unused)
{
    (void)unused;
    struct fake *fake = fake_create();
    assert_status(fake_full(fake), RUN_SUCCESS);
    const struct run *run = run_unread(fake, UNREAD_EMPTY, 1, 1000, 0);
    assert_int_equal(desk.orders, 2);
    assert_int_equal(fake_became(fake, run->run_id, "report again"), 1);
    fake_destroy(fake);
    fake = fake_create();
    fake->figure_count = 0;
    run = run_unread(fake, UNREAD_EMPTY, 0, 0, 0);
    assert_int_equal(desk.orders, 1);
    assert_int_equal(run->retries, 1 + 2);
    fake_full(fake);
    assert_int_equal(fake->result.retries, 0); /* known to be empty */
    fake_destroy(fake);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_report_too_large_is_divided_by_date),
        cmocka_unit_test(test_a_day_too_large_is_divided_by_campaign),
        cmocka_unit_test(test_a_report_that_stalls_is_ordered_again),
        cmocka_unit_test(test_days_refused_become_a_report_and_are_remembered),
        cmocka_unit_test(test_few_days_become_parts),
        cmocka_unit_test(test_a_page_refused_is_made_smaller_and_remembered),
        cmocka_unit_test(test_pages_of_a_listing_shrink_until_they_pass),
        cmocka_unit_test(test_many_rows_become_a_report_at_once),
        cmocka_unit_test(test_a_divided_run_killed_anywhere_is_made_whole),
        cmocka_unit_test(test_a_report_that_cannot_be_read_is_read_again),
        cmocka_unit_test(test_a_report_that_stays_unreadable_is_made_again_once),
        cmocka_unit_test(test_a_report_unreadable_twice_is_divided),
        cmocka_unit_test(test_an_empty_report_is_made_again_where_rows_are_held),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
