/* run: one sync: its phases, what it cost against what was estimated, its calls, and the ids to
 * quote to Meta. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "store/read_runs.h"
#include "ui/format.h"
#include "ui/view/draw.h"
#include "ui/view/load.h"
#include "ui/why.h"

enum { PANE_FACTS, PANE_CALLS, RUN_PANES };
enum { CALLS_SHOWN = 1000, FACT_LINES = 11, FACT_WRAP = 2, MINUTE_MS = 60000, LABEL = 13 };

/* An account's limiters and the shared ones, as they were read until an instant. */
struct usage_then {
    const struct limiter_line *rows;
    size_t count;
};

struct run_data {
    const struct run_line *run;
    struct usage_then before, after; /* after: of a run that ended */
    struct split_rows splits;
};

static struct usage_then usage_at(struct arena *arena, const struct env *env, const struct run *run,
                                  int64_t at)
{
    struct env then = *env;
    struct usage_then out = {0};
    then.at = then.now = at;
    if (at) {
        out.rows = load_limiters(arena, &then, run->account_id, &out.count, NULL);
        out.count = out.rows ? out.count : 0;
    }
    return out;
}

static bool run_load(struct view *view, const struct env *env, struct err *err)
{
    struct call_rows calls;
    struct run_data *data = arena_alloc(view->arena, sizeof *data);
    if (!data) {
        return err_set(err, ERR_MEMORY, "run: out of memory");
    }
    data->run = load_run(view->arena, env, view->subject.run_id, err);
    if (!data->run ||
        !read_run_calls(env->store, view->arena, env->at, view->subject.run_id, 0, CALLS_SHOWN,
                        &calls, err) ||
        !read_run_splits(env->store, view->arena, env->at, view->subject.run_id, &data->splits,
                         err)) {
        return false;
    }
    const struct run *run = &data->run->run;
    data->before = usage_at(view->arena, env, run, run->started_at);
    data->after = usage_at(view->arena, env, run, run->finished_at);
    view->data = data;
    run_row_subject(data->run, &view->subject);
    return view_set_rows(view, PANE_CALLS, calls.rows, calls.count, sizeof *calls.rows, err);
}

static void facts_summary(const struct view *view, const struct env *env, struct canvas *canvas,
                          struct rect line)
{
    (void)env;
    canvas_textf(canvas, line.y, line.x, line.w, ROLE_TITLE_FOCUS, "%" PRId64 "  %s ",
                 view->subject.run_id, view->subject.name);
}

struct facts {
    struct canvas *canvas;
    struct rect rect;
    int line;
};

static void fact(struct facts *f, const char *label, enum role role, const char *text)
{
    if (f->line < f->rect.h) {
        int y = f->rect.y + f->line++;
        int lines = f->rect.h - f->line + 1 > FACT_WRAP ? FACT_WRAP : 1;
        struct rect room = {y, f->rect.x + LABEL, lines, f->rect.w - LABEL};
        canvas_text(f->canvas, y, f->rect.x, LABEL, ROLE_DIM, label);
        lines = canvas_wrap(f->canvas, room, role, text);
        f->line += lines > 1 ? lines - 1 : 0;
    }
}

static enum role result_role(enum run_status status)
{
    return status == RUN_FAILED                               ? ROLE_ALARM
           : status == RUN_PARTIAL || status == RUN_THROTTLED ? ROLE_WARN
                                                              : ROLE_TEXT;
}

static void result_fact(struct facts *f, const struct run_line *line, const struct env *env)
{
    char text[700];
    const struct run *run = &line->run;
    int64_t took = run->finished_at ? run->duration_ms : env->now - run->started_at;
    struct text at = format_time(run->started_at, env->now, env->offset_s);
    int used = snprintf(text, sizeof text, "%s %s by %s, started %s, %s%s",
                        line->parked_by ? "parked" : run_status_name(run->status),
                        run_mode_name(run->mode), run_trigger_name(run->trigger), at.text,
                        run->finished_at ? "took " : "for ",
                        run->finished_at ? format_duration(took).text : format_age(took).text);
    int64_t waited = run->finished_at ? run->finished_at - run->started_at - took : 0;
    if (waited >= MINUTE_MS) { /* a run that is parked takes no time of its own */
        snprintf(text + used, sizeof text - (size_t)used, " and waited %s, ended %s",
                 format_age(waited).text,
                 format_time(run->finished_at, env->now, env->offset_s).text);
    }
    fact(f, "result", line->parked_by ? ROLE_THROTTLED : result_role(run->status), text);
    if (line->parked_by) {
        reason_sentence(line->parked_by, env, text, sizeof text);
        fact(f, "waits for", ROLE_THROTTLED, text);
    }
    if (run->status == RUN_RUNNING) {
        fact(f, "progress", ROLE_RUNNING, run->progress);
    }
    if (run->error_code) {
        snprintf(text, sizeof text, run->error_subcode ? "#%d/%d %s" : "#%d%.0d %s",
                 run->error_code, run->error_subcode, run->error_message);
        fact(f, "error", result_role(run->status), text);
    } else if (run->error_message[0]) {
        fact(f, "it said", result_role(run->status), run->error_message);
    }
}

