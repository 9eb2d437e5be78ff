#include "ui/view/load.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/tz.h"
#include "config/config.h"
#include "store/read_accounts.h"
#include "store/read_actions.h"
#include "store/read_budget.h"
#include "store/read_errors.h"
#include "store/read_holds.h"
#include "store/read_limiters.h"
#include "store/read_log.h"
#include "store/read_runs.h"
#include "ui/overview.h"
#include "ui/widget/gauge.h"

enum { DAY_MS = 86400000, SERIES_BUCKETS = 120 };

static void *alloc(struct arena *arena, size_t count, size_t size, struct err *err)
{
    void *rows = arena_alloc(arena, (count + 1) * size);
    if (!rows) {
        err_set(err, ERR_MEMORY, "console: out of memory");
    }
    return rows;
}

static const char *keep(struct arena *arena, const char *text)
{
    const char *copy = text ? arena_copy(arena, text, strlen(text)) : NULL;
    return copy ? copy : "";
}

static const char *name_of(struct arena *arena, const struct env *env, const char *account_id)
{
    const struct account_line *line = overview_account(env->overview, account_id);
    return line ? keep(arena, line->name) : "";
}

static int by_urgency(const void *a, const void *b)
{
    const struct account_line *x = a, *y = b;
    if (x->urgency != y->urgency) {
        return x->urgency < y->urgency ? -1 : 1;
    }
    int order = strcmp(x->name, y->name);
    return order ? order : strcmp(x->account_id, y->account_id);
}

void load_keep_account(struct arena *arena, const struct account_line *from,
                       struct account_line *to)
{
    const char **texts[] = {&to->name,  &to->currency, &to->timezone, &to->hold_detail,
                            &to->scope, &to->scope_id, &to->held_by,  &to->progress};
    *to = *from;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        *texts[i] = keep(arena, *texts[i]);
    }
}

bool load_days(const char *timezone, int64_t now, int days, int32_t *first, int32_t *last)
{
    struct tz *zone = timezone && timezone[0] ? tz_load(timezone, NULL) : NULL;
    int32_t today = zone ? tz_day(zone, now) : (int32_t)(now / DAY_MS);
    *first = today - days;
    *last = today - 1;
    tz_destroy(zone);
    return zone != NULL;
}

struct account_line *load_accounts(struct arena *arena, const struct env *env, size_t *count,
                                   struct err *err)
{
    const struct overview *o = env->overview;
    struct account_line *rows = alloc(arena, o->account_count, sizeof *rows, err);
    if (!rows) {
        return NULL;
    }
    for (size_t i = 0; i < o->account_count; i++) {
        load_keep_account(arena, &o->accounts_by_id[i], &rows[i]);
    }
    qsort(rows, o->account_count, sizeof *rows, by_urgency);
    *count = o->account_count;
    return rows;
}

static const char *limiter_label(const struct limiter_row *row)
{
    switch (row->scope) {
    case SCOPE_APP:
        return "app";
    case SCOPE_APP_INSIGHTS:
        return "app insights";
    case SCOPE_TOKEN:
        return "token user";
    case SCOPE_ACCOUNT:
        return "account";
    case SCOPE_USE_CASE:
        return use_case_name(row->use_case);
    case SCOPE_KIND_COUNT:
        break;
    }
    return "?";
}

static void limiter_line_of(struct arena *arena, const struct env *env,
                            const struct limiter_row *row, struct limiter_line *out)
{
    bool shared = strncmp(row->scope_id, "act_", 4) != 0;
    /* a header that is stuck is ignored: the usage is not its own */
    bool modelled = row->stuck || row->model_pct > row->reading_pct;
    out->label = limiter_label(row);
    out->scope = row->scope;
    out->use_case = row->use_case;
    memcpy(out->scope_id, row->scope_id, sizeof out->scope_id);
    snprintf(out->id, sizeof out->id, "%s/%.20s", row->scope_id, out->label);
    if (!shared) {
        memcpy(out->account_id, row->scope_id, sizeof out->account_id);
        out->name = name_of(arena, env, row->scope_id);
    } else {
        out->name = "";
    }
    out->pct = row->pct;
    out->threshold = overview_threshold(env->overview, row);
    out->at = row->reading_at && !modelled ? row->reading_at : row->updated_at;
    out->header = !row->reading_at || modelled ? "our own model" : usage_source_header(row->source);
    out->regain_at = row->blocked_until > row->reset_at ? row->blocked_until : row->reset_at;
    out->slope = slope_now(row->slope_per_min, out->at, env->now);
    out->ours_pct = -1;
    if (row->ours_pct >= 0 && row->pct > 0) {
        out->ours_pct = row->ours_pct * 100 / row->pct;
    }
    out->blocked = row->blocked_until > env->now;
    out->stuck = row->stuck;
    out->call_count = out->total_time = out->total_cputime = out->peak_pct = -1;
}

