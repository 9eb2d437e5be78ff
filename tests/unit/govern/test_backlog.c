/* Long backlogs against a server with limits of its own, and generated cases: what must hold
 * whatever the limits, the latency and the number of calls side by side. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <string.h>

#include <cmocka.h>

#include "base/rand.h"
#include "tests/unit/govern/governor_case.h"

enum { LANES_MAX = 16 };

/* Calls side by side that never run out of work. */
struct backlog {
    struct meta meta;
    struct governor *g;
    int lanes;
    int64_t latency_ms;
    int items;     /* of each call */
    double silent; /* chance of a throttle that no header announces */
    struct rand rand;
    int64_t answer_at[LANES_MAX], ask_at[LANES_MAX];
    int64_t blocked_until; /* as the governor said when it was told */
    int silent_throttles, sent_in_block;
    double worst_pct; /* header and reservations, of the account score */
};

static struct gate_call backlog_call(const struct backlog *b)
{
    struct gate_call call = meta_call("act_1");
    call.items = b->items;
    call.cost = b->items;
    return call;
}

static void backlog_answer(struct backlog *b, int lane, int64_t now_ms)
{
    struct gate_call call = backlog_call(b);
    struct gate_outcome outcome = meta_serve(&b->meta, &call, now_ms);
    if (outcome.ok && rand_unit(&b->rand) < b->silent) {
        b->silent_throttles++;
        outcome = (struct gate_outcome){
            .error = {.error_class = ERROR_THROTTLE,
                      .scope = SCOPE_ACCOUNT,
                      .http_status = 400,
                      .code = 17,
                      .subcode = 2446079}
        };
    }
    governor_observe(b->g, &call, &outcome, now_ms);
    b->answer_at[lane] = 0;
    struct scope_view v;
    if (!outcome.ok &&
        governor_scope_find(b->g, SCOPE_ACCOUNT, "act_1", USE_CASE_NONE, now_ms, &v)) {
        b->blocked_until = v.blocked_until;
    }
}

static void backlog_start(struct backlog *b, int lane, int64_t now_ms)
{
    struct gate_call call = backlog_call(b);
    struct gate_verdict verdict;
    governor_admit(b->g, &call, now_ms, &verdict);
    if (verdict.go) {
        b->sent_in_block += now_ms < b->blocked_until;
        b->answer_at[lane] = now_ms + b->latency_ms;
    } else {
        assert_true(verdict.until_ms > now_ms);
        b->ask_at[lane] = verdict.until_ms;
        assert_true(verdict.detail[0] == '{');
    }
}

static void backlog_run(struct backlog *b, int64_t for_ms)
{
    static const int64_t step_ms = 200;
    struct governor_config config;
    governor_config_defaults(&config);
    b->g = governor_create(&config);
    assert_non_null(b->g);
    b->items = b->items ? b->items : 1;
    for (int64_t t = start_ms; t < start_ms + for_ms; t += step_ms) {
        for (int lane = 0; lane < b->lanes; lane++) {
            if (b->answer_at[lane] && t >= b->answer_at[lane]) {
                backlog_answer(b, lane, t);
            }
        }
        for (int lane = 0; lane < b->lanes; lane++) {
            if (!b->answer_at[lane] && t >= b->ask_at[lane]) {
                backlog_start(b, lane, t);
            }
        }
        struct scope_view v;
        if (t % 1000 == 0 &&
            governor_scope_find(b->g, SCOPE_ACCOUNT, "act_1", USE_CASE_NONE, t, &v) && v.pct > 0) {
            b->worst_pct = fmax(b->worst_pct, v.pct + v.reserved_pct);
        }
    }
    governor_destroy(b->g);
}

/* Work that the account's line allows in for_ms: a full line at once, then its decay. */
static double allowed_calls(const struct meta *m, double line, int64_t for_ms)
{
    double score = m->score_max * line / 100 * (1 + (double)for_ms / 1000 / m->decay_s);
    double quota = m->hour_max * 0.75 * fmax(1, (double)for_ms / 3600e3);
    return fmin(score, quota);
}

/* Development access: 60 points in 300 s, 300 calls an hour. */
static void test_backlog_development_tier_is_paced_without_an_error(void **state)
{
    (void)state;
    static const int64_t day_part_ms = 6 * 3600 * 1000;
    struct backlog b = {.meta = meta_of(ACCESS_DEVELOPMENT, 1), .lanes = 5, .latency_ms = 200};
    b.meta.hour_max = 300 + 40 * 50; /* fifty active ads: the score alone binds */
    rand_seed(&b.rand, 1, 1);
    backlog_run(&b, day_part_ms);
    assert_int_equal(b.meta.refused, 0);
    assert_true(b.meta.worst_score_pct < 72);
    double allowed = 0.7 * 60 * (double)day_part_ms / 1000 / 300;
    assert_true(b.meta.served >= 0.85 * allowed);
}

