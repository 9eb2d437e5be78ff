/* entities: the tree campaign, ad set, ad of an account with what its ads spent; children are read
 * when a row is opened, so an account of 100,000 costs no more than one of ten. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/date.h"
#include "base/money.h"
#include "store/read_entities.h"
#include "ui/format.h"
#include "ui/overview.h"
#include "ui/view/load.h"

/* PAGE: so many rows a read, so that it stays short. */
enum { ROWS_STEP = 1000, PAGE = 400, OPEN_MAX = 200, DAYS = 7, DEPTH_MAX = 3 };
enum { DEPTH_LAST = -1 };

struct tree_line {
    struct entity_row entity;
    int depth;
    bool open;
};

/* Which rows are open and how many may be shown, over all loads of the view. */
struct opened {
    size_t rows_max;
    size_t count;
    char ids[OPEN_MAX][ID_SIZE];
};

struct tree {
    struct tree_line *lines;
    size_t count, max;
    bool cut; /* there are more than are shown */
    /* The figures' days: the seven before today, as the account counts its days. */
    int32_t first_day, last_day;
    bool zone_known; /* else they are UTC's */
};

static const char more_id[] = "more";

static size_t find_open(const struct opened *opened, const char *id)
{
    size_t i = 0;
    while (opened && i < opened->count && strcmp(opened->ids[i], id) != 0) {
        i++;
    }
    return i;
}

static bool is_open(const struct opened *opened, const char *id)
{
    return opened && find_open(opened, id) < opened->count;
}

static bool add_children(struct view *view, const struct env *env, const char *parent_id, int depth,
                         struct tree *tree, struct err *err);

static bool add_rows(struct view *view, const struct env *env, const struct entity_rows *rows,
                     int depth, struct tree *tree, struct err *err)
{
    for (size_t i = 0; i < rows->count; i++) {
        if (tree->count == tree->max) {
            tree->cut = true;
            break;
        }
        const struct entity_row *row = &rows->rows[i];
        bool open = depth < DEPTH_MAX - 1 && is_open(view->kept, row->entity_id);
        tree->lines[tree->count++] = (struct tree_line){*row, depth, open};
        if (open && !add_children(view, env, row->entity_id, depth + 1, tree, err)) {
            return false;
        }
    }
    return true;
}

static bool add_children(struct view *view, const struct env *env, const char *parent_id, int depth,
                         struct tree *tree, struct err *err)
{
    struct entity_rows rows = {0};
    struct entity_query query = {.account_id = view->subject.account_id,
                                 .parent_id = parent_id,
                                 .day_from = tree->first_day,
                                 .day_to = tree->last_day,
                                 .deleted = true};
    do {
        size_t room = tree->max + 1 - tree->count;
        query.limit = room < PAGE ? room : PAGE;
        if (!read_entities(env->store, view->arena, &query, &rows, err) ||
            !add_rows(view, env, &rows, depth, tree, err)) {
            return false;
        }
        query.after_id = rows.count ? rows.rows[rows.count - 1].entity_id : NULL;
    } while (rows.count == query.limit && !tree->cut);
    return true;
}

static bool entities_load(struct view *view, const struct env *env, struct err *err)
{
    const struct opened *opened = view->kept;
    struct tree *tree = arena_alloc(view->arena, sizeof *tree);
    size_t max = opened ? opened->rows_max : ROWS_STEP;
    struct tree_line *lines = arena_alloc(view->arena, (max + 1) * sizeof *lines);
    if (!tree || !lines) {
        return err_set(err, ERR_MEMORY, "entities: out of memory");
    }
    tree->lines = lines;
    tree->max = max;
    const struct account_line *account = overview_account(env->overview, view->subject.account_id);
    tree->zone_known = load_days(account ? account->timezone : NULL, env->now, DAYS,
                                 &tree->first_day, &tree->last_day);
    if (!add_children(view, env, "", 0, tree, err)) {
        return false;
    }
    if (tree->cut) {
        struct entity_row more = {.kind = ENTITY_AD,
                                  .entity_id = more_id,
                                  .name = "... and more: Enter shows 1,000 further rows",
                                  .effective_status = ""};
        lines[tree->count++] = (struct tree_line){more, DEPTH_LAST, false};
    }
    view->data = tree;
    return view_set_rows(view, 0, lines, tree->count, sizeof *lines, err);
}