static enum usage_source source_of(const struct limiter_row *row)
{
    switch (row->scope) {
    case SCOPE_APP:
        return USAGE_APP;
    case SCOPE_APP_INSIGHTS:
        return USAGE_INSIGHTS_APP;
    case SCOPE_USE_CASE:
        return USAGE_BUC;
    case SCOPE_ACCOUNT:
        return row->source == USAGE_INSIGHTS ? USAGE_INSIGHTS : USAGE_ACCOUNT;
    case SCOPE_TOKEN:
    case SCOPE_KIND_COUNT:
        break;
    }
    return USAGE_SOURCE_COUNT;
}

static int by_scope_id(const void *key, const void *row)
{
    return strcmp(key, ((const struct usage_reading *)row)->scope_id);
}

/* The header's three figures. */
static bool add_parts(struct arena *arena, const struct env *env, const char *account_id,
                      const struct limiter_row *from, struct limiter_line *to, size_t count,
                      struct err *err)
{
    struct usage_rows readings;
    if (!read_usage_latest(env->store, arena, env->at, account_id, &readings, err)) {
        return false;
    }
    const struct usage_reading *end = readings.rows + readings.count;
    for (size_t i = 0; readings.count && i < count; i++) {
        const struct usage_reading *u =
            bsearch(from[i].scope_id, readings.rows, readings.count, sizeof *u, by_scope_id);
        while (u && u > readings.rows && strcmp((u - 1)->scope_id, from[i].scope_id) == 0) {
            u--;
        }
        for (; u && u < end && strcmp(u->scope_id, from[i].scope_id) == 0; u++) {
            if (u->source == source_of(&from[i]) && u->use_case == from[i].use_case) {
                to[i].call_count = u->call_count;
                to[i].total_time = u->total_time;
                to[i].total_cputime = u->total_cputime;
            }
        }
    }
    return true;
}

bool load_limiter_course(struct arena *arena, const struct env *env, struct limiter_line *line,
                         struct err *err)
{
    struct limiter_samples series;
    struct limiter_key key = {line->scope, line->scope_id, line->use_case};
    int64_t step = env->range / SERIES_BUCKETS > 1000 ? env->range / SERIES_BUCKETS : 1000;
    int64_t start = (env->now - env->range) / step * step;
    if (!read_limiter_series(env->store, arena, &key, start, env->now + 1, step, &series, err)) {
        return false;
    }
    struct sample *samples = alloc(arena, series.count, sizeof *samples, err);
    for (size_t i = 0; samples && i < series.count; i++) {
        samples[i] = (struct sample){series.rows[i].at, series.rows[i].max};
    }
    line->samples = samples;
    line->sample_count = series.count;
    line->step_ms = step;
    return samples != NULL;
}

static struct limiter_line *load_lines(struct arena *arena, const struct env *env,
                                       const char *account_id, bool parts, size_t *count,
                                       struct err *err)
{
    struct limiter_rows rows;
    if (!read_limiters(env->store, arena, env->at, account_id, &rows, err)) {
        return NULL;
    }
    struct limiter_line *lines = alloc(arena, rows.count, sizeof *lines, err);
    if (!lines) {
        return NULL;
    }
    for (size_t i = 0; i < rows.count; i++) {
        limiter_line_of(arena, env, &rows.rows[i], &lines[i]);
    }
    if (parts && !add_parts(arena, env, account_id, rows.rows, lines, rows.count, err)) {
        return NULL;
    }
    *count = rows.count;
    return lines;
}

struct limiter_line *load_limiters(struct arena *arena, const struct env *env,
                                   const char *account_id, size_t *count, struct err *err)
{
    return load_lines(arena, env, account_id, false, count, err);
}

