#include "ui/view/view.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/reader.h"
#include "ui/widget/table_find.h"

enum { ARENA_CHUNK = 32 * 1024, DETAILS_CHUNK = 16 * 1024 };

extern const struct view_class triage_view, accounts_view, usage_view, runs_view, queue_view,
    budget_view, errors_view, log_view, actions_view, entities_view, handover_view, account_view,
    run_view;

const struct view_class *view_class(enum view_id id)
{
    static const struct view_class *const classes[VIEW_COUNT] = {
        [VIEW_TRIAGE] = &triage_view,     [VIEW_ACCOUNTS] = &accounts_view,
        [VIEW_USAGE] = &usage_view,       [VIEW_RUNS] = &runs_view,
        [VIEW_QUEUE] = &queue_view,       [VIEW_BUDGET] = &budget_view,
        [VIEW_ERRORS] = &errors_view,     [VIEW_LOG] = &log_view,
        [VIEW_ACTIONS] = &actions_view,   [VIEW_ENTITIES] = &entities_view,
        [VIEW_HANDOVER] = &handover_view, [VIEW_ACCOUNT] = &account_view,
        [VIEW_RUN] = &run_view,
    };
    return classes[id];
}

uint32_t view_hidden(const struct pane_class *class)
{
    uint32_t hidden = 0;
    for (size_t i = 0; class->hidden && i < class->column_count; i++) {
        hidden |= strcmp(class->columns[i].key, class->hidden) == 0 ? 1u << i : 0;
    }
    return hidden;
}

struct view *view_create(enum view_id id, const struct subject *subject)
{
    struct view *view = calloc(1, sizeof *view);
    if (!view) {
        return NULL;
    }
    view->class = view_class(id);
    view->focus = view->class->first_focus;
    if (subject) {
        view->subject = *subject;
    }
    for (int i = 0; i < view->class->pane_count; i++) {
        const struct pane_class *class = view->class->panes[i];
        table_init(&view->panes[i].table, class->columns, class->column_count);
        view->panes[i].table.follow_last = class->follow_last;
        view->panes[i].table.hidden = view_hidden(class);
        if (class->sort) {
            table_sort(&view->panes[i].table, class->sort - 1);
        }
    }
    return view;
}

void view_destroy(struct view *view)
{
    if (!view) {
        return;
    }
    for (int i = 0; i < view->class->pane_count; i++) {
        table_fini(&view->panes[i].table);
    }
    arena_destroy(view->arena);
    arena_destroy(view->details_arena);
    free(view->kept);
    free(view);
}

bool view_is_table(const struct view *view, int pane)
{
    return pane < view->class->pane_count && view->class->panes[pane]->columns != NULL;
}

struct row_source view_source(const struct view *view, int pane, const struct env *env)
{
    return (struct row_source){.rows = view->panes[pane].rows,
                               .count = view->panes[pane].count,
                               .id = view->class->panes[pane]->row_id,
                               .depth = view->class->panes[pane]->depth,
                               .env = env,
                               .now = env->now,
                               .offset_s = env->offset_s};
}

void view_update(struct view *view, int pane, const struct env *env)
{
    if (view_is_table(view, pane)) {
        struct row_source source = view_source(view, pane, env);
        table_update(&view->panes[pane].table, &source);
    }
}

void view_choose(struct view *view, int pane, const char *row_id)
{
    struct table *table = &view->panes[pane].table;
    snprintf(table->selected, sizeof table->selected, "%s", row_id);
    table->touched = true;
}

bool view_set_rows(struct view *view, int pane, const void *rows, size_t count, size_t size,
                   struct err *err)
{
    const void **list = arena_alloc(view->arena, (count ? count : 1) * sizeof *list);
    if (!list) {
        return err_set(err, ERR_MEMORY, "%s: out of memory", view->class->name);
    }
    for (size_t i = 0; i < count; i++) {
        list[i] = (const char *)rows + i * size;
    }
    view->panes[pane].rows = list;
    view->panes[pane].count = count;
    return true;
}

