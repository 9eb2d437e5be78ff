/* What calls cost, told apart by class, from recorded calls and readings. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <math.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/rand.h"
#include "govern/calibrate_log.h"

static const int64_t start_ms = 1795000000000;
enum { CALLS_MAX = 600, ROWS_MAX = 60 };

static void assert_near(double value, double expected, double slack)
{
    if (!(fabs(value - expected) <= slack)) {
        print_message("%f is not %f\n", value, expected);
        fail();
    }
}

/* A server that is told what calls cost, and its log. */
struct place {
    struct replay_call calls[CALLS_MAX];
    struct usage_reading readings[CALLS_MAX][2];
    size_t count;
    int64_t now;
    double score, hour[CALLS_MAX]; /* what each call cost the hour's quota */
};

static struct usage_reading reading(enum usage_source source, double pct, int64_t at)
{
    struct usage_reading r = {
        .at = at, .source = source, .pct = pct, .regain_s = -1, .access_tier = ACCESS_STANDARD};
    snprintf(r.scope_id, sizeof r.scope_id, "act_1");
    return r;
}

static double hour_pct(const struct place *p)
{
    double sum = 0;
    for (size_t i = 0; i < p->count; i++) {
        sum += p->calls[i].at_ms > p->now - 3600000 ? p->hour[i] : 0;
    }
    return sum;
}

/* One answer: a point of 1.2 per cent of the score, and so much of the hour's quota. */
static void answer(struct place *p, enum call_class call_class, double cost, double hour,
                   int64_t took_ms)
{
    static const double point = 1.2, falls_s = 100 / 300.0;
    size_t i = p->count++;
    struct replay_call *call = &p->calls[i];
    *call = (struct replay_call){
        .at_ms = p->now,
        .took_ms = took_ms,
        .call = {.call_class = call_class, .cost = cost, .items = 1}
    };
    snprintf(call->call.account_id, sizeof call->call.account_id, "act_1");
    int64_t before = i ? p->calls[i - 1].at_ms : p->now;
    p->score = fmax(0, p->score - falls_s * (double)(p->now - before) / 1000) + point;
    p->hour[i] = hour;
    struct usage_reading *r = p->readings[i];
    r[0] = reading(USAGE_ACCOUNT, p->score, p->now);
    r[0].regain_s = (int64_t)(p->score * 3);
    r[1] = reading(USAGE_BUC, floor(hour_pct(p)), p->now);
    r[1].use_case = call_class_use_case(call_class);
    call->readings = r;
    call->reading_count = r[1].use_case == USE_CASE_ADS_MANAGEMENT ? 2 : 1;
}

/* Of the score: the earlier answer shows what the later one cost too. */
static void swap_readings(struct place *p, size_t a, size_t b)
{
    struct usage_reading kept = p->readings[a][0];
    p->readings[a][0].pct = p->readings[b][0].pct;
    p->readings[a][0].regain_s = p->readings[b][0].regain_s;
    p->readings[b][0].pct = kept.pct;
    p->readings[b][0].regain_s = kept.regain_s;
}

static const struct calibrate_row *row_of(const struct calibrate_row *rows, size_t count,
                                          enum usage_source source, enum call_class call_class)
{
    for (size_t i = 0; i < count; i++) {
        if (rows[i].source == source && rows[i].call_class == call_class) {
            return &rows[i];
        }
    }
    return NULL;
}

static size_t calibrated(const struct place *p, struct calibrate_row rows[ROWS_MAX])
{
    size_t count = 0;
    const struct calibrate_log log = {.calls = p->calls, .count = p->count};
    assert_true(calibrate_log(&log, rows, ROWS_MAX, &count));
    return count;
}

