/*
 * divide: insights that are too much for one answer, or were before: in smaller pages, in parts by
 * date, as a report, node by node. fit.h and graph/report.h decide, this does it and puts it down.
 */
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/date.h"
#include "base/log.h"
#include "store/insights.h"
#include "sync/keep.h"
#include "sync/parts.h"

enum { EMPTY_REREADS = 2 }; /* of a report without rows, before they are believed */

static int32_t days_of(const struct span *span)
{
    return span->last - span->first + 1;
}

/* error NULL = nothing was refused now, and `why` says why it is done. */
static void note(struct chain *chain, const char *became, int parts, const struct api_error *error,
                 const char *why)
{
    const struct span *span = insights_top(&chain->as.insights);
    struct run_split split = {.first_day = span->first, .last_day = span->last, .parts = parts};
    snprintf(split.level, sizeof split.level, "%s", insight_level_name(chain->as.insights.level));
    snprintf(split.node, sizeof split.node, "%s", span->node);
    snprintf(split.became, sizeof split.became, "%s", became);
    snprintf(split.why, sizeof split.why, "%.199s", error ? error->message : why);
    if (error) {
        split.code = error->code;
        split.subcode = error->subcode;
    }
    keep_split(chain->run, &split);
}

/* The top span goes, its parts come, the first of them on top. */
static bool into_parts(struct chain *chain, int parts)
{
    struct insights_part *part = &chain->as.insights;
    struct span whole = *insights_top(part);
    part->span_count--;
    for (int i = parts - 1; i >= 0; i--) {
        struct span span = whole;
        fit_part(whole.first, whole.last, i, parts, &span.first, &span.last);
        span.began_ms = 0;
        if (!insights_push(chain, &span)) {
            return false;
        }
    }
    return true;
}

static void into_report(struct chain *chain)
{
    struct insights_part *part = &chain->as.insights;
    struct span *span = insights_top(part);
    span->report = true;
    span->began_ms = 0;
    part->paging = false;
}

/* Parts or a report, as chosen; a report when the stack has no room for the parts. */
static void apply(struct chain *chain, const struct fit_choice *choice,
                  const struct api_error *error, const char *why)
{
    size_t room = SPANS_MAX - chain->as.insights.span_count + 1;
    if (choice->step == FIT_PARTS && (size_t)choice->parts <= room) {
        note(chain, "parts", choice->parts, error, why);
        into_parts(chain, choice->parts);
    } else {
        note(chain, "report", 0, error, why);
        into_report(chain);
    }
}

void divide_planned(struct chain *chain)
{
    const struct insights_part *part = &chain->as.insights;
    char why[80];
    if (part->plan.report) {
        snprintf(why, sizeof why, "about %.0f rows are expected", part->plan.rows);
        note(chain, "report", 0, NULL, why);
    }
}

bool divide_fit(struct chain *chain)
{
    struct insights_part *part = &chain->as.insights;
    const struct span *span = insights_top(part);
    struct fit_choice choice = {
        .step = FIT_READ, .limit = part->plan.limit, .start = part->plan.limit};
    if (!span->report && !span->part) {
        fit_open(&part->fit, days_of(span), part->plan.limit, run_now(chain->run), &choice);
    }
    if (choice.step != FIT_READ) {
        char why[80];
        snprintf(why, sizeof why, "%d days were refused less than a day ago",
                 (int)part->fit.bad_days);
        apply(chain, &choice, NULL, why);
        return false;
    }
    part->limit = choice.limit;
    part->start = choice.start;
    part->probe = choice.probe;
    return true;
}

/* Rows that the days should have; 0 = unknown. */
static double rows_of(const struct chain *chain, const struct span *span)
{
    const struct insights_part *part = &chain->as.insights;
    const struct sync_plan *plan = &chain->run->plan;
    int32_t days = plan->last_day - plan->first_day + 1;
    if (part->level == LEVEL_ACCOUNT) {
        return days_of(span);
    }
    return span->part || days < 1 ? 0 : part->plan.rows * days_of(span) / days;
}

