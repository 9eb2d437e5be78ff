/*
 * plain: what the two baseline programs share. They stand alone on purpose (libcurl, cJSON and
 * SQLite called directly, no checks beyond the necessary), so that a comparison with adtop says
 * what its rooms cost. Any failure ends the program with one line and exit code 1.
 */
#ifndef TESTS_BENCH_PLAIN_H
#define TESTS_BENCH_PLAIN_H

#include <cjson/cJSON.h>
#include <curl/curl.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/resource.h>
#include <time.h>

#define ENTITY_FIELDS "name,status,effective_status,created_time,updated_time"
#define CAMPAIGN_FIELDS                                                                            \
    "id,name,status,effective_status,objective,daily_budget,lifetime_budget,created_time,"         \
    "updated_time"
#define ADSET_FIELDS                                                                               \
    "id,campaign_id,name,status,effective_status,daily_budget,lifetime_budget,created_time,"       \
    "updated_time"
#define AD_FIELDS "id,campaign_id,adset_id," ENTITY_FIELDS
#define INSIGHT_FIELDS                                                                             \
    "campaign_id,campaign_name,adset_id,adset_name,ad_id,ad_name,spend,impressions,clicks,reach,"  \
    "actions,action_values"

static const char *const plain_schema =
    "CREATE TABLE entities(entity_id TEXT%s, account_id TEXT, kind TEXT, campaign_id TEXT,"
    " parent_id TEXT, name TEXT, status TEXT, effective_status TEXT, objective TEXT,"
    " daily_budget TEXT, lifetime_budget TEXT, created_time TEXT, updated_time TEXT);"
    "CREATE TABLE insights(account_id TEXT, level TEXT, entity_id TEXT, date_start TEXT,"
    " date_stop TEXT, spend TEXT, impressions TEXT, clicks TEXT, reach TEXT%s);"
    "CREATE TABLE insight_actions(account_id TEXT, level TEXT, entity_id TEXT, date_start TEXT,"
    " action_type TEXT, attribution TEXT, count TEXT, value TEXT%s);";

struct buffer {
    char *data;
    size_t len, cap;
};

struct figures {
    const char *program;
    struct timespec began;
    long calls, rows;
};

static inline void die(const char *fmt, ...) __attribute__((format(printf, 1, 2), noreturn));
static inline void die(const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    vfprintf(stderr, fmt, args);
    va_end(args);
    fputc('\n', stderr);
    exit(1);
}

static inline size_t plain_write(char *data, size_t size, size_t count, void *ctx)
{
    struct buffer *b = ctx;
    size_t n = size * count;
    if (b->len + n + 1 > b->cap) {
        b->cap = (b->len + n + 1) * 2;
        b->data = realloc(b->data, b->cap);
        if (b->data == NULL) {
            die("out of memory");
        }
    }
    memcpy(b->data + b->len, data, n);
    b->len += n;
    b->data[b->len] = '\0';
    return n;
}

static inline struct curl_slist *plain_headers(void)
{
    char line[4096];
    const char *token = getenv("META_ACCESS_TOKEN");
    if (token == NULL) {
        die("META_ACCESS_TOKEN is not set");
    }
    snprintf(line, sizeof line, "Authorization: Bearer %s", token);
    return curl_slist_append(NULL, line);
}

static inline void plain_setup(CURL *easy, struct curl_slist *headers, const char *url,
                               struct buffer *body)
{
    body->len = 0;
    curl_easy_setopt(easy, CURLOPT_URL, url);
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, "");
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, plain_write);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, body);
}

static inline void append_escaped(char *out, size_t size, const char *text)
{
    char *escaped = curl_easy_escape(NULL, text, 0);
    size_t n = strlen(out);
    if ((size_t)snprintf(out + n, size - n, "%s", escaped) >= size - n) {
        die("a URL is too long");
    }
    curl_free(escaped);
}

/* "...&key=<escaped value>" */
static inline void append_param(char *url, size_t size, const char *key, const char *value)
{
    size_t n = strlen(url);
    snprintf(url + n, size - n, "%c%s=", strchr(url, '?') == NULL ? '?' : '&', key);
    append_escaped(url, size, value);
}

static inline const char *text_of(const cJSON *object, const char *key)
{
    return cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(object, key));
}

/* The next page's cursor, NULL on the last page. */
static inline const char *next_cursor(const cJSON *root)
{
    const cJSON *paging = cJSON_GetObjectItemCaseSensitive(root, "paging");
    if (cJSON_GetObjectItemCaseSensitive(paging, "next") == NULL) {
        return NULL;
    }
    return text_of(cJSON_GetObjectItemCaseSensitive(paging, "cursors"), "after");
}

/* -1 = no \uXXXX escape here */
static inline long escape_at(const char *at)
{
    char digits[5] = {0};
    if (at[0] != '\\' || at[1] != 'u') {
        return -1;
    }
    memcpy(digits, at + 2, strnlen(at + 2, 4));
    return strtol(digits, NULL, 16);
}

/* cJSON rejects a page with half a surrogate pair, and a NUL cuts a name: both become U+FFFD, in
 * place. Without this no program built on cJSON alone could read the data. */
static inline void mend(char *text)
{
    for (char *at = text; (at = strchr(at, '\\')) != NULL;) {
        long unit = escape_at(at);
        bool pair = unit >= 0xd800 && unit < 0xdc00 && escape_at(at + 6) >= 0xdc00 &&
                    escape_at(at + 6) < 0xe000;
        if (unit == 0 || (unit >= 0xd800 && unit < 0xe000 && !pair)) {
            memcpy(at, "\\ufffd", 6);
        }
        at += pair ? 12 : (unit >= 0 ? 6 : 2);
    }
}

