#include "ui/widget/table_order.h"

#include <stdlib.h>
#include <strings.h>

struct sorter {
    const struct table *table;
    const struct row_source *source;
    uint32_t *parents; /* of a tree: by row, ROOT at the top; NULL = no tree */
};
enum { ROOT = UINT32_MAX };

static int compare_cells(const struct sorter *s, uint32_t ia, uint32_t ib)
{
    const struct column *column = &s->table->columns[s->table->sort];
    const void *ra = s->source->rows[ia], *rb = s->source->rows[ib];
    int order = 0;
    if (column->number) {
        double na = column->number(ra, s->source->env), nb = column->number(rb, s->source->env);
        order = na < nb ? -1 : na > nb;
    } else {
        struct cell_out ta = {.gauge = -1}, tb = {.gauge = -1};
        column->format(ra, s->source->env, &ta);
        column->format(rb, s->source->env, &tb);
        order = strcasecmp(ta.text, tb.text);
    }
    if (order == 0) {
        return ia < ib ? -1 : 1; /* stable: equal rows keep the order they came in */
    }
    return s->table->descending ? -order : order;
}

static int depth_of(const struct sorter *s, uint32_t row)
{
    return s->source->depth(s->source->rows[row]);
}

/* Rows of one parent are compared, others by the ancestors that are; a parent goes first. */
static int compare_in_tree(const struct sorter *s, uint32_t ia, uint32_t ib)
{
    int da = depth_of(s, ia), db = depth_of(s, ib), apart = da - db;
    if (da < 0 || db < 0) {
        return da < 0 ? 1 : -1;
    }
    for (; da > db; da--) {
        ia = s->parents[ia];
    }
    for (; db > da; db--) {
        ib = s->parents[ib];
    }
    if (ia == ib) {
        return apart;
    }
    while (s->parents[ia] != s->parents[ib]) {
        ia = s->parents[ia];
        ib = s->parents[ib];
    }
    return compare_cells(s, ia, ib);
}

static int compare_rows(const void *a, const void *b, void *ctx)
{
    const struct sorter *s = ctx;
    uint32_t ia = *(const uint32_t *)a, ib = *(const uint32_t *)b;
    return s->parents ? compare_in_tree(s, ia, ib) : compare_cells(s, ia, ib);
}

/* The caller frees it; NULL when memory is short. */
static uint32_t *find_parents(const struct row_source *source)
{
    enum { LEVELS = 16 };
    uint32_t above[LEVELS] = {0};
    uint32_t *parents = malloc((source->count + 1) * sizeof *parents);
    for (size_t i = 0; parents && i < source->count; i++) {
        int depth = source->depth(source->rows[i]);
        depth = depth < 0 ? 0 : depth >= LEVELS ? LEVELS - 1 : depth;
        parents[i] = depth ? above[depth - 1] : ROOT;
        above[depth] = (uint32_t)i;
    }
    return parents;
}

/* What a filter leaves keeps its ancestors: shown rows come parent first, so that what is missing
 * is put in before its first descendant. */
static void keep_ancestors(struct table *table, const struct row_source *source,
                           const uint32_t *parents)
{
    bool *wanted = calloc(source->count + 1, sizeof *wanted);
    for (size_t i = 0; wanted && i < table->shown; i++) {
        for (uint32_t row = table->order[i]; row != ROOT && !wanted[row]; row = parents[row]) {
            wanted[row] = true;
        }
    }
    table->shown = wanted ? 0 : table->shown;
    for (size_t i = 0; wanted && i < source->count; i++) {
        if (wanted[i]) {
            table->order[table->shown++] = (uint32_t)i;
        }
    }
    free(wanted);
}

static void order_rows(struct table *table, const struct row_source *source)
{
    struct sorter sorter = {table, source, source->depth ? find_parents(source) : NULL};
    if (sorter.parents && table->filter[0]) {
        keep_ancestors(table, source, sorter.parents);
    }
    if (table->sort >= 0 && table->shown > 1) {
        qsort_r(table->order, table->shown, sizeof *table->order, compare_rows, &sorter);
    }
    free(sorter.parents);
}

static bool grow(uint32_t **list, size_t count)
{
    uint32_t *grown = realloc(*list, count * sizeof *grown);
    if (grown) {
        *list = grown;
    }
    return grown != NULL;
}

static bool make_room(struct table *table, size_t count)
{
    if (count > table->order_cap) {
        if (!grow(&table->order, count) || !grow(&table->found, count)) {
            return false;
        }
        table->order_cap = count;
    }
    return true;
}

void table_find_rows(struct table *table, const struct row_source *source)
{
    table->found_count = 0;
    for (size_t i = 0; table->find[0] && i < table->shown; i++) {
        if (table_match(table->find, table->columns, table->column_count,
                        source->rows[table->order[i]], source)) {
            table->found[table->found_count++] = (uint32_t)i;
        }
    }
}

bool table_order(struct table *table, const struct row_source *source)
{
    table->shown = table->found_count = 0;
    if (!make_room(table, source->count)) {
        return false;
    }
    for (size_t i = 0; i < source->count; i++) {
        if (!table->filter[0] || table_match(table->filter, table->columns, table->column_count,
                                             source->rows[i], source)) {
            table->order[table->shown++] = (uint32_t)i;
        }
    }
    order_rows(table, source);
    table_find_rows(table, source);
    return true;
}
