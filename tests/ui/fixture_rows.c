#include "fixture_rows.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/accounts.h"
#include "store/actions.h"
#include "store/calls.h"
#include "store/engines.h"
#include "store/entities.h"
#include "store/holds.h"
#include "store/ledger.h"
#include "store/limiters.h"
#include "store/logs.h"
#include "store/runs.h"
#include "store/store.h"
#include "store/usage.h"

enum { MINUTE = 60000, HOUR = 3600000 };
#define NOW FIXTURE_NOW

void fixture_check(bool ok, const char *what)
{
    if (!ok) {
        fprintf(stderr, "fixture: %s\n", what);
        exit(1);
    }
}

/* Every account in both states: names as hostile as they come, the burning hold, its figures. */
static const struct seed {
    const char *id, *name, *currency, *zone;
    enum tier tier;
    double pct; /* of its worst limiter when burning; healthy ones have a quarter */
    enum hold_reason burning;
    int until_min;     /* from now; 0 = open */
    int synced_min;    /* ago */
    int code, subcode; /* of its last run when burning */
} seeds[] = {
    {"act_101", "Acme Retail EU",                                                               "EUR", "Europe/Berlin",    TIER_HIGH,   100, HOLD_QUOTA_ACCOUNT,  21,
     26,                                                                                                                                                                    17,    2446079},
    {"act_102", "Borealis Shop",                                                                "USD", "America/New_York", TIER_HIGH,   98,  HOLD_QUOTA_ACCOUNT,  9,
     19,                                                                                                                                                                    17,    2446079},
    {"act_103", "Cato \x1b]52;c;aGk=\x07Ltd",                                                   "GBP", "Europe/London",    TIER_HIGH,   -1,  HOLD_NO_ACCESS,
     0,                                                                                                                                                                370, 200,   0      },
    {"act_104",
     "\xe6\xa0\xaa\xe5\xbc\x8f\xe4\xbc\x9a\xe7\xa4\xbe\xe6\x98\x9f\xe7\xa9\xba\xe5\x95"
     "\x86\xe5\xba\x97",                                                                        "JPY", "Asia/Tokyo",       TIER_HIGH,   61,  HOLD_RUNNING,        0,   31,  0,     0      },
    {"act_105", "Delta Foods",                                                                  "USD", "UTC",              TIER_MEDIUM, 91,  HOLD_QUOTA_USE_CASE, 5,   64,  80004,
     2446079                                                                                                                                                                              },
    {"act_106", "Esker \xe2\x80\xaegpj.exe",                                                    "USD", "UTC",              TIER_MEDIUM, 12,  HOLD_PAUSED,         240, 30,  0,
     0                                                                                                                                                                                    },
    {"act_107", "Fjord & Co <b>bold</b>",                                                       "NOK", "Europe/Oslo",      TIER_MEDIUM, 34,  HOLD_BACKOFF,        3,
     70,                                                                                                                                                                    2,     0      },
    {"act_108", "\xd9\x85\xd8\xaa\xd8\xac\xd8\xb1 Kuwait",                                      "KWD", "Asia/Kuwait",      TIER_MEDIUM, 22,
     HOLD_QUEUED,                                                                                                                                                 0,   121, 0,     0      },
    {"act_109", "Caf\x65\xcc\x81 \xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x9a\x80 Surf",            "AUD",
     "Australia/Sydney",                                                                                                   TIER_LOW,    3,   HOLD_DUE,            0,   90,  0,     0      },
    {"act_110", "Robert'); DROP TABLE accounts;--",                                             "USD", "UTC",              TIER_LOW,    1,   HOLD_DUE,            0,   300, 0,
     0                                                                                                                                                                                    },
    {"act_111", "Zebra",                                                                        "USD", "UTC",              TIER_LOW,    1,   HOLD_DISABLED,       0,   400, 0,     0      },
    {"act_112", "Long name that goes on and on and on and on, well beyond any column there is",
     "USD",                                                                                            "UTC",              TIER_LOW,    88,  HOLD_BUDGET,         820, 500, 0,     0      },
};
enum { SEEDS = sizeof seeds / sizeof seeds[0] };

struct filler {
    struct store *store;
    bool burning;
    struct err err;
};

static void must(struct filler *f, bool ok)
{
    fixture_check(ok, f->err.message[0] ? f->err.message : "store");
}

