/* reading: what every reading command does first: its options, the reader, an arena. */
#ifndef CLI_READING_H
#define CLI_READING_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "cli/cli.h"
#include "store/reader.h"

struct reading {
    struct store_reader *reader;
    struct arena *arena;
    const char *account; /* the account given, normalised; NULL = all */
    char account_id[40];
    int64_t since; /* --since; 0 = the command's default */
    int64_t limit; /* --limit; 0 = the command's default */
};

/* Takes --json, --csv, --since T, --limit N and at most one account; opens the database. */
bool reading_begin(struct cli *cli, struct reading *reading, int argc, char **argv,
                   struct err *err);
void reading_end(struct reading *reading);
/* EXIT_OK, or the code of the error. */
int reading_exit(bool ok, const struct err *err);

int show_status(struct cli *cli, int argc, char **argv, struct err *err);
int show_accounts(struct cli *cli, int argc, char **argv, struct err *err);
int show_usage(struct cli *cli, int argc, char **argv, struct err *err);
int show_runs(struct cli *cli, int argc, char **argv, struct err *err);
int show_budget(struct cli *cli, int argc, char **argv, struct err *err);
int show_errors(struct cli *cli, int argc, char **argv, struct err *err);
int show_actions(struct cli *cli, int argc, char **argv, struct err *err);
int show_queue(struct cli *cli, int argc, char **argv, struct err *err);
int show_alerts(struct cli *cli, int argc, char **argv, struct err *err);
int show_why(struct cli *cli, int argc, char **argv, struct err *err);

#endif
