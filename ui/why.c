#include "ui/why.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "model/error_catalog.h"
#include "store/read_runs.h"
#include "ui/act/estimate.h"
#include "ui/format.h"
#include "ui/overview.h"
#include "ui/view/load.h"
#include "ui/when.h"
#include "ui/widget/sheet.h"
#include "json/json.h"

enum { CHUNK = 16 * 1024, ACTIONS_SHOWN = 3, TEXT_COLS = 62, TEXT_COLS_MIN = 12, TEXT_INDENT = 14 };

/* Figures as the governor names them, in words; others are shown under their own name. Without
 * words: said above already. */
enum figure_kind { FIGURE_PLAIN, FIGURE_PERCENT, FIGURE_SECONDS };
static const struct figure {
    const char *key, *words;
    enum figure_kind kind;
} figures[] = {
    {"block_since",  NULL,                       FIGURE_PLAIN  },
    {"block_until",  NULL,                       FIGURE_PLAIN  },
    {"named_by_api", "Meta named its end",       FIGURE_PLAIN  },
    {"strikes",      "blocks in a row",          FIGURE_PLAIN  },
    {"ramp",         "calls at once after it",   FIGURE_PLAIN  },
    {"header_pct",   "read",                     FIGURE_PERCENT},
    {"reserved_pct", "kept for calls under way", FIGURE_PERCENT},
    {"stuck",        "stuck",                    FIGURE_PLAIN  },
    {"tier",         "access",                   FIGURE_PLAIN  },
    {"pct",          "usage then",               FIGURE_PERCENT},
    {"source",       "read from",                FIGURE_PLAIN  },
    {"age_s",        "age of the reading then",  FIGURE_SECONDS},
    {"threshold",    "threshold",                FIGURE_PERCENT},
    {"target",       "pace aims at",             FIGURE_PERCENT},
    {"model_pct",    "our own model",            FIGURE_PERCENT},
    {"call_pct",     "one call costs",           FIGURE_PERCENT},
    {"in_flight",    "calls under way then",     FIGURE_PLAIN  },
    {"rule",         "rule",                     FIGURE_PLAIN  },
    {"code",         "error code",               FIGURE_PLAIN  },
    {"subcode",      "error subcode",            FIGURE_PLAIN  },
    {"attempt",      "attempt",                  FIGURE_PLAIN  },
    {"retries",      "retries so far",           FIGURE_PLAIN  },
    {"reason",       "reason given",             FIGURE_PLAIN  },
    {"by",           "by",                       FIGURE_PLAIN  },
    {"actor",        "by",                       FIGURE_PLAIN  },
};

static const struct figure *figure_of(const char *key)
{
    for (size_t i = 0; i < sizeof figures / sizeof figures[0]; i++) {
        if (strcmp(figures[i].key, key) == 0) {
            return &figures[i];
        }
    }
    return NULL;
}

/* A percentage to the tenth: a call that did not fit may have missed the line by less than one. */
static void figure_text(const struct figure *figure, const struct json *f, char *out, size_t size)
{
    double value = 0;
    bool on = false;
    enum figure_kind kind = figure ? figure->kind : FIGURE_PLAIN;
    out[0] = '\0';
    if (json_text(f)) {
        snprintf(out, size, "%s", json_text(f));
    } else if (kind == FIGURE_PERCENT && json_double(f, &value) && value >= 0) {
        snprintf(out, size, "%.1f%%", value);
    } else if (kind == FIGURE_SECONDS && json_double(f, &value) && value >= 0) {
        snprintf(out, size, "%s", format_duration((int64_t)(value * 1000)).text);
    } else if (kind == FIGURE_PLAIN && json_decimal(f, out, size)) {
        /* -1 and -1.00: not known. */
        bool unknown = out[0] == '-' && strspn(out, "-1.0") == strlen(out);
        out[0] = unknown ? '\0' : out[0];
    } else if (kind == FIGURE_PLAIN && json_bool(f, &on)) {
        snprintf(out, size, on ? "yes" : "no");
    }
}

static void explain_detail(const char *detail, struct sheet *sheet)
{
    struct json_doc *doc = detail[0] ? json_parse(detail, strlen(detail), NULL, NULL) : NULL;
    const struct json *root = doc ? json_root(doc) : NULL;
    for (const struct json *f = json_first(root); f; f = json_next(f)) {
        char text[160];
        const char *key = json_key(f);
        const struct figure *figure = key ? figure_of(key) : NULL;
        const char *words = figure ? figure->words : key;
        figure_text(figure, f, text, sizeof text);
        if (text[0] && words) {
            sheet_add(sheet, ROLE_TEXT, "    %-28s %.120s", words, text);
        }
    }
    json_free(doc);
}

