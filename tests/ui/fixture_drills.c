/* What the drills make of a healthy database. */
#include <stdio.h>
#include <string.h>

#include "fixture_rows.h"
#include "store/accounts.h"
#include "store/alerts.h"
#include "store/calls.h"
#include "store/holds.h"
#include "store/limiters.h"
#include "store/runs.h"
#include "store/store.h"

enum { MINUTE = 60000, HOUR = 3600000, ACCOUNTS = 12 };
#define NOW FIXTURE_NOW

static void put_run(struct store *store, struct run *run)
{
    struct err err = {0};
    struct run done = *run;
    fixture_check(store_run_create(store, run, &err), err.message);
    done.run_id = run->run_id;
    fixture_check(done.status == RUN_RUNNING ? store_run_update(store, &done, &err)
                                             : store_run_finish(store, &done, &err),
                  err.message);
}

static void put_hold(struct store *store, const char *id, enum hold_reason reason, int64_t since,
                     int64_t until)
{
    struct err err = {0};
    struct hold hold = {.reason = reason, .since = since, .until = until};
    snprintf(hold.account_id, sizeof hold.account_id, "%s", id);
    if (reason == HOLD_QUOTA_APP) {
        snprintf(hold.scope, sizeof hold.scope, "app");
        snprintf(hold.scope_id, sizeof hold.scope_id, "app");
        snprintf(hold.detail, sizeof hold.detail,
                 "{\"rule\":\"full\",\"pct\":104,\"threshold\":80,\"call_pct\":0.02}");
    }
    fixture_check(store_hold_open(store, &hold, &err), err.message);
}

/* One is read for eleven minutes while its data grows old, somebody has edited Delta Foods, and a
 * third one's header stands. */
static void drill_noticed(struct store *store)
{
    struct err err = {0};
    int64_t synced = NOW - 19 * (int64_t)HOUR, began = NOW - 11 * (int64_t)MINUTE;
    struct store_synced marks = {synced, synced, synced, synced};
    struct run lasting = {.account_id = "act_112",
                          .mode = RUN_FULL,
                          .started_at = began,
                          .api_calls = 203,
                          .insight_rows = 101000,
                          .done_pct = 37,
                          .progress = "campaigns 4000, ad sets 11500, ads 34501, insights 101000"};
    struct run edited = {.account_id = "act_105",
                         .mode = RUN_DELTA,
                         .status = RUN_SUCCESS,
                         .started_at = NOW - 5 * (int64_t)MINUTE,
                         .finished_at = NOW - 4 * (int64_t)MINUTE,
                         .duration_ms = MINUTE,
                         .ads_fetched = 1964,
                         .api_calls = 9};
    struct limiter_row stuck = {.scope = SCOPE_ACCOUNT,
                                .scope_id = "act_104",
                                .pct = 12,
                                .reading_pct = 100,
                                .source = USAGE_ACCOUNT,
                                .reading_at = NOW - 20000,
                                .model_pct = 12,
                                .ours_pct = 12,
                                .threshold = 70,
                                .stuck = true,
                                .updated_at = NOW};
    fixture_check(store_limiters_put(store, &stuck, 1, &err), err.message);
    fixture_check(store_account_set_synced(store, "act_112", &marks, &err), err.message);
    put_run(store, &lasting);
    put_run(store, &edited);
    put_hold(store, "act_112", HOLD_RUNNING, began, 0);
}

/* Every fifth call of the last minutes, and the engine has raised its alert. */
static void drill_failing(struct store *store)
{
    struct err err = {0};
    struct alert_row alert = {.rule = "api_failing",
                              .scope = "api",
                              .severity = ALERT_WARNING,
                              .since = NOW - 9 * (int64_t)MINUTE};
    fixture_check(store_alert_open(store, &alert, NULL, &err), err.message);
    for (int i = 0; i < 50; i++) {
        bool failed = i % 5 == 0;
        struct call_record call = {.at = NOW - (i % 10) * (int64_t)MINUTE,
                                   .account_id = "act_101",
                                   .call_class = CALL_ADS,
                                   .path = "act_101/ads",
                                   .http_status = failed ? 503 : 200,
                                   .code = failed ? 2 : 0,
                                   .ms = 1600};
        fixture_check(
            store_call_append(store, &call, failed ? "Service temporarily unavailable" : "", &err),
            err.message);
    }
}

/* All of them held by the app's limit, whose end has moved on by a quarter of an hour. */
static void drill_app_full(struct store *store)
{
    struct err err = {0};
    struct limiter_row app = {.scope = SCOPE_APP,
                              .scope_id = "app",
                              .pct = 104,
                              .reading_pct = 104,
                              .source = USAGE_APP,
                              .reading_at = NOW - 6 * (int64_t)MINUTE,
                              .model_pct = -1,
                              .ours_pct = 2,
                              .threshold = 80,
                              .updated_at = NOW};
    fixture_check(store_limiters_put(store, &app, 1, &err), err.message);
    for (int i = 0; i < ACCOUNTS - 1; i++) {
        char id[16];
        snprintf(id, sizeof id, "act_%d", 101 + i);
        put_hold(store, id, HOLD_QUOTA_APP, NOW - 20 * (int64_t)MINUTE, NOW - 5 * (int64_t)MINUTE);
        put_hold(store, id, HOLD_QUOTA_APP, NOW - 6 * (int64_t)MINUTE, NOW + 10 * (int64_t)MINUTE);
    }
}

void fixture_drill(const char *dir, enum fixture_state state)
{
    static void (*const drills[])(struct store *) = {[FIXTURE_NOTICED] = drill_noticed,
                                                     [FIXTURE_FAILING] = drill_failing,
                                                     [FIXTURE_APP_FULL] = drill_app_full};
    char path[128];
    struct err err = {0};
    if (!drills[state]) {
        return;
    }
    snprintf(path, sizeof path, "%s/adtop.db", dir);
    struct store *store = store_open(path, NULL, &err);
    fixture_check(store != NULL, err.message);
    drills[state](store);
    store_close(store);
}