/* A score counts calls: by weighted unit insights are cheaper than the weights say. */
static void test_calibrate_log_tells_classes_apart(void **state)
{
    (void)state;
    static struct place p;
    struct rand rand;
    struct calibrate_row rows[ROWS_MAX];
    rand_seed(&rand, 5, 1);
    p = (struct place){.now = start_ms};
    while (p.count < CALLS_MAX - 8) {
        p.now += 4000 + rand_below(&rand, 40000);
        bool insights = rand_below(&rand, 3) == 0;
        answer(&p, insights ? CALL_INSIGHTS : CALL_ADS, insights ? 5 : 1, insights ? 0 : 0.4, 300);
        if (rand_below(&rand, 4) == 0) { /* side by side */
            p.now += 50;
            answer(&p, CALL_CAMPAIGNS, 1, 0.1, 320);
            swap_readings(&p, p.count - 2, p.count - 1); /* which was answered first is not told */
        }
    }
    size_t count = calibrated(&p, rows);
    static const struct {
        enum usage_source source;
        enum call_class call_class;
        double unit, slack;
    } expected[] = {
        {USAGE_ACCOUNT, CALL_ADS,       1.2,  0.1 },
        {USAGE_ACCOUNT, CALL_CAMPAIGNS, 1.2,  0.2 },
        {USAGE_ACCOUNT, CALL_INSIGHTS,  0.24, 0.03},
        {USAGE_BUC,     CALL_ADS,       0.4,  0.08},
        {USAGE_BUC,     CALL_CAMPAIGNS, 0.1,  0.08}, /* the hour lets go of the dearer ones too */
    };
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++) {
        const struct calibrate_row *row =
            row_of(rows, count, expected[i].source, expected[i].call_class);
        assert_non_null(row);
        assert_near(row->cost.pct_per_unit, expected[i].unit, expected[i].slack);
        assert_true(row->published && row->cost.samples >= CALIBRATE_SAMPLES_MIN);
        assert_int_equal(row->cost.verdict, CALIBRATE_HIGH); /* published: 9,000 points */
        assert_true(row->cost.factor > 2);
    }
    assert_near(row_of(rows, count, USAGE_ACCOUNT, CALL_ADS)->cost.assumed, 100 / 9000.0, 1e-9);
    assert_near(row_of(rows, count, USAGE_ACCOUNT, CALL_INSIGHTS)->cost.assumed, 20 / 9000.0, 1e-9);
}

static void test_calibrate_log_claims_nothing_on_little(void **state)
{
    (void)state;
    static struct place p;
    struct calibrate_row rows[ROWS_MAX];
    p = (struct place){.now = start_ms};
    assert_int_equal(calibrated(&p, rows), 0);
    for (int i = 0; i < 3; i++) {
        p.now += 20000;
        answer(&p, CALL_ADS, 1, 1, 100);
    }
    size_t count = calibrated(&p, rows);
    const struct calibrate_row *row = row_of(rows, count, USAGE_ACCOUNT, CALL_ADS);
    assert_non_null(row);
    assert_int_equal(row->calls, 3);
    assert_int_equal(row->cost.verdict, CALIBRATE_FEW);
    assert_true(row->cost.pct_per_unit == 0);
}

static int64_t thousand_ads(void *ctx, const char *account_id)
{
    (void)ctx;
    return strcmp(account_id, "act_1") == 0 ? 1000 : 0;
}

/* What was refused cost nothing; a quota grows with its account's ads; and of one account nothing
 * is said of another. */
static void test_calibrate_log_counts_what_it_is_asked_for(void **state)
{
    (void)state;
    static struct place p;
    struct calibrate_row rows[ROWS_MAX];
    size_t count = 0;
    p = (struct place){.now = start_ms};
    for (int i = 0; i < 40; i++) {
        p.now += 20000;
        answer(&p, CALL_ADS, 1, 1, 100);
        p.calls[i].throttled = i % 4 == 3;
    }
    struct calibrate_log log = {
        .calls = p.calls, .count = p.count, .account_id = "act_1", .active_ads = thousand_ads};
    assert_true(calibrate_log(&log, rows, ROWS_MAX, &count));
    const struct calibrate_row *quota = row_of(rows, count, USAGE_BUC, CALL_ADS);
    assert_non_null(quota);
    assert_int_equal(quota->calls, 30);
    assert_near(quota->cost.assumed, 100 / (100000.0 + 40 * 1000), 1e-9);
    log.account_id = "act_2";
    assert_true(calibrate_log(&log, rows, ROWS_MAX, &count));
    assert_int_equal(count, 0);
}

