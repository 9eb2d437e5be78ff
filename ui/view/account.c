/* account: one ad account: what it waits for, its limiters, how it waited, its runs, its budget and
 * what was changed about it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/read_accounts.h"
#include "ui/format.h"
#include "ui/overview.h"
#include "ui/view/draw.h"
#include "ui/view/load.h"
#include "ui/widget/gauge.h"
#include "json/json.h"

enum { PANE_LIMITS, PANE_TIMELINE, PANE_BUDGET, PANE_RUNS, PANE_HISTORY, ACCOUNT_PANES };
enum { RUNS_SHOWN = 200, FACTS = 2, CURE_LINES = 2, CLASS_LABEL = 16, REASON_COLS = 78 };

struct account_data {
    const struct account_line *account; /* NULL = unknown at that instant */
    const struct limiter_line *limiters;
    size_t limiter_count;
    const struct hold_line *holds;
    size_t hold_count;
    const struct budget_line *budget; /* the account's, NULL = nothing spent */
    double daily_limit;
};

static bool load_history(struct view *view, const struct env *env, struct err *err)
{
    struct history_rows rows;
    struct history_query query = {.account_id = view->subject.account_id};
    return read_account_history(env->store, view->arena, env->at, &query, &rows, err) &&
           view_set_rows(view, PANE_HISTORY, rows.rows, rows.count, sizeof *rows.rows, err);
}

static bool load_parts(struct view *view, const struct env *env, struct account_data *data,
                       struct err *err)
{
    const char *id = view->subject.account_id;
    size_t runs = 0, budget = 0;
    struct run_line *r = load_runs(view->arena, env, id, RUNS_SHOWN, &runs, err);
    struct budget_line *b = r ? load_budget(view->arena, env, id, &budget, err) : NULL;
    if (!b) {
        return false;
    }
    data->budget = budget > 1 ? &b[1] : NULL;
    data->limiters = load_limiters_in_parts(view->arena, env, id, &data->limiter_count, err);
    data->holds = data->limiters ? load_holds(view->arena, env, id, &data->hold_count, err) : NULL;
    return data->holds && view_set_rows(view, PANE_RUNS, r, runs, sizeof *r, err) &&
           load_history(view, env, err);
}

static bool account_load(struct view *view, const struct env *env, struct err *err)
{
    const struct account_line *known = overview_account(env->overview, view->subject.account_id);
    struct account_data *data = arena_alloc(view->arena, sizeof *data);
    struct account_line *kept = arena_alloc(view->arena, sizeof *kept);
    if (!data || !kept) {
        return err_set(err, ERR_MEMORY, "account: out of memory");
    }
    if (!load_parts(view, env, data, err)) {
        return false;
    }
    view->data = data;
    if (known) {
        load_keep_account(view->arena, known, kept);
        account_row_subject(kept, &view->subject);
        data->account = kept;
    }
    return true;
}

static void limits_summary(const struct view *view, const struct env *env, struct canvas *canvas,
                           struct rect line)
{
    (void)env;
    canvas_textf(canvas, line.y, line.x, line.w, ROLE_TITLE_FOCUS, "%s  %s ", view->subject.name,
                 view->subject.account_id);
}

static void limits_draw(const struct view *view, const struct env *env, struct canvas *canvas,
                        struct rect rect)
{
    const struct account_data *data = view->data;
    rect.x++;
    rect.w -= 2;
    if (!data->account) {
        canvas_text(canvas, rect.y, rect.x, rect.w, ROLE_WARN, "not known at this instant");
        return;
    }
    int room = rect.h > FACTS + 2 ? 2 : 1; /* its end stands last: it must not be cut */
    int lines =
        draw_reason(canvas, (struct rect){rect.y, rect.x, room, rect.w}, data->account, env);
    rect.y += lines;
    rect.h -= lines - 1;
    if (rect.h > FACTS + 1 && reason_cure(data->account)[0]) {
        int used = canvas_wrap(canvas, (struct rect){rect.y, rect.x, CURE_LINES, rect.w}, ROLE_TEXT,
                               reason_cure(data->account));
        rect.y += used;
        rect.h -= used;
    }
    if (rect.h > FACTS) {
        draw_facts(canvas, rect.y++, rect.x, rect.w, data->account, env);
        rect.h--;
    }
    rect.h--;
    draw_limiters(canvas, rect, data->limiters, data->limiter_count, env);
}

