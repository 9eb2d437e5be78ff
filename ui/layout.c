#include "ui/layout.h"

enum {
    ROWS_TINY = 8, /* below: the verdict and, if anything fits, the focused pane */
    COLS_TINY = 40,
    ROWS_SHORT = 12,  /* below: one header line */
    ROWS_LOW = 16,    /* below: two header lines */
    ROWS_HINTS = 6,   /* from here on the last line holds the key hints */
    COLS_SPLIT = 110, /* from here on two columns */
    ROWS_SPLIT = 30,
    COLS_WIDE = 180, /* and three */
    ROWS_WIDE = 45,
    BUDGET_CAP = 6,
    BUDGET_CAP_WIDE = 16,
    FOCUS_MIN = 8 /* lines the focused pane has before others get as much as their title */
};

/* Panes of one column, from top to bottom. */
struct column_of {
    int count;
    int pane[PANES_MAX];
};

static int focus_in(const struct column_of *column, int focus)
{
    for (int i = 0; i < column->count; i++) {
        if (column->pane[i] == focus) {
            return i;
        }
    }
    return 0;
}

/* Leaves out panes from the end, but never the main one, until that has its lines. */
static void drop_what_cannot_fit(struct column_of *column, int main, int height)
{
    while (column->count > 1 && height < column->count + FOCUS_MIN - 1) {
        int out = column->count - 1;
        if (column->pane[out] == main) {
            out--;
        }
        for (int i = out; i < column->count - 1; i++) {
            column->pane[i] = column->pane[i + 1];
        }
        column->count--;
    }
}

static int give(int *height, int wanted, int spare)
{
    int more = wanted - *height;
    more = more > spare ? spare : more < 0 ? 0 : more;
    *height += more;
    return spare - more;
}

static void stack(const struct layout_input *in, struct column_of column, struct rect area,
                  struct layout *out)
{
    int heights[PANES_MAX] = {0};
    if (area.h < 1 || area.w < 1 || column.count < 1) {
        return;
    }
    drop_what_cannot_fit(&column, column.pane[focus_in(&column, in->focus)], area.h);
    int focus = focus_in(&column, in->focus);
    int spare = area.h - column.count;
    for (int i = 0; i < column.count; i++) {
        heights[i] = 1;
    }
    spare = give(&heights[focus], 1 + in->panes[column.pane[focus]].min, spare);
    for (int i = 0; i < column.count; i++) {
        spare = give(&heights[i], 1 + in->panes[column.pane[i]].min, spare);
    }
    spare = give(&heights[focus], 1 + in->panes[column.pane[focus]].rows, spare);
    for (int i = 0; i < column.count; i++) {
        spare = give(&heights[i], 1 + in->panes[column.pane[i]].rows, spare);
    }
    int taker = focus;
    for (int i = 0; i < column.count && !in->panes[column.pane[taker]].grows; i++) {
        taker = i;
    }
    /* What nobody has use for stays blank below the last pane. */
    heights[taker] += in->panes[column.pane[taker]].grows ? spare : 0;
    int y = area.y;
    for (int i = 0; i < column.count; i++) {
        out->panes[column.pane[i]] = (struct rect){y, area.x, heights[i], area.w};
        y += heights[i];
    }
}

static struct column_of column_range(int first, int end)
{
    struct column_of column = {0};
    for (int i = first; i < end; i++) {
        column.pane[column.count++] = i;
    }
    return column;
}

/* Home: accounts, usage, runs, budget, errors, in the order of the view's panes. */
static void triage(const struct layout_input *in, struct layout *out)
{
    struct rect b = out->body;
    bool wide = in->cols >= COLS_WIDE && in->rows >= ROWS_WIDE;
    struct layout_input capped = *in;
    uint16_t cap = wide ? BUDGET_CAP_WIDE : BUDGET_CAP;
    if (in->pane_count < 5 || in->cols < COLS_SPLIT || in->rows < ROWS_SPLIT) {
        stack(in, column_range(0, in->pane_count), b, out);
        return;
    }
    if (in->focus != 3 && capped.panes[3].rows > cap) {
        capped.panes[3].rows = cap; /* the dearest few: history needs the room more */
    }
    if (!wide) {
        int left = b.w * 58 / 100;
        struct column_of l =
                             {
                                 2, {0, 4}
        },
                         r = {3, {1, 3, 2}};
        stack(in, l, (struct rect){b.y, b.x, b.h, left}, out);
        stack(&capped, r, (struct rect){b.y, b.x + left + 1, b.h, b.w - left - 1}, out);
        return;
    }
    int left = b.w * 43 / 100, middle = b.w * 27 / 100;
    struct column_of l =
                         {
                             2, {0, 4}
    },
                     m = {2, {1, 3}}, r = {1, {2}};
    stack(in, l, (struct rect){b.y, b.x, b.h, left}, out);
    stack(&capped, m, (struct rect){b.y, b.x + left + 1, b.h, middle}, out);
    stack(in, r, (struct rect){b.y, b.x + left + middle + 2, b.h, b.w - left - middle - 2}, out);
}

static void detail(const struct layout_input *in, struct layout *out)
{
    struct rect b = out->body;
    if (in->cols < COLS_SPLIT || in->pane_count < 2 || in->rows < ROWS_LOW) {
        stack(in, column_range(0, in->pane_count), b, out);
        return;
    }
    int half = (in->pane_count + 1) / 2, left = b.w / 2;
    stack(in, column_range(0, half), (struct rect){b.y, b.x, b.h, left}, out);
    stack(in, column_range(half, in->pane_count),
          (struct rect){b.y, b.x + left + 1, b.h, b.w - left - 1}, out);
}

struct layout layout_compute(const struct layout_input *in)
{
    struct layout out = {.header = 1};
    if (in->rows < 1 || in->cols < 1) {
        out.header = 0;
        return out;
    }
    bool tiny = in->rows < ROWS_TINY || in->cols < COLS_TINY;
    if (!tiny && in->rows >= ROWS_SHORT) {
        out.header = in->rows < ROWS_LOW ? 2 : HEADER_MAX;
    }
    out.hints = in->rows >= ROWS_HINTS;
    out.body = (struct rect){out.header, 0, in->rows - out.header - (out.hints ? 1 : 0), in->cols};
    if (out.body.h < 1) {
        out.body.h = 0;
        return out;
    }
    if (tiny && in->pane_count > 0) {
        struct column_of one = {1, {in->focus}};
        stack(in, one, out.body, &out);
        return out;
    }
    if (in->arrangement == ARRANGE_TRIAGE) {
        triage(in, &out);
    } else if (in->arrangement == ARRANGE_DETAIL) {
        detail(in, &out);
    } else {
        stack(in, column_range(0, in->pane_count), out.body, &out);
    }
    return out;
}