static void fill_accounts(struct filler *f)
{
    static const int64_t cadence[] = {30LL * MINUTE, 2LL * HOUR, 12LL * HOUR};
    for (int i = 0; i < SEEDS; i++) {
        const struct seed *s = &seeds[i];
        int64_t synced = NOW - (f->burning ? s->synced_min : i + 1) * (int64_t)MINUTE;
        char name[128];
        struct account a = {
            .name = name, .account_status = s->burning == HOLD_DISABLED ? 2 : 1, .tier = s->tier};
        struct store_synced marks = {synced, synced, synced, synced};
        snprintf(name, sizeof name, "%s", s->name);
        snprintf(a.account_id, sizeof a.account_id, "%s", s->id);
        snprintf(a.currency, sizeof a.currency, "%s", s->currency);
        snprintf(a.timezone_name, sizeof a.timezone_name, "%s", s->zone);
        must(f, store_accounts_put(f->store, &a, 1, NOW - 6 * (int64_t)HOUR, &f->err));
        must(f, store_account_set_tier(f->store, s->id, s->tier, i == 1, NOW - 5 * (int64_t)HOUR,
                                       &f->err));
        must(f, store_account_set_synced(f->store, s->id, &marks, &f->err));
        must(f, store_account_set_due(f->store, s->id, synced + cadence[s->tier], &f->err));
        must(f, store_account_set_spend(f->store, s->id, (200 - i * 15) * INT64_C(1000000),
                                        (200 - i * 15) * INT64_C(1000000), &f->err));
    }
}

static void fill_run(struct filler *f, const struct seed *s, int64_t at, enum run_status status,
                     int code, int subcode)
{
    struct run run = {.mode = RUN_DELTA, .trigger = TRIGGER_SCHEDULE, .started_at = at};
    snprintf(run.account_id, sizeof run.account_id, "%s", s->id);
    run.estimated_cost = 8;
    must(f, store_run_create(f->store, &run, &f->err));
    run.campaigns_fetched = 12;
    run.adsets_fetched = 40;
    run.ads_fetched = 120;
    run.insight_rows = 960;
    run.insights_called = 2;
    run.api_calls = 6;
    run.bytes = 123456;
    run.actual_cost = 9;
    run.entity_fetch_ms = 900;
    run.insight_fetch_ms = 1400;
    run.db_ms = 40;
    if (status == RUN_RUNNING) {
        snprintf(run.progress, sizeof run.progress, "ads 1500, insights page 3");
        must(f, store_run_update(f->store, &run, &f->err));
        return;
    }
    run.status = status;
    run.finished_at = at + 2400;
    run.duration_ms = 2400;
    run.retries = code ? 3 : 0;
    run.error_code = code;
    run.error_subcode = subcode;
    if (code) {
        snprintf(run.error_message, sizeof run.error_message,
                 "There have been too many calls from this ad-account.");
        snprintf(run.fbtrace_id, sizeof run.fbtrace_id, "AbCdEf%d", code);
    }
    must(f, store_run_finish(f->store, &run, &f->err));
}

static void fill_runs(struct filler *f)
{
    for (int i = SEEDS - 1; i >= 0; i--) {
        const struct seed *s = &seeds[i];
        int64_t at = NOW - (f->burning ? s->synced_min : i + 1) * (int64_t)MINUTE;
        fill_run(f, s, at - 2 * (int64_t)HOUR, RUN_SUCCESS, 0, 0);
        bool failed = f->burning && s->code;
        fill_run(f, s, at,
                 !failed         ? RUN_SUCCESS
                 : s->code == 17 ? RUN_THROTTLED
                                 : RUN_FAILED,
                 failed ? s->code : 0, failed ? s->subcode : 0);
    }
    if (f->burning) {
        fill_run(f, &seeds[3], NOW - 90000, RUN_RUNNING, 0, 0);
    }
}

static void fill_holds(struct filler *f)
{
    for (int i = 0; i < SEEDS; i++) {
        const struct seed *s = &seeds[i];
        struct hold due = {.reason = HOLD_DUE,
                           .since = NOW - 4 * (int64_t)HOUR,
                           .until = NOW + 20 * (int64_t)MINUTE};
        snprintf(due.account_id, sizeof due.account_id, "%s", s->id);
        must(f, store_hold_open(f->store, &due, &f->err));
        bool disabled = s->burning == HOLD_DISABLED;
        if (!f->burning && !disabled) {
            continue;
        }
        struct hold hold = {.reason = s->burning,
                            .since = NOW - 17 * (int64_t)MINUTE - i * 1000,
                            .until = s->until_min ? NOW + s->until_min * (int64_t)MINUTE : 0};
        snprintf(hold.account_id, sizeof hold.account_id, "%s", s->id);
        if (hold_reason_is_quota(s->burning)) {
            snprintf(hold.scope, sizeof hold.scope, "account");
            snprintf(hold.scope_id, sizeof hold.scope_id, "%s", s->id);
            snprintf(hold.detail, sizeof hold.detail,
                     "{\"rule\":\"blocked\",\"code\":17,\"pct\":%.0f,\"threshold\":70,\"age_s\":4,"
                     "\"block_since\":1795697181280,\"strikes\":1,\"model_pct\":-1.00}",
                     s->pct);
        }
        must(f, store_hold_open(f->store, &hold, &f->err));
    }
}

