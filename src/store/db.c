#include "store/db.h"

#include <assert.h>
#include <errno.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/date.h"
#include "base/hash.h"

static bool set_io_error(struct err *err, const struct db *db, int os, const char *detail)
{
    return err_set(err, ERR_STORE,
                   "database %s: %s%s%s; check the disk, its quota and file size limits, what was "
                   "stored is safe",
                   db->path, detail, os ? ": " : "", os ? strerror(os) : "");
}

/* What to tell, by primary result code. */
static bool set_error(struct err *err, const struct db *db, int rc, const char *detail)
{
    int os = db->handle ? sqlite3_system_errno(db->handle) : 0;
    int primary = rc & 0xff;
    if (primary == SQLITE_FULL ||
        (primary == SQLITE_IOERR && (os == ENOSPC || os == EDQUOT || os == EFBIG))) {
        err_set(err, ERR_STORE_FULL,
                "database %s: the disk is full; free some space, nothing stored is lost", db->path);
        if (err) {
            err->retryable = true;
        }
        return false;
    }
    if (primary == SQLITE_INTERRUPT) {
        return err_set(err, ERR_CANCELLED, "database %s: the read was stopped", db->path);
    }
    if (primary == SQLITE_NOMEM) {
        return err_set(err, ERR_MEMORY, "database %s: out of memory", db->path);
    }
    if (primary == SQLITE_NOTADB) {
        return err_set(err, ERR_STORE,
                       "database %s: not an adtop database; move it away or choose another "
                       "--state-dir",
                       db->path);
    }
    if (primary == SQLITE_CANTOPEN || primary == SQLITE_READONLY || primary == SQLITE_PERM) {
        return err_set(err, ERR_STORE, "database %s: %s%s%s; check the directory's permissions",
                       db->path, detail, os ? ": " : "", os ? strerror(os) : "");
    }
    if (primary == SQLITE_IOERR) {
        return set_io_error(err, db, os, detail);
    }
    err_set(err, ERR_STORE, "database %s: %s", db->path, detail);
    if (err) {
        err->retryable = primary == SQLITE_BUSY || primary == SQLITE_LOCKED;
    }
    return false;
}

bool db_fail(struct db *db, int rc, struct err *err)
{
    return set_error(err, db, rc, db->handle ? sqlite3_errmsg(db->handle) : sqlite3_errstr(rc));
}