bool view_load(struct view *view, const struct env *env)
{
    struct view before = *view;
    struct err err = {0};
    view->arena = arena_create(ARENA_CHUNK);
    view->data = NULL;
    bool ok = view->arena && view->class->load(view, env, &err);
    bool stopped = env->store && store_reader_stopped(env->store);
    if (!ok || stopped) {
        arena_destroy(view->arena);
        view->arena = before.arena;
        view->data = before.data;
        view->unfinished = before.unfinished;
        memcpy(view->panes, before.panes, sizeof view->panes);
        view->error = stopped ? before.error : err;
        return false;
    }
    arena_destroy(before.arena);
    view->error.code = ERR_NONE;
    view->loaded = view->details_old = true;
    view->rows_of = (struct shown){.at = env->at, .range = env->range};
    for (int i = 0; i < view->class->pane_count; i++) {
        view_update(view, i, env);
    }
    return true;
}

bool view_is_of(const struct view *view, const struct env *env)
{
    return view->data && view->rows_of.at == env->at && view->rows_of.range == env->range;
}

static void selected_of(const struct view *view, const struct env *env, struct shown *out)
{
    struct row_source source = view_source(view, 0, env);
    const void *row = table_row(&view->panes[0].table, &source);
    *out = (struct shown){.at = env->at, .range = env->range};
    if (row) {
        source.id(row, out->row_id);
    }
}

static bool details_are_of_selected(const struct view *view, const struct env *env)
{
    struct shown selected;
    selected_of(view, env, &selected);
    return view->details_of.at == selected.at && view->details_of.range == selected.range &&
           strcmp(view->details_of.row_id, selected.row_id) == 0;
}

bool view_details_due(const struct view *view, const struct env *env)
{
    return view->class->select && view_is_of(view, env) &&
           (view->details_old || !details_are_of_selected(view, env));
}

void view_read_details(struct view *view, const struct env *env)
{
    struct arena *arena = arena_create(DETAILS_CHUNK);
    void *details = arena ? view->class->select(view, env, arena) : NULL;
    if (env->store && store_reader_stopped(env->store)) {
        arena_destroy(arena);
        return;
    }
    arena_destroy(view->details_arena);
    view->details_arena = arena;
    view->details = details;
    view->details_old = false;
    selected_of(view, env, &view->details_of);
}

const void *view_details(const struct view *view, const struct env *env)
{
    return details_are_of_selected(view, env) ? view->details : NULL;
}

struct layout view_layout(const struct view *view, const struct env *env, int rows, int cols)
{
    struct layout_input in = {.rows = rows,
                              .cols = cols,
                              .arrangement = view->class->arrangement,
                              .pane_count = view->class->pane_count,
                              .focus = view->focus};
    for (int i = 0; i < in.pane_count; i++) {
        const struct pane_class *class = view->class->panes[i];
        int lines = class->lines && view->data ? class->lines(view, env) : class->min;
        int shown = (int)view->panes[i].table.shown;
        in.panes[i].grows = class->columns || class->grows;
        in.panes[i].rows = !class->columns ? lines : shown ? shown + 1 : 1;
        /* A short table takes no more lines than it has rows; an empty one says so in its title.
         * Nor does what is drawn want more lines than it has use for. */
        int wanted = class->columns ? shown : lines;
        bool few = wanted < class->min && in.pane_count > 1;
        in.panes[i].min = few ? (uint8_t)wanted : class->min;
    }
    return layout_compute(&in);
}

/* "3/17 found: text" */
static int draw_found(const struct table *table, struct canvas *canvas, struct rect r)
{
    char number[24] = "none";
    size_t at = table_found(table, table->position);
    if (at) {
        snprintf(number, sizeof number, "%zu/%zu", at, table->found_count);
    } else if (table->found_count) {
        snprintf(number, sizeof number, "%zu", table->found_count);
    }
    return canvas_textf(canvas, r.y, r.x, r.w, ROLE_MATCH, " %s found: %s ", number, table->find);
}

