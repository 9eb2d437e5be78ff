/* sync_progress: what a pass tells while it goes on: a line for each account that ended, and on a
 * terminal a bar below them. */
#ifndef CLI_SYNC_PROGRESS_H
#define CLI_SYNC_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct run;

struct sync_progress {
    bool terminal;
    int64_t began; /* clock_mono_ms */
};
void sync_progress_begin(struct sync_progress *progress);
/* name: as it came; why: of a run that did not succeed, "" = none. */
void sync_progress_ended(const struct sync_progress *progress, const char *name,
                         const struct run *run, const char *why);

struct sync_bar {
    size_t finished, accounts;
    int64_t rows, calls;
    const char *account_id, *step; /* of one that runs; "" = none */
};
void sync_progress_bar(const struct sync_progress *progress, const struct sync_bar *bar);
/* Takes the bar away. */
void sync_progress_end(const struct sync_progress *progress);
int64_t sync_progress_rows(const struct run *run);

#endif
