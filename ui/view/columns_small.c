/* The shorter tables: budget, errors, log, actions, limiters. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "ui/format.h"
#include "ui/view/rows.h"

#define ROW(type) const struct type *r = row
#define ENV const struct env *e = env

static void put(struct cell_out *out, enum role role, const char *text)
{
    snprintf(out->text, sizeof out->text, "%s", text ? text : "");
    out->role = role;
}

/* ---- budget */

static void budget_name(const void *row, const void *env, struct cell_out *out)
{
    (void)env;
    ROW(budget_line);
    put(out, r->account_id[0] ? ROLE_TEXT : ROLE_HEADER,
        r->name && r->name[0] ? r->name : r->account_id);
}

static double budget_pct(const struct budget_line *r)
{
    return r->limit > 0 ? r->cost * 100 / r->limit : -1;
}

static void budget_gauge(const void *row, const void *env, struct cell_out *out)
{
    (void)env;
    ROW(budget_line);
    double pct = budget_pct(r);
    enum role role = pct >= 100 ? ROLE_GAUGE_BAD : pct >= 85 ? ROLE_GAUGE_WARN : ROLE_TEXT;
    char padded[16];
    snprintf(padded, sizeof padded, "%4.6s", format_pct(pct).text);
    put(out, role, padded);
    out->gauge = pct;
    out->threshold = 100;
}

static double budget_number(const void *row, const void *env)
{
    (void)env;
    ROW(budget_line);
    return budget_pct(r);
}

static void budget_cost(const void *row, const void *env, struct cell_out *out)
{
    (void)env;
    ROW(budget_line);
    put(out, ROLE_TEXT, format_cost(r->cost).text);
}

static double budget_cost_number(const void *row, const void *env)
{
    (void)env;
    ROW(budget_line);
    return r->cost;
}

static void budget_limit(const void *row, const void *env, struct cell_out *out)
{
    (void)env;
    ROW(budget_line);
    put(out, ROLE_DIM, r->limit > 0 ? format_cost(r->limit).text : "--");
}

static void budget_calls(const void *row, const void *env, struct cell_out *out)
{
    (void)env;
    ROW(budget_line);
    put(out, ROLE_DIM, format_count(r->calls).text);
}

static double budget_calls_number(const void *row, const void *env)
{
    (void)env;
    ROW(budget_line);
    return (double)r->calls;
}

static void budget_share(const void *row, const void *env, struct cell_out *out)
{
    (void)env;
    ROW(budget_line);
    put(out, ROLE_DIM, format_pct(r->share * 100).text);
}

const struct column budget_columns[BUDGET_COLUMNS] = {
    {"account", "ACCOUNT", 12, 22, ALIGN_LEFT,  0, true,  budget_name,  NULL,                false, "account"     },
    {"used",    "USED",    5,  20, ALIGN_RIGHT, 0, false, budget_gauge, budget_number,       true,
     "share of its daily budget"                                                                                  },
    {"cost",    "COST",    6,  8,  ALIGN_RIGHT, 1, false, budget_cost,  budget_cost_number,  true,
     "weighted cost today"                                                                                        },
    {"limit",   "LIMIT",   6,  8,  ALIGN_RIGHT, 2, false, budget_limit, NULL,                false, "daily budget"},
    {"calls",   "CALLS",   5,  7,  ALIGN_RIGHT, 3, false, budget_calls, budget_calls_number, true,
     "API calls today"                                                                                            },
    {"share",   "SHARE",   5,  5,  ALIGN_RIGHT, 4, false, budget_share, budget_cost_number,  true,
     "of all accounts' cost"                                                                                      },
};

void budget_row_id(const void *row, char out[ROW_ID])
{
    ROW(budget_line);
    snprintf(out, ROW_ID, "%s", r->id);
}

void budget_row_subject(const void *row, struct subject *out)
{
    ROW(budget_line);
    snprintf(out->account_id, sizeof out->account_id, "%s", r->account_id);
    snprintf(out->name, sizeof out->name, "%s", r->name ? r->name : "");
}

