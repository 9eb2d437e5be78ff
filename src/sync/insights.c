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

static struct span *top(struct insights_part *part)
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
    struct store_cursor cursor = {0};
    if (!keep_cursor_load(chain, &cursor, err)) {
        return false;
    }
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
        .limit_max = chain->as.insights.plan.limit,
        .limit_start = cursor.page_size,
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
    (void)err;
    part->level = plan->level;
    part->plan = *plan;
    chain->edge = plan->level == LEVEL_ACCOUNT ? EDGE_TOTALS : EDGE_INSIGHTS;
    chain->dropped = keep_dropped_load(run, chain->edge);
    snprintf(span.node, sizeof span.node, "%s", run->plan.account_id);
    snprintf(chain->cursor_name, sizeof chain->cursor_name, "insights:%s",
             insight_level_name(plan->level));
    return insights_push(chain, &span);
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

static bool insights_prepare(struct chain *chain, struct graph_request *out)
{
    struct insights_part *part = &chain->as.insights;
    struct span *span = top(part);
    struct err err = {0};
    while (span && span->each) {
        if (!next_node(chain, span, &err)) {
            if (err.code != ERR_NONE) {
                chain_fail_local(chain, &err);
            }
            return false;
        }
        span = top(part);
    }
    if (!span) {
        chain->state = CHAIN_DONE;
        return false;
    }
    if (!part->paging && !part->reporting && !open_span(chain, span, &err)) {
        chain_fail_local(chain, &err);
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
    const struct span *span = top(part);
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
    if (last) {
        pop(chain);
    }
}

/* ---- what is no page
 * ----------------------------------------------------------------------------- */

static bool divide_dates(struct chain *chain, const struct span *span,
                         const struct report_span halves[2])
{
    for (int i = 1; i >= 0; i--) {
        struct span half = *span;
        half.first = halves[i].since;
        half.last = halves[i].until;
        half.began_ms = 0;
        if (!insights_push(chain, &half)) {
            return false;
        }
    }
    log_write(LOG_INFO, "sync", "%s: insights are read in two parts, from %s and from %s",
              chain->run->plan.account_id, date_text(halves[0].since).text,
              date_text(halves[1].since).text);
    return true;
}

/* A day too much for one answer: node by node, below the node it was asked of. */
static bool divide_nodes(struct chain *chain, const struct span *span,
                         const struct report_span *down)
{
    struct span each = *span;
    each.node_level = down->node;
    each.each = true;
    each.report = false;
    each.began_ms = span->part ? span->began_ms : run_now(chain->run);
    snprintf(each.parent, sizeof each.parent, "%s",
             span->node_level == LEVEL_ACCOUNT ? "" : span->node);
    each.node[0] = '\0';
    log_write(LOG_INFO, "sync", "%s: insights of %s are read %s by %s", chain->run->plan.account_id,
              date_text(span->first).text, insight_level_name(down->node),
              insight_level_name(down->node));
    return insights_push(chain, &each);
}

/* The top span is divided by date, a day by node. What is too much even so fails. */
static bool divide(struct chain *chain)
{
    struct insights_part *part = &chain->as.insights;
    struct span span = *top(part);
    struct report_span whole = {
        .since = span.first, .until = span.last, .node = span.node_level, .level = part->level};
    struct report_span halves[2];
    enum report_split split = report_split(&whole, halves);
    if (split == SPLIT_NONE) {
        return false;
    }
    part->span_count--;
    return split == SPLIT_DATES ? divide_dates(chain, &span, halves)
                                : divide_nodes(chain, &span, &halves[0]);
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
        part->reporting = false;
        if (!open_pager(chain, top(part), report_path(&part->report), &err)) {
            chain_fail_local(chain, &err);
        }
        return;
    case REPORT_SPLIT:
        if (divide(chain)) {
            return;
        }
        break;
    case REPORT_FAILED:
        break;
    }
    chain_fail(chain, &part->report.error);
}

/* Too much for an answer of its own: the same days as a report. */
static bool turn_to_report(struct chain *chain, const struct graph_result *result)
{
    struct insights_part *part = &chain->as.insights;
    struct span *span = top(part);
    bool smallest = result->error.error_class == ERROR_SHRINK && chain->pager.limit <= 25;
    if (result->ok || span->report || (!report_advised(&result->error) && !smallest)) {
        return false;
    }
    keep_answer(chain, result);
    chain->run->run.retries++;
    span->report = true;
    span->began_ms = 0;
    part->paging = false;
    log_write(LOG_INFO, "sync", "%s: insights are read by an async report: %s",
              chain->run->plan.account_id, result->error.message);
    return true;
}

static void insights_answer(struct chain *chain, const struct graph_result *result)
{
    struct insights_part *part = &chain->as.insights;
    if (part->reporting) {
        answer_report(chain, result);
        return;
    }
    if (turn_to_report(chain, result)) {
        return;
    }
    enum pager_verdict verdict =
        pager_result(&chain->pager, result, rand_unit(chain->run->deps.rand));
    if (verdict == PAGER_PAGE || verdict == PAGER_LAST) {
        take_page(chain, result, verdict == PAGER_LAST);
        return;
    }
    if (chain_trouble(chain, result, verdict) && verdict == PAGER_FIELD) {
        part->paging = false; /* asked again without the field, from the first page */
        top(part)->began_ms = 0;
    }
}

const struct chain_ops insights_ops = {"insights", insights_prepare, insights_answer, NULL};
