#include "cli/show_calibration.h"

#include <stdio.h>

#include "cli/reading.h"
#include "govern/calibrate_log.h"
#include "store/read_entities.h"

#define DAY_MS ((int64_t)24 * 3600 * 1000)
enum { CALIBRATION_DAYS = 7, ROWS_MAX = 20000 };
static const double shown_units = 1000;

static const struct column calibration_columns[] = {
    {"scope",      "SCOPE",    CELL_TEXT,    0, "app, app_insights, account, buc, insights"          },
    {"account_id", "ACCOUNT",  CELL_TEXT,    0, "none: the app's own limit"                          },
    {"use_case",   "USE CASE", CELL_TEXT,    0, "ads_management or ads_insights, of buc"             },
    {"class",      "CLASS",    CELL_TEXT,    0, "of the calls"                                       },
    {"calls",      "CALLS",    CELL_NUMBER,  0, "of it in the log"                                   },
    {"assumed",    "ASSUMED%", CELL_DECIMAL, 0, "per cent of the limit for 1,000 weighted units"     },
    {"from",       "FROM",     CELL_TEXT,    0,
     "published: the limit of the access tier; weights: a unit costs the same in every class"        },
    {"learned",    "LEARNED%", CELL_DECIMAL, 0, "the same, as measured; none: too few rises"         },
    {"low",        "LOW%",     CELL_DECIMAL, 0, "a quarter of the rises were below it"               },
    {"high",       "HIGH%",    CELL_DECIMAL, 0, "a quarter of the rises were above it"               },
    {"samples",    "RISES",    CELL_NUMBER,  0, "between two readings, that tell of the class"       },
    {"factor",     "TIMES",    CELL_DECIMAL, 0, "learned to assumed"                                 },
    {"model",      "MODEL",    CELL_TEXT,    0, "few (nothing is claimed), fits, low or high"        },
    {"verdict",    "VERDICT",  CELL_TEXT,    0, "what that means; off by more than two times says so"},
};
const struct table_spec calibration_spec =
    TABLE_SPEC("calibration", "no reading in that time", calibration_columns);

static int64_t active_ads(void *ctx, const char *account_id)
{
    struct reading *reading = ctx;
    struct entity_totals totals = {0};
    struct err err = {0};
    return read_entity_totals(reading->reader, account_id, &totals, &err) ? totals.active : 0;
}

static void verdict_text(const struct calibration *cost, char *out, size_t size)
{
    double times = cost->factor > 0 && cost->factor < 1 ? 1 / cost->factor : cost->factor;
    switch (cost->verdict) {
    case CALIBRATE_FEW:
        snprintf(out, size, "too few rises to tell");
        return;
    case CALIBRATE_FITS:
        snprintf(out, size, "within two times");
        return;
    case CALIBRATE_LOW:
    case CALIBRATE_HIGH:
        break;
    }
    bool high = cost->verdict == CALIBRATE_HIGH;
    if (times > 0) {
        snprintf(out, size, "off by %.1f times: costs %s", times, high ? "more" : "less");
    } else {
        snprintf(out, size, "costs less than can be measured");
    }
}

static void add_row(struct table *table, const struct calibrate_row *row)
{
    const struct calibration *cost = &row->cost;
    bool known = cost->verdict != CALIBRATE_FEW;
    char verdict[64];
    verdict_text(cost, verdict, sizeof verdict);
    table_text(table, usage_source_name(row->source));
    table_text(table, row->account_id);
    table_text(table, use_case_name(row->use_case));
    table_text(table, call_class_name(row->call_class));
    table_number(table, row->calls);
    table_decimal(table, shown_units * cost->assumed);
    table_text(table, row->published ? "published" : "weights");
    table_decimal(table, known ? shown_units * cost->pct_per_unit : -1);
    table_decimal(table, known ? shown_units * (cost->low > 0 ? cost->low : 0) : -1);
    table_decimal(table, known ? shown_units * (cost->high > 0 ? cost->high : 0) : -1);
    table_number(table, (int64_t)cost->samples);
    table_decimal(table, known ? cost->factor : -1);
    table_text(table, calibrate_verdict_name(cost->verdict));
    table_text(table, verdict);
}

bool calibration_rows(struct reading *reading, const struct recorded *log, struct table *table,
                      struct err *err)
{
    const struct calibrate_log in = {.calls = log->calls,
                                     .count = log->count,
                                     .account_id = reading->account,
                                     .active_ads = active_ads,
                                     .ctx = reading};
    size_t count = 0;
    struct calibrate_row *rows = arena_alloc(reading->arena, ROWS_MAX * sizeof *rows);
    if (!rows || !calibrate_log(&in, rows, ROWS_MAX, &count)) {
        return err_set(err, ERR_MEMORY, "calibration: out of memory");
    }
    for (size_t i = 0; i < count && (!reading->limit || i < (size_t)reading->limit); i++) {
        add_row(table, &rows[i]);
    }
    return true;
}

static bool fill_calibration(struct cli *cli, struct reading *reading, struct table *table,
                             struct err *err)
{
    struct recorded log;
    return recorded_load(reading->reader, reading->arena, cli->at_ms,
                         reading_since(reading, CALIBRATION_DAYS * DAY_MS), &log, err) &&
           calibration_rows(reading, &log, table, err);
}

int show_calibration(struct cli *cli, const struct words *words, struct err *err)
{
    return reading_table(cli, words, &calibration_spec, fill_calibration, err);
}
