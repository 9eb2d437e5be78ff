/*
 * scope: all that is known of one limiter: up to two header readings, the local model, what is in
 * flight, learned costs, its block. Inside of the governor; others see scope_view.h.
 *
 * Readings and model are compared as percentages. The model counts our calls against the published
 * limit; its ratio to the header is learned (limits may be scaled, decay shapes differ), and raised
 * again by a throttle that the header did not announce. Pure: time is an argument, ms.
 */
#ifndef GOVERN_SCOPE_H
#define GOVERN_SCOPE_H

#include <stdbool.h>
#include <stdint.h>

#include "govern/gate.h"
#include "govern/limit/block.h"
#include "govern/limit/call_cost.h"
#include "govern/limit/decay.h"
#include "govern/limit/drain.h"
#include "govern/limit/forecast.h"
#include "govern/limit/limit_model.h"
#include "govern/limit/ours.h"
#include "govern/limit/stuck.h"
#include "govern/scope_view.h"

enum { SCOPE_SLOTS = 2 };

/* What one header says of this scope. */
struct slot {
    enum usage_source source;
    bool seen;
    struct usage_reading reading; /* as it came, for people */
    /* what decisions start from: the reading, or near zero once it was left out */
    double level_pct;
    int64_t level_ms;
    struct window_sum sum_at;        /* of the window, at level_ms */
    double items_after, units_after; /* answered since without this header; decaying */
    int64_t after_ms;
    struct decay *decay; /* of all scopes of the kind; owned by the governor */
    struct drain *drain; /* the same; NULL = falls as the hour rolls on */
    int answers;         /* since level_ms */
    struct stuck stuck;
    struct forecast forecast;
    struct call_cost cost;
    struct ours ours;
};

struct scope {
    enum scope_kind kind;
    enum use_case use_case;
    char account_id[ID_SIZE];
    char scope_id[64];
    enum access_tier tier; /* the last a header named here */
    int64_t active_ads;

    int slot_count;
    struct slot slots[SCOPE_SLOTS];
    struct window_model *window; /* hourly scopes; NULL otherwise */
    struct score_model score;
    struct rates ratio; /* header / published, of slot 0 */
    double ratio_floor; /* from a throttle the header did not announce */
    int64_t floor_ms;

    struct block block;
    int in_flight;
    double items_flight, units_flight;
    int64_t last_start_ms;
    uint32_t answer; /* kind of the answer whose readings are taken in, drain.h; 0 = of no call */
};

/* Line and pacing start of a slot, and the tier to count with where the scope knows none. */
struct scope_lines {
    double threshold_pct[SCOPE_SLOTS];
    double start_pct;
    double critical_pct;
    enum access_tier tier;
};

/* What calls cost the limiters of one kind and how they fall, as far as any of them has shown:
 * limits are those of the app's tier. */
struct scope_common {
    struct cost_known known[SCOPE_SLOTS];
    struct ours_costs ours[SCOPE_SLOTS];
    struct decay decay[SCOPE_SLOTS];
    struct drain drain[SCOPE_SLOTS];
};

/* common outlives the scope. */
struct scope *scope_create(enum scope_kind kind, enum use_case use_case, const char *account_id,
                           struct scope_common *common);
void scope_destroy(struct scope *s);
/* An equal one that learns no further how it falls; NULL = out of memory. */
struct scope *scope_copy(const struct scope *s, struct scope_common *common);

/* Whether the call may start as far as this scope goes. On a hold fills the verdict. */
bool scope_gate(const struct scope *s, const struct gate_call *call,
                const struct scope_lines *lines, int64_t now_ms, struct gate_verdict *out);
void scope_start(struct scope *s, const struct gate_call *call, int64_t now_ms);
/* Gives the reservation back; sent: it counts against the model. */
void scope_end(struct scope *s, const struct gate_call *call, bool sent, enum access_tier tier,
               int64_t now_ms);
/* Counts a call, here one of before a restart; costs are not learned from it. */
void scope_count_call(struct scope *s, double items, double units, enum access_tier tier,
                      int64_t at_ms);
/* The readings that follow, until scope_answered(), came with this call's answer. */
void scope_answer(struct scope *s, const struct gate_call *call, int64_t bytes, bool ok);
void scope_answered(struct scope *s);
/* The reading of slot i that came with an answer; NULL = the answer carried readings, not this. */
void scope_read(struct scope *s, int i, const struct usage_reading *reading, bool ok,
                enum access_tier tier, int64_t now_ms);
/* An answer without any reading: unknown, not zero; but one call was not enough to be shown, and
 * of a reading or a refusal older than its whole window nothing is left that it could hide. */
void scope_silent(struct scope *s, int i, int64_t now_ms);
/* This scope's own throttle. regain_ms: named by a header of the answer, 0 = none. */
void scope_throttled(struct scope *s, const struct api_error *error, int64_t regain_ms,
                     bool minutes, enum access_tier tier, int64_t now_ms);

struct slot_costs scope_costs(const struct scope *s, int i, enum access_tier tier);

/* Per cent as of now: the worse of decayed header and model; -1 = nothing known. */
double scope_used_pct(const struct scope *s, int i, enum access_tier tier, int64_t now_ms);
/* The header alone, decayed; -1 = never seen. */
double scope_header_pct(const struct scope *s, int i, enum access_tier tier, int64_t now_ms);
/* The model alone, calibrated; -1 = none. */
double scope_model_pct(const struct scope *s, enum access_tier tier, int64_t now_ms);
/* Of scope_used_pct, what our own calls explain; -1 = not known. */
double scope_ours_pct(const struct scope *s, int i, enum access_tier tier, int64_t now_ms);
/* Our calls against the published limit; -1 = none is published. */
double scope_published_pct(const struct scope *s, enum access_tier tier, int64_t now_ms);
void scope_view_fill(const struct scope *s, const struct scope_lines *lines, int64_t now_ms,
                     struct scope_view *out);

double gate_items(const struct gate_call *call);
double gate_units(const struct gate_call *call);

#endif
