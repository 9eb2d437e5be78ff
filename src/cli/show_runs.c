/* runs, errors, actions, alerts: what happened. */
#include "cli/operate.h"
#include "cli/reading.h"
#include "cli/table.h"
#include "model/error_catalog.h"
#include "store/read_actions.h"
#include "store/read_alerts.h"
#include "store/read_errors.h"
#include "store/read_runs.h"

#include <stdio.h>

#define COUNT(a) (sizeof(a) / sizeof *(a))

enum { HOUR_MS = 3600 * 1000, DAY_MS = 24 * HOUR_MS };

static int64_t since_or(const struct cli *cli, const struct reading *reading, int64_t span)
{
    int64_t now = cli->at_ms ? cli->at_ms : cli_now(cli);
    return reading->since ? reading->since : now - span;
}

int show_runs(struct cli *cli, int argc, char **argv, struct err *err)
{
    static const struct column columns[] = {
        {"run_id",         "RUN",     CELL_NUMBER,  0 },
        {"account_id",     "ACCOUNT", CELL_TEXT,    0 },
        {"mode",           "MODE",    CELL_TEXT,    0 },
        {"trigger",        "BY",      CELL_TEXT,    0 },
        {"status",         "STATUS",  CELL_TEXT,    0 },
        {"started_at",     "STARTED", CELL_TIME,    0 },
        {"duration_ms",    "TOOK",    CELL_SPAN,    0 },
        {"entities",       "ENT",     CELL_NUMBER,  0 },
        {"insight_rows",   "ROWS",    CELL_NUMBER,  0 },
        {"api_calls",      "CALLS",   CELL_NUMBER,  0 },
        {"retries",        "RETRY",   CELL_NUMBER,  0 },
        {"estimated_cost", "EST",     CELL_DECIMAL, 0 },
        {"actual_cost",    "COST",    CELL_DECIMAL, 0 },
        {"error_code",     "CODE",    CELL_NUMBER,  0 },
        {"error_message",  "ERROR",   CELL_TEXT,    48},
    };
    struct reading reading;
    struct run_rows rows = {0};
    struct table *table = table_create(cli, "runs", columns, COUNT(columns));
    bool ok = table && reading_begin(cli, &reading, argc, argv, err);
    if (ok) {
        struct run_query query = {.account_id = reading.account,
                                  .since = reading.since,
                                  .limit = reading.limit ? (size_t)reading.limit : 50};
        ok = read_runs(reading.reader, reading.arena, cli->at_ms, &query, &rows, err);
        for (size_t i = 0; ok && i < rows.count; i++) {
            const struct run *run = &rows.rows[i];
            table_number(table, run->run_id);
            table_text(table, run->account_id);
            table_text(table, run_mode_name(run->mode));
            table_text(table, run_trigger_name(run->trigger));
            table_text(table, run_status_name(run->status));
            table_time(table, run->started_at);
            table_span(table, run->finished_at ? run->duration_ms : -1);
            table_number(table, run->campaigns_fetched + run->adsets_fetched + run->ads_fetched);
            table_number(table, run->insight_rows);
            table_number(table, run->api_calls);
            table_number(table, run->retries);
            table_decimal(table, run->estimated_cost);
            table_decimal(table, run->actual_cost);
            table_number(table, run->error_code);
            table_text(table, run->error_message);
        }
        ok = ok && table_print(table, "no runs", err);
        reading_end(&reading);
    }
    table_destroy(table);
    return reading_exit(ok, err);
}

int show_errors(struct cli *cli, int argc, char **argv, struct err *err)
{
    static const struct column columns[] = {
        {"code",     "CODE",    CELL_NUMBER, 0 },
        {"subcode",  "SUB",     CELL_NUMBER, 0 },
        {"http",     "HTTP",    CELL_NUMBER, 0 },
        {"count",    "COUNT",   CELL_NUMBER, 0 },
        {"accounts", "ACCTS",   CELL_NUMBER, 0 },
        {"first_at", "FIRST",   CELL_TIME,   0 },
        {"last_at",  "LAST",    CELL_TIME,   0 },
        {"meaning",  "MEANING", CELL_TEXT,   40},
        {"advice",   "DO",      CELL_TEXT,   56},
        {"message",  "MESSAGE", CELL_TEXT,   60},
        {"fbtrace",  "FBTRACE", CELL_TEXT,   0 },
    };
    struct reading reading;
    struct error_groups rows = {0};
    struct table *table = table_create(cli, "errors", columns, COUNT(columns));
    bool ok = table && reading_begin(cli, &reading, argc, argv, err);
    if (ok) {
        ok = read_errors(reading.reader, reading.arena, cli->at_ms, reading.account,
                         since_or(cli, &reading, DAY_MS), &rows, err);
        for (size_t i = 0; ok && i < rows.count; i++) {
            const struct error_group *row = &rows.rows[i];
            const struct error_entry *entry =
                error_catalog_find(row->code, row->subcode, row->last_message, row->http_status);
            table_number(table, row->code);
            table_number(table, row->subcode);
            table_number(table, row->http_status);
            table_number(table, row->count);
            table_number(table, row->accounts);
            table_time(table, row->first_at);
            table_time(table, row->last_at);
            table_text(table, entry->title);
            table_text(table, entry->advice);
            table_text(table, row->last_message);
            table_text(table, row->last_fbtrace_id);
        }
        ok = ok && table_print(table, "no errors", err);
        reading_end(&reading);
    }
    table_destroy(table);
    return reading_exit(ok, err);
}

