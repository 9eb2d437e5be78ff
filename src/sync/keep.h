/*
 * keep: what a run writes. One transaction an answer: rows and cursor of a page, its api_calls row,
 * the usage readings, the ledger, and the run's figures so far.
 */
#ifndef SYNC_KEEP_H
#define SYNC_KEEP_H

#include "store/cursors.h"
#include "sync/parts.h"

/* Opens the transaction and puts down the call itself. On false nothing is open. */
bool keep_begin(struct sync_run *run, const struct chain *chain, const struct graph_result *result,
                struct err *err);
/* Commits with the figures so far, or rolls back when ok is false. Counts into db_ms. */
bool keep_end(struct sync_run *run, bool ok, struct err *err);
/* An answer that brought nothing but itself. */
void keep_answer(struct chain *chain, const struct graph_result *result);

/* The chain's cursor as it stands. A zeroed `out` when there is none. */
bool keep_cursor_load(const struct chain *chain, struct store_cursor *out, struct err *err);
/* after "" = no listing is under way. Learned page size, generation and rows come along. */
bool keep_cursor_save(struct chain *chain, struct store_cursor *cursor, struct err *err);

/* Fields dropped on an edge, remembered for a day, then asked for again. */
uint64_t keep_dropped_load(const struct sync_run *run, enum edge edge);
void keep_dropped_save(const struct sync_run *run, enum edge edge, uint64_t dropped);

/* What an account has borne of reads like the chain's. */
void keep_fit_load(struct chain *chain);
void keep_fit_save(struct chain *chain);

/* How insights that were too much for one answer are read instead; of `split` what, why and into
 * what has to be set. To the log as well. */
void keep_split(struct sync_run *run, struct run_split *split);

#endif
