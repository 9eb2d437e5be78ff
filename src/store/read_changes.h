/* read_changes: runs that found many entities changed at once, as after an edit of a whole account.
 * See reader.h. */
#ifndef STORE_READ_CHANGES_H
#define STORE_READ_CHANGES_H

#include "model/ids.h"
#include "store/reader.h"

struct change_row {
    char account_id[ID_SIZE];
    int64_t run_id, at; /* at: when the run started */
    int64_t entities;
    int64_t runs_before; /* delta runs of the account that `usual` is the median of, at most 20 */
    double usual;        /* entities */
};
struct change_rows {
    struct change_row *rows; /* the largest first, at most 50 */
    size_t count;
};
/* Delta runs started in (from, at_ms or now] with at least that many entities. */
bool read_changes(struct store_reader *reader, struct arena *arena, int64_t at_ms, int64_t from,
                  int64_t least, struct change_rows *out, struct err *err);

#endif
