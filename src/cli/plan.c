#include "cli/plan.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/num.h"
#include "cli/reading.h"
#include "cli/recorded.h"
#include "cli/show_calibration.h"
#include "govern/budget.h"
#include "govern/forecast_plan.h"
#include "store/read_accounts.h"
#include "store/read_budget.h"
#include "store/read_entities.h"
#include "store/read_limiters.h"

#define DAY_MS ((int64_t)24 * 3600 * 1000)
enum { LEARN_DAYS = 2, VIEWS_MAX = FORECAST_LIMITERS, DAYS_MAX = 1100, TABLES = 4 };

static const struct column plan_columns[] = {
    {"account_id",       "ACCOUNT", CELL_TEXT,    0, "act_<number>"                             },
    {"calls",            "CALLS",   CELL_DECIMAL, 0, "API calls it would take"                  },
    {"insight_rows",     "ROWS",    CELL_DECIMAL, 0, "rows of insights, estimated"              },
    {"weight",           "WEIGHT",  CELL_DECIMAL, 0, "units of one insights call of this shape" },
    {"cost",             "COST",    CELL_DECIMAL, 0, "weighted units of all of it"              },
    {"budget_left",      "LEFT",    CELL_DECIMAL, 0, "units left of the account's and the day's"},
    {"budget_share_pct", "SHARE%",  CELL_DECIMAL, 0, "cost of those; above 100 it does not fit" },
    {"trips",            "TRIPS",   CELL_TEXT,    0, "the limiter whose line it meets first"    },
    {"trips_after_ms",   "AFTER",   CELL_SPAN,    0, "how long after its start"                 },
    {"trips_assumed",    "ASSUMED", CELL_BOOL,    0,
     "what a call costs there was never measured: a published or a guessed figure"              },
    {"split_parts",      "PARTS",   CELL_NUMBER,  0,
     "the cheapest split that meets no line; 1: as a whole, 0: none helps"                      },
    {"split_days",       "OF DAYS", CELL_NUMBER,  0, "days of each part"                        },
    {"split_spacing_ms", "EACH",    CELL_SPAN,    0, "between the starts of two parts"          },
    {"split_total_ms",   "IN ALL",  CELL_SPAN,    0, "from now to the start of the last one"    },
    {"split_cost",       "FOR",     CELL_DECIMAL, 0, "weighted units of all parts"              },
};
const struct table_spec plan_spec = TABLE_SPEC("plan", NULL, plan_columns);

static const struct column plan_steps_columns[] = {
    {"class",  "CLASS",  CELL_TEXT,    0, "of the calls"        },
    {"calls",  "CALLS",  CELL_DECIMAL, 0, "how many"            },
    {"weight", "WEIGHT", CELL_DECIMAL, 0, "units of one of them"},
    {"cost",   "COST",   CELL_DECIMAL, 0, "units of all of them"},
};
const struct table_spec plan_steps_spec = TABLE_SPEC("steps", "no call", plan_steps_columns);

static const struct column plan_limiters_columns[] = {
    {"scope",          "SCOPE",    CELL_TEXT,    0, "app, app_insights, account, use_case"              },
    {"use_case",       "USE CASE", CELL_TEXT,    0, "of use_case"                                       },
    {"now_pct",        "NOW%",     CELL_DECIMAL, 0, "used now"                                          },
    {"peak_pct",       "PEAK%",    CELL_DECIMAL, 0, "predicted, if it were sent in one go"              },
    {"threshold",      "LINE%",    CELL_DECIMAL, 0, "no call starts above it"                           },
    {"trips_after_ms", "AT LINE",  CELL_SPAN,    0, "how long after its start; none: it does not"       },
    {"full_after_ms",  "AT 100%",  CELL_SPAN,    0, "how long after its start; none: it does not"       },
    {"assumed",        "ASSUMED",  CELL_BOOL,    0, "nothing is learned yet: published limits"          },
    {"cost_pct",       "COST%",    CELL_DECIMAL, 0,
     "learned, of one call; of one unit where load drives it"                                           },
    {"factor",         "TIMES",    CELL_DECIMAL, 0, "that to the published figure; 0: none is published"},
    {"model",          "MODEL",    CELL_TEXT,    0,
     "few (nothing learned), fits, low or high: off by more than two times"                             },
};
const struct table_spec plan_limiters_spec =
    TABLE_SPEC("limiters", "nothing is known of any limiter", plan_limiters_columns);

