/* Limiters: how full, how old the reading, whither it goes. */
#include <stdio.h>

#include "ui/format.h"
#include "ui/view/columns.h"
#include "ui/widget/gauge.h"

static void limiter_name(const void *row, const void *env, struct cell_out *out)
{
    (void)env;
    ROW(limiter_line);
    cell_put(out, ROLE_TEXT,
             r->name && r->name[0] ? r->name
             : r->account_id[0]    ? r->account_id
                                   : "app");
    out->names[0] = r->account_id;
}

static void limiter_label(const void *row, const void *env, struct cell_out *out)
{
    (void)env;
    ROW(limiter_line);
    cell_put(out, ROLE_TEXT, r->label);
    out->names[0] = r->scope == SCOPE_USE_CASE ? "use_case" : NULL;
    out->names[1] = r->scope == SCOPE_USE_CASE ? "buc" : NULL;
}

static void limiter_used(const void *row, const void *env, struct cell_out *out)
{
    (void)env;
    ROW(limiter_line);
    enum role role = r->pct < 0 ? ROLE_DIM : gauge_role(r->pct, r->threshold);
    cell_put(out, role == ROLE_GAUGE ? ROLE_TEXT : role, format_pct(r->pct).text);
    out->sign = usage_sign(r->slope, r->pct >= 0 && role != ROLE_GAUGE, r->blocked);
}

static void limiter_gauge(const void *row, const void *env, struct cell_out *out)
{
    (void)env;
    ROW(limiter_line);
    out->gauge = r->pct < 0 ? 0 : r->pct;
    out->threshold = r->threshold;
}

static void limiter_line_cell(const void *row, const void *env, struct cell_out *out)
{
    (void)env;
    ROW(limiter_line);
    cell_put(out, ROLE_DIM, format_pct(r->threshold).text);
}

static double limiter_line_number(const void *row, const void *env)
{
    (void)env;
    ROW(limiter_line);
    return r->threshold;
}

static double limiter_number(const void *row, const void *env)
{
    (void)env;
    ROW(limiter_line);
    return r->pct;
}

static void limiter_peak(const void *row, const void *env, struct cell_out *out)
{
    (void)env;
    ROW(limiter_line);
    enum role role = r->peak_pct < 0 ? ROLE_DIM : gauge_role(r->peak_pct, r->threshold);
    cell_put(out, role == ROLE_GAUGE ? ROLE_TEXT : role, format_pct(r->peak_pct).text);
}

static double limiter_peak_number(const void *row, const void *env)
{
    (void)env;
    ROW(limiter_line);
    return r->peak_pct;
}

static void limiter_peak_at(const void *row, const void *env, struct cell_out *out)
{
    ROW(limiter_line);
    ENV;
    cell_put(out, ROLE_DIM,
             r->peak_pct < 0 ? "--" : format_time(r->peak_at, e->now, e->offset_s).text);
}

static double limiter_peak_at_number(const void *row, const void *env)
{
    (void)env;
    ROW(limiter_line);
    return (double)r->peak_at;
}

static void limiter_age(const void *row, const void *env, struct cell_out *out)
{
    ROW(limiter_line);
    ENV;
    cell_put(out, ROLE_DIM, r->pct < 0 ? "--" : format_age(e->now - r->at).text);
}

static double limiter_age_number(const void *row, const void *env)
{
    ROW(limiter_line);
    ENV;
    return r->pct < 0 ? 1e15 : (double)(e->now - r->at);
}

static void limiter_reset(const void *row, const void *env, struct cell_out *out)
{
    ROW(limiter_line);
    ENV;
    cell_put(out, r->stuck ? ROLE_WARN : ROLE_TEXT,
             r->stuck                ? "stuck"
             : r->regain_at > e->now ? format_time(r->regain_at, e->now, e->offset_s).text
                                     : "--");
    out->names[0] = r->blocked ? "blocked" : NULL;
}

static double limiter_reset_number(const void *row, const void *env)
{
    (void)env;
    ROW(limiter_line);
    return r->regain_at ? (double)r->regain_at : 1e18;
}

static void limiter_slope(const void *row, const void *env, struct cell_out *out)
{
    (void)env;
    ROW(limiter_line);
    if (r->slope >= SLOPE_MIN || r->slope <= -SLOPE_MIN) {
        snprintf(out->text, sizeof out->text, "%+.0f/min", r->slope);
    }
    out->role = r->slope >= SLOPE_MIN ? ROLE_WARN : ROLE_DIM;
}

static double limiter_slope_number(const void *row, const void *env)
{
    (void)env;
    ROW(limiter_line);
    return r->slope;
}

