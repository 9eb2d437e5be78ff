#include "cli/recorded.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "config/config.h"
#include "govern/budget.h"
#include "model/error_catalog.h"
#include "store/read_budget.h"
#include "store/read_limiters.h"
#include "store/read_stats.h"

enum { READINGS_MAX = 100000 };

static void take_call(const struct logged_call *row, double speed, struct replay_call *out)
{
    const struct error_entry *entry =
        error_catalog_find(row->code, row->subcode, NULL, row->http_status);
    out->took_ms = (int64_t)((double)row->ms * speed);
    out->at_ms = row->at + out->took_ms;
    out->rows = row->rows;
    out->run_id = row->run_id;
    out->throttled = row->code != 0 && entry->error_class == ERROR_THROTTLE;
    out->call = (struct gate_call){
        .call_class = row->call_class, .cost = row->cost, .items = 1, .run_id = row->run_id};
    snprintf(out->call.account_id, sizeof out->call.account_id, "%s", row->account_id);
}

static int by_answer(const void *a, const void *b)
{
    const struct replay_call *x = a, *y = b;
    return (x->at_ms > y->at_ms) - (x->at_ms < y->at_ms);
}

/* ---- readings ----
 *
 * The log leaves out a reading that repeats its predecessor within a minute (store/usage.h), but a
 * header that is not there means "next to nothing": without the repeats a use case that stands at
 * 11 % would seem to fall to zero and rise again with every single call. So they are put back. */

struct last {
    const struct usage_reading *reading; /* NULL = a free place */
};

struct lasts {
    struct last *places; /* by hash; a power of two, more than twice as many as readings */
    size_t mask;
};

static struct last *place_of(const struct lasts *lasts, enum usage_source source,
                             enum use_case use_case, const char *scope_id)
{
    size_t at = hash_bytes(scope_id, strlen(scope_id), (uint64_t)source * 8 + use_case);
    for (;; at++) {
        struct last *last = &lasts->places[at & lasts->mask];
        const struct usage_reading *r = last->reading;
        if (!r || (r->source == source && r->use_case == use_case &&
                   strcmp(r->scope_id, scope_id) == 0)) {
            return last;
        }
    }
}

static bool lasts_init(struct lasts *lasts, size_t readings, struct arena *arena)
{
    size_t count = 16;
    while (count < 2 * readings + 2) {
        count *= 2;
    }
    lasts->mask = count - 1;
    lasts->places = arena_alloc(arena, count * sizeof *lasts->places);
    if (lasts->places) {
        memset(lasts->places, 0, count * sizeof *lasts->places);
    }
    return lasts->places != NULL;
}

/* What came with this answer, and what it repeated. */
static bool complete(const struct lasts *lasts, struct replay_call *call, struct arena *arena)
{
    enum { REPEAT_MS = 60000 };
    bool insights = call_class_is_insights(call->call.call_class);
    const struct {
        enum usage_source source;
        enum use_case use_case;
        const char *scope_id;
        bool sent;
    } headers[] = {
        {USAGE_APP,          USE_CASE_NONE,                              "app",                 true    },
        {USAGE_ACCOUNT,      USE_CASE_NONE,                              call->call.account_id, true    },
        {USAGE_BUC,          call_class_use_case(call->call.call_class), call->call.account_id, true    },
        {USAGE_INSIGHTS_APP, USE_CASE_NONE,                              "app",                 insights},
        {USAGE_INSIGHTS,     USE_CASE_NONE,                              call->call.account_id, insights},
    };
    enum { HEADERS = sizeof headers / sizeof *headers };
    struct usage_reading *all = arena_alloc(arena, (call->reading_count + HEADERS) * sizeof *all);
    if (!all) {
        return false;
    }
    if (call->reading_count) {
        memcpy(all, call->readings, call->reading_count * sizeof *all);
    }
    for (size_t i = 0; i < HEADERS; i++) {
        const struct usage_reading *r =
            place_of(lasts, headers[i].source, headers[i].use_case, headers[i].scope_id)->reading;
        bool old = !r || call->at_ms - r->at >= REPEAT_MS;
        bool here = r >= call->readings && r < call->readings + call->reading_count;
        if (headers[i].sent && !old && !here) {
            all[call->reading_count] = *r;
            all[call->reading_count++].at = call->at_ms;
        }
    }
    call->readings = all;
    return true;
}

