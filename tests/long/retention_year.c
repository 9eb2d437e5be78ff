/*
 * retention_year DB ACCOUNTS DAYS DIVISOR: writes days of history as an engine does (calls,
 * readings, holds, runs, ledger, checks, log, insights) through the store into a new database, and
 * lets its retention go over it once a simulated day, with the default ages divided by DIVISOR; the
 * last day ends now. Prints a line every 30 days. Exit 1 when the file still grew in the last fifth
 * of the days.
 *
 * A tenth of the accounts is synced every 30 minutes, three tenths every two hours, the rest twice
 * a day. A run makes five calls with a reading each, a tenth of them waits for a quota first; an
 * account has five ads that deliver.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "config/config.h"
#include "model/run.h"
#include "store/accounts.h"
#include "store/calls.h"
#include "store/checks.h"
#include "store/daily.h"
#include "store/engines.h"
#include "store/holds.h"
#include "store/insights.h"
#include "store/ledger.h"
#include "store/logs.h"
#include "store/retention.h"
#include "store/runs.h"
#include "store/store.h"
#include "store/usage.h"

enum { CALLS = 5, ADS = 5, MONTH = 30 };
#define DAY_MS INT64_C(86400000)

struct year {
    struct store *store;
    struct err err;
    const char *path;
    char account[ID_SIZE];
    int accounts, divisor;
    int64_t run; /* counts */
    int64_t retain_us, slowest_us;
};

static void need(const struct year *y, bool ok)
{
    if (!ok) {
        fprintf(stderr, "retention_year: %s\n", y->err.message);
        exit(2);
    }
}

static void put_hold(struct year *y, enum hold_reason reason, int64_t at, int64_t run_id)
{
    bool quota = hold_reason_is_quota(reason);
    struct hold row = {.reason = reason, .since = at, .until = at + 600000, .run_id = run_id};
    memcpy(row.account_id, y->account, sizeof row.account_id);
    snprintf(row.detail, sizeof row.detail, "%s",
             quota ? "{\"rule\":\"threshold\",\"pct\":71.5,\"threshold\":70.0,\"call_pct\":0.8}"
                   : "{}");
    need(y, store_hold_open(y->store, &row, &y->err));
}

static void put_call(struct year *y, int64_t at, int64_t run_id, int number)
{
    static const enum call_class classes[CALLS] = {CALL_CAMPAIGNS, CALL_ADSETS, CALL_ADS,
                                                   CALL_INSIGHTS, CALL_INSIGHTS_TOTAL};
    bool refused = number == 0 && y->run % 200 == 0;
    struct call_record call = {.at = at,
                               .run_id = run_id,
                               .call_class = classes[number],
                               .http_status = refused ? 400 : 200,
                               .code = refused ? 17 : 0,
                               .ms = 180,
                               .bytes = 20000,
                               .rows = 100,
                               .cost = 1};
    struct usage_reading reading = {.at = at,
                                    .source = number > 2 ? USAGE_INSIGHTS : USAGE_ACCOUNT,
                                    .pct = (double)((y->run * 7 + number) % 95),
                                    .call_count = -1,
                                    .total_time = -1,
                                    .total_cputime = -1,
                                    .regain_s = -1,
                                    .run_id = run_id};
    struct ledger_entry entry = {.day = (int32_t)(at / DAY_MS),
                                 .hour = (int)(at % DAY_MS / 3600000),
                                 .call_class = classes[number],
                                 .calls = 1,
                                 .cost = 1};
    memcpy(call.account_id, y->account, sizeof call.account_id);
    memcpy(reading.scope_id, y->account, sizeof reading.scope_id);
    memcpy(entry.account_id, y->account, sizeof entry.account_id);
    snprintf(call.path, sizeof call.path, "%s/%s?%0190d", y->account,
             call_class_name(classes[number]), 0);
    need(y, store_call_append(y->store, &call, refused ? "User request limit reached" : NULL,
                              &y->err) &&
                store_usage_append(y->store, &reading, 1, &y->err) &&
                store_ledger_add(y->store, &entry, &y->err));
}

static void put_run(struct year *y, int64_t at)
{
    struct run run = {.started_at = at,
                      .api_calls = CALLS,
                      .actual_cost = CALLS,
                      .estimated_cost = CALLS,
                      .duration_ms = 2400 + y->run % 1000,
                      .progress = "campaigns 3, ad sets 9, ads 27, insights 200",
                      .usage_snapshot = "{\"account\":31.2,\"insights\":0.01,\"app_insights\":0}"};
    struct log_row line = {.at = at + 2400,
                           .level = LOG_INFO,
                           .source = "engine",
                           .account_id = y->account,
                           .message = "delta SUCCESS"};
    memcpy(run.account_id, y->account, sizeof run.account_id);
    if (y->run++ % 10 == 0) {
        put_hold(y, HOLD_QUOTA_ACCOUNT, at - 400000, 0);
    }
    need(y, store_run_create(y->store, &run, &y->err));
    put_hold(y, HOLD_RUNNING, at, run.run_id);
    for (int i = 0; i < CALLS; i++) {
        put_call(y, at + i * 300, run.run_id, i);
    }
    run.status = RUN_SUCCESS;
    run.finished_at = at + 2400;
    line.run_id = run.run_id;
    need(y, store_run_finish(y->store, &run, &y->err));
    put_hold(y, HOLD_DUE, at + 2400, 0);
    need(y, store_log_append(y->store, &line, &y->err));
}

