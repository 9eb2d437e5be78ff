/* errors: grouped by code and subcode; for the selected group what it means and what to do. */
#include <stdio.h>
#include <string.h>

#include "model/error_catalog.h"
#include "ui/format.h"
#include "ui/view/load.h"

enum { PANE_GROUPS, PANE_MEANING, ERROR_PANES };
enum { MEANING_LINES = 6, LABEL = 10 };

static bool errors_load(struct view *view, const struct env *env, struct err *err)
{
    size_t count = 0;
    struct error_line *rows = load_errors(view->arena, env, NULL, &count, err);
    view->data = view;
    return rows && view_set_rows(view, PANE_GROUPS, rows, count, sizeof *rows, err);
}

static void meaning_draw(const struct view *view, const struct env *env, struct canvas *canvas,
                         struct rect rect)
{
    struct row_source source = view_source(view, PANE_GROUPS, env);
    const struct error_line *row = table_row(&view->panes[PANE_GROUPS].table, &source);
    if (!row) {
        canvas_text(canvas, rect.y, rect.x + 1, rect.w - 2, ROLE_DIM, "no error is selected");
        return;
    }
    const struct error_entry *entry =
        error_catalog_find(row->code, row->subcode, row->message, row->http_status);
    const struct {
        const char *label, *text;
        enum role role;
    } lines[MEANING_LINES] = {
        {"what",    entry->title,    ROLE_TITLE_FOCUS},
        {"means",   entry->meaning,  ROLE_TEXT       },
        {"do",      entry->advice,   ROLE_TEXT       },
        {"affects", entry->scope,    ROLE_TEXT       },
        {"path",    row->path,       ROLE_DIM        },
        {"quote",   row->fbtrace_id, ROLE_DIM        }
    };
    for (int i = 0; i < MEANING_LINES && i < rect.h; i++) {
        canvas_text(canvas, rect.y + i, rect.x + 1, LABEL, ROLE_DIM, lines[i].label);
        canvas_text(canvas, rect.y + i, rect.x + 1 + LABEL, rect.w - 2 - LABEL, lines[i].role,
                    lines[i].text ? lines[i].text : "");
    }
}

static int meaning_lines(const struct view *view, const struct env *env)
{
    (void)view;
    (void)env;
    return MEANING_LINES;
}

static const struct pane_class groups_pane = {.title = "Errors",
                                              .columns = error_columns,
                                              .column_count = ERROR_COLUMNS,
                                              .row_id = error_row_id,
                                              .subject = error_row_subject,
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
