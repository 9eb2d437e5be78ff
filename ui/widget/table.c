#include "ui/widget/table.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "ui/widget/gauge.h"
#include "ui/widget/table_find.h"
#include "ui/widget/table_order.h"

enum { GAUGE_MIN = 5, MEASURED_MAX = 64, SEEN_MAX = 400 };

void cell_put(struct cell_out *out, enum role role, const char *text)
{
    snprintf(out->text, sizeof out->text, "%s", text ? text : "");
    out->role = role;
}

void table_init(struct table *table, const struct column *columns, size_t count)
{
    *table = (struct table){.columns = columns,
                            .column_count = count < COLUMNS_MAX ? count : COLUMNS_MAX,
                            .page = 1,
                            .sort = -1};
}

void table_fini(struct table *table)
{
    free(table->marks);
    free(table->order);
    free(table->found);
    table->marks = NULL;
    table->order = table->found = NULL;
    table->mark_count = table->shown = table->found_count = table->order_cap = 0;
}

static const void *shown_row(const struct table *table, const struct row_source *source, size_t i)
{
    return source->rows[table->order[i]];
}

static int find_row(const struct table *table, const struct row_source *source, const char *id)
{
    char have[ROW_ID];
    for (size_t i = 0; *id && i < table->shown; i++) {
        source->id(shown_row(table, source, i), have);
        if (strcmp(have, id) == 0) {
            return (int)i;
        }
    }
    return -1;
}

static void settle(struct table *table, const struct row_source *source, int position)
{
    int last = (int)table->shown - 1;
    table->position = position > last ? last : position;
    if (table->position < 0) {
        table->position = 0;
        table->selected[0] = '\0';
        return;
    }
    source->id(shown_row(table, source, (size_t)table->position), table->selected);
}

static void forget_gone_marks(struct table *table, const struct row_source *source)
{
    size_t kept = 0;
    for (size_t m = 0; m < table->mark_count; m++) {
        char have[ROW_ID];
        for (size_t i = 0; i < source->count; i++) {
            source->id(source->rows[i], have);
            if (strcmp(have, table->marks[m]) == 0) {
                memmove(table->marks[kept++], table->marks[m], ROW_ID);
                break;
            }
        }
    }
    table->mark_count = kept;
}

/* What the row's cells need; a gauge takes what its column may claim. */
static void measure(struct table *table, const void *row, const void *env)
{
    for (size_t c = 0; c < table->column_count; c++) {
        struct cell_out out = {.role = ROLE_TEXT, .gauge = -1};
        table->columns[c].format(row, env, &out);
        int wide = out.gauge >= 0 ? table->columns[c].ideal : text_width(out.text);
        wide = wide > SEEN_MAX ? SEEN_MAX : wide;
        table->seen[c] = wide > table->seen[c] ? (uint16_t)wide : table->seen[c];
    }
}

/* Some rows of the whole table, so that scrolling seldom moves a column. */
static void measure_some(struct table *table, const struct row_source *source)
{
    size_t step = source->count / MEASURED_MAX + 1;
    for (size_t i = 0; i < source->count; i += step) {
        measure(table, source->rows[i], source->env);
    }
    for (size_t c = 0; source->count && c < table->column_count; c++) {
        const char *title = table->columns[c].title;
        int wide = (title ? (int)strlen(title) : 1) + (table->sort == (int)c);
        table->seen[c] = wide > table->seen[c] ? (uint16_t)wide : table->seen[c];
    }
}

bool table_update(struct table *table, const struct row_source *source)
{
    measure_some(table, source);
    int line = table->position - table->top;
    bool last = table->position >= (int)table->shown - 1 && !table->held;
    bool at_end = table->follow_last && (!table->selected[0] || last);
    if (!table_order(table, source)) {
        return false;
    }
    if (table->mark_count) {
        forget_gone_marks(table, source);
    }
    if (at_end) {
        settle(table, source, (int)table->shown - 1);
        return true;
    }
    if (!table->touched) { /* nobody has chosen a row yet: the first one is shown */
        settle(table, source, 0);
        return true;
    }
    int found = find_row(table, source, table->selected);
    settle(table, source, found >= 0 ? found : table->position);
    table->top = table->position - line;
    return true;
}

