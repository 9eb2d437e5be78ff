#include "ui/view/reason.h"

#include <stdio.h>
#include <string.h>

#include "model/error_catalog.h"
#include "model/usage.h"
#include "ui/format.h"
#include "ui/view/rows.h"
#include "json/json.h"

static const struct {
    const char *letter, *words;
    const char *scope; /* whose quota it is; NULL = none */
    enum role role;
} states[HOLD_REASON_COUNT] = {
    [HOLD_RUNNING] = {"R", "running",        NULL,       ROLE_RUNNING  },
    [HOLD_DUE] = {".", "due",            NULL,       ROLE_DIM      },
    [HOLD_QUEUED] = {"Q", "queued",         NULL,       ROLE_QUEUED   },
    [HOLD_CONCURRENCY] = {"C", "workers busy",   NULL,       ROLE_QUEUED   },
    [HOLD_QUOTA_ACCOUNT] = {"T", "account quota",  "account",  ROLE_THROTTLED},
    [HOLD_QUOTA_USE_CASE] = {"T", "use case quota", "use case", ROLE_THROTTLED},
    [HOLD_QUOTA_APP] = {"T", "app quota",      "app",      ROLE_THROTTLED},
    [HOLD_QUOTA_INSIGHTS] = {"T", "insights quota", "insights", ROLE_THROTTLED},
    [HOLD_QUOTA_TOKEN] = {"T", "user quota",     "user",     ROLE_THROTTLED},
    [HOLD_BUDGET] = {"B", "our budget",     NULL,       ROLE_WARN     },
    [HOLD_BACKOFF] = {"K", "backoff",        NULL,       ROLE_WARN     },
    [HOLD_TOKEN_INVALID] = {"!", "token invalid",  NULL,       ROLE_ALARM    },
    [HOLD_NO_ACCESS] = {"!", "no access",      NULL,       ROLE_ALARM    },
    [HOLD_PAUSED] = {"P", "paused",         NULL,       ROLE_PAUSED   },
    [HOLD_DISABLED] = {"D", "disabled",       NULL,       ROLE_DIM      },
    [HOLD_UNKNOWN] = {"?", "unknown",        NULL,       ROLE_STALE    },
};

/* The governor's words for its rules, and ours in a cell. */
static const struct {
    const char *name, *cell;
} rules[RULE_COUNT] = {
    [RULE_NONE] = {NULL,         NULL        },
    [RULE_FULL] = {"threshold",  "full"      },
    [RULE_NO_ROOM] = {"full",       "no room"   },
    [RULE_PACING] = {"pacing",     "slowed"    },
    [RULE_BLOCKED] = {"blocked",    "blocked"   },
    [RULE_PROBE] = {"probe",      "probing"   },
    [RULE_RAMP] = {"ramp",       "restarting"},
    [RULE_ERRORS] = {"error_rate", "errors"    },
};

const char *state_letter(enum hold_reason reason)
{
    return reason < HOLD_REASON_COUNT ? states[reason].letter : "?";
}

enum role state_role(enum hold_reason reason)
{
    return reason < HOLD_REASON_COUNT ? states[reason].role : ROLE_STALE;
}

const char *state_group(enum hold_reason reason)
{
    bool fine = reason == HOLD_DUE || reason == HOLD_RUNNING;
    return hold_reason_is_quota(reason)       ? "throttled"
           : hold_reason_needs_person(reason) ? "needs-you"
           : fine                             ? "fine"
                                              : NULL;
}

const char *state_words(enum hold_reason reason)
{
    return reason < HOLD_REASON_COUNT ? states[reason].words : "unknown";
}

static double figure(const struct json *root, const char *key)
{
    double value = -1;
    return json_double(json_get(root, key), &value) ? value : -1;
}

static enum hold_rule rule_of(const char *name, const struct hold_figures *f)
{
    enum hold_rule rule = RULE_NONE;
    for (int i = 1; name && i < RULE_COUNT; i++) {
        if (strcmp(rules[i].name, name) == 0) {
            rule = (enum hold_rule)i;
        }
    }
    if (name && strcmp(name, "one_at_a_time") == 0) {
        rule = RULE_PROBE;
    }
    if (rule == RULE_FULL || rule == RULE_NO_ROOM) {
        rule = f->pct >= f->threshold ? RULE_FULL : RULE_NO_ROOM;
    }
    return rule;
}

