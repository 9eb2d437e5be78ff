#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/date.h"
#include "base/log.h"
#include "config/config.h"
#include "store/entities.h"
#include "store/insights.h"
#include "sync/keep.h"
#include "sync/parts.h"
#include "json/json.h"

struct span *insights_top(struct insights_part *part)
{
    return part->span_count ? &part->spans[part->span_count - 1] : NULL;
}

bool insights_push(struct chain *chain, const struct span *span)
{
    struct insights_part *part = &chain->as.insights;
    if (part->span_count == SPANS_MAX) {
        return false;
    }
    part->spans[part->span_count++] = *span;
    part->paging = false;
    part->reporting = false;
    if (chain->state == CHAIN_DONE) {
        chain->state = CHAIN_READY;
    }
    return true;
}

static const char *breakdowns_of(const struct chain *chain)
{
    return chain->as.insights.level == LEVEL_ACCOUNT ? "" : chain->run->plan.breakdowns;
}

static struct store_listing store_listing_of(const struct chain *chain, const struct span *span)
{
    return (struct store_listing){.account_id = chain->run->plan.account_id,
                                  .level = chain->as.insights.level,
                                  .breakdowns = breakdowns_of(chain),
                                  .day_from = span->first,
                                  .day_to = span->last,
                                  .started_at = span->began_ms,
                                  .run_id = chain->run->run.run_id};
}

/* A reading broken off less than an hour ago goes on from its cursor. */
static void resume(struct chain *chain, struct span *span)
{
    enum { RESUME_MS = 3600 * 1000 };
    struct store_cursor cursor;
    struct err err = {0};
    int64_t first = 0, last = 0, impressions = 0;
    if (!keep_cursor_load(chain, &cursor, &err) || cursor.after[0] == '\0' ||
        run_now(chain->run) - cursor.updated_at > RESUME_MS) {
        return;
    }
    struct json_doc *state = json_parse(cursor.state, strlen(cursor.state), NULL, NULL);
    json_i64(json_get(json_root(state), "first"), &first);
    json_i64(json_get(json_root(state), "last"), &last);
    json_i64(json_get(json_root(state), "impressions"), &impressions);
    json_free(state);
    if (first == span->first && last == span->last && pager_load(&chain->pager, cursor.after)) {
        span->began_ms = cursor.generation;
        chain->as.insights.impressions = impressions;
    }
}

static bool ask_span(struct chain *chain, const struct span *span, struct err *err)
{
    const struct config *config = chain->run->deps.config;
    struct ask_insights in = {.node = span->node,
                              .level = chain->as.insights.level,
                              .first_day = span->first,
                              .last_day = span->last,
                              .breakdowns = breakdowns_of(chain),
                              .dropped = chain->dropped};
    if (in.level != LEVEL_ACCOUNT) {
        in.action_breakdowns = config->action_breakdowns;
        in.attribution = config->attribution_windows;
    }
    return ask_insights(&chain->ask, &in, err);
}

static bool open_pager(struct chain *chain, struct span *span, const char *path, struct err *err)
{
    bool report = path != chain->ask.path;
    struct pager_spec spec = {
        .call_class = report                                      ? CALL_REPORT
                      : chain->as.insights.level == LEVEL_ACCOUNT ? CALL_INSIGHTS_TOTAL
                                                                  : CALL_INSIGHTS,
        .account_id = chain->run->plan.account_id,
        .path = path,
        .params = report ? NULL : chain->ask.params,
        .param_count = report ? 0 : chain->ask.count,
        .run_id = chain->run->run.run_id,
        .limit_max = report ? chain->as.insights.plan.limit : chain->as.insights.limit,
        .limit_start = report ? chain->as.insights.fit.light : chain->as.insights.start,
    };
    if (!pager_init(&chain->pager, &spec, err)) {
        return false;
    }
    if (!report) {
        resume(chain, span);
    }
    chain->as.insights.paging = true;
    return true;
}

bool insights_create(struct chain *chain, const struct plan_insights *plan, struct err *err)
{
    struct insights_part *part = &chain->as.insights;
    struct sync_run *run = chain->run;
    struct span span = {.first = run->plan.first_day,
                        .last = run->plan.last_day,
                        .node_level = LEVEL_ACCOUNT,
                        .report = plan->report};
    part->level = plan->level;
    part->plan = *plan;
    chain->edge = plan->level == LEVEL_ACCOUNT ? EDGE_TOTALS : EDGE_INSIGHTS;
    chain->dropped = keep_dropped_load(run, chain->edge);
    snprintf(span.node, sizeof span.node, "%s", run->plan.account_id);
    snprintf(chain->cursor_name, sizeof chain->cursor_name, "insights:%s",
             insight_level_name(plan->level));
    keep_fit_load(chain);
    if (!insights_push(chain, &span)) {
        return err_set(err, ERR_LIMIT, "insights are divided too deep");
    }
    divide_planned(chain);
    return true;
}

/* ---- requests
 * ------------------------------------------------------------------------------------ */