const void *table_row(const struct table *table, const struct row_source *source)
{
    if (!table->shown || table->position < 0 || (size_t)table->position >= table->shown) {
        return NULL;
    }
    return shown_row(table, source, (size_t)table->position);
}

void table_move(struct table *table, const struct row_source *source, int delta)
{
    table->touched = true;
    table->held = false;
    if (table->shown) {
        int64_t wanted = (int64_t)table->position + delta;
        wanted = wanted < 0 ? 0 : wanted > (int)table->shown - 1 ? (int)table->shown - 1 : wanted;
        settle(table, source, (int)wanted);
    }
}

void table_select(struct table *table, const struct row_source *source, const char *id)
{
    int found = find_row(table, source, id);
    table->touched = true;
    if (found >= 0) {
        settle(table, source, found);
    }
}

bool table_click(struct table *table, const struct row_source *source, int line)
{
    int wanted = table->top + line - 1;
    if (line < 1 || line > table->page || wanted < 0 || wanted >= (int)table->shown) {
        return false;
    }
    table->touched = true;
    table->held = false;
    settle(table, source, wanted);
    return true;
}

void table_sort(struct table *table, int column)
{
    if (column == table->sort) {
        table->descending = !table->descending;
        return;
    }
    table->sort = column < (int)table->column_count ? column : -1;
    table->descending = table->sort >= 0 && table->columns[table->sort].descending;
}

void table_sort_step(struct table *table, int delta)
{
    int count = (int)table->column_count;
    int column = table->sort;
    for (int tries = 0; tries <= count; tries++) {
        column += delta;
        column = column < -1 ? count - 1 : column >= count ? -1 : column;
        if (column < 0 || !(table->hidden & (1u << column))) {
            break;
        }
    }
    table->sort = column;
    table->descending = column >= 0 && table->columns[column].descending;
}

static int mark_index(const struct table *table, const char *id)
{
    for (size_t i = 0; i < table->mark_count; i++) {
        if (strcmp(table->marks[i], id) == 0) {
            return (int)i;
        }
    }
    return -1;
}

bool table_marked(const struct table *table, const char *id)
{
    return mark_index(table, id) >= 0;
}

void table_mark(struct table *table, const char *id, bool on)
{
    int at = mark_index(table, id);
    if (on && at < 0) {
        char(*grown)[ROW_ID] = realloc(table->marks, (table->mark_count + 1) * ROW_ID);
        if (grown) {
            table->marks = grown;
            snprintf(grown[table->mark_count++], ROW_ID, "%s", id);
        }
    } else if (!on && at >= 0) {
        memmove(table->marks[at], table->marks[--table->mark_count], ROW_ID);
    }
}

void table_mark_shown(struct table *table, const struct row_source *source)
{
    char id[ROW_ID];
    for (size_t i = 0; i < table->shown; i++) {
        source->id(shown_row(table, source, i), id);
        table_mark(table, id, true);
    }
}

void table_unmark_all(struct table *table)
{
    table->mark_count = 0;
}

static void draw_heading(const struct table *table, struct canvas *canvas, struct rect rect,
                         const int *widths)
{
    int x = rect.x + 2;
    for (size_t i = 0; i < table->column_count; i++) {
        if (!widths[i]) {
            continue;
        }
        const struct column *column = &table->columns[i];
        bool sorted = table->sort == (int)i;
        const char *title = column->title ? column->title : "";
        enum role role = sorted ? ROLE_TITLE_FOCUS : ROLE_HEADER;
        int room = widths[i] - (sorted && widths[i] > 2 ? 1 : 0);
        int at = x;
        int used = column->align == ALIGN_RIGHT
                       ? canvas_right(canvas, rect.y, at, room, role, title)
                       : canvas_text(canvas, rect.y, at, room, role, title);
        if (sorted && widths[i] > 2) {
            canvas_glyph(canvas, rect.y, at + used,
                         table->descending ? GLYPH_SORT_DOWN : GLYPH_SORT_UP, role);
        }
        x += widths[i] + 1;
    }
}

