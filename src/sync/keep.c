#include "sync/keep.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/date.h"
#include "base/log.h"
#include "config/config.h"
#include "store/calls.h"
#include "store/ledger.h"
#include "store/runs.h"
#include "store/store.h"
#include "store/usage.h"

enum { HOUR_MS = 3600 * 1000, DAY_MS = 24 * HOUR_MS };

/* ---- one answer --------------------------------------------------------------------------------
 */

static void ledger_entry(const struct sync_run *run, const struct chain *chain,
                         const struct graph_result *result, struct ledger_entry *out)
{
    memset(out, 0, sizeof *out);
    int64_t at = result->record.at - run->deps.config->budget_day_starts_ms;
    out->day = (int32_t)(at / DAY_MS);
    out->hour = (int)(at % DAY_MS / HOUR_MS);
    memcpy(out->account_id, run->plan.account_id, sizeof out->account_id);
    out->call_class = result->record.call_class;
    out->calls = chain->call.items;
    out->cost = chain->call.cost;
    out->by_operator = run->plan.trigger == TRIGGER_OPERATOR;
}

static bool put_answer(const struct sync_run *run, const struct chain *chain,
                       const struct graph_result *result, struct err *err)
{
    struct call_record record = result->record;
    struct ledger_entry entry;
    record.cost = chain->call.cost;
    record.run_id = run->run.run_id;
    ledger_entry(run, chain, result, &entry);
    return store_call_append(run->deps.store, &record, result->ok ? NULL : result->error.message,
                             err) &&
           store_usage_append(run->deps.store, result->usage.readings, result->usage.count, err) &&
           store_ledger_add(run->deps.store, &entry, err);
}

bool keep_begin(struct sync_run *run, const struct chain *chain, const struct graph_result *result,
                struct err *err)
{
    run->keep_us = clock_mono_us();
    if (!store_begin(run->deps.store, err)) {
        return false;
    }
    if (!put_answer(run, chain, result, err)) {
        store_rollback(run->deps.store);
        return false;
    }
    return true;
}

static void note_progress(struct sync_run *run)
{
    struct run *r = &run->run;
    snprintf(r->progress, sizeof r->progress,
             "campaigns %" PRId64 ", ad sets %" PRId64 ", ads %" PRId64 ", insights %" PRId64,
             r->campaigns_fetched, r->adsets_fetched, r->ads_fetched, r->insight_rows);
    r->done_pct = checksum_done_pct(run);
    r->duration_ms = (clock_mono_us() - run->began_us) / 1000;
    r->db_ms = run->db_us / 1000;
    r->entity_fetch_ms = (run->entity_last_us - run->entity_first_us) / 1000;
    r->insight_fetch_ms = (run->insight_last_us - run->insight_first_us) / 1000;
}

bool keep_end(struct sync_run *run, bool ok, struct err *err)
{
    note_progress(run);
    ok = ok && store_run_update(run->deps.store, &run->run, err);
    ok = store_end(run->deps.store, ok, err);
    run->db_us += clock_mono_us() - run->keep_us;
    return ok;
}

void keep_answer(struct chain *chain, const struct graph_result *result)
{
    struct err err = {0};
    if (!keep_begin(chain->run, chain, result, &err) || !keep_end(chain->run, true, &err)) {
        chain_fail_local(chain, &err);
    }
}

/* ---- cursors ------------------------------------------------------------------------------------
 */

bool keep_cursor_load(const struct chain *chain, struct store_cursor *out, struct err *err)
{
    struct err none = {0};
    if (store_cursor_get(chain->run->deps.store, chain->run->plan.account_id, chain->cursor_name,
                         out, &none)) {
        return true;
    }
    memset(out, 0, sizeof *out);
    memcpy(out->account_id, chain->run->plan.account_id, sizeof out->account_id);
    snprintf(out->step, sizeof out->step, "%s", chain->cursor_name);
    return none.code == ERR_NONE || err_set(err, none.code, "%s", none.message);
}

bool keep_cursor_save(struct chain *chain, struct store_cursor *cursor, struct err *err)
{
    char after[PAGER_CURSOR_SIZE];
    /* A cursor too long to keep only costs the resume. */
    if (!pager_save(&chain->pager, after) || strlen(after) >= sizeof cursor->after) {
        after[0] = '\0';
    }
    snprintf(cursor->after, sizeof cursor->after, "%.*s", (int)sizeof cursor->after - 1, after);
    cursor->rows = chain->pager.rows;
    cursor->page_size = chain->pager.limit;
    cursor->run_id = chain->run->run.run_id;
    cursor->updated_at = run_now(chain->run);
    return store_cursor_put(chain->run->deps.store, cursor, err);
}

/* ---- quarantined fields -------------------------------------------------------------------------
 */

static void dropped_step(enum edge edge, char out[64])
{
    snprintf(out, 64, "fields:%s", edge_name(edge));
}

