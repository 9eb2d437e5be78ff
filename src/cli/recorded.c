#include "cli/recorded.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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
    replay_sort(out->calls, out->count);
    out->from = calls.rows[0].at;
    out->to = out->calls[out->count - 1].at_ms;
    if (!read_usage_log(reader, arena, NULL, out->from - 1, out->to, READINGS_MAX, &readings,
                        err)) {
        return false;
    }
    return replay_attach(out->calls, out->count, readings.rows, readings.count, arena) ||
           err_set(err, ERR_MEMORY, "log: out of memory");
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
