#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "config/config.h"
#include "ui/format.h"
#include "ui/view/columns.h"

enum { JUST_BEGUN_MS = 2 * 60000, SLOPE_FRESH_MS = 5 * 60000 };

double slope_now(double slope, int64_t at_ms, int64_t now)
{
    return now - at_ms <= SLOPE_FRESH_MS ? slope : 0;
}

int usage_sign(double slope, bool near, bool blocked)
{
    bool rises = slope >= SLOPE_MIN && !blocked, falls = slope <= -SLOPE_MIN;
    return !near && !blocked ? 0 : rises ? GLYPH_UP + 1 : falls ? GLYPH_DOWN + 1 : 0;
}

/* In trouble since a moment ago; what comes and goes in order is not worth a sign. */
static bool has_just_begun(const struct account_line *r, int64_t now)
{
    bool in_order = r->reason == HOLD_RUNNING || r->reason == HOLD_DUE ||
                    r->reason == HOLD_QUEUED || r->reason == HOLD_CONCURRENCY ||
                    r->reason == HOLD_UNKNOWN;
    return !in_order && r->since > 0 && r->since <= now && now - r->since < JUST_BEGUN_MS;
}

static void format_state(const void *row, const void *env, struct cell_out *out)
{
    ENV;
    ROW(account_line);
    out->sign = has_just_begun(r, e->now) ? GLYPH_NEW + 1 : 0;
    cell_put(out, state_role(r->reason), state_letter(r->reason));
    out->names[0] = hold_reason_name(r->reason);
    out->names[1] = state_group(r->reason);
    out->names[2] = r->failed ? "failing" : r->late ? "late" : NULL;
}

static double number_state(const void *row, const void *env)
{
    (void)env;
    ROW(account_line);
    return r->urgency * HOLD_REASON_COUNT + (int)r->reason;
}

static void format_tier(const void *row, const void *env, struct cell_out *out)
{
    (void)env;
    ROW(account_line);
    static const char letters[TIER_COUNT + 1] = "HML";
    snprintf(out->text, sizeof out->text, "%c%s", letters[r->tier], r->tier_pinned ? "!" : "");
    out->role = r->tier == TIER_HIGH ? ROLE_TEXT : ROLE_DIM;
    out->names[0] = tier_name(r->tier);
    out->names[1] = r->tier_pinned ? "pinned" : NULL;
}

static double number_tier(const void *row, const void *env)
{
    (void)env;
    ROW(account_line);
    return (double)r->tier;
}

static void format_account(const void *row, const void *env, struct cell_out *out)
{
    (void)env;
    ROW(account_line);
    cell_put(out, ROLE_TEXT, r->name && r->name[0] ? r->name : r->account_id);
    out->names[0] = r->account_id;
}

static void format_id(const void *row, const void *env, struct cell_out *out)
{
    (void)env;
    ROW(account_line);
    cell_put(out, ROLE_DIM, r->account_id);
}

static bool is_stale(const struct account_line *r, const struct env *e)
{
    return r->pct >= 0 && r->cadence_ms > 0 && e->now - r->pct_at > r->cadence_ms;
}

static void format_usage(const void *row, const void *env, struct cell_out *out)
{
    ROW(account_line);
    ENV;
    struct text pct = format_pct(r->pct);
    snprintf(out->text, sizeof out->text, "%s%s", is_stale(r, e) ? "~" : "", pct.text);
    out->role = r->pct < 0                      ? ROLE_DIM
                : r->pct >= r->threshold        ? ROLE_GAUGE_BAD
                : r->pct >= r->threshold * 0.85 ? ROLE_GAUGE_WARN
                                                : ROLE_TEXT;
    out->sign =
        usage_sign(r->slope, r->pct >= r->threshold * 0.85, hold_reason_is_quota(r->reason));
}

static void format_gauge(const void *row, const void *env, struct cell_out *out)
{
    (void)env;
    ROW(account_line);
    out->gauge = r->pct < 0 ? 0 : r->pct;
    out->threshold = r->threshold;
}

static double number_usage(const void *row, const void *env)
{
    (void)env;
    ROW(account_line);
    return r->pct;
}

static void format_age_cell(const void *row, const void *env, struct cell_out *out)
{
    ROW(account_line);
    ENV;
    if (r->pct < 0) {
        cell_put(out, ROLE_DIM, "--");
        return;
    }
    cell_put(out, is_stale(r, e) ? ROLE_STALE : ROLE_DIM, format_age(e->now - r->pct_at).text);
}

static double number_age(const void *row, const void *env)
{
    ROW(account_line);
    ENV;
    return r->pct < 0 ? 1e15 : (double)(e->now - r->pct_at);
}

