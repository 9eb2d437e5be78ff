/* triage: home. Everything an on-call engineer asks first, on one screen. */
#include <stdio.h>
#include <string.h>

#include "ui/format.h"
#include "ui/overview.h"
#include "ui/view/draw.h"
#include "ui/view/load.h"
#include "ui/widget/gauge.h"

enum { PANE_ACCOUNTS, PANE_USAGE, PANE_RUNS, PANE_BUDGET, PANE_ERRORS, TRIAGE_PANES };
enum { RUNS_SHOWN = 100, SELECTION_CHUNK = 8 * 1024 };

struct triage {
    const struct account_line *accounts;
};

/* What depends on the selected account. */
struct selection {
    const struct limiter_line *limiters;
    size_t limiter_count;
    const struct account_line *account; /* in the view's arena: reloaded with it */
};

static const struct account_line *selected_account(const struct view *view, const struct env *env)
{
    struct row_source source = view_source(view, PANE_ACCOUNTS, env);
    return table_row(&view->panes[PANE_ACCOUNTS].table, &source);
}

static bool triage_load(struct view *view, const struct env *env, struct err *err)
{
    size_t accounts = 0, runs = 0, budget = 0, errors = 0;
    struct triage *data = arena_alloc(view->arena, sizeof *data);
    struct account_line *a = load_accounts(view->arena, env, &accounts, err);
    struct run_line *r = a ? load_runs(view->arena, env, NULL, RUNS_SHOWN, &runs, err) : NULL;
    struct budget_line *b = r ? load_budget(view->arena, env, NULL, &budget, err) : NULL;
    struct error_line *e = b ? load_errors(view->arena, env, NULL, &errors, err) : NULL;
    if (!e || !data) {
        return data ? false : err_set(err, ERR_MEMORY, "triage: out of memory");
    }
    data->accounts = a;
    view->data = data;
    return view_set_rows(view, PANE_ACCOUNTS, a, accounts, sizeof *a, err) &&
           view_set_rows(view, PANE_RUNS, r, runs, sizeof *r, err) &&
           view_set_rows(view, PANE_BUDGET, b, budget, sizeof *b, err) &&
           view_set_rows(view, PANE_ERRORS, e, errors, sizeof *e, err);
}

static void triage_select(struct view *view, const struct env *env)
{
    const struct account_line *account = selected_account(view, env);
    struct arena *arena = arena_create(SELECTION_CHUNK);
    struct selection *selection = arena ? arena_alloc(arena, sizeof *selection) : NULL;
    if (!selection) {
        arena_destroy(arena);
        return;
    }
    selection->limiters = load_limiters(arena, env, account ? account->account_id : "", false,
                                        &selection->limiter_count, NULL);
    selection->limiter_count = selection->limiters ? selection->limiter_count : 0;
    arena_destroy(view->selection_arena);
    view->selection_arena = arena;
    view->selection = selection;
}

static void usage_summary(const struct view *view, const struct env *env, struct canvas *canvas,
                          struct rect line)
{
    const struct account_line *account = selected_account(view, env);
    if (account) {
        canvas_textf(canvas, line.y, line.x, line.w, ROLE_TITLE, "%s ",
                     account->name && account->name[0] ? account->name : account->account_id);
    }
}

static void usage_draw(const struct view *view, const struct env *env, struct canvas *canvas,
                       struct rect rect)
{
    const struct selection *selection = view->selection;
    const struct account_line *account = selected_account(view, env);
    rect.x++;
    rect.w -= 2;
    if (account && rect.h > 1) {
        draw_reason(canvas, rect.y++, rect.x, rect.w, account, env);
        rect.h--;
    }
    if (selection) {
        draw_limiters(canvas, rect, selection->limiters, selection->limiter_count, env);
    }
}

static int usage_lines(const struct view *view, const struct env *env)
{
    const struct selection *selection = view->selection;
    (void)env;
    return 1 + (selection && selection->limiter_count ? (int)selection->limiter_count : 1);
}

