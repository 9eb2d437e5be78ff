#include "store/store.h"

#include <errno.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/embed.h"
#include "base/fd.h"
#include "base/hash.h"
#include "base/num.h"
#include "base/str.h"
#include "store/internal.h"

enum { BUSY_MS = 10000, WAL_PAGES = 2000, WAL_BYTES = 16 * 1024 * 1024, CACHE_KIB = 8192 };

/* "adtp" */
#define APPLICATION_ID 0x61647470

void store_lock(struct store *store)
{
    pthread_mutex_lock(&store->lock);
}

void store_unlock(struct store *store)
{
    pthread_mutex_unlock(&store->lock);
}

bool store_begin(struct store *store, struct err *err)
{
    store_lock(store);
    if (store->depth == 0) {
        store->doomed = false;
        if (!db_exec(&store->db, "BEGIN IMMEDIATE", err)) {
            store_unlock(store);
            return false;
        }
    }
    store->depth++;
    return true;
}

/* SQLite may have rolled back by itself (a full disk): then there is nothing to roll back. */
static void roll_back(struct store *store)
{
    if (db_in_transaction(&store->db)) {
        db_exec(&store->db, "ROLLBACK", NULL);
    }
}

bool store_commit(struct store *store, struct err *err)
{
    bool ok = true;
    if (--store->depth == 0) {
        if (store->doomed || !db_in_transaction(&store->db)) {
            roll_back(store);
            ok = err_set(err, ERR_STORE, "database: the transaction was rolled back");
        } else if (!db_exec(&store->db, "COMMIT", err)) {
            roll_back(store);
            ok = false;
        }
    }
    store_unlock(store);
    return ok;
}

void store_rollback(struct store *store)
{
    store->doomed = true;
    if (--store->depth == 0) {
        roll_back(store);
    }
    store_unlock(store);
}

bool store_end(struct store *store, bool ok, struct err *err)
{
    if (ok) {
        return store_commit(store, err);
    }
    store_rollback(store);
    return false;
}

/* ---- opening ---- */

static bool make_directory(const char *path, mode_t mode, struct err *err)
{
    char dir[2200];
    const char *slash = strrchr(path, '/');
    if (!slash || slash == path) {
        return true;
    }
    snprintf(dir, sizeof dir, "%.*s", (int)(slash - path), path);
    struct stat info;
    bool there = stat(dir, &info) == 0;
    return (there || fd_mkdir_private(dir, err)) &&
           (there || mode == 0 || chmod(dir, mode) == 0 ||
            err_set(err, ERR_IO, "%s: %s; check its owner", dir, strerror(errno)));
}

static bool set_up(struct store *store, const struct store_options *options, struct err *err)
{
    int persist = 1;
    char pragma[256];
    struct db *db = &store->db;
    sqlite3_busy_timeout(db->handle, BUSY_MS);
    sqlite3_file_control(db->handle, NULL, SQLITE_FCNTL_PERSIST_WAL, &persist);
    snprintf(pragma, sizeof pragma,
             "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = OFF; "
             "PRAGMA journal_size_limit = %d; PRAGMA wal_autocheckpoint = %d; "
             "PRAGMA cache_size = -%d; PRAGMA temp_store = MEMORY",
             WAL_BYTES, WAL_PAGES, CACHE_KIB);
    if (!db_exec(db, pragma, err)) {
        return false;
    }
    if (options->max_pages > 0) {
        snprintf(pragma, sizeof pragma, "PRAGMA max_page_count = %lld",
                 (long long)options->max_pages);
        return db_exec(db, pragma, err);
    }
    return true;
}

/* ---- migrations ---- */

/* "data/migrations/001_initial.sql" -> 1; 0 = not a migration's name. */
static int version_of(const char *name)
{
    const char *base = strrchr(name, '/');
    base = base ? base + 1 : name;
    int version = 0;
    return sscanf(base, "%d_", &version) == 1 && version > 0 ? version : 0;
}

int store_newest_version(const char *prefix)
{
    int newest = 0;
    for (const struct embed *f = embed_next(prefix, NULL); f; f = embed_next(prefix, f)) {
        int version = version_of(f->name);
        newest = version > newest ? version : newest;
    }
    return newest;
}

