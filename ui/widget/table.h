/*
 * table: rows of any kind under typed columns. The caller owns the rows and lends them for each
 * call; the table keeps only what a person did to it: the selection and the marks (by row id, never
 * by position), scroll, sort, filter and chosen columns.
 */
#ifndef UI_WIDGET_TABLE_H
#define UI_WIDGET_TABLE_H

#include "ui/widget/canvas.h"

enum align { ALIGN_LEFT, ALIGN_RIGHT };
enum { ROW_ID = 64, CELL_MAX = 512, CELL_NAMES = 3, COLUMNS_MAX = 24, FILTER_MAX = 256 };
/* From this drop order on a column is an extra, for screens with room to spare. */
enum { COLUMN_EXTRA = 5 };

struct cell_out {
    char text[CELL_MAX];
    enum role role;
    double gauge;     /* >= 0: draw a gauge of this percentage before the text */
    double threshold; /* of the gauge */
    int sign;         /* enum glyph + 1 that stands in the blank before the cell; 0 = none */
    /* What else a filter on the column may call it, where the text is short: "medium" for M. */
    const char *names[CELL_NAMES];
};

/* NULL is no text. */
void cell_put(struct cell_out *out, enum role role, const char *text);

/* env: whatever the view needs to word a cell (time, thresholds); passed through. */
struct column {
    const char *key;    /* what a filter or a command calls it */
    const char *title;  /* heading; NULL = none */
    uint8_t min, ideal; /* cells: what it is given at least, and how much it may claim */
    enum align align;
    uint8_t drop; /* 0 = stays; where room is short the highest goes first */
    bool grow;    /* takes what width is left over */
    void (*format)(const void *row, const void *env, struct cell_out *out);
    double (*number)(const void *row, const void *env); /* NULL = compares as text */
    bool descending;                                    /* the first sort is downwards */
    const char *help;
};

struct row_source {
    const void *const *rows;
    size_t count;
    void (*id)(const void *row, char out[ROW_ID]);
    /* Of a tree whose rows come parent first: siblings are sorted among themselves, and what a
     * filter leaves keeps its ancestors. -1 = always last. NULL = no tree. */
    int (*depth)(const void *row);
    const void *env;
    int64_t now;      /* ms: "10:41" in a filter is near this, */
    int32_t offset_s; /* so far east of UTC */
};

struct table {
    const struct column *columns;
    size_t column_count;
    char selected[ROW_ID];
    int position, top; /* of the selection and of the first shown row, in the shown order */
    int page;          /* rows that fit when it was last drawn */
    int sort;          /* column, -1 = the order the rows come in */
    bool descending;
    bool follow_last; /* stays at the end while nobody moved away (logs) */
    bool touched;     /* somebody has moved: from then on the selection keeps to its row's id */
    bool held;        /* the selection was found: until somebody moves, the end is not followed */
    uint32_t hidden;  /* bit per column taken out by the user */
    char filter[FILTER_MAX];
    char find[FILTER_MAX]; /* terms as in a filter; what they match is told, nothing is hidden */
    char (*marks)[ROW_ID];
    size_t mark_count;
    uint32_t *order; /* shown rows, as indices into the source */
    size_t shown;
    uint32_t *found; /* where rows that find matches stand in the shown order, ascending */
    size_t found_count;
    size_t order_cap; /* of order, and of found */
    /* Cells that contents have needed so far; columns grow with them and never shrink, so that a
     * quiet table stays where it is. 0 = not measured: the column's ideal. */
    uint16_t seen[COLUMNS_MAX];
};

void table_init(struct table *table, const struct column *columns, size_t count);
void table_fini(struct table *table);
/* Filters, sorts and finds the selection again: its row stays on its screen line, and when it is
 * gone its neighbour is selected. False when memory is short (the old order stands). */
bool table_update(struct table *table, const struct row_source *source);
/* Title row and as many rows as fit. */
void table_draw(struct table *table, const struct row_source *source, struct canvas *canvas,
                struct rect rect, bool focused);
/* The selected row, NULL in an empty table. */
const void *table_row(const struct table *table, const struct row_source *source);
void table_move(struct table *table, const struct row_source *source, int delta);
void table_select(struct table *table, const struct row_source *source, const char *id);
/* Selects the row drawn at this line of the table's rect. */
bool table_click(struct table *table, const struct row_source *source, int line);
void table_sort(struct table *table, int column);
/* The neighbouring shown column becomes the sort column. */
void table_sort_step(struct table *table, int delta);
bool table_marked(const struct table *table, const char *id);
void table_mark(struct table *table, const char *id, bool on);
void table_mark_shown(struct table *table, const struct row_source *source);
void table_unmark_all(struct table *table);

/*
 * Widths of the columns in a row of this width, 0 = not shown; one column stands between two. A
 * column claims what its contents need, at most its ideal; a gauge (seen 0) its ideal. Room to
 * spare goes to contents that are longer than that. Extra columns (COLUMN_EXTRA) are there only
 * while all others have what they claim. seen as in struct table; NULL = nothing was measured.
 */
void table_fit(const struct column *columns, size_t count, uint32_t hidden, const uint16_t *seen,
               int width, int widths[COLUMNS_MAX]);
/* Blank-separated terms, all must hold: text, !text, ~letters (in that order, in one cell),
 * column:text, column:>9 (= != < > <= >= ~); a column goes by its key or its title, values are as
 * shown or as people say them (medium, 15m, 10:41), double quotes keep blanks together. */
bool table_match(const char *filter, const struct column *columns, size_t count, const void *row,
                 const struct row_source *source);
/* What is to be said about a filter being typed: no such column, or what the one just named holds.
 * False when nothing is. */
bool table_filter_hint(const char *filter, const struct column *columns, size_t count, char *out,
                       size_t size);

#endif