static void budget_summary(const struct view *view, const struct env *env, struct canvas *canvas,
                           struct rect line)
{
    const struct overview *o = env->overview;
    (void)view;
    if (o->budget_limit <= 0) {
        return;
    }
    double pct = o->budget_used * 100 / o->budget_limit;
    struct text used = format_cost(o->budget_used), limit = format_cost(o->budget_limit);
    struct text ends = format_time(o->budget_ends, env->now, env->offset_s);
    canvas_textf(canvas, line.y, line.x, line.w, pct >= 85 ? ROLE_WARN : ROLE_TITLE,
                 " %s of %s weighted, new day %s ", used.text, limit.text, ends.text);
}

static void errors_summary(const struct view *view, const struct env *env, struct canvas *canvas,
                           struct rect line)
{
    char text[160] = "";
    size_t used = 0;
    (void)env;
    const struct pane *pane = &view->panes[PANE_ERRORS];
    for (size_t i = 0; i < pane->count && used < 100; i++) {
        const struct error_line *row = pane->rows[i];
        char code[32];
        snprintf(code, sizeof code, row->subcode ? "%d/%d" : "%d", row->code, row->subcode);
        used += (size_t)snprintf(text + used, sizeof text - used, "%s%s %s%lld", used ? "  " : "",
                                 code, canvas->ascii ? "x" : "×", (long long)row->count);
    }
    if (used) {
        canvas_textf(canvas, line.y, line.x, line.w, ROLE_TITLE, " %s ", text);
    }
}

static const struct pane_class accounts_pane = {.title = "Accounts",
                                                .columns = account_columns,
                                                .column_count = ACCOUNT_COLUMNS,
                                                .row_id = account_row_id,
                                                .subject = account_row_subject,
                                                .enter = VIEW_ACCOUNT,
                                                .min = 4,
                                                .empty = "no account has been read yet"};

static const struct pane_class usage_pane = {.title = "Limits",
                                             .summary = usage_summary,
                                             .draw = usage_draw,
                                             .lines = usage_lines,
                                             .enter = VIEW_ACCOUNT,
                                             .min = 3};

static const struct pane_class runs_pane = {.title = "Runs",
                                            .columns = run_columns,
                                            .column_count = RUN_COLUMNS,
                                            .row_id = run_row_id,
                                            .subject = run_row_subject,
                                            .enter = VIEW_RUN,
                                            .min = 2,
                                            .empty = "no run yet"};

static const struct pane_class budget_pane = {.title = "Budget",
                                              .columns = budget_columns,
                                              .column_count = BUDGET_COLUMNS,
                                              .row_id = budget_row_id,
                                              .subject = budget_row_subject,
                                              .summary = budget_summary,
                                              .enter = VIEW_ACCOUNT,
                                              .min = 0,
                                              .empty = "nothing spent today"};

static const struct pane_class errors_pane = {.title = "Errors",
                                              .columns = error_columns,
                                              .column_count = ERROR_COLUMNS,
                                              .row_id = error_row_id,
                                              .subject = error_row_subject,
                                              .summary = errors_summary,
                                              .enter = VIEW_ERRORS,
                                              .min = 2,
                                              .empty = "no error in this time"};

static const struct pane_class *const panes[TRIAGE_PANES] = {
    [PANE_ACCOUNTS] = &accounts_pane, [PANE_USAGE] = &usage_pane,   [PANE_RUNS] = &runs_pane,
    [PANE_BUDGET] = &budget_pane,     [PANE_ERRORS] = &errors_pane,
};

const struct view_class triage_view = {.id = VIEW_TRIAGE,
                                       .name = "triage",
                                       .title = "Triage",
                                       .arrangement = ARRANGE_TRIAGE,
                                       .panes = panes,
                                       .pane_count = TRIAGE_PANES,
                                       .load = triage_load,
                                       .select = triage_select};
