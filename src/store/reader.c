#include "store/reader.h"

#include <errno.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "store/internal.h"
#include "store/reader_internal.h"

enum { BUSY_MS = 2000, WATCHED_STEPS = 1000 };

/* Of an older schema columns are missing that every pane asks for. */
static bool up_to_date(struct store_reader *reader, const char *path, struct err *err)
{
    int64_t present = 0;
    int newest = store_newest_version(STORE_MIGRATIONS);
    return db_scalar(&reader->db, "SELECT max(version) FROM schema_migrations", &present, err) &&
           (present >= newest ||
            err_set(err, ERR_STORE,
                    "%s: an older adtop made it (schema %lld, this one reads %d); the next 'adtop "
                    "engine' or 'adtop sync' brings it up to date, nothing is lost",
                    path, (long long)present, newest));
}

static bool open_at(struct store_reader *reader, const char *path, bool immutable, struct err *err)
{
    char uri[2300];
    int64_t tables = 0;
    snprintf(uri, sizeof uri, "file:%s?%s", path, immutable ? "immutable=1" : "mode=ro");
    if (!db_open(&reader->db, uri, true, SQLITE_OPEN_READONLY, err)) {
        return false;
    }
    sqlite3_busy_timeout(reader->db.handle, BUSY_MS);
    reader->immutable = immutable;
    /* SQLite forgets its pages whenever somebody has committed: they are kept for one screen's
     * reads, not from one to the next. */
    if (!db_exec(&reader->db,
                 "PRAGMA query_only = 1; PRAGMA temp_store = MEMORY; PRAGMA cache_size = -4096",
                 err) ||
        !db_scalar(&reader->db, "SELECT count(*) FROM sqlite_schema WHERE name = 'accounts'",
                   &tables, err) ||
        (tables == 0 && !err_set(err, ERR_STORE, "%s: it holds no tables of adtop yet", path)) ||
        !up_to_date(reader, path, err)) {
        db_close(&reader->db);
        return false;
    }
    return true;
}

struct store_reader *store_reader_open(const char *path, const struct clock *clock, struct err *err)
{
    struct store_reader *reader = calloc(1, sizeof *reader);
    struct err first = {0};
    struct stat file;
    if (stat(path, &file) != 0 && errno == ENOENT) {
        free(reader);
        err_set(err, ERR_NOT_FOUND, "%s: there is no database yet", path);
        return NULL;
    }
    if (!reader) {
        err_set(err, ERR_MEMORY, "database: out of memory");
        return NULL;
    }
    /* Where the WAL files cannot be opened for writing and no engine keeps them, the file alone
     * tells what there is. */
    if (!open_at(reader, path, false, &first) && !open_at(reader, path, true, err)) {
        if (err && first.code != ERR_NONE) {
            *err = first;
        }
        free(reader);
        return NULL;
    }
    reader->clock = (struct clock){.speed = 1};
    reader->clock_version = -1;
    if (clock) {
        reader->clock = *clock;
        reader->clock_given = true;
    }
    return reader;
}

void store_reader_close(struct store_reader *reader)
{
    if (reader) {
        db_close(&reader->db);
        free(reader);
    }
}

int64_t reader_data_version(struct store_reader *reader)
{
    int64_t version = 0;
    db_scalar(&reader->db, "PRAGMA data_version", &version, NULL);
    return version;
}

bool store_reader_immutable(const struct store_reader *reader)
{
    return reader->immutable;
}

struct clock store_reader_clock(struct store_reader *reader)
{
    int64_t version = reader->clock_given ? 0 : reader_data_version(reader);
    struct query q = {0};
    if (!reader->clock_given && version != reader->clock_version &&
        db_query(&reader->db, &q,
                 "SELECT clock_speed, clock_anchor_ms FROM engine ORDER BY engine_id DESC LIMIT 1",
                 NULL)) {
        if (db_step(&q, NULL) > 0 && col_real(&q, 0) > 0) {
            reader->clock = (struct clock){col_real(&q, 0), col_i64(&q, 1)};
        }
        db_done(&q);
        reader->clock_version = version;
    }
    return reader->clock;
}

int64_t store_reader_now(struct store_reader *reader)
{
    struct clock clock = store_reader_clock(reader);
    return clock_now_ms(&clock);
}

bool store_reader_begin(struct store_reader *reader, struct err *err)
{
    return db_exec(&reader->db, "BEGIN", err);
}

void store_reader_end(struct store_reader *reader)
{
    if (db_in_transaction(&reader->db)) {
        db_exec(&reader->db, "COMMIT", NULL);
    }
}

static int ask(void *context)
{
    struct store_reader *reader = context;
    reader->stopped = reader->stopped || reader->stop(reader->stop_context);
    return reader->stopped;
}

void store_reader_watch(struct store_reader *reader, bool (*stop)(void *context), void *context)
{
    reader->stop = stop;
    reader->stop_context = context;
    reader->stopped = false;
    sqlite3_progress_handler(reader->db.handle, stop ? WATCHED_STEPS : 0, stop ? ask : NULL,
                             reader);
}

bool store_reader_stopped(const struct store_reader *reader)
{
    return reader->stopped;
}

int64_t store_reader_statements(const struct store_reader *reader)
{
    return reader->db.queries;
}

int64_t reader_at(struct store_reader *reader, int64_t at_ms)
{
    return at_ms ? at_ms : store_reader_now(reader);
}

/* Whether the statement mentions the parameter as a whole word. */
static bool mentions(const char *sql, const char *name)
{
    size_t n = strlen(name);
    for (const char *hit = sql; (hit = strstr(hit, name)); hit += n) {
        char next = hit[n];
        if (!((next >= 'a' && next <= 'z') || next == '_')) {
            return true;
        }
    }
    return false;
}

void reader_bind_all(struct query *q, const char *sql, const struct reader_bind *bind)
{
    if (mentions(sql, ":a")) {
        bind_text(q, ":a", bind->a);
    }
    if (mentions(sql, ":at")) {
        bind_i64(q, ":at", bind->at);
    }
    if (mentions(sql, ":from")) {
        bind_i64(q, ":from", bind->from);
    }
    if (mentions(sql, ":limit")) {
        bind_i64(q, ":limit", bind->limit);
    }
    if (mentions(sql, ":id")) {
        bind_i64(q, ":id", bind->id);
    }
}

bool reader_rows(struct store_reader *reader, struct fields fields, const char *tail,
                 const struct reader_bind *bind, struct rows *rows, struct err *err)
{
    struct query q = {0};
    struct str sql;
    str_init(&sql, 8192);
    str_add(&sql, "SELECT ");
    fields_columns(&sql, fields, "");
    str_addf(&sql, " FROM %s", tail);
    bool ok = db_query(&reader->db, &q, str_text(&sql), err);
    if (ok) {
        reader_bind_all(&q, str_text(&sql), bind);
        ok = rows_read(rows, &q, fields, err);
    }
    str_fini(&sql);
    return ok;
}