void hold_figures_read(const char *detail, struct hold_figures *out)
{
    bool on = false;
    struct json_doc *doc =
        detail && detail[0] ? json_parse(detail, strlen(detail), NULL, NULL) : NULL;
    const struct json *root = doc ? json_root(doc) : NULL;
    double code = figure(root, "code"), subcode = figure(root, "subcode");
    *out = (struct hold_figures){.pct = figure(root, "pct"),
                                 .threshold = figure(root, "threshold"),
                                 .call_pct = figure(root, "call_pct"),
                                 .age_s = (int64_t)figure(root, "age_s"),
                                 .code = code > 0 ? (int)code : 0,
                                 .subcode = subcode > 0 ? (int)subcode : 0};
    out->named_by_api = json_bool(json_get(root, "named_by_api"), &on) && on;
    out->stuck = json_bool(json_get(root, "stuck"), &on) && on;
    out->development = access_tier_parse(json_text(json_get(root, "tier"))) == ACCESS_DEVELOPMENT;
    out->rule = rule_of(json_text(json_get(root, "rule")), out);
    json_free(doc);
}

void reason_words(const struct account_line *row, char *out, size_t size)
{
    const char *scope = row->reason < HOLD_REASON_COUNT ? states[row->reason].scope : NULL;
    if (row->reason == HOLD_PAUSED && row->held_by && row->held_by[0]) {
        snprintf(out, size, "paused: %s", row->held_by);
    } else if (scope && row->figures.rule != RULE_NONE) {
        snprintf(out, size, "%s %s", scope, rules[row->figures.rule].cell);
    } else {
        snprintf(out, size, "%s", state_words(row->reason));
    }
}

const char *share_words(double used_pct, double ours_pct)
{
    if (used_pct <= 0 || ours_pct < 0) {
        return "";
    }
    double share = ours_pct / used_pct;
    return share < 1.0 / 3 ? "mostly not us" : share < 2.0 / 3 ? "partly us" : "mostly us";
}

double reason_used_pct(const struct account_line *row)
{
    return row->figures.rule == RULE_BLOCKED && row->pct < 100 ? 100 : row->pct;
}

/* Readings decay in a shape nobody publishes; what spaces calls, or goes first, is our own. */
bool reason_is_estimate(const struct account_line *row)
{
    static const bool guessed[RULE_COUNT] = {
        [RULE_NONE] = true, [RULE_FULL] = true, [RULE_NO_ROOM] = true, [RULE_BLOCKED] = true};
    return hold_reason_is_quota(row->reason) && guessed[row->figures.rule] &&
           !row->figures.named_by_api;
}

static int64_t end_of(const struct account_line *row)
{
    return row->reason == HOLD_DUE ? row->next_due_at : row->until;
}

void reason_until(const struct account_line *row, const struct env *env, char *out, size_t size)
{
    int64_t until = end_of(row);
    bool open = until <= 0 || until == INT64_MAX;
    if (row->reason == HOLD_RUNNING) {
        snprintf(out, size, "%s", "");
    } else if (row->reason == HOLD_QUEUED || row->reason == HOLD_CONCURRENCY) {
        snprintf(out, size, "next");
    } else if (hold_reason_needs_person(row->reason)) {
        snprintf(out, size, row->reason == HOLD_DISABLED ? "Meta" : "you");
    } else if (open) {
        snprintf(out, size, row->reason == HOLD_PAUSED ? "resumed" : "--");
    } else {
        snprintf(out, size, "%s%s", reason_is_estimate(row) ? "~" : "",
                 format_time(until, env->now, env->offset_s).text);
    }
}

static const struct cure {
    enum hold_reason reason;
    int code, subcode; /* of the error that stands for it when the hold names none */
    const char *words; /* where no error tells what to do; NULL = that error's advice */
} cures[] = {
    {HOLD_TOKEN_INVALID,  190, 0,       NULL                                                              },
    {HOLD_NO_ACCESS,      200, 0,       NULL                                                              },
    {HOLD_QUOTA_ACCOUNT,  17,  2446079,
     "Nothing: it goes on by itself. If it recurs, see who else reads it."                                },
    {HOLD_QUOTA_USE_CASE, 0,   0,       "Nothing: it goes on by itself. If it recurs, sync it less often."},
    {HOLD_QUOTA_APP,      4,   0,       NULL                                                              },
    {HOLD_QUOTA_INSIGHTS, 4,   1504022, NULL                                                              },
    {HOLD_QUOTA_TOKEN,    17,  0,       NULL                                                              },
    {HOLD_BACKOFF,        0,   0,       "Nothing: it is tried again by itself."                           },
    {HOLD_BUDGET,         0,   0,       "B raises the budget for the day; S forces what cannot wait."     },
    {HOLD_PAUSED,         0,   0,       "p resumes it."                                                   },
    {HOLD_DISABLED,       0,   0,
     "Nothing here: the account is switched off at Meta; its billing or policy page says why."            },
};

