#include "store/read_budget.h"

#include <stdlib.h>
#include <string.h>

#include "store/reader_internal.h"

enum { DAY_MS = 86400000, HOUR_MS = 3600000 };

static bool read_hours(struct store_reader *reader, int32_t day, int last_hour,
                       struct budget_report *out, struct err *err)
{
    struct query q = {0};
    if (!db_query(&reader->db, &q,
                  "SELECT hour, class, calls, cost, operator_cost FROM budget_hourly WHERE day = "
                  ":day AND hour <= :hour",
                  err)) {
        return false;
    }
    bind_day(&q, ":day", day);
    bind_i64(&q, ":hour", last_hour);
    int step;
    while ((step = db_step(&q, err)) > 0) {
        int hour = (int)(col_i64(&q, 0) % 24);
        int class_at = words_value(WORDS_CALL_CLASS, col_text(&q, 1, NULL));
        int64_t calls = col_i64(&q, 2);
        double cost = col_real(&q, 3);
        out->calls += calls;
        out->cost += cost;
        out->operator_cost += col_real(&q, 4);
        out->hour_calls[hour] += calls;
        out->hour_cost[hour] += cost;
        out->class_calls[class_at] += calls;
        out->class_cost[class_at] += cost;
    }
    db_done(&q);
    return step == 0;
}

/* ---- by account ---- */

/* All accounts there are, and "" for none, by id. */
static bool read_names(struct store_reader *reader, struct rows *rows, struct err *err)
{
    struct query q = {0};
    if (!db_query(&reader->db, &q,
                  "SELECT '', '' UNION ALL SELECT account_id, name FROM account ORDER BY 1", err)) {
        return false;
    }
    int step;
    while ((step = db_step(&q, err)) > 0) {
        struct budget_account *account = rows_add(rows, err);
        if (!account) {
            step = -1;
            break;
        }
        account->account_id = col_copy(&q, 0, rows->arena);
        account->name = col_copy(&q, 1, rows->arena);
    }
    db_done(&q);
    return step == 0;
}

/* Of `known` ones by id, and of those added after them, which are not listed. *hint: the last one,
 * which most calls have in common with the one before. */
static struct budget_account *spender_of(struct rows *rows, size_t known, const char *id,
                                         size_t *hint, struct err *err)
{
    struct budget_account *all = rows->data;
    size_t low = 0, high = known;
    if (*hint < rows->count && strcmp(all[*hint].account_id, id) == 0) {
        return &all[*hint];
    }
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = strcmp(all[middle].account_id, id);
        if (order == 0) {
            *hint = middle;
            return &all[middle];
        }
        low = order < 0 ? middle + 1 : low;
        high = order < 0 ? high : middle;
    }
    for (size_t i = known; i < rows->count; i++) {
        if (strcmp(all[i].account_id, id) == 0) {
            *hint = i;
            return &all[i];
        }
    }
    struct budget_account *added = rows_add(rows, err);
    if (added) {
        *hint = rows->count - 1;
        added->account_id = arena_copy(rows->arena, id, strlen(id));
        added->name = "";
    }
    return added && added->account_id ? added : NULL;
}

static int by_cost(const void *a, const void *b)
{
    const struct budget_account *x = a, *y = b;
    return x->cost > y->cost ? -1 : x->cost < y->cost ? 1 : strcmp(x->account_id, y->account_id);
}

/* Dearest first, without those that spent nothing. */
static void take_spenders(const struct rows *rows, struct budget_report *out)
{
    struct budget_account *all = rows->data;
    size_t count = 0;
    for (size_t i = 0; i < rows->count; i++) {
        if (all[i].calls > 0) {
            all[count++] = all[i];
        }
    }
    if (count > 0) {
        qsort(all, count, sizeof *all, by_cost);
    }
    out->accounts = all;
    out->account_count = count;
}

/* Summed here: of a busy day SQLite would sort tens of thousands of calls. */
static bool read_spenders(struct store_reader *reader, struct arena *arena, int64_t at_ms,
                          int32_t day, struct budget_report *out, struct err *err)
{
    struct rows rows = {.record_size = sizeof(struct budget_account), .arena = arena};
    struct query q = {0};
    bool then = at_ms && at_ms / DAY_MS == day;
    if (!read_names(reader, &rows, err) ||
        !db_query(&reader->db, &q,
                  then ? "SELECT account_id, class, 1, cost FROM api_calls WHERE at >= :from AND "
                         "at <= :at"
                       : "SELECT account_id, class, calls, cost FROM budget_ledger WHERE day = "
                         "date(:from / 1000, 'unixepoch') AND :at = :at",
                  err)) {
        return false;
    }
    bind_i64(&q, ":from", (int64_t)day * DAY_MS);
    bind_i64(&q, ":at", at_ms);
    size_t known = rows.count, hint = 0;
    int step;
    while ((step = db_step(&q, err)) > 0) {
        struct budget_account *account =
            spender_of(&rows, known, col_text(&q, 0, NULL), &hint, err);
        if (!account) {
            step = -1;
            break;
        }
        double cost = col_real(&q, 3);
        account->calls += col_i64(&q, 2);
        account->cost += cost;
        account->by_class[words_value(WORDS_CALL_CLASS, col_text(&q, 1, NULL))] += cost;
    }
    db_done(&q);
    take_spenders(&rows, out);
    return step == 0;
}

bool read_budget_day(struct store_reader *reader, struct arena *arena, int64_t at_ms, int32_t day,
                     struct budget_report *out, struct err *err)
{
    struct rows rows = {.record_size = sizeof(struct override_row), .arena = arena};
    struct reader_bind bind = {.at = reader_at(reader, at_ms)};
    memset(out, 0, sizeof *out);
    out->day = day;
    int last_hour = at_ms && at_ms / DAY_MS == day ? (int)(at_ms % DAY_MS / HOUR_MS) : 23;
    bool ok = read_hours(reader, day, last_hour, out, err) &&
              reader_rows(reader, override_fields,
                          "overrides WHERE since <= :at AND (ended_at IS NULL OR ended_at > :at) "
                          "AND (until IS NULL OR until > :at) ORDER BY override_id",
                          &bind, &rows, err);
    out->overrides = rows.data;
    out->override_count = rows.count;
    return ok;
}

bool read_budget(struct store_reader *reader, struct arena *arena, int64_t at_ms, int32_t day,
                 struct budget_report *out, struct err *err)
{
    return read_budget_day(reader, arena, at_ms, day, out, err) &&
           read_spenders(reader, arena, at_ms, day, out, err);
}