static void put_limiter(struct filler *f, enum scope_kind scope, const char *id,
                        enum use_case use_case, enum usage_source source, double pct,
                        double threshold, int64_t at)
{
    struct limiter_row row = {.scope = scope,
                              .use_case = use_case,
                              .pct = pct,
                              .reading_pct = pct,
                              .source = source,
                              .reading_at = at,
                              .model_pct = -1,
                              .ours_pct = pct * (f->burning ? 0.2 : 0.9),
                              .threshold = threshold,
                              .updated_at = NOW};
    snprintf(row.scope_id, sizeof row.scope_id, "%s", id);
    if (pct >= threshold) {
        row.blocked_until = NOW + 21 * (int64_t)MINUTE;
        row.reset_at = row.blocked_until;
    } else if (f->burning && pct > 50) {
        row.slope_per_min = 4;
    }
    must(f, store_limiters_put(f->store, &row, 1, &f->err));
    for (int i = 24; i >= 0; i--) {
        struct usage_reading reading = {.at = at - i * 2 * (int64_t)MINUTE,
                                        .source = source,
                                        .use_case = use_case,
                                        .pct = pct * (1 - (i % 7) * 0.1),
                                        .call_count = pct,
                                        .total_time = pct / 2,
                                        .total_cputime = pct / 3,
                                        .regain_s = -1,
                                        .access_tier = ACCESS_STANDARD};
        snprintf(reading.scope_id, sizeof reading.scope_id, "%s", id);
        must(f, store_usage_append(f->store, &reading, 1, &f->err));
    }
}

static void fill_limits(struct filler *f)
{
    double part = f->burning ? 1 : 0.25;
    put_limiter(f, SCOPE_APP, "app", USE_CASE_NONE, USAGE_APP, 72 * part, 80, NOW - 20000);
    put_limiter(f, SCOPE_APP_INSIGHTS, "app", USE_CASE_NONE, USAGE_INSIGHTS_APP, 31 * part, 60,
                NOW - 20000);
    for (int i = 0; i < SEEDS; i++) {
        const struct seed *s = &seeds[i];
        if (s->pct < 0) {
            continue;
        }
        int64_t at = NOW - (i % 3) * 40000 - 2000;
        put_limiter(f, SCOPE_ACCOUNT, s->id, USE_CASE_NONE, USAGE_ACCOUNT, s->pct * part, 70, at);
        put_limiter(f, SCOPE_USE_CASE, s->id, USE_CASE_ADS_INSIGHTS, USAGE_BUC, s->pct * part * 0.8,
                    75, at);
    }
}

static void fill_ledger(struct filler *f)
{
    for (int i = 0; i < SEEDS; i++) {
        for (int hour = 0; hour <= 10; hour++) {
            struct ledger_entry entry = {.day = (int32_t)(NOW / 86400000),
                                         .hour = hour,
                                         .call_class = hour % 2 ? CALL_INSIGHTS : CALL_ADS,
                                         .calls = 10 + i,
                                         .cost = (f->burning ? 100 : 20) + i * 2 + hour};
            snprintf(entry.account_id, sizeof entry.account_id, "%s", seeds[i].id);
            must(f, store_ledger_add(f->store, &entry, &f->err));
        }
    }
}

static void fill_calls(struct filler *f)
{
    for (int i = 0; i < SEEDS; i++) {
        const struct seed *s = &seeds[i];
        for (int n = 0; n < (s->code && f->burning ? 4 : 1); n++) {
            bool failed = f->burning && s->code && n > 0;
            struct call_record call = {.at = NOW - (i + n * 5 + 1) * (int64_t)MINUTE,
                                       .run_id = 2 * (SEEDS - i),
                                       .call_class = CALL_ADS,
                                       .http_status = failed ? 400 : 200,
                                       .ms = 180,
                                       .bytes = 20000,
                                       .rows = failed ? 0 : 500,
                                       .cost = 1};
            snprintf(call.account_id, sizeof call.account_id, "%s", s->id);
            snprintf(call.path, sizeof call.path, "%s/ads?limit=500", s->id);
            if (failed) {
                call.code = s->code;
                call.subcode = s->subcode;
                snprintf(call.fbtrace_id, sizeof call.fbtrace_id, "AbCdEf%d", n);
            }
            must(f, store_call_append(f->store, &call,
                                      failed ? "There have been too many calls." : "", &f->err));
        }
    }
}

