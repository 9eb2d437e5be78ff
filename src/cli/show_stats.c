#include "cli/show_stats.h"

#include "cli/reading.h"
#include "store/read_stats.h"

#define DAY_MS ((int64_t)24 * 3600 * 1000)
enum { PEAK_DAYS = 7, HOUR_DAYS = 1, STAT_DAYS = 30 };

static const struct column peaks_columns[] = {
    {"scope",    "SCOPE",    CELL_TEXT,    0, "app, app_insights, account, buc, insights"         },
    {"scope_id", "OF",       CELL_TEXT,    0, "the account, or the scope's own word"              },
    {"use_case", "USE CASE", CELL_TEXT,    0, "ads_management or ads_insights, of buc"            },
    {"source",   NULL,       CELL_TEXT,    0, "the header"                                        },
    {"class",    "CLASS",    CELL_TEXT,    0,
     "of the call whose answer carried the reading; none: it is older than single readings are "
     "kept"                                                                                       },
    {"peak_pct", "PEAK%",    CELL_DECIMAL, 0, "the highest reading"                               },
    {"peak_at",  "AT",       CELL_TIME,    0, "and when"                                          },
    {"mean_pct", "MEAN%",    CELL_DECIMAL, 0, "of all of them"                                    },
    {"readings", "READINGS", CELL_NUMBER,  0, "how many; repeated ones within a minute count once"},
};
const struct table_spec peaks_spec = TABLE_SPEC("peaks", "no reading in that time", peaks_columns);

static bool fill_peaks(struct cli *cli, struct reading *reading, struct table *table,
                       struct err *err)
{
    struct peak_rows rows = {0};
    bool ok = read_usage_peaks(reading->reader, reading->arena, cli->at_ms, reading->account,
                               reading_since(reading, PEAK_DAYS * DAY_MS), &rows, err);
    for (size_t i = 0; ok && i < rows.count && (!reading->limit || i < (size_t)reading->limit);
         i++) {
        const struct peak_row *row = &rows.rows[i];
        table_text(table, usage_source_name(row->source));
        table_text(table, row->scope_id);
        table_text(table, use_case_name(row->use_case));
        table_text(table, usage_source_header(row->source));
        table_text(table, row->call_class);
        table_decimal(table, row->peak_pct);
        table_time(table, row->peak_at);
        table_decimal(table, row->mean_pct);
        table_number(table, row->readings);
    }
    return ok;
}

int show_peaks(struct cli *cli, const struct words *words, struct err *err)
{
    return reading_table(cli, words, &peaks_spec, fill_peaks, err);
}

static const struct column hours_columns[] = {
    {"hour",           "HOUR",     CELL_TIME,    0, "its beginning"              },
    {"calls",          "CALLS",    CELL_NUMBER,  0, "API calls of it"            },
    {"failed",         "FAILED",   CELL_NUMBER,  0, "of those"                   },
    {"busiest_minute", "IN A MIN", CELL_NUMBER,  0, "calls of its busiest minute"},
    {"burst",          "BURST",    CELL_DECIMAL, 0,
     "that minute against an even hour: 1 is sustained, 60 is one burst"         },
    {"mean_pct",       "MEAN%",    CELL_DECIMAL, 0, "of all readings"            },
    {"max_pct",        "PEAK%",    CELL_DECIMAL, 0, "the highest of them"        },
    {"cost",           "COST",     CELL_DECIMAL, 0, "weighted units"             },
};
const struct table_spec hours_spec = TABLE_SPEC("hours", "no call in that time", hours_columns);

static bool fill_hours(struct cli *cli, struct reading *reading, struct table *table,
                       struct err *err)
{
    struct hour_rows rows = {0};
    bool ok = read_usage_hours(reading->reader, reading->arena, cli->at_ms, reading->account,
                               reading_since(reading, HOUR_DAYS * DAY_MS), &rows, err);
    for (size_t i = 0; ok && i < rows.count; i++) {
        const struct hour_row *row = &rows.rows[i];
        table_time(table, row->hour);
        table_number(table, row->calls);
        table_number(table, row->failed);
        table_number(table, row->busiest_minute);
        table_decimal(table,
                      row->calls ? 60.0 * (double)row->busiest_minute / (double)row->calls : -1);
        table_decimal(table, row->mean_pct);
        table_decimal(table, row->max_pct);
        table_decimal(table, row->cost);
    }
    return ok;
}

