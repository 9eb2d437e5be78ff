/* read_engine: the engine's row and the totals of the head line. See reader.h. */
#ifndef STORE_READ_ENGINE_H
#define STORE_READ_ENGINE_H

#include "store/engines.h"
#include "store/reader.h"

/* The engine that ran last before at_ms. ERR_NOT_FOUND when there never was one. Whether it is
 * alive now is the lock's to say, not this row's. */
bool read_engine(struct store_reader *reader, int64_t at_ms, struct engine_row *out,
                 struct err *err);

struct store_totals {
    int64_t accounts, removed;
    int64_t entities, tombstones; /* all accounts */
    int64_t db_bytes, wal_bytes;
    int schema_version;
};
bool read_totals(struct store_reader *reader, struct store_totals *out, struct err *err);

#endif