struct limiter_line *load_limiters_in_parts(struct arena *arena, const struct env *env,
                                            const char *account_id, size_t *count, struct err *err)
{
    return load_lines(arena, env, account_id, true, count, err);
}

static void run_line_of(struct arena *arena, const struct env *env, const struct run *run,
                        struct run_line *out)
{
    const struct account_line *account = overview_account(env->overview, run->account_id);
    out->run = *run;
    out->name = account ? keep(arena, account->name) : "";
    bool held = account && account->run_id == run->run_id && account->reason != HOLD_RUNNING;
    if (run->status == RUN_RUNNING && held) {
        struct account_line *copy = arena_alloc(arena, sizeof *copy);
        if (copy) {
            load_keep_account(arena, account, copy);
        }
        out->parked_by = copy;
    }
}

struct run_line *load_runs(struct arena *arena, const struct env *env, const char *account_id,
                           size_t max, size_t *count, struct err *err)
{
    struct run_rows rows;
    struct run_query query = {.account_id = account_id, .limit = max};
    if (!read_runs(env->store, arena, env->at, &query, &rows, err)) {
        return NULL;
    }
    struct run_line *lines = alloc(arena, rows.count, sizeof *lines, err);
    for (size_t i = 0; lines && i < rows.count; i++) {
        run_line_of(arena, env, &rows.rows[i], &lines[i]);
    }
    *count = rows.count;
    return lines;
}

struct run_line *load_run(struct arena *arena, const struct env *env, int64_t run_id,
                          struct err *err)
{
    struct run_line *line = alloc(arena, 1, sizeof *line, err);
    struct run run;
    if (!line || !read_run(env->store, env->at, run_id, &run, err)) {
        return NULL;
    }
    run_line_of(arena, env, &run, line);
    return line;
}

double load_allowed(const struct config *config, const struct budget_report *report,
                    const char *account_id)
{
    const char *name = account_id ? "budget.account" : "budget.daily";
    double limit = account_id ? config->budget_per_account : config->budget_daily;
    bool own = false; /* set for this very account: goes before one for each */
    for (size_t i = 0; i < report->override_count; i++) {
        const struct override_row *row = &report->overrides[i];
        bool exact = account_id && strcmp(row->scope, account_id) == 0;
        if (strcmp(row->name, name) == 0 && (exact || (!row->scope[0] && !own))) {
            limit = row->value;
            own = exact;
        }
    }
    return limit;
}

struct budget_line *load_budget(struct arena *arena, const struct env *env, const char *account_id,
                                size_t *count, struct err *err)
{
    struct budget_report report;
    int32_t day = (int32_t)((env->now - env->config->budget_day_starts_ms) / DAY_MS);
    if (!read_budget(env->store, arena, env->at, day, &report, err)) {
        return NULL;
    }
    struct budget_line *lines = alloc(arena, report.account_count + 1, sizeof *lines, err);
    if (!lines) {
        return NULL;
    }
    size_t n = 0;
    lines[n++] = (struct budget_line){.id = "all",
                                      .name = "all accounts",
                                      .cost = report.cost,
                                      .limit = env->overview->budget_limit,
                                      .calls = report.calls,
                                      .share = report.cost > 0 ? 1 : 0};
    for (size_t i = 0; i < report.account_count; i++) {
        const struct budget_account *a = &report.accounts[i];
        if (account_id && strcmp(a->account_id, account_id) != 0) {
            continue;
        }
        struct budget_line *line = &lines[n++];
        snprintf(line->account_id, sizeof line->account_id, "%s", a->account_id);
        snprintf(line->id, sizeof line->id, "%s", a->account_id[0] ? a->account_id : "none");
        line->name = a->account_id[0] ? keep(arena, a->name) : "no single account";
        line->cost = a->cost;
        line->limit = a->account_id[0] ? load_allowed(env->config, &report, a->account_id) : 0;
        line->calls = a->calls;
        line->share = report.cost > 0 ? a->cost / report.cost : 0;
        memcpy(line->by_class, a->by_class, sizeof line->by_class);
    }
    memcpy(lines[0].by_class, report.class_cost, sizeof lines[0].by_class);
    memcpy(lines[0].hours, report.hour_cost, sizeof lines[0].hours);
    *count = n;
    return lines;
}