static void put_data(struct year *y, int32_t day, int64_t at)
{
    struct store_listing listing = {.account_id = y->account,
                                    .level = LEVEL_AD,
                                    .breakdowns = "",
                                    .day_from = day,
                                    .day_to = day,
                                    .started_at = at,
                                    .run_id = y->run};
    struct check_row check = {.at = at, .kind = "checksum", .result = CHECK_OK};
    struct insight_action actions[] = {
        {"link_click", "default", "17", false, 0       },
        {"purchase",   "default", "2",  true,  41990000}
    };
    struct insight rows[ADS];
    char ids[ADS][ID_SIZE];
    memcpy(check.account_id, y->account, sizeof check.account_id);
    for (int i = 0; i < ADS; i++) {
        snprintf(ids[i], sizeof ids[i], "%s%02d", y->account + 4, i);
        rows[i] = (struct insight){.level = LEVEL_AD,
                                   .entity_id = ids[i],
                                   .ad_name = "an ad",
                                   .adset_id = "110",
                                   .campaign_id = "100",
                                   .date_start = day,
                                   .date_stop = day,
                                   .breakdown = "",
                                   .spend = 1234567 + i,
                                   .impressions = 1000,
                                   .clicks = 20,
                                   .reach = 900,
                                   .actions = actions,
                                   .action_count = 2};
    }
    need(y, store_insights_put(y->store, &listing, rows, ADS, at, &y->err) &&
                store_insights_finish(y->store, &listing, at, NULL, &y->err) &&
                store_daily_rollup(y->store, y->account, LEVEL_AD, day, day, NULL, &y->err) &&
                store_check_append(y->store, &check, &y->err));
}

static void put_day(struct year *y, int32_t day)
{
    int64_t midnight = day * DAY_MS;
    for (int i = 0; i < y->accounts; i++) {
        int runs = i % 10 == 0 ? 48 : i % 10 < 4 ? 12 : 2;
        snprintf(y->account, sizeof y->account, "act_%d", 100000 + i);
        need(y, store_begin(y->store, &y->err));
        for (int k = 0; k < runs; k++) {
            put_run(y, midnight + 600000 + k * (DAY_MS - 600000) / runs + i * 37);
        }
        put_data(y, day, midnight + DAY_MS - 1000);
        need(y, store_commit(y->store, &y->err));
    }
}

static void retain(struct year *y, int64_t now)
{
    struct config c;
    config_defaults(&c);
    struct store_retention keep = {.calls_ms = c.keep_api_calls_ms / y->divisor,
                                   .usage_ms = c.keep_usage_log_ms / y->divisor,
                                   .log_ms = c.keep_log_ms / y->divisor,
                                   .history_ms = c.keep_holds_ms / y->divisor,
                                   .data_ms = c.keep_insights_ms / y->divisor};
    bool more = true;
    while (more) {
        int64_t before = clock_mono_us();
        need(y, store_retain(y->store, &keep, now, &more, &y->err));
        int64_t took = clock_mono_us() - before;
        y->retain_us += took;
        y->slowest_us = took > y->slowest_us ? took : y->slowest_us;
    }
}

static double file_mib(struct year *y)
{
    struct stat info = {0};
    need(y, store_checkpoint(y->store, &y->err));
    stat(y->path, &info);
    return (double)info.st_size / 1048576;
}

static void create(struct year *y, int64_t now)
{
    struct engine_row engine = {
        .started_at = now, .heartbeat_at = now, .pid = 1, .mode = "engine", .clock = {.speed = 1}};
    y->store = store_open(y->path, NULL, &y->err);
    need(y, y->store != NULL);
    for (int i = 0; i < y->accounts; i++) {
        char name[] = "An account of the year";
        struct account account = {.name = name,
                                  .currency = "USD",
                                  .timezone_name = "UTC",
                                  .account_status = ACCOUNT_ACTIVE,
                                  .tier = i % 10 == 0  ? TIER_HIGH
                                          : i % 10 < 4 ? TIER_MEDIUM
                                                       : TIER_LOW};
        snprintf(account.account_id, sizeof account.account_id, "act_%d", 100000 + i);
        need(y, store_accounts_put(y->store, &account, 1, now, &y->err));
    }
    need(y, store_engine_start(y->store, &engine, NULL, &y->err));
}

static int number(int argc, char **argv, int which, int otherwise)
{
    return argc > which ? atoi(argv[which]) : otherwise;
}

int main(int argc, char **argv)
{
    struct year y = {.path = argc > 1 ? argv[1] : "",
                     .accounts = number(argc, argv, 2, 100),
                     .divisor = number(argc, argv, 4, 1)};
    int days = number(argc, argv, 3, 400);
    int32_t today = (int32_t)(clock_real_ms() / DAY_MS);
    double size = 0, settled = 0;
    if (argc < 2 || y.accounts < 1 || days < 1 || y.divisor < 1) {
        fprintf(stderr, "usage: retention_year DB [ACCOUNTS [DAYS [DIVISOR]]]\n");
        return 2;
    }
    create(&y, (today - days) * DAY_MS);
    printf("%5s %9s %9s %18s %14s\n", "day", "MiB", "runs", "retention ms/day", "slowest step");
    for (int d = 1; d <= days; d++) {
        put_day(&y, today - days + d - 1);
        retain(&y, (today - days + d) * DAY_MS);
        if (d % MONTH == 0 || d == days) {
            size = file_mib(&y);
            settled = settled == 0 && d >= days - days / 5 ? size : settled;
            printf("%5d %9.1f %9" PRId64 " %18.1f %11.1f ms\n", d, size, y.run,
                   (double)y.retain_us / 1000 / MONTH, (double)y.slowest_us / 1000);
            fflush(stdout);
            y.retain_us = y.slowest_us = 0;
        }
    }
    store_close(y.store);
    return size > settled * 1.02;
}
