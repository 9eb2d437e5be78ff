/* Plans by table: modes, windows, zones, freshness, deltas, sweeps, reports, the checksum. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/date.h"
#include "base/tz.h"
#include "sync/plan.h"

enum { HOUR_MS = 3600000, DAY_MS = 86400000, TODAY = 20454 };
#define NOON INT64_C(1767268800000) /* 2026-01-01 12:00 UTC */

/* An account in full swing: everything listed an hour ago, every window just read. */
struct state {
    struct account account;
    struct plan_marks marks;
    struct plan_policy policy;
    struct plan_request request;
    struct sync_plan plan;
};

static struct state state_of(int64_t now)
{
    struct config config;
    struct state s = {
        .account = {.account_id = "act_1",
                    .account_status = ACCOUNT_ACTIVE,
                    .tier = TIER_MEDIUM,
                    .last_synced_at = now - HOUR_MS,
                    .last_full_at = now - HOUR_MS,
                    .last_sweep_at = now - HOUR_MS},
        .request = {.automatic = true  }
    };
    config_defaults(&config);
    plan_policy_from_config(&config, &s.policy);
    for (int k = 0; k < ENTITY_KIND_COUNT; k++) {
        s.marks.listing[k].server_ms = now - HOUR_MS;
        s.marks.listing[k].key = plan_listing_key((enum entity_kind)k);
        s.marks.listing[k].entities = 100;
    }
    for (int w = 0; w < PLAN_WINDOW_COUNT; w++) {
        s.marks.window_at[w] = now - HOUR_MS;
    }
    s.marks.rows_per_day = 50;
    s.marks.active_ads = 40;
    s.marks.delivering = true;
    return s;
}

static const struct sync_plan *make(struct state *s, const char *zone, int64_t now)
{
    struct tz *tz = tz_load(zone, NULL);
    assert_non_null(tz);
    struct plan_input in = {&s->account, &s->marks, &s->policy, &s->request, tz, now};
    plan_make(&in, &s->plan);
    tz_destroy(tz);
    return &s->plan;
}

static void assert_days(const struct sync_plan *plan, int32_t first, int32_t last)
{
    assert_int_equal(plan->insights_count, 1);
    assert_string_equal(date_text(plan->first_day).text, date_text(first).text);
    assert_string_equal(date_text(plan->last_day).text, date_text(last).text);
}

/* ---- zones --------------------------------------------------------------------------------------
 */

