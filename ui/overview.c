#include "ui/overview.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "config/config.h"
#include "store/read_accounts.h"
#include "store/read_actions.h"
#include "store/read_budget.h"
#include "store/read_engine.h"
#include "store/read_errors.h"
#include "store/read_holds.h"
#include "ui/overview_parts.h"
#include "ui/view/load.h"

enum { HOUR_MS = 3600000, DAY_MS = 86400000, TREND_MS = 15 * 60000 };
enum { FORECAST_NEAR_MS = 30 * 60000, FORECAST_STEP_MS = 5 * 60000 };
enum { SAME_END_MS = 60000 };
enum { CHUNK = 64 * 1024, ACTIONS_LOOKED_AT = 200 };

static int by_id(const void *a, const void *b)
{
    return strcmp(((const struct account_line *)a)->account_id,
                  ((const struct account_line *)b)->account_id);
}

const struct account_line *overview_account(const struct overview *overview, const char *account_id)
{
    size_t low = 0, high = overview->account_count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        int order = strcmp(account_id, overview->accounts_by_id[middle].account_id);
        if (order == 0) {
            return &overview->accounts_by_id[middle];
        }
        if (order < 0) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    return NULL;
}

/* Being read, or about to be for the first time. */
static bool is_behind(const struct account_line *line, int64_t now)
{
    bool reading = line->reason == HOLD_RUNNING || overview_idle(line->reason);
    bool unread = reading && !line->last_synced_at;
    return unread || (line->reason == HOLD_RUNNING && line->cadence_ms &&
                      now - line->last_synced_at > line->cadence_ms * 3 / 2);
}

/* The last end of all, and what the accounts it stands for were told first. */
static void count_last_end(const struct account_line *line, struct verdict_input *in)
{
    int64_t before = line->first_until ? line->first_until : line->until;
    if (!in->clears_last || line->until > in->clears_last + SAME_END_MS) {
        in->clears_last = line->until;
        in->clears_before = before;
    } else if (line->until > in->clears_last - SAME_END_MS) {
        in->clears_last = line->until > in->clears_last ? line->until : in->clears_last;
        in->clears_before = before < in->clears_before ? before : in->clears_before;
    }
}

static void count_account(struct overview *o, const struct account_line *line,
                          struct verdict_input *in)
{
    in->reasons[line->reason]++;
    o->tier_accounts[line->tier]++;
    if (line->since && (!in->since[line->reason] || line->since < in->since[line->reason])) {
        in->since[line->reason] = line->since;
    }
    bool clears = hold_reason_is_quota(line->reason) || line->reason == HOLD_BUDGET ||
                  line->reason == HOLD_BACKOFF;
    if (clears && line->until > 0 && line->until < INT64_MAX) {
        if (!in->clears_first || line->until < in->clears_first) {
            in->clears_first = line->until;
        }
        count_last_end(line, in);
        in->clears_estimated |= reason_is_estimate(line);
    }
    if (hold_reason_is_quota(line->reason) && line->ours_pct >= 0 && reason_used_pct(line) > 0) {
        in->quota_used += reason_used_pct(line);
        in->quota_ours += line->ours_pct;
    }
    bool failing = overview_idle(line->reason) && line->failed;
    in->failing += failing;
    in->late += line->late && !failing;
    in->behind += is_behind(line, in->now);
    in->last_finished_at = line->last_finished_at > in->last_finished_at ? line->last_finished_at
                                                                         : in->last_finished_at;
    o->tier_bad[line->tier] +=
        clears || failing || line->late ||
        (hold_reason_needs_person(line->reason) && line->reason != HOLD_DISABLED);
    if (line->reason == HOLD_DUE && line->next_due_at > 0 &&
        (!o->next_due_at || line->next_due_at < o->next_due_at)) {
        o->next_due_at = line->next_due_at;
    }
    o->data_at = line->pct_at > o->data_at ? line->pct_at : o->data_at;
    o->data_at = line->last_synced_at > o->data_at ? line->last_synced_at : o->data_at;
}