/* "account 56%, app 23%" */
static void usage_fact(struct facts *f, const char *label, const struct usage_then *usage)
{
    char text[256] = "";
    for (size_t i = 0; i < usage->count; i++) {
        size_t used = strlen(text);
        if (usage->rows[i].pct >= 0) {
            snprintf(text + used, sizeof text - used, "%s%s %s", used ? ", " : "",
                     usage->rows[i].label, format_pct(usage->rows[i].pct).text);
        }
    }
    fact(f, label, text[0] ? ROLE_TEXT : ROLE_DIM, text[0] ? text : "not read");
}

/* "ad 8 days: report; account 8 days: 4 parts" */
static void splits_fact(struct facts *f, const struct split_rows *splits)
{
    char text[256] = "";
    for (size_t i = 0; i < splits->count; i++) {
        const struct run_split *split = &splits->rows[i];
        size_t used = strlen(text);
        char parts[16] = "";
        if (split->parts) {
            snprintf(parts, sizeof parts, "%d ", split->parts);
        }
        snprintf(text + used, sizeof text - used, "%s%s %d days: %s%s", used ? "; " : "",
                 split->level, (int)(split->last_day - split->first_day + 1), parts, split->became);
    }
    if (splits->count > 0) {
        fact(f, "divided", ROLE_TEXT, text);
    }
}

/* The id to quote to Meta: the run's own, else of the last of its calls that failed. */
static void quote_fact(struct facts *f, const struct view *view, const struct env *env,
                       const struct run *run)
{
    char text[160];
    const struct pane *calls = &view->panes[PANE_CALLS];
    const struct call_record *failed = NULL;
    for (size_t i = 0; i < calls->count; i++) {
        const struct call_record *c = &((const struct call_row *)calls->rows[i])->call;
        bool bad = c->fbtrace_id[0] && (c->code || c->http_status != 200);
        failed = bad && (!failed || c->at >= failed->at) ? c : failed;
    }
    if (!run->fbtrace_id[0] && failed) {
        snprintf(text, sizeof text, "%s, of the %s call at %s", failed->fbtrace_id,
                 call_class_name(failed->call_class), format_clock(failed->at, env->offset_s).text);
        fact(f, "quote", ROLE_TEXT, text);
    } else {
        fact(f, "quote", ROLE_TEXT, run->fbtrace_id[0] ? run->fbtrace_id : "no trace id");
    }
}

static void facts_draw(const struct view *view, const struct env *env, struct canvas *canvas,
                       struct rect rect)
{
    const struct run_data *data = view->data;
    const struct run *run = &data->run->run;
    struct facts f = {
        canvas, {rect.y, rect.x + 1, rect.h, rect.w - 2},
         0
    };
    char text[256];
    result_fact(&f, data->run, env);
    snprintf(text, sizeof text, "%s campaigns, %s ad sets, %s ads; %s insight rows",
             format_count(run->campaigns_fetched).text, format_count(run->adsets_fetched).text,
             format_count(run->ads_fetched).text, format_count(run->insight_rows).text);
    fact(&f, "fetched", ROLE_TEXT, text);
    snprintf(text, sizeof text, "%s API calls, %s retries, %s", format_count(run->api_calls).text,
             format_count(run->retries).text, format_bytes(run->bytes).text);
    fact(&f, "calls", ROLE_TEXT, text);
    splits_fact(&f, &data->splits);
    snprintf(text, sizeof text, "entities %s, insights %s, database %s",
             format_duration(run->entity_fetch_ms).text,
             format_duration(run->insight_fetch_ms).text, format_duration(run->db_ms).text);
    fact(&f, "phases", ROLE_TEXT, text);
    snprintf(text, sizeof text, "%s weighted, estimated %s", format_cost(run->actual_cost).text,
             format_cost(run->estimated_cost).text);
    fact(&f, "cost", ROLE_TEXT, text);
    usage_fact(&f, "usage before", &data->before);
    if (run->finished_at) {
        usage_fact(&f, "usage after", &data->after);
    }
    quote_fact(&f, view, env, run);
}

static int facts_lines(const struct view *view, const struct env *env)
{
    (void)view;
    (void)env;
    return FACT_LINES;
}

#define CALL const struct call_record *c = &((const struct call_row *)row)->call

