#include "govern/alert_rules.h"

#include <stddef.h>
#include <string.h>

#define MINUTES(n) ((int64_t)(n)*60000)

static const struct alert_rule rules[ALERT_KIND_COUNT] = {
    {ALERT_SCOPE_THROTTLED, "scope_throttled", ALERT_CRITICAL, "min",   15, 0,    0,          MINUTES(2),
     "a limit has been refusing calls for a quarter of an hour",              "see `usage` for who uses it; lower its threshold or pause accounts that can wait"},
    {ALERT_STALE_HIGH,      "stale_high",      ALERT_CRITICAL, "min",   10, 0,    0,          0,
     "an account of the high tier is older than its cadence and ten minutes", "ask `why ACCOUNT`; the reason and its end stand there"                           },
    {ALERT_TOKEN_INVALID,   "token_invalid",   ALERT_CRITICAL, "",      1,  0,    0,          0,
     "the access token is dead: nothing is synced",                           "put a new token in place, then `retry --all`"                                    },
    {ALERT_BUDGET_ENDING,   "budget_ending",   ALERT_WARNING,  "h",     1,  0.25, MINUTES(5), MINUTES(10),
     "at the present rate the daily budget ends before its day",              "see `budget`; raise it for the day or pause what can wait"                       },
    {ALERT_ERROR_RATE,      "error_rate",      ALERT_CRITICAL, "%",     70, 50,   0,          MINUTES(5),
     "our errors come close to the share that costs the app its access tier", "see `errors` and remove their cause; calls are slowed meanwhile"                 },
    {ALERT_CHECKSUM,        "checksum",        ALERT_WARNING,  "",      1,  0,    0,          0,
     "rows and account total differ on a settled day",                        "force a full sync of the account"                                                },
    {ALERT_SCHEMA_DRIFT,    "schema_drift",    ALERT_WARNING,  "",      1,  0,    0,          MINUTES(60),
     "a field is gone, changed its type or is refused",                       "see `errors`; adtop may need an update"                                          },
    {ALERT_CRASH_RESTART,   "crash_restart",   ALERT_WARNING,  "",      1,  0,    0,          MINUTES(60),
     "the engine was restarted after it ended without stopping",              "see the system's journal for the reason"                                         },
    {ALERT_API_FAILING,     "api_failing",     ALERT_WARNING,  "%",     5,  2,    0,          MINUTES(5),
     "calls fail at Meta or on the way there; they are repeated",             "nothing but wait: data is late, not lost"                                        },
    {ALERT_API_SLOW,        "api_slow",        ALERT_WARNING,  "times", 3,  1.5,  MINUTES(3), MINUTES(5),
     "answers take longer than they used to",                                 "nothing but wait: data is late, not lost"                                        },
};

const struct alert_rule *alert_rule(enum alert_kind kind)
{
    return &rules[kind];
}

bool alert_kind_parse(const char *name, enum alert_kind *out)
{
    for (size_t i = 0; i < ALERT_KIND_COUNT; i++) {
        if (strcmp(rules[i].name, name) == 0) {
            *out = rules[i].kind;
            return true;
        }
    }
    return false;
}

enum alert_change alert_step(const struct alert_rule *rule, struct alert_state *state,
                             double figure, int64_t now_ms)
{
    bool beyond = state->firing ? figure <= rule->clear : figure >= rule->fire;
    if (!beyond) {
        state->beyond_since = 0;
        return ALERT_STAYS;
    }
    if (state->beyond_since == 0) {
        state->beyond_since = now_ms;
    }
    int64_t needed = state->firing ? rule->clear_after_ms : rule->fire_after_ms;
    if (now_ms - state->beyond_since < needed) {
        return ALERT_STAYS;
    }
    state->beyond_since = 0;
    state->firing = !state->firing;
    if (state->firing) {
        state->fired_at = now_ms;
        return ALERT_FIRES;
    }
    state->cleared_at = now_ms;
    return ALERT_CLEARS;
}

static double since_min(int64_t from_ms, int64_t now_ms)
{
    return from_ms > 0 && now_ms > from_ms ? (double)(now_ms - from_ms) / 60000.0 : 0;
}

double alert_figure_throttled(int64_t blocked_since_ms, int64_t now_ms)
{
    return since_min(blocked_since_ms, now_ms);
}

double alert_figure_stale(int64_t data_as_of_ms, int64_t cadence_ms, int64_t now_ms)
{
    return data_as_of_ms > 0 ? since_min(data_as_of_ms + cadence_ms, now_ms) : 0;
}

double alert_figure_budget(int64_t ends_at_ms, int64_t day_ends_ms)
{
    return ends_at_ms > 0 ? since_min(ends_at_ms, day_ends_ms) / 60.0 : 0;
}

double alert_figure_error_rate(double pct, double limit_pct)
{
    return limit_pct > 0 ? 100.0 * pct / limit_pct : 0;
}

enum { CALLS_TO_TELL = 20, FAILED_TO_TELL = 3, CALLS_TO_COMPARE = 10, QUICK_MS = 1000 };

double alert_figure_failing(const struct call_health *recent)
{
    bool few = recent->all < CALLS_TO_TELL || recent->passing < FAILED_TO_TELL;
    return few ? 0 : 100.0 * (double)recent->passing / (double)recent->all;
}

double alert_figure_slow(const struct call_health *recent, const struct call_health *before)
{
    double took = 0, usual = 0;
    int64_t calls = 0;
    for (int i = 0; i < CALL_CLASS_COUNT; i++) {
        if (recent->calls[i] > 0 && before->calls[i] >= CALLS_TO_COMPARE) {
            calls += recent->calls[i];
            took += (double)recent->ms[i];
            usual += (double)recent->calls[i] * (double)before->ms[i] / (double)before->calls[i];
        }
    }
    bool tells = calls >= CALLS_TO_COMPARE && took >= (double)calls * QUICK_MS && usual > 0;
    return tells ? took / usual : 0;
}