/* ---- errors */

static void error_code(const void *row, const void *env, struct cell_out *out)
{
    (void)env;
    ROW(error_line);
    if (r->subcode) {
        snprintf(out->text, sizeof out->text, "%d/%d", r->code, r->subcode);
    } else {
        snprintf(out->text, sizeof out->text, "%d", r->code);
    }
    out->role = ROLE_ALARM;
}

static double error_code_number(const void *row, const void *env)
{
    (void)env;
    ROW(error_line);
    return r->code;
}

static void error_count(const void *row, const void *env, struct cell_out *out)
{
    (void)env;
    ROW(error_line);
    put(out, ROLE_TEXT, format_count(r->count).text);
}

static double error_count_number(const void *row, const void *env)
{
    (void)env;
    ROW(error_line);
    return (double)r->count;
}

static void error_first(const void *row, const void *env, struct cell_out *out)
{
    ROW(error_line);
    ENV;
    put(out, ROLE_DIM, format_time(r->first_at, e->now, e->offset_s).text);
}

static void error_last(const void *row, const void *env, struct cell_out *out)
{
    ROW(error_line);
    ENV;
    put(out, ROLE_TEXT, format_time(r->last_at, e->now, e->offset_s).text);
}

static double error_first_number(const void *row, const void *env)
{
    (void)env;
    ROW(error_line);
    return (double)r->first_at;
}

static double error_last_number(const void *row, const void *env)
{
    (void)env;
    ROW(error_line);
    return (double)r->last_at;
}

static void error_accounts(const void *row, const void *env, struct cell_out *out)
{
    (void)env;
    ROW(error_line);
    if (r->accounts == 1) {
        put(out, ROLE_TEXT, r->name && r->name[0] ? r->name : r->account_id);
    } else {
        snprintf(out->text, sizeof out->text, "%d accounts", r->accounts);
    }
}

static double error_accounts_number(const void *row, const void *env)
{
    (void)env;
    ROW(error_line);
    return r->accounts;
}

static void error_message(const void *row, const void *env, struct cell_out *out)
{
    (void)env;
    ROW(error_line);
    put(out, ROLE_TEXT, r->message);
}

const struct column error_columns[ERROR_COLUMNS] = {
    {"code",     "CODE",  6,  13, ALIGN_LEFT,  0, false, error_code,     error_code_number,     false,
     "code/subcode of the API"                                                                                    },
    {"count",    "COUNT", 5,  6,  ALIGN_RIGHT, 0, false, error_count,    error_count_number,    true,
     "how often in the range"                                                                                     },
    {"first",    "FIRST", 5,  12, ALIGN_LEFT,  2, false, error_first,    error_first_number,    true,
     "first time"                                                                                                 },
    {"last",     "LAST",  5,  12, ALIGN_LEFT,  0, false, error_last,     error_last_number,     true,  "last time"},
    {"accounts", "WHO",   10, 18, ALIGN_LEFT,  1, false, error_accounts, error_accounts_number, true,
     "accounts it hit"                                                                                            },
    {"message",  "WHAT",  10, 30, ALIGN_LEFT,  0, true,  error_message,  NULL,                  false,
     "what the API said"                                                                                          },
};

void error_row_id(const void *row, char out[ROW_ID])
{
    ROW(error_line);
    snprintf(out, ROW_ID, "%s", r->id);
}

void error_row_subject(const void *row, struct subject *out)
{
    ROW(error_line);
    if (r->accounts == 1) {
        snprintf(out->account_id, sizeof out->account_id, "%s", r->account_id);
        snprintf(out->name, sizeof out->name, "%s", r->name ? r->name : "");
    }
}

/* ---- log */

static void log_at(const void *row, const void *env, struct cell_out *out)
{
    ROW(log_line);
    ENV;
    put(out, ROLE_DIM, format_clock(r->at, e->offset_s).text);
}