static int list_count(const char *list)
{
    int n = list && list[0] ? 1 : 0;
    for (const char *c = list; c && *c; c++) {
        n += *c == ',';
    }
    return n;
}

static bool take_levels(const char *list, struct forecast_request *request, struct err *err)
{
    char word[32];
    for (const char *c = list; *c;) {
        size_t n = strcspn(c, ",");
        enum insight_level level;
        snprintf(word, sizeof word, "%.*s", (int)n, c);
        if (n >= sizeof word || !insight_level_parse(word, &level)) {
            return err_set(err, ERR_USAGE, "--levels %.60s: give some of account,campaign,adset,ad",
                           list);
        }
        request->levels[level] = true;
        c += n + (c[n] == ',');
    }
    return true;
}

/* The shape that was asked for, the configuration's where nothing was. */
static bool take_shape(const struct words *words, const struct config *config,
                       struct forecast_request *request, struct err *err)
{
    const char *levels = words->value[WORD_LEVELS], *days = words->value[WORD_DAYS];
    const char *actions = words->value[WORD_ACTION_BREAKDOWNS];
    const char *breakdowns = words->value[WORD_BREAKDOWNS];
    int64_t n = config->window_days + 1;
    for (size_t i = 0; !levels && i < config->level_count; i++) {
        request->levels[config->levels[i]] = true;
    }
    if (levels && !take_levels(levels, request, err)) {
        return false;
    }
    if (days && !(num_parse_i64(days, &n) && n > 0 && n <= DAYS_MAX)) {
        return err_set(err, ERR_USAGE, "--days %.40s: give a number from 1 to %d", days, DAYS_MAX);
    }
    request->days = (int)n;
    request->daily = words_given(words, WORD_DAILY);
    request->breakdowns = list_count(breakdowns ? breakdowns : config->breakdowns);
    request->action_breakdowns =
        cost_action_breakdowns(actions ? actions : config->action_breakdowns);
    request->entities = true;
    request->total = request->breakdowns == 0;
    request->page_entities = config->page_size_entities;
    request->page_insights = config->page_size_insights;
    return true;
}

/* How much there is to list, and how much of it delivers. */
static bool take_size(struct reading *reading, struct forecast_request *request,
                      struct entity_totals *totals, struct err *err)
{
    static const int least_days = 8;
    int days = request->days > least_days ? request->days : least_days;
    int64_t rows = 0; /* of a day: ads that are no longer active have theirs too */
    if (!read_entity_totals(reading->reader, reading->account, totals, err) ||
        !read_rows_per_day(reading->reader, reading->account, LEVEL_AD, days, &rows, err)) {
        return false;
    }
    double ads = (double)(rows > totals->active ? rows : totals->active);
    snprintf(request->account_id, sizeof request->account_id, "%s", reading->account);
    request->entity_count[LEVEL_ACCOUNT] = 1;
    for (int kind = 0; kind < ENTITY_KIND_COUNT; kind++) {
        request->listed[kind] = (double)totals->present[kind];
    }
    double campaigns = request->listed[ENTITY_CAMPAIGN], adsets = request->listed[ENTITY_ADSET];
    request->entity_count[LEVEL_CAMPAIGN] = campaigns < ads ? campaigns : ads;
    request->entity_count[LEVEL_ADSET] = adsets < ads ? adsets : ads;
    request->entity_count[LEVEL_AD] = ads;
    return true;
}