static bool apply(struct store *store, const struct embed *file, int version, struct err *err)
{
    struct query q = {0};
    if (!store_begin(store, err)) {
        return false;
    }
    bool ok = db_exec(&store->db, file->data, err) &&
              db_query(&store->db, &q,
                       "INSERT INTO schema_migrations (version, name, checksum, applied_at) VALUES "
                       "(:version, :name, :checksum, :at)",
                       err);
    if (ok) {
        char checksum[20];
        snprintf(checksum, sizeof checksum, "%016llx",
                 (unsigned long long)hash_bytes(file->data, file->size, 0));
        bind_i64(&q, ":version", version);
        bind_text(&q, ":name", file->name);
        bind_text(&q, ":checksum", checksum);
        bind_i64(&q, ":at", clock_real_ms());
        ok = db_run(&q, err);
    }
    return store_end(store, ok, err) || err_prefix(err, "%s", file->name);
}

static bool migrate(struct store *store, const char *prefix, struct err *err)
{
    int64_t present = 0, application = 0;
    char pragma[64];
    snprintf(pragma, sizeof pragma, "PRAGMA application_id = %d", APPLICATION_ID);
    if (!db_scalar(&store->db, "PRAGMA application_id", &application, err)) {
        return false;
    }
    if (application != 0 && application != APPLICATION_ID) {
        return err_set(err, ERR_STORE,
                       "%s: it is a database of another program; choose another "
                       "--state-dir",
                       store->db.path);
    }
    if (!db_exec(&store->db, pragma, err) ||
        !db_exec(&store->db,
                 "CREATE TABLE IF NOT EXISTS schema_migrations (version INTEGER PRIMARY KEY, name "
                 "TEXT NOT NULL, checksum TEXT NOT NULL, applied_at INTEGER NOT NULL) STRICT",
                 err) ||
        !db_scalar(&store->db, "SELECT max(version) FROM schema_migrations", &present, err)) {
        return false;
    }
    int newest = store_newest_version(prefix);
    for (const struct embed *f = embed_next(prefix, NULL); f; f = embed_next(prefix, f)) {
        int version = version_of(f->name);
        if (version > present && !apply(store, f, version, err)) {
            return false;
        }
    }
    store->version = newest;
    return present <= newest ||
           err_set(err, ERR_STORE_NEWER,
                   "%s: it was written by a newer adtop (schema %lld, this one knows %d); use that "
                   "version, nothing was changed",
                   store->db.path, (long long)present, newest);
}

static bool share(const char *path, const struct store_options *options, struct err *err)
{
    static const char *const tails[] = {"", "-wal", "-shm"};
    char name[2200];
    for (size_t i = 0; i < sizeof tails / sizeof *tails; i++) {
        snprintf(name, sizeof name, "%s%s", path, tails[i]);
        mode_t mode = options->file_mode ? options->file_mode : 0600;
        bool ok = (access(name, F_OK) != 0) ||
                  (chmod(name, mode) == 0 &&
                   (options->group == 0 || chown(name, (uid_t)-1, options->group) == 0));
        if (!ok) {
            return err_set(err, ERR_IO, "%s: %s; check its owner", name, strerror(errno));
        }
    }
    return true;
}

struct store *store_open(const char *path, const struct store_options *options, struct err *err)
{
    static const struct store_options defaults = {0};
    options = options ? options : &defaults;
    struct store *store = calloc(1, sizeof *store);
    if (!store) {
        err_set(err, ERR_MEMORY, "database: out of memory");
        return NULL;
    }
    pthread_mutexattr_t attr;
    pthread_mutexattr_init(&attr);
    pthread_mutexattr_settype(&attr, PTHREAD_MUTEX_RECURSIVE);
    pthread_mutex_init(&store->lock, &attr);
    pthread_mutexattr_destroy(&attr);
    store->events = options->events;
    mode_t old = umask(0777 & ~(options->file_mode ? options->file_mode : 0600));
    bool ok = make_directory(path, options->dir_mode, err) &&
              db_open(&store->db, path, false,
                      SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, err) &&
              set_up(store, options, err) &&
              migrate(store, options->migrations ? options->migrations : STORE_MIGRATIONS, err);
    umask(old);
    if (!ok || !share(path, options, err)) {
        store_close(store);
        return NULL;
    }
    return store;
}