/* Without a subcode 4 and 17 stand for several limits; the reason tells which it is. */
static const struct error_entry *error_of(const struct hold_figures *f, const struct cure *cure)
{
    bool ambiguous = !f->subcode && (f->code == 4 || f->code == 17);
    if (f->code && !ambiguous) {
        return error_catalog_find(f->code, f->subcode, NULL, 0);
    }
    return cure->code ? error_catalog_find(cure->code, cure->subcode, NULL, 0) : NULL;
}

const char *reason_cure(const struct account_line *row)
{
    if (row->long_run) {
        return "Nothing is wrong: a worker is busy with it. If others are late, - lowers its "
               "priority.";
    }
    if (row->changed && row->reason == HOLD_DUE) {
        return "Nothing: that is expected after an edit; one long run, then as usual.";
    }
    if (row->stuck_pct > 0 && row->reason == HOLD_DUE) {
        return "Nothing: a known fault of the header; it is heeded again when it moves.";
    }
    if (row->figures.development && hold_reason_is_quota(row->reason)) {
        return "Nothing: it goes on by itself. The app has development access, with small limits; "
               "standard access gives more.";
    }
    for (size_t i = 0; i < sizeof cures / sizeof cures[0]; i++) {
        const struct cure *cure = &cures[i];
        if (cure->reason == row->reason) {
            bool by_error = !cure->words || row->figures.rule == RULE_BLOCKED;
            const struct error_entry *error = by_error ? error_of(&row->figures, cure) : NULL;
            return error ? error->advice : cure->words;
        }
    }
    return "";
}

/* "~3%": what of the usage is ours. */
static struct text ours_text(const struct account_line *row)
{
    struct text out = {""};
    if (row->ours_pct >= 0 && row->pct > 0) {
        /* The share is of now, the usage beside it of the decision. */
        bool more = row->figures.pct >= 0 && row->ours_pct > row->figures.pct;
        struct text pct = format_pct(more ? row->figures.pct : row->ours_pct);
        snprintf(out.text, sizeof out.text, "%s%.8s", pct.text[0] == '<' ? "" : "~", pct.text);
    }
    return out;
}

/* "104% used", "104% (~3% by us)"; "95%, now 87% (~3% by us)" where the gauge beside it, of now,
 * tells another figure than the one it was decided by. */
static void used_clause(const struct account_line *row, char out[64])
{
    static const double same_pct = 3;
    struct text pct = format_pct(row->figures.pct), now = format_pct(row->pct);
    struct text ours = ours_text(row);
    bool fell = row->pct > 0 && row->figures.pct - row->pct >= same_pct;
    snprintf(out, 64, ours.text[0] ? "%.12s%s%.12s (%.12s by us)" : "%.12s%s%.12s used", pct.text,
             fell ? ", now " : "", fell ? now.text : "", ours.text);
}

/* "account quota: Meta refuses (error 17; ours ~1%)" */
static void refusal_clause(const struct account_line *row, char *out, size_t size)
{
    const char *quota = states[row->reason].words;
    struct text ours = ours_text(row);
    const char *by = ours.text[0] ? "; ours " : "";
    if (row->figures.code) {
        snprintf(out, size, "%s: Meta refuses (error %d%s%s)", quota, row->figures.code, by,
                 ours.text);
    } else if (ours.text[0]) {
        snprintf(out, size, "%s: Meta refuses calls (ours %s)", quota, ours.text);
    } else {
        snprintf(out, size, "%s: Meta refuses calls", quota);
    }
}