static void format_why(const void *row, const void *env, struct cell_out *out)
{
    (void)env;
    ROW(account_line);
    reason_words(r, out->text, sizeof out->text);
    out->role = state_role(r->reason);
    out->names[0] = hold_reason_name(r->reason);
    out->names[1] = hold_reason_label(r->reason);
    out->names[2] = state_group(r->reason);
}

static void format_label(const void *row, const void *env, struct cell_out *out)
{
    (void)env;
    ROW(account_line);
    cell_put(out, state_role(r->reason), hold_reason_label(r->reason));
    out->names[0] = hold_reason_name(r->reason);
}

static void format_until(const void *row, const void *env, struct cell_out *out)
{
    ROW(account_line);
    ENV;
    bool person = hold_reason_needs_person(r->reason) && r->reason != HOLD_DISABLED;
    bool quiet = r->reason == HOLD_DUE || r->reason == HOLD_DISABLED || r->reason == HOLD_QUEUED;
    reason_until(r, e, out->text, sizeof out->text);
    out->role = person ? ROLE_ALARM : quiet ? ROLE_DIM : ROLE_TEXT;
}

static double number_until(const void *row, const void *env)
{
    (void)env;
    ROW(account_line);
    int64_t until = r->reason == HOLD_DUE ? r->next_due_at : r->until;
    return until > 0 ? (double)until : 1e18;
}

static void format_lag(const void *row, const void *env, struct cell_out *out)
{
    ROW(account_line);
    ENV;
    if (!r->last_synced_at) {
        cell_put(out, ROLE_DIM, "never");
        return;
    }
    int64_t lag = e->now - r->last_synced_at;
    cell_put(out, r->late || (r->cadence_ms && lag > r->cadence_ms * 3 / 2) ? ROLE_WARN : ROLE_DIM,
             format_age(lag).text);
}

static double number_lag(const void *row, const void *env)
{
    ROW(account_line);
    ENV;
    return r->last_synced_at ? (double)(e->now - r->last_synced_at) : 1e15;
}

static void format_last(const void *row, const void *env, struct cell_out *out)
{
    (void)env;
    ROW(account_line);
    static const char *const words[RUN_STATUS_COUNT] = {
        [RUN_RUNNING] = "",      [RUN_SUCCESS] = "ok",     [RUN_PARTIAL] = "partial",
        [RUN_FAILED] = "failed", [RUN_THROTTLED] = "held", [RUN_CANCELLED] = "cancelled"};
    if (!r->last_run_id) {
        cell_put(out, ROLE_DIM, "--");
    } else if (r->error_code && r->last_status != RUN_SUCCESS) {
        snprintf(out->text, sizeof out->text, "#%d", r->error_code);
        out->role = r->last_status == RUN_THROTTLED ? ROLE_THROTTLED : ROLE_ALARM;
    } else {
        bool plain = r->last_status == RUN_SUCCESS || r->last_status == RUN_CANCELLED;
        cell_put(out, plain ? ROLE_DIM : ROLE_WARN, words[r->last_status]);
    }
    out->names[0] = r->last_run_id ? run_status_name(r->last_status) : "never";
}

static void format_errors(const void *row, const void *env, struct cell_out *out)
{
    (void)env;
    ROW(account_line);
    if (r->errors_1h) {
        cell_put(out, ROLE_WARN, format_count(r->errors_1h).text);
    }
}

static double number_errors(const void *row, const void *env)
{
    (void)env;
    ROW(account_line);
    return (double)r->errors_1h;
}

static void format_runs(const void *row, const void *env, struct cell_out *out)
{
    (void)env;
    ROW(account_line);
    cell_put(out, ROLE_DIM, format_count(r->runs_24h).text);
}

static double number_runs(const void *row, const void *env)
{
    (void)env;
    ROW(account_line);
    return (double)r->runs_24h;
}

static void format_priority(const void *row, const void *env, struct cell_out *out)
{
    (void)env;
    ROW(account_line);
    snprintf(out->text, sizeof out->text, r->priority ? "%+d" : "0", r->priority);
    out->role = r->priority ? ROLE_TEXT : ROLE_DIM;
}

static double number_priority(const void *row, const void *env)
{
    (void)env;
    ROW(account_line);
    return r->priority;
}

static void format_cost_today(const void *row, const void *env, struct cell_out *out)
{
    (void)env;
    ROW(account_line);
    cell_put(out, ROLE_DIM, r->cost_today < 0 ? "--" : format_cost(r->cost_today).text);
}

static double number_cost(const void *row, const void *env)
{
    (void)env;
    ROW(account_line);
    return r->cost_today;
}

static void format_due(const void *row, const void *env, struct cell_out *out)
{
    ROW(account_line);
    ENV;
    cell_put(out, ROLE_DIM,
             r->next_due_at ? format_time(r->next_due_at, e->now, e->offset_s).text : "--");
}

