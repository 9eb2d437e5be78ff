#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "model/error_catalog.h"
#include "ui/format.h"
#include "ui/view/columns.h"
#include "ui/why.h"

static void format_id(const void *row, const void *env, struct cell_out *out)
{
    (void)env;
    ROW(run_line);
    snprintf(out->text, sizeof out->text, "%" PRId64, r->run.run_id);
    out->role = ROLE_DIM;
}

static double number_id(const void *row, const void *env)
{
    (void)env;
    ROW(run_line);
    return (double)r->run.run_id;
}

static void format_started(const void *row, const void *env, struct cell_out *out)
{
    ROW(run_line);
    ENV;
    cell_put(out, ROLE_TEXT, format_time(r->run.started_at, e->now, e->offset_s).text);
}

static double number_started(const void *row, const void *env)
{
    (void)env;
    ROW(run_line);
    return (double)r->run.started_at;
}

static void format_account(const void *row, const void *env, struct cell_out *out)
{
    (void)env;
    ROW(run_line);
    cell_put(out, ROLE_TEXT, r->name && r->name[0] ? r->name : r->run.account_id);
    out->names[0] = r->run.account_id;
}

static void format_mode(const void *row, const void *env, struct cell_out *out)
{
    (void)env;
    ROW(run_line);
    cell_put(out, ROLE_DIM, run_mode_name(r->run.mode));
}

static void format_trigger(const void *row, const void *env, struct cell_out *out)
{
    (void)env;
    ROW(run_line);
    cell_put(out, r->run.trigger == TRIGGER_OPERATOR ? ROLE_TEXT : ROLE_DIM,
             run_trigger_name(r->run.trigger));
}

static enum role status_role(enum run_status status)
{
    static const enum role roles[RUN_STATUS_COUNT] = {
        [RUN_RUNNING] = ROLE_RUNNING, [RUN_SUCCESS] = ROLE_OK,          [RUN_PARTIAL] = ROLE_WARN,
        [RUN_FAILED] = ROLE_ALARM,    [RUN_THROTTLED] = ROLE_THROTTLED, [RUN_CANCELLED] = ROLE_DIM};
    return status < RUN_STATUS_COUNT ? roles[status] : ROLE_TEXT;
}

/* A run that waits for a limit is parked, whatever its row says: to call that running is a lie. */
static void format_status(const void *row, const void *env, struct cell_out *out)
{
    (void)env;
    ROW(run_line);
    static const char *const words[RUN_STATUS_COUNT] = {
        [RUN_RUNNING] = "running", [RUN_SUCCESS] = "success",     [RUN_PARTIAL] = "partial",
        [RUN_FAILED] = "failed",   [RUN_THROTTLED] = "throttled", [RUN_CANCELLED] = "cancelled",
    };
    if (r->parked_by) {
        cell_put(out, ROLE_THROTTLED, "parked");
    } else {
        cell_put(out, status_role(r->run.status), words[r->run.status]);
    }
    out->names[0] = r->run.status == RUN_SUCCESS ? "ok" : NULL;
    out->names[1] = r->parked_by ? hold_reason_name(r->parked_by->reason) : NULL;
}

/* Of a run under way its age, by the minute: seconds would be written for nobody. */
static void format_took(const void *row, const void *env, struct cell_out *out)
{
    ROW(run_line);
    ENV;
    bool running = r->run.status == RUN_RUNNING;
    cell_put(out, ROLE_TEXT,
             running ? format_age(e->now - r->run.started_at).text
                     : format_duration(r->run.duration_ms).text);
}

static double number_took(const void *row, const void *env)
{
    ROW(run_line);
    ENV;
    return r->run.status == RUN_RUNNING ? (double)(e->now - r->run.started_at)
                                        : (double)r->run.duration_ms;
}

static void format_entities(const void *row, const void *env, struct cell_out *out)
{
    (void)env;
    ROW(run_line);
    int64_t n = r->run.campaigns_fetched + r->run.adsets_fetched + r->run.ads_fetched;
    cell_put(out, ROLE_TEXT, format_count(n).text);
}

static double number_entities(const void *row, const void *env)
{
    (void)env;
    ROW(run_line);
    return (double)(r->run.campaigns_fetched + r->run.adsets_fetched + r->run.ads_fetched);
}

static void format_rows(const void *row, const void *env, struct cell_out *out)
{
    (void)env;
    ROW(run_line);
    cell_put(out, ROLE_TEXT, format_count(r->run.insight_rows).text);
}

static double number_rows(const void *row, const void *env)
{
    (void)env;
    ROW(run_line);
    return (double)r->run.insight_rows;
}

static void format_calls(const void *row, const void *env, struct cell_out *out)
{
    (void)env;
    ROW(run_line);
    cell_put(out, ROLE_TEXT, format_count(r->run.api_calls).text);
}

static double number_calls(const void *row, const void *env)
{
    (void)env;
    ROW(run_line);
    return (double)r->run.api_calls;
}

static void format_retries(const void *row, const void *env, struct cell_out *out)
{
    (void)env;
    ROW(run_line);
    cell_put(out, r->run.retries ? ROLE_WARN : ROLE_DIM, format_count(r->run.retries).text);
}

static double number_retries(const void *row, const void *env)
{
    (void)env;
    ROW(run_line);
    return (double)r->run.retries;
}

