#include "store/newest.h"

#include <stdlib.h>
#include <string.h>

#include "store/limiters.h"
#include "store/seen.h"

enum { COL_SCOPE = 1, COL_ID, COL_CASE, COL_PCT, COL_ACCESS };

#define OF_ACCOUNT " AND (:id IS NULL OR scope_id IN (:id, 'app'))"
#define OF_TWO_HOURS                                                                               \
    " FROM usage_log WHERE at > :at - 7200000 AND at <= :at" OF_ACCOUNT " ORDER BY at DESC"

static const char readings_sql[] =
    "SELECT at, scope, scope_id, buc_type, pct, call_count, total_time, total_cputime, regain_s, "
    "access_tier, run_id" OF_TWO_HOURS;
static const char limiters_sql[] =
    "SELECT at, scope, scope_id, buc_type, pct, access_tier" OF_TWO_HOURS;
/* An hour of which readings are still there is older than they are. Of two headers of one limiter
 * that of insights counts, in the order of the index. */
static const char hours_sql[] =
    "SELECT hour * 3600000 + 3599999, scope, scope_id, buc_type, last_pct, '' FROM usage_hourly "
    "WHERE hour >= (:at - 7200000) / 3600000 AND hour < :at / 3600000" OF_ACCOUNT
    " ORDER BY hour DESC, scope_id DESC, scope DESC";

static enum usage_source source_of(struct query *q)
{
    return (enum usage_source)words_value(WORDS_USAGE_SOURCE, col_text(q, COL_SCOPE, NULL));
}

static enum use_case use_case_of(struct query *q)
{
    return (enum use_case)words_value(WORDS_USE_CASE, col_text(q, COL_CASE, NULL));
}

static void take_reading(struct query *q, void *record, struct arena *arena)
{
    fields_read(q, 0, usage_fields, record, arena);
}

/* Two headers tell of the insights of an account; they are one limiter. */
static bool is_insights(enum usage_source source)
{
    return source == USAGE_INSIGHTS;
}

enum scope_kind newest_scope(enum usage_source source)
{
    static const enum scope_kind scopes[USAGE_SOURCE_COUNT] = {
        SCOPE_APP, SCOPE_ACCOUNT, SCOPE_USE_CASE, SCOPE_APP_INSIGHTS, SCOPE_USE_CASE};
    return scopes[source];
}

static void take_limiter(struct query *q, void *record, struct arena *arena)
{
    struct limiter_row *row = record;
    (void)arena;
    row->source = source_of(q);
    row->scope = newest_scope(row->source);
    col_array(q, COL_ID, row->scope_id, sizeof row->scope_id);
    row->use_case = is_insights(row->source) ? USE_CASE_ADS_INSIGHTS : use_case_of(q);
    row->pct = row->reading_pct = col_real(q, COL_PCT);
    row->model_pct = row->ours_pct = -1;
    row->reading_at = row->updated_at = col_i64(q, 0);
    row->access_tier = (enum access_tier)words_value(WORDS_ACCESS, col_text(q, COL_ACCESS, NULL));
}

struct walk {
    int64_t at;
    const char *account_id;
    struct seen seen;
    bool limiters;
};

static bool walk(struct store_reader *reader, struct walk *w, const char *sql, struct rows *rows,
                 struct err *err)
{
    struct query q = {0};
    if (!db_query(&reader->db, &q, sql, err)) {
        return false;
    }
    bind_i64(&q, ":at", w->at);
    bind_text(&q, ":id", w->account_id);
    int step;
    while ((step = db_step(&q, err)) > 0) {
        int kind = (int)source_of(&q), use_case = (int)use_case_of(&q);
        if (w->limiters) {
            use_case = is_insights((enum usage_source)kind) ? (int)USE_CASE_ADS_INSIGHTS : use_case;
            kind = (int)newest_scope((enum usage_source)kind);
        }
        int first = seen_first(&w->seen, col_text(&q, COL_ID, NULL), kind, use_case, err);
        void *record = first > 0 ? rows_add(rows, err) : NULL;
        if (first && !record) {
            step = -1;
            break;
        }
        if (record) {
            (w->limiters ? take_limiter : take_reading)(&q, record, rows->arena);
        }
    }
    db_done(&q);
    return step == 0;
}

static int by_names(enum usage_source a, enum usage_source b, enum use_case c, enum use_case d)
{
    int order = strcmp(usage_source_name(a), usage_source_name(b));
    return order ? order : strcmp(use_case_name(c), use_case_name(d));
}

static int by_scope_id(const void *a, const void *b)
{
    const struct usage_reading *x = a, *y = b;
    int order = strcmp(x->scope_id, y->scope_id);
    return order ? order : by_names(x->source, y->source, x->use_case, y->use_case);
}

static int by_scope(const void *a, const void *b)
{
    const struct limiter_row *x = a, *y = b;
    int order = (strcmp(y->scope_id, "app") == 0) - (strcmp(x->scope_id, "app") == 0);
    order = order ? order : strcmp(x->scope_id, y->scope_id);
    order = order ? order : (int)x->scope - (int)y->scope;
    return order ? order : strcmp(use_case_name(x->use_case), use_case_name(y->use_case));
}

bool newest_readings(struct store_reader *reader, int64_t at, const char *account_id,
                     struct rows *rows, struct err *err)
{
    struct walk w = {at, account_id, {.arena = rows->arena}, false};
    if (!walk(reader, &w, readings_sql, rows, err)) {
        return false;
    }
    if (rows->count) {
        qsort(rows->data, rows->count, rows->record_size, by_scope_id);
    }
    return true;
}

bool newest_limiters(struct store_reader *reader, int64_t at, const char *account_id,
                     struct rows *rows, struct err *err)
{
    struct walk w = {at, account_id, {.arena = rows->arena}, true};
    if (!walk(reader, &w, limiters_sql, rows, err) || !walk(reader, &w, hours_sql, rows, err)) {
        return false;
    }
    if (rows->count) {
        qsort(rows->data, rows->count, rows->record_size, by_scope);
    }
    return true;
}
