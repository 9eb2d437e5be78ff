/* Errors, grouped by code and subcode. */
#include <stdio.h>

#include "model/error_catalog.h"
#include "ui/format.h"
#include "ui/view/columns.h"

void error_code_text(const struct error_line *r, char *out, size_t size)
{
    if (r->subcode) {
        snprintf(out, size, "#%d/%d", r->code, r->subcode);
    } else if (r->code) {
        snprintf(out, size, "#%d", r->code);
    } else {
        snprintf(out, size, r->http_status ? "HTTP %d" : "no answer", r->http_status);
    }
}

static void error_code(const void *row, const void *env, struct cell_out *out)
{
    (void)env;
    ROW(error_line);
    error_code_text(r, out->text, sizeof out->text);
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
        snprintf(out->text, sizeof out->text, r->accounts ? "%d accounts" : "--", r->accounts);
    }
}

static double error_accounts_number(const void *row, const void *env)
{
    (void)env;
    ROW(error_line);
    return r->accounts;
}

/* Our own words: what the API said stands in the view's lower half. */
static void error_what(const void *row, const void *env, struct cell_out *out)
{
    (void)env;
    ROW(error_line);
    cell_put(out, ROLE_TEXT,
             error_catalog_find(r->code, r->subcode, r->message, r->http_status)->title);
}

static void error_message(const void *row, const void *env, struct cell_out *out)
{
    (void)env;
    ROW(error_line);
    cell_put(out, ROLE_DIM, r->message);
}

const struct column error_columns[ERROR_COLUMNS] = {
    {"count",    "COUNT",        3,  6,  ALIGN_RIGHT, 0, false, error_count,    error_count_number,    true,
     "how often in the range"                                                                                                },
    {"code",     "CODE",         6,  14, ALIGN_LEFT,  0, false, error_code,     error_code_number,     false,
     "code/subcode of the API"                                                                                               },
    {"what",     "WHAT",         16, 40, ALIGN_LEFT,  0, true,  error_what,     NULL,                  false, "what it means"},
    {"accounts", "WHO",          10, 16, ALIGN_LEFT,  1, false, error_accounts, error_accounts_number, true,
     "accounts it hit"                                                                                                       },
    {"last",     "LAST",         5,  12, ALIGN_LEFT,  0, false, error_last,     error_last_number,     true,  "last time"    },
    {"first",    "FIRST",        5,  12, ALIGN_LEFT,  5, false, error_first,    error_first_number,    true,
     "first time"                                                                                                            },
    {"message",  "THE API SAID", 20, 60, ALIGN_LEFT,  6, false, error_message,  NULL,                  false,
     "in the API's own words"                                                                                                },
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