/* What the figures say of a quota; "" when they say nothing. */
static void quota_clause(const struct account_line *row, char *out, size_t size)
{
    const struct hold_figures *f = &row->figures;
    struct text pct = format_pct(f->pct), line = format_pct(f->threshold);
    struct text call = format_pct(f->call_pct);
    const char *quota = states[row->reason].words;
    char used[64];
    used_clause(row, used);
    switch (f->rule) {
    case RULE_FULL:
        snprintf(out, size, "%s: %s%s, our line %s", quota, used,
                 f->stuck ? " (the reading is stuck)" : "", line.text);
        break;
    case RULE_NO_ROOM:
        snprintf(out, size, "%s: %s, a call takes ~%s, our line %s", quota, used, call.text,
                 line.text);
        break;
    case RULE_PACING:
        snprintf(out, size, "%s: %s, spaced calls below our line %s", quota, used, line.text);
        break;
    case RULE_BLOCKED:
        refusal_clause(row, out, size);
        break;
    case RULE_PROBE:
    case RULE_RAMP:
        snprintf(out, size, "%s: after a block, one call goes first", quota);
        break;
    case RULE_ERRORS:
        snprintf(out, size, "too many of our calls failed lately (%s); slowed down", pct.text);
        break;
    case RULE_NONE:
    case RULE_COUNT:
        snprintf(out, size, "%s", hold_reason_text(row->reason));
        break;
    }
}

/* "; until ~13:26 (in 6m)"; of an end that moved where it was before instead. */
static void add_until(const struct account_line *row, const struct env *env, int64_t until,
                      char *out, size_t size)
{
    struct text at = format_time(until, env->now, env->offset_s);
    struct text ahead = format_ahead(until - env->now);
    struct text before = format_time(row->first_until, env->now, env->offset_s);
    bool guess = reason_is_estimate(row);
    bool moved = guess && row->first_until && until - row->first_until >= END_MOVED_MS;
    snprintf(out, size, "; %s %s%s (%s %s)", row->reason == HOLD_DUE ? "starts" : "until",
             guess ? "~" : "", at.text, moved ? "was" : "in", moved ? before.text : ahead.text);
}

static void add_end(const struct account_line *row, const struct env *env, char *out, size_t size)
{
    size_t used = strlen(out);
    int64_t until = end_of(row);
    if (hold_reason_needs_person(row->reason)) {
        snprintf(out + used, size - used, "; somebody has to act");
    } else if (row->reason == HOLD_PAUSED && (until <= 0 || until == INT64_MAX)) {
        snprintf(out + used, size - used, "; until somebody resumes it");
    } else if (until > env->now && until < INT64_MAX) {
        add_until(row, env, until, out + used, size - used);
    } else if (row->reason == HOLD_RUNNING && row->progress && row->progress[0]) {
        snprintf(out + used, size - used, "; %s", row->progress);
    }
}

/* At the pace so far. A run that is nearly done ends soon, whatever the pace says. */
static void add_run_end(const struct account_line *row, const struct env *env, char *out,
                        size_t size)
{
    static const double least_pct = 1, most_pct = 99;
    int64_t lasted = env->now - row->run_started_at;
    if (row->done_pct >= most_pct) {
        snprintf(out, size, ", nearly done");
    } else if (row->done_pct >= least_pct && lasted > 0) {
        int64_t end = row->run_started_at + (int64_t)((double)lasted * 100 / row->done_pct);
        snprintf(out, size, ", %s done, ends ~%s", format_pct(row->done_pct).text,
                 format_time(end, env->now, env->offset_s).text);
    }
}

void reason_notice(const struct account_line *row, const struct env *env, char *out, size_t size)
{
    out[0] = '\0';
    if (row->long_run) {
        snprintf(out, size, "%s since %s", row->last_synced_at ? "being read" : "first read",
                 format_time(row->run_started_at, env->now, env->offset_s).text);
        size_t used = strlen(out);
        add_run_end(row, env, out + used, size - used);
    } else if (row->changed) {
        snprintf(out, size, "%s entities changed at once at %s (usually %s)",
                 format_count(row->changed).text,
                 format_time(row->changed_at, env->now, env->offset_s).text,
                 format_count((int64_t)(row->changed_usual + 0.5)).text);
    } else if (row->stuck_pct > 0) {
        snprintf(out, size, "a usage header stands at %s though calls succeed; ignored",
                 format_pct(row->stuck_pct).text);
    }
}

void reason_sentence(const struct account_line *row, const struct env *env, char *out, size_t size)
{
    size_t used = 0;
    bool noticed = row->changed || row->stuck_pct > 0;
    if (row->long_run || (noticed && row->reason == HOLD_DUE)) {
        reason_notice(row, env, out, size);
        return;
    }
    quota_clause(row, out, size);
    if (row->held_by && row->held_by[0]) {
        snprintf(out, size, "paused by %s", row->held_by);
    }
    add_end(row, env, out, size);
    if (row->since && row->reason != HOLD_DUE) {
        used = strlen(out);
        snprintf(out + used, size - used, ", for %s", format_age(env->now - row->since).text);
    }
}
