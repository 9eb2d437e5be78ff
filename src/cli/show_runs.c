/* runs, errors, actions, alerts: what happened. */
#include <string.h>

#include "base/date.h"
#include "base/num.h"
#include "cli/reading.h"
#include "cli/show_stats.h"
#include "model/error_catalog.h"
#include "store/read_actions.h"
#include "store/read_alerts.h"
#include "store/read_errors.h"
#include "store/read_runs.h"

enum { DAY_MS = 24 * 3600 * 1000, ROWS = 50 };

static size_t limit_of(const struct reading *reading)
{
    return reading->limit ? (size_t)reading->limit : ROWS;
}

static const struct column runs_columns[] = {
    {"run_id",           "RUN",     CELL_NUMBER,  0,  "number of the run"                                        },
    {"account_id",       "ACCOUNT", CELL_TEXT,    0,  "act_<number>"                                             },
    {"mode",             "MODE",    CELL_TEXT,    0,  "full, delta, sweep or window"                             },
    {"trigger",          "BY",      CELL_TEXT,    0,  "schedule, operator or startup"                            },
    {"status",           "STATUS",  CELL_TEXT,    0,  "RUNNING, SUCCESS, PARTIAL, FAILED, THROTTLED or CANCELLED"},
    {"started_at",       "STARTED", CELL_TIME,    0,  "its beginning"                                            },
    {"finished_at",      NULL,      CELL_TIME,    0,  "its end"                                                  },
    {"duration_ms",      "TOOK",    CELL_SPAN,    0,  "from one to the other"                                    },
    {"entities",         "ENT",     CELL_NUMBER,  0,  "campaigns, ad sets and ads fetched"                       },
    {"insight_rows",     "ROWS",    CELL_NUMBER,  0,  "rows of insights fetched"                                 },
    {"api_calls",        "CALLS",   CELL_NUMBER,  0,  "calls it took, retries included"                          },
    {"retries",          "RETRY",   CELL_NUMBER,  0,  "of those, repeated ones"                                  },
    {"splits",           "SPLIT",   CELL_NUMBER,  0,  "reads of insights that were too much for one answer"      },
    {"bytes",            NULL,      CELL_NUMBER,  0,  "bytes of the answers"                                     },
    {"entity_fetch_ms",  NULL,      CELL_SPAN,    0,  "time spent on entities"                                   },
    {"insight_fetch_ms", NULL,      CELL_SPAN,    0,  "time spent on insights"                                   },
    {"db_ms",            NULL,      CELL_SPAN,    0,  "time spent in the database"                               },
    {"estimated_cost",   "EST",     CELL_DECIMAL, 0,  "weighted units planned"                                   },
    {"actual_cost",      "COST",    CELL_DECIMAL, 0,  "weighted units measured"                                  },
    {"error_code",       "CODE",    CELL_NUMBER,  0,  "of the API; 0 = none"                                     },
    {"error_subcode",    NULL,      CELL_NUMBER,  0,  "of the API; 0 = none"                                     },
    {"error_message",    "ERROR",   CELL_TEXT,    48, "why it did not succeed"                                   },
    {"fbtrace_id",       NULL,      CELL_TEXT,    0,  "to quote to Meta"                                         },
};
const struct table_spec runs_spec = TABLE_SPEC("runs", "no runs", runs_columns);

static void run_cells(struct table *table, const struct run *run, int64_t splits)
{
    table_number(table, run->run_id);
    table_text(table, run->account_id);
    table_text(table, run_mode_name(run->mode));
    table_text(table, run_trigger_name(run->trigger));
    table_text(table, run_status_name(run->status));
    table_time(table, run->started_at);
    table_time(table, run->finished_at);
    table_span(table, run->finished_at ? run->duration_ms : -1);
    table_number(table, run->campaigns_fetched + run->adsets_fetched + run->ads_fetched);
    table_number(table, run->insight_rows);
    table_number(table, run->api_calls);
    table_number(table, run->retries);
    table_number(table, splits);
    table_number(table, run->bytes);
    table_span(table, run->entity_fetch_ms);
    table_span(table, run->insight_fetch_ms);
    table_span(table, run->db_ms);
    table_decimal(table, run->estimated_cost);
    table_decimal(table, run->actual_cost);
    table_number(table, run->error_code);
    table_number(table, run->error_subcode);
    table_text(table, run->error_message);
    table_text(table, run->fbtrace_id);
}

static bool fill_runs(struct cli *cli, struct reading *reading, struct table *table,
                      struct err *err)
{
    struct run_rows rows = {0};
    struct run_query query = {
        .account_id = reading->account, .since = reading->since, .limit = limit_of(reading)};
    bool ok = read_runs(reading->reader, reading->arena, cli->at_ms, &query, &rows, err);
    for (size_t i = 0; ok && i < rows.count; i++) {
        int64_t splits = 0;
        ok = read_run_split_count(reading->reader, cli->at_ms, rows.rows[i].run_id, &splits, err);
        run_cells(table, &rows.rows[i], splits);
    }
    return ok;
}

/* ---- one run ---- */

