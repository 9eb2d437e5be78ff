/* usage, budget: how much of every limit is used. */
#include <string.h>

#include "base/date.h"
#include "cli/operate.h"
#include "cli/reading.h"
#include "cli/show_calibration.h"
#include "cli/show_stats.h"
#include "govern/budget.h"
#include "store/read_budget.h"
#include "store/read_limiters.h"

static const struct column usage_columns[] = {
    {"scope",         "SCOPE",    CELL_TEXT,    0, "app, app_insights, token, account, use_case"     },
    {"scope_id",      "OF",       CELL_TEXT,    0, "the account, or the scope's own word"            },
    {"use_case",      "USE CASE", CELL_TEXT,    0, "ads_management or ads_insights, of use_case"     },
    {"pct",           "USED%",    CELL_DECIMAL, 0, "the worse of reading and model, as of now"       },
    {"threshold",     "LINE%",    CELL_DECIMAL, 0, "no call starts above it"                         },
    {"reading_pct",   "HEADER%",  CELL_DECIMAL, 0, "the last reading, as it came"                    },
    {"source",        "SOURCE",   CELL_TEXT,    0, "the header it came in"                           },
    {"reading_at",    "READ AT",  CELL_TIME,    0, "and when"                                        },
    {"model_pct",     "MODEL%",   CELL_DECIMAL, 0, "our calls against the published limit"           },
    {"slope_per_min", NULL,       CELL_DECIMAL, 0, "percent a minute at the present pace"            },
    {"threshold_at",  "AT LINE",  CELL_TIME,    0, "when it gets to the line at this pace"           },
    {"full_at",       "AT 100%",  CELL_TIME,    0, "when it gets to 100 at this pace"                },
    {"reset_at",      "RESET",    CELL_TIME,    0, "when it is below the line again without calls"   },
    {"blocked_until", "BLOCKED",  CELL_TIME,    0, "end of a block of the API"                       },
    {"stuck",         NULL,       CELL_BOOL,    0, "the reading does not move although calls succeed"},
    {"access_tier",   "ACCESS",   CELL_TEXT,    0, "development_access or standard_access"           },
};
const struct table_spec usage_spec = TABLE_SPEC("usage", "no reading yet", usage_columns);

static bool fill_usage(struct cli *cli, struct reading *reading, struct table *table,
                       struct err *err)
{
    struct limiter_rows rows = {0};
    bool ok =
        read_limiters(reading->reader, reading->arena, cli->at_ms, reading->account, &rows, err);
    for (size_t i = 0; ok && i < rows.count; i++) {
        const struct limiter_row *row = &rows.rows[i];
        table_text(table, scope_kind_name(row->scope));
        table_text(table, row->scope_id);
        table_text(table, use_case_name(row->use_case));
        table_decimal(table, row->pct);
        table_decimal(table, row->threshold > 0 ? row->threshold : -1);
        table_decimal(table, row->reading_pct);
        table_text(table, row->reading_at ? usage_source_header(row->source) : "");
        table_time(table, row->reading_at);
        table_decimal(table, row->model_pct);
        table_decimal(table, row->slope_per_min);
        table_time(table, row->eta_threshold_at);
        table_time(table, row->eta_full_at);
        table_time(table, row->reset_at);
        table_time(table, row->blocked_until);
        table_bool(table, row->stuck);
        table_text(table, access_tier_name(row->access_tier));
    }
    return ok;
}

int show_usage(struct cli *cli, const struct words *words, struct err *err)
{
    if (words_given(words, WORD_PEAKS)) {
        return show_peaks(cli, words, err);
    }
    if (words_given(words, WORD_HOURS)) {
        return show_hours(cli, words, err);
    }
    if (words_given(words, WORD_CALIBRATION)) {
        return show_calibration(cli, words, err);
    }
    return reading_table(cli, words, &usage_spec, fill_usage, err);
}

/* ---- budget ---- */

static const struct column budget_columns[] = {
    {"account_id", "ACCOUNT", CELL_TEXT,    0,  "* is everything, - calls of no single account"},
    {"name",       "NAME",    CELL_TEXT,    28, "as Meta has it"                               },
    {"calls",      "CALLS",   CELL_NUMBER,  0,  "API calls of the budget's day"                },
    {"cost",       "COST",    CELL_DECIMAL, 0,  "weighted units of them"                       },
    {"limit",      "LIMIT",   CELL_DECIMAL, 0,  "units of the day; none where none is set"     },
    {"pct",        "USED%",   CELL_DECIMAL, 0,  "cost of the limit"                            },
    {"ends_at",    "ENDS",    CELL_TIME,    0,
     "when it is spent at the pace of the last hour; of *, none: not today"                    },
};
const struct table_spec budget_spec = TABLE_SPEC("budget", "nothing spent today", budget_columns);

/* What the day allows all, or with an account that one: as configured, or as an operator set it. */
static double allowed(const struct config *config, const struct budget_report *report,
                      const char *account_id)
{
    const char *name = account_id ? "budget.account" : "budget.daily";
    double limit = account_id ? config->budget_per_account : config->budget_daily;
    bool own = false; /* set for this very account: goes before one for each */
    for (size_t i = 0; i < report->override_count; i++) {
        const struct override_row *row = &report->overrides[i];
        bool exact = account_id && strcmp(row->scope, account_id) == 0;
        if (strcmp(row->name, name) == 0 && (exact || (!row->scope[0] && !own))) {
            limit = row->value;
            own = exact;
        }
    }
    return limit;
}

static void budget_row(struct table *table, const struct budget_account *row, double limit,
                       int64_t ends_at)
{
    table_text(table, row->account_id[0] ? row->account_id : "-");
    table_text(table, row->name);
    table_number(table, row->calls);
    table_decimal(table, row->cost);
    table_decimal(table, limit > 0 ? limit : -1);
    table_decimal(table, limit > 0 ? 100 * row->cost / limit : -1);
    table_time(table, ends_at);
}

static int64_t ends_at(const struct budget_report *report, const struct budget_day *day,
                       double limit, int64_t now)
{
    int64_t recent_ms = 0;
    double recent = budget_recent(report->hour_cost, day->starts_ms, now, &recent_ms);
    return budget_project(limit, report->cost, recent, recent_ms, now, day->ends_ms).ends_at_ms;
}

static bool fill_budget(struct cli *cli, struct reading *reading, struct table *table,
                        struct err *err)
{
    struct budget_report report = {0};
    struct budget_day day = budget_day(reading->now, cli->config.budget_day_starts_ms);
    if (!read_budget(reading->reader, reading->arena, cli->at_ms, day.day, &report, err)) {
        return false;
    }
    if (!reading->account) {
        struct budget_account all = {.account_id = "*",
                                     .name = "everything today",
                                     .calls = report.calls,
                                     .cost = report.cost};
        double limit = allowed(&cli->config, &report, NULL);
        budget_row(table, &all, limit, ends_at(&report, &day, limit, reading->now));
    }
    for (size_t i = 0; i < report.account_count; i++) {
        const struct budget_account *row = &report.accounts[i];
        if (!reading->account || strcmp(reading->account, row->account_id) == 0) {
            budget_row(table, row,
                       row->account_id[0] ? allowed(&cli->config, &report, row->account_id) : 0, 0);
        }
    }
    return true;
}

int show_budget(struct cli *cli, const struct words *words, struct err *err)
{
    bool set = words->count > 0 && strcmp(words->plain[0], "set") == 0;
    return set ? operate_setting(cli, words, err)
               : reading_table(cli, words, &budget_spec, fill_budget, err);
}