/* How stale the stalest account of the best tier is, against what it should be. */
static void find_worst_lag(struct overview *o, int64_t now)
{
    for (int tier = 0; tier < TIER_COUNT && !o->worst_target; tier++) {
        for (size_t i = 0; i < o->account_count; i++) {
            const struct account_line *line = &o->accounts_by_id[i];
            bool counts = line->tier == (enum tier)tier && line->reason != HOLD_DISABLED;
            int64_t lag = line->last_synced_at ? now - line->last_synced_at : 0;
            o->worst_unread |= counts && !line->last_synced_at;
            if (counts && (!o->worst_target || lag > o->worst_lag)) {
                o->worst_lag = lag;
                o->worst_target = line->cadence_ms;
                o->worst_tier = (enum tier)tier;
            }
        }
    }
}

/* In trouble: held by a limit or by ourselves, or in need of a person. */
static bool is_trouble(enum hold_reason reason)
{
    return hold_reason_is_quota(reason) || reason == HOLD_BUDGET || reason == HOLD_BACKOFF ||
           reason == HOLD_TOKEN_INVALID || reason == HOLD_NO_ACCESS;
}

/* Whether it gets worse: how many were held a quarter of an hour ago, those that still are and
 * those whose hold has ended since. */
static bool load_trend(struct overview *o, const struct overview_source *s, struct err *err)
{
    int64_t ended[HOLD_REASON_COUNT], then = s->now - TREND_MS;
    if (!read_holds_ended(s->store, then, s->now, ended, err)) {
        return false;
    }
    for (size_t i = 0; i < o->account_count; i++) {
        const struct account_line *line = &o->accounts_by_id[i];
        o->held_before += is_trouble(line->reason) && line->since <= then;
    }
    for (int i = 0; i < HOLD_REASON_COUNT; i++) {
        o->held_before += is_trouble((enum hold_reason)i) ? (int)ended[i] : 0;
    }
    return true;
}

static int64_t count_errors(const struct error_groups *groups)
{
    int64_t sum = 0;
    for (size_t i = 0; i < groups->count; i++) {
        sum += groups->rows[i].count;
    }
    return sum;
}

static bool load_errors_of_hours(struct overview *o, const struct overview_source *s,
                                 struct err *err)
{
    struct error_groups now, before;
    if (!read_errors(s->store, s->scratch, s->at, NULL, s->now - HOUR_MS, &now, err) ||
        !read_errors(s->store, s->scratch, s->now - HOUR_MS, NULL, s->now - 2 * HOUR_MS, &before,
                     err)) {
        return false;
    }
    o->errors_hour = (int)count_errors(&now);
    o->errors_before = (int)count_errors(&before);
    return true;
}

/* The day goes on as its last hour, the running one in proportion. An end that is far off is told
 * to five minutes: nearer it is not known, and it would be another one every second. */
static struct budget_projection project(const struct overview *o, const double *hours, int64_t now)
{
    int64_t recent_ms = 0;
    double recent = budget_recent(hours, o->budget_since, now, &recent_ms);
    struct budget_projection p =
        budget_project(o->budget_limit, o->budget_used, recent, recent_ms, now, o->budget_ends);
    if (p.ends_at_ms - now > FORECAST_NEAR_MS) {
        p.ends_at_ms -= p.ends_at_ms % FORECAST_STEP_MS;
    }
    return p;
}

static bool load_day(struct overview *o, const struct overview_source *s, struct err *err)
{
    struct budget_report report;
    int64_t start = s->config->budget_day_starts_ms;
    int32_t day = (int32_t)((s->now - start) / DAY_MS);
    if (!read_budget_day(s->store, s->scratch, s->at, day, &report, err)) {
        return false;
    }
    o->budget_used = report.cost;
    o->budget_limit = load_allowed(s->config, &report, NULL);
    o->budget_since = (int64_t)day * DAY_MS + start;
    o->budget_ends = o->budget_since + DAY_MS;
    o->budget = project(o, report.hour_cost, s->now);
    overview_find_thresholds(s->config, &report, o->thresholds);
    return true;
}

/* Who paused what is paused: the newest pause of that account in the audit trail. */
static void name_pausers(struct account_line *lines, size_t count, const struct action_rows *rows)
{
    for (size_t i = 0; i < count; i++) {
        for (size_t k = 0; lines[i].reason == HOLD_PAUSED && k < rows->count; k++) {
            const struct operator_action *action = &rows->rows[k];
            if (action->kind == OP_PAUSE && strcmp(action->target, lines[i].account_id) == 0) {
                lines[i].held_by = action->actor;
                break;
            }
        }
    }
}

