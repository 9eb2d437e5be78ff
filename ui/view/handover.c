/* handover: what changed since a moment: waits that began or ended, changes to accounts, runs that
 * failed, and what people did. The moment is the time range's beginning (t). */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/read_accounts.h"
#include "store/read_actions.h"
#include "store/read_holds.h"
#include "store/read_runs.h"
#include "ui/format.h"
#include "ui/overview.h"
#include "ui/view/load.h"

enum { EVENTS_PER_KIND = 400, TEXT = 240, NEW_MS = 10 * 60000 };

struct event_line {
    int64_t at;
    const char *kind;
    enum role role;
    char id[ROW_ID];
    char account_id[ID_SIZE];
    char text[TEXT];
};

struct events {
    struct event_line *lines;
    size_t count, max;
};

static struct event_line *add(struct events *events, int64_t at, const char *kind, enum role role,
                              const char *account_id)
{
    if (events->count == events->max) {
        return NULL;
    }
    struct event_line *line = &events->lines[events->count];
    *line = (struct event_line){.at = at, .kind = kind, .role = role};
    snprintf(line->account_id, sizeof line->account_id, "%s", account_id ? account_id : "");
    events->count++;
    return line;
}

/* Running and waiting for a turn are the normal course, not news. */
static bool is_news(enum hold_reason reason)
{
    return reason != HOLD_RUNNING && reason != HOLD_DUE && reason != HOLD_QUEUED &&
           reason != HOLD_CONCURRENCY && reason != HOLD_UNKNOWN;
}

static bool add_holds(struct view *view, const struct env *env, int64_t from, struct events *events,
                      struct err *err)
{
    struct hold_rows rows;
    struct hold_query query = {.from = from, .limit = EVENTS_PER_KIND};
    if (!read_holds(env->store, view->arena, env->at, &query, &rows, err)) {
        return false;
    }
    for (size_t i = 0; i < rows.count; i++) {
        const struct hold *h = &rows.rows[i];
        bool ended = h->ended_at && h->ended_at <= env->now;
        int64_t at = ended ? h->ended_at : h->since;
        struct event_line *line = is_news(h->reason) && at >= from
                                      ? add(events, at, ended ? "ended" : "held",
                                            ended ? ROLE_OK : state_role(h->reason), h->account_id)
                                      : NULL;
        if (line) {
            struct text since = format_time(h->since, env->now, env->offset_s);
            struct text lasted = format_age((ended ? h->ended_at : env->now) - h->since);
            snprintf(line->text, sizeof line->text, "%s since %s (%s)", state_words(h->reason),
                     since.text, lasted.text);
        }
    }
    return true;
}

/* Its name and its status are there since the same moment: the account was not known before. */
static bool has_appeared(const struct history_rows *rows, const struct history_row *row)
{
    bool name = false, status = false;
    for (size_t i = 0; i < rows->count; i++) {
        const struct history_row *other = &rows->rows[i];
        int64_t apart = row->since - other->since;
        if (strcmp(other->account_id, row->account_id) == 0 && apart > -NEW_MS && apart < NEW_MS) {
            name = name || strcmp(other->field, "name") == 0;
            status = status || strcmp(other->field, "status") == 0;
        }
    }
    return name && status;
}

static bool add_changes(struct view *view, const struct env *env, int64_t from,
                        struct events *events, struct err *err)
{
    struct history_rows rows;
    struct history_query query = {.from = from, .limit = EVENTS_PER_KIND};
    if (!read_account_history(env->store, view->arena, env->at, &query, &rows, err)) {
        return false;
    }
    for (size_t i = 0; i < rows.count; i++) {
        const struct history_row *h = &rows.rows[i];
        bool appeared = has_appeared(&rows, h);
        if (appeared && strcmp(h->field, "name") != 0) {
            continue; /* that an account has a status and a tier from the start is no news */
        }
        struct event_line *line = add(events, h->since, "changed", ROLE_TEXT, h->account_id);
        if (line && appeared) {
            snprintf(line->text, sizeof line->text, "it is new in the listing");
        } else if (line) {
            bool status = strcmp(h->field, "status") == 0;
            snprintf(line->text, sizeof line->text, "%.40s is now %.180s", h->field,
                     status ? account_status_name(atoi(h->value)) : h->value);
        }
    }
    return true;
}

static bool add_failures(struct view *view, const struct env *env, int64_t from,
                         struct events *events, struct err *err)
{
    struct run_rows rows;
    struct run_query query = {
        .statuses = 1u << RUN_FAILED | 1u << RUN_PARTIAL, .since = from, .limit = EVENTS_PER_KIND};
    if (!read_runs(env->store, view->arena, env->at, &query, &rows, err)) {
        return false;
    }
    for (size_t i = 0; i < rows.count; i++) {
        const struct run *r = &rows.rows[i];
        struct event_line *line =
            add(events, r->finished_at ? r->finished_at : r->started_at, "run",
                r->status == RUN_FAILED ? ROLE_ALARM : ROLE_WARN, r->account_id);
        if (line) {
            snprintf(line->text, sizeof line->text, "%s: %d/%d %.180s", run_status_name(r->status),
                     r->error_code, r->error_subcode, r->error_message);
        }
    }
    return true;
}

static void add_action(struct events *events, const struct operator_action *a)
{
    bool account = strncmp(a->target, "act_", 4) == 0;
    const char *quote = a->reason[0] ? "\"" : "";
    struct event_line *line =
        add(events, a->at, "action", ROLE_TITLE_FOCUS, account ? a->target : "");
    if (line) {
        snprintf(line->text, sizeof line->text, "%.30s: %s%s%.40s%s%s%.60s%s", a->actor,
                 op_kind_name(a->kind), account ? "" : " ", account ? "" : a->target,
                 *quote ? " " : "", quote, a->reason, quote);
    }
    if (line && strcmp(a->result, "ok") != 0) {
        size_t used = strlen(line->text);
        snprintf(line->text + used, sizeof line->text - used, ": %.40s", a->result);
    }
}

