/* queue: what runs next, in the order it will, and when. */
#include <stdio.h>
#include <string.h>

#include "cli/reading.h"
#include "govern/queue.h"
#include "store/read_queue.h"

enum { BUSY_MAX = 64, ASSUMED_MS = 10000 };

static const struct column queue_columns[] = {
    {"position",       "POS",     CELL_NUMBER,  0,  "1 runs next; 0 will not start by itself"        },
    {"account_id",     "ACCOUNT", CELL_TEXT,    0,  "act_<number>"                                   },
    {"name",           "NAME",    CELL_TEXT,    28, "as Meta has it"                                 },
    {"tier",           "TIER",    CELL_TEXT,    0,  "high, medium or low"                            },
    {"priority",       "PRI",     CELL_NUMBER,  0,  "-9 to 9, 0 is normal"                           },
    {"reason",         "WAITS",   CELL_TEXT,    0,  "what it waits for: a wait reason"               },
    {"ratio",          "OVERDUE", CELL_DECIMAL, 0,  "lag by cadence and priority; above 1 is overdue"},
    {"due_at",         "DUE",     CELL_TIME,    0,  "when its cadence wants it"                      },
    {"expected_at",    "STARTS",  CELL_TIME,    0,  "expected start; none: a person must act"        },
    {"estimated_cost", "COST",    CELL_DECIMAL, 0,  "weighted units planned for its last run"        },
};
const struct table_spec queue_spec = TABLE_SPEC("queue", "nothing waits", queue_columns);

static void item_of(const struct queue_row *row, const struct config *config,
                    struct queue_item *out)
{
    snprintf(out->account_id, sizeof out->account_id, "%s", row->account_id);
    out->last_sync_ms = row->last_synced_at;
    out->cadence_ms = config->cadence_ms[row->tier];
    out->tier = row->tier;
    out->priority = row->priority;
    out->duration_ms = row->last_duration_ms;
    int64_t held = row->hold_until > row->next_due_at ? row->hold_until : row->next_due_at;
    out->not_before_ms = hold_reason_needs_person(row->reason) ? INT64_MAX : held;
}

/* The rows that wait as items in their order; how many. */
static size_t order(const struct queue_rows *rows, const struct config *config, int64_t now,
                    struct queue_item *items)
{
    int64_t busy[BUSY_MAX];
    size_t busy_count = 0, count = 0;
    for (size_t i = 0; i < rows->count; i++) {
        const struct queue_row *row = &rows->rows[i];
        if (row->reason != HOLD_RUNNING) {
            item_of(row, config, &items[count++]);
        } else if (busy_count < BUSY_MAX) {
            int64_t lasts = row->last_duration_ms ? row->last_duration_ms : ASSUMED_MS;
            busy[busy_count++] = row->hold_since + lasts;
        }
    }
    struct queue_context ctx = {
        .now_ms = now, .slots = config->workers, .busy_until = busy, .busy_count = busy_count};
    queue_order(items, count, &ctx);
    return count;
}

static bool fill(struct cli *cli, struct reading *reading, struct table *table, struct err *err)
{
    struct queue_rows rows = {0};
    if (!read_queue(reading->reader, reading->arena, &rows, err)) {
        return false;
    }
    struct queue_item *items = arena_alloc(reading->arena, (rows.count + 1) * sizeof *items);
    if (!items) {
        return err_set(err, ERR_MEMORY, "queue: out of memory");
    }
    size_t count = order(&rows, &cli->config, reading->now, items);
    for (size_t i = 0; i < count; i++) {
        const struct queue_row *row = rows.rows;
        while (strcmp(row->account_id, items[i].account_id) != 0) {
            row++;
        }
        table_number(table, items[i].position);
        table_text(table, row->account_id);
        table_text(table, row->name);
        table_text(table, tier_name(row->tier));
        table_number(table, row->priority);
        table_text(table, hold_reason_name(row->reason));
        table_decimal(table, items[i].ratio);
        table_time(table, row->next_due_at);
        table_time(table, items[i].expected_start_ms);
        table_decimal(table, row->estimated_cost);
    }
    return true;
}

int show_queue(struct cli *cli, const struct words *words, struct err *err)
{
    return reading_live_only(cli, words, err) ? reading_table(cli, words, &queue_spec, fill, err)
                                              : EXIT_USAGE;
}