static int limits_lines(const struct view *view, const struct env *env)
{
    const struct account_data *data = view->data;
    int cure = data->account && reason_cure(data->account)[0] ? CURE_LINES : 0;
    char reason[320] = "";
    if (data->account) {
        reason_sentence(data->account, env, reason, sizeof reason);
    }
    int more = text_width(reason) > REASON_COLS; /* where the screen is 80 columns wide */
    return FACTS + more + cure + (data->limiter_count ? (int)data->limiter_count : 1);
}

static void timeline_draw(const struct view *view, const struct env *env, struct canvas *canvas,
                          struct rect rect)
{
    const struct account_data *data = view->data;
    rect.x++;
    rect.w -= 2;
    draw_timeline(canvas, rect, data->holds, data->hold_count, env);
    for (int i = 0; i + 2 < rect.h && i < (int)data->hold_count; i++) {
        const struct hold_line *hold = &data->holds[data->hold_count - 1 - (size_t)i];
        struct text since = format_time(hold->since, env->now, env->offset_s);
        int64_t end = hold->ended_at ? hold->ended_at : env->now;
        struct text lasted = format_age(end - hold->since);
        canvas_textf(canvas, rect.y + 2 + i, rect.x, rect.w, state_role(hold->reason),
                     "%-12s %s %s%s", since.text, hold_reason_text(hold->reason),
                     hold->ended_at ? "" : "for ", lasted.text);
    }
}

static int timeline_lines(const struct view *view, const struct env *env)
{
    const struct account_data *data = view->data;
    (void)env;
    return 2 + (data->hold_count > 8 ? 8 : (int)data->hold_count);
}

static void budget_draw(const struct view *view, const struct env *env, struct canvas *canvas,
                        struct rect rect)
{
    const struct account_data *data = view->data;
    (void)env;
    rect.x++;
    rect.w -= 2;
    if (!data->budget) {
        canvas_text(canvas, rect.y, rect.x, rect.w, ROLE_DIM, "nothing spent today");
        return;
    }
    const struct budget_line *b = data->budget;
    double pct = b->limit > 0 ? b->cost * 100 / b->limit : -1;
    int gauge = rect.w / 2 > 40 ? 40 : rect.w / 2;
    gauge_draw(canvas, rect.y, rect.x, gauge, pct, 100);
    canvas_textf(canvas, rect.y, rect.x + gauge + 1, rect.w - gauge - 1, ROLE_TEXT,
                 "%s  %s of %s, %s calls", format_pct(pct).text, format_cost(b->cost).text,
                 format_cost(b->limit).text, format_count(b->calls).text);
    enum call_class classes[CALL_CLASS_COUNT];
    int count = draw_classes(b->by_class, classes);
    for (int i = 0; i < count && i + 1 < rect.h; i++) {
        int y = rect.y + 1 + i;
        canvas_text(canvas, y, rect.x, CLASS_LABEL, ROLE_DIM, call_class_name(classes[i]));
        canvas_textf(canvas, y, rect.x + CLASS_LABEL, rect.w - CLASS_LABEL, ROLE_TEXT, "%s",
                     format_cost(b->by_class[classes[i]]).text);
    }
}

static int budget_lines(const struct view *view, const struct env *env)
{
    const struct account_data *data = view->data;
    enum call_class classes[CALL_CLASS_COUNT];
    (void)env;
    return 1 + (data->budget ? draw_classes(data->budget->by_class, classes) : 0);
}

static void history_id(const void *row, char out[ROW_ID])
{
    const struct history_row *r = row;
    snprintf(out, ROW_ID, "%.20s/%lld", r->field, (long long)r->since);
}

static void history_since(const void *row, const void *env, struct cell_out *out)
{
    const struct history_row *r = row;
    const struct env *e = env;
    snprintf(out->text, sizeof out->text, "%s", format_time(r->since, e->now, e->offset_s).text);
}

static double history_since_number(const void *row, const void *env)
{
    (void)env;
    return (double)((const struct history_row *)row)->since;
}