bool divide_refused(struct chain *chain, const struct graph_result *result)
{
    struct insights_part *part = &chain->as.insights;
    struct sync_run *run = chain->run;
    const struct span *span = insights_top(part);
    const struct api_error *error = &result->error;
    bool time_out = !result->ok && report_advised(error);
    if (result->ok || span->report || (error->error_class != ERROR_SHRINK && !time_out)) {
        return false;
    }
    struct fit_refusal refusal = {.days = days_of(span),
                                  .rows = rows_of(chain, span),
                                  .limit = chain->pager.limit,
                                  .in_a_row = chain->pager.shrunk,
                                  .probe = part->probe,
                                  .time_out = time_out};
    struct fit_choice choice;
    fit_refused(&part->fit, &refusal, &choice);
    if (choice.step == FIT_SMALLER) {
        return false; /* the pager does that */
    }
    keep_answer(chain, result);
    if (run->fatal) {
        return true;
    }
    run->run.retries++;
    if (!span->part) {
        fit_learn_refused(&part->fit, refusal.days, run_now(run));
        keep_fit_save(chain);
    }
    apply(chain, &choice, error, NULL);
    return true;
}

/* The load that came with an answer, the app's or the account's; -1 = none did. */
static double load_of(const struct graph_result *result)
{
    double app = usage_worst(&result->usage, USAGE_INSIGHTS_APP, NULL);
    double own = usage_worst(&result->usage, USAGE_INSIGHTS, NULL);
    return app > own ? app : own;
}

void divide_weigh(struct chain *chain, const struct graph_result *result, int rows)
{
    double load = load_of(result);
    int lighter = fit_lighter(rows, load);
    if (lighter > 0 && lighter < chain->pager.limit) {
        char why[96];
        snprintf(why, sizeof why, "%d rows took insights load to %.0f%%; %d from here on", rows,
                 load, lighter);
        note(chain, "smaller pages", 0, NULL, why);
        chain->as.insights.fit.light = lighter;
        keep_fit_save(chain);
    }
    if (lighter > 0 || !fit_may_grow(load)) {
        pager_lighten(&chain->pager, lighter);
    }
}

/* Nothing smaller can be asked for. */
static void give_up(struct chain *chain, const struct api_error *refusal, double load)
{
    const struct span *span = insights_top(&chain->as.insights);
    struct api_error error = *refusal;
    error.error_class = ERROR_PERMANENT;
    snprintf(error.message, sizeof error.message,
             "insights of %s, %s: even the smallest read of a day is refused by the insights load "
             "limit, which stands at %.0f%%: a single query is more than the app may use, or Meta "
             "is overloaded; ask for fewer breakdowns, get standard access, or wait: the next run "
             "tries again",
             span->node, date_text(span->first).text, load > 0 ? load : 0);
    chain_fail(chain, &error);
}

bool divide_turned_away(struct chain *chain, const struct graph_result *result)
{
    struct insights_part *part = &chain->as.insights;
    const struct span *span = insights_top(part);
    const struct api_error *error = &result->error;
    double load = load_of(result);
    if (result->ok || error->error_class != ERROR_THROTTLE || error->scope != SCOPE_APP_INSIGHTS ||
        !fit_has_room(load)) {
        return false;
    }
    struct fit_choice choice;
    fit_turned_away(&part->fit, days_of(span), part->reporting ? 0 : chain->pager.limit, &choice);
    keep_fit_save(chain);
    if (choice.step == FIT_READ) {
        return false; /* the pager and the report do that */
    }
    keep_answer(chain, result);
    if (chain->run->fatal) {
        return true;
    }
    chain->run->run.retries++;
    if (choice.step == FIT_SMALLER) {
        note(chain, "smaller pages", 0, error, NULL);
        pager_lighten(&chain->pager, choice.limit);
    } else if (span->report) {
        part->report.error = *error;
        if (!divide_report(chain)) {
            give_up(chain, error, load);
        }
    } else if (choice.step == FIT_PARTS && part->span_count < SPANS_MAX) {
        fit_learn_refused(&part->fit, days_of(span), run_now(chain->run));
        keep_fit_save(chain);
        note(chain, "parts", choice.parts, error, NULL);
        into_parts(chain, choice.parts);
    } else {
        give_up(chain, error, load);
    }
    return true;
}

void divide_learn(struct chain *chain, bool complete)
{
    struct insights_part *part = &chain->as.insights;
    const struct span *span = insights_top(part);
    if (!span->report && !span->part &&
        fit_learn_read(&part->fit, days_of(span), chain->pager.limit, part->plan.limit, complete,
                       run_now(chain->run))) {
        keep_fit_save(chain);
    }
}

/* ---- reports -----------------------------------------------------------------------------------
 */

/* A day too much for one report: node by node, below the node it was asked of. */
static bool into_nodes(struct chain *chain, enum insight_level level)
{
    struct insights_part *part = &chain->as.insights;
    struct span each = *insights_top(part);
    snprintf(each.parent, sizeof each.parent, "%s",
             each.node_level == LEVEL_ACCOUNT ? "" : each.node);
    each.node_level = level;
    each.each = true;
    each.report = false;
    each.began_ms = each.part ? each.began_ms : run_now(chain->run);
    each.node[0] = '\0';
    part->span_count--;
    return insights_push(chain, &each);
}

