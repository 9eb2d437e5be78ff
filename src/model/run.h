/*
 * run: one sync of one account, as a row of sync_runs. Every figure is measured, not assumed.
 */
#ifndef MODEL_RUN_H
#define MODEL_RUN_H

#include <stdbool.h>
#include <stdint.h>

#include "model/ids.h"

enum run_mode { RUN_FULL, RUN_DELTA, RUN_SWEEP, RUN_WINDOW, RUN_MODE_COUNT };
enum run_trigger { TRIGGER_SCHEDULE, TRIGGER_OPERATOR, TRIGGER_STARTUP, TRIGGER_COUNT };
enum run_status {
    RUN_RUNNING,
    RUN_SUCCESS,
    RUN_PARTIAL,
    RUN_FAILED,
    RUN_THROTTLED,
    RUN_CANCELLED,
    RUN_STATUS_COUNT
};
const char *run_mode_name(enum run_mode mode); /* "full" */
bool run_mode_parse(const char *text, enum run_mode *out);
const char *run_trigger_name(enum run_trigger trigger);
bool run_trigger_parse(const char *text, enum run_trigger *out);
const char *run_status_name(enum run_status status); /* "RUNNING" */
bool run_status_parse(const char *text, enum run_status *out);

struct run {
    int64_t run_id;
    char account_id[ID_SIZE];
    enum run_mode mode;
    enum run_trigger trigger;
    enum run_status status;
    int64_t started_at, finished_at; /* ms, adtop's clock; finished_at 0 = not yet */
    int64_t duration_ms;
    int64_t campaigns_fetched, adsets_fetched, ads_fetched;
    int64_t insights_called, insight_rows;
    int64_t api_calls, retries, bytes;
    int64_t entity_fetch_ms, insight_fetch_ms, db_ms;
    double estimated_cost, actual_cost; /* weighted units */
    int error_code, error_subcode;      /* the API's; 0 = none */
    char error_message[512];
    char fbtrace_id[64];
    char progress[128];       /* "ads 1500, insights 3000" */
    double done_pct;          /* of its insights, by the account's total; 0 or less = not known */
    char usage_snapshot[512]; /* JSON: worst percentage per scope at the end */
};

/* Insights that were too much for one answer, and how they were read instead: a row of run_splits.
 */
struct run_split {
    int64_t at, run_id;
    char account_id[ID_SIZE];
    char level[12];              /* of the rows asked for */
    int32_t first_day, last_day; /* asked for in one answer */
    char node[ID_SIZE];          /* whose /insights edge: the account, a campaign, an ad set */
    char became[16];             /* "parts", "report", "report again", "campaigns", "adsets" */
    int parts;                   /* of "parts" */
    int code, subcode;           /* the API's; 0 = it was our decision */
    char why[200];
};

#endif
