/*
 * store: the database of one state directory. Only this room knows SQLite or SQL.
 *
 * `struct store` is the one read-write connection; it alone commits and checkpoints. Every store_*
 * function may be called from any thread: they take its lock for their own duration. store_begin
 * keeps the lock until store_commit or store_rollback by the same thread, so do no network I/O in
 * between. Calls without a begin commit by themselves, whole or not at all.
 *
 * Errors: ERR_STORE_FULL (disk full; the transaction is gone, what was committed is safe; may be
 * repeated), ERR_STORE_NEWER, ERR_STORE, ERR_NOT_FOUND (unknown account or row), ERR_MEMORY.
 * Instants are ms of adtop's clock; 0 in a struct is NULL in the database. The reading side is
 * store/reader.h and store/read_*.h. Table and column names: DESIGN, "The store".
 */
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"

struct store;
struct store_event_map;

struct store_options {
    mode_t file_mode;                     /* 0 = 0600; the WAL files follow it */
    mode_t dir_mode;                      /* 0 = 0700 */
    gid_t group;                          /* 0 = leave */
    const char *migrations;               /* embedded prefix; NULL = "data/migrations/" */
    const struct store_event_map *events; /* what counts as a purchase, ...; NULL = built in */
    int64_t max_pages;                    /* a cap on the file; 0 = none */
};

/* Creates the directory and the file when missing, and brings the schema up to date, one
 * transaction a migration. options may be NULL. */
struct store *store_open(const char *path, const struct store_options *options, struct err *err);
/* Rolls back what is open, checkpoints, closes. */
void store_close(struct store *store);

/* They nest: the outermost commit counts, and one rollback takes everything back. */
bool store_begin(struct store *store, struct err *err);
bool store_commit(struct store *store, struct err *err);
void store_rollback(struct store *store);
/* Ends a begin by what ok says; false when it was rolled back or the commit failed. */
bool store_end(struct store *store, bool ok, struct err *err);

/* Copies the WAL into the database file and truncates it; readers may keep a part back. Small
 * checkpoints happen by themselves at commits. */
bool store_checkpoint(struct store *store, struct err *err);
/* PRAGMA integrity_check: true when it says ok; else ERR_STORE with its first line. Slow. */
bool store_integrity(struct store *store, struct err *err);
int store_schema_version(struct store *store);

#endif