static bool add_actions(struct view *view, const struct env *env, int64_t from,
                        struct events *events, struct err *err)
{
    struct action_rows rows;
    struct action_query query = {.from = from, .limit = EVENTS_PER_KIND};
    if (!read_actions(env->store, view->arena, env->at, &query, &rows, err)) {
        return false;
    }
    for (size_t i = 0; i < rows.count; i++) {
        add_action(events, &rows.rows[i]);
    }
    return true;
}

/* What stays the same when other events come and go. */
static void name_rows(const struct events *events)
{
    for (size_t i = 0; i < events->count; i++) {
        struct event_line *line = &events->lines[i];
        snprintf(line->id, sizeof line->id, "%.7s/%" PRId64 "/%.22s/%.14s", line->kind, line->at,
                 line->account_id, line->text);
    }
}

static int newest_first(const void *a, const void *b)
{
    const struct event_line *x = a, *y = b;
    return x->at > y->at ? -1 : x->at < y->at;
}

static bool handover_load(struct view *view, const struct env *env, struct err *err)
{
    int64_t from = env->now - env->range;
    struct events events = {.max = 4 * (size_t)EVENTS_PER_KIND};
    events.lines = arena_alloc(view->arena, events.max * sizeof *events.lines);
    if (!events.lines) {
        return err_set(err, ERR_MEMORY, "handover: out of memory");
    }
    if (!add_holds(view, env, from, &events, err) || !add_changes(view, env, from, &events, err) ||
        !add_failures(view, env, from, &events, err) ||
        !add_actions(view, env, from, &events, err)) {
        return false;
    }
    name_rows(&events);
    qsort(events.lines, events.count, sizeof *events.lines, newest_first);
    view->data = view;
    return view_set_rows(view, 0, events.lines, events.count, sizeof *events.lines, err);
}

#define ROW const struct event_line *r = row

static void event_id(const void *row, char out[ROW_ID])
{
    ROW;
    memcpy(out, r->id, ROW_ID);
}

static void event_subject(const void *row, struct subject *out)
{
    ROW;
    memcpy(out->account_id, r->account_id, sizeof out->account_id);
}

static void event_at(const void *row, const void *env, struct cell_out *out)
{
    ROW;
    const struct env *e = env;
    snprintf(out->text, sizeof out->text, "%s", format_time(r->at, e->now, e->offset_s).text);
}

static double event_at_number(const void *row, const void *env)
{
    (void)env;
    ROW;
    return (double)r->at;
}

static void event_kind(const void *row, const void *env, struct cell_out *out)
{
    (void)env;
    ROW;
    snprintf(out->text, sizeof out->text, "%s", r->kind);
    out->role = r->role;
}

static void event_account(const void *row, const void *env, struct cell_out *out)
{
    ROW;
    const struct env *e = env;
    const struct account_line *account = overview_account(e->overview, r->account_id);
    snprintf(out->text, sizeof out->text, "%.500s", account ? account->name : r->account_id);
    out->names[0] = r->account_id;
}

static void event_text(const void *row, const void *env, struct cell_out *out)
{
    (void)env;
    ROW;
    snprintf(out->text, sizeof out->text, "%s", r->text);
}

static const struct column event_columns[] = {
    {"time",    "TIME",    5,  12, ALIGN_LEFT, 0, false, event_at,      event_at_number, true,  "when"         },
    {"kind",    "KIND",    7,  8,  ALIGN_LEFT, 0, false, event_kind,    NULL,            false,
     "held, ended, changed, run or action"                                                                     },
    {"account", "ACCOUNT", 12, 24, ALIGN_LEFT, 0, false, event_account, NULL,            false, "account"      },
    {"what",    "WHAT",    12, 40, ALIGN_LEFT, 0, true,  event_text,    NULL,            false, "what happened"},
};

static void handover_summary(const struct view *view, const struct env *env, struct canvas *canvas,
                             struct rect line)
{
    static const char *const kinds[] = {"held", "ended", "changed", "run", "action"};
    struct text from = format_time(env->now - env->range, env->now, env->offset_s);
    int x = line.x, end = line.x + line.w;
    x += canvas_textf(canvas, line.y, x, end - x, ROLE_TITLE, "since %s ", from.text);
    for (size_t k = 0; k < sizeof kinds / sizeof kinds[0]; k++) {
        size_t count = 0;
        for (size_t i = 0; i < view->panes[0].count; i++) {
            count +=
                strcmp(((const struct event_line *)view->panes[0].rows[i])->kind, kinds[k]) == 0;
        }
        if (count) {
            x += canvas_textf(canvas, line.y, x, end - x, ROLE_TITLE, " %zu %s ", count, kinds[k]);
        }
    }
}

static const struct pane_class handover_pane = {.title = "Handover",
                                                .columns = event_columns,
                                                .column_count =
                                                    sizeof event_columns / sizeof event_columns[0],
                                                .row_id = event_id,
                                                .subject = event_subject,
                                                .summary = handover_summary,
                                                .enter = VIEW_ACCOUNT,
                                                .min = 3,
                                                .empty = "nothing happened in this time"};
static const struct pane_class *const panes[] = {&handover_pane};

const struct view_class handover_view = {.id = VIEW_HANDOVER,
                                         .name = "handover",
                                         .title = "Handover",
                                         .arrangement = ARRANGE_SINGLE,
                                         .panes = panes,
                                         .pane_count = 1,
                                         .load = handover_load};