static double log_at_number(const void *row, const void *env)
{
    (void)env;
    ROW(log_line);
    return (double)r->at;
}

static void log_level(const void *row, const void *env, struct cell_out *out)
{
    (void)env;
    ROW(log_line);
    char letter[2] = {r->level[0], '\0'};
    letter[0] = (char)(letter[0] >= 'a' ? letter[0] - 'a' + 'A' : letter[0]);
    put(out, letter[0] == 'E' ? ROLE_ALARM : letter[0] == 'W' ? ROLE_WARN : ROLE_DIM, letter);
}

static void log_source(const void *row, const void *env, struct cell_out *out)
{
    (void)env;
    ROW(log_line);
    put(out, ROLE_DIM, r->source);
}

static void log_account(const void *row, const void *env, struct cell_out *out)
{
    (void)env;
    ROW(log_line);
    put(out, ROLE_DIM, r->account_id);
}

static void log_run(const void *row, const void *env, struct cell_out *out)
{
    (void)env;
    ROW(log_line);
    if (r->run_id) {
        snprintf(out->text, sizeof out->text, "%" PRId64, r->run_id);
    }
    out->role = ROLE_DIM;
}

static double log_run_number(const void *row, const void *env)
{
    (void)env;
    ROW(log_line);
    return (double)r->run_id;
}

static void log_message(const void *row, const void *env, struct cell_out *out)
{
    (void)env;
    ROW(log_line);
    put(out, r->acked_at ? ROLE_DIM : ROLE_TEXT, r->message);
}

const struct column log_columns[LOG_COLUMNS] = {
    {"time",    "TIME",    8,  8,  ALIGN_LEFT,  0, false, log_at,      log_at_number,  false, "when"                },
    {"level",   "L",       1,  1,  ALIGN_LEFT,  0, false, log_level,   NULL,           false, "Error, Warning, Info"},
    {"source",  "SOURCE",  6,  10, ALIGN_LEFT,  2, false, log_source,  NULL,           false, "which part"          },
    {"account", "ACCOUNT", 12, 21, ALIGN_LEFT,  3, false, log_account, NULL,           false, "account id"          },
    {"run",     "RUN",     4,  6,  ALIGN_RIGHT, 4, false, log_run,     log_run_number, true,  "run id"              },
    {"message", "MESSAGE", 12, 40, ALIGN_LEFT,  0, true,  log_message, NULL,           false, "what"                },
};

void log_row_id(const void *row, char out[ROW_ID])
{
    ROW(log_line);
    snprintf(out, ROW_ID, "%" PRId64, r->log_id);
}

void log_row_subject(const void *row, struct subject *out)
{
    ROW(log_line);
    snprintf(out->account_id, sizeof out->account_id, "%s", r->account_id);
    out->run_id = r->run_id;
    out->number = r->log_id;
}

/* ---- actions */

static void action_at(const void *row, const void *env, struct cell_out *out)
{
    ROW(action_line);
    ENV;
    put(out, ROLE_TEXT, format_time(r->action.at, e->now, e->offset_s).text);
}

static double action_at_number(const void *row, const void *env)
{
    (void)env;
    ROW(action_line);
    return (double)r->action.at;
}

static void action_who(const void *row, const void *env, struct cell_out *out)
{
    (void)env;
    ROW(action_line);
    snprintf(out->text, sizeof out->text, "%s@%s", r->action.actor, r->action.origin);
}

static void action_what(const void *row, const void *env, struct cell_out *out)
{
    (void)env;
    ROW(action_line);
    put(out, ROLE_TEXT, op_kind_name(r->action.kind));
}

static void action_target(const void *row, const void *env, struct cell_out *out)
{
    (void)env;
    ROW(action_line);
    put(out, ROLE_TEXT, r->name && r->name[0] ? r->name : r->action.target);
}

