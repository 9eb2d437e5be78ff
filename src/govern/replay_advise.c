/* The best settings for a recorded log, by trying them on it. */
#include "govern/replay.h"

#include <math.h>

enum { DIALS = 5, VALUES = 6 };

static double *dial(struct replay_setting *setting, int which)
{
    double *const dials[DIALS] = {&setting->governor.account_pct, &setting->governor.app_pct,
                                  &setting->governor.insights_pct, &setting->governor.use_case_pct,
                                  &setting->cadence};
    return dials[which];
}

/* What counts, the gravest first. Not refused, not above the budget, then finished, then not close
 * to a refusal (calls of others, and what a header rounds away, are not in the log), then fresh and
 * cheap. */
enum { GRAVITIES = 5 };
struct rank {
    double worse[GRAVITIES];
};

static struct rank rank_of(const struct replay_outcome *o, double budget)
{
    return (struct rank){
        {(double)o->refused, budget > 0 && o->cost > budget ? o->cost - budget : 0,
         (double)o->unfinished, (double)o->close,
         (double)o->age_mean_ms + 0.2 * (double)o->age_worst_ms + (double)o->calls}
    };
}

static bool better(const struct rank *a, const struct rank *b)
{
    static const double worth = 0.95; /* a change has to be this much better */
    for (int i = 0; i < GRAVITIES; i++) {
        if (a->worse[i] < worth * b->worse[i] || a->worse[i] * worth > b->worse[i]) {
            return a->worse[i] < b->worse[i];
        }
    }
    return false;
}

/* The value that is nearest to the present one of those not tried yet: of values that are equally
 * good the smallest change is proposed. */
static int nearest(const double values[VALUES], double now, bool tried[VALUES])
{
    int found = -1;
    for (int v = 0; v < VALUES; v++) {
        if (!tried[v] && (found < 0 || fabs(values[v] - now) < fabs(values[found] - now))) {
            found = v;
        }
    }
    tried[found] = true;
    return found;
}

bool replay_advise(const struct replay_call *calls, size_t count, const struct governor *learned,
                   const struct replay_setting *now, double budget, struct replay_advice *out)
{
    static const double values[DIALS][VALUES] = {
        {40,  50,   60, 70,   80,  90},
        {50,  60,   70, 80,   85,  90},
        {30,  40,   50, 60,   70,  80},
        {50,  60,   70, 75,   80,  90},
        {0.5, 0.75, 1,  1.25, 1.5, 2 }
    };
    *out = (struct replay_advice){.setting = *now};
    if (!replay_run(calls, count, learned, now, &out->now)) {
        return false;
    }
    out->then = out->now;
    for (int d = 0; d < DIALS; d++) {
        struct replay_setting best = out->setting;
        bool tried_values[VALUES] = {false};
        for (int v = 0; v < VALUES; v++) {
            struct replay_setting tried = out->setting;
            struct replay_outcome outcome;
            *dial(&tried, d) = values[d][nearest(values[d], *dial(&out->setting, d), tried_values)];
            if (!replay_run(calls, count, learned, &tried, &outcome)) {
                return false;
            }
            out->tried++;
            struct rank a = rank_of(&outcome, budget), b = rank_of(&out->then, budget);
            if (better(&a, &b)) {
                out->then = outcome;
                best = tried;
            }
        }
        out->setting = best;
    }
    return true;
}