static void explain_hold(const struct account_line *a, const struct env *env, struct sheet *sheet)
{
    char text[320];
    struct text since = format_time(a->since, env->now, env->offset_s);
    reason_sentence(a, env, text, sizeof text);
    why_text(sheet, state_role(a->reason), hold_reason_label(a->reason), text);
    why_text(sheet, ROLE_TEXT, "do", reason_cure(a));
    char notice[160];
    reason_notice(a, env, notice, sizeof notice);
    if (strcmp(notice, text) != 0) {
        why_text(sheet, ROLE_TEXT, "also", notice);
    }
    if (a->since) {
        sheet_add(sheet, ROLE_TEXT, "    %-9s %s%s%s%s%s", "since", since.text,
                  a->scope[0] ? ", scope " : "", a->scope, a->scope_id[0] ? " " : "", a->scope_id);
    }
    explain_detail(a->hold_detail, sheet);
}

static void explain_limiter(const struct limiter_line *l, const struct env *env,
                            struct sheet *sheet)
{
    struct text age = format_age(env->now - l->at);
    struct text reset = format_time(l->regain_at, env->now, env->offset_s);
    const char *state = l->blocked ? "blocked by Meta"
                        : l->stuck ? "header stuck: stands although calls succeed; ignored"
                        : l->pct >= l->threshold ? "above our threshold: nothing starts"
                                                 : "";
    if (l->pct < 0) {
        sheet_add(sheet, ROLE_DIM, "    %-16s never read", l->label);
        return;
    }
    sheet_add(sheet, l->blocked || l->pct >= l->threshold ? ROLE_WARN : ROLE_TEXT,
              "    %-16s %4s of %s, %s old, %s%s%s", l->label, format_pct(l->pct).text,
              format_pct(l->threshold).text, age.text, l->header,
              l->regain_at > env->now ? ", free " : "", l->regain_at > env->now ? reset.text : "");
    if (state[0]) { /* of its own line: behind the header it would be cut */
        sheet_add(sheet, l->blocked || l->pct >= l->threshold ? ROLE_WARN : ROLE_TEXT,
                  "    %-16s %4s %s", "", "", state);
    }
}

void why_text(struct sheet *sheet, enum role role, const char *label, const char *text)
{
    const char *rest = text ? text + strspn(text, " ") : "";
    int room = sheet->cols - TEXT_INDENT;
    room = room > TEXT_COLS ? TEXT_COLS : room < TEXT_COLS_MIN ? TEXT_COLS_MIN : room;
    for (bool first = true; *rest; first = false) {
        size_t n = text_line(rest, room);
        sheet_add(sheet, role, "    %-9s %.*s", first ? label : "", (int)n, rest);
        rest += n;
        rest += strspn(rest, " ");
    }
}

static void explain_error(struct sheet *sheet, int code, int subcode, const char *message,
                          int http_status)
{
    const struct error_entry *e = error_catalog_find(code, subcode, message, http_status);
    char text[320];
    if (code && subcode) {
        snprintf(text, sizeof text, "#%d/%d %.250s", code, subcode, e->title);
    } else {
        snprintf(text, sizeof text, code ? "#%d %.250s" : "HTTP %d %.250s",
                 code ? code : http_status, e->title);
    }
    why_text(sheet, ROLE_ALARM, "error", text);
    why_text(sheet, ROLE_TEXT, "means", e->meaning);
    why_text(sheet, ROLE_TEXT, "do", e->advice);
    why_text(sheet, ROLE_DIM, "it said", message);
}

static void explain_last_run(const struct account_line *a, const struct env *env,
                             struct sheet *sheet)
{
    if (!a->run_id) {
        sheet_add(sheet, ROLE_TEXT, "    it has never run");
        return;
    }
    struct text at = format_time(a->run_started_at, env->now, env->offset_s);
    bool parked = a->run_status == RUN_RUNNING && a->reason != HOLD_RUNNING;
    sheet_add(sheet, a->failed ? ROLE_ALARM : ROLE_TEXT, "    run %" PRId64 " of %s: %s", a->run_id,
              at.text,
              parked ? "parked, goes on where it stopped" : run_status_name(a->run_status));
    if (a->error_code) {
        explain_error(sheet, a->error_code, a->error_subcode, NULL, 0);
    }
}