static bool load_actions_of(struct overview *o, const struct overview_source *s,
                            struct account_line *lines, struct err *err)
{
    struct action_rows rows;
    bool paused = false;
    for (size_t i = 0; i < o->account_count; i++) {
        paused = paused || lines[i].reason == HOLD_PAUSED;
    }
    struct action_query query = {.limit = paused ? ACTIONS_LOOKED_AT : 1};
    if (!read_actions(s->store, o->arena, s->at, &query, &rows, err)) {
        return false;
    }
    name_pausers(lines, o->account_count, &rows);
    o->has_action = rows.count > 0;
    if (rows.count) {
        o->action = rows.rows[0];
    }
    return true;
}

static bool load_lines(struct overview *o, const struct overview_source *source, struct err *err)
{
    struct account_rows rows;
    if (!read_accounts(source->store, source->scratch, source->at, false, &rows, err)) {
        return false;
    }
    struct account_line *lines = arena_alloc(o->arena, (rows.count + 1) * sizeof *lines);
    if (!lines) {
        return err_set(err, ERR_MEMORY, "accounts: out of memory");
    }
    for (size_t i = 0; i < rows.count; i++) {
        struct account_line line = {0};
        overview_line(&rows.rows[i], o, source, &line);
        load_keep_account(o->arena, &line, &lines[i]);
    }
    qsort(lines, rows.count, sizeof *lines, by_id);
    o->accounts_by_id = lines;
    o->account_count = rows.count;
    return overview_load_limits(o, source, lines, err) && load_actions_of(o, source, lines, err) &&
           overview_load_notices(o, source, lines, err);
}

static bool load_engine(struct overview *o, const struct overview_source *s, struct err *err)
{
    struct engine_row engine;
    struct err missing = {0};
    if (read_engine(s->store, s->at, &engine, &missing)) {
        o->heartbeat_at = engine.heartbeat_at;
        o->engine_pid = engine.pid;
        memcpy(o->engine_host, engine.host, sizeof o->engine_host);
        return true;
    }
    return missing.code == ERR_NOT_FOUND || err_set(err, missing.code, "%s", missing.message);
}

static void judge(struct overview *o, const struct overview_source *s, struct verdict_input *in)
{
    in->engine_runs = s->engine_runs;
    in->past = s->at != 0;
    in->errors_hour = o->errors_hour;
    in->engine_seen_at = o->heartbeat_at;
    in->accounts = (int)o->account_count;
    in->store_empty = o->account_count == 0;
    memcpy(o->reasons, in->reasons, sizeof o->reasons);
    o->verdict = verdict_of(in);
}

static bool load_all(struct overview *o, const struct overview_source *s, struct err *err)
{
    struct verdict_input in = {.now = s->now};
    if (!load_day(o, s, err) || !load_lines(o, s, err) || !overview_load_api(s, &in.api, err) ||
        !load_trend(o, s, err) || !load_errors_of_hours(o, s, err) || !load_engine(o, s, err)) {
        return false;
    }
    for (size_t i = 0; i < o->account_count; i++) {
        count_account(o, &o->accounts_by_id[i], &in);
    }
    find_worst_lag(o, s->now);
    o->accounts = (int)o->account_count;
    judge(o, s, &in);
    o->loaded = true;
    return true;
}

bool overview_load(struct overview *overview, const struct overview_source *source, struct err *err)
{
    struct overview fresh = {.arena = arena_create(CHUNK)};
    struct overview_source own = *source;
    own.scratch = arena_create(CHUNK);
    bool ok = (fresh.arena && own.scratch) || err_set(err, ERR_MEMORY, "console: out of memory");
    ok = ok && load_all(&fresh, &own, err);
    arena_destroy(own.scratch);
    arena_destroy(ok ? overview->arena : fresh.arena);
    if (ok) {
        *overview = fresh;
    }
    return ok;
}

void overview_fini(struct overview *overview)
{
    arena_destroy(overview->arena);
    overview->arena = NULL;
}