static void call_id(const void *row, char out[ROW_ID])
{
    snprintf(out, ROW_ID, "%" PRId64, ((const struct call_row *)row)->call_id);
}

static void call_at(const void *row, const void *env, struct cell_out *out)
{
    CALL;
    snprintf(out->text, sizeof out->text, "%s",
             format_clock(c->at, ((const struct env *)env)->offset_s).text);
}

static double call_at_number(const void *row, const void *env)
{
    (void)env;
    CALL;
    return (double)c->at;
}

static void call_class(const void *row, const void *env, struct cell_out *out)
{
    (void)env;
    CALL;
    snprintf(out->text, sizeof out->text, "%s", call_class_name(c->call_class));
}

static void call_status(const void *row, const void *env, struct cell_out *out)
{
    (void)env;
    CALL;
    bool bad = c->http_status != 200 || c->code;
    if (c->code) {
        snprintf(out->text, sizeof out->text, "%d/%d", c->code, c->subcode);
    } else {
        snprintf(out->text, sizeof out->text, "%d", c->http_status);
    }
    out->role = bad ? ROLE_ALARM : ROLE_DIM;
}

static void call_ms(const void *row, const void *env, struct cell_out *out)
{
    (void)env;
    CALL;
    snprintf(out->text, sizeof out->text, "%s", format_duration(c->ms).text);
}

static double call_ms_number(const void *row, const void *env)
{
    (void)env;
    CALL;
    return (double)c->ms;
}

static void call_rows_cell(const void *row, const void *env, struct cell_out *out)
{
    (void)env;
    CALL;
    snprintf(out->text, sizeof out->text, "%s", format_count(c->rows).text);
}

static double call_rows_number(const void *row, const void *env)
{
    (void)env;
    CALL;
    return (double)c->rows;
}

static void call_cost(const void *row, const void *env, struct cell_out *out)
{
    (void)env;
    CALL;
    snprintf(out->text, sizeof out->text, "%s", format_cost(c->cost).text);
    out->role = ROLE_DIM;
}

static void call_trace(const void *row, const void *env, struct cell_out *out)
{
    (void)env;
    CALL;
    snprintf(out->text, sizeof out->text, "%s", c->fbtrace_id);
    out->role = ROLE_DIM;
}

static void call_path(const void *row, const void *env, struct cell_out *out)
{
    (void)env;
    CALL;
    const char *message = ((const struct call_row *)row)->message;
    snprintf(out->text, sizeof out->text, "%.250s", message && *message ? message : c->path);
}

static const struct column call_columns[] = {
    {"time",   "TIME",   8,  8,  ALIGN_LEFT,  0, false, call_at,        call_at_number,   false, "when sent"         },
    {"class",  "CLASS",  9,  14, ALIGN_LEFT,  0, false, call_class,     NULL,             false, "what was asked"    },
    {"status", "STATUS", 6,  10, ALIGN_LEFT,  0, false, call_status,    NULL,             false,
     "HTTP status, or code/subcode"                                                                                  },
    {"took",   "TOOK",   5,  6,  ALIGN_RIGHT, 1, false, call_ms,        call_ms_number,   true,  "how long"          },
    {"rows",   "ROWS",   5,  6,  ALIGN_RIGHT, 2, false, call_rows_cell, call_rows_number, true,  "rows"              },
    {"cost",   "COST",   4,  5,  ALIGN_RIGHT, 4, false, call_cost,      NULL,             false, "weighted"          },
    {"trace",  "TRACE",  10, 14, ALIGN_LEFT,  5, false, call_trace,     NULL,             false, "fbtrace_id"        },
    {"path",   "PATH",   12, 40, ALIGN_LEFT,  3, true,  call_path,      NULL,             false, "path, or the error"},
};

static void call_explain(const void *row, const struct env *env, struct sheet *sheet)
{
    why_call(env, row, sheet);
}

static const struct pane_class facts_pane = {.title = "Run",
                                             .summary = facts_summary,
                                             .draw = facts_draw,
                                             .lines = facts_lines,
                                             .enter = VIEW_ACCOUNT,
                                             .min = 4};
static const struct pane_class calls_pane = {.title = "Calls",
                                             .columns = call_columns,
                                             .column_count =
                                                 sizeof call_columns / sizeof call_columns[0],
                                             .row_id = call_id,
                                             .explain = call_explain,
                                             .enter = VIEW_COUNT,
                                             .min = 3,
                                             .empty = "no call yet"};
static const struct pane_class *const panes[RUN_PANES] = {&facts_pane, &calls_pane};

const struct view_class run_view = {.id = VIEW_RUN,
                                    .name = "run",
                                    .title = "Run",
                                    .arrangement = ARRANGE_SINGLE,
                                    .panes = panes,
                                    .pane_count = RUN_PANES,
                                    .load = run_load};