static void history_field(const void *row, const void *env, struct cell_out *out)
{
    (void)env;
    snprintf(out->text, sizeof out->text, "%s", ((const struct history_row *)row)->field);
    out->role = ROLE_DIM;
}

/* "high; 7 days' spend 123.45, lines 100 and 10" */
static void tier_value(const struct history_row *r, struct cell_out *out)
{
    double spend = 0, high = 0, medium = 0;
    struct json_doc *doc = json_parse(r->detail, strlen(r->detail), NULL, NULL);
    const struct json *root = doc ? json_root(doc) : NULL;
    if (json_double(json_get(root, "spend_7d_base"), &spend) &&
        json_double(json_get(root, "high_above"), &high) &&
        json_double(json_get(root, "medium_above"), &medium)) {
        snprintf(out->text, sizeof out->text, "%s; 7 days' spend %.2f, lines %.0f and %.0f",
                 r->value, spend, high, medium);
    } else {
        cell_put(out, ROLE_TEXT, r->value);
    }
    json_free(doc);
}

static void history_value(const void *row, const void *env, struct cell_out *out)
{
    const struct history_row *r = row;
    const struct env *e = env;
    if (strcmp(r->field, "status") == 0) {
        cell_put(out, ROLE_TEXT, account_status_name(atoi(r->value)));
    } else if (strcmp(r->field, "paused") == 0 && atoll(r->value) > 0) {
        snprintf(out->text, sizeof out->text, "until %s",
                 format_time(atoll(r->value), e->now, e->offset_s).text);
    } else if (strcmp(r->field, "tier") == 0) {
        tier_value(r, out);
    } else {
        cell_put(out, ROLE_TEXT, r->value);
    }
}

static const struct column history_columns[] = {
    {"since", "SINCE", 5, 12, ALIGN_LEFT, 0, false, history_since, history_since_number, true,
     "from when on"                                                                                           },
    {"field", "WHAT",  8, 10, ALIGN_LEFT, 0, false, history_field, NULL,                 false, "what changed"},
    {"value", "VALUE", 8, 30, ALIGN_LEFT, 0, true,  history_value, NULL,                 false, "to what"     },
};

static const struct pane_class limits_pane = {.title = "Account",
                                              .summary = limits_summary,
                                              .draw = limits_draw,
                                              .lines = limits_lines,
                                              .enter = VIEW_ENTITIES,
                                              .min = 5};
static const struct pane_class timeline_pane = {.title = "Waiting",
                                                .draw = timeline_draw,
                                                .lines = timeline_lines,
                                                .enter = VIEW_COUNT,
                                                .min = 2};
static const struct pane_class budget_pane = {.title = "Budget today",
                                              .draw = budget_draw,
                                              .lines = budget_lines,
                                              .enter = VIEW_COUNT,
                                              .min = 1};
static const struct pane_class runs_pane = {.title = "Runs",
                                            .columns = run_columns,
                                            .hidden = "account",
                                            .column_count = RUN_COLUMNS,
                                            .row_id = run_row_id,
                                            .subject = run_row_subject,
                                            .explain = run_row_explain,
                                            .enter = VIEW_RUN,
                                            .min = 3,
                                            .empty = "no run yet"};
static const struct pane_class history_pane = {.title = "Changes",
                                               .columns = history_columns,
                                               .column_count = sizeof history_columns /
                                                               sizeof history_columns[0],
                                               .row_id = history_id,
                                               .enter = VIEW_COUNT,
                                               .min = 2,
                                               .empty = "nothing was changed"};

static const struct pane_class *const panes[ACCOUNT_PANES] = {
    [PANE_LIMITS] = &limits_pane, [PANE_TIMELINE] = &timeline_pane, [PANE_BUDGET] = &budget_pane,
    [PANE_RUNS] = &runs_pane,     [PANE_HISTORY] = &history_pane,
};

const struct view_class account_view = {.id = VIEW_ACCOUNT,
                                        .name = "account",
                                        .title = "Account",
                                        .arrangement = ARRANGE_DETAIL,
                                        .panes = panes,
                                        .pane_count = ACCOUNT_PANES,
                                        .load = account_load};