static void test_backlog_hourly_quota_is_approached_not_hit(void **state)
{
    (void)state;
    static const int64_t hours_ms = 6 * 3600 * 1000;
    struct backlog b = {.meta = meta_of(ACCESS_DEVELOPMENT, 1), .lanes = 3, .latency_ms = 500};
    rand_seed(&b.rand, 2, 1);
    backlog_run(&b, hours_ms);
    assert_int_equal(b.meta.refused, 0);
    assert_true(b.meta.worst_hour_pct <= 76); /* whole per cent are cut */
    assert_true(b.meta.served >= 0.85 * 0.75 * 300 * 6);
}

/* Any scale, latency and number of lanes: not one refusal, line kept, work done. */
static void test_backlog_of_generated_limits(void **state)
{
    (void)state;
    static const int64_t for_ms = 3 * 3600 * 1000;
    struct rand rand;
    rand_seed(&rand, 20261126, 7);
    int bad = 0;
    for (int i = 0; i < 24; i++) {
        bool standard = rand_below(&rand, 2) == 1;
        double scale =
            standard ? pow(10, -2.5 + 1.5 * rand_unit(&rand)) : 0.3 + 2 * rand_unit(&rand);
        struct backlog b = {.meta = meta_of(standard ? ACCESS_STANDARD : ACCESS_DEVELOPMENT, scale),
                            .lanes = 1 + (int)rand_below(&rand, LANES_MAX),
                            .latency_ms = 50 + rand_below(&rand, 3000),
                            .items = 1 + (int)rand_below(&rand, 3)};
        rand_seed(&b.rand, (uint64_t)i, 3);
        backlog_run(&b, for_ms);
        double most = fmin(allowed_calls(&b.meta, 70, for_ms),
                           (double)for_ms / (double)b.latency_ms * b.lanes * b.items);
        double share = b.meta.served * b.items / most;
        if (b.meta.refused > 0 || b.meta.worst_score_pct > 75 || b.meta.worst_hour_pct > 80 ||
            share < 0.85) {
            print_message("case %d: %s x %.5f, %d lanes, %lld ms, %d items: refused %d, worst %.1f "
                          "and %.1f %%, %.0f %% of what is allowed\n",
                          i, standard ? "standard" : "development", scale, b.lanes,
                          (long long)b.latency_ms, b.items, b.meta.refused, b.meta.worst_score_pct,
                          b.meta.worst_hour_pct, 100 * share);
            bad++;
        }
    }
    assert_int_equal(bad, 0);
}

/* Throttles out of nowhere: whatever comes, no call is sent inside a block. */
static void test_backlog_never_sends_in_a_block(void **state)
{
    (void)state;
    struct rand rand;
    rand_seed(&rand, 99, 7);
    for (int i = 0; i < 16; i++) {
        struct backlog b = {.meta = meta_of(ACCESS_STANDARD, 0.005 + 0.05 * rand_unit(&rand)),
                            .lanes = 1 + (int)rand_below(&rand, 8),
                            .latency_ms = 50 + rand_below(&rand, 2000),
                            .silent = 0.002 + 0.05 * rand_unit(&rand)};
        rand_seed(&b.rand, (uint64_t)i, 5);
        backlog_run(&b, 2 * 3600 * 1000);
        assert_true(b.silent_throttles > 0);
        assert_int_equal(b.sent_in_block, 0);
        assert_int_equal(b.meta.while_blocked, 0);
    }
}

/* An hour's quota by what the calls of each minute were seen to cost: many light ones leave first
 * and free little, the few heavy ones free it. */
static void test_backlog_hour_ends_when_the_heavy_minute_leaves(void **state)
{
    (void)state;
    static const int64_t minute_ms = 60000;
    const int64_t begin_ms = start_ms / minute_ms * minute_ms;
    struct governor *g = make();
    struct gate_call call = meta_call("act_1");
    call.critical = true; /* not spaced */
    int64_t now = begin_ms;
    double pct = 1;
    for (int i = 0; i < 30; i++) {
        bool heavy = i >= 20;
        now = begin_ms + (heavy ? 10 * minute_ms : 0) + i * 1000;
        pct += heavy ? 7 : 0.25;
        struct usage_reading r = reading(USAGE_BUC, "act_1", floor(pct), now);
        r.use_case = USE_CASE_ADS_MANAGEMENT;
        served(g, &call, &r, now);
    }
    call.critical = false;
    struct gate_verdict verdict;
    governor_peek(g, &call, now, &verdict);
    assert_false(verdict.go);
    assert_string_equal(verdict.scope_id, "act_1/ads_management");
    assert_in_range((verdict.until_ms - begin_ms) / minute_ms, 70, 72);
    governor_destroy(g);
}

