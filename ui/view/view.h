/*
 * view: a screen of the console as a handful of operations. A view class names its panes and loads
 * their rows; a pane class names columns (then it is a table) or draws itself. What a person did to
 * a view (selection, filter, sort) lives in its panes; rows live in the view's arena and are
 * replaced as a whole by the next load.
 */
#ifndef UI_VIEW_VIEW_H
#define UI_VIEW_VIEW_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "model/account.h"
#include "model/hold.h"
#include "model/ids.h"
#include "ui/layout.h"
#include "ui/widget/table.h"

struct overview;
struct store_reader;
struct config;
struct sheet;

enum view_id {
    VIEW_TRIAGE,
    VIEW_ACCOUNTS,
    VIEW_USAGE,
    VIEW_RUNS,
    VIEW_QUEUE,
    VIEW_BUDGET,
    VIEW_ERRORS,
    VIEW_LOG,
    VIEW_ACTIONS,
    VIEW_ENTITIES,
    VIEW_HANDOVER,
    VIEW_ACCOUNT,
    VIEW_RUN,
    VIEW_COUNT
};

/* What a row, or a whole view, is about. */
struct subject {
    char account_id[ID_SIZE]; /* "" = none */
    char name[128];           /* of the account, as it came */
    int64_t run_id;           /* 0 = none */
    int64_t number;           /* log line, alert or action id */
    char row_id[ROW_ID];
    char entity_id[ID_SIZE]; /* whose children are shown, "" = the account's campaigns */
    bool has_state;          /* what follows is known, as of the last load */
    enum hold_reason reason;
    int64_t until; /* ms, 0 = open */
    enum tier tier;
    int priority;
    bool running; /* a run of it is under way: run_id */
};

/* What drawing and loading may know besides the rows. */
struct env {
    struct store_reader *store;
    const struct config *config;
    int64_t now;      /* ms: adtop's clock, or the instant looked at */
    int64_t at;       /* what reads take: 0 = live */
    int64_t range;    /* ms of history that graphs and lists show */
    int32_t offset_s; /* the console's time zone, east of UTC */
    const struct overview *overview;
};

struct pane {
    struct table table;
    const void **rows;
    size_t count;
};

/* What has been read: of which instant, over which range, and about which row if about one. */
struct shown {
    int64_t at, range;
    char row_id[ROW_ID];
};

struct view {
    const struct view_class *class;
    struct subject subject;
    struct pane panes[PANES_MAX];
    struct rect rects[PANES_MAX]; /* where they were last drawn */
    int focus;
    struct arena *arena;
    void *data; /* of the class, in the arena */
    void *kept; /* of the class, as long as the view; free() */
    struct arena *details_arena;
    void *details;           /* what select() read, of details_of */
    struct shown details_of; /* the row it is about */
    bool details_old;        /* rows have been loaded since */
    struct shown rows_of;    /* what is loaded */
    bool loaded;             /* at least once */
    bool unfinished;         /* the next load will show more of the same */
    struct err error;        /* why the last load failed; code ERR_NONE = it did not */
};

struct pane_class {
    const char *title;
    const struct column *columns; /* NULL = draw does it all */
    size_t column_count;
    void (*row_id)(const void *row, char out[ROW_ID]);
    int (*depth)(const void *row); /* of a tree, see table.h; NULL = no tree */
    void (*subject)(const void *row, struct subject *out); /* NULL = rows are about nothing */
    enum view_id enter;                                    /* VIEW_COUNT = nowhere */
    /* Opens or closes the row in its place; false = there is nothing in it. NULL = enter decides.
     */
    bool (*toggle)(struct view *view, const void *row);
    /* Why, for a row that is more than its account; NULL = the account's chain of reasons. */
    void (*explain)(const void *row, const struct env *env, struct sheet *sheet);
    /* What stands in the title line after the title; may be NULL. */
    void (*summary)(const struct view *view, const struct env *env, struct canvas *canvas,
                    struct rect line);
    void (*draw)(const struct view *view, const struct env *env, struct canvas *canvas,
                 struct rect rect);
    int (*lines)(const struct view *view, const struct env *env); /* of draw; NULL = as it gets */
    uint8_t min;                                                  /* fewest lines worth showing */
    const char *empty;                                            /* said in an empty table */
    bool follow_last;
    bool uncounted;     /* its rows are not what its title names: their number says nothing */
    bool grows;         /* draw has use for more lines than it wants; tables always have */
    int sort;           /* the column it is sorted by at first, 1-based; 0 = as the rows come */
    const char *hidden; /* the column that is not shown at first, by its key; NULL = all are */
};

struct view_class {
    enum view_id id;
    const char *name, *title;
    enum arrangement arrangement;
    const struct pane_class *const *panes;
    int pane_count;
    int first_focus; /* the pane that has the keys at first */
    bool live_only;  /* says so and stays live while another instant is looked at */
    bool (*load)(struct view *view, const struct env *env, struct err *err);
    /* Reads into the arena what depends on the row selected in pane 0; NULL = nothing does. What it
     * returns may not point into the rows. */
    void *(*select)(const struct view *view, const struct env *env, struct arena *arena);
};

const struct view_class *view_class(enum view_id id);

struct view *view_create(enum view_id id, const struct subject *subject);
void view_destroy(struct view *view);
/* Loads rows and finds selections again; on failure what was there stays, with view->error. So it
 * does when the read was stopped (store_reader_watch), and nothing is wrong. */
bool view_load(struct view *view, const struct env *env);
/* Whether rows are there, of the instant and the range of env. */
bool view_is_of(const struct view *view, const struct env *env);
/* Whether what depends on the selected row has to be read, for another row is selected than it was
 * read of, or it has grown old. Keys select as many rows as they like: it is read when it is asked
 * for. */
bool view_details_due(const struct view *view, const struct env *env);
void view_read_details(struct view *view, const struct env *env);
/* What depends on the row that is selected now; NULL while it has not been read. */
const void *view_details(const struct view *view, const struct env *env);
/* Sorts and filters again after the user changed either. */
void view_update(struct view *view, int pane, const struct env *env);
/* header and hint lines are the caller's; the layout tells where they are. */
struct layout view_layout(const struct view *view, const struct env *env, int rows, int cols);
void view_draw(struct view *view, const struct env *env, const struct layout *layout,
               struct canvas *canvas);
struct row_source view_source(const struct view *view, int pane, const struct env *env);
/* The focused pane's selected row, or what the view itself is about; false when neither. */
bool view_selection(const struct view *view, const struct env *env, struct subject *out);
bool view_is_table(const struct view *view, int pane);
/* The columns that are not shown at first, a bit each. */
uint32_t view_hidden(const struct pane_class *class);

/* For loaders: the row to select once it is there. */
void view_choose(struct view *view, int pane, const char *row_id);
/* For loaders: rows of one size, lent to the pane. */
bool view_set_rows(struct view *view, int pane, const void *rows, size_t count, size_t size,
                   struct err *err);

#endif