static void action_reason(const void *row, const void *env, struct cell_out *out)
{
    (void)env;
    ROW(action_line);
    put(out, ROLE_TEXT, r->action.reason);
}

static void action_change(const void *row, const void *env, struct cell_out *out)
{
    (void)env;
    ROW(action_line);
    snprintf(out->text, sizeof out->text, "%.200s%s%.200s", r->action.before,
             r->action.before[0] || r->action.after[0] ? " > " : "", r->action.after);
    out->role = ROLE_DIM;
}

static void action_result(const void *row, const void *env, struct cell_out *out)
{
    (void)env;
    ROW(action_line);
    bool ok = strcmp(r->action.result, "ok") == 0;
    put(out, ok ? ROLE_DIM : ROLE_WARN, r->action.undone_by ? "undone" : r->action.result);
}

const struct column action_columns[ACTION_COLUMNS] = {
    {"time",   "TIME",           5,  12, ALIGN_LEFT, 0, false, action_at,     action_at_number, true,  "when"               },
    {"who",    "WHO",            10, 22, ALIGN_LEFT, 2, false, action_who,    NULL,             false, "user and where from"},
    {"action", "ACTION",         10, 13, ALIGN_LEFT, 0, false, action_what,   NULL,             false, "what"               },
    {"target", "TARGET",         12, 24, ALIGN_LEFT, 0, false, action_target, NULL,             false, "on what"            },
    {"reason", "REASON",         8,  24, ALIGN_LEFT, 1, true,  action_reason, NULL,             false, "why"                },
    {"change", "BEFORE > AFTER", 14, 40, ALIGN_LEFT, 3, false, action_change, NULL,             false,
     "before and after"                                                                                                     },
    {"result", "RESULT",         6,  14, ALIGN_LEFT, 0, false, action_result, NULL,             false, "ok or why not"      },
};

void action_row_id(const void *row, char out[ROW_ID])
{
    ROW(action_line);
    snprintf(out, ROW_ID, "%" PRId64, r->action.action_id);
}

void action_row_subject(const void *row, struct subject *out)
{
    ROW(action_line);
    if (strncmp(r->action.target, "act_", 4) == 0) {
        snprintf(out->account_id, sizeof out->account_id, "%.39s", r->action.target);
        snprintf(out->name, sizeof out->name, "%s", r->name ? r->name : "");
    }
    out->number = r->action.action_id;
}

/* ---- limiters */

static void limiter_name(const void *row, const void *env, struct cell_out *out)
{
    (void)env;
    ROW(limiter_line);
    put(out, ROLE_TEXT, r->name && r->name[0] ? r->name : r->account_id[0] ? r->account_id : "app");
}

static void limiter_label(const void *row, const void *env, struct cell_out *out)
{
    (void)env;
    ROW(limiter_line);
    put(out, ROLE_TEXT, r->label);
}

static void limiter_gauge(const void *row, const void *env, struct cell_out *out)
{
    (void)env;
    ROW(limiter_line);
    char padded[16];
    snprintf(padded, sizeof padded, "%4.6s", format_pct(r->pct).text);
    enum role role = r->pct < 0                      ? ROLE_DIM
                     : r->pct >= r->threshold        ? ROLE_GAUGE_BAD
                     : r->pct >= r->threshold * 0.85 ? ROLE_GAUGE_WARN
                                                     : ROLE_TEXT;
    put(out, role, padded);
    out->gauge = r->pct < 0 ? 0 : r->pct;
    out->threshold = r->threshold;
}

static double limiter_number(const void *row, const void *env)
{
    (void)env;
    ROW(limiter_line);
    return r->pct;
}

static void limiter_age(const void *row, const void *env, struct cell_out *out)
{
    ROW(limiter_line);
    ENV;
    put(out, ROLE_DIM, r->pct < 0 ? "--" : format_age(e->now - r->at).text);
}

static double limiter_age_number(const void *row, const void *env)
{
    ROW(limiter_line);
    ENV;
    return r->pct < 0 ? 1e15 : (double)(e->now - r->at);
}