static const struct column splits_columns[] = {
    {"at",        "AT",     CELL_TIME,   0,  "when it was divided"                               },
    {"level",     "LEVEL",  CELL_TEXT,   0,  "of the rows: account, campaign, adset or ad"       },
    {"node",      "OF",     CELL_TEXT,   0,  "the account, campaign or ad set asked"             },
    {"first_day", "FROM",   CELL_TEXT,   0,  "the days asked for in one answer,"                 },
    {"last_day",  "TO",     CELL_TEXT,   0,  "both included"                                     },
    {"became",    "BECAME", CELL_TEXT,   0,
     "smaller pages, parts, report, report again, campaigns or adsets"                           },
    {"parts",     "PARTS",  CELL_NUMBER, 0,  "how many parts, by date; 0: not divided by date"   },
    {"code",      "CODE",   CELL_NUMBER, 0,  "of the refusal; 0: it was adtop's own decision"    },
    {"subcode",   NULL,     CELL_NUMBER, 0,  "of the refusal"                                    },
    {"why",       "WHY",    CELL_TEXT,   60, "what the API said, or what is known of the account"},
};
const struct table_spec splits_spec =
    TABLE_SPEC("splits", "every read came in one answer", splits_columns);

static void split_cells(struct table *table, const struct split_rows *splits)
{
    for (size_t i = 0; i < splits->count; i++) {
        const struct run_split *split = &splits->rows[i];
        table_time(table, split->at);
        table_text(table, split->level);
        table_text(table, split->node);
        table_text(table, date_text(split->first_day).text);
        table_text(table, date_text(split->last_day).text);
        table_text(table, split->became);
        table_number(table, split->parts);
        table_number(table, split->code);
        table_number(table, split->subcode);
        table_text(table, split->why);
    }
}

static int show_run(struct cli *cli, const struct words *words, int64_t run_id, struct err *err)
{
    struct reading reading = {0};
    struct words none = *words;
    struct run run = {0};
    struct split_rows splits = {0};
    struct table *parts[] = {table_create(cli, &runs_spec), table_create(cli, &splits_spec)};
    struct document document = {.name = "run", .parts = parts, .count = 2};
    none.count = 0; /* the word is a number, no account */
    bool ok = (!cli->csv || err_set(err, ERR_USAGE, "runs RUN: these are two tables; --json")) &&
              reading_begin(cli, &none, &reading, err) &&
              (parts[0] && parts[1] ? true : err_set(err, ERR_MEMORY, "runs: out of memory")) &&
              read_run(reading.reader, cli->at_ms, run_id, &run, err) &&
              read_run_splits(reading.reader, reading.arena, cli->at_ms, run_id, &splits, err);
    if (ok) {
        run_cells(parts[0], &run, (int64_t)splits.count);
        split_cells(parts[1], &splits);
        ok = document_print(cli, &document, err);
    }
    if (reading.reader) {
        reading_end(&reading);
    }
    table_destroy(parts[0]);
    table_destroy(parts[1]);
    return reading_exit(ok, err);
}

int show_runs(struct cli *cli, const struct words *words, struct err *err)
{
    enum { RUN_DIGITS = 9 }; /* ids of accounts are longer */
    int64_t run_id = 0;
    const char *word = words->count > 0 ? words->plain[0] : "";
    if (words_given(words, WORD_STATS)) {
        return show_run_stats(cli, words, err);
    }
    if (strlen(word) <= RUN_DIGITS && num_parse_i64(word, &run_id) && run_id > 0) {
        return show_run(cli, words, run_id, err);
    }
    return reading_table(cli, words, &runs_spec, fill_runs, err);
}

/* ---- errors ---- */

static const struct column errors_columns[] = {
    {"code",     "CODE",    CELL_NUMBER, 0,  "of the API; 0: no answer, or no error object"},
    {"subcode",  "SUB",     CELL_NUMBER, 0,  "of the API"                                  },
    {"http",     "HTTP",    CELL_NUMBER, 0,  "status of the last one; 0 = no answer"       },
    {"count",    "COUNT",   CELL_NUMBER, 0,  "failed calls"                                },
    {"accounts", "ACCTS",   CELL_NUMBER, 0,  "how many accounts they hit"                  },
    {"first_at", "FIRST",   CELL_TIME,   0,  "the first one"                               },
    {"last_at",  "LAST",    CELL_TIME,   0,  "the last one"                                },
    {"meaning",  "MEANING", CELL_TEXT,   40, "what the code means"                         },
    {"advice",   "DO",      CELL_TEXT,   56, "what to do"                                  },
    {"message",  "MESSAGE", CELL_TEXT,   60, "what the API said last"                      },
    {"path",     NULL,      CELL_TEXT,   0,  "of the last one"                             },
    {"fbtrace",  "FBTRACE", CELL_TEXT,   0,  "of the last one, to quote to Meta"           },
};
const struct table_spec errors_spec = TABLE_SPEC("errors", "no errors", errors_columns);

