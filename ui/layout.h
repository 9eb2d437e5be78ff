/*
 * layout: where everything stands, from the size of the screen alone. Pure; for every size from 1x1
 * on the rectangles lie inside the screen and do not overlap, and something is drawn.
 */
#ifndef UI_LAYOUT_H
#define UI_LAYOUT_H

#include <stdbool.h>
#include <stdint.h>

#include "ui/widget/canvas.h"

enum { PANES_MAX = 6, HEADER_MAX = 4 };

/* How a view shares its body among its panes. */
enum arrangement {
    ARRANGE_SINGLE, /* one pane, or the first one large and the others below it */
    ARRANGE_DETAIL, /* panes stacked by what they want */
    ARRANGE_TRIAGE, /* the home screen: by width one, two or three columns */
};

struct pane_want {
    int rows;    /* lines its content would fill, its column titles included */
    uint8_t min; /* fewest lines that make sense below its title line */
    bool grows;  /* has use for more lines than it wants */
};

struct layout_input {
    int rows, cols;
    enum arrangement arrangement;
    int pane_count;
    int focus; /* grows at the cost of the others where room is short */
    struct pane_want panes[PANES_MAX];
};

/* A pane of height 0 is not shown; of height 1 only its title line with a summary. */
struct layout {
    int header; /* lines of the header, 1..HEADER_MAX */
    bool hints; /* the last line */
    struct rect body;
    struct rect panes[PANES_MAX];
};

struct layout layout_compute(const struct layout_input *input);

#endif