static void take_weights(const struct config *config, struct cost_weights *out)
{
    *out = (struct cost_weights){.call = config->cost_call,
                                 .breakdowns = config->cost_breakdowns,
                                 .daily = config->cost_daily,
                                 .window_90d = config->cost_window_90d,
                                 .action_breakdowns = config->cost_action_breakdowns};
}

/* The governor's own view of a limiter as of now goes before what the log alone tells. */
static void correct_view(struct scope_view *view, const struct limiter_rows *rows)
{
    for (size_t i = 0; i < rows->count; i++) {
        const struct limiter_row *row = &rows->rows[i];
        if (row->scope == view->kind && row->use_case == view->use_case && row->pct >= 0) {
            view->pct = row->pct;
            view->threshold_pct = row->threshold > 0 ? row->threshold : view->threshold_pct;
            view->tier = row->access_tier != ACCESS_UNKNOWN ? row->access_tier : view->tier;
        }
    }
}

static bool take_views(struct cli *cli, struct reading *reading, const struct recorded *log,
                       int64_t active_ads, struct scope_view *views, size_t *count, struct err *err)
{
    struct governor_config config;
    struct limiter_rows rows = {0};
    if (!recorded_governor(reading->reader, reading->arena, cli->at_ms, &cli->config, &config,
                           err) ||
        !read_limiters(reading->reader, reading->arena, cli->at_ms, reading->account, &rows, err)) {
        return false;
    }
    struct governor *learned = replay_learn(&config, log->calls, log->count);
    if (!learned) {
        return err_set(err, ERR_MEMORY, "plan: out of memory");
    }
    governor_set_active_ads(learned, reading->account, active_ads);
    struct scope_view view;
    for (size_t i = 0; *count < VIEWS_MAX && governor_scope_view(learned, i, reading->now, &view);
         i++) {
        if (!view.account_id[0] || strcmp(view.account_id, reading->account) == 0) {
            correct_view(&view, &rows);
            views[(*count)++] = view;
        }
    }
    governor_destroy(learned);
    return true;
}

/* What the day leaves this account: the lesser of its own and everybody's. */
static bool take_budget(struct cli *cli, struct reading *reading, double *left, struct err *err)
{
    struct budget_report report = {0};
    struct budget_day day = budget_day(reading->now, cli->config.budget_day_starts_ms);
    double all = cli->config.budget_daily, own = cli->config.budget_per_account;
    if (!read_budget(reading->reader, reading->arena, cli->at_ms, day.day, &report, err)) {
        return false;
    }
    for (size_t i = 0; i < report.override_count; i++) {
        const struct override_row *row = &report.overrides[i];
        bool here = !row->scope[0] || strcmp(row->scope, reading->account) == 0;
        all = strcmp(row->name, "budget.daily") == 0 ? row->value : all;
        own = here && strcmp(row->name, "budget.account") == 0 ? row->value : own;
    }
    double spent = 0;
    for (size_t i = 0; i < report.account_count; i++) {
        spent = strcmp(report.accounts[i].account_id, reading->account) == 0
                    ? report.accounts[i].cost
                    : spent;
    }
    *left = all - report.cost < own - spent ? all - report.cost : own - spent;
    *left = *left > 0 ? *left : 0;
    return true;
}

static void steps(struct table *table, const struct forecast_plan *plan,
                  const struct cost_weights *weights, double *weight)
{
    for (size_t i = 0; i < plan->shape_count; i++) {
        const struct cost_shape *shape = &plan->shapes[i];
        double one = cost_call(weights, shape);
        *weight = shape->call_class == CALL_INSIGHTS ? one : *weight;
        table_text(table, call_class_name(shape->call_class));
        table_decimal(table, shape->calls);
        table_decimal(table, one);
        table_decimal(table, one * shape->calls);
    }
}

