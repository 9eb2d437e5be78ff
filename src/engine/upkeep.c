#include "engine/upkeep.h"

#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "config/config.h"
#include "engine/limits.h"
#include "engine/policy.h"
#include "engine/record.h"
#include "engine/state.h"
#include "govern/alert_rules.h"
#include "store/alerts.h"
#include "store/ledger.h"
#include "store/retention.h"

enum { RECENT_MS = 3600000 };

/* The state of a rule for one subject; found by rule and subject. */
static struct alert_watch *watch_of(struct engine *engine, enum alert_kind kind,
                                    const char *subject)
{
    for (size_t i = 0; i < engine->watch_count; i++) {
        struct alert_watch *watch = &engine->watches[i];
        if (watch->kind == (int)kind && strcmp(watch->subject, subject) == 0) {
            return watch;
        }
    }
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
    snprintf(row.detail, sizeof row.detail, "%s (%.0f %s); %s", rule->text, figure, rule->unit,
             rule->action);
    if (!store_alert_open(engine->store, &row, NULL, &err)) {
        record_log(engine, LOG_ERROR, NULL, 0, "alert: %s", err.message);
    }
    record_log(engine, LOG_WARN, strncmp(subject, "act_", 4) == 0 ? subject : NULL, 0,
               "alert %s %s: %s", rule->name, subject, row.detail);
}

static void observe(struct engine *engine, enum alert_kind kind, const char *subject, double figure)
{
    struct alert_watch *watch = watch_of(engine, kind, subject);
    const struct alert_rule *rule = alert_rule(kind);
    int64_t now = engine_now(engine);
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
}

static void watch_limits(struct engine *engine, int64_t now)
{
    struct error_rate_view rate;
    struct scope_view views[64];
    size_t count = 0;
    pthread_mutex_lock(&engine->lock);
    governor_error_rate(engine->governor, &rate);
    size_t scopes = governor_scope_count(engine->governor);
    for (size_t i = 0; i < scopes && count < sizeof views / sizeof *views; i++) {
        count += governor_scope_view(engine->governor, i, now, &views[count]) &&
                 (views[count].blocked_until > now ||
                  engine->watch_count > 0); /* known ones are followed to their end */
    }
    pthread_mutex_unlock(&engine->lock);
    for (size_t i = 0; i < count; i++) {
        bool blocked = views[i].blocked_until > now;
        struct alert_watch *watch =
            blocked ? watch_of(engine, ALERT_SCOPE_THROTTLED, views[i].scope_id) : NULL;
        if (watch && !watch->since) {
            watch->since = now;
        }
        for (size_t k = 0; !blocked && k < engine->watch_count; k++) {
            bool same = engine->watches[k].kind == ALERT_SCOPE_THROTTLED &&
                        strcmp(engine->watches[k].subject, views[i].scope_id) == 0;
            engine->watches[k].since = same ? 0 : engine->watches[k].since;
            watch = same ? &engine->watches[k] : watch;
        }
        if (watch) {
            observe(engine, ALERT_SCOPE_THROTTLED, views[i].scope_id,
                    alert_figure_throttled(watch->since, now));
        }
    }
    observe(engine, ALERT_ERROR_RATE, "app", alert_figure_error_rate(rate.pct, rate.limit));
}

static void watch_budget(struct engine *engine, int64_t now)
{
    struct budget_policy policy;
    struct ledger_sum sum;
    struct err err = {0};
    policy_budget(engine->config, NULL, 0, NULL, &policy);
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

static void watch_accounts(struct engine *engine, int64_t now)
{
    for (size_t i = 0; i < engine->account_count; i++) {
        const struct account *account = &engine->accounts[i]->account;
        if (account->tier == TIER_HIGH && account->data_as_of && !account->removed_at &&
            account->paused_until <= now) {
            int64_t cadence =
                tier_cadence_ms(&engine->tiers, account->tier, account->account_status);
            observe(engine, ALERT_STALE_HIGH, account->account_id,
                    alert_figure_stale(account->data_as_of, cadence, now));
        }
    }
    observe(engine, ALERT_TOKEN_INVALID, "token", engine->token_invalid ? 1 : 0);
    observe(engine, ALERT_CRASH_RESTART, "engine",
            engine->crashed_before && now - engine->started_at < RECENT_MS ? 1 : 0);
}

static void retain(struct engine *engine, int64_t now)
{
    const struct config *config = engine->config;
    struct store_retention retention = {.raw_ms = config->keep_api_calls_ms,
                                        .log_ms = config->keep_log_ms,
                                        .history_ms = config->keep_holds_ms};
    struct err err = {0};
    bool more = true;
    /* Bounded steps: at most a few a minute, so that nobody waits for the writer. */
    for (int i = 0; i < 4 && more; i++) {
        if (!store_retain(engine->store, &retention, now, &more, &err)) {
            record_log(engine, LOG_ERROR, NULL, 0, "retention: %s", err.message);
            return;
        }
    }
}

void upkeep(struct engine *engine)
{
    int64_t now = engine_now(engine);
    struct err err = {0};
    watch_limits(engine, now);
    watch_budget(engine, now);
    watch_accounts(engine, now);
    retain(engine, now);
    if (!limits_reconfigure(engine, &err)) { /* overrides that have ended since */
        record_log(engine, LOG_ERROR, NULL, 0, "settings: %s", err.message);
    }
}
