/* read_runs: the history of runs, one run, and its calls. See reader.h. */
#ifndef STORE_READ_RUNS_H
#define STORE_READ_RUNS_H

#include "model/call.h"
#include "model/run.h"
#include "store/reader.h"

struct run_query {
    const char *account_id; /* NULL = all */
    unsigned statuses;      /* 1u << RUN_FAILED | ...; 0 = all */
    int64_t since;          /* started at or after; 0 = any */
    int64_t before_run_id;  /* for the next page; 0 = from the newest */
    size_t limit;           /* 0 = 200 */
};
struct run_rows {
    struct run *rows; /* newest first; as of at_ms a run that ended later is RUNNING */
    size_t count;
};
bool read_runs(struct store_reader *reader, struct arena *arena, int64_t at_ms,
               const struct run_query *query, struct run_rows *out, struct err *err);
/* ERR_NOT_FOUND when there is none. */
bool read_run(struct store_reader *reader, int64_t at_ms, int64_t run_id, struct run *out,
              struct err *err);

struct call_row {
    int64_t call_id;
    struct call_record call;
    const char *message; /* of a failed call, "" = none */
};
struct call_rows {
    struct call_row *rows;
    size_t count;
};
/* Calls of a run, oldest first, at most limit (0 = 500) after the call after_call_id. */
bool read_run_calls(struct store_reader *reader, struct arena *arena, int64_t at_ms, int64_t run_id,
                    int64_t after_call_id, size_t limit, struct call_rows *out, struct err *err);

struct split_rows {
    struct run_split *rows; /* oldest first */
    size_t count;
};
bool read_run_splits(struct store_reader *reader, struct arena *arena, int64_t at_ms,
                     int64_t run_id, struct split_rows *out, struct err *err);

bool read_run_split_count(struct store_reader *reader, int64_t at_ms, int64_t run_id, int64_t *out,
                          struct err *err);

#endif
