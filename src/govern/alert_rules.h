/*
 * alert_rules: when an alert fires and when it clears, as a table with hysteresis. Pure: the engine
 * brings the figures and keeps each rule's state.
 */
#ifndef GOVERN_ALERT_RULES_H
#define GOVERN_ALERT_RULES_H

#include <stdbool.h>
#include <stdint.h>

#include "model/alert.h"
#include "model/call.h"

enum alert_kind {
    ALERT_SCOPE_THROTTLED, /* a scope blocked for 15 min; subject = scope_id */
    ALERT_STALE_HIGH,      /* high tier older than cadence + 10 min; subject = account */
    ALERT_TOKEN_INVALID,
    ALERT_BUDGET_ENDING, /* ends before its day */
    ALERT_ERROR_RATE,    /* near the 15 % of the last 500 calls */
    ALERT_CHECKSUM,      /* subject = account */
    ALERT_SCHEMA_DRIFT,  /* subject = edge */
    ALERT_CRASH_RESTART,
    ALERT_API_FAILING, /* calls of a quarter of an hour fail by what passes by itself */
    ALERT_API_SLOW,    /* their answers take longer than usual */
    ALERT_KIND_COUNT
};

struct alert_rule {
    enum alert_kind kind;
    const char *name; /* "scope_throttled" */
    enum alert_severity severity;
    const char *unit;      /* of the figure: "min", "%", "h", "" */
    double fire, clear;    /* figure >= fire fires, <= clear clears */
    int64_t fire_after_ms; /* it has to hold for so long first */
    int64_t clear_after_ms;
    const char *text;   /* what it means */
    const char *action; /* what to do */
};
const struct alert_rule *alert_rule(enum alert_kind kind);
bool alert_kind_parse(const char *name, enum alert_kind *out);

struct alert_state {
    bool firing;
    int64_t beyond_since; /* figure has been on the far side since; 0 = it is not */
    int64_t fired_at, cleared_at;
};
enum alert_change { ALERT_STAYS, ALERT_FIRES, ALERT_CLEARS };
/* One observation of a rule's figure (see alert_figure_*). */
enum alert_change alert_step(const struct alert_rule *rule, struct alert_state *state,
                             double figure, int64_t now_ms);

/* The figures of the rules, from facts. */
double alert_figure_throttled(int64_t blocked_since_ms, int64_t now_ms); /* minutes; since 0 = 0 */
double alert_figure_stale(int64_t data_as_of_ms, int64_t cadence_ms,
                          int64_t now_ms); /* minutes beyond the cadence */
double alert_figure_budget(int64_t ends_at_ms, int64_t day_ends_ms); /* hours short; 0 = lasts */
double alert_figure_error_rate(double pct, double limit_pct);        /* per cent of the limit */
/* Per cent of the calls that failed so; 0 when there are too few to tell. */
double alert_figure_failing(const struct call_health *recent);
/* How often the usual time answers take, class by class; 0 when there are too few to compare, or
 * they are quick all the same. */
double alert_figure_slow(const struct call_health *recent, const struct call_health *before);

#endif
