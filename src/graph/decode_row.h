/* decode_row: the parts every kind of row shares. Internal to graph/decode_*.c. */
#ifndef GRAPH_DECODE_ROW_H
#define GRAPH_DECODE_ROW_H

#include "graph/decode.h"

enum slot_kind {
    SLOT_NONE,
    SLOT_TEXT,    /* const char *, lent */
    SLOT_DECIMAL, /* const char *, from a string or an integer */
    SLOT_TIME,    /* int64_t ms */
    SLOT_COUNT,   /* int64_t */
    SLOT_INT,     /* int */
    SLOT_MONEY,   /* int64_t micros */
    SLOT_DATE,    /* int32_t days */
    SLOT_HOURS,   /* int minutes, from hours that may have a fraction */
    SLOT_CODE8,   /* char[8] */
    SLOT_NAME64,  /* char[64] */
    SLOT_ACCOUNT, /* char[ID_SIZE], normalised */
    SLOT_LATER    /* kept as a node for the caller: actions, action_values */
};

/* Where a field of an edge's table goes; the slots stand in the order of that table. */
struct slot {
    enum slot_kind kind;
    size_t offset;
};

enum { ROW_KEPT_MAX = 8 };

/* What one pass over a row's members found. */
struct row {
    const struct decoder *decoder;
    const struct slot *slots;
    void *out;
    uint64_t seen, good;                         /* bits of the edge's table */
    const struct json *later[2];                 /* SLOT_LATER, by slot offset 0 and 1 */
    const struct json *breakdowns[ROW_KEPT_MAX]; /* by index of decoder->breakdowns */
};

/* One pass over the members; reports drift; false when a required field is missing or unreadable.
 */
bool row_decode(struct row *row, const struct json *object);
void row_drift(const struct decoder *decoder, const char *field, enum drift_kind kind,
               const struct json *sample);
/* Decimal text, lent from the document or copied into the arena; NULL = it is none. */
const char *row_decimal(const struct decoder *decoder, const struct json *node);

#endif
