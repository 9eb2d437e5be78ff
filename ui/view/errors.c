/* errors: grouped by code and subcode; for the selected group what it means and what to do. */
#include <stdio.h>
#include <string.h>

#include "model/error_catalog.h"
#include "ui/format.h"
#include "ui/view/load.h"
#include "ui/why.h"
#include "ui/widget/sheet.h"

enum { PANE_GROUPS, PANE_MEANING, ERROR_PANES };
enum { MEANING_LINES = 7, LABEL = 10 };

static bool errors_load(struct view *view, const struct env *env, struct err *err)
{
    size_t count = 0;
    struct error_line *rows = load_errors(view->arena, env, NULL, &count, err);
    if (!view->loaded && view->subject.row_id[0]) { /* opened on one of them */
        view_choose(view, PANE_GROUPS, view->subject.row_id);
    }
    view->data = view;
    return rows && view_set_rows(view, PANE_GROUPS, rows, count, sizeof *rows, err);
}

static const struct error_line *selected_group(const struct view *view, const struct env *env)
{
    struct row_source source = view_source(view, PANE_GROUPS, env);
    return table_row(&view->panes[PANE_GROUPS].table, &source);
}

struct meaning {
    const char *label, *text;
    enum role role;
};

static void meaning_of(const struct error_line *row, struct meaning out[MEANING_LINES])
{
    const struct error_entry *e =
        error_catalog_find(row->code, row->subcode, row->message, row->http_status);
    out[0] = (struct meaning){"what", e->title, ROLE_TITLE_FOCUS};
    out[1] = (struct meaning){"means", e->meaning, ROLE_TEXT};
    out[2] = (struct meaning){"do", e->advice, ROLE_TEXT};
    out[3] = (struct meaning){"affects", e->scope, ROLE_TEXT};
    out[4] = (struct meaning){"it said", row->message, ROLE_DIM};
    out[5] = (struct meaning){"path", row->path, ROLE_DIM};
    out[6] = (struct meaning){"quote", row->fbtrace_id, ROLE_DIM};
}

/* What to do must not be cut: long sentences take a second line where there is one. */
static void meaning_draw(const struct view *view, const struct env *env, struct canvas *canvas,
                         struct rect rect)
{
    const struct error_line *row = selected_group(view, env);
    struct meaning lines[MEANING_LINES];
    if (!row) {
        canvas_text(canvas, rect.y, rect.x + 1, rect.w - 2, ROLE_DIM, "no error is selected");
        return;
    }
    meaning_of(row, lines);
    int y = rect.y, end = rect.y + rect.h;
    for (int i = 0; i < MEANING_LINES && y < end; i++) {
        int room = end - y - (i < 2 ? 2 - i : 0); /* a line at least for what to do */
        struct rect at = {y, rect.x + 1 + LABEL,
                          room > 3   ? 3
                          : room > 1 ? room
                                     : 1,
                          rect.w - 2 - LABEL};
        canvas_text(canvas, y, rect.x + 1, LABEL, ROLE_DIM, lines[i].label);
        y += canvas_wrap(canvas, at, lines[i].role,
                         lines[i].text && *lines[i].text ? lines[i].text : "--");
    }
}

static int meaning_lines(const struct view *view, const struct env *env)
{
    (void)view;
    (void)env;
    return MEANING_LINES + 2;
}

void error_row_explain(const void *row, const struct env *env, struct sheet *sheet)
{
    const struct error_line *r = row;
    struct meaning lines[MEANING_LINES];
    struct text first = format_time(r->first_at, env->now, env->offset_s);
    struct text last = format_time(r->last_at, env->now, env->offset_s);
    meaning_of(r, lines);
    for (int i = 0; i < MEANING_LINES; i++) {
        enum role role = lines[i].role == ROLE_DIM ? ROLE_DIM : ROLE_TEXT;
        why_text(sheet, role, lines[i].label, lines[i].text);
    }
    sheet_add(sheet, ROLE_TEXT, "    %-9s %s times, %s to %s, %d account%s", "seen",
              format_count(r->count).text, first.text, last.text, r->accounts,
              r->accounts == 1 ? "" : "s");
}

static const struct pane_class groups_pane = {.title = "Errors",
                                              .columns = error_columns,
                                              .column_count = ERROR_COLUMNS,
                                              .row_id = error_row_id,
                                              .subject = error_row_subject,
                                              .explain = error_row_explain,
                                              .enter = VIEW_ACCOUNT,
                                              .min = 4,
                                              .empty = "no error in this time"};
static const struct pane_class meaning_pane = {.title = "Meaning",
                                               .draw = meaning_draw,
                                               .lines = meaning_lines,
                                               .enter = VIEW_COUNT,
                                               .min = 3};
static const struct pane_class *const panes[ERROR_PANES] = {&groups_pane, &meaning_pane};

const struct view_class errors_view = {.id = VIEW_ERRORS,
                                       .name = "errors",
                                       .title = "Errors",
                                       .arrangement = ARRANGE_SINGLE,
                                       .panes = panes,
                                       .pane_count = ERROR_PANES,
                                       .load = errors_load};