/* Load whose fall nobody tells, asked by one class that is five times as dear as the weights say.
 */
static void test_calibrate_log_of_load_judges_the_weights(void **state)
{
    (void)state;
    static struct place p;
    struct rand rand;
    struct calibrate_row rows[ROWS_MAX];
    double level = 0;
    rand_seed(&rand, 6, 1);
    p = (struct place){.now = start_ms};
    while (p.count < 300) {
        int64_t gap =
            level > 40 ? 10000 + rand_below(&rand, 30000) : 1000 + rand_below(&rand, 5000);
        bool total = rand_below(&rand, 3) == 0;
        size_t i = p.count++;
        p.now += gap;
        level = fmax(0, level - 1.2 * (double)gap / 1000) + (total ? 1.5 : 15);
        p.calls[i] = (struct replay_call){
            .at_ms = p.now,
            .took_ms = 200,
            .readings = p.readings[i],
            .reading_count = 1,
            .call = {.call_class = total ? CALL_INSIGHTS_TOTAL : CALL_INSIGHTS, .cost = 5}
        };
        snprintf(p.calls[i].call.account_id, sizeof p.calls[i].call.account_id, "act_1");
        p.readings[i][0] = reading(USAGE_INSIGHTS_APP, round(level * 100) / 100, p.now);
    }
    size_t count = calibrated(&p, rows);
    const struct calibrate_row *pages = row_of(rows, count, USAGE_INSIGHTS_APP, CALL_INSIGHTS);
    const struct calibrate_row *totals =
        row_of(rows, count, USAGE_INSIGHTS_APP, CALL_INSIGHTS_TOTAL);
    assert_true(pages && totals && !pages->published && !totals->published);
    assert_near(pages->cost.pct_per_unit, 3, 0.2);
    assert_near(totals->cost.pct_per_unit, 0.3, 0.1);
    assert_int_equal(pages->cost.verdict, CALIBRATE_FITS);
    assert_int_equal(totals->cost.verdict, CALIBRATE_LOW); /* the weights overrate it */
}

/* Generated mixes with other users and odd readings among them. */
static void test_calibrate_mixes_is_robust(void **state)
{
    (void)state;
    static const double truth[CALL_CLASS_COUNT] = {0, 0.5, 1, 2, 0.3, 0.1, 0, 0.7, 0};
    struct rand rand;
    rand_seed(&rand, 9, 1);
    for (int round = 0; round < 20; round++) {
        struct calibrate_mix mixes[CALIBRATE_SAMPLES_MAX] = {0};
        double costs[CALL_CLASS_COUNT];
        for (size_t i = 0; i < CALIBRATE_SAMPLES_MAX; i++) {
            for (int k = 1; k < CALL_CLASS_COUNT - 1; k++) {
                mixes[i].units[k] = rand_below(&rand, 3);
                mixes[i].rise_pct += truth[k] * mixes[i].units[k] * (0.9 + 0.2 * rand_unit(&rand));
            }
            mixes[i].rise_pct += i % 7 == 0 ? 20 * rand_unit(&rand) : 0;
        }
        calibrate_mixes(mixes, CALIBRATE_SAMPLES_MAX, costs);
        for (int k = 1; k < CALL_CLASS_COUNT - 1; k++) {
            assert_near(costs[k], truth[k], 0.12);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_calibrate_log_tells_classes_apart),
        cmocka_unit_test(test_calibrate_log_claims_nothing_on_little),
        cmocka_unit_test(test_calibrate_log_counts_what_it_is_asked_for),
        cmocka_unit_test(test_calibrate_log_of_load_judges_the_weights),
        cmocka_unit_test(test_calibrate_mixes_is_robust),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
