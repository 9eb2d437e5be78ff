/* Errors, grouped by code and subcode. */
#include <stdio.h>

#include "ui/format.h"
#include "ui/view/columns.h"

static void error_code(const void *row, const void *env, struct cell_out *out)
{
    (void)env;
    ROW(error_line);
    if (r->subcode) {
        snprintf(out->text, sizeof out->text, "%d/%d", r->code, r->subcode);
    } else {
        snprintf(out->text, sizeof out->text, "%d", r->code);
    }
    out->role = ROLE_ALARM;
}

static double error_code_number(const void *row, const void *env)
{
    (void)env;
    ROW(error_line);
    return r->code;
}

static void error_count(const void *row, const void *env, struct cell_out *out)
{
    (void)env;
    ROW(error_line);
    cell_put(out, ROLE_TEXT, format_count(r->count).text);
}

static double error_count_number(const void *row, const void *env)
{
    (void)env;
    ROW(error_line);
    return (double)r->count;
}

static void error_first(const void *row, const void *env, struct cell_out *out)
{
    ROW(error_line);
    ENV;
    cell_put(out, ROLE_DIM, format_time(r->first_at, e->now, e->offset_s).text);
}

static void error_last(const void *row, const void *env, struct cell_out *out)
{
    ROW(error_line);
    ENV;
    cell_put(out, ROLE_TEXT, format_time(r->last_at, e->now, e->offset_s).text);
}

static double error_first_number(const void *row, const void *env)
{
    (void)env;
    ROW(error_line);
    return (double)r->first_at;
}

static double error_last_number(const void *row, const void *env)
{
    (void)env;
    ROW(error_line);
    return (double)r->last_at;
}

static void error_accounts(const void *row, const void *env, struct cell_out *out)
{
    (void)env;
    ROW(error_line);
    if (r->accounts == 1) {
        cell_put(out, ROLE_TEXT, r->name && r->name[0] ? r->name : r->account_id);
    } else {
        snprintf(out->text, sizeof out->text, "%d accounts", r->accounts);
    }
}

static double error_accounts_number(const void *row, const void *env)
{
    (void)env;
    ROW(error_line);
    return r->accounts;
}

static void error_message(const void *row, const void *env, struct cell_out *out)
{
    (void)env;
    ROW(error_line);
    cell_put(out, ROLE_TEXT, r->message);
}

const struct column error_columns[ERROR_COLUMNS] = {
    {"code",     "CODE",  6,  13, ALIGN_LEFT,  0, false, error_code,     error_code_number,     false,
     "code/subcode of the API"                                                                                    },
    {"count",    "COUNT", 5,  6,  ALIGN_RIGHT, 0, false, error_count,    error_count_number,    true,
     "how often in the range"                                                                                     },
    {"first",    "FIRST", 5,  12, ALIGN_LEFT,  2, false, error_first,    error_first_number,    true,
     "first time"                                                                                                 },
    {"last",     "LAST",  5,  12, ALIGN_LEFT,  0, false, error_last,     error_last_number,     true,  "last time"},
    {"accounts", "WHO",   10, 18, ALIGN_LEFT,  1, false, error_accounts, error_accounts_number, true,
     "accounts it hit"                                                                                            },
    {"message",  "WHAT",  10, 30, ALIGN_LEFT,  0, true,  error_message,  NULL,                  false,
     "what the API said"                                                                                          },
};

void error_row_id(const void *row, char out[ROW_ID])
{
    ROW(error_line);
    snprintf(out, ROW_ID, "%s", r->id);
}

void error_row_subject(const void *row, struct subject *out)
{
    ROW(error_line);
    if (r->accounts == 1) {
        snprintf(out->account_id, sizeof out->account_id, "%s", r->account_id);
        snprintf(out->name, sizeof out->name, "%s", r->name ? r->name : "");
    }
}
