/* queue: in which order accounts start, when to expect them, and how many resume together in the
 * next hour. The order is the governor's own rule over what the store holds. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config/config.h"
#include "govern/queue.h"
#include "store/read_queue.h"
#include "ui/format.h"
#include "ui/overview.h"
#include "ui/view/load.h"

enum { PANE_ORDER, PANE_CALENDAR, QUEUE_PANES };
enum { SLOTS = 12, SLOT_MS = 5 * 60000, BUSY_MAX = 64, ASSUMED_MS = 10000, CROWD = 3 };

struct queue_line {
    char account_id[ID_SIZE];
    const char *name;
    enum tier tier;
    enum hold_reason reason;
    int position;
    int priority;
    int64_t expected_at, until, run_id;
    double ratio, cost;
    bool never_synced;
};

struct queue_data {
    int resumes[SLOTS]; /* accounts whose hold ends in each five minutes to come */
};

static void item_of(const struct queue_row *row, const struct env *env, struct queue_item *out)
{
    snprintf(out->account_id, sizeof out->account_id, "%s", row->account_id);
    out->last_sync_ms = row->last_synced_at;
    out->cadence_ms = env->config->cadence_ms[row->tier];
    out->tier = row->tier;
    out->priority = row->priority;
    out->duration_ms = row->last_duration_ms;
    bool person = hold_reason_needs_person(row->reason);
    int64_t held = row->hold_until > row->next_due_at ? row->hold_until : row->next_due_at;
    out->not_before_ms = person ? INT64_MAX : held;
}

static bool order(struct view *view, const struct env *env, const struct queue_rows *rows,
                  struct queue_item *items, struct err *err)
{
    int64_t busy[BUSY_MAX];
    size_t busy_count = 0, count = 0;
    struct queue_line *lines = arena_alloc(view->arena, (rows->count + 1) * sizeof *lines);
    if (!lines) {
        return err_set(err, ERR_MEMORY, "queue: out of memory");
    }
    for (size_t i = 0; i < rows->count; i++) {
        const struct queue_row *row = &rows->rows[i];
        if (row->reason != HOLD_RUNNING) {
            item_of(row, env, &items[count++]);
        } else if (busy_count < BUSY_MAX) {
            int64_t lasts = row->last_duration_ms ? row->last_duration_ms : ASSUMED_MS;
            busy[busy_count++] = row->hold_since + lasts;
        }
    }
    struct queue_context ctx = {.now_ms = env->now,
                                .slots = env->config->workers,
                                .busy_until = busy,
                                .busy_count = busy_count};
    queue_order(items, count, &ctx);
    for (size_t i = 0; i < count; i++) {
        struct queue_line *line = &lines[i];
        const struct queue_row *row = rows->rows;
        while (strcmp(row->account_id, items[i].account_id) != 0) {
            row++;
        }
        memcpy(line->account_id, items[i].account_id, sizeof line->account_id);
        line->name = row->name;
        line->tier = row->tier;
        line->reason = row->reason;
        line->priority = row->priority;
        line->run_id = row->run_id;
        line->cost = row->estimated_cost;
        line->until = row->hold_until;
        line->position = items[i].position;
        line->expected_at = items[i].expected_start_ms;
        line->ratio = items[i].ratio;
        line->never_synced = !items[i].last_sync_ms;
    }
    return view_set_rows(view, PANE_ORDER, lines, count, sizeof *lines, err);
}

static bool queue_load(struct view *view, const struct env *env, struct err *err)
{
    struct queue_rows rows;
    struct queue_data *data = arena_alloc(view->arena, sizeof *data);
    if (!data || !read_queue(env->store, view->arena, &rows, err)) {
        return data ? false : err_set(err, ERR_MEMORY, "queue: out of memory");
    }
    struct queue_item *items = arena_alloc(view->arena, (rows.count + 1) * sizeof *items);
    if (!items) {
        return err_set(err, ERR_MEMORY, "queue: out of memory");
    }
    for (size_t i = 0; i < rows.count; i++) {
        int64_t end = rows.rows[i].hold_until;
        bool held = rows.rows[i].reason != HOLD_DUE && rows.rows[i].reason != HOLD_RUNNING;
        if (held && end > env->now && end < env->now + (int64_t)SLOTS * SLOT_MS) {
            data->resumes[(end - env->now) / SLOT_MS]++;
        }
    }
    view->data = data;
    return order(view, env, &rows, items, err);
}