bool divide_report(struct chain *chain)
{
    struct insights_part *part = &chain->as.insights;
    const struct span *span = insights_top(part);
    enum insight_level below = span->node_level + 1;
    switch (report_split(days_of(span), span->node_level, part->level)) {
    case SPLIT_DATES:
        note(chain, "parts", 2, &part->report.error, NULL);
        return into_parts(chain, 2);
    case SPLIT_NODES:
        note(chain, below == LEVEL_CAMPAIGN ? "campaigns" : "adsets", 0, &part->report.error, NULL);
        return into_nodes(chain, below);
    case SPLIT_NONE:
        break;
    }
    return false;
}

/* What the days held before this read: so much is none now suspicious. */
enum rows_before { ROWS_UNKNOWN, ROWS_NONE, ROWS_SOME };

static enum rows_before rows_before(struct chain *chain, const struct span *span)
{
    struct sync_run *run = chain->run;
    struct err err = {0};
    bool total = chain->as.insights.level == LEVEL_ACCOUNT;
    struct store_listing listing = {.account_id = run->plan.account_id,
                                    .level = chain->as.insights.level,
                                    .breakdowns = total ? "" : run->plan.breakdowns,
                                    .day_from = span->first,
                                    .day_to = span->last};
    struct store_day *days = arena_alloc(run->page, (size_t)days_of(span) * sizeof *days);
    enum rows_before before = ROWS_UNKNOWN;
    if (days && !span->part && store_insights_days(run->deps.store, &listing, days, &err)) {
        for (int32_t i = 0; i < days_of(span) && before != ROWS_SOME; i++) {
            before = days[i].rows > 0 ? ROWS_SOME : days[i].fetched_at == 0 ? before : ROWS_NONE;
        }
    }
    arena_reset(run->page);
    return before;
}

/* "Job Completed", and no row: often only too early (reference 10 #4). */
static bool suspiciously_empty(struct chain *chain, enum pager_verdict verdict)
{
    const struct report *report = &chain->as.insights.report;
    if (verdict != PAGER_LAST || chain->pager.rows > 0) {
        return false;
    }
    switch (rows_before(chain, insights_top(&chain->as.insights))) {
    case ROWS_UNKNOWN:
        return report->rereads < EMPTY_REREADS;
    case ROWS_SOME:
        return report->rereads < EMPTY_REREADS || !report->remade;
    case ROWS_NONE:
        break;
    }
    return false;
}

static bool unreadable(const struct graph_result *result, enum pager_verdict verdict)
{
    bool ours = !result->ok && (result->error.error_class == ERROR_AUTH ||
                                result->error.error_class == ERROR_ACCESS);
    return verdict == PAGER_FAILED && !ours;
}

/* What the report wants next. false = it cannot be divided. */
static bool go_on(struct chain *chain, enum report_state state, struct err *err)
{
    struct insights_part *part = &chain->as.insights;
    switch (state) {
    case REPORT_READ:
        chain->not_before = part->report.next_at;
        return insights_read_report(chain, err);
    case REPORT_CREATE:
        note(chain, "report again", 0, &part->report.error, NULL);
        chain->not_before = part->report.next_at;
        part->paging = false;
        part->reporting = true;
        return true;
    case REPORT_SPLIT:
        return divide_report(chain);
    case REPORT_POLL:
    case REPORT_FAILED:
        break;
    }
    return false;
}

bool divide_unread(struct chain *chain, const struct graph_result *result,
                   enum pager_verdict verdict)
{
    struct insights_part *part = &chain->as.insights;
    struct sync_run *run = chain->run;
    struct api_error error = {.error_class = ERROR_RETRY, .reach = REACH_REQUEST};
    struct err err = {0};
    if (!insights_top(part)->report ||
        (!unreadable(result, verdict) && !suspiciously_empty(chain, verdict))) {
        return false;
    }
    snprintf(error.message, sizeof error.message, "%s",
             result->ok ? "a completed report came without rows" : result->error.message);
    keep_answer(chain, result);
    if (run->fatal) {
        return true;
    }
    run->run.retries++;
    enum report_state state =
        report_read_failed(&part->report, result->ok ? &error : &result->error, run_now(run),
                           rand_unit(run->deps.rand));
    if (!go_on(chain, state, &err)) {
        if (err.code != ERR_NONE) {
            chain_fail_local(chain, &err);
        } else {
            chain_fail(chain, &part->report.error);
        }
    }
    return true;
}