static bool fill_errors(struct cli *cli, struct reading *reading, struct table *table,
                        struct err *err)
{
    struct error_groups rows = {0};
    bool ok = read_errors(reading->reader, reading->arena, cli->at_ms, reading->account,
                          reading_since(reading, DAY_MS), &rows, err);
    for (size_t i = 0; ok && i < rows.count && (!reading->limit || i < (size_t)reading->limit);
         i++) {
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
        table_text(table, row->last_path);
        table_text(table, row->last_fbtrace_id);
    }
    return ok;
}

int show_errors(struct cli *cli, const struct words *words, struct err *err)
{
    return reading_table(cli, words, &errors_spec, fill_errors, err);
}

/* ---- actions ---- */

static const struct column actions_columns[] = {
    {"action_id",  "ID",     CELL_NUMBER, 0,  "what 'adtop undo' takes"               },
    {"at",         "AT",     CELL_TIME,   0,  "when"                                  },
    {"actor",      "WHO",    CELL_TEXT,   0,  "user name"                             },
    {"origin",     "FROM",   CELL_TEXT,   0,  "address of the SSH client, or local"   },
    {"action",     "ACTION", CELL_TEXT,   0,  "pause, resume, force, ..."             },
    {"target",     "TARGET", CELL_TEXT,   0,  "account, run, alert, action or setting"},
    {"args",       NULL,     CELL_TEXT,   0,  "what else was asked, JSON"             },
    {"reason",     "REASON", CELL_TEXT,   40, "as the person gave it"                 },
    {"expires_at", "UNTIL",  CELL_TIME,   0,  "when it ends by itself"                },
    {"before",     "BEFORE", CELL_TEXT,   24, "JSON"                                  },
    {"after",      "AFTER",  CELL_TEXT,   24, "JSON"                                  },
    {"result",     "RESULT", CELL_TEXT,   48, "ok, or why it was refused"             },
    {"undone_by",  "UNDONE", CELL_NUMBER, 0,  "action that took it back; 0 = none"    },
};
const struct table_spec actions_spec =
    TABLE_SPEC("actions", "nobody did anything", actions_columns);

static bool fill_actions(struct cli *cli, struct reading *reading, struct table *table,
                         struct err *err)
{
    struct action_rows rows = {0};
    struct action_query query = {
        .target = reading->account, .from = reading->since, .limit = limit_of(reading)};
    bool ok = read_actions(reading->reader, reading->arena, cli->at_ms, &query, &rows, err);
    for (size_t i = 0; ok && i < rows.count; i++) {
        const struct operator_action *row = &rows.rows[i];
        table_number(table, row->action_id);
        table_time(table, row->at);
        table_text(table, row->actor);
        table_text(table, row->origin);
        table_text(table, op_kind_name(row->kind));
        table_text(table, row->target);
        table_text(table, row->args);
        table_text(table, row->reason);
        table_time(table, row->expires_at);
        table_text(table, row->before);
        table_text(table, row->after);
        table_text(table, row->result);
        table_number(table, row->undone_by);
    }
    return ok;
}

int show_actions(struct cli *cli, const struct words *words, struct err *err)
{
    return reading_table(cli, words, &actions_spec, fill_actions, err);
}

/* ---- alerts ---- */

static const struct column alerts_columns[] = {
    {"alert_id",   "ID",       CELL_NUMBER, 0,  "what 'adtop ack' takes"         },
    {"severity",   "SEVERITY", CELL_TEXT,   0,  "how bad"                        },
    {"rule",       "RULE",     CELL_TEXT,   0,  "which rule found it"            },
    {"scope",      "SCOPE",    CELL_TEXT,   0,  "account, limiter or the engine" },
    {"since",      "SINCE",    CELL_TIME,   0,  "when it began"                  },
    {"cleared_at", "CLEARED",  CELL_TIME,   0,  "when it ended; none: it is open"},
    {"acked_at",   NULL,       CELL_TIME,   0,  "when somebody took note"        },
    {"acked_by",   "ACK",      CELL_TEXT,   0,  "who"                            },
    {"detail",     "DETAIL",   CELL_TEXT,   90, "the figures"                    },
};
const struct table_spec alerts_spec = TABLE_SPEC("alerts", "no alerts", alerts_columns);

static bool fill_alerts(struct cli *cli, struct reading *reading, struct table *table,
                        struct err *err)
{
    struct alert_rows rows = {0};
    bool ok = read_alerts(reading->reader, reading->arena, cli->at_ms, reading->since, &rows, err);
    for (size_t i = 0; ok && i < rows.count && (!reading->limit || i < (size_t)reading->limit);
         i++) {
        const struct alert_row *row = &rows.rows[i];
        table_number(table, row->alert_id);
        table_text(table, alert_severity_name(row->severity));
        table_text(table, row->rule);
        table_text(table, row->scope);
        table_time(table, row->since);
        table_time(table, row->cleared_at);
        table_time(table, row->acked_at);
        table_text(table, row->acked_by);
        table_text(table, row->detail);
    }
    return ok;
}

int show_alerts(struct cli *cli, const struct words *words, struct err *err)
{
    return reading_table(cli, words, &alerts_spec, fill_alerts, err);
}