#define ROW const struct queue_line *r = row
#define ENV const struct env *e = env

static void queue_id(const void *row, char out[ROW_ID])
{
    ROW;
    snprintf(out, ROW_ID, "%s", r->account_id);
}

static void queue_subject(const void *row, struct subject *out)
{
    ROW;
    memcpy(out->account_id, r->account_id, sizeof out->account_id);
    snprintf(out->name, sizeof out->name, "%s", r->name ? r->name : "");
    out->has_state = true;
    out->reason = r->reason;
    out->until = r->until;
    out->tier = r->tier;
    out->priority = r->priority;
}

static void queue_position(const void *row, const void *env, struct cell_out *out)
{
    (void)env;
    ROW;
    snprintf(out->text, sizeof out->text, r->position ? "%d" : "-", r->position);
    out->role = r->position ? ROLE_TEXT : ROLE_DIM;
}

static double queue_position_number(const void *row, const void *env)
{
    (void)env;
    ROW;
    return r->position ? r->position : 1e9;
}

static void queue_account(const void *row, const void *env, struct cell_out *out)
{
    (void)env;
    ROW;
    snprintf(out->text, sizeof out->text, "%.500s",
             r->name && r->name[0] ? r->name : r->account_id);
    out->names[0] = r->account_id;
}

static void queue_tier(const void *row, const void *env, struct cell_out *out)
{
    (void)env;
    ROW;
    snprintf(out->text, sizeof out->text, "%s", tier_name(r->tier));
    out->role = ROLE_DIM;
}

static void queue_reason(const void *row, const void *env, struct cell_out *out)
{
    ROW;
    const struct env *e = env;
    const struct account_line *account = overview_account(e->overview, r->account_id);
    if (account && account->reason == r->reason) {
        reason_words(account, out->text, sizeof out->text);
    } else {
        snprintf(out->text, sizeof out->text, "%s", state_words(r->reason));
    }
    out->role = state_role(r->reason);
    out->names[0] = hold_reason_name(r->reason);
    out->names[1] = hold_reason_label(r->reason);
    out->names[2] = state_group(r->reason);
}

static void queue_expected(const void *row, const void *env, struct cell_out *out)
{
    ROW;
    ENV;
    if (!r->expected_at) {
        snprintf(out->text, sizeof out->text, "not by itself");
        out->role = ROLE_ALARM;
        return;
    }
    struct text at = format_time(r->expected_at, e->now, e->offset_s);
    snprintf(out->text, sizeof out->text, "%s", r->expected_at <= e->now ? "now" : at.text);
}

static double queue_expected_number(const void *row, const void *env)
{
    (void)env;
    ROW;
    return r->expected_at ? (double)r->expected_at : 1e18;
}

static void queue_ratio_cell(const void *row, const void *env, struct cell_out *out)
{
    (void)env;
    ROW;
    if (r->never_synced) {
        cell_put(out, ROLE_WARN, "never");
        return;
    }
    snprintf(out->text, sizeof out->text, "%.2f", r->ratio);
    out->role = r->ratio > 1.5 ? ROLE_WARN : ROLE_TEXT;
}

static double queue_ratio_number(const void *row, const void *env)
{
    (void)env;
    ROW;
    return r->ratio;
}

static void queue_priority(const void *row, const void *env, struct cell_out *out)
{
    (void)env;
    ROW;
    snprintf(out->text, sizeof out->text, r->priority ? "%+d" : "%d", r->priority);
    out->role = r->priority ? ROLE_TEXT : ROLE_DIM;
}