void store_close(struct store *store)
{
    if (!store) {
        return;
    }
    if (store->db.handle) {
        roll_back(store);
        sqlite3_wal_checkpoint_v2(store->db.handle, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
    }
    db_close(&store->db);
    pthread_mutex_destroy(&store->lock);
    free(store);
}

bool store_checkpoint(struct store *store, struct err *err)
{
    store_lock(store);
    int rc =
        sqlite3_wal_checkpoint_v2(store->db.handle, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
    bool ok = rc == SQLITE_OK || rc == SQLITE_BUSY || db_fail(&store->db, rc, err);
    store_unlock(store);
    return ok;
}

bool store_integrity(struct store *store, struct err *err)
{
    struct query q = {0};
    store_lock(store);
    bool ok = db_query(&store->db, &q, "PRAGMA integrity_check(1)", err);
    if (ok) {
        int step = db_step(&q, err);
        const char *line = step > 0 ? col_text(&q, 0, NULL) : "";
        ok = step >= 0 &&
             (strcmp(line, "ok") == 0 ||
              err_set(err, ERR_STORE, "%s: %s; restore it from a copy", store->db.path, line));
        db_done(&q);
    }
    store_unlock(store);
    return ok;
}

int store_schema_version(struct store *store)
{
    return store->version;
}

/* ---- numbers of ids ---- */

bool store_account_no(struct store *store, const char *account_id, int64_t *no, char currency[8],
                      struct err *err)
{
    struct query q = {0};
    if (!db_query(&store->db, &q, "SELECT account_no, currency FROM account WHERE account_id = :id",
                  err)) {
        return false;
    }
    bind_text(&q, ":id", account_id);
    int step = db_step(&q, err);
    if (step > 0) {
        *no = col_i64(&q, 0);
        if (currency) {
            col_array(&q, 1, currency, 8);
        }
    }
    db_done(&q);
    return step > 0 || (step == 0 && err_set(err, ERR_NOT_FOUND,
                                             "account %s: it is not known; "
                                             "'adtop accounts' lists them",
                                             account_id));
}

static bool odd_no(struct store *store, const char *id, int64_t *no, struct err *err)
{
    struct query q = {0};
    if (!db_query(&store->db, &q,
                  "INSERT INTO entity_text (entity_no, entity_id) VALUES ((SELECT "
                  "coalesce(min(entity_no), 0) - 1 FROM entity_text), :id) ON CONFLICT (entity_id) "
                  "DO UPDATE SET entity_id = excluded.entity_id RETURNING entity_no",
                  err)) {
        return false;
    }
    bind_text(&q, ":id", id);
    int step = db_step(&q, err);
    *no = step > 0 ? col_i64(&q, 0) : 0;
    while (step > 0) {
        step = db_step(&q, err);
    }
    db_done(&q);
    return step == 0;
}

bool store_entity_no(struct store *store, const char *id, int64_t *no, struct err *err)
{
    *no = 0;
    if (!id || id[0] == '\0') {
        return true;
    }
    bool canonical = id[0] >= '1' && id[0] <= '9' && num_parse_i64(id, no);
    return canonical || odd_no(store, id, no, err);
}

bool store_entity_id(struct store *store, int64_t no, char out[ID_SIZE], struct err *err)
{
    struct query q = {0};
    out[0] = '\0';
    if (no >= 0) {
        if (no > 0) {
            snprintf(out, ID_SIZE, "%lld", (long long)no);
        }
        return true;
    }
    if (!db_query(&store->db, &q, "SELECT entity_id FROM entity_text WHERE entity_no = :no", err)) {
        return false;
    }
    bind_i64(&q, ":no", no);
    int step = db_step(&q, err);
    if (step > 0) {
        col_array(&q, 0, out, ID_SIZE);
    }
    db_done(&q);
    return step >= 0;
}