bool db_open(struct db *db, const char *path, bool uri, int flags, struct err *err)
{
    memset(db, 0, sizeof *db);
    snprintf(db->path, sizeof db->path, "%s", path);
    int all = flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE | (uri ? SQLITE_OPEN_URI : 0);
    int rc = sqlite3_open_v2(path, &db->handle, all, NULL);
    if (rc != SQLITE_OK) {
        db_fail(db, rc, err);
        db_close(db);
        return false;
    }
    sqlite3_busy_timeout(db->handle, 5000);
    sqlite3_db_config(db->handle, SQLITE_DBCONFIG_DQS_DML, 0, NULL);
    sqlite3_db_config(db->handle, SQLITE_DBCONFIG_DQS_DDL, 0, NULL);
    sqlite3_db_config(db->handle, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    sqlite3_db_config(db->handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
    return true;
}

void db_close(struct db *db)
{
    for (size_t i = 0; i < DB_CACHE; i++) {
        sqlite3_finalize(db->cache[i].stmt);
        db->cache[i] = (struct db_cached){0};
    }
    if (db->handle) {
        int rc = sqlite3_close(db->handle);
        assert(rc == SQLITE_OK);
        (void)rc;
    }
    db->handle = NULL;
}

bool db_exec(struct db *db, const char *sql, struct err *err)
{
    int rc = sqlite3_exec(db->handle, sql, NULL, NULL, NULL);
    return rc == SQLITE_OK || db_fail(db, rc, err);
}

bool db_in_transaction(const struct db *db)
{
    return !sqlite3_get_autocommit(db->handle);
}

int64_t db_changes(const struct db *db)
{
    return sqlite3_changes64(db->handle);
}

int64_t db_last_id(const struct db *db)
{
    return sqlite3_last_insert_rowid(db->handle);
}

bool db_scalar(struct db *db, const char *sql, int64_t *out, struct err *err)
{
    struct query q = {0};
    if (!db_query(db, &q, sql, err)) {
        return false;
    }
    int step = db_step(&q, err);
    if (step >= 0) {
        *out = step == 1 ? col_i64(&q, 0) : 0;
    }
    db_done(&q);
    return step >= 0;
}

/* Open addressing; when the table is full the home slot is given up. */
static struct db_cached *find_slot(struct db *db, uint64_t hash)
{
    size_t home = (size_t)(hash % DB_CACHE);
    for (size_t i = 0; i < DB_CACHE; i++) {
        struct db_cached *slot = &db->cache[(home + i) % DB_CACHE];
        if (!slot->stmt || slot->hash == hash) {
            return slot;
        }
    }
    return &db->cache[home];
}

bool db_query(struct db *db, struct query *q, const char *sql, struct err *err)
{
    uint64_t hash = hash_bytes(sql, strlen(sql), 0);
    struct db_cached *slot = find_slot(db, hash);
    *q = (struct query){.db = db};
    if (slot->stmt && (slot->hash != hash || strcmp(sqlite3_sql(slot->stmt), sql) != 0)) {
        sqlite3_finalize(slot->stmt);
        *slot = (struct db_cached){0};
    }
    if (!slot->stmt) {
        int rc =
            sqlite3_prepare_v3(db->handle, sql, -1, SQLITE_PREPARE_PERSISTENT, &slot->stmt, NULL);
        if (rc != SQLITE_OK) {
            slot->stmt = NULL;
            return db_fail(db, rc, err);
        }
        slot->hash = hash;
    }
    assert(!sqlite3_stmt_busy(slot->stmt));
    sqlite3_clear_bindings(slot->stmt);
    db->queries++;
    q->stmt = slot->stmt;
    return true;
}

void db_done(struct query *q)
{
    if (q->stmt) {
        sqlite3_reset(q->stmt);
        q->stmt = NULL;
    }
}

void db_rewind(struct query *q)
{
    sqlite3_reset(q->stmt);
}

int db_step(struct query *q, struct err *err)
{
    int rc = q->rc ? q->rc : sqlite3_step(q->stmt);
    if (rc == SQLITE_ROW) {
        return 1;
    }
    if (rc == SQLITE_DONE) {
        return 0;
    }
    q->rc = rc;
    db_fail(q->db, rc, err);
    return -1;
}

bool db_run(struct query *q, struct err *err)
{
    int step;
    do {
        step = db_step(q, err);
    } while (step > 0);
    db_done(q);
    return step == 0;
}

static void keep(struct query *q, int rc)
{
    if (rc != SQLITE_OK && !q->rc) {
        q->rc = rc;
    }
}

int bind_at(struct query *q, const char *name)
{
    int number = sqlite3_bind_parameter_index(q->stmt, name);
    assert(number > 0);
    return number;
}

void bind_i64_n(struct query *q, int number, int64_t value)
{
    keep(q, sqlite3_bind_int64(q->stmt, number, value));
}

void bind_id_n(struct query *q, int number, int64_t value)
{
    keep(q,
         value ? sqlite3_bind_int64(q->stmt, number, value) : sqlite3_bind_null(q->stmt, number));
}

void bind_real_n(struct query *q, int number, double value)
{
    keep(q, sqlite3_bind_double(q->stmt, number, value));
}

void bind_text_n(struct query *q, int number, const char *text, size_t n)
{
    keep(q, text ? sqlite3_bind_text64(q->stmt, number, text, n, SQLITE_STATIC, SQLITE_UTF8)
                 : sqlite3_bind_null(q->stmt, number));
}

void bind_null_n(struct query *q, int number)
{
    keep(q, sqlite3_bind_null(q->stmt, number));
}

void bind_i64(struct query *q, const char *name, int64_t value)
{
    bind_i64_n(q, bind_at(q, name), value);
}

void bind_real(struct query *q, const char *name, double value)
{
    bind_real_n(q, bind_at(q, name), value);
}

void bind_text(struct query *q, const char *name, const char *text)
{
    bind_text_n(q, bind_at(q, name), text, text ? strlen(text) : 0);
}

void bind_time(struct query *q, const char *name, int64_t ms)
{
    bind_id_n(q, bind_at(q, name), ms);
}

void bind_day(struct query *q, const char *name, int32_t day)
{
    if (day) {
        struct date_text date = date_text(day);
        keep(q, sqlite3_bind_text(q->stmt, bind_at(q, name), date.text, -1, SQLITE_TRANSIENT));
    }
}

int64_t col_i64(struct query *q, int column)
{
    return sqlite3_column_int64(q->stmt, column);
}

double col_real(struct query *q, int column)
{
    return sqlite3_column_double(q->stmt, column);
}

bool col_null(struct query *q, int column)
{
    return sqlite3_column_type(q->stmt, column) == SQLITE_NULL;
}

const char *col_text(struct query *q, int column, size_t *n)
{
    const unsigned char *text = sqlite3_column_text(q->stmt, column);
    if (n) {
        *n = text ? (size_t)sqlite3_column_bytes(q->stmt, column) : 0;
    }
    return text ? (const char *)text : "";
}

const char *col_copy(struct query *q, int column, struct arena *arena)
{
    size_t n = 0;
    const char *text = col_text(q, column, &n);
    const char *copy = n ? arena_copy(arena, text, n) : "";
    if (!copy) {
        keep(q, SQLITE_NOMEM);
    }
    return copy ? copy : "";
}

void col_array(struct query *q, int column, char *out, size_t size)
{
    assert(size > 0);
    size_t n = 0;
    const char *text = col_text(q, column, &n);
    if (n >= size) {
        n = size - 1;
        while (n > 0 && ((unsigned char)text[n] & 0xc0) == 0x80) {
            n--;
        }
    }
    memcpy(out, text, n);
    out[n] = '\0';
}
