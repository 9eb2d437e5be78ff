#include "graph/report.h"

#include <stdio.h>
#include <string.h>

#include "graph/classify.h"
#include "graph/retry.h"
#include "json/json.h"

enum { RACE_MS = 1000, TRIES_MAX = 5 };

static void start_over(struct report *report, int64_t now_ms)
{
    report->state = REPORT_CREATE;
    report->report_run_id[0] = '\0';
    report->status[0] = '\0';
    report->percent = -1;
    report->created_at = now_ms;
    report->changed_at = now_ms;
    report->poll_ms = REPORT_POLL_MS;
    report->races = 0;
    report->tries = 0;
}

void report_init(struct report *report, const struct graph_request *request, int64_t now_ms)
{
    memset(report, 0, sizeof *report);
    report->account_id = request->account_id;
    report->path = request->path;
    report->params = request->params;
    report->param_count = request->param_count;
    report->run_id = request->run_id;
    report->next_at = now_ms;
    start_over(report, now_ms);
}

void report_request(struct report *report, struct graph_request *out)
{
    memset(out, 0, sizeof *out);
    out->call_class = CALL_REPORT;
    out->account_id = report->account_id;
    out->run_id = report->run_id;
    if (report->state == REPORT_CREATE) {
        out->path = report->path;
        out->params = report->params;
        out->param_count = report->param_count;
        out->post = true;
        return;
    }
    snprintf(report->poll_path, sizeof report->poll_path, "%s", report->report_run_id);
    out->path = report->poll_path;
    out->report_poll = true;
}

const char *report_path(const struct report *report)
{
    return report->read_path;
}

static enum report_state fail(struct report *report, const struct api_error *error)
{
    report->error = *error;
    report->state = REPORT_FAILED;
    return report->state;
}

/* Asks for the same report anew, or for smaller ones once that was tried often enough. */
static enum report_state resubmit(struct report *report, int64_t now_ms, double unit)
{
    if (report->resubmits >= REPORT_RESUBMITS_MAX) {
        report->state = REPORT_SPLIT;
        return report->state;
    }
    int64_t wait = retry_backoff_ms(report->resubmits, REPORT_POLL_MS, REPORT_POLL_MAX_MS, unit);
    report->resubmits++;
    start_over(report, now_ms);
    report->next_at = now_ms + wait;
    return report->state;
}

static enum report_state on_error(struct report *report, const struct api_error *error,
                                  int64_t now_ms, double unit)
{
    int64_t wait = 0;
    bool race = error->code == 100 && error->subcode == 33 && report->state == REPORT_POLL;
    if (error->error_class == ERROR_THROTTLE) {
        report->next_at = now_ms + error->wait_ms;
        return report->state;
    }
    if (race && report->races < REPORT_RACES_MAX) {
        report->races++;
        report->next_at = now_ms + RACE_MS;
        return report->state;
    }
    if (race) { /* expired or never there */
        report->error = *error;
        return resubmit(report, now_ms, unit);
    }
    if (error->error_class == ERROR_SHRINK) {
        report->error = *error;
        report->state = REPORT_SPLIT;
        return report->state;
    }
    if (error->error_class != ERROR_RETRY || report->tries >= TRIES_MAX ||
        !retry_next(error, report->tries, unit, &wait)) {
        return fail(report, error);
    }
    report->tries++;
    report->next_at = now_ms + wait;
    return report->state;
}

static enum report_state odd_answer(struct report *report, const char *what, int64_t now_ms,
                                    double unit)
{
    struct api_error error = {.error_class = ERROR_RETRY};
    snprintf(error.message, sizeof error.message, "%s", what);
    return on_error(report, &error, now_ms, unit);
}

static enum report_state on_created(struct report *report, const struct graph_result *result,
                                    int64_t now_ms, double unit)
{
    /* Documented as an unquoted integer, seen as a string (reference 7). */
    if (!json_decimal(json_get(result->root, "report_run_id"), report->report_run_id,
                      sizeof report->report_run_id) ||
        report->report_run_id[strspn(report->report_run_id, "0123456789")] != '\0') {
        report->report_run_id[0] = '\0';
        return odd_answer(report, "a report was asked for and its answer names none", now_ms, unit);
    }
    snprintf(report->read_path, sizeof report->read_path, "%s/insights", report->report_run_id);
    report->state = REPORT_POLL;
    report->changed_at = now_ms;
    report->next_at = now_ms + report->poll_ms;
    report->tries = 0;
    return report->state;
}

