/* budget: the day's weighted cost: burn-down against an even plan, by account and by class. */
#include <stdio.h>
#include <string.h>

#include "ui/format.h"
#include "ui/overview.h"
#include "ui/view/draw.h"
#include "ui/view/load.h"
#include "ui/widget/gauge.h"

enum { PANE_DAY, PANE_CLASSES, PANE_ACCOUNTS, BUDGET_PANES };
enum { HOURS = 24, HOUR_MS = 3600000, LABEL = 16, BARS = 5, CLASSES_MIN = 3 };

static bool budget_load(struct view *view, const struct env *env, struct err *err)
{
    size_t count = 0;
    struct budget_line *rows = load_budget(view->arena, env, NULL, &count, err);
    view->data = rows;
    return rows && view_set_rows(view, PANE_ACCOUNTS, rows, count, sizeof *rows, err);
}

static void draw_projection(const struct env *env, struct canvas *canvas, struct rect line)
{
    const struct overview *o = env->overview;
    const struct budget_projection p = o->budget;
    double elapsed =
        (double)(env->now - o->budget_since) / (double)(o->budget_ends - o->budget_since);
    struct text even = format_cost(o->budget_limit * elapsed), rate = format_cost(p.rate_per_h);
    struct text end = format_time(p.ends_at_ms, env->now, env->offset_s);
    struct text total = format_cost(p.at_end);
    canvas_textf(canvas, line.y, line.x, line.w, p.ends_at_ms ? ROLE_WARN : ROLE_TEXT,
                 p.ends_at_ms ? "%s/h; an even day would stand at %s; used up at %s"
                              : "%s/h; an even day would stand at %s; ends the day at %s",
                 rate.text, even.text, p.ends_at_ms ? end.text : total.text);
}

/* One hour's bar from the bottom up, in eighths of a line; an hour to come is a dot. */
static void draw_hour(struct canvas *canvas, struct rect rect, int eighths, bool to_come)
{
    for (int y = rect.y + rect.h - 1; y >= rect.y && eighths > 0; y--, eighths -= SPARK_LEVELS) {
        int level = eighths > SPARK_LEVELS ? SPARK_LEVELS : eighths;
        for (int x = rect.x; x < rect.x + rect.w; x++) {
            canvas_glyph(canvas, y, x, (enum glyph)(GLYPH_SPARK_1 + level - 1), ROLE_GRAPH);
        }
    }
    for (int x = rect.x; to_come && x < rect.x + rect.w; x++) {
        canvas_glyph(canvas, rect.y + rect.h - 1, x, GLYPH_EMPTY, ROLE_DIM);
    }
}

/* A bar an hour, scaled to the dearest one. */
static void draw_hours(const struct budget_line *all, const struct env *env, struct canvas *canvas,
                       struct rect rect)
{
    double most = 1;
    int hour = (int)((env->now - env->overview->budget_since) / HOUR_MS);
    int width = rect.w / HOURS > 3 ? 3 : rect.w / HOURS > 0 ? rect.w / HOURS : 1;
    for (int h = 0; h < HOURS; h++) {
        most = all->hours[h] > most ? all->hours[h] : most;
    }
    for (int h = 0; h < HOURS && h * width < rect.w; h++) {
        int eighths = (int)(all->hours[h] / most * rect.h * SPARK_LEVELS + 0.5);
        struct rect bar = {rect.y, rect.x + h * width, rect.h, width > 1 ? width - 1 : 1};
        draw_hour(canvas, bar, eighths, h > hour);
    }
}

static void day_draw(const struct view *view, const struct env *env, struct canvas *canvas,
                     struct rect rect)
{
    const struct budget_line *all = view->data;
    double pct = all->limit > 0 ? all->cost * 100 / all->limit : -1;
    int gauge = rect.w / 2 > 60 ? 60 : rect.w / 2;
    rect.x++;
    rect.w -= 2;
    gauge_draw(canvas, rect.y, rect.x, gauge, pct, 100);
    canvas_textf(canvas, rect.y, rect.x + gauge + 1, rect.w - gauge - 1, ROLE_TEXT,
                 "%s  %s of %s, %s calls", format_pct(pct).text, format_cost(all->cost).text,
                 format_cost(all->limit).text, format_count(all->calls).text);
    if (rect.h > 1 && all->limit > 0) {
        draw_projection(env, canvas, (struct rect){rect.y + 1, rect.x, 1, rect.w});
    }
    if (rect.h > 3) {
        draw_hours(all, env, canvas, (struct rect){rect.y + 2, rect.x, rect.h - 2, rect.w});
    }
}

static int day_lines(const struct view *view, const struct env *env)
{
    (void)view;
    (void)env;
    return 2 + BARS;
}

static void classes_draw(const struct view *view, const struct env *env, struct canvas *canvas,
                         struct rect rect)
{
    const struct budget_line *all = view->data;
    enum call_class classes[CALL_CLASS_COUNT];
    int count = draw_classes(all->by_class, classes);
    (void)env;
    for (int i = 0; i < count && i < rect.h; i++) {
        int y = rect.y + i;
        double cost = all->by_class[classes[i]];
        double share = all->cost > 0 ? cost * 100 / all->cost : 0;
        canvas_text(canvas, y, rect.x + 1, LABEL, ROLE_TEXT, call_class_name(classes[i]));
        int gauge = rect.w - LABEL - 18 > 40 ? 40 : rect.w - LABEL - 18;
        gauge_draw(canvas, y, rect.x + 1 + LABEL, gauge, share, 0);
        canvas_textf(canvas, y, rect.x + LABEL + 2 + (gauge > 0 ? gauge : 0), 16, ROLE_DIM,
                     "%4s %s", format_pct(share).text, format_cost(cost).text);
    }
}

static int classes_lines(const struct view *view, const struct env *env)
{
    const struct budget_line *all = view->data;
    enum call_class classes[CALL_CLASS_COUNT];
    (void)env;
    return draw_classes(all->by_class, classes);
}

static const struct pane_class day_pane = {
    .title = "Day", .draw = day_draw, .lines = day_lines, .enter = VIEW_COUNT, .min = 2};
static const struct pane_class classes_pane = {.title = "By class",
                                               .draw = classes_draw,
                                               .lines = classes_lines,
                                               .enter = VIEW_COUNT,
                                               .min = CLASSES_MIN};
static const struct pane_class accounts_pane = {.title = "By account",
                                                .columns = budget_columns,
                                                .column_count = BUDGET_COLUMNS,
                                                .row_id = budget_row_id,
                                                .subject = budget_row_subject,
                                                .enter = VIEW_ACCOUNT,
                                                .min = 4,
                                                .uncounted = true,
                                                .empty = "nothing spent today"};
static const struct pane_class *const panes[BUDGET_PANES] = {&day_pane, &classes_pane,
                                                             &accounts_pane};

const struct view_class budget_view = {.id = VIEW_BUDGET,
                                       .name = "budget",
                                       .title = "Budget",
                                       .arrangement = ARRANGE_SINGLE,
                                       .panes = panes,
                                       .pane_count = BUDGET_PANES,
                                       .first_focus = PANE_ACCOUNTS,
                                       .load = budget_load};