static inline cJSON *parse_page(struct buffer *body, long status)
{
    mend(body->data);
    cJSON *root = cJSON_ParseWithLength(body->data, body->len);
    if (root == NULL || status != 200) {
        die("HTTP %ld: %.300s", status, body->data);
    }
    return root;
}

static inline sqlite3 *plain_open(const char *path, bool keys)
{
    sqlite3 *db = NULL;
    char sql[2048];
    remove(path);
    snprintf(sql, sizeof sql, plain_schema, keys ? " PRIMARY KEY" : "",
             keys ? ", PRIMARY KEY(account_id, level, entity_id, date_start)" : "",
             keys ? ", PRIMARY KEY(account_id, level, entity_id, date_start, action_type, "
                    "attribution)"
                  : "");
    if (sqlite3_open(path, &db) != SQLITE_OK ||
        sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK) {
        die("%s: %s", path, sqlite3_errmsg(db));
    }
    return db;
}

static inline sqlite3_stmt *plain_prepare(sqlite3 *db, const char *sql)
{
    sqlite3_stmt *statement = NULL;
    if (sqlite3_prepare_v2(db, sql, -1, &statement, NULL) != SQLITE_OK) {
        die("%s: %s", sql, sqlite3_errmsg(db));
    }
    return statement;
}

static inline void insert_row(sqlite3_stmt *statement, const char *const *values, int count)
{
    for (int i = 0; i < count; i++) {
        sqlite3_bind_text(statement, i + 1, values[i], -1, SQLITE_STATIC);
    }
    if (sqlite3_step(statement) != SQLITE_DONE) {
        die("insert: %s", sqlite3_errmsg(sqlite3_db_handle(statement)));
    }
    sqlite3_reset(statement);
}

static inline double seconds_of(struct timeval t)
{
    return (double)t.tv_sec + (double)t.tv_usec / 1e6;
}

static inline void figures_begin(struct figures *f, const char *program)
{
    f->program = program;
    f->calls = 0;
    f->rows = 0;
    clock_gettime(CLOCK_MONOTONIC, &f->began);
}

static inline void figures_print(const struct figures *f)
{
    struct timespec now;
    struct rusage usage;
    clock_gettime(CLOCK_MONOTONIC, &now);
    getrusage(RUSAGE_SELF, &usage);
    double wall =
        (double)(now.tv_sec - f->began.tv_sec) + (double)(now.tv_nsec - f->began.tv_nsec) / 1e9;
    printf("%s calls=%ld rows=%ld seconds=%.3f cpu=%.3f rss_kib=%ld\n", f->program, f->calls,
           f->rows, wall, seconds_of(usage.ru_utime) + seconds_of(usage.ru_stime), usage.ru_maxrss);
}

/* Entities: the values of one row in the table's order. */
static inline void insert_entity(sqlite3_stmt *statement, const char *account_id, const char *kind,
                                 const cJSON *row)
{
    const char *adset = text_of(row, "adset_id");
    const char *campaign = text_of(row, "campaign_id");
    const char *values[] = {text_of(row, "id"),
                            account_id,
                            kind,
                            campaign,
                            adset != NULL ? adset : campaign,
                            text_of(row, "name"),
                            text_of(row, "status"),
                            text_of(row, "effective_status"),
                            text_of(row, "objective"),
                            text_of(row, "daily_budget"),
                            text_of(row, "lifetime_budget"),
                            text_of(row, "created_time"),
                            text_of(row, "updated_time")};
    insert_row(statement, values, 13);
}

static inline const char *find_action(const cJSON *list, const char *type, const char *key)
{
    const cJSON *entry;
    cJSON_ArrayForEach(entry, list)
    {
        const char *other = text_of(entry, "action_type");
        if (other != NULL && strcmp(other, type) == 0) {
            return text_of(entry, key);
        }
    }
    return NULL;
}

/* One row per action type and attribution; the value joined from the other list. */
static inline long insert_actions(sqlite3_stmt *statement, const char *const *key, const cJSON *row)
{
    static const char *const lists[] = {"actions", "action_values"};
    long rows = 0;
    for (int side = 0; side < 2; side++) {
        const cJSON *list = cJSON_GetObjectItemCaseSensitive(row, lists[side]);
        const cJSON *other = cJSON_GetObjectItemCaseSensitive(row, lists[1 - side]);
        const cJSON *entry;
        cJSON_ArrayForEach(entry, list)
        {
            const char *type = text_of(entry, "action_type");
            const cJSON *m;
            cJSON_ArrayForEach(m, entry)
            {
                const char *joined = NULL;
                if (strcmp(m->string, "action_type") == 0) {
                    continue;
                }
                joined = find_action(other, type, m->string);
                if (side == 1 && joined != NULL) {
                    continue; /* went in with its count */
                }
                const char *attribution = strcmp(m->string, "value") == 0 ? "default" : m->string;
                const char *own = cJSON_GetStringValue(m);
                const char *values[] = {key[0],
                                        key[1],
                                        key[2],
                                        key[3],
                                        type,
                                        attribution,
                                        side == 0 ? own : NULL,
                                        side == 0 ? joined : own};
                insert_row(statement, values, 8);
                rows++;
            }
        }
    }
    return rows;
}

/* Returns the rows written, actions included. */
static inline long insert_insight(sqlite3_stmt *insight, sqlite3_stmt *action,
                                  const char *account_id, const char *level, const char *entity_id,
                                  const cJSON *row)
{
    const char *values[] = {account_id,
                            level,
                            entity_id,
                            text_of(row, "date_start"),
                            text_of(row, "date_stop"),
                            text_of(row, "spend"),
                            text_of(row, "impressions"),
                            text_of(row, "clicks"),
                            text_of(row, "reach")};
    insert_row(insight, values, 9);
    return 1 + insert_actions(action, values, row);
}

#endif
