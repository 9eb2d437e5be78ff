/* usage, budget: how much of every limit is used. */
#include "base/date.h"
#include "cli/operate.h"
#include "cli/reading.h"
#include "cli/table.h"
#include "govern/budget.h"
#include "store/read_budget.h"
#include "store/read_limiters.h"

#include <string.h>

#define COUNT(a) (sizeof(a) / sizeof *(a))

int show_usage(struct cli *cli, int argc, char **argv, struct err *err)
{
    static const struct column columns[] = {
        {"scope",         "SCOPE",    CELL_TEXT,    0},
        {"scope_id",      "OF",       CELL_TEXT,    0},
        {"use_case",      "USE CASE", CELL_TEXT,    0},
        {"pct",           "USED%",    CELL_DECIMAL, 0},
        {"threshold",     "LINE%",    CELL_DECIMAL, 0},
        {"reading_pct",   "HEADER%",  CELL_DECIMAL, 0},
        {"source",        "SOURCE",   CELL_TEXT,    0},
        {"reading_at",    "READ AT",  CELL_TIME,    0},
        {"model_pct",     "MODEL%",   CELL_DECIMAL, 0},
        {"threshold_at",  "AT LINE",  CELL_TIME,    0},
        {"blocked_until", "BLOCKED",  CELL_TIME,    0},
        {"access_tier",   "TIER",     CELL_TEXT,    0},
    };
    struct reading reading;
    struct limiter_rows rows = {0};
    struct table *table = table_create(cli, "usage", columns, COUNT(columns));
    bool ok = table && reading_begin(cli, &reading, argc, argv, err);
    if (ok) {
        ok = read_limiters(reading.reader, reading.arena, cli->at_ms, reading.account, &rows, err);
        for (size_t i = 0; ok && i < rows.count; i++) {
            const struct limiter_row *row = &rows.rows[i];
            table_text(table, scope_kind_name(row->scope));
            table_text(table, row->scope_id);
            table_text(table, use_case_name(row->use_case));
            table_decimal(table, row->pct);
            table_decimal(table, row->threshold);
            table_decimal(table, row->reading_pct);
            table_text(table, row->reading_at ? usage_source_header(row->source) : "");
            table_time(table, row->reading_at);
            table_decimal(table, row->model_pct);
            table_time(table, row->eta_threshold_at);
            table_time(table, row->blocked_until);
            table_text(table, access_tier_name(row->access_tier));
        }
        ok = ok && table_print(table, "no reading yet", err);
        reading_end(&reading);
    }
    table_destroy(table);
    return reading_exit(ok, err);
}

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

static void budget_row(struct table *table, const struct budget_account *row, double limit)
{
    table_text(table, row->account_id[0] ? row->account_id : "-");
    table_text(table, row->name);
    table_number(table, row->calls);
    table_decimal(table, row->cost);
    table_decimal(table, limit);
    table_decimal(table, limit > 0 ? 100 * row->cost / limit : -1);
}

int show_budget(struct cli *cli, int argc, char **argv, struct err *err)
{
    static const struct column columns[] = {
        {"account_id", "ACCOUNT", CELL_TEXT,    0 },
        {"name",       "NAME",    CELL_TEXT,    28},
        {"calls",      "CALLS",   CELL_NUMBER,  0 },
        {"cost",       "COST",    CELL_DECIMAL, 0 },
        {"limit",      "LIMIT",   CELL_DECIMAL, 0 },
        {"pct",        "USED%",   CELL_DECIMAL, 0 },
    };
    if (argc > 1 && strcmp(argv[1], "set") == 0) {
        return operate_setting(cli, argc, argv, err);
    }
    struct reading reading;
    struct budget_report report = {0};
    struct table *table = table_create(cli, "budget", columns, COUNT(columns));
    bool ok = table && reading_begin(cli, &reading, argc, argv, err);
    if (ok) {
        int64_t now = cli->at_ms ? cli->at_ms : cli_now(cli);
        struct budget_day day = budget_day(now, cli->config.budget_day_starts_ms);
        ok = read_budget(reading.reader, reading.arena, cli->at_ms, day.day, &report, err);
        if (ok && !reading.account) {
            struct budget_account all = {.account_id = "*",
                                         .name = "everything today",
                                         .calls = report.calls,
                                         .cost = report.cost};
            budget_row(table, &all, allowed(&cli->config, &report, NULL));
        }
        for (size_t i = 0; ok && i < report.account_count; i++) {
            const struct budget_account *row = &report.accounts[i];
            if (!reading.account || strcmp(reading.account, row->account_id) == 0) {
                budget_row(table, row, allowed(&cli->config, &report, row->account_id));
            }
        }
        ok = ok && table_print(table, "nothing spent today", err);
        reading_end(&reading);
    }
    table_destroy(table);
    return reading_exit(ok, err);
}