static void limiter_forecast(const void *row, const void *env, struct cell_out *out)
{
    (void)env;
    ROW(limiter_line);
    if (r->pct >= 0 && r->pct < 100 && r->slope >= SLOPE_MIN) {
        snprintf(out->text, sizeof out->text, "100%% in %s",
                 format_ahead((int64_t)((100 - r->pct) / r->slope * 60000)).text);
    }
    out->role = ROLE_WARN;
}

static void limiter_parts(const void *row, const void *env, struct cell_out *out)
{
    (void)env;
    ROW(limiter_line);
    if (r->call_count >= 0) {
        snprintf(out->text, sizeof out->text, "%.0f/%.0f/%.0f", r->call_count, r->total_time,
                 r->total_cputime);
    }
    out->role = ROLE_DIM;
}

/* What of the usage our own calls explain, by the local model; the rest is somebody else's. */
static void limiter_ours(const void *row, const void *env, struct cell_out *out)
{
    (void)env;
    ROW(limiter_line);
    if (r->ours_pct >= 0) {
        snprintf(out->text, sizeof out->text, "~%s", format_pct(r->ours_pct).text);
    }
    out->role = ROLE_DIM;
}

static double limiter_ours_number(const void *row, const void *env)
{
    (void)env;
    ROW(limiter_line);
    return r->ours_pct;
}

static void limiter_source(const void *row, const void *env, struct cell_out *out)
{
    (void)env;
    ROW(limiter_line);
    cell_put(out, ROLE_DIM, r->header);
}

const struct column limiter_columns[LIMITER_COLUMNS] = {
    {"who",      "WHO",           12, 24, ALIGN_LEFT,  0, true,  limiter_name,      NULL,                   false, "app or account"},
    {"limit",    "LIMIT",         7,  14, ALIGN_LEFT,  0, false, limiter_label,     NULL,                   false, "which limiter" },
    {"usage",    "USED",          5,  5,  ALIGN_RIGHT, 0, false, limiter_used,      limiter_number,         true,
     "percent of what Meta allows"                                                                                                 },
    {"gauge",    NULL,            8,  12, ALIGN_LEFT,  2, false, limiter_gauge,     limiter_number,         true,
     "the same as a gauge; the mark is the threshold"                                                                              },
    {"peak",     "PEAK",          4,  5,  ALIGN_RIGHT, 1, false, limiter_peak,      limiter_peak_number,    true,
     "the highest reading of the range; t chooses it"                                                                              },
    {"when",     "WHEN",          5,  12, ALIGN_LEFT,  5, false, limiter_peak_at,   limiter_peak_at_number, true,
     "and when that was"                                                                                                           },
    {"line",     "LINE",          4,  4,  ALIGN_RIGHT, 5, false, limiter_line_cell, limiter_line_number,    true,
     "our threshold: no call starts above it"                                                                                      },
    {"age",      "AGE",           3,  4,  ALIGN_RIGHT, 1, false, limiter_age,       limiter_age_number,     true,
     "age of the reading"                                                                                                          },
    {"reset",    "FREE",          5,  12, ALIGN_LEFT,  1, false, limiter_reset,     limiter_reset_number,   false,
     "when it is below the line again, as the header or the decay says"                                                            },
    {"slope",    "SLOPE",         5,  8,  ALIGN_RIGHT, 5, false, limiter_slope,     limiter_slope_number,   true,
     "points a minute over 15 minutes"                                                                                             },
    {"forecast", "FORECAST",      11, 14, ALIGN_LEFT,  3, false, limiter_forecast,  NULL,                   false,
     "at this slope"                                                                                                               },
    {"ours",     "OURS",          4,  5,  ALIGN_RIGHT, 6, false, limiter_ours,      limiter_ours_number,    true,
     "share that our own calls explain"                                                                                            },
    {"parts",    "CALL/TIME/CPU", 13, 13, ALIGN_LEFT,  7, false, limiter_parts,     NULL,                   false,
     "the header's three figures"                                                                                                  },
    {"header",   "HEADER",        12, 28, ALIGN_LEFT,  8, false, limiter_source,    NULL,                   false,
     "where the figure came from"                                                                                                  },
};

void limiter_row_id(const void *row, char out[ROW_ID])
{
    ROW(limiter_line);
    snprintf(out, ROW_ID, "%s", r->id);
}

void limiter_row_subject(const void *row, struct subject *out)
{
    ROW(limiter_line);
    snprintf(out->account_id, sizeof out->account_id, "%s", r->account_id);
    snprintf(out->name, sizeof out->name, "%s", r->name ? r->name : "");
}
