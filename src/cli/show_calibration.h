/* show_calibration: what calls were seen to cost every limiter, beside what is assumed. */
#ifndef CLI_SHOW_CALIBRATION_H
#define CLI_SHOW_CALIBRATION_H

#include "cli/recorded.h"

struct cli;
struct reading;
struct table;
struct table_spec;
struct words;

int show_calibration(struct cli *cli, const struct words *words, struct err *err);
/* The rows of a log, of reading's account and the app alone when it names one. */
bool calibration_rows(struct reading *reading, const struct recorded *log, struct table *table,
                      struct err *err);

extern const struct table_spec calibration_spec;

#endif
