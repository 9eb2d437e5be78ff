/*
 * reader: a read-only connection, one per thread, that never makes the writer wait. Where it may
 * not write the directory and no engine runs, it opens the file as immutable.
 *
 * The read_*.h functions share their shape: rows go into the caller's arena, at_ms = 0 means live,
 * any other value means as of that instant, from samples, intervals and account_history. Each call
 * is one statement or a few bounded ones: at 1,000 accounts and a year of history none takes over
 * 20 ms. Errors: ERR_STORE, ERR_STORE_NEWER, ERR_NOT_FOUND (no database yet, no such row).
 */
#ifndef STORE_READER_H
#define STORE_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/err.h"

struct store_reader;

/* clock: NULL = that of the last engine on this directory. */
struct store_reader *store_reader_open(const char *path, const struct clock *clock,
                                       struct err *err);
void store_reader_close(struct store_reader *reader);

/* The clock given, or the last engine's (looked at again when the data changed). */
struct clock store_reader_clock(struct store_reader *reader);
int64_t store_reader_now(struct store_reader *reader);
/* Another number whenever somebody committed; cheap. Immutable: constant. */
int64_t reader_data_version(struct store_reader *reader);
bool store_reader_immutable(const struct store_reader *reader);

/* Several reads of one and the same state. Ends by store_reader_end; keep it short: it holds the
 * WAL back. */
bool store_reader_begin(struct store_reader *reader, struct err *err);
void store_reader_end(struct store_reader *reader);

/* While stop is given, reads ask it every hundred microseconds or so; once it has said true they
 * fail with ERR_CANCELLED. A read that does without a part it could not have does not fail: whoever
 * watches asks store_reader_stopped in the end. stop NULL = no more. */
void store_reader_watch(struct store_reader *reader, bool (*stop)(void *context), void *context);
/* Since the last store_reader_watch. */
bool store_reader_stopped(const struct store_reader *reader);
/* Statements begun since it was opened. */
int64_t store_reader_statements(const struct store_reader *reader);

#endif
