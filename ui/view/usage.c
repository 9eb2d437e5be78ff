/* usage: every limiter of the app and of all accounts, and the course of the selected one. */
#include <stdio.h>
#include <string.h>

#include "ui/format.h"
#include "ui/view/draw.h"
#include "ui/view/load.h"
#include "ui/view/peaks.h"

enum { PANE_LIMITERS, PANE_COURSE, USAGE_PANES };
enum { COURSE_LINES = 8, COURSE_MIN = 3, COLS_ROOMY = 100 };

struct course {
    struct limiter_line limiter;
    bool known; /* one is selected, and its readings could be read */
};

static bool usage_load(struct view *view, const struct env *env, struct err *err)
{
    size_t count = 0;
    struct limiter_line *rows = load_limiters_in_parts(view->arena, env, NULL, &count, err);
    struct peaks *peaks = view->kept;
    bool ok = rows && peaks_read(&peaks, view->arena, env, err);
    view->kept = peaks;
    for (size_t i = 0; ok && i < count; i++) {
        peaks_give(peaks, &rows[i]);
    }
    view->unfinished = ok && !peaks->whole;
    view->data = view;
    return ok && view_set_rows(view, PANE_LIMITERS, rows, count, sizeof *rows, err);
}

/* What the column of peaks is of. */
static void limiters_summary(const struct view *view, const struct env *env, struct canvas *canvas,
                             struct rect line)
{
    const struct peaks *peaks = view->kept;
    struct text range = format_age(env->range);
    if (peaks && peaks->whole) {
        canvas_textf(canvas, line.y, line.x, line.w, ROLE_TITLE, "peaks of the last %s ",
                     range.text);
    } else if (peaks) {
        canvas_textf(canvas, line.y, line.x, line.w, ROLE_TITLE, "peaks of %s, of %s so far ",
                     range.text, format_age(env->now - peaks->from).text);
    }
}

static void *usage_select(const struct view *view, const struct env *env, struct arena *arena)
{
    struct row_source source = view_source(view, PANE_LIMITERS, env);
    const struct limiter_line *row = table_row(&view->panes[PANE_LIMITERS].table, &source);
    struct course *course = arena_alloc(arena, sizeof *course);
    if (course && row) {
        course->limiter = *row;
        course->limiter.name = arena_copy(arena, row->name, strlen(row->name));
        course->known =
            course->limiter.name && load_limiter_course(arena, env, &course->limiter, NULL);
    }
    return course;
}

static void course_summary(const struct view *view, const struct env *env, struct canvas *canvas,
                           struct rect line)
{
    const struct course *course = view_details(view, env);
    if (!course) {
        draw_loading(canvas, line);
    } else if (course->known) {
        const struct limiter_line *l = &course->limiter;
        struct text range = format_age(env->range), ours = format_pct(l->ours_pct);
        bool known =
            l->ours_pct >= 0 && !l->stuck; /* on a narrow screen the column OURS has gone */
        const char *mark = canvas->cols < COLS_ROOMY ? "" : ", newest left of the mark";
        canvas_textf(canvas, line.y, line.x, line.w, ROLE_TITLE, "%s%s%s, last %s%s%s%s%s ",
                     l->name, l->name[0] ? " " : "", l->label, range.text, known ? ", ours ~" : "",
                     known ? ours.text : "", l->stuck ? ", stuck: ignored until it moves" : "",
                     mark);
    }
}

static void course_draw(const struct view *view, const struct env *env, struct canvas *canvas,
                        struct rect rect)
{
    const struct course *course = view_details(view, env);
    if (course && course->known) {
        draw_course(canvas, (struct rect){rect.y, rect.x + 1, rect.h, rect.w - 2}, &course->limiter,
                    env);
    }
}

static int course_lines(const struct view *view, const struct env *env)
{
    (void)view;
    (void)env;
    return COURSE_LINES;
}

static const struct pane_class limiters_pane = {.title = "Limiters",
                                                .columns = limiter_columns,
                                                .column_count = LIMITER_COLUMNS,
                                                .row_id = limiter_row_id,
                                                .subject = limiter_row_subject,
                                                .summary = limiters_summary,
                                                .enter = VIEW_ACCOUNT,
                                                .min = 4,
                                                .sort = 3,
                                                .empty = "no usage header has been read yet"};
static const struct pane_class course_pane = {.title = "Course",
                                              .summary = course_summary,
                                              .draw = course_draw,
                                              .lines = course_lines,
                                              .grows = true,
                                              .enter = VIEW_COUNT,
                                              .min = COURSE_MIN};
static const struct pane_class *const panes[USAGE_PANES] = {&limiters_pane, &course_pane};

const struct view_class usage_view = {.id = VIEW_USAGE,
                                      .name = "usage",
                                      .title = "Usage",
                                      .arrangement = ARRANGE_SINGLE,
                                      .panes = panes,
                                      .pane_count = USAGE_PANES,
                                      .load = usage_load,
                                      .select = usage_select};
