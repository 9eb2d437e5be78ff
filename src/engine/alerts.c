#include "engine/alerts.h"

#include <stdio.h>
#include <string.h>

#include "config/config.h"
#include "engine/gate.h"
#include "engine/limits.h"
#include "engine/record.h"
#include "engine/state.h"
#include "govern/alert_rules.h"
#include "store/alerts.h"
#include "store/ledger.h"
#include "store/read_errors.h"

enum { RECENT_MS = 3600000, SUBJECT_SIZE = sizeof(((struct alert_watch *)0)->subject) };
enum { THROTTLED_MAX = 256, API_RECENT_MS = 15 * 60000, API_BEFORE_MS = 6 * 3600000 };

/* The state of a rule for one subject; NULL = none is kept. */
static struct alert_watch *watch_of(struct engine *engine, enum alert_kind kind,
                                    const char *subject)
{
    for (size_t i = 0; i < engine->watch_count; i++) {
        struct alert_watch *watch = &engine->watches[i];
        if (watch->kind == (int)kind && strcmp(watch->subject, subject) == 0) {
            return watch;
        }
    }
    return NULL;
}

static struct alert_watch *watch_add(struct engine *engine, enum alert_kind kind,
                                     const char *subject)
{
    if (engine->watch_count == WATCHES_MAX) {
        return NULL;
    }
    struct alert_watch *watch = &engine->watches[engine->watch_count++];
    memset(watch, 0, sizeof *watch);
    watch->kind = (int)kind;
    snprintf(watch->subject, sizeof watch->subject, "%s", subject);
    return watch;
}

static void raise_alert(struct engine *engine, const struct alert_rule *rule, const char *subject,
                        double figure, int64_t now)
{
    struct alert_row row = {.severity = rule->severity, .since = now};
    struct err err = {0};
    snprintf(row.rule, sizeof row.rule, "%s", rule->name);
    snprintf(row.scope, sizeof row.scope, "%s", subject);
    char figures[48] = "";
    if (rule->unit[0]) { /* without one it says yes or no */
        snprintf(figures, sizeof figures, " (%.0f %s)", figure, rule->unit);
    }
    snprintf(row.detail, sizeof row.detail, "%s%s; %s", rule->text, figures, rule->action);
    if (!store_alert_open(engine->store, &row, NULL, &err)) {
        record_log(engine, LOG_ERROR, NULL, 0, "alert: %s", err.message);
    }
    record_log(engine, LOG_WARN, strncmp(subject, "act_", 4) == 0 ? subject : NULL, 0,
               "alert %s %s: %s", rule->name, subject, row.detail);
}

/* A rule is kept for a subject as long as it fires, or is about to. */
static void observe(struct engine *engine, enum alert_kind kind, const char *subject, double figure)
{
    const struct alert_rule *rule = alert_rule(kind);
    struct alert_watch *watch = watch_of(engine, kind, subject);
    int64_t now = engine_now(engine);
    if (!watch && figure >= rule->fire) {
        watch = watch_add(engine, kind, subject);
    }
    if (!watch) {
        return;
    }
    enum alert_change change = alert_step(rule, &watch->state, figure, now);
    struct err err = {0};
    if (change == ALERT_FIRES) {
        raise_alert(engine, rule, subject, figure, now);
    } else if (change == ALERT_CLEARS &&
               !store_alert_clear(engine->store, rule->name, subject, now, &err)) {
        record_log(engine, LOG_ERROR, NULL, 0, "alert: %s", err.message);
    }
    if (!watch->state.firing && watch->state.beyond_since == 0) {
        *watch = engine->watches[--engine->watch_count];
    }
}

/* How a limiter is called as the subject of an alert. */
static void subject_of(const struct scope_view *view, char out[SUBJECT_SIZE])
{
    snprintf(out, SUBJECT_SIZE, "%s",
             view->account_id[0] ? view->scope_id : scope_kind_name(view->kind));
}

struct throttled {
    char subject[SUBJECT_SIZE];
    int64_t since;
};

static size_t throttled_now(struct engine *engine, int64_t now, struct throttled *out, size_t cap)
{
    struct scope_view view;
    size_t count = 0;
    pthread_mutex_lock(&engine->lock);
    size_t scopes = governor_scope_count(engine->governor);
    for (size_t i = 0; i < scopes && count < cap; i++) {
        if (governor_scope_view(engine->governor, i, now, &view) && view.throttled_since) {
            subject_of(&view, out[count].subject);
            out[count++].since = view.throttled_since;
        }
    }
    pthread_mutex_unlock(&engine->lock);
    return count;
}

static bool is_among(const struct throttled *rows, size_t count, const char *subject)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(rows[i].subject, subject) == 0) {
            return true;
        }
    }
    return false;
}

/* Those throttled now, and those that were: an alert has to see its end too. */
static void watch_limits(struct engine *engine, int64_t now)
{
    struct throttled rows[THROTTLED_MAX];
    size_t count = throttled_now(engine, now, rows, THROTTLED_MAX);
    for (size_t i = 0; i < count; i++) {
        observe(engine, ALERT_SCOPE_THROTTLED, rows[i].subject,
                alert_figure_throttled(rows[i].since, now));
    }
    for (size_t i = engine->watch_count; i-- > 0;) { /* backwards: what ended is taken out */
        const struct alert_watch *watch = &engine->watches[i];
        if (watch->kind == ALERT_SCOPE_THROTTLED && !is_among(rows, count, watch->subject)) {
            observe(engine, ALERT_SCOPE_THROTTLED, watch->subject, 0);
        }
    }
}

