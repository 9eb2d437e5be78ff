/*
 * fields: what is asked for, per edge. One unknown or forbidden field fails a whole request
 * (reference 4.1), so an optional one that is rejected is dropped and the request repeated; the
 * caller remembers the set of dropped ones (a bit per row of the edge's table, or their names).
 */
#ifndef GRAPH_FIELDS_H
#define GRAPH_FIELDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/entity.h"
#include "model/insight.h"

struct str;

enum edge {
    EDGE_ACCOUNTS,
    EDGE_CAMPAIGNS,
    EDGE_ADSETS,
    EDGE_ADS,
    EDGE_INSIGHTS, /* any level below account */
    EDGE_TOTALS,   /* level=account, by day: the checksum */
    EDGE_COUNT
};
const char *edge_name(enum edge edge); /* "accounts", ..., "insights", "totals" */
enum edge edge_of_kind(enum entity_kind kind);

enum field_flags {
    FIELD_REQUIRED = 1, /* without it the row is worthless: never dropped */
    FIELD_ALWAYS = 2,   /* in every row when asked for: its absence is drift */
    FIELD_SWEEP = 4,    /* also asked for by a sweep (ids and statuses) */
    FIELD_IMPLIED = 8   /* comes unasked */
};

struct field {
    const char *name;
    unsigned flags;
    unsigned levels; /* insights: bit per enum insight_level; 0 = all */
};

/* The table of an edge; at most 64 rows. */
const struct field *fields_of(enum edge edge, size_t *count);
/* Whether row `index` of the table belongs in a request at this level. */
bool field_is_asked(enum edge edge, size_t index, enum insight_level level, uint64_t dropped);
/* "id,name,..." without the dropped ones. */
bool fields_text(enum edge edge, enum insight_level level, uint64_t dropped, struct str *out);
bool fields_sweep_text(enum edge edge, uint64_t dropped, struct str *out);
/* Marks a field as dropped; false when it is required, unknown or dropped already. */
bool fields_drop(enum edge edge, const char *name, uint64_t *dropped);
/* Comma-separated names of the dropped ones, to remember, and back. Unknown names are ignored. */
bool fields_dropped_text(enum edge edge, uint64_t dropped, struct str *out);
uint64_t fields_dropped_parse(enum edge edge, const char *names);

#endif