/* Since v25.0 a failed run says why (reference 2.2); before, nothing is known. */
static enum report_state on_failed(struct report *report, const struct json *run, int64_t now_ms,
                                   double unit)
{
    int64_t code = 0;
    int64_t subcode = 0;
    json_i64(json_get(run, "error_code"), &code);
    json_i64(json_get(run, "error_subcode"), &subcode);
    struct api_error error;
    const char *message = json_text(json_get(run, "error_message"));
    if (code == 0) {
        snprintf(report->error.message, sizeof report->error.message,
                 "the report failed without a reason");
        return resubmit(report, now_ms, unit);
    }
    classify_codes((int)code, (int)subcode, message, &error);
    report->error = error;
    switch (error.error_class) {
    case ERROR_THROTTLE: {
        enum report_state state = resubmit(report, now_ms, unit);
        if (report->next_at < now_ms + error.wait_ms) {
            report->next_at = now_ms + error.wait_ms;
        }
        return state;
    }
    case ERROR_RETRY:
        return resubmit(report, now_ms, unit);
    case ERROR_SHRINK:
        report->state = REPORT_SPLIT;
        return report->state;
    case ERROR_NONE:
    case ERROR_AUTH:
    case ERROR_PERMANENT:
    case ERROR_ACCESS:
    case ERROR_RESTART:
    case ERROR_GONE:
    case ERROR_FIELD:
    case ERROR_CLASS_COUNT:
        break;
    }
    return fail(report, &error);
}

/* Still at it. Slow is no failure (an hour is normal); not moving is. */
static enum report_state on_pending(struct report *report, const char *status, int percent,
                                    int64_t now_ms, double unit)
{
    if (percent != report->percent || strcmp(status, report->status) != 0) {
        report->changed_at = now_ms;
        report->percent = percent;
        snprintf(report->status, sizeof report->status, "%s", status);
    }
    if (now_ms - report->changed_at >= REPORT_STALL_MS) {
        snprintf(report->error.message, sizeof report->error.message,
                 "the report has not moved from %d %% (%s) for 20 minutes", report->percent,
                 report->status);
        report->error.error_class = ERROR_RETRY;
        return resubmit(report, now_ms, unit);
    }
    report->next_at = now_ms + report->poll_ms;
    report->poll_ms *= 2;
    if (report->poll_ms > REPORT_POLL_MAX_MS) {
        report->poll_ms = REPORT_POLL_MAX_MS;
    }
    return report->state;
}

static enum report_state on_status(struct report *report, const struct graph_result *result,
                                   int64_t now_ms, double unit)
{
    int64_t percent = 0;
    const char *status = json_text(json_get(result->root, "async_status"));
    json_i64(json_get(result->root, "async_percent_completion"), &percent);
    if (status == NULL) {
        return odd_answer(report, "a report's answer has no async_status", now_ms, unit);
    }
    report->tries = 0;
    /* The status first: "Job Failed" may carry percent 100. */
    if (strcmp(status, "Job Failed") == 0) {
        snprintf(report->status, sizeof report->status, "%s", status);
        return on_failed(report, result->root, now_ms, unit);
    }
    if (strcmp(status, "Job Skipped") == 0) {
        snprintf(report->error.message, sizeof report->error.message, "the report was skipped");
        return resubmit(report, now_ms, unit);
    }
    if (strcmp(status, "Job Completed") == 0 && percent >= 100) {
        snprintf(report->status, sizeof report->status, "%s", status);
        report->percent = 100;
        report->state = REPORT_READ;
        return report->state;
    }
    return on_pending(report, status, (int)percent, now_ms, unit);
}

enum report_state report_result(struct report *report, const struct graph_result *result,
                                int64_t now_ms, double unit)
{
    if (report->state != REPORT_CREATE && report->state != REPORT_POLL) {
        return report->state;
    }
    if (!result->ok) {
        return on_error(report, &result->error, now_ms, unit);
    }
    if (json_type(result->root) != JSON_OBJECT) {
        return odd_answer(report, "a report's answer is not an object", now_ms, unit);
    }
    return report->state == REPORT_CREATE ? on_created(report, result, now_ms, unit)
                                          : on_status(report, result, now_ms, unit);
}

enum report_state report_read_failed(struct report *report, const struct api_error *error,
                                     int64_t now_ms, double unit)
{
    report->error = *error;
    if (report->rereads >= REPORT_REREADS_MAX && report->remade) {
        report->state = REPORT_SPLIT;
        return report->state;
    }
    if (report->rereads >= REPORT_REREADS_MAX) {
        report->rereads = 0;
        report->remade = true;
        return resubmit(report, now_ms, unit);
    }
    report->next_at = now_ms + retry_backoff_ms(report->rereads, RACE_MS, REPORT_POLL_MAX_MS, unit);
    report->rereads++;
    report->state = REPORT_READ;
    return report->state;
}

bool report_advised(const struct api_error *error)
{
    return error->subcode == 1504038 || error->subcode == 1504018 || error->subcode == 1487534;
}

enum report_split report_split(int32_t days, enum insight_level node, enum insight_level level)
{
    if (days > 1) {
        return SPLIT_DATES;
    }
    /* LEVEL_ACCOUNT .. LEVEL_AD are in order; rows below the node's own children must remain. */
    return node < LEVEL_ADSET && node + 1 < level ? SPLIT_NODES : SPLIT_NONE;
}