static void limiters(struct table *table, const struct forecast_plan *plan)
{
    for (size_t i = 0; i < plan->limiter_count; i++) {
        const struct forecast_limiter *l = &plan->limiters[i];
        table_text(table, scope_kind_name(l->kind));
        table_text(table, use_case_name(l->use_case));
        table_decimal(table, l->now_pct);
        table_decimal(table, l->peak_pct);
        table_decimal(table, l->threshold_pct);
        table_span(table, l->trips_after_ms);
        table_span(table, l->full_after_ms);
        table_bool(table, l->assumed);
        table_decimal(table, l->cost_pct);
        table_decimal(table, l->factor);
        table_text(table, calibrate_verdict_name(l->verdict));
    }
}

static void head(struct table *table, const char *account, const struct forecast_plan *plan,
                 double weight, double left)
{
    const struct forecast_limiter *trip =
        plan->first_trip >= 0 ? &plan->limiters[plan->first_trip] : NULL;
    char name[96] = "";
    if (trip) {
        snprintf(name, sizeof name, "%s%s%s", scope_kind_name(trip->kind),
                 trip->use_case ? " " : "", trip->use_case ? use_case_name(trip->use_case) : "");
    }
    table_text(table, account);
    table_decimal(table, plan->calls);
    table_decimal(table, plan->rows);
    table_decimal(table, weight);
    table_decimal(table, plan->cost);
    table_decimal(table, left);
    table_decimal(table, plan->budget_share_pct);
    table_text(table, name);
    table_span(table, trip ? trip->trips_after_ms : -1);
    table_bool(table, trip && trip->assumed);
    table_number(table, plan->split.parts);
    table_number(table, plan->split.days_each);
    table_span(table, plan->split.parts > 1 ? plan->split.spacing_ms : -1);
    table_span(table, plan->split.parts > 0 ? plan->split.total_ms : -1);
    table_decimal(table, plan->split.parts > 0 ? plan->split.cost : -1);
}

static bool make(struct cli *cli, const struct words *words, struct reading *reading,
                 struct table *const *tables, struct err *err)
{
    struct forecast_request request = {0};
    struct entity_totals totals = {0};
    struct account_row account;
    struct cost_weights weights;
    struct scope_view views[VIEWS_MAX];
    size_t count = 0;
    double left = -1, weight = -1;
    struct forecast_plan plan;
    struct recorded log;
    if (!reading->account) {
        return err_set(err, ERR_USAGE, "plan: give an account, act_<number>; see 'adtop accounts'");
    }
    if (!take_shape(words, &cli->config, &request, err) ||
        !read_account(reading->reader, reading->arena, cli->at_ms, reading->account, &account,
                      err) ||
        !take_size(reading, &request, &totals, err) ||
        !recorded_load(reading->reader, reading->arena, cli->at_ms,
                       reading->now - LEARN_DAYS * DAY_MS, &log, err) ||
        !take_views(cli, reading, &log, totals.active, views, &count, err) ||
        !take_budget(cli, reading, &left, err)) {
        return false;
    }
    take_weights(&cli->config, &weights);
    forecast_plan(&request, &weights, views, count, left, &plan);
    steps(tables[1], &plan, &weights, &weight);
    limiters(tables[2], &plan);
    head(tables[0], reading->account, &plan, weight, left);
    return calibration_rows(reading, &log, tables[3], err);
}

int show_plan(struct cli *cli, const struct words *words, struct err *err)
{
    struct reading reading;
    struct table *tables[TABLES] = {
        table_create(cli, &plan_spec), table_create(cli, &plan_steps_spec),
        table_create(cli, &plan_limiters_spec), table_create(cli, &calibration_spec)};
    struct document document = {
        .name = "plan", .head = tables[0], .parts = tables + 1, .count = TABLES - 1};
    bool ok = reading_begin(cli, words, &reading, err) && tables[0] && tables[1] && tables[2] &&
              tables[3] && make(cli, words, &reading, tables, err) &&
              document_print(cli, &document, err);
    reading_end(&reading);
    for (size_t i = 0; i < TABLES; i++) {
        table_destroy(tables[i]);
    }
    return reading_exit(ok, err);
}
