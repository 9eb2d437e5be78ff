/*
 * scope_view: one limiter as a row for the limiters table and the usage pane. A copy, plain data.
 */
#ifndef GOVERN_SCOPE_VIEW_H
#define GOVERN_SCOPE_VIEW_H

#include <stdbool.h>
#include <stdint.h>

#include "govern/limit/call_cost.h"
#include "model/usage.h"

/* How far the figure can be trusted; all but FRESH are shown with `~`. */
enum reading_age {
    READING_FRESH, /* a header, under a minute old */
    READING_OLD,   /* a header, decayed to now */
    READING_MODEL, /* no header yet, or it is stuck: the local model */
    READING_NONE   /* nothing known: not zero, unknown */
};
const char *reading_age_name(enum reading_age age); /* "fresh", "old", "model", "none" */

struct scope_view {
    enum scope_kind kind;
    enum use_case use_case;
    char account_id[ID_SIZE]; /* "" = the app's or the token's */
    char scope_id[64];        /* as in struct hold */

    /* The header reading that binds most; header_pct -1 = none was ever seen. */
    double header_pct; /* as it came */
    int64_t header_at; /* ms */
    enum usage_source header_source;
    int64_t header_run_id;
    int64_t header_regain_s;   /* -1 = not given */
    double header_decayed_pct; /* as of now; -1 = none */
    bool stuck;                /* 100 or more while calls succeed: ignored until it moves */

    double
        published_pct; /* our calls against the published limit of the tier; -1 = no such limit */
    double model_pct;  /* the same, calibrated by headers and throttles; -1 = none */
    double published_max; /* points or calls per period of that limit; 0 = none */

    double pct; /* the worse of header_decayed_pct and model_pct: decisions use it; -1 = none */
    double ours_pct; /* of pct, what our own calls explain; -1 = not known */
    enum reading_age age;
    double threshold_pct;
    double reserved_pct; /* of calls in flight, not in pct */
    int in_flight;

    double slope_pct_h;   /* at the present pace, per hour; 0 = flat or unknown */
    int64_t threshold_at; /* ms when it gets there at this slope; 0 = not foreseen in a day */
    int64_t full_at;      /* the same for 100 % */

    int64_t throttled_since; /* ms; beginning of the first of blocks in a row; 0 = none now */
    int64_t blocked_since;   /* ms; of the last one */
    int64_t blocked_until;   /* ms, true end; 0 = no block */
    int64_t resume_at;       /* when the one call that goes first may go: a spread after the end */
    bool blocked_exact;      /* the API named the end */
    int block_code;          /* error that caused it; 0 = a header */
    int strikes;             /* blocks in a row */
    int ramp;                /* after a block: calls allowed at once; 0 = no limit */

    enum access_tier tier;
    bool tier_assumed;            /* no header named it yet */
    double pct_per_call;          /* learned (or published): rise per item */
    double pct_per_unit;          /* the same per weighted unit */
    int calibration_samples;      /* behind the two */
    enum cost_driver cost_driver; /* which of the two it follows */
};

#endif
