/*
 * drift: schema_drift. The same finding on the same UTC day is one row with a count. Threads: see
 * store.h.
 */
#ifndef STORE_DRIFT_H
#define STORE_DRIFT_H

#include "model/drift.h"
#include "model/ids.h"
#include "store/store.h"

struct drift_row {
    int64_t at; /* last seen */
    char account_id[ID_SIZE];
    char edge[32];
    char field[64];
    enum drift_kind kind;
    int64_t count;
    char sample[200];
};
/* Adds row->count to the day's row. */
bool store_drift_add(struct store *store, const struct drift_row *row, struct err *err);

#endif
