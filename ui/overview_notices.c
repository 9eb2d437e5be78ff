/* What is told besides holds: that Meta answers badly, a run that lasts, an edit of many entities.
 */
#include <string.h>

#include "govern/alert_rules.h"
#include "store/read_alerts.h"
#include "store/read_changes.h"
#include "store/read_errors.h"
#include "store/read_limiters.h"
#include "ui/overview_parts.h"

enum { RECENT_MS = 15 * 60000, CHANGES_MS = 30 * 60000 };
enum { CHANGES_LEAST = 200, CHANGES_TIMES = 10, USUAL_LEAST = 10 };

bool overview_load_api(const struct overview_source *s, struct verdict_api *out, struct err *err)
{
    struct alert_rows alerts;
    struct call_health health;
    if (!read_alerts(s->store, s->scratch, s->at, 0, &alerts, err)) {
        return false;
    }
    for (size_t i = 0; i < alerts.count; i++) {
        const struct alert_row *row = &alerts.rows[i];
        bool failing = strcmp(row->rule, alert_rule(ALERT_API_FAILING)->name) == 0;
        bool slow = strcmp(row->rule, alert_rule(ALERT_API_SLOW)->name) == 0;
        out->failing |= failing;
        out->slow |= slow;
        if ((failing || slow) && (!out->since || row->since < out->since)) {
            out->since = row->since;
        }
    }
    if (!out->failing && !out->slow) {
        return true;
    }
    if (!read_call_health(s->store, s->now - RECENT_MS, s->now, &health, err)) {
        return false;
    }
    out->failed_pct = health.all ? 100.0 * (double)health.passing / (double)health.all : 0;
    out->answer_ms = call_health_mean_ms(&health);
    return true;
}

bool overview_stands_out(const struct change_row *change)
{
    double usual = change->usual > USUAL_LEAST ? change->usual : USUAL_LEAST;
    return change->runs_before > 0 && change->entities >= CHANGES_LEAST &&
           (double)change->entities >= CHANGES_TIMES * usual;
}

/* The overview lends them unchanging; here they are still being made. */
static struct account_line *find_line(const struct overview *o, struct account_line *lines,
                                      const char *id)
{
    const struct account_line *found = overview_account(o, id);
    return found ? &lines[found - o->accounts_by_id] : NULL;
}

static bool load_changes(struct overview *o, const struct overview_source *s,
                         struct account_line *lines, struct err *err)
{
    struct change_rows changes;
    if (!read_changes(s->store, s->scratch, s->at, s->now - CHANGES_MS, CHANGES_LEAST, &changes,
                      err)) {
        return false;
    }
    for (size_t i = 0; i < changes.count; i++) { /* the largest first */
        const struct change_row *change = &changes.rows[i];
        struct account_line *line =
            overview_stands_out(change) ? find_line(o, lines, change->account_id) : NULL;
        if (line && !line->changed) {
            line->changed = change->entities;
            line->changed_at = change->at;
            line->changed_usual = change->usual;
        }
    }
    return true;
}

static bool load_stuck(struct overview *o, const struct overview_source *s,
                       struct account_line *lines, struct err *err)
{
    struct limiter_rows stuck = {0};
    if (s->at) {
        return true; /* of the past only readings are known */
    }
    if (!read_limiters_stuck(s->store, s->scratch, &stuck, err)) {
        return false;
    }
    for (size_t i = 0; i < stuck.count; i++) {
        struct account_line *line = find_line(o, lines, stuck.rows[i].scope_id);
        if (line) {
            line->stuck_pct = stuck.rows[i].reading_pct;
        }
    }
    return true;
}

/* A run that lasts before an edit, and that before a header; of each the one that is most of it. */
static bool more_notable(const struct account_line *a, const struct account_line *b)
{
    if (a->long_run != b->long_run) {
        return a->long_run;
    }
    return a->long_run ? a->run_started_at < b->run_started_at : a->changed > b->changed;
}

bool overview_load_notices(struct overview *o, const struct overview_source *s,
                           struct account_line *lines, struct err *err)
{
    if (!load_changes(o, s, lines, err) || !load_stuck(o, s, lines, err)) {
        return false;
    }
    for (size_t i = 0; i < o->account_count; i++) {
        struct account_line *line = &lines[i];
        if (!line->long_run && !line->changed && line->stuck_pct <= 0) {
            continue;
        }
        if (line->urgency / URGENCY_STEP > URGENCY_NOTICED) { /* after the runs that last */
            line->urgency =
                URGENCY_NOTICED * URGENCY_STEP + TIER_COUNT + line->urgency % URGENCY_STEP;
        }
        if (!o->noticed || more_notable(line, o->noticed)) {
            o->noticed = line;
        }
    }
    return true;
}
