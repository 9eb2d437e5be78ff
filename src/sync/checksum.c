#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/date.h"
#include "base/log.h"
#include "config/config.h"
#include "store/checks.h"
#include "store/insights.h"
#include "store/store.h"
#include "sync/parts.h"

/* Today still moves between two requests; every earlier day has to agree once it was read again. */
enum { OPEN_DAYS = 1, MINOR_MICROS = 10000 };

/* The chain of the lowest level: its sum is what the total must equal. */
static struct chain *base_chain(struct sync_run *run)
{
    struct chain *base = NULL;
    for (size_t i = 0; i < run->chain_count; i++) {
        struct chain *chain = &run->chains[i];
        bool rows = chain->ops == &insights_ops && chain != run->total;
        base = rows && (!base || chain->as.insights.level > base->as.insights.level) ? chain : base;
    }
    return base;
}

double checksum_done_pct(struct sync_run *run)
{
    static const double most = 99; /* it is not done before it ends */
    const struct chain *base = base_chain(run);
    if (!run->total || !base || run->total->state != CHAIN_DONE) {
        return -1;
    }
    int64_t all = run->total->as.insights.impressions;
    return all > 0 ? fmin(most, 100.0 * (double)base->as.insights.impressions / (double)all) : -1;
}

static bool load_days(struct sync_run *run, enum insight_level level, const char *breakdowns,
                      struct store_day *days, struct err *err)
{
    struct store_listing listing = {.account_id = run->plan.account_id,
                                    .level = level,
                                    .breakdowns = breakdowns,
                                    .day_from = run->plan.first_day,
                                    .day_to = run->plan.last_day};
    return store_insights_days(run->deps.store, &listing, days, err);
}

static bool differs(const struct sync_run *run, const struct store_day *total,
                    const struct store_day *held)
{
    double allowed =
        run->deps.config->checksum_tolerance * MINOR_MICROS * (double)(held->rows ? held->rows : 1);
    return fabs((double)(total->spend - held->spend)) > allowed ||
           total->impressions != held->impressions || total->clicks != held->clicks;
}

static void record(struct sync_run *run, const struct store_day *total,
                   const struct store_day *held, enum check_result result)
{
    struct err err = {0};
    bool spend = total->spend != held->spend;
    bool clicks = !spend && total->impressions == held->impressions;
    struct check_row row = {.at = run_now(run),
                            .run_id = run->run.run_id,
                            .kind = "checksum",
                            .day = total->day,
                            .result = result};
    memcpy(row.account_id, run->plan.account_id, sizeof row.account_id);
    snprintf(row.field, sizeof row.field, "%s",
             spend    ? "spend"
             : clicks ? "clicks"
                      : "impressions");
    row.expected = spend ? total->spend : clicks ? total->clicks : total->impressions;
    row.actual = spend ? held->spend : clicks ? held->clicks : held->impressions;
    if (!store_check_append(run->deps.store, &row, &err)) {
        log_write(LOG_WARN, "sync", "%s: %s", run->plan.account_id, err.message);
    }
    if (result == CHECK_DIFFERS && run->mismatches++ == 0) {
        snprintf(run->mismatch, sizeof run->mismatch,
                 "%s on %s: the account's total has %s %" PRId64 ", its rows sum to %" PRId64
                 ", difference %" PRId64,
                 run->plan.account_id, date_text(total->day).text, row.field, row.expected,
                 row.actual, row.expected - row.actual);
    }
}

/* Days that differ are read again once, rows and total. */
static bool read_again(struct sync_run *run, struct chain *base, int32_t first, int32_t last)
{
    struct span span = {.first = first, .last = last, .node_level = LEVEL_ACCOUNT};
    snprintf(span.node, sizeof span.node, "%s", run->plan.account_id);
    run->run.retries++;
    return insights_push(base, &span) && insights_push(run->total, &span);
}

/* All days agree: one row, their sum. */
static bool record_good(struct sync_run *run, const struct store_day *total,
                        const struct store_day *held, size_t count, struct err *err)
{
    struct check_row row = {.at = run_now(run),
                            .run_id = run->run.run_id,
                            .kind = "checksum",
                            .field = "spend",
                            .result = CHECK_OK};
    memcpy(row.account_id, run->plan.account_id, sizeof row.account_id);
    snprintf(row.detail, sizeof row.detail, "%zu days from %s on", count,
             date_text(total[0].day).text);
    for (size_t i = 0; i < count; i++) {
        row.expected += total[i].spend;
        row.actual += held[i].spend;
    }
    return store_check_append(run->deps.store, &row, err);
}

/* A row for every day that differs, or one for all of them; together. */
static void record_all(struct sync_run *run, const struct store_day *total,
                       const struct store_day *held, size_t count)
{
    struct err err = {0};
    int64_t differ = 0;
    bool open = store_begin(run->deps.store, &err);
    for (size_t i = 0; open && i < count; i++) {
        bool settled = run->plan.last_day - total[i].day >= OPEN_DAYS;
        if (differs(run, &total[i], &held[i])) {
            record(run, &total[i], &held[i], settled ? CHECK_DIFFERS : CHECK_OPEN_DIFFERS);
            differ++;
        }
    }
    bool ok = open && (differ > 0 || record_good(run, total, held, count, &err));
    if (!open || !store_end(run->deps.store, ok, &err)) {
        log_write(LOG_WARN, "sync", "%s: %s", run->plan.account_id, err.message);
    }
}

bool checksum_compare(struct sync_run *run)
{
    struct chain *base = base_chain(run);
    size_t count = (size_t)run->plan.last_day - (size_t)run->plan.first_day + 1;
    struct err err = {0};
    if (!run->total || !base || run->total->state != CHAIN_DONE || base->state != CHAIN_DONE) {
        return false;
    }
    struct store_day *total = arena_alloc(run->page, count * sizeof *total);
    struct store_day *held = arena_alloc(run->page, count * sizeof *held);
    bool again = false;
    if (!total || !held || !load_days(run, LEVEL_ACCOUNT, "", total, &err) ||
        !load_days(run, base->as.insights.level, run->plan.breakdowns, held, &err)) {
        run_fail_local(run, &err);
        arena_reset(run->page);
        return false;
    }
    int32_t first = 0, last = 0;
    for (size_t i = 0; i < count; i++) {
        if (differs(run, &total[i], &held[i])) {
            first = first ? first : total[i].day;
            last = total[i].day;
        }
    }
    if (first && !run->compared_once) {
        run->compared_once = true;
        again = read_again(run, base, first, last);
    }
    if (!again) {
        record_all(run, total, held, count);
    }
    arena_reset(run->page);
    return again;
}
