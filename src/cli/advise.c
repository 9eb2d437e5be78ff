#include "cli/advise.h"

#include <stdio.h>

#include "cli/reading.h"
#include "cli/recorded.h"

#define DAY_MS ((int64_t)24 * 3600 * 1000)
enum { ADVISE_DAYS = 3, TABLES = 3 };

static const struct column advise_columns[] = {
    {"from",     "FROM",     CELL_TIME,   0, "beginning of the log that was replayed" },
    {"to",       "TO",       CELL_TIME,   0, "and its end"                            },
    {"calls",    "CALLS",    CELL_NUMBER, 0, "calls of it"                            },
    {"refused",  "REFUSED",  CELL_NUMBER, 0, "of those, refused by a limit of the API"},
    {"limiters", "LIMITERS", CELL_NUMBER, 0, "limiters whose cost a call is known"    },
    {"tried",    "TRIED",    CELL_NUMBER, 0, "settings that were replayed"            },
    {"verdict",  "VERDICT",  CELL_TEXT,   0, "what comes of it"                       },
};
const struct table_spec advise_spec = TABLE_SPEC("advise", NULL, advise_columns);

static const struct column advise_settings_columns[] = {
    {"setting",  "SETTING",  CELL_TEXT,    0, "as in the configuration; cadence: all of them, times"},
    {"now",      "NOW",      CELL_DECIMAL, 0, "as it is"                                            },
    {"proposed", "PROPOSED", CELL_DECIMAL, 0, "as it should be"                                     },
};
const struct table_spec advise_settings_spec =
    TABLE_SPEC("settings", "nothing to change", advise_settings_columns);

static const struct column advise_evidence_columns[] = {
    {"settings",     "SETTINGS", CELL_TEXT,    0, "now, or proposed"                              },
    {"calls",        "CALLS",    CELL_NUMBER,  0, "answered in the replay"                        },
    {"cost",         "COST",     CELL_DECIMAL, 0, "weighted units of them"                        },
    {"refused",      "REFUSED",  CELL_NUMBER,  0, "by a limit of the API"                         },
    {"close",        "CLOSE",    CELL_NUMBER,  0, "answered while a limit stood at 90 % or more"  },
    {"blocked_ms",   "BLOCKED",  CELL_SPAN,    0, "time some limiter was blocked for it"          },
    {"held_ms",      "HELD",     CELL_SPAN,    0, "time accounts waited below a threshold"        },
    {"runs",         "RUNS",     CELL_NUMBER,  0, "runs that ended"                               },
    {"age_mean_ms",  "AGE",      CELL_SPAN,    0, "age of an account's data when renewed, average"},
    {"age_worst_ms", "WORST",    CELL_SPAN,    0, "and at worst"                                  },
};
const struct table_spec advise_evidence_spec =
    TABLE_SPEC("evidence", "nothing was replayed", advise_evidence_columns);

static void evidence(struct table *table, const char *settings, const struct replay_outcome *o)
{
    table_text(table, settings);
    table_number(table, o->calls);
    table_decimal(table, o->cost);
    table_number(table, o->refused);
    table_number(table, o->close);
    table_span(table, o->blocked_ms);
    table_span(table, o->held_ms);
    table_number(table, o->runs);
    table_span(table, o->age_mean_ms);
    table_span(table, o->age_worst_ms);
}

static bool changes(struct table *table, const struct replay_setting *now,
                    const struct replay_setting *then)
{
    const struct {
        const char *name;
        double now, then;
    } rows[] = {
        {"[limits] account",  now->governor.account_pct,  then->governor.account_pct },
        {"[limits] app",      now->governor.app_pct,      then->governor.app_pct     },
        {"[limits] insights", now->governor.insights_pct, then->governor.insights_pct},
        {"[limits] use_case", now->governor.use_case_pct, then->governor.use_case_pct},
        {"cadence",           now->cadence,               then->cadence              },
    };
    bool any = false;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (rows[i].now < rows[i].then || rows[i].now > rows[i].then) {
            any = true;
            table_text(table, rows[i].name);
            table_decimal(table, rows[i].now);
            table_decimal(table, rows[i].then);
        }
    }
    return any;
}

static size_t known_limiters(const struct governor *learned)
{
    struct scope_view view;
    size_t known = 0;
    for (size_t i = 0; governor_scope_view(learned, i, 0, &view); i++) {
        known += view.calibration_samples > 0;
    }
    return known;
}

static void head(struct table *table, const struct recorded *log, const struct governor *learned,
                 int tried, const char *verdict)
{
    int64_t refused = 0;
    for (size_t i = 0; i < log->count; i++) {
        refused += log->calls[i].throttled;
    }
    table_time(table, log->from);
    table_time(table, log->to);
    table_number(table, (int64_t)log->count);
    table_number(table, refused);
    table_number(table, (int64_t)known_limiters(learned));
    table_number(table, tried);
    table_text(table, verdict);
}

static bool advise(struct cli *cli, struct reading *reading, struct table *const *tables,
                   struct err *err)
{
    struct recorded log;
    struct replay_setting now = {.cadence = 1};
    struct replay_advice advice = {0};
    if (!recorded_load(reading->reader, reading->arena, cli->at_ms,
                       reading_since(reading, ADVISE_DAYS * DAY_MS), &log, err) ||
        !recorded_governor(reading->reader, reading->arena, cli->at_ms, &cli->config, &now.governor,
                           err)) {
        return false;
    }
    if (log.count == 0) {
        return err_set(err, ERR_NOT_FOUND,
                       "advise: no call was logged in that time; let an engine run first, or look "
                       "further back with --since");
    }
    struct governor *learned = replay_learn(&now.governor, log.calls, log.count);
    double days = (double)(log.to - log.from) / (double)DAY_MS;
    double budget = cli->config.budget_daily * (days > 1 ? days : 1);
    bool ok = learned && replay_advise(log.calls, log.count, learned, &now, budget, &advice);
    if (ok) {
        bool any = changes(tables[1], &now, &advice.setting);
        head(tables[0], &log, learned, advice.tried,
             known_limiters(learned) == 0 ? "no reading yet tells what a call costs a limit"
             : any                        ? "the proposed settings do better on this log"
                                          : "the settings as they are do best on this log");
        evidence(tables[2], "now", &advice.now);
        evidence(tables[2], "proposed", &advice.then);
    }
    governor_destroy(learned);
    return ok || err_set(err, ERR_MEMORY, "advise: out of memory");
}

int show_advise(struct cli *cli, const struct words *words, struct err *err)
{
    struct reading reading;
    struct table *tables[TABLES] = {table_create(cli, &advise_spec),
                                    table_create(cli, &advise_settings_spec),
                                    table_create(cli, &advise_evidence_spec)};
    struct document document = {
        .name = "advise", .head = tables[0], .parts = tables + 1, .count = 2};
    bool ok = reading_begin(cli, words, &reading, err) && tables[0] && tables[1] && tables[2] &&
              advise(cli, &reading, tables, err) && document_print(cli, &document, err);
    reading_end(&reading);
    for (size_t i = 0; i < TABLES; i++) {
        table_destroy(tables[i]);
    }
    return reading_exit(ok, err);
}