static void fill_people_and_log(struct filler *f)
{
    struct operator_action action = {.at = NOW - 17 * (int64_t)MINUTE,
                                     .actor = "ana",
                                     .uid = 1000,
                                     .origin = "203.0.113.7",
                                     .kind = OP_PAUSE,
                                     .target = "act_106",
                                     .reason = "client asks",
                                     .before = "{\"paused_until\":0}",
                                     .after = "{\"paused_until\":1795529981500}",
                                     .result = "ok"};
    if (f->burning) {
        must(f, store_action_append(f->store, &action, &f->err));
    }
    for (int i = 0; i < 12; i++) {
        bool bad = f->burning && i % 3 == 0;
        struct log_row row = {.at = NOW - (12 - i) * (int64_t)MINUTE,
                              .level = bad ? LOG_WARN : LOG_INFO,
                              .source = "engine",
                              .account_id = seeds[i].id,
                              .run_id = i + 1,
                              .message =
                                  bad ? "usage 98 %, slowing to 1 call in 20 s" : "delta SUCCESS"};
        must(f, store_log_append(f->store, &row, &f->err));
    }
}

/* Two campaigns, one of them with an ad set and two ads; ids begin with the digit. */
static void fill_tree(struct filler *f, const char *account_id, char digit)
{
    struct entity rows[] = {
        {.kind = ENTITY_CAMPAIGN,
         .entity_id = "001",
         .name = "Spring \x1b[31mred",
         .effective_status = "ACTIVE",
         .objective = "OUTCOME_SALES"       },
        {                    .kind = ENTITY_CAMPAIGN,
         .entity_id = "002",
         .name = "Autumn",
         .effective_status = "PAUSED",
         .objective = "OUTCOME_LEADS"     },
        { .kind = ENTITY_ADSET,
         .entity_id = "101",
         .campaign_id = "001",
         .parent_id = "001",
         .name = "Berlin 18-24",
         .effective_status = "ACTIVE"},
        {         .kind = ENTITY_AD,
         .entity_id = "201",
         .campaign_id = "001",
         .parent_id = "101",
         .name = "Video A",
         .effective_status = "ACTIVE"},
        {         .kind = ENTITY_AD,
         .entity_id = "202",
         .campaign_id = "001",
         .parent_id = "101",
         .name = "\xe6\xa0\xaa\xe5\xbc\x8f \xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x9a\x80",
         .effective_status = "WITH_ISSUES"},
    };
    char ids[sizeof rows / sizeof rows[0]][3][8] = {0};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const char **fields[3] = {&rows[i].entity_id, &rows[i].campaign_id, &rows[i].parent_id};
        for (size_t k = 0; k < 3; k++) {
            if (*fields[k]) {
                snprintf(ids[i][k], sizeof ids[i][k], "%c%s", digit, *fields[k]);
                *fields[k] = ids[i][k];
            }
        }
        rows[i].status = rows[i].effective_status;
    }
    must(f, store_entities_put(f->store, account_id, rows, sizeof rows / sizeof rows[0], NOW,
                               &f->err));
}

static void fill_entities(struct filler *f)
{
    fill_tree(f, seeds[0].id, '8');
    fill_tree(f, seeds[2].id, '9');
}

void fixture_fill(const char *dir, enum fixture_state state)
{
    char path[128];
    struct filler f = {.burning = state == FIXTURE_BURNING};
    snprintf(path, sizeof path, "%s/adtop.db", dir);
    f.store = store_open(path, NULL, &f.err);
    must(&f, f.store != NULL);
    struct engine_row engine = {
        .started_at = NOW - 6 * (int64_t)HOUR,
        .heartbeat_at = NOW - 12000,
        .pid = 4711,
        .host = "adhost",
        .version = "1",
        .mode = "engine",
        .workers = 3,
        .clock = {.speed = 1e-9, .anchor_ms = NOW}
    };
    must(&f, store_engine_start(f.store, &engine, NULL, &f.err));
    must(&f, store_engine_beat(f.store, engine.engine_id, NOW - 12000, &f.err));
    fill_accounts(&f);
    fill_runs(&f);
    fill_holds(&f);
    fill_limits(&f);
    fill_ledger(&f);
    fill_calls(&f);
    fill_people_and_log(&f);
    fill_entities(&f);
    store_close(f.store);
}