/* Insight fields left out by configuration count as dropped; required ones cannot be. */
static uint64_t dropped_by_config(const struct sync_run *run, enum edge edge)
{
    uint64_t dropped = 0;
    const char *wanted = run->deps.config->insight_fields;
    size_t count;
    if (edge != EDGE_INSIGHTS || wanted[0] == '\0') {
        return 0;
    }
    const struct field *fields = fields_of(edge, &count);
    for (size_t i = 0; i < count; i++) {
        const char *hit = wanted;
        size_t n = strlen(fields[i].name);
        while ((hit = strstr(hit, fields[i].name)) != NULL) {
            bool starts = hit == wanted || hit[-1] == ',' || hit[-1] == ' ';
            if (starts && (hit[n] == '\0' || hit[n] == ',' || hit[n] == ' ')) {
                break;
            }
            hit += n;
        }
        bool a_metric = (fields[i].flags & FIELD_IMPLIED) == 0 && fields[i].levels == 0;
        if (hit == NULL && a_metric) {
            fields_drop(edge, fields[i].name, &dropped);
        }
    }
    return dropped;
}

uint64_t keep_dropped_load(const struct sync_run *run, enum edge edge)
{
    struct store_cursor cursor;
    struct err err = {0};
    char step[64];
    dropped_step(edge, step);
    uint64_t dropped = dropped_by_config(run, edge);
    if (store_cursor_get(run->deps.store, run->plan.account_id, step, &cursor, &err) &&
        run_now(run) - cursor.updated_at < DAY_MS) {
        dropped |= fields_dropped_parse(edge, cursor.state);
    }
    return dropped;
}

void keep_dropped_save(const struct sync_run *run, enum edge edge, uint64_t dropped)
{
    struct store_cursor cursor = {0};
    struct err err = {0};
    struct str names;
    char step[64];
    dropped_step(edge, step);
    memcpy(cursor.account_id, run->plan.account_id, sizeof cursor.account_id);
    memcpy(cursor.step, step, sizeof cursor.step);
    cursor.updated_at = run_now(run);
    cursor.run_id = run->run.run_id;
    str_init(&names, sizeof cursor.state - 1);
    fields_dropped_text(edge, dropped & ~dropped_by_config(run, edge), &names);
    snprintf(cursor.state, sizeof cursor.state, "%s", str_text(&names));
    str_fini(&names);
    if (!store_cursor_put(run->deps.store, &cursor, &err)) {
        log_write(LOG_WARN, "sync", "%s: %s", run->plan.account_id, err.message);
    }
}

/* ---- what was too much -------------------------------------------------------------------------
 */

/* Rows with breakdowns are another matter. */
static void fit_step_name(const struct chain *chain, char out[64])
{
    const struct insights_part *part = &chain->as.insights;
    const char *breakdowns = part->level == LEVEL_ACCOUNT ? "" : chain->run->plan.breakdowns;
    snprintf(out, 64, "fit:%s%s%.40s", insight_level_name(part->level), breakdowns[0] ? ":" : "",
             breakdowns);
}

void keep_fit_load(struct chain *chain)
{
    struct store_cursor cursor;
    struct err err = {0};
    char step[64];
    fit_step_name(chain, step);
    memset(&chain->as.insights.fit, 0, sizeof chain->as.insights.fit);
    if (store_cursor_get(chain->run->deps.store, chain->run->plan.account_id, step, &cursor,
                         &err)) {
        fit_parse(cursor.state, &chain->as.insights.fit);
    }
}

void keep_fit_save(struct chain *chain)
{
    struct store_cursor cursor = {.run_id = chain->run->run.run_id,
                                  .updated_at = run_now(chain->run)};
    struct err err = {0};
    char text[FIT_TEXT_SIZE];
    memcpy(cursor.account_id, chain->run->plan.account_id, sizeof cursor.account_id);
    fit_step_name(chain, cursor.step);
    fit_text(&chain->as.insights.fit, text);
    snprintf(cursor.state, sizeof cursor.state, "%s", text);
    if (!store_cursor_put(chain->run->deps.store, &cursor, &err)) {
        log_write(LOG_WARN, "sync", "%s: %s", chain->run->plan.account_id, err.message);
    }
}

void keep_split(struct sync_run *run, struct run_split *split)
{
    struct err err = {0};
    split->at = run_now(run);
    split->run_id = run->run.run_id;
    memcpy(split->account_id, run->plan.account_id, sizeof split->account_id);
    log_write(LOG_INFO, "sync", "%s: %s insights of %s, %s to %s, become %s: %s", split->account_id,
              split->level, split->node, date_text(split->first_day).text,
              date_text(split->last_day).text, split->became, split->why);
    if (run->splits++ < SPLITS_KEPT && !store_split_append(run->deps.store, split, &err)) {
        log_write(LOG_WARN, "sync", "%s: %s", split->account_id, err.message);
    }
}