static void draw_cell(const struct column *column, const void *row, const void *env,
                      struct canvas *canvas, struct rect at)
{
    struct cell_out out = {.role = ROLE_TEXT, .gauge = -1};
    column->format(row, env, &out);
    if (out.sign) {
        canvas_glyph(canvas, at.y, at.x - 1, (enum glyph)(out.sign - 1), out.role);
    }
    int text = at.w;
    if (out.gauge >= 0) {
        int label = text_width(out.text), gap = label > 0;
        int gauge = at.w - label - gap;
        if (gauge >= GAUGE_MIN) {
            gauge_draw(canvas, at.y, at.x, gauge, out.gauge, out.threshold);
            at.x += gauge + gap;
            text = label;
        }
    }
    if (column->align == ALIGN_RIGHT) {
        canvas_right(canvas, at.y, at.x, text, out.role, out.text);
    } else {
        canvas_text(canvas, at.y, at.x, text, out.role, out.text);
    }
}

static void draw_row(const struct table *table, const struct row_source *source, size_t i,
                     struct canvas *canvas, struct rect rect, const int *widths, bool focused)
{
    const void *row = shown_row(table, source, i);
    char id[ROW_ID];
    source->id(row, id);
    bool selected = (int)i == table->position;
    if (selected) {
        canvas_glyph(canvas, rect.y, rect.x, GLYPH_SELECT, focused ? ROLE_TITLE_FOCUS : ROLE_DIM);
    }
    int x = rect.x + 2;
    for (size_t c = 0; c < table->column_count; c++) {
        if (widths[c]) {
            draw_cell(&table->columns[c], row, source->env, canvas,
                      (struct rect){rect.y, x, 1, widths[c]});
            x += widths[c] + 1;
        }
    }
    /* It hides a sign of the first column. */
    bool marked = table->mark_count && table_marked(table, id);
    if (marked) {
        canvas_glyph(canvas, rect.y, rect.x + 1, GLYPH_MARK, ROLE_MARKED);
    }
    if (selected && focused) {
        canvas_over(canvas, (struct rect){rect.y, rect.x + 1, 1, rect.w - 1}, ROLE_SELECTED);
    }
    if (table_found(table, (int)i)) {
        table_find_draw(table, row, source->env, canvas, rect, widths);
    }
}

/* Scrolls as little as it takes to show the selection. */
static void scroll_into_view(struct table *table)
{
    int page = table->page;
    int last = (int)table->shown - page;
    if (table->position < table->top) {
        table->top = table->position;
    }
    if (table->position >= table->top + page) {
        table->top = table->position - page + 1;
    }
    table->top = table->top > last ? last : table->top;
    table->top = table->top < 0 ? 0 : table->top;
}

void table_draw(struct table *table, const struct row_source *source, struct canvas *canvas,
                struct rect rect, bool focused)
{
    int widths[COLUMNS_MAX] = {0};
    if (rect.h < 1 || rect.w < 3) {
        return;
    }
    bool heading = rect.h >= 3;
    table->page = rect.h - heading;
    scroll_into_view(table);
    size_t first = (size_t)table->top, end = first + (size_t)table->page;
    end = end < table->shown ? end : table->shown;
    for (size_t i = first; i < end; i++) {
        measure(table, shown_row(table, source, i), source->env);
    }
    table_fit(table->columns, table->column_count, table->hidden, table->seen, rect.w - 2, widths);
    if (heading) {
        draw_heading(table, canvas, rect, widths);
        rect.y++;
    }
    for (size_t i = first; i < end; i++) {
        draw_row(table, source, i, canvas,
                 (struct rect){rect.y + (int)(i - first), rect.x, 1, rect.w}, widths, focused);
    }
}
