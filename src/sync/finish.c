#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "config/config.h"
#include "govern/fx.h"
#include "govern/tier_rule.h"
#include "store/accounts.h"
#include "store/checks.h"
#include "store/daily.h"
#include "store/drift.h"
#include "store/entities.h"
#include "store/runs.h"
#include "store/usage.h"
#include "sync/parts.h"
#include "json/write.h"

enum { SPEND_DAYS = 7 };

static const struct chain *listing_of(const struct sync_run *run, enum entity_kind kind)
{
    for (size_t i = 0; i < run->chain_count; i++) {
        if (run->chains[i].ops == &listing_ops[kind]) {
            return &run->chains[i];
        }
    }
    return NULL;
}

static bool complete(const struct sync_run *run, enum listing_how how)
{
    for (int kind = 0; kind < ENTITY_KIND_COUNT; kind++) {
        const struct chain *chain = listing_of(run, (enum entity_kind)kind);
        if (!chain || chain->state != CHAIN_DONE ||
            (how != LISTING_NONE && chain->as.listing.plan.how != how)) {
            return false;
        }
    }
    return true;
}

/* Every kind was listed whole, if some by ids and statuses alone: kinds that fit a page are listed
 * in full by a sweep too. */
static bool saw_everything(const struct sync_run *run)
{
    for (int kind = 0; kind < ENTITY_KIND_COUNT; kind++) {
        const struct chain *chain = listing_of(run, (enum entity_kind)kind);
        enum listing_how how = run->plan.listing[kind].how;
        if (!chain || chain->state != CHAIN_DONE ||
            (how != LISTING_FULL && how != LISTING_SWEEP && !chain->as.listing.seen_all)) {
            return false;
        }
    }
    return true;
}

/* A row of integrity_checks; `found` of them, and what became of them. */
static bool note_found(struct sync_run *run, const char *field, int64_t found, const char *detail,
                       struct err *err)
{
    struct check_row row = {.at = run_now(run),
                            .run_id = run->run.run_id,
                            .kind = "orphans",
                            .actual = found,
                            .result = found ? CHECK_OPEN_DIFFERS : CHECK_OK};
    memcpy(row.account_id, run->plan.account_id, sizeof row.account_id);
    snprintf(row.field, sizeof row.field, "%s", field);
    if (found) {
        snprintf(row.detail, sizeof row.detail, "%s", detail);
        log_write(LOG_INFO, "sync", "%s: %s", run->plan.account_id, row.detail);
    }
    return store_check_append(run->deps.store, &row, err);
}

/* Ads only insights know, after a listing of everything or reading by id did not bring them:
 * deleted. */
static bool settle(struct sync_run *run, struct err *err)
{
    const struct nodes_part *nodes = &run->nodes->as.nodes;
    size_t tombstones = 0;
    char detail[160];
    if (run->nodes->state != CHAIN_DONE || !nodes->strays_done) {
        return true;
    }
    if (!store_entities_settle(run->deps.store, run->plan.account_id, run_now(run), &tombstones,
                               err)) {
        return false;
    }
    int64_t found = nodes->strays > (int64_t)tombstones ? nodes->strays : (int64_t)tombstones;
    snprintf(detail, sizeof detail,
             "%" PRId64 " ads were known from insights alone, %" PRId64
             " of them read by id, %zu are gone: tombstones",
             found, nodes->strays, tombstones);
    return found == 0 || note_found(run, "insights", found, detail, err);
}

/* What the search for parents that are missing found, and what became of it. */
static bool note_orphans(struct sync_run *run, struct err *err)
{
    const struct nodes_part *nodes = &run->nodes->as.nodes;
    char detail[160];
    snprintf(detail, sizeof detail,
             "%" PRId64 " parents were missing and read by id, %" PRId64
             " of them are gone or hidden",
             nodes->orphans, nodes->left_missing);
    return !nodes->parents_done || note_found(run, "parents", nodes->orphans, detail, err);
}