struct error_line *load_errors(struct arena *arena, const struct env *env, const char *account_id,
                               size_t *count, struct err *err)
{
    struct error_groups groups;
    if (!read_errors(env->store, arena, env->at, account_id, env->now - env->range, &groups, err)) {
        return NULL;
    }
    struct error_line *lines = alloc(arena, groups.count, sizeof *lines, err);
    for (size_t i = 0; lines && i < groups.count; i++) {
        const struct error_group *g = &groups.rows[i];
        struct error_line *line = &lines[i];
        snprintf(line->id, sizeof line->id, "%d/%d", g->code, g->subcode);
        line->code = g->code;
        line->subcode = g->subcode;
        line->http_status = g->http_status;
        line->count = g->count;
        line->first_at = g->first_at;
        line->last_at = g->last_at;
        line->accounts = (int)g->accounts;
        snprintf(line->account_id, sizeof line->account_id, "%s",
                 g->last_account_id ? g->last_account_id : "");
        line->name = name_of(arena, env, line->account_id);
        line->message = g->last_message ? g->last_message : "";
        line->fbtrace_id = g->last_fbtrace_id ? g->last_fbtrace_id : "";
        line->path = g->last_path ? g->last_path : "";
    }
    *count = groups.count;
    return lines;
}

struct log_line *load_log(struct arena *arena, const struct env *env, const char *account_id,
                          int64_t run_id, size_t *count, struct err *err)
{
    static const char *const levels[] = {
        [LOG_DEBUG] = "debug", [LOG_INFO] = "info", [LOG_WARN] = "warning", [LOG_ERROR] = "error"};
    struct log_rows rows;
    struct log_query query = {
        .level = LOG_DEBUG, .account_id = account_id, .run_id = run_id, .limit = LOAD_LOG_MAX};
    if (!read_log(env->store, arena, env->at, &query, &rows, err)) {
        return NULL;
    }
    struct log_line *lines = alloc(arena, rows.count, sizeof *lines, err);
    for (size_t i = 0; lines && i < rows.count; i++) {
        const struct log_row *from = &rows.rows[rows.count - 1 - i]; /* oldest first, as it reads */
        lines[i] = (struct log_line){.log_id = from->log_id,
                                     .at = from->at,
                                     .level = levels[from->level],
                                     .source = from->source ? from->source : "",
                                     .run_id = from->run_id,
                                     .code = from->code,
                                     .message = from->message ? from->message : "",
                                     .acked_at = from->acked_at};
        snprintf(lines[i].account_id, sizeof lines[i].account_id, "%s",
                 from->account_id ? from->account_id : "");
        lines[i].name = name_of(arena, env, lines[i].account_id);
    }
    *count = rows.count;
    return lines;
}

struct action_line *load_actions(struct arena *arena, const struct env *env, const char *account_id,
                                 size_t *count, struct err *err)
{
    struct action_rows rows;
    struct action_query query = {.target = account_id, .limit = LOAD_ACTIONS_MAX};
    if (!read_actions(env->store, arena, env->at, &query, &rows, err)) {
        return NULL;
    }
    struct action_line *lines = alloc(arena, rows.count, sizeof *lines, err);
    for (size_t i = 0; lines && i < rows.count; i++) {
        lines[i].action = rows.rows[i];
        lines[i].name = name_of(arena, env, rows.rows[i].target);
    }
    *count = rows.count;
    return lines;
}

struct hold_line *load_holds(struct arena *arena, const struct env *env, const char *account_id,
                             size_t *count, struct err *err)
{
    struct hold_rows rows;
    struct hold_query query = {.account_id = account_id, .from = env->now - env->range};
    if (!read_holds(env->store, arena, env->at, &query, &rows, err)) {
        return NULL;
    }
    struct hold_line *lines = alloc(arena, rows.count, sizeof *lines, err);
    for (size_t i = 0; lines && i < rows.count; i++) {
        const struct hold *from = &rows.rows[rows.count - 1 - i];
        lines[i] = (struct hold_line){from->reason, from->since, from->ended_at, from->until,
                                      keep(arena, from->detail)};
    }
    *count = rows.count;
    return lines;
}
