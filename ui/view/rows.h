/*
 * rows: what the tables of the console show, and their columns. A row is a plain copy in the view's
 * arena; loaders fill it from the store, several views share its columns.
 */
#ifndef UI_VIEW_ROWS_H
#define UI_VIEW_ROWS_H

#include <stdint.h>

#include "model/account.h"
#include "model/call.h"
#include "model/hold.h"
#include "model/operator.h"
#include "model/run.h"
#include "model/usage.h"
#include "ui/view/reason.h"
#include "ui/view/view.h"

struct account_line {
    char account_id[ID_SIZE];
    const char *name, *currency, *timezone;
    enum tier tier;
    bool tier_pinned;
    int priority;
    enum hold_reason reason;
    int64_t since, until;         /* ms; until 0 = open */
    int64_t first_until;          /* the end it was given first */
    const char *hold_detail;      /* JSON, "" = none */
    const char *scope, *scope_id; /* of the hold, "" = none */
    const char *held_by;          /* who paused it, "" = nobody */
    struct hold_figures figures;
    /* Of the limiter that holds it, else of its own worst; pct -1 = never read. */
    double pct, threshold;
    int64_t pct_at;
    double slope;    /* of pct, points a minute; 0 = none, or not known */
    double ours_pct; /* of pct, what our own calls explain, where a quota holds it; -1 = unknown */
    int64_t cadence_ms, last_synced_at, next_due_at;
    int64_t run_id; /* of the run under way, else of the last one; 0 = none */
    enum run_status run_status;
    int64_t run_started_at;
    const char *progress; /* of the run under way */
    double done_pct;      /* of it; 0 or less = not known */
    bool long_run;        /* it lasts while the account's data grows old */
    /* Many entities that changed at once, of late: when, how many, and how many otherwise. */
    int64_t changed_at, changed;
    double changed_usual;
    double stuck_pct;    /* where a header of its stands although calls succeed; 0 = none does */
    int64_t last_run_id; /* the last one that ended; 0 = none */
    enum run_status last_status;
    int64_t last_finished_at;
    int error_code, error_subcode; /* of that one */
    double cost_today;             /* -1 = not known: of the past */
    int64_t spend_7d_base;
    int account_status;
    bool failed; /* the last finished run did */
    bool late;   /* by more than half its cadence, and held by nothing */
    int64_t errors_1h, runs_24h;
    int urgency; /* smaller is more urgent */
};

struct limiter_line {
    char id[ROW_ID];
    char account_id[ID_SIZE]; /* "" = the app's */
    enum scope_kind scope;
    char scope_id[ID_SIZE];
    enum use_case use_case;
    const char *name;
    const char *label; /* "account", "ads_insights", "app" */
    const char *header;
    double pct, threshold;                        /* pct -1 = never read */
    double call_count, total_time, total_cputime; /* -1 = not given */
    int64_t at, regain_at;
    double slope;    /* points a minute */
    double ours_pct; /* of the usage, what our own calls explain; -1 = not known */
    bool blocked, stuck;
    double peak_pct; /* the highest reading of the range; -1 = none, or not asked for */
    int64_t peak_at;
    const struct sample *samples;
    size_t sample_count;
    int64_t step_ms; /* of the samples */
};

struct run_line {
    struct run run;
    const char *name;
    const struct account_line *parked_by; /* its account, when that is held; NULL = not parked */
};

struct budget_line {
    char id[ROW_ID];
    char account_id[ID_SIZE]; /* "" = all */
    const char *name;
    double cost, limit; /* weighted units; limit 0 = none of its own */
    int64_t calls;
    double share; /* of all cost of the day, 0..1 */
    double by_class[CALL_CLASS_COUNT];
    double hours[24]; /* of the day, for all accounts only */
};

struct error_line {
    char id[ROW_ID];
    int code, subcode;
    int http_status; /* of the last one, 0 = no response */
    int64_t count, first_at, last_at;
    int accounts;
    char account_id[ID_SIZE]; /* the last one's */
    const char *name;
    const char *message; /* as the API last worded it */
    const char *fbtrace_id, *path;
};

struct log_line {
    int64_t log_id, at;
    const char *level, *source;
    char account_id[ID_SIZE];
    const char *name; /* of the account, "" = none */
    int64_t run_id;
    int code;
    const char *message;
    int64_t acked_at;
};

struct action_line {
    struct operator_action action;
    const char *name; /* of the target account, "" = not one */
};

enum {
    ACCOUNT_COLUMNS = 19,
    RUN_COLUMNS = 13,
    BUDGET_COLUMNS = 7,
    ERROR_COLUMNS = 7,
    LOG_COLUMNS = 7,
    ACTION_COLUMNS = 7,
    LIMITER_COLUMNS = 14
};
extern const struct column account_columns[ACCOUNT_COLUMNS];
extern const struct column run_columns[RUN_COLUMNS];
extern const struct column budget_columns[BUDGET_COLUMNS];
extern const struct column error_columns[ERROR_COLUMNS];
extern const struct column log_columns[LOG_COLUMNS];
extern const struct column action_columns[ACTION_COLUMNS];
extern const struct column limiter_columns[LIMITER_COLUMNS];

/* Points a minute, told at at_ms: a slope of then says nothing of now, and is 0. */
double slope_now(double slope, int64_t at_ms, int64_t now);

void account_row_id(const void *row, char out[ROW_ID]);
void account_row_subject(const void *row, struct subject *out);
void run_row_id(const void *row, char out[ROW_ID]);
void run_row_subject(const void *row, struct subject *out);
void run_row_explain(const void *row, const struct env *env, struct sheet *sheet);
void budget_row_id(const void *row, char out[ROW_ID]);
void budget_row_subject(const void *row, struct subject *out);
/* "#17/2446079", "HTTP 502", "no answer" */
void error_code_text(const struct error_line *row, char *out, size_t size);
void error_row_id(const void *row, char out[ROW_ID]);
void error_row_subject(const void *row, struct subject *out);
void error_row_explain(const void *row, const struct env *env, struct sheet *sheet);
void log_row_id(const void *row, char out[ROW_ID]);
void log_row_subject(const void *row, struct subject *out);
void action_row_id(const void *row, char out[ROW_ID]);
void action_row_subject(const void *row, struct subject *out);
void limiter_row_id(const void *row, char out[ROW_ID]);
void limiter_row_subject(const void *row, struct subject *out);

#endif