static double number_due(const void *row, const void *env)
{
    (void)env;
    ROW(account_line);
    return (double)r->next_due_at;
}

static void format_spend(const void *row, const void *env, struct cell_out *out)
{
    ROW(account_line);
    ENV;
    snprintf(out->text, sizeof out->text, "%s %s", format_count(r->spend_7d_base / 1000000).text,
             e->config->base_currency);
    out->role = ROLE_DIM;
}

static double number_spend(const void *row, const void *env)
{
    (void)env;
    ROW(account_line);
    return (double)r->spend_7d_base / 1e6; /* a filter is written in what is shown */
}

static void format_zone(const void *row, const void *env, struct cell_out *out)
{
    (void)env;
    ROW(account_line);
    cell_put(out, ROLE_DIM, r->timezone);
}

const struct column account_columns[ACCOUNT_COLUMNS] = {
    {"state",    "S",       1,  1,  ALIGN_LEFT,  0,  false, format_state,      number_state,    false,
     "T throttled, ! needs you, P paused, R running, Q queued, B budget, K backoff, . fine"                               },
    {"tier",     "T",       2,  2,  ALIGN_LEFT,  1,  false, format_tier,       number_tier,     false,
     "spend tier: High, Medium, Low; ! pinned"                                                                            },
    {"account",  "ACCOUNT", 12, 24, ALIGN_LEFT,  0,  true,  format_account,    NULL,            false, "name"             },
    {"id",       "ID",      12, 22, ALIGN_LEFT,  11, false, format_id,         NULL,            false, "account id"       },
    {"usage",    "USE%",    5,  5,  ALIGN_RIGHT, 0,  false, format_usage,      number_usage,    true,
     "the limiter that holds it, else its own worst; ~ older than its cadence"                                            },
    {"gauge",    NULL,      8,  12, ALIGN_LEFT,  5,  false, format_gauge,      number_usage,    true,
     "the same as a gauge, with the threshold marked"                                                                     },
    {"age",      "AGE",     3,  4,  ALIGN_RIGHT, 3,  false, format_age_cell,   number_age,      true,
     "age of that reading"                                                                                                },
    {"why",      "WHY",     10, 20, ALIGN_LEFT,  0,  false, format_why,        NULL,            false, "what it waits for"},
    {"until",    "UNTIL",   6,  12, ALIGN_LEFT,  0,  false, format_until,      number_until,    false,
     "when that ends"                                                                                                     },
    {"lag",      "LAG",     3,  5,  ALIGN_RIGHT, 2,  false, format_lag,        number_lag,      true,
     "time since its last complete sync"                                                                                  },
    {"last",     "LAST",    4,  9,  ALIGN_LEFT,  4,  false, format_last,       NULL,            false,
     "how the last run ended: ok, held by a limit, # and the error's code"                                                },
    {"errors",   "ERR",     3,  4,  ALIGN_RIGHT, 6,  false, format_errors,     number_errors,   true,
     "failed calls in the last hour"                                                                                      },
    {"due",      "DUE",     5,  12, ALIGN_LEFT,  7,  false, format_due,        number_due,      false, "next due"         },
    {"priority", "PR",      2,  2,  ALIGN_RIGHT, 9,  false, format_priority,   number_priority, true,
     "operator's priority, -9 to 9"                                                                                       },
    {"runs",     "RUNS",    4,  5,  ALIGN_RIGHT, 8,  false, format_runs,       number_runs,     true,
     "runs in 24 hours"                                                                                                   },
    {"cost",     "COST",    4,  7,  ALIGN_RIGHT, 10, false, format_cost_today, number_cost,     true,
     "weighted cost today"                                                                                                },
    {"spend",    "SPEND7D", 11, 14, ALIGN_RIGHT, 12, false, format_spend,      number_spend,    true,
     "spend of 7 days, base currency"                                                                                     },
    {"zone",     "ZONE",    10, 20, ALIGN_LEFT,  13, false, format_zone,       NULL,            false, "time zone"        },
    {"label",    "LBL",     3,  3,  ALIGN_LEFT,  14, false, format_label,      NULL,            false, "reason's label"   },
};

void account_row_id(const void *row, char out[ROW_ID])
{
    ROW(account_line);
    snprintf(out, ROW_ID, "%s", r->account_id);
}

void account_row_subject(const void *row, struct subject *out)
{
    ROW(account_line);
    snprintf(out->account_id, sizeof out->account_id, "%s", r->account_id);
    snprintf(out->name, sizeof out->name, "%s", r->name ? r->name : "");
    out->has_state = true;
    out->reason = r->reason;
    out->until = r->reason == HOLD_DUE ? r->next_due_at : r->until;
    out->tier = r->tier;
    out->priority = r->priority;
    out->running = r->run_status == RUN_RUNNING && r->run_id;
    out->run_id = r->run_id;
}