static void explain_next(const struct account_line *a, const struct env *env, struct sheet *sheet)
{
    static const struct force_shape next = {.mode = RUN_DELTA, .scheduled = true};
    struct estimate estimate;
    int64_t until = a->reason == HOLD_DUE ? a->next_due_at : a->until;
    if (a->reason == HOLD_RUNNING) {
        sheet_add(sheet, ROLE_TEXT, "    then due again %s later at the most",
                  format_age(a->cadence_ms).text);
    } else if (hold_reason_needs_person(a->reason) || until == INT64_MAX) {
        sheet_add(sheet, ROLE_TEXT, "    nothing, until then");
    } else {
        sheet_add(sheet, ROLE_TEXT, "    it is queued%s%s and runs when a worker is free",
                  until > env->now ? " from " : " now",
                  until > env->now ? format_time(until, env->now, env->offset_s).text : "");
    }
    if (estimate_calls(env, &next, a->account_id, &estimate)) {
        sheet_add(sheet, ROLE_TEXT, "    about %s calls, %s weighted, %s",
                  format_count((int64_t)(estimate.calls + 0.5)).text,
                  format_cost(estimate.cost).text,
                  estimate.measured ? "as its last delta run" : "by what it holds");
    }
}

static void explain_actions(struct arena *arena, const struct account_line *a,
                            const struct env *env, struct sheet *sheet)
{
    size_t count = 0;
    const struct action_line *rows = load_actions(arena, env, a->account_id, &count, NULL);
    for (size_t i = 0; rows && i < count && i < ACTIONS_SHOWN; i++) {
        const struct operator_action *op = &rows[i].action;
        char result[256];
        when_localize(op->result, env->now, env->offset_s, result, sizeof result);
        sheet_add(sheet, ROLE_TEXT, "    %s ago %.30s: %s %.60s (%.60s)",
                  format_age(env->now - op->at).text, op->actor, op_kind_name(op->kind), op->reason,
                  result);
    }
    if (!count) {
        sheet_add(sheet, ROLE_DIM, "    nobody has touched it");
    }
}

void why_explain(const struct env *env, const struct subject *subject, struct sheet *sheet)
{
    const struct account_line *a = overview_account(env->overview, subject->account_id);
    struct arena *arena = arena_create(CHUNK);
    size_t count = 0;
    if (!a || !arena) {
        sheet_add(sheet, ROLE_WARN, "nothing is known of %s at this instant", subject->account_id);
        arena_destroy(arena);
        return;
    }
    explain_hold(a, env, sheet);
    sheet_add(sheet, ROLE_DIALOG_TITLE, "Limits");
    const struct limiter_line *limiters = load_limiters(arena, env, a->account_id, &count, NULL);
    for (size_t i = 0; limiters && i < count; i++) {
        explain_limiter(&limiters[i], env, sheet);
    }
    sheet_add(sheet, ROLE_DIALOG_TITLE, "Before");
    explain_last_run(a, env, sheet);
    sheet_add(sheet, ROLE_DIALOG_TITLE, "Next");
    explain_next(a, env, sheet);
    sheet_add(sheet, ROLE_DIALOG_TITLE, "People");
    explain_actions(arena, a, env, sheet);
    arena_destroy(arena);
}

void why_run(const struct env *env, const struct run_line *run, struct sheet *sheet)
{
    const struct run *r = &run->run;
    struct subject subject = {0};
    struct text at = format_time(r->started_at, env->now, env->offset_s);
    sheet_add(sheet, ROLE_TEXT, "Run %" PRId64 ", %s, started %s by %s: %s", r->run_id,
              run_mode_name(r->mode), at.text, run_trigger_name(r->trigger),
              run->parked_by ? "parked" : run_status_name(r->status));
    if (r->error_code) {
        explain_error(sheet, r->error_code, r->error_subcode, r->error_message, 0);
        why_text(sheet, ROLE_DIM, "quote", r->fbtrace_id);
    } else {
        why_text(sheet, ROLE_TEXT, "it said", r->error_message);
    }
    sheet_add(sheet, ROLE_DIALOG_TITLE, "Its account now");
    snprintf(subject.account_id, sizeof subject.account_id, "%s", r->account_id);
    why_explain(env, &subject, sheet);
}

void why_call(const struct env *env, const struct call_row *call, struct sheet *sheet)
{
    const struct call_record *c = &call->call;
    struct text at = format_clock(c->at, env->offset_s);
    sheet_add(sheet, ROLE_TEXT, "%s call at %s, took %s, %s rows, %s weighted",
              call_class_name(c->call_class), at.text, format_duration(c->ms).text,
              format_count(c->rows).text, format_cost(c->cost).text);
    why_text(sheet, ROLE_DIM, "path", c->path);
    if (c->code || c->http_status != 200) {
        explain_error(sheet, c->code, c->subcode, call->message, c->http_status);
        why_text(sheet, ROLE_DIM, "quote", c->fbtrace_id);
    }
}