static void limiter_reset(const void *row, const void *env, struct cell_out *out)
{
    ROW(limiter_line);
    ENV;
    put(out, ROLE_TEXT,
        r->regain_at > e->now ? format_time(r->regain_at, e->now, e->offset_s).text : "--");
}

static void limiter_slope(const void *row, const void *env, struct cell_out *out)
{
    (void)env;
    ROW(limiter_line);
    if (r->slope >= 0.5 || r->slope <= -0.5) {
        snprintf(out->text, sizeof out->text, "%+.0f/min", r->slope);
    }
    out->role = r->slope >= 0.5 ? ROLE_WARN : ROLE_DIM;
}

static double limiter_slope_number(const void *row, const void *env)
{
    (void)env;
    ROW(limiter_line);
    return r->slope;
}

static void limiter_forecast(const void *row, const void *env, struct cell_out *out)
{
    (void)env;
    ROW(limiter_line);
    if (r->pct >= 0 && r->pct < 100 && r->slope >= 0.5) {
        snprintf(out->text, sizeof out->text, "100%% in %s",
                 format_ahead((int64_t)((100 - r->pct) / r->slope * 60000)).text);
    }
    out->role = ROLE_WARN;
}

static void limiter_parts(const void *row, const void *env, struct cell_out *out)
{
    (void)env;
    ROW(limiter_line);
    if (r->call_count >= 0) {
        snprintf(out->text, sizeof out->text, "%.0f/%.0f/%.0f", r->call_count, r->total_time,
                 r->total_cputime);
    }
    out->role = ROLE_DIM;
}

static void limiter_source(const void *row, const void *env, struct cell_out *out)
{
    (void)env;
    ROW(limiter_line);
    put(out, ROLE_DIM, r->header);
}

const struct column limiter_columns[LIMITER_COLUMNS] = {
    {"who",      "WHO",           12, 24, ALIGN_LEFT,  0, true,  limiter_name,     NULL,                 false, "app or account"},
    {"limit",    "LIMIT",         8,  14, ALIGN_LEFT,  0, false, limiter_label,    NULL,                 false, "which limiter" },
    {"usage",    "USAGE",         5,  28, ALIGN_RIGHT, 0, false, limiter_gauge,    limiter_number,       true,
     "the mark is the threshold"                                                                                                },
    {"age",      "AGE",           3,  4,  ALIGN_RIGHT, 1, false, limiter_age,      limiter_age_number,   true,
     "age of the reading"                                                                                                       },
    {"reset",    "RESET",         5,  12, ALIGN_LEFT,  2, false, limiter_reset,    NULL,                 false,
     "when access is regained, as the header says"                                                                              },
    {"slope",    "SLOPE",         7,  8,  ALIGN_RIGHT, 3, false, limiter_slope,    limiter_slope_number, true,
     "points a minute over 15 minutes"                                                                                          },
    {"forecast", "FORECAST",      9,  13, ALIGN_LEFT,  4, false, limiter_forecast, NULL,                 false,
     "at this slope"                                                                                                            },
    {"parts",    "CALL/TIME/CPU", 13, 13, ALIGN_LEFT,  5, false, limiter_parts,    NULL,                 false,
     "the header's three figures"                                                                                               },
    {"header",   "HEADER",        12, 28, ALIGN_LEFT,  6, false, limiter_source,   NULL,                 false,
     "where the figure came from"                                                                                               },
};

void limiter_row_id(const void *row, char out[ROW_ID])
{
    ROW(limiter_line);
    snprintf(out, ROW_ID, "%s", r->id);
}

void limiter_row_subject(const void *row, struct subject *out)
{
    ROW(limiter_line);
    snprintf(out->account_id, sizeof out->account_id, "%s", r->account_id);
    snprintf(out->name, sizeof out->name, "%s", r->name ? r->name : "");
}
