/* An account as a line of the overview: what it waits for, how urgent it is. */
#include <string.h>

#include "config/config.h"
#include "store/read_accounts.h"
#include "ui/overview_parts.h"

enum { LONG_RUN_MS = 5 * 60000 };

/* Held by nothing: it waits for its time or its turn. */
bool overview_idle(enum hold_reason reason)
{
    return reason == HOLD_DUE || reason == HOLD_QUEUED || reason == HOLD_CONCURRENCY ||
           reason == HOLD_UNKNOWN;
}

static bool is_late(const struct account_row *row, int64_t cadence, int64_t now)
{
    return overview_idle(row->reason) && cadence && row->account.last_synced_at &&
           now - row->account.last_synced_at > cadence * 3 / 2;
}

/* Its run goes on and on while what there is of it grows old. */
static bool is_long(const struct account_row *row, int64_t cadence, int64_t now)
{
    int64_t synced = row->account.last_synced_at;
    return row->reason == HOLD_RUNNING && row->running_run_id &&
           now - row->running_since >= LONG_RUN_MS && (!synced || now - synced > cadence);
}

/* The urgent first: what needs a person, then what is held, failing, late, and then the rest. What
 * is in order keeps its place whether it runs, waits or is done: rows that move say that something
 * is wrong. */
static int urgency_of(const struct account_row *row, const struct config *config, int64_t now)
{
    static const int classes[HOLD_REASON_COUNT] = {
        [HOLD_TOKEN_INVALID] = 0,  [HOLD_NO_ACCESS] = 1,     [HOLD_QUOTA_APP] = 2,
        [HOLD_QUOTA_TOKEN] = 2,    [HOLD_QUOTA_ACCOUNT] = 3, [HOLD_QUOTA_USE_CASE] = 3,
        [HOLD_QUOTA_INSIGHTS] = 3, [HOLD_BUDGET] = 4,        [HOLD_BACKOFF] = 5,
        [HOLD_PAUSED] = 9,         [HOLD_RUNNING] = 10,      [HOLD_QUEUED] = 10,
        [HOLD_CONCURRENCY] = 10,   [HOLD_DUE] = 10,          [HOLD_UNKNOWN] = 11,
        [HOLD_DISABLED] = 12,
    };
    int class = row->reason < HOLD_REASON_COUNT ? classes[row->reason] : 11;
    int64_t cadence = config->cadence_ms[row->account.tier];
    if (overview_idle(row->reason) && row->last_run_id && row->last_status == RUN_FAILED) {
        class = 6;
    } else if (is_late(row, cadence, now)) {
        class = 7;
    } else if (is_long(row, cadence, now)) {
        class = URGENCY_NOTICED;
    }
    return class * URGENCY_STEP + (int)row->account.tier;
}

void overview_line(const struct account_row *row, const struct overview *o,
                   const struct overview_source *source, struct account_line *out)
{
    const struct account *a = &row->account;
    memcpy(out->account_id, a->account_id, sizeof out->account_id);
    out->name = a->name ? a->name : "";
    out->currency = a->currency;
    out->timezone = a->timezone_name;
    out->tier = a->tier;
    out->tier_pinned = a->tier_pinned;
    out->priority = a->priority;
    out->reason = row->reason;
    out->since = row->hold_since;
    out->until = row->hold_until;
    out->first_until = row->hold_first_until;
    out->ours_pct = -1;
    out->hold_detail = row->hold_detail ? row->hold_detail : "";
    out->scope = row->hold_scope ? row->hold_scope : "";
    out->scope_id = row->hold_scope_id ? row->hold_scope_id : "";
    out->held_by = "";
    out->pct = row->usage_pct;
    out->pct_at = row->usage_at;
    out->slope = slope_now(row->usage_slope, row->usage_at, source->now);
    out->threshold = o->thresholds[row->usage_source];
    out->cadence_ms = source->config->cadence_ms[a->tier];
    out->last_synced_at = a->last_synced_at;
    /* The account's row knows when it is due now; what was expected then stands in the wait. */
    out->next_due_at = !source->at ? a->next_due_at : row->reason == HOLD_DUE ? row->hold_until : 0;
    hold_figures_read(out->hold_detail, &out->figures);
    bool running = row->running_run_id != 0;
    out->run_id = running ? row->running_run_id : row->last_run_id;
    out->run_status = running ? RUN_RUNNING : row->last_status;
    out->run_started_at = running ? row->running_since : row->last_started_at;
    out->done_pct = running ? row->done_pct : -1;
    out->long_run = is_long(row, out->cadence_ms, source->now);
    out->last_run_id = row->last_run_id;
    out->last_status = row->last_status;
    out->last_finished_at = row->last_finished_at;
    out->error_code = row->last_error_code;
    out->error_subcode = row->last_error_subcode;
    out->late = is_late(row, out->cadence_ms, source->now);
    out->failed = row->last_run_id && row->last_status == RUN_FAILED;
    out->progress = row->progress ? row->progress : "";
    out->cost_today = row->cost_today;
    out->spend_7d_base = a->spend_7d_base;
    out->account_status = a->account_status;
    out->errors_1h = row->errors_1h;
    out->runs_24h = row->runs_24h;
    out->urgency = urgency_of(row, source->config, source->now);
}