static bool entities_toggle(struct view *view, const void *row)
{
    const struct tree_line *line = row;
    struct opened *opened = view->kept;
    bool more = strcmp(line->entity.entity_id, more_id) == 0;
    if (!more && (line->entity.kind == ENTITY_AD || !line->entity.children)) {
        return false;
    }
    if (!opened) {
        opened = view->kept = calloc(1, sizeof *opened);
    }
    if (opened && !opened->rows_max) {
        opened->rows_max = ROWS_STEP;
    }
    if (opened && more) {
        opened->rows_max += ROWS_STEP;
        return true;
    }
    size_t at = opened ? find_open(opened, line->entity.entity_id) : OPEN_MAX;
    if (opened && at < opened->count) {
        memmove(opened->ids[at], opened->ids[--opened->count], ID_SIZE);
    } else if (opened && opened->count < OPEN_MAX) {
        snprintf(opened->ids[opened->count++], ID_SIZE, "%s", line->entity.entity_id);
    } else {
        return false;
    }
    return true;
}

#define LINE const struct tree_line *line = row
#define ROW const struct entity_row *r = &((const struct tree_line *)row)->entity

static void entity_id(const void *row, char out[ROW_ID])
{
    ROW;
    snprintf(out, ROW_ID, "%s", r->entity_id);
}

static int entity_depth(const void *row)
{
    LINE;
    return line->depth;
}

static void entity_subject(const void *row, struct subject *out)
{
    ROW;
    snprintf(out->entity_id, sizeof out->entity_id, "%s", r->entity_id);
}

static void entity_kind(const void *row, const void *env, struct cell_out *out)
{
    (void)env;
    ROW;
    snprintf(out->text, sizeof out->text, "%s", entity_kind_name(r->kind));
    out->role = ROLE_DIM;
}

static void entity_name(const void *row, const void *env, struct cell_out *out)
{
    (void)env;
    LINE;
    ROW;
    bool leaf = r->kind == ENTITY_AD || !r->children;
    snprintf(out->text, sizeof out->text, "%*s%s %.480s", line->depth > 0 ? 2 * line->depth : 0, "",
             leaf         ? " "
             : line->open ? "-"
                          : "+",
             r->name && r->name[0] ? r->name : r->entity_id);
    out->role = r->deleted_at ? ROLE_DIM : ROLE_TEXT;
}

static void entity_status(const void *row, const void *env, struct cell_out *out)
{
    (void)env;
    ROW;
    snprintf(out->text, sizeof out->text, "%s", r->deleted_at ? "DELETED" : r->effective_status);
    out->role = strcmp(out->text, "ACTIVE") == 0 ? ROLE_OK : ROLE_DIM;
}

static void entity_children(const void *row, const void *env, struct cell_out *out)
{
    (void)env;
    ROW;
    if (r->kind != ENTITY_AD) {
        snprintf(out->text, sizeof out->text, "%s", format_count(r->children).text);
    }
    out->role = ROLE_DIM;
}

static double entity_children_number(const void *row, const void *env)
{
    (void)env;
    ROW;
    return (double)r->children;
}

static void entity_spend(const void *row, const void *env, struct cell_out *out)
{
    (void)env;
    ROW;
    money_format(r->spend, 2, out->text);
}

static double entity_spend_number(const void *row, const void *env)
{
    (void)env;
    ROW;
    return (double)r->spend;
}

