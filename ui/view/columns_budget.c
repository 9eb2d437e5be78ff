/* Budget: who spent how much of the day. */
#include <stdio.h>

#include "ui/format.h"
#include "ui/view/columns.h"

static void budget_name(const void *row, const void *env, struct cell_out *out)
{
    (void)env;
    ROW(budget_line);
    cell_put(out, r->account_id[0] ? ROLE_TEXT : ROLE_HEADER,
             r->name && r->name[0] ? r->name : r->account_id);
}

static double budget_pct(const struct budget_line *r)
{
    return r->limit > 0 ? r->cost * 100 / r->limit : -1;
}

static void budget_used(const void *row, const void *env, struct cell_out *out)
{
    (void)env;
    ROW(budget_line);
    double pct = budget_pct(r);
    enum role role = pct >= 100 ? ROLE_GAUGE_BAD : pct >= 85 ? ROLE_GAUGE_WARN : ROLE_TEXT;
    cell_put(out, role, format_pct(pct).text);
}

static void budget_gauge(const void *row, const void *env, struct cell_out *out)
{
    (void)env;
    ROW(budget_line);
    out->gauge = r->limit > 0 ? budget_pct(r) : 0;
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
    cell_put(out, ROLE_TEXT, format_cost(r->cost).text);
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
    cell_put(out, ROLE_DIM, r->limit > 0 ? format_cost(r->limit).text : "--");
}

static double budget_limit_number(const void *row, const void *env)
{
    (void)env;
    ROW(budget_line);
    return r->limit;
}

static void budget_calls(const void *row, const void *env, struct cell_out *out)
{
    (void)env;
    ROW(budget_line);
    cell_put(out, ROLE_DIM, format_count(r->calls).text);
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
    cell_put(out, ROLE_DIM, format_pct(r->share * 100).text);
}

const struct column budget_columns[BUDGET_COLUMNS] = {
    {"account", "ACCOUNT", 12, 24, ALIGN_LEFT,  0, true,  budget_name,  NULL,                false, "account"},
    {"used",    "USED",    4,  5,  ALIGN_RIGHT, 0, false, budget_used,  budget_number,       true,
     "share of its daily budget"                                                                             },
    {"gauge",   NULL,      8,  16, ALIGN_LEFT,  5, false, budget_gauge, budget_number,       true,
     "the same as a gauge"                                                                                   },
    {"cost",    "COST",    4,  8,  ALIGN_RIGHT, 1, false, budget_cost,  budget_cost_number,  true,
     "weighted cost today"                                                                                   },
    {"limit",   "LIMIT",   5,  8,  ALIGN_RIGHT, 2, false, budget_limit, budget_limit_number, true,
     "daily budget"                                                                                          },
    {"calls",   "CALLS",   5,  7,  ALIGN_RIGHT, 3, false, budget_calls, budget_calls_number, true,
     "API calls today"                                                                                       },
    {"share",   "SHARE",   5,  5,  ALIGN_RIGHT, 4, false, budget_share, budget_cost_number,  true,
     "of all accounts' cost"                                                                                 },
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