static bool open_report(struct chain *chain, struct err *err)
{
    struct insights_part *part = &chain->as.insights;
    struct graph_request request = {.call_class = CALL_REPORT,
                                    .account_id = chain->run->plan.account_id,
                                    .path = chain->ask.path,
                                    .params = chain->ask.params,
                                    .param_count = chain->ask.count,
                                    .run_id = chain->run->run.run_id};
    (void)err;
    report_init(&part->report, &request, run_now(chain->run));
    part->reporting = true;
    return true;
}

/* Its days are complete: what they did not bring is no longer there. */
static bool finish_days(struct chain *chain, const struct span *span, struct err *err)
{
    struct insights_part *part = &chain->as.insights;
    struct store_listing listing = store_listing_of(chain, span);
    return span->part ||
           store_insights_finish(chain->run->deps.store, &listing,
                                 part->server_ms ? part->server_ms : span->began_ms, NULL, err);
}

static void pop(struct chain *chain)
{
    struct insights_part *part = &chain->as.insights;
    part->span_count--;
    part->paging = false;
    part->reporting = false;
    chain->state = part->span_count ? CHAIN_READY : CHAIN_DONE;
}

static bool node_kind_over(const struct sync_run *run, enum entity_kind kind)
{
    for (size_t i = 0; i < run->chain_count; i++) {
        if (run->chains[i].ops == &listing_ops[kind]) {
            return chain_over(&run->chains[i]);
        }
    }
    return true;
}

/* The next node of an `each` span becomes a span of its own; none left = its days are complete.
 * true = go on with the top of the stack. */
static bool next_node(struct chain *chain, struct span *each, struct err *err)
{
    struct sync_run *run = chain->run;
    enum entity_kind kind = each->node_level == LEVEL_CAMPAIGN ? ENTITY_CAMPAIGN : ENTITY_ADSET;
    struct store_walk walk = {.kind = kind, .parent = each->parent, .after = each->node};
    if (!node_kind_over(run, kind)) {
        return false; /* its listing is still on its way */
    }
    if (!store_entity_next(run->deps.store, run->plan.account_id, &walk, each->node, err)) {
        return false;
    }
    if (each->node[0] != '\0') {
        struct span span = *each;
        span.each = false;
        span.part = true;
        return insights_push(chain, &span) ||
               err_set(err, ERR_LIMIT, "insights are divided too deep");
    }
    if (!finish_days(chain, each, err)) {
        return false;
    }
    pop(chain);
    return true;
}

static bool open_span(struct chain *chain, struct span *span, struct err *err)
{
    if (span->began_ms == 0) {
        span->began_ms = run_now(chain->run);
    }
    if (!ask_span(chain, span, err)) {
        return false;
    }
    return span->report ? open_report(chain, err) : open_pager(chain, span, chain->ask.path, err);
}

/* Until the top span is one that may be asked for. false = none is, now or at all. */
static bool settle_top(struct chain *chain, struct err *err)
{
    struct insights_part *part = &chain->as.insights;
    while (insights_top(part) && !part->paging && !part->reporting) {
        struct span *span = insights_top(part);
        if (span->each) {
            if (!next_node(chain, span, err)) {
                return false;
            }
        } else if (divide_fit(chain)) {
            return open_span(chain, span, err);
        }
    }
    return insights_top(part) != NULL;
}

static bool insights_prepare(struct chain *chain, struct graph_request *out)
{
    struct insights_part *part = &chain->as.insights;
    struct err err = {0};
    if (!settle_top(chain, &err)) {
        if (err.code != ERR_NONE) {
            chain_fail_local(chain, &err);
        } else if (!insights_top(part)) {
            chain->state = CHAIN_DONE;
        }
        return false;
    }
    if (part->paging) {
        pager_request(&chain->pager, out);
    } else {
        report_request(&part->report, out);
    }
    return true;
}

/* ---- a page
 * -------------------------------------------------------------------------------------- */

/* "age,gender" as a NULL-terminated list, in the page's memory. */
static const char *const *list_of(struct arena *arena, const char *text)
{
    const char **list = arena_alloc(arena, (LISTS_MAX + 1) * sizeof *list);
    size_t count = 0;
    for (const char *at = text; list && at && *at && count < LISTS_MAX;) {
        size_t n = strcspn(at, ",");
        list[count++] = arena_copy(arena, at, n);
        at += n + (at[n] == ',');
    }
    return count ? list : NULL;
}

struct rows_page {
    struct insight *rows;
    size_t count;
};