int show_actions(struct cli *cli, int argc, char **argv, struct err *err)
{
    static const struct column columns[] = {
        {"action_id",  "ID",     CELL_NUMBER, 0 },
        {"at",         "AT",     CELL_TIME,   0 },
        {"actor",      "WHO",    CELL_TEXT,   0 },
        {"origin",     "FROM",   CELL_TEXT,   0 },
        {"action",     "ACTION", CELL_TEXT,   0 },
        {"target",     "TARGET", CELL_TEXT,   0 },
        {"reason",     "REASON", CELL_TEXT,   40},
        {"expires_at", "UNTIL",  CELL_TIME,   0 },
        {"before",     "BEFORE", CELL_TEXT,   24},
        {"after",      "AFTER",  CELL_TEXT,   24},
        {"result",     "RESULT", CELL_TEXT,   48},
        {"undone_by",  "UNDONE", CELL_NUMBER, 0 },
    };
    struct reading reading;
    struct action_rows rows = {0};
    struct table *table = table_create(cli, "actions", columns, COUNT(columns));
    bool ok = table && reading_begin(cli, &reading, argc, argv, err);
    if (ok) {
        struct action_query query = {.target = reading.account,
                                     .from = reading.since,
                                     .limit = reading.limit ? (size_t)reading.limit : 50};
        ok = read_actions(reading.reader, reading.arena, cli->at_ms, &query, &rows, err);
        for (size_t i = 0; ok && i < rows.count; i++) {
            const struct operator_action *row = &rows.rows[i];
            table_number(table, row->action_id);
            table_time(table, row->at);
            table_text(table, row->actor);
            table_text(table, row->origin);
            table_text(table, op_kind_name(row->kind));
            table_text(table, row->target);
            table_text(table, row->reason);
            table_time(table, row->expires_at);
            table_text(table, row->before);
            table_text(table, row->after);
            table_text(table, row->result);
            table_number(table, row->undone_by);
        }
        ok = ok && table_print(table, "nobody did anything", err);
        reading_end(&reading);
    }
    table_destroy(table);
    return reading_exit(ok, err);
}

int show_alerts(struct cli *cli, int argc, char **argv, struct err *err)
{
    static const struct column columns[] = {
        {"alert_id",   "ID",       CELL_NUMBER, 0 },
        {"severity",   "SEVERITY", CELL_TEXT,   0 },
        {"rule",       "RULE",     CELL_TEXT,   0 },
        {"scope",      "SCOPE",    CELL_TEXT,   0 },
        {"since",      "SINCE",    CELL_TIME,   0 },
        {"cleared_at", "CLEARED",  CELL_TIME,   0 },
        {"acked_by",   "ACK",      CELL_TEXT,   0 },
        {"detail",     "DETAIL",   CELL_TEXT,   90},
    };
    struct reading reading;
    struct alert_rows rows = {0};
    struct table *table = table_create(cli, "alerts", columns, COUNT(columns));
    bool ok = table && reading_begin(cli, &reading, argc, argv, err);
    if (ok) {
        ok = read_alerts(reading.reader, reading.arena, cli->at_ms, reading.since, &rows, err);
        for (size_t i = 0; ok && i < rows.count; i++) {
            const struct alert_row *row = &rows.rows[i];
            table_number(table, row->alert_id);
            table_text(table, alert_severity_name(row->severity));
            table_text(table, row->rule);
            table_text(table, row->scope);
            table_time(table, row->since);
            table_time(table, row->cleared_at);
            table_text(table, row->acked_by);
            table_text(table, row->detail);
        }
        ok = ok && table_print(table, "no alerts", err);
        reading_end(&reading);
    }
    table_destroy(table);
    return reading_exit(ok, err);
}
