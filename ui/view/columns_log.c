/* What happened: the log, and what operators did. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "ui/format.h"
#include "ui/view/columns.h"
#include "ui/when.h"

static void log_at(const void *row, const void *env, struct cell_out *out)
{
    ROW(log_line);
    ENV;
    struct text time = format_time(r->at, e->now, e->offset_s);
    bool today = strlen(time.text) <= sizeof "00:00" - 1;
    cell_put(out, ROLE_DIM, today ? format_clock(r->at, e->offset_s).text : time.text);
}

static double log_at_number(const void *row, const void *env)
{
    (void)env;
    ROW(log_line);
    return (double)r->at;
}

static void log_level(const void *row, const void *env, struct cell_out *out)
{
    (void)env;
    ROW(log_line);
    char letter[2] = {r->level[0], '\0'};
    letter[0] = (char)(letter[0] >= 'a' ? letter[0] - 'a' + 'A' : letter[0]);
    cell_put(out, letter[0] == 'E' ? ROLE_ALARM : letter[0] == 'W' ? ROLE_WARN : ROLE_DIM, letter);
    out->names[0] = r->level;
}

static void log_source(const void *row, const void *env, struct cell_out *out)
{
    (void)env;
    ROW(log_line);
    cell_put(out, ROLE_DIM, r->source);
}

static void log_account(const void *row, const void *env, struct cell_out *out)
{
    (void)env;
    ROW(log_line);
    cell_put(out, ROLE_DIM, r->name[0] ? r->name : r->account_id);
    out->names[0] = r->account_id;
}

static void log_id(const void *row, const void *env, struct cell_out *out)
{
    (void)env;
    ROW(log_line);
    cell_put(out, ROLE_DIM, r->account_id);
}

static void log_run(const void *row, const void *env, struct cell_out *out)
{
    (void)env;
    ROW(log_line);
    if (r->run_id) {
        snprintf(out->text, sizeof out->text, "%" PRId64, r->run_id);
    }
    out->role = ROLE_DIM;
}

static double log_run_number(const void *row, const void *env)
{
    (void)env;
    ROW(log_line);
    return (double)r->run_id;
}

static void log_message(const void *row, const void *env, struct cell_out *out)
{
    (void)env;
    ROW(log_line);
    cell_put(out, r->acked_at ? ROLE_DIM : ROLE_TEXT, r->message);
}

const struct column log_columns[LOG_COLUMNS] = {
    {"time",    "TIME",    8,  12,  ALIGN_LEFT,  0, false, log_at,      log_at_number,  false, "when"      },
    {"level",   "L",       1,  1,   ALIGN_LEFT,  0, false, log_level,   NULL,           false,
     "Error, Warning, Info; !level:info leaves what is wrong"                                              },
    {"account", "ACCOUNT", 10, 18,  ALIGN_LEFT,  2, false, log_account, NULL,           false, "account"   },
    {"message", "MESSAGE", 12, 100, ALIGN_LEFT,  0, true,  log_message, NULL,           false, "what"      },
    {"run",     "RUN",     3,  6,   ALIGN_RIGHT, 4, false, log_run,     log_run_number, true,  "run id"    },
    {"source",  "SOURCE",  6,  10,  ALIGN_LEFT,  5, false, log_source,  NULL,           false, "which part"},
    {"id",      "ID",      12, 22,  ALIGN_LEFT,  6, false, log_id,      NULL,           false, "account id"},
};

void log_row_id(const void *row, char out[ROW_ID])
{
    ROW(log_line);
    snprintf(out, ROW_ID, "%" PRId64, r->log_id);
}

void log_row_subject(const void *row, struct subject *out)
{
    ROW(log_line);
    snprintf(out->account_id, sizeof out->account_id, "%s", r->account_id);
    snprintf(out->name, sizeof out->name, "%s", r->name);
    out->run_id = r->run_id;
    out->number = r->log_id;
}

static void action_at(const void *row, const void *env, struct cell_out *out)
{
    ROW(action_line);
    ENV;
    cell_put(out, ROLE_TEXT, format_time(r->action.at, e->now, e->offset_s).text);
}

static double action_at_number(const void *row, const void *env)
{
    (void)env;
    ROW(action_line);
    return (double)r->action.at;
}

static void action_who(const void *row, const void *env, struct cell_out *out)
{
    (void)env;
    ROW(action_line);
    snprintf(out->text, sizeof out->text, "%s%s%s", r->action.actor, r->action.origin[0] ? "@" : "",
             r->action.origin);
}

static void action_what(const void *row, const void *env, struct cell_out *out)
{
    (void)env;
    ROW(action_line);
    cell_put(out, ROLE_TEXT, op_kind_name(r->action.kind));
}

static void action_target(const void *row, const void *env, struct cell_out *out)
{
    (void)env;
    ROW(action_line);
    cell_put(out, ROLE_TEXT, r->name && r->name[0] ? r->name : r->action.target);
    out->names[0] = r->action.target;
}

static void action_reason(const void *row, const void *env, struct cell_out *out)
{
    (void)env;
    ROW(action_line);
    cell_put(out, ROLE_TEXT, r->action.reason);
}

static void action_change(const void *row, const void *env, struct cell_out *out)
{
    (void)env;
    ROW(action_line);
    snprintf(out->text, sizeof out->text, "%.200s%s%.200s", r->action.before,
             r->action.before[0] || r->action.after[0] ? " > " : "", r->action.after);
    out->role = ROLE_DIM;
}

static void action_result(const void *row, const void *env, struct cell_out *out)
{
    ROW(action_line);
    ENV;
    bool ok = strcmp(r->action.result, "ok") == 0;
    when_localize(r->action.undone_by ? "undone" : r->action.result, e->now, e->offset_s, out->text,
                  sizeof out->text);
    out->role = ok ? ROLE_DIM : ROLE_WARN;
}

const struct column action_columns[ACTION_COLUMNS] = {
    {"time",   "TIME",           5,  12, ALIGN_LEFT, 0, false, action_at,     action_at_number, true,  "when"               },
    {"who",    "WHO",            8,  22, ALIGN_LEFT, 0, false, action_who,    NULL,             false, "user and where from"},
    {"action", "ACTION",         6,  13, ALIGN_LEFT, 0, false, action_what,   NULL,             false, "what"               },
    {"target", "TARGET",         12, 24, ALIGN_LEFT, 0, false, action_target, NULL,             false, "on what"            },
    {"reason", "REASON",         8,  30, ALIGN_LEFT, 1, true,  action_reason, NULL,             false, "why"                },
    {"result", "RESULT",         6,  30, ALIGN_LEFT, 0, false, action_result, NULL,             false, "ok or why not"      },
    {"change", "BEFORE > AFTER", 14, 60, ALIGN_LEFT, 5, false, action_change, NULL,             false,
     "before and after"                                                                                                     },
};

void action_row_id(const void *row, char out[ROW_ID])
{
    ROW(action_line);
    snprintf(out, ROW_ID, "%" PRId64, r->action.action_id);
}

void action_row_subject(const void *row, struct subject *out)
{
    ROW(action_line);
    if (strncmp(r->action.target, "act_", 4) == 0) {
        snprintf(out->account_id, sizeof out->account_id, "%.39s", r->action.target);
        snprintf(out->name, sizeof out->name, "%s", r->name ? r->name : "");
    }
    out->number = r->action.action_id;
}
