/* show_stats: what the logs say over days, for those who set cadences and thresholds. */
#ifndef CLI_SHOW_STATS_H
#define CLI_SHOW_STATS_H

#include "base/err.h"

struct cli;
struct table_spec;
struct words;

int show_peaks(struct cli *cli, const struct words *words, struct err *err);
int show_hours(struct cli *cli, const struct words *words, struct err *err);
int show_run_stats(struct cli *cli, const struct words *words, struct err *err);

extern const struct table_spec peaks_spec, hours_spec, durations_spec, days_spec;

#endif
