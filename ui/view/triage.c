/* triage: home. Everything an on-call engineer asks first, on one screen. */
#include <stdio.h>
#include <string.h>

#include "ui/format.h"
#include "ui/header.h"
#include "ui/overview.h"
#include "ui/view/draw.h"
#include "ui/view/load.h"
#include "ui/widget/gauge.h"

enum { PANE_ACCOUNTS, PANE_USAGE, PANE_RUNS, PANE_BUDGET, PANE_ERRORS, TRIAGE_PANES };
enum { ROWS_ONE_LINE = 12 }; /* fewer: the header is the verdict alone, see layout.c */
enum { RUNS_SHOWN = 100, TIMELINE_LINES = 4, COURSE_LINES = 7 };
enum { FACTS_BESIDE = 2 };             /* lines of gauges that come first */
enum { TALL = 8, SENTENCE_COLS = 70 }; /* room for a second line of the reason, and need of it */
enum { CURE_LINES = 2, ROOM_TO_STAY = 5, USUAL_LIMITERS = 4 }; /* of the reason's pane */

struct triage {
    const struct limiter_line *app; /* with its course; NULL = none */
};

/* What depends on the selected account. */
struct selection {
    struct limiter_line *limiters;
    size_t limiter_count;
    const struct limiter_line *worst; /* with its course; NULL = none */
    const struct hold_line *holds;
    size_t hold_count;
};

static const struct account_line *selected_account(const struct view *view, const struct env *env)
{
    struct row_source source = view_source(view, PANE_ACCOUNTS, env);
    return table_row(&view->panes[PANE_ACCOUNTS].table, &source);
}

/* The app's course, for screens with room to spare. It is the longest, and the same whatever is
 * selected: no key waits for it. */
static const struct limiter_line *load_app(struct arena *arena, const struct env *env)
{
    size_t count = 0;
    struct limiter_line *rows = load_limiters(arena, env, "", &count, NULL), *app = NULL;
    for (size_t i = 0; rows && i < count; i++) {
        if (rows[i].scope == SCOPE_APP || (!app && rows[i].scope == SCOPE_APP_INSIGHTS)) {
            app = &rows[i];
        }
    }
    return app && load_limiter_course(arena, env, app, NULL) ? app : NULL;
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
    data->app = load_app(view->arena, env);
    view->data = data;
    return view_set_rows(view, PANE_ACCOUNTS, a, accounts, sizeof *a, err) &&
           view_set_rows(view, PANE_RUNS, r, runs, sizeof *r, err) &&
           view_set_rows(view, PANE_BUDGET, b, budget, sizeof *b, err) &&
           view_set_rows(view, PANE_ERRORS, e, errors, sizeof *e, err);
}

/* The account's worst limiter, with its course. */
static const struct limiter_line *choose_worst(struct arena *arena, const struct env *env,
                                               const struct selection *selection)
{
    struct limiter_line *worst = NULL;
    for (size_t i = 0; i < selection->limiter_count; i++) {
        struct limiter_line *line = &selection->limiters[i];
        if (line->account_id[0] && (!worst || line->pct > worst->pct)) {
            worst = line;
        }
    }
    return worst && load_limiter_course(arena, env, worst, NULL) ? worst : NULL;
}

static void *triage_select(const struct view *view, const struct env *env, struct arena *arena)
{
    const struct account_line *account = selected_account(view, env);
    struct selection *selection = arena_alloc(arena, sizeof *selection);
    if (!selection) {
        return NULL;
    }
    const char *id = account ? account->account_id : "";
    selection->limiters = load_limiters(arena, env, id, &selection->limiter_count, NULL);
    selection->limiter_count = selection->limiters ? selection->limiter_count : 0;
    selection->worst = choose_worst(arena, env, selection);
    if (account) {
        selection->holds = load_holds(arena, env, id, &selection->hold_count, NULL);
    }
    return selection;
}

static void usage_summary(const struct view *view, const struct env *env, struct canvas *canvas,
                          struct rect line)
{
    const struct account_line *account = selected_account(view, env);
    if (account) {
        int used =
            canvas_textf(canvas, line.y, line.x, line.w, ROLE_TITLE, "%s ",
                         account->name && account->name[0] ? account->name : account->account_id);
        line.x += used;
        line.w -= used;
    }
    if (!view_details(view, env)) {
        draw_loading(canvas, line);
    }
}

static void draw_labelled_course(const struct limiter_line *line, const struct env *env,
                                 struct canvas *canvas, struct rect rect)
{
    struct text range = format_age(env->range);
    canvas_textf(canvas, rect.y, rect.x, rect.w, ROLE_HEADER, "%s, last %s", line->label,
                 range.text);
    draw_course(canvas, (struct rect){rect.y + 1, rect.x, rect.h - 1, rect.w}, line, env);
}

/* What is left of the pane: how the account waited, and the course of the two worst limiters. */
static void draw_history(const struct view *view, const struct env *env, struct canvas *canvas,
                         struct rect rect)
{
    const struct triage *data = view->data;
    const struct selection *selection = view_details(view, env);
    if (rect.h >= TIMELINE_LINES && selection->hold_count) {
        draw_timeline(canvas, (struct rect){rect.y + 1, rect.x, 2, rect.w}, selection->holds,
                      selection->hold_count, env);
        rect.y += TIMELINE_LINES;
        rect.h -= TIMELINE_LINES;
    }
    const struct limiter_line *courses[2] = {selection->worst, data->app};
    for (int i = 0; i < 2 && rect.h >= COURSE_LINES; i++) {
        if (courses[i] && courses[i]->sample_count) {
            draw_labelled_course(courses[i], env, canvas,
                                 (struct rect){rect.y, rect.x, COURSE_LINES - 1, rect.w});
            rect.y += COURSE_LINES;
            rect.h -= COURSE_LINES;
        }
    }
}