static enum insight_level lowest_level(const struct sync_run *run)
{
    enum insight_level level = LEVEL_ACCOUNT;
    for (size_t i = 0; i < run->plan.insights_count; i++) {
        level = run->plan.insights[i].level > level ? run->plan.insights[i].level : level;
    }
    return level;
}

static bool rank_account(struct sync_run *run, const struct account *account, struct err *err)
{
    const struct sync_deps *deps = &run->deps;
    int64_t spend = 0;
    /* The 7 complete days before today. */
    if (!store_daily_spend(deps->store, run->plan.account_id, run->plan.last_day - SPEND_DAYS,
                           run->plan.last_day - 1, &spend, err)) {
        return false;
    }
    int64_t base = spend;
    if (deps->fx) {
        struct fx_amount amount = fx_convert(deps->fx, account->currency, spend,
                                             deps->config->base_currency, run->plan.last_day);
        base = amount.micros;
        if (amount.missing && strcmp(account->currency, deps->config->base_currency) != 0) {
            log_write(LOG_WARN, "sync", "%s: no rate for %s, counted 1:1", run->plan.account_id,
                      account->currency);
        }
    }
    if (!store_account_set_spend(deps->store, run->plan.account_id, spend, base, err)) {
        return false;
    }
    if (!deps->tiers) {
        return true;
    }
    struct tier_decision decision;
    struct tier_input input = {.known = account->last_synced_at != 0,
                               .present = account->tier,
                               .pinned = account->tier_pinned,
                               .spend_7d_base = base};
    tier_decide(deps->tiers, &input, &decision);
    if (!decision.changed && input.known) {
        return true;
    }
    if (input.known) {
        log_write(LOG_INFO, "sync", "%s: tier %s -> %s: %s", run->plan.account_id,
                  tier_name(account->tier), tier_name(decision.tier), decision.detail);
    }
    return store_account_set_tier(deps->store, run->plan.account_id, decision.tier,
                                  account->tier_pinned, run_now(run), err) &&
           store_account_explain(deps->store, run->plan.account_id, "tier", decision.detail, err);
}

static bool roll_up(struct sync_run *run, struct err *err)
{
    struct account account = {0};
    enum insight_level level = lowest_level(run);
    if (run->plan.insights_count == 0 || level == LEVEL_ACCOUNT || run->plan.breakdowns[0]) {
        return true;
    }
    struct arena *arena = run->page;
    return store_daily_rollup(run->deps.store, run->plan.account_id, level, run->plan.first_day,
                              run->plan.last_day, NULL, err) &&
           store_account_get(run->deps.store, arena, run->plan.account_id, &account, err) &&
           rank_account(run, &account, err);
}

static bool set_synced(struct sync_run *run, struct err *err)
{
    struct store_synced synced = {.last_synced_at = run->run.started_at};
    synced.last_full_at = complete(run, LISTING_FULL) ? run->run.started_at : 0;
    synced.last_sweep_at = saw_everything(run) ? run->run.started_at : 0;
    synced.data_as_of = complete(run, LISTING_NONE) ? run->data_as_of : 0;
    return store_account_set_synced(run->deps.store, run->plan.account_id, &synced, err);
}

static void write_drift(struct sync_run *run)
{
    for (size_t i = 0; i < run->drift.count; i++) {
        const struct drift_line *line = &run->drift.lines[i];
        struct drift_row row = {.at = run_now(run), .kind = line->kind, .count = line->count};
        struct err err = {0};
        memcpy(row.account_id, run->plan.account_id, sizeof row.account_id);
        snprintf(row.edge, sizeof row.edge, "%s", edge_name(line->edge));
        snprintf(row.field, sizeof row.field, "%s", line->field);
        snprintf(row.sample, sizeof row.sample, "%s", line->sample);
        if (!store_drift_add(run->deps.store, &row, &err)) {
            log_write(LOG_WARN, "sync", "%s: %s", run->plan.account_id, err.message);
            return;
        }
    }
}

