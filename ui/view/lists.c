/* lists: the views that are one table over the whole body. */
#include <stdio.h>
#include <string.h>

#include "ui/view/load.h"

static const struct pane_class accounts_pane = {.title = "Accounts",
                                                .columns = account_columns,
                                                .column_count = ACCOUNT_COLUMNS,
                                                .row_id = account_row_id,
                                                .subject = account_row_subject,
                                                .enter = VIEW_ACCOUNT,
                                                .min = 3,
                                                .empty = "no account has been read yet"};
static const struct pane_class runs_pane = {.title = "Runs",
                                            .columns = run_columns,
                                            .column_count = RUN_COLUMNS,
                                            .row_id = run_row_id,
                                            .subject = run_row_subject,
                                            .explain = run_row_explain,
                                            .enter = VIEW_RUN,
                                            .min = 3,
                                            .empty = "no run yet"};
static const struct pane_class actions_pane = {.title = "Actions",
                                               .columns = action_columns,
                                               .column_count = ACTION_COLUMNS,
                                               .row_id = action_row_id,
                                               .subject = action_row_subject,
                                               .enter = VIEW_ACCOUNT,
                                               .min = 3,
                                               .empty = "nobody has done anything yet"};
static const struct pane_class log_pane = {.title = "Log",
                                           .columns = log_columns,
                                           .column_count = LOG_COLUMNS,
                                           .row_id = log_row_id,
                                           .subject = log_row_subject,
                                           .enter = VIEW_RUN,
                                           .min = 3,
                                           .empty = "the log is empty",
                                           .follow_last = true};

/* Every list keeps nothing beside its rows, but a view without data is one that never loaded. */
static bool done(struct view *view, const void *rows, size_t count, size_t size, struct err *err)
{
    view->data = view;
    return rows && view_set_rows(view, 0, rows, count, size, err);
}

static bool accounts_load(struct view *view, const struct env *env, struct err *err)
{
    size_t count = 0;
    struct account_line *rows = load_accounts(view->arena, env, &count, err);
    return done(view, rows, count, sizeof *rows, err);
}

static bool runs_load(struct view *view, const struct env *env, struct err *err)
{
    size_t count = 0;
    struct run_line *rows = load_runs(view->arena, env, NULL, LOAD_RUNS_MAX, &count, err);
    return done(view, rows, count, sizeof *rows, err);
}

static bool log_load(struct view *view, const struct env *env, struct err *err)
{
    size_t count = 0;
    struct log_line *rows = load_log(view->arena, env, NULL, 0, &count, err);
    return done(view, rows, count, sizeof *rows, err);
}

static bool actions_load(struct view *view, const struct env *env, struct err *err)
{
    size_t count = 0;
    struct action_line *rows = load_actions(view->arena, env, NULL, &count, err);
    return done(view, rows, count, sizeof *rows, err);
}

static const struct pane_class *const accounts_panes[] = {&accounts_pane};
static const struct pane_class *const runs_panes[] = {&runs_pane};
static const struct pane_class *const log_panes[] = {&log_pane};
static const struct pane_class *const actions_panes[] = {&actions_pane};

const struct view_class accounts_view = {.id = VIEW_ACCOUNTS,
                                         .name = "accounts",
                                         .title = "Accounts",
                                         .arrangement = ARRANGE_SINGLE,
                                         .panes = accounts_panes,
                                         .pane_count = 1,
                                         .load = accounts_load};
const struct view_class runs_view = {.id = VIEW_RUNS,
                                     .name = "runs",
                                     .title = "Runs",
                                     .arrangement = ARRANGE_SINGLE,
                                     .panes = runs_panes,
                                     .pane_count = 1,
                                     .load = runs_load};
const struct view_class log_view = {.id = VIEW_LOG,
                                    .name = "log",
                                    .title = "Log",
                                    .arrangement = ARRANGE_SINGLE,
                                    .panes = log_panes,
                                    .pane_count = 1,
                                    .load = log_load};
const struct view_class actions_view = {.id = VIEW_ACTIONS,
                                        .name = "actions",
                                        .title = "Actions",
                                        .arrangement = ARRANGE_SINGLE,
                                        .panes = actions_panes,
                                        .pane_count = 1,
                                        .load = actions_load};
