/* read_actions: the audit trail. See reader.h. */
#ifndef STORE_READ_ACTIONS_H
#define STORE_READ_ACTIONS_H

#include "model/operator.h"
#include "store/reader.h"

struct action_rows {
    struct operator_action *rows; /* newest first */
    size_t count;
};
struct action_query {
    const char *target; /* NULL = all */
    int64_t from;
    size_t limit; /* 0 = 200 */
};
bool read_actions(struct store_reader *reader, struct arena *arena, int64_t at_ms,
                  const struct action_query *query, struct action_rows *out, struct err *err);

#endif