static void queue_cost(const void *row, const void *env, struct cell_out *out)
{
    (void)env;
    ROW;
    snprintf(out->text, sizeof out->text, "%s", format_cost(r->cost).text);
    out->role = ROLE_DIM;
}

static const struct column queue_columns[] = {
    {"pos",      "POS",     3,  4,  ALIGN_RIGHT, 0, false, queue_position,   queue_position_number, false,
     "1 = next; - = will not start by itself"                                                                                 },
    {"account",  "ACCOUNT", 12, 26, ALIGN_LEFT,  0, true,  queue_account,    NULL,                  false, "account"          },
    {"tier",     "TIER",    6,  6,  ALIGN_LEFT,  3, false, queue_tier,       NULL,                  false, "spend tier"       },
    {"start",    "START",   7,  13, ALIGN_LEFT,  0, false, queue_expected,   queue_expected_number, false,
     "expected start"                                                                                                         },
    {"why",      "WHY",     12, 26, ALIGN_LEFT,  1, false, queue_reason,     NULL,                  false, "what it waits for"},
    {"overdue",  "OVERDUE", 7,  7,  ALIGN_RIGHT, 2, false, queue_ratio_cell, queue_ratio_number,    true,
     "lag / cadence; 1 = due"                                                                                                 },
    {"priority", "PR",      2,  2,  ALIGN_RIGHT, 4, false, queue_priority,   NULL,                  true,  "priority"         },
    {"cost",     "COST",    5,  7,  ALIGN_RIGHT, 5, false, queue_cost,       NULL,                  true,  "of its last run"  },
};

/* A column per five minutes: how many accounts come back together, as figure and bar. */
static void calendar_draw(const struct view *view, const struct env *env, struct canvas *canvas,
                          struct rect rect)
{
    const struct queue_data *data = view->data;
    int width = (rect.w - 2) / SLOTS, most = 1;
    for (int i = 0; i < SLOTS; i++) {
        most = data->resumes[i] > most ? data->resumes[i] : most;
    }
    for (int i = 0; i < SLOTS && width > 2; i++) {
        struct text at = format_time(env->now + (int64_t)i * SLOT_MS, env->now, env->offset_s);
        const char *minute = at.text + strlen(at.text) - 2;
        int x = rect.x + 1 + i * width, bars = data->resumes[i] * (width - 1) / most;
        enum role role = data->resumes[i] > CROWD ? ROLE_WARN : ROLE_TEXT;
        canvas_text(canvas, rect.y, x, width - 1, ROLE_DIM, width > 5 ? at.text : minute);
        canvas_textf(canvas, rect.y + 1, x, width - 1, data->resumes[i] ? role : ROLE_DIM,
                     data->resumes[i] ? "%d" : "-", data->resumes[i]);
        for (int b = 0; b < bars && rect.h > 2; b++) {
            canvas_glyph(canvas, rect.y + 2, x + b, GLYPH_FULL, ROLE_GRAPH);
        }
    }
}

static int calendar_lines(const struct view *view, const struct env *env)
{
    (void)view;
    (void)env;
    return 3;
}

static const struct pane_class order_pane = {.title = "Queue",
                                             .columns = queue_columns,
                                             .column_count =
                                                 sizeof queue_columns / sizeof queue_columns[0],
                                             .row_id = queue_id,
                                             .subject = queue_subject,
                                             .enter = VIEW_ACCOUNT,
                                             .min = 4,
                                             .empty = "nothing waits"};
static const struct pane_class calendar_pane = {.title = "Resuming in the next hour, per 5 minutes",
                                                .draw = calendar_draw,
                                                .lines = calendar_lines,
                                                .enter = VIEW_COUNT,
                                                .min = 2};
static const struct pane_class *const panes[QUEUE_PANES] = {&order_pane, &calendar_pane};

const struct view_class queue_view = {.id = VIEW_QUEUE,
                                      .name = "queue",
                                      .title = "Queue",
                                      .arrangement = ARRANGE_SINGLE,
                                      .panes = panes,
                                      .pane_count = QUEUE_PANES,
                                      .live_only = true,
                                      .load = queue_load};
