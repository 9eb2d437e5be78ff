/*
 * db: the one wrapper around SQLite: a connection, its cache of prepared statements, binding by
 * name. Internal to the store; one thread at a time (the store's lock, or the reader's thread).
 */
#ifndef STORE_DB_H
#define STORE_DB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"

struct sqlite3;
struct sqlite3_stmt;

enum { DB_CACHE = 256 };

struct db_cached {
    uint64_t hash; /* of the text */
    struct sqlite3_stmt *stmt;
};

struct db {
    struct sqlite3 *handle;
    char path[1024]; /* for messages */
    struct db_cached cache[DB_CACHE];
    int64_t queries; /* db_query has been asked for */
};

/* A prepared statement being bound, stepped, and given back by db_done. Binding errors are kept and
 * come out at the step. Bound texts have to live until db_done. */
struct query {
    struct db *db;
    struct sqlite3_stmt *stmt;
    int rc; /* first failure, 0 = none */
};

/* flags: SQLITE_OPEN_*. uri: the path is a URI. */
bool db_open(struct db *db, const char *path, bool uri, int flags, struct err *err);
void db_close(struct db *db);
/* One or more statements without parameters or rows. */
bool db_exec(struct db *db, const char *sql, struct err *err);
/* Sets err from the connection's last failure (rc of the failing call); false. */
bool db_fail(struct db *db, int rc, struct err *err);
bool db_in_transaction(const struct db *db);
int64_t db_changes(const struct db *db);
int64_t db_last_id(const struct db *db);
/* First column of the first row of a statement without parameters; 0 when there is none. */
bool db_scalar(struct db *db, const char *sql, int64_t *out, struct err *err);

/* The cached statement of that text, ready to bind; NULL parameters all. */
bool db_query(struct db *db, struct query *q, const char *sql, struct err *err);
/* Gives it back; NULL-safe on a query that was never prepared (zeroed). */
void db_done(struct query *q);
/* 1 = a row, 0 = the end, -1 = failed. */
int db_step(struct query *q, struct err *err);
/* Steps to the end and gives it back. */
bool db_run(struct query *q, struct err *err);
/* For the next row of a loop over one statement: keeps the bindings. */
void db_rewind(struct query *q);

/* Parameters by name, with the colon: ":at". An unknown name is a programmer's error. */
int bind_at(struct query *q, const char *name); /* its number, for loops */
void bind_i64(struct query *q, const char *name, int64_t value);
void bind_real(struct query *q, const char *name, double value);
void bind_text(struct query *q, const char *name, const char *text); /* NULL = NULL */
void bind_time(struct query *q, const char *name, int64_t ms);       /* 0 = NULL */
void bind_day(struct query *q, const char *name, int32_t day);       /* YYYY-MM-DD; 0 = NULL */
/* The same by number, for the hot loops. */
void bind_i64_n(struct query *q, int number, int64_t value);
void bind_id_n(struct query *q, int number, int64_t value); /* 0 = NULL */
void bind_real_n(struct query *q, int number, double value);
void bind_text_n(struct query *q, int number, const char *text, size_t n);
void bind_null_n(struct query *q, int number);

int64_t col_i64(struct query *q, int column); /* NULL = 0 */
double col_real(struct query *q, int column); /* NULL = 0 */
bool col_null(struct query *q, int column);
const char *col_text(struct query *q, int column, size_t *n); /* "" for NULL; until the next step */
const char *col_copy(struct query *q, int column, struct arena *arena); /* "" for NULL */
void col_array(struct query *q, int column, char *out, size_t size);    /* cut on a UTF-8 border */

#endif
