#include "ui/widget/table_find.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ui/widget/filter.h"
#include "ui/widget/table_order.h"

void table_find(struct table *table, const struct row_source *source, const char *terms)
{
    bool any = terms[strspn(terms, " \t")] != '\0';
    snprintf(table->find, sizeof table->find, "%s", any ? terms : "");
    table->held = table->held && table->find[0];
    table_find_rows(table, source);
}

static int by_position(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return x < y ? -1 : x > y;
}

size_t table_found(const struct table *table, int position)
{
    uint32_t key = (uint32_t)position;
    const uint32_t *at = table->found_count ? bsearch(&key, table->found, table->found_count,
                                                      sizeof key, by_position)
                                            : NULL;
    return at ? (size_t)(at - table->found) + 1 : 0;
}

static void choose(struct table *table, const struct row_source *source, size_t match)
{
    table_move(table, source, (int)table->found[match] - table->position);
    table->held = true;
}

/* How many matches stand above that place. */
static size_t matches_above(const struct table *table, int position)
{
    size_t n = 0;
    while (n < table->found_count && (int)table->found[n] < position) {
        n++;
    }
    return n;
}

bool table_find_here(struct table *table, const struct row_source *source)
{
    if (!table->found_count) {
        return false;
    }
    choose(table, source, matches_above(table, table->position) % table->found_count);
    return true;
}

enum find_step table_find_step(struct table *table, const struct row_source *source, int direction)
{
    size_t count = table->found_count;
    if (!count) {
        return FIND_NONE;
    }
    bool only = count == 1 && table_found(table, table->position);
    size_t above = matches_above(table, table->position + (direction > 0));
    bool wraps = direction > 0 ? above == count : above == 0;
    choose(table, source, direction > 0 ? above % count : (above + count - 1) % count);
    return only ? FIND_ONLY : wraps ? FIND_WRAPPED : FIND_MOVED;
}

/* What stands drawn in a cell of the table, without the blanks around it. */
struct drawn {
    char text[CELL_MAX];
    uint16_t column[CELL_MAX]; /* of each byte, on the canvas */
    size_t length;
    int last; /* column of the last character; -1 = all is blank */
};

static bool is_blank(const struct cell *cell)
{
    return !cell->length || (cell->length == 1 && cell->text[0] == ' ');
}

static void read_drawn(const struct canvas *canvas, struct rect at, struct drawn *out)
{
    *out = (struct drawn){.last = -1};
    for (int x = at.x; x < at.x + at.w; x++) {
        const struct cell *cell = canvas_at(canvas, at.y, x);
        if (cell && cell->width && !is_blank(cell)) {
            at.x = out->last < 0 ? x : at.x;
            out->last = x;
        }
    }
    for (int x = at.x; x <= out->last; x++) {
        const struct cell *cell = canvas_at(canvas, at.y, x);
        size_t n = cell->length ? cell->length : cell->width ? 1 : 0;
        if (out->length + n >= sizeof out->text) {
            break;
        }
        memcpy(out->text + out->length, cell->length ? cell->text : " ", n);
        for (size_t i = 0; i < n; i++) {
            out->column[out->length + i] = (uint16_t)x;
        }
        out->length += n;
    }
}

static void show(struct canvas *canvas, int y, int x)
{
    const struct cell *cell = canvas_at(canvas, y, x);
    canvas_over(canvas, (struct rect){y, x, 1, cell->width > 1 ? 2 : 1}, ROLE_FOUND);
}

static void draw_cell_hits(const struct table *table, const struct column *column, const void *row,
                           const void *env, struct canvas *canvas, struct rect at)
{
    struct drawn drawn;
    struct cell_out full = {.gauge = -1};
    bool hits[CELL_MAX] = {false};
    read_drawn(canvas, at, &drawn);
    bool any = drawn.last >= 0 && filter_hits(table->find, table->columns, table->column_count,
                                              column, drawn.text, hits);
    for (size_t i = 0; any && i < drawn.length; i++) {
        if (hits[i]) {
            show(canvas, at.y, drawn.column[i]);
        }
    }
    column->format(row, env, &full);
    bool cut = drawn.last >= 0 && text_width(full.text) > at.w;
    if (cut && !any &&
        filter_hits(table->find, table->columns, table->column_count, column, full.text, hits)) {
        show(canvas, at.y, drawn.last);
    }
}

void table_find_draw(const struct table *table, const void *row, const void *env,
                     struct canvas *canvas, struct rect rect, const int *widths)
{
    int x = rect.x + 2;
    for (size_t c = 0; c < table->column_count; c++) {
        if (widths[c]) {
            draw_cell_hits(table, &table->columns[c], row, env, canvas,
                           (struct rect){rect.y, x, 1, widths[c]});
            x += widths[c] + 1;
        }
    }
}
