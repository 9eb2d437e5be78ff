/* reading: what every reading command does first: its options, the reader, an arena. */
#ifndef CLI_READING_H
#define CLI_READING_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "cli/cli.h"
#include "cli/table.h"
#include "cli/words.h"
#include "store/reader.h"

struct reading {
    struct store_reader *reader;
    struct arena *arena;
    const char *account; /* the account given, normalised; NULL = all */
    char account_id[40];
    int64_t now;   /* --at, else the present of the state directory's clock */
    int64_t since; /* --since; 0 = the command's default */
    int64_t limit; /* --limit; 0 = the command's default */
};

/* Takes --at, --since, --limit and at most one account; opens the database. */
bool reading_begin(struct cli *cli, const struct words *words, struct reading *reading,
                   struct err *err);
void reading_end(struct reading *reading);
/* EXIT_OK, or the code of the error. */
int reading_exit(bool ok, const struct err *err);
/* --since, or that long before now. */
int64_t reading_since(const struct reading *reading, int64_t span_ms);

/* A whole command that prints one table: fill adds the cells, row by row. */
typedef bool reading_fill(struct cli *cli, struct reading *reading, struct table *table,
                          struct err *err);
int reading_table(struct cli *cli, const struct words *words, const struct table_spec *spec,
                  reading_fill *fill, struct err *err);
/* ERR_USAGE when --at was given to what is live only. */
bool reading_live_only(const struct cli *cli, const struct words *words, struct err *err);

int show_status(struct cli *cli, const struct words *words, struct err *err);
int show_accounts(struct cli *cli, const struct words *words, struct err *err);
int show_usage(struct cli *cli, const struct words *words, struct err *err);
int show_runs(struct cli *cli, const struct words *words, struct err *err);
int show_budget(struct cli *cli, const struct words *words, struct err *err);
int show_errors(struct cli *cli, const struct words *words, struct err *err);
int show_actions(struct cli *cli, const struct words *words, struct err *err);
int show_queue(struct cli *cli, const struct words *words, struct err *err);
int show_alerts(struct cli *cli, const struct words *words, struct err *err);
int show_why(struct cli *cli, const struct words *words, struct err *err);

/* What their tables and documents hold. */
extern const struct table_spec status_spec, accounts_spec, usage_spec, runs_spec, budget_spec,
    splits_spec, errors_spec, actions_spec, queue_spec, alerts_spec, why_spec;

#endif