/* The last percentages of this account and of the app, as JSON. */
static void snapshot_usage(struct sync_run *run)
{
    struct store_readings readings = {0};
    struct err err = {0};
    struct str out;
    struct jw w;
    if (!store_usage_load(run->deps.store, run->page, &readings, &err)) {
        return;
    }
    str_init(&out, sizeof run->run.usage_snapshot - 1);
    jw_init(&w, &out);
    jw_object_begin(&w);
    for (size_t i = 0; i < readings.count; i++) {
        const struct usage_reading *r = &readings.rows[i];
        char key[48];
        if (strcmp(r->scope_id, "app") != 0 && strcmp(r->scope_id, run->plan.account_id) != 0) {
            continue;
        }
        snprintf(key, sizeof key, "%s%s%s", usage_source_name(r->source), r->use_case ? "." : "",
                 r->use_case ? use_case_name(r->use_case) : "");
        jw_put_double(&w, key, r->pct);
    }
    jw_object_end(&w);
    snprintf(run->run.usage_snapshot, sizeof run->run.usage_snapshot, "%s",
             jw_ok(&w) ? str_text(&out) : "");
    str_fini(&out);
}

static bool anything_came(const struct sync_run *run)
{
    const struct run *r = &run->run;
    return r->campaigns_fetched + r->adsets_fetched + r->ads_fetched + r->insight_rows > 0;
}

static enum run_status judge(const struct sync_run *run)
{
    bool failed = run->fatal;
    for (size_t i = 0; i < run->chain_count; i++) {
        failed = failed || run->chains[i].state == CHAIN_FAILED;
    }
    if (run->fatal || (failed && !anything_came(run))) {
        return RUN_FAILED;
    }
    return failed || run->mismatches > 0 ? RUN_PARTIAL : RUN_SUCCESS;
}

static void word(struct sync_run *run)
{
    struct run *r = &run->run;
    const struct api_error *error = &run->error;
    if (r->status == RUN_SUCCESS) {
        return;
    }
    if (error->error_class == ERROR_NONE) {
        snprintf(r->error_message, sizeof r->error_message, "%s", run->mismatch);
        return;
    }
    r->error_code = error->code;
    r->error_subcode = error->subcode;
    snprintf(r->fbtrace_id, sizeof r->fbtrace_id, "%s", error->fbtrace_id);
    snprintf(r->error_message, sizeof r->error_message, "%s", error->message);
}

/* Everything but the run's own row: it says how this went. */
static bool conclude(struct sync_run *run, struct err *err)
{
    if (!store_begin(run->deps.store, err)) {
        return false;
    }
    return store_end(run->deps.store,
                     settle(run, err) && note_orphans(run, err) && roll_up(run, err) &&
                         set_synced(run, err),
                     err);
}

static void close_row(struct sync_run *run, int64_t began)
{
    struct err err = {0};
    struct run *r = &run->run;
    write_drift(run);
    snapshot_usage(run);
    arena_reset(run->page);
    word(run);
    r->finished_at = run_now(run);
    r->db_ms = (run->db_us + clock_mono_us() - began) / 1000;
    r->duration_ms = (clock_mono_us() - run->began_us) / 1000;
    if (!store_run_finish(run->deps.store, r, &err)) {
        log_write(LOG_ERROR, "sync", "%s: %s", run->plan.account_id, err.message);
    }
}

/* One commit as a rule. When what concludes the run cannot be kept, its row still is. */
void run_finish(struct sync_run *run)
{
    struct err err = {0};
    struct run before = run->run;
    int64_t began = clock_mono_us();
    run->run.status = judge(run);
    if (run->run.status != RUN_FAILED && store_begin(run->deps.store, &err)) {
        bool ok = conclude(run, &err);
        if (ok) {
            close_row(run, began);
        }
        if (store_end(run->deps.store, ok, &err)) {
            return;
        }
    }
    if (run->run.status != RUN_FAILED) {
        run->run = before;
        run_fail_local(run, &err);
        run->run.status = RUN_FAILED;
    }
    close_row(run, began);
}
