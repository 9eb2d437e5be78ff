/*
 * decode: rows of a listing into model structs, one pass over an object's members. Texts are lent
 * by the JSON document or allocated in the arena. Types are read tolerantly (number or numeric
 * string, reference 6.2 and 10 #29); what is neither is reported as drift and the field is as
 * absent. Pure but for the drift callback.
 */
#ifndef GRAPH_DECODE_H
#define GRAPH_DECODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "graph/fields.h"
#include "model/account.h"
#include "model/drift.h"
#include "model/entity.h"
#include "model/insight.h"

struct arena;
struct json;

struct drift_note {
    enum edge edge;
    const char *field;
    enum drift_kind kind;
    const char *sample; /* the value, cut to some 80 bytes, or "" */
};
typedef void drift_fn(void *ctx, const struct drift_note *note);

struct decoder {
    enum edge edge;
    enum insight_level level;             /* EDGE_INSIGHTS */
    const char *account_id;               /* "act_<n>", entity_id of LEVEL_ACCOUNT rows */
    const char *const *breakdowns;        /* asked for; NULL-terminated; NULL = none */
    const char *const *action_breakdowns; /* asked for: their parts are summed by action_type */
    uint64_t dropped;                     /* fields not asked for: their absence is no drift */
    bool sweep;                           /* only FIELD_SWEEP fields were asked for */
    struct arena *arena;                  /* of the page */
    drift_fn *drift;                      /* NULL = not reported */
    void *ctx;
};

/* false = the row cannot be used (no id, no date, unreadable money): drift says which field. */
bool decode_account(const struct decoder *decoder, const struct json *row, struct account *out);
bool decode_entity(const struct decoder *decoder, const struct json *row, struct entity *out);
/* EDGE_INSIGHTS and EDGE_TOTALS. */
bool decode_insight(const struct decoder *decoder, const struct json *row, struct insight *out);

/* "2023-03-21T22:41:46-0700" or Unix seconds as text; ms; false = neither. */
bool decode_time(const char *text, int64_t *ms);

#endif