static void test_today_is_the_accounts(void **unused)
{
    (void)unused;
    static const struct {
        const char *zone, *at, *today;
    } cases[] = {
        {"UTC",                 "2026-01-01T23:59:59Z", "2026-01-01"},
        {"UTC",                 "2026-01-02T00:00:00Z", "2026-01-02"},
        {"Pacific/Apia",        "2026-01-01T10:59:59Z", "2026-01-01"},
        {"Pacific/Apia",        "2026-01-01T11:00:00Z", "2026-01-02"},
        {"America/Los_Angeles", "2026-01-01T07:59:59Z", "2025-12-31"},
        {"America/Los_Angeles", "2026-01-01T08:00:00Z", "2026-01-01"},
        {"Asia/Kolkata",        "2026-01-01T18:29:59Z", "2026-01-01"},
        {"Asia/Kolkata",        "2026-01-01T18:30:00Z", "2026-01-02"},
        {"America/St_Johns",    "2026-01-01T03:29:59Z", "2025-12-31"},
        {"America/St_Johns",    "2026-01-01T03:30:00Z", "2026-01-01"},
 /* The clock goes forward on 2026-03-29 and back on 2026-10-25. */
        {"Europe/Berlin",       "2026-03-28T22:59:59Z", "2026-03-28"},
        {"Europe/Berlin",       "2026-03-28T23:00:00Z", "2026-03-29"},
        {"Europe/Berlin",       "2026-03-29T21:59:59Z", "2026-03-29"},
        {"Europe/Berlin",       "2026-03-29T22:00:00Z", "2026-03-30"},
        {"Europe/Berlin",       "2026-10-25T22:59:59Z", "2026-10-25"},
        {"Europe/Berlin",       "2026-10-25T23:00:00Z", "2026-10-26"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int64_t now = 0;
        assert_true(date_parse_rfc3339(cases[i].at, &now));
        struct state s = state_of(now);
        s.request.foreground = true;
        const struct sync_plan *plan = make(&s, cases[i].zone, now);
        assert_string_equal(date_text(plan->today).text, cases[i].today);
        assert_days(plan, plan->today - 7, plan->today);
    }
}

/* ---- modes and listings -------------------------------------------------------------------------
 */

static void test_automatic_mode_by_age(void **unused)
{
    (void)unused;
    static const struct {
        enum tier tier;
        int64_t full_h, sweep_h; /* ago; 0 = never */
        bool foreground;
        enum run_mode mode;
    } cases[] = {
        {TIER_LOW,    0,   0,  false, RUN_FULL },
        {TIER_LOW,    1,   0,  false, RUN_DELTA},
        {TIER_HIGH,   5,   5,  false, RUN_DELTA},
        {TIER_HIGH,   50,  6,  false, RUN_SWEEP},
        {TIER_MEDIUM, 50,  6,  false, RUN_DELTA},
        {TIER_MEDIUM, 50,  20, false, RUN_DELTA},
        {TIER_MEDIUM, 50,  21, false, RUN_SWEEP}, /* an eighth early: jitter makes runs earlier */
        {TIER_MEDIUM, 21,  0,  false, RUN_SWEEP},
        {TIER_MEDIUM, 1,   1,  true,  RUN_SWEEP}, /* everything gone is found in the foreground */
        {TIER_MEDIUM, 990, 1,  false, RUN_FULL },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct state s = state_of(NOON);
        s.account.tier = cases[i].tier;
        s.account.last_full_at = cases[i].full_h ? NOON - cases[i].full_h * HOUR_MS : 0;
        s.account.last_sweep_at = cases[i].sweep_h ? NOON - cases[i].sweep_h * HOUR_MS : 0;
        s.request.foreground = cases[i].foreground;
        assert_int_equal(make(&s, "UTC", NOON)->mode, cases[i].mode);
    }
}

static void test_listings_by_mode_mark_and_size(void **unused)
{
    (void)unused;
    static const struct {
        enum run_mode mode;
        int64_t entities;
        bool marked, right_key;
        enum listing_how how;
    } cases[] = {
        {RUN_DELTA,  100,  true,  true,  LISTING_DELTA},
        {RUN_DELTA,  100,  false, true,  LISTING_FULL },
        {RUN_DELTA,  100,  true,  false, LISTING_FULL }, /* another status set: the mark is void */
        {RUN_FULL,   100,  true,  true,  LISTING_FULL },
        {RUN_SWEEP,  100,  true,  true,  LISTING_FULL }, /* one page either way */
        {RUN_SWEEP,  9000, true,  true,  LISTING_SWEEP},
        {RUN_WINDOW, 9000, true,  true,  LISTING_NONE },
        {RUN_WINDOW, 0,    false, true,  LISTING_FULL },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct state s = state_of(NOON);
        s.request.automatic = false;
        s.request.mode = cases[i].mode;
        s.marks.listing[ENTITY_AD].entities = cases[i].entities;
        s.marks.listing[ENTITY_AD].server_ms = cases[i].marked ? NOON - HOUR_MS : 0;
        s.marks.listing[ENTITY_AD].key += !cases[i].right_key;
        const struct plan_listing *l = &make(&s, "UTC", NOON)->listing[ENTITY_AD];
        assert_int_equal(l->how, cases[i].how);
        assert_int_equal(l->limit, cases[i].how == LISTING_SWEEP ? 2000 : 500);
    }
}

static void test_a_delta_overlaps_its_watermark(void **unused)
{
    (void)unused;
    struct state s = state_of(NOON);
    s.marks.listing[ENTITY_ADSET].server_ms = NOON - 2 * HOUR_MS;
    s.marks.listing[ENTITY_AD].server_ms = 60000; /* nothing before the epoch is asked for */
    const struct sync_plan *plan = make(&s, "UTC", NOON);
    assert_int_equal(plan->mode, RUN_DELTA);
    assert_true(s.policy.overlap_ms >= 60000);
    assert_true(plan->listing[ENTITY_ADSET].since_ms == NOON - 2 * HOUR_MS - s.policy.overlap_ms);
    assert_int_equal(plan->listing[ENTITY_AD].since_ms, 0);
}

static void test_keys_tell_kinds_apart(void **unused)
{
    (void)unused;
    for (int k = 0; k < ENTITY_KIND_COUNT; k++) {
        for (int j = 0; j < k; j++) {
            assert_true(plan_listing_key((enum entity_kind)k) !=
                        plan_listing_key((enum entity_kind)j));
        }
        assert_true(plan_listing_key((enum entity_kind)k) != 0);
    }
}

/* ---- windows ------------------------------------------------------------------------------------
 */

static void test_windows_by_age(void **unused)
{
    (void)unused;
    static const struct {
        int64_t open_min, week_min, month_min; /* ago; 0 = never */
        bool delivering, forced, foreground;
        int days; /* before today; -1 = none */
    } cases[] = {
        {60,   60,   60,   true,  false, false, 1 }, /* today and yesterday */
        {14,   60,   60,   true,  false, false, -1}, /* fresh */
        {15,   60,   60,   true,  false, false, 1 },
        {15,   315,  315,  true,  false, false, 7 }, /* 6 h less an eighth */
        {15,   314,  314,  true,  false, false, 1 },
        {15,   60,   1260, true,  false, false, 28},
        {15,   60,   1259, true,  false, false, 1 },
        {0,    0,    0,    true,  false, false, 28},
        {60,   60,   60,   false, false, false, -1}, /* no delivery: a daily look */
        {1500, 1500, 1300, false, false, false, 28},
        {1,    1,    1,    true,  true,  false, 7 }, /* forced: freshness is no reason */
        {1,    1,    1,    true,  false, true,  7 }, /* foreground: the week, always */
        {1,    1,    1500, false, false, true,  7 },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct state s = state_of(NOON);
        const int64_t ago[] = {cases[i].open_min, cases[i].week_min, cases[i].month_min};
        for (int w = 0; w < PLAN_WINDOW_COUNT; w++) {
            s.marks.window_at[w] = ago[w] ? NOON - ago[w] * 60000 : 0;
        }
        s.marks.delivering = cases[i].delivering;
        s.request.force = cases[i].forced;
        s.request.foreground = cases[i].foreground;
        const struct sync_plan *plan = make(&s, "UTC", NOON);
        if (cases[i].days < 0) {
            assert_int_equal(plan->insights_count, 0);
            assert_false(plan->total);
        } else {
            assert_days(plan, TODAY - cases[i].days, TODAY);
            assert_true(plan->window_covered);
        }
    }
}

static void test_a_disabled_account_gets_a_daily_look(void **unused)
{
    (void)unused;
    struct state s = state_of(NOON);
    s.account.account_status = ACCOUNT_DISABLED;
    assert_int_equal(make(&s, "UTC", NOON)->insights_count, 0);
    s.marks.window_at[WINDOW_MONTH] = NOON - 22 * (int64_t)HOUR_MS;
    assert_days(make(&s, "UTC", NOON), TODAY - 28, TODAY);
}

static void test_days_given_are_days_read(void **unused)
{
    (void)unused;
    struct state s = state_of(NOON);
    s.request = (struct plan_request){
        .mode = RUN_WINDOW, .since_given = true, .since = TODAY - 90, .until = TODAY - 60};
    const struct sync_plan *plan = make(&s, "UTC", NOON);
    assert_days(plan, TODAY - 90, TODAY - 60);
    assert_false(plan->window_covered);
    assert_true(plan->total);
    s.request.until = 0;
    plan = make(&s, "UTC", NOON);
    assert_days(plan, TODAY - 90, TODAY);
    assert_true(plan->window_covered);
    assert_int_equal(plan->window, WINDOW_MONTH);
    s.request.since = TODAY + 5; /* the future: one day, not a negative number of them */
    assert_days(make(&s, "UTC", NOON), TODAY, TODAY);
}

static void test_the_checksum_comes_with_wide_windows(void **unused)
{
    (void)unused;
    struct state s = state_of(NOON);
    assert_false(make(&s, "UTC", NOON)->total); /* today and yesterday alone */
    s.marks.window_at[WINDOW_WEEK] = NOON - 7 * (int64_t)HOUR_MS;
    assert_true(make(&s, "UTC", NOON)->total);
    snprintf(s.policy.breakdowns, sizeof s.policy.breakdowns, "age,gender");
    assert_false(make(&s, "UTC", NOON)->total); /* broken-down rows need not sum up */
    s.request.breakdowns = "";
    assert_true(make(&s, "UTC", NOON)->total);
}

/* ---- reports and estimates ----------------------------------------------------------------------
 */

static void test_a_report_above_so_many_rows(void **unused)
{
    (void)unused;
    static const struct {
        int64_t per_day, active, above;
        bool report;
    } cases[] = {
        {6250, 0,    50000, false}, /* 8 days of them: exactly as many */
        {6251, 0,    50000, true },
        {0,    9000, 50000, true }, /* nothing held yet: as many rows as active ads */
        {9000, 0,    0,     false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct state s = state_of(NOON);
        s.request.foreground = true;
        s.marks.rows_per_day = cases[i].per_day;
        s.marks.active_ads = cases[i].active;
        s.policy.async_above_rows = cases[i].above;
        assert_int_equal(make(&s, "UTC", NOON)->insights[0].report, cases[i].report);
    }
}

static void test_levels_asked_for_are_chains(void **unused)
{
    (void)unused;
    struct state s = state_of(NOON);
    s.request = (struct plan_request){
        .mode = RUN_WINDOW, .level_count = 2, .levels = {LEVEL_CAMPAIGN, LEVEL_AD}
    };
    const struct sync_plan *plan = make(&s, "UTC", NOON);
    assert_int_equal(plan->insights_count, 2);
    assert_int_equal(plan->insights[0].level, LEVEL_CAMPAIGN);
    assert_int_equal(plan->insights[1].level, LEVEL_AD);
}

static void test_the_estimate_counts_pages_and_weights(void **unused)
{
    (void)unused;
    struct state s = state_of(NOON);
    s.request = (struct plan_request){.mode = RUN_FULL, .foreground = true};
    s.marks.listing[ENTITY_AD].entities = 1001;
    s.marks.rows_per_day = 300;
    const struct sync_plan *plan = make(&s, "UTC", NOON);
    /* 1 + 1 + 3 pages of entities, 2400 rows in 3 pages of insights, one total. */
    assert_true(plan->calls == 5 + 3 + 1);
    assert_true(plan->cost == 5 + (3 + 1) * 5);
    assert_true(plan_call_cost(&s.policy, plan, CALL_ADS) == 1);
    assert_true(plan_call_cost(&s.policy, plan, CALL_INSIGHTS) == 5);
    s.request = (struct plan_request){
        .mode = RUN_WINDOW, .since_given = true, .since = TODAY - 89, .breakdowns = "age,gender"};
    plan = make(&s, "UTC", NOON);
    assert_true(plan_call_cost(&s.policy, plan, CALL_INSIGHTS) == 30); /* 3 x 5 x 2 */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_today_is_the_accounts),
        cmocka_unit_test(test_automatic_mode_by_age),
        cmocka_unit_test(test_listings_by_mode_mark_and_size),
        cmocka_unit_test(test_a_delta_overlaps_its_watermark),
        cmocka_unit_test(test_keys_tell_kinds_apart),
        cmocka_unit_test(test_windows_by_age),
        cmocka_unit_test(test_a_disabled_account_gets_a_daily_look),
        cmocka_unit_test(test_days_given_are_days_read),
        cmocka_unit_test(test_the_checksum_comes_with_wide_windows),
        cmocka_unit_test(test_a_report_above_so_many_rows),
        cmocka_unit_test(test_levels_asked_for_are_chains),
        cmocka_unit_test(test_the_estimate_counts_pages_and_weights),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