static void usage_draw(const struct view *view, const struct env *env, struct canvas *canvas,
                       struct rect rect)
{
    const struct selection *selection = view_details(view, env);
    const struct account_line *account = selected_account(view, env);
    rect.x++;
    rect.w -= 2;
    if (account && rect.h > 1) {
        int room = rect.h > 2 ? 2 : 1; /* its end stands last: it must not be cut */
        int lines = draw_reason(canvas, (struct rect){rect.y, rect.x, room, rect.w}, account, env);
        lines = rect.h >= TALL && rect.w < SENTENCE_COLS ? 2 : lines;
        rect.y += lines;
        rect.h -= lines;
    }
    if (account && reason_cure(account)[0]) {
        int most = rect.h >= TALL ? CURE_LINES + 1 : rect.h > CURE_LINES ? CURE_LINES : rect.h;
        int used = canvas_wrap(canvas, (struct rect){rect.y, rect.x, most, rect.w}, ROLE_TEXT,
                               reason_cure(account));
        /* What follows does not jump. */
        used = rect.h >= ROOM_TO_STAY && used < CURE_LINES ? CURE_LINES : used;
        rect.y += used;
        rect.h -= used;
    } else if (account && rect.h > FACTS_BESIDE) {
        draw_facts(canvas, rect.y++, rect.x, rect.w, account, env);
        rect.h--;
    }
    if (selection) {
        draw_limiters(canvas, rect, selection->limiters, selection->limiter_count, env);
        int used = (int)selection->limiter_count;
        rect.y += used;
        rect.h -= used;
        draw_history(view, env, canvas, rect);
    }
}

/* The same for most accounts, so that the panes below stay where they are. */
static int usage_lines(const struct view *view, const struct env *env)
{
    const struct selection *selection = view->details; /* as long as the next are not there */
    int limiters = selection ? (int)selection->limiter_count : 0;
    (void)env;
    return 2 + CURE_LINES + (limiters > USUAL_LIMITERS ? limiters : USUAL_LIMITERS);
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
                 "%s of %s weighted, new day %s ", used.text, limit.text, ends.text);
}

/* How often each, the most frequent codes by themselves when there is no room for the table. */
static void errors_summary(const struct view *view, const struct env *env, struct canvas *canvas,
                           struct rect line)
{
    char text[160] = "";
    size_t used = 0;
    const struct pane *pane = &view->panes[PANE_ERRORS];
    struct text range = format_age(env->range);
    for (size_t i = 0; i < pane->count && used < 100; i++) {
        const struct error_line *row = pane->rows[i];
        char code[32];
        error_code_text(row, code, sizeof code);
        used += (size_t)snprintf(text + used, sizeof text - used, ", %lld%s %s",
                                 (long long)row->count, canvas->ascii ? "x" : "×", code);
    }
    canvas_textf(canvas, line.y, line.x, line.w, ROLE_TITLE, "in %s%s ", range.text, text);
}

/* What was done last and by whom; on a screen whose header is one line, what the verdict means. */
static void accounts_summary(const struct view *view, const struct env *env, struct canvas *canvas,
                             struct rect line)
{
    const struct overview *o = env->overview;
    char text[400];
    (void)view;
    if (canvas->rows < ROWS_ONE_LINE) {
        canvas_text(canvas, line.y, line.x, line.w, ROLE_TITLE, " ");
        int end = header_sentence(env, canvas, (struct rect){line.y, line.x + 1, 1, line.w - 2});
        canvas_text(canvas, line.y, end, 1, ROLE_TITLE, " ");
        return;
    }
    if (!o->has_action) {
        return;
    }
    const struct operator_action *a = &o->action;
    struct text age = format_age(env->now - a->at);
    const struct account_line *account = overview_account(o, a->target);
    snprintf(text, sizeof text, " %s ago %.20s: %s %.40s%s%.60s%s ", age.text, a->actor,
             op_kind_name(a->kind), account ? account->name : a->target, a->reason[0] ? " \"" : "",
             a->reason, a->reason[0] ? "\"" : "");
    int width = canvas_width(canvas, text);
    int room = line.w - 3;
    canvas_text(canvas, line.y, width < room ? line.x + line.w - width - 1 : line.x + 2, room,
                ROLE_TITLE, text);
}

static const struct pane_class accounts_pane = {.title = "Accounts",
                                                .columns = account_columns,
                                                .column_count = ACCOUNT_COLUMNS,
                                                .row_id = account_row_id,
                                                .subject = account_row_subject,
                                                .summary = accounts_summary,
                                                .enter = VIEW_ACCOUNT,
                                                .min = 4,
                                                .empty = "no account has been read yet"};

static const struct pane_class usage_pane = {.title = "Why",
                                             .summary = usage_summary,
                                             .draw = usage_draw,
                                             .lines = usage_lines,
                                             .grows = true,
                                             .enter = VIEW_ACCOUNT,
                                             .min = 4}; /* reason, cure, a line of gauges */

static const struct pane_class runs_pane = {.title = "Runs",
                                            .columns = run_columns,
                                            .column_count = RUN_COLUMNS,
                                            .row_id = run_row_id,
                                            .subject = run_row_subject,
                                            .explain = run_row_explain,
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
                                              .uncounted = true,
                                              .empty = "nothing spent today"};

static const struct pane_class errors_pane = {.title = "Errors",
                                              .columns = error_columns,
                                              .column_count = ERROR_COLUMNS,
                                              .row_id = error_row_id,
                                              .subject = error_row_subject,
                                              .explain = error_row_explain,
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