static void watch_errors(struct engine *engine)
{
    struct error_rate_view rate;
    pthread_mutex_lock(&engine->lock);
    governor_error_rate(engine->governor, &rate);
    pthread_mutex_unlock(&engine->lock);
    observe(engine, ALERT_ERROR_RATE, "app", alert_figure_error_rate(rate.pct, rate.limit));
}

/* Meta, or the way there: against the hours before. While answers are slow their usual time is that
 * of before: else slow would become usual. */
static void watch_api(struct engine *engine, int64_t now)
{
    struct call_health recent = {0};
    struct err err = {0};
    const struct alert_watch *slow = watch_of(engine, ALERT_API_SLOW, "api");
    bool ok = read_call_health(engine->reader, now - API_RECENT_MS, now, &recent, &err);
    if (ok && now >= engine->usual_at + API_RECENT_MS && !slow) {
        ok = read_call_health(engine->reader, now - API_BEFORE_MS, now - 2 * API_RECENT_MS,
                              &engine->usual, &err);
        engine->usual_at = now;
    }
    if (!ok) {
        record_log(engine, LOG_ERROR, NULL, 0, "calls: %s", err.message);
        return;
    }
    observe(engine, ALERT_API_FAILING, "api", alert_figure_failing(&recent));
    observe(engine, ALERT_API_SLOW, "api", alert_figure_slow(&recent, &engine->usual));
}

static void watch_budget(struct engine *engine, int64_t now)
{
    struct budget_policy policy;
    struct ledger_sum sum;
    struct err err = {0};
    if (!limits_budget_policy(engine, NULL, &policy, &err)) {
        record_log(engine, LOG_ERROR, NULL, 0, "budget: %s", err.message);
        return;
    }
    struct budget_day day = budget_day(now, policy.day_starts_ms);
    if (!store_ledger_sum(engine->store, day.day, NULL, &sum, &err)) {
        record_log(engine, LOG_ERROR, NULL, 0, "budget: %s", err.message);
        return;
    }
    int64_t elapsed = now - day.starts_ms;
    int64_t recent = elapsed < RECENT_MS ? elapsed : RECENT_MS;
    bool same_day = engine->spent_day == day.day;
    if (!same_day || now - engine->spent_at >= RECENT_MS) {
        engine->spent_before = same_day ? sum.cost : 0;
        engine->spent_at = same_day ? now : day.starts_ms;
        engine->spent_day = day.day;
    }
    int64_t span = now - engine->spent_at > 60000 ? now - engine->spent_at : recent;
    struct budget_projection projection = budget_project(
        policy.daily, sum.cost, sum.cost - engine->spent_before, span, now, day.ends_ms);
    observe(engine, ALERT_BUDGET_ENDING, "daily",
            alert_figure_budget(projection.ends_at_ms, day.ends_ms));
}

/* Zero for what no longer counts: an alert has to see its end. */
static double figure_stale(const struct engine *engine, const struct account *account, int64_t now)
{
    bool counts = account->tier == TIER_HIGH && account->data_as_of && !account->removed_at &&
                  account->paused_until <= now;
    int64_t cadence = tier_cadence_ms(&engine->tiers, account->tier, account->account_status);
    return counts ? alert_figure_stale(account->data_as_of, cadence, now) : 0;
}

static void watch_accounts(struct engine *engine, int64_t now)
{
    for (size_t i = 0; i < engine->account_count; i++) {
        const struct account *account = &engine->accounts[i]->account;
        observe(engine, ALERT_STALE_HIGH, account->account_id, figure_stale(engine, account, now));
    }
    observe(engine, ALERT_TOKEN_INVALID, "token", gate_token(engine).invalid ? 1 : 0);
    observe(engine, ALERT_CRASH_RESTART, "engine",
            engine->crashed_before && now - engine->started_at < RECENT_MS ? 1 : 0);
}

/* Runs tell of drift when they meet it; what none has told of for long enough is over. */
static void watch_drift(struct engine *engine)
{
    for (size_t i = engine->watch_count; i-- > 0;) {
        if (engine->watches[i].kind == ALERT_SCHEMA_DRIFT) {
            observe(engine, ALERT_SCHEMA_DRIFT, engine->watches[i].subject, 0);
        }
    }
}

void alerts_run_ended(struct engine *engine, const char *account_id,
                      const struct sync_findings *findings)
{
    if (findings->compared) {
        observe(engine, ALERT_CHECKSUM, account_id, findings->mismatches);
    }
    for (size_t i = 0; i < findings->drifted_count; i++) {
        observe(engine, ALERT_SCHEMA_DRIFT, findings->drifted[i], 1);
    }
}

bool alerts_restore(struct engine *engine, struct arena *arena, struct err *err)
{
    struct store_alerts open = {0};
    if (!store_alerts_load(engine->store, arena, &open, err)) {
        return false;
    }
    for (size_t i = 0; i < open.count; i++) {
        enum alert_kind kind;
        struct alert_watch *watch = alert_kind_parse(open.rows[i].rule, &kind)
                                        ? watch_add(engine, kind, open.rows[i].scope)
                                        : NULL;
        if (watch) {
            watch->state = (struct alert_state){.firing = true, .fired_at = open.rows[i].since};
        }
    }
    return true;
}

void alerts_watch(struct engine *engine, int64_t now)
{
    watch_limits(engine, now);
    watch_errors(engine);
    watch_api(engine, now);
    watch_budget(engine, now);
    watch_accounts(engine, now);
    watch_drift(engine);
}