static bool decode_page(struct chain *chain, const struct graph_result *result,
                        struct rows_page *out, struct err *err)
{
    struct sync_run *run = chain->run;
    struct decoder decoder = {
        .edge = chain->edge,
        .level = chain->as.insights.level,
        .account_id = run->plan.account_id,
        .breakdowns = list_of(run->page, breakdowns_of(chain)),
        .action_breakdowns = list_of(run->page, run->deps.config->action_breakdowns),
        .dropped = chain->dropped,
        .arena = run->page,
        .drift = drift_add,
        .ctx = &run->drift,
    };
    out->count = 0;
    out->rows = arena_alloc(run->page, (json_size(result->data) + 1) * sizeof *out->rows);
    if (!out->rows) {
        return err_set(err, ERR_MEMORY, "no memory for a page of %zu rows",
                       json_size(result->data));
    }
    for (const struct json *row = json_first(result->data); row; row = json_next(row)) {
        out->count += decode_insight(&decoder, row, &out->rows[out->count]);
    }
    return true;
}

static bool put_cursor(struct chain *chain, const struct span *span, struct err *err)
{
    struct store_cursor cursor;
    if (!keep_cursor_load(chain, &cursor, err)) {
        return false;
    }
    cursor.generation = span->began_ms;
    snprintf(cursor.state, sizeof cursor.state,
             "{\"first\":%d,\"last\":%d,\"impressions\":%" PRId64 "}", span->first, span->last,
             chain->as.insights.impressions);
    return keep_cursor_save(chain, &cursor, err);
}

static bool keep_page(struct chain *chain, const struct graph_result *result,
                      const struct rows_page *page, bool last, struct err *err)
{
    struct sync_run *run = chain->run;
    struct insights_part *part = &chain->as.insights;
    const struct span *span = insights_top(part);
    struct store_listing listing = store_listing_of(chain, span);
    int64_t now = run_now(run);
    int64_t fetched_at = now < span->began_ms ? span->began_ms : now;
    if (!keep_begin(run, chain, result, err)) {
        return false;
    }
    bool ok =
        store_insights_put(run->deps.store, &listing, page->rows, page->count, fetched_at, err);
    if (ok && part->level != LEVEL_ACCOUNT) {
        run->run.insight_rows += (int64_t)page->count;
    }
    part->rows += (int64_t)page->count;
    for (size_t i = 0; i < page->count; i++) {
        part->impressions += page->rows[i].impressions;
    }
    if (ok && last && !chain->pager.ended_early) {
        ok = finish_days(chain, span, err);
    }
    ok = ok && put_cursor(chain, span, err);
    return keep_end(run, ok, err);
}

static void take_page(struct chain *chain, const struct graph_result *result, bool last)
{
    struct sync_run *run = chain->run;
    struct insights_part *part = &chain->as.insights;
    struct rows_page page;
    struct err err = {0};
    if (part->server_ms == 0) {
        part->server_ms = result->server_ms ? result->server_ms : result->sent_at;
    }
    bool ok =
        decode_page(chain, result, &page, &err) && keep_page(chain, result, &page, last, &err);
    arena_reset(run->page);
    if (!ok) {
        chain_fail_local(chain, &err);
        return;
    }
    divide_weigh(chain, result, (int)page.count);
    divide_learn(chain, last && !chain->pager.ended_early);
    if (last) {
        pop(chain);
    }
}

/* ---- what is no page
 * ----------------------------------------------------------------------------- */

bool insights_read_report(struct chain *chain, struct err *err)
{
    struct insights_part *part = &chain->as.insights;
    part->reporting = false;
    return open_pager(chain, insights_top(part), report_path(&part->report), err);
}

static void answer_report(struct chain *chain, const struct graph_result *result)
{
    struct insights_part *part = &chain->as.insights;
    struct sync_run *run = chain->run;
    struct err err = {0};
    keep_answer(chain, result);
    enum report_state state =
        report_result(&part->report, result, run_now(run), rand_unit(run->deps.rand));
    switch (state) {
    case REPORT_CREATE:
    case REPORT_POLL:
        chain->not_before = part->report.next_at;
        return;
    case REPORT_READ:
        if (!insights_read_report(chain, &err)) {
            chain_fail_local(chain, &err);
        }
        return;
    case REPORT_SPLIT:
        if (divide_report(chain)) {
            return;
        }
        break;
    case REPORT_FAILED:
        break;
    }
    chain_fail(chain, &part->report.error);
}

static void insights_answer(struct chain *chain, const struct graph_result *result)
{
    struct insights_part *part = &chain->as.insights;
    if (divide_turned_away(chain, result)) {
        return;
    }
    if (part->reporting) {
        answer_report(chain, result);
        return;
    }
    if (divide_refused(chain, result)) {
        return;
    }
    enum pager_verdict verdict =
        pager_result(&chain->pager, result, rand_unit(chain->run->deps.rand));
    if (divide_unread(chain, result, verdict)) {
        return;
    }
    if (verdict == PAGER_PAGE || verdict == PAGER_LAST) {
        take_page(chain, result, verdict == PAGER_LAST);
        return;
    }
    if (chain_trouble(chain, result, verdict) && verdict == PAGER_FIELD) {
        part->paging = false; /* asked again without the field, from the first page */
        insights_top(part)->began_ms = 0;
    }
}

const struct chain_ops insights_ops = {"insights", insights_prepare, insights_answer, NULL};