static void entity_impressions(const void *row, const void *env, struct cell_out *out)
{
    (void)env;
    ROW;
    snprintf(out->text, sizeof out->text, "%s", format_count(r->impressions).text);
}

static double entity_impressions_number(const void *row, const void *env)
{
    (void)env;
    ROW;
    return (double)r->impressions;
}

static void entity_clicks(const void *row, const void *env, struct cell_out *out)
{
    (void)env;
    ROW;
    snprintf(out->text, sizeof out->text, "%s", format_count(r->clicks).text);
}

static double entity_clicks_number(const void *row, const void *env)
{
    (void)env;
    ROW;
    return (double)r->clicks;
}

static void entity_purchases(const void *row, const void *env, struct cell_out *out)
{
    (void)env;
    ROW;
    snprintf(out->text, sizeof out->text, "%.0f", r->purchases);
}

static double entity_purchases_number(const void *row, const void *env)
{
    (void)env;
    ROW;
    return r->purchases;
}

static const struct column entity_columns[] = {
    {"kind",        "KIND",     5,  8,  ALIGN_LEFT,  5, false, entity_kind,        NULL,                    false, "campaign, adset or ad"},
    {"name",        "NAME",     14, 40, ALIGN_LEFT,  0, true,  entity_name,        NULL,                    false, "name"                 },
    {"status",      "STATUS",   8,  16, ALIGN_LEFT,  0, false, entity_status,      NULL,                    false,
     "effective status"                                                                                                                   },
    {"children",    "HAS",      4,  6,  ALIGN_RIGHT, 4, false, entity_children,    entity_children_number,  true,
     "ad sets or ads in it"                                                                                                               },
    {"spend",       "SPEND 7D", 9,  14, ALIGN_RIGHT, 0, false, entity_spend,       entity_spend_number,     true,
     "account currency, 7 days before today"                                                                                              },
    {"impressions", "IMPR",     8,  12, ALIGN_RIGHT, 1, false, entity_impressions,
     entity_impressions_number,                                                                             true,  "impressions"          },
    {"clicks",      "CLICKS",   7,  10, ALIGN_RIGHT, 2, false, entity_clicks,      entity_clicks_number,    true,
     "clicks"                                                                                                                             },
    {"purchases",   "PURCH",    6,  8,  ALIGN_RIGHT, 3, false, entity_purchases,   entity_purchases_number,
     true,                                                                                                         "purchases"            },
};

static void entities_summary(const struct view *view, const struct env *env, struct canvas *canvas,
                             struct rect line)
{
    const struct account_line *account = overview_account(env->overview, view->subject.account_id);
    const struct tree *tree = view->data;
    int used = canvas_textf(canvas, line.y, line.x, line.w, ROLE_TITLE_FOCUS, "%s %s ",
                            account ? account->name : view->subject.account_id,
                            account ? account->currency : "");
    canvas_textf(canvas, line.y, line.x + used, line.w - used, ROLE_TITLE, " %s..%s %s ",
                 date_text(tree->first_day).text, date_text(tree->last_day).text,
                 account && tree->zone_known ? account->timezone : "UTC");
}

static const struct pane_class entities_pane = {.title = "Entities",
                                                .columns = entity_columns,
                                                .column_count = sizeof entity_columns /
                                                                sizeof entity_columns[0],
                                                .row_id = entity_id,
                                                .depth = entity_depth,
                                                .subject = entity_subject,
                                                .summary = entities_summary,
                                                .toggle = entities_toggle,
                                                .enter = VIEW_COUNT,
                                                .min = 3,
                                                .empty = "no campaign is known"};
static const struct pane_class *const panes[] = {&entities_pane};

const struct view_class entities_view = {.id = VIEW_ENTITIES,
                                         .name = "entities",
                                         .title = "Entities",
                                         .arrangement = ARRANGE_SINGLE,
                                         .panes = panes,
                                         .pane_count = 1,
                                         .live_only = true,
                                         .load = entities_load};