/* Readings and calls both in order of time: those at or before an answer, and after the one before
 * it, came with it. */
static bool attach(struct recorded *out, const struct usage_rows *readings, struct arena *arena)
{
    struct lasts lasts;
    size_t at = 0;
    if (!lasts_init(&lasts, readings->count, arena)) {
        return false;
    }
    for (size_t i = 0; i < out->count; i++) {
        size_t first = at;
        for (; at < readings->count && readings->rows[at].at <= out->calls[i].at_ms; at++) {
            const struct usage_reading *r = &readings->rows[at];
            place_of(&lasts, r->source, r->use_case, r->scope_id)->reading = r;
        }
        out->calls[i].readings = readings->rows + first;
        out->calls[i].reading_count = at - first;
        if (!complete(&lasts, &out->calls[i], arena)) {
            return false;
        }
    }
    return true;
}

bool recorded_load(struct store_reader *reader, struct arena *arena, int64_t at_ms, int64_t from,
                   struct recorded *out, struct err *err)
{
    struct logged_calls calls = {0};
    struct usage_rows readings = {0};
    *out = (struct recorded){0};
    if (!read_logged_calls(reader, arena, at_ms, from, RECORDED_MAX, &calls, err)) {
        return false;
    }
    if (calls.count == 0) {
        return true;
    }
    double speed = store_reader_clock(reader).speed;
    out->calls = arena_alloc(arena, calls.count * sizeof *out->calls);
    if (!out->calls) {
        return err_set(err, ERR_MEMORY, "log: out of memory");
    }
    for (size_t i = 0; i < calls.count; i++) {
        take_call(&calls.rows[i], speed, &out->calls[out->count++]);
    }
    qsort(out->calls, out->count, sizeof *out->calls, by_answer);
    out->from = calls.rows[0].at;
    out->to = out->calls[out->count - 1].at_ms;
    if (!read_usage_log(reader, arena, NULL, out->from - 1, out->to, READINGS_MAX, &readings,
                        err)) {
        return false;
    }
    return attach(out, &readings, arena) || err_set(err, ERR_MEMORY, "log: out of memory");
}

bool recorded_governor(struct store_reader *reader, struct arena *arena, int64_t at_ms,
                       const struct config *config, struct governor_config *out, struct err *err)
{
    struct budget_report report = {0};
    int64_t now = at_ms ? at_ms : store_reader_now(reader);
    struct budget_day day = budget_day(now, config->budget_day_starts_ms);
    governor_config_defaults(out);
    struct {
        const char *name;
        double *value, configured;
    } thresholds[] = {
        {"threshold.account",  &out->account_pct,  config->limit_account_pct },
        {"threshold.app",      &out->app_pct,      config->limit_app_pct     },
        {"threshold.insights", &out->insights_pct, config->limit_insights_pct},
        {"threshold.use_case", &out->use_case_pct, config->limit_use_case_pct},
    };
    if (!read_budget(reader, arena, at_ms, day.day, &report, err)) {
        return false;
    }
    for (size_t i = 0; i < sizeof thresholds / sizeof *thresholds; i++) {
        *thresholds[i].value = thresholds[i].configured;
        for (size_t k = 0; k < report.override_count; k++) {
            if (strcmp(report.overrides[k].name, thresholds[i].name) == 0) {
                *thresholds[i].value = report.overrides[k].value;
            }
        }
    }
    out->pacing_start_pct = config->pacing_start_pct;
    out->error_rate_pct = config->user_error_rate_pct;
    return true;
}