/* Calls side by side, the lower reading read last: the quota is free when their minute leaves. */
static void test_backlog_hour_of_answers_out_of_order(void **state)
{
    (void)state;
    static const int64_t minute_ms = 60000;
    static const struct {
        int minute;
        double pct;
    } answers[] = {
        {0,  7 },
        {0,  21},
        {0,  14},
        {9,  28},
        {9,  42},
        {9,  35},
        {20, 50},
        {30, 71},
        {30, 64}
    };
    const int64_t begin_ms = start_ms / minute_ms * minute_ms;
    struct governor *g = make();
    struct gate_call call = meta_call("act_1");
    call.critical = true;
    int64_t now = begin_ms;
    for (size_t i = 0; i < sizeof answers / sizeof *answers; i++) {
        now = begin_ms + answers[i].minute * minute_ms + (int64_t)i * 100;
        struct usage_reading r = reading(USAGE_BUC, "act_1", answers[i].pct, now);
        r.use_case = USE_CASE_ADS_MANAGEMENT;
        served(g, &call, &r, now);
    }
    struct gate_verdict verdict;
    call.critical = false;
    governor_peek(g, &call, now, &verdict);
    assert_false(verdict.go);
    assert_non_null(strstr(verdict.detail, "\"pct\":71.00"));
    assert_in_range((verdict.until_ms - begin_ms) / minute_ms, 60, 62);
    governor_destroy(g);
}

/* The same with a score: the fifth call would be one too many. */
static void test_backlog_score_of_answers_out_of_order(void **state)
{
    (void)state;
    static const double served_pct[] = {20, 40, 80, 60};
    struct governor *g = make();
    struct gate_call call = meta_call("act_1");
    call.critical = true;
    int64_t now = start_ms;
    assert_true(admit(g, &call, now).go);
    for (size_t i = 0; i < sizeof served_pct / sizeof *served_pct; i++) {
        now += 100;
        struct usage_reading r = reading(USAGE_ACCOUNT, "act_1", served_pct[i], now);
        r.regain_s = (int64_t)(served_pct[i] * 3);
        struct gate_outcome outcome = {.ok = true, .readings = &r, .count = 1};
        governor_observe(g, &call, &outcome, now);
    }
    assert_true(view(g, SCOPE_ACCOUNT, "act_1", now).pct > 79);
    assert_true(view(g, SCOPE_ACCOUNT, "act_1", now).pct < 81);
    assert_false(may(g, &call, now)); /* of 20 more */
    /* A lower one that is read later is believed. */
    struct usage_reading r = reading(USAGE_ACCOUNT, "act_1", 30, now + 6000);
    r.regain_s = 90;
    struct gate_outcome outcome = {.ok = true, .readings = &r, .count = 1};
    governor_observe(g, &call, &outcome, now + 6000);
    assert_true(view(g, SCOPE_ACCOUNT, "act_1", now + 6000).pct < 31);
    governor_destroy(g);
}

/* Insights load that is seen to drain fast: its holds end as soon as it has, but a full one is left
 * alone for as long as Meta refuses. */
static void test_backlog_of_load_follows_its_drain(void **state)
{
    (void)state;
    static const double drain_s = 100 / 60.0, cost = 15;
    struct governor *g = make();
    struct gate_call call = meta_call("act_1");
    call.call_class = CALL_INSIGHTS;
    call.cost = 5;
    int64_t now = start_ms, last = now;
    double level = 0;
    for (int i = 0; i < 60; i++) {
        struct gate_verdict verdict;
        for (governor_peek(g, &call, now, &verdict); !verdict.go;
             governor_peek(g, &call, now, &verdict)) {
            assert_true(verdict.until_ms > now);
            now = verdict.until_ms;
        }
        level = fmax(0, level - drain_s * (double)(now - last) / 1000) + cost;
        last = now;
        struct usage_reading r = reading(USAGE_INSIGHTS_APP, "app", round(level * 100) / 100, now);
        served(g, &call, &r, now);
        assert_true(level < (i < 20 ? 75 : 60.1)); /* the line is 60 */
        now += 500;
    }
    struct usage_reading r = reading(USAGE_INSIGHTS_APP, "app", 59, now);
    now += 60000;
    r.at = now;
    served(g, &call, &r, now);
    struct gate_verdict verdict;
    governor_peek(g, &call, now, &verdict);
    assert_false(verdict.go);
    assert_in_range(verdict.until_ms - now, 7000, 10000); /* 14 per cent at 1.67 a second */
    now += 60000;
    r = reading(USAGE_INSIGHTS_APP, "app", 104, now);
    served(g, &call, &r, now);
    governor_peek(g, &call, now, &verdict);
    assert_false(verdict.go);
    assert_in_range(verdict.until_ms - now, 60000, 61000);
    governor_destroy(g);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_backlog_development_tier_is_paced_without_an_error),
        cmocka_unit_test(test_backlog_hourly_quota_is_approached_not_hit),
        cmocka_unit_test(test_backlog_of_generated_limits),
        cmocka_unit_test(test_backlog_never_sends_in_a_block),
        cmocka_unit_test(test_backlog_hour_ends_when_the_heavy_minute_leaves),
        cmocka_unit_test(test_backlog_hour_of_answers_out_of_order),
        cmocka_unit_test(test_backlog_score_of_answers_out_of_order),
        cmocka_unit_test(test_backlog_of_load_follows_its_drain),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
