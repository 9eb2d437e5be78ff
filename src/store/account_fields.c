/* The fields of accounts as of an instant of the past, from the intervals of account_history. */
#include <string.h>

#include "store/account_parts.h"

enum field_no { FIELD_NAME, FIELD_TIER, FIELD_PRIORITY, FIELD_PAUSED, FIELD_STATUS, FIELD_COUNT };

static const char *const field_names[FIELD_COUNT] = {"name", "tier", "priority", "paused",
                                                     "status"};

/* When the interval began that each field has been taken from, by row; -1 = none so far. */
struct taken {
    int64_t since[FIELD_COUNT];
};

static int number_of(const char *field)
{
    int i = 0;
    while (i < FIELD_COUNT && strcmp(field, field_names[i]) != 0) {
        i++;
    }
    return i;
}

static void take_value(struct query *q, int column, int field, struct account *a,
                       struct arena *arena)
{
    size_t length = 0;
    const char *text = col_text(q, column, &length);
    switch ((enum field_no)field) {
    case FIELD_NAME:
        a->name = arena_copy(arena, text, length);
        break;
    case FIELD_TIER:
        a->tier = (enum tier)words_value(WORDS_TIER, text);
        break;
    case FIELD_PRIORITY:
        a->priority = (int)col_i64(q, column);
        break;
    case FIELD_PAUSED:
        a->paused_until = col_i64(q, column);
        break;
    case FIELD_STATUS:
        a->account_status = (int)col_i64(q, column);
        break;
    case FIELD_COUNT:
        break;
    }
}

#define INTERVALS "SELECT account_id, field, value, since FROM account_history WHERE "

/* Of all: what has not ended, and what ended later. Of one: by its index. */
static const char all_sql[] =
    INTERVALS "until IS NULL AND since <= :at UNION ALL " INTERVALS "until > :at AND since <= :at";
static const char one_sql[] =
    INTERVALS "account_id = :id AND since <= :at AND (until IS NULL OR until > :at)";

static bool read_intervals(const struct account_parts *p, const char *id, struct taken *taken,
                           struct err *err)
{
    struct account_row *all = p->rows->data;
    struct query q = {0};
    size_t hint = 0;
    if (!db_query(&p->reader->db, &q, id ? one_sql : all_sql, err)) {
        return false;
    }
    bind_i64(&q, ":at", p->at);
    if (id) {
        bind_text(&q, ":id", id);
    }
    int step;
    while ((step = db_step(&q, err)) > 0) {
        struct account_row *row = account_parts_row(p, col_text(&q, 0, NULL), &hint);
        int field = number_of(col_text(&q, 1, NULL));
        int64_t since = col_i64(&q, 3);
        if (row && field < FIELD_COUNT && !col_null(&q, 2) &&
            since > taken[row - all].since[field]) {
            taken[row - all].since[field] = since;
            take_value(&q, 2, field, &row->account, p->rows->arena);
        }
    }
    db_done(&q);
    return step == 0;
}

/* Whether it was listed by then, where no name of that time is known: one without any history was.
 */
static bool read_listed(const struct account_parts *p, const char *id, bool *listed,
                        struct err *err)
{
    struct query q = {0};
    if (!db_query(
            &p->reader->db, &q,
            "SELECT min(since) FROM account_history WHERE account_id = :id AND field = 'name'",
            err)) {
        return false;
    }
    bind_text(&q, ":id", id);
    int step = db_step(&q, err);
    *listed = step > 0 && col_i64(&q, 0) <= p->at;
    db_done(&q);
    return step >= 0;
}

static bool drop_unlisted(struct account_parts *p, const struct taken *taken, struct err *err)
{
    struct account_row *all = p->rows->data;
    size_t kept = 0;
    for (size_t i = 0; i < p->rows->count; i++) {
        bool listed = taken[i].since[FIELD_NAME] >= 0;
        if (!listed && !read_listed(p, all[i].account.account_id, &listed, err)) {
            return false;
        }
        if (listed && kept < i) {
            all[kept] = all[i];
        }
        kept += listed;
    }
    bool dropped = kept < p->rows->count;
    p->rows->count = kept;
    return !dropped || account_parts_index(p, err);
}

bool account_fields_read(struct account_parts *p, struct err *err)
{
    struct account_row *all = p->rows->data;
    size_t count = p->rows->count;
    struct taken *taken = arena_array(p->rows->arena, count + 1, sizeof *taken);
    bool few = false, ok = true;
    if (!taken) {
        return err_set(err, ERR_MEMORY, "accounts: out of memory");
    }
    memset(taken, 0xff, (count + 1) * sizeof *taken);
    if (!p->id) {
        ok = account_parts_few(
                 p, "SELECT 1 FROM account_history WHERE until > :at LIMIT 1 OFFSET :most", &few,
                 err) &&
             (!few || read_intervals(p, NULL, taken, err));
    }
    for (size_t i = 0; ok && !few && i < count; i++) {
        ok = read_intervals(p, all[i].account.account_id, taken, err);
    }
    return ok && drop_unlisted(p, taken, err);
}