static void format_cost_cell(const void *row, const void *env, struct cell_out *out)
{
    (void)env;
    ROW(run_line);
    struct text actual = format_cost(r->run.actual_cost), plan = format_cost(r->run.estimated_cost);
    snprintf(out->text, sizeof out->text, "%s/%s", actual.text, plan.text);
    out->role = ROLE_DIM;
}

static double number_cost(const void *row, const void *env)
{
    (void)env;
    ROW(run_line);
    return r->run.actual_cost;
}

/* "ok, 1,964 entities": how much it found changed, else what it read at all. */
static void put_success(const struct run *run, struct cell_out *out)
{
    int64_t entities = run->campaigns_fetched + run->adsets_fetched + run->ads_fetched;
    if (entities || run->insight_rows) {
        snprintf(out->text, sizeof out->text, "ok, %s %s",
                 format_count(entities ? entities : run->insight_rows).text,
                 entities                 ? entities == 1 ? "entity" : "entities"
                 : run->insight_rows == 1 ? "row"
                                          : "rows");
    } else {
        snprintf(out->text, sizeof out->text, "ok, nothing new");
    }
    out->role = ROLE_DIM;
}

static void format_result(const void *row, const void *env, struct cell_out *out)
{
    ROW(run_line);
    ENV;
    const struct run *run = &r->run;
    char code[32] = "";
    if (run->error_code) {
        snprintf(code, sizeof code, run->error_subcode ? "#%d/%d " : "#%d ", run->error_code,
                 run->error_subcode);
    }
    out->role = r->parked_by ? ROLE_THROTTLED : status_role(run->status);
    if (r->parked_by) {
        char words[64], until[FORMAT_SIZE];
        reason_words(r->parked_by, words, sizeof words);
        reason_until(r->parked_by, e, until, sizeof until);
        /* The end comes first: on a narrow screen the rest is cut. */
        bool known = until[0] == '~' || (until[0] >= '0' && until[0] <= '9');
        snprintf(out->text, sizeof out->text, known ? "until %s: %s" : "%.0s%s", until, words);
    } else if (run->status == RUN_RUNNING) {
        bool known = run->done_pct > 0;
        snprintf(out->text, sizeof out->text, "%s%s%s", known ? format_pct(run->done_pct).text : "",
                 known && run->progress[0] ? ": " : "", run->progress);
    } else if (run->error_code) {
        const struct error_entry *entry =
            error_catalog_find(run->error_code, run->error_subcode, run->error_message, 0);
        snprintf(out->text, sizeof out->text, "%s%s", code, entry->title);
    } else if (run->status == RUN_SUCCESS) {
        put_success(run, out);
    } else {
        cell_put(out, out->role, run->error_message);
    }
}

const struct column run_columns[RUN_COLUMNS] = {
    {"started",  "START",   5,  12, ALIGN_LEFT,  0, false, format_started,   number_started,  true,
     "when it started"                                                                                             },
    {"account",  "ACCOUNT", 10, 18, ALIGN_LEFT,  0, false, format_account,   NULL,            false, "account"     },
    {"mode",     "MODE",    5,  6,  ALIGN_LEFT,  4, false, format_mode,      NULL,            false,
     "full, delta, sweep or window"                                                                                },
    {"status",   "STATUS",  9,  9,  ALIGN_LEFT,  0, false, format_status,    NULL,            false,
     "how it ended; parked = it waits for a limit"                                                                 },
    {"result",   "RESULT",  16, 48, ALIGN_LEFT,  1, true,  format_result,    NULL,            false,
     "what it waits for, error, or progress"                                                                       },
    {"took",     "TOOK",    4,  6,  ALIGN_RIGHT, 2, false, format_took,      number_took,     true,  "how long"    },
    {"rows",     "ROWS",    4,  7,  ALIGN_RIGHT, 3, false, format_rows,      number_rows,     true,  "insight rows"},
    {"calls",    "CALLS",   5,  5,  ALIGN_RIGHT, 2, false, format_calls,     number_calls,    true,  "API calls"   },
    {"entities", "ENT",     4,  6,  ALIGN_RIGHT, 5, false, format_entities,  number_entities, true,
     "campaigns, ad sets and ads"                                                                                  },
    {"cost",     "COST",    5,  11, ALIGN_RIGHT, 6, false, format_cost_cell, number_cost,     true,
     "weighted cost, actual/estimated"                                                                             },
    {"trigger",  "BY",      7,  8,  ALIGN_LEFT,  7, false, format_trigger,   NULL,            false,
     "schedule, operator or startup"                                                                               },
    {"run",      "RUN",     4,  6,  ALIGN_RIGHT, 8, false, format_id,        number_id,       true,  "run id"      },
    {"retries",  "RTRY",    4,  4,  ALIGN_RIGHT, 9, false, format_retries,   number_retries,  true,
     "retries"                                                                                                     },
};

void run_row_id(const void *row, char out[ROW_ID])
{
    ROW(run_line);
    snprintf(out, ROW_ID, "%" PRId64, r->run.run_id);
}

void run_row_subject(const void *row, struct subject *out)
{
    ROW(run_line);
    snprintf(out->account_id, sizeof out->account_id, "%s", r->run.account_id);
    snprintf(out->name, sizeof out->name, "%s", r->name ? r->name : "");
    out->run_id = r->run.run_id;
    out->running = r->run.status == RUN_RUNNING;
}

void run_row_explain(const void *row, const struct env *env, struct sheet *sheet)
{
    why_run(env, row, sheet);
}