static int draw_title(const struct view *view, int pane, struct canvas *canvas, struct rect r,
                      bool focused)
{
    const struct pane_class *class = view->class->panes[pane];
    const struct table *table = &view->panes[pane].table;
    enum role role = focused ? ROLE_TITLE_FOCUS : ROLE_TITLE;
    canvas_hline(canvas, r.y, r.x, r.w, ROLE_BORDER);
    int x = r.x + 1;
    x += canvas_textf(canvas, r.y, x, r.w - 2, role, " %s ", class->title);
    if (class->columns) {
        bool part = table->shown != view->panes[pane].count;
        x--;
        x += part ? canvas_textf(canvas, r.y, x, r.x + r.w - x, role, " %zu of %zu ", table->shown,
                                 view->panes[pane].count)
             : class->uncounted ? 1
                                : canvas_textf(canvas, r.y, x, r.x + r.w - x, role, " %zu ",
                                               view->panes[pane].count);
        if (table->filter[0]) {
            x += canvas_textf(canvas, r.y, x, r.x + r.w - x, ROLE_MATCH, " /%s ", table->filter);
        }
        if (table->find[0]) {
            x += draw_found(table, canvas, (struct rect){r.y, x, 1, r.x + r.w - x});
        }
        if (table->mark_count) {
            x += canvas_textf(canvas, r.y, x, r.x + r.w - x, ROLE_MARKED, " %zu marked ",
                              table->mark_count);
        }
    }
    return x;
}

static void draw_pane(struct view *view, int pane, const struct env *env, struct canvas *canvas,
                      struct rect r)
{
    const struct pane_class *class = view->class->panes[pane];
    bool focused = view->focus == pane;
    int x = draw_title(view, pane, canvas, r, focused && view->class->pane_count > 1);
    if (class->summary && view->data) {
        class->summary(view, env, canvas, (struct rect){r.y, x, 1, r.x + r.w - x - 1});
    }
    struct rect inside = {r.y + 1, r.x, r.h - 1, r.w};
    if (inside.h < 1) {
        return;
    }
    if (!class->columns) {
        if (view->data) {
            class->draw(view, env, canvas, inside);
        }
        return;
    }
    struct row_source source = view_source(view, pane, env);
    table_draw(&view->panes[pane].table, &source, canvas, inside, focused);
    if (!view->panes[pane].table.shown) {
        const char *why =
            view->panes[pane].count ? "nothing matches the filter; Esc clears it" : class->empty;
        canvas_text(canvas, inside.y + (inside.h >= 3), inside.x + 2, inside.w - 2, ROLE_DIM,
                    why ? why : "none");
    }
}

void view_draw(struct view *view, const struct env *env, const struct layout *layout,
               struct canvas *canvas)
{
    memcpy(view->rects, layout->panes, sizeof view->rects);
    bool there = view_is_of(view, env); /* else what is there is of another time */
    for (int i = 0; there && i < view->class->pane_count; i++) {
        if (layout->panes[i].h > 0) {
            draw_pane(view, i, env, canvas, layout->panes[i]);
        }
    }
    if (view->error.code != ERR_NONE && layout->body.h > 0) {
        canvas_text(canvas, layout->body.y, layout->body.x + 2, layout->body.w - 2, ROLE_ALARM,
                    view->error.message);
    }
}

bool view_selection(const struct view *view, const struct env *env, struct subject *out)
{
    const struct pane_class *class = view->class->panes[view->focus];
    if (class->columns && class->subject) {
        struct row_source source = view_source(view, view->focus, env);
        const void *row = table_row(&view->panes[view->focus].table, &source);
        if (row) {
            memset(out, 0, sizeof *out);
            class->subject(row, out);
            snprintf(out->row_id, sizeof out->row_id, "%s",
                     view->panes[view->focus].table.selected);
            return true;
        }
    }
    /* A pane without a row of its own speaks for the view's main table, or for its subject. */
    if (view->focus != 0 && view_is_table(view, 0) && !class->columns) {
        struct row_source source = view_source(view, 0, env);
        const void *row = table_row(&view->panes[0].table, &source);
        if (row && view->class->panes[0]->subject) {
            memset(out, 0, sizeof *out);
            view->class->panes[0]->subject(row, out);
            return true;
        }
    }
    *out = view->subject;
    return view->subject.account_id[0] || view->subject.run_id;
}