int show_hours(struct cli *cli, const struct words *words, struct err *err)
{
    return reading_table(cli, words, &hours_spec, fill_hours, err);
}

/* ---- runs --stats ---- */

static const struct column durations_columns[] = {
    {"account_id", "ACCOUNT", CELL_TEXT,    0,  "act_<number>"                 },
    {"name",       "NAME",    CELL_TEXT,    28, "as Meta has it"               },
    {"runs",       "RUNS",    CELL_NUMBER,  0,  "that ended well or incomplete"},
    {"mean_ms",    "MEAN",    CELL_SPAN,    0,  "duration, average"            },
    {"p50_ms",     "P50",     CELL_SPAN,    0,  "half of them took less"       },
    {"p95_ms",     "P95",     CELL_SPAN,    0,  "95 of 100 took less"          },
    {"p99_ms",     "P99",     CELL_SPAN,    0,  "99 of 100 took less"          },
    {"max_ms",     "MAX",     CELL_SPAN,    0,  "the longest"                  },
    {"calls",      "CALLS",   CELL_DECIMAL, 0,  "API calls a run"              },
    {"cost",       "COST",    CELL_DECIMAL, 0,  "weighted units a run"         },
};
const struct table_spec durations_spec =
    TABLE_SPEC("durations", "no run ended in that time", durations_columns);

static const struct column days_columns[] = {
    {"day",             "DAY",       CELL_TEXT,    0, "UTC"                           },
    {"runs",            "RUNS",      CELL_NUMBER,  0, "started on it"                 },
    {"throttled_runs",  "THROTTLED", CELL_NUMBER,  0, "of those, given up for a limit"},
    {"failed_runs",     "FAILED",    CELL_NUMBER,  0, "of those, failed"              },
    {"calls",           "CALLS",     CELL_NUMBER,  0, "API calls"                     },
    {"failed_calls",    "ERRORS",    CELL_NUMBER,  0, "of those"                      },
    {"throttle_errors", "REFUSED",   CELL_NUMBER,  0, "of those, refused by a limit"  },
    {"cost",            "COST",      CELL_DECIMAL, 0, "weighted units"                },
};
const struct table_spec days_spec = TABLE_SPEC("days", "no call in that time", days_columns);

static void duration_cells(struct table *table, const struct duration_rows *rows)
{
    for (size_t i = 0; i < rows->count; i++) {
        const struct duration_row *row = &rows->rows[i];
        table_text(table, row->account_id);
        table_text(table, row->name);
        table_number(table, row->runs);
        table_span(table, row->mean_ms);
        table_span(table, row->p50_ms);
        table_span(table, row->p95_ms);
        table_span(table, row->p99_ms);
        table_span(table, row->max_ms);
        table_decimal(table, row->calls);
        table_decimal(table, row->cost);
    }
}

static void day_cells(struct table *table, const struct day_rows *rows)
{
    for (size_t i = 0; i < rows->count; i++) {
        const struct day_row *row = &rows->rows[i];
        table_text(table, row->day);
        table_number(table, row->runs);
        table_number(table, row->throttled_runs);
        table_number(table, row->failed_runs);
        table_number(table, row->calls);
        table_number(table, row->failed);
        table_number(table, row->throttled);
        table_decimal(table, row->cost);
    }
}

int show_run_stats(struct cli *cli, const struct words *words, struct err *err)
{
    struct reading reading;
    struct duration_rows durations = {0};
    struct day_rows days = {0};
    struct table *parts[] = {table_create(cli, &durations_spec), table_create(cli, &days_spec)};
    struct document document = {.name = "stats", .parts = parts, .count = 2};
    bool ok =
        (!cli->csv || err_set(err, ERR_USAGE, "runs --stats: these are two tables; --json")) &&
        reading_begin(cli, words, &reading, err);
    if (ok) {
        int64_t from = reading_since(&reading, STAT_DAYS * DAY_MS);
        ok = read_run_durations(reading.reader, reading.arena, cli->at_ms, reading.account, from,
                                &durations, err) &&
             read_run_days(reading.reader, reading.arena, cli->at_ms, reading.account, from, &days,
                           err);
    }
    if (ok && parts[0] && parts[1]) {
        duration_cells(parts[0], &durations);
        day_cells(parts[1], &days);
    }
    ok = ok && document_print(cli, &document, err);
    if (!cli->csv) {
        reading_end(&reading);
    }
    table_destroy(parts[0]);
    table_destroy(parts[1]);
    return reading_exit(ok, err);
}
