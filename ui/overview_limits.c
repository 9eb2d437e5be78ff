/* The limiters of the header, and those that hold accounts. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "config/config.h"
#include "store/read_budget.h"
#include "store/read_limiters.h"
#include "ui/overview_parts.h"

void overview_find_thresholds(const struct config *config, const struct budget_report *report,
                              double thresholds[USAGE_SOURCE_COUNT])
{
    const struct {
        const char *name;
        double configured;
    } settings[USAGE_SOURCE_COUNT] = {
        [USAGE_APP] = {"threshold.app",      config->limit_app_pct     },
        [USAGE_ACCOUNT] = {"threshold.account",  config->limit_account_pct },
        [USAGE_BUC] = {"threshold.use_case", config->limit_use_case_pct},
        [USAGE_INSIGHTS_APP] = {"threshold.insights", config->limit_insights_pct},
        [USAGE_INSIGHTS] = {"threshold.insights", config->limit_insights_pct},
    };
    for (int source = 0; source < USAGE_SOURCE_COUNT; source++) {
        thresholds[source] = settings[source].configured;
        for (size_t i = 0; i < report->override_count; i++) {
            if (strcmp(report->overrides[i].name, settings[source].name) == 0) {
                thresholds[source] = report->overrides[i].value;
            }
        }
    }
}

double overview_threshold(const struct overview *overview, const struct limiter_row *row)
{
    static const enum usage_source sources[SCOPE_KIND_COUNT] = {
        [SCOPE_APP] = USAGE_APP,       [SCOPE_APP_INSIGHTS] = USAGE_INSIGHTS_APP,
        [SCOPE_TOKEN] = USAGE_ACCOUNT, [SCOPE_ACCOUNT] = USAGE_ACCOUNT,
        [SCOPE_USE_CASE] = USAGE_BUC,
    };
    return row->threshold > 0 ? row->threshold : overview->thresholds[sources[row->scope]];
}

static struct limit_reading reading_of(const struct limiter_row *row, const struct overview *o)
{
    return (struct limit_reading){
        .pct = row->pct,
        .threshold = overview_threshold(o, row),
        .at = row->reading_at ? row->reading_at : row->updated_at,
        .regain_at = row->blocked_until > row->reset_at ? row->blocked_until : row->reset_at,
        .slope = row->slope_per_min,
        .ours_pct = row->ours_pct};
}

static int by_scope_id(const void *a, const void *b)
{
    return strcmp(((const struct limiter_row *)a)->scope_id,
                  ((const struct limiter_row *)b)->scope_id);
}

/* The limiter that a hold names: its scope, and its scope id (of a use case "act_1/ads_insights").
 */
static const struct limiter_row *holding_limiter(const struct limiter_rows *rows,
                                                 const struct account_line *line)
{
    struct limiter_row key = {0};
    const char *slash = strchr(line->scope_id, '/');
    size_t n = slash ? (size_t)(slash - line->scope_id) : strlen(line->scope_id);
    snprintf(key.scope_id, sizeof key.scope_id, "%.*s", (int)n, line->scope_id);
    const struct limiter_row *at =
        rows->count ? bsearch(&key, rows->rows, rows->count, sizeof key, by_scope_id) : NULL;
    while (at && at > rows->rows && by_scope_id(at - 1, &key) == 0) {
        at--;
    }
    for (; at && at < rows->rows + rows->count && by_scope_id(at, &key) == 0; at++) {
        if (strcmp(scope_kind_name(at->scope), line->scope) == 0 &&
            (!slash || strcmp(use_case_name(at->use_case), slash + 1) == 0)) {
            return at;
        }
    }
    return NULL;
}

/* What is held shows the usage of the limiter that holds it: another one's would explain nothing.
 */
static void show_holding_limits(const struct limiter_rows *rows, const struct overview *o,
                                struct account_line *lines, int64_t now)
{
    if (rows->count > 0) {
        qsort(rows->rows, rows->count, sizeof *rows->rows, by_scope_id);
    }
    for (size_t i = 0; i < o->account_count; i++) {
        const struct limiter_row *row =
            hold_reason_is_quota(lines[i].reason) ? holding_limiter(rows, &lines[i]) : NULL;
        if (row) {
            struct limit_reading reading = reading_of(row, o);
            lines[i].pct = reading.pct;
            lines[i].pct_at = reading.at;
            lines[i].slope = slope_now(reading.slope, reading.at, now);
            lines[i].threshold = reading.threshold;
            lines[i].ours_pct = reading.ours_pct;
        }
    }
}

bool overview_load_limits(struct overview *o, const struct overview_source *s,
                          struct account_line *lines, struct err *err)
{
    struct limiter_rows rows;
    o->app =
        (struct limit_reading){.pct = -1, .threshold = o->thresholds[USAGE_APP], .ours_pct = -1};
    o->app_insights = (struct limit_reading){
        .pct = -1, .threshold = o->thresholds[USAGE_INSIGHTS_APP], .ours_pct = -1};
    if (s->at ? !read_limiters(s->store, s->scratch, s->at, NULL, &rows, err)
              : !read_limiters_holding(s->store, s->scratch, &rows, err)) {
        return false;
    }
    for (size_t i = 0; i < rows.count; i++) {
        if (rows.rows[i].scope == SCOPE_APP) {
            o->app = reading_of(&rows.rows[i], o);
        } else if (rows.rows[i].scope == SCOPE_APP_INSIGHTS) {
            o->app_insights = reading_of(&rows.rows[i], o);
        }
    }
    o->data_at = o->app.at > o->data_at ? o->app.at : o->data_at;
    show_holding_limits(&rows, o, lines, s->now);
    return true;
}
